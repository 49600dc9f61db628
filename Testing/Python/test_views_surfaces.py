"""Surfaces of regions: their volume is that of the voxels, and they lie where the voxels do."""

import numpy as np
import pytest
from QuizLoaderLib.views.surfaces import RegionVoxels, surface_of, surrounds
from view_geometry import grid, rotation

OBLIQUE = rotation(25, (1, 2, 3))
MIRRORED = OBLIQUE @ np.diag([1.0, -1.0, 1.0])


def _ball(radius_mm, spacing, directions=OBLIQUE, value=1):
    """A ball in the middle of a grid: its voxels, and its centre in RAS."""
    half = np.ceil(radius_mm / np.array(spacing)).astype(int) + 2
    ijk = np.stack(np.meshgrid(*(np.arange(2 * each + 1) for each in half), indexing="ij"), axis=-1)
    inside = np.linalg.norm((ijk - half) * spacing, axis=-1) < radius_mm
    voxels = np.where(inside, value, 0).astype(np.int16).transpose(2, 1, 0)
    ijk_to_ras = grid(directions, spacing)
    return RegionVoxels(voxels, value, ijk_to_ras), (ijk_to_ras @ [*half, 1])[:3]


def _surface(region):
    surface = surface_of(region)
    assert surface is not None
    return surface


def _voxel_volume_mm3(region):
    return np.count_nonzero(region.voxels == region.value) * abs(np.linalg.det(region.ijk_to_ras[:3, :3]))


@pytest.mark.parametrize(
    ("radius_mm", "spacing", "directions"),
    [
        (12, (1, 1, 1), np.eye(3)),
        (15, (0.8, 0.8, 3.0), OBLIQUE),
        (15, (3.0, 0.7, 1.1), MIRRORED),
        (60, (0.7, 0.7, 1.5), MIRRORED),
    ],
    ids=["isotropic", "thick slices", "mirrored", "of many voxels"],
)
def test_a_ball_keeps_its_volume_and_its_place(radius_mm, spacing, directions):
    region, centre = _ball(radius_mm, spacing, directions)
    surface = _surface(region)
    assert surface.volume_mm3 == pytest.approx(_voxel_volume_mm3(region), rel=0.002)
    from_centre = surface.points_ras - centre
    distances = np.linalg.norm(from_centre, axis=1)
    assert np.abs(distances - radius_mm).max() < 1.3 * max(spacing), "no point is further off than a voxel"
    assert np.abs(surface.points_ras.mean(axis=0) - centre).max() < 0.25 * max(spacing)
    assert np.linalg.norm(surface.normals, axis=1) == pytest.approx(1, abs=1e-3)
    assert (surface.normals * from_centre).sum(axis=1).min() > 0, "normals point outwards"
    assert len(surface.triangles) < 40_000, "few enough to be turned with the mouse"


def test_what_is_tiny_or_thin_does_not_vanish():
    voxels = np.zeros((40, 40, 40), np.uint8)
    voxels[20, 20, 20] = 1
    voxels[10, 5:30, 5:30] = 2
    voxels[5:35, 35, 35] = 3
    voxels[30, 3:5, 3:5], voxels[31, 5, 5] = 4, 4
    for value in (1, 2, 3, 4):
        region = RegionVoxels(voxels, value, grid(OBLIQUE, (1.0, 1.0, 2.5)))
        assert _surface(region).volume_mm3 == pytest.approx(_voxel_volume_mm3(region), rel=0.02)


def test_a_value_without_voxels_has_no_surface():
    assert surface_of(RegionVoxels(np.ones((3, 3, 3), np.uint8), 2, np.eye(4))) is None


def test_a_region_that_fills_its_image_is_closed():
    surface = _surface(RegionVoxels(np.ones((8, 9, 10), np.uint8), 1, grid(OBLIQUE, (1, 2, 3))))
    edges = np.sort(surface.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    _edges, counts = np.unique(edges, axis=0, return_counts=True)
    assert set(counts) == {2}
    assert surface.volume_mm3 == pytest.approx(8 * 9 * 10 * 6, rel=0.002)


def test_a_surface_hides_what_lies_in_it_or_in_its_hollow_but_not_what_lies_in_its_bend():
    k, j, i = np.ogrid[:40, :60, :60]

    def ball(radius, x, y):
        return (i - x) ** 2 + (j - y) ** 2 + (k - 20) ** 2 < radius**2

    def mesh(inside):
        surface = _surface(RegionVoxels(inside.astype(np.uint8), 1, grid(MIRRORED, (1, 1, 1))))
        return surface.points_ras, surface.triangles

    legs = (abs(i - 30) < 25) & (j > 5) & (j < 55) & ~((abs(i - 30) < 15) & (j < 45)) & (k >= 0)
    large, hollow, small = (
        mesh(ball(18, 30, 30)),
        mesh(ball(18, 30, 30) & ~ball(12, 30, 30)),
        mesh(ball(6, 32, 29)),
    )
    assert surrounds(large, small)
    assert surrounds(hollow, small)
    assert not surrounds(small, large)
    assert not surrounds(mesh(legs), small)
    assert not surrounds(large, mesh(ball(5, 52, 8)))


def test_slicers_own_surface_of_a_segment_lies_there_too():
    """Of two balls that touch each other, by the rule that Slicer converts segments with."""
    import slicer
    import vtk
    from vtkmodules.util.numpy_support import numpy_to_vtk

    k, j, i = np.ogrid[:40, :40, :60]
    inside = ((i - 20) ** 2 + (j - 20) ** 2 + (k - 20) ** 2 < 144) | (
        (i - 38) ** 2 + (j - 20) ** 2 + (k - 18) ** 2 < 100
    )
    voxels, ijk_to_ras = inside.astype(np.uint8), grid(MIRRORED, (1, 1, 1))
    image = slicer.vtkOrientedImageData()
    image.SetDimensions(60, 40, 40)
    image.GetPointData().SetScalars(numpy_to_vtk(voxels.ravel(), deep=True))
    matrix = vtk.vtkMatrix4x4()
    matrix.DeepCopy(ijk_to_ras.ravel())
    image.SetGeometryFromImageToWorldMatrix(matrix)
    segment = slicer.vtkSegment()
    segment.AddRepresentation("Binary labelmap", image)
    segment.AddRepresentation("Closed surface", vtk.vtkPolyData())
    assert slicer.vtkBinaryLabelmapToClosedSurfaceConversionRule().Convert(segment)
    theirs = vtk.vtkImplicitPolyDataDistance()
    theirs.SetInput(segment.GetRepresentation("Closed surface"))
    ours = _surface(RegionVoxels(voxels, 1, ijk_to_ras))
    distances = [theirs.EvaluateFunction(*point) for point in ours.points_ras[::7].astype(float)]
    assert np.abs(distances).max() < 1.0
