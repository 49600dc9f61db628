"""In which order pages are asked: what is certain of it before it is drawn."""

from .model import Page, Quiz


class PageOrder:
    """Of two pages, which comes before the other whatever order a session gets."""

    def __init__(self, quiz: Quiz) -> None:
        self._randomizes_groups = quiz.randomize_page_groups

    def is_before(self, one: Page, other: Page) -> bool:
        """Without randomizing, the order is that of the file. With it, the pages of a group keep that order
        among themselves and group 0 comes before all others; a page without PageGroup is a group of its own.
        """
        if not self._randomizes_groups:
            return one.number < other.number
        if one.page_group == 0 and other.page_group != 0:
            return True
        return one.page_group is not None and one.page_group == other.page_group and one.number < other.number
