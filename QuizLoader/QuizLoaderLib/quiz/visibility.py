"""What of a quiz is asked, by its conditions and the answers alone: what the conditions name, and what they
hide."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Rule:
    """A condition at the place that it shows or hides, and the question that each of its names means, None
    where there is not one."""

    place: Place
    condition: Condition
    meant: Mapping[Reference, Place | None] = field(compare=False, hash=False)


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
        for place, condition, _line in conditions_of(page):
            found = {each: names.places(page, each) for each in condition.references}
            meant = {each: places[0] if len(places) == 1 else None for each, places in found.items()}
            rules.append(Rule(place, condition, meant))
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
        yield rule, {each for place in rule.meant.values() if place for each in place.around} & ruled


@dataclass(frozen=True)
class Hidden:
    """What is not asked, by place and repetition of its page."""

    places: frozenset[tuple[Place, int]] = frozenset()

    def has(self, place: Place, repetition: int = 0) -> bool:
        return bool(self.places) and self.hides(place.around, repetition)

    def hides(self, places: Iterable[Place], repetition: int = 0) -> bool:
        """Whether a condition of one of these places themselves hides it."""
        return any((each, repetition) in self.places for each in places)


class Visibility:
    """What of these pages is asked. A condition that depends on itself hides nothing."""

    def __init__(self, pages: Sequence[Page]) -> None:
        has_any = any(page.has_conditions for page in pages)
        self._rules = in_order(rules_of(pages, QuestionNames(pages)))[0] if has_any else []
        ruled = {rule.place for rule in self._rules}
        places = (place for page in pages if page.has_conditions for place in _places(page))
        self.questions = [place for place in places if ruled & {*place.around}]
        """Those that a condition shows or hides."""

    def hidden(
        self, given: Callable[[Place, int], Values], repetitions: Iterable[tuple[int, int]] = ()
    ) -> Hidden:
        """``given(place, repetition)`` is the answer to a question; ``repetitions`` are the repeated pages,
        each by its number and that of its repetition."""
        if not self._rules:
            return Hidden()
        by_page: dict[int, list[int]] = defaultdict(lambda: [0])
        for number, repetition in repetitions:
            by_page[number].append(repetition)
        hidden: set[tuple[Place, int]] = set()
        for rule in self._rules:
            for repetition in by_page[rule.place.page]:
                if not rule.condition.expression.holds(_Seen(rule, repetition, given, hidden).values):
                    hidden.add((rule.place, repetition))
        return Hidden(frozenset(hidden))


def _places(page: Page) -> Iterator[Place]:
    for set_number, question_set in enumerate(page.question_sets):
        for number in range(len(question_set.questions)):
            yield Place(page.number, set_number, number)


class _Seen(NamedTuple):
    """The answers as a condition sees them: of what is hidden there is none."""

    rule: Rule
    repetition: int
    given: Callable[[Place, int], Values]
    hidden: set[tuple[Place, int]]

    def values(self, reference: Reference) -> Values:
        place = self.rule.meant[reference]
        if place is None:
            return ()
        repetition = 0 if reference.page else self.repetition
        if any((each, repetition) in self.hidden for each in place.around):
            return ()
        return self.given(place, repetition)
