"""Rules within one page: its names, its views, and its images beside each other."""

import re
from collections.abc import Iterator

from .model import VIEWS_OF_LAYOUT, Image, Layer, Page, RoiCode, SliceView
from .problems import Problem, ProblemCode, about, error, image_error, nearest, warning
from .values import shown

UNSAFE_CHARACTERS = ProblemCode(
    "Q302", "An ID or Descriptor has characters that file systems refuse (warning)."
)
RERUN_WITHOUT_RESPONSES = ProblemCode("Q304", "ButtonScriptRerunRequired needs AllowMultipleResponse.")
BOOKMARK_WITH_SPACE = ProblemCode(
    "Q306", "A BookmarkID with a space can never be named by GoToBookmark (warning)."
)
BOOKMARK_WITHOUT_LABEL = ProblemCode("Q307", "GoToBookmark has no label for its button (warning).")
ID_WITH_TWO_PATHS = ProblemCode("Q320", "Within a page one image ID stands for one Path.")
PATH_WITH_TWO_IDS = ProblemCode("Q321", "Within a page one Path has one image ID.")
VIEW_NOT_IN_LAYOUT = ProblemCode("Q322", "DefaultDestination is a view of the page's Layout.")
LAYER_TAKEN = ProblemCode("Q323", "A view has one Background, one Foreground and one Label.")
FOREGROUND_ORIENTATION = ProblemCode(
    "Q324", "A Foreground takes the orientation of its Background (warning)."
)
RTSTRUCT_WITHOUT_VOLUME = ProblemCode("Q325", "An RTStruct needs a volume on its page.")
ROIS_WITHOUT_NAME = ProblemCode("Q403", "Select and Ignore need at least one ROI.")
ROIS_NOT_USED = ProblemCode("Q404", "All and None do not use ROI elements (warning).")
ROIS_ON_WRONG_TYPE = ProblemCode("Q406", "ROIs are for Segmentation, RTStruct and LabelMap (warning).")
NOT_ON_BACKGROUND = ProblemCode(
    "Q410", "InitialSliceOffset, ZoomFactor and PanOrigin belong to the Background (warning)."
)
VECTOR_FILE = ProblemCode("Q411", "A Vector is png, jpg, jpeg, bmp, tif or DICOM.")
VECTOR_SEGMENTS = ProblemCode("Q412", "A Vector cannot have SegmentRequired.")
VALUE_MAP_ON_WRONG_TYPE = ProblemCode("Q413", "MaskValueMap is for LabelMap and Segmentation (warning).")
UNKNOWN_COLOR_TABLE = ProblemCode("Q414", "ColorTable is a colour node that Slicer has (warning).")

COLOR_TABLES = (
    "Labels", "FullRainbow", "Grey", "Iron", "Rainbow", "Ocean", "Desert", "InvertedGrey", "ReverseRainbow",
    "fMRI", "fMRIPA", "Random", "Red", "Green", "Blue", "Yellow", "Cyan", "Magenta", "Warm1", "Warm2",
    "Warm3", "Cool1", "Cool2", "Cool3", "WarmShade1", "WarmShade2", "WarmShade3", "CoolShade1", "CoolShade2",
    "CoolShade3", "WarmTint1", "WarmTint2", "WarmTint3", "CoolTint1", "CoolTint2", "CoolTint3",
    "RandomIntegers", "RedGreenBlue", "PET-Heat", "PET-Rainbow", "PET-Rainbow2", "PET-DICOM",
    "PET-HotMetalBlue", "PET-MaximumIntensityProjection", "dGEMRIC-1.5T", "dGEMRIC-3T",
)  # fmt: skip
"""Those of the colour nodes that MRML has by itself, here so that a quiz is checked without Slicer. They are
looked up among colour nodes only: Red, Green and Yellow are names of slice views too."""

_REFUSED_BY_FILE_SYSTEMS = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_ONE_A_VIEW = (Layer.BACKGROUND, Layer.FOREGROUND, Layer.LABEL)


