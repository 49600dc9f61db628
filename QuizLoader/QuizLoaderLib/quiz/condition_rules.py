"""Rules about conditions: what they name is asked before, and can have what they compare it with."""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence

from .conditions import (
    ORDERS,
    Answered,
    Condition,
    Constant,
    Count,
    Reference,
    Relation,
    Values,
    as_number,
    equal,
)
from .model import Page, Question, Quiz
from .page_order import PageOrder
from .problems import NearestNames, Problem, ProblemCode, error, warning
from .question_types import Takes
from .values import shown
from .visibility import Place, QuestionNames, Rule, in_circles, in_order, rules_of

UNKNOWN_NAME = ProblemCode("Q811", "A condition names the ID of a question.")
NAMED_TWICE = ProblemCode("Q812", "What a condition names has an ID that no other question or page has.")
ASKED_LATER = ProblemCode("Q813", "A condition names what is asked before.")
IN_A_CIRCLE = ProblemCode("Q814", "No condition depends on itself.")
IMPOSSIBLE_VALUE = ProblemCode("Q815", "A condition compares a question with a value that it can have.")
NOT_COMPARABLE = ProblemCode("Q816", "A condition compares what can be compared.")
ALWAYS_THE_SAME = ProblemCode("Q817", "A condition is neither always nor never true (warning).")

_OF_OPTIONS = (Takes.CHOICE, Takes.RANK)
"""The values of these questions are Options."""

_MOST_CASES = 512
"""Of the answers that a condition depends on, tried to see whether it is always the same."""


def conditions(quiz: Quiz) -> Iterator[Problem]:
    pages = [page for page in quiz.pages if page.has_conditions]
    if not pages:
        return
    checker = _Checker(quiz)
    rules = rules_of(pages, checker.names)
    for rule in rules:
        for problem in checker.problems(rule):
            yield problem.at(line=rule.line, page=rule.place.page)
    for rule in in_circles(in_order(rules)[1]):
        sentence = f"The condition {shown(rule.condition.text)} depends on what it shows itself."
        yield error(IN_A_CIRCLE, sentence, "name a question that is asked before", line=rule.line).at(
            page=rule.place.page
        )


