"""A stand-in for Slicer's Segment Editor widget."""

from typing import Any

import slicer
from PySide6.QtCore import Property, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget
from pythonqt import own_class
from slicer_editor_effects import effects_of, watched
from slicer_widgets import qMRMLWidget

EDITOR_KEYS = ("Esc", "Space", "Z", "Ctrl+Z", "Y", "Ctrl+Y", "Q", "W", "/", "*", ",", ".", ">", "<", "I")
"""Beside the digits (qMRMLSegmentEditorWidget::installKeyboardShortcuts)."""


@own_class
class qMRMLSegmentEditorWidget(qMRMLWidget):
    """Slicer/Slicer Modules/Loadable/Segmentations/Widgets/qMRMLSegmentEditorWidget.h and .cxx, on the real
    vtkSlicerSegmentEditorLogic that the widget uses too. It follows its parameter node, but
    not while the scene is in a batch (updateWidgetFromMRML)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._logic = slicer.vtkSlicerSegmentEditorLogic()
        self._values: dict[str, Any] = {}
        self._shortcuts: list[QShortcut] = []
        self._node_observer = 0
        self._observed_segmentation: Any = None
        self._active: Any = None
        self._segmentation_observers: list[int] = []
        self.observes_views = False
        self.observed: set[str] = set()
        self.buttons = QLabel()
        self.buttons.setSizePolicy(QSizePolicy.Ignored, QSizePolicy.Preferred)
        QVBoxLayout(self).addWidget(self.buttons)
        self._effects = effects_of(self)
        self.setEffectNameOrder([])

    @Slot(object)
    def setMRMLSegmentEditorNode(self, node: Any) -> None:
        before = self._logic.GetSegmentEditorNode()
        if node is before:
            return
        if before is not None:
            before.RemoveObserver(self._node_observer)
        self._logic.SetSegmentEditorNode(node)
        if node is not None:
            self._node_observer = node.AddObserver("ModifiedEvent", watched(self._update))
            for effect in self._effects.values():
                effect.set_parameters(node)
            self._update()

    @Slot(object)
    def setMRMLScene(self, scene: Any) -> None:
        if self._logic.GetSegmentEditorNode() is None:
            raise RuntimeError("the header asks for the parameter set node before the scene")
        self._logic.SetMRMLScene(scene)
        super().setMRMLScene(scene)
        self._update()

    @Slot(object)
    def setSegmentationNode(self, node: Any) -> None:
        if self._logic.GetSegmentationNode() is not node:
            self._logic.SetSegmentationNode(node)
            self.setActiveEffect(None)

    @Slot(object)
    def setSourceVolumeNode(self, node: Any) -> None:
        if self._logic.GetSegmentEditorNode():
            self._logic.SetSourceVolumeNode(node)

    @Slot()
    def segmentationNode(self) -> Any:
        return self._logic.GetSegmentationNode()

    @Slot()
    def sourceVolumeNode(self) -> Any:
        return self._logic.GetSourceVolumeNode()

    def _update(self) -> None:
        node = self._logic.GetSegmentEditorNode()
        is_busy = self._scene is None or self._scene.IsClosing() or self._scene.IsBatchProcessing()
        if is_busy or node is None:
            return
        self._follow(node.GetSegmentationNode())
        effect = self._effects.get(node.GetActiveEffectName() or "")
        if effect is self._active:
            return
        if self._active is not None:
            self._active.deactivate()
        if effect is not None:
            self.setupViewObservations()
            effect.activate()
        else:
            self.removeViewObservations()
        self._active = effect

    def _follow(self, segmentation: Any) -> None:
        if segmentation is self._observed_segmentation:
            return
        for tag in self._segmentation_observers:
            self._observed_segmentation.RemoveObserver(tag)
        self._observed_segmentation, self._segmentation_observers = segmentation, []
        if segmentation is not None:
            for event in (slicer.vtkSegmentation.SegmentAdded, slicer.vtkSegmentation.SegmentRemoved):
                tag = segmentation.AddObserver(event, watched(self._segments_changed))
                self._segmentation_observers.append(tag)

    def _segments_changed(self) -> None:
        if self._logic.GetSegmentEditorNode() is None:
            raise RuntimeError("onSegmentAddedRemoved: Invalid segment editor parameter set node")

    # Effects

    @Slot()
    def availableEffectNames(self) -> list[str]:
        return list(self._effects)

    @Slot("QStringList")
    def setEffectNameOrder(self, names: list[str]) -> None:
        """Those that are not named come behind (updateEffectList)."""
        others = [name for name in self._effects if name not in names]
        self.buttons.setText("   ".join([name for name in names if name in self._effects] + others))

    @Slot(str)
    def effectByName(self, name: str) -> Any:
        return self._effects.get(name)

    @Slot()
    def activeEffect(self) -> Any:
        return self._active

    @Slot(object)
    def setActiveEffect(self, effect: Any) -> None:
        if self._logic.GetSegmentEditorNode():
            self._logic.GetSegmentEditorNode().SetActiveEffectName(effect.objectName() if effect else "")

    @Slot(str)
    def setActiveEffectByName(self, name: str) -> None:
        self.setActiveEffect(self._effects.get(name))

    @Slot()
    def saveStateForUndo(self) -> None:
        self._logic.SaveStateForUndo()

    @Slot()
    def undo(self) -> None:
        self._logic.Undo()

    # Views and keys

    @Slot()
    def setupViewObservations(self) -> None:
        """Of the views on which the segmentation may be seen (segmentationDisplayableInView)."""
        self.observes_views = True
        segmentation = self.segmentationNode()
        display = segmentation.GetDisplayNode() if segmentation else None
        nodes = slicer.mrmlScene.GetNodesByClass("vtkMRMLSliceNode")
        nodes.UnRegister(None)
        found = [nodes.GetItemAsObject(index) for index in range(nodes.GetNumberOfItems())]
        self.observed = {
            n.GetLayoutName() for n in found if display and display.IsDisplayableInView(n.GetID())
        }

    @Slot()
    def removeViewObservations(self) -> None:
        self.observes_views = False

    @Slot(QWidget)
    def installKeyboardShortcuts(self, parent: QWidget) -> None:
        """Without a parent Slicer takes the main window; a QShortcut without either crashes."""
        self.uninstallKeyboardShortcuts()
        for keys in (*"1234567890", *(f"Shift+{digit}" for digit in range(10)), *EDITOR_KEYS):
            self._shortcuts.append(QShortcut(QKeySequence(keys), parent))

    @Slot()
    def uninstallKeyboardShortcuts(self) -> None:
        for shortcut in self._shortcuts:
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._shortcuts = []

    def _value(name: str, type_: type, default: Any) -> Any:
        def read(self: Any) -> Any:
            return self._values.get(name, default)

        def write(self: Any, value: Any) -> None:
            self._values[name] = value

        return Property(type_, read, write)

    autoShowSourceVolumeNode = _value("autoShowSourceVolumeNode", bool, True)
    segmentationNodeSelectorVisible = _value("segmentationNodeSelectorVisible", bool, True)
    sourceVolumeNodeSelectorVisible = _value("sourceVolumeNodeSelectorVisible", bool, True)
    switchToSegmentationsButtonVisible = _value("switchToSegmentationsButtonVisible", bool, True)
    show3DButtonVisible = _value("show3DButtonVisible", bool, True)
    maximumNumberOfUndoStates = Property(
        int,
        lambda self: self._logic.GetMaximumNumberOfUndoStates(),
        lambda self, count: self._logic.SetMaximumNumberOfUndoStates(count),
    )
