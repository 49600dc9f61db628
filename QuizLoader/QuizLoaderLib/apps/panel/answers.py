"""What the forms hold while a quiz is open."""

from dataclasses import dataclass, field

from ...quiz.model import Page


@dataclass
class FormAnswers:
    """The reader's answers in memory, by page, question set and question, as the forms show them.

    An answer is the tuple of chosen options, or of one text. This is the one object that a reading session,
    which keeps answers on disk, replaces.
    """

    _given: dict[tuple[int, int, int], tuple[str, ...]] = field(default_factory=dict)

    def get(self, page: Page, question_set: int, question: int) -> tuple[str, ...]:
        return self._given.get((page.number, question_set, question), ())

    def set(self, page: Page, question_set: int, question: int, answer: tuple[str, ...]) -> None:
        self._given[page.number, question_set, question] = answer
