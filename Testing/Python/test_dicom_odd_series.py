"""Series of which not every image can be shown: the others are, and it is said; or a sentence says no."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dicom_made import (
    MadeRoi,
    Placement,
    new_dataset,
    put_pixels,
    save,
    write_segmentation,
    write_series,
    write_structure_set,
)
from dicom_packed import BIG_ENDIAN, EXPLICIT, IMPLICIT, JPEG_2000, write_packed
from QuizLoaderLib.images.dicom.encapsulated import NOT_DECODED
from QuizLoaderLib.images.dicom.segmentation import read_dicom_seg
from QuizLoaderLib.images.dicom.series import (
    IMAGES_LOST,
    IMAGES_MIXED,
    MOSAIC,
    NOT_A_SERIES,
    read_grid,
    read_series,
)
from QuizLoaderLib.images.dicom.stack import MISSING_SLICES
from QuizLoaderLib.images.dicom.time_points import BAD_POSITION
from QuizLoaderLib.images.errors import ImageReadError
from QuizLoaderLib.images.files.file_facts import look_at
from QuizLoaderLib.images.structure_set.file import read_structure_set
from QuizLoaderLib.images.types.file_info import file_info
from test_dicom_series import codes_of, even, numbered
from test_dicom_transfer_syntaxes import KINDS, SECONDARY_CAPTURE, grey_dataset


@pytest.mark.parametrize("damage", ["cut", "no pixels"])
def test_of_a_series_with_a_bad_slice_the_others_are_shown_and_the_gap_is_said(
    damage: str, tmp_path: Path
) -> None:
    voxels = np.stack([np.full((4, 4), 10 * k, np.int16) for k in range(7)])
    paths = write_series(tmp_path, voxels, even(7))
    content = paths[3].read_bytes()
    paths[3].write_bytes(content[:-5] if damage == "cut" else content[: content.index(b"\xe0\x7f\x10\0")])
    volume = read_series(paths[0])
    assert codes_of(volume) == [IMAGES_LOST, MISSING_SLICES]
    assert volume.problems[0].sentence.startswith("“I00004” is cut short")
    assert volume.problems[0].sentence.endswith("it is left out.")
    assert "lacks 1 of 7 slices (after S 35 mm)" in volume.problems[1].sentence
    assert np.array_equal(volume.voxels, voxels)
    assert volume.dicom is not None
    assert len(volume.dicom.slice_uids) == 6


def test_bad_slices_at_the_end_are_named_together(tmp_path: Path) -> None:
    paths = write_series(tmp_path, numbered(6), even(6))
    for path in paths[3:]:
        path.write_bytes(path.read_bytes()[:-2])
    volume = read_series(paths[0])
    (problem,) = volume.problems
    assert problem.sentence.endswith("it is left out, and so are 2 more of the series: “I00005”, “I00006”.")
    assert np.array_equal(volume.voxels, numbered(6)[:3])


def test_positions_beyond_all_numbers_are_refused(tmp_path: Path) -> None:
    """Each is a number, as the standard wants; the distance along the normal is none any more."""
    odd = Placement((0, 1), origin=(-1.7e308, 1.7e308, 1.7e308), right=(0, 0.8, -0.6), down=(0.6, 0, 0.8))
    write_series(tmp_path, np.zeros((2, 4, 4), np.int16), odd)
    with pytest.raises(ImageReadError) as raised:
        read_series(tmp_path)
    assert [problem.code for problem in raised.value.problems] == [BAD_POSITION]


def test_it_is_said_in_what_the_images_that_do_not_fit_differ(tmp_path: Path) -> None:
    differences: dict[str, dict[str, Any]] = {
        "pixel spacings": {"PixelSpacing": [[1.2, 0.8], [1.2, 0.8], [2.4, 0.8], [1.2, 0.8]]},
        "frames of reference": {"FrameOfReferenceUID": ["1.2.3.20", "1.2.3.20", "1.2.3.21", "1.2.3.20"]},
        "directions": {"ImageOrientationPatient": [[1, 0, 0, 0, 1, 0]] * 3 + [[0, 1, 0, -1, 0, 0]]},
    }
    for kind, elements in differences.items():
        folder = tmp_path / kind
        write_series(folder, numbered(), even(), **elements)
        problem = read_series(folder).problems[0]
        assert problem.code == IMAGES_MIXED
        assert f"mixes images of several {kind}; 1 of 4 images do not fit" in problem.sentence


def test_a_mosaic_is_said_to_be_one(tmp_path: Path) -> None:
    write_series(
        tmp_path, numbered(1), even(1), modality="MR", ImageType=[["ORIGINAL", "PRIMARY", "M", "MOSAIC"]]
    )
    assert codes_of(read_series(tmp_path)) == [MOSAIC]


def test_whole_slides_in_tiles_are_refused_in_one_sentence(tmp_path: Path) -> None:
    dataset = new_dataset("1.2.840.10008.5.1.4.1.1.77.1.6", "1.2.3.10.1")
    dataset.Modality = "SM"
    dataset.TotalPixelMatrixColumns, dataset.TotalPixelMatrixRows = 12, 8
    put_pixels(dataset, np.zeros((6, 4, 4, 3), np.uint8))
    path = save(dataset, tmp_path / "slide")
    for read in (read_series, read_grid):
        with pytest.raises(ImageReadError, match="“slide” is a whole slide in tiles") as caught:
            read(path)
        assert caught.value.problem.code == NOT_A_SERIES


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG_ENDIAN])
def test_files_without_a_preamble_are_dicom_for_all(syntax: str, tmp_path: Path) -> None:
    """As old planning systems write them; no meta header tells the transfer syntax."""
    series = write_series(tmp_path / "ct", numbered(), even(), syntax=syntax)
    contour = np.array([[-10.0, 8, 30], [-9, 8, 30], [-9, 10, 30]])
    regions = write_structure_set(tmp_path / "rt", [MadeRoi("Liver", [contour])])
    mask = write_segmentation(tmp_path / "seg", np.ones((1, 5, 6)), [1], [even().position(0)], even())
    for path in (*series, regions, mask):
        content = path.read_bytes()
        path.write_bytes(
            content[
                content.index(
                    b"\0\x08\0\x05" if syntax == BIG_ENDIAN and path in series else b"\x08\0\x05\0"
                ) :
            ]
        )
        assert look_at(path).is_dicom
    assert np.array_equal(read_series(tmp_path / "ct").voxels, numbered())
    assert np.array_equal(read_series(series[0]).voxels, numbered())
    assert [roi.name for roi in read_structure_set(regions).rois] == ["Liver"]
    assert read_dicom_seg(mask).names == ["Liver"]
    assert [one.dicom for one in file_info(tmp_path / "ct")] == ["CT, 4 files"]


def test_what_decoders_print_of_damaged_pixels_is_not_between_the_lines_of_the_program(
    tmp_path: Path,
) -> None:
    """The libraries in C write to the terminal itself, past Python."""
    dataset = grey_dataset(SECONDARY_CAPTURE, "OT", KINDS["16"], "MONOCHROME2", 1)
    path = write_packed(dataset, tmp_path / "one.dcm", JPEG_2000, KINDS["16"].values[:1])
    content = path.read_bytes()
    at = content.index(b"\xff\x52")
    path.write_bytes(content[: at + 4] + bytes([0xDD, 0xE0, 0x11, 0x22]) * 2 + content[at + 12 :])
    (tmp_path / "odd").mkdir()
    (odd,) = write_series(tmp_path / "odd", numbered(1), even(1), SeriesDescription="odd")
    odd.write_bytes(odd.read_bytes().replace(b"1.2.3.20", b"1.2.x.20").replace(b"ISO_IR 192", b"ISO-IR 999"))
    command = [sys.executable, "-c", "from QuizLoaderLib.apps.command_line.main import main; main()", "info"]
    ended = subprocess.run(
        [*command, str(path), str(odd)], capture_output=True, encoding="utf-8", check=False
    )
    assert "Q624" in ended.stdout + ended.stderr
    lines = ended.stderr.strip().splitlines()
    assert [line for line in lines if "one.dcm" not in line and "odd" not in line] == []


def test_without_room_for_what_is_decoded_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = grey_dataset(SECONDARY_CAPTURE, "OT", KINDS["16"], "MONOCHROME2", 1)
    path = write_packed(dataset, tmp_path / "one.dcm", JPEG_2000, KINDS["16"].values[:1])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(ImageReadError, match="cannot be decoded: No such file") as caught:
        read_series(path)
    assert caught.value.problem.code == NOT_DECODED
