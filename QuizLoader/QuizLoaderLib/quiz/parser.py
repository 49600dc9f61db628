"""A quiz file becomes a Quiz and the problems met on the way."""

from dataclasses import replace
from pathlib import Path

from .drawing_keys import DrawingKey, LesionKey
from .element_forms import ElementForms, Values
from .elements import Element, ProblemError, read_elements
from .feedback import Explanation
from .image_folder import ImagePathError, relative_path
from .isodoses import Isodose
from .key_elements import drawing_key, lesion_key
from .language import KEY_ROOT, ROOT
from .model import (
    Image,
    Page,
    Question,
    QuestionSet,
    Quiz,
    RoiVisibility,
    SliceView,
)
from .problems import Problem, ProblemCode, error, nearest, warning
from .question_types import QUESTION_TYPES
from .sides import with_tied_options
from .values import shown
from .windows import WindowLevel, WindowPreset

WRONG_ROOT = ProblemCode("Q106", "The root of a quiz is Session, that of an answer key AnswerKey.")
MISSING_ELEMENT = ProblemCode("Q115", "A required element is absent or empty.")
NO_PAGE = ProblemCode("Q201", "A Session has at least one Page.")
EMPTY_QUESTION_SET = ProblemCode("Q309", "A QuestionSet has a Question (warning).")
LAYER_OF_TYPE = ProblemCode("Q401", "Layer is one that the Type may take.")
ROIS_MISSING = ProblemCode("Q402", "A Segmentation or RTStruct has one ROIs element.")
PLANES_AND_VIEW = ProblemCode("Q416", "Planes stands in place of DefaultDestination and DefaultOrientation.")
ROI_EMPTY = ProblemCode("Q405", "An ROI without a name is left out (warning).")


def read_quiz(path: Path) -> tuple[Quiz | None, list[Problem]]:
    """The quiz in this file and all that is wrong with its form, sorted by line.

    The quiz is None only where the file is no quiz at all: it cannot be opened, is no XML, has a
    DOCTYPE or another root. Never raises for what a file has in it.
    """
    return _read(Path(path), (ROOT,))


def read_key_file(path: Path) -> tuple[Quiz | None, list[Problem]]:
    """The same for a file of right answers: an answer key, or a quiz that has them itself."""
    return _read(Path(path), (KEY_ROOT, ROOT))


def _read(path: Path, roots: tuple[str, ...]) -> tuple[Quiz | None, list[Problem]]:
    parser = _QuizParser(roots)
    try:
        root = read_elements(path, parser.read_child_of_session)
    except ProblemError as fault:
        return None, [fault.problem]
    if root.name not in roots:
        return None, [_wrong_root(root, roots[0])]
    quiz = parser.read_session(path, root)
    return quiz, sorted(parser.problems, key=lambda problem: problem.line)


def _wrong_root(root: Element, wanted: str) -> Problem:
    if root.name == KEY_ROOT:
        hint = "this is the answer key of a quiz, not the quiz"
    elif nearest(root.name, [wanted]):
        hint = f"write “{wanted}”"
    else:
        hint = f"a quiz begins with <{ROOT}>" if wanted == ROOT else f"an answer key begins with <{KEY_ROOT}>"
    sentence = f"The root element {shown(root.name)} is not {wanted}."
    return error(WRONG_ROOT, sentence, hint, line=root.line)


