"""The panel's own icons, in the colour of its texts."""

from pathlib import Path
from typing import TYPE_CHECKING

import qt
import slicer

if TYPE_CHECKING:
    from .ui import Ui

_SIZE = 20
_BLACK = "#000"
"""In the files, of all lines and areas."""

_OF_BUTTON = {
    "resetViewButton": "reset",
    "contoursButton": "contours",
    "outlineButton": "fill",
    "mouseWindowButton": "window",
    "crosshairButton": "crosshair",
    "linkButton": "link",
    "planesButton": "planes",
    "measureButton": "measure",
    "menuButton": "menu",
    "showAllButton": "contours",
    "showNoneButton": "hidden",
}

_EYES = """QListView::indicator {{ width: 16px; height: 16px; }}
QListView::indicator:checked {{ image: url("{contours}"); }}
QListView::indicator:unchecked {{ image: url("{hidden}"); }}"""
"""In place of the boxes of a list."""


class Icons:
    """They are drawn in the colour that texts have when these are made: of a light style or a dark one."""

    def __init__(self, widget: "qt.QWidget") -> None:
        self._widget = widget
        self._color = ""
        self._drawn: dict[tuple[str, str], qt.QIcon] = {}

    def show(self, ui: "Ui") -> None:
        """On the buttons and the regions; to be called again where the style may be another one."""
        color = self._widget.palette.text().color().name()
        if color != self._color:
            self._color = color
            for button, name in _OF_BUTTON.items():
                getattr(ui, button).setIcon(self._icon(name))
            eyes = {name: self._draw(name).as_posix() for name in ("contours", "hidden")}
            ui.legendList.styleSheet = _EYES.format(**eyes)

    def show_on(self, label: "qt.QLabel", name: str) -> None:
        icon = self._icon(name)
        label.setPixmap(icon.pixmap(_SIZE, _SIZE))

    def _icon(self, name: str) -> "qt.QIcon":
        key = (name, self._color)
        if key not in self._drawn:
            self._drawn[key] = qt.QIcon(str(self._draw(name)))
        return self._drawn[key]

    def _draw(self, name: str) -> Path:
        source = Path(slicer.util.modulePath("QuizLoader")).parent / "Resources" / "Icons" / f"{name}.svg"
        drawn = Path(slicer.app.temporaryPath) / "QuizLoader" / "Icons" / self._color[1:] / source.name
        drawn.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text(encoding="utf-8").replace(f'"{_BLACK}"', f'"{self._color}"')
        drawn.write_text(text, encoding="utf-8")
        return drawn
