"""The way through the positions of a session. A position is known by its page and question set alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..quiz.model import Page, QuestionSet
from .order import PageKey, Position


@dataclass(frozen=True)
class Where:
    """What is shown now. ``number`` counts the positions (page and question set) from 1 to ``total``.

    ``question_set`` is None where the page has none; ``set_number`` counts from 1. ``bookmark_label`` is
    the text of the bookmark button, empty where there is nothing to go to.
    """

    position: Position
    page: Page
    question_set: QuestionSet | None
    set_number: int
    number: int
    total: int
    pages_complete: int
    pages_total: int
    can_go_back: bool
    is_last: bool
    can_repeat: bool
    bookmark_label: str


class Route:
    """All positions in the order they are shown; ``pages`` are the pages with their repetitions."""

    def __init__(self, order: Sequence[PageKey], pages: Mapping[PageKey, Page]) -> None:
        self.pages = pages
        self.positions = tuple(
            Position(key, question_set)
            for key in order
            for question_set in range(max(1, len(pages[key].question_sets)))
        )
        self._numbers = {position: number for number, position in enumerate(self.positions)}

    def after(self, position: Position) -> Position | None:
        number = self._numbers[position] + 1
        return self.positions[number] if number < len(self.positions) else None

    def before(self, position: Position) -> Position | None:
        number = self._numbers[position] - 1
        return self.positions[number] if number >= 0 else None

    def is_last_of_page(self, position: Position) -> bool:
        following = self.after(position)
        return following is None or following.page != position.page

    def bookmark(self, position: Position) -> Position | None:
        """The first position of the nearest earlier page that has the bookmark this page goes to."""
        wanted = self.pages[position.page].go_to_bookmark
        if wanted is None:
            return None
        for earlier in reversed(self.positions[: self._numbers[Position(position.page)]]):
            if earlier.question_set == 0 and self.pages[earlier.page].bookmark_id == wanted.bookmark:
                return earlier
        return None

    def where(self, position: Position, is_complete: Callable[[PageKey], bool], can_repeat: bool) -> Where:
        page = self.pages[position.page]
        bookmark = page.go_to_bookmark if self.bookmark(position) else None
        return Where(
            position=position,
            page=page,
            question_set=page.question_sets[position.question_set] if page.question_sets else None,
            set_number=position.question_set + 1,
            number=self._numbers[position] + 1,
            total=len(self.positions),
            pages_complete=sum(is_complete(each) for each in self.pages),
            pages_total=len(self.pages),
            can_go_back=self.before(position) is not None,
            is_last=self.after(position) is None,
            can_repeat=can_repeat,
            bookmark_label=bookmark.label if bookmark else "",
        )

    def first_incomplete(self, is_complete: Callable[[PageKey], bool]) -> Position | None:
        """The first question set of the first page that is not complete."""
        incomplete = (position for position in self.positions if not is_complete(position.page))
        return next(incomplete, None)
