"""The images that may be drawn on, as a host's list has them."""

from ..quiz.layout_rows import image_title
from .opened_quiz import OpenedQuiz


def titles_of_images(opened: OpenedQuiz) -> dict[str, str]:
    """What a reader calls each of ``PageDrawings.images``, by its ID."""
    return {image.id: image_title(opened.page, image) for image in opened.drawings.images}


def image_to_begin_with(opened: OpenedQuiz, drawn_on_last: str) -> str:
    """The image that was drawn on last, where it is there, else the first; empty without any. Where sides are
    random always the first: that of the page before would tell on which side it is now."""
    ids = [image.id for image in opened.drawings.images]
    is_known = drawn_on_last in ids and opened.page.randomize_sides is None
    return drawn_on_last if is_known else "".join(ids[:1])
