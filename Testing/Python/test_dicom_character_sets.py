"""Names in DICOM files are read in the character set that the file declares; many declare none."""

from pathlib import Path
from typing import Literal

import numpy as np
import pydicom
import pytest
from dicom_made import MadeRoi, Placement, save, write_segmentation, write_series, write_structure_set
from dicom_packed import BIG_ENDIAN, EXPLICIT, IMPLICIT
from masks_made import Ball, quizloader, segmentation_of, write_map, write_seg
from QuizLoaderLib.images.dicom.headers import DICOM_DAMAGED, read_header
from QuizLoaderLib.images.dicom.segmentation import read_dicom_seg, segment_names_of
from QuizLoaderLib.images.dicom.series import find_series
from QuizLoaderLib.images.errors import ImageReadError
from QuizLoaderLib.images.structure_set.file import read_structure_set

PLACEMENT = Placement((0.0, 2.0, 4.0))
SHAPE = (3, 8, 10)
TO_BE_PUT_IN = "Name to be put in"

NAMES = pytest.mark.parametrize(
    ("declared", "stored", "name"),
    [
        (None, "Gehör rechts".encode(), "Gehör rechts"),
        (None, "Печень".encode(), "Печень"),
        (None, "Gehör rechts".encode("latin-1"), "Gehör rechts"),
        ("", "Gehör rechts".encode(), "Gehör rechts"),
        ("ISO_IR 6", "Gehör rechts".encode(), "Gehör rechts"),
        ("ISO_IR 192", "Gehör rechts".encode(), "Gehör rechts"),
        ("ISO_IR 100", "Gehör rechts".encode("latin-1"), "Gehör rechts"),
        ("ISO_IR 100", "Ã¶".encode("latin-1"), "Ã¶"),
        ("ISO_IR 144", "Печень".encode("iso8859_5"), "Печень"),
        (["", "ISO 2022 IR 87"], b"\x1b$B4NB!\x1b(B", "肝臓"),
    ],
    ids=str,
)


def declare(path: Path, character_set: str | list[str] | None, stored: bytes) -> Path:
    """Put the bytes of a name, and the character set, into a file that was written with a stand-in."""
    dataset = pydicom.dcmread(path)
    if character_set is None:
        del dataset.SpecificCharacterSet
    else:
        dataset.SpecificCharacterSet = character_set
    save(dataset, path)
    content = path.read_bytes()
    assert TO_BE_PUT_IN.encode() in content
    path.write_bytes(content.replace(TO_BE_PUT_IN.encode(), stored.ljust(len(TO_BE_PUT_IN))))
    return path


@NAMES
def test_the_name_of_an_roi(declared: str | None, stored: bytes, name: str, tmp_path: Path) -> None:
    path = declare(write_structure_set(tmp_path / "rs", [MadeRoi(TO_BE_PUT_IN)]), declared, stored)

    assert [roi.name for roi in read_structure_set(path).rois] == [name]


@NAMES
def test_the_name_of_a_segment(declared: str | None, stored: bytes, name: str, tmp_path: Path) -> None:
    positions = [PLACEMENT.position(0)]
    made = write_segmentation(
        tmp_path / "seg", np.ones((1, 4, 4)), [1], positions, PLACEMENT, names=[TO_BE_PUT_IN]
    )
    path = declare(made, declared, stored)

    assert segment_names_of(read_header(path)) == [name]
    assert [segment.name for segment in read_dicom_seg(path).segments] == [name]


@NAMES
def test_the_description_of_a_series(declared: str | None, stored: bytes, name: str, tmp_path: Path) -> None:
    files = write_series(tmp_path, np.ones(SHAPE, np.int16), PLACEMENT, SeriesDescription=TO_BE_PUT_IN)
    for path in files:
        declare(path, declared, stored)

    assert find_series(tmp_path).header.text("SeriesDescription") == name


@pytest.mark.skipif(pydicom.__version__.startswith("2."), reason="highdicom needs pydicom 3")
@pytest.mark.parametrize(
    ("declared", "stored"),
    [(None, "Müller^Eva".encode()), ("ISO_IR 100", "Müller^Eva".encode("latin-1"))],
    ids=str,
)
def test_a_segmentation_keeps_any_name_on_a_series_of_any_character_set(
    declared: str | None, stored: bytes, tmp_path: Path
) -> None:
    files = write_series(
        tmp_path / "ct",
        np.zeros(SHAPE, np.int16),
        PLACEMENT,
        PatientName=TO_BE_PUT_IN,
        StudyDescription=TO_BE_PUT_IN,
    )
    for path in files:
        declare(path, declared, stored)
    regions = segmentation_of(
        [Ball("Печень", (-3, -3, 2), 2), Ball("Gehör", (-7, -3, 2), 2)], SHAPE, np.diag([-1.0, -1, 2, 1])
    )
    source = write_seg(tmp_path / "in.seg.nrrd", regions)
    value_map = write_map(tmp_path / "map.txt", Печень=1, Gehör=2)
    out = tmp_path / "seg.dcm"

    ended = quizloader("mask", source, "--map", value_map, "--like", tmp_path / "ct", "--out", out)

    assert ended.code == 0
    dataset = pydicom.dcmread(out)
    assert [segment.SegmentLabel for segment in dataset.SegmentSequence] == ["Печень", "Gehör"]
    assert (str(dataset.PatientName), dataset.StudyDescription) == ("Müller^Eva", "Müller^Eva")


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG_ENDIAN])
def test_thousands_of_character_sets_are_not_looked_up(syntax: str, tmp_path: Path) -> None:
    """pydicom needs seconds for each of such files."""
    paths = write_series(tmp_path, np.ones(SHAPE, np.int16), PLACEMENT, syntax=syntax)
    content = paths[1].read_bytes()
    name = b"ISO_IR 192"
    at = content.index(name)
    order: Literal["little", "big"] = "big" if syntax == BIG_ENDIAN else "little"
    many = b"0\\" * 30_000
    size = len(many).to_bytes(4 if syntax == IMPLICIT else 2, order)
    paths[1].write_bytes(content[: at - len(size)] + size + many + content[at + len(name) :])
    with pytest.raises(
        ImageReadError, match="“I00002” is damaged: it names more character sets than"
    ) as caught:
        read_header(paths[1])
    assert caught.value.problem.code == DICOM_DAMAGED
    assert len(find_series(paths[0]).times[0].frames) == 2
