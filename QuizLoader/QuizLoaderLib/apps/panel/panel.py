"""The panel: a reader signs in, a quiz is chosen, its pages are shown and asked. Widgets only."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import ctk
import qt
import slicer

from ...quiz.answer_key import AnswerKey
from ...quiz.problems import ExplainedError, Problem, ProblemError, has_errors
from ...reader.opened_quiz import OpenedQuiz
from . import quiz_node
from .choice_menu import SectionsMenu
from .console import Console
from .new_from_folder import NewFromFolder
from .page import PageSections
from .readers_mode import ReadersMode
from .sign_in import SignInFields
from .ui import show_text
from .words import ROW_LETTERS

if TYPE_CHECKING:
    from .ui import Ui

LEAST_WIDTH = 246
"""Pixels that the panel asks for, and more where letters are large. Slicer adds those of a scroll bar that
lies (qSlicerModulePanel::minimumSizeHint), 54 in most styles: it gets 300."""


KEY_TRAVELS = "The quiz has its answer key in it: readers who open it here can read the file."

SECTIONS = {
    "quizSection": "Quiz",
    "problemsSection": "Problems",
    "pagesSection": "Pages",
    "maskSection": "Mask values",
    "shortcutsSection": "Shortcuts",
}
"""What the menu of the panel shows and hides: the names of the widgets, in words."""


class Panel:
    """Connects the widgets of QuizLoader.ui (``ui``, by their names) to the logic of the module.

    What the console opens and shows is seen here too: there is one quiz at a time.
    """

    def __init__(self, ui: "Ui", widget: "qt.QWidget", console: Console) -> None:
        self.ui, self._widget, self._console = ui, widget, console
        self._sign_in = SignInFields(ui)
        self._problems = ProblemList(ui.problemsList)
        self._sections = SectionsMenu(ui, SECTIONS)
        self._readers_mode = ReadersMode(self._readers_mode_changed)
        self._readers_mode_action = self._sections.add("Only the quiz, without Slicer's tools")
        self._readers_mode_action.triggered.connect(lambda: self._readers_mode.set(True))
        ui.leaveReadersModeButton.clicked.connect(lambda: self._readers_mode.set(False))
        ui.leaveReadersModeButton.visible = False
        self._page = PageSections(ui, widget, console)
        self._new = NewFromFolder(ui, self._open_new)
        self._close_was_refused = False
        ui.quizPathEdit.filters = ctk.ctkPathLineEdit.Files
        ui.quizPathEdit.nameFilters = ["Quiz (*.xml)", "All files (*)"]
        ui.imageFolderEdit.filters = ctk.ctkPathLineEdit.Dirs
        ui.openButton.clicked.connect(lambda: self.open())
        ui.tryAgainButton.clicked.connect(lambda: self.open(again=True))
        ui.closeButton.clicked.connect(self.close_if_saved)
        self.fill_in_from_scene()
        console.when_shown = self._page.page_is_shown
        self._page.asking.when_all_saved = self._end_refusal
        console.when_closing = self._page.asking.leave
        self._show_closed()

    # The module's life

    def enter(self) -> None:
        self.fill_in_from_scene()
        self._page.enter()

    def leave(self) -> None:
        self._readers_mode.set(False)
        self._new.cancel()
        self._page.leave()
        self._console.give_views_back()

    def clean_up(self) -> None:
        self._console.when_shown = None
        self._page.shortcuts.remove()
        self._new.cancel()
        self.close()

    def scene_closes(self) -> None:
        """Before its nodes are gone. The quiz closes with its scene; what was answered is saved."""
        was_open = self._console.opened is not None
        sentence = self.close()
        if was_open:
            closed = "The scene was closed, and the quiz with it. Open it again to go on."
            show_text(self.ui.messageLabel, f"{closed} {sentence}".strip())

    def fill_in_from_scene(self) -> None:
        """The newest quiz of the scene goes into the fields, unless one is open."""
        nodes = quiz_node.quiz_nodes()
        if nodes and self._console.opened is None:
            self._fill_in(nodes[-1])

    def offer(self, node: "slicer.vtkMRMLTextNode") -> None:
        """A quiz was dropped on Slicer: it goes into the fields, and what is open stays open."""
        self._fill_in(node)
        if self._console.opened:
            self._sections.show("quizSection")
            show_text(self.ui.messageLabel, f"“{node.GetName()}” is loaded: Open goes to it.")

    def _fill_in(self, node: "slicer.vtkMRMLTextNode") -> None:
        path = quiz_node.quiz_path(node)
        if path:
            self.ui.quizPathEdit.currentPath = str(path)
        if quiz_node.image_folder(node):
            self.ui.imageFolderEdit.currentPath = quiz_node.image_folder(node)

    # Open and close

    def open(self, again: bool = False) -> None:
        """The quiz of the fields; ``again`` begins another run through it."""
        path, folder = self.ui.quizPathEdit.currentPath.strip(), self.ui.imageFolderEdit.currentPath.strip()
        if not path or not folder:
            show_text(
                self.ui.messageLabel,
                "Choose the quiz, an XML file, and the folder that its image paths begin in.",
            )
            return
        if not self.close_if_saved():
            return
        try:
            sign_in = self._sign_in.read()
            sign_in = replace(sign_in, again=again) if sign_in else None
            self._console.open(path, folder, self.ui.followLinksBox.checked, sign_in)
        except ExplainedError as fault:
            show_text(self.ui.messageLabel, str(fault))
            if isinstance(fault, ProblemError):
                self._show_problems(Path(path), fault.problems)
            return
        opened = self._console.opened
        assert opened is not None
        self.ui.quizPathEdit.currentPath = str(opened.path)
        self.ui.quizPathEdit.addCurrentPathToHistory()
        self.ui.imageFolderEdit.addCurrentPathToHistory()
        self._sign_in.remember()
        self._show_opened(opened)
        if opened.pages:
            self._page.load()

    def _open_new(self, quiz: Path, folder: Path, sentence: str) -> None:
        """As its author, who looks at it."""
        self.ui.quizPathEdit.currentPath, self.ui.imageFolderEdit.currentPath = str(quiz), str(folder)
        self.ui.readerEdit.text = ""
        self.open()
        show_text(self.ui.noticeLabel, "\n".join(filter(None, (sentence, self.ui.noticeLabel.text))))

    def close_if_saved(self) -> bool:
        """Where answers cannot be saved the quiz stays open once, so that nobody loses them unwarned."""
        opened = self._console.opened
        if opened and not self._close_was_refused:
            self._page.asking.settle()
            if sentence := opened.answers.close():
                self._close_was_refused = True
                again = "Closing once more puts them into your home folder instead."
                show_text(self.ui.messageLabel, f"{sentence} {again}")
                return False
        show_text(self.ui.messageLabel, self.close())
        return True

    def _end_refusal(self) -> None:
        """All is saved now: nothing would be put anywhere else."""
        if self._close_was_refused:
            self._close_was_refused = False
            show_text(self.ui.messageLabel, "")

    def close(self) -> str:
        """In any case; gives a sentence where the answers had to be put somewhere else."""
        self._page.put_away()
        sentence = self._console.close()
        self._show_closed()
        return sentence

    # What the widgets say

    def tell(self, text: str) -> None:
        """A sentence from outside of the panel, where nothing of a quiz stands in its place."""
        if self._console.opened is None:
            show_text(self.ui.messageLabel, text)

    def _show_opened(self, opened: OpenedQuiz) -> None:
        self._page.asking.begin(opened.answers, opened.path.parent)
        self._close_was_refused = False
        self._set_width(self._page.least_width(opened))
        is_open_book = not opened.answers.reader and not AnswerKey(opened.quiz).is_empty
        notices = [*opened.answers.notices, *([KEY_TRAVELS] if is_open_book else [])]
        show_text(self.ui.noticeLabel, "\n".join(notices))
        # A reader cannot put the quiz right.
        told = [problem for problem in opened.problems if problem.is_error or not opened.answers.reader]
        for name in SECTIONS:
            self._sections.offer(name, True)
        self._show_problems(opened.path, told)
        self._sections.show("quizSection", False)
        self._new.cancel()
        self.ui.newSection.visible = False
        self._sections.offer("pagesSection", bool(opened.answers.listed_pages()))
        self.ui.closeButton.enabled = True
        show_text(self.ui.messageLabel, "" if opened.pages else "The quiz has no page that can be shown.")

    def _set_width(self, least: int = 0) -> None:
        """One for all that is shown: where the panel gets wider or narrower, the views do the opposite."""
        letters = ROW_LETTERS * self._widget.fontMetrics().averageCharWidth()
        self._widget.minimumWidth = max(LEAST_WIDTH, letters, least)

    def _show_problems(self, path: Path, problems: Sequence[Problem]) -> None:
        self._problems.show(path, problems)
        self.ui.problemsSection.text = f"Problems of the quiz ({len(problems)})"
        self._sections.offer("problemsSection", bool(problems))
        self._sections.show("problemsSection", bool(problems))
        self.ui.problemsSection.collapsed = not has_errors(problems)

    def _show_closed(self) -> None:
        self.ui.closeButton.enabled = False
        self._readers_mode.set(False)
        for name in SECTIONS:
            self._sections.offer(name, False)
        self._sections.show("quizSection")
        self.ui.newSection.visible = True
        self._page.clear()
        self._problems.clear()
        self._set_width()
        show_text(self.ui.noticeLabel, "")
        show_text(self.ui.messageLabel, "")

    def _readers_mode_changed(self, is_on: bool) -> None:
        self.ui.leaveReadersModeButton.visible = is_on
        self._readers_mode_action.visible = not is_on


class ProblemList:
    """What is wrong with the quiz; a double click copies ``file:line``, the form that editors jump to."""

    def __init__(self, list_widget: "qt.QListWidget") -> None:
        self._list = list_widget
        self._places: list[str] = []
        self._list.itemDoubleClicked.connect(self._copy_place)

    def show(self, path: Path, problems: Sequence[Problem]) -> None:
        self.clear()
        for problem in problems:
            item = qt.QListWidgetItem(problem.for_author)
            item.setToolTip(problem.as_line(str(path)))
            self._list.addItem(item)
        self._places = [f"{path}:{problem.line}" for problem in problems]

    def clear(self) -> None:
        self._places = []
        self._list.clear()

    def _copy_place(self) -> None:
        row = self._list.currentRow
        if 0 <= row < len(self._places):
            slicer.app.clipboard().setText(self._places[row])
