"""An image whose voxels were written again behind the same header, or one slice of it, is read again."""

import os
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from dicom_made import Placement, write_series
from image_pages import image, library_of, page, voxels_of
from QuizLoaderLib.images.loading.voxel_store import VoxelStore
from QuizLoaderLib.quiz.model import ImageType

SHAPE = (3, 8, 10)
PLACEMENT = Placement((0.0, 2.0, 4.0))
HEADER = "NRRD0004\ntype: short\ndimension: 3\nsizes: 10 8 3\nendian: little\nencoding: raw\n"


def write_by_itk(folder: Path, name: str, value: int) -> None:
    made = SimpleITK.GetImageFromArray(np.full(SHAPE, value, np.int16))
    packed = name == "packed.mhd"
    SimpleITK.WriteImage(made, str(folder / name), useCompression=packed)


def write_slices(folder: Path, name: str, value: int) -> None:
    """A header that lists a file for each slice, or numbers them by a pattern."""
    said = "LIST\ns1\ns2\ns3\n" if name == "list.nhdr" else "s%d 1 3 1\n\n"
    (folder / name).write_text(HEADER + f"data file: {said}", encoding="utf-8")
    for number in (1, 2, 3):
        (folder / f"s{number}").write_bytes(np.full(SHAPE[1:], value, "<i2").tobytes())


def write_dicom(folder: Path, name: str, value: int) -> None:
    write_series(folder / Path(name).parts[0], np.full(SHAPE, value, np.int16), PLACEMENT)


WAYS = {
    "a.nhdr": (write_by_itk, ["a.raw"]),
    "a.mhd": (write_by_itk, ["a.raw"]),
    "packed.mhd": (write_by_itk, ["packed.zraw"]),
    "a.hdr": (write_by_itk, ["a.img"]),
    "list.nhdr": (write_slices, ["s1", "s2", "s3"]),
    "numbered.nhdr": (write_slices, ["s1", "s2", "s3"]),
    "series": (write_dicom, ["series/I00001", "series/I00002", "series/I00003"]),
    "series/I00001": (write_dicom, ["series/I00002", "series/I00003"]),
}


def picture(folder: Path, name: str, value: int) -> None:
    """Written with one value in every voxel; the times tell it from the one before, whatever the clock."""
    write, files = WAYS[name]
    write(folder, name, value)
    for file in folder.rglob("*"):
        os.utime(file, (1_000_000, 1_000_000))
    for changed in files:
        os.utime(folder / changed, (1_000_000 + value, 1_000_000 + value))


def value_shown(library, name: str) -> int:
    loaded = library.load(page(image(name, dicom_read="series" in name)))
    assert not [problem.sentence for problem in loaded.problems if problem.is_error]
    (value,) = np.unique(voxels_of(loaded.nodes[0].GetImageData()))
    return int(value)


@pytest.mark.parametrize("name", WAYS)
def test_other_voxels_behind_the_same_header_are_shown(name: str, tmp_path: Path) -> None:
    with library_of(tmp_path) as library:
        picture(tmp_path, name, 5)
        assert value_shown(library, name) == 5
        picture(tmp_path, name, 7)
        assert value_shown(library, name) == 7


@pytest.mark.parametrize("name", ["a.nhdr", "series"])
def test_every_reader_of_a_server_sees_them(name: str, tmp_path: Path) -> None:
    images, shared = tmp_path / "images", tmp_path / "shared"
    images.mkdir()
    shared.mkdir()
    for value in (5, 7):
        picture(images, name, value)
        for _reader in range(2):
            with library_of(images, store=VoxelStore(shared)) as library:
                assert value_shown(library, name) == value


def test_one_slice_of_a_series_is_replaced(tmp_path: Path) -> None:
    with library_of(tmp_path) as library:
        picture(tmp_path, "series", 5)
        assert value_shown(library, "series") == 5
        (middle,) = write_series(
            tmp_path / "other",
            np.full((1, *SHAPE[1:]), 9, np.int16),
            Placement((2.0,), origin=(0, 0, 2.0)),
            first=2,
        )
        (tmp_path / "series" / "I00002").write_bytes(middle.read_bytes())
        loaded = library.load(page(image("series", dicom_read=True)))
        assert voxels_of(loaded.nodes[0].GetImageData())[:, 0, 0].tolist() == [5, 9, 5]


def test_one_time_point_in_a_folder_of_its_own_is_replaced(tmp_path: Path) -> None:
    def write(value: int) -> None:
        for number, time in enumerate(("t1", "t2")):
            series = np.full(SHAPE, value + number, np.int16)
            for file in write_series(tmp_path / "times" / time, series, PLACEMENT, series=f"1.2.3.{number}"):
                os.utime(file, (1_000_000 + value, 1_000_000 + value))

    sequence = page(image("times", ImageType.VOLUME_SEQUENCE, dicom_read=True))
    with library_of(tmp_path) as library:
        for value in (5, 7):
            write(value)
            (node,) = library.load(sequence).nodes
            assert voxels_of(node.GetImageData()).max() == value
