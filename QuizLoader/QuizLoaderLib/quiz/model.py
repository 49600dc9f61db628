"""A quiz as its author wrote it: plain values, each with the line of its element.

The meaning of every element and attribute is decided by the language (in the docs: "The quiz language").
An object of this module is always well formed: what could not be understood in the file was reported
by ``read_quiz`` and replaced by its default, and an Image without a usable Type or Path is left out.
"""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path

from .conditions import Condition
from .question_types import QUESTION_TYPES, QuestionType, QuestionTypeFacts


class Layout(str, Enum):
    FOUR_UP = "FourUp"
    TWO_OVER_TWO = "TwoOverTwo"
    ONE_UP_RED_SLICE = "OneUpRedSlice"
    SIDE_BY_SIDE_RED_YELLOW = "SideBySideRedYellow"


class SliceView(str, Enum):
    RED = "Red"
    GREEN = "Green"
    YELLOW = "Yellow"
    SLICE4 = "Slice4"


VIEWS_OF_LAYOUT: dict[Layout, tuple[SliceView, ...]] = {
    Layout.FOUR_UP: (SliceView.RED, SliceView.YELLOW, SliceView.GREEN),
    Layout.TWO_OVER_TWO: (SliceView.RED, SliceView.GREEN, SliceView.YELLOW, SliceView.SLICE4),
    Layout.ONE_UP_RED_SLICE: (SliceView.RED,),
    Layout.SIDE_BY_SIDE_RED_YELLOW: (SliceView.RED, SliceView.YELLOW),
}


class Orientation(str, Enum):
    AXIAL = "Axial"
    SAGITTAL = "Sagittal"
    CORONAL = "Coronal"


class Layer(str, Enum):
    BACKGROUND = "Background"
    FOREGROUND = "Foreground"
    LABEL = "Label"
    SEGMENTATION = "Segmentation"


class ImageType(str, Enum):
    VOLUME = "Volume"
    VOLUME_SEQUENCE = "VolumeSequence"
    VECTOR = "Vector"
    LABEL_MAP = "LabelMap"
    SEGMENTATION = "Segmentation"
    RT_STRUCT = "RTStruct"

    @property
    def facts(self) -> "TypeFacts":
        return FACTS_OF_TYPE[self]


@dataclass(frozen=True)
class TypeFacts:
    """What an Image element of a Type may have, and what it is taken for.

    ``layers`` are those that it may take, the first its default. ``has_grey_values``: a structure set may be
    drawn on it, and it has a State in the results; ``has_frames``: it is several volumes of one grid.
    ``may_have_rois`` and ``needs_rois`` are about ROIs, ``may_have_value_map`` about MaskValueMap.
    ``needs_volume``: it is drawn on a volume of its page. Without ``may_be_drawn_on`` no segments can be
    required. ``pictures`` are the endings of files without a place in a patient; a Type that has them shows
    no other files but DICOM.
    """

    layers: tuple[Layer, ...]
    has_grey_values: bool = False
    has_frames: bool = False
    may_have_rois: bool = False
    needs_rois: bool = False
    may_have_value_map: bool = False
    needs_volume: bool = False
    may_be_drawn_on: bool = True
    pictures: tuple[str, ...] = ()


FACTS_OF_TYPE: dict[ImageType, TypeFacts] = {
    ImageType.VOLUME: TypeFacts((Layer.BACKGROUND, Layer.FOREGROUND), has_grey_values=True),
    ImageType.VOLUME_SEQUENCE: TypeFacts(
        (Layer.BACKGROUND, Layer.FOREGROUND), has_grey_values=True, has_frames=True
    ),
    ImageType.VECTOR: TypeFacts(
        (Layer.BACKGROUND,),
        may_be_drawn_on=False,
        pictures=(".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"),
    ),
    ImageType.LABEL_MAP: TypeFacts((Layer.LABEL,), may_have_rois=True, may_have_value_map=True),
    ImageType.SEGMENTATION: TypeFacts(
        (Layer.SEGMENTATION,), may_have_rois=True, needs_rois=True, may_have_value_map=True
    ),
    ImageType.RT_STRUCT: TypeFacts(
        (Layer.SEGMENTATION,), may_have_rois=True, needs_rois=True, needs_volume=True
    ),
}


class ContourVisibility(str, Enum):
    OUTLINE = "Outline"
    FILL = "Fill"


class RoiCode(str, Enum):
    ALL = "All"
    NONE = "None"
    SELECT = "Select"
    IGNORE = "Ignore"


class PagePosition(str, Enum):
    FIRST = "First"
    LAST = "Last"


class GroupLayout(str, Enum):
    VERTICAL = "Vertical"
    HORIZONTAL = "Horizontal"


@dataclass(frozen=True)
class RoiVisibility:
    """Which regions of one Image element show on its view."""

    code: RoiCode
    names: tuple[str, ...] = ()
    line: int = 0

    def shows(self, name: str) -> bool:
        """Whether a region of this name is visible; names match exactly, but for blanks at their ends."""
        name = name.strip()
        if self.code is RoiCode.SELECT:
            return name in self.names
        if self.code is RoiCode.IGNORE:
            return name not in self.names
        return self.code is RoiCode.ALL


