"""The reader's tools: layouts there and back, window and level, frames; what other modules do to views."""

from functools import partial
from math import isclose
from pathlib import Path

import numpy as np
import slicer

from .desk import Desk
from .made import LABELS, QUESTIONS, VOLUME, image_element, three_pages, write_images, write_quiz
from .placement import as_array, check_page, pages_of
from .telling import Need, story

FRAMES = 3
PLANES = {
    "three planes": {"Red": "Axial", "Green": "Coronal", "Yellow": "Sagittal"},
    "axial": {"Red": "Axial"},
    "coronal": {"Red": "Coronal"},
    "sagittal": {"Red": "Sagittal"},
}


def two_pages(folder: Path) -> tuple[Path, Path]:
    """A CT (window 400, level 40) with contours beside a film; then the CT again."""
    import SimpleITK as sitk

    images = write_images(folder / "images")
    frames = [sitk.GetImageFromArray(np.full((40, 40, 40), 50 * n, np.int16)) for n in range(FRAMES)]
    sitk.WriteImage(sitk.JoinSeries(frames), str(images / "film.nii.gz"))
    ct = image_element("Volume", VOLUME).replace("<Image ", '<Image WindowLevel="400 40" ')
    film = image_element("VolumeSequence", "film.nii.gz", "Yellow").replace(
        "<Image ", '<Image WindowLevel="100 50" '
    )
    rois = image_element("Segmentation", LABELS, more="<ROIs ROIVisibilityCode='All'/>")
    pages = [f"|{ct}{film}{rois}{QUESTIONS}", f"|{ct}{QUESTIONS}"]
    return write_quiz(folder / "two.quiz.xml", pages), images


def check_planes(desk: Desk, planes: dict[str, str]) -> None:
    """Each view is fitted to the cube of 40 mm in its plane."""
    for view, orientation in planes.items():
        node = desk.logic_of(view).GetSliceNode()
        width, height, _ = node.GetDimensions()
        assert node.GetOrientation() == orientation, view
        across, up, _ = node.GetFieldOfView()
        pixel_mm = 40 / min(width, height)
        assert np.allclose((across, up), (width * pixel_mm, height * pixel_mm), rtol=1e-3), (
            view,
            width,
            height,
        )


@story(Need.WINDOW)
def layouts_there_and_back_are_fitted_to_the_views(desk: Desk) -> None:
    quiz, images = two_pages(desk.folder)
    desk.open(quiz, images)
    page = pages_of(quiz)[0]
    layout = slicer.app.layoutManager().layout
    for words, planes in PLANES.items():
        desk.choose("planesButton", desk.items("planesButton").index(words))
        desk.settle()
        check_planes(desk, planes)
        desk.choose("planesButton", 0)
        desk.settle()
        assert slicer.app.layoutManager().layout == layout
        check_page(desk, page)
    desk.key("Alt+1")
    desk.click("resetViewButton")
    desk.settle()
    check_page(desk, page)
    desk.key("Alt+3")
    desk.turn_to("nextButton", 1)
    check_page(desk, pages_of(quiz)[1])


@story(Need.WINDOW)
def keys_turn_pages_and_hold_only_while_the_module_is_open(desk: Desk) -> None:
    desk.open(*three_pages(desk.folder))
    desk.key("Alt+PgDown")
    desk.wait_for_page(1)
    desk.key("Alt+PgUp")
    desk.wait_for_page(0)
    desk.enter("Data")
    window = slicer.util.mainWindow()
    shortcuts = [each for each in window.children() if each.className() == "QShortcut" and each.enabled]
    assert "Alt+PgDown" not in [each.key.toString() for each in shortcuts]
    desk.enter()
    desk.wait_for_page(0)
    desk.reload()
    desk.open(*three_pages(desk.folder))
    desk.key("Alt+PgDown")
    desk.wait_for_page(1)


@story(Need.WINDOW)
def presets_change_the_chosen_image_and_the_next_page_has_its_own(desk: Desk) -> None:
    desk.open(*two_pages(desk.folder))

    def windows() -> list[tuple[float, float]]:
        displays = [node.GetDisplayNode() for node in desk.logic.nodes(desk.opened.index)[:2]]
        return [(each.GetWindow(), each.GetLevel()) for each in displays]

    def use(preset: str) -> None:
        desk.choose("mouseWindowButton", desk.items("mouseWindowButton").index(preset))

    assert desk.items("imageBox") == [f"Volume-{VOLUME}", "VolumeSequence-film.nii.gz"]
    use("CT lung")
    assert windows() == [(1500, -600), (100, 50)]
    use("original")
    assert windows() == [(400, 40), (100, 50)]
    desk.choose("imageBox", 1)
    use("CT bone")
    assert windows() == [(400, 40), (1800, 400)]
    desk.choose("imageBox", 0)
    use("CT bone")
    desk.turn_to("nextButton", 1)
    assert windows()[0] == (400, 40)
    assert desk.chosen("mouseWindowButton") == 0


@story(Need.WINDOW)
def the_left_button_changes_the_window_until_the_module_is_left(desk: Desk) -> None:
    desk.open(*two_pages(desk.folder))
    interaction = slicer.app.applicationLogic().GetInteractionNode()
    display = desk.logic.nodes(0)[0].GetDisplayNode()
    offset = desk.logic_of("Red").GetSliceNode().GetSliceOffset()

    desk.mouse("Red").drag((0, 0, offset), (-8, 0, offset))
    assert (display.GetWindow(), display.GetLevel()) == (400, 40)
    desk.key("Alt+W")
    assert desk.ui.mouseWindowButton.checked
    desk.mouse("Red").drag((0, 0, offset), (-8, 0, offset))
    assert display.GetWindow() > 400
    assert isclose(display.GetLevel(), 40)
    # Switched off in Slicer's own tool bar.
    interaction.SetCurrentInteractionMode(interaction.ViewTransform)
    assert not desk.ui.mouseWindowButton.checked
    desk.click("mouseWindowButton")
    desk.enter("Data")
    assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform


