"""A voxel of known patient position comes out at the computed pixel, whatever the directions of its grid."""

from pathlib import Path

import numpy as np
import pytest
from mrml_by_hand import image, label_map, page, segmentation, volume
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.quiz.model import ContourVisibility, Layer, Orientation, Quiz, SliceView
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.page import show_page
from view_geometry import (
    RIGHT_UP_AND_NEXT,
    axes_of_volume,
    grid,
    middle_slice,
    pixels_of_voxel,
    points_of_pixels,
    rotation,
    voxel_seen,
)

SIZE = (317, 251)
"""Primes, so that no pixel is sampled on the border between two voxels."""
SHAPE = (9, 15, 21)
"""(slices, rows, columns)."""
FILL = Quiz(Path("quiz.xml"), contour_visibility=ContourVisibility.FILL)

OBLIQUE = grid(rotation(20, (1, 2, 3)) @ np.diag([-1, -1, 1]), (1.1, 1.3, 2.7))
GRIDS = {
    "identity": grid(np.eye(3), (2.03, 2.03, 2.03)),
    "LPS": grid(np.diag([-1, -1, 1]), (2.03, 2.03, 2.03)),
    "all flipped": grid(np.diag([-1, -1, -1]), (2.03, 2.03, 2.03)),
    "permuted": grid([[0, 0, 1], [1, 0, 0], [0, 1, 0]], (2.03, 2.03, 2.03)),
    "permuted and flipped": grid([[0, 0, -1], [-1, 0, 0], [0, 1, 0]], (1.5, 2, 3)),
    "anisotropic": grid(np.diag([-1, -1, 1]), (0.9, 1.7, 4.1)),
    "oblique": OBLIQUE,
}
MAKE = {Layer.LABEL: label_map, Layer.SEGMENTATION: segmentation}


@pytest.fixture(scope="module")
def host():
    with HeadlessHost(SIZE) as host:
        yield host


@pytest.fixture(scope="module")
def square_host():
    with HeadlessHost((256, 256)) as host:
        yield host


def _one_voxel(ijk, shape=SHAPE):
    array = np.zeros(shape, np.int16)
    array[tuple(reversed(ijk))] = 1
    return array


def _bright_pixels(host, layer, array, ijk_to_ras, orientation, **look):
    """Where the view is bright with ``array`` on a layer, over a black background of the same grid."""
    bright = MAKE.get(layer, volume)(host.scene, array, ijk_to_ras)
    black = volume(host.scene, np.zeros_like(array), ijk_to_ras, window=(0, 1))
    below = image(orientation=orientation, **look)
    if layer is Layer.BACKGROUND:
        show_page(PageNodes(page(below), (bright,)), host, FILL)
    else:
        above = image(layer, orientation=orientation, opacity=1.0)
        show_page(PageNodes(page(below, above), (black, bright)), host, FILL)
    pixels = host.picture(SliceView.RED)[..., 1] > 64
    for node in (bright, black):
        host.scene.RemoveNode(node)
    return pixels


@pytest.mark.parametrize("orientation", Orientation)
@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("layer", Layer)
def test_a_voxel_comes_out_where_it_is_in_the_patient(host, layer, name, orientation):
    ijk_to_ras, axes = GRIDS[name], RIGHT_UP_AND_NEXT[orientation]
    ijk = voxel_seen(ijk_to_ras, SHAPE, axes)
    expected = pixels_of_voxel(ijk, ijk_to_ras, points_of_pixels(ijk_to_ras, SHAPE, axes, SIZE))
    assert expected.sum() > 50
    seen = _bright_pixels(host, layer, _one_voxel(ijk), ijk_to_ras, orientation)
    np.testing.assert_array_equal(seen, expected)


@pytest.mark.parametrize("orientation", Orientation)
@pytest.mark.parametrize("name", ["oblique", "permuted and flipped"])
@pytest.mark.parametrize("layer", [Layer.BACKGROUND, Layer.LABEL, Layer.SEGMENTATION])
def test_a_view_rotated_to_acquisition_has_the_axes_of_its_volume(host, layer, name, orientation):
    ijk_to_ras = GRIDS[name]
    axes = axes_of_volume(ijk_to_ras, RIGHT_UP_AND_NEXT[orientation])
    ijk = voxel_seen(ijk_to_ras, SHAPE, axes)
    expected = pixels_of_voxel(ijk, ijk_to_ras, points_of_pixels(ijk_to_ras, SHAPE, axes, SIZE))
    seen = _bright_pixels(host, layer, _one_voxel(ijk), ijk_to_ras, orientation, rotate_to_acquisition=True)
    rows, columns = np.nonzero(seen)
    assert seen.sum() == (np.ptp(rows) + 1) * (np.ptp(columns) + 1), "an upright rectangle of pixels"
    np.testing.assert_array_equal(seen, expected)


