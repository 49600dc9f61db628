"""All display settings at once: a page as the quiz language describes it, each setting proved by a number."""

import numpy as np
import pytest
from image_files import write_nrrd
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.images.loading.library import ImageLibrary
from QuizLoaderLib.quiz.checking import check_quiz
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.model import SliceView
from QuizLoaderLib.quiz.parser import read_quiz
from QuizLoaderLib.quiz.regions import QuizRegions
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.page import show_page
from QuizLoaderLib.views.roi_visibility import shown_regions
from view_geometry import rotation

RED, GREEN, YELLOW, SLICE4 = SliceView.RED, SliceView.GREEN, SliceView.YELLOW, SliceView.SLICE4
SIZE = (200, 200)
TURN = rotation(20, (0, 0, 1))

PAGE = """<Session ContourVisibility="Fill" ROIColorFile="colors" MaskValueMap="map.txt">
  <Page ID="Everything" Layout="TwoOverTwo" LinkViews="Y">
    <Image ID="PET" Type="Volume" ColorTable="Red" WindowLevel="100 50" Opacity="0.25">
      <DefaultDestination>Red</DefaultDestination><Layer>Foreground</Layer><Path>pet.nrrd</Path>
    </Image>
    <Image ID="CT" Type="Volume" WindowLevel="400 40.5" InitialSliceOffset="12.3" ZoomFactor="2"
        PanOrigin="5 -3 0">
      <DefaultDestination>Red</DefaultDestination><Path>ct.nrrd</Path>
    </Image>
    <Image ID="CT" Type="Volume" WindowLevel="2000 -500" ColorTable="InvertedGrey">
      <DefaultDestination>Green</DefaultDestination><DefaultOrientation>Coronal</DefaultOrientation>
      <Path>ct.nrrd</Path>
    </Image>
    <Image ID="Labels" Type="LabelMap">
      <DefaultDestination>Green</DefaultDestination><Path>labels.nrrd</Path>
      <ROIs ROIVisibilityCode="Select"><ROI>Liver</ROI></ROIs>
    </Image>
    <Image ID="MR" Type="Volume" RotateToAcquisition="Y" ZoomFactor="0.5">
      <DefaultDestination>Yellow</DefaultDestination><DefaultOrientation>Axial</DefaultOrientation>
      <Path>mr.nrrd</Path>
    </Image>
    <Image ID="Labels" Type="LabelMap">
      <DefaultDestination>Yellow</DefaultDestination><Path>labels.nrrd</Path>
      <ROIs ROIVisibilityCode="None"/>
    </Image>
    <Image ID="PET" Type="Volume">
      <DefaultDestination>Slice4</DefaultDestination><DefaultOrientation>Sagittal</DefaultOrientation>
      <Path>pet.nrrd</Path>
    </Image>
    <Image ID="Regions" Type="Segmentation">
      <DefaultDestination>Slice4</DefaultDestination><Path>regions.nrrd</Path>
      <ROIs ROIVisibilityCode="Ignore"><ROI>Liver</ROI></ROIs>
    </Image>
    <QuestionSet><Question Type="InfoBox"><Option>Everything.</Option></Question></QuestionSet>
  </Page>
</Session>"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The host, the page and its nodes, and the problems that reading, checking and showing found."""
    folder = tmp_path_factory.mktemp("everything")
    images = folder / "images"
    # All files are centred on the origin: 100 mm across, one value each, or two halves.
    _write(images / "ct.nrrd", np.full((50, 50, 50), 60, np.int16))
    _write(images / "pet.nrrd", np.full((25, 25, 25), 80.0, np.float32), spacing=4.0)
    _write(images / "mr.nrrd", np.full((40, 40, 40), 700, np.int16), axes=TURN, spacing=2.5)
    halves = np.zeros((50, 50, 50), np.uint8)
    halves[:25], halves[25:] = 10, 20
    _write(images / "labels.nrrd", halves)
    _write(images / "regions.nrrd", halves)
    (folder / "map.txt").write_text("Liver=10\nSpleen=20\n", encoding="utf-8")
    (folder / "colors.txt").write_text("1 Liver 0 255 0 255\n20 Milz 0 0 255 255\n", encoding="utf-8")
    (folder / "quiz.xml").write_text(PAGE, encoding="utf-8")
    quiz, problems = read_quiz(folder / "quiz.xml")
    assert quiz is not None
    image_folder = ImageFolder(images)
    problems += check_quiz(quiz, image_folder)
    with HeadlessHost(SIZE) as host:
        library = ImageLibrary(host.scene, image_folder, regions=QuizRegions(quiz, image_folder))
        loaded = library.load(quiz.pages[0])
        problems += loaded.problems + show_page(PageNodes(quiz.pages[0], loaded.nodes), host, quiz)
        yield host, loaded, problems
        library.close()


