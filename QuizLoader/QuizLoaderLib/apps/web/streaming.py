"""The pictures of the views on their way to the browser: the newest one, as fast as the way allows, and
lossless as soon as a view stands.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from vtkmodules.vtkCommonCore import vtkCommand
from wslink import register as export
from wslink.websocket import LinkProtocol

from ..shared.defect_report import log_defect
from ..shared.opengl import MOST_PIXELS, window_pixels
from .encoding import encoded
from .link import NetworkLink
from .pointer_events import checked_event
from .trame_patches import RemoteArea
from .turns import FRAMES_A_SECOND, Picture, PictureKind, PicturePart, Turns

if TYPE_CHECKING:
    from vtkmodules.vtkRenderingCore import vtkRenderWindow

TOPIC = "quizloader.pictures"
SIGN_OF_LIFE_S = 1.0
SLOW_S, SLOW_FOR_S = 0.5, 5.0
"""The reader is told of a step that takes longer until it shows, for so long."""

_MOST_STEPS = 64
_log = logging.getLogger(__name__)


class ViewWindow(RemoteArea):
    """The render window of a view as trame's remote controlled area knows it.

    ``resized`` is called after the browser has given the view another size, ``pointed_at`` when the pointer
    is over it.
    """

    def __init__(
        self, render_window: "vtkRenderWindow", resized: Callable[[], None], pointed_at: Callable[[], None]
    ) -> None:
        super().__init__(render_window)
        self._resized, self._pointed_at = resized, pointed_at
        self._pressed: set[str] = set()
        self._shift_is_held = False

    @property
    def img_cols_rows(self) -> tuple[np.ndarray, int, int]:
        """uint8 (rows, columns, 3), the first row at the top; columns; rows."""
        pixels = window_pixels(self.window)
        rows, columns, _ = pixels.shape
        return pixels, columns, rows

    def process_resize_event(self, width: int, height: int) -> None:
        width, height = (min(max(1, size), MOST_PIXELS) for size in (width, height))
        if (width, height) != tuple(self.window.GetSize()):
            self.interactor.UpdateSize(width, height)
            self._resized()

    def process_interaction_event(self, told: object) -> None:
        self._pointed_at()
        event = checked_event(told)
        if event is None:
            return
        if "y" in event:
            # The browser calls the lowest row of pixels 1, VTK 0. It counts them from below, and it takes a
            # view that is new or has another size to end elsewhere until it has measured it; VTK would scale
            # by that.
            width, height = self._vtk_render_window.GetSize()
            y = event["y"] - event.get("h", height) + height - 1
            event = {**event, "y": y, "w": width, "h": height}
        self._tell_shift(bool(event.get("shiftKey")))
        for _ in range(_steps(event)):
            super().process_interaction_event(event)
        kind = event["type"]
        if kind.endswith("ButtonPress"):
            self._pressed.add(kind)
        elif kind.endswith("ButtonRelease"):
            self._pressed.discard(kind.replace("Release", "Press"))

    def _tell_shift(self, is_held: bool) -> None:
        """After a drag Slicer moves the crosshair only once Shift was pressed anew, but a browser tells keys
        to the element that has the focus alone."""
        if is_held and not self._shift_is_held:
            self.interactor.SetShiftKey(1)
            self.interactor.SetKeySym("Shift_L")
            self.interactor.InvokeEvent(vtkCommand.KeyPressEvent)
        self._shift_is_held = is_held

    def release_buttons(self) -> None:
        """The window of the browser has gone, perhaps while a button was held: nothing is dragged on."""
        for kind in self._pressed:
            self.interactor.InvokeEvent(kind.replace("Press", "ReleaseEvent"))
        self._pressed.clear()


def _steps(event: dict[str, Any]) -> int:
    """Notches of the wheel that became one on their way; whatever else is told was done once."""
    steps = event.get("steps", 1) if event["type"] == "MouseWheel" else 1
    return max(1, min(steps, _MOST_STEPS)) if isinstance(steps, int) else 1


@dataclass(frozen=True)
class StreamedView:
    """``rendered`` is called after each picture; ``beside`` has the view show the slice so many steps beside
    for a moment, and says whether there is one. One that ``waits`` has its pictures when the others stand."""

    window: ViewWindow
    rendered: Callable[[], None]
    beside: Callable[[int], AbstractContextManager[bool]]
    waits: bool = False


@contextmanager
def nothing_beside(_steps: int) -> Iterator[bool]:
    """``beside`` of a view without slices."""
    yield False


class Pictures(LinkProtocol):
    """Sends the pictures of all views to the window that has the quiz; what Turns decides is done here.

    ``slow`` is called when steps begin to take longer than SLOW_S to show, and when none has for a while.
    """

    def __init__(self, slow: Callable[[bool], None]) -> None:
        super().__init__()
        self._slow = slow
        self._slow_until_s = 0.0
        self._views: dict[str, StreamedView] = {}
        self._connection = ""
        self._is_covered = False
        self._shown: tuple[str, ...] = ()
        self._looks_beside = False
        self._turns = Turns(NetworkLink())
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        for task in (self._send(), self._live()):
            self._tasks.add(asyncio.create_task(task))

    def end(self) -> None:
        for task in self._tasks:
            task.cancel()

    def add(self, name: str, view: StreamedView) -> None:
        self._views[name] = view

    def show(self, names: Sequence[str]) -> None:
        """These views are on the page from now on."""
        self._shown = tuple(names)
        self._turns.keep(self._shown)

    def want(self, name: str) -> None:
        """The view was changed."""
        if name in self._shown and not self._looks_beside:
            self._turns.want(name, time.monotonic(), self._views[name].waits)
            self._changed.set()

    def point_at(self, name: str) -> None:
        self._turns.pointed_at = name

    def send_to(self, connection: str) -> None:
        """To this one from now on, which has no picture yet; empty where there is none."""
        if connection == self._connection:
            return
        self._connection = connection
        self._turns = Turns(NetworkLink())
        for name in self._shown:
            self.want(name)

    def cover(self, is_covered: bool) -> None:
        """Nothing may be seen for a while; what the browser showed until then it has no more."""
        if is_covered != self._is_covered:
            self._is_covered = is_covered
            for name in () if is_covered else self._shown:
                self.want(name)

    @export("quizloader.drawn")
    def acknowledge(self, number: object, spent_ms: object) -> None:
        """The browser has what has this number, and has spent so long on it."""
        if isinstance(number, int) and isinstance(spent_ms, (int, float)):
            now_s = time.monotonic()
            step_s = self._turns.acknowledge(number, spent_ms / 1000, now_s)
            if step_s is not None and step_s > SLOW_S:
                self._slow_until_s = now_s + SLOW_FOR_S
                self._slow(True)
            self._changed.set()

    async def _live(self) -> None:
        """The browser hears that the way is open, where it hears nothing else, and its length is measured."""
        while True:
            await asyncio.sleep(SIGN_OF_LIFE_S)
            self._slow(time.monotonic() < self._slow_until_s)
            if self._connection and self._turns.link.is_idle:
                link = self._turns.link
                number = link.send(0, time.monotonic())
                with _going_on(link.forget, number):
                    self._tell({"number": number})

    async def _send(self) -> None:
        while True:
            turns, now_s = self._turns, time.monotonic()
            self._changed.clear()
            if not self._connection or self._is_covered:
                await self._changed.wait()
            elif part := turns.next_part(now_s):
                with _going_on(turns.failed, part.picture, part.number):
                    self._tell(_told(part))
            elif picture := turns.next_picture(now_s):
                with _going_on(turns.failed, picture):
                    self._make(turns, picture)
                await asyncio.sleep(0)
            else:
                await self._until_changed(turns.seconds_to_next(now_s))

    async def _until_changed(self, seconds: float | None) -> None:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)

    def _make(self, turns: Turns, picture: Picture) -> None:
        view = self._views[picture.view]
        if picture.steps:
            pixels = self._pixels_beside(view, picture.steps)
            if pixels is None:
                turns.failed(picture)
                return
        else:
            pixels, _columns, _rows = view.window.img_cols_rows
            # A defect of what is told of the view does not stop its pictures.
            asyncio.get_running_loop().call_soon(view.rendered)
        task = asyncio.create_task(self._encode(turns, picture, pixels))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _pixels_beside(self, view: StreamedView, steps: int) -> np.ndarray | None:
        """None where there is no such slice."""
        self._looks_beside = True
        try:
            with view.beside(steps) as is_there:
                return view.window.img_cols_rows[0] if is_there else None
        finally:
            self._looks_beside = False

    async def _encode(self, turns: Turns, picture: Picture, pixels: np.ndarray) -> None:
        in_thread = asyncio.get_running_loop().run_in_executor
        with _going_on(turns.failed, picture):
            digest = await in_thread(None, _digest, pixels) if turns.holds else b""
            same = turns.held.number_of(picture.view, digest) if digest else None
            content = b"" if same is not None else await in_thread(None, encoded, pixels, picture.kind)
            rows, columns, _ = pixels.shape
            turns.made(picture, content, (columns, rows), digest, same)
        self._changed.set()

    def _tell(self, message: dict[str, Any]) -> None:
        self.publish(TOPIC, message, client_id=self._connection)


def _digest(pixels: np.ndarray) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(pixels).data, key=repr(pixels.shape).encode()).digest()


@contextmanager
def _going_on(undo: Callable[..., None], *values: object) -> Iterator[None]:
    """A defect in one picture does not stop the others."""
    try:
        yield
    except Exception as fault:  # noqa: BLE001 whatever it is, the other views are to be seen
        log_defect(_log, fault)
        undo(*values)


def _told(part: PicturePart) -> dict[str, Any]:
    picture = part.picture
    columns, rows = part.size
    return {
        "number": part.number,
        "view": picture.view,
        "of": picture.change,
        "steps": picture.steps,
        "same": part.same,
        "held": part.held,
        "kind": picture.kind.name.lower(),
        "type": "image/png" if picture.kind is PictureKind.LOSSLESS else "image/jpeg",
        "columns": columns,
        "rows": rows,
        "offset": part.offset,
        "total": part.total,
        "content": part.content,
    }


class Stream:
    """Satisfies trame_rca's RcaRenderSchedulerProtocol: what it is asked to render, Pictures sends."""

    def __init__(self, window: ViewWindow, want: Callable[[], None]) -> None:
        self.rca = window
        self.target_fps: float = FRAMES_A_SECOND
        self.schedule_render = want

    def set_push_callback(self, callback: Callable[..., None]) -> None:
        """Nothing to do: pictures have a way of their own."""

    def reset(self) -> None:
        """Nothing to do: each frame stands for itself."""

    async def close(self) -> None:
        """Nothing to do: the view has no task of its own."""
