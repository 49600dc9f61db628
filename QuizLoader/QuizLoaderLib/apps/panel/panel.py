"""The panel: a reader signs in, a quiz is chosen, its pages are shown and asked. Widgets only."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ctk
import slicer

from ...quiz.problems import Problem, has_errors
from ...reader.opened_quiz import OpenedQuiz, QuizUnreadableError
from ...reader.problem_texts import for_reader
from ...reader.session_answers import NotBegunError
from . import keys, quiz_node
from .asking import Asking
from .console import Console
from .editor import Editor
from .legend import Legend
from .lines import LinesSection
from .loading import REST_AHEAD_S, Loading
from .mask_values import MaskValues
from .packages import PackagesMissingError
from .problem_list import ProblemList
from .sign_in import SignInFields
from .tools import ToolsSection


class Panel:
    """Connects the widgets of QuizLoader.ui (``ui``, by their names) to the logic of the module.

    What the console opens and shows is seen here too: there is one quiz at a time.
    """

    def __init__(self, ui: Any, widget: Any, console: Console) -> None:
        self.ui, self._console = ui, console
        self._sign_in = SignInFields(ui)
        self._problems = ProblemList(ui.problemsList)
        self._legend = Legend(ui.legendList)
        self._asking = Asking(ui, self._moved)
        self._close_was_refused = False
        self._editor = Editor(ui)
        self._mask_values = MaskValues(ui)
        self._loading = Loading(self._show_progress, self._files_are_read)
        self._ahead = Loading(lambda done, total: None, lambda: None, REST_AHEAD_S)
        self._loading_index = -1
        self._tools = tools = ToolsSection(ui, self._change_views)
        self._lines = LinesSection(ui, self._asking.look_again)
        actions = {
            keys.NEXT: self.next_page,
            keys.PREVIOUS: self.previous_page,
            keys.CONTOURS: tools.toggle_contours,
            keys.OUTLINE: tools.toggle_outline,
            keys.WINDOW: tools.toggle_mouse,
            keys.CROSSHAIR: tools.toggle_crosshair,
            keys.THREE_PLANES: tools.view_three_planes,
            keys.ONE_PLANE: tools.view_one_plane,
            keys.AS_THE_PAGE: tools.view_page,
            keys.MEASURE: self._lines.measure,
            keys.PLAY: tools.toggle_play,
            keys.NEXT_FRAME: tools.next_frame,
            keys.PREVIOUS_FRAME: tools.previous_frame,
        }
        self._keys = keys.Keys(widget, actions)
        self._set_up()
        console.when_shown = self._page_is_shown
        console.when_closing = self._asking.leave
        self._show_loading(False)
        self._show_closed()

    def _set_up(self) -> None:
        ui = self.ui
        ui.quizPathEdit.filters = ctk.ctkPathLineEdit.Files
        ui.quizPathEdit.nameFilters = ["Quiz" + " (*.xml)", "All files" + " (*)"]
        ui.imageFolderEdit.filters = ctk.ctkPathLineEdit.Dirs
        ui.openButton.clicked.connect(self.open)
        ui.closeButton.clicked.connect(self.close_if_saved)
        ui.cancelButton.clicked.connect(self.cancel)
        ui.loadAgainButton.clicked.connect(self._load_again)
        ui.resetViewButton.clicked.connect(self.reset_views)
        ui.contoursButton.clicked.connect(self._tools.toggle_contours)
        ui.outlineButton.clicked.connect(self._tools.toggle_outline)
        ui.pagesList.itemClicked.connect(self._page_chosen)
        lines = [f"{key}: {text}" for key, text in keys.key_texts().items()]
        ui.keysLabel.text = "\n".join(lines)
        self.fill_in_from_scene()

    # The module's life

    def enter(self) -> None:
        self._keys.install()
        self.fill_in_from_scene()
        opened = self._console.opened
        if opened and (opened.index >= 0 or opened.answers.reader):
            self._show_page(opened.answers.index)

    def leave(self) -> None:
        self._keys.remove()
        self._asking.keep_typed()
        if self._console.opened:
            self._console.opened.drawings.save()
            self._console.opened.leave_views()
        self._ahead.cancel()
        self._loading.cancel()
        self._show_loading(False)
        self._editor.hide()
        self._tools.put_away()
        self._lines.put_away()
        self._console.give_views_back()

    def clean_up(self) -> None:
        self._console.when_shown = None
        self._keys.remove()
        self.close()

    def scene_closes(self) -> None:
        """Before its nodes are gone. The quiz closes with its scene; what was answered is kept."""
        was_open = self._console.opened is not None
        sentence = self.close()
        if was_open:
            closed = "The scene was closed, and the quiz with it. Open it again to go on."
            self._say(f"{closed} {sentence}".strip())

    def fill_in_from_scene(self) -> None:
        """The newest quiz of the scene goes into the fields, unless one is open."""
        nodes = quiz_node.quiz_nodes(slicer.mrmlScene)
        if nodes and self._console.opened is None:
            self._fill_in(nodes[-1])

    def offer(self, node: Any) -> None:
        """A quiz was dropped on Slicer: it goes into the fields, and what is open stays open."""
        self._fill_in(node)
        if self._console.opened:
            self.ui.quizSection.collapsed = False
            self._say(f"“{node.GetName()}” is loaded: Open goes to it.")

    def _fill_in(self, node: Any) -> None:
        path = quiz_node.quiz_path(node)
        if path:
            self.ui.quizPathEdit.currentPath = str(path)
        if quiz_node.image_folder(node):
            self.ui.imageFolderEdit.currentPath = quiz_node.image_folder(node)

    # Open and close

    def open(self) -> None:
        path, folder = self.ui.quizPathEdit.currentPath.strip(), self.ui.imageFolderEdit.currentPath.strip()
        if not path or not folder:
            self._say("Choose the quiz, an XML file, and the folder that its image paths begin in.")
            return
        if not self.close_if_saved():
            return
        try:
            sign_in = self._sign_in.read()
            self._console.open(path, folder, self.ui.followLinksBox.checked, sign_in)
        except (PackagesMissingError, NotBegunError) as fault:
            self._say(str(fault))
            return
        except QuizUnreadableError as fault:
            self._say(str(fault))
            self._show_problems(Path(path), list(fault.problems))
            return
        opened = self._the_quiz()
        self.ui.quizPathEdit.addCurrentPathToHistory()
        self.ui.imageFolderEdit.addCurrentPathToHistory()
        self._sign_in.remember()
        self._show_opened(opened)
        if opened.pages:
            self._show_page(opened.answers.index)

    def close_if_saved(self) -> bool:
        """Where answers cannot be saved the quiz stays open once, so that nobody loses them unwarned."""
        opened = self._console.opened
        if opened and not self._close_was_refused:
            self._asking.settle()
            if sentence := opened.answers.close():
                self._close_was_refused = True
                again = "Closing once more puts them into your home folder instead."
                self._say(f"{sentence} {again}")
                return False
        self._say(self.close())
        return True

    def close(self) -> str:
        """In any case; gives a sentence where the answers had to be put somewhere else."""
        self._ahead.cancel()
        self._loading.cancel()
        self._show_loading(False)
        self._legend.show_all()
        self._editor.hide()
        self._tools.put_away()
        self._lines.put_away()
        sentence = self._console.close()
        self._editor.close()
        self._show_closed()
        return sentence

    # Pages

    def next_page(self) -> None:
        self._asking.next()

    def previous_page(self) -> None:
        self._asking.previous()

    def _moved(self) -> None:
        """To another page, whose images are loaded, or to other questions of this one."""
        opened = self._the_quiz()
        self._say_once("")
        if self._loading.request or opened.index != opened.answers.index:
            self._show_page(opened.answers.index)
        else:
            self._asking.show()
            # A quiz that is finished now cannot be drawn on any more.
            self._editor.show(opened)

    def _page_chosen(self) -> None:
        opened = self._console.opened
        if opened and opened.answers.may_show(self.ui.pagesList.currentRow):
            opened.answers.arrive(self.ui.pagesList.currentRow)
            self._moved()

    def _show_page(self, index: int) -> None:
        self._loading_index = index
        self._show_loading(True)
        self._asking.wait()
        self._loading.start(self._the_quiz().request(index))
        # If this is the page that was read ahead, its reading goes on.
        self._ahead.let_go()

    def cancel(self) -> None:
        """An author stays on the page that is shown; a reader is at the new one, but does not see it."""
        self._loading.cancel()
        self._show_loading(False)
        opened = self._console.opened
        if opened and (opened.answers.reader or opened.index < 0):
            self._say("Loading was cancelled.")
            self.ui.loadAgainButton.visible = True
        elif opened:
            opened.answers.arrive(opened.index)

    def _load_again(self) -> None:
        if self._console.opened:
            self._say("")
            self._show_page(self._console.opened.answers.index)

    def _show_progress(self, done: int, total: int) -> None:
        self.ui.progressBar.maximum = max(total, 1)
        self.ui.progressBar.value = done

    def _files_are_read(self) -> None:
        self._show_loading(False)
        self._legend.show_all()
        self._console.show(self._loading_index)

    def _page_is_shown(self, problems: list[Any]) -> None:
        """Also after ``showPage`` in the console."""
        opened = self._the_quiz()
        self.ui.pagesList.currentRow = opened.index
        self._say("\n".join(for_reader(problem) for problem in problems))
        # Slicer's console may have opened it.
        self._asking.begin(opened.answers, opened.path.parent)
        self._asking.show()
        self._show_looks(opened)
        if opened.index + 1 < len(opened.pages):
            self._ahead.start(opened.read_ahead(opened.index + 1))

    def _show_looks(self, opened: OpenedQuiz) -> None:
        self._tools.begin(opened)
        self._lines.begin(opened)
        self._show_regions()
        self._editor.show(opened)
        self._mask_values.show(opened, opened.background)

    def _change_views(self, change: Callable[[], None]) -> None:
        """The views show other planes of the page after ``change``."""
        self._legend.show_all()
        change()
        self._show_regions()
        self._editor.show(self._the_quiz())

    def _show_regions(self) -> None:
        self._legend.show(self._the_quiz())
        self.ui.legendSection.visible = not self._legend.is_empty

    # Looks

    def reset_views(self) -> None:
        opened = self._console.opened
        if opened and opened.answers.reader and opened.index != opened.answers.index:
            self._show_page(opened.answers.index)
        elif opened and opened.shown:
            self._legend.show_all()
            opened.place_again()
            self._show_looks(opened)

    # What the widgets say

    def _show_opened(self, opened: OpenedQuiz) -> None:
        self._asking.begin(opened.answers, opened.path.parent)
        self._close_was_refused = False
        self._say_once("\n".join(opened.answers.notices))
        self._show_problems(opened.path, opened.problems)
        self.ui.quizSection.collapsed = True
        self.ui.closeButton.enabled = True
        self.ui.pagesSection.visible = not opened.answers.reader
        for page in opened.pages:
            self.ui.pagesList.addItem(f"{page.number}. {page.title}")
        self._say("" if opened.pages else "The quiz has no page that can be shown.")

    def _show_problems(self, path: Path, problems: list[Problem]) -> None:
        self._problems.show(path, problems)
        self.ui.problemsSection.visible = bool(problems)
        self.ui.problemsSection.collapsed = not has_errors(problems)

    def _show_closed(self) -> None:
        self.ui.closeButton.enabled = False
        self.ui.quizSection.collapsed = False
        for section in ("pageSection", "pagesSection", "legendSection", "problemsSection", "editorSection"):
            getattr(self.ui, section).visible = False
        self._asking.end()
        self._say_once("")
        self._legend.clear()
        self._problems.clear()
        self._mask_values.clear()
        self.ui.pagesList.clear()
        self._say("")

    def _show_loading(self, loading: bool) -> None:
        self.ui.loadingRow.visible = loading
        self.ui.loadAgainButton.visible = False
        self._show_progress(0, 1)

    def _the_quiz(self) -> OpenedQuiz:
        assert self._console.opened is not None
        return self._console.opened

    def tell(self, text: str) -> None:
        """A sentence from outside of the panel, where nothing of a quiz stands in its place."""
        if self._console.opened is None:
            self._say(text)

    def _say(self, text: str) -> None:
        self.ui.messageLabel.text = text
        self.ui.messageLabel.visible = bool(text)

    def _say_once(self, text: str) -> None:
        """Beside what is said of each page, until the reader goes on."""
        self.ui.noticeLabel.text = text
        self.ui.noticeLabel.visible = bool(text)
