"""What still keeps a reader on a page, as sentences that every host shows alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ..quiz.layout_rows import image_in_words
from ..quiz.model import Layer, Page
from .judged_regions import JudgedRegion, missing_verdicts


@dataclass(frozen=True)
class Drawn:
    """What the reader drew on one image: a contour that is neither empty nor an unchanged copy; lines."""

    has_drawing: bool = False
    lines: int = 0


NOTHING = Drawn()


def missing_drawings(
    page: Page,
    drawn: Mapping[str, Drawn],
    given: Mapping[str, Mapping[str, JudgedRegion]] = MappingProxyType({}),
) -> list[str]:
    """``drawn`` by Image ID. An image that is on several views is asked for once. Where regions are ``given``
    on it, by Image ID and name, each of them has to be judged in place of a contour."""
    by_id = {image.id: image for image in reversed(page.images)}
    images = [each for each in reversed(by_id.values()) if each.layer in (Layer.BACKGROUND, Layer.FOREGROUND)]
    sentences = []
    words = {image.id: image_in_words(page, image.id) for image in images}
    undrawn = {
        image_id: _missing_on(name, drawn.get(image_id, NOTHING), given.get(image_id, {}))
        for image_id, name in words.items()
    }
    if page.segment_required_on_any_image and all(undrawn.values()):
        judged = [
            each for image_id, regions in given.items() if regions for each in undrawn.get(image_id, [])
        ]
        sentences += judged or ["Please draw a contour on at least one image of this page."]
    for image in images:
        if image.segment_required:
            sentences += undrawn[image.id]
    wanted = page.min_markup_lines_required_on_any_image
    lines = sum(drawn.get(image.id, NOTHING).lines for image in images)
    if wanted is not None and lines < wanted:
        sentences.append(f"Please measure {_lines(wanted)} on this page ({lines} so far).")
    for image in images:
        wanted = image.min_markup_lines_required
        lines = drawn.get(image.id, NOTHING).lines
        if wanted is not None and lines < wanted:
            sentences.append(f"Please measure {_lines(wanted)} on {words[image.id]} ({lines} so far).")
    return sentences


def _missing_on(image: str, drawn: Drawn, given: Mapping[str, JudgedRegion]) -> list[str]:
    if given:
        return missing_verdicts(given, image)
    return [] if drawn.has_drawing else [f"Please draw a contour on {image}."]


def incomplete_pages(titles: Sequence[str]) -> list[str]:
    """What keeps a reader from finishing: other pages, the first five by name."""
    sentences = [f"The page “{title}” is not complete yet." for title in titles[:5]]
    more = len(titles) - 5
    if more > 0:
        sentences.append("Neither is 1 more page." if more == 1 else f"Neither are {more} more pages.")
    return sentences


def _lines(count: int) -> str:
    return "at least one line" if count == 1 else f"at least {count} lines"
