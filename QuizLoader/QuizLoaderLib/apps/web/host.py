"""The quiz is shown on slice views whose pictures go to a browser."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...quiz.model import VIEWS_OF_LAYOUT, Layout, SliceView
from ...views.layouts import COLOR_OF_VIEW
from ..shared.opengl import offscreen_window_class

if TYPE_CHECKING:
    from trame_rca.utils import RcaViewAdapter
    from trame_slicer.views import SliceView as TrameSliceView


class WebHost:
    """A Host (views/host.py) on trame-slicer's application.

    ``register`` takes each view's adapter, see ``WebViewFactory``; ``resized`` and ``rendered`` are called
    with the view. Make it in a running event loop, one in a process: Slicer's factories of views are the
    process's own. Raises OpenGLMissingError where nothing can be rendered.
    """

    def __init__(
        self,
        register: "Callable[[RcaViewAdapter], None]",
        resized: Callable[[SliceView], None],
        rendered: Callable[[SliceView], None],
    ) -> None:
        # VTK's own choice tries a screen first and complains where there is none.
        window_class = offscreen_window_class().__name__
        if window_class != "vtkRenderWindow":
            os.environ["VTK_DEFAULT_OPENGL_WINDOW"] = window_class
        from trame_slicer.core import SlicerApp

        from .view_factory import WebViewFactory

        self.slicer = SlicerApp()
        self.scene = self.slicer.scene
        self.application_logic = self.slicer.app_logic
        self.layout = Layout.FOUR_UP
        self._views = WebViewFactory(register, resized, rendered)
        self.slicer.view_manager.register_factory(self._views)

    def set_layout(self, layout: Layout) -> None:
        from trame_slicer.views import ViewLayoutDefinition

        self.layout = layout
        shown = [view.value for view in VIEWS_OF_LAYOUT[layout]]
        for view in VIEWS_OF_LAYOUT[layout]:
            color = css_color(COLOR_OF_VIEW[view])
            definition = ViewLayoutDefinition.slice_view("Axial", label=view.value, color=color)
            self.slicer.view_manager.create_view(definition)
        self.slicer.view_manager.set_current_view_ids(shown)

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


def css_color(color: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
