"""Slicer's own Segment Editor, on the pages that ask for it."""

from typing import TYPE_CHECKING

import slicer

from ...reader.opened_quiz import OpenedQuiz

if TYPE_CHECKING:
    from .ui import Ui

PARAMETER_TAG = "QuizLoader"
"""The editor's settings have a node of their own, so that Slicer's Segment Editor module keeps its own."""


class Editor:
    """Shows the editor where ``OpenedQuiz.drawings`` has an image to draw on, with its segmentation.

    Of several images the reader chooses one; each has a segmentation of its own.
    """

    def __init__(self, ui: "Ui") -> None:
        self._ui = ui
        self._widget: slicer.qMRMLSegmentEditorWidget = None
        self._opened: OpenedQuiz | None = None
        self._image_id = ""
        ui.drawOnBox.connect("activated(int)", self._image_chosen)

    def show(self, opened: OpenedQuiz) -> None:
        """Offer the editor for the image that was drawn on last, else the first one, else hide it.

        To be called again when the views show something else: the editor takes the mouse on those views
        only on which its segmentation may be seen.
        """
        ids = [image.id for image in opened.drawings.images]
        if self._opened is opened and self._image_id in ids and self._widget.segmentationNode():
            self._widget.setupViewObservations()
            return
        self.hide()
        if not ids:
            return
        self._opened = opened
        opened.drawings.when_leaving = self.hide
        if self._image_id not in ids:
            self._image_id = ids[0]
        self._ui.drawOnBox.clear()
        for image_id in ids:
            self._ui.drawOnBox.addItem(image_id)
        self._ui.drawOnBox.currentIndex = ids.index(self._image_id)
        self._ui.drawOnRow.visible = len(ids) > 1
        self._make_widget()
        self._edit(opened, self._image_id)
        self._widget.installKeyboardShortcuts(slicer.util.mainWindow() or self._ui.editorSection)
        self._ui.editorSection.visible = True

    def hide(self) -> None:
        """Let go of the views, the keys and the segmentation."""
        self._ui.editorSection.visible = False
        if self._widget and self._opened:
            self._widget.uninstallKeyboardShortcuts()
            self._let_go()
        self._opened = None

    def close(self) -> None:
        self.hide()
        if self._widget:
            self._widget.setMRMLSegmentEditorNode(None)
        parameters = slicer.mrmlScene.GetSingletonNode(PARAMETER_TAG, "vtkMRMLSegmentEditorNode")
        if parameters:
            slicer.mrmlScene.RemoveNode(parameters)

    def _edit(self, opened: OpenedQuiz, image_id: str) -> None:
        parameters = _parameter_node()
        radius = opened.pages[opened.index].contour_tool_radius_mm
        if radius:
            # Names of qSlicerSegmentEditorPaintEffect.cxx; a common parameter is an attribute of the node.
            parameters.SetAttribute("BrushDiameterIsRelative", "0")
            parameters.SetAttribute("BrushAbsoluteDiameter", str(2 * radius))
        self._widget.setMRMLSegmentEditorNode(parameters)
        self._widget.setMRMLScene(slicer.mrmlScene)
        self._widget.setSegmentationNode(opened.drawings.segmentation(image_id))
        self._widget.setSourceVolumeNode(opened.drawings.volume(image_id))
        self._widget.setupViewObservations()

    def _let_go(self) -> None:
        self._widget.setActiveEffect(None)
        self._widget.removeViewObservations()
        # In this order: without a segmentation the editor does not take a source volume, nor none.
        self._widget.setSourceVolumeNode(None)
        self._widget.setSegmentationNode(None)

    def _image_chosen(self, row: int) -> None:
        opened = self._opened
        if opened and row < len(opened.drawings.images):
            self._let_go()
            self._image_id = opened.drawings.images[row].id
            self._edit(opened, self._image_id)

    def _make_widget(self) -> None:
        if self._widget is None:
            self._widget = slicer.qMRMLSegmentEditorWidget()
            # The page decides what the views show.
            self._widget.autoShowSourceVolumeNode = False
            self._widget.segmentationNodeSelectorVisible = False
            self._widget.sourceVolumeNodeSelectorVisible = False
            self._widget.switchToSegmentationsButtonVisible = False
            self._widget.maximumNumberOfUndoStates = 10
            self._ui.editorLayout.addWidget(self._widget)


def _parameter_node() -> "slicer.vtkMRMLSegmentEditorNode":
    node = slicer.mrmlScene.GetSingletonNode(PARAMETER_TAG, "vtkMRMLSegmentEditorNode")
    if node is None:
        node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
        node.UnRegister(None)
        node.SetSingletonTag(PARAMETER_TAG)
        node = slicer.mrmlScene.AddNode(node)
    return node
