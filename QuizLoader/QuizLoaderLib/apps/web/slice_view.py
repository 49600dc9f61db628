"""Slicer's slice view for the browser."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from trame_rca.utils import RcaViewAdapter
from trame_slicer.rca_view.rca_view_factory import RcaRenderStrategy
from trame_slicer.views import IViewFactory, SliceView, ViewLayoutDefinition, ViewType
from vtkmodules.vtkCommonCore import vtkObject

from .streaming import Stream, ViewWindow

FIRST_SIZE = (512, 512)
"""Pixels of a view until the browser says its size."""

_DISPLAYABLE_MANAGERS = (
    # Mouse and keys on the slice, and the crosshair.
    "vtkMRMLCrosshairDisplayableManager",
    # Window and level by the mouse.
    "vtkMRMLScalarBarDisplayableManager",
    "vtkMRMLSegmentationsDisplayableManager2D",
    "vtkMRMLMarkupsDisplayableManager",
    # The effects of the segment editor.
    "vtkMRMLLayerDisplayableManager",
)
"""Those that a quiz needs. The one for models renders every view at each step of any of them."""


class WebSliceView(SliceView):
    """trame-slicer's slice view without what makes it slow where the processor renders."""

    def _initialize_displayable_manager_group(
        self, factory_type: Any, app_logic: Any, manager_types: list[Any]
    ) -> None:
        window = self.render_window()
        window.SetMultiSamples(0)
        window.SetSize(*FIRST_SIZE)
        # Before the managers add theirs: props are drawn in this order, and a half opaque fill that is
        # drawn first would be blended with black.
        self.first_renderer().AddViewProp(self._render_manager.image_actor)
        super()._initialize_displayable_manager_group(factory_type, app_logic, list(_DISPLAYABLE_MANAGERS))

    def _on_slice_logic_modified_event(self, *_: Any) -> None:
        super()._on_slice_logic_modified_event()
        # Opacities and further layers change the picture without a displayable manager's asking for it.
        self.schedule_render()


class WebViewFactory(IViewFactory):
    """Makes a view with its stream of pictures.

    ``register`` takes the adapter that trame's remote controlled area talks to. ``resized`` and ``rendered``
    are called with the view's name.
    """

    def __init__(
        self,
        register: Callable[[RcaViewAdapter], None],
        resized: Callable[[str], None],
        rendered: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._windows: list[ViewWindow] = []
        self._register, self._resized, self._rendered = register, resized, rendered

    def can_create_view(self, view: ViewLayoutDefinition) -> bool:
        return view.view_type is ViewType.SLICE_VIEW

    def _create_view(self, view: ViewLayoutDefinition, scene: Any, app_logic: Any) -> SliceView:
        name = view.singleton_tag
        with _without_warnings():
            # VTK tells that an event which trame-slicer observes is on its way out.
            slice_view = WebSliceView(scene, app_logic, name)
        slice_view.set_view_properties(view.properties)
        logic = app_logic.GetSliceLogicByLayoutName(name)
        logic.ResizeSliceNode(*FIRST_SIZE)
        window = ViewWindow(slice_view.render_window(), lambda: self._resized(name))
        self._windows.append(window)
        stream = Stream(window, lambda: self._rendered(name))
        slice_view.set_scheduled_render(RcaRenderStrategy(stream))
        self._register(
            RcaViewAdapter(window, area_name(name), scheduler=stream, do_schedule_render_on_interaction=False)
        )
        return slice_view

    def release_buttons(self) -> None:
        for window in self._windows:
            window.release_buttons()

    def _get_slicer_view(self, view: SliceView) -> SliceView:
        return view


@contextmanager
def _without_warnings() -> Iterator[None]:
    vtkObject.GlobalWarningDisplayOff()
    try:
        yield
    finally:
        vtkObject.GlobalWarningDisplayOn()


def area_name(view: str) -> str:
    """The name by which the page asks for the pictures of a view."""
    return f"view-{view}"
