"""Rules about what is drawn for each reader on a page: the order of options, and sides that change places."""

from collections import Counter
from collections.abc import Iterator

from .model import VIEWS_OF_LAYOUT, Image, Layer, Page, Question, SliceView
from .problems import Problem, ProblemCode, error, warning
from .values import shown

SIDES_WITHOUT_IMAGES = ProblemCode("Q326", "Each view of RandomizeSides shows a Background of its own.")
NOTHING_RANDOM = ProblemCode("Q823", "RandomizeOptions has options to move, and Fixed needs it (warning).")
TIED_TO_NOTHING = ProblemCode("Q824", "The View of an Option shows a Background.")
TIED_ALIKE = ProblemCode("Q825", "Each Option with a View stands for an image of its own.")

_NAME_ANOTHER = "name a view that shows an image of the Layer Background"


def sides(page: Page) -> Iterator[Problem]:
    grounds: dict[SliceView, Image] = {}
    for view in page.randomize_sides or ():
        ground = _background(page, view)
        if ground is None:
            sentence = f"RandomizeSides names {view.value}, {_nothing_on(page, view)}."
            yield error(SIDES_WITHOUT_IMAGES, sentence, _NAME_ANOTHER)
        else:
            grounds[view] = ground
    if len({ground.id for ground in grounds.values()}) < len(grounds):
        (one, ground), (other, _) = grounds.items()
        sentence = f"RandomizeSides names {one.value} and {other.value}, which both show {shown(ground.id)}."
        yield error(SIDES_WITHOUT_IMAGES, sentence, "put two images on them")


def tied_options(page: Page) -> Iterator[Problem]:
    for question in page.questions:
        for option, view in zip(question.options, question.option_views, strict=True):
            if view and _background(page, view) is None:
                sentence = f"The Option {shown(option)} is tied to {view.value}, {_nothing_on(page, view)}."
                yield error(TIED_TO_NOTHING, sentence, _NAME_ANOTHER, line=question.line)
        counts = Counter(question.option_values)
        for image in filter(None, question.option_images):
            if counts.pop(image, 0) > 1:
                sentence = f"Two Options of {shown(question.descriptor)} stand for {shown(image)}."
                hint = "an answer is known by the image that is seen on the View of its Option"
                yield error(TIED_ALIKE, sentence, hint, line=question.line)


def option_order(page: Page) -> Iterator[Problem]:
    for question in page.questions:
        if "RandomizeOptions" in question.facts.attributes:
            yield from (problem.at(line=question.line) for problem in _option_order(question))


def _option_order(question: Question) -> Iterator[Problem]:
    name = f"The {question.type.value} question {shown(question.descriptor)}"
    if not question.randomize_options:
        if any(question.fixed):
            sentence = f"{name} has something Fixed, but its order is always the same."
            yield warning(NOTHING_RANDOM, sentence, 'write RandomizeOptions="Y" or delete Fixed')
    elif question.fields and question.fixed.count(False) < 2:
        sentence = f"{name} has RandomizeOptions, but nothing in it can change places."
        yield warning(NOTHING_RANDOM, sentence)


def _background(page: Page, view: SliceView) -> Image | None:
    if view not in VIEWS_OF_LAYOUT[page.layout]:
        return None
    return next(
        (each for each in page.images if each.layer is Layer.BACKGROUND and each.destination is view), None
    )


def _nothing_on(page: Page, view: SliceView) -> str:
    if view not in VIEWS_OF_LAYOUT[page.layout]:
        return f"which the Layout {page.layout.value} does not show"
    return "on which the page has no Background"
