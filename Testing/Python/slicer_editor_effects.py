"""Stand-ins for effects of Slicer's Segment Editor: those that keep something from page to page.

The paths are those of Slicer/Slicer Modules/Loadable/Segmentations; one effect is an extension's, in
lassoan/SlicerSegmentEditorExtraEffects.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pythonqt
import slicer
import vtk
from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QPushButton
from pythonqt import own_class
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy

PREVIEW, OWNER = "SegmentationResultPreview", "SegmentationResultPreviewOwnerEffect"
UPDATE_DELAY_MS = 1000


def watched(action: Callable[..., None]) -> Callable[..., None]:
    """For observers: what they raise goes to the log in Slicer, and fails the test here."""

    def run(*arguments: Any) -> None:
        try:
            action(*arguments[: action.__code__.co_argcount - 1])
        except Exception as error:  # noqa: BLE001  there is nobody above but VTK
            pythonqt.exceptions.append(error)

    return run


@own_class
class qSlicerSegmentEditorPaintEffect(QObject):
    """EditorEffects/qSlicerSegmentEditorPaintEffect.h: an effect without Python."""

    def __init__(self, editor: Any) -> None:
        super().__init__(editor)
        self.setObjectName("Paint")

    def set_parameters(self, node: Any) -> None:
        for name, value in (("BrushSphere", "0"), ("BrushRelativeDiameter", "3")):
            if node.GetAttribute(name) is None:
                node.SetAttribute(name, value)

    def activate(self) -> None:
        pass

    def deactivate(self) -> None:
        pass


@own_class
class qSlicerSegmentEditorScriptedEffect(QObject):
    """EditorEffects/qSlicerSegmentEditorScriptedEffect.h; the parameter node is a weak pointer, which stays
    when the widget is given none (qMRMLSegmentEditorWidget::setMRMLSegmentEditorNode)."""

    def __init__(self, editor: Any, python: type) -> None:
        super().__init__(editor)
        self.editor = editor
        self._parameters = vtk.vtkWeakReference()
        self._python = python(self)

    @Slot()
    def self(self) -> Any:
        return self._python

    def parameterSetNode(self) -> Any:
        return self._parameters.Get()

    def set_parameters(self, node: Any) -> None:
        self._parameters.Set(node)
        event = node.EffectParameterModified
        node.AddObserver(event, watched(self._python.updateGUIFromMRML))

    def setCommonNodeReference(self, role: str, node: Any) -> None:
        parameters = self.parameterSetNode()
        parameters.SetNodeReferenceID(role, node.GetID() if node else None)
        parameters.InvokeCustomModifiedEvent(parameters.EffectParameterModified)

    def activate(self) -> None:
        self._python.activate()

    def deactivate(self) -> None:
        self._python.deactivate()


class AbstractScriptedEffect:
    name = ""

    def __init__(self, scriptedEffect: qSlicerSegmentEditorScriptedEffect) -> None:
        self.scriptedEffect = scriptedEffect
        scriptedEffect.setObjectName(self.name)

    def activate(self) -> None:
        pass

    def deactivate(self) -> None:
        pass

    def updateGUIFromMRML(self) -> None:
        pass

    @property
    def segmentation_node(self) -> Any:
        return self.scriptedEffect.parameterSetNode().GetSegmentationNode()


class SegmentEditorDrawEffect(AbstractScriptedEffect):
    """EditorEffects/Python/SegmentEditorEffects/SegmentEditorDrawEffect.py: an outline."""

    name = "Draw"

    def __init__(self, scriptedEffect: Any) -> None:
        super().__init__(scriptedEffect)
        self.drawPipelines: dict[str, list[tuple[float, float, float]]] = {}

    def deactivate(self) -> None:
        self.drawPipelines = {}


class AutoCompleteEffect(AbstractScriptedEffect):
    """EditorEffects/Python/SegmentEditorEffects/AbstractScriptedSegmentEditorAutoCompleteEffect.py.

    What it computes is simpler: between its first and its last drawn slice a segment is all that is drawn of
    it on any, which is what Slicer finds too where the same is drawn on all.
    """

    minimumNumberOfSegments = 1

    def __init__(self, scriptedEffect: Any) -> None:
        super().__init__(scriptedEffect)
        self.selectedSegmentIds: list[str] | None = None
        self.observedSegmentation: Any = None
        self._tags: list[int] = []
        self.delayedAutoUpdateTimer = QTimer(singleShot=True, interval=UPDATE_DELAY_MS)
        self.delayedAutoUpdateTimer.timeout.connect(watched(self.onPreview))
        self.previewButton = self._button("Initialize", "Preview", self.onPreview)
        self.cancelButton = self._button("Cancel", "Cancel", self.onCancel)
        self.applyButton = self._button("Apply", "Apply", self.onApply)

    def _button(self, text: str, suffix: str, action: Callable[[], None]) -> Any:
        button = QPushButton(text, self.scriptedEffect.editor)
        button.setObjectName(type(self).__name__ + suffix)
        button.clicked.connect(watched(action))
        self.scriptedEffect.editor.layout().addWidget(button)
        return pythonqt.wrap(button)

    def getPreviewNode(self) -> Any:
        parameters = self.scriptedEffect.parameterSetNode()
        node = parameters.GetNodeReference(PREVIEW) if parameters else None
        owner = parameters.GetAttribute(OWNER) if parameters else None
        return None if owner and owner != self.name else node

    def updateGUIFromMRML(self) -> None:
        is_there = self.getPreviewNode() is not None
        self.cancelButton.enabled = self.applyButton.enabled = is_there
        self.previewButton.text = "Update" if is_there else "Initialize"
        if not is_there:
            self.delayedAutoUpdateTimer.stop()
        self.observeSegmentation(is_there)

    def observeSegmentation(self, on: bool) -> None:
        parameters = self.scriptedEffect.parameterSetNode()
        node = parameters.GetSegmentationNode() if parameters else None
        segmentation = node.GetSegmentation() if node else None
        if (on and self.observedSegmentation == segmentation) or not (on or self.observedSegmentation):
            return
        for tag in self._tags:
            self.observedSegmentation.RemoveObserver(tag)
        self._tags, self.observedSegmentation = [], None
        if on and segmentation is not None:
            self.observedSegmentation = segmentation
            for event in (
                "SegmentAdded",
                "SegmentRemoved",
                "SegmentModified",
                "SourceRepresentationModified",
            ):
                tag = segmentation.AddObserver(
                    getattr(segmentation, event), watched(self.onSegmentationModified)
                )
                self._tags.append(tag)

    def onSegmentationModified(self) -> None:
        segmentation = self.segmentation_node.GetSegmentation()
        assert self.selectedSegmentIds is not None
        if any(segmentation.GetSegment(each) is None for each in self.selectedSegmentIds):
            self.onCancel()
        else:
            self.delayedAutoUpdateTimer.start()

    def onPreview(self) -> None:
        node = self.segmentation_node
        preview = self.getPreviewNode()
        if preview is None:
            kept = self.selectedSegmentIds
            self.reset()
            self.selectedSegmentIds = kept
            if kept is None:
                visible = vtk.vtkStringArray()
                node.GetDisplayNode().GetVisibleSegmentIDs(visible)
                self.selectedSegmentIds = [visible.GetValue(n) for n in range(visible.GetNumberOfValues())]
            if len(self.selectedSegmentIds or ()) < self.minimumNumberOfSegments:
                return  # Slicer says so in a window of its own; what was selected stays.
            preview = slicer.mrmlScene.AddNewNodeByClass(
                "vtkMRMLSegmentationNode", node.GetName() + " preview"
            )
            preview.CreateDefaultDisplayNodes()
            self.scriptedEffect.parameterSetNode().SetAttribute(OWNER, self.name)
            self.scriptedEffect.setCommonNodeReference(PREVIEW, preview)
            node.GetDisplayNode().SetOpacity(0.4)
        for segment_id in self.selectedSegmentIds or ():
            segment = node.GetSegmentation().GetSegment(segment_id)
            if preview.GetSegmentation().GetSegment(segment_id) is None:
                preview.GetSegmentation().AddEmptySegment(segment_id, segment.GetName(), segment.GetColor())
            _copy(node, preview, segment_id, _between)
        self.updateGUIFromMRML()

    def onApply(self) -> None:
        self.delayedAutoUpdateTimer.stop()
        self.observeSegmentation(False)
        node, preview = self.segmentation_node, self.getPreviewNode()
        for segment_id in preview.GetSegmentation().GetSegmentIDs():
            if node.GetSegmentation().GetSegment(segment_id) is None:
                raise RuntimeError(f"modifySegmentByLabelmap: there is no segment {segment_id}")
            _copy(preview, node, segment_id, lambda voxels: voxels)
        self.reset()

    def onCancel(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.delayedAutoUpdateTimer.stop()
        self.observeSegmentation(False)
        preview = self.scriptedEffect.parameterSetNode().GetNodeReference(PREVIEW)
        if preview is not None:
            self.scriptedEffect.setCommonNodeReference(PREVIEW, None)
            slicer.mrmlScene.RemoveNode(preview)
            self.scriptedEffect.parameterSetNode().SetAttribute(OWNER, "")
        self.segmentation_node.GetDisplayNode().SetOpacity(1.0)
        self.selectedSegmentIds = None
        self.updateGUIFromMRML()


class SegmentEditorFillBetweenSlicesEffect(AutoCompleteEffect):
    """EditorEffects/Python/SegmentEditorEffects/SegmentEditorFillBetweenSlicesEffect.py."""

    name = "Fill between slices"


class SegmentEditorGrowFromSeedsEffect(AutoCompleteEffect):
    """EditorEffects/Python/SegmentEditorEffects/SegmentEditorGrowFromSeedsEffect.py."""

    name = "Grow from seeds"
    minimumNumberOfSegments = 2


class SurfaceCutEffect(AbstractScriptedEffect):
    """SegmentEditorSurfaceCut/SegmentEditorSurfaceCutLib/SegmentEditorEffect.py: what was placed is there
    again when the effect is taken up the next time."""

    name = "Surface cut"

    def __init__(self, scriptedEffect: Any) -> None:
        super().__init__(scriptedEffect)
        self.pointsBeingEdited = ""
        self.segmentMarkupNode: Any = None

    def activate(self) -> None:
        self.segmentMarkupNode = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "C")
        for point in self.pointsBeingEdited.split(";") if self.pointsBeingEdited else ():
            self.segmentMarkupNode.AddControlPoint(*map(float, point.split(",")))

    def deactivate(self) -> None:
        node = self.segmentMarkupNode
        points = [node.GetNthControlPointPosition(n) for n in range(node.GetNumberOfControlPoints())]
        self.pointsBeingEdited = ";".join(",".join(map(str, point)) for point in points)
        self.reset()

    def onCancel(self) -> None:
        self.reset()
        self.activate()

    def reset(self) -> None:
        if self.segmentMarkupNode is not None:
            slicer.mrmlScene.RemoveNode(self.segmentMarkupNode)
        self.segmentMarkupNode = None


def _copy(source: Any, target: Any, segment_id: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    """A segment of one node into that of the same ID in another."""
    labels = slicer.vtkOrientedImageData()
    source.GetBinaryLabelmapRepresentation(segment_id, labels)
    if not labels.IsEmpty():
        shape = labels.GetDimensions()[::-1]
        voxels = change(vtk_to_numpy(labels.GetPointData().GetScalars()).reshape(shape) > 0)
        labels.GetPointData().SetScalars(numpy_to_vtk(voxels.astype(np.uint8).ravel(), deep=True))
        slicer.vtkSlicerSegmentationsModuleLogic.SetBinaryLabelmapToSegment(labels, target, segment_id)


def _between(voxels: np.ndarray) -> np.ndarray:
    """All that is drawn on any slice, from the first to the last one that is drawn on."""
    drawn = np.flatnonzero(voxels.any(axis=(1, 2)))
    filled = np.zeros_like(voxels)
    if len(drawn):
        filled[drawn[0] : drawn[-1] + 1] = voxels.any(axis=0)
    return filled


SCRIPTED_EFFECTS = (
    SegmentEditorDrawEffect,
    SegmentEditorFillBetweenSlicesEffect,
    SegmentEditorGrowFromSeedsEffect,
    SurfaceCutEffect,
)


def effects_of(editor: Any) -> dict[str, Any]:
    """By their names; each widget has its own (qMRMLSegmentEditorWidget::updateEffectList)."""
    made: list[QObject] = [qSlicerSegmentEditorPaintEffect(editor)]
    made += [qSlicerSegmentEditorScriptedEffect(editor, each) for each in SCRIPTED_EFFECTS]
    return {each.objectName(): each for each in made}
