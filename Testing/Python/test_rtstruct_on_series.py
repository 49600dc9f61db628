"""A structure set on series that had to be brought onto a regular grid, from the files on."""

from pathlib import Path

import numpy as np
import pytest
from dicom_made import MadeRoi, Placement, write_series, write_structure_set
from QuizLoaderLib.images.arrays import PageVolume, SegmentationArrays, VolumeArrays
from QuizLoaderLib.images.dicom.series import read_grid, read_series
from QuizLoaderLib.images.structure_set.drawn_regions import draw_regions
from QuizLoaderLib.images.structure_set.file import read_structure_set

LESION = (slice(2, 5), slice(12, 20), slice(6, 15))
OBLIQUE = np.linalg.qr(np.array([[0.92, -0.3, 0.2], [0.25, 0.93, 0.3], [-0.2, -0.3, 0.95]]))[0].T


def made(folder: Path, placement: Placement) -> tuple[VolumeArrays, SegmentationArrays]:
    """A bright lesion on some slices, its contour in the plane of each."""
    slices, rows, columns = LESION
    voxels = np.zeros((len(placement.offsets), 40, 30), np.int16)
    voxels[LESION] = 1000
    write_series(folder / "ct", voxels, placement)
    corners = [
        (column - 0.5, row - 0.5)
        for column, row in (
            (columns.start, rows.start),
            (columns.stop, rows.start),
            (columns.stop, rows.stop),
            (columns.start, rows.stop),
        )
    ]
    contours = [
        np.array([placement.point(*corner, k) for corner in corners])
        for k in range(slices.start, slices.stop)
    ]
    path = write_structure_set(folder / "rt", [MadeRoi("Lesion", contours)])
    volume = read_series(folder / "ct")
    return volume, draw_regions(read_structure_set(path), [PageVolume("ct", volume)]).segmentation()


@pytest.mark.parametrize(
    "placement",
    [
        Placement(
            tuple(np.arange(7) * 3.0), (0.8, 1.25), (-31.0, 12.0, 5.0), tuple(OBLIQUE[0]), tuple(OBLIQUE[1])
        ),
        Placement(tuple(np.arange(7) * 3.0), (1.0, 1.0), (4.0, 5.0, 6.0), (0, 1, 0), (0, 0, -1)),
        Placement(tuple(np.arange(7) * 3.0), (1.0, 1.0), (4.0, 5.0, 6.0), (-1, 0, 0), (0, -1, 0)),
    ],
    ids=["oblique", "sagittal", "prone"],
)
def test_voxel_for_voxel_on_regular_series(placement: Placement, tmp_path: Path) -> None:
    volume, arrays = made(tmp_path, placement)
    assert np.array_equal(arrays.layers[0] == 1, volume.voxels == 1000)
    assert np.array_equal(arrays.ijk_to_ras, volume.ijk_to_ras)
    assert arrays.problems == ()


def test_a_tilted_series_and_its_contours_are_moved_alike(tmp_path: Path) -> None:
    """By 2 rows a slice, so that the sheared lesion keeps its sharp edge."""
    volume, arrays = made(tmp_path, Placement(tuple(np.arange(7) * 4.0), tilt_mm=(0.0, 0.5, 0.0)))
    assert volume.voxels.shape == (7, 52, 30)
    assert np.array_equal(arrays.layers[0] == 1, volume.voxels == 1000)
    assert (arrays.layers[0] == 1).sum() == 3 * 8 * 9


def test_on_uneven_slices_the_contours_keep_their_slices(tmp_path: Path) -> None:
    offsets = (0.0, 3.0, 6.0, 12.0, 18.0, 21.0, 24.0)
    volume, arrays = made(tmp_path, Placement(offsets))
    mask = arrays.layers[0] == 1
    on_grid = np.rint(np.array(offsets) / 3).astype(int)
    assert np.array_equal(mask[on_grid], volume.voxels[on_grid] == 1000)
    assert mask.any(axis=(1, 2)).tolist() == [False, False, True, True, True, True, True, False, False]
    assert read_grid(tmp_path / "ct").voxels.shape == volume.voxels.shape
