"""A scene, an image folder and pages for the tests of loading."""

import contextlib

from QuizLoaderLib.images.loading.library import ImageLibrary
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.model import Image, ImageType, Page


def new_scene():
    import slicer

    scene = slicer.vtkMRMLScene()
    logic = slicer.vtkMRMLColorLogic()
    logic.SetMRMLScene(scene)
    logic.AddDefaultColorNodes()
    logic.SetMRMLScene(None)
    return scene


@contextlib.contextmanager
def library_of(folder, **options):
    library = ImageLibrary(new_scene(), ImageFolder(folder), **options)
    try:
        yield library
    finally:
        library.close()


def image(path, type=ImageType.VOLUME, line=1, **attributes):
    return Image(id=attributes.pop("id", "MR"), type=type, path=path, line=line, **attributes)


def page(*images, number=1):
    return Page(id=f"P{number}", number=number, line=1, images=images)


def load_one(folder, path, type=ImageType.VOLUME, **attributes):
    """(node, problems) of a page with one image; the library stays open as long as the scene is used."""
    library = ImageLibrary(new_scene(), ImageFolder(folder))
    loaded = library.load(page(image(path, type, **attributes)))
    return loaded.nodes[0], loaded.problems, library


def ijk_to_ras(node):
    import numpy as np
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def voxels_of(image_data):
    """The voxels (slices, rows, columns) of a vtkImageData, as a view."""
    from vtk.util.numpy_support import vtk_to_numpy

    scalars = vtk_to_numpy(image_data.GetPointData().GetScalars())
    return scalars.reshape(image_data.GetDimensions()[::-1])


def segments_of(node):
    """(ID, name) of each segment."""
    segmentation = node.GetSegmentation()
    ids = [segmentation.GetNthSegmentID(n) for n in range(segmentation.GetNumberOfSegments())]
    return [(id, segmentation.GetSegment(id).GetName()) for id in ids]


def label_image_of(node, segment_id):
    return node.GetSegmentation().GetSegment(segment_id).GetRepresentation("Binary labelmap")
