"""Slicer's own Segment Editor, on the pages that ask for it."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import slicer

from ...reader.drawing.effects import EFFECTS
from ...reader.images_to_draw import image_to_begin_with, titles_of_images
from ...reader.opened_quiz import OpenedQuiz
from ...views import segmentations
from .drawing_summary import DrawingSummary
from .held_button import HeldButton
from .verdicts import VerdictsList

if TYPE_CHECKING:
    from .ui import Ui

EFFECT_ORDER = [each.slicer_name for each in EFFECTS if each.slicer_name]
"""All others come behind, as do their digits."""

PARAMETER_TAG = "QuizLoader"
"""The editor's settings have a node of their own, so that Slicer's Segment Editor module keeps its own. It
goes with its page: masks and previews are of one drawing."""

_BRUSH = ("BrushSphere", "BrushRelativeDiameter")
"""What a reader has chosen on one page is there on the next one: attributes of that node, by names of
qSlicerSegmentEditorPaintEffect.cxx."""


_PREVIEW = "SegmentationResultPreview"
"""The reference to what an effect would make of the drawing
(AbstractScriptedSegmentEditorAutoCompleteEffect.py)."""


class Editor:
    """Shows the editor where ``OpenedQuiz.drawings`` has an image to draw on, with its segmentation.

    Of several images the reader chooses one; each has a segmentation of its own.
    """

    def __init__(self, ui: "Ui", changed: Callable[[], None] = lambda: None) -> None:
        self._ui = ui
        self._widget: slicer.qMRMLSegmentEditorWidget = None
        self._opened: OpenedQuiz | None = None
        self._image_id = ""
        self._brush: dict[str, str] = {}
        self._summary = DrawingSummary(ui)
        self._button = HeldButton()
        self.verdicts = VerdictsList(ui, self._chosen, self._choose, self._save_state, changed)
        ui.drawOnBox.connect("activated(int)", self._image_chosen)

    @property
    def width(self) -> int:
        """Pixels that it asks for."""
        self._make_widget()
        return self._ui.editorSection.sizeHint.width()

    def show(self, opened: OpenedQuiz) -> None:
        """Offer the editor for the image that was drawn on last, else the first one, else hide it.

        To be called again when the views show something else: the editor takes the mouse on those views
        only on which its segmentation may be seen.
        """
        ids = [image.id for image in opened.drawings.images]
        if self._opened is opened and self._image_id in ids and self._widget.segmentationNode():
            self._widget.setupViewObservations()
            self._button.watch()
            return
        self.hide()
        if not ids:
            return
        self._opened = opened
        opened.drawings.when_leaving = self.hide
        self._image_id = image_to_begin_with(opened, self._image_id)
        self._ui.drawOnBox.clear()
        for title in titles_of_images(opened).values():
            self._ui.drawOnBox.addItem(title)
        self._ui.drawOnBox.currentIndex = ids.index(self._image_id)
        self._ui.drawOnRow.visible = len(ids) > 1
        self._make_widget()
        self._edit(opened, self._image_id)
        self._install_keys()
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
        self._brush = {}

    def end_strokes(self) -> None:
        """What is being drawn is not dropped: a stroke is ended as by letting go of the button, an outline as
        by Enter (SegmentEditorDrawEffect.py)."""
        self._button.let_go()
        effect = self._widget.effectByName("Draw") if self._widget and self._opened else None
        pipelines = getattr(effect.self(), "drawPipelines", {}) if effect else {}
        for pipeline in list(pipelines.values()):
            if pipeline.rasPoints.GetNumberOfPoints() > 2:
                pipeline.apply()

    def rest(self, rests: bool) -> None:
        """While another tool is in hand: no effect is active, and the editor's keys are free."""
        if self._opened and rests:
            self._widget.setActiveEffect(None)
            self._widget.uninstallKeyboardShortcuts()
        elif self._opened:
            self._install_keys()

    def _install_keys(self) -> None:
        self._widget.installKeyboardShortcuts(slicer.util.mainWindow() or self._ui.editorSection)

    def _edit(self, opened: OpenedQuiz, image_id: str) -> None:
        _remove_parameter_node()
        parameters = _new_parameter_node()
        for name, value in self._brush.items():
            parameters.SetAttribute(name, value)
        radius = opened.page.contour_tool_radius_mm
        if radius:
            parameters.SetAttribute("BrushDiameterIsRelative", "0")
            parameters.SetAttribute("BrushAbsoluteDiameter", str(2 * radius))
        self._widget.setMRMLSegmentEditorNode(parameters)
        self._widget.setMRMLScene(slicer.mrmlScene)
        self._widget.setSegmentationNode(opened.drawings.segmentation(image_id))
        self._widget.setSourceVolumeNode(opened.drawings.volume(image_id))
        self._end_effects()
        self._widget.setupViewObservations()
        self._button.watch()
        self._summary.begin(opened, image_id)
        self.verdicts.begin(opened, image_id)

    def _let_go(self) -> None:
        self._button.stop()
        self._summary.end()
        self.verdicts.end()
        self._widget.setActiveEffect(None)
        self._end_effects()
        self._widget.removeViewObservations()
        # In this order: without a segmentation the editor does not take a source volume, nor none.
        self._widget.setSourceVolumeNode(None)
        self._widget.setSegmentationNode(None)
        self._widget.setMRMLSegmentEditorNode(None)
        self._brush = _remove_parameter_node()

    def _end_effects(self) -> None:
        """What is not applied is dropped: a preview, or placed points, of another drawing would be applied to
        this one, whose segments may have the same IDs. Slicer does not end them when the drawing changes.

        To be called before the next drawing too: effects cannot be reset once theirs was deleted by hand.
        """
        parameters = _parameter_node()
        if parameters and (preview := parameters.GetNodeReference(_PREVIEW)):
            # An effect would leave its display node in the scene.
            segmentations.remove(preview)
        if not self._widget.segmentationNode():
            return
        for name in self._widget.availableEffectNames():
            # Those in C++ have no Python object; they keep nothing.
            python: Any = getattr(self._widget.effectByName(name), "self", object)()
            try:
                getattr(python, "reset", object)()
            # Effects are of any extension, and what one raises must keep nobody from the next page.
            except Exception:
                logging.exception("The effect “%s” could not be reset", name)
            if hasattr(python, "pointsBeingEdited"):
                python.pointsBeingEdited = ""
        # An effect makes the drawing opaque.
        if self._opened:
            self._opened.drawings.show_again()

    def _chosen(self) -> str:
        """The name of the segment in hand, empty where none is."""
        parameters = _parameter_node()
        if parameters is None or parameters.GetSegmentationNode() is None:
            return ""
        segmentation = parameters.GetSegmentationNode().GetSegmentation()
        segment = segmentation.GetSegment(parameters.GetSelectedSegmentID() or "")
        return segment.GetName() if segment else ""

    def _choose(self, name: str) -> None:
        parameters = _parameter_node()
        if parameters is not None and (node := parameters.GetSegmentationNode()):
            parameters.SetSelectedSegmentID(node.GetSegmentation().GetSegmentIdBySegmentName(name))

    def _save_state(self) -> None:
        self._widget.saveStateForUndo()

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
            self._widget.show3DButtonVisible = False
            self._widget.maximumNumberOfUndoStates = 10
            self._widget.setEffectNameOrder(EFFECT_ORDER)
            self._ui.editorLayout.addWidget(self._widget)


def _new_parameter_node() -> "slicer.vtkMRMLSegmentEditorNode":
    node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
    node.UnRegister(None)
    node.SetSingletonTag(PARAMETER_TAG)
    node.SetSaveWithScene(False)
    return slicer.mrmlScene.AddNode(node)


def _parameter_node() -> "slicer.vtkMRMLSegmentEditorNode | None":
    return slicer.mrmlScene.GetSingletonNode(PARAMETER_TAG, "vtkMRMLSegmentEditorNode")


def _remove_parameter_node() -> dict[str, str]:
    """Gives the brush that it held."""
    node = _parameter_node()
    if node is None:
        return {}
    slicer.mrmlScene.RemoveNode(node)
    return {name: value for name in _BRUSH if (value := node.GetAttribute(name))}
