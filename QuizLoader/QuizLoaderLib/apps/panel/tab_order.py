"""Tab goes through the panel as it is seen: its head, the questions, the regions, the foot."""

from itertools import pairwise

import qt


class TabOrder(qt.QObject):
    """Qt goes from one widget to that made next; questions, marks and regions are made after the foot.

    ``middle`` is what they come and go in, ``parts`` are all that is gone through, as they are seen."""

    def watch(self, middle: "qt.QWidget", parts: "list[qt.QWidget]") -> None:
        self._parts = parts
        self._order: list[qt.QWidget] = []
        middle.installEventFilter(self)
        self._arrange()

    def eventFilter(self, _watched: "qt.QObject", event: "qt.QEvent") -> bool:  # noqa: N802 Qt's name
        if event.type() == qt.QEvent.LayoutRequest:
            self._arrange()
        return False

    def _arrange(self) -> None:
        order = [stop for part in self._parts for stop in _stops(part)]
        if order != self._order:
            self._order = order
            for before, after in pairwise(order):
                qt.QWidget.setTabOrder(before, after)


def _stops(widget: "qt.QWidget") -> "list[qt.QWidget]":
    """What takes the keys in it, in order; what another takes them for is no stop of its own."""
    takes_keys = widget.focusPolicy != qt.Qt.NoFocus and not widget.focusProxy()
    return [*([widget] if takes_keys else []), *(stop for each in _children(widget) for stop in _stops(each))]


def _children(widget: "qt.QWidget") -> "list[qt.QWidget]":
    """Without the lists of combo boxes, which are windows; those put between others stand there."""
    found = [each for each in widget.children() if each.isWidgetType() and not each.isWindow()]
    layout = widget.layout()
    places = {each: layout.indexOf(each) for each in found} if layout else {}
    return sorted(found, key=lambda each: places[each]) if places and min(places.values()) >= 0 else found
