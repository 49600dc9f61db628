"""The surfaces of regions as MRML models in a 3D view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .contours import ContourLook
from .surfaces import Mesh, Surface, surrounds

if TYPE_CHECKING:
    from slicer import vtkMRMLModelNode, vtkMRMLViewNode

Name = tuple[str, tuple[int, int, int]]
"""By which a region is known: its name, and its colour (r, g, b) 0..255."""

AROUND_OTHERS = 0.3
"""How opaque a surface is around others that are shown, of those that are opaque."""


class SurfaceModels:
    """They are drawn as the contours on the slices; what lies around others lets them be seen."""

    def __init__(self) -> None:
        self._look, self._hidden = ContourLook(), set[Name]()
        self._models: list[tuple[Name, vtkMRMLModelNode]] = []
        self._hidden_by: dict[vtkMRMLModelNode, list[vtkMRMLModelNode]] = {}
        """What each surrounds."""

    def begin(self, look: ContourLook) -> None:
        """There are none, and none is hidden."""
        for _name, model in self._models:
            scene, display = model.GetScene(), model.GetDisplayNode()
            for node in (model, display):
                if scene is not None and node is not None and scene.IsNodePresent(node):
                    scene.RemoveNode(node)
        self._models.clear()
        self._hidden_by.clear()
        self._look, self._hidden = look, set()

    def add(self, view: vtkMRMLViewNode, surfaces: Sequence[tuple[Name, Surface]]) -> None:
        """Show these too, in this view alone."""
        for name, surface in surfaces:
            model = _new_model(view, name, surface)
            for _name, other in self._models:
                for outer, inner in ((model, other), (other, model)):
                    if surrounds(_mesh(outer), _mesh(inner)):
                        self._hidden_by.setdefault(outer, []).append(inner)
            self._models.append((name, model))
        self._show()

    def show_region(self, name: Name, visible: bool) -> None:
        self._hidden = self._hidden - {name} if visible else self._hidden | {name}
        self._show()

    def draw(self, look: ContourLook) -> None:
        self._look = look
        self._show()

    def _show(self) -> None:
        shown = {model for name, model in self._models if self._look.visible and name not in self._hidden}
        for _name, model in self._models:
            # Somebody may have taken it out of the scene.
            if (display := model.GetDisplayNode()) is not None:
                is_around = not shown.isdisjoint(self._hidden_by.get(model, ()))
                was_modifying = display.StartModify()
                display.SetVisibility(model in shown)
                display.SetOpacity(self._look.opacity * (AROUND_OTHERS if is_around else 1))
                display.EndModify(was_modifying)


def _new_model(view: vtkMRMLViewNode, name: Name, surface: Surface) -> vtkMRMLModelNode:
    import slicer

    scene, (region, color) = view.GetScene(), name
    display = slicer.vtkMRMLModelDisplayNode()
    display.SetColor(*(part / 255 for part in color))
    display.SetViewNodeIDs([view.GetID()])
    # Nobody sees its inside.
    display.SetBackfaceCulling(True)
    display.SetSaveWithScene(False)
    model = slicer.vtkMRMLModelNode()
    model.SetName(region)
    model.SetHideFromEditors(True)
    model.SetSaveWithScene(False)
    model.SetAndObservePolyData(surface.poly_data())
    scene.AddNode(display)
    model.SetAndObserveDisplayNodeID(display.GetID())
    return scene.AddNode(model)


def _mesh(model: vtkMRMLModelNode) -> Mesh:
    from vtkmodules.util.numpy_support import vtk_to_numpy

    poly_data = model.GetPolyData()
    triangles = vtk_to_numpy(poly_data.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return vtk_to_numpy(poly_data.GetPoints().GetData()), triangles
