"""What is drawn for each reader within the pages, once, and stored: the order of options, and sides."""

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ..quiz.model import Page, Question, Quiz, SliceView
from ..quiz.sides import with_sides_exchanged
from .files import SessionError

if TYPE_CHECKING:
    from .tree import Element

ORDER, SIDES, SEEN_IMAGE = "OptionOrder", "Sides", "SeenImage"
"""Attributes of results: of a Question the places of its options in the quiz, from 1, as the reader sees
them; of a Page the views on which the images of its RandomizeSides are; of an Option that is tied to a view
the ID of the image that the reader sees there."""


def option_orders(quiz: Quiz, seed: int) -> dict[str, str]:
    """The order of each question whose options are drawn, by the page from 1, the set and the question
    from 0, as ``2/0/1``. What is asked again in the same words has the same order."""
    return {
        f"{page.number}/{set_number}/{number}": " ".join(str(place + 1) for place in _drawn(question, seed))
        for page in quiz.pages
        for set_number, question_set in enumerate(page.question_sets)
        for number, question in enumerate(question_set.questions)
        if question.has_drawn_order
    }


def exchanged_pages(quiz: Quiz, seed: int) -> tuple[int, ...] | None:
    """The numbers of the pages whose sides are exchanged: half of those that may be. None without any."""
    numbers = [page.number for page in quiz.pages if page.randomize_sides]
    if not numbers:
        return None
    drawn = random.Random(f"sides {seed}")
    count = (len(numbers) + drawn.randrange(2)) // 2
    return tuple(sorted(drawn.sample(numbers, count)))


def write_draws(root: "Element", quiz: Quiz, orders: Mapping[str, str], exchanged: tuple[int, ...]) -> None:
    """Write what was drawn into the tree of a reader who begins."""
    for page, element in zip(quiz.pages, root.findall("Page"), strict=True):
        if page.randomize_sides:
            one, other = (view.value for view in page.randomize_sides)
            is_exchanged = page.number in exchanged
            element.set(SIDES, f"{other} {one}" if is_exchanged else f"{one} {other}")
            page = with_sides_exchanged(page) if is_exchanged else page
        for set_number, question_set in enumerate(page.question_sets):
            questions = element.findall("QuestionSet")[set_number].findall("Question")
            for number, question in enumerate(question_set.questions[: len(questions)]):
                if order := orders.get(f"{page.number}/{set_number}/{number}"):
                    questions[number].set(ORDER, order)
                options = questions[number].findall("Option")
                for option, image in zip(options, question.option_images, strict=False):
                    if image:
                        option.set(SEEN_IMAGE, image)


def as_drawn(page: Page, element: "Element") -> Page:
    """The page as the reader sees it, by what is written at its element. Raises SessionError where that does
    not fit the quiz."""
    if page.randomize_sides and (sides := element.get(SIDES)):
        views = tuple(SliceView.__members__.get(name.upper()) for name in sides.split())
        if {*views} != {*page.randomize_sides}:
            raise SessionError(f"The sides of the page “{page.title}” cannot be understood.")
        page = page if views == page.randomize_sides else with_sides_exchanged(page)
    if not any(question.has_drawn_order for question in page.questions):
        return page
    sets = (
        replace(each, questions=tuple(map(_ordered, each.questions, of_set.findall("Question"))))
        for each, of_set in zip(page.question_sets, element.findall("QuestionSet"), strict=True)
    )
    return replace(page, question_sets=tuple(sets))


def _ordered(question: Question, element: "Element") -> Question:
    places = element.get(ORDER, "").split()
    if not (question.has_drawn_order and places):
        return question
    order = tuple(int(place) - 1 if place.isdecimal() else -1 for place in places)
    if sorted(order) != [*range(len(question.fields))]:
        raise SessionError(f"The order of the options of “{question.descriptor}” cannot be understood.")
    return replace(question, order=order)


def _drawn(question: Question, seed: int) -> list[int]:
    words = (question.type.value, question.descriptor, *question.fields)
    has_fixed = "Fixed" in question.facts.attributes
    moved = [place for place, is_fixed in enumerate(question.fixed) if not (is_fixed and has_fixed)]
    shuffled = moved.copy()
    random.Random(f"options {seed} {words}").shuffle(shuffled)
    following = dict(zip(moved, shuffled, strict=True))
    return [following.get(place, place) for place in range(len(question.fields))]
