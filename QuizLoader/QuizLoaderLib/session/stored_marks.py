"""A mark as the results have it, and what marks and their forms still need."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..quiz.model import Question
from .answers import Answer, invalid_in, missing_in, title
from .files import SessionError


@dataclass(frozen=True)
class StoredMark:
    """``question`` is the one that it answers, whose questions are its form, and ``answers`` are those of its
    form. ``path`` is its file, relative to the reader's folder, empty where none is written."""

    question: Question
    number: int
    path: str
    facts: Mapping[str, str]
    answers: tuple[Answer, ...]
    is_deleted: bool = False

    @cached_property
    def missing(self) -> Mapping[int, str]:
        """What its form still needs, as sentences by question, from 0."""
        return self._said(missing_in)

    @cached_property
    def invalid(self) -> Mapping[int, str]:
        """Which values of its form are refused, in the same way."""
        return self._said(invalid_in)

    def _said(self, lack: Callable[[Question, Answer], str]) -> Mapping[int, str]:
        asked = enumerate(zip(self.question.questions, self.answers, strict=True))
        found = {number: sentence for number, each in asked if (sentence := lack(*each))}
        return {number: self._of_mark(sentence) for number, sentence in found.items()}

    def _of_mark(self, sentence: str) -> str:
        """A sentence about a question of its form, which says of which mark."""
        return f"Mark {self.number} of {title(self.question)}: {sentence[0].lower()}{sentence[1:]}"


def require_room_for_a_mark(question: Question, count: int) -> None:
    """Raises SessionError where the question has as many marks as it takes."""
    if question.maximum is not None and count >= question.maximum:
        most = int(question.maximum)
        raise SessionError(f"{title(question)} takes at most {most} mark{'' if most == 1 else 's'}.")


def missing_in_forms(marks: Iterable[StoredMark]) -> list[str]:
    """What the forms of marks still need, as sentences."""
    return [sentence for mark in marks if not mark.is_deleted for sentence in mark.missing.values()]
