"""MRML nodes and quiz pages made by hand, so that the truth of a test is not made by the code it tests."""

import numpy as np
from QuizLoaderLib.quiz.model import Image, ImageType, Layer, Orientation, Page, SliceView
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkCommonMath import vtkMatrix4x4

LABEL_COLORS = {1: (0.0, 1.0, 0.0), 2: (1.0, 0.0, 0.0), 3: (0.0, 0.0, 1.0)}
"""Pure colours by value, (r, g, b) 0..1, for label maps and segments alike."""


def matrix4x4(array) -> vtkMatrix4x4:
    matrix = vtkMatrix4x4()
    matrix.DeepCopy(np.asarray(array, float).ravel().tolist())
    return matrix


def _image_data(array, image_data):
    array = np.ascontiguousarray(array)
    image_data.SetDimensions(*array.shape[::-1])
    image_data.GetPointData().SetScalars(numpy_to_vtk(array.ravel(), deep=True))
    return image_data


def volume(scene, array, ijk_to_ras, window=None, interpolate=False):
    """A scalar volume; ``window`` is (black, white) in voxel values."""
    import slicer

    node = slicer.vtkMRMLScalarVolumeNode()
    _place(scene, node, array, ijk_to_ras)
    display = node.GetDisplayNode()
    display.SetInterpolate(interpolate)
    black, white = window or (float(np.min(array)), float(np.max(array)))
    display.SetAutoWindowLevel(False)
    display.SetWindowLevel(white - black, (white + black) / 2)
    return node


def label_map(scene, array, ijk_to_ras):
    import slicer

    node = slicer.vtkMRMLLabelMapVolumeNode()
    _place(scene, node, array, ijk_to_ras)
    colors = slicer.vtkMRMLColorTableNode()
    colors.SetTypeToUser()
    colors.SetNumberOfColors(max(LABEL_COLORS) + 1)
    colors.SetColor(0, "", 0, 0, 0, 0)
    for value, color in LABEL_COLORS.items():
        colors.SetColor(value, f"region {value}", *color, 1.0)
    scene.AddNode(colors)
    node.GetDisplayNode().SetAndObserveColorNodeID(colors.GetID())
    return node


def _place(scene, node, array, ijk_to_ras):
    node.SetAndObserveImageData(_image_data(array, vtkImageData()))
    node.SetIJKToRASMatrix(matrix4x4(ijk_to_ras))
    scene.AddNode(node)
    node.CreateDefaultDisplayNodes()


def segmentation(scene, array, ijk_to_ras, names=None):
    """One segment for each value of a label image; ``names`` is value -> name."""
    import slicer

    node = slicer.vtkMRMLSegmentationNode()
    scene.AddNode(node)
    labels = _image_data(array.astype(np.uint8), slicer.vtkOrientedImageData())
    labels.SetGeometryFromImageToWorldMatrix(matrix4x4(ijk_to_ras))
    for value, name in (names or {int(v): f"region {v}" for v in np.unique(array) if v}).items():
        segment = slicer.vtkSegment()
        segment.SetName(name)
        segment.SetColor(*LABEL_COLORS[value])
        segment.SetLabelValue(value)
        segment.AddRepresentation("Binary labelmap", labels)
        node.GetSegmentation().AddSegment(segment)
    node.CreateDefaultDisplayNodes()
    return node


_TYPE_OF_LAYER = {
    Layer.BACKGROUND: ImageType.VOLUME,
    Layer.FOREGROUND: ImageType.VOLUME,
    Layer.LABEL: ImageType.LABEL_MAP,
    Layer.SEGMENTATION: ImageType.SEGMENTATION,
}


def image(layer=Layer.BACKGROUND, view=SliceView.RED, orientation=Orientation.AXIAL, **look) -> Image:
    return Image(
        id=look.pop("id", layer.value),
        type=_TYPE_OF_LAYER[layer],
        path=look.pop("path", f"{layer.value}.nrrd"),
        line=1,
        destination=view,
        orientation=orientation,
        layer=layer,
        **look,
    )


def page(*images: Image, **attributes) -> Page:
    return Page(id="page", number=1, line=1, images=tuple(images), **attributes)
