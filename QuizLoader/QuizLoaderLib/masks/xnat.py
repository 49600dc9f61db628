"""Value maps on an XNAT server, as resources of projects, experiments and assessors.

XNAT's REST calls on resources and their files are used (XNAT documentation, "Resource API"); under which
label a model keeps its map is not documented, so it is the caller's to say. Credentials come from the
environment (XNAT_USER and XNAT_PASS) or from netrc, never from an argument.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote, urlsplit

from ..quiz.problems import Problem, error, warning
from ..quiz.text_file import json_of
from .errors import PASSWORD_READABLE, SERVER_FAILED, MaskError

if TYPE_CHECKING:
    import requests

_TIMEOUT_S = 30
_LARGEST_ANSWER_MB = 16
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class RemoteFile:
    """A file on the server: its resource's label, its name, its size in bytes (-1: not said)."""

    resource: str
    name: str
    size: int


def location_of(project: str, path: str = "") -> str:
    """What a resource hangs on, below ``/data``.

    A project, and in it or beside it an experiment or assessor by its path: ``subjects/S/experiments/E``,
    ``experiments/E/assessors/A``. Raises MaskError where neither is given or a part is no name.
    """
    parts = [part for part in path.strip("/").split("/") if part]
    if project:
        parts = ["projects", project, *parts]
    if not parts or any(part in (".", "..") for part in parts) or len(parts) % 2:
        sentence = f"“{'/'.join(parts)}” is not a location on an XNAT server."
        hint = "give --project, or a --path such as experiments/E/assessors/A"
        raise MaskError(error(SERVER_FAILED, sentence, hint))
    return "/".join(quote(part, safe="") for part in parts)


