"""What a reader is told of a page's problems: where sides are random, neither image nor file."""

from collections.abc import Iterable

from ..quiz.layout_rows import image_in_words
from ..quiz.model import Page
from ..quiz.problems import Problem

WHO_KNOWS = "who runs the study can say why"


def told_on_page(problems: Iterable[Problem], page: Page, is_read: bool) -> list[str]:
    """Where it ``is_read`` by a reader, as each of them may know it, else as its author does."""
    if not is_read:
        return [problem.for_reader for problem in problems]
    return list(dict.fromkeys(_told_to_reader(each, page) for each in problems if each.is_for_reader))


def _told_to_reader(problem: Problem, page: Page) -> str:
    """As an author reads it, where that does not tell which image is on which side."""
    if page.randomize_sides is None:
        return problem.for_reader
    if problem.image:
        image = image_in_words(page, problem.image)
        what = f"{image} cannot be shown" if problem.is_error else f"something is odd about {image}"
        return f"{what[0].upper()}{what[1:]}; {WHO_KNOWS}."
    if any(name and name.casefold() in problem.text.casefold() for name in _names(page)):
        return f"Something of this page cannot be shown; {WHO_KNOWS}."
    return problem.text


def _names(page: Page) -> list[str]:
    return [name for image in page.images for name in (image.id, image.path)]
