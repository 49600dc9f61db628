"""What a condition hides is told in the results: its newest Response is an empty one that is not asked, so
that whoever goes by the newest Responses counts no answer that is hidden."""

from collections.abc import Iterable

from ..quiz.visibility import Hidden, Place
from .entries import LeaveEntry
from .order import PageKey, Position
from .results_tree import ResultsTree, stamped
from .tree import appended


def settle_not_asked(
    tree: ResultsTree, places: Iterable[Place], hidden: Hidden, passed: Iterable[PageKey], entry: LeaveEntry
) -> None:
    """After an entry: of these questions those that were answered and are hidden now have no answer, and
    those that show again have the one that they had. Of ``passed`` pages what was never asked is told too."""
    by_number: dict[int, list[PageKey]] = {}
    for key in tree.pages:
        by_number.setdefault(key.number, []).append(key)
    ended = set(passed)
    for place in places:
        for key in by_number[place.page]:
            position = Position(key, place.question_set)
            _settle(tree, position, place, hidden.has(place, key.repetition), key in ended, entry)


def _settle(
    tree: ResultsTree, position: Position, place: Place, is_hidden: bool, is_passed: bool, entry: LeaveEntry
) -> None:
    for option in tree.options(position, place.question):
        responses = option.findall("Response")
        given = [each for each in responses if each.get("NotAsked") != "Y"]
        if is_hidden and (responses[-1:] == given[-1:] if responses else is_passed):
            new = appended(option, "Response")
            new.attrib.update({"NotAsked": "Y", "Event": entry.event})
        elif not is_hidden and given and given[-1] is not responses[-1]:
            new = appended(option, "Response")
            new.text = given[-1].text
            new.attrib.update(dict(given[-1].attrib))
            new.set("Event", entry.event)
        else:
            continue
        stamped(new, entry).set("Seconds", f"{entry.seconds:.3f}")
