"""Random walks over random quizzes: the page shown is the page the order says, what is asked follows from the
answers alone, no answer is lost, and a page whose time is over, or that has told what is right, is complete
and locked.

The model of ``walk_model`` knows the rules in its own words, ``walk_files`` what the results file must have.
"""

import shutil
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from QuizLoaderLib.quiz.checking import check_quiz
from QuizLoaderLib.quiz.problems import Severity
from QuizLoaderLib.session.entries import MarkEvent
from QuizLoaderLib.session.order import PageKey
from QuizLoaderLib.session.session import Session, SessionError
from random_quizzes import (
    BAD_ANSWERS,
    GOOD_ANSWERS,
    Answer,
    PlannedPage,
    PlannedQuestion,
    PlannedSet,
    random_pages,
)
from session_by_hand import SOAK, Clock, fast_folder, write_quiz
from walk_files import WalkFiles


class RandomWalk(WalkFiles, RuleBasedStateMachine):
    @initialize(
        data=st.data(),
        shuffled=st.booleans(),
        is_free=st.booleans(),
        limit_s=st.sampled_from((None, None, 30)),
        feedback=st.sampled_from(("", "Page", "Page", "End")),
        attempts=st.integers(1, 2),
        seed=st.integers(0, 99),
    )
    def begin(
        self,
        data: st.DataObject,
        shuffled: bool,
        is_free: bool,
        limit_s: int | None,
        feedback: str,
        attempts: int,
        seed: int,
    ) -> None:
        pages = data.draw(random_pages(shuffled))
        self.is_free, self.is_shuffled = is_free, shuffled
        self.attempt, self.attempts, self.earlier = 1, attempts, {}
        self.folder, self.clock = fast_folder(), Clock()
        self.visits, self.seed = 0, seed
        xml = "\n".join(page.as_xml(number) for number, page in enumerate(pages, start=1))
        attributes = ('RandomizePageGroups="Y" ' if shuffled else "") + ('FreeOrder="Y" ' if is_free else "")
        attributes += f'TimeLimit="{limit_s}" ' if limit_s else ""
        attributes += f'Feedback="{feedback}" ' if feedback else ""
        attributes += f'Attempts="{attempts}"' if attempts > 1 else ""
        self.quiz = write_quiz(self.folder, xml, attributes)
        self.results = self.folder / "results"
        self.session = self.opened()
        faults = [each for each in check_quiz(self.session.quiz) if each.severity is Severity.ERROR]
        assert [each for each in faults if each.code.startswith("Q81")] == []
        self.begin_run(pages, limit_s, feedback)

    def begin_run(self, pages: Sequence[PlannedPage], limit_s: int | None, feedback: str) -> None:
        order = [(key.number, key.repetition) for key, _ in self.session.pages]
        self.begin_model(pages, order, limit_s, feedback)
        # What the order must look like; which of the possible ones it is stays the same for good.
        groups = [self.plan[number].group for number, _ in order]
        if self.is_shuffled:
            assert groups[: groups.count(0)] == [0] * groups.count(0)
            assert sum(a != b for a, b in pairwise(groups)) == len(set(groups)) - 1
            for group in set(groups):
                in_group = [number for number, _ in order if self.plan[number].group == group]
                assert in_group == sorted(in_group)
        else:
            assert order == [(number, 0) for number in self.plan]

    def opened(self, again: bool = False) -> Session:
        return Session.open(self.quiz, self.results, "walker", seed=self.seed, clock=self.clock, again=again)

    # What a reader does

    def give(self, question: int, answer: Answer) -> None:
        kind = self.questions(self.here)[question].kind
        if kind == "Mark":
            self.mark(question, int(answer[0]))
        else:
            assert self.session.set_draft(question, answer).saved
            if answer != self.answer(self.here, question):
                self.draft(question, answer)

    def mark(self, question: int, count: int) -> None:
        """Place marks, or delete the newest, until there are so many."""
        marks = self.marks.get(self.here, {}).get(question, [])
        while sum(marks) != count:
            self.marks.setdefault(self.here, {})[question] = marks
            if sum(marks) < count:
                event, number = MarkEvent.PLACED, len(marks) + 1
                marks.append(True)
            else:
                event, number = MarkEvent.DELETED, len(marks) - marks[::-1].index(True)
                marks[number - 1] = False
            self.session.marks.record(self.here[1], question, number, event, {"Tool": "Point"})
            self.changed_s[self.here] = 0

    @precondition(lambda self: not self.is_locked() and self.asked(self.here))
    @rule(data=st.data(), well=st.booleans())
    def answers(self, data: st.DataObject, well: bool) -> None:
        question = data.draw(st.sampled_from(self.asked(self.here)))
        kind = self.questions(self.here)[question].kind
        answers = (not well and BAD_ANSWERS[kind]) or GOOD_ANSWERS[kind]
        self.give(question, data.draw(st.sampled_from(answers)))

    @precondition(lambda self: not self.is_locked())
    @rule(data=st.data())
    def answers_all(self, data: st.DataObject) -> None:
        for question, each in enumerate(self.questions(self.here)):
            # An answer may show, or hide, those behind it.
            if question in self.asked(self.here):
                self.give(question, data.draw(st.sampled_from(GOOD_ANSWERS[each.kind])))

    @precondition(lambda self: not self.is_last())
    @rule()
    def goes_on(self) -> None:
        may, awaits = self.may_pass(), self.awaits()
        behind = self.positions()[self.positions().index(self.here) + 1 :]
        assert self.session.where().tells_on_leaving == awaits
        assert (self.session.next() == []) == may
        if may and awaits:
            self.tell()
        elif may:
            self.go_to(behind[0], passed=True)

    @rule(data=st.data(), steps=st.integers(1, 4))
    def answers_well_and_goes_on(self, data: st.DataObject, steps: int) -> None:
        for _ in range(steps):
            self.looks_at_the_page(data.draw(st.sampled_from((0, 0, 1, 5))))
            if not self.is_locked():
                self.answers_all(data)
            if not self.is_last():
                self.goes_on()

    @precondition(lambda self: self.here[0] in self.complete and not self.is_locked())
    @rule(then=st.sampled_from(["goes on", "stops", "dies"]))
    def spoils_a_complete_page(self, then: str) -> None:
        for question, each in enumerate(self.questions(self.here)):
            if question in self.asked(self.here):
                for answer in BAD_ANSWERS[each.kind][:1]:
                    self.give(question, answer)
        if then == "stops":
            self.stops_and_comes_back()
        elif then == "dies":
            self.the_program_dies()

    @precondition(lambda self: self.is_last_of_page() and self.awaits())
    @rule(data=st.data(), then=st.sampled_from(["goes on", "stops", "dies", "repeats"]))
    def is_told_what_is_right(self, data: st.DataObject, then: str) -> None:
        self.looks_at_the_page(2)
        if not self.is_locked():
            self.answers_all(data)
        if not self.is_last():
            self.goes_on()
        if then == "stops":
            self.stops_and_comes_back()
        elif then == "dies":
            self.the_program_dies()
        elif then == "repeats":
            self.repeats()

    @precondition(lambda self: self.here != self.positions()[0])
    @rule()
    def goes_back(self) -> None:
        before = self.positions()[self.positions().index(self.here) - 1]
        self.session.previous()
        self.go_to(before)

    @rule()
    def goes_to_the_bookmark(self) -> None:
        before = self.pages()[: self.pages().index(self.here[0])]
        marked = [page for page in before if self.plan[page[0]].bookmark and page[1] == 0]
        if not (self.plan[self.here[0][0]].goes_back and marked):
            assert self.session.where().bookmark_label == ""
            return
        assert self.session.where().bookmark_label == "Back there"
        self.session.go_to_bookmark()
        self.go_to(self.of_page(marked[-1])[0])

    @rule()
    def repeats(self) -> None:
        page = self.here[0]
        last = max(repetition for number, repetition in self.order if number == page[0])
        may = (
            not self.finished
            and self.plan[page[0]].loop
            and self.is_last_of_page()
            and (self.is_new(page) or page not in self.complete - self.timed_out - self.removed_behind)
            and not self.awaits()
            and page[1] == last
        )
        assert self.session.where().can_repeat == may
        if may and (self.is_locked() or self.may_complete()):
            assert self.session.repeat() == []
            if self.is_told(page):
                self.seen.add(page)
            self.leave(passed=True)
            copy = (page[0], page[1] + 1)
            self.order.insert(self.order.index(page) + 1, copy)
            self.arrive(self.of_page(copy)[0])
        elif may:
            assert self.session.repeat() != []

    @rule()
    def removes_an_empty_repeat(self) -> None:
        page = self.here[0]
        may = (
            page[1] > 0
            and (page[0], page[1] + 1) not in self.order
            and not self.finished
            and page not in self.complete
            and self.is_empty(page)
        )
        assert self.session.can_remove == may
        if may:
            self.session.remove_repeat()
            self.remove_repeat()

    @precondition(lambda self: self.is_free)
    @rule(data=st.data())
    def goes_to_any_page(self, data: st.DataObject) -> None:
        page = data.draw(st.sampled_from(self.order))
        if not self.is_asked(page):
            with pytest.raises(SessionError, match="is not asked"):
                self.session.go_to(PageKey(*page))
            return
        self.session.go_to(PageKey(*page))
        self.go_to(self.of_page(page)[0])

    @precondition(lambda self: self.is_last() and not self.finished)
    @rule()
    def finishes(self) -> None:
        others = set(self.pages()) - {self.here[0]}
        may = self.may_pass() and others <= self.complete
        assert (self.session.finish() == []) == may
        if may:
            self.leave(passed=True)
            self.finish()
            self.require_file()

    @precondition(lambda self: not self.finished)
    @rule(data=st.data())
    def reads_on_to_the_end(self, data: st.DataObject) -> None:
        for _ in range(20):
            self.looks_at_the_page(2)
            if not self.is_locked():
                self.answers_all(data)
            if self.is_last():
                break
            self.goes_on()
        if self.is_last() and not self.finished:
            self.finishes()

    @precondition(lambda self: self.finished)
    @rule()
    def begins_again(self) -> None:
        """A run of its own, as often as the quiz allows; the one before stays as it is."""
        assert self.session.attempts_left == self.attempts - self.attempt
        assert self.session.close().saved
        self.require_file()
        if self.attempt == self.attempts:
            with pytest.raises(SessionError, match="and has been"):
                self.opened(again=True)
            self.session = self.opened()
            self.resume()
            return
        self.earlier[self.file] = (self.results / self.file).read_bytes()
        self.attempt += 1
        self.session = self.opened(again=True)
        self.begin_run([*self.plan.values()], self.quiz_limit_s, self.feedback)

    @rule(data=st.data(), steps=st.integers(1, 4))
    def goes_back_and_changes_answers(self, data: st.DataObject, steps: int) -> None:
        """What shows, and what was shown, changes with them."""
        for _ in range(steps):
            if self.here != self.positions()[0]:
                self.goes_back()
        self.answers_well_and_goes_on(data, steps)

    @rule(seconds=st.integers(1, 9))
    def looks_at_the_page(self, seconds: int) -> None:
        """The host looks after the session every second."""
        for _ in range(seconds):
            self.clock.now += 1
            self.session.beat()
            self.session.time_out()
            self.pass_second()

    @rule()
    def looks_away(self) -> None:
        """Time stands still."""
        self.session.be_there(False)
        self.clock.now += 100
        self.session.beat()
        self.session.time_out()
        self.session.be_there(True)

    @rule()
    def stops_and_comes_back(self) -> None:
        assert self.session.close().saved
        self.leave(passed=False)
        self.require_file()
        self.session = self.opened()
        self.resume()

    @rule()
    def the_program_dies(self) -> None:
        """What is on the disk at this moment is all that the next start has; it counts as left then."""
        self.visits += 1
        copy = self.folder / f"results-{self.visits}"
        shutil.copytree(self.results, copy)
        self.session.close()
        self.results = copy
        self.session = self.opened()
        assert self.session.notices == ()
        self.die()
        assert self.drafts == {}

    # What always holds

    @invariant()
    def the_page_is_the_one_the_order_says(self) -> None:
        where, positions, pages = self.session.where(), self.positions(), self.pages()
        position = where.position
        assert ((position.page.number, position.page.repetition), position.question_set) == self.here
        assert where.number == positions.index(self.here) + 1
        assert where.total == len(positions)
        assert [(key.number, key.repetition) for key, _ in self.session.pages] == self.order
        assert self.session.locked() == self.is_locked()
        assert where.pages_complete == len(self.complete & set(pages))
        assert where.pages_total == len(pages)

    @invariant()
    def what_is_asked_follows_from_the_answers(self) -> None:
        asked = {(key.number, key.repetition) for key, _ in self.session.pages if self.session.is_asked(key)}
        assert asked == set(self.pages())
        assert self.session.asked_questions() == self.asked(self.here)
        sets = self.asked_sets(self.here[0])
        where = self.session.where()
        assert (where.question_set is None) == (sets == [])
        is_told = self.is_told(self.here[0])
        assert where.set_count == (1 if is_told else len(sets))
        assert self.session.shown_sets == (sets if is_told or not sets else [self.here[1]])

    @invariant()
    def the_answers_are_those_given(self) -> None:
        questions = range(len(self.questions(self.here)))
        assert self.session.answers() == tuple(self.answer(self.here, each) for each in questions)

    @invariant()
    def time_goes_on_where_it_is_limited(self) -> None:
        left = self.time_left()
        assert self.session.limits.left == (left and (pytest.approx(left[0]), left[1]))

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            if hasattr(self, "session"):
                self.session.close(even_unsaved=True)
            shutil.rmtree(self.folder, ignore_errors=True)


RandomWalk.TestCase.settings = settings(
    max_examples=1200 if SOAK else 30,
    stateful_step_count=60 if SOAK else 40,
    suppress_health_check=list(HealthCheck),
)
TestRandomWalks = RandomWalk.TestCase


def test_a_walk_can_reach_the_end(tmp_path: Path) -> None:
    """The walks above are worth something only where they can finish."""
    page = PlannedPage((PlannedSet((PlannedQuestion("Integer"),)),))
    session = Session.open(write_quiz(tmp_path, page.as_xml(1)), tmp_path / "results", "walker")
    session.set_draft(0, ("5",))

    assert session.finish() == []
    assert session.in_review
