"""Answers that are acknowledged and not left yet: in the journal, and in no results file."""

from collections.abc import Mapping
from dataclasses import dataclass

from .answers import Answer
from .journal import Entry
from .order import PageKey, Place


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
        self._by_place: dict[Place, dict[int, Draft]] = {}

    def keep(self, entry: Entry) -> None:
        self._by_place.setdefault(place_of(entry), {})[entry["question"]] = Draft(entry)

    def leave(self, place: Place) -> dict[int, Draft]:
        """The drafts of the place by question, which are drafts no longer."""
        return self._by_place.pop(place, {})

    def answer(self, place: Place, question: int) -> Answer | None:
        draft = self._by_place.get(place, {}).get(question)
        return None if draft is None else draft.answer

    def entries(self) -> list[Entry]:
        """The journal's entries, oldest first."""
        entries = [draft.entry for drafts in self._by_place.values() for draft in drafts.values()]
        return sorted(entries, key=lambda entry: entry["n"])

    def newest(self) -> dict[Place, Entry]:
        """The newest entry of each place, in the order of the entries."""
        newest: dict[Place, Entry] = {}
        for entry in self.entries():
            newest.pop(place_of(entry), None)
            newest[place_of(entry)] = entry
        return newest


def key_of(entry: Entry) -> PageKey:
    return PageKey(*entry["page"])


def place_of(entry: Entry) -> Place:
    return Place(key_of(entry), entry["set"])
