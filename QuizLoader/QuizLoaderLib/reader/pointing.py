"""What a reader points at, in words: the value with its unit, where it is, and the regions there."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..images.types.volume import is_calibrated, shown_units
from ..quiz.model import SliceView
from ..views.contents import contents_of_views
from ..views.under_pointer import Region, VoxelUnder, point_under, regions_under, segments_under, voxels_under
from .opened_quiz import OpenedQuiz
from .view_texts import mm_text

if TYPE_CHECKING:
    import numpy as np

_AXES_RAS = ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0])


@dataclass(frozen=True)
class PointedAt:
    """``values`` has a line for each image, from the lowest; ``voxel`` and ``position`` are empty where there
    are none."""

    view: str
    values: tuple[str, ...] = ()
    voxel: str = ""
    position: str = ""
    regions: tuple[Region, ...] = ()

    @property
    def lines(self) -> list[str]:
        """All that is said, from above."""
        names = ", ".join(name for name, _color in self.regions)
        return [text for text in (*self.values, names, self.position, self.voxel) if text]


class Pointing:
    """A host calls ``point`` when the pointer has moved over a view, ``look`` after it and when a view has
    changed, as often as it likes, and shows ``shown``."""

    def __init__(self) -> None:
        self._opened: OpenedQuiz | None = None
        self._at: tuple[SliceView, float, float] | None = None
        self.shown: PointedAt | None = None

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown."""
        self._opened = opened
        self.look()

    def end(self) -> None:
        self._opened = self._at = self.shown = None

    def point(self, view: SliceView, x: float, y: float) -> None:
        """At the pixel ``x`` to the right and ``y`` upwards, counted from 0; ``look`` looks there."""
        self._at = (view, x, y)

    def leave(self) -> None:
        """The pointer is over no view."""
        self._at = None

    def look(self) -> None:
        """What is there now."""
        opened = self._opened
        if opened is None or opened.shown is None or self._at is None:
            self.shown = None
            return
        view, x, y = self._at
        logic = opened.slice_logics().get(view)
        if logic is None:
            self.shown = None
            return
        node, contents = logic.GetSliceNode(), contents_of_views(opened.on_views)[view]
        point_ras = point_under(node, x, y)
        voxels = voxels_under(contents, point_ras)
        is_named = len(contents.volumes) > 1 and opened.on_views.page.randomize_sides is None
        regions = regions_under(contents, node, point_ras)
        for drawn in opened.drawings.nodes:
            regions += segments_under(drawn, node, point_ras)
        self.shown = PointedAt(
            view=view.value,
            values=tuple(_value_line(voxel, is_named) for voxel in voxels),
            voxel=_voxel_text(voxels[0], contents.is_picture) if voxels else "",
            position="" if contents.is_picture or contents.is_empty else _position_text(voxels, point_ras),
            regions=tuple(dict.fromkeys(regions)),
        )


def value_text(voxel: VoxelUnder) -> str:
    """``40 HU``, ``3.21 SUV``, ``RGB 200 120 90``."""
    if len(voxel.values) > 1:
        return "RGB " + " ".join(f"{value:g}" for value in voxel.values[:3])
    factor, units = shown_units(voxel.node)
    value = factor * voxel.values[0]
    is_whole = factor == 1 and voxel.node.GetImageData().GetScalarTypeAsString() not in ("float", "double")
    text = f"{value:.0f}" if is_whole else f"{value:.2f}" if 0.1 <= abs(value) < 1e5 else f"{value:.3g}"
    return f"{text} {units}".rstrip()


def _value_line(voxel: VoxelUnder, is_named: bool) -> str:
    return f"{voxel.image_id}: {value_text(voxel)}" if is_named else value_text(voxel)


def _voxel_text(voxel: VoxelUnder, is_picture: bool) -> str:
    i, j, k = voxel.ijk
    return f"Pixel {i}, {j}" if is_picture else f"Voxel {i}, {j}, {k}"


def _position_text(voxels: list[VoxelUnder], point_ras: "np.ndarray") -> str:
    if not all(is_calibrated(voxel.node) for voxel in voxels):
        return ""
    parts = (mm_text(mm, axis).removesuffix(" mm") for mm, axis in zip(point_ras, _AXES_RAS, strict=True))
    return "  ".join(parts) + " mm"
