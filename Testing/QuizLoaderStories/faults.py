"""What goes wrong behind a story's back: in slots, timers and observers, in VTK and MRML, in logs."""

import logging
import re
import sys
import traceback
from types import TracebackType
from typing import Any

import vtk

SLICERS_OWN = re.compile(r"Input port 0 of algorithm vtkImageBlend\b.* has 0 connections")
"""VTK says it when a view with an additional layer is emptied, also without QuizLoader."""


class Faults(logging.Handler):
    """Between ``begin`` and ``end``, ``texts`` are what PyErr_Print printed, VTK's errors, logged errors."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._texts: list[str] = []
        self._messages = vtk.vtkStringOutputWindow()
        self._before: tuple[Any, Any] = (None, None)

    def begin(self) -> None:
        self._before = (sys.excepthook, vtk.vtkOutputWindow.GetInstance())
        sys.excepthook = self._raised
        vtk.vtkOutputWindow.SetInstance(self._messages)
        logging.getLogger().addHandler(self)

    def end(self) -> None:
        logging.getLogger().removeHandler(self)
        sys.excepthook, window = self._before
        vtk.vtkOutputWindow.SetInstance(window)

    @property
    def texts(self) -> list[str]:
        paragraphs = self._messages.GetOutput().split("\n\n")
        errors = [text for text in paragraphs if "ERROR: " in text and not SLICERS_OWN.search(text)]
        return self._texts + errors

    def emit(self, record: logging.LogRecord) -> None:
        self._texts.append(self.format(record))

    def _raised(
        self, kind: type[BaseException], fault: BaseException, trace: TracebackType | None = None
    ) -> None:
        self._texts.append("".join(traceback.format_exception(kind, fault, trace)))
