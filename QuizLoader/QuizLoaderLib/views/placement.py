"""One slice view gets its layers, its plane and its field of view: one small function for each step.

Everything is set on the view's own MRML nodes (vtkMRMLSliceNode, vtkMRMLSliceCompositeNode).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..quiz.model import ContourVisibility, Page, SliceView
from .contents import Placed, ViewContents

if TYPE_CHECKING:
    from slicer import (
        vtkMRMLLabelMapVolumeNode,
        vtkMRMLScalarVolumeNode,
        vtkMRMLScene,
        vtkMRMLSegmentationNode,
        vtkMRMLSliceCompositeNode,
        vtkMRMLSliceLogic,
        vtkMRMLSliceNode,
        vtkMRMLVolumeNode,
    )


FILL_OPACITY = 0.5
"""Of a contour with ContourVisibility Fill, so that the image below stays visible."""

OUTLINE_PIXELS = 2

_TIE = 1e-3
"""Of the distance between slices: planes as far from two slices but for this go to the higher one."""

_FROM_EDGE = 2e-3
"""Of a voxel's longest edge; MRML takes what is nearer to the edge than 1/1000 as outside."""

PICTURES = 1
"""The view group of pictures, which have no slices to go through; all others are in group 0."""

LABEL_FILL_LAYER = 3
"""The first layer of a slice view beside background, foreground and label."""


def place(contents: ViewContents, logic: vtkMRMLSliceLogic, page: Page, contour: ContourVisibility) -> None:
    """Show ``contents`` on the view of the vtkMRMLSliceLogic ``logic``, and nothing else."""
    composite, node = logic.GetSliceCompositeNode(), logic.GetSliceNode()
    layers_were_modifying = composite.StartModify()
    _set_layers(composite, contents, contour)
    composite.SetLinkedControl(page.link_views and not contents.is_empty)
    composite.SetHotLinkedControl(False)
    # Slices of one group go through the point that Shift is held over.
    logic.GetSliceNode().SetViewGroup(PICTURES if contents.is_flat_picture else 0)
    composite.EndModify(layers_were_modifying)
    _empty_the_label_fill_logic(logic)

    plane_was_modifying = node.StartModify()
    node.SetOrientation(contents.orientation.value)
    leader, background = contents.leader, contents.background
    if leader and leader.node and leader.image.rotate_to_acquisition:
        node.RotateToVolumePlane(leader.node)
    _fit(logic, contents)
    if background and background.image.initial_slice_offset_mm is not None:
        node.SetSliceOffset(background.image.initial_slice_offset_mm)
    _zoom_and_pan(node, contents.background)
    node.SetUseLabelOutline(True)
    node.EndModify(plane_was_modifying)


def fit_again(contents: ViewContents, logic: vtkMRMLSliceLogic) -> None:
    """Zoom and pan as the page asks, for the size that the view has now; it stays on its slice."""
    node = logic.GetSliceNode()
    offset = node.GetSliceOffset()
    was_modifying = node.StartModify()
    _fit(logic, contents)
    _zoom_and_pan(node, contents.background)
    node.SetSliceOffset(offset)
    _update_matrices(node)
    node.EndModify(was_modifying)


def _update_matrices(node: vtkMRMLSliceNode) -> None:
    """From the view's pixels to mm, which vtkMRMLSliceNode::UpdateMatrices leaves as they are where it is
    called again within an event of its own, as a change of the view's size is."""
    import numpy as np

    xy_to_slice, xy_to_ras = np.eye(4), node.GetXYToRAS()
    size_mm, pixels, pan_mm = node.GetFieldOfView(), node.GetDimensions(), node.GetXYZOrigin()
    for axis in range(3):
        xy_to_slice[axis, axis] = size_mm[axis] / pixels[axis]
        xy_to_slice[axis, 3] = pan_mm[axis] - size_mm[axis] / 2
    xy_to_slice[2, 3] = 0
    node.GetXYToSlice().DeepCopy(xy_to_slice.ravel())
    xy_to_ras.Multiply4x4(node.GetSliceToRAS(), node.GetXYToSlice(), xy_to_ras)


