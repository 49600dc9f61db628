"""Contours that a reader is given to accept, correct or reject: which they are, and the rules about them."""

from collections.abc import Iterator

from .model import Image, Layer, Page
from .problems import Problem, ProblemCode, error, image_error
from .values import shown

GIVEN_ON_WRONG_TYPE = ProblemCode("Q426", "StartFrom is for the Types Segmentation and RTStruct.")
GIVEN_WITHOUT_EDITOR = ProblemCode("Q427", "The page of StartFrom has EnableSegmentEditor.")
GIVEN_WITHOUT_BACKGROUND = ProblemCode("Q428", "StartFrom lies on a view with a Background.")
GIVEN_TWICE = ProblemCode("Q429", "A Background has one file with StartFrom.")
GIVEN_AND_EARLIER = ProblemCode("Q430", "A Background has either StartFrom or DisplayLabelMapID.")
GIVEN_NAME_REPEATED = ProblemCode("Q431", "Regions that are given with StartFrom have names of their own.")


def given_on(page: Page) -> dict[str, list[int]]:
    """The places among the page's images of those that readers start from, by the ID of the image that is
    drawn on: one file, on several views perhaps."""
    found: dict[str, list[int]] = {}
    for place, image in enumerate(page.images):
        if _is_given(image) and page.enable_segment_editor and (background := _background(page, image)):
            others = found.setdefault(background.id, [])
            if not others or page.images[others[0]].path == image.path:
                others.append(place)
    return found


def contours_to_start_from(page: Page) -> Iterator[Problem]:
    given = [image for image in page.images if _is_given(image)]
    if given and not page.enable_segment_editor:
        yield image_error(
            given[0],
            GIVEN_WITHOUT_EDITOR,
            f"StartFrom of Image {shown(given[0].id)} is “Y”, but the page has no segment editor.",
            'write EnableSegmentEditor="Y" on the Page',
        )
    first: dict[str, Image] = {}
    for image in given:
        background = _background(page, image)
        if background is None:
            yield image_error(
                image,
                GIVEN_WITHOUT_BACKGROUND,
                f"StartFrom of Image {shown(image.id)} is “Y”, but its view {image.destination.value} has no "
                "Background.",
                "put the image that is drawn on there",
            )
            continue
        known = first.setdefault(background.id, image)
        if known.path != image.path:
            yield image_error(
                image,
                GIVEN_TWICE,
                f"Image {shown(image.id)} is a second one with StartFrom on {shown(background.id)}.",
                f"the first one is {shown(known.id)} of line {known.line}",
            )
        elif known is image:
            yield from _with_earlier_contours(page, image, background)


def _with_earlier_contours(page: Page, given: Image, background: Image) -> Iterator[Problem]:
    for image in page.images:
        if image.id == background.id and image.display_label_map_id:
            yield image_error(
                image,
                GIVEN_AND_EARLIER,
                f"Image {shown(image.id)} has DisplayLabelMapID {shown(image.display_label_map_id)}, and is "
                f"drawn on from {shown(given.id)} of line {given.line}, which has StartFrom.",
                "a drawing begins as one of the two",
            )
            return


def fits_type(image: Image) -> Iterator[Problem]:
    if image.start_from and not _is_given(image):
        yield error(
            GIVEN_ON_WRONG_TYPE,
            f"StartFrom of Image {shown(image.id)} is “Y”, but it is a {image.type.value}.",
            "write it on the Segmentation or RTStruct that has the contours",
        )


def repeated_names(image: Image, names: list[str]) -> list[Problem]:
    """An error for each name that several shown regions of a file have that readers start from."""
    rois = image.roi_visibility
    wanted = [name.strip() for name in names if rois is None or rois.shows(name)]
    return [
        error(
            GIVEN_NAME_REPEATED,
            f"Image {shown(image.id)} has {wanted.count(name)} regions {shown(name)}, judged as one.",
            "give each region a name of its own",
        )
        for name in dict.fromkeys(wanted)
        if image.start_from and wanted.count(name) > 1
    ]


def _is_given(image: Image) -> bool:
    return image.start_from and Layer.SEGMENTATION in image.type.facts.layers


def _background(page: Page, image: Image) -> Image | None:
    on_view = (each for each in page.images if each.destination is image.destination)
    return next((each for each in on_view if each.layer is Layer.BACKGROUND), None)
