"""Published files of other projects load with the size, spacing and regions that their headers state.

The numbers of the tables were read from the headers by eye. The files are beside the repository, in
shared/data; without them these tests are skipped.
"""

import gzip
import re
import struct
from typing import Any

import numpy as np
import pytest
from image_pages import ijk_to_ras, label_image_of, load_one, segments_of, voxels_of
from QuizLoaderLib.quiz.model import ImageType
from sample_data import SAMPLE_DATA as DATA
from sample_data import needs_sample_data

VOLUMES = {
    # file: (columns, rows, slices), spacing in mm, signs of the axes' directions in RAS, type
    "TinyPatient/TinyPatient_CT.nrrd": ((10, 10, 10), (49, 49, 23), (-1, -1, 1), "int32"),
    "slicerio_data/CTChest4.nrrd": ((128, 128, 34), (3.046876, 3.046876, 10), (1, 1, 1), "int32"),
    "pyradiomics/brain1_image.nrrd": ((256, 256, 25), (0.78125, 0.78125, 6.5), (-1, 1, 1), "int16"),
    "pyradiomics/brain2_image.nrrd": ((256, 256, 23), (0.78125, 0.78125, 6.5), (-1, 1, 1), "int16"),
    "pyradiomics/breast1_image.nrrd": ((45, 120, 21), (0.664062, 0.664062, 2.1), (-1, -1, 1), "int16"),
    "pyradiomics/prostate_phantom_subvolume.nrrd": ((82, 67, 13), (0.5, 0.5, 3), (1, 1, 1), "uint16"),
    "totalseg_examples/example_ct_sm.nii.gz": ((122, 101, 30), (3, 3, 3), (1, 1, 1), "int16"),
    "totalseg_examples/example_mr_sm.nii.gz": ((117, 91, 20), (3, 3, 3), (-1, -1, 1), "int16"),
    "nibabel/anatomical.nii": ((33, 41, 25), (2, 2, 2), (-1, 1, 1), "int16"),
}
CT = (512, 512, 3), (0.810547, 0.810547, 1), (-1, -1, 1)
SMALL_CT = (24, 38, 3), (0.7, 0.7, 2.5), (-1, -1, 1)
# fmt: off
ORGANS = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 18, 19, 20, 30, 31, 32, 33, 52, 63, 64, 79, 86, 87, 88, 89, 98,
    99, 100, 101, 102, 103, 110, 111, 112, 113, 114, 115, 117,
]
# fmt: on
LABEL_MAPS = {
    # file: size, spacing, signs, label values
    "dcmqi_segmentations/24x38x3/nrrd/label.nrrd": (*SMALL_CT, [1]),
    "dcmqi_segmentations/heart_seg.nrrd": (*CT, [3]),
    "dcmqi_segmentations/liver_seg.nrrd": (*CT, [1]),
    "dcmqi_segmentations/liver_spine_gapped_seg.nrrd": (*CT, [1, 5]),
    "dcmqi_segmentations/liver_spine_seg.nrrd": (*CT, [1, 2]),
    "dcmqi_segmentations/partial_overlaps-1.nrrd": (*CT, [1, 4, 5]),
    "dcmqi_segmentations/partial_overlaps-2.nrrd": (*CT, [2]),
    "dcmqi_segmentations/partial_overlaps-3.nrrd": (*CT, [3]),
    "dcmqi_segmentations/sparse_labelmap_noppv_seg.nrrd": (*SMALL_CT, [1]),
    "dcmqi_segmentations/sparse_labelmap_ppv5_seg.nrrd": (*SMALL_CT, [1, 5]),
    "dcmqi_segmentations/spine_seg.nrrd": (*CT, [2]),
    "dcmqi_segmentations/spine_seg_label5.nrrd": (*CT, [5]),
    "pyradiomics/brain1_label.nrrd": ((256, 256, 25), (0.78125, 0.78125, 6.5), (-1, 1, 1), [1]),
    "pyradiomics/brain2_label.nrrd": ((256, 256, 23), (0.78125, 0.78125, 6.5), (-1, 1, 1), [1]),
    "pyradiomics/breast1_label.nrrd": ((45, 120, 21), (0.664062, 0.664062, 2.1), (-1, -1, 1), [1]),
    "pyradiomics/lung1_label.nrrd": ((512, 512, 48), (0.570312, 0.570312, 5), (-1, -1, 1), [1]),
    "pyradiomics/prostate_phantom_subvolume-label.nrrd": (
        (82, 67, 13),
        (0.5, 0.5, 3),
        (1, 1, 1),
        [1, 7, 8, 9],
    ),
    "totalseg_examples/example_seg.nii.gz": ((122, 101, 30), (3, 3, 3), (1, 1, 1), ORGANS),
}
CHEST = (128, 128, 34), (3.046876, 3.046876, 10), (0, 0, 0)
CHEST_SEGMENTS = [
    ("Segment_1", "ribs", (0.992157, 0.909804, 0.619608), 0, 1),
    ("Segment_2", "cervical vertebral column", (1, 1, 0.811765), 0, 2),
    ("Segment_3", "thoracic vertebral column", (0.886275, 0.792157, 0.52549), 0, 3),
    ("Segment_4", "lumbar vertebral column", (0.831373, 0.737255, 0.4), 0, 4),
    ("Segment_5", "right lung", (0.0862745, 0.772549, 0.278431), 0, 5),
    ("Segment_6", "left lung", (0.772549, 0.0980392, 0.388235), 0, 6),
    ("Segment_7", "tissue", (0.501961, 0.682353, 0.501961), 0, 7),
]
SPHERE = "2.25.256098691398322583637751658535111585949"
SEGMENTATIONS: dict[str, Any] = {
    # file: size, spacing, extent offset, (ID, name, colour, layer, label value) of each segment
    "TinyPatient/TinyPatient_Segments.seg.nrrd": (
        (7, 7, 9),
        (49, 49, 23),
        (2, 3, 0),
        [
            ("Body_Contour", "Body_Contour", (0.333333, 0.666667, 0), 0, 1),
            ("Tumor_Contour", "Tumor_Contour", (1, 0, 0), 1, 1),
        ],
    ),
    "slicerio_data/Segmentation.seg.nrrd": (*CHEST, CHEST_SEGMENTS),
    "slicerio_data/SegmentationOverlapping.seg.nrrd": (
        *CHEST,
        [*CHEST_SEGMENTS, (SPHERE, "overlapping sphere", (0.862745, 0.960784, 0.0784314), 1, 1)],
    ),
}
SEQUENCES = {
    "nibabel/example4d.nii.gz": ((128, 96, 24), (2, 2, 2.2), 2),
    "nibabel/functional.nii": ((17, 21, 3), (4, 4, 8), 20),
}
NRRD_TYPES = {"short": "i2", "unsigned short": "u2", "int": "i4", "unsigned char": "u1"}
needs = needs_sample_data(".")


