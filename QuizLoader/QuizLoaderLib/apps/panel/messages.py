"""What the panel tells the reader, as sentences."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .ui import Ui


class Messages:
    """One message at a time, and beside it what is said once, until the reader goes on."""

    def __init__(self, ui: "Ui") -> None:
        self._ui = ui

    def say(self, text: str) -> None:
        self._ui.messageLabel.text = text
        self._ui.messageLabel.visible = bool(text)

    def say_once(self, text: str) -> None:
        self._ui.noticeLabel.text = text
        self._ui.noticeLabel.visible = bool(text)
