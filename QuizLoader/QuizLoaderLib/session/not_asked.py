"""What a condition hides is told in the results: its newest Response is an empty one that is not asked, so
that whoever goes by the newest Responses counts no answer that is hidden; and a page says so too, as what was
drawn on it does not count."""

from collections.abc import Container, Iterable

from ..quiz.results_names import NOT_ASKED
from ..quiz.visibility import Place, Visibility
from .entries import Entry
from .order import PageKey, Position
from .results_tree import ResultsTree, stamped
from .tree import Element, appended


def settle_not_asked(
    tree: ResultsTree,
    pages: Iterable[int],
    visibility: Visibility,
    passed: Container[PageKey],
    entry: Entry,
    event: str,
    seconds: float = 0.0,
) -> None:
    """After an entry: of the questions of these pages those that were answered and are hidden now have no
    answer, and those that show again have the one that they had. Of ``passed`` pages what was never asked is
    told too."""
    for page in pages:
        for key in tree.repetitions[page]:
            _mark_page(tree, key, visibility.hides(Place(page)), key in passed)
        for place in visibility.questions.get(page, ()):
            for key in tree.repetitions[page]:
                is_hidden = visibility.hides(place, key.repetition)
                for option in tree.options(Position(key, place.question_set), place.question):
                    new = _settled(option, is_hidden, key in passed)
                    if new is not None:
                        new.set("Event", event)
                        stamped(new, entry).set("Seconds", f"{seconds:.3f}")


def _mark_page(tree: ResultsTree, key: PageKey, is_hidden: bool, is_passed: bool) -> None:
    """One that nobody has come to yet may still be shown."""
    if not is_hidden:
        tree.page(key).attrib.pop(NOT_ASKED, None)
    elif is_passed or tree.is_complete(key):
        tree.page(key).set(NOT_ASKED, "Y")


def _settled(option: Element, is_hidden: bool, is_passed: bool) -> Element | None:
    """The Response that the option gets, None where its newest one is right."""
    responses = option.findall("Response")
    given = [each for each in responses if each.get(NOT_ASKED) != "Y"]
    if is_hidden and (responses[-1:] == given[-1:] if responses else is_passed):
        new = appended(option, "Response")
        new.set(NOT_ASKED, "Y")
        return new
    if not is_hidden and given and given[-1] is not responses[-1]:
        new = appended(option, "Response")
        new.text = given[-1].text
        new.attrib.update(dict(given[-1].attrib))
        return new
    return None
