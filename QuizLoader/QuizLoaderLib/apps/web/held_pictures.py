"""Which pictures the browser holds, so that none of them has to be sent again."""

from collections.abc import Iterator
from dataclasses import dataclass

MOST_HELD, MOST_PIXELS = 6, 16_000_000
"""Of all views together: 64 MB in the browser, once it has decoded them."""


@dataclass(frozen=True)
class _Held:
    view: str
    digest: bytes
    pixels: int


class HeldPictures:
    """Known by the number of the part that completed each. What is told with each of them (``numbers``) is
    what the browser goes on holding."""

    def __init__(self) -> None:
        self._held: dict[int, _Held] = {}

    @property
    def numbers(self) -> list[int]:
        return list(self._held)

    def __contains__(self, number: object) -> bool:
        return number in self._held

    def number_of(self, view: str, digest: bytes) -> int | None:
        """Of the picture of this view whose pixels have this digest; the newest one from now on."""
        for number, held in self._held.items():
            if (held.view, held.digest) == (view, digest):
                self._held[number] = self._held.pop(number)
                return number
        return None

    def hold(self, number: int, view: str, digest: bytes, pixels: int) -> None:
        """In place of the oldest ones where there are too many."""
        self._held[number] = _Held(view, digest, pixels)
        for oldest in list(self._too_many()):
            del self._held[oldest]

    def _too_many(self) -> Iterator[int]:
        pixels, count = sum(held.pixels for held in self._held.values()), len(self._held)
        for number, held in self._held.items():
            if count <= MOST_HELD and pixels <= MOST_PIXELS:
                return
            pixels, count = pixels - held.pixels, count - 1
            yield number
