"""No header, no link and no pair of files opens what lies outside the image folder."""

from pathlib import Path

import numpy as np
import pytest
from bad_images import write_header_beside
from dicom_made import Placement, write_series
from file_opens import FileOpens, needs_inotify
from image_files import nifti_bytes, numbered, write_meta_image
from image_pages import image, library_of, new_scene, page
from QuizLoaderLib.images.errors import ImageReadError
from QuizLoaderLib.images.loading.library import ImageLibrary
from QuizLoaderLib.images.loading.page_check import PageCheck
from QuizLoaderLib.images.types.file_info import file_info
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.model import ImageType, Quiz

pytestmark = needs_inotify

VOXELS = numbered((3, 4, 5), "uint8")
OUT = "../outside/secret.raw"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.raw").write_bytes(bytes(1000))
    inside = tmp_path / "images"
    inside.mkdir()
    return inside


def nrrd_header(folder: Path, data_file: str) -> bytes:
    return write_header_beside(folder / "a.nhdr", VOXELS, data_file).read_bytes()


def meta_header(folder: Path, last_line: str) -> bytes:
    write_meta_image(folder / "a.mhd", VOXELS)
    return (folder / "a.mhd").read_bytes().partition(b"ElementDataFile")[0] + last_line.encode() + b"\n"


def with_two_data_files(folder: Path) -> bytes:
    (folder / "inside.raw").write_bytes(VOXELS.tobytes())
    return nrrd_header(folder, "inside.raw").replace(b"data file", f"data file: {OUT}\ndata file".encode())


HEADERS = {
    "plain.nhdr": lambda folder: nrrd_header(folder, OUT),
    "CR.nhdr": lambda folder: nrrd_header(folder, OUT).replace(b"\n", b"\r"),
    "CRLF.nhdr": lambda folder: nrrd_header(folder, OUT).replace(b"\n", b"\r\n"),
    "datafile.nhdr": lambda folder: nrrd_header(folder, OUT).replace(b"data file", b"DataFile"),
    "list.nhdr": lambda folder: nrrd_header(folder, "LIST").rstrip() + f"\n{OUT}\n".encode() * 3,
    "list 2.nhdr": lambda folder: nrrd_header(folder, "LIST 2").rstrip() + f"\n{OUT}\n".encode() * 3,
    "backslash.nhdr": lambda folder: nrrd_header(folder, OUT.replace("/", "\\")),
    "colon.mhd": lambda folder: meta_header(folder, f"ElementDataFile : {OUT}"),
    "tight.mhd": lambda folder: meta_header(folder, f"ElementDataFile={OUT}"),
    "two.mhd": lambda folder: meta_header(folder, f"ElementDataFile = {OUT}\nElementDataFile = LOCAL"),
    "list.mhd": lambda folder: meta_header(folder, "ElementDataFile = LIST" + f"\n{OUT}" * 3),
    "pattern.mhd": lambda folder: meta_header(folder, "ElementDataFile = ../outside/%d.raw 1 3 1"),
}


def opened(folder: Path) -> FileOpens:
    return FileOpens(folder.parent / "outside")


