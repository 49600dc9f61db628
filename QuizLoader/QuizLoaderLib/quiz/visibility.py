"""What of a quiz is asked, by its conditions and the answers alone: what the conditions name, and what they
hide."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from .conditions import Condition, Reference, Values
from .model import Page

WHOLE = -1
"""In a Place: the page, or the question set, itself."""


class Place(NamedTuple):
    """A question, a question set or a page: its number in the quiz file from 1, the others from 0."""

    page: int
    question_set: int = WHOLE
    question: int = WHOLE

    @property
    def around(self) -> "tuple[Place, ...]":
        """The page, the set and the question; a place is hidden with each of them."""
        return Place(self.page), Place(self.page, self.question_set), self


class QuestionNames:
    """Finds what conditions name."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages: dict[str, list[Page]] = defaultdict(list)
        for page in pages:
            self._pages[page.id].append(page)
        self._of_page: dict[int, dict[str, list[Place]]] = {}

    def pages(self, page: Page, reference: Reference) -> list[Page]:
        """Those that a reference on a page may mean."""
        return self._pages.get(reference.page, []) if reference.page else [page]

    def places(self, page: Page, reference: Reference) -> list[Place]:
        """The questions of this name: one, if the quiz is right."""
        return [
            place
            for each in self.pages(page, reference)
            for place in self.of_page(each).get(reference.id, ())
        ]

    def of_page(self, page: Page) -> dict[str, list[Place]]:
        """The questions of a page by their ID."""
        found = self._of_page.get(page.number)
        if found is None:
            found = self._of_page[page.number] = {}
            for set_number, question_set in enumerate(page.question_sets):
                for number, question in enumerate(question_set.questions):
                    if question.id:
                        found.setdefault(question.id, []).append(Place(page.number, set_number, number))
        return found


class Rule(NamedTuple):
    """A condition at the place that it shows or hides, and the question that each of its references means,
    None where there is not one; ``line`` is that of its element."""

    place: Place
    condition: Condition
    meant: tuple[Place | None, ...]
    line: int


def conditions_of(page: Page) -> Iterator[tuple[Place, Condition, int]]:
    """Every condition of a page with the line of its element."""
    if page.show_if:
        yield Place(page.number), page.show_if, page.line
    for set_number, question_set in enumerate(page.question_sets):
        if question_set.show_if:
            yield Place(page.number, set_number), question_set.show_if, question_set.line
        for number, question in enumerate(question_set.questions):
            if question.show_if:
                yield Place(page.number, set_number, number), question.show_if, question.line


def rules_of(pages: Sequence[Page], names: QuestionNames) -> list[Rule]:
    rules = []
    for page in pages:
        for place, condition, line in conditions_of(page):
            found = [names.places(page, each) for each in condition.references]
            meant = tuple([places[0] if len(places) == 1 else None for places in found])
            rules.append(Rule(place, condition, meant, line))
    return rules


def in_order(rules: Sequence[Rule]) -> tuple[list[Rule], list[Rule]]:
    """The rules so that each follows those that it depends on; and those that have no such order: they depend
    on themselves, or on one that does."""
    waits_for: dict[Place, int] = {}
    followers: dict[Place, list[Rule]] = defaultdict(list)
    for rule, needed in _needed(rules):
        waits_for[rule.place] = len(needed)
        for place in needed:
            followers[place].append(rule)
    ready = deque(rule for rule in rules if not waits_for[rule.place])
    ordered = []
    while ready:
        ordered.append(ready.popleft())
        for follower in followers[ordered[-1].place]:
            waits_for[follower.place] -= 1
            if not waits_for[follower.place]:
                ready.append(follower)
    return ordered, [rule for rule in rules if waits_for[rule.place]]


def in_circles(rules: Sequence[Rule]) -> list[Rule]:
    """Of rules without an order those that others of a circle depend on, not what merely follows a circle."""
    needed = {rule.place: places for rule, places in _needed(rules)}
    followers = Counter(place for places in needed.values() for place in places)
    last = deque(place for place in needed if not followers[place])
    while last:
        for place in needed[last.popleft()]:
            followers[place] -= 1
            if not followers[place]:
                last.append(place)
    return [rule for rule in rules if followers[rule.place]]


def _needed(rules: Sequence[Rule]) -> Iterator[tuple[Rule, set[Place]]]:
    """Each rule with the places of those that it depends on."""
    ruled = {rule.place for rule in rules}
    for rule in rules:
        yield rule, {each for place in rule.meant if place for each in place.around if each in ruled}


