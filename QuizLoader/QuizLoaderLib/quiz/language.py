"""The quiz language as tables: every element, its attributes and children, and what values they take.

The reader walks these tables, and a test holds Resources/Quizzes/Quiz.xsd against them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from . import values
from .drawing_keys import Measure
from .feedback import Feedback
from .isodoses import DoseUnit
from .markdown import TextFormat
from .model import (
    ContourVisibility,
    ImageType,
    Layer,
    Layout,
    Orientation,
    PagePosition,
    RoiCode,
    SliceView,
)
from .question_types import GroupLayout, QuestionType


@dataclass(frozen=True)
class AttributeRule:
    """``field`` is the attribute's name in the model. ``is_of_key``: it belongs to the answer key, which need
    not travel with the quiz."""

    field: str
    kind: values.Kind
    required: bool = False
    is_of_key: bool = False


@dataclass(frozen=True)
class ElementRule:
    """``children`` maps a child's name to whether it may occur once only.

    ``text`` is None where none belongs. ``model_field`` is the model's field
    for an element that is one value (Layer, Path, ...). ``is_of_key`` as for an attribute.
    """

    attributes: Mapping[str, AttributeRule] = field(default_factory=dict)
    children: Mapping[str, bool] = field(default_factory=dict)
    text: values.Kind | None = None
    model_field: str = ""
    is_of_key: bool = False


LANGUAGE: dict[str, ElementRule] = {
    "Session": ElementRule(
        attributes={
            "ContourVisibility": AttributeRule("contour_visibility", values.one_of(ContourVisibility)),
            "RandomizePageGroups": AttributeRule("randomize_page_groups", values.YES_NO),
            "RandomizePagesInGroups": AttributeRule("randomize_pages_in_groups", values.YES_NO),
            "ROIColorFile": AttributeRule("roi_color_file", values.TEXT),
            "EmailResultsTo": AttributeRule("email_results_to", values.TEXT),
            "MaskValueMap": AttributeRule("mask_value_map", values.TEXT),
            "IdleAfter": AttributeRule("idle_after_s", values.POSITIVE),
            "EndText": AttributeRule("end_text", values.TEXT),
            "TimeLimit": AttributeRule("time_limit_s", values.SECONDS),
            "FreeOrder": AttributeRule("free_order", values.YES_NO),
            "Feedback": AttributeRule("feedback", values.one_of(Feedback)),
            "PassMark": AttributeRule("pass_mark", values.PERCENT),
            "Attempts": AttributeRule("attempts", values.COUNT),
        },
        children={"Page": False, "RandomizedPageGroupIndices": True, "WindowPreset": False},
    ),
    "RandomizedPageGroupIndices": ElementRule(text=values.GROUP_ORDER, model_field="forced_group_order"),
    "WindowPreset": ElementRule(
        attributes={
            "Name": AttributeRule("name", values.TEXT, required=True),
            "Window": AttributeRule("window", values.POSITIVE, required=True),
            "Level": AttributeRule("level", values.NUMBER, required=True),
        }
    ),
    "Page": ElementRule(
        attributes={
            "ID": AttributeRule("id", values.TEXT, required=True),
            "Descriptor": AttributeRule("descriptor", values.TEXT),
            "LinkViews": AttributeRule("link_views", values.YES_NO),
            "Layout": AttributeRule("layout", values.one_of(Layout)),
            "PageGroup": AttributeRule("page_group", values.GROUP),
            "AllowMultipleResponse": AttributeRule("allow_multiple_response", values.YES_NO),
            "EnableSegmentEditor": AttributeRule("enable_segment_editor", values.YES_NO),
            "SegmentRequiredOnAnyImage": AttributeRule("segment_required_on_any_image", values.YES_NO),
            "MinMarkupLinesRequiredOnAnyImage": AttributeRule(
                "min_markup_lines_required_on_any_image", values.COUNT
            ),
            "Loop": AttributeRule("loop", values.YES_NO),
            "UserInteractionLog": AttributeRule("user_interaction_log", values.YES_NO),
            "BookmarkID": AttributeRule("bookmark_id", values.TEXT),
            "GoToBookmark": AttributeRule("go_to_bookmark", values.GO_TO_BOOKMARK),
            "ContourToolRadius": AttributeRule("contour_tool_radius_mm", values.POSITIVE),
            "ButtonScriptRerunRequired": AttributeRule("button_script_rerun_required", values.YES_NO),
            "ShowIf": AttributeRule("show_if", values.CONDITION),
            "Title": AttributeRule("shown_title", values.TEXT),
            "Case": AttributeRule("case", values.TEXT),
            "Treatment": AttributeRule("treatment", values.TEXT),
            "Training": AttributeRule("training", values.YES_NO),
            "Position": AttributeRule("position", values.one_of(PagePosition)),
            "RandomizeSides": AttributeRule("randomize_sides", values.TWO_VIEWS),
            "TimeLimit": AttributeRule("time_limit_s", values.SECONDS),
            "MinTime": AttributeRule("min_time_s", values.SECONDS),
        },
        children={"Image": False, "QuestionSet": False, "Explanation": True},
    ),
    "Image": ElementRule(
        attributes={
            "ID": AttributeRule("id", values.TEXT, required=True),
            "Type": AttributeRule("type", values.one_of(ImageType), required=True),
            "DicomRead": AttributeRule("dicom_read", values.YES_NO),
            "Planes": AttributeRule("planes", values.PLANES),
            "RotateToAcquisition": AttributeRule("rotate_to_acquisition", values.YES_NO),
            "WindowLevel": AttributeRule("window_level", values.WINDOW_LEVEL),
            "ColorTable": AttributeRule("color_table", values.TEXT),
            "Opacity": AttributeRule("opacity", values.FRACTION),
            "InitialSliceOffset": AttributeRule("initial_slice_offset_mm", values.NUMBER),
            "ZoomFactor": AttributeRule("zoom_factor", values.POSITIVE),
            "PanOrigin": AttributeRule("pan_origin_mm", values.THREE_NUMBERS),
            "MaskValueMap": AttributeRule("mask_value_map", values.TEXT),
            "LabelMapID": AttributeRule("label_map_id", values.TEXT),
            "DisplayLabelMapID": AttributeRule("display_label_map_id", values.TEXT),
            "MergeLabelMaps": AttributeRule("merge_label_maps", values.YES_NO),
            "SegmentRequired": AttributeRule("segment_required", values.YES_NO),
            "MinMarkupLinesRequired": AttributeRule("min_markup_lines_required", values.COUNT),
            "StartFrom": AttributeRule("start_from", values.YES_NO),
            "Prescription": AttributeRule("prescription_gy", values.POSITIVE),
        },
        children={
            "Path": True,
            "DefaultDestination": True,
            "DefaultOrientation": True,
            "Layer": True,
            "ROIs": True,
            "Key": False,
            "Isodose": False,
        },
    ),
    "Path": ElementRule(text=values.TEXT, model_field="path"),
    "DefaultDestination": ElementRule(text=values.one_of(SliceView), model_field="destination"),
    "DefaultOrientation": ElementRule(text=values.one_of(Orientation), model_field="orientation"),
    "Layer": ElementRule(text=values.one_of(Layer), model_field="layer"),
    "ROIs": ElementRule(
        attributes={"ROIVisibilityCode": AttributeRule("code", values.one_of(RoiCode), required=True)},
        children={"ROI": False},
    ),
    "ROI": ElementRule(text=values.TEXT),
    "Key": ElementRule(
        attributes={
            "Region": AttributeRule("region", values.TEXT),
            "Path": AttributeRule("path", values.TEXT),
            "ROI": AttributeRule("roi", values.TEXT),
            "Measure": AttributeRule("measure", values.one_of(Measure)),
            "Full": AttributeRule("full", values.NOT_NEGATIVE),
            "Zero": AttributeRule("zero", values.NOT_NEGATIVE),
            "Tolerance": AttributeRule("tolerance_mm", values.NOT_NEGATIVE),
            "None": AttributeRule("is_none", values.YES_NO),
        },
        is_of_key=True,
    ),
    "Isodose": ElementRule(
        attributes={
            "Level": AttributeRule("level", values.POSITIVE, required=True),
            "Unit": AttributeRule("unit", values.one_of(DoseUnit)),
            "Color": AttributeRule("color", values.COLOR),
        },
    ),
    "QuestionSet": ElementRule(
        attributes={
            "ID": AttributeRule("id", values.TEXT),
            "Descriptor": AttributeRule("descriptor", values.TEXT),
            "ShowIf": AttributeRule("show_if", values.CONDITION),
        },
        children={"Question": False},
    ),
    "Question": ElementRule(
        attributes={
            "Type": AttributeRule("type", values.one_of(QuestionType), required=True),
            "ID": AttributeRule("id", values.TEXT),
            "Descriptor": AttributeRule("descriptor", values.TEXT),
            "Min": AttributeRule("minimum", values.NUMBER),
            "Max": AttributeRule("maximum", values.NUMBER),
            "GroupLayout": AttributeRule("group_layout", values.one_of(GroupLayout)),
            "ButtonCustomColorOn": AttributeRule("button_color_on", values.COLOR),
            "ButtonToggleColorOff": AttributeRule("button_color_off", values.COLOR),
            "Required": AttributeRule("required", values.YES_NO),
            "RandomizeOptions": AttributeRule("randomize_options", values.YES_NO),
            "Format": AttributeRule("text_format", values.one_of(TextFormat)),
            "Ordered": AttributeRule("ordered", values.YES_NO),
            "Lines": AttributeRule("lines", values.COUNT),
            "MaxLength": AttributeRule("max_length", values.COUNT),
            "Step": AttributeRule("step", values.NOT_NEGATIVE),
            "Unit": AttributeRule("unit", values.TEXT),
            "Answer": AttributeRule("answer", values.TEXT, is_of_key=True),
            "Tolerance": AttributeRule("tolerance", values.NOT_NEGATIVE, is_of_key=True),
            "Points": AttributeRule("points", values.POSITIVE, is_of_key=True),
            "Tool": AttributeRule("tools", values.MARK_TOOLS),
            "Image": AttributeRule("image", values.TEXT),
            "Rating": AttributeRule("rating", values.TEXT),
            "Color": AttributeRule("mark_color", values.COLOR),
            "ShowIf": AttributeRule("show_if", values.CONDITION),
        },
        children={"Option": False, "Row": False, "Explanation": True, "Question": False, "Key": False},
    ),
    "Option": ElementRule(
        attributes={
            "Fixed": AttributeRule("fixed", values.YES_NO),
            "View": AttributeRule("view", values.one_of(SliceView)),
            "Correct": AttributeRule("correct", values.YES_NO, is_of_key=True),
        },
        text=values.TEXT,
    ),
    "Row": ElementRule(
        attributes={
            "Fixed": AttributeRule("fixed", values.YES_NO),
            "Correct": AttributeRule("correct", values.TEXT, is_of_key=True),
        },
        text=values.TEXT,
    ),
    "Explanation": ElementRule(
        attributes={
            "Picture": AttributeRule("picture", values.TEXT),
            "Format": AttributeRule("text_format", values.one_of(TextFormat)),
        },
        text=values.TEXT,
        is_of_key=True,
    ),
    "AnswerKey": ElementRule(children={"Page": False}),
}

ROOT = "Session"
KEY_ROOT = "AnswerKey"
"""Of a file that has the right answers of a quiz: its pages with their questions, and nothing to show."""
