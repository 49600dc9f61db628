"""Slicer's console, its file reader, its sample data, and a Slicer without a main window."""

import threading

import pytest
import slicer
from panel_stage import stage
from PySide6.QtCore import QTimer
from slicer_scripted import SampleDataLogic


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
    """The images themselves are made and shown by the stories."""
    from QuizLoaderLib.apps.demo import samples as demo

    with stage(tmp_path) as on_stage:
        steps: list[str] = []
        go = threading.Event()

        def make_demo(folder, progress):
            progress(1, 5)
            assert go.wait(60)
            (folder / "quizzes").mkdir(parents=True)
            (folder / "quizzes" / "label-maps.xml").write_text("<Session/>", encoding="utf-8")

        monkeypatch.setattr(demo, "make_demo", make_demo)
        (source,) = SampleDataLogic.sources
        assert source["name"] == "QuizLoaderTutorial"
        make = source["downloader"]

        def click_again():
            if not steps and on_stage.text("messageLabel"):
                steps.append(on_stage.text("messageLabel"))
                assert make() is None
                go.set()

        looks = QTimer()
        looks.timeout.connect(click_again)
        looks.start(1)
        node = make(source)
        looks.stop()

        on_stage.slicer.check()
        ui = slicer.modules.QuizLoaderWidget.panel.ui
        assert ui.quizPathEdit.currentPath.endswith("label-maps.xml")
        assert ui.imageFolderEdit.currentPath.endswith("images")
        assert node.GetName() == "label-maps"
        assert steps == ["The sample images are made: 1 of 5 steps."]
        assert not on_stage.sees("messageLabel")


def test_sample_images_that_cannot_be_written_are_said(tmp_path):
    with stage(tmp_path) as on_stage:
        (tmp_path / "QuizLoaderTutorial").write_text("in the way", encoding="utf-8")
        assert SampleDataLogic.sources[0]["downloader"]() is None
        assert "cannot be written" in on_stage.text("messageLabel")
        assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLTextNode") == 0


@pytest.mark.parametrize("has_categories", [True, False], ids=["5.12", "5.10"])
def test_the_sample_data_module_of_each_slicer_takes_the_tutorial(tmp_path, monkeypatch, has_categories):
    if not has_categories:
        monkeypatch.delattr(SampleDataLogic, "registerCustomSampleDataCategory")
    monkeypatch.setattr(SampleDataLogic, "titles", {})
    with stage(tmp_path, main_window=False):
        assert [source["name"] for source in SampleDataLogic.sources] == ["QuizLoaderTutorial"]
        assert SampleDataLogic.titles == ({"Quiz Loader": "Quiz Loader"} if has_categories else {})