def safe_names(page: Page) -> Iterator[Problem]:
    for name, value in (("ID", page.id), ("Descriptor", page.descriptor)):
        refused = dict.fromkeys(_REFUSED_BY_FILE_SYSTEMS.findall(value))
        if refused:
            yield warning(
                UNSAFE_CHARACTERS,
                f"{name} {shown(value)} has characters that file systems refuse: {' '.join(refused)}.",
                "the names of stored files are made safe",
            )


def rerun_needs_multiple_responses(page: Page) -> Iterator[Problem]:
    if page.button_script_rerun_required and not page.allow_multiple_response:
        yield error(
            RERUN_WITHOUT_RESPONSES,
            "ButtonScriptRerunRequired is “Y”, but AllowMultipleResponse is not.",
            'write AllowMultipleResponse="Y"',
        )


def bookmark_is_usable(page: Page) -> Iterator[Problem]:
    if " " in page.bookmark_id:
        yield warning(
            BOOKMARK_WITH_SPACE,
            f"BookmarkID {shown(page.bookmark_id)} has a space, so no GoToBookmark can name it.",
        )
    if page.go_to_bookmark is not None and not page.go_to_bookmark.label:
        yield warning(
            BOOKMARK_WITHOUT_LABEL,
            f"GoToBookmark {shown(page.go_to_bookmark.bookmark)} has no label for its button.",
            "write a space and the label behind it",
        )


def one_path_one_id(page: Page) -> Iterator[Problem]:
    path_of_id: dict[str, str] = {}
    id_of_path: dict[str, str] = {}
    for image in page.images:
        if not image.id:
            continue
        path = path_of_id.setdefault(image.id, image.path)
        if path != image.path:
            yield image_error(
                image,
                ID_WITH_TWO_PATHS,
                f"Image {shown(image.id)} has the Path {shown(image.path)}, but {shown(path)} earlier.",
                "give each file of a page an ID of its own",
            )
        known = id_of_path.setdefault(image.path, image.id)
        if known != image.id:
            yield image_error(
                image,
                PATH_WITH_TWO_IDS,
                f"The Path {shown(image.path)} has the ID {shown(image.id)}, but {shown(known)} earlier.",
                "use one ID for one file of a page",
            )


def views_of_layout(page: Page) -> Iterator[Problem]:
    views = VIEWS_OF_LAYOUT[page.layout]
    for image in page.images:
        if image.destination in views:
            continue
        if image.destination is SliceView.SLICE4:
            hint = "Slice4 needs the Layout TwoOverTwo"
        else:
            hint = "its views: " + ", ".join(view.value for view in views)
        yield image_error(
            image,
            VIEW_NOT_IN_LAYOUT,
            f"Image {shown(image.id)} is for {image.destination.value}, "
            f"which the Layout {page.layout.value} does not show.",
            hint,
        )


def one_image_a_layer(page: Page) -> Iterator[Problem]:
    taken: dict[tuple[SliceView, Layer], Image] = {}
    for image in page.images:
        if image.layer not in _ONE_A_VIEW:
            continue
        first = taken.setdefault((image.destination, image.layer), image)
        if first is not image:
            yield image_error(
                image,
                LAYER_TAKEN,
                f"Image {shown(image.id)} is a second {image.layer.value} on {image.destination.value}.",
                f"the first one is {shown(first.id)} of line {first.line}",
            )


def foreground_orientation(page: Page) -> Iterator[Problem]:
    backgrounds: dict[SliceView, Image] = {}
    for image in page.images:
        if image.layer is Layer.BACKGROUND:
            backgrounds.setdefault(image.destination, image)
    for image in page.images:
        if image.layer is not Layer.FOREGROUND or not image.asks_for_orientation:
            continue
        background = backgrounds.get(image.destination)
        if background is not None and background.orientation is not image.orientation:
            problem = warning(
                FOREGROUND_ORIENTATION,
                f"Foreground {shown(image.id)} asks for {image.orientation.value}, "
                f"but its Background {shown(background.id)} for {background.orientation.value}.",
                "the Background decides",
            )
            yield about(image, problem)


