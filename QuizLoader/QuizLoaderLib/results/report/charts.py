"""Charts that several sections use, by matplotlib; colours can be told apart by colour-blind readers."""

import io
import math
import statistics
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8b6f00", "#7a3b9a")
"""Okabe and Ito's, the pale yellow replaced."""
MOST_PANELS = 24
_DOTS_PER_INCH = 150


def color(number: int) -> str:
    return COLORS[number % len(COLORS)]


def new_figure(width: float, height: float) -> Figure:
    """In inches. Without pyplot, which would keep each figure and ask for a screen."""
    # Text as outlines looks the same everywhere, and a fixed salt gives the same file each time.
    rcParams.update({"svg.fonttype": "path", "svg.hashsalt": "quizloader", "font.size": 8.5})
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def panels(
    count: int, width: float = 3.0, height: float = 2.6, columns: int = 3, share: bool = False
) -> "tuple[Figure, list[Axes]]":
    """A figure of so many panels of this size in inches, at most ``MOST_PANELS``; all ``share`` one scale."""
    count = min(count, MOST_PANELS)
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    figure = new_figure(max(width * columns, 3.2), height * rows + 0.4)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=share, sharey=share).ravel()
    for unused in grid[count:]:
        unused.remove()
    return figure, list(grid[:count])


def png_and_svg(figure: Figure) -> tuple[bytes, bytes]:
    """The figure in both formats, without the moment they were made."""
    png, svg = io.BytesIO(), io.BytesIO()
    dots_per_inch = figure.dpi
    # Figure.savefig would draw each twice, once to place the parts, which drawing does in any case.
    figure.set_dpi(_DOTS_PER_INCH)
    FigureCanvasAgg(figure).print_png(png)
    figure.set_dpi(dots_per_inch)
    # Placing the parts costs as much as drawing them; they stay where they are.
    figure.set_layout_engine("none")
    FigureCanvasSVG(figure).print_svg(svg, metadata={"Date": None})
    return png.getvalue(), svg.getvalue()


def plain(text: str, length: int = 28) -> str:
    """Short enough for a chart; a dollar would begin a formula."""
    cut = text if len(text) <= length else text[: length - 1] + "…"
    return cut.replace("$", r"\$")


def course(axes: "Axes", points: Sequence[tuple[float, float]], title: str) -> None:
    """Points in an order, with the running median of five."""
    points = sorted(points)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    running = [statistics.median(ys[max(0, n - 2) : n + 3]) for n in range(len(ys))]
    axes.plot(xs, ys, ".", color="#999999", markersize=3)
    axes.plot(xs, running, color=COLORS[0], linewidth=1.4)
    axes.set_title(plain(title), fontsize=8.5)


def matrix(
    axes: "Axes", values: np.ndarray, names: Sequence[str], title: str, low: float, high: float
) -> None:
    """A square of numbers between readers, those of few written out."""
    axes.imshow(np.ma.masked_invalid(values), vmin=low, vmax=high, cmap="viridis")
    few = len(names) <= 12
    if few:
        for (row, column), value in np.ndenumerate(values):
            if not math.isnan(value):
                bright = (value - low) / (high - low) > 0.6
                axes.text(
                    column,
                    row,
                    f"{value:.2f}",
                    ha="center",
                    va="center",
                    fontsize=7,
                    color="black" if bright else "white",
                )
    step = 1 if len(names) <= 30 else 5
    labels = [plain(name, 14) for name in names[::step]]
    axes.set_xticks(range(0, len(names), step), labels, rotation=90, fontsize=7)
    axes.set_yticks(range(0, len(names), step), labels, fontsize=7)
    axes.set_title(plain(title, 60), fontsize=8.5)


def boxes(axes: "Axes", values: Mapping[str, Sequence[float]], title: str, label: str) -> None:
    """A box of each name's values, with the values themselves."""
    finite = [[value for value in each if math.isfinite(value)] for each in values.values()]
    axes.boxplot(finite, widths=0.55, showfliers=False, medianprops={"color": COLORS[1]})
    random = np.random.default_rng(0)
    for number, each in enumerate(finite, start=1):
        if len(each) <= 60:
            spread = number + random.uniform(-0.18, 0.18, len(each))
            axes.plot(spread, each, ".", color=COLORS[0], markersize=2.5, alpha=0.6)
    axes.set_xticks(range(1, len(values) + 1), [plain(name, 16) for name in values], rotation=90, fontsize=7)
    axes.set_title(plain(title, 40), fontsize=8.5)
    axes.set_ylabel(label)
