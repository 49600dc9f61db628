"""The reader's tools in the panel: by widgets, by keys, by what the views show."""

import numpy as np
import pytest
import slicer
import vtk
from image_files import write_nifti
from panel_stage import LABELS, QUESTIONS, VOLUME, image_element, stage, write_images, write_quiz
from PySide6.QtCore import QEvent
from PySide6.QtGui import QShortcut
from session_by_hand import SOAK

CT, MR, FILM = "CT", "MR", "Film"


@pytest.fixture
def story(tmp_path):
    with stage(tmp_path) as on_stage:
        yield on_stage


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = write_images(tmp_path_factory.mktemp("images"))
    frames = np.stack([np.full((4, 10, 10), value, np.int16) for value in (0, 50, 100)])
    write_nifti(folder / "film.nii", frames, sform=np.eye(4))
    return folder


@pytest.fixture
def two_pages(tmp_path, images):
    """A CT (window 400, level 40) with contours on two views beside a film; then the CT again."""
    ct = image_element("Volume", VOLUME).replace("<Image ", '<Image WindowLevel="400 40" ')
    rois = "<ROIs ROIVisibilityCode='All'/>"
    film = image_element("VolumeSequence", "film.nii", "Yellow").replace(
        "<Image ", '<Image WindowLevel="100 50" '
    )
    return write_quiz(
        tmp_path / "two.quiz.xml",
        [
            f"|{ct}{film}{image_element('Segmentation', LABELS, more=rois)}{QUESTIONS}",
            f"|{ct}{QUESTIONS}",
        ],
    )


@pytest.fixture
def opened(story, two_pages, images):
    story.open(two_pages, images)
    return story


def choose(story, name, row):
    """As a reader does, by the mouse."""
    story.widget(name).setCurrentIndex(row)
    story.widget(name).activated.emit(row)
    story.slicer.check()


def key(story, keys):
    """Qt carries out neither of two shortcuts of one key."""
    found = story.slicer.main_window.findChildren(QShortcut)
    (shortcut,) = (each for each in found if each.isEnabled() and each.key().toString() == keys)
    shortcut.activated.emit()
    story.slicer.check()


def choose_plane(story, words):
    texts = [line.text() for line in story.menu("planesButton")]
    story.choose_in_menu("planesButton", texts.index(words))


def window_level(story, number=0):
    display = story.slicer.logic.nodes(story.slicer.logic.console.opened.index)[number].GetDisplayNode()
    return display.GetWindow(), display.GetLevel()


def items(story, name):
    box = story.widget(name)
    return [box.itemText(row) for row in range(box.count())]


def colored(story, view):
    return (np.ptp(story.slicer.picture(view).astype(int), axis=2) > 40).any()


def orientations():
    logics = slicer.app.applicationLogic().GetSliceLogicByLayoutName
    return [logics(view).GetSliceNode().GetOrientation() for view in ("Red", "Green", "Yellow")]


def test_dragging_widens_the_window_only_while_the_tool_is_in_hand(opened):
    red = opened.slicer.mice["Red"]
    before = opened.slicer.picture("Red")
    red.drag((100, 100), (140, 100))
    assert window_level(opened) == (400, 40)
    assert np.array_equal(opened.slicer.picture("Red"), before)

    opened.click("mouseWindowButton")
    red.drag((100, 100), (140, 100))

    window, level = window_level(opened)
    assert window > 400
    assert level == 40
    # Outside the block, at voxel value 0: (0 - (level - window / 2)) / window of white.
    black = opened.slicer.picture("Red")[190, 190, 0]
    assert black == pytest.approx(255 * (window / 2 - 40) / window, abs=1.5)


