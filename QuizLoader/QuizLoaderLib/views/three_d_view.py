"""The 3D view of a layout: the regions of a page as closed surfaces, with the slices of its views."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..quiz.label_colors import color255
from ..quiz.layout_rows import ROWS_OF_LAYOUT
from .contents import PageNodes, contents_of_views
from .contours import ContourLook
from .host import Host
from .roi_visibility import ALWAYS_FILLED, ShownRegion, label_values, nodes_of_class, visible_segments
from .segment_planes import BINARY_LABELMAP, voxels_of
from .surface_models import Name, SurfaceModels
from .surfaces import RegionVoxels, Surface, surface_of

if TYPE_CHECKING:
    from slicer import (
        vtkMRMLCameraNode,
        vtkMRMLLabelMapVolumeNode,
        vtkMRMLSegmentationNode,
        vtkMRMLSliceNode,
        vtkMRMLViewNode,
    )
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

_log = logging.getLogger(__name__)

DISPLAYABLE_MANAGERS = (
    "vtkMRMLCameraDisplayableManager",
    # The box, and the letters at its sides.
    "vtkMRMLViewDisplayableManager",
    "vtkMRMLModelDisplayableManager",
)
"""Those that it needs."""

VIEW_ANGLE_DEGREES, _MARGIN = 30.0, 1.1

Key = tuple[str, str]
"""Of what has a surface of its own: the ID of its node, and that of the segment or the value as text."""


class ThreeDView:
    """Begun when a page was put on the views of a layout that has a 3D view, and ended with it.

    Nothing is made for a page without regions. Surfaces come one by one from a thread: while it
    ``is_making``, the host calls ``show_ready``, or once ``wait``, in its main thread.
    """

    def __init__(self) -> None:
        self.node: vtkMRMLViewNode | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._making: list[tuple[Name, Future[Surface | None]]] = []
        self._begun: set[Key] = set()
        self._models = SurfaceModels()
        self._put_back: list[_SliceBefore | _CameraBefore] = []

    def begin(self, shown: PageNodes, host: Host, regions: Sequence[ShownRegion]) -> None:
        """The page was put on its slice views just now, with these regions; it is looked at from anterior."""
        self.end()
        self.add(shown, host, regions)

    def add(self, shown: PageNodes, host: Host, regions: Sequence[ShownRegion]) -> None:
        """The page has these regions now, of which some may be new."""
        if self.node is None:
            self._place(shown, host, bool(regions))
        if self._thread is not None:
            for name, key, voxels in _parts(shown, {(region.name, region.color) for region in regions}):
                if key not in self._begun:
                    self._begun.add(key)
                    self._making.append((name, self._thread.submit(surface_of, voxels)))

    def _place(self, shown: PageNodes, host: Host, has_regions: bool) -> None:
        has_place = any(None in row for row in ROWS_OF_LAYOUT[shown.page.layout])
        self.node = host.three_d_view() if has_place and has_regions else None
        if self.node is not None:
            self._show_slices(shown, host)
            self._look_from_anterior(shown)
            self._thread = ThreadPoolExecutor(1, "surfaces")

    def end(self) -> None:
        """The view shows nothing of the page any more; what is not begun is not made."""
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None
        self._making.clear()
        self._begun.clear()
        self._models.begin(ContourLook())
        for before in self._put_back:
            before.put_back()
        self._put_back.clear()
        self.node = None

    @property
    def is_shown(self) -> bool:
        """Whether the page has it."""
        return self.node is not None

    @property
    def is_making(self) -> bool:
        return bool(self._making)

    def show_ready(self) -> None:
        """Show the surfaces that were made since the last call."""
        ready: list[tuple[Name, Surface]] = []
        for name, made in [each for each in self._making if each[1].done()]:
            self._making.remove((name, made))
            if fault := made.exception():
                # As where memory is short: the others are to be seen all the same.
                _log.error("A surface could not be made: %s", type(fault).__name__)
            elif surface := made.result():
                ready.append((name, surface))
        if ready and self.node is not None:
            self._models.add(self.node, ready)

    def wait(self) -> None:
        """Until all surfaces are shown."""
        wait([made for _name, made in self._making])
        self.show_ready()

    def show_region(self, region: ShownRegion, visible: bool) -> None:
        self._models.show_region((region.name, region.color), visible)

    def draw(self, look: ContourLook) -> None:
        """As the contours on the slices."""
        self._models.draw(look)

    def turn(self, right_degrees: float, up_degrees: float) -> None:
        """What is seen, about its middle, as if its front were drawn to the right and upwards."""
        camera = _camera_of(self.node) if self.node else None
        if camera is not None:
            camera.GetCamera().Azimuth(-right_degrees)
            camera.GetCamera().Elevation(-up_degrees)
            camera.GetCamera().OrthogonalizeViewUp()
            camera.ResetClippingRange()

    def zoom(self, factor: float) -> None:
        """What is seen becomes larger by it."""
        camera = _camera_of(self.node) if self.node else None
        if camera is not None:
            camera.GetCamera().Dolly(factor)
            camera.ResetClippingRange()

    def _show_slices(self, shown: PageNodes, host: Host) -> None:
        for view, contents in contents_of_views(shown).items():
            logic = host.application_logic.GetSliceLogicByLayoutName(view.value)
            if logic is not None and contents.volumes:
                self._put_back.append(_SliceBefore(logic.GetSliceNode()))
                logic.GetSliceNode().SetSliceVisible(True)

    def _look_from_anterior(self, shown: PageNodes) -> None:
        """So that all images are seen: superior is at the top, the patient's right at the left."""
        assert self.node is not None
        camera = _camera_of(self.node)
        low, high = _bounds_ras(shown)
        if camera is None or (low > high).any():
            return
        self._put_back.append(_CameraBefore(camera))
        middle, (right, depth, up) = (low + high) / 2, (high - low) / 2
        distance_mm = depth + _MARGIN * max(right, up) / np.tan(np.radians(VIEW_ANGLE_DEGREES / 2))
        was_modifying = camera.StartModify()
        camera.SetViewAngle(VIEW_ANGLE_DEGREES)
        camera.SetFocalPoint(*middle)
        camera.SetPosition(*(middle + np.array([0, distance_mm, 0])))
        camera.SetViewUp(0, 0, 1)
        camera.EndModify(was_modifying)
        camera.ResetClippingRange()


