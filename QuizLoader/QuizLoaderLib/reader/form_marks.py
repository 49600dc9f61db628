"""The marks of an author's look: in memory, and nothing is stored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..quiz.marked import MarkPlace
from ..quiz.model import Question

if TYPE_CHECKING:
    from ..session.entries import MarkEvent
    from ..session.stored_marks import StoredMark


class FormMarks:
    """The MarkStore of these questions of a page; ``counted`` gets the number of marks of one."""

    def __init__(
        self,
        noun: str,
        questions: Mapping[MarkPlace, Question],
        counted: Callable[[MarkPlace, int], None],
    ) -> None:
        self.noun, self.questions, self._counted = noun, questions, counted
        self._marks: dict[MarkPlace, dict[int, StoredMark]] = {}

    def stored(self, question_set: int, question: int) -> "tuple[StoredMark, ...]":
        return tuple(self._marks.get((question_set, question), {}).values())

    def require(self, question_set: int, question: int, number: int, event: "MarkEvent") -> None:
        from ..session.entries import MarkEvent
        from ..session.stored_marks import require_room_for_a_mark

        there = [mark for mark in self.stored(question_set, question) if not mark.is_deleted]
        if event in (MarkEvent.PLACED, MarkEvent.BROUGHT_BACK):
            require_room_for_a_mark(self.questions[question_set, question], len(there))

    def record(
        self, question_set: int, question: int, number: int, event: "MarkEvent", facts: Mapping[str, str]
    ) -> None:
        from ..session.answers import blank
        from ..session.entries import MarkEvent
        from ..session.stored_marks import StoredMark

        self.require(question_set, question, number, event)
        model = self.questions[question_set, question]
        of_question = self._marks.setdefault((question_set, question), {})
        new = StoredMark(model, number, "", {}, tuple(blank(each) for each in model.questions))
        old = of_question.get(number, new)
        is_deleted = event is MarkEvent.DELETED
        of_question[number] = replace(old, facts={**old.facts, **facts}, is_deleted=is_deleted)
        count = sum(not mark.is_deleted for mark in of_question.values())
        self._counted((question_set, question), count)

    def answer(
        self, question_set: int, question: int, number: int, form_question: int, texts: Sequence[str]
    ) -> None:
        of_question = self._marks[question_set, question]
        answers = list(of_question[number].answers)
        answers[form_question] = tuple(texts)
        of_question[number] = replace(of_question[number], answers=tuple(answers))

    def file(self, question_set: int, question: int, number: int) -> None:
        return None
