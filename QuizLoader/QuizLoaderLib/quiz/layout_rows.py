"""Where each view of a layout is, and what that makes of an image for a reader who must not know its name."""

from collections.abc import Iterable

from .model import VIEWS_OF_LAYOUT, Image, Layer, Layout, Page, SliceView

ROWS_OF_LAYOUT: dict[Layout, tuple[tuple[SliceView | None, ...], ...]] = {
    Layout.FOUR_UP: ((SliceView.RED, None), (SliceView.GREEN, SliceView.YELLOW)),
    Layout.TWO_OVER_TWO: ((SliceView.RED, SliceView.SLICE4), (SliceView.GREEN, SliceView.YELLOW)),
    Layout.ONE_UP_RED_SLICE: ((SliceView.RED,),),
    Layout.SIDE_BY_SIDE_RED_YELLOW: ((SliceView.RED, SliceView.YELLOW),),
}
"""Rows from the top, views from the left; None is the place of the 3D view, on pages that have regions."""

IMAGE_ID = "QuizLoader.Image"
"""The attribute of an image's node that has its ID, whatever the node is called."""


def place_of_view(layout: Layout, view: SliceView) -> str:
    """``left``, ``bottom right``; nothing for the only view, and one that the layout does not have."""
    rows = ROWS_OF_LAYOUT[layout]
    for row, edge in zip(rows, ("top ", "bottom ") if len(rows) > 1 else ("",), strict=True):
        for each, side in zip(row, ("left", "right"), strict=False):
            if each is view and len(row) > 1:
                return edge + side
    return ""


def image_in_words(page: Page, image_id: str) -> str:
    """``the image “CT”``; where sides are random its place in its stead, as ``the left image``."""
    called = image_called(page, image_id)
    return called if page.randomize_sides else f"the image {called}"


def image_called(page: Page, image_id: str) -> str:
    """``“CT”``; where sides are random ``the left image``."""
    if page.randomize_sides is None:
        return f"“{image_id}”"
    places = _places(page, image_id)
    return f"the {places} image" if places else "an image"


def image_title(page: Page, image: Image) -> str:
    """What an image is called in a list, and its node in the scene, which Slicer's Data Probe shows: its ID;
    where sides are random its place, and its layer where it is no background, as ``Left, segmentation``."""
    if page.randomize_sides is None:
        return image.id
    title = _places(page, image.id).capitalize() or "Image"
    return title if image.layer is Layer.BACKGROUND else f"{title}, {image.layer.value.lower()}"


def in_order_to_tell(page: Page, images: Iterable[Image]) -> list[Image]:
    """As the page has them; where sides are random, by their views: the other order would tell."""
    if page.randomize_sides is None:
        return list(images)
    views = [*VIEWS_OF_LAYOUT[page.layout], *SliceView]
    return sorted(images, key=lambda image: views.index(image.destination))


def _places(page: Page, image_id: str) -> str:
    views = dict.fromkeys(image.destination for image in page.images if image.id == image_id)
    return " and ".join(sorted(filter(None, (place_of_view(page.layout, view) for view in views))))
