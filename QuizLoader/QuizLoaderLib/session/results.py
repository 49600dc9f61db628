"""The results file: the quiz's own XML, with what the reader did written into it.

Names, placement and times are those of the original's results, so that its analysis scripts work. What
is new is in attributes only: on Session ``MasterSHA256``, ``JournalEntry`` and ``PageOrder``, on
RandomizedPageGroupIndices ``Seed``, on Page ``PageNumber``, ``SecondsShown`` and ``SecondsActive``, on
Response ``Seconds`` (since the questions were shown), ``Typed`` (what is no valid value, or has a decimal
comma), ``NotAsked`` (a condition hides the question: an empty Response, after which the earlier ones do not
count), ``Toggle``, ``Result`` and ``Recovered`` (the program ended before the questions were left), on
LabelMapPath ``Drawn``, ``Segments`` and ``LostVoxels``; and MarkupLinePath, which is also a child of Page.
"""

import itertools

from lxml import etree

from ..quiz.closed_xml import xml_tree
from ..quiz.conditions import Values
from ..quiz.model import Quiz
from ..quiz.question_types import Takes
from ..quiz.visibility import Hidden, Place, Visibility
from .answers import ON, Answer, blank, is_toggle, is_untouched, values_of
from .entries import BeginEntry, DraftEntry, Entry, LeaveEntry
from .files import SessionError
from .not_asked import settle_not_asked
from .order import PageKey, Position, page_groups
from .requirements import Drawn
from .results_tree import ResultsTree, add_responses, change
from .tree import Element, appended, stored_page_order, strip_results


class Drafts:
    """Answers that are acknowledged and not left yet: in the journal, and in no results file."""

    def __init__(self) -> None:
        self._by_question: dict[tuple[Position, int], DraftEntry] = {}

    def add(self, entry: DraftEntry) -> None:
        self._by_question[entry.position, entry.question] = entry

    def leave(self, position: Position) -> dict[int, DraftEntry]:
        """The drafts of the position by question, which are drafts no longer."""
        questions = [question for at, question in self._by_question if at == position]
        return {question: self._by_question.pop((position, question)) for question in questions}

    def answer(self, position: Position, question: int) -> Answer | None:
        draft = self._by_question.get((position, question))
        return None if draft is None else draft.texts

    def entries(self) -> list[DraftEntry]:
        """Oldest first."""
        return sorted(self._by_question.values(), key=lambda entry: entry.number)

    def newest(self) -> list[DraftEntry]:
        """The newest of each position, oldest first."""
        newest = {entry.position: entry for entry in self.entries()}
        return sorted(newest.values(), key=lambda entry: entry.number)


