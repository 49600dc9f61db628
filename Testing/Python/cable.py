"""A network cable between the browser and the server, which a test can cut, squeeze and mend."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit


class Cable:
    """Forwards connections on ``address``, of this machine, to that of a server."""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        self._server = (parts.hostname or "", parts.port or 0)
        self._flows = threading.Event()
        self._flows.set()
        self._sockets: list[socket.socket] = []
        self._listener = self._listen(0)
        self._port = self._listener.getsockname()[1]
        self.address = urlunsplit(parts._replace(netloc=f"127.0.0.1:{self._port}"))

    def squeeze(self) -> None:
        """Nothing gets through any more, and nobody is told."""
        self._flows.clear()

    def release(self) -> None:
        """What has waited gets through now."""
        self._flows.set()

    def cut(self) -> None:
        """All connections end, and none is accepted."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._sockets.clear()
        self._flows.set()

    def mend(self) -> None:
        self._listener = self._listen(self._port)

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                browser, _ = listener.accept()
                server = socket.create_connection(self._server)
                self._sockets += [browser, server]
                for one, other in ((browser, server), (server, browser)):
                    threading.Thread(target=self._forward, args=(one, other), daemon=True).start()

    def _forward(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while part := one.recv(1 << 16):
                self._flows.wait()
                other.sendall(part)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def cable_to(server: str) -> Iterator[Cable]:
    cable = Cable(server)
    try:
        yield cable
    finally:
        cable.cut()