def test_with_shift_the_slices_of_the_other_views_follow_the_pointer(story, images, tmp_path):
    volume = image_element("Volume", VOLUME)
    coronal = image_element("Volume", VOLUME, "Green", "Coronal")
    story.open(write_quiz(tmp_path / "two.xml", [f"|{volume}{coronal}{QUESTIONS}"]), images)
    key(story, "Alt+X")
    red, green = (
        slicer.app.applicationLogic().GetSliceLogicByLayoutName(view).GetSliceNode()
        for view in ("Red", "Green")
    )
    offset = red.GetSliceOffset()

    story.slicer.mice["Red"].move((100, 50), shift=True)

    # 200 pixels are 40 mm: the row is 10 mm in front of the middle.
    assert green.GetSliceOffset() == pytest.approx(10, abs=0.2)
    assert red.GetSliceOffset() == offset
    crosshair = slicer.mrmlScene.GetSingletonNode("default", "vtkMRMLCrosshairNode")
    assert crosshair.GetCrosshairRAS() == pytest.approx((0, 10, offset), abs=0.2)


def test_a_view_says_what_is_under_the_pointer_until_it_has_gone(opened):
    views = {view: opened.slicer.layout_manager.sliceWidget(view).sliceView() for view in ("Red", "Yellow")}

    def said(view):
        return (views[view].cornerAnnotation().GetText(vtk.vtkCornerAnnotation.LowerEdge) or "").splitlines()

    opened.slicer.mice["Red"].move((100, 100))
    opened.slicer.wait_until(lambda: said("Red"))
    # 200 pixels are 40 mm around the middle, the voxels 1 mm; the lowest row of pixels is 0.
    assert said("Red") == ["1000", "Segment_1", "L 0.0  P 0.2  S 0.5 mm", "Voxel 20, 20, 20"]

    opened.slicer.mice["Yellow"].move((100, 100))
    opened.slicer.wait_until(lambda: said("Yellow"))
    assert said("Yellow")[0] == "0", "the film's first frame"
    assert said("Red") == []
    opened.slicer.enter("Data")
    assert said("Yellow") == []


def test_the_crosshair_comes_by_key_and_goes_with_the_module(opened):
    crosshair = slicer.mrmlScene.GetSingletonNode("default", "vtkMRMLCrosshairNode")
    key(opened, "Alt+X")
    assert opened.widget("crosshairButton").isChecked()
    assert crosshair.GetCrosshairMode() == crosshair.ShowBasic
    opened.click("crosshairButton")
    assert crosshair.GetCrosshairMode() == crosshair.NoCrosshair
    key(opened, "Alt+X")
    opened.slicer.enter("Data")
    assert crosshair.GetCrosshairMode() == crosshair.NoCrosshair


def test_one_image_in_planes_with_its_contours_and_back(opened):
    layouts = slicer.vtkMRMLLayoutNode
    first = {view: opened.slicer.picture(view) for view in ("Red", "Green", "Yellow")}
    assert colored(opened, "Red")
    assert not colored(opened, "Yellow")

    key(opened, "Alt+3")
    assert [line.text() for line in opened.menu("planesButton")[:5] if line.isChecked()] == ["three planes"]
    assert orientations() == ["Axial", "Coronal", "Sagittal"]
    assert all(colored(opened, view) for view in ("Red", "Green", "Yellow"))
    assert opened.widget("legendList").count() == 1
    assert opened.widget("legendList").item(0).toolTip() == "Red, Green, Yellow"

    seen = []
    for _ in range(4):
        key(opened, "Alt+1")
        seen.append(orientations()[0])
        assert slicer.app.layoutManager().layout == layouts.SlicerLayoutOneUpRedSliceView
    assert seen == ["Axial", "Coronal", "Sagittal", "Axial"]
    opened.click("outlineButton")
    filled = opened.slicer.picture("Red")
    choose_plane(opened, "coronal")
    assert orientations()[0] == "Coronal"
    choose_plane(opened, "axial")
    assert np.array_equal(opened.slicer.picture("Red"), filled), "the fill stays from plane to plane"

    key(opened, "Alt+0")
    opened.click("outlineButton")
    for view, picture in first.items():
        assert np.array_equal(opened.slicer.picture(view), picture), view


def test_a_region_hidden_by_hand_stays_hidden_in_other_planes_until_it_is_ticked(opened):
    legend = opened.widget("legendList")
    legend.item(0).setCheckState(legend.item(0).checkState().Unchecked)
    assert not colored(opened, "Red")
    key(opened, "Alt+3")
    assert legend.item(0).checkState() == legend.item(0).checkState().Unchecked
    assert not colored(opened, "Red")
    legend.item(0).setCheckState(legend.item(0).checkState().Checked)
    assert colored(opened, "Red")


