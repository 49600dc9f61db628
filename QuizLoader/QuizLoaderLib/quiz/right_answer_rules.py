"""Rules about right answers: a reader can give them, and readers do not find them in the quiz."""

from collections.abc import Iterator

from .drawing_keys import Measure
from .feedback import Feedback
from .model import Layer, Page, Question, Quiz
from .problems import Problem, ProblemCode, error, nearest, warning
from .question_rules import ON_WRONG_TYPE
from .question_types import NUMBER, MarkTool, Takes
from .values import number, shown

ANSWERS_TRAVEL = ProblemCode("Q208", "The answer key is no part of a quiz that readers get (warning).")
NEVER_RIGHT = ProblemCode("Q830", "A right answer (Answer, Correct) is one that a reader can give.")
SEVERAL_FIELDS = ProblemCode("Q831", "A question with Answer has one field.")
NO_RIGHT_ANSWER = ProblemCode("Q832", "Points and Tolerance belong to a right answer (warning).")
TWO_KEYS = ProblemCode("Q829", "A quiz with an answer key has no right answers of its own (warning).")
ALWAYS_RIGHT = ProblemCode("Q833", "Not every Option of one choice is Correct (warning).")
NEVER_TOLD = ProblemCode("Q835", "PassMark and Explanation are for a quiz with Feedback (warning).")
KEYS_OF_MARKS = ProblemCode("Q847", "A Key of a Mark is a lesion, or says that there is nothing to mark.")
SIZE_OF_MARK = ProblemCode("Q848", "Answer of a Mark is for one line or one angle.")
UNRATED = ProblemCode("Q849", "A Mark with Keys has a Rating, which FROC curves go by (warning).")
NOTHING_SCORED = ProblemCode("Q836", "An Explanation belongs to what can be right or wrong (warning).")
KEY_NOT_USED = ProblemCode("Q837", "A Key belongs to an image that readers draw on (warning).")
KEY_LIMITS = ProblemCode("Q838", "A region has one Key, whose Full is better than its Zero.")

_ALMOST = 1e-9
_MEASURED = (MarkTool.LINE, MarkTool.ANGLE)
_DRAWN_ON = (Layer.BACKGROUND, Layer.FOREGROUND)


def answers_do_not_travel(quiz: Quiz) -> Iterator[Problem]:
    """With Feedback readers are told them anyway."""
    first = next(_right_answers_in(quiz), None) if quiz.feedback is Feedback.NONE else None
    if first is not None:
        page, line = first
        sentence = "The quiz has right answers in it, which readers can find in the file."
        hint = "quizloader key split moves them to an answer key"
        yield warning(ANSWERS_TRAVEL, sentence, hint, line=line).at(page=page)


def one_key(quiz: Quiz) -> Iterator[Problem]:
    """Of a quiz that has an answer key beside it."""
    if next(_right_answers_in(quiz), None):
        sentence = "The quiz has right answers of its own, which count where the answer key has none."
        yield warning(TWO_KEYS, sentence, "take them out of the quiz by quizloader key split")


def _right_answers_in(quiz: Quiz) -> Iterator[tuple[int, int]]:
    """The page and the line of each."""
    for page in quiz.pages:
        yield from ((page.number, key.line) for _, key in page.drawing_keys)
        yield from ((page.number, each.line) for each in page.questions if has_right_answer(each))


def feedback_is_asked_for(quiz: Quiz) -> Iterator[Problem]:
    if quiz.feedback is not Feedback.NONE:
        return
    explained = (line for page in quiz.pages for line, _ in page.explanations)
    for name, line in (
        ("PassMark", quiz.line if quiz.pass_mark is not None else None),
        ("An Explanation", next(explained, None)),
    ):
        if line is not None:
            sentence = f"{name} is not shown, because the quiz has no Feedback."
            yield warning(NEVER_TOLD, sentence, 'write Feedback="Page" or "End" on Session', line=line)


def explanations(page: Page) -> Iterator[Problem]:
    nothing = [each for each in page.questions if each.explanation and not each.facts.may_be_scored]
    for question in nothing:
        sentence = (
            f"The Explanation of {shown(question.descriptor)}, of type {question.type.value}, is not used."
        )
        yield warning(NOTHING_SCORED, sentence, "write it in a question that is answered", line=question.line)
    is_scored = page.enable_segment_editor or any(each.facts.may_be_scored for each in page.questions)
    if page.explanation and not is_scored:
        sentence = f"The Explanation of Page {shown(page.id)} is not used, because nothing is scored there."
        yield warning(NOTHING_SCORED, sentence, "write an InfoBox")


