"""An author writes a quiz: what every element and attribute becomes, and what is said of the wrong ones."""

from pathlib import Path

import pytest
from quiz_text import (
    codes_of,
    image,
    only_problem,
    page,
    problems_of,
    question,
    read,
    read_image,
    read_page,
    read_question,
    session,
)
from QuizLoaderLib.quiz.checking import check_quiz
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.language import LANGUAGE
from QuizLoaderLib.quiz.model import (
    ContourVisibility,
    GoToBookmark,
    ImageType,
    Layer,
    Layout,
    Orientation,
    RoiCode,
    SliceView,
    WindowLevel,
)
from QuizLoaderLib.quiz.parser import read_quiz
from QuizLoaderLib.quiz.problems import Severity
from QuizLoaderLib.quiz.question_types import GroupLayout

TUTORIAL = Path(__file__).parents[2] / "Resources" / "Quizzes" / "Tutorial"


@pytest.mark.parametrize("name", ["label-maps.xml", "segmentations.xml"])
def test_the_tutorials_check_without_a_word_once_their_files_are_there(name, tmp_path):
    data = tmp_path / "ImageVolumes" / "RECIST-Tutorial-Data"
    data.mkdir(parents=True)
    for file in ("2007-spgr.nrrd", "2007-spgr.label.nrrd"):
        (data / file).touch()
    quiz, problems = read_quiz(TUTORIAL / name)
    assert quiz is not None
    assert problems == []
    assert check_quiz(quiz, ImageFolder(tmp_path)) == []
    assert len(quiz.pages[0].images) == 6
    assert quiz.pages[0].images[5].path == "ImageVolumes/RECIST-Tutorial-Data/2007-spgr.label.nrrd"
    assert [shown.destination.value for shown in quiz.pages[0].images] == ["Red", "Green", "Yellow"] * 2


def test_a_quiz_without_attributes_has_the_defaults_of_the_language(tmp_path):
    quiz, problems = read(tmp_path, session(page("", image())))
    assert quiz is not None
    assert problems == []
    assert quiz.contour_visibility is ContourVisibility.OUTLINE
    assert not quiz.randomize_page_groups
    assert quiz.forced_group_order is None
    only = quiz.pages[0]
    assert (only.number, only.layout, only.page_group, only.link_views) == (1, Layout.FOUR_UP, None, False)
    shown = only.images[0]
    assert (shown.destination, shown.orientation) == (SliceView.RED, Orientation.AXIAL)
    assert (shown.layer, shown.opacity, shown.asks_for_orientation) == (Layer.BACKGROUND, 0.5, False)


def test_every_session_attribute_is_read(tmp_path):
    quiz, problems = read(
        tmp_path,
        session(
            page(),
            "<RandomizedPageGroupIndices> 0, 4,2 </RandomizedPageGroupIndices>",
            attributes='ContourVisibility="Fill" RandomizePageGroups="Y" ROIColorFile="colors" '
            'EmailResultsTo="a@b.org" MaskValueMap="map.txt"',
        ),
    )
    assert quiz is not None
    assert problems == []
    assert quiz.contour_visibility is ContourVisibility.FILL
    assert quiz.randomize_page_groups
    assert quiz.forced_group_order == (0, 4, 2)
    assert (quiz.roi_color_file, quiz.email_results_to, quiz.mask_value_map) == (
        "colors",
        "a@b.org",
        "map.txt",
    )


def test_every_page_attribute_is_read(tmp_path):
    read_back = read_page(
        tmp_path,
        page(
            'ID="Patient 1" Descriptor="Liver" LinkViews="Y" Layout="TwoOverTwo" PageGroup="3" '
            'AllowMultipleResponse="Y" EnableSegmentEditor="Y" SegmentRequiredOnAnyImage="Y" '
            'MinMarkupLinesRequiredOnAnyImage="2" Loop="Y" UserInteractionLog="Y" BookmarkID="here" '
            'GoToBookmark="start Back to the start" ContourToolRadius="2.5" ButtonScriptRerunRequired="Y"'
        ),
    )
    assert (read_back.id, read_back.descriptor, read_back.title) == (
        "Patient 1",
        "Liver",
        "Patient 1 - Liver",
    )
    assert (read_back.layout, read_back.page_group) == (Layout.TWO_OVER_TWO, 3)
    assert read_back.link_views and read_back.allow_multiple_response and read_back.enable_segment_editor
    assert read_back.segment_required_on_any_image and read_back.loop and read_back.user_interaction_log
    assert read_back.button_script_rerun_required
    assert read_back.min_markup_lines_required_on_any_image == 2
    assert read_back.bookmark_id == "here"
    assert read_back.go_to_bookmark == GoToBookmark("start", "Back to the start")
    assert read_back.contour_tool_radius_mm == 2.5