def _value_of(volume: object) -> int:
    return int(np.unique(slicer.util.arrayFromVolume(volume))[0])


def _has_value(volume: object, value: int) -> bool:
    return _value_of(volume) == value


@story(Need.WINDOW)
def a_sequence_is_stepped_through_played_and_leaves_nothing_behind(desk: Desk) -> None:
    quiz, images = two_pages(desk.folder)
    film = "VolumeSequence-film.nii.gz"

    def names() -> list[str]:
        scene = slicer.mrmlScene
        return sorted(scene.GetNthNode(index).GetName() or "" for index in range(scene.GetNumberOfNodes()))

    desk.open(quiz, images)
    desk.click("closeButton")
    before = names()
    for _ in range(2):
        desk.open(quiz, images)
        desk.choose("imageBox", 1)
        volume = desk.logic.nodes(0)[1]

        value = partial(_value_of, volume)

        assert volume.GetName() == film
        assert [name for name in names() if "frames" in name] == [f"{film} frames"]
        assert (desk.text("frameLabel"), value()) == ("1 of 3", 0)
        desk.key("Alt+.")
        assert (desk.text("frameLabel"), value()) == ("2 of 3", 50)
        desk.ui.frameSlider.value = 2
        assert (desk.text("frameLabel"), value()) == ("3 of 3", 100)
        desk.click("playButton")
        for frame in (0, 50, 100):
            desk.wait_until(partial(_has_value, volume, frame))
        desk.click("playButton")
        desk.turn_to("nextButton", 1)
        assert not [name for name in names() if "film" in name]
        desk.turn_to("previousButton", 0)
        desk.click("closeButton")
        assert names() == before


@story(Need.WINDOW)
def the_window_of_an_image_changed_by_another_module_is_given_back_by_reset(desk: Desk) -> None:
    quiz, images = two_pages(desk.folder)
    desk.open(quiz, images)
    display = desk.logic.nodes(0)[0].GetDisplayNode()
    display.SetWindowLevel(77, 7)
    desk.choose("mouseWindowButton", 0)
    assert (display.GetWindow(), display.GetLevel()) == (400, 40)


@story(Need.WINDOW)
def a_layout_that_was_changed_by_the_tool_bar_is_the_pages_again_by_reset(desk: Desk) -> None:
    quiz, images = two_pages(desk.folder)
    desk.open(quiz, images)
    layouts = slicer.vtkMRMLLayoutNode
    for layout in (layouts.SlicerLayoutOneUpGreenSliceView, layouts.SlicerLayoutConventionalView):
        slicer.app.layoutManager().setLayout(layout)
        desk.settle()
        desk.click("resetViewButton")
        desk.settle()
        assert slicer.app.layoutManager().layout == layouts.SlicerLayoutFourUpView
        check_page(desk, pages_of(quiz)[0])
    slicer.app.layoutManager().setLayout(layouts.SlicerLayoutOneUpRedSliceView)
    desk.settle()
    desk.turn_to("nextButton", 1)
    check_page(desk, pages_of(quiz)[1])


@story(Need.WINDOW)
def pages_stay_filled_when_the_window_is_made_smaller_and_larger(desk: Desk) -> None:
    quiz, images = two_pages(desk.folder)
    desk.open(quiz, images)
    window = slicer.util.mainWindow()
    width, height = window.width, window.height
    try:
        for part in (0.8, 0.9, 1):
            window.resize(round(width * part), round(height * part))
            desk.settle()
            check_page(desk, pages_of(quiz)[0])
    finally:
        window.resize(width, height)
        desk.settle()


@story(Need.WINDOW)
def views_that_were_moved_are_the_pages_again_by_reset(desk: Desk) -> None:
    quiz, images = two_pages(desk.folder)
    desk.open(quiz, images)
    node = desk.logic_of("Red").GetSliceNode()
    before = as_array(node.GetSliceToRAS())
    node.SetOrientation("Sagittal")
    node.SetSliceOffset(9)
    node.SetFieldOfView(20, 20, 1)
    desk.click("resetViewButton")
    desk.settle()
    assert np.allclose(as_array(node.GetSliceToRAS()), before, atol=1e-3)
    check_page(desk, pages_of(quiz)[0])


@story(Need.WINDOW)
def fifty_pages_leave_nothing_behind(desk: Desk) -> None:
    quiz, images = three_pages(desk.folder)

    def counts() -> tuple[int, int]:
        if desk.opened is not None:
            # A region has a node in the 3D view once its surface is made.
            desk.wait_until(lambda: not desk.opened.placed.three_d.is_making)
        scene = slicer.mrmlScene
        nodes = [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]
        return len(nodes), sum(node.IsA("vtkMRMLDisplayNode") for node in nodes)

    desk.open(quiz, images)
    for index in (1, 2, 1, 0):
        desk.turn_to("nextButton" if index > desk.opened.index else "previousButton", index)
    desk.click("closeButton")
    before = counts()
    desk.open(quiz, images)
    at_first: dict[int, tuple[int, int]] = {}
    for turn, index in enumerate([1, 2, 1, 0] * 13):
        desk.turn_to("nextButton" if index > desk.opened.index else "previousButton", index)
        # The editor is made when a page first asks for it, and kept.
        if turn >= 4:
            assert at_first.setdefault(index, counts()) == counts(), f"page {index + 1} after {turn} turns"
    desk.click("closeButton")
    assert counts() == before
