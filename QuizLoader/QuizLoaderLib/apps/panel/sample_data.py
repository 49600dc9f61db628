"""The tutorial in Slicer's Sample Data module: its images are made here, not downloaded."""

import threading
import time
from pathlib import Path

import slicer

from ...quiz.problems import ExplainedError
from . import quiz_node
from .loading import REST_S

_is_making = False

CATEGORY = "Quiz Loader"


def register_sample_data(thumbnail: str) -> None:
    """To be called when Slicer has started: the Sample Data module is there only then."""
    try:
        import SampleData
    except ImportError:
        return
    logic = SampleData.SampleDataLogic
    if hasattr(logic, "registerCustomSampleDataCategory"):  # Slicer 5.12
        logic.registerCustomSampleDataCategory(CATEGORY, CATEGORY)
    logic.registerCustomSampleDataSource(
        category=CATEGORY,
        sampleName="QuizLoaderTutorial",
        # Nothing is fetched, but a source without an address is refused.
        uris="",
        customDownloader=make_tutorial,
        thumbnailFileName=thumbnail,
    )


def make_tutorial(_source: object = None) -> "slicer.vtkMRMLTextNode | None":
    """Make the demo's images and quizzes, once, and put the tutorial's quiz into the scene.

    The window lives meanwhile. None where they cannot be made, which the panel says, or are being made.
    """
    folder = Path(slicer.app.temporaryPath) / "QuizLoaderTutorial"
    quiz = folder / "quizzes" / "label-maps.xml"
    quiz_node.show_panel()
    # The quizzes are written last: where they are, the images are whole.
    if not quiz.is_file() and not _make(folder):
        return None
    node = quiz_node.add_quiz_node(quiz, image_folder=folder / "images")
    quiz_node.show_panel()
    return node


def _make(folder: Path) -> bool:
    """Whether everything is there; False at once where another click is at it."""
    global _is_making
    if _is_making:
        return False
    _is_making = True
    try:
        making = _Making(folder)
        making.start()
        while making.is_alive():
            # Slicer keeps Python's interpreter lock but for these rests (see loading.py).
            time.sleep(REST_S)
            _tell(making.sentence)
            slicer.app.processEvents()
        _tell(making.fault)
        return not making.fault
    finally:
        _is_making = False


class _Making(threading.Thread):
    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self._folder = folder
        self.sentence = self.fault = ""

    def run(self) -> None:
        from ..demo.samples import make_demo

        try:
            make_demo(self._folder, self._progress)
        except OSError as fault:
            reason = fault.strerror or fault
            self.fault = f"The sample images cannot be written to “{self._folder}” ({reason})."
        except ExplainedError as fault:
            self.fault = f"{fault.sentence} {fault.hint}"

    def _progress(self, done: int, total: int) -> None:
        self.sentence = f"The sample images are made: {done} of {total} steps."


def _tell(text: str) -> None:
    slicer.modules.quizloader.widgetRepresentation().self().panel.tell(text)
