"""What Slicer offers to save, and saves with its scene, while a quiz is open."""

import pytest
import slicer
from panel_stage import (
    LABELS,
    QUESTIONS,
    VOLUME,
    Stage,
    image_element,
    stage,
    write_images,
    write_quiz,
)
from slicer_files import offered_to_save
from test_panel_session import Reader


@pytest.fixture
def everything(tmp_path):
    """A volume, label maps, one of them on black ground, and a segmentation, on a page that is drawn on."""
    images = write_images(tmp_path / "images")
    elements = [
        image_element("Volume", VOLUME),
        image_element("LabelMap", LABELS),
        image_element("Segmentation", LABELS, "Green", "Coronal", "<ROIs ROIVisibilityCode='All'/>"),
        image_element("LabelMap", LABELS, "Yellow", "Sagittal"),
    ]
    page = f"EnableSegmentEditor='Y'|{''.join(elements)}{QUESTIONS}"
    return write_quiz(tmp_path / "all.quiz.xml", [page, f"|{QUESTIONS}"]), images


def measure(story: Stage) -> None:
    story.click("measureButton")
    for pixel in ((50, 100), (150, 100)):
        story.slicer.mice["Red"].click(pixel)
    story.slicer.wait_until(lambda: story.widget("linesList").count() == 1)


def test_the_images_of_a_quiz_are_neither_offered_nor_saved_but_what_an_author_drew_is(tmp_path, everything):
    quiz, images = everything
    with stage(tmp_path) as story:
        node = slicer.util.loadNodeFromFile(str(quiz), "QuizLoaderFile")
        story.open(quiz, images)
        nodes = story.slicer.logic.nodes(0)
        assert None not in nodes
        drawing = story.slicer.logic.console.opened.drawings.nodes[0]
        measure(story)

        assert sorted(offered_to_save()) == sorted([node.GetName(), drawing.GetName(), "Line 1"])

        kept = str(tmp_path / "kept.mrb")
        assert slicer.mrmlScene.WriteToMRB(kept)
        story.click("closeButton")
        slicer.mrmlScene.Clear(0)
        assert slicer.mrmlScene.ReadFromMRB(kept)
        assert sorted(offered_to_save()) == sorted(["all", drawing.GetName(), "Line 1"])
        for kind, count in (("vtkMRMLVolumeNode", 0), ("vtkMRMLColorTableStorageNode", 0)):
            assert slicer.mrmlScene.GetNumberOfNodesByClass(kind) == count, kind


def test_what_a_reader_drew_and_measured_is_saved_by_the_session_alone(tmp_path, everything):
    quiz, images = everything
    with stage(tmp_path) as story:
        reader = Reader(story, images, tmp_path / "results")
        reader.sign_in(quiz)
        measure(story)
        assert offered_to_save() == []
        reader.go()
        reader.go("previousButton")
        assert story.widget("linesList").count() == 1
        assert offered_to_save() == []
        reader.click("closeButton")
        assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLVolumeNode") == 0
