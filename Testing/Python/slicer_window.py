"""Slicer's main window for tests: the dock with the module panel, the slice views in their layout, the keys.

Real layouts of Qt hold them, put together in the order in which Slicer does it, so that a view gets its size
by events after ``setLayout``, and the dock its width by what the panel asks for.
"""

import xml.etree.ElementTree as ET
from typing import Any

import slicer
import vtk
from PySide6.QtCore import Property, QEvent, QObject, QSize, Qt, Slot
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QMainWindow,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)
from pythonqt import own_class
from shiboken6 import Shiboken
from slicer_widgets import qMRMLWidget

BAR_HEIGHT = 20
PIXELS = 2
"""Of the screen to each of Qt's: the screen is a fine one, and slice nodes count its pixels."""

OWN_KEYS = (
    *("Ctrl+Left", "Alt+Left", "Ctrl+Right", "Alt+Right", "Ctrl+F"),
    *("Ctrl+O", "Ctrl+S", "Ctrl+Z", "Ctrl+Y", "Ctrl+X", "Ctrl+C", "Ctrl+V", "Ctrl+H"),
    *("Ctrl+0", "Ctrl+1", "Ctrl+2", "Ctrl+3", "Ctrl+`", "Ctrl+4", "Ctrl+5", "Ctrl+6"),
)
"""Slicer/Slicer Base/QTGUI/qSlicerModuleSelectorToolBar.cxx (the first five; Back and Forward are Alt and an
arrow), Base/QTApp/Resources/UI/qSlicerMainWindow.ui, Base/QTApp/qSlicerMainWindow.cxx and
Applications/SlicerApp/qSlicerAppMainWindow.cxx."""

MENUS = ("&File", "&Edit", "&View", "&Help")
"""Alt and the letter behind & opens one (Base/QTApp/Resources/UI/qSlicerMainWindow.ui)."""


@own_class
class qMRMLSliceView(QWidget):
    """Slicer/Slicer Libs/MRML/Widgets/qMRMLSliceView.h: where the picture is, below the bar of its view."""

    def __init__(self, node: Any, resized: Any) -> None:
        super().__init__()
        self._node, self._resized, self._annotation = node, resized, vtk.vtkCornerAnnotation()
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)

    @Slot()
    def mrmlSliceNode(self) -> Any:
        return self._node

    @Slot()
    def cornerAnnotation(self) -> Any:
        return self._annotation

    @Slot()
    def scheduleRender(self) -> None:
        """The stand-in's pictures are always those of now."""

    def resizeEvent(self, event: Any) -> None:
        """qMRMLSliceWidget.cxx: resized(QSize), setSliceViewSize, vtkMRMLSliceLogic::ResizeSliceNode."""
        super().resizeEvent(event)
        self.give_size()

    def give_size(self) -> None:
        self.style_of_mouse = self._resized(self._node, (self.width() * PIXELS, self.height() * PIXELS))


