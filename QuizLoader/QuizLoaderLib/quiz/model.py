"""A quiz as its author wrote it: plain values, each with the line of its element.

The language decides what each means. All is well formed: what could not be understood was reported by
``read_quiz`` and replaced by its default, and an Image without a usable Type or Path is left out.
"""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path

from .bookmarks import GoToBookmark
from .conditions import Condition
from .drawing_keys import DrawingKey, LesionKey
from .feedback import Explanation, Feedback
from .isodoses import Isodose
from .markdown import TextFormat
from .question_types import QUESTION_TYPES, GroupLayout, MarkTool, QuestionType, QuestionTypeFacts, Takes
from .windows import WindowLevel, WindowPreset


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
class Image:
    """One Image element: a file, the slice view and layer it is put on, and its look there.

    ``path`` is relative to the image folder, with ``/`` between its parts and without ``.`` parts.
    ``asks_for_orientation`` is whether the author wrote the orientation or left it to the default.
    An element with ``planes`` is an Image for each of them.
    Lengths are in mm; ``pan_origin_mm`` is the slice view's XYZ origin.
    """

    id: str
    type: ImageType
    path: str
    line: int
    destination: SliceView = SliceView.RED
    orientation: Orientation = Orientation.AXIAL
    asks_for_orientation: bool = False
    planes: tuple[Orientation, ...] = ()
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
    start_from: bool = False
    keys: tuple[DrawingKey, ...] = ()
    isodoses: tuple[Isodose, ...] = ()
    prescription_gy: float | None = None

    @property
    def is_another_plane(self) -> bool:
        """Whether an Image before it is of the same element."""
        return self.planes[:1] not in ((), (self.orientation,))


@dataclass(frozen=True)
class Question:
    """One question; ``minimum`` and ``maximum`` are inclusive and for types with numbers only.

    ``options`` are labels (for a Picture file names beside the quiz, for a Button script names).
    Colours are 0..255. ``show_if``: it is asked where the condition holds; None is always.
    ``fixed`` is by field: it keeps its place where ``randomize_options`` moves the others. ``order`` is how
    one reader is shown the fields, by their numbers from 0; empty as they are written. ``option_views`` are
    by option: what it is tied to, and ``option_images`` the IDs of the images that are seen there.
    ``answer``, ``correct_options`` and ``correct_rows`` are what the author says is right, as it is written:
    see ``right_answer``. Of a Mark ``tools`` are those to choose from, ``image`` is the ID of the image that
    it belongs to (any if empty), ``questions`` are the form of each mark, ``rating`` is the ID of one of
    these, ``minimum`` and ``maximum`` say how many marks there are, and ``keys`` what they should hit.
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
    randomize_options: bool = False
    fixed: tuple[bool, ...] = ()
    order: tuple[int, ...] = ()
    option_views: tuple[SliceView | None, ...] = ()
    option_images: tuple[str, ...] = ()
    ordered: bool = False
    text_format: TextFormat | None = None
    lines: int = 1
    max_length: int | None = None
    step: float = 1.0
    unit: str = ""
    show_if: Condition | None = None
    answer: str = ""
    tolerance: float = 0.0
    points: float = 1.0
    correct_options: tuple[bool, ...] = ()
    correct_rows: tuple[str, ...] = ()
    explanation: Explanation | None = None
    tools: tuple[MarkTool, ...] = (MarkTool.POINT,)
    image: str = ""
    rating: str = ""
    mark_color: tuple[int, int, int] | None = None
    questions: "tuple[Question, ...]" = ()
    keys: tuple[LesionKey, ...] = ()

    @property
    def facts(self) -> QuestionTypeFacts:
        return QUESTION_TYPES[self.type]

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of what has an answer of its own: Options, Rows, or the Question as a whole."""
        return {"Option": self.options, "Row": self.rows, "Question": ("",)}[self.facts.field]

    @property
    def has_drawn_order(self) -> bool:
        """Whether an order of its fields is drawn for each reader."""
        return bool(self.fields) and (self.randomize_options or self.facts.takes is Takes.RANK)

    @property
    def shown_order(self) -> tuple[int, ...]:
        """The numbers of the fields, from 0, as a reader sees them."""
        return self.order or tuple(range(len(self.fields)))

    @property
    def option_values(self) -> tuple[str, ...]:
        """What a chosen Option stands for: the image of one that is tied to a view, else its text."""
        tied = zip(self.option_images, self.options, strict=True) if self.option_images else ()
        return tuple(image or option for image, option in tied) or self.options

    @property
    def right_answer(self) -> tuple[str, ...]:
        """In the form of a reader's answer, a text for each field; empty where the author gives none.

        Y or N for an Option (where one is chosen and several have Y, each of them is right), the Option of a
        Row (empty where the Row does not count), a number, or texts with ``|`` between them.
        """
        if self.facts.takes is Takes.CHOICE and any(self.correct_options):
            return tuple("Y" if is_correct else "N" for is_correct in self.correct_options)
        if self.facts.takes is Takes.OPTION and any(self.correct_rows):
            return self.correct_rows
        return (self.answer,) if self.answer and self.has_one_field else ()

    @property
    def has_one_field(self) -> bool:
        """Whether something is typed into it, and that in one field."""
        return self.facts.takes is Takes.TYPED and len(self.fields) == 1


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
class Page:
    """``number`` counts from 1 in the order of the file. ``case`` and ``treatment`` are empty where they are
    the ID and the Descriptor. The images of the views of ``randomize_sides`` change places, see ``sides``."""

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
    randomize_sides: tuple[SliceView, SliceView] | None = None
    time_limit_s: float | None = None
    min_time_s: float | None = None
    show_if: Condition | None = None
    images: tuple[Image, ...] = ()
    question_sets: tuple[QuestionSet, ...] = ()
    explanation: Explanation | None = None

    @property
    def title(self) -> str:
        """What a reader is shown: its Title, else its ID and Descriptor."""
        return self.shown_title or (f"{self.id} - {self.descriptor}" if self.descriptor else self.id)

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for each in self.question_sets for question in each.questions)

    @property
    def drawing_keys(self) -> list[tuple[str, DrawingKey]]:
        """What is right of the drawings on it, each with the ID of its image."""
        images = self.images if self.enable_segment_editor else ()
        return list(dict.fromkeys((image.id, key) for image in images for key in image.keys))

    @property
    def explanations(self) -> list[tuple[int, Explanation]]:
        """Its own and those of its questions, each with a line."""
        own = [(self.line, self.explanation), *((each.line, each.explanation) for each in self.questions)]
        return [(line, explanation) for line, explanation in own if explanation]

    @property
    def questions_with_forms(self) -> tuple[Question, ...]:
        """The same, each followed by those of the form of its marks."""
        return tuple(each for question in self.questions for each in (question, *question.questions))

    @cached_property
    def has_conditions(self) -> bool:
        return bool(self.show_if) or any(
            each.show_if or any(question.show_if for question in each.questions)
            for each in self.question_sets
        )


@dataclass(frozen=True)
class Quiz:
    """``forced_group_order``: RandomizedPageGroupIndices, None without; ``pass_mark`` is in percent."""

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
    time_limit_s: float | None = None
    free_order: bool = False
    feedback: Feedback = Feedback.NONE
    pass_mark: float | None = None
    attempts: int = 1
    window_presets: tuple[WindowPreset, ...] = ()

    @property
    def is_drawn_on(self) -> bool:
        """Whether it has a page on which readers draw regions."""
        return any(page.enable_segment_editor for page in self.pages)
