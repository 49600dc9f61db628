"""The sections of the page that is shown: loaded, looked at, answered, drawn on."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import qt
import slicer

from ...quiz.problems import Problem
from ...reader.opened_quiz import OpenedQuiz
from ...reader.shortcuts import DIGITS, SHORTCUTS, Shortcut, When
from .asking import AskingSection
from .console import Console
from .digits import Digits
from .editor import Editor
from .icons import Icons
from .lines import LinesSection
from .loading import REST_AHEAD_S, Loading
from .marking import MeasuresSection
from .mask_values import MaskValues
from .over_views import PointerOverViews, show_scales
from .tab_order import TabOrder
from .three_d import Surfaces
from .tools import ToolsSection
from .ui import show_text
from .unturned import Unturned

if TYPE_CHECKING:
    from .ui import Ui


_SECTIONS = tuple(
    f"{name}Section" for name in ("page", "foot", "legend", "dose", "editor", "lines", "measures")
)


class PageSections:
    """Connects the widgets of a page to the quiz that ``console`` has open; ``widget`` is the panel's own."""

    def __init__(self, ui: "Ui", widget: "qt.QWidget", console: Console) -> None:
        self._ui, self._console = ui, console
        self._icons = Icons(widget)
        self._icons.show(ui)
        self._editor = Editor(ui, lambda: self.asking.presenter.look_again())
        self.asking = AskingSection(
            ui,
            self._icons,
            self._moved,
            self._editor.end_strokes,
            self._mark_in_hand,
            lambda number: self._tools.use("go_to_farthest", number),
        )
        self._loading = Loading(self._show_progress, self._files_are_read)
        self._ahead = Loading(lambda done, total: None, lambda: None, REST_AHEAD_S)
        self._loading_index = -1
        self._tools = ToolsSection(ui, self._change_views)
        self._mask_values = MaskValues(ui, partial(self._tools.use, "add_segmentation"))
        self._lines = LinesSection(
            ui, self.asking.presenter.look_again, self._editor.rest, self._put_down_marks
        )
        self._surfaces = Surfaces()
        self._measures = MeasuresSection(ui, self.asking.presenter, self._measure_in_hand)
        self._pointer = PointerOverViews(ui.formsContainer)
        self._digits = Digits()
        self._digits.watch(widget, ui.formsContainer, self.asking.choose)
        self._unturned = Unturned()
        self._unturned.watch(ui.middleArea)
        self._tab_order = TabOrder()
        self._tab_order.watch(ui.middle, [ui.pageSection, ui.middleArea, ui.footSection])
        self.shortcuts = PanelShortcuts(widget, self.use)
        ui.shortcutsLabel.text = shortcut_texts()
        ui.cancelButton.clicked.connect(self.cancel)
        ui.loadAgainButton.clicked.connect(self._load_again)
        ui.resetViewButton.clicked.connect(lambda: self.use("reset"))
        ui.pagesList.itemClicked.connect(self._page_chosen)
        self._show_loading(False)

    def enter(self) -> None:
        """The module is entered."""
        self._icons.show(self._ui)
        self.shortcuts.install()
        self.asking.be_there(True)
        opened = self._console.opened
        if opened and (opened.index >= 0 or opened.answers.reader):
            self.load()

    def leave(self) -> None:
        """The views are for another module; the quiz stays open."""
        self.shortcuts.remove()
        self._put_down()
        self.asking.be_there(False)
        self.asking.save_typed()
        if self._console.opened:
            self._console.opened.drawings.save()
            self._console.opened.leave_views()
            # While time stands still no other module shows the images either.
            self._console.opened.withhold(self.asking.presenter.time.is_covered)
        self.put_away()

    def put_away(self) -> None:
        """Before the quiz closes, or while the views are for another module."""
        self._ahead.cancel()
        self._loading.cancel()
        self._show_loading(False)
        self._editor.hide()
        self._tools.put_away()
        self._lines.put_away()
        self.asking.marks.put_away()
        self._measures.put_away()
        show_scales(None)
        self._pointer.end()

    def clear(self) -> None:
        """After it."""
        self._editor.close()
        self.asking.end()
        self._mask_values.clear()
        self._ui.pagesList.clear()
        for section in _SECTIONS:
            getattr(self._ui, section).visible = False

    def use(self, tool: str, *values: Any) -> None:
        """A tool of the table of shortcuts, or a step."""
        opened = self._console.opened
        if tool == "reset":
            self._put_down()
        if tool == "step":
            self.asking.step(*values)
        elif tool == "measure":
            self._lines.measure()
        elif tool == "next_measure":
            self._measures.take_next()
        elif tool == "draw":
            self._editor.verdicts.judge(*values[1:])
        elif tool == "reset" and opened and not self._is_shown_whole(opened):
            self.load()
        else:
            self._tools.use(tool, *values)
            if tool == "reset" and opened and opened.shown:
                self._show_what_is_made(opened)

    def least_width(self, opened: OpenedQuiz) -> int:
        """Pixels for all pages of a quiz, also for those that are drawn on."""
        return self._editor.width if any(page.enable_segment_editor for page in opened.pages) else 0

    # To a page

    def load(self) -> None:
        """The page that the reader is at, in threads; then it is shown."""
        opened = self._the_quiz()
        self._loading_index = opened.answers.index
        self._show_loading(True)
        self.asking.wait()
        if self.asking.presenter.time.is_covered:
            opened.cover()
        self._loading.start(opened.request(self._loading_index))
        # If this is the page that was read ahead, its reading goes on.
        self._ahead.let_go()

    def cancel(self) -> None:
        """An author stays on the page that is shown; a reader is at the new one, but does not see it."""
        self._loading.cancel()
        self._show_loading(False)
        opened = self._console.opened
        if opened and (opened.answers.reader or opened.index < 0):
            show_text(self._ui.messageLabel, "Loading was cancelled.")
            self._ui.loadAgainButton.visible = True
        elif opened:
            opened.answers.arrive(opened.index)

    def page_is_shown(self, problems: Sequence[Problem]) -> None:
        """Also after ``showPage`` in the console."""
        opened = self._the_quiz()
        self._icons.show(self._ui)
        opened.withhold(False)
        show_text(self._ui.messageLabel, "\n".join(opened.messages(problems)))
        # Slicer's console may have opened it.
        self.asking.begin(opened.answers, opened.path.parent)
        self.asking.show()
        self._tools.begin(opened)
        self._surfaces.begin(opened)
        show_scales(opened)
        self._pointer.begin(opened)
        self._show_what_is_made(opened)
        if opened.index + 1 < len(opened.pages):
            self._ahead.start(opened.read_ahead(opened.index + 1))

    def _moved(self) -> None:
        """To another page, whose images are loaded, or to other questions of this one."""
        opened = self._the_quiz()
        show_text(self._ui.noticeLabel, self.asking.presenter.notice)
        if self._loading.request or not self._is_shown_whole(opened):
            self.load()
        else:
            self.asking.show()
            self.asking.marks.begin(opened)
            self._measures.begin(opened)
            # A page that is told now, or a quiz that is finished, cannot be drawn on any more.
            self._editor.show(opened)
            if opened.answers.expert_regions():
                self._tools.use("differences")

    @staticmethod
    def _is_shown_whole(opened: OpenedQuiz) -> bool:
        """Whether the page of the answers is on the views, with no node deleted by hand."""
        return opened.shows_answered_page and opened.is_whole

    def _page_chosen(self) -> None:
        if self._console.opened:
            self.asking.go_to(self._ui.pagesList.currentRow)

    def _load_again(self) -> None:
        if self._console.opened:
            show_text(self._ui.messageLabel, "")
            self.load()

    def _files_are_read(self) -> None:
        self._show_loading(False)
        self._tools.leave()
        self._console.show(self._loading_index)

    def _show_progress(self, done: int, total: int) -> None:
        self._ui.progressBar.maximum = max(total, 1)
        self._ui.progressBar.value = done

    def _show_loading(self, loading: bool) -> None:
        self._ui.loadingRow.visible = loading
        self._ui.loadAgainButton.visible = False
        self._show_progress(0, 1)

    # Looks

    def _show_what_is_made(self, opened: OpenedQuiz) -> None:
        self._lines.begin(opened)
        self.asking.marks.begin(opened)
        self._measures.begin(opened)
        self._editor.show(opened)
        self._mask_values.show(opened, opened.background)

    def _put_down(self) -> None:
        """What is being placed: what is enough of it stays."""
        self._lines.put_down()
        self._put_down_marks()

    def _put_down_marks(self) -> None:
        self.asking.marks.put_down()
        self._measures.put_down()

    def _mark_in_hand(self, is_placed: bool) -> None:
        if is_placed:
            self._lines.put_down()
            self._measures.put_down()
        self._editor.rest(is_placed)

    def _measure_in_hand(self, is_placed: bool) -> None:
        if is_placed:
            self._lines.put_down()
            self.asking.marks.put_down()
        self._editor.rest(is_placed)

    def _change_views(self, change: Callable[[], object]) -> None:
        """The views show other planes of the page after ``change``."""
        change()
        self._surfaces.begin(self._the_quiz())
        show_scales(self._the_quiz())
        self._editor.show(self._the_quiz())

    def _the_quiz(self) -> OpenedQuiz:
        assert self._console.opened is not None
        return self._console.opened


