"""The window with which an image starts is right also where some voxels are no numbers, or far out."""

import numpy as np
import pytest
from image_files import write_nrrd
from image_pages import load_one, voxels_of
from QuizLoaderLib.images.window_level import automatic_window_level

RAMP = np.linspace(0, 1000, 100_000, dtype=np.float32).reshape(10, 100, 100)
"""Even from 0 to 1000, so 0.1 per cent of the voxels lie below 1 and above 999."""


def window_of(folder, voxels):
    """(window, level) of the node of a file with these voxels, and the node's image."""
    write_nrrd(folder / "a.nrrd", voxels)
    node, problems, library = load_one(folder, "a.nrrd")
    assert problems == []
    display = node.GetDisplayNode()
    found = display.GetWindow(), display.GetLevel(), node.GetImageData()
    library.close()
    return found


def scattered(voxels, value, share=0.05):
    """A copy with a share of its voxels, evenly drawn, set to a value."""
    changed = voxels.copy()
    changed[np.random.default_rng(3).random(voxels.shape) < share] = value
    return changed


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "int32"])
def test_the_window_leaves_out_a_thousandth_at_either_end(tmp_path, dtype):
    window, level, _ = window_of(tmp_path, RAMP.astype(dtype))
    assert window == pytest.approx(998, abs=1.1)
    assert level == pytest.approx(500, abs=1.1)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_no_number_does_not_count(tmp_path, value, dtype):
    voxels = scattered(RAMP, value).astype(dtype)
    window, level, image = window_of(tmp_path, voxels)
    assert window == pytest.approx(998, abs=1.1)
    assert level == pytest.approx(500, abs=1.1)
    np.testing.assert_array_equal(voxels_of(image), voxels)


@pytest.mark.parametrize("value", [1e30, -1e30, 3.4e38])
def test_a_few_voxels_far_out_do_not_grey_the_rest(tmp_path, value):
    window, level, _ = window_of(tmp_path, scattered(RAMP, value, 0.0002))
    assert window == pytest.approx(998, abs=3)
    assert level == pytest.approx(500, abs=3)


def test_an_image_without_a_number_has_a_window_all_the_same(tmp_path):
    window, level, _ = window_of(tmp_path, np.full((2, 3, 4), np.nan, np.float32))
    assert (window, level) == (1.0, 0.5)


def test_an_image_of_one_value_has_that_as_its_level(tmp_path):
    window, level, _ = window_of(tmp_path, np.full((2, 3, 4), -7.5, np.float32))
    assert (window, level) == (1.0, -7.5)


def test_a_spot_in_an_empty_image_is_seen(tmp_path):
    """One voxel of 100,000: both percentiles are 0, so the whole range is taken."""
    voxels = np.zeros((10, 100, 100), np.float32)
    voxels[5, 50, 50] = 40
    window, level, _ = window_of(tmp_path, voxels)
    assert (window, level) == (40, 20)


def test_the_range_of_double_precision_does_not_overflow(tmp_path):
    voxels = np.array([[[-1.7e308, 1.7e308]]])
    window, level = automatic_window_level(voxels)
    assert np.isfinite([window, level]).all()


def test_a_large_image_is_sampled_across_all_columns():
    """The columns differ, so a step that meets some of them only would find another window."""
    voxels = np.broadcast_to(np.arange(500, dtype=np.int16), (16, 500, 500)).copy()
    window, level = automatic_window_level(voxels)
    assert window == pytest.approx(499, abs=1)
    assert level == pytest.approx(249.5, abs=1)
