"""A sequence of volumes: every frame is reachable by Slicer's sequence nodes, one of them is shown."""

import gzip

import numpy as np
import pytest
from dicom_made import Placement, write_series
from image_files import nifti_bytes, vector, write_nifti, write_nrrd
from image_pages import ijk_to_ras, image, library_of, new_scene, page, voxels_of
from QuizLoaderLib.images.dicom.series import GRIDS_DIFFER
from QuizLoaderLib.images.loading.library import ImageLibrary
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.model import ImageType, SliceView, WindowLevel
from QuizLoaderLib.views.state import number_of_frames, show_frame, shown_frame
from sample_data import SAMPLE_DATA, needs_sample_data

SCANNED = SAMPLE_DATA / "nibabel"
SHAPE = (2, 3, 4)
AXES_LPS = np.array([[0, 0, 2.0], [3.0, 0, 0], [0, 4.0, 0]])
TO_RAS = np.block([[np.diag([-1.0, -1, 1]) @ AXES_LPS, np.array([[-5.0], [-6], [7]])], [np.zeros(3), 1]])
SLICER_KEYS = {"axis 0 index type": "numeric", "axis 0 index values": "0 2.5 7.5 10 20"}


def frames(count=5, dtype="int16"):
    """Frame t has the value 1000 t + 100 k + 10 j + i, so that each voxel tells where and when it is."""
    k, j, i = np.indices(SHAPE)
    return [(1000 * t + 100 * k + 10 * j + i).astype(dtype) for t in range(count)]


def write_4d(path, voxels, first=False, kind="list", fields=(), values=(), encoding="gzip", big=False):
    """An NRRD whose list is its first (fastest) or last axis, the space of AXES_LPS from (5, 6, 7)."""
    together = np.stack(voxels, axis=-1 if first else 0)
    directions = " ".join(vector(axis) for axis in AXES_LPS.T)
    lines = [
        "NRRD0005",
        "type: short",
        "dimension: 4",
        "space: left-posterior-superior",
        f"sizes: {' '.join(str(n) for n in together.shape[::-1])}",
        f"space directions: {'none ' + directions if first else directions + ' none'}",
        f"kinds: {kind + ' domain domain domain' if first else 'domain domain domain ' + kind}",
        f"endian: {'big' if big else 'little'}",
        f"encoding: {encoding}",
        "space origin: (5,6,7)",
        *fields,
        *(f"{key}:={value}" for key, value in dict(values).items()),
    ]
    data = together.astype(">i2" if big else "<i2").tobytes()
    path.write_bytes(
        "\n".join(lines).encode() + b"\n\n" + (gzip.compress(data) if encoding != "raw" else data)
    )
    return path


def sequence_of(scene):
    nodes = [scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())]
    return next(node for node in nodes if node.IsA("vtkMRMLSequenceNode"))


def load(library, *images):
    return library.load(page(*(images or [image("a.nrrd", ImageType.VOLUME_SEQUENCE)])))


def assert_all_frames(node, expected):
    sequence = sequence_of(node.GetScene())
    assert sequence.GetNumberOfDataNodes() == number_of_frames(node) == len(expected)
    for number, frame in enumerate(expected):
        data = sequence.GetNthDataNode(number)
        np.testing.assert_array_equal(voxels_of(data.GetImageData()), frame)
        show_frame(node, number)
        assert shown_frame(node) == number
        np.testing.assert_array_equal(voxels_of(node.GetImageData()), frame)


@pytest.mark.parametrize("first", [True, False], ids=["list first", "list last"])
@pytest.mark.parametrize("kind", ["list", "time", "none", "domain", "???"])
def test_every_frame_of_a_4d_nrrd(tmp_path, first, kind):
    write_4d(tmp_path / "a.nrrd", frames(), first, kind)
    with library_of(tmp_path) as library:
        loaded = load(library)
        assert loaded.problems == []
        np.testing.assert_allclose(ijk_to_ras(loaded.nodes[0]), TO_RAS, atol=1e-12)
        assert_all_frames(loaded.nodes[0], frames())


@pytest.mark.parametrize("encoding", ["raw", "gzip", "gz"])
@pytest.mark.parametrize("big", [True, False], ids=["big endian", "little endian"])
def test_the_ways_in_which_voxels_are_packed(tmp_path, encoding, big):
    write_4d(tmp_path / "a.nrrd", frames(), encoding=encoding, big=big)
    with library_of(tmp_path) as library:
        assert_all_frames(load(library).nodes[0], frames())


