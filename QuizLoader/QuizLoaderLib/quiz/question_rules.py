"""Rules about question sets and their questions."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator

from .markdown import TextFormat, foreign_parts
from .model import Page, Question
from .problems import Problem, ProblemCode, error, warning
from .question_types import QUESTION_TYPES, MarkTool, Takes
from .values import shown

NO_QUESTION_SET = ProblemCode("Q303", "A page has a QuestionSet (warning).")
NO_OPTION = ProblemCode(
    "Q801", "A Radio or CheckBox has an Option; other questions without one show nothing (warning)."
)
LIMITS_ON_WRONG_TYPE = ProblemCode(
    "Q802", "Min and Max are for IntegerValue, FloatValue, Slider and Mark (warning)."
)
LIMITS_CROSSED = ProblemCode("Q803", "Min is not above Max, and an answer lies between them.")
OPTIONS_ALIKE = ProblemCode("Q805", "The Options of a question differ, and so do its Rows (warning).")
OPTION_EMPTY = ProblemCode("Q806", "An Option that is chosen or pressed has a text (warning).")
LIMIT_NOT_WHOLE = ProblemCode(
    "Q807", "Min and Max of an IntegerValue and of a Mark are whole numbers (warning)."
)
NO_ROW = ProblemCode("Q821", "A Matrix has a Row.")
STEPS_DO_NOT_DIVIDE = ProblemCode("Q822", "The steps of a Slider lead from Min to Max (warning).")
ON_WRONG_TYPE = ProblemCode("Q820", "An attribute of a Question belongs to its Type (warning).")
FOREIGN_IN_MARKDOWN = ProblemCode(
    "Q826", "A text in Markdown has no HTML, no picture and no link but to http, https and mailto (warning)."
)
NOTHING_ASKED = ProblemCode("Q808", "A choice has words that say what is asked (warning).")

_ALMOST_WHOLE = 1e-6
_NO_ANSWER = "no answer lies between them"
_CHOICES = (Takes.CHOICE, Takes.OPTION, Takes.RANK)
_WITH_NUMBERS = [
    kind.value for kind, facts in QUESTION_TYPES.items() if facts.number or facts.takes is Takes.MARKS
]


def question_set_is_there(page: Page) -> Iterator[Problem]:
    if not page.question_sets:
        yield warning(NO_QUESTION_SET, f"Page {shown(page.id)} has no QuestionSet.")


def something_is_asked(page: Page) -> Iterator[Problem]:
    """Words of another question of the set, of the set itself or of the page will do."""
    for each in page.question_sets:
        if page.descriptor or each.descriptor or any(question.descriptor for question in each.questions):
            continue
        if any(question.facts.takes is Takes.NOTHING for question in each.questions):
            continue
        for question in each.questions:
            if question.facts.takes in _CHOICES:
                sentence = f"Nothing says what the {question.type.value} question asks."
                yield warning(NOTHING_ASKED, sentence, "write a Descriptor", line=question.line)


def options(page: Page) -> Iterator[Problem]:
    for question in page.questions_with_forms:
        if question.facts.field == "Row" and not question.rows:
            sentence = f"The {question.type.value} question {shown(question.descriptor)} has no Row."
            yield error(NO_ROW, sentence, "write <Row>what is asked</Row> in it", line=question.line)
        if question.options or question.facts.field == "Question":
            continue
        subject = f"The {question.type.value} question {shown(question.descriptor)} has no Option"
        if question.facts.takes in _CHOICES:
            yield error(NO_OPTION, f"{subject}, so it can never be answered.", line=question.line)
        else:
            yield warning(NO_OPTION, f"{subject}, so nothing is shown.", line=question.line)


def attributes_fit_type(page: Page) -> Iterator[Problem]:
    for question in page.questions_with_forms:
        written = {
            "RandomizeOptions": question.randomize_options,
            "Fixed": any(question.fixed),
            "Format": question.text_format is not None,
            "View": any(question.option_views),
            "Ordered": question.ordered,
            "Lines": question.lines > 1,
            "MaxLength": question.max_length is not None,
            "Unit": bool(question.unit),
            "Step": question.step != 1.0,
            "Row": bool(question.rows),
            "Answer": bool(question.answer),
            "Tolerance": question.tolerance != 0.0,
            "Points": question.points != 1.0,
            "Correct": any(question.correct_options) and question.facts.takes is not Takes.OPTION,
            "Tool": question.tools != (MarkTool.POINT,),
            "Image": bool(question.image),
            "Rating": bool(question.rating),
            "Color": question.mark_color is not None,
            "Question": bool(question.questions),
            "Key": bool(question.keys),
        }
        for name, is_written in written.items():
            if is_written and name not in question.facts.attributes:
                types = [kind.value for kind, facts in QUESTION_TYPES.items() if name in facts.attributes]
                sentence = f"{name} of a {question.type.value} question is not used."
                yield warning(ON_WRONG_TYPE, sentence, f"it is for {', '.join(types)}", line=question.line)


def markdown(page: Page) -> Iterator[Problem]:
    asked = page.questions_with_forms
    texts = [(each.line, text, each.text_format) for each in asked for text in each.options]
    texts += [(line, each.text, each.text_format) for line, each in page.explanations]
    for line, text, text_format in texts:
        if text_format is TextFormat.MARKDOWN and (found := next(foreign_parts(text), "")):
            sentence = f"In Markdown {shown(found)} is shown as it is written."
            hint = "a picture has a place of its own, and links begin with http, https or mailto"
            yield warning(FOREIGN_IN_MARKDOWN, sentence, hint, line=line)


def limits(page: Page) -> Iterator[Problem]:
    for question in page.questions_with_forms:
        found: Iterable[Problem] = ()
        if question.minimum is None and question.maximum is None:
            continue
        if question.facts.takes is Takes.MARKS:
            found = _limits_of_marks(question)
        elif question.facts.number is None:
            sentence = f"Min and Max of a {question.type.value} question are not used."
            found = [warning(LIMITS_ON_WRONG_TYPE, sentence, f"they are for {' and '.join(_WITH_NUMBERS)}")]
        elif sentence := _crossed(question, question.facts.number.is_whole):
            found = [error(LIMITS_CROSSED, sentence, _NO_ANSWER)]
        elif question.facts.number.is_whole:
            found = _limits_not_whole(question)
        elif question.facts.field == "Question":
            found = _steps(question)
        yield from (problem.at(line=question.line) for problem in found)


def _crossed(question: Question, is_whole: bool) -> str:
    """Why no answer lies between the limits, empty where one does."""
    low, high = question.minimum, question.maximum
    if low is None or high is None:
        return ""
    if low > high:
        return f"Min {low:g} of the question is above its Max {high:g}."
    if is_whole and math.ceil(low) > math.floor(high):
        return f"No whole number lies between Min {low:g} and Max {high:g} of the question."
    return ""


def _limits_of_marks(question: Question) -> Iterator[Problem]:
    if sentence := _crossed(question, is_whole=True):
        yield error(LIMITS_CROSSED, sentence, _NO_ANSWER)
    elif (question.minimum or 0.0) < 0 or (question.maximum is not None and question.maximum < 1):
        yield error(LIMITS_CROSSED, "Min of a Mark question is 0 or more, its Max 1 or more.")
    else:
        yield from _limits_not_whole(question)


def _steps(question: Question) -> Iterator[Problem]:
    low, high, step = question.minimum or 0.0, question.maximum or 0.0, question.step
    count = (high - low) / step if step else 0.0
    if abs(count - round(count)) > _ALMOST_WHOLE:
        last = low + math.floor(count) * step
        sentence = f"Steps of {step:g} do not lead from {low:g} to {high:g}."
        yield warning(STEPS_DO_NOT_DIVIDE, sentence, f"the last value that can be chosen is {last:g}")


def _limits_not_whole(question: Question) -> Iterator[Problem]:
    limits = (("Min", question.minimum, math.ceil), ("Max", question.maximum, math.floor))
    for name, limit, rounded in limits:
        if limit is not None and not limit.is_integer():
            sentence = f"{name} {limit:g} of the {question.type.value} question is not a whole number."
            yield warning(LIMIT_NOT_WHOLE, sentence, f"write {rounded(limit)}, which means the same")


def different_options(page: Page) -> Iterator[Problem]:
    for question in page.questions_with_forms:
        takes = question.facts.takes
        if takes is Takes.NOTHING or question.facts.field == "Question":
            continue
        name = f"The {question.type.value} question {shown(question.descriptor)}"
        repeated_rows = (text for text, count in Counter(question.rows).items() if count > 1)
        if text := next(repeated_rows, ""):
            sentence = f"{name} has the Row {shown(text)} more than once."
            yield warning(
                OPTIONS_ALIKE, sentence, "readers and tables cannot tell them apart", line=question.line
            )
        counts = Counter(question.options)
        if text := next((text for text, count in counts.items() if text and count > 1), ""):
            yield warning(
                OPTIONS_ALIKE,
                f"{name} has the Option {shown(text)} more than once.",
                "readers and tables cannot tell them apart",
                line=question.line,
            )
        # A field without words is no riddle where it is the only one.
        if counts[""] and (takes in _CHOICES or len(question.options) > 1):
            yield warning(OPTION_EMPTY, f"{name} has an Option without text.", line=question.line)
