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


def timer(seconds: float, action: Callable[[], None]) -> "qt.QTimer":
    """It calls ``action`` again and again, once it is started."""
    import qt

    made = qt.QTimer()
    made.interval = round(1000 * seconds)
    made.timeout.connect(action)
    return made
