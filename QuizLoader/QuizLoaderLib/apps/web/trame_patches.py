"""All that reaches past what trame and trame-slicer offer, each with its reason.

Tried with trame 4.0.0 (trame-client 4.1.4, trame-server 4.1.0), trame-rca 2.11.8, trame-slicer 2.0.0 and
wslink 2.6.0; the version that each patch names is the one that needs it. With a new version, look here first.
"""

import asyncio
import logging
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from trame_client.module import vue3
from trame_rca.rca import VtkRemoteControlledArea
from trame_slicer.segmentation import segmentation_undo_command
from trame_slicer.segmentation.segmentation_state_stack import SegmentationStateStack
from trame_slicer.views import SliceView, ThreeDView
from undo_stack import UndoStack
from vtkmodules.vtkCommonCore import vtkObject
from wslink.protocol import WslinkHandler

from ...views.three_d_view import DISPLAYABLE_MANAGERS
from ..shared.defect_report import log_defect

if TYPE_CHECKING:
    from slicer import (
        vtkMRMLApplicationLogic,
        vtkMRMLDisplayableManagerFactory,
        vtkMRMLScene,
        vtkSegmentation,
    )
    from trame_server import Server
    from vtkmodules.vtkRenderingCore import vtkRenderWindow, vtkRenderWindowInteractor

_log = logging.getLogger(__name__)

View = TypeVar("View", SliceView, ThreeDView)

FIRST_SIZE = (512, 512)
"""Pixels of a view until the browser says its size."""

_ANSWERS_AT_ONCE = 64

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
"""Those that a quiz needs."""


def ignore_command_line(server: "Server") -> None:
    """trame-server 4.1.0 parses the arguments of the process as its own; they are those of ``quizloader``."""
    parse = server.cli.parse_known_args
    server.cli.parse_known_args = lambda *_: parse([])


@cache
def keep_faults_here() -> None:
    """wslink 2.6.0 sends a browser the traceback of what failed, and logs it with the words that a reader
    chose, also where a window has gone before its answer was there."""
    logging.getLogger("wslink").setLevel(logging.CRITICAL + 1)
    send, send_error = WslinkHandler.sendWrappedMessage, WslinkHandler.sendWrappedError

    async def send_unless_gone(handler: WslinkHandler, *values: object, **named: object) -> None:
        with suppress(ConnectionError):
            await send(handler, *values, **named)

    async def send_sentence(
        handler: WslinkHandler, call: str, code: int, message: str, _data: object = None, **named: object
    ) -> None:
        fault = sys.exc_info()[1]
        if named.get("client_id") not in handler.connections:
            return
        if fault is not None:
            log_defect(_log, fault)
        with suppress(ConnectionError):
            await send_error(handler, call, code, message, **named)

    WslinkHandler.sendWrappedMessage, WslinkHandler.sendWrappedError = send_unless_gone, send_sentence


@cache
def take_answers_together() -> None:
    """wslink 2.6.0 reads no message before it has answered the last, so of many texts for one field each
    would be written. All but answers wait for those before them."""
    complete = WslinkHandler.onCompleteMessage
    under_way: WeakKeyDictionary[WslinkHandler, set[asyncio.Task[None]]] = WeakKeyDictionary()

    async def complete_in_turn(handler: WslinkHandler, call: dict[str, Any], client_id: str) -> None:
        answers = under_way.setdefault(handler, set())
        arguments = call.get("args")
        is_answer = call.get("method") == "trame.trigger" and (
            isinstance(arguments, list) and arguments[:1] == ["answer"]
        )
        if answers and (not is_answer or len(answers) >= _ANSWERS_AT_ONCE):
            await asyncio.wait(answers)
        if not is_answer:
            await complete(handler, call, client_id)
            return
        task = asyncio.create_task(complete(handler, call, client_id))
        answers.add(task)
        task.add_done_callback(answers.discard)

    WslinkHandler.onCompleteMessage = complete_in_turn


def serve_below(server: "Server", folder: str) -> None:
    """trame-client 4.1.4 and the modules of trame serve their files from the root of the address."""
    served = {f"{folder}/{name}": path for name, path in server.serve.items()}
    server.serve.clear()
    server.serve.update(served)
    server.serve[f"{folder}/assets"] = str(Path(vue3.www) / "assets")