def unused(quiz: Quiz) -> Iterator[Problem]:
    """Explanations and Keys of what is not scored."""
    for page in quiz.pages:
        for problem in (*explanations(page), *drawing_keys(page)):
            if problem.code in (NOTHING_SCORED, KEY_NOT_USED):
                yield problem.at(page=page.number)


def drawing_keys(page: Page) -> Iterator[Problem]:
    for image in page.images:
        regions: set[str] = set()
        for key in image.keys:
            what = f"The Key of the region {shown(key.region)}"
            may_be_drawn_on = page.enable_segment_editor and image.layer in _DRAWN_ON
            if not (may_be_drawn_on and image.type.facts.may_be_drawn_on):
                sentence = f"{what} is not used, because the image {shown(image.id)} is not drawn on."
                hint = 'write EnableSegmentEditor="Y" on the page, and the Key in a background image'
                yield warning(KEY_NOT_USED, sentence, hint, line=key.line)
            full, zero = key.limits
            if full == zero or (full < zero) != (key.measure is Measure.HD95):
                hint = "more is better for Dice and SurfaceDice, less for HD95"
                sentence = f"{what} has its Full {full:g} and Zero {zero:g} the wrong way round."
                yield error(KEY_LIMITS, sentence, hint, line=key.line)
            if key.region in regions:
                sentence = f"The image {shown(image.id)} has two Keys of the region {shown(key.region)}."
                yield error(KEY_LIMITS, sentence, "write one", line=key.line)
            regions.add(key.region)


def right_answers(page: Page) -> Iterator[Problem]:
    for question in page.questions:
        yield from (problem.at(line=question.line) for problem in right_answer(question))
        yield from (problem.at(line=question.line) for problem in right_marks(question))


def has_right_answer(question: Question) -> bool:
    """Whether the author says what is right, of a Mark too."""
    return bool(question.right_answer or question.keys or is_measured(question))


def is_measured(question: Question) -> bool:
    """Whether the size of a mark is right or wrong."""
    return question.facts.takes is Takes.MARKS and bool(question.answer)


def right_marks(question: Question) -> Iterator[Problem]:
    """What limits the marks of a question is in the quiz alone, not in its answer key."""
    if question.facts.takes is not Takes.MARKS or not has_right_answer(question):
        return
    name = f"The Mark question {shown(question.descriptor)}"
    if is_measured(question) and (len(question.tools) > 1 or question.tools[0] not in _MEASURED):
        sentence = f"{name} has an Answer, which is for the Tool Line or Angle alone."
        yield error(SIZE_OF_MARK, sentence, "write a Key for what is to be hit")
    elif is_measured(question) and question.maximum != 1:
        yield error(SIZE_OF_MARK, f"{name} has an Answer and may have several marks.", 'write Max="1"')
    lesions = [key for key in question.keys if not key.is_none]
    least = question.minimum if question.required else None
    if question.maximum is not None and len(lesions) > question.maximum:
        sentence = f"{name} has {len(lesions)} Keys, and readers place at most {question.maximum:g} marks."
        yield error(NEVER_RIGHT, sentence, "write a larger Max")
    elif question.keys and least is not None and least > len(lesions):
        sentence = f"{name} has {len(lesions) or 'no'} lesions, and readers place at least {least:g} marks."
        yield error(NEVER_RIGHT, sentence, "write a smaller Min")
    if question.keys and not question.rating:
        hint = "write a Slider or a Radio with an ID in the form, and that ID as Rating"
        yield warning(UNRATED, f"{name} has Keys and no Rating.", hint)


def _keys_of_marks(question: Question) -> Iterator[Problem]:
    for place, key in enumerate(question.keys):
        if key.is_none and (key.path or len(question.keys) > 1):
            sentence = f"{shown(question.descriptor)} has lesions and a Key that says there are none."
            yield error(KEYS_OF_MARKS, sentence, 'delete None="Y", or the lesions')
            return
        if any((key.path, key.roi) == (other.path, other.roi) for other in question.keys[:place]):
            sentence = f"The lesion {shown(key.name)} of {shown(question.descriptor)} is there twice."
            yield error(KEYS_OF_MARKS, sentence, "write each once")
    if question.keys and question.answer:
        sentence = f"{shown(question.descriptor)} has Keys and an Answer."
        yield error(KEYS_OF_MARKS, sentence, "write a question for each of the two")


