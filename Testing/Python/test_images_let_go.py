"""What a closed library leaves in memory: nothing, also where Python does not look for circles."""

import gc
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from dicom_made import MadeRoi, Placement, write_series, write_structure_set
from image_files import write_meta_image, write_nifti, write_nrrd
from image_pages import image, library_of, page
from PIL import Image as Picture
from QuizLoaderLib.images.loading.voxel_store import VoxelStore
from QuizLoaderLib.quiz.model import ImageType

SHAPE = (30, 128, 128)
ONE = 30 * 128 * 128 * 2
"""The bytes of one file's voxels, but for the picture's and the sequence's, which are more."""
VOLUME, LABELS, SEGMENTS = ImageType.VOLUME, ImageType.LABEL_MAP, ImageType.SEGMENTATION
CT = image("ct", dicom_read=True)

SHOWN = {
    "nrrd": [image("a.nrrd")],
    "nifti": [image("a.nii.gz")],
    "metaimage": [image("a.mha")],
    "label map": [image("a.nrrd"), image("a.nrrd", LABELS)],
    "segmentation": [image("a.nrrd", SEGMENTS)],
    "sequence": [image("4d.nii", ImageType.VOLUME_SEQUENCE)],
    "picture": [image("a.png", ImageType.VECTOR)],
    "structure set": [CT, image("rois.dcm", ImageType.RT_STRUCT, dicom_read=True)],
}
FAILING = {
    "no file": image("missing.nrrd"),
    "no folder": image("missing/a.nrrd"),
    "empty": image("empty.nrrd"),
    "cut": image("cut.nrrd"),
    "fractions": image("fractions.nrrd", LABELS),
    "no DICOM": image("no.dcm", dicom_read=True),
    "no structure set": image("no.dcm", ImageType.RT_STRUCT, dicom_read=True),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    labels = np.zeros(SHAPE, np.int16)
    labels[10:20, 30:90, 30:90] = 3
    write_nrrd(folder / "a.nrrd", labels)
    write_nifti(folder / "a.nii.gz", labels)
    write_meta_image(folder / "a.mha", labels)
    write_nifti(folder / "4d.nii", np.stack([labels] * 3))
    Picture.new("RGB", (800, 600), (20, 40, 160)).save(folder / "a.png")
    write_series(folder / "ct", labels, Placement(tuple(2.0 * k for k in range(30))))
    square = np.array([(5, 5, 4), (40, 5, 4), (40, 40, 4), (5, 40, 4)], float)
    write_structure_set(folder / "rois.dcm", [MadeRoi("Liver", (square,))])
    (folder / "empty.nrrd").write_bytes(b"")
    (folder / "cut.nrrd").write_bytes((folder / "a.nrrd").read_bytes()[: ONE // 2])
    write_nrrd(folder / "fractions.nrrd", labels * 0.5)
    (folder / "no.dcm").write_bytes(bytes(128) + b"DICM" + b"x" * 500)
    return folder


def bytes_left(open_and_close):
    """What the second time leaves in memory: the first time takes what stays, modules and tables."""
    open_and_close()
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        open_and_close()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.enable()


@pytest.mark.parametrize("kind", SHOWN)
def test_images_that_were_shown(folder, kind):
    def open_and_close():
        with library_of(folder) as library:
            assert library.load(page(*SHOWN[kind])).problems == []
            assert library.byte_size >= 0.5 * ONE

    assert bytes_left(open_and_close) < 0.1 * ONE


@pytest.mark.parametrize("kind", FAILING)
def test_images_beside_one_that_fails(folder, kind):
    def open_and_close():
        with library_of(folder) as library:
            loaded = library.load(page(CT, FAILING[kind]))
            assert [node is None for node in loaded.nodes] == [False, True]

    assert bytes_left(open_and_close) < 0.1 * ONE


def test_images_that_were_read_ahead_and_found_no_room(folder):
    def open_and_close():
        with library_of(folder, budget=ONE) as library:
            library.load(page(image("a.nrrd")))
            ahead = library.read_ahead(page(CT, image("a.mha"), number=2))
            assert [ahead.outcome(number)[0] for number in range(2)] == [None, None]

    assert bytes_left(open_and_close) < 0.1 * ONE


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the mapping as Linux tells it")
def test_images_that_readers_share(folder, tmp_path):
    mapped: list[bool] = []

    def open_and_close():
        with library_of(folder, store=VoxelStore(tmp_path)) as library:
            library.load(page(image("a.nrrd"), FAILING["cut"]))
            assert str(tmp_path) in maps.read_text(encoding="utf-8")
        mapped.append(str(tmp_path) in maps.read_text(encoding="utf-8"))

    maps = Path("/proc/self/maps")
    assert bytes_left(open_and_close) < 0.1 * ONE
    assert mapped == [False, False]