class _Checker:
    def __init__(self, quiz: Quiz) -> None:
        self._quiz = quiz
        self.names = QuestionNames(quiz.pages)
        self._order = PageOrder(quiz)
        self._nearest = NearestNames()
        self._right: set[tuple[object, ...]] = set()

    def page(self, place: Place) -> Page:
        return self._quiz.pages[place.page - 1]

    def problems(self, rule: Rule) -> list[Problem]:
        place, condition, page = rule.place, rule.condition, self.page(rule.place)
        found: list[Question] = []
        problems: list[Problem] = []
        for reference, meant in zip(condition.references, rule.meant, strict=True):
            if meant is None or (reference.page and len(self.names.pages(page, reference)) != 1):
                problems.append(self._not_found(page, reference, len(self.names.places(page, reference))))
                continue
            found.append(self._question(meant))
            # What a place is within itself is told as a circle.
            if not self._is_asked_before(meant, place) and place not in meant.around:
                sentence = f"The condition {shown(condition.text)} names {shown(str(reference))}"
                if meant.page == place.page:
                    told = f"{sentence}, which is asked later on the page."
                    problems.append(error(ASKED_LATER, told, "ask it before"))
                else:
                    why = f"page {meant.page} may come later than page {place.page}"
                    problems.append(
                        error(ASKED_LATER, f"{sentence}, which is not asked before for certain.", why)
                    )
        if problems:
            return problems
        return self._problems_of_values(condition, found)

    def _problems_of_values(self, condition: Condition, found: Sequence[Question]) -> list[Problem]:
        """Not looked for again where a condition that differs in names alone is right on questions that take
        the same answers."""
        answers = [(each.type, each.option_values, each.fields, each.minimum, each.maximum) for each in found]
        key = (condition.expression, *answers)
        if key in self._right:
            return []
        problems = list(_compared(condition, found)) or list(_always_the_same(condition, found))
        if not problems:
            self._right.add(key)
        return problems

    def _question(self, place: Place) -> Question:
        return self.page(place).question_sets[place.question_set].questions[place.question]

    def _is_asked_before(self, meant: Place, place: Place) -> bool:
        if meant.page == place.page:
            return meant < place
        return self._order.is_before(self.page(meant), self.page(place))

    def _not_found(self, page: Page, reference: Reference, count: int) -> Problem:
        name, pages = shown(str(reference)), self.names.pages(page, reference)
        if len(pages) > 1:
            sentence = (
                f"A condition names {name}, but {len(pages)} pages have the ID {shown(reference.page)}."
            )
            return error(NAMED_TWICE, sentence, "give the pages different IDs")
        if count > 1:
            where = f"page {shown(pages[0].id)}"
            sentence = f"A condition names {name}, but {count} questions of {where} have this ID."
            return error(NAMED_TWICE, sentence, "give the questions different IDs")
        sentence = f"A condition names {name}, but no question has this ID"
        if not pages:
            near = self._nearest.find(reference.page, {each.id: None for each in self._quiz.pages})
            hint = f"did you mean {shown(f'{near}/{reference.id}')}?" if near else ""
            return error(UNKNOWN_NAME, f"{sentence}: there is no page {shown(reference.page)}.", hint)
        if any(each.id == reference.id for each in pages[0].question_sets):
            return error(
                UNKNOWN_NAME, f"{sentence}.", "it is the ID of a QuestionSet; name one of its questions"
            )
        near = self._nearest.find(reference.id, self.names.of_page(pages[0]))
        other = next((each for each in self._quiz.pages if reference.id in self.names.of_page(each)), None)
        if near:
            hint = f"did you mean {shown(near)}?"
        elif other is not None and not reference.page:
            hint = f"page {other.number} has it: write [{other.id}/{reference.id}]"
        else:
            hint = 'write ID="..." at the question'
        return error(UNKNOWN_NAME, f"{sentence} on the page {shown(pages[0].id)}.", hint)


def _compared(condition: Condition, found: Sequence[Question]) -> Iterator[Problem]:
    """What is compared that has no such value or no order."""
    names = condition.references
    for leaf in condition.leaves:
        if isinstance(leaf, Answered):
            question = found[leaf.of]
            if question.facts.takes is Takes.NOTHING:
                yield _not_comparable(names[leaf.of], question, "is never answered")
            continue
        operands = (leaf.left, *leaf.right)
        for operand in operands:
            if isinstance(operand, Count):
                question = found[operand.of]
                if question.facts.takes is Takes.NOTHING:
                    yield _not_comparable(names[operand.of], question, "is never answered")
                texts = [each for each in operands if isinstance(each, str)]
                if texts:
                    yield error(NOT_COMPARABLE, f"A count is a number and never {shown(texts[0])}.")
            elif isinstance(operand, int):
                constants = [each for each in operands if isinstance(each, Constant)]
                yield from _with_constants(names[operand], found[operand], leaf.sign, constants)


def _with_constants(
    name: Reference, question: Question, sign: str, constants: Iterable[Constant]
) -> Iterator[Problem]:
    facts = question.facts
    if facts.takes in (Takes.NOTHING, Takes.PRESS, Takes.MARKS):
        hint = f"write count({name}) ge 1" if facts.takes is Takes.MARKS else f"write answered({name})"
        yield _not_comparable(name, question, "has no value", hint)
        return
    numbers = [as_number(option) for option in question.option_values] if facts.takes is Takes.CHOICE else []
    is_number = facts.number is not None or (bool(numbers) and not any(map(math.isnan, numbers)))
    if sign in ORDERS and not is_number:
        yield _not_comparable(name, question, "is no number, so there is none less or greater", "use = or in")
        return
    for constant in constants:
        if isinstance(constant, float) != is_number and not (numbers and is_number):
            what = "a number" if is_number else "a text"
            hint = (
                "write it without apostrophes" if is_number else f"write it in apostrophes, as '{constant:g}'"
            )
            sentence = f"The {question.type.value} question {shown(str(name))} is {what}"
            yield error(NOT_COMPARABLE, f"{sentence} and is compared with {_said(constant)}.", hint)
        elif facts.takes in _OF_OPTIONS and sign not in ORDERS:
            if not any(equal(option, constant) for option in question.option_values):
                sentence = f"The question {shown(str(name))} has no Option {_said(constant)}."
                hint = "its options: " + ", ".join(shown(option) for option in question.option_values[:20])
                yield error(IMPOSSIBLE_VALUE, sentence, hint)
        elif isinstance(constant, float) and facts.number and sign not in ORDERS:
            is_whole = facts.number.is_whole and not constant.is_integer()
            low, high = question.minimum, question.maximum
            if is_whole or (low is not None and constant < low) or (high is not None and constant > high):
                sentence = f"The question {shown(str(name))} can never be {_said(constant)}."
                yield error(IMPOSSIBLE_VALUE, sentence)


