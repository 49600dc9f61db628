"""``quizloader demo``: a head that looks like one, and quizzes that have no problem with it."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from QuizLoaderLib.apps.demo.chest import NODULES
from QuizLoaderLib.apps.demo.samples import (
    CHEST,
    CONTRAST,
    PROJECTION,
    REGIONS,
    SLIDE,
    TUTORIAL_LABELS,
    TUTORIAL_VOLUME,
    UPTAKE,
)
from QuizLoaderLib.images.loading.page_check import PageCheck
from QuizLoaderLib.quiz.checking import check_quiz
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.parser import read_quiz


@pytest.fixture
def demo(demo_files: Path) -> Path:
    return demo_files


def image(demo: Path, path: str) -> sitk.Image:
    return sitk.ReadImage(str(demo / "images" / path))


def centroid_lps(labels: sitk.Image, value: int) -> np.ndarray:
    shapes = sitk.LabelShapeStatisticsImageFilter()
    shapes.Execute(labels)
    return np.array(shapes.GetCentroid(value))


def test_the_volume_is_an_oblique_acquisition(demo: Path) -> None:
    volume = image(demo, TUTORIAL_VOLUME)
    axes = np.array(volume.GetDirection()).reshape(3, 3)

    assert volume.GetSize() == (256, 256, 124)
    assert volume.GetSpacing() == pytest.approx((0.9375, 0.9375, 1.4))
    np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-9)
    assert np.linalg.det(axes) == pytest.approx(1)
    # Each axis is some degrees off the patient's, and the nearest one is still its own.
    degrees = np.degrees(np.arccos(np.diag(axes)))
    assert np.all((degrees > 5) & (degrees < 25))


def test_the_labels_lie_on_the_volume_with_all_regions(demo: Path) -> None:
    volume, labels = image(demo, TUTORIAL_VOLUME), image(demo, TUTORIAL_LABELS)
    voxels, values = sitk.GetArrayFromImage(volume), sitk.GetArrayFromImage(labels)

    assert labels.GetDirection() == pytest.approx(volume.GetDirection())
    assert labels.GetOrigin() == pytest.approx(volume.GetOrigin())
    litres = np.bincount(values.ravel(), minlength=7) * np.prod(volume.GetSpacing()) * 1e-6
    assert 1.0 < litres[1:6].sum() < 1.7
    assert np.all(litres[1:] > 0.0015)
    mean = [voxels[values == value].mean() for value in range(7)]
    brain, ventricles, oedema, necrosis, tumour, eyes = mean[1:]
    assert max(ventricles, eyes) < necrosis < min(oedema, brain)
    assert max(oedema, brain) < tumour


def test_the_tumour_is_on_the_right_of_the_patient_above_the_eyes(demo: Path) -> None:
    labels = image(demo, TUTORIAL_LABELS)
    brain, tumour, eyes = (centroid_lps(labels, value) for value in (1, 5, 6))

    assert tumour[0] < brain[0] - 12
    assert eyes[1] < brain[1] - 40
    assert tumour[2] > eyes[2] + 25


def test_the_middle_slice_of_each_orientation_meets_the_tumour(demo: Path) -> None:
    tumour = sitk.GetArrayFromImage(image(demo, TUTORIAL_LABELS)) == 5
    k, j, i = (length // 2 for length in tumour.shape)

    for middle_slice in (tumour[k], tumour[:, j], tumour[:, :, i]):
        assert middle_slice.sum() > 50


def test_the_segmentation_has_names_for_the_same_voxels(demo: Path) -> None:
    labels, segments = image(demo, TUTORIAL_LABELS), image(demo, REGIONS)

    names = {segments.GetMetaData(f"Segment{number}_Name") for number in range(6)}
    assert names == {"Brain", "Ventricles", "Oedema", "Necrosis", "Tumour", "Eyes"}
    np.testing.assert_array_equal(sitk.GetArrayViewFromImage(labels), sitk.GetArrayViewFromImage(segments))


def test_the_uptake_is_hot_where_the_tumour_is_though_its_grid_is_another(demo: Path) -> None:
    uptake, labels = image(demo, UPTAKE), image(demo, TUTORIAL_LABELS)
    on_uptake = sitk.Resample(labels, uptake, sitk.Transform(), sitk.sitkNearestNeighbor)
    values, activity = sitk.GetArrayFromImage(on_uptake), sitk.GetArrayFromImage(uptake)

    assert uptake.GetDirection() == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    assert (
        activity[values == 5].mean() > 1.5 * activity[values == 1].mean() > 3 * activity[values == 0].mean()
    )


def test_the_contrast_agent_reaches_the_tumour_after_the_first_frames_and_stays_a_while(demo: Path) -> None:
    sequence, labels = image(demo, CONTRAST), image(demo, TUTORIAL_LABELS)
    assert sequence.GetSize() == (64, 64, 31, 10)
    coarse = sitk.Resample(labels, sequence[:, :, :, 0], sitk.Transform(), sitk.sitkNearestNeighbor)
    tumour = sitk.GetArrayFromImage(coarse) == 5
    mean = [float(frame[tumour].mean()) for frame in sitk.GetArrayFromImage(sequence)]
    assert mean[0] == mean[1], "it has not come yet"
    assert 4 <= int(np.argmax(mean)) <= 7
    assert max(mean) > 2 * mean[0]
    assert mean[-1] < max(mean)


def test_the_pictures_are_upright_with_what_the_questions_ask_for(demo: Path) -> None:
    slide = sitk.GetArrayFromImage(image(demo, SLIDE)).astype(int)
    assert slide.shape == (600, 800, 3)
    is_nucleus = slide.sum(axis=2) < 380
    assert is_nucleus[:, 600:].sum() > 3 * is_nucleus[:, :200].sum()
    projection = sitk.GetArrayFromImage(image(demo, PROJECTION)).astype(int)
    assert projection.ndim == 2
    assert projection[:8].mean() < 20 < projection[-8:].mean(), "air above the head, the neck below"


def test_the_chest_has_its_nodules_in_air_a_solid_one_and_one_of_ground_glass_with_a_core(demo: Path) -> None:
    chest = image(demo, CHEST)

    def hu(nodule, beside_mm):
        x, y, z = nodule.center_lps
        return chest.GetPixel(chest.TransformPhysicalPointToIndex((x + beside_mm, y, z)))

    for nodule in NODULES:
        assert hu(nodule, 0) > -50, "solid in the middle"
        assert hu(nodule, nodule.radius_mm + 4) < -700, "lung around it"
    (mixed,) = [nodule for nodule in NODULES if nodule.kind == "part-solid"]
    assert -650 < hu(mixed, (mixed.core_mm + mixed.radius_mm) / 2) < -450
    left, right = (each.center_lps[0] for each in NODULES[:2])
    assert (chest.GetDirection(), left > 0 > right) == ((1, 0, 0, 0, 1, 0, 0, 0, 1), True)


def test_every_sample_quiz_is_without_a_problem(demo: Path) -> None:
    quizzes = sorted((demo / "quizzes").glob("*.xml"))
    assert {"label-maps.xml", "segmentations.xml"} < {path.name for path in quizzes}

    for path in quizzes:
        quiz, problems = read_quiz(path)
        assert quiz is not None
        folder = ImageFolder(demo / "images")
        with closing(PageCheck(quiz, folder)) as check:
            assert problems + check_quiz(quiz, folder, check.problems) == [], path.name


def test_the_sample_that_teaches_is_right_about_the_head(demo: Path) -> None:
    """The longest diameter of the ring, and the expert's region that a drawing is compared with."""
    quiz, _ = read_quiz(demo / "quizzes" / "teaching.xml")
    assert quiz
    labels = image(demo, TUTORIAL_LABELS)
    ring = np.isin(sitk.GetArrayFromImage(labels), (4, 5))
    spread = []
    for plane in ring[ring.any(axis=(1, 2))]:
        points = np.argwhere(plane) * labels.GetSpacing()[0]
        spread.append(np.linalg.norm(points[:, None] - points[None], axis=-1).max() + labels.GetSpacing()[0])
    (size,) = (question for page in quiz.pages for question in page.questions if question.answer == "42")
    assert max(spread) == pytest.approx(42, abs=size.tolerance / 5)
    ((_, key),) = (key for page in quiz.pages for key in page.drawing_keys)
    assert (key.path, key.name_in_file) == (REGIONS, "Tumour")
    lesion, nothing = (key for page in quiz.pages for each in page.questions for key in each.keys)
    assert (lesion.path, lesion.roi, nothing.is_none) == (REGIONS, "Tumour", True)
    assert quiz.mask_value_map and "Tumour" in (demo / "quizzes" / quiz.mask_value_map).read_text(
        encoding="utf-8"
    )