@pytest.mark.parametrize("orientation", Orientation)
@pytest.mark.parametrize("interpolate", [False, True])
@pytest.mark.parametrize("origin", [(15.5, 15.5, 0), (-123.4, 45.6, 7.8), (1 / 3, 2 / 7, 1.1)])
@pytest.mark.parametrize(
    ("directions", "spacing"),
    [(np.eye(3), 1), (np.diag([-1, -1, 1]), 0.9766), (rotation(20, (1, 2, 3)), 0.7)],
    ids=["RAS", "LPS", "rotated"],
)
def test_an_image_that_fills_its_view_has_no_dark_border(
    square_host, directions, spacing, origin, interpolate, orientation
):
    """The first column and the last row are sampled on the very edge of the image."""
    host, white = square_host, np.full((32, 32, 32), 200, np.int16)
    ijk_to_ras = grid(directions, (spacing,) * 3, origin)
    node = volume(host.scene, white, ijk_to_ras, window=(0, 255), interpolate=interpolate)
    show_page(
        PageNodes(page(image(orientation=orientation, rotate_to_acquisition=True)), (node,)), host, FILL
    )
    assert (host.picture(SliceView.RED) == 200).all()
    host.scene.RemoveNode(node)


@pytest.mark.parametrize("number_of_slices", [8, 9])
def test_the_slice_shown_goes_through_voxel_centres(host, number_of_slices):
    spacing, origin = 3.0, 7.0
    ijk_to_ras = grid(np.eye(3), (1, 1, spacing), (0, 0, origin))
    node = volume(host.scene, np.zeros((number_of_slices, 20, 20), np.int16), ijk_to_ras, window=(0, 1))
    show_page(PageNodes(page(image()), (node,)), host, FILL)
    offset = host.application_logic.GetSliceLogicByLayoutName("Red").GetSliceNode().GetSliceOffset()
    middle = origin + spacing * (number_of_slices - 1) / 2
    assert (offset - origin) / spacing == pytest.approx(round((offset - origin) / spacing))
    assert abs(offset - middle) <= spacing / 2 + 1e-6
    host.scene.RemoveNode(node)


@pytest.mark.parametrize("orientation", Orientation)
@pytest.mark.parametrize("noise_mm", [-1e-6, 1e-6])
@pytest.mark.parametrize("directions", [np.eye(3), np.diag([-1, -1, 1]), np.diag([-1, -1, -1])])
def test_copies_of_an_even_number_of_slices_open_on_the_same_slice(host, directions, noise_mm, orientation):
    ijk_to_ras = grid(directions, (2.03, 1.7, 3.1), (-9.13, 4.71, 7.3))
    array = np.zeros((8, 12, 10), np.int16)
    slice_node = host.application_logic.GetSliceLogicByLayoutName("Red").GetSliceNode()
    offsets = []
    for origin_noise in (0.0, noise_mm):
        copy = ijk_to_ras.copy()
        copy[:3, 3] += origin_noise
        node = volume(host.scene, array, copy, window=(0, 1))
        show_page(PageNodes(page(image(orientation=orientation)), (node,)), host, FILL)
        offsets.append(slice_node.GetSliceOffset())
        host.scene.RemoveNode(node)
    normal = RIGHT_UP_AND_NEXT[orientation][2]
    axis = np.abs(normal).argmax()
    middle = array.shape[2 - axis] // 2
    centres = normal[axis] * (ijk_to_ras[axis, 3] + ijk_to_ras[axis, axis] * np.array([middle - 1, middle]))
    assert offsets == pytest.approx([max(centres)] * 2, abs=1e-5), "the higher one along the view's normal"


