"""One quiz at a time, opened and shown in the running Slicer: what the panel and Slicer's console call."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import slicer

from ...quiz.model import Page
from ...quiz.problems import Problem
from . import quiz_node
from .host import SlicerHost
from .opened_quiz import OpenedQuiz
from .packages import ensure_packages
from .paths import REQUIREMENTS


class NoQuizOpenError(Exception):
    """A page was asked for before a quiz was opened."""


class Console:
    """Opens, shows, closes. ``when_shown`` is called with the problems of each page that was shown.

    A quiz closes with the scene that it is shown in.
    """

    def __init__(self) -> None:
        self.opened: OpenedQuiz | None = None
        self.when_shown: Callable[[list[Problem]], None] | None = None
        self._host: SlicerHost | None = None
        self._observer: int | None = None

    def open(
        self, path: str | Path, image_folder: str | Path | None = None, follow_links: bool = False
    ) -> None:
        """Read and check a quiz. Without an image folder it is the one that the scene remembers for this
        quiz, else the quiz's own.

        Raises QuizUnreadableError and PackagesMissingError; the quiz that was open is closed first.
        """
        self.close()
        ensure_packages(REQUIREMENTS)
        path = Path(path)
        node = quiz_node.quiz_node_of(slicer.mrmlScene, path)
        remembered = quiz_node.image_folder(node) if node else ""
        folder = Path(image_folder or remembered or path.parent)
        host = SlicerHost()
        self.opened = OpenedQuiz(path, folder, host, follow_links)
        self._host = host
        if node:
            quiz_node.remember_image_folder(node, folder)
        scene = slicer.mrmlScene
        self._observer = scene.AddObserver(scene.StartCloseEvent, lambda _scene, _event: self.close())

    @property
    def problems(self) -> list[Problem]:
        return self._the_quiz().problems

    @property
    def pages(self) -> tuple[Page, ...]:
        return self._the_quiz().pages

    def show(self, index: int) -> list[Problem]:
        """Load the page and show it; gives what is wrong with its images. Raises IndexError."""
        problems = self._the_quiz().show(index)
        if self.when_shown:
            self.when_shown(problems)
        return problems

    def nodes(self, index: int) -> tuple[Any, ...]:
        return self._the_quiz().nodes(index)

    def give_views_back(self) -> None:
        """The views are as before the quiz, which stays open."""
        if self._host:
            self._host.give_back()

    def close(self) -> None:
        """Nothing of the quiz is left in the scene, and the views are as before it."""
        if self._observer is not None:
            slicer.mrmlScene.RemoveObserver(self._observer)
            self._observer = None
        host, self._host = self._host, None
        opened, self.opened = self.opened, None
        if host:
            host.close()
        if opened:
            opened.close()

    def _the_quiz(self) -> OpenedQuiz:
        if self.opened is None:
            raise NoQuizOpenError("No quiz is open: call openQuiz first.")
        return self.opened
