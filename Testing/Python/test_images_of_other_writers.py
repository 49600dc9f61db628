"""Image files as other programs write them: encodings, lists of files, versions, what headers say twice."""

import bz2
import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from image_files import nifti_bytes, numbered, write_meta_image, write_nifti, write_nrrd
from image_pages import image, library_of, load_one, page, voxels_of
from QuizLoaderLib.images.errors import ImageReadError
from QuizLoaderLib.images.files.file_facts import look_at
from QuizLoaderLib.images.files.image_file import ImageFile
from QuizLoaderLib.images.types import volume_sequence
from QuizLoaderLib.images.types.file_info import file_info
from QuizLoaderLib.images.types.type_module import ReadContext
from QuizLoaderLib.quiz.model import ImageType

VOXELS = numbered((3, 4, 5)) - 200
BYTES = VOXELS.astype("<i2").tobytes()


def head(path: Path, **changes: str) -> bytes:
    """The header of an NRRD file of VOXELS, without its blank line."""
    text = write_nrrd(path, VOXELS).read_bytes().partition(b"\n\n")[0].decode()
    lines = [line for line in text.splitlines() if line.partition(":")[0] not in changes]
    return "\n".join([*lines, *(f"{name}: {value}" for name, value in changes.items())]).encode()


NRRD_DATA = {
    "bzip2": bz2.compress(BYTES),
    "bz2": bz2.compress(BYTES),
    "gz": gzip.compress(BYTES),
    "ascii": b" ".join(b"%d" % value for value in VOXELS.ravel()) + b"\n",
    "text": b",\n".join(b"%d" % value for value in VOXELS.ravel()),
    "hex": BYTES.hex().encode(),
}


