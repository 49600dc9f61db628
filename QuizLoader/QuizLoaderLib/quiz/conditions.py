"""Conditions of ShowIf: a small grammar, read without ``eval``, and whether a condition holds.

condition   = part ("or" part)*            part  = term ("and" term)*
term        = "not" term | "(" condition ")" | "answered" "(" name ")" | operand relation
relation    = sign operand | "in" "(" constant ("," constant)* ")"
operand     = name | "count" "(" name ")" | constant
constant    = number | 'text'
sign        = "=" | "!=" | "lt" | "le" | "gt" | "ge" | "<" | "<=" | ">" | ">="
name        = id | page/id | [page/id, with blanks and signs]
"""

import math
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from .problems import ExplainedError

DEEPEST = 50
"""How many brackets and ``not`` may stand within each other."""

Constant = str | float
Values = tuple[Constant, ...]
"""The answer to a question: the texts that are chosen, typed or stored, numbers as such; nothing where it is
not answered or not asked."""

_TOKEN = re.compile(
    r"""(?P<plain>
        [+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w/])
        |'(?:[^']|'')*'
        |!=|>=|<=|[=<>(),]
    )
    |(?P<name>\w+(?:/\w+)?)
    |\[(?P<bracketed>[^\[\]]*)\]
    |(?P<other>\S)""",
    re.VERBOSE,
)
_SIGNS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
ORDERS = frozenset(_COMPARE)
_RELATIONS = ("=", "!=", *_COMPARE)


class ConditionError(ExplainedError, ValueError):
    """Why a text is no condition; ``column`` counts its letters from 1."""

    def __init__(self, column: int, sentence: str, hint: str = "") -> None:
        super().__init__(f"{sentence} at letter {column}", hint)
        self.column = column


class Reference(NamedTuple):
    """A question by its ID; without ``page`` one of the same page, and of the same repetition of it."""

    page: str
    id: str

    def __str__(self) -> str:
        return f"{self.page}/{self.id}" if self.page else self.id


@dataclass(frozen=True, eq=False)
class Count:
    """How many texts the answer of a question has: ticked boxes, marks."""

    of: int


Operand = int | Count | Constant
"""A name is its place among the references of its condition, so that conditions which differ in the names
alone have one expression."""
Given = Callable[[int], Values]


@dataclass(frozen=True, eq=False)
class Answered:
    of: int

    def holds(self, given: Given) -> bool:
        return bool(given(self.of))


@dataclass(frozen=True, eq=False)
class Relation:
    """``sign`` is =, !=, lt, le, gt or ge; ``right`` is several constants where the condition says ``in``.

    It is false where a question in it is not answered. Of several texts (ticked boxes, fields) = holds where
    one is equal, != where none is, and an order where one has it.
    """

    left: Operand
    sign: str
    right: tuple[Operand, ...]

    def holds(self, given: Given) -> bool:
        left, right = _values(self.left, given), [each for one in self.right for each in _values(one, given)]
        if not left or not right:
            return False
        if self.sign in ORDERS:
            order = _COMPARE[self.sign]
            return any(order(a, b) for a in map(as_number, left) for b in map(as_number, right))
        return any(equal(a, b) for a in left for b in right) is (self.sign == "=")


@dataclass(frozen=True, eq=False)
class Not:
    of: "Expression"

    def holds(self, given: Given) -> bool:
        return not self.of.holds(given)


@dataclass(frozen=True, eq=False)
class Every:
    of: "tuple[Expression, ...]"

    def holds(self, given: Given) -> bool:
        return all(each.holds(given) for each in self.of)


@dataclass(frozen=True, eq=False)
class Either:
    of: "tuple[Expression, ...]"

    def holds(self, given: Given) -> bool:
        return any(each.holds(given) for each in self.of)


Expression = Answered | Relation | Not | Every | Either


@dataclass(frozen=True, slots=True)
class Condition:
    """What ShowIf says: ``text`` as it is written, ``references`` each once."""

    text: str
    expression: Expression = field(compare=False)
    references: tuple[Reference, ...]

    @property
    def leaves(self) -> "Iterator[Answered | Relation]":
        """What stands between ``and``, ``or`` and ``not``."""
        return _leaves(self.expression)

    def holds(self, given: "Callable[[Reference], Values]") -> bool:
        return self.expression.holds(lambda name: given(self.references[name]))


@lru_cache(maxsize=1024)
def read_condition(text: str) -> Condition:
    """Raises ConditionError."""
    words, references = list[str](), dict[Reference, str]()
    for plain, name, bracketed, other in _TOKEN.findall(text):
        if plain or name in _WORDS or other:
            words.append(plain or name or other)
            continue
        page, slash, id_ = (name or bracketed).rpartition("/")
        reference = Reference(page.strip(), id_.strip())
        is_name = reference.id and (reference.page or not slash)
        words.append(references.setdefault(reference, f"[{len(references)}]") if is_name else _NO_NAME)
    try:
        expression = _expression(tuple(words))
    except ConditionError:
        # What is told of it has the words of the text.
        _Parser(words, text).whole()
        raise
    return Condition(text, expression, tuple(references))


@lru_cache(maxsize=1024)
def _expression(words: tuple[str, ...]) -> Expression:
    """Raises ConditionError."""
    return _Parser(words).whole()


def as_number(value: Constant) -> float:
    """The number that a text is; nan, which has no order, where it is none."""
    try:
        return float(value)
    except ValueError:
        return math.nan


def equal(one: Constant, other: Constant) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    return as_number(one) == as_number(other)


