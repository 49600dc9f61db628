"""Several processes show the same images: one reads them, all look at one memory, none sees another write."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from dicom_made import MadeRoi, Placement, write_series, write_structure_set
from image_files import numbered, write_nrrd
from image_pages import image, label_image_of, library_of, page, segments_of, voxels_of
from QuizLoaderLib.images.loading.voxel_store import VoxelStore, folder_of_shared_voxels
from QuizLoaderLib.quiz.model import ImageType

SHAPE = (30, 64, 64)
VOXELS = (np.arange(np.prod(SHAPE)) % 1000).astype(np.int16).reshape(SHAPE)
LABELS = (np.arange(np.prod(SHAPE)) % 4).astype(np.uint8).reshape(SHAPE)


@pytest.fixture
def store(tmp_path):
    folder = tmp_path / "store"
    folder.mkdir()
    return VoxelStore(folder)


def shown(store, folder, *images, number=1):
    """The image data of each image of a page (the first segment's), read by a library of its own."""
    with library_of(folder, store=VoxelStore(store.folder)) as library:
        loaded = library.load(page(*images, number=number))
        assert not loaded.problems
        assert library.byte_size == 0
        return [image_data_of(node) for node in loaded.nodes]


def image_data_of(node):
    if node.IsA("vtkMRMLVolumeNode"):
        return node.GetImageData()
    return label_image_of(node, segments_of(node)[0][0])


def mapped_file(array):
    """(inode, file) of the mapping in which the first byte of an array lies, as Linux tells it."""
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        span, _rights, _offset, _device, inode, *path = line.split(maxsplit=5)
        start, end = (int(part, 16) for part in span.split("-"))
        if start <= array.ctypes.data < end:
            return int(inode), Path(*path)
    raise AssertionError("no mapping")


def files_of(store, kind="voxels"):
    return sorted(store.folder.glob(f"*.{kind}"))


def test_a_second_reader_gets_the_voxels_without_the_image_file(tmp_path, store):
    write_nrrd(tmp_path / "a.nrrd", VOXELS)
    (first,) = shown(store, tmp_path, image("a.nrrd"))
    # The same size and time, but nothing in it that can be read, only what it is.
    status = (tmp_path / "a.nrrd").stat()
    (tmp_path / "a.nrrd").write_bytes(b"NRRD0005\n".ljust(status.st_size, b"?"))
    os.utime(tmp_path / "a.nrrd", ns=(status.st_atime_ns, status.st_mtime_ns))
    (second,) = shown(store, tmp_path, image("a.nrrd"))
    np.testing.assert_array_equal(voxels_of(first), VOXELS)
    np.testing.assert_array_equal(voxels_of(second), VOXELS)


def test_a_file_written_again_is_read_again(tmp_path, store):
    write_nrrd(tmp_path / "a.nrrd", VOXELS)
    shown(store, tmp_path, image("a.nrrd"))
    write_nrrd(tmp_path / "a.nrrd", VOXELS[:20] + 1)
    (again,) = shown(store, tmp_path, image("a.nrrd"))
    np.testing.assert_array_equal(voxels_of(again), VOXELS[:20] + 1)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the mapping as Linux tells it")
def test_two_processes_look_at_one_file(tmp_path, store):
    write_nrrd(tmp_path / "a.nrrd", VOXELS)
    (here,) = shown(store, tmp_path, image("a.nrrd"))
    script = (
        "import json, sys; from pathlib import Path; import test_images_shared_by_readers as t\n"
        "store = t.VoxelStore(Path(sys.argv[1]))\n"
        "(data,) = t.shown(store, Path(sys.argv[2]), t.image('a.nrrd'))\n"
        "voxels = t.voxels_of(data)\n"
        "print(json.dumps([*map(str, t.mapped_file(voxels)), int(voxels.sum(dtype='i8'))]))\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", script, store.folder, tmp_path],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    inode, path = mapped_file(voxels_of(here))
    assert json.loads(there.stdout) == [str(inode), str(path), int(VOXELS.sum(dtype="i8"))]
    assert path.parent == store.folder.resolve()
    assert inode == path.stat().st_ino


def test_volume_label_map_and_segmentation_of_a_file_lie_in_one_place(tmp_path, store):
    write_nrrd(tmp_path / "a.nrrd", LABELS)
    types = (ImageType.VOLUME, ImageType.LABEL_MAP, ImageType.SEGMENTATION)
    images = shown(store, tmp_path, *(image("a.nrrd", type) for type in types))
    assert len({voxels_of(each).ctypes.data for each in images}) == 1
    sizes = sorted(path.stat().st_size for path in files_of(store))
    # The voxels once, and three small files that say what is made of them.
    assert len(sizes) == 4
    assert sizes[2] < 4096 and LABELS.nbytes < sizes[3] < LABELS.nbytes + 4096


def test_who_writes_into_the_voxels_writes_into_his_own(tmp_path, store):
    write_nrrd(tmp_path / "a.nrrd", VOXELS)
    (mine,) = shown(store, tmp_path, image("a.nrrd"))
    (other,) = shown(store, tmp_path, image("a.nrrd"))
    voxels_of(mine)[3:5] = -7
    mine.SetScalarComponentFromDouble(0, 0, 0, 0, -7)
    assert (voxels_of(mine)[3:5] == -7).all() and voxels_of(mine)[0, 0, 0] == -7
    np.testing.assert_array_equal(voxels_of(other), VOXELS)
    (later,) = shown(store, tmp_path, image("a.nrrd"))
    np.testing.assert_array_equal(voxels_of(later), VOXELS)


def test_frames_and_structure_sets_are_shared_too(tmp_path, store):
    frames = np.stack([VOXELS, VOXELS + 1, VOXELS + 2])
    import SimpleITK

    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(frames, isVector=False), str(tmp_path / "s.nrrd"))
    placement = Placement(tuple(np.arange(SHAPE[0]) * 2.0), (1.0, 1.0), (0.0, 0.0, 0.0))
    write_series(tmp_path / "ct", VOXELS, placement)
    corners = ((9.5, 9.5), (19.5, 9.5), (19.5, 29.5), (9.5, 29.5))
    box = [np.array([placement.point(*corner, k) for corner in corners]) for k in (4, 5, 6)]
    write_structure_set(tmp_path / "rt.dcm", [MadeRoi("Box", box)])
    images = (
        image("s.nrrd", ImageType.VOLUME_SEQUENCE),
        image("ct", dicom_read=True),
        image("rt.dcm", ImageType.RT_STRUCT),
    )
    shown(store, tmp_path, *images)
    before = [path.stat().st_ino for path in files_of(store)]
    assert len(before) == 3
    sequence, series, regions = shown(store, tmp_path, *images)
    assert [path.stat().st_ino for path in files_of(store)] == before
    np.testing.assert_array_equal(voxels_of(sequence), VOXELS)
    np.testing.assert_array_equal(voxels_of(series), VOXELS)
    assert voxels_of(regions).sum() == 3 * 10 * 20
    assert voxels_of(regions)[4:7, 10:30, 10:20].all()