def test_every_image_attribute_and_child_is_read(tmp_path):
    read_back = read_image(
        tmp_path,
        image(
            'DicomRead="Y" RotateToAcquisition="Y" WindowLevel="400.5 -50" ColorTable="Iron" Opacity="0.25" '
            'InitialSliceOffset="-12.5" ZoomFactor="2" PanOrigin="1 -2.5 0" MaskValueMap="m.txt" '
            'LabelMapID="a" DisplayLabelMapID="b" MergeLabelMaps="Y" SegmentRequired="Y" '
            'MinMarkupLinesRequired="1"',
            "<DefaultDestination>Green</DefaultDestination><Layer>Foreground</Layer>"
            "<DefaultOrientation>Coronal</DefaultOrientation>"
            '<ROIs ROIVisibilityCode="Select"><ROI> Left kidney </ROI><ROI>Liver</ROI></ROIs>',
        ),
    )
    assert (read_back.id, read_back.type, read_back.path) == ("CT", ImageType.VOLUME, "ct.nrrd")
    assert (read_back.destination, read_back.layer) == (SliceView.GREEN, Layer.FOREGROUND)
    assert (read_back.orientation, read_back.asks_for_orientation) == (Orientation.CORONAL, True)
    assert read_back.dicom_read and read_back.rotate_to_acquisition
    assert read_back.merge_label_maps and read_back.segment_required
    assert read_back.window_level == WindowLevel(400.5, -50)
    assert (read_back.color_table, read_back.opacity) == ("Iron", 0.25)
    assert (read_back.initial_slice_offset_mm, read_back.zoom_factor) == (-12.5, 2)
    assert read_back.pan_origin_mm == (1, -2.5, 0)
    assert (read_back.mask_value_map, read_back.label_map_id, read_back.display_label_map_id) == (
        "m.txt",
        "a",
        "b",
    )
    assert read_back.min_markup_lines_required == 1
    assert read_back.roi_visibility is not None
    assert read_back.roi_visibility.code is RoiCode.SELECT
    assert read_back.roi_visibility.names == ("Left kidney", "Liver")


def test_every_question_attribute_is_read(tmp_path):
    read_back = read_question(
        tmp_path,
        question(
            'Type="FloatValue" Descriptor="Size" Min="-1.5" Max="1e2" GroupLayout="Horizontal" '
            'ButtonCustomColorOn="0 128 255" ButtonToggleColorOff="1 2 3" Required="N"',
            "long axis",
            "short axis",
        ),
    )
    assert (read_back.descriptor, read_back.options) == ("Size", ("long axis", "short axis"))
    assert (read_back.minimum, read_back.maximum) == (-1.5, 100)
    assert read_back.group_layout is GroupLayout.HORIZONTAL
    assert (read_back.button_color_on, read_back.button_color_off) == ((0, 128, 255), (1, 2, 3))
    assert not read_back.required


def test_layer_follows_the_type_where_it_is_not_written(tmp_path):
    rois = '<ROIs ROIVisibilityCode="All"/>'
    for type_, children, layer in (
        ("Volume", "", Layer.BACKGROUND),
        ("VolumeSequence", "", Layer.BACKGROUND),
        ("Vector", "", Layer.BACKGROUND),
        ("LabelMap", "", Layer.LABEL),
        ("Segmentation", rois, Layer.SEGMENTATION),
        ("RTStruct", rois, Layer.SEGMENTATION),
    ):
        assert read_image(tmp_path, image(f'Type="{type_}"', children)).layer is layer


def test_text_is_trimmed_and_a_line_break_is_one_space_but_in_an_info_box(tmp_path):
    written = "\n   first line\n      second line  \n"
    assert read_question(tmp_path, question('Type="Radio"', written)).options == ("first line second line",)
    assert read_question(tmp_path, question('Type="InfoBox"', written)).options == (
        "first line\nsecond line",
    )


def test_an_empty_attribute_means_the_same_as_none(tmp_path):
    names = [name for name, rule in LANGUAGE["Image"].attributes.items() if not rule.required]
    empty = " ".join(f'{name}=""' for name in names)
    assert codes_of(tmp_path, session(page("", image(empty)))) == []


