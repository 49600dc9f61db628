"""The surface of a region, made of its voxels; any thread may do it.

vtkSurfaceNets3D gives the faces of the voxels, vtkWindowedSincPolyDataFilter smooths their steps (Taubin et
al., *Optimal surface smoothing as filter design*, 1996), and what that takes of the volume is given back
along the normals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .segment_planes import box_of

if TYPE_CHECKING:
    from vtkmodules.vtkCommonDataModel import vtkImageData, vtkPolyData

_MOST_VOXELS = 200_000
"""Of a region's box; a larger one is looked at more coarsely, as long as the region's volume stays."""

_VOLUME_THAT_STAYS = 0.05

_PASS_BANDS, _ITERATIONS = (0.01, 0.1, 0.5), 30
"""The first is what Slicer takes for surfaces of segments; what is thin or tiny would vanish with it."""

_MOST_TAKEN = 0.2
"""Of the volume by smoothing: where it is more, it is smoothed less, at last not at all."""

_ROUNDS = 3
"""In which the volume is given back: the first one leaves a small part of what was missing."""


Mesh = tuple[np.ndarray, np.ndarray]
"""``points_ras`` (points, 3) in mm, ``triangles`` (triangles, 3) of indices."""

_SAMPLES = 9


@dataclass(frozen=True, eq=False)
class RegionVoxels:
    """Those of ``voxels`` (slices, rows, columns) that have the ``value``. ``ijk_to_ras`` (4, 4), in mm,
    counts from the first of all."""

    voxels: np.ndarray
    value: int
    ijk_to_ras: np.ndarray


@dataclass(frozen=True, eq=False)
class Surface:
    """Closed, of triangles whose points go round against the clock seen from outside.

    ``points_ras`` (points, 3) are in mm, ``normals`` (points, 3) have length 1 and point outwards,
    ``triangles`` (triangles, 3) are indices of points.
    """

    points_ras: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray

    @property
    def volume_mm3(self) -> float:
        return _volume(self.points_ras, self.triangles)

    def poly_data(self) -> vtkPolyData:
        """VTK's form of it."""
        import vtk
        from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray

        found, points, polygons = vtk.vtkPolyData(), vtk.vtkPoints(), vtk.vtkCellArray()
        points.SetData(numpy_to_vtk(self.points_ras, deep=True))
        polygons.SetData(3, numpy_to_vtkIdTypeArray(self.triangles.astype(np.int64).ravel(), deep=True))
        normals = numpy_to_vtk(self.normals, deep=True)
        normals.SetName("Normals")
        found.SetPoints(points)
        found.SetPolys(polygons)
        found.GetPointData().SetNormals(normals)
        return found


def surface_of(region: RegionVoxels) -> Surface | None:
    """None where no voxel has the value."""
    box = _box_of_value(region.voxels, region.value)
    if box is None:
        return None
    inside = np.pad((region.voxels[box] == region.value).astype(np.uint8), 1)
    first_ijk = [part.start - 1 for part in reversed(box)]
    to_ras = region.ijk_to_ras.astype(float)
    to_ras = to_ras @ _moved(first_ijk)
    volume_mm3 = float(np.count_nonzero(inside) * abs(np.linalg.det(to_ras[:3, :3])))
    points, triangles = _smooth_faces(*_coarser(inside, to_ras), volume_mm3)
    return Surface(*_of_volume(points, triangles, volume_mm3), triangles)


def _box_of_value(voxels: np.ndarray, value: int) -> tuple[slice, slice, slice] | None:
    """Plane by plane: a comparison of all voxels would be as large as a large image."""
    planes = [k for k, plane in enumerate(voxels) if (plane == value).any()]
    if not planes:
        return None
    across = np.zeros(voxels.shape[1:], bool)
    for k in planes:
        across |= voxels[k] == value
    rows_and_columns = box_of(across)
    assert rows_and_columns is not None
    return slice(planes[0], planes[-1] + 1), *rows_and_columns


def _moved(ijk: list[int]) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, 3] = ijk
    return matrix