def voxels_by_hand(path, size):
    """The voxels as the format's definition has them, with nothing but gzip and a byte order."""
    if path.name.endswith(".nrrd"):
        header, _, data = path.read_bytes().partition(b"\n\n")
        (name,) = [line[6:] for line in header.decode().splitlines() if line.startswith("type: ")]
        layers = 2 if b"dimension: 4" in header else 1
        shape = size[::-1] if layers == 1 else (*size[::-1], layers)
        return np.frombuffer(gzip.decompress(data), "<" + NRRD_TYPES[name]).reshape(shape)
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    order = "<" if data[0] == 92 else ">"
    (code,) = struct.unpack_from(order + "h", data, 70)
    (offset,) = struct.unpack_from(order + "f", data, 108)
    return np.frombuffer(data, order + {4: "i2", 2: "u1"}[code], np.prod(size), int(offset)).reshape(
        size[::-1]
    )


def assert_place(node, size, spacing, signs):
    assert node.GetImageData().GetDimensions() == size
    assert node.GetSpacing() == pytest.approx(spacing, abs=1e-6)
    np.testing.assert_allclose(ijk_to_ras(node)[:3, :3], np.diag(np.multiply(spacing, signs)), atol=1e-6)


@needs
def test_no_file_is_forgotten():
    images = (path for path in DATA.rglob("*") if path.name.endswith((".nrrd", ".nii", ".nii.gz")))
    assert {path.relative_to(DATA).as_posix() for path in images} == {
        *VOLUMES,
        *LABEL_MAPS,
        *SEGMENTATIONS,
        *SEQUENCES,
    }


