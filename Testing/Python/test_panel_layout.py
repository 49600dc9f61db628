"""Forms of marks, what is right, and scores in a panel of 300 pixels, in a light style and in a dark one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pages_of_marks import LONG_ID, OTHERS, write_learning
from panel_stage import stage, write_images
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QRadioButton, QSlider, QWidget
from QuizLoaderLib.reader.feedback import Rightness
from test_panel_marks import mark, texts
from test_panel_session import Reader

WIDTH = 300
RED = "#e53935"
"""The bar beside what is wrong."""


@pytest.fixture(params=["light", "dark"])
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reader]:
    images = write_images(tmp_path / "images")
    with stage(tmp_path / "stage") as on_stage:
        if request.param == "dark":
            on_stage.slicer.use_dark_colors()
        reader = Reader(on_stage, images, tmp_path / "results")
        reader.sign_in(write_learning(tmp_path / "learning.xml"))
        yield reader


def resize(reader: Reader) -> None:
    """As wide as Slicer's panel can be at least; alone, as the window has its own least width."""
    reader.stage.slicer.panel.setParent(None)
    reader.stage.slicer.panel.resize(WIDTH, 700)
    reader.stage.slicer.panel.show()
    reader.stage.slicer.wait_until(lambda: reader.stage.slicer.panel.width() == WIDTH)
    settle(reader)


def settle(reader: Reader) -> None:
    for _ in range(5):
        reader.stage.slicer.qt.processEvents()


def cut(reader: Reader) -> list[str]:
    """Texts that are wider or higher than their labels, and what reaches over the middle of the panel."""
    found = []
    middle = reader.stage.widget("middle")
    for each in middle.findChildren(QWidget):
        if not each.isVisible():
            continue
        right = each.mapTo(middle, QPoint(each.width(), 0)).x()
        is_low = (
            isinstance(each, QLabel) and each.wordWrap() and each.height() < each.heightForWidth(each.width())
        )
        if right > middle.width() or is_low:
            found.append(
                f"{each.metaObject().className()} {each.accessibleName()} {getattr(each, 'text', str)()}"
            )
    return found


def fill_in(reader: Reader, number: int) -> None:
    """The form of this mark."""
    container = reader.stage.widget("formsContainer")

    def form(title: str, kind: Any) -> Any:
        named = [each for each in container.findChildren(QWidget) if each.accessibleName().startswith(title)]
        return [each.findChildren(kind) for each in named if each.findChildren(kind)][number - 1]

    form("Kind of finding", QRadioButton)[0].click()
    form("Segment", QComboBox)[0].setCurrentIndex(2)
    form("Certainty", QSlider)[0].triggerAction(QSlider.SliderSingleStepAdd)
    for row in ("Sharpness of the contours", "Noise"):
        form(row, QRadioButton)[1].click()
    form("Diameter", QLineEdit)[0].setText("12.5")
    reader.stage.slicer.check()


def test_forms_of_marks_scores_and_what_is_right_fit_a_narrow_panel(reader: Reader) -> None:
    mark(reader, "Point", (50, 100))
    mark(reader, "Ellipse", (60, 60), (120, 100))
    reader.stage.slicer.wait_until(lambda: any("mean" in text for text in texts(reader)))
    resize(reader)
    reader.click("nextButton")
    settle(reader)
    assert sum(text.startswith("Mark 2 of “Mark each finding”") for text in texts(reader)) == 5
    assert reader.stage.slicer.panel.width() == WIDTH
    assert cut(reader) == []

    for number in (1, 2):
        fill_in(reader, number)
    for _ in range(OTHERS):
        reader.go()
    reader.click("finishButton")
    reader.stage.slicer.wait_until(lambda: reader.sees("finishNowButton"))
    reader.click("finishNowButton")
    reader.stage.slicer.wait_until(lambda: reader.sees("scoresLabel"))
    settle(reader)
    assert reader.text("scoresLabel").count("\n") == OTHERS + 1
    assert LONG_ID in reader.text("scoresLabel")
    assert reader.stage.slicer.panel.width() == WIDTH
    assert cut(reader) == []

    # Who looks at a page has it, not the scores of all others, above.
    while reader.stage.slicer.logic.console.opened.index:
        reader.go("previousButton")
    reader.stage.slicer.wait_until(lambda: Rightness.WRONG.value in texts(reader))
    settle(reader)
    assert reader.sees("scoresSection") and not reader.sees("scoresLabel")
    assert reader.stage.slicer.panel.width() == WIDTH
    assert cut(reader) == []
    labels = reader.stage.widget("formsContainer").findChildren(QLabel)
    verdict = next(each for each in labels if each.text() == Rightness.WRONG.value)
    assert QColor(verdict.grab().toImage().pixel(1, verdict.height() // 2)).name() == RED
    regions = reader.stage.widget("legendList")
    needed = [regions.visualItemRect(regions.item(row)).bottom() for row in range(regions.count())]
    assert 0 < max(needed) < regions.viewport().height()
    reader.stage.widget("scoresSection").setProperty("collapsed", False)
    assert reader.sees("scoresLabel")
    reader.click("closeButton")
    assert not reader.sees("scoresSection")
    reader.open()
    reader.stage.slicer.wait_until(lambda: reader.sees("scoresLabel"))
