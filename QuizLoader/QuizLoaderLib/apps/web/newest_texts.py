"""Answers on their way to the disk: of what comes for one field in a moment the newest alone is written."""

import asyncio
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from ...quiz.text_file import json_of

if TYPE_CHECKING:
    from trame_server.state import State

PAUSE_S = 0.1
"""Between two times that something is written."""

Unsent = tuple[str, int, int | str, list[str]]
"""The place, the question set, the question and the texts."""


class NewestTexts:
    """Whoever gives a text waits until it, or a newer one for the same field, is saved. The client has the
    ``state`` then."""

    def __init__(self, state: "State") -> None:
        self._state = state
        self._waiting: dict[Hashable, tuple[Callable[[], str], asyncio.Future[str]]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._not_before = 0.0

    async def give(self, field: Hashable, save: Callable[[], str]) -> str:
        """Gives what ``save()`` of the newest gave."""
        loop = asyncio.get_running_loop()
        _, saved = self._waiting.pop(field, (None, None))
        saved = saved or loop.create_future()
        self._waiting[field] = save, saved
        self._timer = self._timer or loop.call_at(self._not_before, self.save)
        return await asyncio.shield(saved)

    def save(self) -> None:
        """All that waits, now."""
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer = None
        waiting, self._waiting = self._waiting, {}
        with self._state:
            for save, saved in waiting.values():
                try:
                    saved.set_result(save())
                except Exception as fault:  # noqa: BLE001 it is for whoever gave it, the others' are saved
                    saved.set_exception(fault)
        self._not_before = asyncio.get_running_loop().time() + PAUSE_S


def _number(given: object) -> int | str:
    """That of a question, or a longer path to one in the form of a mark."""
    parts = [int(part) for part in str(given).split("/")]
    return parts[0] if len(parts) == 1 else "/".join(map(str, parts))


def unsent_answers(content: bytes) -> list[Unsent]:
    """What the client posts when its window is closed. Raises ValueError where it is anything else."""
    try:
        return [
            (
                str(each["place"]),
                int(each["set"]),
                _number(each["number"]),
                [str(text) for text in each["texts"]],
            )
            for each in json_of(content)
        ]
    except (ArithmeticError, LookupError, RecursionError, TypeError) as fault:
        raise ValueError("no answers") from fault