def test_a_slab_is_chosen_by_key_or_menu_and_slicers_own_comes_back(story, two_pages, images):
    logics = slicer.app.applicationLogic().GetSliceLogicByLayoutName
    red, yellow = logics("Red").GetSliceNode(), logics("Yellow").GetSliceNode()
    red.SetSlabReconstructionThickness(7)
    red.SetSlabReconstructionEnabled(True)
    story.open(two_pages, images)
    in_block = (40, 40)
    red.SetSliceOffset(-13.5)

    def choose_slab(words):
        lines = [line.text() for line in story.menu("planesButton")]
        story.choose_in_menu("planesButton", lines.index(words))

    def grey():
        return story.slicer.picture("Red")[in_block].max()

    assert grey() == 102, "of a slice below the block"
    key(story, "Alt+Shift+S")
    chosen = [line.text() for line in story.menu("planesButton") if line.isChecked()]
    assert chosen == ["all images", "MIP 10 mm"]
    assert red.GetSlabReconstructionThickness() == pytest.approx(11, abs=1e-4)
    assert grey() == 255
    choose_slab("MinIP 10 mm")
    assert grey() == 102
    choose_slab("MIP 5 mm")
    assert grey() == 102, "five slices do not reach the block"
    choose_slab("one slice")

    choose(story, "imageBox", 1)
    choose_slab("MIP 20 mm")
    assert yellow.GetSlabReconstructionEnabled()
    assert not red.GetSlabReconstructionEnabled(), "another image's view"
    story.click("resetViewButton")
    assert not yellow.GetSlabReconstructionEnabled()
    choose_slab("MIP 20 mm")
    story.slicer.enter("Data")
    assert not yellow.GetSlabReconstructionEnabled()
    assert red.GetSlabReconstructionEnabled()
    assert (red.GetSlabReconstructionThickness(), red.GetSlabReconstructionOversamplingFactor()) == (7, 2)


def test_contours_fade(opened):
    opened.click("outlineButton")
    inside = (40, 40)
    color = np.ptp(opened.slicer.picture("Red")[inside].astype(int))
    assert [line.text() for line in opened.menu("outlineButton")][2] == "Contours at 60 %"
    opened.choose_in_menu("outlineButton", 2)
    assert np.ptp(opened.slicer.picture("Red")[inside].astype(int)) == pytest.approx(color * 0.6, abs=3)
    for _ in range(6):
        key(opened, "Alt+T")
    assert not colored(opened, "Red")
    opened.click("resetViewButton")
    assert [line.isChecked() for line in opened.menu("outlineButton")] == [True, *[False] * 4]
    assert colored(opened, "Red")


def test_a_sequence_is_stepped_through_and_played(opened):
    assert not opened.sees("frameRow")
    choose(opened, "imageBox", 1)
    opened.widget("toolsSection").setProperty("collapsed", False)
    assert opened.sees("frameRow")
    film = opened.slicer.logic.nodes(0)[1]

    def grey():
        return film.GetImageData().GetScalarRange()[0], opened.slicer.picture("Yellow")[100, 100, 0]

    assert opened.text("frameLabel") == "1 of 3"
    assert grey() == (0, 0)
    key(opened, "Alt+.")
    assert opened.text("frameLabel") == "2 of 3"
    assert grey() == (50, pytest.approx(127, abs=1))
    key(opened, "Alt+,")
    key(opened, "Alt+Down")
    assert opened.text("frameLabel") == "3 of 3"
    opened.widget("frameSlider").setValue(0)
    assert (opened.text("frameLabel"), grey()) == ("1 of 3", (0, 0))

    opened.click("playButton")
    seen = set()

    def all_seen():
        seen.add(film.GetImageData().GetScalarRange()[0])
        return seen == {0, 50, 100}

    opened.slicer.wait_until(all_seen)
    assert opened.text("playButton") == "Stop"
    opened.click("playButton")
    assert opened.text("playButton") == "Play"
    key(opened, "Alt+P")
    opened.turn_to("nextButton", 1)
    assert opened.text("playButton") == "Play"
    assert not opened.sees("frameRow")


