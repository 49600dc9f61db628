"""Who may come in: a table of readers with the hashes of their secrets, and the personal links."""

import csv
import hashlib
import io
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from ...quiz.problems import ExplainedError
from ...session.files import safe_name
from ...session.whole_file import write_whole

COLUMNS = ("reader", "role", "token_sha256")
ADDRESS = "address"
"""A further column, which need not be there: where the links of a line lead."""
READER, COORDINATOR = "reader", "coordinator"
ENTER = "enter"
"""The part of an address before a secret."""

_SECRET_BYTES = 24
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Person:
    """``role`` is READER or COORDINATOR; ``address`` is the one in their link, where it is known."""

    name: str
    role: str = READER
    address: str = field(default="", compare=False)


class Link(NamedTuple):
    """``address`` lets whoever has it in as ``person``; it is stored nowhere."""

    person: Person
    address: str


Readers = dict[str, Person]
"""By the SHA-256 of what their cookie holds, which is random and long: a hash of it needs no salt."""


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def session_secret(link_secret: str) -> str:
    """What the cookie holds of a link: nobody learns the link from it, and every server with the same table
    knows it, also after a restart."""
    return digest(f"session:{link_secret}")


def read_readers(path: Path) -> Readers:
    """The table of a CSV file with the columns COLUMNS, in any order; raises ExplainedError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise ExplainedError(f"“{path}” cannot be read: {fault.strerror or fault}.") from fault
    except UnicodeDecodeError as fault:
        raise ExplainedError(f"“{path}” is not text in UTF-8; save it as CSV in UTF-8.") from fault
    # A spreadsheet program may have saved it with semicolons.
    first = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",")
    try:
        rows = [(table.line_num, row) for row in table]
    except csv.Error as fault:
        raise ExplainedError(f"“{path}” is no CSV table: {fault}.") from fault
    missing = [name for name in COLUMNS if name not in (table.fieldnames or ())]
    if missing:
        raise ExplainedError(
            f"“{path}” has no column “{missing[0]}”; its first line must be {','.join(COLUMNS)}, "
            "as `quizloader readers new` writes it."
        )
    readers: Readers = {}
    names: set[str] = set()
    for line, row in rows:
        where = f"{path}, line {line}"
        name, role, hashed = ((row.get(column) or "").strip() for column in COLUMNS)
        role = role or READER
        if not any((name, hashed)):
            continue
        if wrong := _name_fault(name):
            raise ExplainedError(f"{where}: {wrong}")
        if role not in (READER, COORDINATOR):
            raise ExplainedError(f"{where}: the role is “{role}”; it must be {READER} or {COORDINATOR}.")
        if not _DIGEST.fullmatch(hashed):
            raise ExplainedError(
                f"{where}: token_sha256 must have 64 digits of 0-9 and a-f; "
                "make the line anew with `quizloader readers new --renew`."
            )
        if hashed in readers or (folder := _folder(name)) in names:
            raise ExplainedError(f"{where}: “{name}” is listed twice, or another name has the same folder.")
        names.add(folder)
        readers[hashed] = Person(name, role, (row.get(ADDRESS) or "").strip())
    return readers


def remembered_address(path: Path) -> str:
    """Where the newest link of a table leads; empty where it does not say it. Raises ExplainedError."""
    readers = read_readers(path) if path.exists() else {}
    return next((person.address for person in reversed(readers.values()) if person.address), "")


def add_readers(path: Path, people: Iterable[Person], address: str, renew: bool = False) -> list[Link]:
    """Give each a new secret: its hash goes into the table, the link that holds it is returned.

    Those who have a link already keep it, which is an error, unless ``renew`` takes it from them. Raises
    ExplainedError, and OSError where the table cannot be written.
    """
    readers = read_readers(path) if path.exists() else {}
    links = []
    for person in people:
        if fault := _name_fault(person.name):
            raise ExplainedError(fault)
        known = [key for key, other in readers.items() if _folder(other.name) == _folder(person.name)]
        if known and not renew:
            raise ExplainedError(
                f"“{path}” has “{person.name}” already; --renew gives a new link for the old one."
            )
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        # In the place of the old line.
        hashed = digest(session_secret(secret))
        readers = {hashed if key in known else key: other for key, other in readers.items()}
        readers[hashed] = replace(person, address=address.rstrip("/"))
        links.append(Link(person, f"{address.rstrip('/')}/{ENTER}/{secret}"))
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow((*COLUMNS, ADDRESS))
    table.writerows((person.name, person.role, hashed, person.address) for hashed, person in readers.items())
    write_whole(path.resolve(), text.getvalue().encode())
    return links


def numbered_readers(path: Path, count: int) -> list[Person]:
    """``count`` readers named "Reader 1" and so on, after those that the table has."""
    known = {_folder(person.name) for person in read_readers(path).values()} if path.exists() else set()
    free: list[Person] = []
    number = 1
    while len(free) < count:
        name = f"Reader {number}"
        if _folder(name) not in known:
            free.append(Person(name))
        number += 1
    return free


def _folder(name: str) -> str:
    """Two names that file systems may take for one are one reader."""
    return safe_name(name).casefold()


def _name_fault(name: str) -> str:
    if not name.strip():
        return "A reader has no name."
    if len(name) > _LONGEST_NAME or not name.isprintable():
        return f"The name “{name[:_LONGEST_NAME]}” is too long or has letters that cannot be printed."
    return ""


class ReadersFile:
    """The table as it is on the disk now: who is added may come in at once, who is taken out may not.

    Raises ExplainedError when it is made; a table that is damaged later changes nothing until it is right
    again, and ``fault`` says what is wrong with it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = self._now()
        self._readers = read_readers(path)
        self.fault = ""

    @property
    def people(self) -> tuple[Person, ...]:
        self._refresh()
        return tuple(self._readers.values())

    def who(self, secret: str) -> Person | None:
        """Whose cookie holds this; looked for by its hash, so that the time taken tells nothing of it."""
        self._refresh()
        return self._readers.get(digest(secret))

    def session_of(self, link_secret: str) -> str:
        """What the cookie is to hold. A table of before cookies had a secret of their own has the hashes of
        the links."""
        session = session_secret(link_secret)
        return session if self.who(session) else link_secret

    def _refresh(self) -> None:
        stamp = self._now()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._readers = read_readers(self._path)
            self.fault = ""
        except ExplainedError as fault:
            self.fault = str(fault)

    def _now(self) -> tuple[int, int]:
        try:
            status = self._path.stat()
        except OSError:
            return 0, 0
        return status.st_mtime_ns, status.st_size
