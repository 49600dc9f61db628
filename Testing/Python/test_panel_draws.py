"""What is drawn for a reader, in the panel: sides at random, a ranking and orders of options; and keys alone
that answer a matrix and a ranking."""

from collections.abc import Callable

import drawn_pages
from panel_stage import VOLUME, Stage, image_element, stage, write_images, write_quiz
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QListWidget,
    QPushButton,
    QRadioButton,
    QWidget,
)
from QuizLoaderLib.quiz.layout_rows import IMAGE_ID
from QuizLoaderLib.quiz.model import SliceView
from session_by_hand import page_of, saved
from test_panel_forms import box

BY_KEYS = """|<QuestionSet Descriptor='Reading'>
<Question Type='Matrix' Descriptor='Good'><Row>Sharp</Row><Row>Noise</Row>
<Option>bad</Option><Option>good</Option></Question>
<Question Type='Ranking' Descriptor='Worst first'><Option>Noise</Option><Option>Blur</Option>
<Option>Motion</Option></Question></QuestionSet>"""


class Keys:
    """A reader who has no mouse."""

    def __init__(self, forms: Stage) -> None:
        self._slicer = forms.slicer
        self._slicer.main_window.activateWindow()
        self._slicer.wait_until(self._slicer.main_window.isActiveWindow)
        self._slicer.wait_until(box(forms, "Good").isVisible)
        forms.widget("finishButton").setFocus(Qt.TabFocusReason)

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(QApplication.focusWidget(), key)
            self._slicer.check()

    def tab_to(self, is_there: Callable[[QWidget], bool]) -> None:
        for _ in range(60):
            if is_there(QApplication.focusWidget()):
                return
            self.press(Qt.Key_Tab)
        raise AssertionError("Tab never comes there")

    def press_button(self, text: str) -> None:
        self.tab_to(lambda widget: isinstance(widget, QPushButton) and widget.text() == text)
        self.press(Qt.Key_Space)


def test_a_matrix_and_a_ranking_are_answered_by_keys_alone(tmp_path):
    write_images(tmp_path / "images")
    quiz = write_quiz(tmp_path / "keys.xml", [BY_KEYS + image_element("Volume", VOLUME)])
    with stage(tmp_path) as forms:
        forms.sign_in(tmp_path / "results")
        forms.open(quiz, tmp_path / "images")
        keys = Keys(forms)

        def of_row(name: str) -> Callable[[QWidget], bool]:
            return lambda widget: (
                isinstance(widget, QRadioButton) and widget.parent().accessibleName() == name
            )

        keys.tab_to(of_row("Sharp"))
        keys.press(Qt.Key_Space, Qt.Key_Right)
        keys.tab_to(of_row("Noise"))
        keys.press(Qt.Key_Space)
        ranking = box(forms, "Worst first").findChild(QListWidget)
        lines = lambda: [ranking.item(row).text() for row in range(3)]  # noqa: E731
        first, second, third = lines()
        keys.tab_to(lambda widget: widget is ranking)
        keys.press(Qt.Key_Down)
        keys.press_button("Up")
        assert lines() == [f"1. {second}", f"2. {first}", f"3. {third}"]
        keys.press_button("Down")
        keys.press(Qt.Key_Space)
        assert lines() == [f"1. {first}", f"2. {third}", f"3. {second}"]
        keys.press_button("Finish...")
        keys.press_button("Finish now")
        forms.slicer.wait_until(lambda: forms.slicer.logic.console.opened.answers.is_finished)
    root = saved(tmp_path / "results" / "Ann" / "keys" / "keys.xml")
    matrix, ranked = page_of(root, 1).iter("Question")
    assert [each.findtext("Response") for each in matrix.findall("Row")] == ["good", "bad"]
    places = {first: "1", third: "2", second: "3"}
    assert [each.findtext("Response") for each in ranked.findall("Option")] == [
        places[option] for option in ("Noise", "Blur", "Motion")
    ]


