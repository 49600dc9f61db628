"""What a reader's session must be after each step, by the rules of the quiz language in other words."""

from collections.abc import Sequence

from random_quizzes import BAD_ANSWERS, SCORED, Answer, Condition, Named, PlannedPage, PlannedQuestion, blank

Key = tuple[int, int]
"""A page: its number in the quiz from 1, and 0 or its repetition."""
Position = tuple[Key, int]
"""A page and one of its question sets."""

BEAT_S = 5
"""A crash costs less than so many seconds."""


class WalkModel:
    """``drafts`` are answers that are not left yet, ``history`` those that were, oldest first; both by
    position and question. ``marks`` are there at once. ``told_s`` are the seconds of a page that are saved,
    ``untold_s`` those of the page that is shown now which are not, and ``changed_s`` those of them that the
    newest change of a position tells: an answer does, a mark does not. ``told`` are the pages that have told
    what is right, ``seen`` those that the reader went on from."""

    def begin_model(
        self, pages: Sequence[PlannedPage], order: list[Key], quiz_limit_s: int | None, feedback: str
    ) -> None:
        self.plan = dict(enumerate(pages, start=1))
        self.quiz_limit_s, self.feedback, self.tells = quiz_limit_s, feedback, feedback == "Page"
        self.told: set[Key] = set()
        self.seen: set[Key] = set()
        self.order = order
        self.finished = self.quiz_timed_out = False
        self.complete: set[Key] = set()
        self.timed_out: set[Key] = set()
        self.removed_behind: set[Key] = set()
        self.history: dict[Position, list[list[Answer]]] = {}
        self.drafts: dict[Position, dict[int, Answer]] = {}
        self.marks: dict[Position, dict[int, list[bool]]] = {}
        self.told_s: dict[Key, int] = {}
        self.untold_s = 0
        self.changed_s: dict[Position, int] = {}
        self.here = self.positions()[0]

    # What is asked

    def holds(self, condition: Condition, page: Key) -> bool:
        return condition.holds(lambda name: self.named(name, page))

    def named(self, name: Named, page: Key) -> Answer:
        """The answer that a condition sees: of other pages on the original, of what is not asked none."""
        position = ((name.page, 0) if name.page else page, name.set)
        if self.is_question_asked(position, name.question):
            return self.answer(position, name.question)
        return blank(self.questions(position)[name.question].kind)

    def is_asked(self, page: Key) -> bool:
        return self.holds(self.plan[page[0]].condition, page)

    def is_set_asked(self, position: Position) -> bool:
        page, index = position
        return self.is_asked(page) and self.holds(self.plan[page[0]].sets[index].condition, page)

    def is_question_asked(self, position: Position, question: int) -> bool:
        condition = self.questions(position)[question].condition
        return self.is_set_asked(position) and self.holds(condition, position[0])

    def asked_sets(self, page: Key) -> list[int]:
        return [index for index in range(len(self.plan[page[0]].sets)) if self.is_set_asked((page, index))]

    def asked(self, position: Position) -> list[int]:
        questions = range(len(self.questions(position)))
        return [question for question in questions if self.is_question_asked(position, question)]

    def questions(self, position: Position) -> tuple[PlannedQuestion, ...]:
        sets = self.plan[position[0][0]].sets
        return sets[position[1]].questions if sets else ()

    def pages(self) -> list[Key]:
        return [page for page in self.order if self.is_asked(page)]

    def of_page(self, page: Key) -> list[Position]:
        positions = [(page, index) for index in self.asked_sets(page) or [0]]
        return positions[:1] if self.is_told(page) else positions

    def positions(self) -> list[Position]:
        return [position for page in self.pages() for position in self.of_page(page)]

    # What tells what is right

    def is_scored(self, page: Key) -> bool:
        sets = ((page, index) for index in self.asked_sets(page))
        return any(
            self.questions(each)[question].kind == SCORED for each in sets for question in self.asked(each)
        )

    def is_told(self, page: Key) -> bool:
        """Its question sets come together, and looking at them is no time of reading."""
        return page in self.told or (bool(self.feedback) and self.finished and self.is_scored(page))

    def is_owed(self, page: Key) -> bool:
        return self.tells and page not in self.told and self.is_scored(page)

    def is_new(self, page: Key) -> bool:
        return page in self.told - self.seen and not self.finished

    def awaits(self) -> bool:
        """With the next step the page is complete, stays, and tells what is right."""
        return self.is_last_of_page() and not self.is_locked() and self.is_owed(self.here[0])

    def tell(self) -> None:
        self.leave(passed=True)
        self.told.add(self.here[0])
        self.here = self.of_page(self.here[0])[0]

    # Whether a reader may go on

    def answer(self, position: Position, question: int) -> Answer:
        kind = self.questions(position)[question].kind
        if kind == "Mark":
            return (str(sum(self.marks.get(position, {}).get(question, []))),)
        if question in self.drafts.get(position, {}):
            return self.drafts[position][question]
        history = self.history_of(position, question)
        return history[-1] if history else blank(kind)

    def history_of(self, position: Position, question: int) -> list[Answer]:
        return self.history.get(position, [[]] * 9)[question]

    def is_good(self, position: Position) -> bool:
        kinds = [each.kind for each in self.questions(position)]
        return all(
            self.answer(position, each) not in BAD_ANSWERS[kinds[each]] for each in self.asked(position)
        )

    def page_is_good(self, page: Key) -> bool:
        return all(map(self.is_good, self.of_page(page)))

    def is_locked(self) -> bool:
        page = self.here[0]
        is_changeable = self.plan[page[0]].many and page not in self.timed_out
        return self.finished or page in self.told or (page in self.complete and not is_changeable)

    def is_last_of_page(self) -> bool:
        return self.of_page(self.here[0])[-1] == self.here

    def is_last(self) -> bool:
        return self.positions()[-1] == self.here and not self.awaits()

    def may_pass(self) -> bool:
        if self.is_locked():
            return True
        return self.may_complete() if self.is_last_of_page() else self.is_good(self.here)

    def may_complete(self) -> bool:
        page = self.here[0]
        is_early = page not in self.complete and self.shown_s(page) < self.plan[page[0]].least_s
        return self.page_is_good(page) and not is_early

    def shown_s(self, page: Key) -> int:
        is_counted = page == self.here[0] and not self.is_told(page)
        return self.told_s.get(page, 0) + (self.untold_s if is_counted else 0)

    def time_left(self) -> tuple[int, int] | None:
        """Of the limit that ends first, what is left and all of it."""
        page, limits = self.here[0], list[tuple[int, int]]()
        if self.quiz_limit_s and not self.finished:
            limits.append((self.quiz_limit_s - sum(map(self.shown_s, self.order)), self.quiz_limit_s))
        if (limit_s := self.plan[page[0]].limit_s) and not self.is_locked():
            limits.append((limit_s - self.shown_s(page), limit_s))
        return min(((max(0, left_s), limit_s) for left_s, limit_s in limits), default=None)

    def is_empty(self, page: Key) -> bool:
        """Nothing was ever saved on the page, and nothing is typed."""
        positions = [(page, index) for index in range(len(self.plan[page[0]].sets))]
        typed = [each for position in positions for each in self.drafts.get(position, {}).values()]
        return not any(
            any(self.history.get(position, [])) or self.marks.get(position) for position in positions
        ) and not any(map(is_touched, typed))

    # What the steps do

    def leave(self, passed: bool, leaves_page: bool = True) -> None:
        if self.is_told(self.here[0]):
            return
        if self.is_locked():
            if leaves_page and not self.finished:
                self.tell_time()
            return
        page, is_end = self.here[0], passed and self.is_last_of_page()
        self.write(self.here, passed)
        self.tell_time()
        if is_end:
            self.complete.add(page)
        self.reopen(telling=page if is_end else None)

    def write(self, position: Position, passed: bool) -> None:
        """What changed becomes a part of the history; of a set that is passed, everything that is asked."""
        asked, questions = self.asked(position), range(len(self.questions(position)))
        history = self.history.setdefault(position, [[] for _ in questions])
        for question in questions:
            answer, old = self.answer(position, question), history[question]
            is_new = (passed and question in asked) or is_touched(answer)
            if answer != old[-1] if old else is_new:
                old.append(answer)
        self.drafts.pop(position, None)
        self.changed_s.pop(position, None)

    def reopen(self, telling: Key | None = None) -> None:
        """A page that is asked and complete lacks nothing, unless its time was over or it has told."""
        for page in self.complete - self.timed_out - self.told:
            # One that tells now is about to do so.
            is_owed = self.is_owed(page) and page != telling
            if self.is_asked(page) and (is_owed or not self.page_is_good(page)):
                self.complete.remove(page)

    def tell_time(self) -> None:
        page = self.here[0]
        self.told_s[page], self.untold_s = self.told_s.get(page, 0) + self.untold_s, 0

    def go_to(self, position: Position, passed: bool = False) -> None:
        leaves_page = position[0] != self.here[0]
        if leaves_page and self.is_told(self.here[0]) and not self.finished:
            self.seen.add(self.here[0])
        self.leave(passed, leaves_page)
        self.arrive(position)

    def arrive(self, position: Position) -> None:
        if position[0] != self.here[0]:
            self.untold_s = 0
        self.here = position

    def pass_second(self) -> None:
        if self.is_told(self.here[0]):
            return
        self.untold_s += 1
        if self.finished:
            return
        if self.untold_s >= BEAT_S:
            self.tell_time()
        if self.quiz_limit_s and sum(map(self.shown_s, self.order)) >= self.quiz_limit_s:
            self.end_quiz()
        elif (left := self.time_left()) and left[0] == 0:
            self.time_out()

    def end_quiz(self) -> None:
        """All pages stay as they are, but for the one that is shown."""
        if self.is_locked():
            self.tell_time()
        else:
            here = self.here
            self.time_out()
            self.here = here
        self.quiz_timed_out = True
        self.finish()

    def finish(self) -> None:
        self.finished = True
        if self.is_told(self.here[0]):
            self.here = self.of_page(self.here[0])[0]

    def time_out(self) -> None:
        """The page is complete with what is there, and locked; the reader is at the next one."""
        page, own, tells = self.here[0], self.of_page(self.here[0]), self.is_owed(self.here[0])
        behind = self.positions()[self.positions().index(own[-1]) + 1 :]
        for position in own:
            self.write(position, passed=True)
        self.tell_time()
        self.complete.add(page)
        self.timed_out.add(page)
        self.reopen()
        if tells:
            self.told.add(page)
            self.here = self.of_page(page)[0]
        else:
            self.arrive(behind[0] if behind else own[-1])

    def remove_repeat(self) -> None:
        page, before = self.here[0], (self.here[0][0], self.here[0][1] - 1)
        behind = self.positions()[self.positions().index(self.of_page(page)[-1]) + 1 :]
        self.tell_time()
        self.told_s[before] = self.told_s.get(before, 0) + self.told_s.pop(page)
        for index in range(len(self.plan[page[0]].sets)):
            self.drafts.pop((page, index), None)
            self.changed_s.pop((page, index), None)
            self.history.pop((page, index), None)
        self.order.remove(page)
        self.removed_behind = self.removed_behind - {page} | {before}
        self.timed_out.discard(page)
        self.arrive(behind[0] if behind else self.of_page(before)[0])

    def draft(self, question: int, answer: Answer) -> None:
        self.drafts.setdefault(self.here, {})[question] = answer
        self.changed_s[self.here] = self.untold_s

    def die(self) -> None:
        """What was acknowledged is there. Of the time what a heartbeat told; before the first one of a page,
        what was gone at the last answer."""
        if self.here in self.changed_s:
            self.untold_s = 0 if self.here[0] in self.told_s else self.changed_s[self.here]
            self.leave(passed=False)
        self.resume()

    def resume(self) -> None:
        """The first page that is not complete."""
        self.untold_s = 0
        pages = [page for page in self.pages() if page not in self.complete or self.is_new(page)]
        if self.finished:
            self.here = self.positions()[0]
        else:
            self.here = self.of_page(pages[0])[0] if pages else self.positions()[-1]


def is_touched(answer: Answer) -> bool:
    return any(text.strip() not in ("", "N") for text in answer) and answer != ("0",)
