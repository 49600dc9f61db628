"""A file that was cut or altered costs its own image: one sentence says so, the page goes on."""

import gzip

import numpy as np
import pytest
from bad_images import (
    NOISE,
    SEGMENTS,
    VOLUME,
    WRITERS,
    cut,
    nothing_on_the_console,
    problem_of,
    write_header_beside,
    write_packed_meta_image,
)
from image_files import numbered, write_meta_image, write_nifti, write_nrrd
from image_pages import image, library_of, page, voxels_of

__all__ = ["nothing_on_the_console"]


@pytest.mark.parametrize("share", [0.3, 0.999])
@pytest.mark.parametrize("name", WRITERS)
def test_a_truncated_file(tmp_path, name, share):
    cut(WRITERS[name](tmp_path / name), share)
    problem = problem_of(tmp_path, name)
    assert problem.sentence == f"“{name}” is damaged or incomplete: its voxels cannot all be read."
    assert problem.hint == "copy or export it again"


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_ends_within_its_header(tmp_path, name):
    path = WRITERS[name](tmp_path / name)
    path.write_bytes(path.read_bytes()[:60])
    assert problem_of(tmp_path, name).hint


@pytest.mark.parametrize("packed", [False, True])
def test_a_truncated_data_file(tmp_path, packed):
    data = tmp_path / ("a.zraw" if packed else "a.raw")
    (write_packed_meta_image if packed else write_meta_image)(tmp_path / "a.mhd", NOISE, data_file=data.name)
    cut(data)
    assert "damaged or incomplete" in problem_of(tmp_path, "a.mhd").sentence


def test_a_truncated_data_file_of_an_nrrd_header(tmp_path):
    write_header_beside(tmp_path / "a.nhdr", NOISE, "a.raw")
    (tmp_path / "a.raw").write_bytes(NOISE.tobytes()[:-2])
    assert "damaged or incomplete" in problem_of(tmp_path, "a.nhdr").sentence


def test_packed_voxels_with_a_byte_turned(tmp_path):
    path = write_nrrd(tmp_path / "a.nrrd", NOISE, encoding="gzip")
    data = bytearray(path.read_bytes())
    data[-3000:-2000] = bytes(1000)
    path.write_bytes(data)
    assert "damaged or incomplete" in problem_of(tmp_path, "a.nrrd").sentence


def test_a_whole_packed_meta_image_is_read(tmp_path):
    """So that the tests above fail for the right reason."""
    write_packed_meta_image(tmp_path / "a.mhd", NOISE, data_file="a.zraw")
    with library_of(tmp_path) as library:
        (node,) = library.load(page(image("a.mhd"))).nodes
        np.testing.assert_array_equal(voxels_of(node.GetImageData()), NOISE)


def test_lengths_that_no_memory_holds(tmp_path):
    header = "NRRD0005\ntype: short\ndimension: 3\nsizes: 900000 900000 900000\nencoding: gzip\n\n"
    (tmp_path / "a.nrrd").write_bytes(header.encode() + gzip.compress(bytes(100)))
    assert problem_of(tmp_path, "a.nrrd").hint


@pytest.mark.parametrize("seed", range(40))
def test_damage_anywhere_never_raises(tmp_path, seed):
    """Bytes of a header turned at random: a sentence, or an image, and nothing on the console."""
    rng = np.random.default_rng(seed)
    name = list(WRITERS)[seed % len(WRITERS)]
    path = WRITERS[name](tmp_path / name)
    data = bytearray(path.read_bytes())
    if name.endswith(".gz"):
        data = bytearray(gzip.decompress(bytes(data)))
    for place in rng.integers(0, 340, 4):
        data[place] = rng.integers(0, 256)
    path.write_bytes(gzip.compress(bytes(data)) if name.endswith(".gz") else data)
    with library_of(tmp_path) as library:
        for type in (VOLUME, SEGMENTS):
            loaded = library.load(page(image(name, type)))
            assert (loaded.nodes[0] is None) == any(problem.is_error for problem in loaded.problems)