@pytest.mark.parametrize("orientation", Orientation)
@pytest.mark.parametrize(("name", "is_rotated"), [("LPS", False), ("oblique", False), ("oblique", True)])
def test_initial_slice_offset_zoom_and_pan_hold_after_the_fit(host, name, is_rotated, orientation):
    ijk_to_ras, axes = GRIDS[name], RIGHT_UP_AND_NEXT[orientation]
    if is_rotated:
        axes = axes_of_volume(ijk_to_ras, axes)
    # Offsets count along the view's normal: towards S, A and L where it is not rotated.
    middle = middle_slice(ijk_to_ras, SHAPE, axes)[0]
    offset, zoom, pan = middle @ axes[2] + 1.7, 2.5, (3.0, -2.5)
    points = points_of_pixels(ijk_to_ras, SHAPE, axes, SIZE, zoom, pan, offset)
    at = points[100, 150]
    ijk = np.round(np.linalg.solve(ijk_to_ras[:3, :3], at - ijk_to_ras[:3, 3])).astype(int)
    expected = pixels_of_voxel(ijk, ijk_to_ras, points)
    assert expected.sum() > 500
    seen = _bright_pixels(
        host,
        Layer.BACKGROUND,
        _one_voxel(ijk),
        ijk_to_ras,
        orientation,
        rotate_to_acquisition=is_rotated,
        initial_slice_offset_mm=offset,
        zoom_factor=zoom,
        pan_origin_mm=(*pan, 0.0),
    )
    np.testing.assert_array_equal(seen, expected)
    node = host.application_logic.GetSliceLogicByLayoutName("Red").GetSliceNode()
    assert node.GetSliceOffset() == pytest.approx(offset)
    to_centre = np.array(node.GetXYToRAS().MultiplyPoint((SIZE[0] / 2, SIZE[1] / 2, 0, 1))[:3])
    right, up, normal = axes
    expected_centre = middle + (offset - middle @ normal) * normal + pan[0] * right + pan[1] * up
    np.testing.assert_allclose(to_centre, expected_centre, atol=1e-4)
    _, box = middle_slice(ijk_to_ras, SHAPE, axes)
    across = max(box[0], box[1] * SIZE[0] / SIZE[1]) / zoom
    assert node.GetFieldOfView()[0] == pytest.approx(across, rel=1e-6)


def test_zoom_and_pan_of_an_earlier_page_are_gone(host):
    ijk_to_ras, axes = GRIDS["identity"], RIGHT_UP_AND_NEXT[Orientation.CORONAL]
    ijk = voxel_seen(ijk_to_ras, SHAPE, axes)
    _bright_pixels(
        host,
        Layer.BACKGROUND,
        _one_voxel(ijk),
        OBLIQUE,
        Orientation.SAGITTAL,
        rotate_to_acquisition=True,
        zoom_factor=3.0,
        pan_origin_mm=(20.0, 30.0, 0.0),
        initial_slice_offset_mm=-3.0,
    )
    seen = _bright_pixels(host, Layer.BACKGROUND, _one_voxel(ijk), ijk_to_ras, Orientation.CORONAL)
    points = points_of_pixels(ijk_to_ras, SHAPE, axes, SIZE)
    np.testing.assert_array_equal(seen, pixels_of_voxel(ijk, ijk_to_ras, points))


def test_a_foreground_of_another_grid_lies_over_the_background_by_patient_position(host):
    background_grid, axes = GRIDS["anisotropic"], RIGHT_UP_AND_NEXT[Orientation.AXIAL]
    points = points_of_pixels(background_grid, SHAPE, axes, SIZE)
    shape = (40, 40, 40)
    foreground_grid = grid(rotation(35, (0, 1, 1)), (1.9, 1.9, 1.9), points[120, 160] - 38)
    inside = points[120, 160]
    ijk = np.round(np.linalg.solve(foreground_grid[:3, :3], inside - foreground_grid[:3, 3])).astype(int)
    below = volume(host.scene, np.zeros(SHAPE, np.int16), background_grid, window=(0, 1))
    above = volume(host.scene, _one_voxel(ijk, shape), foreground_grid)
    foreground = image(Layer.FOREGROUND, opacity=1.0)
    show_page(PageNodes(page(image(), foreground), (below, above)), host, FILL)
    seen = host.picture(SliceView.RED)[..., 1] > 128
    expected = pixels_of_voxel(ijk, foreground_grid, points)
    assert expected.sum() > 50
    np.testing.assert_array_equal(seen, expected)
    for node in (below, above):
        host.scene.RemoveNode(node)
