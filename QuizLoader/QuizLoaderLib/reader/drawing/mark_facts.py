"""What is measured of a mark, as the results have it and as a reader sees it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...images.grid import RAS_TO_LPS, moved
from ...images.mark_shapes import MarkShape, centre, size, statistics
from ...images.types.volume import shown_units
from ...images.vtk_images import image_array
from ...quiz.model import Orientation, SliceView
from ...quiz.question_types import MarkTool
from ...views import marks
from ...views.arrows import text_of
from ...views.contents import contents_of_views
from ...views.slices import slice_number
from ...views.under_pointer import regions_under
from .image_drawing import grid_of
from .page_drawn_on import NO_IMAGE, PageDrawnOn

if TYPE_CHECKING:
    import slicer

OUTSIDE = "it lies on no image of the page"
_SHOWN = {"degrees": "°", "mm2": " mm²", "px2": " px²", "mm": " mm", "px": " px"}


def facts_of(
    node: "slicer.vtkMRMLMarkupsNode",
    tool: MarkTool,
    image_id: str,
    on: PageDrawnOn,
    view: SliceView | None,
) -> dict[str, str]:
    """The attributes of its MarkPath. ``view`` is that it was placed in, or the last one pointed at."""
    shape = shape_of(node, tool)
    middle = centre(shape)
    length = size(shape)
    its_view, plane, number, regions = _where(shape, middle, on, view)
    return {
        "Tool": tool.value,
        "Image": image_id,
        "Center": " ".join(map(_number, moved(RAS_TO_LPS, middle[None])[0])),
        "Size": "" if length is None else _number(length),
        "Unit": "" if length is None else _unit(tool, on.is_calibrated(image_id)),
        "View": its_view,
        "Plane": plane,
        "Slice": number,
        "Regions": "; ".join(regions),
        **_values(shape, image_id, on),
        **({"Text": text_of(node)} if tool.has_text else {}),
    }


def shape_of(node: "slicer.vtkMRMLMarkupsNode", tool: MarkTool) -> MarkShape:
    """In RAS."""
    return MarkShape(tool, marks.points_ras(node, tool), marks.depth_mm(node, tool))


def size_text(facts: Mapping[str, str]) -> str:
    """``12.3 mm``, ``45.0°``, ``120.5 mm², mean 41.2 ± 5.0 HU, 30.0 to 52.0``; nothing for a point."""
    if not facts.get("Size"):
        return ""
    text = f"{float(facts['Size']):.1f}{_SHOWN[facts['Unit']]}"
    if facts.get("Mean"):
        unit = f" {facts['ValueUnit']}" if facts["ValueUnit"] else ""
        text += f", mean {float(facts['Mean']):.1f} ± {float(facts['SD']):.1f}{unit}"
        text += f", {float(facts['Minimum']):.1f} to {float(facts['Maximum']):.1f}"
    return text


def place_text(facts: Mapping[str, str], with_image: bool) -> str:
    """``CT, Axial slice 12``; its image where there is more than one."""
    number = f"{facts.get('Plane', '')} slice {facts['Slice']}" if facts.get("Slice") else ""
    return ", ".join(filter(None, (facts.get("Image", "") * with_image, number.strip())))


def _values(shape: MarkShape, image_id: str, on: PageDrawnOn) -> dict[str, str]:
    nothing = dict.fromkeys(("Mean", "SD", "Minimum", "Maximum", "ValueUnit"), "")
    if image_id == NO_IMAGE or not shape.tool.has_area:
        return nothing
    volume = on.volume(image_id)
    voxels = image_array(volume.GetImageData())
    if voxels.ndim != 3:
        return nothing
    found = statistics(shape, voxels, grid_of(volume).ijk_to_ras)
    if found is None:
        return nothing
    factor, unit = shown_units(volume)
    values = (found.mean, found.sd, found.minimum, found.maximum)
    return {
        **dict(zip(nothing, (_number(factor * each) for each in values), strict=False)),
        "ValueUnit": unit,
    }


def _where(
    shape: MarkShape, middle: np.ndarray, on: PageDrawnOn, view: SliceView | None
) -> tuple[str, str, str, list[str]]:
    """The view with its plane, and the slice that it is on, whatever slice is shown now, and the regions that
    the view shows under its centre. A line and an angle may lead through slices: that of their centre."""
    logics = on.slice_logics()
    points = shape.points if shape.tool.has_area else middle[None]
    if view not in logics or not marks.is_on_one_slice(points, logics[view]):
        view = marks.view_of(points, logics, view)
    if view is None:
        return "", "", "", []
    logic = logics[view]
    plane = logic.GetSliceNode().GetOrientation()
    slice_there = slice_number(logic, float(middle @ marks.axes_of_view(logic)[2]))
    regions = regions_under(contents_of_views(on.shown)[view], logic.GetSliceNode(), middle)
    return (
        view.value,
        plane if plane in {each.value for each in Orientation} else "",
        str(slice_there.number) if slice_there else "",
        [name for name, _color in regions],
    )


def _unit(tool: MarkTool, is_calibrated: bool) -> str:
    if tool is MarkTool.ANGLE:
        return "degrees"
    return ("mm" if is_calibrated else "px") + "2" * tool.has_area


def _number(value: float) -> str:
    """To a millionth; adding 0 takes the sign off a zero."""
    return f"{round(float(value), 6) + 0.0:.6f}".rstrip("0").rstrip(".")