def _set_layers(
    composite: vtkMRMLSliceCompositeNode, contents: ViewContents, contour: ContourVisibility
) -> None:
    """The label layer draws the outline; the fill is the same volume in a layer below it, for MRML's label
    layer shows either an outline or a fill, and the other layers of label maps always a fill."""
    foreground, label = contents.foreground, contents.label
    black = black_background_id(composite.GetScene(), contents)
    composite.SetBackgroundVolumeID(_id(contents.background) or black)
    composite.SetForegroundVolumeID(_id(foreground))
    if foreground:
        composite.SetForegroundOpacity(foreground.image.opacity)
    composite.SetLabelVolumeID(_id(label))
    composite.SetLabelOpacity(1.0)
    # MRML clips every layer to the background by default; a region that lies outside it must be seen
    # as a label map just as it is as a segmentation.
    composite.SetClipToBackgroundVolume(_id(label) is None)
    if label and label.node:
        label.node.GetDisplayNode().SetSliceIntersectionThickness(OUTLINE_PIXELS)
    filled = contour is ContourVisibility.FILL
    composite.SetNthLayerVolumeID(LABEL_FILL_LAYER, _id(label) if filled else None)
    if filled and _id(label):
        composite.SetNthLayerOpacity(LABEL_FILL_LAYER, FILL_OPACITY)


def _empty_the_label_fill_logic(logic: vtkMRMLSliceLogic) -> None:
    """MRML forgets the logic of an additional layer that is emptied: it would hold its volume for ever
    and an otherwise empty view would then blend nothing, with errors."""
    layer = logic.GetNthLayer(LABEL_FILL_LAYER)
    if layer and logic.GetSliceCompositeNode().GetNthLayerVolumeID(LABEL_FILL_LAYER) is None:
        layer.SetVolumeNode(None)
        logic.UpdatePipeline()


def _fit(logic: vtkMRMLSliceLogic, contents: ViewContents) -> None:
    """The smallest field of view that holds the lowest volume, on its slice nearest to its centre (of two the
    higher one along the view's normal); without a volume, that of the segmentations together."""
    node = logic.GetSliceNode()
    node.SetXYZOrigin(0, 0, 0)
    lowest = next((placed.node for placed in contents.images if placed.node), None)
    if lowest is None:
        return
    if lowest.IsA("vtkMRMLVolumeNode"):
        width, height, _ = node.GetDimensions()
        logic.FitSliceToVolume(lowest, width, height)
        image = contents.background.image if contents.background else None
        if image is None or (image.zoom_factor is None and image.pan_origin_mm is None):
            _keep_samples_off_the_edge(node, lowest)
        _show_the_middle_slice(logic)
    else:
        _fit_to_segmentations(node, [placed.node for placed in contents.segmentations if placed.node])


def _keep_samples_off_the_edge(node: vtkMRMLSliceNode, volume: vtkMRMLVolumeNode) -> None:
    """MRML samples a pixel at its left lower corner: of an image that fills its view, the first column and
    the last row lie on the very edge, where they may come out black."""
    inwards = _FROM_EDGE * max(volume.GetSpacing())
    slice_to_ras = node.GetSliceToRAS()
    for row in range(3):
        across = slice_to_ras.GetElement(row, 0) + slice_to_ras.GetElement(row, 1)
        slice_to_ras.SetElement(row, 3, slice_to_ras.GetElement(row, 3) + inwards * across)
    node.UpdateMatrices()


def _show_the_middle_slice(logic: vtkMRMLSliceLogic) -> None:
    """Of an even number of slices the centre lies between two, and the fit takes the one that the rounding of
    the file's numbers says: copies of an image would open on different slices."""
    bounds = [0.0] * 6
    logic.GetLowestVolumeSliceBounds(bounds)
    middle = (bounds[4] + bounds[5]) / 2
    logic.SetSliceOffset(middle + _TIE * logic.GetLowestVolumeSliceSpacing()[2])
    logic.SnapSliceOffsetToIJK()