def test_a_gzip_of_several_members(tmp_path):
    """As parallel packers write it; a member may end anywhere in a frame."""
    path = write_4d(tmp_path / "a.nrrd", frames(), encoding="raw")
    header, _, data = path.read_bytes().partition(b"\n\n")
    parts = [gzip.compress(data[start : start + 37]) for start in range(0, len(data), 37)]
    path.write_bytes(header.replace(b"encoding: raw", b"encoding: gzip") + b"\n\n" + b"".join(parts))
    with library_of(tmp_path) as library:
        assert_all_frames(load(library).nodes[0], frames())


def test_altered_gzip_is_told_by_its_checksum(tmp_path):
    """Stored blocks: an altered byte unpacks to another value, and nothing but the sum knows."""
    path = write_4d(tmp_path / "a.nrrd", frames(), encoding="raw")
    header, data = path.read_bytes().split(b"\n\n", 1)
    packed = bytearray(gzip.compress(data, compresslevel=0))
    packed[len(packed) // 2] ^= 0xFF
    path.write_bytes(header.replace(b"encoding: raw", b"encoding: gzip") + b"\n\n" + packed)
    with library_of(tmp_path) as library:
        loaded = load(library, image("a.nrrd", ImageType.VOLUME_SEQUENCE))
        assert loaded.nodes == (None,)
        assert "damaged" in loaded.problems[0].sentence


def test_slicers_own_file_names_its_frames_by_time(tmp_path):
    fields = ['labels: "time" "" "" ""', 'units: "s" "" "" ""']
    write_4d(tmp_path / "a.seq.nrrd", frames(), True, fields=fields, values=SLICER_KEYS)
    with library_of(tmp_path) as library:
        loaded = load(library, image("a.seq.nrrd", ImageType.VOLUME_SEQUENCE))
        sequence = sequence_of(loaded.nodes[0].GetScene())
        assert (sequence.GetIndexName(), sequence.GetIndexUnit()) == ("time", "s")
        assert [sequence.GetNthIndexValue(n) for n in range(5)] == ["0", "2.5", "7.5", "10", "20"]


@pytest.mark.parametrize("values", ["0 0 0 0 0", "5 4 3 2 1", "a b c d e", "1 2", "0 nan 2 3 4"])
def test_frames_with_useless_times_are_counted(tmp_path, values):
    keys = {**SLICER_KEYS, "axis 0 index values": values}
    write_4d(tmp_path / "a.nrrd", frames(), True, values=keys)
    with library_of(tmp_path) as library:
        loaded = load(library)
        assert_all_frames(loaded.nodes[0], frames())
        assert sequence_of(loaded.nodes[0].GetScene()).GetNthIndexValue(4) == "4"


def test_frames_that_follow_each_other_fast_are_told_apart(tmp_path):
    keys = {**SLICER_KEYS, "axis 0 index values": "0 0.0001 0.0002 0.0003 0.0004"}
    write_4d(tmp_path / "a.nrrd", frames(), True, values=keys)
    with library_of(tmp_path) as library:
        assert_all_frames(load(library).nodes[0], frames())


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_every_frame_of_a_4d_nifti(tmp_path, name):
    write_nifti(tmp_path / name, np.stack(frames()), sform=TO_RAS, spacing=(3, 4, 2))
    with library_of(tmp_path) as library:
        loaded = load(library, image(name, ImageType.VOLUME_SEQUENCE))
        assert loaded.problems == []
        np.testing.assert_allclose(ijk_to_ras(loaded.nodes[0]), TO_RAS, atol=1e-6)
        assert_all_frames(loaded.nodes[0], frames())


def test_a_nifti_with_a_slope_has_its_true_values(tmp_path):
    """With all the digits of the slope, of which SimpleITK's header tells six."""
    slope = np.float32(0.075407188)
    write_nifti(tmp_path / "a.nii.gz", np.stack(frames()), sform=TO_RAS, spacing=(3, 4, 2), slope=slope)
    with library_of(tmp_path) as library:
        node = load(library, image("a.nii.gz", ImageType.VOLUME_SEQUENCE)).nodes[0]
        assert_all_frames(node, [(frame * np.float64(slope)).astype(np.float32) for frame in frames()])


@needs_sample_data("nibabel")
@pytest.mark.parametrize("name", ["example4d.nii.gz", "functional.nii"])
def test_scanned_sequences_are_as_simpleitk_reads_them(name):
    import SimpleITK

    expected = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(SCANNED / name)))
    with library_of(SCANNED) as library:
        assert_all_frames(load(library, image(name, ImageType.VOLUME_SEQUENCE)).nodes[0], expected)


