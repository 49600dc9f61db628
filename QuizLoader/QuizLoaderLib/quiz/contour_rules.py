"""Rules about what a reader draws: what a page requires, shows again and merges."""

from collections.abc import Callable, Iterator

from .model import Image, Layer, Page, Quiz
from .problems import NearestNames, Problem, ProblemCode, about, error, image_error
from .session_rules import EarlierPages
from .values import shown

SEGMENTS_WITHOUT_EDITOR = ProblemCode("Q310", "Required segments need EnableSegmentEditor.")
SEGMENTS_REQUIRED_TWICE = ProblemCode(
    "Q311", "SegmentRequired and SegmentRequiredOnAnyImage exclude each other."
)
SEGMENTS_ON_WRONG_LAYER = ProblemCode("Q312", "SegmentRequired is not for the layers Label and Segmentation.")
SEGMENTS_DIFFER = ProblemCode("Q313", "SegmentRequired is the same on all images of one Path.")
LINES_REQUIRED_TWICE = ProblemCode(
    "Q314", "MinMarkupLinesRequired and MinMarkupLinesRequiredOnAnyImage exclude each other."
)
LINES_ON_WRONG_LAYER = ProblemCode(
    "Q315", "MinMarkupLinesRequired is not for the layers Label and Segmentation."
)
LINES_DIFFER = ProblemCode("Q316", "MinMarkupLinesRequired is the same on all images of one Path.")
CONTOUR_WITHOUT_SOURCE = ProblemCode(
    "Q420", "DisplayLabelMapID names the LabelMapID of the same Path on an earlier page."
)
MERGE_WITHOUT_DISPLAY = ProblemCode("Q421", "MergeLabelMaps needs DisplayLabelMapID.")
MERGE_WITH_EDITING = ProblemCode(
    "Q422", "A page with MergeLabelMaps has no segment editor and requires no segments."
)
MERGE_SOURCE_NOT_LOOP = ProblemCode("Q423", "MergeLabelMaps takes its contours from a page with Loop.")
MERGE_ON_LOOP = ProblemCode("Q424", "MergeLabelMaps is not for a page with Loop.")
MERGE_GROUPS_DIFFER = ProblemCode("Q425", "MergeLabelMaps needs the PageGroup of the page it merges.")

_NOT_DRAWN_ON = (Layer.LABEL, Layer.SEGMENTATION)


def required_segments(page: Page) -> Iterator[Problem]:
    asking = [image for image in page.images if image.segment_required]
    if (asking or page.segment_required_on_any_image) and not page.enable_segment_editor:
        name = "SegmentRequired" if asking else "SegmentRequiredOnAnyImage"
        yield error(
            SEGMENTS_WITHOUT_EDITOR,
            f"{name} is “Y”, but the page has no segment editor.",
            'write EnableSegmentEditor="Y" on the Page',
            line=asking[0].line if asking else page.line,
        )
    if asking and page.segment_required_on_any_image:
        yield image_error(
            asking[0],
            SEGMENTS_REQUIRED_TWICE,
            "SegmentRequired is “Y”, and so is SegmentRequiredOnAnyImage of its page.",
            "keep one of the two",
        )
    if asking:
        yield from _same_for_a_path(
            page, SEGMENTS_DIFFER, "SegmentRequired", lambda image: image.segment_required
        )


def required_lines(page: Page) -> Iterator[Problem]:
    asking = [image for image in page.images if image.min_markup_lines_required is not None]
    if not asking:
        return
    if page.min_markup_lines_required_on_any_image is not None:
        yield image_error(
            asking[0],
            LINES_REQUIRED_TWICE,
            f"MinMarkupLinesRequired is “{asking[0].min_markup_lines_required}”, and its page has "
            f"MinMarkupLinesRequiredOnAnyImage “{page.min_markup_lines_required_on_any_image}”.",
            "keep one of the two",
        )
    yield from _same_for_a_path(
        page, LINES_DIFFER, "MinMarkupLinesRequired", lambda image: image.min_markup_lines_required
    )


def drawn_on_a_volume(image: Image) -> Iterator[Problem]:
    if image.layer not in _NOT_DRAWN_ON:
        return
    for code, name, is_required in (
        (SEGMENTS_ON_WRONG_LAYER, "SegmentRequired", image.segment_required),
        (LINES_ON_WRONG_LAYER, "MinMarkupLinesRequired", image.min_markup_lines_required is not None),
    ):
        if is_required:
            yield error(
                code,
                f"{name} of Image {shown(image.id)} is not for the Layer {image.layer.value}.",
                "write it on a Background or Foreground",
            )


