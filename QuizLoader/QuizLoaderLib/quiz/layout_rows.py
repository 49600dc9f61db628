"""Where each view of a layout is, and what that makes of an image for a reader who must not know its name."""

from .model import Layout, Page, SliceView

ROWS_OF_LAYOUT: dict[Layout, tuple[tuple[SliceView | None, ...], ...]] = {
    Layout.FOUR_UP: ((SliceView.RED, None), (SliceView.GREEN, SliceView.YELLOW)),
    Layout.TWO_OVER_TWO: ((SliceView.RED, SliceView.SLICE4), (SliceView.GREEN, SliceView.YELLOW)),
    Layout.ONE_UP_RED_SLICE: ((SliceView.RED,),),
    Layout.SIDE_BY_SIDE_RED_YELLOW: ((SliceView.RED, SliceView.YELLOW),),
}
"""Rows from the top, views from the left; None is the place of the 3D view, on pages that have regions."""


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
    if page.randomize_sides is None:
        return f"the image “{image_id}”"
    views = dict.fromkeys(image.destination for image in page.images if image.id == image_id)
    places = list(filter(None, (place_of_view(page.layout, view) for view in views)))
    return f"the {' and '.join(places)} image" if places else "an image"
