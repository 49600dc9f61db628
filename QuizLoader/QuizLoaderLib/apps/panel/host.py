"""The quiz is shown in the views of 3D Slicer, and they are given back as they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import qt
import slicer
import vtk

from ...quiz.model import Layout, SliceView
from ...views.layouts import THREE_D_TAG, slicer_layout

if TYPE_CHECKING:
    from slicer import vtkMRMLScene, vtkMRMLSliceLogic, vtkMRMLViewNode

VIEWLESS_SIZE = (512, 512)
"""Pixels of a slice view where Slicer runs without a main window, so that fitting has a size to fit to."""

_ROUNDS = 5
"""A widget in a window asks the one around it for room, and so on; each of them in a round of its own."""


class SlicerHost:
    """A Host (views/host.py) on the scene and the layout manager of the running Slicer.

    ``remember_views`` is called before the nodes of a page are made; ``give_back`` puts back what the views
    showed. Without a main window there is no layout manager: then the layout's slice nodes and their logics
    are made here, so that a script places pages as the panel does.
    """

    def __init__(self) -> None:
        self.scene = slicer.mrmlScene
        self.application_logic = slicer.app.applicationLogic()
        self._remembered: _Remembered | None = None
        self._viewless: _ViewlessLayout | None = None

    def remember_views(self) -> None:
        """What they show while they are not the quiz's."""
        if self._remembered is None:
            self._remembered = _Remembered(self._layout_manager().layout, self._slice_logics())

    def set_layout(self, layout: Layout) -> None:
        self._layout_manager().setLayout(slicer_layout(layout))
        # The views get their sizes with what Qt has posted now, the panel's width first; timers wait.
        for _round in range(_ROUNDS):
            slicer.app.sendPostedEvents(None, qt.QEvent.LayoutRequest)

    def three_d_view(self) -> vtkMRMLViewNode | None:
        """Slicer's own."""
        has_views = slicer.app.layoutManager() is not None
        return self.scene.GetSingletonNode(THREE_D_TAG, "vtkMRMLViewNode") if has_views else None

    def place_on_screen(self, view: SliceView) -> tuple[int, int]:
        manager = slicer.app.layoutManager()
        widget = manager.sliceWidget(view.value) if manager else None
        if widget is None:
            return (0, 0)
        shown = widget.sliceView()
        # Qt's pixels are several of the screen's where it is a fine one; VTK counts the screen's.
        ratio = shown.mrmlSliceNode().GetDimensions()[0] / max(shown.width, 1)
        corner = shown.mapToGlobal(qt.QPoint(0, 0))
        return round(corner.x() * ratio), round(corner.y() * ratio)

    def give_back(self) -> None:
        """Layout and slice views are again as before the first page.

        Nodes that are gone meanwhile are passed over.
        """
        remembered, self._remembered = self._remembered, None
        if remembered is None:
            return
        remembered.put_back(self._slice_logics())
        self._layout_manager().setLayout(remembered.layout)

    def close(self) -> None:
        self.give_back()
        if self._viewless:
            self._viewless.close()
            self._viewless = None

    def _slice_logics(self) -> dict[str, vtkMRMLSliceLogic]:
        logics = {
            view.value: self.application_logic.GetSliceLogicByLayoutName(view.value) for view in SliceView
        }
        return {name: logic for name, logic in logics.items() if logic}

    def _layout_manager(self) -> slicer.qMRMLLayoutManager | _ViewlessLayout:
        manager = slicer.app.layoutManager()
        if manager is None and self._viewless is None:
            self._viewless = _ViewlessLayout(self.scene, self.application_logic)
        return manager or self._viewless


@dataclass
class _ViewState:
    """What a slice view shows and from where; volumes by their node IDs."""

    layers: dict[str, object]
    slice_to_ras: vtk.vtkMatrix4x4
    field_of_view: tuple[float, float, float]
    xyz_origin: tuple[float, float, float]
    label_outline: int
    view_group: int
    slab: dict[str, object]


_LAYERS = (
    "BackgroundVolumeID",
    "ForegroundVolumeID",
    "LabelVolumeID",
    "ForegroundOpacity",
    "LabelOpacity",
    "LinkedControl",
    "HotLinkedControl",
    "ClipToBackgroundVolume",
)
_SLAB = ("Enabled", "Type", "Thickness", "OversamplingFactor")


