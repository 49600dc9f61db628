"""A voxel of known patient position comes out at the computed pixel, whatever the directions of its grid."""

from pathlib import Path

import numpy as np
import pytest
from mrml_by_hand import Loaded, image, label_map, page, segmentation, volume
from QuizLoaderLib.apps.headless import HeadlessHost
from QuizLoaderLib.quiz.model import (
    ContourVisibility,
    Layer,
    Orientation,
    Quiz,
    SliceView,
)
from QuizLoaderLib.views.page import show_page

WIDTH, HEIGHT = 317, 251
QUIZ = Quiz(Path("quiz.xml"))
FILLED = Quiz(Path("quiz.xml"), contour_visibility=ContourVisibility.FILL)

RIGHT_UP_AND_NEXT = {
    # Radiological: the patient's left is on the viewer's right; Slicer's sagittal view looks from the left.
    # The third is the way the next slice lies.
    Orientation.AXIAL: np.array([(-1, 0, 0), (0, 1, 0), (0, 0, 1)], float),
    Orientation.CORONAL: np.array([(-1, 0, 0), (0, 0, 1), (0, 1, 0)], float),
    Orientation.SAGITTAL: np.array([(0, -1, 0), (0, 0, 1), (-1, 0, 0)], float),
}


def _rotation(degrees, axis):
    angle, (x, y, z) = np.radians(degrees), np.asarray(axis) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def _grid(directions, spacing, origin=(12.5, -40.25, 7.0)):
    ijk_to_ras = np.eye(4)
    ijk_to_ras[:3, :3] = np.asarray(directions, float) @ np.diag(spacing)
    ijk_to_ras[:3, 3] = origin
    return ijk_to_ras


SHAPE = (9, 15, 21)
"""(slices, rows, columns): odd, so that the volume's centre lies in a voxel's centre."""

GRIDS = {
    "identity": _grid(np.eye(3), (2.03, 2.03, 2.03)),
    "LPS": _grid(np.diag([-1, -1, 1]), (2.03, 2.03, 2.03)),
    "all flipped": _grid(np.diag([-1, -1, -1]), (2.03, 2.03, 2.03)),
    "permuted": _grid([[0, 0, 1], [1, 0, 0], [0, 1, 0]], (2.03, 2.03, 2.03)),
    "permuted and flipped": _grid([[0, 0, -1], [-1, 0, 0], [0, 1, 0]], (1.5, 2, 3)),
    "anisotropic": _grid(np.diag([-1, -1, 1]), (0.9, 1.7, 4.1)),
    "oblique": _grid(_rotation(20, (1, 2, 3)) @ np.diag([-1, -1, 1]), (1.1, 1.3, 2.7)),
}


@pytest.fixture(scope="module")
def host():
    with HeadlessHost((WIDTH, HEIGHT)) as host:
        yield host


def _middle_slice(ijk_to_ras, orientation):
    """A point on the slice that is shown, and the size of the volume's box on the view, in mm.

    Slices are counted from the lower face of the box, in steps of the voxel edge that goes through the
    plane; the one nearest to the centre of the volume is shown.
    """
    right, up, normal = RIGHT_UP_AND_NEXT[orientation]
    centre = (ijk_to_ras @ [*(np.array(SHAPE[::-1]) - 1) / 2, 1])[:3]
    corners = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in SHAPE[::-1]])).reshape(3, -1)
    corners = (ijk_to_ras @ np.vstack([corners, np.ones(8)]))[:3].T
    step = np.abs(normal @ ijk_to_ras[:3, :3]).max()
    lowest = (corners @ normal).min()
    offset = lowest + (np.floor((centre @ normal - lowest) / step) + 0.5) * step
    return centre + (offset - centre @ normal) * normal, np.ptp(corners @ np.array([right, up]).T, axis=0)


def _pixels_of_voxel(ijk, ijk_to_ras, orientation):
    """(rows, columns) of the pixels whose sample point lies in the voxel, by the rule of the view alone.

    The field of view is the smallest one of the view's aspect that holds the volume, its voxels whole;
    it is centred on the volume's centre. MRML samples a pixel at its left and lower edge.
    """
    right, up, _ = RIGHT_UP_AND_NEXT[orientation]
    middle, size = _middle_slice(ijk_to_ras, orientation)
    pixel = max(size[0] / WIDTH, size[1] / HEIGHT)
    columns, rows = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    across = (columns - WIDTH / 2) * pixel
    upward = (HEIGHT - 1 - rows - HEIGHT / 2) * pixel
    points = middle + across[..., None] * right + upward[..., None] * up
    sampled = np.linalg.solve(ijk_to_ras[:3, :3], (points - ijk_to_ras[:3, 3]).reshape(-1, 3).T).T
    distance = np.abs(sampled - ijk).max(axis=1).reshape(HEIGHT, WIDTH)
    return distance < 0.5


def _voxels(ijk):
    array = np.zeros(SHAPE, np.int16)
    array[tuple(reversed(ijk))] = 1
    return array


def _voxel_seen(ijk_to_ras, orientation):
    """A voxel that the slice goes through, away from the middle of the view."""
    right, up, _ = RIGHT_UP_AND_NEXT[orientation]
    point = _middle_slice(ijk_to_ras, orientation)[0] + 4 * right + 5 * up
    return np.round(np.linalg.solve(ijk_to_ras[:3, :3], point - ijk_to_ras[:3, 3])).astype(int)


@pytest.mark.parametrize("orientation", Orientation)
@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("layer", Layer)
def test_a_voxel_comes_out_where_it_is_in_the_patient(host, grid, orientation, layer):
    ijk_to_ras = GRIDS[grid]
    ijk = _voxel_seen(ijk_to_ras, orientation)
    expected = _pixels_of_voxel(ijk, ijk_to_ras, orientation)
    assert expected.sum() > 50
    make = {Layer.LABEL: label_map, Layer.SEGMENTATION: segmentation}.get(layer, volume)
    bright = make(host.scene, _voxels(ijk), ijk_to_ras)
    dark = volume(host.scene, np.zeros(SHAPE, np.int16), ijk_to_ras, window=(0, 1))
    background = image(orientation=orientation)
    if layer is Layer.BACKGROUND:
        show_page(page(background), Loaded((bright,)), host, FILLED)
    else:
        above = image(layer, orientation=orientation, opacity=1.0)
        show_page(page(background, above), Loaded((dark, bright)), host, FILLED)
    green = host.picture(SliceView.RED)[..., 1] > 64
    for node in (bright, dark):
        host.scene.RemoveNode(node)
    np.testing.assert_array_equal(green, expected)
