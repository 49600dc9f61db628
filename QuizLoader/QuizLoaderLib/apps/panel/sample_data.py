"""The tutorial in Slicer's Sample Data module: its images are made here, not downloaded."""

from pathlib import Path
from typing import Any

import slicer

from . import quiz_node

CATEGORY = "Quiz Loader"


def register_sample_data(thumbnail: str) -> None:
    """To be called when Slicer has started: the Sample Data module is there only then."""
    try:
        import SampleData
    except ImportError:
        return
    logic = SampleData.SampleDataLogic
    if hasattr(logic, "registerCustomSampleDataCategory"):  # Slicer 5.12
        logic.registerCustomSampleDataCategory(CATEGORY)
    logic.registerCustomSampleDataSource(
        category=CATEGORY,
        sampleName="QuizLoaderTutorial",
        # Nothing is fetched, but a source without an address is refused.
        uris="",
        customDownloader=make_tutorial,
        thumbnailFileName=thumbnail,
    )


def make_tutorial(_source: Any = None) -> Any:
    """Make the demo's images and quizzes, once, and put the tutorial's quiz into the scene."""
    from ..demo import make_demo

    folder = Path(slicer.app.temporaryPath) / "QuizLoaderTutorial"
    quiz = folder / "quizzes" / "label-maps.xml"
    # The quizzes are written last: where they are, the images are whole.
    if not quiz.is_file():
        with slicer.util.WaitCursor():
            make_demo(folder)
    node = quiz_node.add_quiz_node(slicer.mrmlScene, quiz, image_folder=folder / "images")
    quiz_node.show_panel()
    return node
