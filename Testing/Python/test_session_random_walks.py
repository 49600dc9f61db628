"""Random walks over random quizzes: the page shown is the page the order says, and no answer is lost.

The model below knows the rules in its own words; the results file is read with ElementTree, not with the
program's own reader.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from QuizLoaderLib.session.session import Session
from session_by_hand import SOAK, fast_folder, page_of, responses, saved, write_quiz

Answer = tuple[str, ...]

XML_OF_KIND = {
    "Radio": '<Question Type="Radio" Descriptor="R"><Option>a</Option><Option>b</Option></Question>',
    "CheckBox": '<Question Type="CheckBox" Descriptor="C"><Option>a</Option><Option>b</Option></Question>',
    "Text": '<Question Type="Text" Descriptor="T"><Option>a</Option></Question>',
    "Optional": '<Question Type="Text" Descriptor="O" Required="N"><Option>a</Option></Question>',
    "Integer": '<Question Type="IntegerValue" Descriptor="I" Min="1" Max="5"><Option>a</Option></Question>',
    "InfoBox": '<Question Type="InfoBox"><Option>a</Option></Question>',
}
GOOD_ANSWERS: dict[str, list[Answer]] = {
    "Radio": [("Y", "N"), ("N", "Y")],
    "CheckBox": [("Y", "N"), ("Y", "Y")],
    "Text": [("left",), ("右側 é <&>\n\t",), ("]]>",)],
    "Optional": [("",), ("none",)],
    "Integer": [("1",), ("5",), (" 3 ",)],
    "InfoBox": [("",)],
}
BAD_ANSWERS: dict[str, list[Answer]] = {
    "Radio": [("N", "N")],
    "CheckBox": [("N", "N")],
    "Text": [("",), ("  ",)],
    "Optional": [],
    "Integer": [("",), ("6",), ("2.5",), ("nan",)],
    "InfoBox": [],
}
BLANK: dict[str, Answer] = {"Radio": ("N", "N"), "CheckBox": ("N", "N")}


@dataclass(frozen=True)
class PlannedPage:
    sets: tuple[tuple[str, ...], ...]
    group: int
    loop: bool
    many: bool
    bookmark: bool
    goes_back: bool

    def as_xml(self, number: int) -> str:
        letters = (
            f'ID="P" PageGroup="{self.group}"' if number % 2 else f'ID="P{number}" PageGroup="{self.group}"'
        )
        letters += ' Loop="Y"' if self.loop else ""
        letters += ' AllowMultipleResponse="Y"' if self.many else ""
        letters += ' BookmarkID="b"' if self.bookmark else ""
        letters += ' GoToBookmark="b Back there"' if self.goes_back else ""
        sets = (
            "<QuestionSet>" + "".join(XML_OF_KIND[kind] for kind in kinds) + "</QuestionSet>"
            for kinds in self.sets
        )
        return f"<Page {letters}>{''.join(sets)}</Page>"


question_sets = st.lists(st.sampled_from(sorted(XML_OF_KIND)), max_size=3).map(tuple)
planned_pages = st.builds(
    PlannedPage,
    sets=st.lists(question_sets, min_size=0, max_size=2).map(tuple),
    group=st.integers(0, 3),
    loop=st.booleans(),
    many=st.booleans(),
    bookmark=st.booleans(),
    goes_back=st.booleans(),
)


class RandomWalk(RuleBasedStateMachine):
    @initialize(
        pages=st.lists(planned_pages, min_size=1, max_size=5), shuffled=st.booleans(), seed=st.integers(0, 99)
    )
    def begin(self, pages: list[PlannedPage], shuffled: bool, seed: int) -> None:
        self.folder = fast_folder()
        self.visits, self.seed = 0, seed
        self.plan = dict(enumerate(pages, start=1))
        xml = "\n".join(page.as_xml(number) for number, page in self.plan.items())
        self.quiz = write_quiz(self.folder, xml, 'RandomizePageGroups="Y"' if shuffled else "")
        self.results = self.folder / "results"
        self.session = Session.open(self.quiz, self.results, "walker", seed=self.seed)
        self.finished = False
        self.complete: set[tuple[int, int]] = set()
        self.history: dict[tuple, list[list[Answer]]] = {}
        self.drafts: dict[tuple, dict[int, Answer]] = {}
        # What the order must look like; which of the possible ones it is stays the same for good.
        self.order = [(key.number, key.repetition) for key, _ in self.session.pages]
        groups = [self.plan[number].group for number, _ in self.order]
        if shuffled:
            assert groups[: groups.count(0)] == [0] * groups.count(0)
            assert sum(a != b for a, b in pairwise(groups)) == len(set(groups)) - 1
            for group in set(groups):
                in_group = [number for number, _ in self.order if self.plan[number].group == group]
                assert in_group == sorted(in_group)
        else:
            assert self.order == [(number, 0) for number in self.plan]
        self.here = self.all_positions()[0]

    # The model

    def all_positions(self) -> list[tuple[tuple[int, int], int]]:
        return [(page, index) for page in self.order for index in range(max(1, len(self.plan[page[0]].sets)))]

    def kinds(self, position: tuple) -> tuple[str, ...]:
        sets = self.plan[position[0][0]].sets
        return sets[position[1]] if sets else ()

    def answer(self, position: tuple, question: int) -> Answer:
        if question in self.drafts.get(position, {}):
            return self.drafts[position][question]
        history = self.history.get(position, [[]] * 9)[question]
        return history[-1] if history else BLANK.get(self.kinds(position)[question], ("",))

    def is_good(self, position: tuple) -> bool:
        return all(
            self.answer(position, question) not in BAD_ANSWERS[kind]
            for question, kind in enumerate(self.kinds(position))
        )

    def page_is_good(self, page: tuple[int, int]) -> bool:
        return all(self.is_good(position) for position in self.all_positions() if position[0] == page)

    def is_locked(self) -> bool:
        page = self.here[0]
        return self.finished or (page in self.complete and not self.plan[page[0]].many)

    def is_last_of_page(self) -> bool:
        return [position for position in self.all_positions() if position[0] == self.here[0]][-1] == self.here

    def may_pass(self) -> bool:
        if self.is_locked():
            return True
        return self.page_is_good(self.here[0]) if self.is_last_of_page() else self.is_good(self.here)

    def leave(self, passed: bool) -> None:
        if self.is_locked():
            return
        page, kinds = self.here[0], self.kinds(self.here)
        history = self.history.setdefault(self.here, [[] for _ in kinds])
        for question in range(len(kinds)):
            answer = self.answer(self.here, question)
            is_touched = any(text.strip() not in ("", "N") for text in answer)
            if answer != history[question][-1] if history[question] else passed or is_touched:
                history[question].append(answer)
        self.drafts.pop(self.here, None)
        if passed and self.is_last_of_page():
            self.complete.add(page)
        elif page in self.complete and not self.page_is_good(page):
            self.complete.remove(page)

    def resume(self) -> None:
        pages = [page for page in self.order if page not in self.complete]
        if self.finished:
            self.here = self.all_positions()[0]
        else:
            self.here = (pages[0], 0) if pages else self.all_positions()[-1]

    # What a reader does

    @precondition(lambda self: not self.is_locked() and self.kinds(self.here))
    @rule(data=st.data(), well=st.booleans())
    def answers(self, data: st.DataObject, well: bool) -> None:
        question = data.draw(st.integers(0, len(self.kinds(self.here)) - 1))
        kind = self.kinds(self.here)[question]
        answer = data.draw(st.sampled_from((not well and BAD_ANSWERS[kind]) or GOOD_ANSWERS[kind]))
        assert self.session.set_draft(question, answer).saved
        if answer != self.answer(self.here, question):
            self.drafts.setdefault(self.here, {})[question] = answer

    @precondition(lambda self: not self.is_locked())
    @rule(data=st.data())
    def answers_all(self, data: st.DataObject) -> None:
        for question, kind in enumerate(self.kinds(self.here)):
            answer = data.draw(st.sampled_from(GOOD_ANSWERS[kind]))
            self.session.set_draft(question, answer)
            if answer != self.answer(self.here, question):
                self.drafts.setdefault(self.here, {})[question] = answer

    @precondition(lambda self: self.here != self.all_positions()[-1])
    @rule()
    def goes_on(self) -> None:
        may = self.may_pass()
        assert (self.session.next() == []) == may
        if may:
            self.leave(passed=True)
            self.here = self.all_positions()[self.all_positions().index(self.here) + 1]

    @rule(data=st.data(), steps=st.integers(1, 4))
    def answers_well_and_goes_on(self, data: st.DataObject, steps: int) -> None:
        for _ in range(steps):
            if not self.is_locked():
                self.answers_all(data)
            if self.here != self.all_positions()[-1]:
                self.goes_on()

    @precondition(lambda self: self.here[0] in self.complete and not self.is_locked())
    @rule(then=st.sampled_from(["goes on", "stops", "dies"]))
    def spoils_a_complete_page(self, then: str) -> None:
        for question, kind in enumerate(self.kinds(self.here)):
            for answer in BAD_ANSWERS[kind][:1]:
                self.session.set_draft(question, answer)
                if answer != self.answer(self.here, question):
                    self.drafts.setdefault(self.here, {})[question] = answer
        if then == "stops":
            self.stops_and_comes_back()
        elif then == "dies":
            self.the_program_dies()

    @precondition(lambda self: self.here != self.all_positions()[0])
    @rule()
    def goes_back(self) -> None:
        self.session.previous()
        self.leave(passed=False)
        self.here = self.all_positions()[self.all_positions().index(self.here) - 1]

    @rule()
    def goes_to_the_bookmark(self) -> None:
        before = self.order[: self.order.index(self.here[0])]
        marked = [page for page in before if self.plan[page[0]].bookmark and page[1] == 0]
        if not (self.plan[self.here[0][0]].goes_back and marked):
            assert self.session.where().bookmark_label == ""
            return
        assert self.session.where().bookmark_label == "Back there"
        self.session.go_to_bookmark()
        self.leave(passed=False)
        self.here = (marked[-1], 0)

    @rule()
    def repeats(self) -> None:
        page = self.here[0]
        last = max(repetition for number, repetition in self.order if number == page[0])
        may = (
            not self.finished
            and self.plan[page[0]].loop
            and self.is_last_of_page()
            and page not in self.complete
            and page[1] == last
        )
        assert self.session.where().can_repeat == may
        if may and self.page_is_good(page):
            assert self.session.repeat() == []
            self.leave(passed=True)
            copy = (page[0], page[1] + 1)
            self.order.insert(self.order.index(page) + 1, copy)
            self.here = (copy, 0)
        elif may:
            assert self.session.repeat() != []

    @precondition(lambda self: self.here == self.all_positions()[-1] and not self.finished)
    @rule()
    def finishes(self) -> None:
        others = set(self.order) - {self.here[0]}
        may = self.may_pass() and others <= self.complete
        assert (self.session.finish() == []) == may
        if may:
            self.leave(passed=True)
            self.finished = True
            self.require_file()

    @rule()
    def stops_and_comes_back(self) -> None:
        assert self.session.close().saved
        self.leave(passed=False)
        self.require_file()
        self.session = Session.open(self.quiz, self.results, "walker", seed=self.seed)
        self.resume()

    @rule()
    def the_program_dies(self) -> None:
        """What is on the disk at this moment is all that the next start has; it counts as left then."""
        self.visits += 1
        copy = self.folder / f"results-{self.visits}"
        shutil.copytree(self.results, copy)
        self.session.close()
        self.results = copy
        self.session = Session.open(self.quiz, self.results, "walker", seed=self.seed)
        assert self.session.notices == ()
        if self.here in self.drafts:
            self.leave(passed=False)
        assert self.drafts == {}
        self.resume()

    # What always holds

    @invariant()
    def the_page_is_the_one_the_order_says(self) -> None:
        where = self.session.where()
        position = where.position
        assert ((position.page.number, position.page.repetition), position.question_set) == self.here
        assert where.number == self.all_positions().index(self.here) + 1
        assert where.total == len(self.all_positions())
        assert [(key.number, key.repetition) for key, _ in self.session.pages] == self.order
        assert self.session.locked() == self.is_locked()
        assert where.pages_complete == len(self.complete)

    @invariant()
    def the_answers_are_those_given(self) -> None:
        given = tuple(self.answer(self.here, question) for question in range(len(self.kinds(self.here))))
        assert self.session.answers() == given

    def require_file(self) -> None:
        """The file as an analysis script reads it has each answer ever given, in order."""
        root = saved(self.results / "walker" / "study" / "study.xml")
        numbers = {page: number for number, page in enumerate(sorted(self.order), start=1)}
        for page, number in numbers.items():
            element = page_of(root, number)
            assert (int(element.get("PageNumber") or 0), int(element.get("Rep") or 0)) == page
            assert (element.get("PageComplete") == "Y") == (page in self.complete)
            for index, by_question in enumerate(responses(element)):
                position = (page, index)
                for question, by_option in enumerate(by_question):
                    history = self.history.get(position, [[]] * 9)[question]
                    expected: list[Answer] = [
                        tuple(map(self.stored(position, question), each)) for each in history
                    ]
                    assert list(zip(*by_option, strict=True)) == expected
        assert (root.findall("Login")[-1].get("QuizComplete") == "Y") == self.finished

    def stored(self, position: tuple, question: int) -> Callable[[str], str]:
        kind = self.kinds(position)[question]
        return lambda text: "" if kind == "Integer" and (text,) in BAD_ANSWERS[kind] else text

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            if hasattr(self, "session"):
                self.session.close(even_unsaved=True)
            shutil.rmtree(self.folder, ignore_errors=True)


RandomWalk.TestCase.settings = settings(
    max_examples=1200 if SOAK else 120,
    stateful_step_count=60 if SOAK else 40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestRandomWalks = RandomWalk.TestCase


def test_a_walk_can_reach_the_end(tmp_path: Path) -> None:
    """The walks above are worth something only where they can finish."""
    quiz = write_quiz(tmp_path, PlannedPage((("Integer",),), 1, False, False, False, False).as_xml(1))
    session = Session.open(quiz, tmp_path / "results", "walker")
    session.set_draft(0, ("5",))

    assert session.finish() == []
    assert session.in_review
