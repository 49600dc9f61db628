"""Slicer's own Segment Editor, on the pages that ask for it."""

from typing import Any

import slicer

from ..reading.opened_quiz import OpenedQuiz

PARAMETER_TAG = "QuizLoader"
"""The editor's settings have a node of their own, so that Slicer's Segment Editor module keeps its own."""


class Editor:
    """Shows the editor in ``section`` where ``OpenedQuiz.drawing`` has an image to draw on, with its
    segmentation."""

    def __init__(self, section: Any, container_layout: Any) -> None:
        self._section = section
        self._layout = container_layout
        self._widget: Any = None

    def show(self, opened: OpenedQuiz) -> None:
        """Offer the editor for the first image that the reader may draw on, else hide it."""
        self.hide()
        opened.drawing.when_leaving = self.hide
        drawing, page = opened.drawing, opened.pages[opened.index]
        if not drawing.images:
            return
        image_id = drawing.images[0].id
        self._make_widget()
        parameters = _parameter_node()
        if page.contour_tool_radius_mm:
            # Names of qSlicerSegmentEditorPaintEffect.cxx; a common parameter is an attribute of the node.
            parameters.SetAttribute("BrushDiameterIsRelative", "0")
            parameters.SetAttribute("BrushAbsoluteDiameter", str(2 * page.contour_tool_radius_mm))
        self._widget.setMRMLSegmentEditorNode(parameters)
        self._widget.setMRMLScene(slicer.mrmlScene)
        self._widget.setSegmentationNode(drawing.segmentation(image_id))
        self._widget.setSourceVolumeNode(drawing.volume(image_id))
        self._widget.setupViewObservations()
        self._section.visible = True

    def hide(self) -> None:
        """Let go of the views and of the segmentation."""
        self._section.visible = False
        if self._widget:
            self._widget.setActiveEffect(None)
            self._widget.removeViewObservations()
            # In this order: without a segmentation the editor does not take a source volume, nor none.
            self._widget.setSourceVolumeNode(None)
            self._widget.setSegmentationNode(None)

    def close(self) -> None:
        self.hide()
        if self._widget:
            self._widget.setMRMLSegmentEditorNode(None)
        parameters = slicer.mrmlScene.GetSingletonNode(PARAMETER_TAG, "vtkMRMLSegmentEditorNode")
        if parameters:
            slicer.mrmlScene.RemoveNode(parameters)

    def _make_widget(self) -> None:
        if self._widget is None:
            self._widget = slicer.qMRMLSegmentEditorWidget()
            # The page decides what the views show.
            self._widget.autoShowSourceVolumeNode = False
            self._widget.segmentationNodeSelectorVisible = False
            self._widget.sourceVolumeNodeSelectorVisible = False
            self._widget.switchToSegmentationsButtonVisible = False
            self._widget.maximumNumberOfUndoStates = 10
            self._layout.addWidget(self._widget)


def _parameter_node() -> Any:
    node = slicer.mrmlScene.GetSingletonNode(PARAMETER_TAG, "vtkMRMLSegmentEditorNode")
    if node is None:
        node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
        node.UnRegister(None)
        node.SetSingletonTag(PARAMETER_TAG)
        node = slicer.mrmlScene.AddNode(node)
    return node
