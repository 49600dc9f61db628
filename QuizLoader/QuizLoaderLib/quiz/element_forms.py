"""Attributes, text and children of an element, held against the tables of the language."""

from collections.abc import Collection
from itertools import chain
from typing import Any

from .conditions import ConditionError
from .elements import Element
from .language import KEY_ROOT, LANGUAGE, ROOT, ElementRule
from .problems import SURE, NearestNames, Problem, ProblemCode, error, warning
from .results_names import ATTRIBUTES_OF_RESULTS, ELEMENTS_OF_RESULTS
from .values import Kind, shown

UNKNOWN_ELEMENT = ProblemCode(
    "Q110", "An element that the language does not have there is left out (warning)."
)
UNKNOWN_ATTRIBUTE = ProblemCode("Q111", "An attribute that the language does not have is left out (warning).")
STRAY_TEXT = ProblemCode("Q112", "Text where the language has none is left out (warning).")
WRONG_VALUE = ProblemCode("Q113", "A value that the attribute or element does not take.")
RESULTS_IN_QUIZ = ProblemCode("Q117", "What belongs to a file of results is left out of a quiz (warning).")
EARLIER_LANGUAGE = ProblemCode(
    "Q118", "Names of the language before version 2 are read as those of today, or left out (warning)."
)
CONDITION_UNREADABLE = ProblemCode("Q810", "ShowIf is a condition as the language has it.")
MISSING_ATTRIBUTE = ProblemCode("Q114", "A required attribute is absent or empty.")
REPEATED_ELEMENT = ProblemCode("Q116", "An element that may occur once occurs again.")

Values = dict[str, Any]
"""By field of the model; a table says of which kind each is."""

# What XML itself and its editors write (where a schema lies).
_XML_PREFIXES = ("xmlns", "xml:", "xsi:")
_OF_RESULTS_FILES = {*ELEMENTS_OF_RESULTS, *chain.from_iterable(ATTRIBUTES_OF_RESULTS.values())}
"""The names that a copy of a quiz has which holds a reader's results."""
_EARLIER_NAMES: dict[str, dict[str, str]] = {
    "Page": {"Name": "Descriptor"},
    "Image": {
        "Destination": "DefaultDestination",
        "Orientation": "DefaultOrientation",
        "UsePreviousLabelMap": "",
    },
    "QuestionSet": {"title": "Descriptor"},
    "Question": {"title": "Descriptor"},
}
"""By element, what the Image Quizzer called its attributes and children before its version 2, and calls them
since; empty where there is no such thing any more."""