@pytest.mark.parametrize("encoding", NRRD_DATA)
def test_an_encoding_of_nrrd(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.nrrd"
    path.write_bytes(head(path, encoding=encoding) + b"\n\n" + NRRD_DATA[encoding])
    np.testing.assert_array_equal(ImageFile(look_at(path)).voxels, VOXELS)
    path.write_bytes(head(path, encoding=encoding) + b"\n\n" + NRRD_DATA[encoding][:-20])
    with pytest.raises(ImageReadError, match="damaged or incomplete"):
        _ = ImageFile(look_at(path)).voxels


def test_an_encoding_that_is_not_supported_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.nrrd"
    path.write_bytes(head(path, encoding="zrl") + b"\n\n" + BYTES)
    with pytest.raises(ImageReadError, match="has the encoding “zrl”, which is not supported") as told:
        file_info(path)
    assert told.value.problem.code == "Q612"


@pytest.mark.parametrize("end", [b"\r", b"\r\n"])
def test_line_ends_of_other_systems(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "a.nrrd"
    path.write_bytes((head(path) + b"\n\n").replace(b"\n", end) + BYTES)
    np.testing.assert_array_equal(ImageFile(look_at(path)).voxels, VOXELS)


def test_voxels_behind_other_bytes_and_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.nhdr"
    (tmp_path / "lines.raw").write_bytes(b"one\ntwo\n1234" + BYTES)
    (tmp_path / "end.raw").write_bytes(b"what is before has no length" + BYTES)
    wanted = {"data file": "lines.raw", "line skip": "2", "byte skip": "4"}
    for changes in (wanted, {"data file": "end.raw", "byte skip": "-1"}):
        path.write_bytes(head(path, **changes) + b"\n")
        np.testing.assert_array_equal(ImageFile(look_at(path)).voxels, VOXELS)


def slices(folder: Path, packed: bool = False) -> list[str]:
    names = [f"slice{number}.raw" for number in range(3)]
    for name, plane in zip(names, VOXELS, strict=True):
        data = plane.astype("<i2").tobytes()
        (folder / name).write_bytes(gzip.compress(data) if packed else data)
    return names


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("given", ["LIST", "LIST 2", "slice%d.raw 0 2 1", "slice%01d.raw 0 2 1 2"])
def test_an_nrrd_of_a_file_a_slice(tmp_path: Path, given: str, packed: bool) -> None:
    names = slices(tmp_path, packed)
    path = tmp_path / "a.nhdr"
    header = head(path, **{"encoding": "gzip" if packed else "raw", "data file": given})
    path.write_bytes("\n".join([header.decode(), *(names if given.startswith("LIST") else [])]).encode())
    np.testing.assert_array_equal(ImageFile(look_at(path)).voxels, VOXELS)


def test_a_list_that_is_too_short_is_said(tmp_path: Path) -> None:
    names = slices(tmp_path)
    path = tmp_path / "a.nhdr"
    path.write_bytes("\n".join([head(path, **{"data file": "LIST"}).decode(), *names[:2]]).encode())
    with pytest.raises(ImageReadError, match="names 2 data files, but 3 belong to an image of its lengths"):
        file_info(path)


def meta(path: Path, *fields: str, end: str = "ElementDataFile = LOCAL") -> bytes:
    text = write_meta_image(path, VOXELS).read_bytes().partition(b"ElementDataFile")[0].decode()
    names = {field.partition(" ")[0] for field in fields}
    kept = [line for line in text.splitlines() if line.partition(" ")[0] not in names]
    return "\n".join([*kept, *fields, end, ""]).encode()


def test_a_meta_image_that_does_not_say_whether_it_is_text_is_none(tmp_path: Path) -> None:
    path = tmp_path / "A.MHA"
    header = b"\n".join(line for line in meta(path).splitlines() if not line.startswith(b"BinaryData ="))
    path.write_bytes(header + b"\n" + BYTES)
    np.testing.assert_array_equal(ImageFile(look_at(path)).voxels, VOXELS)


def test_a_meta_image_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.mha"
    path.write_bytes(meta(path, "BinaryData = False") + NRRD_DATA["ascii"])
    np.testing.assert_array_equal(ImageFile(look_at(path)).voxels, VOXELS)


def test_a_meta_image_of_a_file_a_slice(tmp_path: Path) -> None:
    path, names = tmp_path / "a.mhd", slices(tmp_path)
    for end in ("\n".join(["ElementDataFile = LIST", *names]), "ElementDataFile = slice%d.raw 0 2 1"):
        path.write_bytes(meta(path, end=end))
        np.testing.assert_array_equal(ImageFile(look_at(path)).voxels, VOXELS)


def test_a_meta_image_behind_a_header_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "a.mhd"
    (tmp_path / "a.raw").write_bytes(b"another header" + BYTES)
    for start in (-1, 14):
        path.write_bytes(meta(path, f"HeaderSize = {start}", end="ElementDataFile = a.raw"))
        np.testing.assert_array_equal(ImageFile(look_at(path)).voxels, VOXELS)


@pytest.mark.parametrize("packed", [False, True])
def test_a_meta_image_of_four_dimensions(tmp_path: Path, packed: bool) -> None:
    """Values, places and frames as they were written."""
    frames = np.stack([VOXELS, VOXELS * 2, VOXELS - 7])
    data = zlib.compress(frames.tobytes()) if packed else frames.tobytes()
    fields = [
        "ObjectType = Image", "NDims = 4", "BinaryData = True", "BinaryDataByteOrderMSB = False",
        f"CompressedData = {packed}", "TransformMatrix = " + " ".join(map(str, np.eye(4, dtype=int).ravel())),
        "Offset = -10 -20 30 0", "ElementSpacing = 2 2.5 3 1", "DimSize = 5 4 3 3",
        "ElementType = MET_SHORT", "ElementDataFile = LOCAL",
    ]  # fmt: skip
    path = tmp_path / "a.mha"
    path.write_bytes("\n".join(fields).encode() + b"\n" + data)
    read = volume_sequence.read(ReadContext(path))
    assert read.index.values == ("0", "1", "2")
    for frame, expected in zip(read.frames, frames, strict=True):
        np.testing.assert_array_equal(frame.voxels, expected)
        np.testing.assert_allclose(frame.ijk_to_ras[:3, 3], [10, 20, 30])
        np.testing.assert_allclose(np.diag(frame.ijk_to_ras), [-2, -2.5, 3, 1])


def nifti_2(voxels: np.ndarray, sform: np.ndarray) -> bytes:
    header = bytearray(540)
    struct.pack_into("<i", header, 0, 540)
    header[4:12] = b"n+2\0\r\n\x1a\n"
    struct.pack_into("<2h", header, 12, 4, 16)
    struct.pack_into("<8q", header, 16, 3, *voxels.shape[::-1], 1, 1, 1, 1)
    struct.pack_into("<8d", header, 104, 1, *np.linalg.norm(sform[:3, :3], axis=0), 1, 1, 1, 1)
    struct.pack_into("<q", header, 168, 544)
    struct.pack_into("<i", header, 348, 1)
    struct.pack_into("<12d", header, 400, *sform[:3].ravel())
    return bytes(header) + bytes(4) + voxels.astype("<i2").tobytes()


SFORM = np.array([[-2.0, 0, 0, 10], [0, 3, 0, -20], [0, 0, 4, 30], [0, 0, 0, 1]])


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_the_second_version_of_nifti(tmp_path: Path, name: str) -> None:
    data = nifti_2(VOXELS, SFORM)
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    file = ImageFile(look_at(tmp_path / name))
    np.testing.assert_array_equal(file.voxels, VOXELS)
    np.testing.assert_allclose(file.ijk_to_ras, SFORM)


@pytest.mark.parametrize("names", [("a.hdr", "a.img"), ("a.hdr", "a.img.gz"), ("A.HDR", "A.IMG")])
def test_a_nifti_of_two_files(tmp_path: Path, names: tuple[str, str]) -> None:
    header = bytearray(nifti_bytes(VOXELS, sform=SFORM, spacing=(2, 3, 4))[:348])
    header[344:348] = b"ni1\0"
    struct.pack_into("<f", header, 108, 0)
    (tmp_path / names[0]).write_bytes(header)
    (tmp_path / names[1]).write_bytes(gzip.compress(BYTES) if names[1].endswith(".gz") else BYTES)
    file = ImageFile(look_at(tmp_path / names[0]))
    np.testing.assert_array_equal(file.voxels, VOXELS)
    np.testing.assert_allclose(file.ijk_to_ras, SFORM)


@pytest.mark.parametrize(("slope", "intercept", "largest"), [(0, 5, 10), (0, 0, 10), (2, 0, 20), (1, 3, 13)])
def test_a_slope_of_0_is_no_scale(tmp_path: Path, slope: float, intercept: float, largest: float) -> None:
    """Source: nifti1.h, scl_slope: where it is 0 the stored values are the true ones."""
    data = bytearray(nifti_bytes((numbered() % 11).astype("int16"), sform=SFORM, spacing=(2, 3, 4)))
    struct.pack_into("<2f", data, 112, slope, intercept)
    (tmp_path / "a.nii").write_bytes(data)
    (info,) = file_info(tmp_path / "a.nii")
    assert info.values is not None
    assert info.values.largest == largest
    assert (ImageType.LABEL_MAP in info.types) == (slope == 0)


def test_an_nrrd_of_one_axis_is_a_row(tmp_path: Path) -> None:
    header = b"NRRD0004\ntype: short\ndimension: 1\nsizes: 60\nendian: little\nencoding: raw\n\n"
    (tmp_path / "a.nrrd").write_bytes(header + BYTES)
    (info,) = file_info(tmp_path / "a.nrrd")
    assert info.grid is not None
    assert info.values is not None
    assert info.grid.shape == (1, 1, 60)
    assert info.values.largest == VOXELS.max()


@pytest.mark.parametrize(
    "names", [("F.NII", "a.nii"), ("G.NII.GZ", "a.nii.gz"), ("Mixed.Nii.gz", "a.nii.gz")]
)
def test_names_in_capitals(tmp_path: Path, names: tuple[str, str]) -> None:
    write_nifti(tmp_path / names[1], VOXELS, sform=SFORM, spacing=(2, 3, 4)).rename(tmp_path / names[0])
    np.testing.assert_array_equal(ImageFile(look_at(tmp_path / names[0])).voxels, VOXELS)


@pytest.mark.parametrize("dtype", ["float32", "uint8"])
@pytest.mark.parametrize("kind", ["vector", "3-vector"])
def test_vectors_are_no_frames(tmp_path: Path, kind: str, dtype: str) -> None:
    path = write_nrrd(tmp_path / "v.nrrd", np.ones((3, 4, 5, 3), dtype), layers=True)
    path.write_bytes(path.read_bytes().replace(b"kinds: list", f"kinds: {kind}".encode(), 1))
    assert file_info(path)[0].types == (ImageType.VECTOR,)
    node, (problem,), library = load_one(tmp_path, "v.nrrd", ImageType.VOLUME_SEQUENCE)
    assert node is None
    assert problem.sentence == f"“v.nrrd” has values of the kind “{kind}” side by side, which are no frames."
    library.close()


def test_a_nifti_of_vectors_has_them_side_by_side(tmp_path: Path) -> None:
    """In the file all first values come first."""
    values = np.stack([numbered(dtype="float32") + 1000 * n for n in range(3)])
    data = bytearray(nifti_bytes(values[:, np.newaxis], sform=SFORM, spacing=(2, 3, 4)))
    struct.pack_into("<h", data, 68, 1007)
    (tmp_path / "v.nii").write_bytes(data)
    file = ImageFile(look_at(tmp_path / "v.nii"))
    assert (file.size, file.components) == ((4, 3, 2), 3)
    np.testing.assert_array_equal(np.moveaxis(file.colors, -1, 0), values)


def turned(degrees: float) -> tuple[float, float, float]:
    """The quaternion (b, c, d) of a turn about the long axis."""
    return 0.0, 0.0, float(np.sin(np.radians(degrees) / 2))


def test_an_sform_and_a_qform_that_mirror_each_other_are_said(tmp_path: Path) -> None:
    write_nifti(tmp_path / "a.nii", VOXELS, sform=np.diag([-1.0, 1, 1, 1]), quaternion=(0, 0, 0))
    with library_of(tmp_path) as library:
        for type in (ImageType.VOLUME, ImageType.LABEL_MAP, ImageType.SEGMENTATION):
            (problem,) = library.load(page(image("a.nii", type))).problems
            assert not problem.is_error
            assert problem.sentence == (
                "The sform and the qform of “a.nii” mirror each other: its first axis runs to the left "
                "by the sform, to the right by the qform, and the sform is used."
            )
    assert ImageFile(look_at(tmp_path / "a.nii")).ijk_to_ras[0, 0] == -1


@pytest.mark.parametrize("degrees", [0, 20, 60])
def test_an_sform_that_is_turned_against_the_qform_is_none_of_it(tmp_path: Path, degrees: float) -> None:
    write_nifti(tmp_path / "a.nii", VOXELS, sform=np.eye(4), quaternion=turned(degrees))
    assert file_info(tmp_path / "a.nii")[0].problems == ()


def test_voxel_sizes_that_the_header_says_twice(tmp_path: Path) -> None:
    write_nifti(tmp_path / "a.nii", VOXELS, sform=SFORM, spacing=(1, 1, 1))
    (problem,) = file_info(tmp_path / "a.nii")[0].problems
    assert problem.code == "Q613"
    assert problem.sentence == (
        "The voxels of “a.nii” are 2 x 3 x 4 mm large by its sform, but 1 x 1 x 1 mm by its pixdim, "
        "which is used."
    )
    write_nifti(tmp_path / "b.nii", VOXELS, sform=SFORM, spacing=(2, 3, 4))
    assert file_info(tmp_path / "b.nii")[0].problems == ()


def test_a_grey_picture_as_a_volume(tmp_path: Path) -> None:
    from PIL import Image as Picture

    Picture.fromarray(VOXELS[0].astype(np.uint8)).save(tmp_path / "a.png")
    with library_of(tmp_path) as library:
        node, labels = library.load(page(image("a.png"), image("a.png", ImageType.LABEL_MAP, id="L"))).nodes
        np.testing.assert_array_equal(voxels_of(node.GetImageData())[0], VOXELS[0].astype(np.uint8))
        assert labels is not None