class _Remembered:
    def __init__(self, layout: int, logics: dict[str, vtkMRMLSliceLogic]) -> None:
        self.layout = layout
        self._views = {name: _state_of(logic) for name, logic in logics.items()}

    def put_back(self, logics: dict[str, vtkMRMLSliceLogic]) -> None:
        for name, logic in logics.items():
            _restore(logic, self._views.get(name))


def _state_of(logic: vtkMRMLSliceLogic) -> _ViewState:
    composite, node = logic.GetSliceCompositeNode(), logic.GetSliceNode()
    slice_to_ras = vtk.vtkMatrix4x4()
    slice_to_ras.DeepCopy(node.GetSliceToRAS())
    return _ViewState(
        {name: getattr(composite, "Get" + name)() for name in _LAYERS},
        slice_to_ras,
        tuple(node.GetFieldOfView()),
        tuple(node.GetXYZOrigin()),
        node.GetUseLabelOutline(),
        node.GetViewGroup(),
        {name: getattr(node, "GetSlabReconstruction" + name)() for name in _SLAB},
    )


def _restore(logic: vtkMRMLSliceLogic, state: _ViewState | None) -> None:
    """A view that the quiz has made (Slice4) had no state: it is emptied."""
    composite, node = logic.GetSliceCompositeNode(), logic.GetSliceNode()
    if composite is None or node is None:
        return
    was_modifying = composite.StartModify()
    for layer in reversed(range(3, 3 + composite.GetNumberOfAdditionalLayers())):
        composite.SetNthLayerVolumeID(layer, None)
    for name, value in (state.layers if state else dict.fromkeys(_LAYERS[:3])).items():
        is_gone = name.endswith("VolumeID") and value and slicer.mrmlScene.GetNodeByID(value) is None
        getattr(composite, "Set" + name)(None if is_gone else value)
    composite.EndModify(was_modifying)
    if state:
        was_modifying = node.StartModify()
        node.SetFieldOfView(*state.field_of_view)
        node.SetXYZOrigin(*state.xyz_origin)
        node.SetUseLabelOutline(state.label_outline)
        node.SetViewGroup(state.view_group)
        for name, value in state.slab.items():
            getattr(node, "SetSlabReconstruction" + name)(value)
        node.GetSliceToRAS().DeepCopy(state.slice_to_ras)
        node.UpdateMatrices()
        node.EndModify(was_modifying)


class _ViewlessLayout:
    """What the layout manager does for slice views, by its names and without widgets
    (qMRMLLayoutManager.cxx, qMRMLLayoutSliceViewFactory::createViewFromNode)."""

    def __init__(self, scene: vtkMRMLScene, application_logic: vtkMRMLSliceLogic) -> None:
        self._scene, self._application_logic = scene, application_logic
        self._layout_logic = slicer.vtkMRMLLayoutLogic()
        self._layout_logic.SetMRMLScene(scene)
        self._logics: dict[str, vtkMRMLSliceLogic] = {}
        if application_logic.GetSliceLogics() is None:
            application_logic.SetSliceLogics(vtk.vtkCollection())

    @property
    def layout(self) -> int:
        return self._layout_logic.GetLayoutNode().GetViewArrangement()

    def setLayout(self, layout: int) -> None:  # noqa: N802 Slicer's name
        self._layout_logic.GetLayoutNode().SetViewArrangement(layout)
        for view in SliceView:
            node = self._scene.GetSingletonNode(view.value, "vtkMRMLSliceNode")
            if node and not self._application_logic.GetSliceLogicByLayoutName(view.value):
                logic = slicer.vtkMRMLSliceLogic()
                logic.SetMRMLApplicationLogic(self._application_logic)
                self._application_logic.GetSliceLogics().AddItem(logic)
                logic.SetMRMLScene(self._scene)
                logic.SetSliceNode(node)
                logic.ResizeSliceNode(*VIEWLESS_SIZE)
                self._logics[view.value] = logic

    def close(self) -> None:
        for logic in self._logics.values():
            self._application_logic.GetSliceLogics().RemoveItem(logic)
            logic.SetSliceNode(None)
            logic.SetMRMLScene(None)
        self._logics.clear()
        self._layout_logic.SetMRMLScene(None)
