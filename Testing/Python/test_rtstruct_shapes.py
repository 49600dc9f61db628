"""Structure sets on every kind of grid, against formulas and against an independent point-in-polygon test."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dicom_made import SERIES, MadeRoi, write_structure_set
from QuizLoaderLib.images.arrays import DicomIdentity, PageVolume, SegmentationArrays, VolumeArrays
from QuizLoaderLib.images.structure_set.drawn_regions import draw_regions
from QuizLoaderLib.images.structure_set.file import read_structure_set
from QuizLoaderLib.images.structure_set.problems import CONTOUR_OUTSIDE, CONTOURS_CROSSING, SLICES_SKIPPED
from rtstruct_shapes import SHAPES, Shape, dice, in_polygons

AXIAL = np.eye(3)
SAGITTAL = np.array([[0.0, 1, 0], [0, 0, -1], [-1, 0, 0]])
CORONAL = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
OBLIQUE = np.linalg.qr(np.array([[0.92, -0.3, 0.2], [0.25, 0.93, 0.3], [-0.2, -0.3, 0.95]]))[0].T


@dataclass(frozen=True)
class Grid:
    """``axes`` are the directions of rows, columns and slices in LPS; ``size`` is columns, rows."""

    size: tuple[int, int] = (150, 150)
    spacing: tuple[float, float] = (0.977, 0.977)
    axes: np.ndarray = None  # type: ignore[assignment]
    offsets: tuple[float, ...] = tuple(np.arange(-33.0, 34.5, 3.0))
    contour_shift: float = 0.0
    has_images: bool = True

    @property
    def middle(self) -> np.ndarray:
        return np.array([12.5, -31.0, 107.0])

    def lps(self, uv: np.ndarray, w: float) -> np.ndarray:
        axes = AXIAL if self.axes is None else self.axes
        return self.middle + np.column_stack([uv, np.full(len(uv), w)]) @ axes

    def centers(self) -> tuple[np.ndarray, np.ndarray]:
        """(rows, columns) each: u and v of the voxel centres."""
        u, v = ((np.arange(n) - (n - 1) / 2) * step for n, step in zip(self.size, self.spacing, strict=True))
        return np.meshgrid(u, v)

    def volume(self) -> VolumeArrays:
        u, v = self.centers()
        axes = AXIAL if self.axes is None else self.axes
        gaps = np.diff(self.offsets)
        step = float(gaps.min())
        is_even = np.allclose(gaps, step)
        count = round((self.offsets[-1] - self.offsets[0]) / step) + 1
        matrix = np.eye(4)
        matrix[:3, :3] = (axes * [[self.spacing[0]], [self.spacing[1]], [step]]).T
        matrix[:3, 3] = self.lps(np.array([[u[0, 0], v[0, 0]]]), self.offsets[0])[0]
        relative = () if is_even else tuple(np.array(self.offsets) - self.offsets[0])
        identity = DicomIdentity(SERIES, slice_offsets_mm=relative)
        voxels = np.broadcast_to(np.int16(0), (count, self.size[1], self.size[0]))
        return VolumeArrays(voxels, np.diag([-1.0, -1, 1, 1]) @ matrix, identity)


GRIDS = {
    "square": Grid(),
    "wide": Grid(size=(180, 140)),
    "tall": Grid(size=(140, 180)),
    "anisotropic": Grid(size=(130, 190), spacing=(1.2, 0.8)),
    "oblique": Grid(axes=OBLIQUE),
    "sagittal": Grid(axes=SAGITTAL),
    "coronal": Grid(axes=CORONAL),
    "contours 0.45 slice off": Grid(contour_shift=0.45 * 3),
    "uneven": Grid(offsets=(*np.arange(-33.0, 0, 6.0), *np.arange(0.0, 34, 3.0))),
    "no ContourImageSequence": Grid(has_images=False),
}


def write_shapes(
    path: Path, grid: Grid, planes: tuple[float, ...] | None = None, shapes: tuple[Shape, ...] = SHAPES
) -> Path:
    rois = [
        MadeRoi(
            shape.name,
            [grid.lps(uv, w + grid.contour_shift) for w in planes or grid.offsets for uv in shape.cut(w)],
        )
        for shape in shapes
    ]
    images = ["1.2.3.10.7"] if grid.has_images else []
    return write_structure_set(path, rois, images=images)


def mask_of(arrays: SegmentationArrays, name: str) -> np.ndarray:
    (segment,) = [segment for segment in arrays.segments if segment.name == name]
    return arrays.layers[segment.layer] == segment.value


def read_on(path: Path, volume: VolumeArrays, **options: Any) -> SegmentationArrays:
    return draw_regions(read_structure_set(path), [PageVolume("ct", volume)], **options).segmentation()


def acquired(grid: Grid, mask: np.ndarray) -> np.ndarray:
    """The slices of the mask that lie where slices were acquired."""
    step = np.diff(grid.offsets).min()
    return mask[np.rint((np.array(grid.offsets) - grid.offsets[0]) / step).astype(int)]


@pytest.mark.parametrize("kind", GRIDS)
def test_shapes_are_exact_on_every_kind_of_grid(kind: str, tmp_path: Path) -> None:
    grid = GRIDS[kind]
    arrays = read_on(write_shapes(tmp_path / "rt.dcm", grid), grid.volume())
    u, v = grid.centers()
    values = {}
    for shape in SHAPES:
        mask = acquired(grid, mask_of(arrays, shape.name))
        truth = np.stack([shape.inside(u, v, w) for w in grid.offsets])
        values[shape.name] = dice(mask, truth)
        for k in range(1, len(grid.offsets), 5):
            expected = in_polygons(u[0], v[:, 0], shape.cut(grid.offsets[k]))
            assert np.array_equal(mask[k], expected), (shape.name, k)
    assert min(values.values()) >= 0.997, values
    assert np.mean(list(values.values())) >= 0.9996, values
    assert [problem.code for problem in arrays.problems] == []


def test_between_uneven_slices_the_nearest_acquired_one_is_shown(tmp_path: Path) -> None:
    grid = GRIDS["uneven"]
    tube = mask_of(read_on(write_shapes(tmp_path / "rt.dcm", grid), grid.volume()), "Tube")
    assert len(tube) == 23
    assert np.array_equal(tube[1], tube[0])
    assert tube.any(axis=(1, 2)).all()


def test_contours_beyond_the_scan_are_left_out_and_counted(tmp_path: Path) -> None:
    grid = Grid(offsets=tuple(np.arange(-33.0, 34.5, 3.0)))
    inner = replace(grid, offsets=grid.offsets[5:-5])
    arrays = read_on(write_shapes(tmp_path / "rt.dcm", grid, grid.offsets), inner.volume())
    u, v = grid.centers()
    for shape in SHAPES:
        truth = np.stack([shape.inside(u, v, w) for w in inner.offsets])
        assert dice(mask_of(arrays, shape.name), truth) >= 0.997
    (problem,) = arrays.problems
    assert problem.code == CONTOUR_OUTSIDE
    assert "10 of “Tube”" in problem.sentence


def test_every_other_slice_stays_empty_unless_it_is_to_be_filled(tmp_path: Path) -> None:
    grid = Grid()
    path = write_shapes(tmp_path / "rt.dcm", grid, grid.offsets[::2])
    u, v = grid.centers()
    truth = np.stack([SHAPES[1].inside(u, v, w) for w in grid.offsets])
    plain = read_on(path, grid.volume())
    assert not mask_of(plain, "Sphere20")[1::2].any()
    (said,) = [problem for problem in plain.problems if problem.code == SLICES_SKIPPED]
    assert "stay empty" in said.sentence
    assert "“Sphere20” on 6" in said.sentence
    filled = read_on(path, grid.volume(), fill_gaps=True)
    assert dice(mask_of(filled, "Sphere20"), truth) > 0.96
    assert dice(mask_of(filled, "Tube"), np.stack([SHAPES[3].inside(u, v, w) for w in grid.offsets])) > 0.999
    assert any("filled by interpolation" in problem.sentence for problem in filled.problems)


@pytest.mark.parametrize("axes", [SAGITTAL, CORONAL, OBLIQUE], ids=["sagittal", "coronal", "oblique"])
def test_contours_across_the_slices_of_another_image_are_resampled(axes: np.ndarray, tmp_path: Path) -> None:
    """Drawn on an axial series, shown on a copy with other slices in the same frame of reference."""
    drawn = Grid(offsets=tuple(np.arange(-69.0, 69.5, 3.0)))
    least = {SHAPES[0]: 0.985, SHAPES[1]: 0.95, SHAPES[2]: 0.8, SHAPES[3]: 0.97, SHAPES[11]: 0.97}
    path = write_shapes(tmp_path / "rt.dcm", drawn, shapes=tuple(least))
    on = replace(drawn, axes=axes, offsets=tuple(np.arange(-66.0, 66.5, 3.0)))
    arrays = read_on(path, on.volume())
    assert [problem.code for problem in arrays.problems] == [CONTOURS_CROSSING]
    u, v = on.centers()
    flat = np.column_stack([u.ravel(), v.ravel()])
    for shape in least:
        truth = []
        for w in on.offsets:
            x, y, z = (on.lps(flat, w) - on.middle).T
            nearest = drawn.offsets[0] + np.rint((z - drawn.offsets[0]) / 3.0) * 3.0
            inside = np.zeros(len(x), bool)
            for plane in drawn.offsets:
                here = nearest == plane
                inside[here] = shape.inside(x[here], y[here], plane)
            truth.append(inside.reshape(u.shape))
        assert dice(mask_of(arrays, shape.name), np.stack(truth)) >= least[shape], shape.name
