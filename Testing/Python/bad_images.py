"""Images that cannot be shown, on a page with two others, and the writers of what is then damaged."""

import zlib
from pathlib import Path

import numpy as np
import pytest
from image_files import numbered, write_meta_image, write_nifti, write_nrrd
from image_pages import image, library_of, page, voxels_of
from QuizLoaderLib.quiz.model import ImageType

VOLUME, LABELS, SEGMENTS = ImageType.VOLUME, ImageType.LABEL_MAP, ImageType.SEGMENTATION
NOISE = np.random.default_rng(5).integers(-1000, 1000, (12, 40, 50)).astype(np.int16)


@pytest.fixture(autouse=True)
def nothing_on_the_console(capfd):
    """ITK and VTK complain on stderr, past Python; a user must never see that."""
    yield
    console = capfd.readouterr()
    assert (console.out, console.err) == ("", "")


def problem_of(folder, path, type=VOLUME, **attributes):
    """The one problem of an image that fails, on a page whose two others are shown all the same."""
    write_nrrd(folder / "good.nrrd", numbered())
    images = [
        image("good.nrrd"),
        image(path, type, 7, id="Bad", **attributes),
        image("good.nrrd", LABELS, id="Two"),
    ]
    with library_of(folder) as library:
        loaded = library.load(page(*images))
        first, bad, last = loaded.nodes
        assert bad is None
        np.testing.assert_array_equal(voxels_of(first.GetImageData()), numbered())
        np.testing.assert_array_equal(voxels_of(last.GetImageData()), numbered())
        (problem,) = loaded.problems
    assert problem.is_error
    assert (problem.page, problem.image, problem.view, problem.line) == (1, "Bad", "Red", 7)
    assert (
        problem.sentence.endswith(".")
        and "\n" not in problem.sentence
        and "Traceback" not in problem.sentence
    )
    assert Path(path).name in problem.sentence
    assert str(folder) not in problem.sentence + problem.hint
    return problem


def cut(path, share=0.6):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def write_packed_meta_image(path, voxels, data_file="LOCAL"):
    """A MetaImage whose voxels are packed by zlib, in the file itself or as .zraw beside it."""
    write_meta_image(path, voxels)
    header, _, data = path.read_bytes().partition(b"ElementDataFile = LOCAL\n")
    packed = zlib.compress(data)
    header = header.replace(b"CompressedData = False", b"CompressedData = True")
    header += b"CompressedDataSize = %d\nElementDataFile = %s\n" % (len(packed), data_file.encode())
    if data_file == "LOCAL":
        path.write_bytes(header + packed)
    else:
        path.write_bytes(header)
        (path.parent / data_file).write_bytes(packed)
    return path


def write_header_beside(path, voxels, data_file):
    """An .nhdr whose voxels are in another file, which is not written."""
    write_nrrd(path, voxels, fields=[f"data file: {data_file}"])
    header, _, _ = path.read_bytes().partition(b"\n\n")
    path.write_bytes(header + b"\n")
    return path


WRITERS = {
    "raw.nrrd": lambda path: write_nrrd(path, NOISE),
    "gzip.nrrd": lambda path: write_nrrd(path, NOISE, encoding="gzip"),
    "a.nii": lambda path: write_nifti(path, NOISE, sform=np.eye(4)),
    "a.nii.gz": lambda path: write_nifti(path, NOISE, sform=np.eye(4)),
    "scaled.nii.gz": lambda path: write_nifti(path, NOISE, sform=np.eye(4), slope=0.5),
    "a.mha": lambda path: write_meta_image(path, NOISE),
    "packed.mha": lambda path: write_packed_meta_image(path, NOISE),
}