def test_two_who_ask_at_once_read_once(store):
    began, go_on, read = threading.Event(), threading.Event(), []

    def slowly():
        began.set()
        assert go_on.wait(60)
        read.append(1)
        return VOXELS + 1

    found = []
    workers = [
        threading.Thread(target=lambda: found.append(VoxelStore(store.folder).arrays("key", slowly)))
        for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    assert began.wait(60)
    go_on.set()
    for worker in workers:
        worker.join()
    assert read == [1]
    assert all((each == VOXELS + 1).all() for each in found) and len(found) == 3


def test_a_reader_that_dies_while_reading_holds_nobody_up(store):
    script = (
        "import sys, time; from pathlib import Path\n"
        "from QuizLoaderLib.images.loading.voxel_store import VoxelStore\n"
        "def read(): print('reading', flush=True); time.sleep(600)\n"
        "VoxelStore(Path(sys.argv[1])).arrays('key', read)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", script, store.folder]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as other:
        assert other.stdout and other.stdout.readline().strip() == b"reading"
        other.kill()
    np.testing.assert_array_equal(store.arrays("key", lambda: VOXELS), VOXELS)


def test_what_fails_is_not_kept(store):
    def fails():
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            store.arrays("key", fails)
    np.testing.assert_array_equal(store.arrays("key", lambda: VOXELS), VOXELS)
    assert files_of(store, "new") == []


def test_a_store_that_takes_nothing_costs_memory_and_no_page(tmp_path, store):
    write_nrrd(tmp_path / "a.nrrd", numbered())
    store.folder.rmdir()
    with library_of(tmp_path, store=store) as library:
        (node,) = library.load(page(image("a.nrrd"))).nodes
        np.testing.assert_array_equal(voxels_of(node.GetImageData()), numbered())


def test_on_a_full_disk_the_oldest_go_first(store, monkeypatch):
    for number in range(3):
        store.arrays(number, lambda number=number: VOXELS + number)
    oldest = files_of(store)
    for age, path in enumerate(oldest):
        os.utime(path, ns=(age + 1, age + 1))
    sizes = sum(path.stat().st_size for path in oldest)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": sizes})())
    kept = store.arrays("one more", lambda: VOXELS)
    assert not oldest[0].exists() and oldest[2].exists()
    np.testing.assert_array_equal(kept, VOXELS)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 0})())
    for path in files_of(store):
        path.unlink()
    private = store.arrays("too much", lambda: VOXELS)
    assert private is VOXELS and files_of(store) == []


def test_the_folder_is_removed_at_the_end_and_so_is_what_a_killed_server_left(tmp_path):
    left = tmp_path / "QuizLoader-voxels-left"
    left.mkdir()
    (left / ".in-use").touch()
    (left / "a.voxels").write_bytes(b"x")
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    (elsewhere / ".in-use").touch()
    (tmp_path / "QuizLoader-voxels-link").symlink_to(elsewhere)
    with folder_of_shared_voxels(tmp_path) as first, folder_of_shared_voxels(tmp_path) as second:
        assert first.is_dir() and second.is_dir() and first != second
        assert not left.exists()
        assert (elsewhere / ".in-use").exists()
        VoxelStore(second).arrays("key", lambda: VOXELS)
    assert not first.exists() and not second.exists()