class ElementForms:
    """What is wrong with the form of an element goes to ``problems``; what is right is given."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._nearest = NearestNames()
        self._of_results: dict[str, int] = {}
        self._earlier: dict[str, str] = {}
        self._earlier_line = 0

    def of_the_whole_quiz(self) -> list[Problem]:
        """What is told once, at the first line that has it."""
        problems = []
        if self._of_results:
            name, line = min(self._of_results.items(), key=lambda item: item[1])
            sentence = f"The file has a reader's results in it, as {shown(name)}; all of them are left out."
            hint = "give the quiz that the results are of"
            problems.append(warning(RESULTS_IN_QUIZ, sentence, hint, line=line))
        if self._earlier:
            names = ", ".join(self._earlier)
            read = [f"{name} is read as {today}" for name, today in self._earlier.items() if today]
            gone = [f"{name} is left out" for name, today in self._earlier.items() if not today]
            sentence = f"The quiz has names of the language before version 2: {names}."
            hint = "; ".join(read + gone)
            problems.append(warning(EARLIER_LANGUAGE, sentence, hint, line=self._earlier_line))
        return problems

    def children(self, element: Element) -> list[Element]:
        """The children that belong here, each of those that may occur once only the first time."""
        self.refuse_text(element)
        names = {child.name for child in element.children}
        for child in element.children:
            child.name = self._name_of_today(element, child.name, names, child.line)
        seen: set[str] = set()
        return [child for child in element.children if self.may_be_here(element, child, seen)]

    def may_be_here(self, parent: Element, child: Element, seen: set[str]) -> bool:
        rule = LANGUAGE[parent.name]
        once = rule.children.get(child.name)
        if once is None:
            self._unknown_element(parent, child, rule)
            return False
        if once and child.name in seen:
            sentence = f"{child.name} occurs more than once in {parent.name} of line {parent.line}."
            self.add(error(REPEATED_ELEMENT, sentence, "the first one is read", line=child.line))
            return False
        seen.add(child.name)
        return True

    def attributes(self, element: Element) -> Values:
        rules = LANGUAGE[element.name].attributes
        values: Values = {}
        unusable: set[str] = set()
        for written, text in element.attributes.items():
            name = self._name_of_today(element, written, element.attributes, element.line)
            rule = rules.get(name)
            if rule is None:
                self._unknown_attribute(element, name, text, rules)
                continue
            text = text.strip()
            if not text:
                continue
            try:
                values[rule.field] = rule.kind.read(text)
            except ConditionError as fault:
                sentence = (
                    f"{name} of {element.name} cannot be understood: {fault.sentence} of {shown(text)}."
                )
                self.add(error(CONDITION_UNREADABLE, sentence, fault.hint, line=element.line))
            except (LookupError, ValueError):
                unusable.add(name)
                self.add(self._wrong_value(element, f"{name} of {element.name}", text, rule.kind))
        for name in _REQUIRED[element.name]:
            if rules[name].field not in values and name not in unusable:
                kind = rules[name].kind
                hint = f"allowed: {kind.allowed}" if kind.names else ""
                sentence = f"{element.name} has no {name}."
                self.add(error(MISSING_ATTRIBUTE, sentence, hint, line=element.line))
        return values

    def read_value(self, element: Element, values: Values) -> None:
        """An element that is one value; an empty one is the same as none."""
        rule = LANGUAGE[element.name]
        text = self.text(element)
        if not text or rule.text is None:
            return
        try:
            values[rule.model_field] = rule.text.read(text)
        except (LookupError, ValueError):
            self.add(self._wrong_value(element, element.name, text, rule.text))

    def text(self, element: Element, keep_line_breaks: bool = False) -> str:
        """What it may have of attributes is for ``attributes``."""
        rule = LANGUAGE[element.name]
        for name, text in element.attributes.items() if not rule.attributes else ():
            self._unknown_attribute(element, name, text, ())
        for child in element.children:
            self._unknown_element(element, child, rule)
        text = element.text.strip()
        if "\n" not in text:
            return text
        lines = [line.strip() for line in text.split("\n")]
        return "\n".join(lines) if keep_line_breaks else " ".join(line for line in lines if line)

    def refuse_text(self, element: Element) -> None:
        text = element.text.strip()
        if text:
            sentence = f"{element.name} has text of its own, which is left out: {shown(text)}."
            self.add(warning(STRAY_TEXT, sentence, line=element.line))

    def add(self, problem: Problem) -> None:
        self.problems.append(problem)

    def locate(self, first: int, page: int = 0, image: str = "", view: str = "") -> None:
        """Say where they are of the problems from the ``first`` on."""
        found = self.problems[first:]
        self.problems[first:] = [problem.at(page=page, image=image, view=view) for problem in found]

    def _name_of_today(self, element: Element, name: str, siblings: Collection[str], line: int) -> str:
        """The name as it is in the language now; one beside which its new name stands too is left out."""
        today = _EARLIER_NAMES.get(element.name, {}).get(name)
        if today is None:
            return name
        if today in siblings:
            today = ""
        self._earlier.setdefault(name, today)
        self._earlier_line = self._earlier_line or line
        return today

    def _unknown_element(self, parent: Element, child: Element, rule: ElementRule) -> None:
        if self._is_told_once(child.name, child.line):
            return
        sentence = f"{parent.name} has no element {shown(child.name)}; it is left out with everything in it."
        hint = self._hint_of_element(parent, child, rule)
        self.add(warning(UNKNOWN_ELEMENT, sentence, hint, line=child.line))

    def _hint_of_element(self, parent: Element, child: Element, rule: ElementRule) -> str:
        if child.name in rule.attributes:
            return f"write it as an attribute of {parent.name}"
        if child.name not in LANGUAGE:
            return self._known_hint(child.name, rule.children)
        belongs = [name for name, other in LANGUAGE.items() if child.name in other.children]
        return f"it belongs in {belongs[0]}" if belongs else _ROOTS[child.name]

    def _unknown_attribute(self, element: Element, name: str, value: str, known: Collection[str]) -> None:
        if name.startswith(_XML_PREFIXES) or self._is_told_once(name, element.line):
            return
        if name in LANGUAGE[element.name].children:
            hint = f"write it as an element in {element.name}"
        elif name in _OWNERS:
            hint = f"it is an attribute of {_OWNERS[name]}"
        else:
            # One of another element may be nearer than what this one has, where that is not surely meant.
            near = self._nearest.find(name, known, SURE) or self._nearest.find(name, _OWNERS)
            elsewhere = f", an attribute of {_OWNERS[near]}" if near and near not in known else ""
            hint = f"did you mean {near}{elsewhere}?" if near else ""
        sentence = (
            f"{element.name} has no attribute {shown(name)}; it is left out with its value {shown(value)}."
        )
        self.add(warning(UNKNOWN_ATTRIBUTE, sentence, hint, line=element.line))

    def _is_told_once(self, name: str, line: int) -> bool:
        """Whether ``of_the_whole_quiz`` tells of a name that is left out; an empty one is an earlier name."""
        if name in _OF_RESULTS_FILES:
            self._of_results.setdefault(name, line)
            return True
        return not name

    def _known_hint(self, name: str, known: Collection[str]) -> str:
        near = self._nearest.find(name, known)
        return f"did you mean {near}?" if near else ""

    def _wrong_value(self, element: Element, subject: str, text: str, kind: Kind) -> Problem:
        near = self._nearest.find(text, kind.names)
        hint = f"did you mean {shown(near)}? " if near else ""
        return error(
            WRONG_VALUE, f"{subject} is {shown(text)}.", f"{hint}allowed: {kind.allowed}", line=element.line
        )


def _owners(attribute: str) -> str:
    return " and ".join(name for name, rule in LANGUAGE.items() if attribute in rule.attributes)


_OWNERS = {attribute: _owners(attribute) for rule in LANGUAGE.values() for attribute in rule.attributes}
"""By attribute, the elements that have it."""

_ROOTS = {ROOT: f"{ROOT} is the root of a quiz", KEY_ROOT: f"{KEY_ROOT} is the root of an answer key"}
_REQUIRED = {
    name: [attribute for attribute, of in rule.attributes.items() if of.required]
    for name, rule in LANGUAGE.items()
}
