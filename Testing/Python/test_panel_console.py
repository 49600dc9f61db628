"""Slicer's console, its file reader, its sample data, and a Slicer without a main window."""

import threading

import pytest
import slicer
from panel_stage import LABELS, VOLUME, image_element, stage, write_quiz
from PySide6.QtCore import QTimer
from slicer_scripted import SampleDataLogic


@pytest.fixture
def quiz(tmp_path):
    page = image_element("Volume", VOLUME, "Green", "Coronal") + image_element("LabelMap", LABELS)
    return write_quiz(tmp_path / "first.quiz.xml", ["|" + page, "Layout='OneUpRedSlice'|" + page])


@pytest.mark.parametrize(
    ("content", "is_quiz"),
    [
        ("<Session>", True),
        ("\ufeff<?xml version='1.0'?>\n<!-- <Page> -->\n<Session RandomizePageGroups='Y'>", True),
        ("<Sessions>", False),
        ("<Page/>", False),
        ("Session", False),
        ("", False),
    ],
)
def test_an_xml_file_is_a_quiz_by_its_root(tmp_path, content, is_quiz):
    path = tmp_path / "file.xml"
    path.write_text(content, encoding="utf-8")
    with stage(tmp_path, main_window=False) as on_stage:
        assert (slicer.app.coreIOManager().fileType(str(path)) == "QuizLoaderFile") is is_quiz
        assert on_stage.slicer.io.reader.confidence(str(path)) == (0.9 if is_quiz else 0.0)


def test_a_file_that_is_no_quiz_is_refused_with_a_sentence(tmp_path):
    path = tmp_path / "some.quiz.xml"
    path.write_text("<Report/>", encoding="utf-8")
    with (
        stage(tmp_path, main_window=False),
        pytest.raises(RuntimeError, match=r"some\.quiz\.xml” is not a quiz"),
    ):
        slicer.util.loadNodeFromFile(str(path), "QuizLoaderFile")


def test_an_mrb_keeps_the_quiz_and_its_image_folder(tmp_path, quiz, images):
    with stage(tmp_path) as on_stage:
        node = slicer.util.loadNodeFromFile(str(quiz), "QuizLoaderFile")
        on_stage.open(quiz, images)
        on_stage.click("closeButton")
        assert slicer.mrmlScene.WriteToMRB(str(tmp_path / "kept.mrb"))
        text = node.GetText()
        slicer.mrmlScene.Clear(0)
        on_stage.choose(tmp_path / "none.xml", tmp_path)

        assert slicer.mrmlScene.ReadFromMRB(str(tmp_path / "kept.mrb"))
        on_stage.slicer.check()

        again = slicer.mrmlScene.GetFirstNodeByName(node.GetName())
        assert again.GetText() == text
        unpacked = on_stage.widget("quizPathEdit").property("currentPath")
        assert unpacked.endswith("first.quiz.xml")
        assert unpacked != str(quiz)
        assert on_stage.widget("imageFolderEdit").property("currentPath") == str(images)


def test_the_tutorial_is_among_the_sample_data(tmp_path):
    with stage(tmp_path) as on_stage:
        (source,) = SampleDataLogic.sources
        assert source["name"] == "QuizLoaderTutorial"
        source["downloader"](source)
        on_stage.slicer.check()
        ui = slicer.modules.QuizLoaderWidget.panel.ui
        assert ui.quizPathEdit.currentPath.endswith("label-maps.xml")
        assert ui.imageFolderEdit.currentPath.endswith("images")


def test_a_build_without_the_sample_quizzes_says_so(tmp_path, monkeypatch):
    from QuizLoaderLib.apps.demo import samples

    with stage(tmp_path) as on_stage:
        monkeypatch.setattr(samples, "sample_quizzes_folder", lambda: tmp_path / "gone")
        assert SampleDataLogic.sources[0]["downloader"]() is None
        assert on_stage.text("messageLabel").startswith("The sample quizzes are not in “")
        assert not (tmp_path / "QuizLoaderTutorial").exists()


def test_the_window_lives_while_the_sample_images_are_made_and_a_second_click_does_no_harm(
    tmp_path, monkeypatch
):
    from QuizLoaderLib.apps.demo import samples as demo

    with stage(tmp_path) as on_stage:
        steps = []
        go = threading.Event()

        def make_demo(folder, progress):
            progress(1, 5)
            assert go.wait(60)
            (folder / "quizzes").mkdir(parents=True)
            (folder / "quizzes" / "label-maps.xml").write_text("<Session/>", encoding="utf-8")

        monkeypatch.setattr(demo, "make_demo", make_demo)
        make = SampleDataLogic.sources[0]["downloader"]

        def click_again():
            steps.append(on_stage.text("messageLabel"))
            assert make() is None
            go.set()

        QTimer.singleShot(300, click_again)
        node = make()

        on_stage.slicer.check()
        assert node.GetName() == "label-maps"
        assert steps == ["The sample images are made: 1 of 5 steps."]
        assert not on_stage.sees("messageLabel")


def test_sample_images_that_cannot_be_written_are_said(tmp_path):
    with stage(tmp_path) as on_stage:
        (tmp_path / "QuizLoaderTutorial").write_text("in the way", encoding="utf-8")
        assert SampleDataLogic.sources[0]["downloader"]() is None
        assert "cannot be written" in on_stage.text("messageLabel")
        assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLTextNode") == 0
