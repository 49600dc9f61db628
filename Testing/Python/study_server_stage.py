"""A stage for the stories of many readers: the command serves a study, readers come by their links."""

import http.client
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from QuizLoaderLib.apps.study_server.readers import COORDINATOR, READER, Person, add_readers, session_secret
from web_stage import PATIENCE_S, Served, served, served_anew

NAMES = ("Dr. Chen", "Dr. Lima")
CHIEF = "The chief"


@dataclass(frozen=True)
class Study:
    """What a coordinator has prepared. ``paths`` are the personal links, without the server's address."""

    folder: Path
    quizzes: tuple[Path, ...]
    images: Path
    table: Path
    paths: dict[str, str]

    @property
    def results(self) -> Path:
        return self.folder / "results"

    def secret(self, name: str) -> str:
        return self.paths[name].rsplit("/", 1)[1]

    def cookie(self, name: str) -> dict[str, str]:
        """The header with which a browser comes that has opened the link."""
        role = COORDINATOR if name == CHIEF else READER
        return {"Cookie": f"quizloader-{role}={session_secret(self.secret(name))}"}

    @contextmanager
    def served(
        self, *options: object, port: int = 0, is_anew: bool = False, **environment: str
    ) -> Iterator[Served]:
        """``is_anew``: also the processes of readers import everything."""
        arguments = [*self.quizzes, "--images", self.images, "--results", self.results]
        arguments += ["--readers", self.table, "--port", port, *options]
        runs = self.folder / f"run-{len(list(self.folder.glob('run-*')))}"
        with (served_anew if is_anew else served)(runs, *arguments, **environment) as command:
            assert command.address, command.errors
            yield command


def study(folder: Path, quizzes: Sequence[Path], images: Path, names: Sequence[str] = NAMES) -> Study:
    table = folder / "readers.csv"
    people = [*map(Person, names), Person(CHIEF, COORDINATOR)]
    links = add_readers(table, people, "http://server")
    paths = {link.person.name: urlsplit(link.address).path for link in links}
    return Study(folder, tuple(quizzes), images, table, paths)


class Reply(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(address: str, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> Reply:
    """What the server answers to exactly this path, which no library has made right before."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_S)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True, skip_host="Host" in (headers or {}))
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        connection.endheaders()
        reply = connection.getresponse()
        return Reply(reply.status, reply.headers, reply.read())
    finally:
        connection.close()


def ask_often(times: int, address: str, path: str, headers: dict[str, str]) -> tuple[list[int], float]:
    """What is answered to the same question over one connection, as fast as it can be, and in how many
    seconds."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_S)
    began, statuses = time.monotonic(), []
    try:
        for _ in range(times):
            connection.request("GET", path, headers=headers)
            reply = connection.getresponse()
            reply.read()
            statuses.append(reply.status)
    finally:
        connection.close()
    return statuses, time.monotonic() - began


def megabytes(pid: int, *kinds: str) -> float:
    """Memory of a process, of the kinds that Linux tells apart."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    fields = dict(line.split(":", 1) for line in text.splitlines()[1:])
    return sum(int(fields[kind].split()[0]) for kind in kinds) / 1024


def private_megabytes(pid: int) -> float:
    """What only this process has in memory."""
    return megabytes(pid, "Private_Clean", "Private_Dirty")


def processes_of(command: Served, name: str) -> list[int]:
    """The processes of a reader who is here, as the server's log says it."""
    said = re.findall(rf"^.*? {re.escape(name)}: process (\d+) is ready", command.errors, re.MULTILINE)
    return [int(pid) for pid in said if os.path.exists(f"/proc/{pid}")]