@needs
@pytest.mark.parametrize("name", VOLUMES)
def test_volume(name):
    size, spacing, signs, dtype = VOLUMES[name]
    node, problems, library = load_one(DATA, name)
    assert problems == []
    assert_place(node, size, spacing, signs)
    assert voxels_of(node.GetImageData()).dtype == np.dtype(dtype)
    np.testing.assert_array_equal(voxels_of(node.GetImageData()), voxels_by_hand(DATA / name, size))
    library.close()


@needs
@pytest.mark.parametrize("name", LABEL_MAPS)
def test_label_map_and_the_same_as_segmentation(name):
    size, spacing, signs, values = LABEL_MAPS[name]
    by_hand = voxels_by_hand(DATA / name, size)
    assert [value for value in np.unique(by_hand) if value] == values
    node, problems, library = load_one(DATA, name, ImageType.LABEL_MAP)
    assert problems == []
    assert_place(node, size, spacing, signs)
    np.testing.assert_array_equal(voxels_of(node.GetImageData()), by_hand)
    library.close()
    node, problems, library = load_one(DATA, name, ImageType.SEGMENTATION)
    assert problems == []
    names = names_in_header(DATA / name)
    assert segments_of(node) == [
        (f"Segment_{value}", names.get(value, f"Segment_{value}")) for value in values
    ]
    library.close()


def names_in_header(path):
    """{value: name} of a label image of NIfTI that has a table of the Connectome Workbench in its header."""
    if not path.name.endswith(".nii.gz"):
        return {}
    data = gzip.decompress(path.read_bytes())
    extension = data[348 : int(struct.unpack_from("<f", data, 108)[0])]
    labels = re.findall(rb'<Label Key="(\d+)"[^>]*><!\[CDATA\[(.*?)\]\]>', extension)
    return {int(value): name.decode() for value, name in labels}


@needs
@pytest.mark.parametrize("name", SEGMENTATIONS)
def test_segmentation(name):
    size, spacing, offset, segments = SEGMENTATIONS[name]
    by_hand = voxels_by_hand(DATA / name, size)
    node, problems, library = load_one(DATA, name, ImageType.SEGMENTATION)
    assert problems == []
    assert segments_of(node) == [(id, title) for id, title, _, _, _ in segments]
    for id, _, color, layer, value in segments:
        segment = node.GetSegmentation().GetSegment(id)
        assert segment.GetColor() == pytest.approx(color, abs=1e-6)
        labels = label_image_of(node, id)
        assert labels.GetDimensions() == size
        assert labels.GetSpacing() == pytest.approx(spacing, abs=1e-6)
        assert labels.GetExtent()[::2] == offset
        wanted = (by_hand if by_hand.ndim == 3 else by_hand[..., layer]) == value
        np.testing.assert_array_equal(voxels_of(labels) == segment.GetLabelValue(), wanted)
    library.close()


@needs
@pytest.mark.parametrize("name", SEQUENCES)
def test_time_points(name):
    size, spacing, frames = SEQUENCES[name]
    node, problems, library = load_one(DATA, name, ImageType.VOLUME_SEQUENCE)
    assert [problem for problem in problems if problem.is_error] == []
    assert node.GetImageData().GetDimensions() == size
    assert node.GetSpacing() == pytest.approx(spacing, abs=1e-5)
    library.close()
    node, (problem,), library = load_one(DATA, name)
    assert node is None
    assert f"{frames} frames" in problem.sentence
    library.close()
