"""DICOM SEG as a segmentation: binary, overlapping, fractional, label map."""

import math
from pathlib import Path

import numpy as np
import pydicom
import pytest
from dicom_made import Placement, save, write_segmentation, write_series
from dicom_packed import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    JPEG_2000,
    JPEG_LS,
    RLE,
    runs,
    write_packed,
)
from image_pages import image, library_of, page
from pydicom.encaps import encapsulate
from QuizLoaderLib.images.arrays import SegmentationArrays
from QuizLoaderLib.images.dicom.headers import DICOM_DAMAGED, read_header
from QuizLoaderLib.images.dicom.segmentation import (
    FRACTIONAL,
    NOT_A_SEGMENTATION,
    NOT_ONE_STACK,
    SEGMENTATION_WITHOUT_POSITION,
    read_dicom_seg,
    segment_names_of,
)
from QuizLoaderLib.images.dicom.stack import SLICES_UNEVEN
from QuizLoaderLib.images.errors import ImageReadError
from QuizLoaderLib.images.structure_set.reference import OTHER_FRAME
from QuizLoaderLib.quiz.model import ImageType, Layer

PLACEMENT = Placement((0.0, 2.0, 4.0, 6.0), (0.5, 0.75), (-3.0, 4.0, 10.0))


def plane(first: int, last: int) -> np.ndarray:
    """7 x 5 pixels, so that frames of bits do not begin on whole bytes."""
    values = np.zeros((7, 5))
    values[first : last + 1, 1:4] = 1
    return values


def mask_of(arrays: SegmentationArrays, index: int) -> np.ndarray:
    segment = arrays.segments[index]
    return arrays.layers[segment.layer] == segment.value


def test_overlapping_segments_with_a_slice_between_them_empty(tmp_path: Path) -> None:
    frames = np.stack([plane(0, 3), plane(2, 5), plane(1, 1)])
    positions = [PLACEMENT.position(k) for k in (3, 3, 0)]
    dense = write_segmentation(
        tmp_path / "dense",
        np.stack([*frames, plane(6, 6)]),
        [1, 2, 1, 2],
        [*positions, PLACEMENT.position(1)],
        PLACEMENT,
        names=("Liver", "Lesion"),
    )
    arrays = read_dicom_seg(dense)
    assert len(arrays.layers) == 2
    liver, lesion = mask_of(arrays, 0), mask_of(arrays, 1)
    assert np.array_equal(liver, np.stack([plane(1, 1), plane(9, 9), plane(9, 9), plane(0, 3)]) > 0)
    assert np.array_equal(lesion, np.stack([plane(9, 9), plane(6, 6), plane(9, 9), plane(2, 5)]) > 0)
    assert arrays.ijk_to_ras.tolist() == [[-0.5, 0, 0, 3], [0, -0.75, 0, -4], [0, 0, 2, 10], [0, 0, 0, 1]]


def test_slices_lie_as_far_apart_as_the_file_says_and_others_are_empty(tmp_path: Path) -> None:
    frames = np.stack([plane(0, 3), plane(2, 5)])
    positions = [np.array([0.0, 0.0, 0.0]), np.array([0.0, 0.0, 6.0])]
    path = write_segmentation(tmp_path / "seg", frames, [1, 1], positions, PLACEMENT)
    dataset = pydicom.dcmread(path)
    measures = dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    measures.SpacingBetweenSlices = 2.0
    arrays = read_dicom_seg(save(dataset, tmp_path / "stated"))
    assert arrays.problems == ()
    assert arrays.ijk_to_ras[2, 2] == 2
    assert np.array_equal(
        mask_of(arrays, 0), np.stack([plane(0, 3), plane(9, 9), plane(9, 9), plane(2, 5)]) > 0
    )