def _values(operand: Operand, given: Given) -> Values:
    if isinstance(operand, int):
        return given(operand)
    if isinstance(operand, Count):
        return (float(len(given(operand.of))),)
    return (operand,)


def _leaves(expression: Expression) -> "Iterator[Answered | Relation]":
    if isinstance(expression, Every | Either):
        for each in expression.of:
            yield from _leaves(each)
    elif isinstance(expression, Not):
        yield from _leaves(expression.of)
    else:
        yield expression


class _Parser:
    """Goes through the words once, from the left; ``word`` is the next one, empty at the end. A name is its
    number in square brackets; the ``text`` is for what is told of a fault."""

    def __init__(self, words: Sequence[str], text: str = "") -> None:
        self._words, self._text = (*words, ""), text
        self._at, self.word = 0, self._words[0]

    def _advance(self) -> None:
        self._at += 1
        self.word = self._words[self._at]

    def fault(self, sentence: str, hint: str = "", at: int | None = None) -> ConditionError:
        token = self._token(self._at if at is None else at)
        start = token.start(token.lastgroup or 0) if token else len(self._text)
        return ConditionError(start + 1, sentence, hint)

    def _token(self, at: int) -> re.Match[str] | None:
        return next(islice(_TOKEN.finditer(self._text), at, None), None)

    def whole(self) -> Expression:
        found = self.condition(0)
        if self.word:
            raise self._unexpected("the end")
        return found

    def condition(self, depth: int) -> Expression:
        parts = [self._part(depth)]
        while self._takes("or"):
            parts.append(self._part(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _part(self, depth: int) -> Expression:
        terms = [self._term(depth)]
        while self._takes("and"):
            terms.append(self._term(depth))
        return terms[0] if len(terms) == 1 else Every(tuple(terms))

    def _term(self, depth: int) -> Expression:
        if depth > DEEPEST:
            raise self.fault(f"More than {DEEPEST} brackets and “not” stand within each other", "write less")
        if self._takes("not"):
            return Not(self._term(depth + 1))
        if self._takes("("):
            inner = self.condition(depth + 1)
            self._expect(")")
            return inner
        if self._takes("answered"):
            return Answered(self._name_in_brackets())
        return self._comparison()

    def _comparison(self) -> Relation:
        start, left = self._at, self._operand()
        sign = _SIGNS.get(self.word, self.word)
        right: tuple[Operand, ...]
        if self._takes("in"):
            right, sign = self._list(), "="
        elif sign in _RELATIONS:
            self._advance()
            right = (self._operand(),)
        elif isinstance(left, int):
            name = self._said(start)
            raise self._unexpected("a comparison", f"write answered({name}) or compare it, as {name} = 'yes'")
        else:
            raise self._unexpected("a comparison")
        if not any(isinstance(each, int | Count) for each in (left, *right)):
            raise self.fault("Two constants are compared", "compare the ID of a question", start)
        return Relation(left, sign, right)

    def _list(self) -> tuple[Operand, ...]:
        self._expect("(")
        found = [self._constant()]
        while self._takes(","):
            found.append(self._constant())
        self._expect(")")
        return tuple(found)

    def _operand(self) -> Operand:
        if self._takes("count"):
            return Count(self._name_in_brackets())
        is_constant = self.word[:1] in _BEGINS_CONSTANT and self.word not in _ALONE
        return self._constant() if is_constant else self._name()

    def _constant(self) -> Constant:
        word = self.word
        if word[:1] not in _BEGINS_CONSTANT or word in _ALONE:
            raise self._unexpected("a number or a text in apostrophes")
        is_text = word[0] == "'"
        if not is_text and not math.isfinite(float(word)):
            raise self.fault(f"“{word}” is too large")
        self._advance()
        return word[1:-1].replace("''", "'") if is_text else float(word)

    def _name_in_brackets(self) -> int:
        self._expect("(")
        name = self._name()
        self._expect(")")
        return name

    def _name(self) -> int:
        if self.word == _NO_NAME:
            sentence = f"“{self._said(self._at)}” is no name"
            raise self.fault(sentence, "write the ID of a page, a slash and an ID")
        if self.word[:1] != "[" or self.word in _ALONE:
            raise self._unexpected("the ID of a question")
        name = int(self.word[1:-1])
        self._advance()
        return name

    def _expect(self, word: str) -> None:
        if not self._takes(word):
            raise self._unexpected(f"“{word}”")

    def _takes(self, word: str) -> bool:
        if self.word != word:
            return False
        self._advance()
        return True

    def _said(self, at: int) -> str:
        token = self._token(at)
        return token[0] if token else ""

    def _unexpected(self, wanted: str, hint: str = "") -> ConditionError:
        token = self._token(self._at)
        if token and token["other"]:
            hint = {
                "'": "a text ends with an apostrophe; one within it is written twice",
                '"': "write texts in apostrophes, as 'left'",
                "[": "a name in brackets ends with ]",
            }.get(token["other"], "write names with blanks or signs in brackets, as [Patient 1/side]")
            return self.fault(f"“{token['other']}” has no meaning", hint)
        found = f"“{token[0]}”" if token else "the end"
        return self.fault(f"There is {found} where {wanted} is expected", hint)


_WORDS = frozenset(("and", "or", "not", "in", "answered", "count", *_COMPARE))
_NO_NAME = "[]"
_BEGINS_CONSTANT = frozenset("'+-.0123456789")
_ALONE = frozenset("'+-.[")
"""These begin a word, and are none."""
