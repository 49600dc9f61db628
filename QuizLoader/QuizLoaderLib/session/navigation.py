"""The way through the places of a session. A place is known by its page and question set alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..quiz.model import Page, QuestionSet
from .order import PageKey, Place


@dataclass(frozen=True)
class Where:
    """What is shown now. ``position`` counts the places (page and question set) from 1 to ``total``.

    ``question_set`` is None where the page has none; ``set_number`` counts from 1. ``bookmark_label`` is
    the text of the bookmark button, empty where there is nothing to go to.
    """

    place: Place
    page: Page
    question_set: QuestionSet | None
    set_number: int
    position: int
    total: int
    pages_complete: int
    pages_total: int
    can_go_back: bool
    is_last: bool
    can_repeat: bool
    bookmark_label: str


class Route:
    """All places in the order they are shown; ``pages`` are the pages with their repetitions."""

    def __init__(self, order: Sequence[PageKey], pages: Mapping[PageKey, Page]) -> None:
        self.pages = pages
        self.places = tuple(
            Place(key, question_set)
            for key in order
            for question_set in range(max(1, len(pages[key].question_sets)))
        )
        self._positions = {place: position for position, place in enumerate(self.places)}

    def position(self, place: Place) -> int:
        return self._positions[place]

    def after(self, place: Place) -> Place | None:
        position = self._positions[place] + 1
        return self.places[position] if position < len(self.places) else None

    def before(self, place: Place) -> Place | None:
        position = self._positions[place] - 1
        return self.places[position] if position >= 0 else None

    def is_last_of_page(self, place: Place) -> bool:
        following = self.after(place)
        return following is None or following.page != place.page

    def bookmark(self, place: Place) -> Place | None:
        """The first place of the nearest earlier page that has the bookmark this page goes to."""
        wanted = self.pages[place.page].go_to_bookmark
        if wanted is None:
            return None
        for earlier in reversed(self.places[: self._positions[Place(place.page)]]):
            if earlier.question_set == 0 and self.pages[earlier.page].bookmark_id == wanted.bookmark:
                return earlier
        return None

    def where(self, place: Place, is_complete: Callable[[PageKey], bool], can_repeat: bool) -> Where:
        page = self.pages[place.page]
        bookmark = page.go_to_bookmark if self.bookmark(place) else None
        return Where(
            place=place,
            page=page,
            question_set=page.question_sets[place.question_set] if page.question_sets else None,
            set_number=place.question_set + 1,
            position=self.position(place) + 1,
            total=len(self.places),
            pages_complete=sum(is_complete(each) for each in self.pages),
            pages_total=len(self.pages),
            can_go_back=self.before(place) is not None,
            is_last=self.after(place) is None,
            can_repeat=can_repeat,
            bookmark_label=bookmark.label if bookmark else "",
        )

    def first_incomplete(self, is_complete: Callable[[PageKey], bool]) -> Place | None:
        """The first question set of the first page that is not complete."""
        return next(
            (place for place in self.places if place.question_set == 0 and not is_complete(place.page)), None
        )


def can_repeat(key: PageKey, page: Page, is_complete: bool, last_repetition: int) -> bool:
    """Only the last repetition of a looping page can be repeated, and only before it is complete."""
    return page.loop and not is_complete and key.repetition == last_repetition
