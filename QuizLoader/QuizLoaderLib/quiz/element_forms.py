"""Attributes, text and children of an element, held against the tables of the language."""

from collections.abc import Collection
from typing import Any

from .elements import Element
from .language import LANGUAGE, ElementRule
from .problems import NearestNames, Problem, ProblemCode, error, warning
from .values import Kind, shown

UNKNOWN_ELEMENT = ProblemCode(
    "Q110", "An element that the language does not have there is left out (warning)."
)
UNKNOWN_ATTRIBUTE = ProblemCode("Q111", "An attribute that the language does not have is left out (warning).")
STRAY_TEXT = ProblemCode("Q112", "Text where the language has none is left out (warning).")
WRONG_VALUE = ProblemCode("Q113", "A value that the attribute or element does not take.")
MISSING_ATTRIBUTE = ProblemCode("Q114", "A required attribute is absent or empty.")
REPEATED_ELEMENT = ProblemCode("Q116", "An element that may occur once occurs again.")

Values = dict[str, Any]
"""By field of the model; a table says of which kind each is."""

# What XML itself and its editors write (where a schema lies), and what the original program keeps in
# the copy of a quiz that holds its results.
_XML_PREFIXES = ("xmlns", "xml:", "xsi:")
_OF_RESULTS_FILES = frozenset(
    ("Login", "Response", "State", "LabelMapPath", "MarkupLinePath", "UserName", "PageComplete", "Rep")
)


class ElementForms:
    """What is wrong with the form of an element goes to ``problems``; what is right is given."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._nearest = NearestNames()

    def children(self, element: Element) -> list[Element]:
        """The children that belong here, each of those that may occur once only the first time."""
        self.refuse_text(element)
        seen: set[str] = set()
        return [child for child in element.children if self.may_be_here(element, child, seen)]

    def may_be_here(self, parent: Element, child: Element, seen: set[str]) -> bool:
        rule = LANGUAGE[parent.name]
        once = rule.children.get(child.name)
        if once is None:
            self.add(self._unknown_element(parent, child, rule))
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
        for name, text in element.attributes.items():
            rule = rules.get(name)
            if rule is None:
                if not name.startswith(_XML_PREFIXES):
                    self.add(self._unknown_attribute(element, name, text, rules))
                continue
            text = text.strip()
            if not text:
                continue
            try:
                values[rule.field] = rule.kind.read(text)
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
        for name, text in element.attributes.items():
            if not name.startswith(_XML_PREFIXES):
                self.add(self._unknown_attribute(element, name, text, ()))
        for child in element.children:
            self.add(self._unknown_element(element, child, LANGUAGE[element.name]))
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

    def _unknown_element(self, parent: Element, child: Element, rule: ElementRule) -> Problem:
        hint = self._known_hint(child.name, rule.children)
        if child.name in rule.attributes:
            hint = f"write it as an attribute of {parent.name}"
        elif child.name in LANGUAGE:
            belongs = [name for name, other in LANGUAGE.items() if child.name in other.children]
            hint = f"it belongs in {belongs[0]}" if belongs else f"{child.name} is the root of a quiz"
        return warning(
            UNKNOWN_ELEMENT,
            f"{parent.name} has no element {shown(child.name)}; it is left out with everything in it.",
            hint,
            line=child.line,
        )

    def _unknown_attribute(self, element: Element, name: str, value: str, known: Collection[str]) -> Problem:
        in_element = name in LANGUAGE[element.name].children
        return warning(
            UNKNOWN_ATTRIBUTE,
            f"{element.name} has no attribute {shown(name)}; it is left out with its value {shown(value)}.",
            f"write it as an element in {element.name}" if in_element else self._known_hint(name, known),
            line=element.line,
        )

    def _known_hint(self, name: str, known: Collection[str]) -> str:
        if name in _OF_RESULTS_FILES:
            return "it belongs to a file of results, not to a quiz"
        near = self._nearest.find(name, known)
        return f"did you mean {near}?" if near else ""

    def _wrong_value(self, element: Element, subject: str, text: str, kind: Kind) -> Problem:
        near = self._nearest.find(text, kind.names)
        hint = f"did you mean {shown(near)}? " if near else ""
        return error(
            WRONG_VALUE, f"{subject} is {shown(text)}.", f"{hint}allowed: {kind.allowed}", line=element.line
        )


_REQUIRED = {
    name: [attribute for attribute, of in rule.attributes.items() if of.required]
    for name, rule in LANGUAGE.items()
}