def right_answer(question: Question) -> Iterator[Problem]:
    facts = question.facts
    if facts.takes is Takes.MARKS:
        yield from _keys_of_marks(question)
    if facts.takes is Takes.OPTION and any(question.correct_options):
        sentence = f"Correct on an Option of a {question.type.value} question is not used."
        yield warning(ON_WRONG_TYPE, sentence, 'write Correct="..." with the right Option on each Row')
    if facts.takes is Takes.TYPED and question.answer and not question.has_one_field:
        sentence = f"The {question.type.value} question {shown(question.descriptor)} has an Answer"
        sentence = f"{sentence} and {len(question.fields)} fields."
        yield error(SEVERAL_FIELDS, sentence, "write a Question for each field")
    elif not has_right_answer(question) and (question.points != 1.0 or question.tolerance):
        name = "Points" if question.points != 1.0 else "Tolerance"
        if name in facts.attributes:
            sentence = (
                f"{name} of the {question.type.value} question {shown(question.descriptor)} is not used"
            )
            yield warning(
                NO_RIGHT_ANSWER, f"{sentence}, because nothing is right there.", "say what is right"
            )
    elif facts.is_single and all(question.right_answer) and set(question.right_answer) == {"Y"}:
        sentence = f"Every Option of {shown(question.descriptor)} is Correct, so each answer is right."
        yield warning(ALWAYS_RIGHT, sentence)
    elif is_measured(question):
        if not NUMBER.pattern.fullmatch(NUMBER.understood(question.answer)):
            yield _no_number(question)
    elif facts.takes is Takes.OPTION:
        yield from _rows(question)
    elif facts.takes is Takes.TYPED and question.right_answer:
        yield from _value(question) if facts.number else _texts(question)


def _rows(question: Question) -> Iterator[Problem]:
    for row, option in zip(question.rows, question.correct_rows, strict=True):
        if option and option not in question.options:
            near = nearest(option, question.options)
            hint = f"did you mean {shown(near)}?" if near else "write the text of an Option"
            sentence = f"Correct of the Row {shown(row)} is {shown(option)}, which is no Option."
            yield error(NEVER_RIGHT, sentence, hint)


def _value(question: Question) -> Iterator[Problem]:
    form = question.facts.number
    assert form is not None
    try:
        answer = number(form.understood(question.answer))
    except ValueError:
        yield _no_number(question)
        return
    near = _nearest_value(question, answer)
    if abs(near - answer) > question.tolerance + _ALMOST * max(1.0, abs(answer)):
        sentence = f"No reader can give the Answer {shown(question.answer)} of {shown(question.descriptor)}."
        yield error(NEVER_RIGHT, sentence, f"the nearest that can be given is {near:.10g}")


def _no_number(question: Question) -> Problem:
    sentence = f"Answer {shown(question.answer)} is not a number."
    return error(NEVER_RIGHT, sentence, "write digits and a point")


def _nearest_value(question: Question, value: float) -> float:
    """The number within the limits, and on a step of a Slider, that is nearest."""
    assert question.facts.number is not None
    low, high = question.minimum, question.maximum
    value = max(value, low) if low is not None else value
    value = min(value, high) if high is not None else value
    is_slider = question.facts.field == "Question"
    step = 1.0 if question.facts.number.is_whole else question.step if is_slider else 0.0
    if not step:
        return value
    start = 0.0 if question.facts.number.is_whole else low or 0.0
    return start + round((value - start) / step) * step


def _texts(question: Question) -> Iterator[Problem]:
    for text in question.answer.split("|"):
        if not text.strip():
            sentence = f"Answer {shown(question.answer)} has an alternative without text."
            yield error(NEVER_RIGHT, sentence, "write | only between texts")
        elif question.max_length is not None and len(text.strip()) > question.max_length:
            sentence = f"Answer {shown(text.strip())} is longer than MaxLength {question.max_length}."
            yield error(NEVER_RIGHT, sentence)
