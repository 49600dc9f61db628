"""The widgets of QuizLoader.ui, and what is done with many of them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import qt


class Ui(Protocol):
    """By their names, as ``slicer.util.childWidgetVariables`` gives them."""

    def __getattr__(self, name: str) -> Any: ...


def show_text(label: "qt.QLabel", text: str) -> None:
    """A label without a text takes no room."""
    label.text = text
    label.visible = bool(text)


def fix_height(widget: "qt.QWidget", pixels: int) -> None:
    """It takes no more of a panel that has room, either."""
    import qt

    widget.minimumHeight = widget.maximumHeight = pixels
    widget.setSizePolicy(qt.QSizePolicy.Expanding, qt.QSizePolicy.Fixed)


def timer(seconds: float, action: Callable[[], None]) -> "qt.QTimer":
    """It calls ``action`` again and again, once it is started."""
    import qt

    made = qt.QTimer()
    made.interval = round(1000 * seconds)
    made.timeout.connect(action)
    return made


class EscapeKey:
    """Escape calls ``pressed`` while it is taken, and is then the segment editor's again; ``widget`` has the
    key where there is no main window."""

    def __init__(self, widget: "qt.QWidget", pressed: Callable[[], None]) -> None:
        self._widget, self._pressed = widget, pressed
        self._shortcut: qt.QShortcut | None = None

    @property
    def is_taken(self) -> bool:
        return self._shortcut is not None

    def take(self, wanted: bool) -> None:
        import qt
        import slicer

        if wanted and self._shortcut is None:
            parent = slicer.util.mainWindow() or self._widget
            self._shortcut = qt.QShortcut(qt.QKeySequence("Esc"), parent)
            self._shortcut.activated.connect(self._pressed)
        elif self._shortcut is not None and not wanted:
            self._shortcut.enabled = False
            self._shortcut.deleteLater()
            self._shortcut = None
