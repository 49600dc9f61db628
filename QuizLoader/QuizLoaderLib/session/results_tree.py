"""The tree of a results file: the quiz's own XML, whose pages, questions and images are found here, and what
each kind of journal entry changes in it."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from functools import singledispatch

from ..quiz.model import Page, Question, Quiz
from ..quiz.question_types import QUESTION_TYPES, Takes
from ..quiz.results_names import GIVEN_REGION, MADE_BY_READER, MARK_PATH, MEASURE_PATH, NOT_ASKED
from .answers import Answer, is_toggle, stored_text
from .draws import SEEN_IMAGE, SIDES, as_drawn
from .entries import (
    DraftEntry,
    DrawingEntry,
    Entry,
    FinishEntry,
    LeaveEntry,
    LinesEntry,
    LoginEntry,
    RemoveEntry,
    ReopenEntry,
    RerunEntry,
    SeenEntry,
    StateEntry,
    TimeEntry,
    UnknownEntry,
)
from .files import SessionError
from .order import PageKey, Position, page_groups
from .requirements import Drawn
from .tree import Element, appended, finite, integer, remove

FIELDS = {kind.value: facts.field for kind, facts in QUESTION_TYPES.items()}
"""By type, the element of a question that has an answer of its own."""

FEEDBACK_SEEN = "FeedbackSeen"
"""Of a page that has told what is right: Y where the reader went on from it, else N."""


class ResultsTree:
    """``pages`` are those of the quiz with the ``repetitions`` that the tree has, by number with the page."""

    def __init__(self, root: Element, quiz: Quiz) -> None:
        """Raises SessionError where the tree does not fit the quiz."""
        self.root = root
        self.pages: dict[PageKey, Page] = {}
        self.groups = page_groups(quiz.pages)
        self.logins: list[Element] = root.findall("Login")
        self._elements: dict[PageKey, Element] = {}
        self.repetitions: dict[int, list[PageKey]] = {}
        self._options: dict[PageKey, list[list[list[Element]]]] = {}
        by_number = {page.number: page for page in quiz.pages}
        if self.number < 1:
            # The whole journal would be done a second time.
            raise SessionError("The results lack the number of their last journal entry.")
        for element in root.findall("Page"):
            key = PageKey(integer(element, "PageNumber"), integer(element, "Rep"))
            if key.number not in by_number or key in self._elements:
                raise SessionError(f"The results name the page “{element.get('ID')}” wrongly.")
            self._add(key, element, by_number[key.number])
        if absent := [page.title for page in quiz.pages if PageKey(page.number) not in self.pages]:
            raise SessionError(f"The results lack the page “{absent[0]}”.")

    @property
    def number(self) -> int:
        """The last journal entry that is in the tree."""
        return integer(self.root, "JournalEntry")

    @property
    def group_order(self) -> tuple[int, ...] | None:
        """The order of the page groups that is written down, None where there is none."""
        indices = self.root.find("RandomizedPageGroupIndices")
        try:
            return None if indices is None else tuple(int(each) for each in (indices.text or "").split(","))
        except ValueError:
            return None

    def page(self, key: PageKey) -> Element:
        return self._elements[key]

    def is_complete(self, key: PageKey) -> bool:
        return (self.page(key).get("PageComplete") or "").strip() == "Y"

    def is_timed_out(self, key: PageKey) -> bool:
        """The page is complete since its time was over, whatever it lacks."""
        return self.page(key).get("TimedOut") == "Y"

    def has_told(self, key: PageKey) -> bool:
        """The page has told what is right, so it is locked for good."""
        return FEEDBACK_SEEN in self.page(key).attrib

    def has_no_choice_yet(self, key: PageKey) -> bool:
        """The page is complete, and its reader did not choose to go on without a repetition: its time was
        over, or the repetition was taken away again."""
        return self.is_timed_out(key) or self.page(key).get("RepeatRemoved") == "Y"

    def question(self, position: Position, question: int) -> Question:
        return self.pages[position.page].question_sets[position.question_set].questions[question]

    def require_question(self, draft: DraftEntry) -> None:
        """Raises LookupError or ValueError where the draft answers no question of a page that is there."""
        if min(draft.question, draft.question_set) < 0:
            raise LookupError(draft.question)
        if len(draft.texts) != len(self.options(draft.position, draft.question)):
            raise ValueError(draft.texts)

    def options(self, position: Position, question: int) -> list[Element]:
        return self._options[position.page][position.question_set][question]

    def images(self, key: PageKey, image_id: str) -> list[Element]:
        """The elements of an image; without an ID the page, which has the lines that lie on no image."""
        page = self._elements[key]
        if not image_id:
            return [page]
        return [image for image in page.findall("Image") if (image.get("ID") or "").strip() == image_id]

    def image(self, key: PageKey, index: int) -> Element:
        """The element of the page's image; the quiz leaves out an Image that it cannot understand."""
        wanted = self.pages[key].images[index]
        upto = self.pages[key].images[: index + 1]
        rank = sum(image.id == wanted.id and not image.is_another_plane for image in upto) - 1
        return self.images(key, wanted.id)[rank]

    def states(self, key: PageKey, index: int) -> list[Element]:
        """Those of the page's image, oldest first. An element with Planes has those of all of its views."""
        image, states = self.pages[key].images[index], self.image(key, index).findall("State")
        if not image.planes:
            return states
        return [state for state in states if state.get("Destination") == image.destination.value]

    def drawn(self, key: PageKey) -> dict[str, Drawn]:
        """What the reader drew on the page, by Image ID."""
        found: dict[str, Drawn] = {}
        for image in self.page(key).findall("Image"):
            contours = image.findall("LabelMapPath")
            found[(image.get("ID") or "").strip()] = Drawn(
                # The original has no Drawn attribute; what it saved, it had found drawn.
                bool(contours) and (contours[-1].get("Drawn") or "Y") == "Y",
                len(image.findall("MarkupLinePath")),
            )
        return found

    def drawing_paths(self, key: PageKey, image_id: str, name: str) -> list[str]:
        """The texts of the image's LabelMapPath or MarkupLinePath elements, oldest first."""
        images = self.images(key, image_id)
        return [(path.text or "").strip() for path in images[0].findall(name)] if images else []

    def last_repetition(self, number: int) -> int:
        return max(key.repetition for key in self.repetitions[number])

    def login(self, time: str) -> Element:
        """The login of this time: an earlier one where its answers are recovered; else the last one."""
        return next(
            (each for each in reversed(self.logins) if each.get("LoginTime") == time), self.logins[-1]
        )

    def add_login(self) -> Element:
        self.logins.append(appended(self.root, "Login"))
        return self.logins[-1]

    def add_repetition(self, key: PageKey) -> None:
        """The page once more behind its last repetition, as nobody has touched it."""
        original = self.pages[PageKey(key.number)]
        element = copy.deepcopy(self._elements[PageKey(key.number)])
        passing = ("SecondsShown", "SecondsActive", "TimedOut", FEEDBACK_SEEN, "RepeatRemoved", NOT_ASKED)
        for name in ("BookmarkID", *passing):
            element.attrib.pop(name, None)
        element.set("ID", f"{original.id}-Rep{key.repetition}")
        element.set("Rep", str(key.repetition))
        element.set("PageComplete", "N")
        for name in ("Response", *MADE_BY_READER):
            for made in list(element.iter(name)):
                remove(made)
        last = self._elements[PageKey(key.number, self.last_repetition(key.number))]
        element.tail = last.tail
        last.addnext(element)
        self._add(key, element, original)

    def is_empty(self, key: PageKey) -> bool:
        """Whether the page has nothing of the reader's, but how its images looked and what was deleted."""
        page, sets = self._elements[key], zip(self.pages[key].question_sets, self._options[key], strict=True)
        asked = (pair for each, fields in sets for pair in zip(each.questions, fields, strict=True))
        # How many marks there are is told by the marks, and what is said of them is gone with them.
        fields = (each for model, fields in asked if model.facts.takes is not Takes.MARKS for each in fields)
        answered = any(each.get("NotAsked") != "Y" for field in fields for each in field.findall("Response"))
        drawn = any(each.get("Drawn") != "N" for each in page.iter("LabelMapPath"))
        judged = any(each.get("Verdict") for each in page.iter(GIVEN_REGION))
        paths = page.iter("MarkupLinePath", MARK_PATH, MEASURE_PATH)
        return not (answered or drawn or judged or any(each.get("Deleted") != "Y" for each in paths))

    def remove_repetition(self, key: PageKey) -> None:
        """The last one of its page."""
        for known in (self.pages, self._elements, self._options):
            known.pop(key)
        self.repetitions[key.number].remove(key)

    def _add(self, key: PageKey, element: Element, original: Page) -> None:
        page = original
        if key.repetition:
            page = replace(original, id=f"{original.id}-Rep{key.repetition}", bookmark_id="")
        options = [
            [fields_of(question) for question in question_set.findall("Question")]
            for question_set in element.findall("QuestionSet")
        ]
        shape = [[len(question) for question in questions] for questions in options]
        if shape != [[len(q.fields) for q in each.questions] for each in page.question_sets]:
            raise SessionError(f"The questions of the page “{page.title}” cannot be understood.")
        self.pages[key] = as_drawn(page, element)
        self.repetitions.setdefault(key.number, []).append(key)
        self._elements[key] = element
        self._options[key] = options