def _fit_to_segmentations(node: vtkMRMLSliceNode, segmentations: list[vtkMRMLSegmentationNode]) -> None:
    import numpy as np

    bounds = np.zeros((len(segmentations), 6))
    for row, segmentation in zip(bounds, segmentations, strict=True):
        segmentation.GetRASBounds(row)
    low, high = bounds[:, 0::2].min(axis=0), bounds[:, 1::2].max(axis=0)
    if (low > high).any():
        return
    slice_to_ras = node.GetSliceToRAS()
    axes = np.array([[slice_to_ras.GetElement(row, column) for row in range(3)] for column in range(2)])
    across, up = np.abs(axes) @ (high - low)
    width, height, _ = node.GetDimensions()
    pixel = max(across / width, up / height)
    node.SetFieldOfView(pixel * width, pixel * height, node.GetFieldOfView()[2])
    for axis, middle in enumerate((low + high) / 2):
        slice_to_ras.SetElement(axis, 3, middle)
    node.UpdateMatrices()


def _zoom_and_pan(node: vtkMRMLSliceNode, background: Placed | None) -> None:
    image = background.image if background else None
    if image and image.zoom_factor is not None:
        across, up, through = node.GetFieldOfView()
        node.SetFieldOfView(across / image.zoom_factor, up / image.zoom_factor, through)
    if image and image.pan_origin_mm is not None:
        node.SetXYZOrigin(*image.pan_origin_mm)


def _id(placed: Placed | None) -> str | None:
    return placed.node.GetID() if placed and placed.node else None


_TAG, _BLACK_CLASS = "QuizLoaderBlack", "vtkMRMLScalarVolumeNode"


def black_background_id(scene: vtkMRMLScene, contents: ViewContents) -> str | None:
    """The ID of a black volume on the label's grid where the view shows a label and no image, else None.

    Each view has one volume of its own, which leaves the scene as soon as the view does without.
    """
    tag = _TAG + contents.view.value
    node = scene.GetSingletonNode(tag, _BLACK_CLASS)
    label = contents.label.node if contents.label else None
    has_image = any(placed.node for placed in contents.volumes)
    if label is None or has_image:
        _remove(node)
        return None
    if node is None:
        node = _new_black_volume(scene, tag)
    _give_grid_of(label, node)
    return node.GetID()


def remove_black_backgrounds(scene: vtkMRMLScene) -> None:
    """The views are not the quiz's any more."""
    for view in SliceView:
        _remove(scene.GetSingletonNode(_TAG + view.value, _BLACK_CLASS))


def _remove(node: vtkMRMLScalarVolumeNode | None) -> None:
    if node is not None:
        scene, display = node.GetScene(), node.GetDisplayNode()
        for each in (node, display):
            scene.RemoveNode(each)


def _new_black_volume(scene: vtkMRMLScene, tag: str) -> vtkMRMLScalarVolumeNode:
    import slicer

    node = slicer.vtkMRMLScalarVolumeNode()
    node.SetSingletonTag(tag)
    node.SetHideFromEditors(True)
    node.SetSaveWithScene(False)
    node = scene.AddNode(node)
    node.CreateDefaultDisplayNodes()
    node.GetDisplayNode().AutoWindowLevelOff()
    node.GetDisplayNode().SetSaveWithScene(False)
    return node


def _give_grid_of(label: vtkMRMLLabelMapVolumeNode, node: vtkMRMLScalarVolumeNode) -> None:
    import numpy as np
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk

    matrix = vtk.vtkMatrix4x4()
    label.GetIJKToRASMatrix(matrix)
    node.SetIJKToRASMatrix(matrix)
    image = vtk.vtkImageData()
    image.SetDimensions(label.GetImageData().GetDimensions())
    # The system gives zeros without using memory until they are looked at: one slice of them.
    image.GetPointData().SetScalars(numpy_to_vtk(np.zeros(image.GetNumberOfPoints(), np.uint8)))
    node.SetAndObserveImageData(image)
