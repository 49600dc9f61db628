"""Quizzes by chance for random walks: pages, question sets and questions with conditions and time limits.

A condition is made together with what it means, in words of its own: whether it holds follows from the texts
of the answers, where what is not asked has the answer of a question that nobody has touched.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from hypothesis import strategies as st

Answer = tuple[str, ...]

XML_OF_KIND = {
    "Radio": 'Type="Radio"><Option Correct="Y">a</Option><Option>b</Option>',
    "CheckBox": 'Type="CheckBox"><Option>a</Option><Option>b</Option>',
    "Text": 'Type="Text"><Option>a</Option>',
    "Optional": 'Type="Text" Required="N"><Option>a</Option>',
    "Integer": 'Type="IntegerValue" Min="1" Max="5"><Option>a</Option>',
    "Ranking": 'Type="Ranking"><Option>a</Option><Option>b</Option>',
    "Mark": 'Type="Mark" Min="1" Max="2">',
    "InfoBox": 'Type="InfoBox"><Option>a</Option>',
}
SCORED = "Radio"
"""The kind of question that has a right answer."""
GOOD_ANSWERS: dict[str, list[Answer]] = {
    "Radio": [("Y", "N"), ("N", "Y")],
    "CheckBox": [("Y", "N"), ("Y", "Y")],
    "Text": [("left",), ("右側 é <&>\n\t",), ("]]>",)],
    "Optional": [("",), ("none",)],
    "Integer": [("1",), ("5",), (" 3 ",)],
    "Ranking": [("1", "2"), ("2", "1")],
    "Mark": [("1",), ("2",)],
    "InfoBox": [("",)],
}
BAD_ANSWERS: dict[str, list[Answer]] = {
    "Radio": [("N", "N")],
    "CheckBox": [("N", "N")],
    "Text": [("",), ("  ",)],
    "Optional": [],
    "Integer": [("",), ("6",), ("2.5",), ("nan",)],
    "Ranking": [("", "")],
    "Mark": [("0",)],
    "InfoBox": [],
}
BLANK: dict[str, Answer] = {"Radio": ("N", "N"), "CheckBox": ("N", "N"), "Ranking": ("", ""), "Mark": ("0",)}

TESTS: dict[str, list[tuple[str, Callable[[Answer], bool]]]] = {
    "Radio": [
        ("{} = 'a'", lambda answer: answer == ("Y", "N")),
        ("{} != 'a'", lambda answer: answer == ("N", "Y")),
        ("answered({})", lambda answer: "Y" in answer),
    ],
    "CheckBox": [
        ("{} = 'b'", lambda answer: answer[1] == "Y"),
        ("{} != 'b'", lambda answer: answer == ("Y", "N")),
        ("{} in ('a', 'b')", lambda answer: "Y" in answer),
        ("count({}) lt 2", lambda answer: answer != ("Y", "Y")),
    ],
    "Text": [
        ("{} in ('left', 'right')", lambda answer: answer == ("left",)),
        ("answered({})", lambda answer: answer[0].strip() != ""),
    ],
    "Optional": [("{} = 'none'", lambda answer: answer == ("none",))],
    "Integer": [
        ("{} ge 3", lambda answer: answer[0].strip() in ("3", "5")),
        ("{} != 1", lambda answer: answer[0].strip() in ("3", "5")),
        ("1 = {}", lambda answer: answer == ("1",)),
        ("answered({})", lambda answer: answer[0].strip() in ("1", "3", "5")),
    ],
    "Ranking": [("{} = 'b'", lambda answer: answer == ("2", "1"))],
    "Mark": [
        ("count({}) ge 2", lambda answer: answer == ("2",)),
        ("count({}) = 0", lambda answer: answer == ("0",)),
        ("answered({})", lambda answer: answer != ("0",)),
    ],
}
"""By kind of question, what a condition may say of it and when that is so."""


def blank(kind: str) -> Answer:
    return BLANK.get(kind, ("",))


class Named(NamedTuple):
    """A question that a condition names; ``page`` is 0 for one of the same page."""

    page: int
    set: int
    question: int

    def __str__(self) -> str:
        name = question_id(self.set, self.question)
        return f"[{page_id(self.page)}/{name}]" if self.page else name


Given = Callable[[Named], Answer]


@dataclass(frozen=True)
class Condition:
    text: str
    holds: Callable[[Given], bool] = field(repr=False)


ALWAYS = Condition("", lambda given: True)


def question_id(question_set: int, question: int) -> str:
    return f"q{question_set}{question}"


def page_id(number: int) -> str:
    """Pages 3 and 5 have the same; no condition can name them."""
    return f"P{number}" if number in (1, 2, 4) else "P"


def show_if(condition: Condition) -> str:
    return f' ShowIf="{condition.text}"' if condition.text else ""


class PlannedQuestion(NamedTuple):
    kind: str
    condition: Condition = ALWAYS

    def as_xml(self, name: str) -> str:
        letters = f'ID="{name}" Descriptor="{self.kind[0]}"{show_if(self.condition)}'
        return f"<Question {letters} {XML_OF_KIND[self.kind]}</Question>"


class PlannedSet(NamedTuple):
    questions: tuple[PlannedQuestion, ...]
    condition: Condition = ALWAYS

    def as_xml(self, number: int) -> str:
        texts = (each.as_xml(question_id(number, index)) for index, each in enumerate(self.questions))
        return f"<QuestionSet{show_if(self.condition)}>{''.join(texts)}</QuestionSet>"


@dataclass(frozen=True)
class PlannedPage:
    sets: tuple[PlannedSet, ...] = ()
    group: int = 1
    loop: bool = False
    many: bool = False
    bookmark: bool = False
    goes_back: bool = False
    limit_s: int | None = None
    least_s: int = 0
    condition: Condition = ALWAYS

    def as_xml(self, number: int) -> str:
        letters = f'ID="{page_id(number)}" PageGroup="{self.group}"{show_if(self.condition)}'
        letters += ' Loop="Y"' if self.loop else ""
        letters += ' AllowMultipleResponse="Y"' if self.many else ""
        letters += ' BookmarkID="b"' if self.bookmark else ""
        letters += ' GoToBookmark="b Back there"' if self.goes_back else ""
        letters += f' TimeLimit="{self.limit_s}"' if self.limit_s else ""
        letters += f' MinTime="{self.least_s}"' if self.least_s else ""
        sets = (each.as_xml(index) for index, each in enumerate(self.sets))
        return f"<Page {letters}>{''.join(sets)}</Page>"


Names = list[tuple[Named, str]]
"""What a condition may name, each with its kind."""


@st.composite
def conditions(draw: st.DrawFn, names: Names, one_in: int) -> Condition:
    """A condition on one of so many places, where there is something to name."""
    if not names or draw(st.integers(1, one_in)) > 1:
        return ALWAYS
    one, joined = _test(draw, names), draw(st.sampled_from(("", "", "not", "and", "or")))
    if joined == "not":
        return Condition(f"not {one.text}", lambda given: not one.holds(given))
    other = _test(draw, names) if joined else one
    if joined == "and":
        text = f"not ({one.text} and {other.text})"
        return Condition(text, lambda given: not (one.holds(given) and other.holds(given)))
    if joined == "or":
        text = f"{one.text} or {other.text}"
        return Condition(text, lambda given: one.holds(given) or other.holds(given))
    return one


def _test(draw: st.DrawFn, names: Names) -> Condition:
    name, kind = draw(st.sampled_from(names))
    text, holds = draw(st.sampled_from(TESTS[kind]))
    return Condition(text.format(name), lambda given: holds(given(name)))


@st.composite
def random_pages(draw: st.DrawFn, shuffled: bool) -> list[PlannedPage]:
    """Conditions name earlier questions of the page, and pages that come before it in every order."""
    pages: list[PlannedPage] = []
    for _ in range(draw(st.sampled_from((3, 4, 5, 2, 1)))):
        group = draw(st.integers(0, 3))
        before = [
            each
            for index, page in enumerate(pages, start=1)
            if not shuffled or page.group in (0, group)
            for each in _names(index, page.sets)
            if page_id(index) != page_id(5)
        ]
        page = PlannedPage(
            sets=_random_sets(draw, before),
            group=group,
            loop=draw(st.booleans()),
            many=draw(st.sampled_from((True, True, False))),
            bookmark=draw(st.booleans()),
            goes_back=draw(st.booleans()),
            limit_s=draw(st.sampled_from((None, 4, 9))),
            least_s=draw(st.sampled_from((0, 0, 2))),
            condition=draw(conditions(before, 2)),
        )
        pages.append(page)
    return pages


def _random_sets(draw: st.DrawFn, before: Names) -> tuple[PlannedSet, ...]:
    sets: list[PlannedSet] = []
    for number in range(draw(st.sampled_from((2, 1, 2, 1, 0)))):
        earlier = before + _names(0, sets)
        condition, questions = draw(conditions(earlier, 2)), list[PlannedQuestion]()
        for question in range(draw(st.sampled_from((2, 3, 1, 2, 0)))):
            kind = draw(st.sampled_from(sorted(XML_OF_KIND)))
            questions.append(PlannedQuestion(kind, draw(conditions(earlier, 2))))
            if kind in TESTS:
                earlier = [*earlier, (Named(0, number, question), kind)]
        sets.append(PlannedSet(tuple(questions), condition))
    return tuple(sets)


def _names(page: int, sets: "list[PlannedSet] | tuple[PlannedSet, ...]") -> Names:
    return [
        (Named(page, number, index), question.kind)
        for number, each in enumerate(sets)
        for index, question in enumerate(each.questions)
        if question.kind in TESTS
    ]
