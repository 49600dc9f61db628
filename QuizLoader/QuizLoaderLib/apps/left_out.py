"""What a quiz asks for that its pictures do not show, said once and not on every page."""

from collections.abc import Iterable

from ..quiz.model import Page, Quiz
from ..quiz.problems import Problem, warning

LEFT_OUT = "Q950"


def left_out(quiz: Quiz, pages: Iterable[Page]) -> list[Problem]:
    """A warning for each attribute of the quiz that this version does not use in a picture."""
    found = []
    if quiz.roi_color_file:
        found.append(_warning(quiz.line, "ROIColorFile", "regions have the generic colours"))
    images = [image for page in pages for image in page.images]
    lines = [quiz.line] if quiz.mask_value_map else []
    lines += [image.line for image in images if image.mask_value_map]
    if lines:
        found.append(_warning(lines[0], "MaskValueMap", "regions are named by their values"))
    return found


def _warning(line: int, attribute: str, instead: str) -> Problem:
    return warning(line, LEFT_OUT, f"{attribute} is not used by this version.", instead)
