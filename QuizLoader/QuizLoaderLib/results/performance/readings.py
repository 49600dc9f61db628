"""Ratings of cases by readers in modalities, with the truth of the cases."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Readings:
    """``scores`` is (modalities, readers, cases), NaN where a reader did not read a case; ``truth`` (cases,)
    bool.

    Cases read in some modalities or by some readers only (nested designs) have NaN elsewhere.
    """

    modalities: tuple[str, ...]
    readers: tuple[str, ...]
    cases: tuple[str, ...]
    truth: np.ndarray
    scores: np.ndarray

    @classmethod
    def of(
        cls,
        modalities: Sequence[str],
        readers: Sequence[str],
        cases: Sequence[str],
        truth: Sequence[int],
        scores: Sequence[float],
    ) -> "Readings":
        """From the columns of a table, a row for each reading; names in the order they first come.

        Raises
        ------
        ValueError
            A reader has read a case twice in one modality, or a case has two truths: which one counts is
            for the caller to say.
        """
        raise NotImplementedError

    def called(self, threshold: float) -> "Readings":
        """The same with a call of 1 where the score is ``threshold`` or more, else 0."""
        raise NotImplementedError
