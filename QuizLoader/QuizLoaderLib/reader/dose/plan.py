"""The dose of the page that is shown, as every host has it: its isodose lines, and histograms of regions."""

from dataclasses import dataclass

from ...quiz.isodoses import DoseLevel
from ...views.isodose_lines import IsodoseLines
from ..opened_quiz import OpenedQuiz
from .chart import CHART_SIZE
from .page_histograms import PageHistograms
from .placed_doses import doses_of_page, lines_on_views

LOOK_S = 0.1
"""How often a host looks while a page with a dose is shown."""


@dataclass(frozen=True)
class ShownIsodose:
    """``color`` is (r, g, b) 0..255; ``is_reached``: a dose of the page is that high."""

    name: str
    color: tuple[int, int, int]
    visible: bool
    is_reached: bool


@dataclass(frozen=True)
class ShownRegionDose:
    """``cells`` are numbers under ``ShownDose.columns``; ``note`` says what of the region has no dose."""

    name: str
    color: tuple[int, int, int]
    cells: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class ShownDose:
    """``chart`` is the histogram in SVG, empty where no region is shown; ``messages`` say what is no dose."""

    lines: tuple[ShownIsodose, ...]
    columns: tuple[str, ...]
    rows: tuple[ShownRegionDose, ...]
    chart: str
    in_ml: bool
    is_counting: bool
    messages: tuple[str, ...]


class DosePlan:
    """A host calls ``look`` every ``LOOK_S`` while ``shown`` is not None, and shows that after each call.
    ``chart_size`` is (width, height) in pixels."""

    def __init__(self, chart_size: tuple[int, int] = CHART_SIZE) -> None:
        self._chart_size = chart_size
        self._opened: OpenedQuiz | None = None
        self._lines: IsodoseLines | None = None
        self._histograms: PageHistograms | None = None
        self._levels: tuple[tuple[DoseLevel, bool], ...] = ()
        self._messages: tuple[str, ...] = ()
        self._hidden: set[str] = set()
        self._in_ml = False
        self._seen: object = None
        self.shown: ShownDose | None = None

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown, or placed again, as its author wrote it."""
        self.end()
        doses, problems = doses_of_page(opened.page_nodes)
        self._messages = tuple(dict.fromkeys(opened.messages(problems)))
        if not doses and not self._messages:
            return
        self._opened, self._lines = opened, IsodoseLines(opened.host.scene)
        self._histograms = PageHistograms(opened.on_views, doses)
        levels: dict[str, tuple[DoseLevel, bool]] = {}
        for dose in doses:
            for level in dose.levels:
                known, is_reached = levels.get(level.name, (level, False))
                levels[level.name] = known, is_reached or level.value < dose.highest
        self._levels = tuple(levels.values())
        self.look()

    def end(self) -> None:
        """Before the views show something else."""
        if self._lines is not None:
            self._lines.clear()
        self._opened = self._lines = self._histograms = self.shown = self._seen = None
        self._hidden = set()

    def show_line(self, number: int, visible: bool) -> None:
        """That of ``shown.lines``."""
        if 0 <= number < len(self._levels):
            name = self._levels[number][0].name
            self._hidden = self._hidden - {name} if visible else self._hidden | {name}
            self.look()

    def show_ml(self, in_ml: bool) -> None:
        """In place of percent in the histogram."""
        self._in_ml = in_ml
        self.look()

    def look(self) -> None:
        """Show what is on the views now, make another line or, once all are there, count on."""
        opened, histograms = self._opened, self._histograms
        if opened is None or self._lines is None or histograms is None or opened.shown is None:
            return
        if self._lines.show(lines_on_views(opened.on_views, opened.host), self._hidden):
            histograms.go_on()
        regions = histograms.shown()
        seen = regions, histograms.is_counting, self._in_ml, frozenset(self._hidden)
        if self.shown is None or seen != self._seen:
            self._seen = seen
            rows = tuple(
                ShownRegionDose(
                    each.name, each.region.color, histograms.cells(each), _note(each.histogram.share_outside)
                )
                for each in regions
            )
            self.shown = ShownDose(
                lines=tuple(
                    ShownIsodose(level.name, level.color, level.name not in self._hidden, is_reached)
                    for level, is_reached in self._levels
                ),
                columns=histograms.columns if rows else (),
                rows=rows,
                chart=histograms.chart(self._in_ml, self._chart_size),
                in_ml=self._in_ml,
                is_counting=histograms.is_counting,
                messages=self._messages,
            )


def _note(share_outside: float) -> str:
    percent = 100 * share_outside
    return f"{percent:.2g} % of it lies outside of the dose" if share_outside else ""
