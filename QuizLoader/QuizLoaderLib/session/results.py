"""The results file: the quiz's own XML, with what the reader did written into it.

Names, placement and times are those of the original's results, so that its analysis scripts work. What is
new is in attributes only: on Session ``MasterSHA256``, ``JournalEntry``, ``PageOrder`` and ``Attempt``, on
RandomizedPageGroupIndices ``Seed``, on Page ``PageNumber``, ``SecondsShown``, ``SecondsActive``,
``TimedOut`` (its time was over; also on Login), ``FeedbackSeen`` (N: it has told what is right, Y: the reader
went on from that), ``RepeatRemoved`` (the repetition behind it was taken away), ``NotAsked`` (a condition
hides it) and ``Sides``, on Question
``OptionOrder`` and on Option ``SeenImage`` (see ``draws``), on Response
``Seconds`` (since the questions were shown), ``Typed`` (what is no valid value, or has a decimal comma),
``NotAsked`` (a condition hides the question: an empty Response, after which the earlier ones do not count),
``Toggle``, ``Result`` and ``Recovered`` (the program ended before the questions were left), on LabelMapPath
``Drawn``, ``Segments`` and ``LostVoxels``; MarkupLinePath, which is also a child of Page; and
in a Mark question a MarkPath for each mark, in a Page a MeasurePath for what is measured besides lines.
"""

import itertools
from collections.abc import Collection, Container
from dataclasses import replace

from lxml import etree

from ..quiz.closed_xml import xml_tree
from ..quiz.conditions import Values
from ..quiz.model import Quiz
from ..quiz.question_types import Takes
from ..quiz.visibility import Place, Visibility
from .answers import ON, Answer, blank, is_toggle, is_untouched, values_of
from .draws import write_draws
from .entries import (
    BeginEntry,
    DraftEntry,
    DrawingEntry,
    Entry,
    FinishEntry,
    LeaveEntry,
    LinesEntry,
    MarkAnswerEntry,
    MarkEntry,
    PageEntry,
    RemoveEntry,
)
from .files import SessionError
from .marks_tree import count_of_marks
from .not_asked import settle_not_asked
from .order import PageKey, Position, page_groups
from .results_tree import ResultsTree, add_responses, change
from .tree import Element, appended, stored_page_order, strip_results

ChangeEntry = DraftEntry | MarkEntry | MarkAnswerEntry


