"""What is marked on the images of a page: for the Mark questions of its author, and what readers measure."""

from .model import Page, Question
from .question_types import MarkTool, QuestionType, Takes

MarkPlace = tuple[int, int]
"""A question that is answered by marks: its question set on the page and its number there, from 0."""

MEASURES_PLACE: MarkPlace = (0, 0)
"""Of what is measured on a page, among themselves."""

MEASURES = Question(
    QuestionType.MARK,
    line=0,
    descriptor="Measures",
    required=False,
    tools=(MarkTool.ANGLE, MarkTool.BOX, MarkTool.ELLIPSE, MarkTool.ARROW),
)
"""What a reader measures on any page, besides lines: as marks for a question that every page has."""

ARROW_PARTS = 4
"""Points on each of the five sides of the line that draws an arrow: from its end to its head, and once around
that."""

ARROW_POINTS = 5 * ARROW_PARTS + 1
ARROW_END, ARROW_LEFT, ARROW_TIP, ARROW_RIGHT = (side * ARROW_PARTS for side in (0, 2, 3, 4))


def mark_questions(page: Page) -> dict[MarkPlace, Question]:
    """The Mark questions of a page."""
    return {
        (set_number, number): question
        for set_number, each in enumerate(page.question_sets)
        for number, question in enumerate(each.questions)
        if question.facts.takes is Takes.MARKS
    }
