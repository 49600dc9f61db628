"""The 3D view as a picture: regions where they are, seen from anterior, and what has its place without."""

import numpy as np
import pytest
from image_files import write_nrrd
from PIL import Image as Picture
from QuizLoaderLib.apps.pictures.headless import HeadlessHost, render_quiz
from QuizLoaderLib.images.loading.library import ImageLibrary
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.parser import read_quiz
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.page import show_page
from QuizLoaderLib.views.roi_visibility import shown_regions
from QuizLoaderLib.views.three_d_view import ThreeDView
from view_geometry import rotation

SIZE = 300
SIDE_MM, VOXELS = 2.0, 50
CENTRES_RAS = {"Liver": (25.0, 20.0, -15.0), "Spleen": (-22.0, 30.0, 18.0)}
"""In mm from the middle of the image: Liver to the right, low; Spleen to the left, high; both anterior."""
RADIUS_MM = 9.0
COLORS = {"Liver": (0, 255, 0), "Spleen": (0, 0, 255)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Images of 100 mm across about the origin, one of them on a turned grid."""
    root = tmp_path_factory.mktemp("three_d")
    for name, axes in (("straight", np.eye(3)), ("turned", rotation(30, (1, 1, 0)))):
        directions = SIDE_MM * axes
        first = -directions @ np.full(3, (VOXELS - 1) / 2)
        ijk = np.stack(np.meshgrid(*[np.arange(VOXELS)] * 3, indexing="ij"), axis=-1)
        points = ijk @ directions.T + first
        labels = np.zeros((VOXELS,) * 3, np.uint8)
        for value, centre in enumerate(CENTRES_RAS.values(), 1):
            labels[np.linalg.norm(points - centre, axis=-1) < RADIUS_MM] = value
        for kind, voxels in (("labels", labels), ("ct", np.full(labels.shape, 100, np.int16))):
            path = root / f"{kind}-{name}.nrrd"
            write_nrrd(path, voxels.transpose(2, 1, 0), directions, first, "right-anterior-superior")
    return root


VIEWS = {"Red": "Axial", "Green": "Coronal", "Yellow": "Sagittal"}


def _page(ct, labels="", kind="LabelMap", rois="", layout="FourUp", views=VIEWS):
    images = "".join(
        f"<Image ID='CT' Type='Volume'><DefaultDestination>{view}</DefaultDestination>"
        f"<DefaultOrientation>{plane}</DefaultOrientation><Path>{ct}</Path></Image>"
        + (
            f"<Image ID='L' Type='{kind}'><DefaultDestination>{view}</DefaultDestination>"
            f"<Path>{labels}</Path>{rois}</Image>"
            if labels
            else ""
        )
        for view, plane in views.items()
    )
    question = "<QuestionSet><Question Type='InfoBox'><Option>Look.</Option></Question></QuestionSet>"
    return f"<Page ID='P' Layout='{layout}'>{images}{question}</Page>"


def _rendered(folder, tmp_path, *pages):
    (tmp_path / "map.txt").write_text("Liver=1\nSpleen=2\n", encoding="utf-8")
    (tmp_path / "colors.txt").write_text("1 Liver 0 255 0 255\n2 Spleen 0 0 255 255\n", encoding="utf-8")
    quiz = tmp_path / "quiz.xml"
    session = 'MaskValueMap="map.txt" ROIColorFile="colors"'
    quiz.write_text(f"<Session {session}>{''.join(pages)}</Session>", encoding="utf-8")
    render_quiz(quiz, folder, tmp_path / "out", size=(SIZE, SIZE))
    return tmp_path / "out"


def _pixels(path):
    with Picture.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def _middle(pixels, name):
    """Column and row, and how many pixels across, of what has the hue of a region."""
    channel = int(np.argmax(COLORS[name]))
    others = np.delete(pixels, channel, axis=2).max(axis=2)
    rows, columns = np.nonzero(pixels[:, :, channel] > 15 + others)
    return columns.mean(), rows.mean(), np.ptp(columns) + 1


def _seen_at(point_ras, half_mm):
    """By a camera of 30 degrees before the patient, whose distance holds what is ``half_mm`` large."""
    right, anterior, superior = point_ras
    distance_mm = half_mm + 1.1 * half_mm / np.tan(np.radians(15)) - anterior
    pixels_a_mm = SIZE / 2 / np.tan(np.radians(15)) / distance_mm
    return SIZE / 2 - right * pixels_a_mm, SIZE / 2 - superior * pixels_a_mm, 2 * RADIUS_MM * pixels_a_mm


@pytest.mark.parametrize("kind", ["LabelMap", "Segmentation"])
def test_regions_are_seen_from_anterior_where_they_are(folder, tmp_path, kind):
    rois = "<ROIs ROIVisibilityCode='All'/>"
    out = _rendered(folder, tmp_path, _page("ct-straight.nrrd", "labels-straight.nrrd", kind, rois))
    pixels = _pixels(out / "01-P" / "3D.png")
    assert pixels.shape == (SIZE, SIZE, 3)
    for name, centre in CENTRES_RAS.items():
        column, row, across = _middle(pixels, name)
        expected = _seen_at(centre, VOXELS * SIDE_MM / 2)
        assert (column, row) == pytest.approx(expected[:2], abs=1.5), name
        assert across == pytest.approx(expected[2], abs=3), name
    assert _middle(pixels, "Liver")[0] < SIZE / 2 < _middle(pixels, "Spleen")[0], "right is at the left"


def test_regions_on_a_turned_grid_are_where_they_are(folder, tmp_path):
    out = _rendered(folder, tmp_path, _page("ct-turned.nrrd", "labels-turned.nrrd"))
    pixels = _pixels(out / "01-P" / "3D.png")
    axes = rotation(30, (1, 1, 0))
    half_mm = SIDE_MM * VOXELS / 2 * np.abs(axes).sum(axis=1)
    # The box of the turned image is as wide as it is high, and not as deep.
    for name, (right, anterior, superior) in CENTRES_RAS.items():
        distance_mm = half_mm[1] + 1.1 * max(half_mm[0], half_mm[2]) / np.tan(np.radians(15)) - anterior
        pixels_a_mm = SIZE / 2 / np.tan(np.radians(15)) / distance_mm
        expected = SIZE / 2 - right * pixels_a_mm, SIZE / 2 - superior * pixels_a_mm
        assert _middle(pixels, name)[:2] == pytest.approx(expected, abs=1.5), name


def test_the_slices_are_seen_with_them(folder, tmp_path):
    out = _rendered(folder, tmp_path, _page("ct-straight.nrrd", "labels-straight.nrrd"))
    pixels = _pixels(out / "01-P" / "3D.png")
    plane = pixels[SIZE // 2 + 20 : SIZE // 2 + 60, SIZE // 2 + 20 : SIZE // 2 + 60]
    coronal = _pixels(out / "01-P" / "Green.png")[SIZE // 2, SIZE // 2]
    assert np.abs(plane - coronal).max() <= 2, "the coronal slice with its window and level"


def test_a_region_that_the_page_hides_is_not_there(folder, tmp_path):
    rois = "<ROIs ROIVisibilityCode='Select'><ROI>Spleen</ROI></ROIs>"
    page = _page("ct-straight.nrrd", "labels-straight.nrrd", "Segmentation", rois)
    pixels = _pixels(_rendered(folder, tmp_path, page) / "01-P" / "3D.png")
    assert _middle(pixels, "Spleen")[2] > 10
    assert not (pixels[:, :, 1] > 60 + pixels[:, :, [0, 2]].max(axis=2)).any(), "no Liver"


def test_without_regions_its_place_has_the_pages_questions(folder, tmp_path):
    """And a layout without a place for it has no 3D view."""
    two = _page(
        "ct-straight.nrrd", "labels-straight.nrrd", layout="SideBySideRedYellow", views={"Red": "Axial"}
    )
    out = _rendered(folder, tmp_path, _page("ct-straight.nrrd"), two)
    assert not list(out.rglob("3D.png"))
    page = _pixels(out / "01-P" / "page.png")
    place = page[:, page.shape[1] // 2 :][: page.shape[0] // 2]
    assert (place.min(axis=2) > 150).sum() > 50, "the text of the InfoBox"
    assert place.max() < 256
    assert page.shape[1] < 2 * SIZE + 60, "nothing is beside the views"


def test_nothing_is_made_of_it_before_a_page_with_regions(folder, tmp_path):
    path = tmp_path / "quiz.xml"
    path.write_text(f"<Session>{_page('ct-straight.nrrd')}</Session>", encoding="utf-8")
    quiz, _problems = read_quiz(path)
    assert quiz is not None
    with HeadlessHost((SIZE, SIZE)) as host:
        library = ImageLibrary(host.scene, ImageFolder(folder))
        shown = PageNodes(quiz.pages[0], library.load(quiz.pages[0]).nodes)
        show_page(shown, host, quiz)
        three_d = ThreeDView()
        three_d.begin(shown, host, shown_regions(shown))
        assert not three_d.is_shown
        assert not three_d.is_making
        assert host.scene.GetNumberOfNodesByClass("vtkMRMLCameraNode") == 0, "its window would have one"
        library.close()


def test_the_index_leads_to_it(folder, tmp_path):
    out = _rendered(folder, tmp_path, _page("ct-straight.nrrd", "labels-straight.nrrd"))
    assert 'href="01-P/3D.png"' in (out / "index.html").read_text(encoding="utf-8")
    page = _pixels(out / "01-P" / "page.png")
    bar = (page == (0x74, 0x83, 0xE9)).all(axis=2)
    assert bar.sum() > SIZE * 5, "the 3D view has its bar on the page"
