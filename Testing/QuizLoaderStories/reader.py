"""A reader at the desk, who answers by the titles of the questions."""

import hashlib
from pathlib import Path
from typing import Any

from .desk import Desk, inside

READER = "Dr. Chen"

DRAWING_NOT_SAVED = "The drawing is not saved yet."
"""Then a step waits until it is."""

_BUTTONS = ("QRadioButton", "QCheckBox", "QPushButton")


class Reader:
    """What is answered goes to ``results``, in the desk's folder."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.results = desk, desk.folder / "results"
        self.click, self.text, self.sees = desk.click, desk.text, desk.sees

    def sign_in(self, quiz: Path, images: Path, scripts: str = "") -> None:
        self.desk.ui.readerEdit.text = READER
        self.desk.ui.resultsFolderEdit.currentPath = str(self.results)
        self.desk.ui.scriptsFolderEdit.currentPath = scripts
        self.desk.fill_in(quiz, images)
        self.open()

    def open(self) -> None:
        self.click("openButton")
        self.wait()

    def come_back(self) -> None:
        """The module is left without closing the quiz, as when Slicer is ended; another day begins."""
        quiz, images = self.desk.ui.quizPathEdit.currentPath, self.desk.ui.imageFolderEdit.currentPath
        self.desk.reload()
        assert self.desk.ui.readerEdit.text == READER
        self.desk.fill_in(Path(quiz), Path(images))
        self.open()

    def go(self, button: str = "nextButton") -> None:
        self.click(button)
        self.wait()

    def wait(self) -> None:
        assert self.desk.opened is not None, self.text("messageLabel")
        self.desk.wait_until(
            lambda: (
                not self.sees("loadingRow")
                and self.text("saveLabel") != DRAWING_NOT_SAVED
                and self.desk.opened.index == self.desk.opened.answers.index
            )
        )
        self.desk.settle()
        self.desk.check()

    # The forms

    def boxes(self) -> dict[str, Any]:
        """The box of each question, by its title."""
        found = inside(self.desk.ui.formsContainer, "QWidget")
        return {box.accessibleName: box for box in found if box.accessibleName}

    def titles(self) -> list[str]:
        return list(self.boxes())

    def buttons(self, title: str) -> list[Any]:
        return inside(self.boxes()[title], *_BUTTONS)

    def choose(self, title: str, option: str) -> None:
        next(button for button in self.buttons(title) if button.text == option).click()
        self.desk.check()

    def chosen(self, title: str) -> list[str]:
        return [button.text for button in self.buttons(title) if button.checked]

    def type(self, title: str, *texts: str) -> None:
        for line, text in zip(inside(self.boxes()[title], "QLineEdit"), texts, strict=True):
            line.text = text
        self.desk.check()

    def typed(self, title: str) -> list[str]:
        return [line.text for line in inside(self.boxes()[title], "QLineEdit")]

    def missing(self) -> list[str]:
        """Said where the pointer rests on the button that leads on."""
        ui = self.desk.ui
        button = ui.finishButton if self.sees("finishButton") else ui.nextButton
        return button.toolTip.splitlines()


def hashes(folder: Path) -> dict[str, str]:
    """Of each file in a folder, by its path there."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
