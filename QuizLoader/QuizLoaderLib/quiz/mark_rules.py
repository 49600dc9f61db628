"""Rules about Mark questions: their image is on the page, and their form can be filled in for each mark."""

from collections import Counter
from collections.abc import Iterator

from .model import Layer, Page, Question
from .problems import Problem, ProblemCode, error, nearest, warning
from .question_rules import ON_WRONG_TYPE
from .question_types import Takes
from .right_answer_rules import has_right_answer
from .values import shown

IMAGE_OF_MARK = ProblemCode("Q840", "Image of a Mark is the ID of an image of its page that is marked on.")
NOT_IN_FORM = ProblemCode(
    "Q841", "The form of a mark has any questions but Mark and Button, and nothing that is drawn."
)
CONDITION_IN_FORM = ProblemCode("Q842", "A question in the form of a mark has no ShowIf.")
ANSWER_IN_FORM = ProblemCode("Q843", "A question in the form of a mark has no right answer.")
RATING = ProblemCode(
    "Q844", "Rating of a Mark is the ID of a question of its form that has a number or an order."
)
NAMES_ALIKE = ProblemCode("Q845", "The questions in the form of a mark have different names.")
NOTHING_TO_MARK = ProblemCode("Q846", "A page with a Mark question has an image to mark on.")


def marks(page: Page) -> Iterator[Problem]:
    for question in page.questions:
        if question.facts.takes is Takes.MARKS:
            found = [*_options(question), *_image(page, question), *_rating(question), *_names(question)]
            yield from (problem.at(line=question.line) for problem in found)
            for each in question.questions:
                yield from (problem.at(line=each.line) for problem in _in_form(each))


def _options(question: Question) -> Iterator[Problem]:
    if question.options:
        sentence = f"Option of a {question.type.value} question is not used."
        yield warning(ON_WRONG_TYPE, sentence, "write Questions in it, which are asked of each mark")


def _image(page: Page, question: Question) -> Iterator[Problem]:
    ids = [image.id for image in page.images if image.layer in (Layer.BACKGROUND, Layer.FOREGROUND)]
    if not ids:
        yield error(NOTHING_TO_MARK, f"Page {shown(page.id)} asks for marks and has no image to mark on.")
    elif question.image and question.image not in ids:
        near = nearest(question.image, ids)
        hint = f"did you mean {shown(near)}?" if near else "images of the page: " + ", ".join(map(shown, ids))
        yield error(IMAGE_OF_MARK, f"Image {shown(question.image)} is no image of this page.", hint)


def _rating(question: Question) -> Iterator[Problem]:
    if not question.rating:
        return
    rated = next((each for each in question.questions if each.id == question.rating), None)
    if rated is None:
        near = nearest(question.rating, [each.id for each in question.questions if each.id])
        hint = f"did you mean {shown(near)}?" if near else 'write ID="..." at a question within this one'
        yield error(RATING, f"Rating {shown(question.rating)} is no question of the mark’s form.", hint)
    elif not (rated.facts.is_single or (rated.facts.number and rated.has_one_field)):
        sentence = f"Rating {shown(question.rating)} is a {rated.type.value} question"
        hint = "it can be a Radio, a DropDown, a Slider, or a number in one field"
        yield error(RATING, f"{sentence}, which has no order.", hint)


def _names(question: Question) -> Iterator[Problem]:
    asked = [each for each in question.questions if each.facts.takes is not Takes.NOTHING]
    for name, count in Counter(each.descriptor or each.id for each in asked).items():
        if count > 1:
            what = f"{count} questions called {shown(name)}" if name else f"{count} questions without a name"
            sentence = f"The form of the mark {shown(question.descriptor)} has {what}."
            yield error(NAMES_ALIKE, sentence, "each is a column in the table of marks: write a Descriptor")


def _in_form(question: Question) -> Iterator[Problem]:
    name = f"The {question.type.value} question {shown(question.descriptor)}"
    if question.facts.takes in (Takes.MARKS, Takes.PRESS):
        yield error(NOT_IN_FORM, f"A {question.type.value} question cannot be in the form of a mark.")
    if question.randomize_options or any(question.option_views):
        sentence = f"{name} in the form of a mark has RandomizeOptions or a View, which are for the page."
        yield error(NOT_IN_FORM, sentence, "delete it, or ask outside of the form")
    if question.show_if:
        sentence = f"{name} in the form of a mark has a ShowIf, which is for questions of the page."
        yield error(CONDITION_IN_FORM, sentence, "delete it, or ask outside of the form")
    if has_right_answer(question) or question.points != 1.0 or question.tolerance or question.explanation:
        sentence = f"{name} in the form of a mark says what is right, and forms are not scored."
        yield error(ANSWER_IN_FORM, sentence, "delete Correct, Answer, Tolerance and Points there")
