"""Two views of a page whose images change places, and the options that are tied to what a view shows."""

from dataclasses import replace

from .model import Layer, Page, Question, SliceView


def with_tied_options(page: Page) -> Page:
    """The page, each of its options that is tied to a view with the ID of the image which is seen there."""
    if not any(any(question.option_views) for question in page.questions):
        return page
    seen: dict[SliceView, str] = {}
    for image in page.images:
        if image.layer is Layer.BACKGROUND:
            seen.setdefault(image.destination, image.id)
    sets = (
        replace(each, questions=tuple(_tied(question, seen) for question in each.questions))
        for each in page.question_sets
    )
    return replace(page, question_sets=tuple(sets))


def with_sides_exchanged(page: Page) -> Page:
    """The page with the images of the two views of its RandomizeSides in each other's place."""
    if page.randomize_sides is None:
        return page
    one, other = page.randomize_sides
    views = {one: other, other: one}
    images = (
        replace(each, destination=views.get(each.destination, each.destination)) for each in page.images
    )
    return with_tied_options(replace(page, images=tuple(images)))


def _tied(question: Question, seen: dict[SliceView, str]) -> Question:
    """What is right stays with the image where that moves."""
    images = tuple(seen.get(view, "") if view else "" for view in question.option_views)
    right = dict(zip(question.option_images, question.correct_options, strict=False))
    return replace(
        question,
        option_images=images,
        correct_options=tuple(
            right.get(image, is_correct) if image else is_correct
            for image, is_correct in zip(images, question.correct_options, strict=True)
        ),
    )