def fields_of(question: Element) -> list[Element]:
    """The elements of a question that have Responses of their own."""
    field = FIELDS.get((question.get("Type") or "").strip(), "Option")
    return [question] if field == "Question" else question.findall(field)


def fields_as_written(question: Element) -> list[Element]:
    """The same in the order that scores and right answers go by: of options that are tied to views each
    stands where the quiz has the one for the image that the reader saw there."""
    fields, page = fields_of(question), next(question.iterancestors("Page"))
    written, seen = (page.get("RandomizeSides") or "").split(), (page.get(SIDES) or "").split()
    places = [place for place, field in enumerate(fields) if field.get("View") in written]
    if seen and written != seen and len(places) == 2:
        one, other = places
        fields[one], fields[other] = fields[other], fields[one]
    return fields


def value_of(option: Element) -> str:
    """What an option stands for: the image that the reader saw on its view, else its text."""
    return option.get(SEEN_IMAGE) or label_of(option)


def label_of(option: Element) -> str:
    """The option's own text, all of it: the original keeps it on lines of its own."""
    own = (option.text or "") + "".join(child.tail or "" for child in option)
    return " ".join(own.split())


def last_answer(question: Element) -> tuple[str, ...]:
    """The newest Response of each of its ``fields_as_written``; nothing where there is none, or it was not
    asked then."""
    last = [field.findall("Response")[-1:] for field in fields_as_written(question)]
    if not all(last) or any(each.get("NotAsked") == "Y" for (each,) in last):
        return ()
    return tuple((each.text or "").strip() for (each,) in last)


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
    if entry.timed_out:
        element.set("TimedOut", "Y")
    if entry.tells:
        element.set(FEEDBACK_SEEN, "N")
    _add_time(element, entry.seconds if entry.shown is None else entry.shown, entry.active)
    if entry.repeat is not None:
        tree.add_repetition(entry.repeat)


