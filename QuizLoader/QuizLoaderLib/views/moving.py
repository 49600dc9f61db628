"""What the mouse does on a slice view, done by keys: another slice, zoom, pan, window and level."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slicer import vtkMRMLSliceLogic, vtkMRMLVolumeNode


_LEAST_WINDOW = 1e-6


def step_slice(logic: vtkMRMLSliceLogic, steps: int) -> None:
    """``steps`` slices of the lowest volume along the view's normal, not beyond its first and last slice.

    Linked views follow, as they do with the mouse; so they do in ``zoom`` and ``pan``.
    """
    spacing = logic.GetLowestVolumeSliceSpacing()[2]
    bounds = [0.0] * 6
    logic.GetLowestVolumeSliceBounds(bounds)
    low, high = bounds[4] + spacing / 2, bounds[5] - spacing / 2
    logic.StartSliceOffsetInteraction()
    offset = logic.GetSliceOffset() + steps * spacing
    logic.SetSliceOffset(min(max(offset, low), max(low, high)))
    logic.EndSliceOffsetInteraction()


def zoom(logic: vtkMRMLSliceLogic, factor: float) -> None:
    """Above 1 the image grows about the middle of the view."""
    node = logic.GetSliceNode()
    across, up, through = node.GetFieldOfView()
    with _interaction(logic, node.FieldOfViewFlag):
        node.SetFieldOfView(across / factor, up / factor, through)
        node.UpdateMatrices()


def pan(logic: vtkMRMLSliceLogic, right: float, up: float) -> None:
    """Move the image by parts of the view's width and height."""
    node = logic.GetSliceNode()
    across, high, _ = node.GetFieldOfView()
    x, y, z = node.GetXYZOrigin()
    with _interaction(logic, node.XYZOriginFlag):
        node.SetXYZOrigin(x - right * across, y - up * high, z)
        node.UpdateMatrices()


def change_window_level(volume: vtkMRMLVolumeNode, wider: float = 1.0, brighter: float = 0.0) -> None:
    """``wider`` multiplies the window; ``brighter`` lowers the level by parts of the window."""
    display = volume.GetDisplayNode()
    window = max(display.GetWindow() * wider, _LEAST_WINDOW)
    level = display.GetLevel() - brighter * display.GetWindow()
    display.SetAutoWindowLevel(False)
    display.SetWindowLevel(window, level)


@contextmanager
def _interaction(logic: vtkMRMLSliceLogic, flag: int) -> Iterator[None]:
    """Linked views follow what is changed within."""
    logic.StartSliceNodeInteraction(flag)
    try:
        yield
    finally:
        logic.EndSliceNodeInteraction()
