"""What effects of the segment editor draw over a view."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from trame_slicer.segmentation import SegmentationEffect, SegmentationEffectPipeline

if TYPE_CHECKING:
    from trame_slicer.views import SliceView
    from vtkmodules.vtkRenderingCore import vtkProp, vtkRenderer

Effect = TypeVar("Effect", bound=SegmentationEffect)


class ViewPipeline(SegmentationEffectPipeline[Effect]):
    """Its ``props`` are on the view that it has, and ``show`` is called whenever that has changed."""

    def __init__(self) -> None:
        super().__init__()
        self._tool: Effect
        self._shown_on: SliceView | None = None

    @property
    def props(self) -> "Iterable[vtkProp]":
        raise NotImplementedError

    def show(self, *_: object) -> None:
        raise NotImplementedError

    # What Slicer's layers ask for

    def SetSegmentationEffect(self, effect: Effect) -> None:
        super().SetSegmentationEffect(effect)
        self._tool = effect

    def SetView(self, view: "SliceView | None") -> None:
        if self._shown_on:
            self._shown_on.modified.disconnect(self.show)
        super().SetView(view)
        self._shown_on = view
        if view:
            view.modified.connect(self.show)

    def OnRendererAdded(self, renderer: "vtkRenderer | None") -> None:
        if renderer:
            for prop in self.props:
                renderer.AddViewProp(prop)

    def OnRendererRemoved(self, renderer: "vtkRenderer | None") -> None:
        if renderer:
            for prop in self.props:
                renderer.RemoveViewProp(prop)
