"""Lists and sliders that the wheel passes over: it scrolls what they lie in, and chooses nothing."""

import qt
import slicer

_TURNED_BY_THE_WHEEL = ("QComboBox", "QSlider")


class Unturned(qt.QObject):
    """Slicer does so itself while what scrolls has a scroll bar (qSlicerStyle.cxx), and only then."""

    def watch(self, widget: "qt.QWidget") -> None:
        """All that are in ``widget`` now."""
        for class_name in _TURNED_BY_THE_WHEEL:
            for each in slicer.util.findChildren(widget, className=class_name):
                each.installEventFilter(self)
                # A list would take the keys from what has them.
                each.setFocusPolicy(qt.Qt.StrongFocus)

    def eventFilter(self, _watched: "qt.QObject", event: "qt.QEvent") -> bool:  # noqa: N802 Qt's name
        if event.type() != qt.QEvent.Wheel:
            return False
        # What is filtered and ignored goes on to the parent.
        event.ignore()
        return True
