"""The panel's section of lines: measure, list with lengths, delete, show in all views."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...reader.measuring import LOOK_S, Measuring
from ...reader.opened_quiz import OpenedQuiz
from .ui import EscapeKey, show_text, timer

if TYPE_CHECKING:
    from .ui import Ui


class LinesSection:
    """Connects the widgets of the section to ``Measuring``; ``changed()`` is called when a line came or
    went, ``in_hand(True)`` when one is placed from now on, ``taken()`` before, so that other tools are put
    down."""

    def __init__(
        self,
        ui: "Ui",
        changed: Callable[[], None],
        in_hand: Callable[[bool], None],
        taken: Callable[[], None],
    ) -> None:
        self._ui, self._in_hand = ui, in_hand
        self._escape = EscapeKey(ui.linesSection, self.measure)
        self._measuring = Measuring(changed, taken)
        self._texts: list[str] = []
        self._timer = timer(LOOK_S, self._look)
        ui.measureButton.clicked.connect(self.measure)
        ui.deleteLineButton.clicked.connect(self._delete)
        ui.bringLineBackButton.clicked.connect(self._bring_back)
        ui.linesList.itemClicked.connect(self._show)
        ui.linesEverywhereBox.clicked.connect(self._measuring.show_everywhere)

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown."""
        self._measuring.begin(opened)
        self._ui.linesEverywhereBox.checked = False
        self._timer.start()
        self._show()

    def put_away(self) -> None:
        """No line is placed any more, and the section is hidden."""
        self._timer.stop()
        self._measuring.end()
        self._show()

    def put_down(self) -> None:
        """Another tool is taken."""
        self._measuring.put_down()
        self._show()

    def measure(self) -> None:
        self._measuring.measure()
        self._show()

    def _look(self) -> None:
        self._measuring.look()
        self._show()

    def _delete(self) -> None:
        self._measuring.delete(self._ui.linesList.currentRow)
        self._show()

    def _bring_back(self) -> None:
        self._measuring.bring_back()
        self._show()

    def _take_keys(self, measuring: bool) -> None:
        if measuring != self._escape.is_taken:
            self._in_hand(measuring)
            self._escape.take(measuring)

    def _show(self) -> None:
        shown, ui = self._measuring.shown, self._ui
        self._take_keys(shown.measuring)
        texts = [
            f"{line.name}: {line.length}" + (f", {line.image}" if line.image else "")
            for line in shown.measured
        ]
        if texts != self._texts:
            self._texts, row = texts, ui.linesList.currentRow
            ui.linesList.clear()
            for text in texts:
                ui.linesList.addItem(text)
            ui.linesList.currentRow = min(row, len(texts) - 1)
        show_text(ui.linesNoteLabel, shown.note)
        ui.linesSection.visible = bool(texts) or shown.can_bring_back
        ui.bringLineBackButton.visible = shown.can_bring_back
        ui.linesSection.text = f"Lines ({len(texts)})"
        ui.measureButton.enabled = shown.may_measure
        ui.measureButton.checked = shown.measuring
        ui.deleteLineButton.enabled = shown.may_measure and ui.linesList.currentRow >= 0
