"""A quiz file becomes a Quiz and the problems met on the way."""

from pathlib import Path

from .element_forms import ElementForms, Values
from .elements import Element, ProblemError, read_elements
from .image_folder import ImagePathError, relative_path
from .language import ROOT
from .model import Image, Page, Question, QuestionSet, Quiz, RoiVisibility, SliceView
from .problems import Problem, ProblemCode, error, nearest, warning
from .question_types import QUESTION_TYPES
from .values import shown

WRONG_ROOT = ProblemCode("Q106", "The root of a quiz is Session.")
MISSING_ELEMENT = ProblemCode("Q115", "A required element is absent or empty.")
NO_PAGE = ProblemCode("Q201", "A Session has at least one Page.")
EMPTY_QUESTION_SET = ProblemCode("Q309", "A QuestionSet has a Question (warning).")
LAYER_OF_TYPE = ProblemCode("Q401", "Layer is one that the Type may take.")
ROIS_MISSING = ProblemCode("Q402", "A Segmentation or RTStruct has one ROIs element.")
ROI_EMPTY = ProblemCode("Q405", "An ROI without a name is left out (warning).")


def read_quiz(path: Path) -> tuple[Quiz | None, list[Problem]]:
    """The quiz in this file and all that is wrong with its form, sorted by line.

    The quiz is None only where the file is no quiz at all: it cannot be opened, is no XML, has a
    DOCTYPE or another root. Never raises for what a file has in it.
    """
    path = Path(path)
    parser = _QuizParser()
    try:
        root = read_elements(path, parser.read_child_of_session)
    except ProblemError as fault:
        return None, [fault.problem]
    if root.name != ROOT:
        hint = f"write “{ROOT}”" if nearest(root.name, [ROOT]) else f"a quiz begins with <{ROOT}>"
        problem = error(
            WRONG_ROOT, f"The root element {shown(root.name)} is not {ROOT}.", hint, line=root.line
        )
        return None, [problem]
    quiz = parser.read_session(path, root)
    return quiz, sorted(parser.problems, key=lambda problem: problem.line)


class _QuizParser:
    """Makes the values of the model, element by element."""

    def __init__(self) -> None:
        self._forms = ElementForms()
        self._pages: list[Page] = []
        self._of_session: Values = {}
        self._seen_in_session: set[str] = set()

    @property
    def problems(self) -> list[Problem]:
        return self._forms.problems + self._forms.of_the_whole_quiz()

    def read_child_of_session(self, root: Element, child: Element) -> None:
        if root.name != ROOT or not self._forms.may_be_here(root, child, self._seen_in_session):
            return
        if child.name == "Page":
            self._pages.append(self._page(child, len(self._pages) + 1))
        else:
            self._forms.read_value(child, self._of_session)

    def read_session(self, path: Path, root: Element) -> Quiz:
        self._of_session.update(self._forms.attributes(root))
        self._forms.refuse_text(root)
        if not self._pages:
            self._forms.problems.append(error(NO_PAGE, "The Session has no Page.", line=root.line))
        return Quiz(path=path, line=root.line, pages=tuple(self._pages), **self._of_session)

    def _page(self, element: Element, number: int) -> Page:
        first_problem = len(self._forms.problems)
        values = self._forms.attributes(element)
        images: list[Image] = []
        question_sets: list[QuestionSet] = []
        for child in self._forms.children(element):
            if child.name == "Image":
                image = self._image(child)
                if image is not None:
                    images.append(image)
            else:
                question_sets.append(self._question_set(child))
        self._forms.locate(first_problem, page=number)
        values.setdefault("id", "")
        return Page(
            number=number,
            line=element.line,
            images=tuple(images),
            question_sets=tuple(question_sets),
            **values,
        )

    def _image(self, element: Element) -> Image | None:
        first_problem = len(self._forms.problems)
        values = self._forms.attributes(element)
        children = self._forms.children(element)
        names = [child.name for child in children]
        for child in children:
            if child.name == "ROIs":
                values["roi_visibility"] = self._roi_visibility(child)
            elif child.name == "Path":
                self._read_path(child, values)
            else:
                self._forms.read_value(child, values)
        label = f"Image {shown(values['id'])}" if "id" in values else "An Image"
        if "Path" not in names:
            self._forms.add(error(MISSING_ELEMENT, f"{label} has no Path.", line=element.line))
        if "type" in values and values["type"].facts.needs_rois and "ROIs" not in names:
            self._forms.add(
                error(
                    ROIS_MISSING,
                    f"{label} is a {values['type'].value} and has no ROIs.",
                    'write <ROIs ROIVisibilityCode="All"/> to show them all',
                    line=element.line,
                )
            )
        self._settle_layer(element, values)
        view = values.get("destination", SliceView.RED).value
        self._forms.locate(first_problem, image=values.get("id", ""), view=view)
        if "type" not in values or "path" not in values:
            return None
        values.setdefault("id", "")
        return Image(line=element.line, asks_for_orientation="orientation" in values, **values)

    def _read_path(self, element: Element, values: Values) -> None:
        text = self._forms.text(element)
        if not text:
            self._forms.add(error(MISSING_ELEMENT, "The Path is empty.", line=element.line))
            return
        try:
            values["path"] = relative_path(text)
        except ImagePathError as fault:
            self._forms.add(fault.problem.at(line=element.line))

    def _settle_layer(self, element: Element, values: Values) -> None:
        if "type" not in values:
            return
        layers = values["type"].facts.layers
        layer = values.setdefault("layer", layers[0])
        if layer not in layers:
            self._forms.add(
                error(
                    LAYER_OF_TYPE,
                    f"A {values['type'].value} cannot be on the Layer {shown(layer.value)}.",
                    "allowed: " + ", ".join(allowed.value for allowed in layers),
                    line=element.line,
                )
            )
            values["layer"] = layers[0]

    def _roi_visibility(self, element: Element) -> RoiVisibility | None:
        values = self._forms.attributes(element)
        names: list[str] = []
        for child in self._forms.children(element):
            if name := self._forms.text(child):
                names.append(name)
            else:
                self._forms.add(warning(ROI_EMPTY, "An ROI without a name is left out.", line=child.line))
        if "code" not in values:
            return None
        return RoiVisibility(values["code"], tuple(names), element.line)

    def _question_set(self, element: Element) -> QuestionSet:
        values = self._forms.attributes(element)
        questions = [self._question(child) for child in self._forms.children(element)]
        if not questions:
            sentence = "A QuestionSet has no Question, so the reader sees an empty step."
            hint = "delete it, or write a Question"
            self._forms.add(warning(EMPTY_QUESTION_SET, sentence, hint, line=element.line))
        return QuestionSet(
            line=element.line, questions=tuple(question for question in questions if question), **values
        )

    def _question(self, element: Element) -> Question | None:
        values = self._forms.attributes(element)
        facts = QUESTION_TYPES[values["type"]] if "type" in values else None
        keep_line_breaks = facts is not None and facts.keeps_line_breaks
        texts: dict[str, list[str]] = {"Option": [], "Row": []}
        for child in self._forms.children(element):
            texts[child.name].append(self._forms.text(child, keep_line_breaks))
        if facts is None:
            return None
        if facts.limits:
            values.setdefault("minimum", facts.limits[0])
            values.setdefault("maximum", facts.limits[1])
        options, rows = tuple(texts["Option"]), tuple(texts["Row"])
        return Question(line=element.line, options=options, rows=rows, **values)
