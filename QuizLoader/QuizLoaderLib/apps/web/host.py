"""The quiz is shown on slice views whose pictures go to a browser."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from trame_rca.utils import RcaViewAdapter
from trame_slicer.core import SlicerApp
from trame_slicer.rca_view.rca_view_factory import RcaRenderStrategy
from trame_slicer.views import IViewFactory, ViewLayoutDefinition, ViewProps, ViewType

from ...quiz.model import VIEWS_OF_LAYOUT, Layout, SliceView
from ...views.layouts import COLOR_OF_VIEW, THREE_D
from ...views.slices import beside
from ..shared.opengl import offscreen_window_class
from .colors import css_color
from .streaming import Pictures, Stream, StreamedView, ViewWindow, nothing_beside
from .trame_patches import FIRST_SIZE, WebSliceView, WebThreeDView, new_view

if TYPE_CHECKING:
    from slicer import vtkMRMLApplicationLogic, vtkMRMLScene, vtkMRMLViewNode
    from trame_slicer.views import AbstractView
    from trame_slicer.views import SliceView as TrameSliceView
    from trame_slicer.views import ThreeDView as TrameThreeDView


FIRST = 100.0
"""Before whatever of Slicer takes an event for itself."""


class WebHost:
    """A Host (views/host.py) on trame-slicer's application.

    ``register`` takes each view's adapter, ``resized``, ``rendered`` and ``pointed`` are called with the
    view, see WebViewFactory. Make it in a running event loop, one in a process: Slicer's factories of views
    are the process's own. Raises ExplainedError where nothing can be rendered.
    """

    def __init__(
        self,
        register: Callable[[RcaViewAdapter], None],
        pictures: Pictures,
        resized: Callable[[SliceView], None],
        rendered: Callable[[SliceView], None],
        pointed: Callable[[SliceView, int, int], None],
    ) -> None:
        # VTK's own choice tries a screen first and complains where there is none.
        window_class = offscreen_window_class().__name__
        if window_class != "vtkRenderWindow":
            os.environ["VTK_DEFAULT_OPENGL_WINDOW"] = window_class
        self.slicer = SlicerApp()
        self.scene = self.slicer.scene
        self.application_logic = self.slicer.app_logic
        self.layout = Layout.FOUR_UP
        self._pictures = pictures
        self._views = WebViewFactory(register, pictures, resized, rendered, pointed)
        self.slicer.view_manager.register_factory(self._views)

    def set_layout(self, layout: Layout) -> None:
        self.layout = layout
        shown = [view.value for view in VIEWS_OF_LAYOUT[layout]]
        for view in VIEWS_OF_LAYOUT[layout]:
            color = css_color(COLOR_OF_VIEW[view])
            definition = ViewLayoutDefinition.slice_view("Axial", label=view.value, color=color)
            self.slicer.view_manager.create_view(definition)
        self.slicer.view_manager.set_current_view_ids(shown)
        self._pictures.show(shown)

    def three_d_view(self) -> "vtkMRMLViewNode":
        manager = self.slicer.view_manager
        view = manager.create_view(ViewLayoutDefinition(THREE_D, ViewType.THREE_D_VIEW, ViewProps()))
        # trame-slicer lets the views that are not shown rest.
        manager.set_current_view_ids([*manager.get_current_view_ids(), THREE_D])
        node = view.get_view_node()
        for set_color in (node.SetBackgroundColor, node.SetBackgroundColor2):
            set_color(0, 0, 0)
        return node

    def place_on_screen(self, view: SliceView) -> tuple[int, int]:
        """Only the reader's browser knows."""
        return (0, 0)

    def release_buttons(self) -> None:
        """As if the reader had let go of the mouse on all views."""
        for window in self._views.windows:
            window.release_buttons()

    def view(self, view: SliceView) -> "TrameSliceView":
        """trame-slicer's view, once a layout has shown it."""
        return self.slicer.view_manager.get_view(view.value)


class WebViewFactory(IViewFactory):
    """Makes a view whose ``pictures`` are sent.

    ``register`` takes the adapter that trame's remote controlled area talks to. ``resized`` and ``rendered``
    are called with the view, ``pointed`` with the view and the pixel that the pointer is at,
    counted from the left and the lower edge.
    """

    def __init__(
        self,
        register: Callable[[RcaViewAdapter], None],
        pictures: Pictures,
        resized: Callable[[SliceView], None],
        rendered: Callable[[SliceView], None],
        pointed: Callable[[SliceView, int, int], None],
    ) -> None:
        super().__init__()
        self.windows: list[ViewWindow] = []
        self._register, self._pictures = register, pictures
        self._resized, self._rendered, self._pointed = resized, rendered, pointed

    def can_create_view(self, view: ViewLayoutDefinition) -> bool:
        return view.view_type in (ViewType.SLICE_VIEW, ViewType.THREE_D_VIEW)

    def _create_view(
        self, view: ViewLayoutDefinition, scene: "vtkMRMLScene", app_logic: "vtkMRMLApplicationLogic"
    ) -> "TrameSliceView | TrameThreeDView":
        name = view.singleton_tag
        if view.view_type is ViewType.THREE_D_VIEW:
            three_d = new_view(WebThreeDView, scene, app_logic, name)
            window = self._window(three_d, name, three_d.schedule_render)
            self._stream(three_d, name, StreamedView(window, lambda: None, nothing_beside, waits=True))
            return three_d
        shown = SliceView(name)
        slice_view = new_view(WebSliceView, scene, app_logic, name)
        slice_view.set_view_properties(view.properties)
        logic = app_logic.GetSliceLogicByLayoutName(name)
        logic.ResizeSliceNode(*FIRST_SIZE)
        window = self._window(slice_view, name, lambda: self._resized(shown))
        interactor = slice_view.render_window().GetInteractor()
        interactor.AddObserver(
            "MouseMoveEvent", lambda *_: self._pointed(shown, *interactor.GetEventPosition()), FIRST
        )
        streamed = StreamedView(window, lambda: self._rendered(shown), lambda steps: beside(logic, steps))
        self._stream(slice_view, name, streamed)
        return slice_view

    def _window(self, view: "AbstractView", name: str, resized: Callable[[], None]) -> ViewWindow:
        window = ViewWindow(view.render_window(), resized, lambda: self._pictures.point_at(name))
        self.windows.append(window)
        return window

    def _stream(self, view: "AbstractView", name: str, streamed: StreamedView) -> None:
        self._pictures.add(name, streamed)
        window, stream = streamed.window, Stream(streamed.window, lambda: self._pictures.want(name))
        view.set_scheduled_render(RcaRenderStrategy(stream))
        # The name by which the client asks for the pictures of a view.
        self._register(
            RcaViewAdapter(window, f"view-{name}", scheduler=stream, do_schedule_render_on_interaction=False)
        )

    def _get_slicer_view(self, view: "TrameSliceView") -> "TrameSliceView":
        return view
