"""A step that was asked for, until all is prepared for it."""

from collections.abc import Callable


class ComingStep:
    """``prepare`` is that of ``Answers``, ``name`` the step that is prepared; falsy while none is coming.
    ``waiting()`` is called where one is not taken at once."""

    def __init__(self, prepare: Callable[[str], bool], waiting: Callable[[], None]) -> None:
        self._prepare, self._waiting = prepare, waiting
        self.name = ""
        self._take: Callable[[], None] | None = None

    def __bool__(self) -> bool:
        return self._take is not None

    def take(self, name: str, action: Callable[[], None]) -> None:
        """Do it now, or in a ``go_on`` once it is prepared."""
        self.name, self._take = name, action
        self.go_on()
        if self:
            self._waiting()

    def go_on(self, at_once: bool = False) -> None:
        """Prepare a part of it, and do it where that was the last; ``at_once``: whatever it stops."""
        action = self._take
        if action is not None and (at_once or self._prepare(self.name)):
            self.name, self._take = "", None
            action()
