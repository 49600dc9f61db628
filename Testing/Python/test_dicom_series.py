"""Opening a DICOM series: by a file or a folder, in its place in the patient, in its units."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from dicom_made import (
    Placement,
    new_dataset,
    put_pixels,
    save,
    write_segmentation,
    write_series,
    write_structure_set,
)
from QuizLoaderLib.images.arrays import VolumeArrays
from QuizLoaderLib.images.dicom.frames import TAGS
from QuizLoaderLib.images.dicom.headers import headers_in
from QuizLoaderLib.images.dicom.series import (
    FILES_COPIED,
    IMAGES_MIXED,
    NOT_CALIBRATED,
    SEVERAL_SERIES,
    SEVERAL_TIMES,
    find_series,
    read_grid,
    read_series,
    read_time_points,
)
from QuizLoaderLib.images.dicom.stack import MISSING_SLICES, NO_POSITION, SLICES_TILTED, SLICES_UNEVEN
from QuizLoaderLib.images.dicom.time_points import SAME_POSITION
from QuizLoaderLib.images.errors import ImageReadError

OBLIQUE = np.linalg.qr(np.array([[0.92, -0.3, 0.2], [0.25, 0.93, 0.3], [-0.2, -0.3, 0.95]]))[0].T
ORIENTATIONS = {
    "axial": ((1, 0, 0), (0, 1, 0)),
    "flipped": ((-1, 0, 0), (0, 1, 0)),
    "sagittal": ((0, 1, 0), (0, 0, -1)),
    "coronal": ((1, 0, 0), (0, 0, -1)),
    "oblique": (tuple(np.round(OBLIQUE[0], 9)), tuple(np.round(OBLIQUE[1], 9))),
}


def numbered(slices: int = 4, rows: int = 5, columns: int = 6, dtype: type = np.int16) -> np.ndarray:
    """Every voxel its own number."""
    return np.arange(slices * rows * columns, dtype=dtype).reshape(slices, rows, columns)


def even(slices: int = 4, gap: float = 2.5, **changes: Any) -> Placement:
    return Placement(tuple(np.arange(slices) * gap), (0.8, 1.2), (-11.0, 7.0, 30.0), **changes)


def codes_of(volume: VolumeArrays) -> list[str]:
    return [problem.code for problem in volume.problems]


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_every_voxel_is_at_its_place_in_the_patient(name: str, tmp_path: Path) -> None:
    right, down = ORIENTATIONS[name]
    placement = even(right=right, down=down)
    write_series(tmp_path, numbered(), placement)
    volume = read_series(tmp_path)
    for k, j, i in ((0, 0, 0), (3, 0, 0), (1, 4, 2), (2, 1, 5)):
        (found,) = np.argwhere(volume.voxels == numbered()[k, j, i])
        ras = volume.ijk_to_ras @ [*found[::-1], 1]
        assert np.allclose(ras[:3] * [-1, -1, 1], placement.point(i, j, k), atol=1e-5)
    assert np.linalg.det(volume.ijk_to_ras[:3, :3]) > 0
    assert codes_of(volume) == []


def test_a_file_means_its_series_whatever_lies_beside_it_and_whatever_its_name(tmp_path: Path) -> None:
    paths = write_series(tmp_path, numbered(), even())
    write_series(tmp_path, numbered(3) + 500, even(3), series="1.2.3.11", first=50)
    write_structure_set(tmp_path / "rt.dcm", [])
    (tmp_path / "notes.txt").write_text("1.2.3.10 is no image", encoding="utf-8")
    (tmp_path / "DICOMDIR").write_bytes(paths[0].read_bytes())
    assert paths[0].suffix == ""
    assert np.array_equal(read_series(paths[2]).voxels, numbered())
    assert read_series(tmp_path / "I00051").voxels.min() == 500


def test_slices_are_sorted_by_place_not_by_name_or_number(tmp_path: Path) -> None:
    placement = even()
    backward = Placement(placement.offsets[::-1], placement.spacing, tuple(placement.position(3)))
    write_series(tmp_path, numbered()[::-1], backward)
    volume = read_series(tmp_path)
    assert np.array_equal(volume.voxels, numbered())
    assert volume.ijk_to_ras[:3, 3].tolist() == [11.0, -7.0, 30.0]
    assert volume.dicom is not None
    assert volume.dicom.slice_uids == ("1.2.3.10.4", "1.2.3.10.3", "1.2.3.10.2", "1.2.3.10.1")


def test_a_folder_of_several_series_names_them_and_asks_for_a_file(tmp_path: Path) -> None:
    write_series(tmp_path, numbered(), even(), SeriesDescription="Native")
    write_series(tmp_path, numbered(3), even(3), series="1.2.3.11", first=50, SeriesDescription="Contrast")
    with pytest.raises(ImageReadError) as caught:
        read_series(tmp_path)
    assert caught.value.problem.code == SEVERAL_SERIES
    assert (
        "2 series: CT Native (4 files, I00001); CT Contrast (3 files, I00050)"
        in caught.value.problem.sentence
    )
    found = [find_series(tmp_path / name) for name in ("I00001", "I00050")]
    assert [one.header.text("SeriesDescription") for one in found] == ["Native", "Contrast"]
    assert [one.read(0, with_pixels=False).voxels.shape for one in found] == [(4, 5, 6), (3, 5, 6)]


def test_what_radiotherapy_keeps_beside_a_series_does_not_get_in_the_way(tmp_path: Path) -> None:
    write_series(tmp_path, numbered(), even())
    dose = numbered(3) + 500
    write_series(tmp_path, dose, even(3), "RTDOSE", "1.2.3.30", first=80, DoseUnits="GY", DoseGridScaling="1")
    write_structure_set(tmp_path / "rt.dcm", [])
    write_segmentation(tmp_path / "seg.dcm", np.ones((1, 5, 6)), [1], [even().position(0)], even())

    assert np.array_equal(read_series(tmp_path).voxels, numbered())
    assert (read_series(tmp_path / "I00080").voxels.min(), read_series(tmp_path / "I00080").units) == (
        500,
        "GY",
    )
    found = [find_series(tmp_path / name) for name in ("I00001", "I00080")]
    assert [one.header.modality for one in found] == ["CT", "RTDOSE"]

    write_series(tmp_path, numbered(3), even(3), series="1.2.3.11", first=50)
    with pytest.raises(ImageReadError) as caught:
        read_series(tmp_path)
    assert "holds 2 series: CT (4 files, I00001); CT (3 files, I00050)." in caught.value.problem.sentence


def test_a_folder_above_the_series_names_the_folders_below(tmp_path: Path) -> None:
    write_series(tmp_path / "study" / "CT thorax", numbered(), even())
    (tmp_path / "study" / "reports").mkdir()
    with pytest.raises(ImageReadError) as caught:
        read_series(tmp_path / "study")
    assert caught.value.problem.sentence == "The folder “study” holds no DICOM images."
    assert caught.value.problem.hint == "the series may be in a folder below: CT thorax, reports"


def test_a_folder_of_a_dose_alone_is_that_dose(tmp_path: Path) -> None:
    write_series(tmp_path, numbered(), even(), "RTDOSE", DoseUnits="GY")
    assert np.array_equal(read_series(tmp_path).voxels, numbered())


def test_a_series_can_be_looked_at_without_reading_its_pixels(tmp_path: Path) -> None:
    write_series(tmp_path, numbered(), even(), WindowCenter=40, WindowWidth=400)
    series, grid = find_series(tmp_path), read_grid(tmp_path)
    assert grid.voxels.shape == (4, 5, 6)
    assert np.linalg.norm(grid.ijk_to_ras[:3, :3], axis=0) == pytest.approx((0.8, 1.2, 2.5))
    assert (grid.units, grid.window_level, len(series.times)) == ("HU", (400.0, 40.0), 1)
    assert np.array_equal(grid.ijk_to_ras, read_series(tmp_path).ijk_to_ras)


def test_hounsfield_units_in_the_smallest_signed_type(tmp_path: Path) -> None:
    stored = np.array([[[0, 1024, 4095]]], np.uint16)
    write_series(tmp_path / "ct", stored, even(1), bits_stored=12, RescaleSlope=1, RescaleIntercept=-1024)
    volume = read_series(tmp_path / "ct")
    assert volume.voxels.dtype == np.int16
    assert volume.voxels.tolist() == [[[-1024, 0, 3071]]]
    wide = np.array([[[0, 40000, 65535]]], np.uint16)
    write_series(tmp_path / "wide", wide, even(1), RescaleSlope=2, RescaleIntercept=-1024)
    volume = read_series(tmp_path / "wide")
    assert volume.voxels.dtype == np.int32
    assert volume.voxels.tolist() == [[[-1024, 78976, 130046]]]
    high = np.array([[[64000, 64512, 65535]]], np.uint16)
    write_series(tmp_path / "high", high, even(1), RescaleSlope=1, RescaleIntercept=-65536)
    assert read_series(tmp_path / "high").voxels.tolist() == [[[-1536, -1024, -1]]]
    plain = np.array([[[0, 40000, 65535]]], np.uint16)
    write_series(tmp_path / "plain", plain, even(1))
    assert read_series(tmp_path / "plain").voxels.dtype == np.uint16


def test_pet_keeps_its_units_with_the_slope_of_each_slice(tmp_path: Path) -> None:
    stored = np.full((2, 2, 2), 1000, np.int16)
    write_series(
        tmp_path, stored, even(2), "PT", Units="BQML", RescaleSlope=[0.5, 2.25], RescaleIntercept=[0, 0]
    )
    volume = read_series(tmp_path)
    assert volume.units == "BQML"
    assert volume.voxels.dtype == np.float32
    assert volume.voxels[:, 0, 0].tolist() == [500.0, 2250.0]


def test_bits_beyond_those_stored_are_no_values(tmp_path: Path) -> None:
    overlay = np.array([[[0x0FFF, 0xF123, 0x8000]]], np.uint16)
    write_series(tmp_path / "unsigned", overlay, even(1), bits_stored=12)
    assert read_series(tmp_path / "unsigned").voxels.tolist() == [[[0x0FFF, 0x123, 0]]]
    unextended = np.array([[[0x0FFF, 0x0800, 0x07FF]]], np.int16)
    write_series(tmp_path / "signed", unextended, even(1), bits_stored=12)
    assert read_series(tmp_path / "signed").voxels.tolist() == [[[-1, -2048, 2047]]]


@pytest.mark.parametrize(
    "syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"]
)
def test_every_uncompressed_transfer_syntax_gives_the_same(syntax: str, tmp_path: Path) -> None:
    write_series(tmp_path, numbered() - 60, even(), syntax=syntax, RescaleSlope=3, RescaleIntercept=-7)
    assert np.array_equal(read_series(tmp_path).voxels, (numbered() - 60) * 3 - 7)


def test_a_file_without_a_preamble_is_read(tmp_path: Path) -> None:
    (path,) = write_series(tmp_path, numbered(1), even(1), syntax="1.2.840.10008.1.2")
    content = path.read_bytes()
    start = content.index(b"\x08\x00\x05\x00")
    path.write_bytes(content[start:])
    assert np.array_equal(read_series(path).voxels, numbered(1))


def test_colours_stay_colours_planar_or_not(tmp_path: Path) -> None:
    pixels = np.arange(5 * 6 * 3, dtype=np.uint8).reshape(1, 5, 6, 3)
    write_series(tmp_path / "a", pixels, even(1))
    assert np.array_equal(read_series(tmp_path / "a").voxels, pixels)
    (path,) = write_series(tmp_path / "b", np.moveaxis(pixels, -1, 1).reshape(1, 5, 6, 3), even(1), "CT")
    content = path.read_bytes()
    planar = b"\x28\x00\x06\x00US\x02\x00\x00\x00"
    path.write_bytes(content.replace(planar, planar[:-2] + b"\x01\x00"))
    assert np.array_equal(read_series(path).voxels, pixels)


def test_missing_slices_are_filled_and_said(tmp_path: Path) -> None:
    offsets = (0.0, 2.0, 4.0, 8.0, 10.0)
    voxels = np.repeat(np.array(offsets, np.int16) * 10, 4).reshape(5, 2, 2)
    write_series(tmp_path, voxels, Placement(offsets))
    volume = read_series(tmp_path)
    assert volume.voxels[:, 0, 0].tolist() == [0, 20, 40, 60, 80, 100]
    (problem,) = volume.problems
    assert problem.code == MISSING_SLICES
    assert "lacks 1 of 6 slices (after S 4 mm)" in problem.sentence


def test_uneven_slices_are_resampled_to_their_places(tmp_path: Path) -> None:
    offsets = (0.0, 5.0, 7.0, 10.5, 12.0)
    voxels = np.repeat(np.rint(np.array(offsets) * 100).astype(np.int16), 4).reshape(5, 2, 2)
    write_series(tmp_path, voxels, Placement(offsets))
    volume = read_series(tmp_path)
    assert codes_of(volume) == [SLICES_UNEVEN]
    gap = volume.ijk_to_ras[2, 2]
    assert gap == pytest.approx(1.5)
    along = np.arange(len(volume.voxels)) * gap
    assert along[-1] == pytest.approx(12.0)
    assert np.abs(volume.voxels[:, 0, 0] - along * 100).max() <= 2
    assert volume.dicom is not None
    assert volume.dicom.slice_offsets_mm == pytest.approx(offsets)


def test_a_tilted_gantry_is_sheared_upright(tmp_path: Path) -> None:
    """A straight bar along the patient moves from slice to slice; upright it is at one place."""
    tilt = np.tan(np.radians(20))
    placement = Placement(tuple(np.arange(6) * 3.0), tilt_mm=(0.0, tilt, 0.0))
    voxels = np.zeros((6, 40, 10), np.int16)
    rows = np.arange(40)
    for k in range(6):
        voxels[k] = np.rint(1000 * np.exp(-0.5 * ((rows + k * 3 * tilt - 20) / 2) ** 2))[:, None]
    write_series(tmp_path, voxels, placement)
    volume = read_series(tmp_path)
    (problem,) = volume.problems
    assert problem.code == SLICES_TILTED
    assert "gantry tilt of 20.0 degrees" in problem.sentence
    assert volume.voxels.shape == (6, 46, 10)
    bar = np.linalg.solve(volume.ijk_to_ras, [-4.0, -20.0, 0.0, 1.0])[1]
    peaks = (volume.voxels[:, :, 4] * np.arange(46)).sum(axis=1) / volume.voxels[:, :, 4].sum(axis=1)
    assert np.abs(peaks - bar).max() < 0.02


def test_copies_and_unequal_images_are_left_out_and_said(tmp_path: Path) -> None:
    paths = write_series(tmp_path, numbered(), even())
    (tmp_path / "copy").write_bytes(paths[1].read_bytes())
    write_series(tmp_path, numbered(1, 9, 9), even(1), first=90)
    volume = read_series(paths[0])
    assert np.array_equal(volume.voxels, numbered())
    assert sorted(codes_of(volume)) == [FILES_COPIED, IMAGES_MIXED]
    assert any("1 of 5 images do not fit" in problem.sentence for problem in volume.problems)


def test_several_images_at_some_positions_only(tmp_path: Path) -> None:
    write_series(tmp_path, numbered(), even())
    write_series(tmp_path, numbered(1) + 700, even(1), first=70)
    volume = read_series(tmp_path)
    assert np.array_equal(volume.voxels, numbered())
    assert codes_of(volume) == [SAME_POSITION]
    assert "at 1 of 4 positions" in volume.problems[0].sentence


def test_time_points_by_their_clock(tmp_path: Path) -> None:
    for time, clock in enumerate(("235950.00", "235955.50")):
        write_series(
            tmp_path, numbered() + 200 * time, even(), "MR", first=1 + 4 * time, AcquisitionTime=clock
        )
    points = read_time_points(tmp_path)
    assert points.times_s == (0.0, 5.5)
    assert np.array_equal(points.read(1).voxels, numbered() + 200)
    shown = read_series(tmp_path)
    assert np.array_equal(shown.voxels, numbered())
    assert codes_of(shown) == [SEVERAL_TIMES]


def test_time_points_without_a_clock_and_in_subfolders(tmp_path: Path) -> None:
    for time in range(3):
        write_series(tmp_path / "one", numbered() + 200 * time, even(), "MR", first=1 + 4 * time)
        write_series(tmp_path / "many" / f"t{time}", numbered() + time, even(), series=f"1.2.3.{60 + time}")
    for folder, step in (("one", 200), ("many", 1)):
        points = read_time_points(tmp_path / folder)
        assert points.times_s == (0.0, 1.0, 2.0)
        assert [int(points.read(k).voxels[0, 0, 0]) for k in range(3)] == [0, step, 2 * step]


def test_pictures_without_a_place_are_stacked_and_said(tmp_path: Path) -> None:
    for number in (2, 1):
        dataset = new_dataset("1.2.840.10008.5.1.4.1.1.7", f"1.2.3.10.{number}")
        dataset.Modality, dataset.InstanceNumber = "OT", number
        put_pixels(dataset, np.full((3, 3), number, np.uint8))
        save(dataset, tmp_path / str(9 - number))
    volume = read_series(tmp_path)
    assert volume.voxels[:, 0, 0].tolist() == [1, 2]
    assert codes_of(volume) == [NO_POSITION, NOT_CALIBRATED]


def test_a_group_length_before_the_pixels_is_no_pixel(tmp_path: Path) -> None:
    (path,) = write_series(tmp_path, numbered(1), even(1))
    content = path.read_bytes()
    at = content.index(b"\xe0\x7f\x10\x00")
    path.write_bytes(content[:at] + b"\xe0\x7f\x00\x00UL\x04\x00\x48\x00\x00\x00" + content[at:])
    assert np.array_equal(read_series(path).voxels, numbered(1))
    assert np.array_equal(read_series(tmp_path).voxels, numbered(1))


def test_sequences_of_undefined_length_are_passed_over(tmp_path: Path) -> None:
    (path,) = write_series(tmp_path, numbered(1), even(1))
    dataset = pydicom.dcmread(path)
    inner, outer = pydicom.Dataset(), pydicom.Dataset()
    inner.SeriesInstanceUID, inner.Rows = "1.2.3.999", 7
    outer.ReferencedSeriesSequence = [inner]
    dataset.ReferencedStudySequence = [outer]
    for sequence in (dataset["ReferencedStudySequence"], outer["ReferencedSeriesSequence"]):
        sequence.is_undefined_length = True
        sequence.value[0].is_undefined_length_sequence_item = True
    save(dataset, path)
    assert b"\xff\xff\xff\xff" in path.read_bytes()
    (header,) = headers_in(tmp_path, TAGS)
    assert header.series_uid == "1.2.3.10"
    assert header.integer("Rows") == 5
    assert np.array_equal(read_series(tmp_path).voxels, numbered(1))
