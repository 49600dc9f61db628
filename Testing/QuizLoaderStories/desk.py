"""A desk with a running Slicer on it: hands and eyes for the panel, by the names of its widgets."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import slicer

from .faults import Faults
from .mouse import Mouse

if TYPE_CHECKING:
    import qt

MODULE = "QuizLoader"
WAIT_S = 300

REMEMBERED = ("QuizLoader/Reader", "QuizLoader/ResultsFolder", "QuizLoader/ScriptsFolder")
"""What a story types into the panel is not what the user of this Slicer finds there afterwards."""

_QUIET_ROUNDS = 3


class Desk:
    """``folder`` is empty at first, and gone at the end.

    Without a main window there is no module to enter; ``ui`` is that of the panel that Slicer makes all the
    same.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.has_window = slicer.util.mainWindow() is not None
        self.faults = Faults()
        self._remembered: list[Any] = []

    def __enter__(self) -> "Desk":
        import qt

        settings = qt.QSettings()
        self._remembered = [settings.value(key) for key in REMEMBERED]
        self.faults.begin()
        slicer.mrmlScene.Clear(0)
        if self.has_window:
            self.enter()
        paths = ("quizPath", "imageFolder", "resultsFolder", "scriptsFolder", "valueMap", "mask")
        for name in (*paths, "casesFolder", "templateFile", "newQuiz"):
            getattr(self.ui, f"{name}Edit").currentPath = ""
        self.ui.readerEdit.text = ""
        return self

    def __exit__(self, *_: object) -> None:
        import qt

        try:
            self.console.close()
            slicer.mrmlScene.Clear(0)
        finally:
            self.faults.end()
            settings = qt.QSettings()
            for key, value in zip(REMEMBERED, self._remembered, strict=True):
                settings.setValue(key, value)

    # The panel

    def _widget(self) -> Any:
        return slicer.modules.quizloader.widgetRepresentation()

    @property
    def panel(self) -> Any:
        """After *Reload* another one."""
        return self._widget().self().panel

    @property
    def ui(self) -> Any:
        """The widgets by their names; those of before a *Reload* are still there, hidden."""
        return self.panel.ui

    @property
    def logic(self) -> Any:
        return self._widget().self().logic

    @property
    def console(self) -> Any:
        return self.logic.console

    @property
    def opened(self) -> Any:
        return self.console.opened

    def enter(self, module: str = MODULE) -> None:
        slicer.util.selectModule(module)
        self.settle()
        self.check()

    def reload(self) -> None:
        """As by the button *Reload*: a new panel, the old one's quiz closed."""
        slicer.modules.QuizLoaderWidget.onReload()
        self.settle()
        self.check()

    def click(self, name: str) -> None:
        button = getattr(self.ui, name)
        assert button.enabled, f"{name} cannot be clicked"
        button.click()
        self.check()

    def offered(self) -> list[str]:
        """The lines of the menu at the foot of the panel."""
        return [action.text for action in self.ui.menuButton.menu().actions() if action.visible]

    def chosen(self, name: str) -> int:
        """The row that is chosen in a box or a menu."""
        widget = getattr(self.ui, name)
        if widget.className() == "QComboBox":
            return widget.currentIndex
        return [action.checked for action in widget.menu().actions()].index(True)

    def text(self, name: str) -> str:
        # Blanks at which no line ends are blanks.
        return getattr(self.ui, name).text.replace("\u00a0", " ")

    def sees(self, name: str) -> bool:
        return getattr(self.ui, name).isVisibleTo(self._widget())

    def choose(self, name: str, row: int) -> None:
        """As a hand does in a box or a menu that opens."""
        box = getattr(self.ui, name)
        if box.className() == "QToolButton":
            box.menu().actions()[row].trigger()
            self.check()
            return
        box.currentIndex = row
        box.activated.emit(row)
        self.check()

    def items(self, name: str) -> list[str]:
        """What is in a box, a list or a menu."""
        widget = getattr(self.ui, name)
        if widget.className() == "QToolButton":
            return [action.text for action in widget.menu().actions()]
        if widget.className() == "QComboBox":
            return [widget.itemText(row) for row in range(widget.count)]
        return [widget.item(row).text() for row in range(widget.count)]

    def key(self, keys: str) -> None:
        """A shortcut of ours: exactly one of the main window's has these keys."""
        found = [each for each in slicer.util.mainWindow().children() if each.className() == "QShortcut"]
        (shortcut,) = [each for each in found if each.enabled and each.key.toString() == keys]
        shortcut.activated.emit()
        self.check()

    def mouse(self, view: str) -> Mouse:
        return Mouse(view)

    # Quizzes

    def fill_in(self, quiz: Path, images: Path) -> None:
        self.ui.quizPathEdit.currentPath = str(quiz)
        self.ui.imageFolderEdit.currentPath = str(images)

    def open(self, quiz: Path, images: Path) -> None:
        """To the first page, as an author who gives no name."""
        self.fill_in(quiz, images)
        self.click("openButton")
        assert self.opened is not None, self.text("messageLabel")
        self.wait_for_page(0)

    def turn_to(self, button: str, index: int) -> None:
        self.click(button)
        self.wait_for_page(index)

    def wait_for_page(self, index: int) -> None:
        self.wait_until(lambda: self.opened is not None and self.opened.index == index)
        self.settle()
        self.check()

    # Time

    def wait_until(self, is_so: Callable[[], bool], seconds: float = WAIT_S) -> None:
        """Let the event loop run until something is so."""
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, "Slicer waited in vain"
            slicer.app.processEvents()
            self.check()

    def settle(self) -> None:
        """Until the views keep their sizes: a layout reaches them in several rounds of events."""
        quiet, before = 0, None
        while quiet < _QUIET_ROUNDS:
            slicer.app.processEvents()
            time.sleep(0.01)
            now = {node.GetID(): node.GetDimensions() for node in _nodes("vtkMRMLSliceNode")}
            quiet, before = (quiet + 1 if now == before else 0), now

    def check(self) -> None:
        assert not self.faults.texts, "\n".join(self.faults.texts)

    # The scene

    @staticmethod
    def nodes(class_name: str) -> list[Any]:
        return _nodes(class_name)

    @staticmethod
    def logic_of(view: str) -> "slicer.vtkMRMLSliceLogic":
        return slicer.app.applicationLogic().GetSliceLogicByLayoutName(view)


def _nodes(class_name: str) -> list[Any]:
    return slicer.util.getNodesByClass(class_name)


def inside(widget: "qt.QWidget", *class_names: str) -> list[Any]:
    """The widgets of these classes, from the first to the last as they were made."""
    found = []
    for child in widget.children():
        if child.className() in class_names:
            found.append(child)
        found += inside(child, *class_names)
    return found


def fault_of(act: Callable[[], object]) -> str:
    """What the exception says that ``act`` raises."""
    try:
        act()
    except Exception as fault:  # noqa: BLE001  its class is another one after Reload
        return str(fault)
    raise AssertionError("nothing was said")