class Visibility:
    """What of these pages, and of their repetitions, is asked: it follows from the answers alone. Only
    conditions that name what has changed are tried again. One that depends on itself hides nothing."""

    def __init__(self, pages: Sequence[Page], given: Callable[[Place, int], Values]) -> None:
        """``given(place, repetition)`` is the answer to a question."""
        has_any = any(page.has_conditions for page in pages)
        self._given = given
        self._rules = in_order(rules_of(pages, QuestionNames(pages)))[0] if has_any else []
        self._at_page: dict[int, list[int]] = defaultdict(list)
        self._naming: dict[int, list[tuple[int, bool]]] = defaultdict(list)
        for number, rule in enumerate(self._rules):
            self._at_page[rule.place.page].append(number)
            names = zip(rule.condition.references, rule.meant, strict=True)
            for named in {(place.page, bool(each.page)) for each, place in names if place}:
                self._naming[named[0]].append((number, named[1]))
        self._repetitions: dict[int, set[int]] = defaultdict(lambda: {0})
        self._hidden: _Hidden = defaultdict(set)
        self._due = {(number, 0) for number in range(len(self._rules))}
        self._changed: set[int] = set()
        self._rearranged: set[int] = set()
        self.questions: dict[int, list[Place]] = {}
        """By page, those that a condition shows or hides."""
        ruled = {rule.place for rule in self._rules}
        for page in (each for each in pages if each.has_conditions):
            self.questions[page.number] = [place for place in _places(page) if ruled & {*place.around}]

    def hides(self, place: Place, repetition: int = 0) -> bool:
        """Whether a condition of the place, its question set or its page hides it."""
        self.update()
        return _is_within(self._hidden, place, repetition)

    def hides_any(self, places: Iterable[Place], repetition: int = 0) -> bool:
        """Whether a condition of one of these places themselves hides it."""
        self.update()
        return any((each, repetition) in self._hidden.get(each.page, ()) for each in places)

    def look_again(self, page: int, repetition: int = 0) -> None:
        """The answers of the page have changed."""
        self._due.update(self._followers(page, repetition))

    def look_at_all(self) -> None:
        for page, numbers in self._at_page.items():
            self._due.update((number, each) for number in numbers for each in self._repetitions[page])

    def add_repetition(self, page: int, repetition: int) -> None:
        self._repetitions[page].add(repetition)
        self._due.update((number, repetition) for number in self._at_page[page])

    def remove_repetition(self, page: int, repetition: int) -> None:
        self._repetitions[page].discard(repetition)
        places = (self._rules[each].place for each in self._at_page[page])
        self._hidden[page].difference_update((place, repetition) for place in places)

    def changed_pages(self) -> set[int]:
        """Those of which something was shown or hidden since this was asked last."""
        self.update()
        changed, self._changed = self._changed, set()
        return changed

    def rearranged_pages(self) -> set[int]:
        """Those that were shown or hidden themselves, or of which question sets were, since this was asked
        last."""
        self.update()
        rearranged, self._rearranged = self._rearranged, set()
        return rearranged

    def update(self) -> None:
        """A rule depends on none behind it, so each is tried once."""
        if not self._due:
            return
        due, self._due = sorted(self._due), set()
        last = None
        while due:
            this = heappop(due)
            rule, repetition = self._rules[this[0]], this[1]
            page = rule.place.page
            if this == last or repetition not in self._repetitions[page]:
                continue
            last, at = this, (rule.place, repetition)
            holds = rule.condition.expression.holds(_Seen(rule, repetition, self._given, self._hidden).values)
            if holds is (at in self._hidden[page]):
                self._hidden[page] ^= {at}
                self._changed.add(page)
                if rule.place.question == WHOLE:
                    self._rearranged.add(page)
                for follower in self._followers(page, repetition):
                    if follower > this:
                        heappush(due, follower)

    def _followers(self, page: int, repetition: int) -> Iterator[tuple[int, int]]:
        """The rules that name questions of this page, with the repetition of their own."""
        for number, is_of_original in self._naming.get(page, ()):
            if not is_of_original:
                yield number, repetition
            elif not repetition:
                for each in self._repetitions[self._rules[number].place.page]:
                    yield number, each


def _places(page: Page) -> Iterator[Place]:
    for set_number, question_set in enumerate(page.question_sets):
        for number in range(len(question_set.questions)):
            yield Place(page.number, set_number, number)


class _Seen(NamedTuple):
    """The answers as a condition sees them: of what is hidden there is none."""

    rule: Rule
    repetition: int
    given: Callable[[Place, int], Values]
    hidden: "_Hidden"

    def values(self, name: int) -> Values:
        place = self.rule.meant[name]
        if place is None:
            return ()
        repetition = 0 if self.rule.condition.references[name].page else self.repetition
        return () if _is_within(self.hidden, place, repetition) else self.given(place, repetition)


_Hidden = defaultdict[int, set[tuple[Place, int]]]
"""By page, the places that are hidden, each with the repetition."""


def _is_within(hidden: _Hidden, place: Place, repetition: int) -> bool:
    """Whether the place is hidden, or one that it is in."""
    own = hidden.get(place.page)
    if not own:
        return False
    if place.question_set == WHOLE:
        return (place, repetition) in own
    return any((each, repetition) in own for each in place.around)
