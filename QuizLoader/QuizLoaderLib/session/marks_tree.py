"""Marks in the tree of results: a MarkPath for each below its Question, with the answers of its form.

Its text is the file, its attributes are what the host measured, and its Responses say by ``Question`` and
``Field``, counted from 1, what they answer. A mark that was deleted stays, with ``Deleted``. What is measured
besides lines is kept in the same way, in a MeasurePath below the Page.
"""

from weakref import WeakKeyDictionary

from ..quiz.marked import MEASURES
from ..quiz.model import Question
from ..quiz.results_names import MARK_PATH, MEASURE_PATH
from .answers import Answer, blank, stored_text
from .entries import MarkAnswerEntry, MarkEntry, MarkEvent, MeasureEntry
from .order import PageKey, Position
from .results_tree import ResultsTree, change, stamped
from .stored_marks import StoredMark
from .tree import Element, appended, integer, remove


class _MarksBelow:
    """Those of a Question, or what was measured on a Page, deleted ones too, by their numbers: the
    ``elements``, and what was ``read`` of them since they changed. There may be hundreds, of which one
    changes."""

    def __init__(self, parent: Element, name: str) -> None:
        self.parent, self.name = parent, name
        found = {integer(each, "Number"): each for each in parent.findall(name)}
        self.elements: dict[int, Element] = dict(sorted(found.items()))
        self.read: dict[int, StoredMark] = {}

    def stored(self, model: Question) -> tuple[StoredMark, ...]:
        """In the order of their numbers."""
        for number, element in self.elements.items() if len(self.read) < len(self.elements) else ():
            if number not in self.read:
                self.read[number] = _stored(element, number, model)
        return tuple(map(self.read.__getitem__, self.elements))

    def change(self, number: int, entry: MarkEntry | MeasureEntry) -> None:
        self.read.pop(number, None)
        mark = self.elements.get(number)
        if mark is None:
            mark = stamped(appended(self.parent, self.name), entry, {"Number": str(number)})
            self.elements = dict(sorted({**self.elements, number: mark}.items()))
        mark.attrib.update(entry.facts)
        if entry.path:
            mark.text = entry.path
        if entry.event == MarkEvent.DELETED:
            mark.set("Deleted", "Y")
        else:
            mark.attrib.pop("Deleted", None)


_KNOWN: WeakKeyDictionary[ResultsTree, dict[Element, _MarksBelow]] = WeakKeyDictionary()


def _marks_below(tree: ResultsTree, parent: Element, name: str) -> _MarksBelow:
    of_tree = _KNOWN.setdefault(tree, {})
    if parent not in of_tree:
        of_tree[parent] = _MarksBelow(parent, name)
    return of_tree[parent]


def _marks(tree: ResultsTree, position: Position, question: int) -> _MarksBelow:
    """Raises LookupError where there is no such question."""
    if min(position.question_set, question) < 0:
        raise LookupError(question)
    (element,) = tree.options(position, question)
    return _marks_below(tree, element, MARK_PATH)


def count_of_marks(tree: ResultsTree, position: Position, question: int) -> int:
    """Without those that were deleted."""
    return sum(not each.is_deleted for each in stored_marks(tree, position, question))


def stored_marks(tree: ResultsTree, position: Position, question: int) -> tuple[StoredMark, ...]:
    """In the order of their numbers, deleted ones too."""
    return _marks(tree, position, question).stored(tree.question(position, question))


def stored_measures(tree: ResultsTree, key: PageKey) -> tuple[StoredMark, ...]:
    """What was measured on a page, in the same way."""
    return _marks_below(tree, tree.page(key), MEASURE_PATH).stored(MEASURES)


def _stored(element: Element, number: int, model: Question) -> StoredMark:
    return StoredMark(
        model,
        number,
        (element.text or "").strip(),
        {str(name): str(value) for name, value in element.attrib.items()},
        tuple(_answer(element, each, asked) for each, asked in enumerate(model.questions, start=1)),
        element.get("Deleted") == "Y",
    )


def _answer(mark: Element, number: int, question: Question) -> Answer:
    texts = list(blank(question))
    for response in mark.findall("Response"):
        field = integer(response, "Field") - 1
        if integer(response, "Question") == number and 0 <= field < len(texts):
            texts[field] = response.get("Typed") or response.text or ""
    return tuple(texts)


@change.register
def _mark(entry: MarkEntry, tree: ResultsTree) -> None:
    _marks(tree, entry.position, entry.question).change(entry.mark, entry)


@change.register
def _measure(entry: MeasureEntry, tree: ResultsTree) -> None:
    _marks_below(tree, tree.page(entry.page), MEASURE_PATH).change(entry.measure, entry)


@change.register
def _mark_answer(entry: MarkAnswerEntry, tree: ResultsTree) -> None:
    marks = _marks(tree, entry.position, entry.question)
    marks.read.pop(entry.mark, None)
    mark = marks.elements[entry.mark]
    model = tree.question(entry.position, entry.question).questions[entry.form_question]
    number = str(entry.form_question + 1)
    for old in mark.findall("Response"):
        if old.get("Question") == number:
            remove(old)
    for field, text in enumerate(entry.texts, start=1):
        response, stored = appended(mark, "Response"), stored_text(model, text)
        response.text = stored
        stamped(response, entry, {"Question": number, "Field": str(field)})
        if stored != text:
            response.set("Typed", text)
