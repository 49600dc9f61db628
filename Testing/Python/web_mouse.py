"""A mouse in the browser whose every move the server has heard of before the next one is made."""

from itertools import pairwise
from typing import Any

Pixel = tuple[float, float]

_COUNT_EVENTS = """() => {
    const isCounting = window.told !== undefined;
    window.told = 0;
    if (isCounting) return;
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
        const text = typeof data === "string" ? data : new TextDecoder("latin1").decode(data);
        if (text.includes("trame.rca.event") && !text.includes("KeyUp")) window.told++;
        return send.call(this, data);
    };
}"""
"""What the mouse does on a view is told to the server in the order in which it was done. But moves that wait
for their turn become one, and what a button or a key asks for does not wait for them. A press and a release
are two events each, a move is one."""


class Mouse:
    """On the views of a page of Chromium, in its pixels. One at a time for a page."""

    def __init__(self, page: Any) -> None:
        self._page = page
        page.evaluate(_COUNT_EVENTS)
        self._told = 0

    def move(self, pixel: Pixel) -> None:
        self._page.mouse.move(*pixel)
        self._wait_for(1)

    def press(self, button: str = "left", count: int = 1) -> None:
        self._page.mouse.down(button=button, click_count=count)
        self._wait_for(2)

    def release(self, button: str = "left", count: int = 1) -> None:
        self._page.mouse.up(button=button, click_count=count)
        self._wait_for(2)

    def drag(self, *pixels: Pixel, button: str = "left") -> None:
        """With the button held from one to the other."""
        self.move(pixels[0])
        self.press(button)
        for before, pixel in pairwise(pixels):
            if pixel != before:
                self.move(pixel)
        self.release(button)

    def _wait_for(self, events: int) -> None:
        """Until the server has heard of them, too."""
        self._told += events
        self._page.wait_for_function("count => window.told >= count", arg=self._told)
        self._page.evaluate("trame.trigger('alive', [''])")
