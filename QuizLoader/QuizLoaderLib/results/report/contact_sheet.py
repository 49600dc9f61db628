"""The worst cases as one picture: all readers' contours over each other, seen as on Slicer's views."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from ...images.grid import Grid
from ..drawings.image_comparison import ImageComparison, Snapshot
from . import charts
from .slice_pictures import MARGIN

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_RIGHTWARD = {0: -1, 1: -1, 2: 1}
"""Which way an axis of RAS runs to the right of a screen: to the patient's left, to the back."""
_LETTERS = (("L", "R"), ("P", "A"), ("I", "S"))


def contact_sheet(
    worst: Sequence[tuple[ImageComparison, Snapshot]], pictures: Mapping[Snapshot, np.ndarray]
) -> "Figure":
    """With the ``pictures`` behind; where there is none, the grey says how many readers drew there."""
    shapes = [_as_seen(_with_margin(each.masks), each.grid) for _, each in worst]
    tallest = max(seen.shape[1] * mm[0] / (seen.shape[2] * mm[1]) for seen, _, mm in shapes)
    figure, axes = charts.panels(len(worst), width=2.6, height=2.6 * min(tallest, 1.6) + 0.5)
    readers = list(dict.fromkeys(reader for _, each in worst for reader in each.readers))
    for place, (image, snapshot) in zip(axes, worst, strict=False):
        _draw(place, snapshot, pictures.get(snapshot), readers)
        title = f"{charts.plain(str(image.drawings.first.item), 30)}\n{charts.plain(snapshot.region, 30)}"
        place.set_title(f"{title}, slice {snapshot.slice_number + 1}", fontsize=8)
    if len(readers) <= 3 * len(charts.COLORS):
        from matplotlib.lines import Line2D

        lines = [
            Line2D([], [], color=charts.color(n), linestyle=_style(n), label=charts.plain(reader, 20))
            for n, reader in enumerate(readers)
        ]
        figure.legend(handles=lines, loc="outside lower center", ncols=min(6, len(lines)), fontsize=7.5)
    return figure


def _draw(axes: "Axes", snapshot: Snapshot, picture: np.ndarray | None, readers: Sequence[str]) -> None:
    turned, letters, spacing = _as_seen(_with_margin(snapshot.masks), snapshot.grid)
    if picture is None:
        behind, white = turned.mean(axis=0), 1.6
    else:
        behind, white = _as_seen(picture[np.newaxis], snapshot.grid)[0][0], 1.0
    aspect = spacing[0] / spacing[1]
    axes.imshow(behind, cmap="gray", vmin=0, vmax=white, interpolation="nearest", aspect=aspect)
    for reader, mask in zip(snapshot.readers, turned, strict=True):
        number = readers.index(reader)
        if mask.any():
            axes.contour(
                mask.astype(float),
                levels=[0.5],
                linewidths=1.1,
                colors=charts.color(number),
                linestyles=_style(number),
            )
    axes.set_xticks([])
    axes.set_yticks([])
    for letter, x, y in zip(letters, (0.02, 0.98, 0.5, 0.5), (0.5, 0.5, 0.98, 0.02), strict=True):
        axes.text(
            x,
            y,
            letter,
            color="#ffd75e",
            fontsize=8,
            transform=axes.transAxes,
            ha="left" if x < 0.1 else "right" if x > 0.9 else "center",
            va="top" if y > 0.9 else "bottom" if y < 0.1 else "center",
        )


def _style(number: int) -> Literal["-", "--", ":"]:
    styles: tuple[Literal["-"], Literal["--"], Literal[":"]] = ("-", "--", ":")
    return styles[number // len(charts.COLORS) % 3]


def _with_margin(masks: np.ndarray) -> np.ndarray:
    return np.pad(masks, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))


def _as_seen(
    slices: np.ndarray, grid: Grid
) -> tuple[np.ndarray, tuple[str, str, str, str], tuple[float, float]]:
    """The slices (any, rows, columns) turned as Slicer shows such a slice: the letters at the left, right,
    top and bottom, and the spacing in mm down and to the right."""
    along = np.abs(grid.ijk_to_ras[:3, :2])
    axes = [int(np.argmax(along[:, 0]))]
    axes.append(max((axis for axis in range(3) if axis != axes[0]), key=lambda axis: along[axis, 1]))
    signs = [float(np.sign(grid.ijk_to_ras[axes[n], n])) for n in (0, 1)]
    spacing = [float(value) for value in grid.spacing_mm[:2]]
    turned = slices
    # Upwards are the head, else the front.
    if axes[0] > axes[1]:
        turned = turned.transpose(0, 2, 1)
        axes, signs, spacing = axes[::-1], signs[::-1], spacing[::-1]
    if signs[0] != _RIGHTWARD[axes[0]]:
        turned = turned[:, :, ::-1]
    if signs[1] > 0:
        turned = turned[:, ::-1]
    low, high = _LETTERS[axes[0]]
    left, right = (high, low) if _RIGHTWARD[axes[0]] < 0 else (low, high)
    below, above = _LETTERS[axes[1]]
    return turned, (left, right, above, below), (spacing[1], spacing[0])