def shown_contours_have_a_source(quiz: Quiz) -> Iterator[Problem]:
    contours = EarlierPages(quiz)
    known: dict[str, None] = {}
    names = NearestNames()
    for page in quiz.pages:
        for image in page.images:
            if image.label_map_id:
                contours.add((image.label_map_id, image.path), page)
                known[image.label_map_id] = None
    for page in quiz.pages:
        for image in page.images:
            wanted = image.display_label_map_id
            if not wanted or contours.offers((wanted, image.path), page):
                continue
            if wanted in known:
                hint = "the earlier image needs the same Path, and to come earlier in any order of the groups"
            else:
                near = names.find(wanted, known)
                hint = f"did you mean {shown(near)}?" if near else f'write LabelMapID="{wanted}" there'
            sentence = (
                f"Image {shown(image.id)} has DisplayLabelMapID {shown(wanted)}, but no earlier page has "
                "this LabelMapID for the same Path."
            )
            problem = error(CONTOUR_WITHOUT_SOURCE, sentence, hint)
            yield about(image, problem).at(page=page.number)


def merged_contours(quiz: Quiz) -> Iterator[Problem]:
    loops = _LoopsByGroup(quiz)
    for page in quiz.pages:
        for image in page.images:
            if image.merge_label_maps:
                for problem in _merging(page, image, loops):
                    yield about(image, problem).at(page=page.number)


class _LoopsByGroup:
    """The first page that offers a contour: any, one with Loop, one with Loop in a certain group."""

    def __init__(self, quiz: Quiz) -> None:
        self._first: dict[tuple[object, ...], int] = {}
        for page in quiz.pages:
            for contour in ((image.label_map_id, image.path) for image in page.images if image.label_map_id):
                self._first.setdefault((contour,), page.number)
                if page.loop:
                    self._first.setdefault((contour, "loop"), page.number)
                    self._first.setdefault((contour, "loop", page.page_group), page.number)

    def before(self, page: Page, *key: object) -> bool:
        return self._first.get(key, page.number) < page.number


def _merging(page: Page, image: Image, loops: _LoopsByGroup) -> Iterator[Problem]:
    merge = f"MergeLabelMaps of Image {shown(image.id)}"
    if not image.display_label_map_id:
        yield error(
            MERGE_WITHOUT_DISPLAY,
            f"{merge} is “Y”, but it has no DisplayLabelMapID.",
            "name the LabelMapID whose contours are merged",
        )
    for name, is_set in (
        ("EnableSegmentEditor", page.enable_segment_editor),
        ("SegmentRequiredOnAnyImage", page.segment_required_on_any_image),
        ("SegmentRequired", any(other.segment_required for other in page.images)),
    ):
        if is_set:
            yield error(MERGE_WITH_EDITING, f"{merge} is “Y”, and so is {name} of its page.")
    if page.loop:
        yield error(MERGE_ON_LOOP, f"{merge} is “Y”, but its page has Loop “Y” itself.")
    key = (image.display_label_map_id, image.path)
    if not image.display_label_map_id or not loops.before(page, key):
        return  # a source that is missing has its own rule
    if not loops.before(page, key, "loop"):
        yield error(
            MERGE_SOURCE_NOT_LOOP,
            f"{merge}: no earlier page with LabelMapID {shown(image.display_label_map_id)} has Loop.",
            'write Loop="Y" on that page',
        )
    elif page.page_group is None or not loops.before(page, key, "loop", page.page_group):
        group = "no PageGroup" if page.page_group is None else f"the PageGroup {page.page_group}"
        yield error(
            MERGE_GROUPS_DIFFER,
            f"{merge}: its page has {group}, but the page that it merges has a different one.",
            "give both pages one PageGroup",
        )


def _same_for_a_path(
    page: Page, code: str, name: str, value_of: Callable[[Image], object]
) -> Iterator[Problem]:
    first: dict[str, Image] = {}
    for image in page.images:
        known = first.setdefault(image.path, image)
        if value_of(known) != value_of(image):
            sentence = f"{name} of the Path {shown(image.path)} is not the same as in line {known.line}."
            yield image_error(image, code, sentence, "write the same value on all images of this file")
