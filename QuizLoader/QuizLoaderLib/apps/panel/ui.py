"""The widgets of QuizLoader.ui."""

from typing import Any, Protocol


class Ui(Protocol):
    """By their names, as ``slicer.util.childWidgetVariables`` gives them."""

    def __getattr__(self, name: str) -> Any: ...