@pytest.mark.parametrize(
    ("field", "damage"),
    [
        (b"ElementSpacing = 1 1 1", b"ElementSpacing - 1 1 1"),
        (b"ElementSpacing = 1 1 1", b"ElementSpacing = 1 \t 1"),
        (b"ElementSpacing = 1 1 1", b"ElementSpacing = 1 1E1"),
        (b"Offset = 0 0 0", b"Offset = 0 nan 0"),
        (b"TransformMatrix = 1", b"TransformMatrix = \xb5"),
        (b"DimSize = 5", b"DimSize =\x1d5"),
        (b"BinaryData = True", b"BinaryData = !rue"),
        (b"CompressedDataSize = ", b"CompressedDataSize \x96 "),
        (b"ElementDataFile = ", b"ElementDataFile =\x1d"),
    ],
)
def test_a_meta_image_whose_header_has_a_letter_turned(tmp_path, field, damage):
    path = write_packed_meta_image(tmp_path / "a.mha", NOISE)
    data = path.read_bytes()
    assert field in data
    path.write_bytes(data.replace(field, damage, 1))
    assert "damaged or incomplete" in problem_of(tmp_path, "a.mha").sentence


def test_a_meta_image_of_other_writers_is_read(tmp_path):
    """Colons, comments, fields of the writer's own, blank lines: MetaIO takes them all."""
    path = write_meta_image(tmp_path / "a.mha", numbered())
    data = path.read_bytes().replace(
        b"NDims = 3\n", b"Comment = J. D\xf6e: 5 = 6\nNDims : 3\nMyOwn_Field=\n\n", 1
    )
    path.write_bytes(data.replace(b"\n", b"\r\n", 3))
    with library_of(tmp_path) as library:
        loaded = library.load(page(image("a.mha")))
        assert loaded.problems == []
        np.testing.assert_array_equal(voxels_of(loaded.nodes[0].GetImageData()), numbered())


@pytest.mark.parametrize("value", [np.inf, np.nan, 1e30])
def test_a_nifti_that_lies_nowhere(tmp_path, value):
    place = np.eye(4)
    place[0, 0] = value
    write_nifti(tmp_path / "a.nii.gz", NOISE, sform=place)
    assert "damaged or incomplete" in problem_of(tmp_path, "a.nii.gz").sentence


def test_keys_and_values_of_an_older_system_do_no_harm(tmp_path):
    path = write_nrrd(tmp_path / "a.nrrd", numbered())
    data = path.read_bytes()
    path.write_bytes(data.replace(b"\n\n", b"\nGr\xf6\xdfe:=M\xfcller\nPatient:=M\xfcller\n\n", 1))
    with library_of(tmp_path) as library:
        loaded = library.load(page(image("a.nrrd")))
        assert loaded.problems == []
        np.testing.assert_array_equal(voxels_of(loaded.nodes[0].GetImageData()), numbered())


@pytest.mark.parametrize("tail", [bytes(100), b"checked by J. Doe", bytes(5000)])
def test_what_follows_packed_voxels_is_no_damage(tmp_path, tail):
    path = write_nrrd(tmp_path / "a.nrrd", NOISE, encoding="gzip")
    path.write_bytes(path.read_bytes() + tail)
    with library_of(tmp_path) as library:
        loaded = library.load(page(image("a.nrrd")))
        assert loaded.problems == []
        np.testing.assert_array_equal(voxels_of(loaded.nodes[0].GetImageData()), NOISE)


@pytest.mark.parametrize("name", ["packed.mha", "a.nii.gz"])
def test_other_packed_voxels_with_a_byte_turned(tmp_path, name):
    path = WRITERS[name](tmp_path / name)
    data = bytearray(path.read_bytes())
    data[-3000:-2000] = bytes(1000)
    path.write_bytes(data)
    assert "damaged or incomplete" in problem_of(tmp_path, name).sentence
