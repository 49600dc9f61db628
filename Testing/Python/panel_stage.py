"""A stage for the panel's stories: a running Slicer, small images whose pixels are known, a quiz or two."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Whether there is OpenGL takes a process to find out: once, and not on each stage anew.
import QuizLoaderLib.apps.shared.opengl  # noqa: F401
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QAbstractButton
from QuizLoaderStories.made import (
    LABELS,
    QUESTIONS,
    SIDE,
    VOLUME,
    block,
    image_element,
    write_image,
    write_images,
    write_quiz,
)
from slicer_host import RunningSlicer

REPOSITORY = Path(__file__).resolve().parents[2]
TUTORIAL = REPOSITORY / "Resources" / "Quizzes" / "Tutorial"

__all__ = [
    "LABELS",
    "QUESTIONS",
    "REPOSITORY",
    "SIDE",
    "TUTORIAL",
    "VOLUME",
    "Stage",
    "block",
    "image_element",
    "stage",
    "write_image",
    "write_images",
    "write_quiz",
]


class Stage:
    """The panel in a running Slicer, with hands and eyes: ``click``, ``type``, ``text``, ``sees``."""

    def __init__(self, slicer: RunningSlicer) -> None:
        self.slicer = slicer

    def widget(self, name: str) -> Any:
        found = self.slicer.panel.findChild(QObject, name)
        assert found is not None, f"the panel has no {name}"
        return found

    def click(self, name: str) -> None:
        button = self.widget(name)
        assert isinstance(button, QAbstractButton)
        assert button.isEnabled(), f"{name} cannot be clicked"
        button.click()
        self.slicer.check()

    def menu(self, name: str) -> list[Any]:
        """The lines of the menu at a button; ``trigger()`` chooses one."""
        return self.widget(name).menu().actions()

    def choose_in_menu(self, name: str, row: int) -> None:
        self.menu(name)[row].trigger()
        self.slicer.check()

    def text(self, name: str) -> str:
        return self.widget(name).property("text").replace("\u00a0", " ")

    def sees(self, name: str) -> bool:
        return self.widget(name).isVisibleTo(self.slicer.panel)

    def choose(self, quiz: Path, images: Path) -> None:
        self.widget("quizPathEdit").setProperty("currentPath", str(quiz))
        self.widget("imageFolderEdit").setProperty("currentPath", str(images))

    def sign_in(self, results: Path, reader: str = "Ann") -> None:
        results.mkdir(exist_ok=True)
        self.widget("readerEdit").setText(reader)
        self.widget("resultsFolderEdit").setProperty("currentPath", str(results))

    def open(self, quiz: Path, images: Path) -> None:
        self.choose(quiz, images)
        self.click("openButton")
        self.wait_for_page(0)

    def wait_for_page(self, index: int) -> None:
        console = self.slicer.logic.console
        self.slicer.wait_until(lambda: console.opened is not None and console.opened.index == index)

    def turn_to(self, button: str, index: int) -> None:
        self.click(button)
        self.wait_for_page(index)


@contextmanager
def stage(temporary: Path, **options: Any) -> Iterator[Stage]:
    slicer = RunningSlicer(temporary, **options)
    try:
        if slicer.main_window:
            slicer.enter()
            slicer.size_views()
        yield Stage(slicer)
    finally:
        slicer.close()
