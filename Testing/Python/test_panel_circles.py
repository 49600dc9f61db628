"""Nothing of Qt is left in circles: Python looks for these in whichever thread makes an object just then, and
only the main thread may destroy what is of Qt."""

import gc

from panel_stage import LABELS, QUESTIONS, VOLUME, image_element, stage, write_quiz
from PySide6.QtCore import QObject


def test_quizzes_and_pages_that_come_and_go_leave_no_object_of_qt_in_circles(tmp_path, images):
    volume, labels = image_element("Volume", VOLUME), image_element("Segmentation", LABELS)
    quiz = write_quiz(tmp_path / "two.xml", [f"|{volume}{labels}{QUESTIONS}", f"|{volume}{QUESTIONS}"])
    with stage(tmp_path) as on_stage:
        gc.collect()
        for _ in range(2):
            on_stage.open(quiz, images)
            on_stage.turn_to("nextButton", 1)
            on_stage.turn_to("previousButton", 0)
            on_stage.click("closeButton")
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            gc.collect()
            left = [type(each).__name__ for each in gc.garbage if isinstance(each, QObject)]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
    assert left == []
