"""Slicer's own Segment Editor, on the pages that ask for it."""

from typing import Any

import slicer

from ...quiz.model import Page
from ..reading.opened_quiz import OpenedQuiz
from ..reading.regions import RegionToDraw

PARAMETER_TAG = "QuizLoader"
"""The editor's settings have a node of their own, so that Slicer's Segment Editor module keeps its own."""


class Editor:
    """Shows the editor in ``section`` on a page with EnableSegmentEditor, with a segmentation of that page.

    A segmentation that was drawn in stays in the scene and shows again on return to its page; one that
    nothing was drawn in leaves the scene with its page.
    """

    def __init__(self, section: Any, container_layout: Any) -> None:
        self._section = section
        self._layout = container_layout
        self._widget: Any = None
        self._drawn: dict[tuple[int, str], str] = {}

    def show(self, opened: OpenedQuiz) -> None:
        """Offer the editor for the background of the first view that has one, else hide it."""
        self.hide()
        page = opened.pages[opened.index]
        source = opened.background
        if not page.enable_segment_editor or source is None:
            return
        segmentation = self._segmentation(page, source, opened.regions_to_draw)
        _show_on(segmentation, [logic.GetSliceNode().GetID() for logic in opened.slice_logics().values()])
        self._make_widget()
        parameters = _parameter_node()
        if page.contour_tool_radius_mm:
            # Names of qSlicerSegmentEditorPaintEffect.cxx; a common parameter is an attribute of the node.
            parameters.SetAttribute("BrushDiameterIsRelative", "0")
            parameters.SetAttribute("BrushAbsoluteDiameter", str(2 * page.contour_tool_radius_mm))
        self._widget.setMRMLSegmentEditorNode(parameters)
        self._widget.setMRMLScene(slicer.mrmlScene)
        self._widget.setSegmentationNode(segmentation)
        self._widget.setSourceVolumeNode(source)
        self._widget.setupViewObservations()
        self._section.visible = True

    def hide(self) -> None:
        """Let go of the views; a segmentation that nothing was drawn in is removed."""
        self._section.visible = False
        if self._widget:
            self._widget.setActiveEffect(None)
            self._widget.removeViewObservations()
            # In this order: without a segmentation the editor does not take a source volume, nor none.
            self._widget.setSourceVolumeNode(None)
            self._widget.setSegmentationNode(None)
        for key, node_id in list(self._drawn.items()):
            node = slicer.mrmlScene.GetNodeByID(node_id)
            if node is None:
                del self._drawn[key]
            elif _is_empty(node):
                _remove(node)
                del self._drawn[key]
            else:
                node.SetDisplayVisibility(False)

    def close(self) -> None:
        """The quiz is over. What was drawn is the reader's, so it stays in the scene; the rest leaves it."""
        self.hide()
        for node_id in self._drawn.values():
            slicer.mrmlScene.GetNodeByID(node_id).SetDisplayVisibility(True)
        self._drawn = {}
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

    def _segmentation(self, page: Page, source: Any, regions: list[RegionToDraw]) -> Any:
        # A repetition has the number of its original.
        key = (page.number, page.id)
        node = slicer.mrmlScene.GetNodeByID(self._drawn.get(key, ""))
        if node is None:
            node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", page.id)
            node.CreateDefaultDisplayNodes()
            for region in regions:
                node.GetSegmentation().AddEmptySegment("", region.name, region.color)
            self._drawn[key] = node.GetID()
        node.SetReferenceImageGeometryParameterFromVolumeNode(source)
        return node


def _parameter_node() -> Any:
    node = slicer.mrmlScene.GetSingletonNode(PARAMETER_TAG, "vtkMRMLSegmentEditorNode")
    if node is None:
        node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
        node.UnRegister(None)
        node.SetSingletonTag(PARAMETER_TAG)
        node = slicer.mrmlScene.AddNode(node)
    return node


def _show_on(segmentation: Any, slice_node_ids: list[str]) -> None:
    display = segmentation.GetDisplayNode()
    display.SetViewNodeIDs(slice_node_ids)
    display.SetVisibility(True)


def _is_empty(segmentation: Any) -> bool:
    name = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
    segments = segmentation.GetSegmentation()
    layers = [
        segments.GetNthSegment(index).GetRepresentation(name)
        for index in range(segments.GetNumberOfSegments())
    ]
    return not any(layer and layer.GetNumberOfPoints() and layer.GetScalarRange()[1] > 0 for layer in layers)


def _remove(segmentation: Any) -> None:
    for index in reversed(range(segmentation.GetNumberOfDisplayNodes())):
        slicer.mrmlScene.RemoveNode(segmentation.GetNthDisplayNode(index))
    slicer.mrmlScene.RemoveNode(segmentation)
