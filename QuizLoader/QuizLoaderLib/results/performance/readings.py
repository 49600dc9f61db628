"""Ratings of cases by readers in modalities, with the truth of the cases."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True, eq=False)
class Readings:
    """Scores of cases, the higher the surer of the positive, and the truth.

    Cases that were read in some modalities or by some readers only (nested designs) are NaN elsewhere.
    """

    modalities: tuple[str, ...]
    readers: tuple[str, ...]
    cases: tuple[str, ...]
    truth: np.ndarray
    """(cases,) bool."""
    scores: np.ndarray
    """(modalities, readers, cases), NaN where a reader did not read a case."""

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
        places = [
            {name: place for place, name in enumerate(dict.fromkeys(names))}
            for names in (modalities, readers, cases)
        ]
        array = np.full([len(names) for names in places], np.nan)
        of_case: dict[str, int] = {}
        for modality, reader, case, true, score in zip(
            modalities, readers, cases, truth, scores, strict=True
        ):
            place = places[0][modality], places[1][reader], places[2][case]
            if not np.isnan(array[place]):
                raise ValueError(f"“{reader}” has read case “{case}” twice in modality “{modality}”.")
            if of_case.setdefault(case, true) != true:
                raise ValueError(f"Case “{case}” is both positive and negative.")
            array[place] = score
        return cls(
            modalities=tuple(places[0]),
            readers=tuple(places[1]),
            cases=tuple(places[2]),
            truth=np.array([bool(of_case[case]) for case in places[2]], bool),
            scores=array,
        )

    def called(self, threshold: float) -> "Readings":
        """The same with a call of 1 where the score is ``threshold`` or more, else 0."""
        calls = np.where(np.isnan(self.scores), np.nan, self.scores >= threshold)
        return replace(self, scores=calls)
