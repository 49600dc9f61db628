"""One window of the browser has the quiz at a time; another one says so and can take it over."""

from collections.abc import Callable

from wslink.websocket import LinkProtocol


class Tabs:
    """A window is known by the name it gives itself, which it keeps when the connection breaks.

    ``owner`` is the window that has the quiz, empty where there is none. ``changed`` is called when it is
    another one, ``lost`` when the connection of a window has ended.
    """

    def __init__(self, changed: Callable[[], None], lost: Callable[[], None]) -> None:
        self.owner = ""
        self._changed, self._lost = changed, lost
        self._tabs: dict[str, str] = {}

    @property
    def has_owner(self) -> bool:
        """Whether the window that has the quiz is connected."""
        return self.owner in self._tabs.values()

    @property
    def connection(self) -> str:
        """The newest one of the window that has the quiz, empty where there is none."""
        owned = [connection for connection, tab in self._tabs.items() if tab == self.owner]
        return owned[-1] if owned else ""

    def arrive(self, connection: str, tab: str) -> None:
        """A window has come, or come back."""
        self._tabs.pop(connection, None)
        self._tabs[connection] = tab
        if not self.has_owner:
            self._give(tab)
        elif tab == self.owner:
            self._changed()

    def take_over(self, tab: str) -> None:
        if tab in self._tabs.values():
            self._give(tab)

    def left(self, connection: str) -> None:
        """Where the owner has left, the window that came last and still waits has the quiz."""
        self._tabs.pop(connection, None)
        self._lost()
        if not self.has_owner and self._tabs:
            self._give(list(self._tabs.values())[-1])

    def _give(self, tab: str) -> None:
        self.owner = tab
        self._changed()


class Leaving(LinkProtocol):
    """Tells ``Tabs`` which connections have ended."""

    def __init__(self, tabs: Tabs) -> None:
        super().__init__()
        self._tabs = tabs

    def onClose(self, client_id: str) -> None:  # noqa: N802 wslink's name
        self._tabs.left(client_id)
