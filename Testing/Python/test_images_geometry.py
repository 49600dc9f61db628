"""A voxel of a file lies where the file's format says it lies in the patient, in RAS."""

import numpy as np
import pytest
from image_files import numbered, write_meta_image, write_nifti, write_nrrd
from image_pages import ijk_to_ras, load_one, voxels_of

FLIP = np.diag([-1.0, -1, 1])
TILT = np.radians(30)
OBLIQUE = np.array([[np.cos(TILT), -np.sin(TILT), 0], [np.sin(TILT), np.cos(TILT), 0], [0, 0, 1]])
AXES = {
    "identity": np.eye(3),
    "anisotropic": np.diag([0.7, 0.9, 5.0]),
    "flipped": np.diag([-0.7, -0.9, 5.0]),
    "left-handed": np.diag([0.7, 0.9, -5.0]),
    "permuted": np.array([[0, 0, 2.0], [3.0, 0, 0], [0, 4.0, 0]]),
    "oblique": OBLIQUE @ np.diag([0.7, 0.9, 5.0]),
    "oblique and permuted": OBLIQUE @ np.array([[0, 0, -2.0], [3.0, 0, 0], [0, -4.0, 0]]),
}


def affine(axes, origin):
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = axes, origin
    return matrix


@pytest.mark.parametrize("axes", AXES.values(), ids=AXES)
@pytest.mark.parametrize("space", ["left-posterior-superior", "right-anterior-superior", "LAS"])
def test_nrrd(tmp_path, axes, space):
    to_ras = {"left-posterior-superior": FLIP, "right-anterior-superior": np.eye(3)}
    to_ras["LAS"] = np.diag([-1.0, 1, 1])
    name = {"LAS": "left-anterior-superior"}.get(space, space)
    write_nrrd(tmp_path / "a.nrrd", numbered(), axes, (10, 20, 30), name)
    node, problems, library = load_one(tmp_path, "a.nrrd")
    assert problems == []
    expected = affine(to_ras[space] @ axes, to_ras[space] @ [10, 20, 30])
    np.testing.assert_allclose(ijk_to_ras(node), expected, atol=1e-9)
    np.testing.assert_array_equal(voxels_of(node.GetImageData()), numbered())
    library.close()


@pytest.mark.parametrize("axes", AXES.values(), ids=AXES)
def test_nifti_sform(tmp_path, axes):
    to_ras = affine(axes, (10, 20, 30))
    spacing = np.linalg.norm(axes, axis=0)
    write_nifti(tmp_path / "a.nii.gz", numbered(), sform=to_ras, spacing=spacing)
    node, problems, library = load_one(tmp_path, "a.nii.gz")
    assert problems == []
    np.testing.assert_allclose(ijk_to_ras(node), to_ras, atol=1e-5)
    np.testing.assert_array_equal(voxels_of(node.GetImageData()), numbered())
    library.close()


@pytest.mark.parametrize("qfac", [1, -1])
def test_nifti_qform_of_a_turn_about_the_long_axis(tmp_path, qfac):
    """A quaternion (cos, 0, 0, sin) of half the angle turns about z; qfac -1 flips the slices."""
    place = {"quaternion": (0, 0, np.sin(TILT / 2)), "offset": (10, 20, 30), "spacing": (0.7, 0.9, 5.0)}
    write_nifti(tmp_path / "a.nii", numbered(), qfac=qfac, **place)
    node, _, library = load_one(tmp_path, "a.nii")
    expected = affine(OBLIQUE @ np.diag([0.7, 0.9, 5.0 * qfac]), (10, 20, 30))
    np.testing.assert_allclose(ijk_to_ras(node), expected, atol=1e-5)
    library.close()


@pytest.mark.parametrize("axes", AXES.values(), ids=AXES)
@pytest.mark.parametrize("name", ["a.mha", "a.mhd"])
def test_meta_image(tmp_path, axes, name):
    write_meta_image(tmp_path / name, numbered(), axes, (10, 20, 30), "LOCAL" if name == "a.mha" else "a.raw")
    node, problems, library = load_one(tmp_path, name)
    assert problems == []
    expected = affine(FLIP @ axes, FLIP @ [10, 20, 30])
    np.testing.assert_allclose(ijk_to_ras(node), expected, atol=1e-9)
    np.testing.assert_array_equal(voxels_of(node.GetImageData()), numbered())
    library.close()


def test_a_header_with_its_data_beside_it(tmp_path):
    (tmp_path / "a.raw").write_bytes(numbered().tobytes())
    write_nrrd(tmp_path / "a.nhdr", numbered(), AXES["oblique"], fields=["data file: a.raw"])
    header, _, _ = (tmp_path / "a.nhdr").read_bytes().partition(b"\n\n")
    (tmp_path / "a.nhdr").write_bytes(header + b"\n")
    node, problems, library = load_one(tmp_path, "a.nhdr")
    assert problems == []
    np.testing.assert_array_equal(voxels_of(node.GetImageData()), numbered())
    library.close()


@pytest.mark.parametrize(
    "dtype",
    ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"],
)
def test_every_scalar_type_keeps_its_values(tmp_path, dtype):
    voxels = numbered().astype(dtype)
    if voxels.dtype.kind == "f":
        voxels += voxels.dtype.type(0.25)
    else:
        voxels[0, 0, 0], voxels[0, 0, 1] = np.iinfo(dtype).min, np.iinfo(dtype).max
    write_nrrd(tmp_path / "a.nrrd", voxels, encoding="gzip")
    node, problems, library = load_one(tmp_path, "a.nrrd")
    assert problems == []
    shown = voxels_of(node.GetImageData())
    assert shown.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(shown, voxels)
    library.close()


def test_a_plane_is_one_slice(tmp_path):
    (tmp_path / "a.nrrd").write_bytes(
        b"NRRD0005\ntype: uchar\ndimension: 2\nsizes: 4 3\nspacings: 2 5\nencoding: raw\n\n"
        + bytes(range(12))
    )
    node, problems, library = load_one(tmp_path, "a.nrrd")
    assert problems == []
    assert node.GetImageData().GetDimensions() == (4, 3, 1)
    assert node.GetSpacing() == (2.0, 5.0, 1.0)
    assert voxels_of(node.GetImageData())[0, 2, 3] == 11
    library.close()


def test_a_nifti_slope_gives_real_values(tmp_path):
    write_nifti(tmp_path / "a.nii", numbered(), sform=np.eye(4), slope=0.5)
    node, _, library = load_one(tmp_path, "a.nii")
    np.testing.assert_allclose(voxels_of(node.GetImageData()), numbered() * 0.5)
    library.close()