@dataclass(frozen=True)
class WindowLevel:
    """Grey values from ``level - window / 2`` (black) to ``level + window / 2`` (white), in voxel values."""

    window: float
    level: float


@dataclass(frozen=True)
class Image:
    """One Image element: a file, the slice view and layer it is put on, and its look there.

    ``path`` is relative to the image folder, with ``/`` between its parts and without ``.`` parts.
    ``asks_for_orientation`` is whether the author wrote the orientation or left it to the default.
    Lengths are in mm; ``pan_origin_mm`` is the slice view's XYZ origin.
    """

    id: str
    type: ImageType
    path: str
    line: int
    destination: SliceView = SliceView.RED
    orientation: Orientation = Orientation.AXIAL
    asks_for_orientation: bool = False
    layer: Layer = Layer.BACKGROUND
    dicom_read: bool = False
    roi_visibility: RoiVisibility | None = None
    window_level: WindowLevel | None = None
    color_table: str = ""
    opacity: float = 0.5
    rotate_to_acquisition: bool = False
    initial_slice_offset_mm: float | None = None
    zoom_factor: float | None = None
    pan_origin_mm: tuple[float, float, float] | None = None
    mask_value_map: str = ""
    label_map_id: str = ""
    display_label_map_id: str = ""
    merge_label_maps: bool = False
    segment_required: bool = False
    min_markup_lines_required: int | None = None


@dataclass(frozen=True)
class Question:
    """One question; ``minimum`` and ``maximum`` are inclusive and for types with numbers only.

    ``options`` are labels (for a Picture file names beside the quiz, for a Button script names).
    Colours are 0..255. ``show_if``: it is asked where the condition holds; None is always.
    """

    type: QuestionType
    line: int
    id: str = ""
    descriptor: str = ""
    options: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    group_layout: GroupLayout = GroupLayout.VERTICAL
    button_color_on: tuple[int, int, int] | None = None
    button_color_off: tuple[int, int, int] | None = None
    required: bool = True
    ordered: bool = False
    lines: int = 1
    max_length: int | None = None
    step: float = 1.0
    unit: str = ""
    show_if: Condition | None = None

    @property
    def facts(self) -> QuestionTypeFacts:
        return QUESTION_TYPES[self.type]

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of what has an answer of its own: Options, Rows, or the Question as a whole."""
        return {"Option": self.options, "Row": self.rows, "Question": ("",)}[self.facts.field]


@dataclass(frozen=True)
class QuestionSet:
    line: int
    id: str = ""
    descriptor: str = ""
    show_if: Condition | None = None
    questions: tuple[Question, ...] = ()

    @property
    def title(self) -> str:
        """Its Descriptor, its ID only where it has none."""
        return self.descriptor or self.id


@dataclass(frozen=True)
class GoToBookmark:
    """``bookmark`` is the BookmarkID of an earlier page, ``label`` the text of the button."""

    bookmark: str
    label: str


@dataclass(frozen=True)
class Page:
    """``number`` counts from 1 in the order of the file. ``case`` and ``treatment`` are empty where they are
    the ID and the Descriptor."""

    id: str
    number: int
    line: int
    descriptor: str = ""
    layout: Layout = Layout.FOUR_UP
    link_views: bool = False
    page_group: int | None = None
    allow_multiple_response: bool = False
    enable_segment_editor: bool = False
    segment_required_on_any_image: bool = False
    min_markup_lines_required_on_any_image: int | None = None
    loop: bool = False
    user_interaction_log: bool = False
    bookmark_id: str = ""
    go_to_bookmark: GoToBookmark | None = None
    contour_tool_radius_mm: float | None = None
    button_script_rerun_required: bool = False
    shown_title: str = ""
    case: str = ""
    treatment: str = ""
    training: bool = False
    position: PagePosition | None = None
    show_if: Condition | None = None
    images: tuple[Image, ...] = ()
    question_sets: tuple[QuestionSet, ...] = ()

    @property
    def title(self) -> str:
        """What a reader is shown: its Title, else its ID and Descriptor."""
        return self.shown_title or (f"{self.id} - {self.descriptor}" if self.descriptor else self.id)

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for each in self.question_sets for question in each.questions)

    @cached_property
    def has_conditions(self) -> bool:
        return bool(self.show_if) or any(
            each.show_if or any(question.show_if for question in each.questions)
            for each in self.question_sets
        )


@dataclass(frozen=True)
class Quiz:
    """``forced_group_order`` is the author's RandomizedPageGroupIndices, None where there is none."""

    path: Path
    line: int = 1
    pages: tuple[Page, ...] = ()
    contour_visibility: ContourVisibility = ContourVisibility.OUTLINE
    randomize_page_groups: bool = False
    randomize_pages_in_groups: bool = False
    forced_group_order: tuple[int, ...] | None = None
    roi_color_file: str = ""
    email_results_to: str = ""
    mask_value_map: str = ""
    idle_after_s: float = 60.0
    end_text: str = ""

    @property
    def is_drawn_on(self) -> bool:
        """Whether it has a page on which readers draw regions."""
        return any(page.enable_segment_editor for page in self.pages)