def test_what_is_drawn_for_a_reader_is_shown_and_stored_by_the_images(tmp_path):
    quiz, results = drawn_pages.write(tmp_path), tmp_path / "results"
    with stage(tmp_path) as forms:
        forms.sign_in(results)
        forms.open(quiz, tmp_path / "images")
        drawn = drawn_pages.Drawn(results)
        red = forms.slicer.logic.console.opened.slice_logics()[SliceView.RED]
        assert red.GetBackgroundLayer().GetVolumeNode().GetAttribute(IMAGE_ID) == drawn.left
        names = [forms.widget("imageBox").itemText(row) for row in range(2)]
        assert names == ["Axial (left)", "Axial (right)"]
        side = box(forms, "Better").findChildren(QRadioButton)[drawn.left != "Dark"]
        side.click()
        signs = box(forms, "Why dark").findChildren(QCheckBox)
        by_place = sorted(signs, key=lambda each: (each.y(), each.x()))
        assert [each.text() for each in by_place] == drawn.order("Why dark")
        next(each for each in signs if each.text() == "b").click()
        forms.turn_to("nextButton", 1)

        text = next(
            label for label in box(forms, "Note").findChildren(QLabel) if label.textFormat() == Qt.RichText
        )
        assert "<strong>closely</strong>" in text.text() and "&lt;b&gt;it&lt;/b&gt;" in text.text()
        assert text.openExternalLinks()
        ranking = box(forms, "Worst first").findChild(QListWidget)
        lines = lambda: [ranking.item(row).text() for row in range(3)]  # noqa: E731
        first, second, third = drawn.order("Worst first")
        assert lines() == [first, second, third]
        up, down, _ = box(forms, "Worst first").findChildren(QPushButton)
        ranking.setCurrentRow(0)
        down.click()
        assert lines() == [f"1. {second}", f"2. {first}", f"3. {third}"]
        # As the list itself does where its last line is dropped before the first.
        ranking.model().moveRow(QModelIndex(), 2, QModelIndex(), 0)
        assert lines() == [f"1. {third}", f"2. {second}", f"3. {first}"]
        up.click()
        assert lines() == [f"1. {third}", f"2. {first}", f"3. {second}"]
        side_list = box(forms, "Side").findChild(QComboBox)
        assert [side_list.itemText(row) for row in range(1, 4)] == drawn.order("Side")
        side_list.setCurrentIndex(1)
        rows = [each for each in box(forms, "Good").findChildren(QWidget) if each.accessibleName()]
        assert [each.accessibleName() for each in rows] == drawn.order("Good")
        for row, answer in zip(rows, (0, 1), strict=True):
            row.findChildren(QRadioButton)[answer].click()
        assert forms.menu("mouseWindowButton")[1].text() == "Block"
        forms.choose_in_menu("mouseWindowButton", 1)
        display = forms.slicer.logic.console.opened.background.GetDisplayNode()
        assert (display.GetWindow(), display.GetLevel()) == (500, 250)
        forms.click("finishButton")
        forms.slicer.wait_until(lambda: forms.sees("finishNowButton"))
        forms.click("finishNowButton")
        forms.slicer.check()
    places = {first: "2", second: "3", third: "1"}
    no, yes = drawn.order("Good")
    assert drawn.answers() == {
        "Better": ["Y", "N"] if drawn.left == "Dark" else ["N", "Y"],
        "Why dark": ["N", "Y", "N", "N"],
        "Note": [""],
        "Worst first": [places[option] for option in ("Noise", "Blur", "Motion")],
        "Side": ["Y" if each == drawn.order("Side")[0] else "N" for each in ("Left", "Right", "Both")],
        "Good": [{no: "no", yes: "yes"}[row] for row in ("Sharp", "Calm")],
    }


def test_the_image_of_a_random_side_that_is_gone_is_told_by_its_side(tmp_path):
    quiz, results = drawn_pages.write(tmp_path), tmp_path / "results"
    (tmp_path / "images" / "dark.nrrd").unlink()
    with stage(tmp_path) as forms:
        forms.sign_in(results)
        forms.open(quiz, tmp_path / "images")
        side = "left" if drawn_pages.Drawn(results).left == "Dark" else "right"
        told = f"The {side} image cannot be shown; who runs the study can say why."
        assert forms.widget("messageLabel").text() == told
