"""Right answers are taken out of a quiz into an answer key, and put back; all else of it stays as it is."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from ..quiz import right_answer_rules
from ..quiz.answer_key import AnswerKey, load_answer_key, scored_questions, with_right_answers
from ..quiz.drawing_keys import DrawingKey, LesionKey, Measure
from ..quiz.feedback import Explanation
from ..quiz.language import KEY_ROOT, LANGUAGE
from ..quiz.model import Page, Question, Quiz
from ..quiz.parser import read_quiz
from ..quiz.problems import ExplainedError, ProblemError, has_errors
from .document import QuizDocument, SourceNode, load_document
from .tidy import INDENT

_KEY_ATTRIBUTES = {
    element: [name for name, attribute in rule.attributes.items() if attribute.is_of_key]
    for element, rule in LANGUAGE.items()
}
_KEY_ELEMENTS = {element for element, rule in LANGUAGE.items() if rule.is_of_key}
_DEFAULTS = {field.name: field.default for field in fields(Question)}
_KEY_DEFAULTS = {
    kind: {field.name: field.default for field in fields(kind)} for kind in (DrawingKey, LesionKey)
}


def split_quiz(path: Path) -> tuple[bytes, bytes]:
    """The quiz without anything of its key, and the answer key, as files have them.

    Raises ExplainedError where the quiz has no right answers, or an Explanation or Key that belongs to
    nothing that is scored, and ProblemError where it has errors.
    """
    quiz = _without_errors(path)
    if AnswerKey(quiz).is_empty:
        raise ExplainedError(f"“{path}” has no right answers.", 'write Correct="Y" on an Option, or Answer')
    if unused := next(right_answer_rules.unused(quiz), None):
        # It would be in neither file; and left in the quiz it might tell readers.
        raise ExplainedError(unused.sentence, unused.hint)
    document = load_document(path)
    for node in document.root.walk():
        if node.is_element and node.name in _KEY_ELEMENTS:
            document.remove(node)
            continue
        for name in _KEY_ATTRIBUTES.get(node.name, ()) if node.is_element else ():
            document.set_attribute(node, name, None)
    return document.data, _key_file(quiz)


def join_quiz(path: Path, key_path: Path) -> bytes:
    """The quiz with the right answers of the key.

    Raises ExplainedError where the quiz has right answers of its own, and ProblemError where one of the two
    has errors, or where they do not fit.
    """
    quiz = _without_errors(path)
    if not AnswerKey(quiz).is_empty:
        raise ExplainedError(f"“{path}” has right answers already.", "take them out by quizloader key split")
    answered, problems = with_right_answers(quiz, load_answer_key(key_path))
    if problems:
        raise ProblemError(*problems)
    document = load_document(path)
    for node, question, before in zip(
        _question_nodes(document), _questions(answered), _questions(quiz), strict=True
    ):
        if question is not before:
            _write_answer(document, node, question)
            document.append(node, *map(_written, _elements(question)))
    pages = [node for node in document.root.elements if node.name == "Page"]
    for node, page in zip(pages, answered.pages, strict=True):
        if page.explanation:
            document.append(node, _written(_explanation_element(page.explanation)))
        images = [child for child in node.elements if child.name == "Image"]
        written = (image for image in page.images if not image.is_another_plane)
        for child, image in zip(images, written, strict=True):
            document.append(child, *(_written(_key_element(key)) for key in image.keys))
    return document.data


def _without_errors(path: Path) -> Quiz:
    quiz, problems = read_quiz(path)
    if quiz is None or has_errors(problems):
        raise ProblemError(*problems)
    return quiz


def _questions(quiz: Quiz) -> list[Question]:
    return [question for page in quiz.pages for question in page.questions]


def _question_nodes(document: QuizDocument) -> Iterator[SourceNode]:
    """In the order of the model, which has all of them where the quiz has no errors."""
    nodes = [document.root]
    for name in ("Page", "QuestionSet", "Question"):
        nodes = [child for node in nodes for child in node.elements if child.name == name]
    return iter(nodes)


def _write_answer(document: QuizDocument, node: SourceNode, question: Question) -> None:
    for name, value in _attributes(question):
        document.set_attribute(node, name, value)
    for name, texts in _correct(question).items():
        children = [child for child in node.elements if child.name == name]
        for child, text in zip(children, texts, strict=True):
            if text:
                document.set_attribute(child, "Correct", text)


def _elements(question: Question) -> Iterator[ElementTree.Element]:
    """Those of the key, behind all others of the question."""
    yield from map(_key_element, question.keys)
    if question.explanation:
        yield _explanation_element(question.explanation)


def _written(element: ElementTree.Element) -> str:
    return ElementTree.tostring(element, encoding="unicode")


def _key_element(key: DrawingKey | LesionKey) -> ElementTree.Element:
    written: dict[str, str] = {}
    defaults = _KEY_DEFAULTS[type(key)]
    for name, rule in LANGUAGE["Key"].attributes.items():
        value = getattr(key, rule.field, None)
        if value is None or value == defaults[rule.field]:
            continue
        text = "Y" if value is True else value.value if isinstance(value, Measure) else value
        written[name] = text if isinstance(text, str) else f"{text:.15g}"
    return ElementTree.Element("Key", written)


def _explanation_element(explanation: Explanation) -> ElementTree.Element:
    text_format = explanation.text_format and explanation.text_format.value
    written = {"Picture": explanation.picture, "Format": text_format}
    element = ElementTree.Element("Explanation", {name: text for name, text in written.items() if text})
    element.text = explanation.text
    return element


def _key_file(quiz: Quiz) -> bytes:
    root = ElementTree.Element(KEY_ROOT)
    for page in quiz.pages:
        if page.enable_segment_editor or scored_questions(page):
            _add_page(root, page, scored_questions(page))
    ElementTree.indent(root, INDENT)
    return ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"


def _add_page(root: ElementTree.Element, page: Page, questions: list[Question]) -> None:
    names = {"ID": page.id, "Descriptor": page.descriptor}
    names |= {"EnableSegmentEditor": "Y"} if page.enable_segment_editor else {}
    element = ElementTree.SubElement(root, "Page", {name: text for name, text in names.items() if text})
    for image in {each.id: each for each in reversed(page.images) if each.keys}.values():
        of_image = ElementTree.SubElement(element, "Image", {"ID": image.id, "Type": image.type.value})
        ElementTree.SubElement(of_image, "Path").text = image.path
        of_image.extend(map(_key_element, image.keys))
    together = ElementTree.SubElement(element, "QuestionSet") if questions else element
    for question in questions:
        names = {"Type": question.type.value, "ID": question.id, "Descriptor": question.descriptor}
        names |= dict(_attributes(question))
        of_key = ElementTree.SubElement(
            together, "Question", {name: text for name, text in names.items() if text}
        )
        labels = {"Option": question.options, "Row": question.rows}
        for name, correct in _correct(question).items():
            for label, text in zip(labels[name], correct, strict=True):
                child = ElementTree.SubElement(of_key, name, {"Correct": text} if text else {})
                child.text = label
        of_key.extend(_elements(question))
    if page.explanation:
        element.append(_explanation_element(page.explanation))


def _attributes(question: Question) -> Iterator[tuple[str, str]]:
    """Those of the key that are not as they are where nothing is written."""
    for name in _KEY_ATTRIBUTES["Question"]:
        field = LANGUAGE["Question"].attributes[name].field
        value = getattr(question, field)
        if value != _DEFAULTS[field]:
            yield name, value if isinstance(value, str) else f"{value:.15g}"


def _correct(question: Question) -> dict[str, list[str]]:
    """By element, what Correct is on each, empty where it is left out."""
    return {
        "Row": list(question.correct_rows),
        "Option": ["Y" if is_correct else "" for is_correct in question.correct_options],
    }
