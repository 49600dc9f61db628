"""numpy arrays and matrices as VTK's, without a copy of the voxels."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

if TYPE_CHECKING:
    from vtk import vtkImageData, vtkMatrix4x4


_image_of_owner: WeakKeyDictionary[object, vtkImageData] = WeakKeyDictionary()


def vtk_matrix(matrix: np.ndarray) -> vtkMatrix4x4:
    """A 4x4 array as vtkMatrix4x4."""
    import vtk

    converted = vtk.vtkMatrix4x4()
    converted.DeepCopy(np.asarray(matrix, float).ravel())
    return converted


def array_of(matrix: vtkMatrix4x4) -> np.ndarray:
    """A vtkMatrix4x4 as a 4x4 array."""
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def image_array(image: vtkImageData) -> np.ndarray:
    """The voxels of a vtkImageData, (slices, rows, columns[, components]), which it shares."""
    from vtk.util.numpy_support import vtk_to_numpy

    values = vtk_to_numpy(image.GetPointData().GetScalars())
    return values.reshape(*image.GetDimensions()[::-1], *values.shape[1:])


def set_voxels(image: vtkImageData, voxels: np.ndarray) -> None:
    """Let a vtkImageData look at voxels (slices, rows, columns[, components]), whose buffer it shares and
    keeps alive.

    Its extent must have been set to their size before. Origin and spacing are not touched.
    """
    from vtk.util.numpy_support import numpy_to_vtk

    values = voxels.reshape(-1, voxels.shape[3]) if voxels.ndim == 4 else voxels.reshape(-1)
    scalars = numpy_to_vtk(values, deep=False)
    scalars.SetName("ImageScalars")
    # As an attribute VTK would keep the voxels of an array that is gone until it keeps another's attributes;
    # what observes an array goes with it.
    vars(scalars).pop("_numpy_reference", None)
    scalars.AddObserver("DeleteEvent", lambda _array, _event: values)
    image.GetPointData().SetScalars(scalars)


def shared_image(owner: object, voxels: np.ndarray) -> vtkImageData:
    """The one vtkImageData over the voxels of ``owner``, which lives as long as its owner does.

    Several volume nodes of different look share it, so its value range too is computed once.
    """
    import vtk

    image = _image_of_owner.get(owner)
    if image is None:
        image = vtk.vtkImageData()
        image.SetDimensions(*voxels.shape[2::-1])
        set_voxels(image, voxels)
        _image_of_owner[owner] = image
    return image
