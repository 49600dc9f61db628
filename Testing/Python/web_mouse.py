"""A mouse in the browser whose every move the server has heard of before the next one is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from web_stage import until

Pixel = tuple[float, float]

_LISTEN = """() => {
    if (window.told) return;
    // What the server was told, counted by kind, and the presses that the page let through to a view.
    window.told = { MouseMove: 0, ButtonPress: 0, ButtonRelease: 0 };
    window.presses = 0;
    document.addEventListener("pointerdown", () => window.presses++, true);
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
        const text = typeof data === "string" ? data : new TextDecoder("latin1").decode(data);
        if (text.includes("trame.rca.event"))
            for (const kind in window.told) window.told[kind] += text.includes(kind);
        return send.call(this, data);
    };
}"""
"""The server is told in the order in which things were done. But moves that wait for their turn become one,
and what a button or a key asks for does not wait for them."""


class Mouse:
    """On the views of a page of Chromium, in its pixels. One at a time for a page."""

    def __init__(self, page: Any) -> None:
        self._page = page
        page.evaluate(_LISTEN)

    def move(self, pixel: Pixel) -> None:
        with self._told("MouseMove"):
            self._page.mouse.move(*pixel)

    def press(self, button: str = "left", count: int = 1) -> None:
        """As a reader does it: once more where the view was not ready, as the pointer shows."""
        with self._told("ButtonPress"):
            until(lambda: self._is_pressed(button, count), "the view to take the press")

    def release(self, button: str = "left", count: int = 1) -> None:
        with self._told("ButtonRelease"):
            self._page.mouse.up(button=button, click_count=count)

    def drag(self, *pixels: Pixel, button: str = "left") -> None:
        """With the button held from one to the other."""
        self.move(pixels[0])
        self.press(button)
        for before, pixel in pairwise(pixels):
            if pixel != before:
                self.move(pixel)
        self.release(button)

    def _is_pressed(self, button: str, count: int) -> bool:
        before = self._page.evaluate("window.presses")
        self._page.mouse.down(button=button, click_count=count)
        if self._page.evaluate("window.presses") > before:
            return True
        self._page.mouse.up(button=button, click_count=count)
        return False

    @contextmanager
    def _told(self, kind: str) -> Iterator[None]:
        """Left when the server has heard of it, too."""
        before = self._page.evaluate("kind => window.told[kind]", kind)
        yield
        self._page.wait_for_function("([kind, before]) => window.told[kind] > before", arg=[kind, before])
        self._page.evaluate("trame.trigger('alive', [''])")