def _coarser(inside: np.ndarray, ijk_to_ras: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """With few enough voxels: every second one along the axis where they lie closest, as long as the volume
    stays; what is thin keeps all of them."""
    while inside.size > _MOST_VOXELS:
        axis = int(np.argmin(np.linalg.norm(ijk_to_ras[:3, :3], axis=0)))
        every_second = [slice(None)] * 3
        every_second[2 - axis] = slice(None, None, 2)
        fewer = np.pad(inside[tuple(every_second)], 1)
        if abs(2 * np.count_nonzero(fewer) / np.count_nonzero(inside) - 1) > _VOLUME_THAT_STAYS:
            break
        twice = np.ones(4)
        twice[axis] = 2
        inside, ijk_to_ras = fewer, ijk_to_ras @ np.diag(twice) @ _moved([-1, -1, -1])
    return inside, ijk_to_ras


def _smooth_faces(
    inside: np.ndarray, ijk_to_ras: np.ndarray, volume_mm3: float
) -> tuple[np.ndarray, np.ndarray]:
    """``points_ras`` and ``triangles`` of a Surface, which are those of the faces where smoothing harms."""
    import vtk

    spacing_mm = np.linalg.norm(ijk_to_ras[:3, :3], axis=0)
    faces = vtk.vtkSurfaceNets3D()
    faces.SetInputData(_image(inside, spacing_mm))
    faces.SetValue(0, 1)
    faces.SmoothingOff()
    faces.SetOutputMeshTypeToTriangles()
    smooth = vtk.vtkWindowedSincPolyDataFilter()
    smooth.SetInputConnection(faces.GetOutputPort())
    smooth.SetNumberOfIterations(_ITERATIONS)
    smooth.NonManifoldSmoothingOn()
    smooth.NormalizeCoordinatesOn()
    for pass_band in _PASS_BANDS:
        smooth.SetPassBand(pass_band)
        # VTK lets other threads run meanwhile.
        smooth.Update()
        points, triangles = _in_ras(smooth.GetOutput(), spacing_mm, ijk_to_ras)
        if abs(_volume(points, triangles) / volume_mm3 - 1) <= _MOST_TAKEN:
            return points, triangles
    return _in_ras(faces.GetOutput(), spacing_mm, ijk_to_ras)


def _in_ras(
    found: vtkPolyData, spacing_mm: np.ndarray, ijk_to_ras: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    from vtkmodules.util.numpy_support import vtk_to_numpy

    ijk = vtk_to_numpy(found.GetPoints().GetData()) / spacing_mm
    points_ras = ijk @ ijk_to_ras[:3, :3].T + ijk_to_ras[:3, 3]
    triangles = vtk_to_numpy(found.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return points_ras, triangles if _volume(points_ras, triangles) > 0 else triangles[:, ::-1].copy()


def _image(inside: np.ndarray, spacing_mm: np.ndarray) -> vtkImageData:
    import vtk
    from vtkmodules.util.numpy_support import numpy_to_vtk

    image = vtk.vtkImageData()
    image.SetDimensions(inside.shape[::-1])
    image.SetSpacing(*spacing_mm)
    image.GetPointData().SetScalars(numpy_to_vtk(inside.ravel()))
    return image


def _of_volume(points: np.ndarray, triangles: np.ndarray, volume_mm3: float) -> tuple[np.ndarray, np.ndarray]:
    """The points moved along their normals until the surface has the volume; points and normals."""
    for _round in range(_ROUNDS):
        normals, area = _normals(points, triangles)
        points = points + normals * (volume_mm3 - _volume(points, triangles)) / area
    normals, _area = _normals(points, triangles)
    return points.astype(np.float32), normals.astype(np.float32)


def _volume(points: np.ndarray, triangles: np.ndarray) -> float:
    """Signed: positive where the points of triangles go round against the clock seen from outside."""
    first, second, third = (points[triangles[:, corner]] - points[0] for corner in range(3))
    return float((first * np.cross(second, third)).sum() / 6)


def _normals(points: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, float]:
    """Of the points, of length 1; and the area of all triangles."""
    first, second, third = (points[triangles[:, corner]] for corner in range(3))
    of_triangles = np.cross(second - first, third - first)
    normals = np.empty_like(points)
    corners, each = triangles.ravel(), np.repeat(of_triangles, 3, axis=0)
    for axis in range(3):
        normals[:, axis] = np.bincount(corners, each[:, axis], len(points))
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    area = float(np.linalg.norm(of_triangles, axis=1).sum() / 2)
    return normals / np.maximum(lengths, 1e-12), area


def surrounds(outer: Mesh, inner: Mesh) -> bool:
    """Whether a surface hides another one: most points of the inner one have it before and behind them, from
    right and left, front and back, above and below."""
    points, (corners, triangles) = inner[0], outer
    if (points.min(axis=0) <= corners.min(axis=0)).any() or (points.max(axis=0) >= corners.max(axis=0)).any():
        return False
    samples = points[np.linspace(0, len(points) - 1, _SAMPLES).astype(int)].astype(float)
    hidden = np.ones(_SAMPLES, bool)
    for axis in range(3):
        # The axis of the rays comes first.
        first, second, third = (np.roll(corners[triangles[:, k]].astype(float), -axis, 1) for k in range(3))
        across, up = second - first, third - first
        twice_area = across[:, 1] * up[:, 2] - across[:, 2] * up[:, 1]
        twice_area[twice_area == 0] = np.inf
        for number, point in enumerate(np.roll(samples, -axis, 1)):
            depth, y, z = (point - first).T
            s = (y * up[:, 2] - z * up[:, 1]) / twice_area
            t = (across[:, 1] * z - across[:, 2] * y) / twice_area
            is_met = (s >= 0) & (t >= 0) & (s + t <= 1) & np.isfinite(twice_area)
            is_before = (s * across[:, 0] + t * up[:, 0])[is_met] < depth[is_met]
            hidden[number] &= is_before.any() and not is_before.all()
    return hidden.sum() > _SAMPLES / 2
