"""What stands in the corners and at the edges of a view, as text over the picture."""

from typing import Any

from ...views.contents import ViewContents
from ...views.frames import number_of_frames, shown_frame
from ...views.orientation_letters import direction_letters, edge_letters
from ..reading.texts import tr as _

Corner = dict[str, Any]


def corner_of(contents: ViewContents, slice_node: Any) -> Corner:
    """The texts of one view: ``name``, ``orientation``, the letters of its edges, ``position`` along its
    normal in mm (towards S, L or A is that letter), ``window`` and ``frame``; empty where there is none. And
    ``mm_per_pixel`` of the view."""
    volume = contents.leader.node if contents.leader else None
    corner: Corner = {
        "name": contents.view.value,
        "orientation": "" if contents.is_picture else _orientation(contents, slice_node),
        "left": "",
        "right": "",
        "top": "",
        "bottom": "",
        "position": "",
        "window": _window(volume),
        "frame": _frame(volume),
        "mm_per_pixel": slice_node.GetFieldOfView()[0] / max(1, slice_node.GetDimensions()[0]),
    }
    if not contents.is_picture and any(placed.node for placed in contents.images):
        letters = edge_letters(slice_node)
        corner |= {
            "left": letters.left,
            "right": letters.right,
            "top": letters.top,
            "bottom": letters.bottom,
            "position": _position(slice_node),
        }
    return corner


def _orientation(contents: ViewContents, slice_node: Any) -> str:
    """As the reader would call it; Slicer calls a plane that is turned to the volume's axes reformatted."""
    is_turned = slice_node.GetOrientation() != contents.orientation.value
    return contents.orientation.value + (_(", rotated") if is_turned else "")


def _position(node: Any) -> str:
    slice_to_ras = node.GetSliceToRAS()
    offset = node.GetSliceOffset()
    sign = -1.0 if offset < 0 else 1.0
    letters = direction_letters([sign * slice_to_ras.GetElement(row, 2) for row in range(3)])
    return f"{letters} {abs(offset):.1f} mm"


def _window(volume: Any) -> str:
    display = volume.GetDisplayNode() if volume is not None else None
    if display is None or not display.IsA("vtkMRMLScalarVolumeDisplayNode"):
        return ""
    return f"W {display.GetWindow():.4g}  L {display.GetLevel():.4g}"


def _frame(volume: Any) -> str:
    count = number_of_frames(volume)
    if count < 2:
        return ""
    return f"Frame {(shown_frame(volume) or 0) + 1} of {count}"
