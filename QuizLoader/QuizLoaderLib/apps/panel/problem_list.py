"""What is wrong with the quiz, line by line."""

from pathlib import Path

import qt
import slicer

from ...quiz.problems import Problem


class ProblemList:
    """A double click copies ``file:line``, the form that editors jump to."""

    def __init__(self, list_widget: "qt.QListWidget") -> None:
        self._list = list_widget
        self._places: list[str] = []
        self._list.itemDoubleClicked.connect(self._copy_place)

    def show(self, path: Path, problems: list[Problem]) -> None:
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
