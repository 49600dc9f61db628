"""Something that is done again and again while the client is shown what comes of it."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trame_server.state import State


class Repeating:
    """Calls ``action`` every ``seconds`` while it is switched on, or after those that it gives, and sends the
    ``state`` to the client."""

    def __init__(self, state: "State", seconds: float, action: Callable[[], float | None]) -> None:
        self._state, self._seconds, self._action = state, seconds, action
        self._task: asyncio.Task[None] | None = None

    def switch(self, on: bool) -> None:
        if on and self._task is None:
            self._task = asyncio.create_task(self._repeat())
        elif not on and self._task:
            self._task.cancel()
            self._task = None

    async def _repeat(self) -> None:
        seconds = self._seconds
        while True:
            await asyncio.sleep(seconds)
            seconds = self._action() or self._seconds
            self._state.flush()
