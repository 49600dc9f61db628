"""A dose-volume histogram as a picture, in SVG: the same in every host."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np

from ...quiz.isodoses import DoseLevel
from .histogram import DoseHistogram

CHART_SIZE = (320, 220)
"""Pixels, without another one."""
_MARGINS = (44, 10, 10, 36)
"""Pixels at the left, the right, above and below."""
_DASH = "6 3"
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5)
_MOST_STEPS = 6
_LEAST = 1e-9
"""Of an axis: less is nothing."""


@dataclass(frozen=True)
class DoseCurve:
    """``is_dashed`` tells the doses of a second plan from those of the first."""

    color: tuple[int, int, int]
    histogram: DoseHistogram
    is_dashed: bool = False


@dataclass(frozen=True)
class _Axes:
    """Where doses in Gy and volumes are in a picture of this (width, height), by the ticks of both."""

    size: tuple[int, int]
    doses: Sequence[float]
    volumes: Sequence[float]

    @property
    def edges(self) -> tuple[int, int, int, int]:
        """Left, right, top and bottom, in pixels."""
        (width, height), (left, right, top, bottom) = self.size, _MARGINS
        return left, width - right, top, height - bottom

    def x(self, dose: float) -> float:
        left, right, _top, _bottom = self.edges
        return round(left + (right - left) * float(dose) / self.doses[-1], 1)

    def y(self, volume: float) -> float:
        _left, _right, top, bottom = self.edges
        return round(bottom - (bottom - top) * float(volume) / self.volumes[-1], 1)


def chart_svg(
    curves: Sequence[DoseCurve],
    levels: Sequence[DoseLevel],
    highest: float,
    in_ml: bool = False,
    size: tuple[int, int] = CHART_SIZE,
) -> str:
    """The volume, in percent or in ml, that gets each dose in Gy or more; ``levels`` are upright lines."""
    most = max((curve.histogram.volume_ml for curve in curves), default=1.0) if in_ml else 100.0
    axes = _Axes(size, _ticks(highest), _ticks(most))
    parts = [*_frame(axes, "ml" if in_ml else "%"), *_level_lines(axes, levels)]
    parts += [_curve(axes, curve, curve.histogram.volume_ml if in_ml else 100.0) for curve in curves]
    width, height = size
    box = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    style = 'font-family="sans-serif" font-size="11"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box} {style}>{"".join(parts)}</svg>'


def _frame(axes: _Axes, unit: str) -> Iterator[str]:
    (width, height), (left, right, top, bottom) = axes.size, axes.edges
    yield f'<rect width="{width}" height="{height}" fill="#121212"/>'
    for dose in axes.doses:
        yield _line(axes.x(dose), top, axes.x(dose), bottom, "#424242")
        yield _text(axes.x(dose), bottom + 14, f"{dose:g}", "middle")
    for volume in axes.volumes:
        yield _line(left, axes.y(volume), right, axes.y(volume), "#424242")
        yield _text(left - 4, axes.y(volume) + 4, f"{volume:g}", "end")
    yield _text((left + right) / 2, height - 6, "Dose in Gy", "middle")
    yield _text(12, (top + bottom) / 2, f"Volume in {unit}", "middle", turned=True)


def _level_lines(axes: _Axes, levels: Sequence[DoseLevel]) -> Iterator[str]:
    _left, _right, top, bottom = axes.edges
    for level in levels:
        if level.value <= axes.doses[-1]:
            yield _line(axes.x(level.value), top, axes.x(level.value), bottom, _css(level.color), "2 3")


def _curve(axes: _Axes, curve: DoseCurve, of_all: float) -> str:
    """``of_all`` is the volume of the whole region."""
    left, right, _top, _bottom = axes.edges
    doses = np.linspace(0, axes.doses[-1], right - left + 1)
    volumes = curve.histogram.share_from(doses) * of_all
    points = " ".join(f"{axes.x(dose)},{axes.y(one)}" for dose, one in zip(doses, volumes, strict=True))
    dash = f' stroke-dasharray="{_DASH}"' if curve.is_dashed else ""
    return f'<polyline points="{points}" fill="none" stroke="{_css(curve.color)}" stroke-width="2"{dash}/>'


def _ticks(end: float) -> list[float]:
    """Round numbers from 0 on, the last one not below the end."""
    if end < _LEAST:
        return [0.0, 1.0]
    magnitude = 10.0 ** math.floor(math.log10(end))
    step = next(part * magnitude for part in _STEPS if end <= part * magnitude * _MOST_STEPS)
    return [number * step for number in range(math.ceil(end / step - 1e-9) + 1)]


def _line(x1: float, y1: float, x2: float, y2: float, color: str, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{color}"{dashed}/>'


def _text(x: float, y: float, text: str, anchor: str, turned: bool = False) -> str:
    turn = f' transform="rotate(-90 {x} {y})"' if turned else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="#f2f2f2"{turn}>{escape(text)}</text>'


def _css(color: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