def _write(path, voxels, axes=np.eye(3), spacing=2.0):  # noqa: B008 never written to
    half = (np.array(voxels.shape[::-1]) - 1) / 2 * spacing
    write_nrrd(path, voxels, axes=np.asarray(axes) * spacing, origin=-np.asarray(axes) @ half)


def _node(shown, view):
    return shown[0].application_logic.GetSliceLogicByLayoutName(view.value).GetSliceNode()


def _at(shown, view, ras):
    """The colour that a view shows at a patient position on its slice."""
    node = _node(shown, view)
    xy_to_ras = np.array([[node.GetXYToRAS().GetElement(r, c) for c in range(4)] for r in range(4)])
    x, y, z, _ = np.linalg.solve(xy_to_ras, [*ras, 1])
    assert abs(z) < 1, "the position is not on the slice"
    return shown[0].picture(view)[SIZE[1] - 1 - round(y), round(x)].astype(int)


def _centre(shown, view):
    """The patient position of a view's middle, and the millimetres across it and up it."""
    node = _node(shown, view)
    matrix = np.array([[node.GetXYToRAS().GetElement(r, c) for c in range(4)] for r in range(4)])
    return (matrix @ [SIZE[0] / 2, SIZE[1] / 2, 0, 1])[:3], node.GetFieldOfView()[:2]


def _grey(value, window, level):
    return np.clip((value - (level - window / 2)) / window, 0, 1) * 255


def test_nothing_is_wrong_with_the_page(shown):
    assert shown[2] == []


def test_red_mixes_a_quarter_of_the_coloured_pet_into_the_windowed_ct(shown):
    ct, pet = _grey(60, 400, 40.5), _grey(80, 100, 50)
    expected = np.array([0.75 * ct + 0.25 * pet, 0.75 * ct, 0.75 * ct])
    assert np.abs(_at(shown, RED, (-5, -3, 12.3)) - expected).max() <= 2


def test_red_is_zoomed_panned_and_at_its_offset(shown):
    centre, across = _centre(shown, RED)
    # Pan is to the right and up on the view: to the patient's left and front.
    np.testing.assert_allclose(centre, (-5, -3, 12.3), atol=1e-6)
    assert across == pytest.approx((50, 50)), "100 mm by a ZoomFactor of 2"


def test_green_shows_the_same_ct_with_a_look_of_its_own_and_the_lower_half_as_liver(shown):
    centre, across = _centre(shown, GREEN)
    assert across == pytest.approx((100, 100))
    assert abs(centre[1]) <= 1
    ct = 255 - _grey(60, 2000, -500)
    above, below = (_at(shown, GREEN, (20, centre[1], height)) for height in (25, -25))
    assert np.abs(above - ct).max() <= 2, "Spleen is not selected"
    assert np.abs(below - np.array([ct / 2, (ct + 255) / 2, ct / 2])).max() <= 2, (
        "Liver, half of green over it"
    )


def test_the_ct_is_one_buffer_under_two_looks(shown):
    _, red, green, *_ = shown[1].nodes
    assert red is not green
    assert red.GetImageData() is green.GetImageData()


def test_yellow_is_turned_to_the_mr_and_zoomed_out(shown):
    centre, across = _centre(shown, YELLOW)
    np.testing.assert_allclose(centre[:2], (0, 0), atol=1e-6)
    assert across == pytest.approx((200, 200)), "100 mm by a ZoomFactor of 0.5"
    node = _node(shown, YELLOW)
    right = [node.GetSliceToRAS().GetElement(row, 0) for row in range(3)]
    # The file's directions are LPS: its first axis, with the sign that points to the patient's left.
    np.testing.assert_allclose(right, np.diag([-1, -1, 1]) @ TURN[:, 0], atol=1e-6)
    assert not _at(shown, YELLOW, (70, 70, centre[2])).any(), "beyond the volume the view is black"


def test_slice4_shows_the_spleen_of_a_label_image_read_as_a_segmentation_alone(shown):
    centre, _ = _centre(shown, SLICE4)
    below = _at(shown, SLICE4, (centre[0], 10, -25))
    above = _at(shown, SLICE4, (centre[0], 10, 25))
    assert below[0] == below[1] == below[2], "the PET alone"
    np.testing.assert_allclose(above, below / 2 + np.array([0, 0, 127.5]), atol=2)


def test_the_legend_has_the_map_s_names_and_the_colour_file_s_colours(shown):
    legend = {(roi.name, roi.color): [view.value for view in roi.views] for roi in shown_regions(
        PageNodes(shown[1].page, shown[1].nodes)
    )}  # fmt: skip
    assert legend == {("Liver", (0, 255, 0)): ["Green"], ("Spleen", (0, 0, 255)): ["Slice4"]}


def test_every_view_is_linked(shown):
    logic = shown[0].application_logic
    for view in SliceView:
        assert logic.GetSliceLogicByLayoutName(view.value).GetSliceCompositeNode().GetLinkedControl()
