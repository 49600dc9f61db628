"""The quiz language as tables: every element, its attributes and children, and what values they take.

The reader walks these tables, and a test holds Resources/Quizzes/Quiz.xsd against them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .model import ContourVisibility, GroupLayout, ImageType, Layer, Layout, Orientation, RoiCode, SliceView
from .question_types import QuestionType
from .values import (
    COLOR,
    COUNT,
    FRACTION,
    GO_TO_BOOKMARK,
    GROUP,
    GROUP_ORDER,
    NUMBER,
    POSITIVE,
    TEXT,
    THREE_NUMBERS,
    WINDOW_LEVEL,
    YES_NO,
    Kind,
    one_of,
)


@dataclass(frozen=True)
class AttributeRule:
    """``field`` is the attribute's name in the model."""

    field: str
    kind: Kind
    required: bool = False


@dataclass(frozen=True)
class ElementRule:
    """``children`` maps a child's name to whether it may occur once only.

    ``text`` is None where none belongs. ``model_field`` is the model's field
    for an element that is one value (Layer, Path, ...).
    """

    attributes: Mapping[str, AttributeRule] = field(default_factory=dict)
    children: Mapping[str, bool] = field(default_factory=dict)
    text: Kind | None = None
    model_field: str = ""


LANGUAGE: dict[str, ElementRule] = {
    "Session": ElementRule(
        attributes={
            "ContourVisibility": AttributeRule("contour_visibility", one_of(ContourVisibility)),
            "RandomizePageGroups": AttributeRule("randomize_page_groups", YES_NO),
            "ROIColorFile": AttributeRule("roi_color_file", TEXT),
            "EmailResultsTo": AttributeRule("email_results_to", TEXT),
            "MaskValueMap": AttributeRule("mask_value_map", TEXT),
        },
        children={"Page": False, "RandomizedPageGroupIndices": True},
    ),
    "RandomizedPageGroupIndices": ElementRule(text=GROUP_ORDER, model_field="forced_group_order"),
    "Page": ElementRule(
        attributes={
            "ID": AttributeRule("id", TEXT, required=True),
            "Descriptor": AttributeRule("descriptor", TEXT),
            "LinkViews": AttributeRule("link_views", YES_NO),
            "Layout": AttributeRule("layout", one_of(Layout)),
            "PageGroup": AttributeRule("page_group", GROUP),
            "AllowMultipleResponse": AttributeRule("allow_multiple_response", YES_NO),
            "EnableSegmentEditor": AttributeRule("enable_segment_editor", YES_NO),
            "SegmentRequiredOnAnyImage": AttributeRule("segment_required_on_any_image", YES_NO),
            "MinMarkupLinesRequiredOnAnyImage": AttributeRule(
                "min_markup_lines_required_on_any_image", COUNT
            ),
            "Loop": AttributeRule("loop", YES_NO),
            "UserInteractionLog": AttributeRule("user_interaction_log", YES_NO),
            "BookmarkID": AttributeRule("bookmark_id", TEXT),
            "GoToBookmark": AttributeRule("go_to_bookmark", GO_TO_BOOKMARK),
            "ContourToolRadius": AttributeRule("contour_tool_radius_mm", POSITIVE),
            "ButtonScriptRerunRequired": AttributeRule("button_script_rerun_required", YES_NO),
        },
        children={"Image": False, "QuestionSet": False},
    ),
    "Image": ElementRule(
        attributes={
            "ID": AttributeRule("id", TEXT, required=True),
            "Type": AttributeRule("type", one_of(ImageType), required=True),
            "DicomRead": AttributeRule("dicom_read", YES_NO),
            "RotateToAcquisition": AttributeRule("rotate_to_acquisition", YES_NO),
            "WindowLevel": AttributeRule("window_level", WINDOW_LEVEL),
            "ColorTable": AttributeRule("color_table", TEXT),
            "Opacity": AttributeRule("opacity", FRACTION),
            "InitialSliceOffset": AttributeRule("initial_slice_offset_mm", NUMBER),
            "ZoomFactor": AttributeRule("zoom_factor", POSITIVE),
            "PanOrigin": AttributeRule("pan_origin_mm", THREE_NUMBERS),
            "MaskValueMap": AttributeRule("mask_value_map", TEXT),
            "LabelMapID": AttributeRule("label_map_id", TEXT),
            "DisplayLabelMapID": AttributeRule("display_label_map_id", TEXT),
            "MergeLabelMaps": AttributeRule("merge_label_maps", YES_NO),
            "SegmentRequired": AttributeRule("segment_required", YES_NO),
            "MinMarkupLinesRequired": AttributeRule("min_markup_lines_required", COUNT),
        },
        children={
            "Path": True,
            "DefaultDestination": True,
            "DefaultOrientation": True,
            "Layer": True,
            "ROIs": True,
        },
    ),
    "Path": ElementRule(text=TEXT, model_field="path"),
    "DefaultDestination": ElementRule(text=one_of(SliceView), model_field="destination"),
    "DefaultOrientation": ElementRule(text=one_of(Orientation), model_field="orientation"),
    "Layer": ElementRule(text=one_of(Layer), model_field="layer"),
    "ROIs": ElementRule(
        attributes={"ROIVisibilityCode": AttributeRule("code", one_of(RoiCode), required=True)},
        children={"ROI": False},
    ),
    "ROI": ElementRule(text=TEXT),
    "QuestionSet": ElementRule(
        attributes={"ID": AttributeRule("id", TEXT), "Descriptor": AttributeRule("descriptor", TEXT)},
        children={"Question": False},
    ),
    "Question": ElementRule(
        attributes={
            "Type": AttributeRule("type", one_of(QuestionType), required=True),
            "Descriptor": AttributeRule("descriptor", TEXT),
            "Min": AttributeRule("minimum", NUMBER),
            "Max": AttributeRule("maximum", NUMBER),
            "GroupLayout": AttributeRule("group_layout", one_of(GroupLayout)),
            "ButtonCustomColorOn": AttributeRule("button_color_on", COLOR),
            "ButtonToggleColorOff": AttributeRule("button_color_off", COLOR),
            "Required": AttributeRule("required", YES_NO),
        },
        children={"Option": False},
    ),
    "Option": ElementRule(text=TEXT),
}

ROOT = "Session"
