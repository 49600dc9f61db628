"""Whole new runs of a reader through a quiz, each in a folder of its own beside the first."""

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple, TypeVar

from ..quiz.closed_xml import XmlError, root_attributes
from .entries import BeginEntry, parsed_timestamp
from .journal import read_journal
from .storage import FolderFiles
from .tree import Element, integer

_Item = TypeVar("_Item")

_LATER = re.compile(r"-Attempt[1-9][0-9]*$")


def attempt_of(root: Element) -> int:
    """1, or the number of the run."""
    return integer(root, "Attempt") or 1


def quiz_name(name: str, attempt: int) -> str:
    """The name of the quiz whose results have this name."""
    return _LATER.sub("", name) if attempt > 1 else name


def files_of_attempt(first: FolderFiles, attempt: int) -> FolderFiles:
    folder = first.folder
    return first if attempt == 1 else FolderFiles(folder.with_name(f"{folder.name}-Attempt{attempt}"))


def last_attempt(first: FolderFiles) -> int:
    """The last run that has begun."""
    attempt = 1
    while _is_attempt(files_of_attempt(first, attempt + 1), attempt + 1):
        attempt += 1
    return attempt


def _is_attempt(files: FolderFiles, attempt: int) -> bool:
    """Whether its results say so: a quiz file may have the same name."""
    with contextlib.suppress(OSError, XmlError):
        return root_attributes(files.xml).get("Attempt") == str(attempt)
    begun = read_journal(files.journal).entries[:1]
    return any(isinstance(entry, BeginEntry) and entry.attempt == attempt for entry in begun)


class RunFacts(NamedTuple):
    """``attempt`` is as the results have it, ``first`` when the reader signed in for the first time, None
    where that is not known."""

    reader: str
    quiz: str
    attempt: int
    first: datetime | None


def in_attempts(items: Iterable[_Item], facts_of: Callable[[_Item], RunFacts]) -> Iterator[tuple[int, _Item]]:
    """Each with its number among the reader's runs of its quiz, from 1, in the order in which they began.

    The time orders only runs of one number, as the original's: a clock may have been set back.
    """

    def place(run: tuple[RunFacts, _Item]) -> tuple[int, datetime, str]:
        return run[0].attempt, run[0].first or datetime.max, run[0].reader

    count: Counter[tuple[str, str]] = Counter()
    for facts, item in sorted(((facts_of(item), item) for item in items), key=place):
        run = facts.reader, facts.quiz
        count[run] = max(count[run] + 1, facts.attempt)
        yield count[run], item


def login_moments(root: Element) -> list[datetime]:
    """When the reader signed in and out, as far as that is known."""
    return [
        moment
        for login in root.findall("Login")
        for name in ("LoginTime", "LogoutTime")
        if (moment := parsed_timestamp((login.get(name) or "").strip())) is not None
    ]