class Drafts:
    """Answers that are acknowledged and not left yet: in the journal, and in no results file.

    ``pages_changed`` are those on which marks, drawings or lines changed since they were left.
    """

    def __init__(self) -> None:
        self._by_question: dict[tuple[Position, int], DraftEntry] = {}
        self._newest: dict[Position, ChangeEntry] = {}
        self.pages_changed: set[PageKey] = set()

    def follow(self, entry: Entry) -> None:
        """What else than answers may keep a page from being complete. Marks are in the tree at once, and how
        many they are is told when their question set is left."""
        if isinstance(entry, (DraftEntry, MarkEntry, MarkAnswerEntry)):
            self._newest[entry.position] = entry
        if isinstance(entry, (MarkEntry, MarkAnswerEntry, DrawingEntry, LinesEntry)):
            self.pages_changed.add(entry.page)
        elif isinstance(entry, (LeaveEntry, RemoveEntry)):
            self.pages_changed.discard(entry.page)

    def add(self, entry: DraftEntry) -> None:
        self._by_question[entry.position, entry.question] = entry

    def leave(self, position: Position) -> dict[int, DraftEntry]:
        """The drafts of the position by question, which are drafts no longer."""
        self._newest.pop(position, None)
        questions = [question for at, question in self._by_question if at == position]
        return {question: self._by_question.pop((position, question)) for question in questions}

    def forget(self, page: PageKey) -> None:
        self._by_question = {at: draft for at, draft in self._by_question.items() if at[0].page != page}
        self._newest = {at: entry for at, entry in self._newest.items() if at.page != page}

    def answer(self, position: Position, question: int) -> Answer | None:
        draft = self._by_question.get((position, question))
        return None if draft is None else draft.texts

    def entries(self) -> list[DraftEntry]:
        """Oldest first."""
        return sorted(self._by_question.values(), key=lambda entry: entry.number)

    def newest(self) -> list[ChangeEntry]:
        """The newest of each position that is not left, oldest first."""
        return sorted(self._newest.values(), key=lambda entry: entry.number)


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
        self.visibility = Visibility(quiz.pages, self._values)
        for key in self.pages:
            if key.repetition:
                self.visibility.add_repetition(key.number, key.repetition)
        self.changed_pages: Collection[int] = self.visibility.questions
        """Of which conditions showed or hid something before the question set was left that was left last."""
        self._is_settled = False
        self._order: tuple[PageKey, ...] = ()
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
        root.attrib.update({"UserName": entry.reader, "MasterSHA256": entry.sha256})
        if entry.attempt is not None:
            root.set("Attempt", str(entry.attempt))
        if entry.order is not None:
            indices = root.find("RandomizedPageGroupIndices")
            if indices is None:
                indices = appended(root, "RandomizedPageGroupIndices")
            indices.text = ",".join(str(group) for group in entry.order)
            if quiz.forced_group_order is None:
                indices.set("Seed", str(entry.seed))
        if entry.pages is not None:
            root.set("PageOrder", ",".join(map(str, entry.pages)))
        write_draws(root, quiz, entry.options, entry.exchanged or ())
        root.set("JournalEntry", str(entry.number))
        return cls(root, quiz)

    # What the tree says

    @property
    def is_finished(self) -> bool:
        return any((login.get("QuizComplete") or "").strip() == "Y" for login in self.logins)

    def display_order(self) -> tuple[PageKey, ...]:
        """The pages in the reader's own order; repetitions follow their original."""
        # Pages are added, and where one is taken away the order is found again.
        if len(self._order) != len(self.pages):
            self._order = tuple(self._ordered())
            self._places = {key: place for place, key in enumerate(self._order)}
        return self._order

    def _ordered(self) -> list[PageKey]:
        # Sorting keeps the order of the file within a group.
        keys = sorted(self.pages)
        if pages := stored_page_order(self.root):
            return sorted(keys, key=lambda key: pages[str(key.number)])
        order = self.group_order if self.quiz.randomize_page_groups else None
        rank = {group: position for position, group in enumerate(order or ())}
        return sorted(keys, key=lambda key: rank.get(self.groups[key.number], len(rank)))

    def is_hidden(self, key: PageKey) -> bool:
        return self.visibility.hides(Place(key.number))

    def _values(self, place: Place, repetition: int) -> Values:
        position = Position(PageKey(place.page, repetition), place.question_set)
        answer = self.answer(position, place.question)
        return values_of(self.question(position, place.question), answer)

    def asked_questions(self, position: Position) -> list[int]:
        """The questions of the set that are asked, counted from 0."""
        key, sets = position.page, self.pages[position.page].question_sets
        questions = range(len(sets[position.question_set].questions)) if sets else ()
        return [
            question
            for question in questions
            if not self.visibility.hides(Place(key.number, position.question_set, question), key.repetition)
        ]

    def asked_sets(self, key: PageKey) -> list[int]:
        """The question sets of the page that are asked, counted from 0."""
        return [
            number
            for number in range(len(self.pages[key].question_sets))
            if not self.visibility.hides(Place(key.number, number), key.repetition)
        ]

    def is_locked(self, key: PageKey) -> bool:
        """It cannot be changed: it is complete and allows one response or has no time left, it has told what
        is right, or the quiz is finished."""
        is_changeable = self.pages[key].allow_multiple_response and not self.is_timed_out(key)
        is_done = self.is_complete(key) and not is_changeable
        return is_done or self.has_told(key) or self.is_finished

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
        return draft if draft is not None else self._left_answer(position, question)

    def _left_answer(self, position: Position, question: int) -> Answer:
        """What is there besides drafts."""
        model = self.question(position, question)
        if model.facts.takes is Takes.MARKS:
            return (str(count_of_marks(self, position, question)),)
        return self.saved_answer(position, question) or blank(model)

    def answers(self, position: Position) -> tuple[Answer, ...]:
        """The answers of all questions of the set; none where the page has no set."""
        sets = self.pages[position.page].question_sets
        questions = sets[position.question_set].questions if sets else ()
        return tuple(self.answer(position, index) for index in range(len(questions)))

    def is_empty(self, key: PageKey) -> bool:
        """As in the tree, and nothing is answered that is not left yet."""
        drafts = [draft for draft in self.drafts.entries() if draft.page == key]
        models = (self.question(draft.position, draft.question) for draft in drafts)
        untouched = (is_untouched(model, draft.texts) for model, draft in zip(models, drafts, strict=True))
        return super().is_empty(key) and all(untouched)

    def last_state(self, key: PageKey, image: int) -> dict[str, str] | None:
        """The attributes of the newest State of the page's image, counted from 0."""
        states = self.states(key, image)
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
        self.drafts.follow(entry)
        if isinstance(entry, DraftEntry):
            self.drafts.add(entry)
        else:
            if isinstance(entry, LeaveEntry):
                self._leave(entry)
            change(entry, self)
            if isinstance(entry, FinishEntry):
                event = "TimedOut" if entry.timed_out else "Finish"
                settle_not_asked(self, self.visibility.questions, self.visibility, self.pages, entry, event)
        self._follow(entry)
        self.root.set("JournalEntry", str(entry.number))
        if self.logins and entry.time:
            self.login(entry.login).set("LogoutTime", entry.time)

    def replay_draft(self, entry: Entry) -> None:
        """Follow the drafts through an entry whose other effects are in the tree already."""
        self.drafts.follow(entry)
        if isinstance(entry, DraftEntry):
            self.drafts.add(entry)
        elif isinstance(entry, LeaveEntry):
            for each in self._sets_left(entry):
                self.drafts.leave(each.position)
        self._follow(entry)

    def _follow(self, entry: Entry) -> None:
        """What is asked may be other than before the entry."""
        if isinstance(entry, RemoveEntry):
            self.drafts.forget(entry.page)
            self.visibility.remove_repetition(entry.page.number, entry.page.repetition)
            self._order = ()
        elif isinstance(entry, PageEntry):
            self.visibility.look_again(entry.page.number, entry.page.repetition)
        if isinstance(entry, LeaveEntry) and entry.repeat and entry.repeat in self.pages:
            self.visibility.add_repetition(entry.repeat.number, entry.repeat.repetition)

    def _leave(self, entry: LeaveEntry) -> None:
        """Write what changed, and everything that has no Response yet where the set was completed."""
        # What is asked stays the same while drafts become Responses.
        asked = [(each, self.asked_questions(each.position)) for each in self._sets_left(entry)]
        for each, questions in asked:
            self._write(each, questions)
        if self.visibility.questions:
            self._settle(entry)

    def _sets_left(self, entry: LeaveEntry) -> list[LeaveEntry]:
        """With the set that was shown, where the page's time is over, all others that are asked."""
        others = self.asked_sets(entry.page) if entry.timed_out else []
        unseen = (replace(entry, question_set=each, seconds=0.0) for each in others)
        return [entry, *(each for each in unseen if each.position != entry.position)]

    def _write(self, entry: LeaveEntry, asked: Container[int]) -> None:
        position = entry.position
        drafts = self.drafts.leave(position)
        sets = self.pages[position.page].question_sets
        for index, question in enumerate(sets[position.question_set].questions if sets else ()):
            draft = drafts.get(index)
            saved = self.saved_answer(position, index)
            answer = draft.texts if draft is not None else self._left_answer(position, index)
            if saved is None:
                is_new = (entry.passed and index in asked) or not is_untouched(question, answer)
            else:
                is_new = answer != saved or (draft is not None and bool(draft.facts))
            if is_new:
                add_responses(self, position, index, answer, draft.facts if draft else {}, entry)

    def _settle(self, entry: LeaveEntry) -> None:
        """Tell what is not asked, on the pages where that can have changed since the last time."""
        passed = self._passed(entry) if entry.complete else []
        changed = self.visibility.changed_pages() | {key.number for key in (entry.page, *passed)}
        self.changed_pages = sorted(changed) if self._is_settled else self.visibility.questions
        self._is_settled = True
        pages = self.changed_pages
        settle_not_asked(self, pages, self.visibility, set(passed), entry, entry.event, entry.seconds)

    def _passed(self, entry: LeaveEntry) -> list[PageKey]:
        """A page that was completed, and those behind it that are not asked."""
        order = self.display_order()
        behind = map(order.__getitem__, range(self._places[entry.page] + 1, len(order)))
        return [entry.page, *itertools.takewhile(self.is_hidden, behind)]
