"""What a reader looks at and when: every move of a slice view, of the pointer, of window and level.

The file has the columns of the Image Quizzer's UserInteractionLog.csv, and behind them three of our own. A
view that moves gives four rows, one for each corner pixel; all views do when the page is entered or laid out
anew. Events give rows of their own, named in Location; leaving the page and coming back are told in Layout.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..quiz.layout_rows import IMAGE_ID
from ..quiz.model import VIEWS_OF_LAYOUT, Layout, SliceView
from .host import Host
from .slices import is_beside
from .tools import crosshair_node

if TYPE_CHECKING:
    from slicer import vtkMRMLCrosshairNode, vtkMRMLSliceLogic, vtkMRMLSliceNode, vtkMRMLVolumeNode
    from vtk import vtkObject


FILE_NAME = "UserInteractionLog.csv"

_AXES = ("bg", "fg")
COLUMNS = (
    *("CPU Uptime", "Time", "Layout", "ViewName", "Location", "X", "Y", "Height", "Width"),
    *(f"{name}_{layer}" for layer in _AXES for name in ("Image", "I", "J", "K")),
    *(f"m_{layer}({row}-{column})" for layer in _AXES for row in range(4) for column in range(4)),
    *("SliceOffset", "Window", "Level"),
)
"""CPU Uptime is a clock that only goes forward, in seconds; X and Y are pixels of the screen, to the right
and down; I, J and K are the voxel there; m is the matrix from the view's own pixels, which count to the right
and up from the bottom left one, to I, J and K; SliceOffset is in mm."""

_CORNERS = {"TopLeft": (0, 1), "TopRight": (1, 1), "BottomLeft": (0, 0), "BottomRight": (1, 0)}
_MOST_EVENTS = 2000
"""So many events are kept in memory at most before they are written."""

_TIME = "%Y/%m/%d %H:%M:%S.%f"


@dataclass(frozen=True)
class _ShownImage:
    """An image on a view: ``xy_to_ijk`` (4, 4) leads from the view's pixels to voxels."""

    name: str
    xy_to_ijk: tuple[float, ...]

    def cells(self, point: tuple[float, float] | None) -> list[str]:
        if point is None:
            return [self.name, "", "", ""]
        ijk = np.array(self.xy_to_ijk).reshape(4, 4) @ [*point, 0.0, 1.0]
        return [self.name, *(_shown(index) for index in ijk[:3])]


@dataclass(frozen=True)
class _View:
    """A slice view at one moment: ``size`` (width, height) in pixels, ``place`` of its top left pixel on the
    screen, ``layers`` background and foreground, None where there is none."""

    name: str
    size: tuple[int, int]
    place: tuple[int, int]
    offset_mm: float
    layers: tuple[_ShownImage | None, _ShownImage | None]


@dataclass(frozen=True)
class _Event:
    """``point`` is in the view's own pixels; ``cells`` are SliceOffset, Window and Level."""

    uptime_s: float
    time: datetime
    layout: str
    what: str
    view: _View | None = None
    point: tuple[float, float] | None = None
    cells: tuple[str, str, str] = ("", "", "")

    def row(self) -> list[str]:
        times = [f"{self.uptime_s:.6f}", self.time.strftime(_TIME)]
        if self.view is None:
            return [*times, self.what, *[""] * (len(COLUMNS) - 3)]
        view = self.view
        position = ["", ""]
        if self.point is not None:
            x, y = self.point
            position = [_shown(view.place[0] + x), _shown(view.place[1] + view.size[1] - 1 - y)]
        has_matrices = self.what in _CORNERS
        images: list[str] = []
        matrices: list[str] = []
        for layer in view.layers:
            images += layer.cells(self.point) if layer else [""] * 4
            matrices += map(_shown, layer.xy_to_ijk) if layer and has_matrices else [""] * 16
        size = [str(view.size[1]), str(view.size[0])]
        return [*times, self.layout, view.name, self.what, *position, *size, *images, *matrices, *self.cells]


