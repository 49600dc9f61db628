"""Angles, boxes and ellipses that a reader measures on any page, as every host has them."""

from ..quiz.marked import MEASURES, MEASURES_PLACE
from ..quiz.model import Question
from .answers import Where
from .drawing.marks import Marks
from .marking import Marking
from .opened_quiz import OpenedQuiz


class Measures(Marking):
    """As marks of one question that every page with images has: MEASURES, at MEASURES_PLACE in ``shown``."""

    def is_wanted(self, opened: OpenedQuiz) -> bool:
        return bool(opened.page.images)

    def take_next(self, where: Where = MEASURES_PLACE) -> None:
        """The first tool; again: the tool after the one in hand, and after the last one none."""
        shown = self.shown.get(where)
        if shown is None:
            return
        following = shown.tools.index(shown.placing) + 1 if shown.placing in shown.tools else 0
        self.put_down()
        for tool in shown.tools[following : following + 1]:
            self.take(where, tool)

    def _marks(self, opened: OpenedQuiz) -> Marks:
        return opened.drawings.measures

    def _questions(self) -> dict[Where, Question]:
        opened = self._opened
        return {MEASURES_PLACE: MEASURES} if opened and self.is_wanted(opened) else {}

    def _on_page(self, where: Where) -> tuple[int, int]:
        return MEASURES_PLACE