class Xnat:
    """A server, by its address; use ``connected``. ``problems`` are warnings about the connection."""

    def __init__(self, url: str, session: requests.Session) -> None:
        self._url = url.rstrip("/")
        self._session = session
        self.problems: list[Problem] = []
        parts = urlsplit(url)
        if session.auth and parts.scheme == "http" and parts.hostname not in _THIS_MACHINE:
            sentence = f"The user and password go to “{self._url}” as anybody on the way can read them."
            self.problems.append(warning(PASSWORD_READABLE, sentence, "use https, if the server has it"))

    def files(self, location: str) -> list[RemoteFile]:
        """Every file of every resource of a location; a resource without files has one row without a name."""
        found: list[RemoteFile] = []
        for label in self._labels(location):
            path = f"{location}/resources/{quote(label, safe='')}/files"
            rows = self._rows(path, f"the resource “{label}”")
            files = [RemoteFile(label, str(row.get("Name", "")), _number(row.get("Size"))) for row in rows]
            found += files or [RemoteFile(label, "", 0)]
        return found

    def put_file(self, location: str, resource: str, name: str, data: bytes) -> None:
        """Store a file, replacing an older one of that name, and read it again to be sure."""
        folder = f"{location}/resources/{quote(resource, safe='')}"
        if resource not in self._labels(location):
            # 409: somebody else was faster.
            what = f"the resource “{resource}”"
            self._call("PUT", folder, what, {"format": "TXT"}, allowed=(200, 201, 409))
        file = f"{folder}/files/{quote(name, safe='')}"
        options = {"inbody": "true", "overwrite": "true"}
        self._call("PUT", file, name, options, data, allowed=(200, 201))
        if self.get_file(location, resource, name) != data:
            _fail(f"“{self._url}” took “{name}”, but gives back another content.", "try again")

    def get_file(self, location: str, resource: str, name: str) -> bytes:
        path = f"{location}/resources/{quote(resource, safe='')}/files/{quote(name, safe='')}"
        return self._call("GET", path, f"“{name}” in the resource “{resource}”")

    def find_resource(self, location: str, name: str) -> str:
        """The label of the one resource that holds a file of this name."""
        labels = [file.resource for file in self.files(location) if file.name == name]
        if not labels:
            _fail(f"No resource of {location} holds “{name}”.", "see quizloader xnat list")
        if len(labels) > 1:
            _fail(f"Several resources hold {name}: {', '.join(labels)}.", "choose one with --resource")
        return labels[0]

    def _labels(self, location: str) -> list[str]:
        rows = self._rows(f"{location}/resources", location)
        return [str(row["label"]) for row in rows if row.get("label")]

    def _rows(self, path: str, what: str) -> list[dict[str, object]]:
        answer = self._call("GET", path, what, {"format": "json"})
        try:
            rows = json_of(answer)["ResultSet"]["Result"]
        except (ValueError, KeyError, TypeError):
            rows = None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            _fail(f"“{self._url}” does not answer as XNAT does.", "is it the address of an XNAT server?")
        return rows

    def _call(
        self,
        method: str,
        path: str,
        what: str,
        options: dict[str, str] | None = None,
        data: bytes | None = None,
        allowed: tuple[int, ...] = (200,),
    ) -> bytes:
        """What the server answers. Raises MaskError where that is another code, or too long."""
        import requests

        try:
            answer = self._session.request(
                method,
                f"{self._url}/data/{path}",
                params=options,
                data=data,
                headers={"Content-Type": "text/plain"} if data is not None else None,
                timeout=_TIMEOUT_S,
                # A redirected PUT would become a GET and store nothing.
                allow_redirects=False,
                stream=True,
            )
            with answer:
                content = self._content(answer)
        except requests.exceptions.SSLError as fault:
            _fail(f"The certificate of “{self._url}” is not trusted.", "ask who runs the server", fault)
        except requests.exceptions.Timeout as fault:
            _fail(f"“{self._url}” does not answer within {_TIMEOUT_S} s.", "", fault)
        except requests.exceptions.RequestException as fault:
            _fail(f"There is no connection to “{self._url}”.", "check the address and the network", fault)
        if answer.status_code in allowed and not _is_web_page(answer):
            return content
        return self._refused(answer, what)

    def _content(self, answer: requests.Response) -> bytes:
        """As unpacked: a few bytes may be packed gigabytes."""
        content = bytearray()
        for part in answer.iter_content(1 << 16):
            content += part
            if len(content) > _LARGEST_ANSWER_MB << 20:
                _fail(f"“{self._url}” answers with more than {_LARGEST_ANSWER_MB} MB.")
        return bytes(content)

    def _refused(self, answer: requests.Response, what: str) -> NoReturn:
        code = answer.status_code
        if code == 401 or _is_web_page(answer) and code < 400:
            hint = "set XNAT_USER and XNAT_PASS, or add the server to netrc"
            _fail(f"“{self._url}” does not accept the user and password, or there are none.", hint)
        if 300 <= code < 400:
            target = answer.headers.get("Location", "another address")
            _fail(f"“{self._url}” sends on to “{target}”.", "give that server with --server")
        if code == 403:
            _fail(f"This user may not do that with {what} on “{self._url}”.", "ask an owner of the project")
        if code == 404:
            _fail(f"“{self._url}” has no {what}, or this user may not see it.", "see quizloader xnat list")
        _fail(f"“{self._url}” answers {code} {answer.reason} for {what}.")


@contextmanager
def connected(url: str) -> Iterator[Xnat]:
    """A session with a server, ended at the end of the block. Raises MaskError."""
    parts = urlsplit(url)
    if parts.username or parts.password:
        hint = "set XNAT_USER and XNAT_PASS, or use netrc"
        _fail("The address of a server must not hold a user or password.", hint)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        _fail(f"“{url}” is not the address of a server.", "write it as https://xnat.example.org")
    try:
        import requests
    except ImportError as fault:
        hint = 'python -m pip install "quizloader[xnat]"'
        _fail("Talking to XNAT needs the package requests, which this Python does not have.", hint, fault)
    user, password = os.environ.get("XNAT_USER", ""), os.environ.get("XNAT_PASS", "")
    with requests.Session() as session:
        session.auth = (user, password) if user else requests.utils.get_netrc_auth(url)
        try:
            yield Xnat(url, session)
        finally:
            if session.cookies:
                # XNAT has a session for each login until it is ended.
                end = f"{url.rstrip('/')}/data/JSESSION"
                with suppress(requests.exceptions.RequestException):
                    session.delete(end, timeout=_TIMEOUT_S, allow_redirects=False, stream=True).close()


def _fail(sentence: str, hint: str = "", cause: Exception | None = None) -> NoReturn:
    raise MaskError(error(SERVER_FAILED, sentence, hint)) from cause


def _is_web_page(answer: requests.Response) -> bool:
    return "text/html" in answer.headers.get("Content-Type", "")


def _number(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return -1