def test_a_volume_deleted_by_hand_takes_its_tools_along(opened):
    volume = opened.slicer.logic.nodes(0)[0]
    slicer.mrmlScene.RemoveNode(volume)
    for keys in ("Alt+3", "Alt+1", "Alt+0", "Alt+P", "Alt+.", "Alt+W", "Alt+X"):
        key(opened, keys)
    opened.choose_in_menu("mouseWindowButton", 0)
    opened.click("resetViewButton")
    assert items(opened, "imageBox") == ["VolumeSequence-film.nii"]
    choose(opened, "imageBox", 0)
    key(opened, "Alt+3")
    assert orientations() == ["Axial", "Coronal", "Sagittal"]


def test_nothing_of_the_tools_stays_with_the_closed_quiz(opened):
    interaction = slicer.app.applicationLogic().GetInteractionNode()
    opened.click("closeButton")
    for keys in ("Alt+3", "Alt+1", "Alt+0", "Alt+P", "Alt+.", "Alt+W", "Alt+X", "Alt+C", "Alt+O"):
        key(opened, keys)
    assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform
    interaction.SetCurrentInteractionMode(interaction.AdjustWindowLevel)
    assert not opened.widget("mouseWindowButton").isChecked()
    assert not opened.sees("toolsSection")


def test_a_long_image_id_does_not_make_the_panel_wide(story, images, tmp_path):
    volume = image_element("Volume", VOLUME).replace('ID="', 'ID="' + "portal venous phase " * 8)
    draw = "EnableSegmentEditor='Y'"
    story.open(write_quiz(tmp_path / "long.xml", [f"{draw}|{volume}{QUESTIONS}"]), images)
    for line in story.menu("menuButton")[:5]:
        line.trigger()
    story.slicer.qt.processEvents()
    assert story.slicer.panel.minimumSizeHint().width() < 320


def test_a_shorter_sequence_keeps_its_frame_when_it_is_chosen(story, images, tmp_path):
    frames = np.stack([np.full((4, 10, 10), value, np.int16) for value in (0, 100)])
    write_nifti(images / "short.nii", frames, sform=np.eye(4))
    films = [image_element("VolumeSequence", f"{name}.nii") for name in ("film", "short")]
    films[1] = films[1].replace("<DefaultDestination>Red", "<DefaultDestination>Green")
    story.open(write_quiz(tmp_path / "films.xml", [f"|{films[0]}{films[1]}{QUESTIONS}"]), images)
    key(story, "Alt+.")
    key(story, "Alt+.")
    assert story.text("frameLabel") == "3 of 3"
    choose(story, "imageBox", 1)
    assert story.text("frameLabel") == "1 of 2"
    choose(story, "imageBox", 0)
    assert story.text("frameLabel") == "3 of 3"


def test_many_turns_with_the_tools_leave_nothing_behind(opened):
    def counts():
        # A region has a node in the 3D view once its surface is made.
        three_d = opened.slicer.logic.console.opened.placed.three_d
        opened.slicer.wait_until(lambda: not three_d.is_making)
        scene = slicer.mrmlScene
        nodes = [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]
        displays = sum(node.IsA("vtkMRMLDisplayNode") for node in nodes)
        return len(nodes), displays, len(opened.slicer.panel.findChildren(object))

    seen: dict[int, set[tuple[int, ...]]] = {0: set(), 1: set()}
    for turn in range(50 if SOAK else 12):
        for keys in (
            "Alt+3",
            "Alt+1",
            "Alt+W",
            "Alt+X",
            "Alt+L",
            "Alt+L",
            "Alt+P",
            "Alt+0",
            "Alt+W",
            "Alt+X",
        ):
            key(opened, keys)
        index = turn % 2
        opened.turn_to("previousButton" if index else "nextButton", 1 - index)
        opened.slicer.qt.sendPostedEvents(None, QEvent.DeferredDelete)
        # The crosshair is made when it is first asked for, a view's layers when they are first needed.
        if turn >= 4:
            seen[index].add(counts())
    assert [len(each) for each in seen.values()] == [1, 1]