_IN_PANEL = (When.ALWAYS, When.COMPARING, When.ON_PAGES, When.JUDGING)


def in_panel() -> list[Shortcut]:
    """Those with Alt: letters alone belong to Slicer, which also lists them itself."""
    held = [each for each in SHORTCUTS if each.when in _IN_PANEL and panel_keys(each)]
    return [each for each in held if each.use[0] != "help"]


def panel_keys(shortcut: Shortcut) -> list[str]:
    return [keys for keys in shortcut.keys if keys.startswith("Alt+")]


def shortcut_texts() -> str:
    """What each shortcut does, for the list in the panel."""
    texts = [f"{', '.join(panel_keys(each))}: {each.text}" for each in in_panel()]
    digits = next(each for each in SHORTCUTS if each.keys == DIGITS)
    return "\n".join([*texts, f"{digits.shown_keys} in this panel: {digits.text}"])


class PanelShortcuts:
    """On the main window, or on ``widget`` where there is none; ``use(*shortcut.use)`` is called."""

    def __init__(self, widget: "qt.QWidget", use: Callable[..., None]) -> None:
        self._widget, self._use = widget, use
        self._shortcuts: list[qt.QShortcut] = []

    def install(self) -> None:
        self.remove()
        parent = slicer.util.mainWindow() or self._widget
        for each in in_panel():
            for keys in panel_keys(each):
                shortcut = qt.QShortcut(qt.QKeySequence(keys), parent)
                shortcut.activated.connect(partial(self._use, *each.use))
                self._shortcuts.append(shortcut)

    def remove(self) -> None:
        for shortcut in self._shortcuts:
            shortcut.enabled = False
            shortcut.deleteLater()
        self._shortcuts = []