def test_backslashes_slashes_and_dots_name_one_file(tmp_path):
    for path in (r"a\b\ct.nrrd", "a/b/ct.nrrd", "a/./b/ct.nrrd", r".\a\b/ct.nrrd", "a//b/ct.nrrd"):
        assert read_image(tmp_path, image(path=path)).path == "a/b/ct.nrrd"


def test_order_quotes_comments_and_an_editors_schema_attributes_change_nothing(tmp_path):
    text = """<?xml version='1.0'?><Session xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
      xsi:noNamespaceSchemaLocation="Quiz.xsd"><Page ID='P'><QuestionSet><Question Type="InfoBox">
      <Option>Tom <!-- and --> &amp; Ann</Option></Question></QuestionSet>
      <Image Type='Volume' ID='CT'><Path>ct.nrrd</Path></Image></Page></Session>"""
    assert codes_of(tmp_path, text) == []
    quiz, _ = read(tmp_path, text)
    assert quiz is not None
    assert quiz.pages[0].question_sets[0].questions[0].options == ("Tom  & Ann",)


NUMBERS = ("0", "-1.5", "nan", "inf", "-inf", "1e999", "text", "1,5", "0x10", "1_0", "\u0663")


@pytest.mark.parametrize(
    ("attribute", "pattern", "accepted"),
    [
        ("WindowLevel", "{} 40", ()),
        ("WindowLevel", "400 {}", ("0", "-1.5")),
        ("Opacity", "{}", ("0",)),
        ("InitialSliceOffset", "{}", ("0", "-1.5")),
        ("ZoomFactor", "{}", ()),
        ("PanOrigin", "{} 1 0", ("0", "-1.5")),
        ("PanOrigin", "1 {} 0", ("0", "-1.5")),
        ("PanOrigin", "1 1 {}", ("0", "-1.5")),
        ("MinMarkupLinesRequired", "{}", ()),
    ],
)
def test_of_odd_numbers_each_attribute_takes_those_that_mean_something(
    attribute, pattern, accepted, tmp_path
):
    took = []
    for number in NUMBERS:
        text = session(page("", image(f'{attribute}="{pattern.format(number)}"')))
        problems = problems_of(tmp_path, text)
        assert {problem.code for problem in problems} <= {"Q113"}
        took += [] if problems else [number]
    assert tuple(took) == accepted


@pytest.mark.parametrize(
    ("element", "attribute", "value"),
    [
        ("Session", "ContourVisibility", "outline"),
        ("Session", "RandomizePageGroups", "y"),
        ("Page", "LinkViews", "y"),
        ("Page", "Layout", "Fourup"),
        ("Page", "PageGroup", "-1"),
        ("Page", "PageGroup", "1.5"),
        ("Page", "EnableSegmentEditor", "yes"),
        ("Page", "MinMarkupLinesRequiredOnAnyImage", "0"),
        ("Page", "MinMarkupLinesRequiredOnAnyImage", "two"),
        ("Page", "ContourToolRadius", "-3"),
        ("Page", "ContourToolRadius", "0"),
        ("Image", "Type", "volume"),
        ("Image", "DicomRead", "true"),
        ("Image", "WindowLevel", "400"),
        ("Image", "WindowLevel", "0 40"),
        ("Image", "WindowLevel", "400 forty"),
        ("Image", "Opacity", "1.01"),
        ("Image", "Opacity", "-0.1"),
        ("Image", "Opacity", "nan"),
        ("Image", "InitialSliceOffset", "inf"),
        ("Image", "InitialSliceOffset", "1_0"),
        ("Image", "InitialSliceOffset", "1e999"),
        ("Image", "ZoomFactor", "0"),
        ("Image", "ZoomFactor", "-2"),
        ("Image", "PanOrigin", "1 2"),
        ("Image", "PanOrigin", "1 2 nan"),
        ("Image", "MergeLabelMaps", "y"),
        ("Image", "MinMarkupLinesRequired", "0"),
        ("Image", "MinMarkupLinesRequired", "\u0663"),
        ("Question", "Type", "radio"),
        ("Question", "Min", "nan"),
        ("Question", "Max", "many"),
        ("Question", "GroupLayout", "horizontal"),
        ("Question", "ButtonCustomColorOn", "1 2 256"),
        ("Question", "ButtonToggleColorOff", "1 2"),
        ("Question", "Required", "no"),
    ],
)
def test_a_value_that_an_attribute_does_not_take_is_named_with_what_it_takes(
    element, attribute, value, tmp_path
):
    written = f'{attribute}="{value}"'
    text = {
        "Session": session(page(), attributes=written),
        "Page": session(page(written)),
        "Image": session(page("", image(written))),
        "Question": session(
            page("", question(("" if attribute == "Type" else 'Type="FloatValue" ') + written, "a"))
        ),
    }[element]
    problem = only_problem(tmp_path, text)
    assert (problem.code, problem.severity) == ("Q113", Severity.ERROR)
    assert problem.sentence == f"{attribute} of {element} is “{value}”."
    assert LANGUAGE[element].attributes[attribute].kind.allowed in problem.hint


