"""A black image below a label map that has a slice view to itself.

MRML takes the lowest layer of a view whole, whatever its opacity: a fill would be opaque there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .contents import ViewContents

if TYPE_CHECKING:
    from slicer import vtkMRMLLabelMapVolumeNode, vtkMRMLScalarVolumeNode, vtkMRMLScene


_TAG = "QuizLoaderBlack"


def black_background_id(scene: vtkMRMLScene, contents: ViewContents) -> str | None:
    """The ID of a black volume on the label's grid where the view shows a label and no image, else None.

    Each view has one volume of its own, which leaves the scene as soon as the view does without.
    """
    tag = _TAG + contents.view.value
    node = scene.GetSingletonNode(tag, "vtkMRMLScalarVolumeNode")
    label = contents.label.node if contents.label else None
    has_image = any(placed.node for placed in contents.volumes)
    if label is None or has_image:
        if node is not None:
            scene.RemoveNode(node)
        return None
    if node is None:
        node = _new_black_volume(scene, tag)
    _give_grid_of(label, node)
    return node.GetID()


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
