"""What each kind of journal entry changes in the tree of the results."""

from collections.abc import Mapping
from functools import singledispatch

from .answers import Answer, is_toggle, stored_text
from .entries import (
    DrawingEntry,
    Entry,
    FinishEntry,
    LeaveEntry,
    LinesEntry,
    LoginEntry,
    RerunEntry,
    StateEntry,
    UnknownEntry,
)
from .files import SessionError
from .order import Position
from .results_tree import ResultsTree
from .tree import Element, appended, finite, remove


@singledispatch
def change(entry: Entry, tree: ResultsTree) -> None:
    """Do what the entry says; most only say when something happened.

    Raises SessionError where it was written by a newer version.
    """
    if isinstance(entry, UnknownEntry):
        raise SessionError("These results were written by a newer version of this program.")


@change.register
def _login(entry: LoginEntry, tree: ResultsTree) -> None:
    tree.add_login().set("LoginTime", entry.time)
    tree.root.set("UserName", entry.reader)


@change.register
def _leave(entry: LeaveEntry, tree: ResultsTree) -> None:
    element = tree.page(entry.page)
    if entry.complete is not None:
        element.set("PageComplete", "Y" if entry.complete else "N")
    shown = (finite(element.get("SecondsShown") or "") or 0.0) + entry.seconds
    element.set("SecondsShown", f"{shown:.3f}")
    if entry.repeat is not None:
        tree.add_repetition(entry.repeat)


@change.register
def _rerun(entry: RerunEntry, tree: ResultsTree) -> None:
    tree.page(entry.page).set("PageComplete", "N")


@change.register
def _state(entry: StateEntry, tree: ResultsTree) -> None:
    image = tree.image(entry.page, entry.image)
    states = image.findall("State")
    old = dict(states[-1].attrib) if states else {}
    if any(old.get(name) != value for name, value in entry.attributes.items()):
        _stamped(appended(image, "State"), entry, entry.attributes)


@change.register
def _drawing(entry: DrawingEntry, tree: ResultsTree) -> None:
    for image in tree.images(entry.page, entry.image):
        known = _paths(image, "LabelMapPath")
        path = known.get(entry.path)
        if path is None:
            path = _stamped(appended(image, "LabelMapPath"), entry)
            path.text = entry.path
        path.set("Drawn", "Y" if entry.drawn else "N")
        if entry.segments:
            path.set("Segments", entry.segments)
            path.set("LostVoxels", str(entry.lost_voxels))


@change.register
def _lines(entry: LinesEntry, tree: ResultsTree) -> None:
    """A line that was deleted does not count on."""
    for image in tree.images(entry.page, entry.image):
        known = _paths(image, "MarkupLinePath")
        for text, path in known.items():
            if text not in entry.paths:
                remove(path)
        for text in entry.paths:
            if text not in known:
                _stamped(appended(image, "MarkupLinePath"), entry).text = text


@change.register
def _finish(entry: FinishEntry, tree: ResultsTree) -> None:
    tree.logins[-1].set("QuizComplete", "Y")


def add_responses(
    tree: ResultsTree,
    position: Position,
    question: int,
    answer: Answer,
    facts: Mapping[int, Mapping[str, str]],
    entry: LeaveEntry,
) -> None:
    """A Response for each option of the question, with the ``facts`` of each as attributes."""
    model = tree.question(position, question)
    for number, (option, text) in enumerate(zip(tree.options(position, question), answer, strict=True)):
        response = appended(option, "Response")
        stored = stored_text(model, text)
        if stored:
            response.text = stored
        response.set("Event", entry.event)
        _stamped(response, entry)
        response.set("Seconds", f"{entry.seconds:.3f}")
        if entry.recovered:
            response.set("Recovered", "Y")
        if is_toggle(model):
            response.set("Toggle", "On" if text != stored else "Off")
        elif stored != text:
            response.set("Typed", text)
        response.attrib.update(facts.get(number, {}))


def _stamped(element: Element, entry: Entry, attributes: Mapping[str, str] | None = None) -> Element:
    times = {"LoginTime": entry.login, "ResponseTime": entry.time}
    element.attrib.update({**(attributes or {}), **times})
    return element


def _paths(image: Element, name: str) -> dict[str, Element]:
    return {(path.text or "").strip(): path for path in image.findall(name)}
