"""The module is left and entered, its scene closed, its nodes deleted, itself reloaded."""

from math import isclose

import slicer

from .desk import Desk
from .made import VOLUME, image_element, three_pages, write_images, write_quiz
from .placement import check_page, pages_of
from .telling import Need, story


@story(Need.WINDOW)
def leaving_the_module_gives_the_views_back(desk: Desk) -> None:
    quiz, images = three_pages(desk.folder)
    mine = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "my own")
    my_contour = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "my contour")
    my_contour.CreateDefaultDisplayNodes()
    red = desk.logic_of("Red")
    red.GetSliceCompositeNode().SetBackgroundVolumeID(mine.GetID())
    red.GetSliceNode().SetOrientation("Sagittal")
    red.GetSliceNode().SetSliceOffset(12.5)
    desk.settle()
    layout = slicer.app.layoutManager().layout

    desk.open(quiz, images)
    assert red.GetSliceCompositeNode().GetBackgroundVolumeID() != mine.GetID()
    assert not my_contour.GetDisplayVisibility()
    _volume, of_the_quiz = desk.logic.nodes(0)
    assert of_the_quiz.GetDisplayVisibility()
    desk.enter("Data")
    assert not of_the_quiz.GetDisplayVisibility()

    assert slicer.app.layoutManager().layout == layout
    assert red.GetSliceCompositeNode().GetBackgroundVolumeID() == mine.GetID()
    assert red.GetSliceNode().GetOrientation() == "Sagittal"
    assert isclose(red.GetSliceNode().GetSliceOffset(), 12.5, abs_tol=1e-3)
    assert my_contour.GetDisplayVisibility()

    desk.enter()
    desk.wait_until(lambda: red.GetSliceCompositeNode().GetBackgroundVolumeID() != mine.GetID())
    desk.settle()
    check_page(desk, pages_of(quiz)[0])
    assert of_the_quiz.GetDisplayVisibility()
    desk.enter("Data")
    assert my_contour.GetDisplayVisibility()
    assert not of_the_quiz.GetDisplayVisibility()


@story(Need.WINDOW)
def the_fourth_view_is_emptied_on_leaving(desk: Desk) -> None:
    fourth = image_element("Volume", VOLUME, "Slice4")
    quiz = write_quiz(desk.folder / "four.xml", [f"Layout='TwoOverTwo'|{fourth}"])
    desk.open(quiz, write_images(desk.folder / "images"))
    view = desk.logic_of("Slice4").GetSliceCompositeNode()
    assert view.GetBackgroundVolumeID()

    desk.enter("Data")

    assert view.GetBackgroundVolumeID() is None


@story(Need.WINDOW)
def the_scene_is_closed_on_a_page_and_the_quiz_opened_again(desk: Desk) -> None:
    quiz, images = three_pages(desk.folder)
    layout = slicer.app.layoutManager().layout
    desk.open(quiz, images)

    slicer.mrmlScene.Clear(0)
    desk.settle()

    assert "Open it again" in desk.text("messageLabel")
    assert not desk.sees("pageSection")
    assert slicer.app.layoutManager().layout == layout
    desk.open(quiz, images)
    assert desk.sees("pageSection")
    check_page(desk, pages_of(quiz)[0])


@story(Need.WINDOW)
def nodes_deleted_by_hand_do_no_harm(desk: Desk) -> None:
    quiz, images = three_pages(desk.folder)
    desk.open(quiz, images)
    volume, segmentation = desk.logic.nodes(0)

    slicer.mrmlScene.RemoveNode(segmentation)
    slicer.mrmlScene.RemoveNode(volume)
    for button in ("contoursButton", "outlineButton"):
        desk.click(button)

    assert desk.logic.nodes(0) == (None, None)
    desk.turn_to("nextButton", 1)
    desk.turn_to("previousButton", 0)
    assert None not in desk.logic.nodes(0)
    check_page(desk, pages_of(quiz)[0])


@story(Need.WINDOW)
def reloading_the_module_starts_afresh(desk: Desk) -> None:
    quiz, images = three_pages(desk.folder)
    desk.open(quiz, images)
    old_panel = desk.panel

    desk.reload()

    assert type(desk.panel) is not type(old_panel)
    assert desk.opened is None
    assert desk.nodes("vtkMRMLSegmentationNode") == []
    desk.open(quiz, images)
    check_page(desk, pages_of(quiz)[0])
    desk.key("Alt+PgDown")
    desk.wait_for_page(1)