@pytest.mark.parametrize("name", HEADERS)
def test_no_spelling_of_a_header_leaves_the_folder(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(HEADERS[name](folder))
    opens = opened(folder)
    with library_of(folder) as library:
        loaded = library.load(page(image(name), image(name, ImageType.VOLUME_SEQUENCE, id="Two")))
    assert loaded.nodes == (None, None)
    assert [problem.code for problem in loaded.problems] == ["Q605", "Q605"]
    with pytest.raises(ImageReadError) as of_info:
        file_info(path)
    assert of_info.value.problem.code == "Q605"
    check = PageCheck(Quiz(folder / "quiz.xml"), ImageFolder(folder))
    assert [problem.code for problem in check.problems(page(image(name)))] == ["Q605"]
    check.close()
    assert opens.so_far() == {}


def test_of_two_data_files_the_last_is_read_and_no_other(folder: Path) -> None:
    (folder / "a.nhdr").write_bytes(with_two_data_files(folder))
    opens = opened(folder)
    (info,) = file_info(folder / "a.nhdr")
    assert info.values is not None
    assert info.values.largest == VOXELS.max()
    assert opens.so_far() == {}


def test_a_data_file_above_the_header_but_in_the_folder_is_read(folder: Path) -> None:
    """As a reader sees it, and as the check does."""
    (folder / "headers").mkdir()
    (folder / "a.raw").write_bytes(VOXELS.tobytes())
    write_header_beside(folder / "headers" / "a.nhdr", VOXELS, "../a.raw")
    with library_of(folder) as library:
        assert library.load(page(image("headers/a.nhdr"))).problems == []
    check = PageCheck(Quiz(folder / "quiz.xml"), ImageFolder(folder))
    assert list(check.problems(page(image("headers/a.nhdr", ImageType.LABEL_MAP)))) == []
    check.close()


def linked(folder: Path, kind: str) -> tuple[str, ImageType]:
    """Something in the folder that is read with a file outside; the path, and its Type."""
    outside = folder.parent / "outside"
    if kind == "data file":
        write_header_beside(folder / "a.nhdr", VOXELS, "a.raw")
        (folder / "a.raw").symlink_to(outside / "secret.raw")
        return "a.nhdr", ImageType.VOLUME
    if kind in ("pair", "packed pair"):
        header = bytearray(nifti_bytes(numbered((3, 4, 5)), sform=np.eye(4))[:348])
        header[344:348] = b"ni1\0"
        (folder / "a.hdr").write_bytes(header)
        (folder / ("a.img" if kind == "pair" else "a.img.gz")).symlink_to(outside / "secret.raw")
        return "a.hdr", ImageType.VOLUME
    place = Placement((0.0, 2.0, 4.0))
    if kind == "slice":
        paths = write_series(folder / "ct", VOXELS.astype(np.int16), place)
        paths[2].rename(outside / "slice.dcm")
        paths[2].symlink_to(outside / "slice.dcm")
        return "ct", ImageType.VOLUME
    for number in (1, 2):
        series = f"1.2.3.{number}"
        write_series(folder / "4d" / str(number), VOXELS.astype(np.int16), place, series=series)
    (folder / "4d" / "2").rename(outside / "2")
    (folder / "4d" / "2").symlink_to(outside / "2")
    return "4d", ImageType.VOLUME_SEQUENCE


KINDS = ["data file", "pair", "packed pair", "slice", "time point"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_link_leaves_the_folder(folder: Path, kind: str) -> None:
    path, type = linked(folder, kind)
    outside = folder.parent / "outside"
    opens = FileOpens(outside, *(entry for entry in outside.rglob("*") if entry.is_dir()))
    with library_of(folder) as library:
        loaded = library.load(page(image(path, type, dicom_read=not path.startswith("a."))))
    assert opens.so_far() == {}
    told = " ".join(problem.sentence for problem in loaded.problems)
    assert "link" in told or "does not exist" in told
    if kind == "slice":
        # What is inside is shown, with the rest said.
        assert loaded.nodes[0] is not None
        assert loaded.nodes[0].GetImageData().GetDimensions() == (5, 4, 2)
        assert "In “ct” 1 link leads out of the image folder" in told
    else:
        assert loaded.nodes == (None,)


@pytest.mark.parametrize("kind", ["slice", "time point"])
def test_links_that_are_allowed_are_followed(folder: Path, kind: str) -> None:
    path, type = linked(folder, kind)
    library = ImageLibrary(new_scene(), ImageFolder(folder, follow_links=True))
    loaded = library.load(page(image(path, type, dicom_read=True)))
    assert loaded.problems == []
    assert loaded.nodes[0] is not None
    assert loaded.nodes[0].GetImageData().GetDimensions() == (5, 4, 3)
    library.close()