@dataclass
class _SliceBefore:
    node: vtkMRMLSliceNode
    was_visible: bool = field(init=False)

    def __post_init__(self) -> None:
        self.was_visible = self.node.GetSliceVisible()

    def put_back(self) -> None:
        self.node.SetSliceVisible(self.was_visible)


@dataclass
class _CameraBefore:
    node: vtkMRMLCameraNode
    state: dict[str, tuple[float, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.state = {
            "FocalPoint": self.node.GetFocalPoint(),
            "Position": self.node.GetPosition(),
            "ViewUp": self.node.GetViewUp(),
            "ViewAngle": (self.node.GetViewAngle(),),
        }

    def put_back(self) -> None:
        was_modifying = self.node.StartModify()
        for name, values in self.state.items():
            getattr(self.node, "Set" + name)(*values)
        self.node.EndModify(was_modifying)
        self.node.ResetClippingRange()


def _camera_of(view: vtkMRMLViewNode) -> vtkMRMLCameraNode | None:
    cameras = nodes_of_class(view.GetScene(), "vtkMRMLCameraNode")
    return next((each for each in cameras if each.GetLayoutName() == view.GetLayoutName()), None)


def _bounds_ras(shown: PageNodes) -> tuple[np.ndarray, np.ndarray]:
    """Of all images together, in mm; the lowest above the highest where there are none."""
    bounds = np.array([[np.inf, -np.inf] * 3])
    for node in dict.fromkeys(filter(None, shown.nodes)):
        own = np.zeros(6)
        node.GetRASBounds(own)
        bounds = np.vstack([bounds, own]) if (own[0::2] <= own[1::2]).all() else bounds
    return bounds[:, 0::2].min(axis=0), bounds[:, 1::2].max(axis=0)


def _parts(shown: PageNodes, names: set[Name]) -> Iterator[tuple[Name, Key, RegionVoxels]]:
    """Whatever has one of the names on any view, once: label values, then segments. What is drawn for slices
    alone is none."""
    labels: dict[vtkMRMLLabelMapVolumeNode, None] = {}
    segments: dict[tuple[vtkMRMLSegmentationNode, str], None] = {}
    for contents in contents_of_views(shown).values():
        if contents.label and contents.label.node:
            labels[contents.label.node] = None
        for placed in contents.segmentations:
            if placed.node and not placed.node.GetAttribute(ALWAYS_FILLED):
                for id in visible_segments(placed.node, placed.image.roi_visibility):
                    segments[placed.node, id] = None
    for node in labels:
        yield from _label_parts(node, names)
    for node, id in segments:
        segment = node.GetSegmentation().GetSegment(id)
        name, image = (
            (segment.GetName(), color255(segment.GetColor())),
            segment.GetRepresentation(BINARY_LABELMAP),
        )
        if name in names and image is not None and not image.IsEmpty():
            import vtk

            to_world = vtk.vtkMatrix4x4()
            image.GetImageToWorldMatrix(to_world)
            voxels, first_kji = voxels_of(image)
            to_ras = _array(to_world, first_kji[::-1])
            yield name, (node.GetID(), id), RegionVoxels(voxels, segment.GetLabelValue(), to_ras)


def _label_parts(
    node: vtkMRMLLabelMapVolumeNode, names: set[Name]
) -> Iterator[tuple[Name, Key, RegionVoxels]]:
    import vtk

    ijk_to_ras, rgba = vtk.vtkMatrix4x4(), [0.0] * 4
    node.GetIJKToRASMatrix(ijk_to_ras)
    colors = node.GetDisplayNode().GetColorNode()
    for region in dict.fromkeys(name for name, _color in names):
        for value in label_values(node, region):
            colors.GetColor(value, rgba)
            if (name := (region, color255(rgba))) in names:
                voxels, _first = voxels_of(node.GetImageData())
                key = node.GetID(), str(value)
                yield name, key, RegionVoxels(voxels, value, _array(ijk_to_ras))


def _array(matrix: vtkMatrix4x4, first_ijk: Sequence[int] | np.ndarray = (0, 0, 0)) -> np.ndarray:
    """For indices that count from ``first_ijk``."""
    array = np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])
    array[:3, 3] += array[:3, :3] @ np.asarray(first_ijk)
    return array