def rtstruct_has_a_volume(page: Page) -> Iterator[Problem]:
    if any(image.type.facts.has_grey_values for image in page.images):
        return
    for image in page.images:
        if image.type.facts.needs_volume:
            yield image_error(
                image,
                RTSTRUCT_WITHOUT_VOLUME,
                f"RTStruct {shown(image.id)} has no volume on its page to lie on.",
                "add the volume that it was drawn on",
            )


def roi_names_fit_code(image: Image) -> Iterator[Problem]:
    rois = image.roi_visibility
    if rois is None:
        return
    needs_names = rois.code in (RoiCode.SELECT, RoiCode.IGNORE)
    if needs_names and not rois.names:
        yield error(
            ROIS_WITHOUT_NAME,
            f"ROIVisibilityCode is “{rois.code.value}”, but there is no ROI with a name.",
            "write <ROI>name</ROI> within ROIs",
            line=rois.line,
        )
    elif rois.names and not needs_names:
        yield warning(
            ROIS_NOT_USED,
            f"ROIVisibilityCode is “{rois.code.value}” and does not use the ROI {shown(rois.names[0])}.",
            "Select and Ignore use names",
            line=rois.line,
        )


def rois_fit_type(image: Image) -> Iterator[Problem]:
    if image.roi_visibility is not None and not image.type.facts.may_have_rois:
        yield warning(
            ROIS_ON_WRONG_TYPE,
            f"ROIs of Image {shown(image.id)} are not used, because it is a {image.type.value}.",
            line=image.roi_visibility.line,
        )


def view_attributes_on_background(image: Image) -> Iterator[Problem]:
    if image.layer is Layer.BACKGROUND:
        return
    for name, value in (
        ("InitialSliceOffset", image.initial_slice_offset_mm),
        ("ZoomFactor", image.zoom_factor),
        ("PanOrigin", image.pan_origin_mm),
    ):
        if value is not None:
            yield warning(
                NOT_ON_BACKGROUND,
                f"{name} of Image {shown(image.id)} is not used, because its Layer is {image.layer.value}.",
                "write it on the view's Background",
            )


def vectors(image: Image) -> Iterator[Problem]:
    facts, name = image.type.facts, f"{image.type.value} {shown(image.id)}"
    files = (*facts.pictures, ".dcm")
    if facts.pictures and not image.dicom_read and not image.path.lower().endswith(files):
        yield error(
            VECTOR_FILE,
            f"The Path {shown(image.path)} of {name} is not a colour picture.",
            "allowed: png, jpg, jpeg, bmp, tif, or a colour DICOM image",
        )
    if image.segment_required and not facts.may_be_drawn_on:
        yield error(
            VECTOR_SEGMENTS,
            f"SegmentRequired of Image {shown(image.id)} is “Y”, but it is a {image.type.value}.",
            "segments are drawn on volumes",
        )


def color_tables(image: Image) -> Iterator[Problem]:
    if image.color_table and image.color_table not in COLOR_TABLES:
        yield unknown_color_table(image)


def value_map_fits_type(image: Image) -> Iterator[Problem]:
    if image.mask_value_map and not image.type.facts.may_have_value_map:
        yield warning(
            VALUE_MAP_ON_WRONG_TYPE,
            f"MaskValueMap of Image {shown(image.id)} is not used, because it is a {image.type.value}.",
            "it names the values of a LabelMap or of a label image read as a Segmentation",
        )


def unknown_color_table(image: Image) -> Problem:
    """The same sentence when a quiz is checked and when it is shown."""
    near = nearest(image.color_table, COLOR_TABLES)
    names = ", ".join(sorted(COLOR_TABLES, key=str.casefold))
    hint = f"did you mean {shown(near)}? " if near else ""
    named = f"ColorTable of Image {shown(image.id)} is {shown(image.color_table)}"
    return warning(
        UNKNOWN_COLOR_TABLE,
        f"{named}, which Slicer does not have, so the image is grey.",
        f"{hint}unless an extension of Slicer brings others, the names are: {names}",
        line=image.line,
    )