def test_frames_on_no_regular_grid_show_on_the_slices_they_are_nearest_to(tmp_path: Path) -> None:
    frames = np.stack([plane(0, 3), plane(2, 5), plane(1, 1)])
    positions = [np.array([0.0, 0.0, z]) for z in (0.0, 2.0, 5.0)]
    arrays = read_dicom_seg(write_segmentation(tmp_path / "seg", frames, [1] * 3, positions, PLACEMENT))
    assert [problem.code for problem in arrays.problems] == [SLICES_UNEVEN]
    assert arrays.ijk_to_ras[2, 2] == 2
    assert np.array_equal(mask_of(arrays, 0), frames > 0)


def test_names_colours_and_terminology(tmp_path: Path) -> None:
    path = write_segmentation(
        tmp_path / "seg", plane(0, 3)[np.newaxis], [1], [PLACEMENT.position(0)], PLACEMENT
    )
    (segment,) = read_dicom_seg(path).segments
    assert (segment.name, segment.id) == ("Liver", "Segment_1")
    assert segment.color is not None
    assert [round(value * 255) for value in segment.color] == [221, 130, 101]
    assert segment.tags["TerminologyEntry"] == (
        "Segmentation category and type - DICOM master list~SCT^85756007^Tissue~SCT^10200004^Liver~^^"
        "~Anatomic codes - DICOM master list~^^~^^"
    )
    assert segment_names_of(read_header(path)) == ["Liver"]


@pytest.mark.parametrize("components", [[math.nan] * 3, [1e308, 0, 0], [-1.0, 2, 3], [1.0], []])
def test_a_colour_that_is_none_is_no_colour(tmp_path: Path, components: list[float]) -> None:
    """Of a file that holds it as another kind of number than the standard has."""
    path = write_segmentation(
        tmp_path / "seg", plane(0, 3)[np.newaxis], [1], [PLACEMENT.position(0)], PLACEMENT
    )
    dataset = pydicom.dcmread(path)
    dataset.SegmentSequence[0].add_new(0x0062000D, "FD", components)
    dataset.save_as(path)
    (segment,) = read_dicom_seg(path).segments
    assert segment.color is None


def test_a_fractional_one_shows_from_a_half_on_and_says_so(tmp_path: Path) -> None:
    values = np.array([[[0, 99, 100, 200]]])
    path = write_segmentation(
        tmp_path / "seg", values, [1], [PLACEMENT.position(0)], PLACEMENT, kind="FRACTIONAL"
    )
    arrays = read_dicom_seg(path)
    assert mask_of(arrays, 0).tolist() == [[[False, False, True, True]]]
    assert [problem.code for problem in arrays.problems] == [FRACTIONAL]


def test_a_label_map_gives_its_values_to_the_segments_and_drops_unlisted_ones(tmp_path: Path) -> None:
    values = np.array([[[0, 1, 2, 5]], [[2, 2, 0, 1]]])
    path = write_segmentation(
        tmp_path / "seg",
        values,
        [1, 1],
        [PLACEMENT.position(1), PLACEMENT.position(0)],
        PLACEMENT,
        kind="LABELMAP",
        names=("Liver", "Spleen"),
    )
    arrays = read_dicom_seg(path)
    assert mask_of(arrays, 0).tolist() == [[[False, False, False, True]], [[False, True, False, False]]]
    assert mask_of(arrays, 1).tolist() == [[[True, True, False, False]], [[False, False, True, False]]]