@own_class
class qMRMLSliceWidget(qMRMLWidget):
    """Slicer/Slicer Libs/MRML/Widgets/qMRMLSliceWidget.h"""

    def __init__(self, node: Any, resized: Any) -> None:
        super().__init__()
        self._view = qMRMLSliceView(node, resized)
        bar = QLabel(node.GetLayoutName())
        bar.setFixedHeight(BAR_HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(self._view)

    @Slot()
    def sliceView(self) -> Any:
        return self._view

    @Slot()
    def interactorStyle(self) -> Any:
        return self._view.style_of_mouse


@own_class
class qMRMLLayoutManager(QObject):
    """Slicer/Slicer Libs/MRML/Widgets/qMRMLLayoutManager.h, on the real vtkMRMLLayoutLogic, whose layouts are
    put into ``viewport`` as commontk/CTK Libs/Widgets/ctkLayoutManager.cpp does (refresh).

    ``resized`` gets the slice node of a view and its size in pixels of the screen, and gives the style of its
    interactor.
    """

    def __init__(self, scene: Any, viewport: QWidget, resized: Any) -> None:
        super().__init__()
        self._scene, self._viewport, self._resized = scene, viewport, resized
        self._views: dict[str, QWidget] = {}
        self._own: list[QWidget] = []
        self._logic = slicer.vtkMRMLLayoutLogic()
        self._logic.SetMRMLScene(scene)
        observe = scene.AddObserver
        self._observers = [
            observe(scene.EndCloseEvent, lambda *_: self._refresh()),
            observe(scene.EndBatchProcessEvent, lambda *_: self._give_sizes()),
        ]
        self._logic.GetLayoutNode().SetViewArrangement(slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalView)
        self._refresh()

    @Slot(int)
    def setLayout(self, layout: int) -> None:
        node = self._logic.GetLayoutNode()
        if layout == node.GetViewArrangement():
            return
        if not node.IsLayoutDescription(layout):
            layout = slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalView
        node.SetViewArrangement(layout)
        self._refresh()

    @Slot(str)
    def sliceWidget(self, name: str) -> Any:
        found = self._views.get(name)
        return found if isinstance(found, qMRMLSliceWidget) else None

    def close(self) -> None:
        for observer in self._observers:
            self._scene.RemoveObserver(observer)
        self._logic.SetMRMLScene(None)

    def _give_sizes(self) -> None:
        """qMRMLSliceWidgetPrivate::endProcessing: a scene that is closed takes the sizes with it."""
        for view in self._views.values():
            if isinstance(view, qMRMLSliceWidget):
                view.sliceView().give_size()

    def _refresh(self) -> None:
        description = self._logic.GetLayoutNode().GetCurrentLayoutDescription()
        if not description:
            return
        self._viewport.setUpdatesEnabled(False)
        self._clear()
        arranged = self._arrange(ET.fromstring(description))
        if isinstance(arranged, QWidget):
            layout = QHBoxLayout()
            layout.setContentsMargins(0, 0, 0, 0)
            layout.addWidget(arranged)
            arranged = layout
        self._viewport.setLayout(arranged)
        self._viewport.setUpdatesEnabled(True)

    def _clear(self) -> None:
        for view in self._views.values():
            view.setVisible(False)
            _map(view, False)
            # Its layout lets go of it.
            view.setParent(None)
            view.setParent(self._viewport)
        for widget in self._own:
            widget.setVisible(False)
        if self._viewport.layout() is not None:
            # A widget of no use takes it along.
            QWidget().setLayout(self._viewport.layout())
        for widget in self._own:
            if Shiboken.isValid(widget):
                Shiboken.delete(widget)
        self._own.clear()

    def _arrange(self, element: ET.Element) -> Any:
        """A layout or a widget (layoutFromXML, addChildItemToLayout)."""
        if element.tag == "view":
            return self._view(element)
        is_vertical = element.get("type", "horizontal") == "vertical"
        children = [self._arrange(item[0]) for item in element]
        if element.get("split") == "true":
            splitter = QSplitter(Qt.Vertical if is_vertical else Qt.Horizontal)
            self._own.append(splitter)
            for child in children:
                if isinstance(child, QLayout):
                    widget = QWidget()
                    self._own.append(widget)
                    widget.setLayout(child)
                    child = widget
                splitter.addWidget(child)
            sizes = [int(item.get("splitSize", 0)) for item in element]
            if any(sizes):
                splitter.setSizes(sizes)
            return splitter
        layout: Any = QVBoxLayout() if is_vertical else QHBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        for child in children:
            if isinstance(child, QLayout):
                layout.addLayout(child)
            else:
                layout.addWidget(child)
        return layout

    def _view(self, element: ET.Element) -> QWidget:
        tag = element.get("singletontag", "")
        name = tag if element.get("class") == "vtkMRMLSliceNode" else f"3D {tag}"
        node = self._scene.GetSingletonNode(tag, "vtkMRMLSliceNode")
        found = self._views.get(name)
        if isinstance(found, qMRMLSliceWidget) and found.sliceView().mrmlSliceNode() is not node:
            found = None
        if found is None:
            if name == tag:
                found = qMRMLSliceWidget(node, self._resized)
            else:
                found = QFrame()
                found.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Expanding)
            found.setParent(self._viewport)
            self._views[name] = found
            if isinstance(found, qMRMLSliceWidget):
                found.sliceView().give_size()
        found.setVisible(True)
        _map(found, True)
        return found

    layout = Property(int, lambda self: self._logic.GetLayoutNode().GetViewArrangement(), setLayout)


def _map(view: QWidget, is_in_layout: bool) -> None:
    """qMRMLLayoutViewFactory::beginSetupLayout and setupView: lines of other views are of these alone."""
    if isinstance(view, qMRMLSliceWidget):
        view.sliceView().mrmlSliceNode().SetMappedInLayout(is_in_layout)