def test_the_frames_of_a_nifti_are_at_their_times(tmp_path):
    data = bytearray(nifti_bytes(np.stack(frames()), sform=TO_RAS, spacing=(3, 4, 2)))
    data[92:96] = np.float32(2500).tobytes()
    data[123] = 2 | 16
    (tmp_path / "a.nii").write_bytes(data)
    with library_of(tmp_path) as library:
        sequence = sequence_of(load(library, image("a.nii", ImageType.VOLUME_SEQUENCE)).nodes[0].GetScene())
        assert (sequence.GetIndexName(), sequence.GetIndexUnit()) == ("time", "s")
        assert [float(sequence.GetNthIndexValue(n)) for n in range(5)] == [0, 2.5, 5, 7.5, 10]


def test_the_time_points_of_a_dicom_folder(tmp_path):
    placement = Placement(offsets=[0, 2], origin=(5, 6, 7))
    for t, frame in enumerate(frames(3)):
        write_series(
            tmp_path / "dce", frame, placement, "MR", first=1 + 2 * t,
            TemporalPositionIdentifier=t + 1, AcquisitionTime=f"10{t:02}30",
        )  # fmt: skip
    with library_of(tmp_path) as library:
        loaded = load(library, image("dce", ImageType.VOLUME_SEQUENCE, dicom_read=True))
        assert loaded.problems == []
        assert_all_frames(loaded.nodes[0], frames(3))
        sequence = sequence_of(loaded.nodes[0].GetScene())
        assert [float(sequence.GetNthIndexValue(n)) for n in range(3)] == [0, 60, 120]


def test_a_long_sequence_stays_out_of_memory(tmp_path):
    """Its frames lie in a temporary file; all are there, and they count nothing against the budget."""
    write_4d(tmp_path / "a.nrrd", frames(50), True)
    bytes_of_all = 50 * 24 * 2
    with library_of(tmp_path, budget=bytes_of_all) as library:
        node = load(library).nodes[0]
        assert_all_frames(node, frames(50))
        assert library.byte_size == 0
    with library_of(tmp_path, budget=4 * bytes_of_all) as library:
        assert_all_frames(load(library).nodes[0], frames(50))
        assert library.byte_size == bytes_of_all


def test_no_room_on_the_disk_for_a_long_sequence(tmp_path, monkeypatch):
    write_4d(tmp_path / "a.nrrd", frames(50))
    monkeypatch.setattr("QuizLoaderLib.images.files.frame_memory._reserve", _full_disk)
    with library_of(tmp_path, budget=1000) as library:
        loaded = load(library)
        assert loaded.nodes == (None,)
        assert "temporary folder" in loaded.problems[0].sentence


def _full_disk(file, size):
    raise OSError(28, "No space left on device")


def test_two_looks_share_their_voxels(tmp_path):
    write_4d(tmp_path / "a.nrrd", frames())
    looks = [WindowLevel(100, 50), WindowLevel(2000, 1000)]
    views = [SliceView.RED, SliceView.GREEN]
    images = [
        image("a.nrrd", ImageType.VOLUME_SEQUENCE, destination=view, window_level=look)
        for view, look in zip(views, looks, strict=True)
    ]
    with library_of(tmp_path) as library:
        one, other = load(library, *images).nodes
        show_frame(one, 3)
        assert (shown_frame(one), shown_frame(other)) == (3, 0)
        show_frame(other, 3)
        assert voxels_of(one.GetImageData()).ctypes.data == voxels_of(other.GetImageData()).ctypes.data
        assert library.byte_size == 5 * 24 * 2


def test_all_frames_have_one_window(tmp_path):
    """From the lowest frame to the highest, so that a change of brightness is one of the patient."""
    write_4d(tmp_path / "a.nrrd", frames())
    with library_of(tmp_path) as library:
        node = load(library).nodes[0]
        window, level = node.GetDisplayNode().GetWindow(), node.GetDisplayNode().GetLevel()
        show_frame(node, 4)
        assert (node.GetDisplayNode().GetWindow(), node.GetDisplayNode().GetLevel()) == (window, level)
        assert level - window / 2 == pytest.approx(0, abs=5)
        assert level + window / 2 == pytest.approx(4123, abs=5)


def test_slicers_module_shows_frames_too(tmp_path):
    """In Slicer its own logic brings the chosen frame into the node; ours must not be in its way."""
    import slicer

    scene = new_scene()
    logic = slicer.vtkSlicerSequencesLogic()
    logic.SetMRMLScene(scene)
    write_4d(tmp_path / "a.nrrd", frames())
    library = ImageLibrary(scene, ImageFolder(tmp_path))
    node = load(library).nodes[0]
    logic.GetFirstBrowserNodeForProxyNode(node).SetSelectedItemNumber(2)
    logic.UpdateAllProxyNodes()
    np.testing.assert_array_equal(voxels_of(node.GetImageData()), frames()[2])
    np.testing.assert_allclose(ijk_to_ras(node), TO_RAS)
    assert (shown_frame(node), node.GetName()) == (2, "MR")
    assert_all_frames(node, frames())
    library.close()
    logic.SetMRMLScene(None)


