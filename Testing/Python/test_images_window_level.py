"""The window with which an image starts is right also where some voxels are no numbers, or far out."""

from pathlib import Path

import numpy as np
import pytest
from dicom_made import Placement, write_series
from image_files import write_nrrd
from image_pages import load_one, voxels_of
from QuizLoaderLib.images.window_level import automatic_window_level
from QuizLoaderLib.quiz.model import WindowLevel

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


def ct(shape: tuple[int, int, int] = (10, 100, 100)) -> np.ndarray:
    """A body of soft tissue with bone in it, in air, on a table; nothing beyond the field of view."""
    _z, y, x = np.indices(shape)
    radius = np.hypot(y - 50, x - 50)
    values = np.where(radius < 30, np.random.default_rng(1).normal(40, 15, shape), -1000)
    values[(radius < 8)] = 900
    values[radius > 48] = -3024
    return values.round().astype(np.int16)


def test_a_ct_without_a_window_shows_soft_tissue(tmp_path: Path) -> None:
    """With the DICOM header, and where a file has nothing but the values."""
    write_series(tmp_path / "dicom", ct(), Placement(range(10)))
    node, problems, library = load_one(tmp_path, "dicom", dicom_read=True)
    display = node.GetDisplayNode()
    assert (display.GetWindow(), display.GetLevel()) == (350, 40)
    assert problems == []
    library.close()
    assert window_of(tmp_path, ct())[:2] == (350, 40)


@pytest.mark.parametrize(
    "voxels",
    [
        np.where(ct() < -500, 0, ct()),
        ct() + 4096,
        ct() * np.float32(1.003),
        np.where(ct() > -500, 1500, ct()),
        np.linspace(-4096, 4095, 100_000).round().astype(np.int16).reshape(10, 100, 100),
    ],
    ids=["no air", "all above", "no whole numbers", "no soft tissue", "a phase image"],
)
def test_values_that_are_not_those_of_a_ct_show_all_but_a_thousandth_at_either_end(
    tmp_path: Path, voxels: np.ndarray
) -> None:
    low, high = np.percentile(voxels, (0.1, 99.9))
    window, level, _ = window_of(tmp_path, voxels)
    assert window == pytest.approx(high - low, abs=2)
    assert level == pytest.approx((high + low) / 2, abs=2)


def test_a_ct_that_has_lost_its_rescale_shows_all_but_a_thousandth_at_either_end(tmp_path: Path) -> None:
    """As scanners store it, from 0 on: in the window of soft tissue the whole body would be white."""
    voxels = np.maximum(ct() + 1024, 0).astype(np.uint16)
    write_series(tmp_path / "dicom", voxels, Placement(range(10)))
    node, _problems, library = load_one(tmp_path, "dicom", dicom_read=True)
    low, high = np.percentile(voxels, (0.1, 99.9))
    display = node.GetDisplayNode()
    assert display.GetWindow() == pytest.approx(high - low, abs=2)
    assert display.GetLevel() == pytest.approx((high + low) / 2, abs=2)
    library.close()


@pytest.mark.parametrize("modality", ["PT", "RTDOSE", "MR"])
def test_uptake_begins_at_zero_and_ends_at_the_last_thousandth(tmp_path: Path, modality: str) -> None:
    """MR has no zero of its own, so it begins at the first thousandth."""
    voxels = (RAMP + 200).round().astype(np.int16)
    write_series(tmp_path / "dicom", voxels, Placement(range(10)), modality=modality)
    node, _problems, library = load_one(tmp_path, "dicom", dicom_read=True)
    display = node.GetDisplayNode()
    low, high = np.percentile(voxels, (0.1, 99.9))
    low = low if modality == "MR" else 0
    assert display.GetWindow() == pytest.approx(high - low, abs=1.5)
    assert display.GetLevel() == pytest.approx((high + low) / 2, abs=1.5)
    library.close()


def test_the_window_of_the_header_comes_first_and_that_of_the_quiz_before_it(tmp_path: Path) -> None:
    write_series(tmp_path / "dicom", ct(), Placement(range(10)), WindowCenter=60, WindowWidth=80)
    for wanted, expected in ((None, (80, 60)), (WindowLevel(7, 3), (7, 3))):
        node, _problems, library = load_one(tmp_path, "dicom", dicom_read=True, window_level=wanted)
        display = node.GetDisplayNode()
        assert (display.GetWindow(), display.GetLevel()) == expected
        library.close()
