"""What the slice views must show of a page, worked out from the quiz's file and the rules of views alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
import slicer
import vtk

from .desk import Desk

if TYPE_CHECKING:
    from slicer import vtkMRMLSegmentationNode, vtkMRMLSliceNode, vtkMRMLVolumeNode

VIEWS = {
    "FourUp": ("Red", "Green", "Yellow"),
    "TwoOverTwo": ("Red", "Green", "Yellow", "Slice4"),
    "SideBySideRedYellow": ("Red", "Yellow"),
    "OneUpRedSlice": ("Red",),
}

AXES_RAS = {
    "Axial": np.array([(-1, 0, 0), (0, 1, 0), (0, 0, 1)], float),
    "Coronal": np.array([(-1, 0, 0), (0, 0, 1), (0, 1, 0)], float),
    "Sagittal": np.array([(0, -1, 0), (0, 0, 1), (-1, 0, 0)], float),
}
"""To the right, up, to the next slice, where a view is not turned: radiological, sagittal from the left."""

LAYERS = {"LabelMap": "Label", "Segmentation": "Segmentation"}
FIT_MM = 0.05
"""A hair's breadth that a view may be moved by, so that no pixel lies on the very edge of the image."""


@dataclass(frozen=True)
class AskedImage:
    """An Image element as it stands in the file."""

    element: ElementTree.Element

    def child(self, name: str, default: str) -> str:
        return (self.element.findtext(name) or default).strip()

    def number(self, name: str) -> float | None:
        text = self.element.get(name)
        return None if text is None else float(text)

    @property
    def name(self) -> str:
        return self.element.get("ID", "")

    @property
    def view(self) -> str:
        return self.child("DefaultDestination", "Red")

    @property
    def layer(self) -> str:
        return self.child("Layer", LAYERS.get(self.element.get("Type", ""), "Background"))

    @property
    def is_turned(self) -> bool:
        return self.element.get("RotateToAcquisition") == "Y"

    def shows(self, region: str) -> bool:
        rois = self.element.find("ROIs")
        if rois is None:
            return True
        is_named = region in [(roi.text or "").strip() for roi in rois.findall("ROI")]
        code = rois.get("ROIVisibilityCode")
        return code == "All" or (code == "Select" and is_named) or (code == "Ignore" and not is_named)


def pages_of(quiz: Path) -> list[ElementTree.Element]:
    return ElementTree.parse(quiz).getroot().findall("Page")


def check_page(desk: Desk, page: ElementTree.Element) -> None:
    """Raises AssertionError where a view of the page's layout shows something else than the page asks for."""
    layout = page.get("Layout", "FourUp")
    if desk.has_window:
        number = getattr(slicer.vtkMRMLLayoutNode, f"SlicerLayout{layout}View", None)
        assert slicer.app.layoutManager().layout == number or number is None, layout
    for view in VIEWS[layout]:
        images = [image for image in map(AskedImage, page.findall("Image")) if image.view == view]
        where = f"{page.get('ID')} {page.get('Descriptor') or ''}, {view}"
        _check_layers(desk, view, images, where)
        _check_plane(desk, view, images, where)
        seen, asked = _seen_segments(desk, view), _asked_segments(desk, images)
        if page.get("EnableSegmentEditor") == "Y":
            # What is drawn there shows too.
            seen = {each for each in seen if each[0] in {image.name for image in images}}
        assert seen == asked, f"{where}: {sorted(seen)} are seen, not {sorted(asked)}"


def _check_layers(desk: Desk, view: str, images: list[AskedImage], where: str) -> None:
    composite = desk.logic_of(view).GetSliceCompositeNode()
    for layer in ("Background", "Foreground", "Label"):
        node = slicer.mrmlScene.GetNodeByID(getattr(composite, f"Get{layer}VolumeID")() or "")
        asked = next((image.name for image in images if image.layer == layer), None)
        if layer != "Background" or images:
            assert (_image_id(node) if node else None) == asked or node.GetHideFromEditors(), (
                f"{where}: {layer}"
            )
    foreground = next((image for image in images if image.layer == "Foreground"), None)
    if foreground:
        opacity = foreground.number("Opacity")
        assert np.isclose(composite.GetForegroundOpacity(), 0.5 if opacity is None else opacity), where


