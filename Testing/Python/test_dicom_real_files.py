"""Published DICOM files of other projects, where they are there."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK
from PIL import Image as Picture
from QuizLoaderLib.apps.pictures.headless import render_quiz
from QuizLoaderLib.images.arrays import PageVolume, SegmentationArrays, VolumeArrays
from QuizLoaderLib.images.dicom.frames import TAGS
from QuizLoaderLib.images.dicom.headers import headers_in, numbers_of, text_of
from QuizLoaderLib.images.dicom.segmentation import read_dicom_seg
from QuizLoaderLib.images.dicom.series import read_series
from QuizLoaderLib.images.structure_set.drawn_regions import draw_regions
from QuizLoaderLib.images.structure_set.file import read_structure_set
from QuizLoaderLib.images.structure_set.problems import CONTOUR_OUTSIDE
from QuizLoaderLib.images.structure_set.reference import UNKNOWN_FRAME
from sample_data import SAMPLE_DATA, needs_sample_data

pytestmark = needs_sample_data("TinyRtStudy")
STUDY = SAMPLE_DATA / "TinyRtStudy"
SERIES = (
    "dcmqi_segmentations/24x38x3/image",
    "dcmqi_segmentations/ct-3slice",
    "rtutils_tests/tests/mock_data",
    "rtutils_tests/tests/oriented_data",
    "rtutils_tests/tests/one_slice_data",
    "totalseg_examples/example_ct_dicom",
    "Slicer_CTHeadAxialDicom",
)


def shown(path: Path, volume: VolumeArrays) -> SegmentationArrays:
    return draw_regions(read_structure_set(path), [PageVolume("ct", volume)]).segmentation()


def sizes(arrays: SegmentationArrays) -> dict[str, int]:
    return {one.name: int((arrays.layers[one.layer] == one.value).sum()) for one in arrays.segments}


def nrrd(path: Path) -> VolumeArrays:
    image = SimpleITK.ReadImage(str(path))
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    matrix[:3, 3] = image.GetOrigin()
    return VolumeArrays(SimpleITK.GetArrayFromImage(image), np.diag([-1.0, -1, 1, 1]) @ matrix)


def test_the_tiny_ct_equals_its_nrrd_copy() -> None:
    volume = read_series(next(STUDY.glob("image0003*")))
    copy = nrrd(SAMPLE_DATA / "TinyPatient" / "TinyPatient_CT.nrrd")
    assert np.array_equal(volume.voxels, copy.voxels)
    assert np.allclose(volume.ijk_to_ras, copy.ijk_to_ras, atol=1e-4)
    assert volume.problems == ()


def test_the_tiny_structure_set_on_its_ct_and_on_the_copy() -> None:
    path = next(STUDY.glob("rtss*"))
    arrays = shown(path, read_series(next(STUDY.glob("image0003*"))))
    assert sizes(arrays) == {"Body_Contour": 205, "Tumor_Contour": 5}
    assert arrays.problems == ()
    assert [one.color for one in arrays.segments] == [pytest.approx((85 / 255, 170 / 255, 0)), (1, 0, 0)]
    reference = SimpleITK.ReadImage(str(SAMPLE_DATA / "TinyPatient" / "TinyPatient_Segments.seg.nrrd"))
    truth = SimpleITK.GetArrayFromImage(reference)
    corner = np.diag([-1, -1, 1, 1]) @ [*reference.GetOrigin(), 1]
    i, j, k = np.rint(np.linalg.solve(arrays.ijk_to_ras, corner)[:3]).astype(int)
    slices, rows, columns = truth.shape[:3]
    for index, segment in enumerate(arrays.segments):
        mask = arrays.layers[segment.layer] == segment.value
        cut = mask[k : k + slices, j : j + rows, i : i + columns]
        assert np.array_equal(cut, truth[..., index] > 0)
    on_copy = shown(path, nrrd(SAMPLE_DATA / "TinyPatient" / "TinyPatient_CT.nrrd"))
    assert sizes(on_copy) == sizes(arrays)
    assert [problem.code for problem in on_copy.problems] == [UNKNOWN_FRAME]


@pytest.mark.parametrize("folder", SERIES)
def test_every_series_equals_simpleitk_in_voxels_and_place(folder: str) -> None:
    volume = read_series(SAMPLE_DATA / folder)
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(str(SAMPLE_DATA / folder)))
    image = reader.Execute()
    assert np.allclose(volume.voxels, SimpleITK.GetArrayFromImage(image), atol=1e-5)
    size = image.GetSize()
    for corner in ((0, 0, 0), (size[0] - 1, 0, 0), (0, size[1] - 1, size[2] - 1)):
        lps = np.diag([-1, -1, 1, 1]) @ volume.ijk_to_ras @ [*corner, 1]
        assert np.allclose(lps[:3], image.TransformIndexToPhysicalPoint(corner), atol=1e-3)
    assert volume.problems == ()


def test_the_folder_of_a_ct_its_dose_and_its_structure_set_is_the_ct() -> None:
    assert np.array_equal(read_series(STUDY).voxels, read_series(next(STUDY.glob("image*"))).voxels)
    assert read_series(next(STUDY.glob("dose*"))).units == "GY"


def test_structure_sets_with_wrong_references_go_where_their_contours_are() -> None:
    folder = SAMPLE_DATA / "rtutils_tests" / "tests" / "mock_data"
    volume = read_series(folder / "ct_1.dcm")
    assert sizes(shown(folder / "rt.dcm", volume)) == {"ROI-1": 1443}
    for name in ("invalid_reference_rt.dcm", "non_existent_reference_rt.dcm"):
        arrays = shown(folder / name, volume)
        assert [problem.code for problem in arrays.problems] == [CONTOUR_OUTSIDE]
        assert sizes(arrays) == {"ROI-1": 4976, "ROI-2": 3697, "ROI-3": 4519, "ROI-4": 6954}


@pytest.mark.parametrize(
    ("name", "copies"),
    [
        ("liver", ["liver_seg"]),
        ("partial_overlaps", ["partial_overlaps-1", "partial_overlaps-2", "partial_overlaps-3"]),
        ("sparse-labelmap-noppv", ["sparse_labelmap_noppv_seg"]),
        ("sparse-labelmap-ppv5", ["sparse_labelmap_ppv5_seg"]),
    ],
)
def test_segmentations_equal_their_nrrd_copies(name: str, copies: list[str]) -> None:
    folder = SAMPLE_DATA / "dcmqi_segmentations"
    arrays = read_dicom_seg(folder / f"{name}.dcm")
    found = 0
    for copy in (nrrd(folder / f"{one}.nrrd") for one in copies):
        assert np.allclose(arrays.ijk_to_ras, copy.ijk_to_ras, atol=1e-4)
        for segment in arrays.segments:
            truth = copy.voxels == int(segment.tags["DICOM.SegmentNumber"])
            if truth.any():
                assert np.array_equal(arrays.layers[segment.layer] == segment.value, truth)
                found += 1
    assert found == len(arrays.segments)


def test_segmentations_of_every_kind_load() -> None:
    counts = {
        path.name: sizes(read_dicom_seg(path))
        for path in (SAMPLE_DATA / "highdicom_ct_seg").glob("seg_*.dcm")
    }
    assert len(counts) == 5
    assert counts["seg_image_ct_binary.dcm"] == {"first segment": 638}
    assert counts["seg_image_ct_true_fractional.dcm"] == {"first segment": 638}
    assert counts["seg_image_ct_binary_overlap.dcm"] == {"first segment": 64, "second segment": 16}


def test_the_quick_header_says_what_pydicom_says() -> None:
    checked = 0
    for folder in {path.parent for path in SAMPLE_DATA.rglob("*.dcm")}:
        for header in headers_in(folder, TAGS):
            whole = pydicom.dcmread(header.path, stop_before_pixels=True)
            for keyword in TAGS:
                assert text_of(header.dataset, keyword) == text_of(whole, keyword), (header.path, keyword)
                assert numbers_of(header.dataset, keyword) == numbers_of(whole, keyword), (
                    header.path,
                    keyword,
                )
            checked += 1
    assert checked > 120


def test_the_tiny_study_and_its_copy_show_the_tumour_alike(tmp_path: Path) -> None:
    """Its five voxels: on the axial slice an L of three, one row below the other."""
    ct, structures = (
        next(STUDY.glob(name)).relative_to(SAMPLE_DATA).as_posix() for name in ("image0003*", "rtss*")
    )
    views = (("Red", "Axial", -8.75), ("Green", "Coronal", -20.0), ("Yellow", "Sagittal", 20.0))
    pages = "".join(
        f'<Page ID="{name}">'
        + "".join(
            f'<Image ID="CT" Type="Volume" {attributes} WindowLevel="400 40" InitialSliceOffset="{offset}">'
            f"<DefaultDestination>{view}</DefaultDestination><DefaultOrientation>{orientation}</DefaultOrientation>"
            f'<Path>{path}</Path></Image><Image ID="RT" Type="RTStruct"><DefaultDestination>{view}'
            f"</DefaultDestination><Path>{structures}</Path>"
            '<ROIs ROIVisibilityCode="Select"><ROI>Tumor_Contour</ROI></ROIs></Image>'
            for view, orientation, offset in views
        )
        + "</Page>"
        for name, path, attributes in (
            ("dicom", ct, 'DicomRead="Y"'),
            ("copy", "TinyPatient/TinyPatient_CT.nrrd", ""),
        )
    )
    quiz = tmp_path / "quiz.xml"
    quiz.write_text(f"<Session>{pages}</Session>", encoding="utf-8")
    render_quiz(quiz, SAMPLE_DATA, tmp_path / "out")
    for view, _, _ in views:
        shown_twice = [
            np.asarray(Picture.open(path).convert("RGB")).astype(int)
            for path in sorted((tmp_path / "out").rglob(f"{view}.png"))
        ]
        assert np.abs(shown_twice[0] - shown_twice[1]).max() <= 2, view
        red = (shown_twice[0][..., 0] > 200) & (shown_twice[0][..., 1:].max(axis=2) < 60)
        assert red.any(), view
        if view == "Red":
            rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
            pixel = 512 / 10
            assert np.ptp(rows) == pytest.approx(2 * pixel, abs=3)
            assert np.ptp(columns) == pytest.approx(2 * pixel, abs=3)
            upper = red[rows[0] : rows[0] + int(pixel / 2)].any(axis=0)
            assert np.ptp(np.flatnonzero(upper)) == pytest.approx(pixel, abs=3)
            assert np.flatnonzero(upper)[0] == pytest.approx(columns[0], abs=2)
