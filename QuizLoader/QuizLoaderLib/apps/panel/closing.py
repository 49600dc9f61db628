"""Slicer asks what is to be saved before it closes its scene, or ends: not for what comes from the quiz."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import qt
import slicer

from ...views import segmentations
from ...views.roi_visibility import nodes_of_class

if TYPE_CHECKING:
    from slicer import vtkMRMLNode, vtkMRMLSegmentationNode


class _CloseFilter(qt.QObject):
    """Calls ``closes`` before the window is asked to close, or the shortcut of an action is carried out."""

    closes: Callable[[], None]

    def eventFilter(self, _watched: "qt.QObject", event: "qt.QEvent") -> bool:  # noqa: N802 Qt's name
        if event.type() in (qt.QEvent.Close, qt.QEvent.Shortcut):
            self.closes()
        return False


class ClosingOfSlicer:
    """While a quiz is open, Slicer asks for what is not saved as if the quiz's images were not there: when it
    ends, and in *Close Scene*.

    It asks for every node that is shown in Slicer's lists and was not read from a file, whether or not it is
    saved with the scene (vtkMRMLScene::GetStorableNodesModifiedSinceRead, GetModifiedSinceRead). So what is
    not to be saved is out of the lists at that moment, and in them again as soon as events come. A menu hides
    before what was chosen in it is done.
    ``drawings()`` gives the segmentations of the page; one in which nothing is drawn is not asked for.
    """

    def __init__(self, drawings: "Callable[[], Iterable[vtkMRMLSegmentationNode]]") -> None:
        self._drawings = drawings
        self._filter = _CloseFilter()
        self._filter.closes = self._hide
        self._hidden: list[tuple[vtkMRMLNode, int]] = []
        window = slicer.util.mainWindow()
        # qSlicerMainWindow.ui has their names.
        self._menus = _named(window, "FileMenu")
        self._filtered = [window, *_named(window, "FileCloseSceneAction")] if window else []
        for each in self._filtered:
            each.installEventFilter(self._filter)
        for menu in self._menus:
            menu.aboutToHide.connect(self._hide)

    def end(self) -> None:
        for each in self._filtered:
            each.removeEventFilter(self._filter)
        for menu in self._menus:
            menu.aboutToHide.disconnect(self._hide)
        self._filtered, self._menus = [], []
        # In a circle Python would destroy it in whichever thread looks for circles.
        del self._filter.closes
        self._show_again()

    def _hide(self) -> None:
        if self._hidden:
            return
        empty = [node for node in self._drawings() if segmentations.is_empty(node)]
        for node in nodes_of_class(slicer.mrmlScene, "vtkMRMLStorableNode"):
            if not node.GetHideFromEditors() and (node in empty or not node.GetSaveWithScene()):
                # Lists that hear of it would choose another node.
                self._hidden.append((node, node.StartModify()))
                node.SetHideFromEditors(True)
        qt.QTimer.singleShot(0, self._show_again)

    def _show_again(self) -> None:
        hidden, self._hidden = self._hidden, []
        for node, was_modifying in hidden:
            node.SetHideFromEditors(False)
            node.EndModify(was_modifying)


def _named(window: "qt.QWidget | None", name: str) -> "list[qt.QObject]":
    return slicer.util.findChildren(window, name) if window else []
