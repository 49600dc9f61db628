"""Slabs by the pixels of the views, against numpy on images with other axes and other distances of slices."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mrml_by_hand import image, label_map, page, volume
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.quiz.model import ContourVisibility, Layer, Orientation, Quiz, SliceView
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.page import show_page
from QuizLoaderLib.views.slabs import Projection, Slab, Slabs, shown_slab
from scipy.ndimage import map_coordinates
from view_geometry import RIGHT_UP_AND_NEXT, axes_of_volume, grid, middle_slice, points_of_pixels, rotation

RED = SliceView.RED
SIZE = (60, 60)
SHAPE = (21, 25, 23)
VOXELS = np.random.default_rng(7).integers(0, 256, SHAPE).astype(np.int16)
NUMPYS: dict[Projection, Callable[..., np.ndarray]] = {
    Projection.MAXIMUM: np.nanmax,
    Projection.MINIMUM: np.nanmin,
    Projection.MEAN: np.nanmean,
}
STRAIGHT = np.diag([-1.0, -1.0, 1.0])
OBLIQUE = rotation(25, (1, 2, 3)) @ np.diag([-1.0, 1.0, -1.0])


@pytest.fixture(scope="module")
def host():
    with HeadlessHost(SIZE) as host:
        yield host


@pytest.fixture
def slabs():
    shown = Slabs()
    yield shown
    shown.end()


def logic_of(host):
    return host.application_logic.GetSliceLogicByLayoutName(RED.value)


def show(host, ijk_to_ras, interpolate=False, **attributes):
    node = volume(host.scene, VOXELS, ijk_to_ras, window=(0, 255), interpolate=interpolate)
    show_page(PageNodes(page(image(**attributes)), (node,)), host, Quiz(Path("quiz.xml")))
    return logic_of(host)


def slab_of(logic):
    slab = shown_slab(logic.GetSliceNode())
    assert slab is not None
    return slab


def grey(host):
    return host.picture(RED)[..., 0].astype(float)


def by_numpy(points, step_ras, on_each_side, projection, ijk_to_ras, order):
    """Over ``on_each_side`` steps up and down of each point; what lies outside the image counts for nothing,
    NaN where all of it does."""
    samples = []
    for step in range(-on_each_side, on_each_side + 1):
        ras = (points + step * step_ras - ijk_to_ras[:3, 3]).reshape(-1, 3).T
        ijk = np.linalg.solve(ijk_to_ras[:3, :3], ras)
        last = np.array(SHAPE[::-1])[:, None] - 1
        values = map_coordinates(VOXELS.astype(float), ijk[::-1], order=order, mode="nearest")
        values[((ijk < -0.5) | (ijk > last + 0.5)).any(axis=0)] = np.nan
        samples.append(values.reshape(points.shape[:2]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return NUMPYS[projection](np.array(samples), axis=0)


CASES = [
    # Each with the slices of the view, in mm apart, and how many of them a slab of 10 mm has on each side.
    (Orientation.AXIAL, STRAIGHT, (1.0, 1.0, 1.0), False, 1.0, 5),
    (Orientation.AXIAL, STRAIGHT, (0.8, 1.5, 3.0), False, 3.0, 2),
    (Orientation.CORONAL, STRAIGHT, (0.8, 1.5, 3.0), False, 1.5, 3),
    (Orientation.SAGITTAL, STRAIGHT, (0.8, 1.5, 3.0), False, 0.8, 6),
    (Orientation.AXIAL, OBLIQUE, (1.0, 1.2, 2.0), True, 2.0, 2),
    (Orientation.CORONAL, OBLIQUE, (1.0, 1.2, 2.0), True, 1.2, 4),
]


@pytest.mark.parametrize("interpolate", (False, True))
@pytest.mark.parametrize("orientation, directions, spacing, rotated, apart_mm, on_each_side", CASES)
def test_a_slab_is_of_whole_slices_around_the_one_that_is_seen(
    host, slabs, orientation, directions, spacing, rotated, apart_mm, on_each_side, interpolate
):
    ijk_to_ras = grid(directions, spacing)
    logic = show(host, ijk_to_ras, interpolate, orientation=orientation, rotate_to_acquisition=rotated)
    axes = RIGHT_UP_AND_NEXT[orientation]
    if rotated:
        axes = axes_of_volume(ijk_to_ras, axes)
    middle_mm = middle_slice(ijk_to_ras, SHAPE, axes)[0] @ axes[2]
    # In the middle, and so near to the last slices that the slab reaches beyond them.
    for offset_mm in (middle_mm, middle_mm + 8 * apart_mm, middle_mm - 9 * apart_mm):
        logic.SetSliceOffset(offset_mm)
        points = points_of_pixels(ijk_to_ras, SHAPE, axes, SIZE, offset=offset_mm)
        for projection in Projection:
            slabs.show(logic, Slab(projection, 10.0))
            expected = by_numpy(
                points, apart_mm * axes[2], on_each_side, projection, ijk_to_ras, 1 if interpolate else 0
            )
            inside = ~np.isnan(expected)
            assert inside.sum() > 1000
            far = np.abs(grey(host) - expected)[inside] > 1.5
            # A sample on the border of two voxels may be of either.
            assert far.mean() < (0.0 if interpolate else 0.02) + 1e-9, (projection, offset_mm)
            slab = slab_of(logic)
            assert slab.projection is projection
            assert slab.thickness_mm == pytest.approx((2 * on_each_side + 1) * apart_mm, rel=1e-5)
        slabs.show(logic, None)
        alone = by_numpy(points, axes[2], 0, Projection.MEAN, ijk_to_ras, 1 if interpolate else 0)
        inside = ~np.isnan(alone)
        assert (np.abs(grey(host) - alone)[inside] > 1.5).mean() < 0.02
        assert shown_slab(logic.GetSliceNode()) is None


def test_a_slab_across_the_slices_of_an_oblique_image(host, slabs):
    ijk_to_ras = grid(OBLIQUE, (1.0, 1.2, 2.0))
    logic = show(host, ijk_to_ras, True)
    apart_mm = logic.GetLowestVolumeSliceSpacing()[2]
    offset_mm = logic.GetSliceOffset()
    points = points_of_pixels(ijk_to_ras, SHAPE, RIGHT_UP_AND_NEXT[Orientation.AXIAL], SIZE, offset=offset_mm)
    slabs.show(logic, Slab(Projection.MAXIMUM, 10.0))
    on_each_side = round((slab_of(logic).thickness_mm / apart_mm - 1) / 2)
    step = np.array([0.0, 0.0, apart_mm])
    expected = by_numpy(points, step, on_each_side, Projection.MAXIMUM, ijk_to_ras, 1)
    inside = ~np.isnan(expected)
    assert (np.abs(grey(host) - expected)[inside] > 1.5).mean() < 0.01


def test_the_filled_regions_of_a_label_map_stay_those_of_the_slice(host, slabs):
    ijk_to_ras = grid(STRAIGHT, (1, 1, 1))
    labels = np.zeros(SHAPE, np.uint8)
    labels[10, 5:15, 5:15], labels[12, 2:20, 2:20] = 1, 2
    below = volume(host.scene, VOXELS, ijk_to_ras, window=(0, 255))
    nodes = (below, label_map(host.scene, labels, ijk_to_ras))
    shown = PageNodes(page(image(), image(Layer.LABEL)), nodes)
    show_page(shown, host, Quiz(Path("quiz.xml"), contour_visibility=ContourVisibility.FILL))

    def colors():
        """How many pixels are green, red."""
        picture = host.picture(RED).astype(int)
        return [int((picture[..., one] - picture[..., other] > 60).sum()) for one, other in ((1, 0), (0, 1))]

    before = colors()
    assert before[0] > 400
    assert before[1] == 0
    for projection in Projection:
        slabs.show(logic_of(host), Slab(projection, 10.0))
        assert colors() == pytest.approx(before, abs=60)
    logic_of(host).SetSliceOffset(logic_of(host).GetSliceOffset() + 2)
    assert colors()[1] > 900


def test_a_page_that_is_placed_again_shows_slices_and_slicers_own_slabs_are_as_ever(host, slabs):
    ijk_to_ras = grid(STRAIGHT, (1, 1, 1))
    logic = show(host, ijk_to_ras)
    before = grey(host)
    slabs.show(logic, Slab(Projection.MINIMUM, 20.0))
    assert (grey(host) != before).mean() > 0.8
    logic = show(host, ijk_to_ras)
    assert np.array_equal(grey(host), before)
    assert shown_slab(logic.GetSliceNode()) is None
    assert logic.GetSliceNode().GetSlabReconstructionOversamplingFactor() == 2