class InteractionLog:
    """Writes the log of one page to ``path`` from ``start`` to ``stop``.

    ``layout()`` is the layout that is shown. Events are only noted, with their time; ``save`` puts them into
    the file, and what cannot be written waits for the next call, with ``unsaved`` saying why.
    """

    retry_s = 0.0

    def __init__(self, host: Host, path: Path, page_id: str, layout: Callable[[], Layout]) -> None:
        self._host, self._path, self._page_id, self._layout = host, path, page_id, layout
        self._events: list[_Event] = []
        self._views: dict[str, _View] = {}
        self._window_levels: dict[tuple[str, int], tuple[float, float]] = {}
        self._observers: list[tuple[vtkObject, int]] = []
        self._fault = ""

    def start(self) -> None:
        if self._path.exists():
            self._note(f"Re-entering Page-- {self._page_id}")
        self.look_again()

    def look_away(self) -> None:
        """The views are about to get other images or another layout; ``look_again`` once they have them."""
        for node, tag in self._observers:
            node.RemoveObserver(tag)
        self._observers.clear()

    def look_again(self) -> None:
        self.look_away()
        self._views, self._window_levels = {}, {}
        for logic in self._logics():
            for node in (logic.GetSliceNode(), logic.GetSliceCompositeNode()):
                self._observe(node, "ModifiedEvent", self._view_changed)
            for volume in _volumes(logic):
                if volume is not None and volume.GetDisplayNode():
                    self._observe(volume.GetDisplayNode(), "ModifiedEvent", self._window_level_changed)
        crosshair = crosshair_node(self._host)
        self._observe(crosshair, crosshair.CursorPositionModifiedEvent, self._pointer_moved)
        self._view_changed()
        self._window_level_changed()

    def stop(self) -> None:
        self.look_away()
        self._note(f"Leaving Page --{self._page_id}")
        self.save()

    @property
    def unsaved(self) -> str:
        return f"The log “{self._path}” cannot be written now ({self._fault}); this is tried again."

    def save(self) -> bool:
        """Whether everything is in the file now."""
        if not self._events:
            return True
        try:
            self._write_to(self._path)
        except OSError as fault:
            self._fault = fault.strerror or str(fault)
            return False
        return True

    def save_copy(self, folder: Path) -> None:
        """Put what waits into another folder of the quiz; raises OSError, and then it goes on waiting."""
        self._write_to(folder / self._path.parent.name / self._path.name)

    def _write_to(self, path: Path) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(event.row() for event in self._events)
        _append(path, text.getvalue())
        self._events.clear()
        self._fault = ""

    def _view_changed(self, *_event: object) -> None:
        for logic in self._logics():
            if is_beside(logic.GetSliceNode()):
                continue
            view = self._view(logic)
            before = self._views.get(view.name)
            if view == before:
                continue
            self._views[view.name] = view
            if before is not None and view.offset_mm != before.offset_mm:
                self._note("Scroll", view, cells=(_shown(view.offset_mm), "", ""))
            width, height = view.size
            for corner, (right, top) in _CORNERS.items():
                self._note(corner, view, (right * (width - 1), top * (height - 1)))

    def _pointer_moved(self, crosshair: vtkMRMLCrosshairNode, _event: object) -> None:
        xyz = [0.0, 0.0, 0.0]
        node = crosshair.GetCursorPositionXYZ(xyz)
        name = node.GetLayoutName() if node is not None else ""
        if name not in self._views:
            return
        if self._host.place_on_screen(SliceView(name)) != self._views[name].place:
            # The window was moved, which no slice node knows.
            self._view_changed()
        self._note("Pointer", self._views[name], (xyz[0], xyz[1]))

    def _window_level_changed(self, *_event: object) -> None:
        for logic in self._logics():
            for place, volume in enumerate(_volumes(logic)):
                display = volume.GetDisplayNode() if volume is not None else None
                if display is None or not hasattr(display, "GetWindow"):
                    continue
                key = (logic.GetSliceNode().GetLayoutName(), place)
                now = (display.GetWindow(), display.GetLevel())
                if self._window_levels.get(key) != now:
                    self._window_levels[key] = now
                    view = self._view(logic)
                    shown = (view.layers[0], None) if place == 0 else (None, view.layers[1])
                    cells = ("", _shown(now[0]), _shown(now[1]))
                    self._note("WindowLevel", replace(view, layers=shown), cells=cells)

    def _note(
        self,
        what: str,
        view: _View | None = None,
        point: tuple[float, float] | None = None,
        cells: tuple[str, str, str] = ("", "", ""),
    ) -> None:
        layout = self._layout().value
        self._events.append(_Event(time.monotonic(), datetime.now(), layout, what, view, point, cells))
        if len(self._events) % _MOST_EVENTS == 0:
            self.save()

    def _logics(self) -> list[vtkMRMLSliceLogic]:
        logic_of = self._host.application_logic.GetSliceLogicByLayoutName
        found = (logic_of(view.value) for view in VIEWS_OF_LAYOUT[self._layout()])
        return [logic for logic in found if logic is not None]

    def _view(self, logic: vtkMRMLSliceLogic) -> _View:
        node = logic.GetSliceNode()
        width, height, _depth = node.GetDimensions()
        name = node.GetLayoutName()
        background, foreground = (_layer(node, volume) for volume in _volumes(logic))
        place = self._host.place_on_screen(SliceView(name))
        return _View(name, (width, height), place, node.GetSliceOffset(), (background, foreground))

    def _observe(self, node: vtkObject, event: object, action: Callable[..., None]) -> None:
        self._observers.append((node, node.AddObserver(event, action)))


def _volumes(logic: vtkMRMLSliceLogic) -> list[vtkMRMLVolumeNode | None]:
    """Background and foreground."""
    return [logic.GetLayerVolumeNode(layer) for layer in (0, 1)]


def _layer(slice_node: vtkMRMLSliceNode, volume: vtkMRMLVolumeNode | None) -> _ShownImage | None:
    import vtk

    if volume is None:
        return None
    matrix = vtk.vtkMatrix4x4()
    volume.GetRASToIJKMatrix(matrix)
    if volume.GetParentTransformNode() is not None:
        to_volume = vtk.vtkMatrix4x4()
        volume.GetParentTransformNode().GetMatrixTransformFromWorld(to_volume)
        vtk.vtkMatrix4x4.Multiply4x4(matrix, to_volume, matrix)
    vtk.vtkMatrix4x4.Multiply4x4(matrix, slice_node.GetXYToRAS(), matrix)
    name = volume.GetAttribute(IMAGE_ID) or volume.GetName()
    return _ShownImage(name, tuple(matrix.GetElement(n // 4, n % 4) for n in range(16)))


def _append(path: Path, text: str) -> None:
    """Add lines to the file, or none of them: what a full disk took a part of is taken back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        start = file.seek(0, 2)
        file.seek(max(0, start - 1))
        last = file.read(1)
        try:
            if not last:
                file.write((",".join(COLUMNS) + "\n").encode())
            elif last != b"\n":
                # The program was killed while it wrote.
                file.write(b"\n")
            file.write(text.encode())
            file.flush()
        except OSError:
            with suppress(OSError):
                file.truncate(start)
            raise


def _shown(number: float) -> str:
    return f"{number:.10g}"
