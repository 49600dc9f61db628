"""Makes the slice views of a quiz for the browser."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from trame_rca.utils import RcaViewAdapter
from trame_slicer.rca_view.rca_view_factory import RcaRenderStrategy
from trame_slicer.views import IViewFactory, SliceView, ViewLayoutDefinition, ViewType

from ...quiz.model import SliceView as QuizView
from .streaming import Stream, ViewWindow
from .trame_patches import FIRST_SIZE, new_slice_view

if TYPE_CHECKING:
    from slicer import vtkMRMLApplicationLogic, vtkMRMLScene


class WebViewFactory(IViewFactory):
    """Makes a view with its stream of pictures.

    ``register`` takes the adapter that trame's remote controlled area talks to. ``resized`` and ``rendered``
    are called with the view.
    """

    def __init__(
        self,
        register: Callable[[RcaViewAdapter], None],
        resized: Callable[[QuizView], None],
        rendered: Callable[[QuizView], None],
    ) -> None:
        super().__init__()
        self.windows: list[ViewWindow] = []
        self._register, self._resized, self._rendered = register, resized, rendered

    def can_create_view(self, view: ViewLayoutDefinition) -> bool:
        return view.view_type is ViewType.SLICE_VIEW

    def _create_view(
        self, view: ViewLayoutDefinition, scene: "vtkMRMLScene", app_logic: "vtkMRMLApplicationLogic"
    ) -> SliceView:
        name = view.singleton_tag
        shown = QuizView(name)
        slice_view = new_slice_view(scene, app_logic, name)
        slice_view.set_view_properties(view.properties)
        app_logic.GetSliceLogicByLayoutName(name).ResizeSliceNode(*FIRST_SIZE)
        window = ViewWindow(slice_view.render_window(), lambda: self._resized(shown))
        self.windows.append(window)
        stream = Stream(window, lambda: self._rendered(shown))
        slice_view.set_scheduled_render(RcaRenderStrategy(stream))
        # The name by which the client asks for the pictures of a view.
        self._register(
            RcaViewAdapter(window, f"view-{name}", scheduler=stream, do_schedule_render_on_interaction=False)
        )
        return slice_view

    def _get_slicer_view(self, view: SliceView) -> SliceView:
        return view