class Results(ResultsTree):
    """What a reader answered. It changes by ``apply`` alone, so that replaying the journal gives the same."""

    def __init__(self, root: Element, quiz: Quiz) -> None:
        """Raises SessionError where the tree does not fit the quiz."""
        super().__init__(root, quiz)
        self.quiz = quiz
        pages = stored_page_order(root)
        if pages and pages.keys() != {str(page.number) for page in quiz.pages}:
            raise SessionError("The results lack the order of the pages.")
        self.drafts = Drafts()
        self._visibility = Visibility(quiz.pages)
        self._hidden: Hidden | None = None
        self._settled: Hidden | None = None
        self._places: dict[PageKey, int] = {}
        if quiz.randomize_page_groups and self.group_order is None:
            raise SessionError("The results lack the order of the page groups.")

    @classmethod
    def begin(cls, master: bytes, quiz: Quiz, entry: BeginEntry) -> "Results":
        """Results of a reader who has seen nothing yet, from the quiz file and the journal's first entry."""
        root = xml_tree(master)
        strip_results(root)
        elements = root.findall("Page")
        if len(elements) != len(quiz.pages):
            raise SessionError("A page of the quiz cannot be understood; see its errors.")
        loops = any(page.loop for page in quiz.pages)
        for element, (number, group) in zip(elements, page_groups(quiz.pages).items(), strict=True):
            element.set("PageNumber", str(number))
            element.set("PageGroup", str(group))
            if loops:
                element.set("Rep", "0")
        root.set("UserName", entry.reader)
        root.set("MasterSHA256", entry.sha256)
        if entry.order is not None:
            indices = root.find("RandomizedPageGroupIndices")
            if indices is None:
                indices = appended(root, "RandomizedPageGroupIndices")
            indices.text = ",".join(str(group) for group in entry.order)
            if quiz.forced_group_order is None:
                indices.set("Seed", str(entry.seed))
        if entry.pages is not None:
            root.set("PageOrder", ",".join(map(str, entry.pages)))
        root.set("JournalEntry", str(entry.number))
        return cls(root, quiz)

    # What the tree says

    @property
    def is_finished(self) -> bool:
        return any((login.get("QuizComplete") or "").strip() == "Y" for login in self.logins)

    def display_order(self) -> tuple[PageKey, ...]:
        """The pages in the reader's own order; repetitions follow their original."""
        return tuple(self._places_in_order())

    def _places_in_order(self) -> dict[PageKey, int]:
        # Pages are added, and none is ever taken away.
        if len(self._places) != len(self.pages):
            self._places = {key: place for place, key in enumerate(self._ordered())}
        return self._places

    def _ordered(self) -> list[PageKey]:
        # Sorting keeps the order of the file within a group.
        keys = sorted(self.pages)
        if pages := stored_page_order(self.root):
            return sorted(keys, key=lambda key: pages[str(key.number)])
        order = self.group_order if self.quiz.randomize_page_groups else None
        rank = {group: position for position, group in enumerate(order or ())}
        return sorted(keys, key=lambda key: rank.get(self.groups[key.number], len(rank)))

    @property
    def hidden(self) -> Hidden:
        """What is not asked, as it follows from the answers."""
        if self._hidden is None:
            repetitions = ((key.number, key.repetition) for key in self.pages if key.repetition)
            self._hidden = self._visibility.hidden(self._values, repetitions)
        return self._hidden

    def is_hidden(self, key: PageKey) -> bool:
        return self.hidden.has(Place(key.number))

    def _values(self, place: Place, repetition: int) -> Values:
        position = Position(PageKey(place.page, repetition), place.question_set)
        answer = self.answer(position, place.question)
        return values_of(self.question(position, place.question), answer)

    def asked_questions(self, position: Position) -> list[int]:
        """The questions of the set that are asked, counted from 0."""
        key, sets = position.page, self.pages[position.page].question_sets
        questions = range(len(sets[position.question_set].questions)) if sets else ()
        hidden = self.hidden
        return [
            question
            for question in questions
            if not hidden.has(Place(key.number, position.question_set, question), key.repetition)
        ]

    def asked_sets(self, key: PageKey) -> list[int]:
        """The question sets of the page that are asked, counted from 0."""
        return [
            number
            for number in range(len(self.pages[key].question_sets))
            if not self.hidden.has(Place(key.number, number), key.repetition)
        ]

    def is_complete(self, key: PageKey) -> bool:
        return (self.page(key).get("PageComplete") or "").strip() == "Y"

    def saved_answer(self, position: Position, question: int) -> Answer | None:
        """The last Response of each option, None where there is none."""
        model = self.question(position, question)
        texts = []
        for option in self.options(position, question):
            responses = option.findall("Response")
            last = next((each for each in reversed(responses) if each.get("NotAsked") != "Y"), None)
            if last is None:
                return None
            text = last.get("Typed") or last.text or ""
            if model.facts.takes is Takes.CHOICE:
                text = "Y" if text.strip() == "Y" else "N"
            texts.append(text + ON if is_toggle(model) and last.get("Toggle") == "On" else text)
        return tuple(texts) if texts else None

    def answer(self, position: Position, question: int) -> Answer:
        """What the form shows: the draft, else what was saved, else nothing."""
        draft = self.drafts.answer(position, question)
        if draft is not None:
            return draft
        return self.saved_answer(position, question) or blank(self.question(position, question))

    def answers(self, position: Position) -> tuple[Answer, ...]:
        """The answers of all questions of the set; none where the page has no set."""
        sets = self.pages[position.page].question_sets
        questions = sets[position.question_set].questions if sets else ()
        return tuple(self.answer(position, index) for index in range(len(questions)))

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

    def last_state(self, key: PageKey, image: int) -> dict[str, str] | None:
        """The attributes of the newest State of the page's image, counted from 0."""
        states = self.image(key, image).findall("State")
        return {str(name): str(value) for name, value in states[-1].attrib.items()} if states else None

    def last_time(self) -> str:
        """The newest time of an answer or login, in document order of the logins."""
        last = self.logins[-1] if self.logins else {}
        return last.get("LogoutTime") or last.get("LoginTime") or ""

    def login_times(self) -> set[str]:
        return {login.get("LoginTime") or "" for login in self.logins}

    def to_bytes(self) -> bytes:
        return etree.tostring(self.root.getroottree(), xml_declaration=True, encoding="UTF-8")

    # What a reader does

    def apply(self, entry: Entry) -> None:
        """Do what the entry says; raises SessionError where it was written by a newer version."""
        if isinstance(entry, DraftEntry):
            self.drafts.add(entry)
        else:
            if isinstance(entry, LeaveEntry):
                self._leave(entry)
            change(entry, self)
        self._hidden = None
        self.root.set("JournalEntry", str(entry.number))
        if self.logins and entry.time:
            self.login(entry.login).set("LogoutTime", entry.time)

    def replay_draft(self, entry: Entry) -> None:
        """Follow the drafts through an entry whose other effects are in the tree already."""
        if isinstance(entry, DraftEntry):
            self.drafts.add(entry)
        elif isinstance(entry, LeaveEntry):
            self.drafts.leave(entry.position)
        self._hidden = None

    def _leave(self, entry: LeaveEntry) -> None:
        """Write what changed, and everything that has no Response yet where the set was completed."""
        position = entry.position
        # What is asked stays the same while drafts become Responses.
        hidden, asked = self.hidden, set(self.asked_questions(position))
        drafts = self.drafts.leave(position)
        sets = self.pages[position.page].question_sets
        for index, question in enumerate(sets[position.question_set].questions if sets else ()):
            draft = drafts.get(index)
            saved = self.saved_answer(position, index)
            answer = draft.texts if draft is not None else saved or blank(question)
            if saved is None:
                is_new = (entry.passed and index in asked) or not is_untouched(question, answer)
            else:
                is_new = answer != saved or (draft is not None and bool(draft.facts))
            if is_new:
                add_responses(self, position, index, answer, draft.facts if draft else {}, entry)
        if self._visibility.questions:
            self._settle(entry, hidden)

    def _settle(self, entry: LeaveEntry, hidden: Hidden) -> None:
        """Tell what is not asked, on the pages where that can have changed since the last time."""
        passed = self._passed(entry) if entry.complete else []
        places, settled = self._visibility.questions, self._settled
        if settled is not None:
            changed = {place.page for place, _repetition in hidden.places ^ settled.places}
            changed |= {key.number for key in (entry.page, *passed)}
            places = [place for place in places if place.page in changed]
        settle_not_asked(self, places, hidden, passed, entry)
        self._settled = hidden

    def _passed(self, entry: LeaveEntry) -> list[PageKey]:
        """A page that was completed, and those behind it that are not asked."""
        places = self._places_in_order()
        behind = itertools.islice(places, places[entry.page] + 1, None)
        return [entry.page, *itertools.takewhile(self.is_hidden, behind)]
