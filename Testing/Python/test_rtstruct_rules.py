"""What a structure set means: holes, unions, boundaries, planes, and on which volume it is shown."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from dicom_made import FRAME_OF_REFERENCE, SERIES, MadeRoi, save, write_structure_set
from pydicom import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from QuizLoaderLib.images.arrays import DicomIdentity, PageVolume, SegmentationArrays, VolumeArrays
from QuizLoaderLib.images.contours.fill import Boundary
from QuizLoaderLib.images.dicom.headers import items_of
from QuizLoaderLib.images.errors import ImageReadError
from QuizLoaderLib.images.structure_set import file as rtstruct_file
from QuizLoaderLib.images.structure_set.drawn_regions import draw_regions
from QuizLoaderLib.images.structure_set.file import read_structure_set
from QuizLoaderLib.images.structure_set.problems import BETWEEN_SLICES, CONTOURS_UNITED, ROI_NAMES_ALIKE
from QuizLoaderLib.images.structure_set.reference import NO_VOLUME, OTHER_FRAME, UNKNOWN_FRAME
from QuizLoaderLib.images.types import structure_set
from QuizLoaderLib.images.types.type_module import ReadContext


def volume(
    shape: tuple[int, int, int] = (4, 24, 30), series: str = SERIES, frame: str = FRAME_OF_REFERENCE
) -> VolumeArrays:
    """1 mm voxels, slices 2 mm apart, voxel (0, 0, 0) at the origin."""
    matrix = np.diag([-1.0, -1.0, 2.0, 1.0])
    return VolumeArrays(np.zeros(shape, np.int16), matrix, DicomIdentity(series, frame))


def square(
    low: float, high: float, z: float = 2.0, low_y: float | None = None, high_y: float | None = None
) -> np.ndarray:
    bottom, top = low if low_y is None else low_y, high if high_y is None else high_y
    return np.array([[low, bottom, z], [high, bottom, z], [high, top, z], [low, top, z]])


def shown(path: Path, on: VolumeArrays | None = None, **options: Any) -> SegmentationArrays:
    there = on or volume()
    return draw_regions(read_structure_set(path), [PageVolume("ct", there)], **options).segmentation()


def mask_of(arrays: SegmentationArrays, index: int = 0) -> np.ndarray:
    segment = arrays.segments[index]
    return arrays.layers[segment.layer] == segment.value


def codes_of(arrays: SegmentationArrays) -> list[str]:
    return [problem.code for problem in arrays.problems]


def expected(*boxes: tuple[int, int, bool]) -> np.ndarray:
    """(rows, columns) after painting squares of voxels first..last in turn."""
    plane = np.zeros((24, 30), bool)
    for first, last, value in boxes:
        plane[first : last + 1, first : last + 1] = value
    return plane


def test_a_contour_within_another_is_a_hole_and_within_that_an_island(tmp_path: Path) -> None:
    nested = [square(1.5, 20.5), square(8.5, 12.5), square(4.5, 16.5)]
    for kind in ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR"):
        arrays = shown(write_structure_set(tmp_path / kind, [MadeRoi("A", nested, kind=kind)]))
        assert np.array_equal(mask_of(arrays)[1], expected((2, 20, True), (5, 16, False), (9, 12, True)))
        assert not mask_of(arrays)[[0, 2, 3]].any()
        assert codes_of(arrays) == []


def test_contours_that_overlap_in_part_are_united_unless_they_say_xor(tmp_path: Path) -> None:
    two = [square(1.5, 10.5), square(5.5, 15.5)]
    united = shown(write_structure_set(tmp_path / "or", [MadeRoi("A", two)]))
    assert np.array_equal(mask_of(united)[1], expected((2, 10, True), (6, 15, True)))
    assert codes_of(united) == [CONTOURS_UNITED]
    exclusive = shown(write_structure_set(tmp_path / "xor", [MadeRoi("A", two, kind="CLOSEDPLANAR_XOR")]))
    assert np.array_equal(mask_of(exclusive)[1], expected((2, 10, True)) ^ expected((6, 15, True)))
    assert codes_of(exclusive) == []


def test_a_hole_in_united_contours_is_a_hole_and_a_contour_drawn_twice_is_one(tmp_path: Path) -> None:
    contours = [square(1.5, 14.5), square(4.5, 20.5), square(6.5, 9.5), square(1.5, 14.5)]
    arrays = shown(write_structure_set(tmp_path / "rt", [MadeRoi("A", contours)]))
    assert np.array_equal(mask_of(arrays)[1], expected((2, 14, True), (5, 20, True), (7, 9, False)))


def test_contours_that_touch_share_no_voxel_and_leave_no_gap(tmp_path: Path) -> None:
    left, right = square(1.0, 10.0, low_y=2.5, high_y=8.5), square(10.0, 20.0, low_y=2.5, high_y=8.5)
    arrays = shown(
        write_structure_set(tmp_path / "rt", [MadeRoi("A", [left, right])]), boundary=Boundary.CENTER_INSIDE
    )
    plane = mask_of(arrays)[1]
    assert plane[5].sum() == 19
    assert codes_of(arrays) == []


def traced(mask: np.ndarray) -> list[np.ndarray]:
    """The contour through the centres of the outermost voxels of a row-convex mask, as a tracer draws it."""
    rows = np.flatnonzero(mask.any(axis=1))
    first = [int(np.flatnonzero(mask[row])[0]) for row in rows]
    last = [int(np.flatnonzero(mask[row])[-1]) for row in rows]
    path = [(column, row) for column, row in zip(first, rows, strict=True)]
    path += [(column, row) for column, row in zip(last[::-1], rows[::-1], strict=True)]
    return [np.array([(column, row, 2.0) for column, row in path], float)]


def test_vertices_on_voxel_centres_give_back_every_voxel(tmp_path: Path) -> None:
    v, u = np.mgrid[:24, :30]
    masks = {
        "disc": (u - 13) ** 2 + (v - 11) ** 2 <= 64,
        "box": (abs(u - 12) < 6) & (abs(v - 9) < 4),
        "line": (v == 7) & (u > 3) & (u < 12),
        "voxel": (v == 3) & (u == 8),
        "diagonal": (u == v) & (u > 2) & (u < 20),
    }
    path = write_structure_set(tmp_path / "rt", [MadeRoi(name, traced(mask)) for name, mask in masks.items()])
    arrays = shown(path)
    for index, (name, mask) in enumerate(masks.items()):
        assert np.array_equal(mask_of(arrays, index)[1], mask), name
        assert arrays.segments[index].tags["QuizLoader.Boundary"] == Boundary.VERTICES_ON_CENTERS.value
    assert codes_of(arrays) == []


def test_a_hole_traced_through_voxel_centres_keeps_its_edge(tmp_path: Path) -> None:
    ring = [square(2, 20), square(7, 15)]
    arrays = shown(write_structure_set(tmp_path / "rt", [MadeRoi("ring", ring)]))
    assert np.array_equal(mask_of(arrays)[1], expected((2, 20, True), (8, 14, False)))


def test_the_boundary_rule_can_be_chosen(tmp_path: Path) -> None:
    path = write_structure_set(tmp_path / "rt", [MadeRoi("A", [square(2, 10)])])
    assert mask_of(shown(path)).sum() == 81
    assert mask_of(shown(path, boundary=Boundary.CENTER_INSIDE)).sum() == 64


def test_of_several_contour_planes_at_a_slice_the_nearest_counts(tmp_path: Path) -> None:
    contours = [
        square(1.5, 20.5, 1.4),
        square(3.5, 15.5, 2.1),
        square(8.5, 10.5, 2.12),
        square(1.5, 6.5, 2.8),
    ]
    arrays = shown(write_structure_set(tmp_path / "rt", [MadeRoi("A", contours)]))
    assert np.array_equal(mask_of(arrays)[1], expected((4, 15, True), (9, 10, False)))
    assert codes_of(arrays) == [BETWEEN_SLICES]
    assert "2 of “A”" in arrays.problems[0].sentence


def test_names_colours_numbers_and_empty_rois_are_kept(tmp_path: Path) -> None:
    rois = [
        MadeRoi("Prostata é", [square(2.5, 9.5)], 7, (0, 128, 255)),
        MadeRoi("Empty", [], 3, None),
        MadeRoi("Prostata é", [square(4.5, 6.5)], 9, (255, 0, 0)),
    ]
    path = write_structure_set(tmp_path / "rt", rois)
    arrays = shown(path)
    assert [(one.name, one.id) for one in arrays.segments] == [
        ("Prostata é", "ROI_7"),
        ("Empty", "ROI_3"),
        ("Prostata é", "ROI_9"),
    ]
    assert arrays.segments[0].color == pytest.approx((0, 128 / 255, 1))
    assert arrays.segments[1].color is None
    assert [int(mask_of(arrays, index).sum()) for index in range(3)] == [49, 0, 4]
    assert codes_of(arrays) == [ROI_NAMES_ALIKE]
    counts = [(one.number, one.polygon_count) for one in read_structure_set(path).rois]
    assert counts == [(7, 1), (3, 0), (9, 1)]


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
@pytest.mark.parametrize("has_lengths", [True, False], ids=["lengths", "delimiters"])
def test_contours_are_the_same_in_every_encoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, syntax: str, has_lengths: bool
) -> None:
    """Where sequences and items have lengths, pydicom is not asked."""
    by_pydicom = []

    def items_by_pydicom(dataset: Dataset, name: str) -> Sequence[Dataset]:
        by_pydicom.append(name)
        return items_of(dataset, name)

    monkeypatch.setattr(rtstruct_file, "items_of", items_by_pydicom)
    contours = [square(1.5, 14.5), square(4.5, 9.5, 1)]
    path = write_structure_set(tmp_path / "rt", [MadeRoi("A", contours), MadeRoi("B", contours[:1])])
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = syntax
    for roi in dataset.ROIContourSequence:
        roi["ContourSequence"].is_undefined_length = not has_lengths
        for contour in roi.ContourSequence:
            contour.is_undefined_length_sequence_item = not has_lengths
            contour.ContourData = [str(value) for value in contour.ContourData]
            image = Dataset()
            image.ReferencedSOPInstanceUID = "1.2.3"
            contour.ContourImageSequence = pydicom.Sequence([image])
            contour["ContourImageSequence"].is_undefined_length = not has_lengths
    found = read_structure_set(save(dataset, tmp_path / "again"))

    assert ("ContourSequence" in by_pydicom) == (not has_lengths)
    for roi, drawn in zip(found.rois, (contours, contours[:1]), strict=True):
        assert roi.faults == {}
        assert len(roi.polygons) == roi.polygon_count == len(drawn)
        for polygon, points in zip(roi.polygons, drawn, strict=True):
            np.testing.assert_allclose(polygon.points_lps, points, atol=1e-6)


def test_the_grid_is_that_of_the_referenced_series_before_any_background(tmp_path: Path) -> None:
    path = write_structure_set(tmp_path / "rt", [MadeRoi("A", [square(2.5, 9.5)])])
    other, own = volume((4, 9, 9), "1.2.3.66"), volume()
    pages = [PageVolume("ct", other, is_behind=True), PageVolume("pt", own)]
    arrays = structure_set.read(ReadContext(path, volumes=lambda: pages))
    assert arrays.layers[0].shape == (4, 24, 30)
    turned = structure_set.variant(ReadContext(path, volumes=lambda: pages[::-1]))
    assert structure_set.variant(ReadContext(path, volumes=lambda: pages)) == turned


def test_without_its_series_it_is_shown_on_the_background_of_its_view(tmp_path: Path) -> None:
    path = write_structure_set(tmp_path / "rt", [MadeRoi("A", [square(2.5, 5.5)])], series=None)
    copy = VolumeArrays(np.zeros((4, 24, 30), np.int16), np.diag([-1.0, -1.0, 2.0, 1.0]))
    pages = [PageVolume("green", volume((4, 8, 8))), PageVolume("fused", volume((4, 7, 7)))]
    behind = PageVolume("ct", copy, is_behind=True)
    arrays = draw_regions(read_structure_set(path), [*pages, behind]).segmentation()
    assert arrays.layers[0].shape == (4, 24, 30)
    assert mask_of(arrays).sum() == 9
    assert codes_of(arrays) == [UNKNOWN_FRAME]
    assert draw_regions(read_structure_set(path), pages).shape == (4, 8, 8)


def test_another_frame_of_reference_or_no_volume_is_an_error(tmp_path: Path) -> None:
    path = write_structure_set(tmp_path / "rt", [MadeRoi("A", [square(2.5, 5.5)])], series="1.2.3.4")
    others = [PageVolume("ct", volume(frame="1.2.3.21"))]
    for volumes, code in ((others, OTHER_FRAME), ([], NO_VOLUME)):
        with pytest.raises(ImageReadError) as caught:
            draw_regions(read_structure_set(path), volumes)
        assert caught.value.problem.code == code
        assert "“rt”" in caught.value.problem.sentence


def test_one_structure_set_may_be_drawn_on_several_volumes(tmp_path: Path) -> None:
    """What one drawing leaves out is not told of the next one."""
    structure = read_structure_set(
        write_structure_set(tmp_path / "rt", [MadeRoi("A", [square(2.5, 9.5), square(2.5, 9.5)[:2]])])
    )
    drawn = [draw_regions(structure, [PageVolume("ct", volume())]).segmentation() for _ in range(2)]
    sentences = [[problem.sentence for problem in arrays.problems] for arrays in drawn]
    assert sentences[0] == sentences[1]
    assert "Contour 2 of ROI “A” in “rt” has only 2 points; it is left out." in sentences[0]
    assert np.array_equal(mask_of(drawn[0]), mask_of(drawn[1]))