@pytest.mark.parametrize(
    ("child", "value", "allowed"),
    [
        ("DefaultDestination", "red", "did you mean “Red”? allowed: Red, Green, Yellow, Slice4"),
        ("DefaultOrientation", "Transverse", "allowed: Axial, Sagittal, Coronal"),
        ("Layer", "LabelMap", "did you mean “Label”? allowed: Background, Foreground, Label, Segmentation"),
    ],
)
def test_a_value_that_a_child_does_not_take_is_named_at_its_line(child, value, allowed, tmp_path):
    problem = only_problem(tmp_path, session(page("", image("", f"\n<{child}>{value}</{child}>"))))
    assert (problem.code, problem.line, problem.page, problem.image) == ("Q113", 4, 1, "CT")
    assert (problem.sentence, problem.hint) == (f"{child} is “{value}”.", allowed)


def test_what_a_page_an_image_and_a_question_need_is_missed_each_by_name(tmp_path):
    text = (
        "<Session><Page><Image/><Image ID='' Type=''><Path> </Path></Image>"
        "<QuestionSet><Question/></QuestionSet></Page></Session>"
    )
    sentences = [problem.sentence for problem in problems_of(tmp_path, text)]
    assert sorted(sentences) == sorted(
        ["Page has no ID."]
        + ["Image has no ID.", "Image has no Type."] * 2
        + ["An Image has no Path.", "The Path is empty.", "Question has no Type."]
    )


def test_a_second_path_layer_destination_orientation_or_rois_is_an_error(tmp_path):
    for child, value in (
        ("Layer", "Background"),
        ("DefaultDestination", "Red"),
        ("DefaultOrientation", "Axial"),
        ("Path", "ct.nrrd"),
    ):
        twice = f"<{child}>{value}</{child}>" * (1 if child == "Path" else 2)
        problem = only_problem(tmp_path, session(page("", image("", twice))))
        assert problem.code == "Q116"
        assert child in problem.sentence
    rois = '<ROIs ROIVisibilityCode="All"/>'
    assert codes_of(tmp_path, session(page("", image('Type="LabelMap"', rois * 2)))) == ["Q116"]


def test_segmentations_and_structure_sets_need_rois_with_a_known_code(tmp_path):
    ct = image("ID='V'")
    for type_ in ("Segmentation", "RTStruct"):
        for children, code in (
            ("", "Q402"),
            ("<ROIs/>", "Q114"),
            ('<ROIs ROIVisibilityCode="all"/>', "Q113"),
            ('<ROIs ROIVisibilityCode="All"/>', None),
        ):
            text = session(page("", ct, image(f'Type="{type_}"', children, path="seg.nrrd")))
            assert codes_of(tmp_path, text) == ([code] if code else [])


@pytest.mark.parametrize(
    ("type_", "layer", "fits"),
    [
        (type_, layer, layer in layers)
        for type_, layers in {
            "Volume": ("Background", "Foreground"),
            "VolumeSequence": ("Background", "Foreground"),
            "Vector": ("Background",),
            "LabelMap": ("Label",),
            "Segmentation": ("Segmentation",),
            "RTStruct": ("Segmentation",),
        }.items()
        for layer in ("Background", "Foreground", "Label", "Segmentation")
    ],
)
def test_each_type_takes_its_own_layers(type_, layer, fits, tmp_path):
    rois = '<ROIs ROIVisibilityCode="All"/>' if type_ in ("Segmentation", "RTStruct") else ""
    text = page("", image(f'Type="{type_}"', f"<Layer>{layer}</Layer>{rois}", path="a.png"))
    _, problems = read(tmp_path, session(text))
    assert [problem.code for problem in problems] == ([] if fits else ["Q401"])
