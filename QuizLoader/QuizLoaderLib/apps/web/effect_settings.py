"""How the effects of the segment editor are set: brushes, thresholds, islands."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from trame_slicer.segmentation import (
    BrushDiameterMode,
    SegmentationEffect,
    SegmentationEffectThreshold,
    SegmentationIslandsMode,
)

from ...quiz.values import number, whole_number
from .effects import Erase, Islands, Paint
from .polygon_effect import DrawPolygon

if TYPE_CHECKING:
    from trame_slicer.core import SegmentationEditor

FIRST_RADIUS_MM = 5.0
RADII_MM = (0.2, 100.0)
LOWEST_SHARE = 0.25
"""Of the range of grey values: where a threshold begins that the reader has not set, as in Slicer."""


EFFECTS: dict[str, type[SegmentationEffect]] = {
    "paint": Paint,
    "erase": Erase,
    "draw": DrawPolygon,
    "threshold": SegmentationEffectThreshold,
    "islands": Islands,
}
"""By the names that the client has for them."""


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
            effect.set_brush_diameter(2 * self.radius_mm, BrushDiameterMode.Absolute)
            effect.set_use_sphere_brush(self.is_ball)

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
        if effect == "threshold" and self.threshold == (0, 0):
            low, high = self.range()
            self._set_threshold(low + (high - low) * LOWEST_SHARE, high)
        elif effect == "islands":
            self._effect("islands").set_island_mode(SegmentationIslandsMode.KEEP_SELECTED)

    def set_smallest_island(self, voxels: object) -> None:
        self.smallest_island = max(1, int(_number(voxels, whole_number)))
        self._effect("islands").set_minimum_island_size(self.smallest_island)

    def range(self) -> tuple[float, float]:
        """Of the grey values of the image that is drawn on."""
        volume = self._editor.active_volume_node
        return volume.GetImageData().GetScalarRange() if volume else (0.0, 1.0)

    def _set_threshold(self, low: float, high: float) -> None:
        self._effect("threshold").set_threshold_min_max_values((low, high))

    def _effect(self, name: str) -> SegmentationEffect:
        return self._editor.get_effect(EFFECTS[name])


def _number(typed: object, kind: Callable[[str], float] = number) -> float:
    try:
        return kind(str(typed).strip().replace(",", "."))
    except ValueError as fault:
        raise NotANumberError from fault
