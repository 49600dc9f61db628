"""Quizzes as files that Slicer opens and saves: dropped on it, refused, kept in an MRB."""

import slicer

from .desk import Desk, fault_of
from .made import LABELS, VOLUME, image_element, three_pages, write_images, write_quiz
from .telling import Need, story

IS_QUIZ = {
    "<Session>": True,
    "\ufeff<?xml version='1.0'?>\n<!-- <Page> -->\n<Session RandomizePageGroups='Y'>": True,
    "<Sessions>": False,
    "<Page/>": False,
    "Session": False,
    "": False,
}
"""Of the beginning of an XML file."""


@story()
def an_xml_file_is_a_quiz_by_its_root_and_any_other_is_slicers(desk: Desk) -> None:
    for number, (content, is_quiz) in enumerate(IS_QUIZ.items()):
        path = desk.folder / f"file{number}.xml"
        path.write_text(content, encoding="utf-8")
        assert (slicer.app.coreIOManager().fileType(str(path)) == "QuizLoaderFile") is is_quiz, content


@story()
def a_file_that_is_no_quiz_is_refused_with_a_sentence(desk: Desk) -> None:
    path = desk.folder / "some.quiz.xml"
    path.write_text("<Report/>", encoding="utf-8")
    said = fault_of(lambda: slicer.util.loadNodeFromFile(str(path), "QuizLoaderFile"))
    assert "some.quiz.xml” is not a quiz" in said, said
    assert desk.nodes("vtkMRMLTextNode") == []


@story(Need.WINDOW)
def a_quiz_is_dropped_on_slicer_while_another_is_open(desk: Desk) -> None:
    quiz, images = three_pages(desk.folder)
    desk.open(quiz, images)
    other = f"Descriptor='the other'|{image_element('Volume', VOLUME)}"
    dropped = write_quiz(desk.folder / "dropped.quiz.xml", [other])

    node = slicer.util.loadNodeFromFile(str(dropped), "QuizLoaderFile")
    desk.settle()

    assert node.GetName() == "dropped"
    assert desk.ui.quizPathEdit.currentPath == str(dropped)
    assert desk.text("titleLabel") == "Case 1"
    assert "“dropped” is loaded" in desk.text("messageLabel")
    desk.click("openButton")
    desk.wait_until(lambda: desk.text("titleLabel") == "Case 1 - the other")


@story(Need.WINDOW)
def an_mrb_keeps_the_quiz_and_its_image_folder(desk: Desk) -> None:
    page = image_element("Volume", VOLUME, "Green", "Coronal") + image_element("LabelMap", LABELS)
    quiz = write_quiz(desk.folder / "first.quiz.xml", ["|" + page])
    images = write_images(desk.folder / "images")
    node = slicer.util.loadNodeFromFile(str(quiz), "QuizLoaderFile")
    desk.open(quiz, images)
    desk.click("closeButton")
    assert slicer.mrmlScene.WriteToMRB(str(desk.folder / "kept.mrb"))
    text, name = node.GetText(), node.GetName()
    slicer.mrmlScene.Clear(0)
    desk.fill_in(desk.folder / "none.xml", desk.folder)

    assert slicer.mrmlScene.ReadFromMRB(str(desk.folder / "kept.mrb"))
    desk.settle()

    again = slicer.mrmlScene.GetFirstNodeByName(name)
    assert again.GetText() == text
    unpacked = desk.ui.quizPathEdit.currentPath
    assert unpacked.endswith("first.quiz.xml")
    assert unpacked != str(quiz)
    assert desk.ui.imageFolderEdit.currentPath == str(images)
    desk.click("openButton")
    desk.wait_for_page(0)
    assert desk.opened.path.read_text(encoding="utf-8") == text
    assert None not in desk.logic.nodes(0)
