"""Digits that are pressed in the panel answer its questions."""

from collections.abc import Callable

import qt

from ...reader.shortcuts import DIGITS


class Digits(qt.QObject):
    """``choose(number)`` is called for a digit that no field has taken; it gives whether that answered.

    While one of the ``answers`` has the keys their digits are no shortcuts: Slicer's segment editor has these
    too, for its effects.
    """

    choose: Callable[[int], bool]
    answers: "qt.QWidget"

    def watch(self, panel: "qt.QWidget", answers: "qt.QWidget", choose: Callable[[int], bool]) -> None:
        self.answers, self.choose = answers, choose
        for widget in (answers, panel):
            widget.installEventFilter(self)

    def eventFilter(self, watched: "qt.QObject", event: "qt.QEvent") -> bool:  # noqa: N802 Qt's name
        kind = event.type()
        if kind not in (qt.QEvent.ShortcutOverride, qt.QEvent.KeyPress) or event.text() not in DIGITS:
            return False
        if event.modifiers() & (qt.Qt.ControlModifier | qt.Qt.AltModifier):
            return False
        if kind == qt.QEvent.ShortcutOverride:
            taken = watched == self.answers
        else:
            taken = self.choose(int(event.text()))
        if taken:
            event.accept()
        return taken