def client_assets() -> dict[str, str]:
    """The names of trame-client's own script and style, which have a hash of their content; its index.html,
    which names them, cannot be served below a folder (4.1.4)."""
    assets = Path(vue3.www) / "assets"
    return {kind: next(assets.glob(f"index-*.{kind}")).name for kind in ("js", "css")}


def vue_script() -> Path:
    """Vue itself, which trame-client 4.1.4 serves beside its index.html."""
    return Path(vue3.www) / "vue.global.js"


class RemoteArea(VtkRemoteControlledArea):
    """trame-rca 2.11.8 has the window and its interactor as private attributes; its ``render_window``
    renders once more whenever it is asked for."""

    @property
    def window(self) -> "vtkRenderWindow":
        return self._vtk_render_window

    @property
    def interactor(self) -> "vtkRenderWindowInteractor":
        return self._iren


class WebSliceView(SliceView):
    """The slice view of trame-slicer 2.0.0 without what makes it slow where the processor renders: it takes
    eight samples a pixel and has managers of which that for models renders every view at each step of any
    of them."""

    def _initialize_displayable_manager_group(
        self,
        factory_type: "type[vtkMRMLDisplayableManagerFactory]",
        app_logic: "vtkMRMLApplicationLogic",
        manager_types: "list[type | str]",
    ) -> None:
        window = self.render_window()
        window.SetMultiSamples(0)
        window.SetSize(*FIRST_SIZE)
        # Before the managers add theirs: props are drawn in this order, and a half opaque fill that is
        # drawn first would be blended with black.
        self.first_renderer().AddViewProp(self._render_manager.image_actor)
        super()._initialize_displayable_manager_group(factory_type, app_logic, list(_DISPLAYABLE_MANAGERS))

    def _on_slice_logic_modified_event(self, *_: object) -> None:
        super()._on_slice_logic_modified_event()
        # Opacities and further layers change the picture without a displayable manager's asking for it.
        self.schedule_render()


class WebThreeDView(ThreeDView):
    """The same of its 3D view, which peels what is transparent and so shows the outermost of it alone."""

    def _initialize_displayable_manager_group(
        self,
        factory_type: "type[vtkMRMLDisplayableManagerFactory]",
        app_logic: "vtkMRMLApplicationLogic",
        manager_types: "list[type | str]",
    ) -> None:
        self.render_window().SetMultiSamples(0)
        self.render_window().SetSize(*FIRST_SIZE)
        self.renderer().SetUseDepthPeeling(False)
        super()._initialize_displayable_manager_group(factory_type, app_logic, list(DISPLAYABLE_MANAGERS))


def new_view(
    kind: type[View], scene: "vtkMRMLScene", application_logic: "vtkMRMLApplicationLogic", name: str
) -> View:
    """VTK warns that an event which trame-slicer 2.0.0 observes is on its way out."""
    vtkObject.GlobalWarningDisplayOff()
    try:
        return kind(scene, application_logic, name)
    finally:
        vtkObject.GlobalWarningDisplayOn()


class QuickStates(SegmentationStateStack):
    """When a segmentation of trame-slicer 2.0.0 goes, or becomes another one, it takes its segments out one
    by one and looks at all their voxels for each: half a second for a large CT. Without voxels it goes at
    once."""

    def _apply_segmentation_state(self, state: "vtkSegmentation") -> None:
        _empty(self._segmentation)
        super()._apply_segmentation_state(state)

    def __del__(self) -> None:
        for state in self._segmentation_states:
            _empty(state)


def new_undo_stack(steps: int) -> UndoStack:
    """For trame-slicer's editor, whose commands find their class of states in their module (2.0.0)."""
    segmentation_undo_command.SegmentationStateStack = QuickStates
    return UndoStack(undo_limit=steps)


def _empty(segmentation: "vtkSegmentation") -> None:
    for index in range(segmentation.GetNumberOfSegments()):
        segmentation.GetNthSegment(index).RemoveAllRepresentations()
