"""What a reader says of the regions that were given on an image: each is accepted, corrected or rejected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

REGION = "Region"
"""The attribute of a GivenRegion that has its name; the others are the ``facts``."""


class RegionVerdict(str, Enum):
    NONE = ""
    ACCEPTED = "Accepted"
    CORRECTED = "Corrected"
    REJECTED = "Rejected"


@dataclass(frozen=True)
class JudgedRegion:
    """``given``, ``added`` and ``removed`` count voxels of the image; ``seconds`` is how long the region was
    the one in hand; ``fingerprint`` stands for what was given, empty in older results."""

    verdict: RegionVerdict = RegionVerdict.NONE
    given: int = 0
    added: int = 0
    removed: int = 0
    seconds: float = 0.0
    fingerprint: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the reader has still to judge it, or to correct it."""
        return self.verdict is RegionVerdict.NONE or self.is_uncorrected

    @property
    def is_uncorrected(self) -> bool:
        return self.verdict is RegionVerdict.CORRECTED and not self.is_changed

    @property
    def is_changed(self) -> bool:
        return bool(self.added or self.removed)

    @property
    def is_filled(self) -> bool:
        """Whether the reader left any voxel."""
        return self.given + self.added > self.removed

    @property
    def dice(self) -> float:
        """Of what the reader left to what was given; 1 where both are empty."""
        both = 2 * self.given + self.added - self.removed
        return 2 * (self.given - self.removed) / both if both else 1.0

    @property
    def said(self) -> str:
        """The verdict in words, empty where there is none; corrected is only what was changed."""
        return "to be corrected" if self.is_uncorrected else self.verdict.value.lower()

    @property
    def in_words(self) -> str:
        """The verdict and what was changed: ``corrected, 120 voxels added, 8 removed of 900``."""
        said = self.said or "no verdict"
        changed = f", {self.added} voxels added, {self.removed} removed of {self.given}"
        return said + (changed if self.is_changed else "")

    @property
    def facts(self) -> dict[str, str]:
        return {
            "Verdict": self.verdict.value,
            "GivenVoxels": str(self.given),
            "VoxelsAdded": str(self.added),
            "VoxelsRemoved": str(self.removed),
            "Dice": f"{self.dice:.4f}",
            "SecondsInHand": f"{self.seconds:.3f}",
            "GivenFingerprint": self.fingerprint,
        }


def missing_verdicts(regions: Mapping[str, JudgedRegion], image: str) -> list[str]:
    """What a reader has not said yet of those on the ``image``, which is in words, as sentences."""
    open_ones = [name for name, each in regions.items() if each.verdict is RegionVerdict.NONE]
    sentences = []
    if open_ones:
        names = ", ".join(f"“{name}”" for name in open_ones[:5]) + (", …" if len(open_ones) > 5 else "")
        count = "the region" if len(open_ones) == 1 else f"each of {len(open_ones)} regions"
        sentences.append(f"Please accept, correct or reject {count} on {image}: {names}.")
    sentences += [
        f"Please change the region “{name}” on {image}, or accept or reject it: it is to be "
        "corrected, and is as it was given."
        for name, each in regions.items()
        if each.is_uncorrected
    ]
    return sentences
