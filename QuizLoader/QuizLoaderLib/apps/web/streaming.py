"""The pictures of a view on their way to the browser: lossless, and always the newest one.

PNG is W3C's *Portable Network Graphics (PNG) Specification*.
"""

import asyncio
import struct
import time
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from vtkmodules.vtkCommonCore import vtkCommand

from ..shared.opengl import MOST_PIXELS, window_pixels
from .trame_patches import RemoteArea

if TYPE_CHECKING:
    from vtkmodules.vtkRenderingCore import vtkRenderWindow

FrameFacts = dict[str, str | int]
"""What the browser is told of a frame."""
Push = Callable[[bytes, FrameFacts], None]

MOST_FRAMES_A_SECOND = 40
QUIET_S = 0.2
"""The browser drops a frame where it still decodes the ones before. After a pause of this length the last
one is sent again, so that what stays on the screen is what the view shows."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _COLOR = 0, 2
_DIFFERENCE_FROM_ROW_ABOVE = 2


class ViewWindow(RemoteArea):
    """The render window of a view as trame's remote controlled area knows it.

    ``resized`` is called after the browser has given the view another size.
    """

    def __init__(self, render_window: "vtkRenderWindow", resized: Callable[[], None]) -> None:
        super().__init__(render_window)
        self._resized = resized
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

    def process_interaction_event(self, event: dict[str, Any]) -> None:
        if "y" in event:
            # The browser calls the lowest row of pixels 1, VTK 0. It counts them from below, and it takes a
            # view that is new or has another size to end elsewhere until it has measured it; VTK would scale
            # by that.
            width, height = self._vtk_render_window.GetSize()
            y = event["y"] - event.get("h", height) + height - 1
            event = {**event, "y": y, "w": width, "h": height}
        self._tell_shift(bool(event.get("shiftKey")))
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


class Stream:
    """Renders when asked, encodes in a thread, pushes; what is asked meanwhile becomes one more frame.

    Satisfies trame_rca's RcaRenderSchedulerProtocol. ``rendered`` is called after each frame.
    """

    def __init__(self, window: ViewWindow, rendered: Callable[[], None]) -> None:
        self.rca = window
        self.target_fps: float = MOST_FRAMES_A_SECOND
        self._rendered = rendered
        self._push: Push = lambda content, meta: None
        self._wanted = asyncio.Event()
        self._repeating: asyncio.TimerHandle | None = None
        self._task = asyncio.create_task(self._run())

    def set_push_callback(self, callback: Push) -> None:
        self._push = callback

    def schedule_render(self) -> None:
        self._wanted.set()

    def reset(self) -> None:
        """Nothing to do: each frame stands for itself."""

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            started = time.monotonic()
            content, meta = await self._frame()
            self._push(content, meta)
            self._push_again_when_quiet(content, meta)
            await asyncio.sleep(max(0.0, started + 1 / self.target_fps - time.monotonic()))

    def _push_again_when_quiet(self, content: bytes, meta: FrameFacts) -> None:
        """Where this is one of several frames in a row."""

        def push() -> None:
            self._repeating = None
            if is_of_several:
                self._push(content, meta)

        is_of_several = self._repeating is not None
        if self._repeating:
            self._repeating.cancel()
        self._repeating = asyncio.get_running_loop().call_later(QUIET_S, push)

    async def _frame(self) -> tuple[bytes, FrameFacts]:
        pixels, columns, rows = self.rca.img_cols_rows
        self._rendered()
        meta: FrameFacts = {
            "type": "image/png",
            "codec": "",
            "w": columns,
            "h": rows,
            "st": time.time_ns() // 1_000_000,
            "key": "key",
            "quality": 100,
        }
        return await asyncio.get_running_loop().run_in_executor(None, as_png, pixels), meta


def as_png(pixels: np.ndarray) -> bytes:
    """``pixels`` are uint8 (rows, columns, 3), the first row at the top.

    In half of the time that image libraries take, which try five filters for each row; and packed lightly:
    the way to the browser is short.
    """
    rows, columns, _ = pixels.shape
    # Most slices have no colour, and a third of the data is left.
    red, green, blue = np.moveaxis(pixels, 2, 0)
    is_grey = np.array_equal(red, green) and np.array_equal(red, blue)
    values = (red if is_grey else pixels).reshape(rows, -1)
    lines = np.empty((rows, 1 + values.shape[1]), np.uint8)
    lines[:, 0] = _DIFFERENCE_FROM_ROW_ABOVE
    lines[:1, 1:] = values[:1]
    np.subtract(values[1:], values[:-1], out=lines[1:, 1:])
    header = struct.pack(">IIBBBBB", columns, rows, 8, _GREY if is_grey else _COLOR, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.data, 1)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, content) for name, content in parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(name))
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)
