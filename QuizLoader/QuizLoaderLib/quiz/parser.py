"""A quiz file becomes a Quiz and the problems met on the way."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from .elements import Element, ProblemError, read_elements
from .image_folder import ImagePathError, relative_path
from .language import LANGUAGE, ROOT, ElementRule
from .model import (
    Image,
    Page,
    Question,
    QuestionSet,
    Quiz,
    RoiVisibility,
    SliceView,
)
from .problems import NearestNames, Problem, ProblemCode, error, nearest, warning
from .question_types import QUESTION_TYPES
from .values import Kind, shown

WRONG_ROOT = ProblemCode("Q106", "The root of a quiz is Session.")
UNKNOWN_ELEMENT = ProblemCode(
    "Q110", "An element that the language does not have at this place is left out (warning)."
)
UNKNOWN_ATTRIBUTE = ProblemCode("Q111", "An attribute that the language does not have is left out (warning).")
STRAY_TEXT = ProblemCode("Q112", "Text where the language has none is left out (warning).")
WRONG_VALUE = ProblemCode("Q113", "A value that the attribute or element does not take.")
MISSING_ATTRIBUTE = ProblemCode("Q114", "A required attribute is absent or empty.")
MISSING_ELEMENT = ProblemCode("Q115", "A required element is absent or empty.")
REPEATED_ELEMENT = ProblemCode("Q116", "An element that may occur once occurs again.")
NO_PAGE = ProblemCode("Q201", "A Session has at least one Page.")
LAYER_OF_TYPE = ProblemCode("Q401", "Layer is one that the Type may take.")
ROIS_MISSING = ProblemCode("Q402", "A Segmentation or RTStruct has one ROIs element.")
ROI_EMPTY = ProblemCode("Q405", "An ROI without a name is left out (warning).")

# What XML itself and its editors write (the place of a schema), and what the original program keeps in
# the copy of a quiz that holds its results.
_XML_PREFIXES = ("xmlns", "xml:", "xsi:")
_OF_RESULTS_FILES = frozenset(
    ("Login", "Response", "State", "LabelMapPath", "MarkupLinePath", "UserName", "PageComplete", "Rep")
)


def read_quiz(path: Path) -> tuple[Quiz | None, list[Problem]]:
    """The quiz in this file and all that is wrong with its form, sorted by line.

    The quiz is None only where the file is no quiz at all: it cannot be opened, is no XML, has a
    DOCTYPE or another root. Never raises for what a file has in it.
    """
    path = Path(path)
    reader = _Reader()
    try:
        root = read_elements(path, reader.read_child_of_session)
    except ProblemError as fault:
        return None, [fault.problem]
    if root.name != ROOT:
        hint = f"write “{ROOT}”" if nearest(root.name, [ROOT]) else f"a quiz begins with <{ROOT}>"
        problem = error(
            WRONG_ROOT, f"The root element {shown(root.name)} is not {ROOT}.", hint, line=root.line
        )
        return None, [problem]
    quiz = reader.read_session(path, root)
    return quiz, sorted(reader.problems, key=lambda problem: problem.line)


class _Reader:
    """Reads element by element; ``problems`` grows."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._nearest = NearestNames()
        self._pages: list[Page] = []
        self._of_session: dict[str, Any] = {}
        self._seen_in_session: set[str] = set()

    def read_child_of_session(self, root: Element, child: Element) -> None:
        if root.name != ROOT or not self._may_be_here(root, child, self._seen_in_session):
            return
        if child.name == "Page":
            self._pages.append(self._page(child, len(self._pages) + 1))
        else:
            self._read_value(child, self._of_session)

    def read_session(self, path: Path, root: Element) -> Quiz:
        self._of_session.update(self._attributes(root))
        self._refuse_text(root)
        if not self._pages:
            self.problems.append(error(NO_PAGE, "The Session has no Page.", line=root.line))
        return Quiz(path=path, line=root.line, pages=tuple(self._pages), **self._of_session)

    def _page(self, element: Element, number: int) -> Page:
        first_problem = len(self.problems)
        values = self._attributes(element)
        images: list[Image] = []
        question_sets: list[QuestionSet] = []
        for child in self._children(element):
            if child.name == "Image":
                image = self._image(child)
                if image is not None:
                    images.append(image)
            else:
                question_sets.append(self._question_set(child))
        for index in range(first_problem, len(self.problems)):
            self.problems[index] = self.problems[index].at(page=number)
        values.setdefault("id", "")
        return Page(
            number=number,
            line=element.line,
            images=tuple(images),
            question_sets=tuple(question_sets),
            **values,
        )

    def _image(self, element: Element) -> Image | None:
        first_problem = len(self.problems)
        values = self._attributes(element)
        children = self._children(element)
        roi_elements = 0
        paths = 0
        for child in children:
            if child.name == "ROIs":
                roi_elements += 1
                values["roi_visibility"] = self._roi_visibility(child)
            elif child.name == "Path":
                paths += 1
                self._read_path(child, values)
            else:
                self._read_value(child, values)
        label = f"Image {shown(values['id'])}" if "id" in values else "An Image"
        if not paths:
            self._add(error(MISSING_ELEMENT, f"{label} has no Path.", line=element.line))
        if "type" in values and values["type"].facts.needs_rois and not roi_elements:
            self._add(
                error(
                    ROIS_MISSING,
                    f"{label} is a {values['type'].value} and has no ROIs.",
                    'write <ROIs ROIVisibilityCode="All"/> to show them all',
                    line=element.line,
                )
            )
        self._settle_layer(element, values)
        if len(self.problems) > first_problem:
            self._place_problems(first_problem, values)
        if "type" not in values or "path" not in values:
            return None
        values.setdefault("id", "")
        return Image(line=element.line, asks_for_orientation="orientation" in values, **values)

    def _read_path(self, element: Element, values: dict[str, Any]) -> None:
        text = self._text(element)
        if not text:
            self._add(error(MISSING_ELEMENT, "The Path is empty.", line=element.line))
            return
        try:
            values["path"] = relative_path(text)
        except ImagePathError as fault:
            self._add(fault.problem.at(line=element.line))

    def _settle_layer(self, element: Element, values: dict[str, Any]) -> None:
        if "type" not in values:
            return
        layers = values["type"].facts.layers
        layer = values.setdefault("layer", layers[0])
        if layer not in layers:
            self._add(
                error(
                    LAYER_OF_TYPE,
                    f"A {values['type'].value} cannot be on the Layer {shown(layer.value)}.",
                    "allowed: " + ", ".join(allowed.value for allowed in layers),
                    line=element.line,
                )
            )
            values["layer"] = layers[0]

    def _place_problems(self, first: int, values: dict[str, Any]) -> None:
        view = values.get("destination", SliceView.RED).value
        image = values.get("id", "")
        for index in range(first, len(self.problems)):
            self.problems[index] = self.problems[index].at(image=image, view=view)

    def _roi_visibility(self, element: Element) -> RoiVisibility | None:
        values = self._attributes(element)
        names: list[str] = []
        for child in self._children(element):
            name = self._text(child)
            if name:
                names.append(name)
            else:
                self._add(warning(ROI_EMPTY, "An ROI without a name is left out.", line=child.line))
        if "code" not in values:
            return None
        return RoiVisibility(values["code"], tuple(names), element.line)

    def _question_set(self, element: Element) -> QuestionSet:
        values = self._attributes(element)
        questions = [self._question(child) for child in self._children(element)]
        return QuestionSet(
            line=element.line, questions=tuple(question for question in questions if question), **values
        )

    def _question(self, element: Element) -> Question | None:
        values = self._attributes(element)
        facts = QUESTION_TYPES[values["type"]] if "type" in values else None
        keep_line_breaks = facts is not None and facts.keeps_line_breaks
        options = tuple(self._text(child, keep_line_breaks) for child in self._children(element))
        if facts is None:
            return None
        return Question(line=element.line, options=options, **values)

    def _children(self, element: Element) -> list[Element]:
        """The children that belong here, each of those that may occur once only the first time."""
        self._refuse_text(element)
        seen: set[str] = set()
        return [child for child in element.children if self._may_be_here(element, child, seen)]

    def _may_be_here(self, parent: Element, child: Element, seen: set[str]) -> bool:
        rule = LANGUAGE[parent.name]
        once = rule.children.get(child.name)
        if once is None:
            self._add(self._unknown_element(parent, child, rule))
            return False
        if once and child.name in seen:
            self._add(
                error(
                    REPEATED_ELEMENT,
                    f"{child.name} occurs more than once in {parent.name} of line {parent.line}.",
                    "the first one is read",
                    line=child.line,
                )
            )
            return False
        seen.add(child.name)
        return True

    def _attributes(self, element: Element) -> dict[str, Any]:
        rules = LANGUAGE[element.name].attributes
        values: dict[str, Any] = {}
        unusable: set[str] = set()
        for name, text in element.attributes.items():
            rule = rules.get(name)
            if rule is None:
                if not name.startswith(_XML_PREFIXES):
                    self._add(self._unknown_attribute(element, name, text, rules))
                continue
            text = text.strip()
            if not text:
                continue
            try:
                values[rule.field] = rule.kind.read(text)
            except (LookupError, ValueError):
                unusable.add(name)
                self._add(
                    error(
                        WRONG_VALUE,
                        f"{name} of {element.name} is {shown(text)}.",
                        self._allowed(text, rule.kind),
                        line=element.line,
                    )
                )
        for name in _REQUIRED[element.name]:
            if rules[name].field not in values and name not in unusable:
                self._add(_missing_attribute(element, name, rules[name].kind))
        return values

    def _read_value(self, element: Element, values: dict[str, Any]) -> None:
        """An element that is one value; an empty one is the same as none."""
        rule = LANGUAGE[element.name]
        text = self._text(element)
        if not text or rule.text is None:
            return
        try:
            values[rule.model_field] = rule.text.read(text)
        except (LookupError, ValueError):
            self._add(
                error(
                    WRONG_VALUE,
                    f"{element.name} is {shown(text)}.",
                    self._allowed(text, rule.text),
                    line=element.line,
                )
            )

    def _text(self, element: Element, keep_line_breaks: bool = False) -> str:
        for name, text in element.attributes.items():
            if not name.startswith(_XML_PREFIXES):
                self._add(self._unknown_attribute(element, name, text, ()))
        for child in element.children:
            self._add(self._unknown_element(element, child, LANGUAGE[element.name]))
        text = element.text.strip()
        if "\n" not in text:
            return text
        lines = [line.strip() for line in text.split("\n")]
        return "\n".join(lines) if keep_line_breaks else " ".join(line for line in lines if line)

    def _refuse_text(self, element: Element) -> None:
        text = element.text
        if text and not text.isspace():
            self._add(
                warning(
                    STRAY_TEXT,
                    f"{element.name} has text of its own, which is left out: {shown(text.strip())}.",
                    line=element.line,
                )
            )

    def _add(self, problem: Problem) -> None:
        self.problems.append(problem)

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

    def _allowed(self, text: str, kind: Kind) -> str:
        near = self._nearest.find(text, kind.names)
        return f"did you mean {shown(near)}? allowed: {kind.allowed}" if near else f"allowed: {kind.allowed}"


_REQUIRED = {
    name: [attribute for attribute, of in rule.attributes.items() if of.required]
    for name, rule in LANGUAGE.items()
}


def _missing_attribute(element: Element, name: str, kind: Kind) -> Problem:
    hint = f"allowed: {kind.allowed}" if kind.names else ""
    return error(MISSING_ATTRIBUTE, f"{element.name} has no {name}.", hint, line=element.line)
