"""One quiz at a time, opened and shown in the running Slicer: what the panel and Slicer's console call."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import slicer

from ...quiz.model import Page
from ...quiz.problems import ExplainedError, Problem
from ...reader.answers import Given
from ...reader.opened_quiz import OpenedQuiz
from ...reader.session_answers import SignIn
from . import quiz_node
from .closing import ClosingOfSlicer
from .host import SlicerHost
from .packages import ensure_packages


class Console:
    """Opens, shows, closes. ``when_shown`` is called with the problems of each page that was shown,
    ``when_closing`` while everything of the quiz is still there.

    A quiz closes with the scene that it is shown in.
    """

    def __init__(self) -> None:
        self.opened: OpenedQuiz | None = None
        self.when_shown: Callable[[list[Problem]], None] | None = None
        self.when_closing: Callable[[], None] | None = None
        self._given: dict[Path, Given] = {}
        self._host: SlicerHost | None = None
        self._observer: int | None = None
        self._closing_of_slicer: ClosingOfSlicer | None = None

    def open(
        self,
        path: str | Path,
        image_folder: str | Path | None = None,
        follow_links: bool = False,
        sign_in: SignIn | None = None,
    ) -> None:
        """Read and check a quiz. Without an image folder it is the one that the scene remembers for this
        quiz, else the quiz's own.

        With ``sign_in`` a reader's session begins. Without it what the forms hold stays in memory.

        Raises ExplainedError; the quiz that was open is closed first.
        """
        self.close()
        ensure_packages()
        path = quiz_node.file_to_read(Path(path))
        node = quiz_node.quiz_node_of(path)
        remembered = quiz_node.image_folder(node) if node else ""
        folder = Path(image_folder or remembered or path.parent)
        reading = sign_in.begin(path, folder) if sign_in else None
        with ExitStack() as until_opened:
            if reading:
                until_opened.callback(reading.close_for_good)
            host = SlicerHost()
            given = self._given.setdefault(path, {})
            self.opened = OpenedQuiz(path, folder, host, follow_links, reading, given)
            until_opened.pop_all()
        self._host = host
        if node:
            quiz_node.remember_image_folder(node, folder)
        self._closing_of_slicer = ClosingOfSlicer(lambda: self._the_quiz().drawings.nodes)
        scene = slicer.mrmlScene
        self._observer = scene.AddObserver(scene.StartCloseEvent, lambda _scene, _event: self.close())

    @property
    def problems(self) -> list[Problem]:
        return self._the_quiz().problems

    @property
    def pages(self) -> tuple[Page, ...]:
        return self._the_quiz().pages

    def show(self, index: int) -> list[Problem]:
        """Load the page and show it; gives what is wrong with its images.

        Raises IndexError, and ExplainedError while a reader reads, whose session decides what is shown.
        """
        opened = self._the_quiz()
        if not opened.answers.may_show(index):
            raise ExplainedError(
                f"{opened.answers.reader} is reading this quiz page by page; close it in the panel first."
            )
        assert self._host is not None
        self._host.remember_views()
        problems = opened.show(index)
        opened.answers.arrive(index)
        if self.when_shown:
            self.when_shown(problems)
        return problems

    def nodes(self, index: int) -> "tuple[slicer.vtkMRMLNode, ...]":
        return self._the_quiz().nodes(index)

    def give_views_back(self) -> None:
        """The views are as before the quiz, which stays open."""
        if self._host:
            self._host.give_back()

    def close(self) -> str:
        """Nothing of the quiz is left in the scene, and the views are as before it.

        A reader's session ends; gives a sentence where its answers had to be put somewhere else.
        """
        if self.opened and self.when_closing:
            self.when_closing()
        if self._observer is not None:
            slicer.mrmlScene.RemoveObserver(self._observer)
            self._observer = None
        if self._closing_of_slicer:
            self._closing_of_slicer.end()
            self._closing_of_slicer = None
        host, self._host = self._host, None
        opened, self.opened = self.opened, None
        sentence = opened.answers.close_for_good() if opened else ""
        if host:
            host.close()
        if opened:
            opened.close()
        return sentence

    def _the_quiz(self) -> OpenedQuiz:
        if self.opened is None:
            raise ExplainedError("No quiz is open: call openQuiz first.")
        return self.opened
