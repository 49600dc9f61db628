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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from .problems import ExplainedError

DEEPEST = 50
"""How many brackets and ``not`` may stand within each other."""

Constant = str | float
Values = tuple[Constant, ...]
"""The answer to a question: the texts that are chosen, typed or stored, numbers as such; nothing where it is
not answered or not asked."""

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?![\w/])
    |(?P<name>\w+(?:/\w+)?)
    |(?P<text>'(?:[^']|'')*')
    |\[(?P<bracketed>[^\[\]]*)\]
    |(?P<sign>!=|>=|<=|[=<>(),])
    |(?P<end>$))""",
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


@dataclass(frozen=True)
class Reference:
    """A question by its ID; without ``page`` one of the same page, and of the same repetition of it."""

    page: str
    id: str

    def __str__(self) -> str:
        return f"{self.page}/{self.id}" if self.page else self.id


@dataclass(frozen=True)
class Count:
    """How many texts the answer of a question has: ticked boxes, marks."""

    of: Reference


Operand = Reference | Count | Constant
Given = Callable[[Reference], Values]


@dataclass(frozen=True)
class Answered:
    of: Reference

    def holds(self, given: Given) -> bool:
        return bool(given(self.of))


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Not:
    of: "Expression"

    def holds(self, given: Given) -> bool:
        return not self.of.holds(given)


@dataclass(frozen=True)
class Every:
    of: "tuple[Expression, ...]"

    def holds(self, given: Given) -> bool:
        return all(each.holds(given) for each in self.of)


@dataclass(frozen=True)
class Either:
    of: "tuple[Expression, ...]"

    def holds(self, given: Given) -> bool:
        return any(each.holds(given) for each in self.of)


Expression = Answered | Relation | Not | Every | Either


@dataclass(frozen=True)
class Condition:
    """What ShowIf says: ``text`` as it is written, ``references`` each once."""

    text: str
    expression: Expression
    references: tuple[Reference, ...]

    @property
    def leaves(self) -> "Iterator[Answered | Relation]":
        """What stands between ``and``, ``or`` and ``not``."""
        return _leaves(self.expression)


@lru_cache(maxsize=1024)
def read_condition(text: str) -> Condition:
    """Raises ConditionError."""
    parser = _Parser(text)
    expression = parser.condition(0)
    parser.expect("end", "")
    return Condition(text, expression, tuple(parser.references))


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
    if isinstance(operand, Reference):
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
    """Goes through the tokens once, from the left; ``kind`` and ``word`` are those of the next one."""

    def __init__(self, text: str) -> None:
        self._text, self._end = text, 0
        self.references: dict[Reference, None] = {}
        self._advance()

    def _advance(self) -> None:
        found = _TOKEN.match(self._text, self._end)
        if found is None:
            blank = len(self._text[self._end :]) - len(self._text[self._end :].lstrip())
            self._start = self._end + blank
            letter = self._text[self._start]
            hint = {
                "'": "a text ends with an apostrophe; one within it is written twice",
                '"': "write texts in apostrophes, as 'left'",
                "[": "a name in brackets ends with ]",
            }.get(letter, "write names with blanks or signs in brackets, as [Patient 1/side]")
            raise self.fault(f"“{letter}” has no meaning", hint)
        self.kind = found.lastgroup or ""
        self.word = found[self.kind]
        self._start, self._end = found.start(self.kind), found.end()

    def fault(self, sentence: str, hint: str = "") -> ConditionError:
        return ConditionError(self._start + 1, sentence, hint)

    def expect(self, kind: str, word: str) -> None:
        if self.kind != kind or (word and self.word != word):
            raise self._unexpected(f"“{word}”" if word else "the end")
        if kind != "end":
            self._advance()

    def condition(self, depth: int) -> Expression:
        parts = [self._part(depth)]
        while self._takes("name", "or"):
            parts.append(self._part(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _part(self, depth: int) -> Expression:
        terms = [self._term(depth)]
        while self._takes("name", "and"):
            terms.append(self._term(depth))
        return terms[0] if len(terms) == 1 else Every(tuple(terms))

    def _term(self, depth: int) -> Expression:
        if depth > DEEPEST:
            raise self.fault(f"More than {DEEPEST} brackets and “not” stand within each other", "write less")
        if self._takes("name", "not"):
            return Not(self._term(depth + 1))
        if self._takes("sign", "("):
            inner = self.condition(depth + 1)
            self.expect("sign", ")")
            return inner
        if self._takes("name", "answered"):
            return Answered(self._name_in_brackets())
        return self._comparison()

    def _comparison(self) -> Relation:
        start, left = self._start, self._operand()
        word = _SIGNS.get(self.word, self.word) if self.kind in ("sign", "name") else ""
        if self._takes("name", "in"):
            right, sign = self._list(), "="
        elif word in _RELATIONS:
            self._advance()
            right, sign = (self._operand(),), word
        elif isinstance(left, Reference):
            raise self._unexpected("a comparison", f"write answered({left}) or compare it, as {left} = 'yes'")
        else:
            raise self._unexpected("a comparison")
        if not any(isinstance(each, Reference | Count) for each in (left, *right)):
            raise ConditionError(start + 1, "Two constants are compared", "compare the ID of a question")
        return Relation(left, sign, right)

    def _list(self) -> tuple[Operand, ...]:
        self.expect("sign", "(")
        found = [self._constant()]
        while self._takes("sign", ","):
            found.append(self._constant())
        self.expect("sign", ")")
        return tuple(found)

    def _operand(self) -> Operand:
        if self.kind in ("number", "text"):
            return self._constant()
        if self._takes("name", "count"):
            return Count(self._name_in_brackets())
        return self._name()

    def _constant(self) -> Constant:
        kind, word = self.kind, self.word
        if kind not in ("number", "text"):
            raise self._unexpected("a number or a text in apostrophes")
        if kind == "number" and not math.isfinite(float(word)):
            raise self.fault(f"“{word}” is too large")
        self._advance()
        return float(word) if kind == "number" else word[1:-1].replace("''", "'")

    def _name_in_brackets(self) -> Reference:
        self.expect("sign", "(")
        name = self._name()
        self.expect("sign", ")")
        return name

    def _name(self) -> Reference:
        if self.kind not in ("name", "bracketed") or (self.kind == "name" and self.word in _WORDS):
            raise self._unexpected("the ID of a question")
        page, slash, id_ = self.word.rpartition("/")
        name = Reference(page.strip(), id_.strip())
        if not name.id or (slash and not name.page):
            raise self.fault(f"“[{self.word}]” is no name", "write the ID of a page, a slash and an ID")
        self._advance()
        self.references[name] = None
        return name

    def _takes(self, kind: str, word: str) -> bool:
        if self.kind != kind or self.word != word:
            return False
        self._advance()
        return True

    def _unexpected(self, wanted: str, hint: str = "") -> ConditionError:
        found = "the end" if self.kind == "end" else f"“{self.word}”"
        return self.fault(f"There is {found} where {wanted} is expected", hint)


_WORDS = frozenset(("and", "or", "not", "in", "answered", "count", *_COMPARE))
