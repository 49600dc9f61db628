"""Answers that are acknowledged and not left yet: in the journal, and in no results file."""

from collections.abc import Mapping
from dataclasses import dataclass

from .answers import Answer
from .journal import Entry
from .order import PageKey, Position


@dataclass(frozen=True)
class Draft:
    """The answer of one question, from the journal's ``entry``."""

    entry: Entry

    @property
    def answer(self) -> Answer:
        return tuple(self.entry["texts"])

    @property
    def facts(self) -> Mapping[int, Mapping[str, str]]:
        """Attributes of the Response by option."""
        return {int(option): dict(attributes) for option, attributes in self.entry.get("facts", {}).items()}


class Drafts:
    """The newest draft of each question."""

    def __init__(self) -> None:
        self._by_position: dict[Position, dict[int, Draft]] = {}

    def keep(self, entry: Entry) -> None:
        self._by_position.setdefault(position_of(entry), {})[entry["question"]] = Draft(entry)

    def leave(self, position: Position) -> dict[int, Draft]:
        """The drafts of the position by question, which are drafts no longer."""
        return self._by_position.pop(position, {})

    def answer(self, position: Position, question: int) -> Answer | None:
        draft = self._by_position.get(position, {}).get(question)
        return None if draft is None else draft.answer

    def entries(self) -> list[Entry]:
        """The journal's entries, oldest first."""
        entries = [draft.entry for drafts in self._by_position.values() for draft in drafts.values()]
        return sorted(entries, key=lambda entry: entry["n"])

    def newest(self) -> dict[Position, Entry]:
        """The newest entry of each position, in the order of the entries."""
        newest: dict[Position, Entry] = {}
        for entry in self.entries():
            newest.pop(position_of(entry), None)
            newest[position_of(entry)] = entry
        return newest


def key_of(entry: Entry) -> PageKey:
    return PageKey(*entry["page"])


def position_of(entry: Entry) -> Position:
    return Position(key_of(entry), entry["set"])