class _QuizParser:
    """Makes the values of the model, element by element."""

    def __init__(self, roots: tuple[str, ...]) -> None:
        self._roots = roots
        self._forms = ElementForms()
        self._pages: list[Page] = []
        self._presets: list[WindowPreset] = []
        self._of_session: Values = {}
        self._seen_in_session: set[str] = set()

    @property
    def problems(self) -> list[Problem]:
        return self._forms.problems + self._forms.of_the_whole_quiz()

    def read_child_of_session(self, root: Element, child: Element) -> None:
        if root.name not in self._roots or not self._forms.may_be_here(root, child, self._seen_in_session):
            return
        if child.name == "Page":
            self._pages.append(self._page(child, len(self._pages) + 1))
        elif child.name == "WindowPreset":
            self._read_preset(child)
        else:
            self._forms.read_value(child, self._of_session)

    def read_session(self, path: Path, root: Element) -> Quiz:
        self._of_session.update(self._forms.attributes(root))
        self._forms.refuse_text(root)
        if not self._pages:
            self._forms.problems.append(error(NO_PAGE, f"The {root.name} has no Page.", line=root.line))
        return Quiz(
            path=path,
            line=root.line,
            pages=tuple(self._pages),
            window_presets=tuple(self._presets),
            **self._of_session,
        )

    def _read_preset(self, element: Element) -> None:
        values = self._forms.attributes(element)
        self._forms.children(element)
        if values.keys() >= {"name", "window", "level"}:
            look = WindowLevel(values["window"], values["level"])
            self._presets.append(WindowPreset(values["name"], look, element.line))

    def _page(self, element: Element, number: int) -> Page:
        first_problem = len(self._forms.problems)
        values = self._forms.attributes(element)
        images: list[Image] = []
        question_sets: list[QuestionSet] = []
        for child in self._forms.children(element):
            if child.name == "Image":
                images += self._images(child)
            elif child.name == "Explanation":
                values["explanation"] = self._explanation(child)
            else:
                question_sets.append(self._question_set(child))
        self._forms.locate(first_problem, page=number)
        values.setdefault("id", "")
        page = Page(
            number=number,
            line=element.line,
            images=tuple(images),
            question_sets=tuple(question_sets),
            **values,
        )
        return with_tied_options(page)

    def _images(self, element: Element) -> list[Image]:
        """One for each of its planes; none where it cannot be understood."""
        first_problem = len(self._forms.problems)
        values = self._forms.attributes(element)
        children = self._forms.children(element)
        names = [child.name for child in children]
        keys: list[DrawingKey | None] = []
        isodoses: list[Isodose] = []
        for child in children:
            if child.name == "ROIs":
                values["roi_visibility"] = self._roi_visibility(child)
            elif child.name == "Key":
                keys.append(drawing_key(self._forms, child))
            elif child.name == "Isodose":
                isodoses += self._isodoses(child)
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
            return []
        values.setdefault("id", "")
        values["keys"], values["isodoses"] = tuple(key for key in keys if key), tuple(isodoses)
        planes = values.get("planes", ())
        if not planes:
            return [Image(line=element.line, asks_for_orientation="orientation" in values, **values)]
        return self._in_planes(element, Image(line=element.line, asks_for_orientation=True, **values))

    def _in_planes(self, element: Element, image: Image) -> list[Image]:
        names = [name for name in ("DefaultDestination", "DefaultOrientation") if name in element.names]
        if names:
            sentence = f"Image {shown(image.id)} has Planes and {' and '.join(names)}."
            hint = "Planes puts the image on Red, Green and Yellow"
            self._forms.add(error(PLANES_AND_VIEW, sentence, hint, line=element.line))
        places = zip((SliceView.RED, SliceView.GREEN, SliceView.YELLOW), image.planes, strict=True)
        return [replace(image, destination=view, orientation=plane) for view, plane in places]

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

    def _isodoses(self, element: Element) -> list[Isodose]:
        """None where it cannot be understood."""
        values = self._forms.attributes(element)
        self._forms.children(element)
        return [Isodose(line=element.line, **values)] if "level" in values else []

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
        form: list[Question | None] = []
        keys: list[LesionKey | None] = []
        texts: dict[str, list[str]] = {"Option": [], "Row": []}
        written: dict[str, list[Values]] = {"Option": [], "Row": []}
        for child in self._forms.children(element):
            if child.name == "Explanation":
                values["explanation"] = self._explanation(child)
                continue
            if child.name == "Question":
                form.append(self._question(child))
                continue
            if child.name == "Key":
                keys.append(lesion_key(self._forms, child))
                continue
            texts[child.name].append(self._forms.text(child, keep_line_breaks))
            written[child.name].append(self._forms.attributes(child))
        if facts is None:
            return None
        options, rows = written["Option"], written["Row"]
        if facts.limits:
            values.setdefault("minimum", facts.limits[0])
            values.setdefault("maximum", facts.limits[1])
        return Question(
            line=element.line,
            options=tuple(texts["Option"]),
            rows=tuple(texts["Row"]),
            fixed=tuple(each.get("fixed", False) for each in (rows if facts.field == "Row" else options)),
            option_views=tuple(each.get("view") for each in options),
            correct_options=tuple(each.get("correct", False) for each in options),
            correct_rows=tuple(each.get("correct", "") for each in rows),
            questions=tuple(question for question in form if question),
            keys=tuple(key for key in keys if key),
            **values,
        )

    def _explanation(self, element: Element) -> Explanation | None:
        text = self._forms.text(element, keep_line_breaks=True)
        explanation = Explanation(text, **self._forms.attributes(element))
        return explanation if explanation.text or explanation.picture else None