def _check_plane(desk: Desk, view: str, images: list[AskedImage], where: str) -> None:
    """Orientation, field of view for the size that the view has, slice, pan."""
    by_layer = {image.layer: image for image in reversed(images)}
    lowest = by_layer.get("Background") or by_layer.get("Foreground")
    if lowest is None:
        return
    node, composite = desk.logic_of(view).GetSliceNode(), desk.logic_of(view).GetSliceCompositeNode()
    volume = slicer.mrmlScene.GetNodeByID(composite.GetBackgroundVolumeID())
    ijk_to_ras = _ijk_to_ras(volume)
    axes = AXES_RAS[lowest.child("DefaultOrientation", "Axial")]
    axes = _turned(axes, ijk_to_ras) if lowest.is_turned else axes
    to_ras = as_array(node.GetSliceToRAS())
    assert np.allclose(to_ras[:3, :3].T, axes, atol=1e-4), f"{where}: turned another way"

    corners = _corners_ras(volume, ijk_to_ras)
    across, up = np.ptp(corners @ axes[:2].T, axis=0)
    width, height, _ = node.GetDimensions()
    zoom = lowest.number("ZoomFactor") or 1
    pixel_mm = max(across / width, up / height) / zoom
    seen = node.GetFieldOfView()[:2]
    asked = (width * pixel_mm, height * pixel_mm)
    assert np.allclose(seen, asked, rtol=1e-3), (
        f"{where}: {seen} mm are seen of {width}x{height}, not {asked}"
    )

    offset, normal = lowest.number("InitialSliceOffset"), axes[2]
    middle = corners.mean(axis=0)
    if offset is None:
        step = np.abs(normal @ ijk_to_ras[:3, :3]).max()
        assert abs(normal @ to_ras[:3, 3] - normal @ middle) <= step / 2 + 1e-3, (
            f"{where}: not the middle slice"
        )
    else:
        assert np.isclose(normal @ to_ras[:3, 3], offset, atol=1e-3), f"{where}: another slice"
    in_plane = axes[:2] @ (to_ras[:3, 3] - middle)
    assert np.abs(in_plane).max() < FIT_MM, f"{where}: {in_plane} mm from the middle"
    pan = [float(text) for text in lowest.element.get("PanOrigin", "0 0 0").replace(",", " ").split()]
    assert np.allclose(node.GetXYZOrigin(), pan, atol=1e-3), f"{where}: panned elsewhere"


def as_array(matrix: "vtk.vtkMatrix4x4") -> np.ndarray:
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def _ijk_to_ras(volume: "vtkMRMLVolumeNode") -> np.ndarray:
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return as_array(matrix)


def _turned(axes: np.ndarray, ijk_to_ras: np.ndarray) -> np.ndarray:
    """Each axis to that of the volume which lies nearest to it."""
    directions = ijk_to_ras[:3, :3] / np.linalg.norm(ijk_to_ras[:3, :3], axis=0)
    along = axes @ directions
    nearest = np.abs(along).argmax(axis=1)
    return np.array([np.sign(along[row, axis]) * directions[:, axis] for row, axis in enumerate(nearest)])


def _corners_ras(volume: "vtkMRMLVolumeNode", ijk_to_ras: np.ndarray) -> np.ndarray:
    """(8, 3), of whole voxels."""
    ends = [(-0.5, count - 0.5) for count in volume.GetImageData().GetDimensions()]
    corners = np.array(np.meshgrid(*ends)).reshape(3, -1)
    return (ijk_to_ras @ np.vstack([corners, np.ones(8)]))[:3].T


def _image_id(node: Any) -> str:
    """Where sides are random, the node's name says nothing."""
    return node.GetAttribute("QuizLoader.Image") or ""


def _segment_names(node: "vtkMRMLSegmentationNode") -> dict[str, str]:
    """By their IDs."""
    segmentation = node.GetSegmentation()
    ids = [segmentation.GetNthSegmentID(index) for index in range(segmentation.GetNumberOfSegments())]
    return {each: segmentation.GetSegment(each).GetName() for each in ids}


def _seen_segments(desk: Desk, view: str) -> set[tuple[str, str]]:
    """The image's ID and the segment's name, of what the view shows."""
    return {
        (_image_id(node), name)
        for node in desk.nodes("vtkMRMLSegmentationNode")
        for display in _displays_in(node, desk.logic_of(view).GetSliceNode())
        for segment_id, name in _segment_names(node).items()
        if display.GetSegmentVisibility(segment_id)
    }


def _displays_in(node: "vtkMRMLSegmentationNode", view_node: "vtkMRMLSliceNode") -> list[Any]:
    displays = [node.GetNthDisplayNode(index) for index in range(node.GetNumberOfDisplayNodes())]
    return [each for each in displays if each.GetVisibility() and each.IsDisplayableInView(view_node.GetID())]


def _asked_segments(desk: Desk, images: list[AskedImage]) -> set[tuple[str, str]]:
    asked = set()
    for image in (image for image in images if image.layer == "Segmentation"):
        nodes = [node for node in desk.nodes("vtkMRMLSegmentationNode") if _image_id(node) == image.name]
        names = {name for node in nodes for name in _segment_names(node).values()}
        asked |= {(image.name, name) for name in names if image.shows(name)}
    return asked
