"""Several images at one position: time points told apart by their headers, or copies that are left out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from ...quiz.problems import Problem, ProblemCode, warning
from ..errors import ImageReadError
from .frames import Frame
from .headers import items_of, numbers_of, text_of

SAME_POSITION = ProblemCode("Q633", "Every position of a series has the same number of images (warning).")
BAD_POSITION = ProblemCode("Q634", "Positions are numbers.")

_KEYWORDS = (
    "TemporalPositionIdentifier", "TemporalPositionIndex", "TriggerTime", "FrameReferenceTime",
    "AcquisitionNumber", "AcquisitionDateTime", "AcquisitionTime", "ContentTime", "DiffusionBValue",
    "EchoTime",
)  # fmt: skip
"""What may tell time points apart, the surest first."""
_MILLISECONDS = ("TriggerTime", "FrameReferenceTime")
_CONTENTS = ("FrameContentSequence", "MRDiffusionSequence", "CardiacSynchronizationSequence")
_CLOCKS = ("AcquisitionDateTime", "AcquisitionTime", "ContentTime")
_CLOCK = re.compile(r"^(?:\d{8})?(\d{2})(\d{2})(\d{2}(?:\.\d+)?)")


@dataclass(frozen=True, eq=False)
class TimePoint:
    """``seconds`` after the first one."""

    seconds: float
    frames: tuple[Frame, ...]


def split_by_time(frames: Sequence[Frame], path: Path, problems: list[Problem]) -> tuple[TimePoint, ...]:
    """One group of frames for each time point, no two of a group at one position.

    Where nothing in the headers tells images at one position apart, they are taken in the order of their
    numbers; where the positions do not all have the same number of images, only the first of each is kept.
    """
    if any(frame.position is None for frame in frames):
        return (TimePoint(0.0, tuple(frames)),)
    locations = location_indices(frames)
    count = int(locations.max()) + 1
    if count == len(frames):
        return (TimePoint(0.0, tuple(frames)),)
    how_many = np.bincount(locations)
    if how_many.min() == how_many.max():
        for keyword in _KEYWORDS:
            groups = _grouped_by(frames, keyword)
            is_complete = all(len(set(locations[group])) == len(group) == count for group in groups.values())
            if is_complete and len(groups) == how_many[0]:
                return _in_order(frames, groups, keyword)
        return _by_number(frames, locations, int(how_many[0]))
    sentence = (
        f"The series of “{path.name}” has several images at {int((how_many > 1).sum())} of {count} "
        "positions; the first of each is shown."
    )
    problems.append(warning(SAME_POSITION, sentence, "export the series again"))
    return _by_number(frames, locations, 1)


def location_indices(frames: Sequence[Frame]) -> np.ndarray:
    """For each frame the index of its location along the normal; nearer than 5 % of a gap is one."""
    with np.errstate(over="ignore", invalid="ignore"):
        offsets = np.array([frame.position for frame in frames]) @ frames[0].normal
    if not np.all(np.isfinite(offsets)):
        raise ImageReadError(
            BAD_POSITION, f"“{frames[0].header.path.name}” has a position that is not a number."
        )
    order = np.argsort(offsets, kind="stable")
    gaps = np.diff(offsets[order])
    real = gaps[gaps > 1e-3]
    is_new = gaps > (0.05 * median(real) if len(real) else 1e-3)
    locations = np.empty(len(frames), int)
    locations[order] = np.concatenate([[0], np.cumsum(is_new)])
    return locations


def _grouped_by(frames: Sequence[Frame], keyword: str) -> dict[float, list[int]]:
    groups: dict[float, list[int]] = {}
    for index, frame in enumerate(frames):
        value = _value(frame, keyword)
        if value is None:
            return {}
        groups.setdefault(value, []).append(index)
    return groups


def _value(frame: Frame, keyword: str) -> float | None:
    """A number, seconds of the day for a time; None where it is absent."""
    for group in frame.groups:
        contents = [item for sequence in _CONTENTS for item in items_of(group, sequence)[:1]]
        for item in (*contents, group):
            if keyword in _CLOCKS:
                clock = _CLOCK.match(text_of(item, keyword))
                if clock:
                    return int(clock[1]) * 3600.0 + int(clock[2]) * 60.0 + float(clock[3])
            else:
                values = numbers_of(item, keyword)
                if values:
                    return values[0]
    return None


def _in_order(frames: Sequence[Frame], groups: dict[float, list[int]], keyword: str) -> tuple[TimePoint, ...]:
    keys = sorted(groups)
    if keyword in (*_CLOCKS, *_MILLISECONDS):
        seconds = [(key - keys[0]) * (1e-3 if keyword in _MILLISECONDS else 1.0) for key in keys]
    else:
        seconds = _clock_seconds(frames, [groups[key] for key in keys])
    return tuple(
        TimePoint(float(second), tuple(frames[index] for index in groups[key]))
        for second, key in zip(seconds, keys, strict=True)
    )


def _clock_seconds(frames: Sequence[Frame], groups: list[list[int]]) -> list[float]:
    """The earliest time of each group where those ascend, else 0, 1, 2."""
    for keyword in _CLOCKS:
        starts = []
        for group in groups:
            times = [time for time in (_value(frames[index], keyword) for index in group) if time is not None]
            starts.append(min(times, default=np.nan))
        if all(np.diff(starts) > 0):
            return [start - starts[0] for start in starts]
    return [float(index) for index in range(len(groups))]


def _by_number(frames: Sequence[Frame], locations: np.ndarray, count: int) -> tuple[TimePoint, ...]:
    """The first ``count`` frames of each location, which has as many."""
    found: dict[int, list[Frame]] = {}
    for index in sorted(range(len(frames)), key=lambda index: frames[index].number):
        found.setdefault(locations[index], []).append(frames[index])
    return tuple(TimePoint(float(nth), tuple(group[nth] for group in found.values())) for nth in range(count))