class ModulePanel(QWidget):
    """Slicer/Slicer Base/QTGUI/qSlicerModulePanel.cxx and Resources/UI/qSlicerModulePanel.ui."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Minimum, QSizePolicy.Preferred)
        grid = QGridLayout(self)
        grid.setSizeConstraint(QLayout.SetMinimumSize)
        grid.setContentsMargins(0, 0, 0, 0)
        self._area = QScrollArea()
        self._area.setSizePolicy(QSizePolicy.Minimum, QSizePolicy.Expanding)
        self._area.setFrameShape(QFrame.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self._area.setWidgetResizable(True)
        contents = QWidget()
        contents.setSizePolicy(QSizePolicy.Minimum, QSizePolicy.Preferred)
        self._layout = QVBoxLayout(contents)
        self._layout.setSizeConstraint(QLayout.SetMinAndMaxSize)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(QLabel("Help"))
        self._layout.addStretch()
        self._area.setWidget(contents)
        grid.addWidget(self._area, 0, 0)

    def add(self, widget: QWidget) -> None:
        widget.layout().setContentsMargins(0, 0, 0, 0)
        self._layout.insertWidget(1, widget, 1)
        widget.setSizePolicy(QSizePolicy.Minimum, widget.sizePolicy().verticalPolicy())
        widget.setVisible(True)
        widget.installEventFilter(self)
        self.updateGeometry()
        widget.enter()

    def remove(self, widget: QWidget) -> None:
        widget.exit()
        widget.removeEventFilter(self)
        self._layout.removeWidget(widget)
        widget.setVisible(False)
        widget.setParent(None)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Resize:
            self.updateGeometry()
        return False

    def minimumSizeHint(self) -> QSize:
        width = self._area.widget().minimumSizeHint().width()
        width += self._area.horizontalScrollBar().sizeHint().width()
        return QSize(width, super().minimumSizeHint().height())


@own_class
class qSlicerModuleSelectorToolBar(QObject):
    """Slicer/Slicer Base/QTGUI/qSlicerModuleSelectorToolBar.h: goes from one module to another."""

    def __init__(self, modules: dict[str, Any], panel: ModulePanel) -> None:
        super().__init__()
        self._modules, self._panel, self._selected = modules, panel, ""

    @Slot(str)
    def selectModule(self, name: str) -> None:
        if name == self._selected:
            return
        if self._selected in self._modules:
            self._panel.remove(self._modules[self._selected].widgetRepresentation())
        self._selected = name
        if name in self._modules:
            self._panel.add(self._modules[name].widgetRepresentation())


@own_class
class qSlicerMainWindow(QMainWindow):
    """Slicer/Slicer Base/QTApp/qSlicerMainWindow.cxx and Resources/UI/qSlicerMainWindow.ui; found by its
    object name (slicer.util.mainWindow)."""

    def __init__(self, modules: dict[str, Any]) -> None:
        super().__init__()
        self.setObjectName("qSlicerMainWindow")
        self.viewport = QWidget()
        self.setCentralWidget(self.viewport)
        self.dock = QDockWidget("Module Panel")
        contents = QWidget()
        contents.setSizePolicy(QSizePolicy.Minimum, QSizePolicy.Preferred)
        layout = QVBoxLayout(contents)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(2)
        panel = ModulePanel()
        layout.addWidget(panel)
        data_probe = QLabel("Data Probe")
        data_probe.setObjectName("DataProbeCollapsibleWidget")
        layout.addWidget(data_probe)
        self.dock.setWidget(contents)
        self.addDockWidget(Qt.LeftDockWidgetArea, self.dock)
        self._selector = qSlicerModuleSelectorToolBar(modules, panel)
        for keys in OWN_KEYS:
            action = QAction(keys, self)
            action.setShortcut(QKeySequence(keys))
            self.addAction(action)
        for title in MENUS:
            self.menuBar().addMenu(title).setObjectName(title[1:] + "Menu")
        self.close_scene_action = QAction("Close Scene", self)
        self.close_scene_action.setObjectName("FileCloseSceneAction")
        self.close_scene_action.setShortcut(QKeySequence("Ctrl+W"))
        self.close_scene_action.triggered.connect(self._close_scene)
        self.file_menu.addAction(self.close_scene_action)
        self.addToolBar("Views")
        self.addToolBar("Markups").hide()
        self.statusBar()

    def closeEvent(self, event: QCloseEvent) -> None:
        """confirmCloseApplication: where there is anything to save a dialog asks, which is cancelled here."""
        asked = self.asked_to_save()
        event.setAccepted(not asked)

    @property
    def file_menu(self) -> QMenu:
        return self.findChild(QMenu, "FileMenu")

    def _close_scene(self) -> None:
        """on_FileCloseSceneAction_triggered, where the dialog of confirmCloseScene is cancelled."""
        if not self.asked_to_save():
            slicer.mrmlScene.Clear(0)

    @staticmethod
    def asked_to_save() -> list[str]:
        """The names of the nodes in the details of that dialog (isSceneContentModifiedSinceRead)."""
        found = []
        for ask in ("GetStorableNodesModifiedSinceRead", "GetModifiedSinceRead"):
            nodes = vtk.vtkCollection()
            if getattr(slicer.mrmlScene, ask)(nodes):
                found += [nodes.GetItemAsObject(index).GetName() for index in range(nodes.GetNumberOfItems())]
        return found

    @Slot()
    def moduleSelector(self) -> Any:
        return self._selector

    def keys(self) -> list[str]:
        """Of all actions, menus and shortcuts that are alive: two that are equal do nothing in Qt."""
        alive = [each for each in self.findChildren(QShortcut) if each.isEnabled()]
        actions = [action.shortcut() for action in self.findChildren(QAction)]
        found = [each.key() for each in alive] + [each for each in actions if not each.isEmpty()]
        menus = [f"Alt+{title[title.index('&') + 1].upper()}" for title in MENUS]
        return [each.toString() for each in found] + menus
