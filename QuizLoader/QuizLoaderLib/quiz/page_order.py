"""In which order pages are asked: what is certain of it before it is drawn."""

from .model import Page, PagePosition, Quiz


class PageOrder:
    """Of two pages, which comes before the other whatever order a session gets.

    Position First comes first, then Training, then, where groups are randomized, group 0, then the rest, then
    Position Last. Within each of these the order is that of the file, unless it is drawn: that of the groups
    (a page without PageGroup is a group of its own), or that of the pages within a group.
    """

    def __init__(self, quiz: Quiz) -> None:
        self.randomizes_groups = quiz.randomize_page_groups
        self.randomizes_in_groups = quiz.randomize_pages_in_groups
        self._is_forced = quiz.forced_group_order is not None
        self._ranks: dict[int, int] = {}
        for page in quiz.pages if self.randomizes_in_groups else ():
            if page.page_group is not None:
                self._ranks.setdefault(page.page_group, page.number)

    def band(self, page: Page) -> int:
        """Its place among First, Training, group 0, the rest and Last."""
        if page.position is not None:
            return 0 if page.position is PagePosition.FIRST else 4
        return 1 if page.training else 2 if page.page_group == 0 and self.randomizes_groups else 3

    def rank(self, page: Page) -> int:
        """Groups whose order is not drawn come in the order of their first pages, by whose number they go."""
        return page.number if page.page_group is None else self._ranks.get(page.page_group, page.number)

    def is_before(self, one: Page, other: Page) -> bool:
        if self.band(one) != self.band(other):
            return self.band(one) < self.band(other)
        is_one_group = one.page_group is not None and one.page_group == other.page_group
        if is_one_group:
            return one.number < other.number and not self.randomizes_in_groups
        return not self.randomizes_groups and self.rank(one) < self.rank(other)

    def in_words(self, page: Page) -> str:
        """What an author is told of the place of a page, and of its images where they have two places;
        nothing where all is as in the file."""
        sides = " and ".join(view.value for view in page.randomize_sides or ())
        exchanged = f"The images on {sides} are exchanged on half of a reader's pages of this kind."
        return " ".join(filter(None, (self._place_in_words(page), exchanged if sides else "")))

    def _place_in_words(self, page: Page) -> str:
        if page.position is not None:
            return f"Readers see it {page.position.value.lower()}."
        if page.training:
            return "It is training: readers see it before the others."
        group = "" if page.page_group is None else f" with group {page.page_group}"
        if group and self.randomizes_in_groups:
            return f"Readers see it{group}, in an order that is drawn for each of them."
        if not self.randomizes_groups:
            return ""
        if page.page_group == 0:
            return "Readers see it with group 0, before the other groups."
        if self._is_forced:
            return f"Readers see it{group} where RandomizedPageGroupIndices says."
        return f"Readers see it{group} at a place that is drawn for each of them."