def test_nothing_is_left_in_the_scene(tmp_path):
    write_4d(tmp_path / "a.nrrd", frames())
    with library_of(tmp_path) as library:
        before = library.scene.GetNumberOfNodes()
        node = load(library).nodes[0]
        assert library.scene.GetNumberOfNodes() == before + 4
        del node
        library.load(page(number=2))
        assert library.scene.GetNumberOfNodes() == before


def test_a_volume_that_is_no_sequence_has_no_frames(tmp_path):
    write_nrrd(tmp_path / "a.nrrd", frames()[0])
    with library_of(tmp_path) as library:
        node = load(library, image("a.nrrd")).nodes[0]
        assert (number_of_frames(node), shown_frame(node)) == (0, None)
        with pytest.raises(ValueError, match="is not a sequence"):
            show_frame(node, 0)


@pytest.mark.parametrize(("asked", "shown"), [(-1, 0), (5, 4), (99, 4)])
def test_a_frame_beyond_the_end_is_the_end(tmp_path, asked, shown):
    write_4d(tmp_path / "a.nrrd", frames())
    with library_of(tmp_path) as library:
        node = load(library).nodes[0]
        show_frame(node, asked)
        assert shown_frame(node) == shown


def broken(path):
    path.write_bytes(path.read_bytes()[:-40])
    return path


def volume_3d(folder, name):
    (write_nrrd if name.endswith("nrrd") else write_nifti)(folder / name, frames()[0])


BAD = {
    "a 3D nrrd": (lambda f: volume_3d(f, "a.nrrd"), "a.nrrd", 'Type="Volume"'),
    "a 3D nifti": (lambda f: volume_3d(f, "a.nii.gz"), "a.nii.gz", 'Type="Volume"'),
    "cut nrrd": (lambda f: broken(write_4d(f / "a.nrrd", frames())), "a.nrrd", "damaged"),
    "cut raw nrrd": (lambda f: broken(write_4d(f / "a.nrrd", frames(), encoding="raw")), "a.nrrd", "damaged"),
    "cut nifti": (lambda f: broken(write_nifti(f / "a.nii", np.stack(frames()))), "a.nii", "damaged"),
    "text": (lambda f: (f / "a.nrrd").write_text("no image", encoding="utf-8"), "a.nrrd", "not an image"),
    "other encoding": (
        lambda f: write_4d(f / "a.nrrd", frames(), encoding="zrl"),
        "a.nrrd",
        "raw or gzip",
    ),
    "data elsewhere": (
        lambda f: write_4d(f / "a.nrrd", frames(), fields=["data file: ../secret.raw"]),
        "a.nrrd",
        "inside it",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_is_no_sequence_costs_its_layer_alone(tmp_path, case):
    folder = tmp_path / "images"
    folder.mkdir()
    (tmp_path / "secret.raw").write_bytes(bytes(10_000))
    make, name, said = BAD[case]
    make(folder)
    write_nrrd(folder / "good.nrrd", frames()[0])
    with library_of(folder) as library:
        loaded = load(library, image(name, ImageType.VOLUME_SEQUENCE, id="4D"), image("good.nrrd"))
        assert loaded.nodes[0] is None
        assert loaded.nodes[1] is not None
        (problem,) = loaded.problems
        assert problem.is_error
        assert problem.image == "4D"
        assert said in problem.sentence + problem.hint


def test_time_points_of_different_size_are_an_error(tmp_path):
    write_series(tmp_path / "dce/1", np.zeros((2, 3, 4), np.int16), Placement([0, 2]), "MR", "1.2.3.1")
    write_series(tmp_path / "dce/2", np.zeros((3, 3, 4), np.int16), Placement([0, 2, 4]), "MR", "1.2.3.2")
    with library_of(tmp_path) as library:
        loaded = load(library, image("dce", ImageType.VOLUME_SEQUENCE, dicom_read=True))
        assert loaded.nodes == (None,)
        (problem,) = loaded.problems
        assert problem.code == GRIDS_DIFFER
        assert "different grid" in problem.sentence


def test_time_points_that_moved_are_an_error(tmp_path):
    for t, x in enumerate((0, 1)):
        placement = Placement([0, 2], origin=(x, 0, 0))
        write_series(tmp_path / f"dce/{t}", np.zeros((2, 3, 4), np.int16), placement, "MR", f"1.2.3.{t + 1}")
    with library_of(tmp_path) as library:
        loaded = load(library, image("dce", ImageType.VOLUME_SEQUENCE, dicom_read=True))
        assert loaded.nodes == (None,)
        (problem,) = loaded.problems
        assert problem.code == GRIDS_DIFFER
        assert "different grid" in problem.sentence
