"""How the effects of the segment editor are set: brushes, thresholds, islands, filters."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from trame_slicer.segmentation import (
    SegmentationEffect,
    SegmentationEffectNoTool,
    SegmentationIslandsMode,
)

from ...quiz.values import number, whole_number
from ...reader.drawing.effects import EFFECTS as NAMED_EFFECTS
from ...reader.drawing.region_filters import COMBINATIONS, SMOOTHINGS
from .brushes import Erase, Paint
from .effects import Islands, LastDrawn, Threshold
from .level_effect import LevelTracing
from .polygon_effect import DrawPolygon

if TYPE_CHECKING:
    from trame_slicer.core import SegmentationEditor

FIRST_RADIUS_MM = 5.0
RADII_MM = (0.2, 100.0)
LOWEST_SHARE = 0.25
"""Of the range of grey values: where a threshold begins that the reader has not set, as in Slicer."""

FIRST_WIDTH_MM = 3.0
"""Of what smoothing looks at, and of a margin, as in Slicer."""

WIDTHS_MM = (0.1, 20.0)
"""What a filter looks at takes memory and time with the cube of its width."""

_OF_MOUSE: dict[str, type[SegmentationEffect]] = {
    "paint": Paint,
    "erase": Erase,
    "draw": DrawPolygon,
    "threshold": Threshold,
    "islands": Islands,
    "level": LevelTracing,
}

EFFECTS = {
    each.name: _OF_MOUSE.get(each.name, SegmentationEffectNoTool)
    for each in NAMED_EFFECTS
    if not each.at_once
}
"""Those that are taken in hand, by their names; some have nothing to do with the mouse."""

TABLES = {
    "effects": [
        {"name": each.name, "icon": each.icon, "of_region": each.of_region} for each in NAMED_EFFECTS
    ],
    "smoothings": [{"value": name, "title": each.words} for name, each in SMOOTHINGS.items()],
    "combinations": [{"value": name, "title": words} for name, (words, _rule) in COMBINATIONS.items()],
}
"""For the client."""

_UNSET = (0.0, 0.0)
"""The threshold of trame-slicer before any is set."""

_WITHIN_RANGE = ("paint", "erase", "draw")


class NotANumberError(ValueError):
    """What the reader typed is none."""


class EffectSettings:
    """Of trame-slicer's ``editor``; what a reader types has a point or a comma, else it raises
    NotANumberError."""

    def __init__(self, editor: "SegmentationEditor") -> None:
        self._editor = editor
        self.radius_mm = FIRST_RADIUS_MM
        self.is_ball = False
        self.smallest_island = 1000
        """In voxels."""
        self.removes_island = False
        self.is_within_range = False
        self.last = LastDrawn()
        self._image = ""
        self._ranges: dict[str, tuple[tuple[float, float], bool]] = {}
        self.smoothing, self.smoothing_mm = next(iter(SMOOTHINGS)), FIRST_WIDTH_MM
        self.margin_mm = FIRST_WIDTH_MM
        self.uses: dict[str, Callable[..., None]] = {
            "radius": self.set_radius,
            "scale_radius": self.scale_radius,
            "ball": self.toggle_ball,
            "threshold": self.set_threshold,
            "toggle_range": self.toggle_range,
            "toggle_island": self.toggle_island,
            "smoothing": self.set_smoothing,
            "margin": self.set_margin,
        }

    def begin_image(self, path: str) -> None:
        """Another image is drawn on. A range of grey values belongs to the image that it was set for."""
        self._ranges[self._image] = (self.threshold, self.is_within_range)
        self._image = path
        threshold, self.is_within_range = self._ranges.get(path, (_UNSET, False))
        self.last.slices.clear()
        self.last.sentence = ""
        for name in _WITHIN_RANGE:
            self._effect(name).last = self.last
        self._set_threshold(*threshold)

    def set_radius(self, millimetres: object) -> None:
        low, high = RADII_MM
        self.radius_mm = min(max(_number(millimetres), low), high)
        self._set_brushes()

    def scale_radius(self, factor: float) -> None:
        self.set_radius(round(self.radius_mm * factor, 2))

    def toggle_ball(self) -> None:
        self.is_ball = not self.is_ball
        self._set_brushes()

    def _set_brushes(self) -> None:
        for brush in ("paint", "erase"):
            effect = self._effect(brush)
            effect.radius_mm, effect.is_ball = self.radius_mm, self.is_ball

    @property
    def threshold(self) -> tuple[float, float]:
        return self._effect("threshold").get_threshold_min_max_values()

    def set_threshold(self, low: object, high: object) -> None:
        """The end that is None stays, but is pushed where it would be on the wrong side of the other."""
        before = self.threshold
        if low is not None:
            self._set_threshold(_number(low), max(_number(low), before[1]))
        elif high is not None:
            self._set_threshold(min(_number(high), before[0]), _number(high))

    def begin(self, effect: str) -> None:
        """An effect was taken in hand."""
        if effect == "threshold":
            self._begin_threshold()
        elif effect == "islands":
            self._set_island_mode()

    def toggle_island(self) -> None:
        """Whether a click keeps an island or takes it away."""
        self.removes_island = not self.removes_island
        self._set_island_mode()

    def _set_island_mode(self) -> None:
        modes = SegmentationIslandsMode
        self._effect("islands").set_island_mode(
            modes.REMOVE_SELECTED if self.removes_island else modes.KEEP_SELECTED
        )

    def toggle_range(self) -> None:
        """Whether brushes and outlines leave alone what is not between the two thresholds."""
        self.is_within_range = not self.is_within_range
        self._begin_threshold()
        self._set_ranges()

    def _set_ranges(self) -> None:
        for name in _WITHIN_RANGE:
            self._effect(name).value_range = self.threshold if self.is_within_range else None

    def _begin_threshold(self) -> None:
        if self.threshold == _UNSET:
            low, high = self.range()
            self._set_threshold(low + (high - low) * LOWEST_SHARE, high)

    def set_smoothing(self, kind: object, width_mm: object) -> None:
        self.smoothing_mm = _width(width_mm)
        if isinstance(kind, str) and kind in SMOOTHINGS:
            self.smoothing = kind

    def set_margin(self, width_mm: object) -> None:
        self.margin_mm = _width(width_mm)

    def set_smallest_island(self, voxels: object) -> None:
        self.smallest_island = max(1, int(_number(voxels, whole_number)))
        self._effect("islands").set_minimum_island_size(self.smallest_island)

    def as_state(self) -> dict[str, object]:
        """For the client."""
        return {
            "radius": self.radius_mm,
            "ball": self.is_ball,
            "threshold": list(self.threshold),
            "range": list(self.range()),
            "within_range": self.is_within_range,
            "smallest_island": self.smallest_island,
            "removes_island": self.removes_island,
            "smoothing": self.smoothing,
            "smoothing_mm": self.smoothing_mm,
            "margin_mm": self.margin_mm,
        }

    def range(self) -> tuple[float, float]:
        """Of the grey values of the image that is drawn on."""
        volume = self._editor.active_volume_node
        return volume.GetImageData().GetScalarRange() if volume else (0.0, 1.0)

    def _set_threshold(self, low: float, high: float) -> None:
        self._effect("threshold").set_threshold_min_max_values((low, high))
        self._set_ranges()

    def _effect(self, name: str) -> SegmentationEffect:
        return self._editor.get_effect(EFFECTS[name])


def _width(typed: object) -> float:
    low, high = WIDTHS_MM
    return min(max(_number(typed), low), high)


def _number(typed: object, kind: Callable[[str], float] = number) -> float:
    try:
        return kind(str(typed).strip().replace(",", "."))
    except ValueError as fault:
        raise NotANumberError from fault
