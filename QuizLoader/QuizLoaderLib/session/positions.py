"""The positions of a quiz that are asked, in the order in which their reader comes to them."""

from collections.abc import Sequence
from itertools import chain

from .feedback import SessionFeedback
from .order import PageKey, Position
from .results import Results


class Positions:
    """``all`` are the question sets that are asked, or the page where it has none; ``pages`` are theirs."""

    def __init__(self, results: Results, feedback: SessionFeedback) -> None:
        self._results, self._feedback = results, feedback
        self.all: list[Position] = []
        self.pages: list[PageKey] = []
        self._of_page: dict[PageKey, list[Position]] = {}

    def find(self) -> None:
        """Of every page: repetitions come and go, and a page that tells what is right has one position."""
        self._results.visibility.rearranged_pages()
        self._of_page = {key: self._positions_of(key) for key in self._results.pages}
        self._join()

    def update(self) -> bool:
        """Of the pages of which conditions showed or hid something since; gives whether there were any."""
        rearranged = self._results.visibility.rearranged_pages()
        if rearranged:
            keys = (key for page in rearranged for key in self._results.repetitions[page])
            self._of_page.update((key, self._positions_of(key)) for key in keys)
            self._join()
        return bool(rearranged)

    def _join(self) -> None:
        order, positions_of = self._results.display_order(), self._of_page.__getitem__
        self.pages = list(filter(positions_of, order))
        self.all = list(chain.from_iterable(map(positions_of, self.pages)))
        if not self.all:
            # A quiz that hides all its pages is wrong; its reader sees the first one.
            self.all = [Position(order[0], number) for number in self._sets_in_turn(order[0])]

    def _positions_of(self, key: PageKey) -> list[Position]:
        sets = () if self._results.is_hidden(key) else self._sets_in_turn(key)
        return [Position(key, question_set) for question_set in sets]

    def _sets_in_turn(self, key: PageKey) -> Sequence[int]:
        """All at once where the page tells what is right."""
        asked = self._results.asked_sets(key) or [0]
        return asked[:1] if self._feedback.is_told(key) else asked
