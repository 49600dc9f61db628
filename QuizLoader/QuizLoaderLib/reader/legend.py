"""The regions of the page that is shown, as a legend that every host has."""

from collections.abc import Callable
from dataclasses import dataclass

from ..quiz.model import SliceView
from ..views.planes import go_through
from ..views.region_places import middle_of_region
from ..views.roi_visibility import ShownRegion
from .opened_quiz import OpenedQuiz
from .view_texts import view_titles


@dataclass(frozen=True)
class LegendEntry:
    """``color`` is (r, g, b) 0..255; ``everywhere``: on all views of the layout; ``where`` has the titles of
    the views where it is not."""

    name: str
    color: tuple[int, int, int]
    views: tuple[SliceView, ...]
    everywhere: bool
    visible: bool
    where: str = ""


class RegionLegend:
    """Shows and hides the regions. Numbers count from 0 in ``entries``."""

    def __init__(self) -> None:
        self._opened: OpenedQuiz | None = None
        self._regions: list[ShownRegion] = []
        self._hidden: set[ShownRegion] = set()

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown, or placed again, as its author wrote it."""
        self._opened = opened
        self._regions, self._hidden = opened.placed.regions, set()

    def end(self) -> None:
        self._opened = None
        self._regions, self._hidden = [], set()

    def show_hidden(self) -> None:
        """Before another page is shown: what a label map hides is in its colours, which that page may
        share."""
        if self._opened and self._opened.shown:
            for region in list(self._hidden):
                self._show(region, True)

    def change_planes(self, change: Callable[[], object]) -> None:
        """What is hidden stays hidden; only what is visible is known as a region of the views."""
        hidden = {(region.name, region.color) for region in self._hidden}
        self.show_hidden()
        change()
        if self._opened:
            self._regions = self._opened.placed.regions
        for region in self._regions:
            if (region.name, region.color) in hidden:
                self._show(region, False)

    @property
    def entries(self) -> tuple[LegendEntry, ...]:
        if self._opened is None or not self._regions:
            return ()
        titles = view_titles(self._opened.on_views)
        entries = []
        for region in self._regions:
            everywhere = set(region.views) == set(titles)
            where = "" if everywhere else "; ".join(titles[view] for view in region.views)
            is_shown = region not in self._hidden
            entries.append(LegendEntry(region.name, region.color, region.views, everywhere, is_shown, where))
        return tuple(entries)

    def show(self, number: int, visible: bool) -> None:
        if 0 <= number < len(self._regions):
            self._show(self._regions[number], visible)

    def show_all(self, visible: bool) -> None:
        for region in self._regions:
            self._show(region, visible)

    def show_alone(self, number: int) -> None:
        """One region without the others; again: all of them."""
        if 0 <= number < len(self._regions):
            alone = self._regions[number]
            others = [region for region in self._regions if region != alone]
            is_alone = alone not in self._hidden and all(region in self._hidden for region in others)
            for region in others:
                self._show(region, is_alone)
            self._show(alone, True)

    def go_to(self, number: int) -> None:
        """All views go to the region's middle."""
        if self._opened is None or not 0 <= number < len(self._regions):
            return
        shown = self._opened.on_views
        point_ras = middle_of_region(shown, self._regions[number])
        if point_ras is not None:
            views = self._regions[number].views
            go_through(shown.page, self._opened.host, point_ras.tolist(), views)

    def _show(self, region: ShownRegion, visible: bool) -> None:
        if self._opened is not None:
            self._opened.placed.show_region(self._opened.on_views, region, visible)
            self._hidden = self._hidden - {region} if visible else self._hidden | {region}
