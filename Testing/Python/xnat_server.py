"""A small server that speaks XNAT's documented calls on resources, for one user, in memory."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

USER, PASSWORD = "coordinator", "a pass:word"


class FakeXnat(ThreadingHTTPServer):
    """``places`` are the projects and so on that exist; ``resources`` the files by place and label."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.places = {"projects/STUDY", "experiments/XNAT_E1", "experiments/XNAT_E1/assessors/ROI 1"}
        self.resources: dict[tuple[str, str], dict[str, bytes]] = {}
        self.calls: list[str] = []
        self.read_only = False
        self.sends_on_to = ""
        self.answers_with_a_page = False
        self.answers_with: bytes | None = None
        self.encoding = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/xnat"


class _Handler(BaseHTTPRequestHandler):
    server: FakeXnat

    def do_GET(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, *arguments: object) -> None:
        """Quiet."""

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.calls.append(f"{self.command} {unquote(parts.path)}")
        expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.server.sends_on_to:
            self._send(302, b"", headers={"Location": self.server.sends_on_to})
        elif self.server.answers_with_a_page:
            self._send(200, b"<html>Log in</html>", "text/html")
        elif self.headers.get("Authorization") != f"Basic {expected}":
            self._send(401, b"")
        elif parts.path == "/xnat/data/JSESSION":
            self._send(200, b"")
        elif self.server.answers_with is not None:
            named = {"Content-Encoding": self.server.encoding} if self.server.encoding else None
            self._send(200, self.server.answers_with, "application/json", named)
        else:
            self._resource(parts.path, parse_qs(parts.query), body)

    def _resource(self, path: str, options: dict[str, list[str]], body: bytes) -> None:
        place, _, rest = path.removeprefix("/xnat/data/").partition("/resources")
        place = unquote(place)
        names = [unquote(part) for part in rest.strip("/").split("/") if part]
        if place not in self.server.places:
            self._send(404, b"")
        elif self.command == "PUT":
            self._put(place, names, options, body)
        elif not names:
            self._rows([{"label": label} for where, label in self.server.resources if where == place])
        elif (place, names[0]) not in self.server.resources:
            self._send(404, b"")
        elif names[1:] == ["files"]:
            files = self.server.resources[place, names[0]]
            self._rows([{"Name": name, "Size": str(len(data))} for name, data in files.items()])
        elif names[2] in self.server.resources[place, names[0]]:
            self._send(200, self.server.resources[place, names[0]][names[2]], "text/plain")
        else:
            self._send(404, b"")

    def _put(self, place: str, names: list[str], options: dict[str, list[str]], body: bytes) -> None:
        if self.server.read_only:
            self._send(403, b"")
        elif len(names) == 1:
            exists = (place, names[0]) in self.server.resources
            self.server.resources.setdefault((place, names[0]), {})
            self._send(409 if exists else 201, b"")
        elif (place, names[0]) not in self.server.resources or options.get("inbody") != ["true"]:
            self._send(400, b"")
        elif names[2] in self.server.resources[place, names[0]] and options.get("overwrite") != ["true"]:
            self._send(409, b"")
        else:
            self.server.resources[place, names[0]][names[2]] = body
            self._send(200, b"")

    def _rows(self, rows: list[dict[str, str]]) -> None:
        answer = {"ResultSet": {"Result": rows, "totalRecords": str(len(rows))}}
        self._send(200, json.dumps(answer).encode(), "application/json")

    def _send(
        self, code: int, body: bytes, kind: str = "text/plain", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "JSESSIONID=1")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        # Who hears enough may hang up.
        with suppress(ConnectionError):
            self.wfile.write(body)


@contextmanager
def running() -> Iterator[FakeXnat]:
    server = FakeXnat()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
