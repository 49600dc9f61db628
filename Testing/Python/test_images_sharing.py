"""A file is read once and held once, however many views, pages and Types show it; looks are not shared."""

import sys
from pathlib import Path

import numpy as np
import pytest
from image_files import numbered, write_nrrd
from image_pages import image, label_image_of, library_of, page, segments_of, voxels_of
from QuizLoaderLib.quiz.model import ImageType, SliceView, WindowLevel

VIEWS = (SliceView.RED, SliceView.GREEN, SliceView.YELLOW)


def address(image_data):
    return voxels_of(image_data).ctypes.data


def bytes_read():
    """All bytes that this process has asked the system to read."""
    fields = dict(line.split(": ") for line in Path("/proc/self/io").read_text(encoding="utf-8").splitlines())
    return int(fields["rchar"])


def resident_bytes():
    return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * 4096


def test_three_views_of_a_file_show_one_node(tmp_path):
    write_nrrd(tmp_path / "a.nrrd", numbered())
    with library_of(tmp_path) as library:
        loaded = library.load(page(*(image("a.nrrd", destination=view) for view in VIEWS)))
        red, green, yellow = loaded.nodes
        assert red is green is yellow
        assert red.GetName() == "MR"


def test_two_looks_are_two_nodes_over_one_image(tmp_path):
    write_nrrd(tmp_path / "a.nrrd", numbered())
    with library_of(tmp_path) as library:
        bone = image("a.nrrd", window_level=WindowLevel(2000, 500))
        lung = image("a.nrrd", window_level=WindowLevel(1500, -600), destination=SliceView.GREEN)
        one, other = library.load(page(bone, lung)).nodes
        assert one is not other
        assert one.GetImageData() is other.GetImageData()
        assert (one.GetDisplayNode().GetWindow(), one.GetDisplayNode().GetLevel()) == (2000, 500)
        assert (other.GetDisplayNode().GetWindow(), other.GetDisplayNode().GetLevel()) == (1500, -600)


def test_volume_label_map_and_segmentation_share_the_voxels(tmp_path):
    write_nrrd(tmp_path / "a.nrrd", np.array([[[0, 1], [2, 2]]], np.int16))
    types = (ImageType.VOLUME, ImageType.LABEL_MAP, ImageType.SEGMENTATION)
    with library_of(tmp_path) as library:
        volume, labels, segmentation = library.load(page(*(image("a.nrrd", type) for type in types))).nodes
        shared = label_image_of(segmentation, segments_of(segmentation)[0][0])
        assert address(volume.GetImageData()) == address(labels.GetImageData()) == address(shared)
        assert library.byte_size == 8


def test_the_next_page_uses_what_is_in_memory(tmp_path):
    write_nrrd(tmp_path / "a.nrrd", numbered())
    write_nrrd(tmp_path / "b.nrrd", numbered())
    with library_of(tmp_path) as library:
        (first,) = library.load(page(image("a.nrrd"))).nodes
        where = address(first.GetImageData())
        library.load(page(image("b.nrrd"), number=2))
        (again,) = library.load(page(image("./a.nrrd".removeprefix("./")), number=3)).nodes
        assert address(again.GetImageData()) == where


@pytest.mark.skipif(sys.platform != "linux", reason="counts bytes as Linux tells them")
def test_bytes_are_read_and_held_once(tmp_path):
    voxels = np.random.default_rng(1).integers(0, 8, (120, 256, 256)).astype(np.int16)
    size = voxels.nbytes
    write_nrrd(tmp_path / "a.nrrd", voxels)
    types = (ImageType.VOLUME, ImageType.LABEL_MAP, ImageType.SEGMENTATION)
    images = [image("a.nrrd", type, destination=view) for type in types for view in VIEWS]
    with library_of(tmp_path) as library:
        write_nrrd(tmp_path / "small.nrrd", numbered().astype("int16"))
        library.load(page(*(image("small.nrrd", type) for type in types), number=9))
        read, held = bytes_read(), resident_bytes()
        loaded = [library.load(page(*images)), library.load(page(*images, number=2))]
        assert all(node is not None for node in loaded[1].nodes)
        assert size <= bytes_read() - read < 1.5 * size
        assert resident_bytes() - held < 2 * size
        assert library.byte_size == size + numbered().nbytes


def test_a_file_that_was_written_again_is_read_again(tmp_path):
    write_nrrd(tmp_path / "a.nrrd", np.zeros((2, 3, 4), np.int16))
    with library_of(tmp_path) as library:
        library.load(page(image("a.nrrd")))
        write_nrrd(tmp_path / "a.nrrd", np.full((3, 3, 4), 7, np.int16))
        (node,) = library.load(page(image("a.nrrd"), number=2)).nodes
        assert voxels_of(node.GetImageData()).shape == (3, 3, 4)
        assert voxels_of(node.GetImageData()).max() == 7


def test_nodes_of_an_earlier_page_leave_the_scene(tmp_path):
    write_nrrd(tmp_path / "a.nrrd", numbered())
    write_nrrd(tmp_path / "l.nrrd", np.ones((1, 2, 2), np.uint8))
    with library_of(tmp_path) as library:
        scene = library.scene
        before = scene.GetNumberOfNodes()
        types = (ImageType.LABEL_MAP, ImageType.SEGMENTATION)
        library.load(page(*(image("l.nrrd", type) for type in types)))
        (kept,) = library.load(page(image("a.nrrd"), number=2)).nodes
        assert scene.GetNumberOfNodes() == before + 2
        assert kept.GetDisplayNode() is not None
        library.forget_nodes_except(None)
        assert scene.GetNumberOfNodes() == before


def test_voxels_outlive_the_library_that_read_them(tmp_path):
    write_nrrd(tmp_path / "a.nrrd", numbered())
    with library_of(tmp_path) as library:
        (node,) = library.load(page(image("a.nrrd"))).nodes
        held = node.GetImageData()
    del node, library
    np.testing.assert_array_equal(voxels_of(held), numbered())


def test_a_request_can_be_awaited_by_looking(tmp_path):
    write_nrrd(tmp_path / "a.nrrd", numbered())
    write_nrrd(tmp_path / "b.nrrd", numbered())
    with library_of(tmp_path) as library:
        request = library.request(page(image("a.nrrd"), image("b.nrrd", id="B"), image("a.nrrd")))
        assert request.total == 2
        loaded = library.finish(request)
        assert request.is_ready and request.done == 2
        assert [node.GetName() for node in loaded.nodes] == ["MR", "B", "MR"]


def test_progress_counts_files(tmp_path):
    write_nrrd(tmp_path / "a.nrrd", numbered())
    write_nrrd(tmp_path / "b.nrrd", numbered())
    seen = []
    with library_of(tmp_path) as library:
        images = (image("a.nrrd"), image("b.nrrd", id="B"), image("missing.nrrd", id="C"))
        library.load(page(*images), lambda done, total: seen.append((done, total)))
    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_a_cancelled_request_leaves_the_library_usable(tmp_path):
    for name in "abcdef":
        write_nrrd(tmp_path / f"{name}.nrrd", numbered())
    with library_of(tmp_path, workers=1) as library:
        request = library.request(page(*(image(f"{name}.nrrd", id=name) for name in "abcdef")))
        request.cancel()
        assert len(library.finish(request).nodes) == 6
        (node,) = library.load(page(image("a.nrrd"), number=2)).nodes
        assert node is not None