@change.register
def _time(entry: TimeEntry, tree: ResultsTree) -> None:
    _add_time(tree.page(entry.page), entry.shown, entry.active)


def _add_time(page: Element, shown: float, active: float | None) -> None:
    """Active seconds are those of all visits or of none: earlier versions did not measure them."""
    is_known = active is not None and ("SecondsActive" in page.attrib or "SecondsShown" not in page.attrib)
    page.set("SecondsShown", f"{(finite(page.get('SecondsShown') or '') or 0.0) + shown:.3f}")
    if is_known:
        page.set("SecondsActive", f"{(finite(page.get('SecondsActive') or '') or 0.0) + (active or 0.0):.3f}")
    else:
        page.attrib.pop("SecondsActive", None)


@change.register
def _seen(entry: SeenEntry, tree: ResultsTree) -> None:
    tree.page(entry.page).set(FEEDBACK_SEEN, "Y")


@change.register
def _remove(entry: RemoveEntry, tree: ResultsTree) -> None:
    page, before = tree.page(entry.page), tree.page(PageKey(entry.page.number, entry.page.repetition - 1))
    active = finite(page.get("SecondsActive") or "")
    _add_time(before, finite(page.get("SecondsShown") or "") or 0.0, active)
    before.set("RepeatRemoved", "Y")
    tree.remove_repetition(entry.page)
    remove(page)


@change.register(RerunEntry)
@change.register(ReopenEntry)
def _reopen(entry: RerunEntry | ReopenEntry, tree: ResultsTree) -> None:
    tree.page(entry.page).set("PageComplete", "N")


@change.register
def _state(entry: StateEntry, tree: ResultsTree) -> None:
    image, states = tree.image(entry.page, entry.image), tree.states(entry.page, entry.image)
    old = dict(states[-1].attrib) if states else {}
    if any(old.get(name) != value for name, value in entry.attributes.items()):
        stamped(appended(image, "State"), entry, entry.attributes)


@change.register
def _drawing(entry: DrawingEntry, tree: ResultsTree) -> None:
    for image in tree.images(entry.page, entry.image):
        known = _paths(image, "LabelMapPath")
        path = known.get(entry.path)
        if path is None:
            path = stamped(appended(image, "LabelMapPath"), entry)
            path.text = entry.path
        path.set("Drawn", "Y" if entry.drawn else "N")
        if entry.segments:
            path.set("Segments", entry.segments)
            if entry.lost_voxels is not None:
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
                stamped(appended(image, "MarkupLinePath"), entry).text = text


@change.register
def _finish(entry: FinishEntry, tree: ResultsTree) -> None:
    tree.logins[-1].set("QuizComplete", "Y")
    if entry.timed_out:
        tree.logins[-1].set("TimedOut", "Y")


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
        stamped(response, entry)
        response.set("Seconds", f"{entry.seconds:.3f}")
        if entry.recovered:
            response.set("Recovered", "Y")
        if is_toggle(model):
            response.set("Toggle", "On" if text != stored else "Off")
        elif stored != text:
            response.set("Typed", text)
        response.attrib.update(facts.get(number, {}))


def stamped(element: Element, entry: Entry, attributes: Mapping[str, str] | None = None) -> Element:
    """The element with when it was made."""
    times = {"LoginTime": entry.login, "ResponseTime": entry.time}
    element.attrib.update({**(attributes or {}), **times})
    return element


def _paths(image: Element, name: str) -> dict[str, Element]:
    return {(path.text or "").strip(): path for path in image.findall(name)}