def _said(constant: Constant) -> str:
    return shown(constant) if isinstance(constant, str) else f"{constant:g}"


def _not_comparable(name: Reference, question: Question, why: str, hint: str = "") -> Problem:
    sentence = f"The {question.type.value} question {shown(str(name))} {why}."
    return error(NOT_COMPARABLE, sentence, hint)


def _always_the_same(condition: Condition, found: Sequence[Question]) -> Iterator[Problem]:
    """As far as all answers that matter can be tried: those of a choice, a ranking, or a single field."""
    if any(len(each.fields) > 1 and each.facts.takes not in _OF_OPTIONS for each in found):
        return
    leaves = list(condition.leaves)
    constants = [each for leaf in leaves if isinstance(leaf, Relation) for each in (leaf.left, *leaf.right)]
    of_two = any(
        sum(isinstance(each, int | Count) for each in (leaf.left, *leaf.right)) > 1
        for leaf in leaves
        if isinstance(leaf, Relation)
    )
    answers = [_answers(question, constants) for question in found]
    if of_two or math.prod(map(len, answers)) > _MOST_CASES:
        return
    # Backwards: the first of all answers is none, which mostly differs from the last.
    cases = itertools.product(*map(reversed, answers))
    results = (condition.expression.holds(case.__getitem__) for case in cases)
    first = next(results)
    if condition.expression.holds(lambda _name: ()) is first and all(each is first for each in results):
        sentence = f"The condition {shown(condition.text)} is {'always' if first else 'never'} true."
        yield warning(ALWAYS_THE_SAME, sentence)


def _answers(question: Question, constants: Iterable[object]) -> list[Values]:
    """Every answer that a comparison with these constants can tell apart."""
    facts, found = question.facts, list[Values]([()])
    if facts.takes is Takes.CHOICE:
        if facts.is_single:
            return found + [(option,) for option in question.option_values]
        sizes = range(1, len(question.options) + 1) if len(question.options) < 9 else (1,) * _MOST_CASES
        return [*found, *(some for size in sizes for some in itertools.combinations(question.options, size))]
    if facts.takes is Takes.RANK:
        return found + [(option,) for option in question.options]
    if facts.takes is Takes.MARKS:
        most = 0 if question.maximum is None else int(question.maximum)
        counts = {int(each) for each in constants if isinstance(each, float) and 0 <= each < _MOST_CASES}
        counts = {1, most, *(near for each in counts for near in (each - 1, each, each + 1))}
        return found + [("mark",) * count for count in sorted(counts) if 0 < count <= (most or count)]
    if facts.number:
        numbers = sorted({each for each in constants if isinstance(each, float)})
        step = 1.0 if facts.number.is_whole else 1e-6
        tried = {near for each in numbers for near in (each - step, each, each + step)} | {0.0}
        low, high = question.minimum, question.maximum
        tried |= {limit for limit in (low, high) if limit is not None}
        within = (
            each
            for each in tried
            if (low is None or each >= low)
            and (high is None or each <= high)
            and (each.is_integer() or not facts.number.is_whole)
        )
        return found + [(each,) for each in sorted(within)]
    texts = dict.fromkeys(each for each in constants if isinstance(each, str))
    return [*found, *((text,) for text in texts), ("",)]