def test_what_cannot_be_shown_is_named(tmp_path: Path) -> None:
    (series,) = write_series(tmp_path, np.ones((1, 4, 4), np.int16), Placement((0.0,)))
    nowhere = write_segmentation(
        tmp_path / "nowhere",
        plane(0, 3)[np.newaxis],
        [1],
        [PLACEMENT.position(0)],
        PLACEMENT,
        has_place=False,
    )
    tiles = write_segmentation(
        tmp_path / "tiles",
        np.stack([plane(0, 3)] * 2),
        [1, 1],
        [np.zeros(3), np.array([30.0, 0, 0])],
        PLACEMENT,
    )
    cine = write_segmentation(
        tmp_path / "cine", np.stack([plane(0, 3), plane(1, 4)]), [1, 1], [np.zeros(3)] * 2, PLACEMENT
    )
    positions = [PLACEMENT.position(k) for k in range(4)]
    cut = write_segmentation(tmp_path / "cut", np.ones((4, 40, 40)), [1] * 4, positions, PLACEMENT)
    cut.write_bytes(cut.read_bytes()[:-500])
    for path, code in (
        (series, NOT_A_SEGMENTATION),
        (nowhere, SEGMENTATION_WITHOUT_POSITION),
        (tiles, NOT_ONE_STACK),
        (cine, NOT_ONE_STACK),
        (cut, DICOM_DAMAGED),
    ):
        with pytest.raises(ImageReadError) as caught:
            read_dicom_seg(path)
        assert caught.value.problem.code == code
        assert f"“{path.name}”" in caught.value.problem.sentence


@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL", "LABELMAP"])
@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG_ENDIAN, DEFLATED, RLE, JPEG_LS, JPEG_2000])
def test_a_segmentation_is_the_same_in_every_transfer_syntax(kind: str, syntax: str, tmp_path: Path) -> None:
    """Bits are packed a frame for itself where frames are compressed, and only run lengths can have them."""
    is_bits = kind == "BINARY"
    frames = np.stack([plane(0, 3), plane(2, 5), plane(1, 1)])
    positions = [PLACEMENT.position(k) for k in range(3)]
    plain = write_segmentation(tmp_path / "plain", frames, [1] * 3, positions, PLACEMENT, kind)
    read = pydicom.dcmread(plain)
    # As one that was never written, so that it can be in any order of bytes.
    dataset = pydicom.Dataset.from_json(read.to_json())
    dataset.file_meta = read.file_meta
    stored = (frames * (200 if kind == "FRACTIONAL" else 1)).astype(np.uint8)
    if not is_bits or syntax in (JPEG_LS, JPEG_2000):
        dataset.BitsAllocated = dataset.BitsStored = 8
        dataset.HighBit = 7
        path = write_packed(dataset, tmp_path / "packed", syntax, stored)
    elif syntax == RLE:
        packed = [np.packbits(frame.ravel(), bitorder="little") for frame in stored]
        dataset.PixelData = encapsulate([runs(one[np.newaxis]) for one in packed])
        dataset.file_meta.TransferSyntaxUID = RLE
        dataset["PixelData"].is_undefined_length = True
        path = save(dataset, tmp_path / "packed")
    else:
        raw = np.packbits(stored.ravel(), bitorder="little")
        path = write_packed(dataset, tmp_path / "packed", syntax, raw)
    expected = np.stack([plane(0, 3), plane(2, 5), plane(1, 1)]) > 0
    assert np.array_equal(mask_of(read_dicom_seg(path), 0), expected)


def test_on_a_page_it_is_not_shown_over_an_image_of_another_frame_of_reference(tmp_path: Path) -> None:
    nothing = np.zeros((4, 7, 5), np.int16)
    write_series(tmp_path / "own", nothing, PLACEMENT)
    write_series(tmp_path / "other", nothing, PLACEMENT, series="1.9.9", FrameOfReferenceUID="1.7")
    position = [PLACEMENT.position(1)]
    write_segmentation(tmp_path / "seg", plane(0, 3)[np.newaxis], [1], position, PLACEMENT)
    write_segmentation(tmp_path / "named", plane(0, 3)[np.newaxis], [1], position, PLACEMENT, series="1.9.9")
    with library_of(tmp_path) as library:
        for folder, name, codes in (
            ("own", "seg", []),
            ("other", "seg", [OTHER_FRAME]),
            ("other", "named", []),
        ):
            images = (
                image(folder, id="CT", dicom_read=True),
                image(name, ImageType.SEGMENTATION, id="SEG", layer=Layer.SEGMENTATION),
            )
            loaded = library.load(page(*images))
            assert [problem.code for problem in loaded.problems] == codes
            assert (loaded.nodes[1] is None) == bool(codes)
