"""Images and questions of one page beside each other: views, layers, ROIs, what a reader has to draw."""

import pytest
from quiz_text import codes_of, image, only_problem, page, problems_of, question, session
from QuizLoaderLib.quiz.problems import Severity

EDITOR = 'EnableSegmentEditor="Y"'
ROIS = '<ROIs ROIVisibilityCode="All"/>'


def on(view: str, layer: str = "") -> str:
    return f"<DefaultDestination>{view}</DefaultDestination>" + (f"<Layer>{layer}</Layer>" if layer else "")


@pytest.mark.parametrize("character", [*"\\/:*?|", "&lt;", "&gt;", "&quot;", "&#9;"])
def test_characters_that_file_systems_refuse_are_a_warning(character, tmp_path):
    for attributes in (f'ID="a{character}b"', f'Descriptor="a{character}b"'):
        problem = only_problem(tmp_path, session(page(attributes)))
        assert (problem.code, problem.severity, problem.page) == ("Q302", Severity.WARNING, 1)


def test_other_letters_and_signs_are_fine_in_names(tmp_path):
    assert codes_of(tmp_path, session(page('ID="Bär #1 (b), 50%" Descriptor="T1+C = 3 ~ é"'))) == []


def test_one_path_has_one_id_within_a_page_and_the_other_way_round(tmp_path):
    red, green = image("", on("Red"), r"a\ct.nrrd"), image("", on("Green"), "a/./ct.nrrd")
    assert codes_of(tmp_path, session(page("", red, green))) == []
    other_path = image("", on("Green"), "b.nrrd")
    problem = only_problem(tmp_path, session(page("", red, other_path)))
    assert (problem.code, problem.image, problem.view) == ("Q320", "CT", "Green")
    other_id = image('ID="MR"', on("Green"), "a/ct.nrrd")
    assert only_problem(tmp_path, session(page("", red, other_id))).code == "Q321"
    assert codes_of(tmp_path, session(page("", red), page("", other_id), page("", other_path))) == []


@pytest.mark.parametrize(
    ("layout", "views"),
    [
        ("FourUp", {"Red", "Yellow", "Green"}),
        ("TwoOverTwo", {"Red", "Green", "Yellow", "Slice4"}),
        ("OneUpRedSlice", {"Red"}),
        ("SideBySideRedYellow", {"Red", "Yellow"}),
    ],
)
def test_an_image_goes_to_a_view_that_the_layout_shows(layout, views, tmp_path):
    for view in ("Red", "Green", "Yellow", "Slice4"):
        problems = problems_of(tmp_path, session(page(f'Layout="{layout}"', image("", on(view)))))
        assert [problem.code for problem in problems] == ([] if view in views else ["Q322"])
        if view == "Slice4" and problems:
            assert problems[0].hint == "Slice4 needs the Layout TwoOverTwo"


def test_no_image_has_to_be_on_red(tmp_path):
    assert codes_of(tmp_path, session(page("", image("", on("Green"))))) == []


@pytest.mark.parametrize(
    ("type_", "layer", "may_share"),
    [
        ("Volume", "Background", False),
        ("Volume", "Foreground", False),
        ("LabelMap", "Label", False),
        ("Segmentation", "Segmentation", True),
        ("RTStruct", "Segmentation", True),
    ],
)
def test_a_view_has_one_background_foreground_and_label_and_any_number_of_segmentations(
    type_, layer, may_share, tmp_path
):
    volume = image('ID="V"', on("Green"), "v.nrrd")
    rois = ROIS if layer == "Segmentation" else ""
    shown = [
        image(f'ID="{name}" Type="{type_}"', on("Red", layer) + rois, f"{name}.nrrd") for name in ("a", "b")
    ]
    problems = problems_of(tmp_path, session(page("", volume, *shown)))
    assert [problem.code for problem in problems] == ([] if may_share else ["Q323"])
    if problems:
        assert (problems[0].image, problems[0].view, problems[0].is_error) == ("b", "Red", True)


def test_a_foreground_that_asks_for_another_orientation_than_its_background_is_a_warning(tmp_path):
    def pair(background: str, foreground: str, view: str = "Red") -> str:
        return session(
            page(
                "",
                image('ID="PET"', on(view, "Foreground") + foreground, "pet.nrrd"),
                image("", on("Red") + background),
            )
        )

    axial, coronal = (f"<DefaultOrientation>{name}</DefaultOrientation>" for name in ("Axial", "Coronal"))
    problem = only_problem(tmp_path, pair(coronal, axial))
    assert (problem.code, problem.severity, problem.image) == ("Q324", Severity.WARNING, "PET")
    assert codes_of(tmp_path, pair("", coronal)) == ["Q324"]
    for fine in (pair(coronal, coronal), pair(coronal, ""), pair(coronal, axial, "Green"), pair("", axial)):
        assert codes_of(tmp_path, fine) == []


def test_a_structure_set_needs_a_volume_on_its_page(tmp_path):
    structures = image('ID="RT" Type="RTStruct"', ROIS, "rt.dcm")
    assert only_problem(tmp_path, session(page("", structures))).code == "Q325"
    assert codes_of(tmp_path, session(page("", structures, image()))) == []
    assert codes_of(tmp_path, session(page("", structures, image('Type="VolumeSequence"')))) == []
    assert codes_of(tmp_path, session(page("", structures, image('Type="Vector"', path="a.png")))) == ["Q325"]


@pytest.mark.parametrize(
    ("code", "names", "codes"),
    [
        ("Select", ["Liver"], []),
        ("Ignore", ["Liver"], []),
        ("Select", [], ["Q403"]),
        ("Ignore", [], ["Q403"]),
        ("Select", [" "], ["Q405", "Q403"]),
        ("Select", ["Liver", ""], ["Q405"]),
        ("All", [], []),
        ("None", [], []),
        ("All", ["Liver"], ["Q404"]),
        ("None", ["Liver"], ["Q404"]),
    ],
)
def test_select_and_ignore_need_names_and_all_and_none_do_not_use_them(code, names, codes, tmp_path):
    rois = "".join(f"<ROI>{name}</ROI>" for name in names)
    rois = f'<ROIs ROIVisibilityCode="{code}">{rois}</ROIs>'
    for type_ in ("Segmentation", "LabelMap"):
        problems = problems_of(tmp_path, session(page("", image(f'Type="{type_}"', rois))))
        assert [problem.code for problem in problems] == codes
        assert all(problem.is_error is (problem.code == "Q403") for problem in problems)


def test_rois_on_an_image_that_has_none_are_a_warning(tmp_path):
    for type_, path in (("Volume", "a.nrrd"), ("VolumeSequence", "a.nrrd"), ("Vector", "a.png")):
        problem = only_problem(tmp_path, session(page("", image(f'Type="{type_}"', ROIS, path))))
        assert (problem.code, problem.severity) == ("Q406", Severity.WARNING)


@pytest.mark.parametrize("attribute", ['InitialSliceOffset="5"', 'ZoomFactor="2"', 'PanOrigin="1 2 0"'])
def test_offset_zoom_and_pan_belong_to_the_background(attribute, tmp_path):
    assert codes_of(tmp_path, session(page("", image(attribute)))) == []
    for other in (
        image(attribute, on("Red", "Foreground")),
        image(f'Type="LabelMap" {attribute}'),
        image(f'Type="Segmentation" {attribute}', ROIS),
    ):
        problem = only_problem(tmp_path, session(page("", other)))
        assert (problem.code, problem.severity) == ("Q410", Severity.WARNING)
        assert problem.sentence.startswith(attribute.partition("=")[0])


def test_what_has_no_effect_on_a_segmentation_is_accepted_without_a_word(tmp_path):
    text = image(
        'Type="Segmentation" RotateToAcquisition="Y"',
        ROIS + "<DefaultOrientation>Coronal</DefaultOrientation>",
    )
    assert codes_of(tmp_path, session(page("", text))) == []


def test_a_vector_is_a_colour_picture_and_nothing_is_drawn_on_it(tmp_path):
    for path in ("a.png", "a.JPG", "a.jpeg", "a.bmp", "a.tif", "a.dcm"):
        assert codes_of(tmp_path, session(page("", image('Type="Vector"', path=path)))) == []
    assert codes_of(tmp_path, session(page("", image('Type="Vector" DicomRead="Y"', path="series")))) == []
    for path in ("a.pdf", "a.nrrd", "series"):
        assert codes_of(tmp_path, session(page("", image('Type="Vector"', path=path)))) == ["Q411"]
    text = session(page(EDITOR, image('Type="Vector" SegmentRequired="Y"', path="a.png")))
    assert codes_of(tmp_path, text) == ["Q412"]


def test_required_segments_need_the_editor(tmp_path):
    for text in (page("", image('SegmentRequired="Y"')), page('SegmentRequiredOnAnyImage="Y"', image())):
        assert codes_of(tmp_path, session(text)) == ["Q310"]
        assert codes_of(tmp_path, session(text.replace("<Page", f"<Page {EDITOR}"))) == []


def test_segments_are_required_on_one_image_or_on_any_but_not_both(tmp_path):
    text = session(page(f'{EDITOR} SegmentRequiredOnAnyImage="Y"', image('SegmentRequired="Y"')))
    assert codes_of(tmp_path, text) == ["Q311"]


def test_lines_are_required_on_one_image_or_on_any_but_not_both(tmp_path):
    both = page('MinMarkupLinesRequiredOnAnyImage="1"', image('MinMarkupLinesRequired="2"'))
    assert codes_of(tmp_path, session(both)) == ["Q314"]
    assert codes_of(tmp_path, session(page('MinMarkupLinesRequiredOnAnyImage="1"', image()))) == []
    assert codes_of(tmp_path, session(page("", image('MinMarkupLinesRequired="2"')))) == []


@pytest.mark.parametrize(
    ("attribute", "code"), [('SegmentRequired="Y"', "Q312"), ('MinMarkupLinesRequired="1"', "Q315")]
)
def test_nothing_is_drawn_on_label_maps_and_segmentations(attribute, code, tmp_path):
    for other in (image(f'Type="LabelMap" {attribute}'), image(f'Type="Segmentation" {attribute}', ROIS)):
        assert codes_of(tmp_path, session(page(EDITOR, other))) == [code]
    assert codes_of(tmp_path, session(page(EDITOR, image(attribute, on("Red", "Foreground"))))) == []


@pytest.mark.parametrize(
    ("attribute", "code"), [('SegmentRequired="Y"', "Q313"), ('MinMarkupLinesRequired="1"', "Q316")]
)
def test_what_is_required_is_the_same_on_all_images_of_one_file(attribute, code, tmp_path):
    for first, second in ((attribute, ""), ("", attribute)):
        text = session(page(EDITOR, image(first, on("Red")), image(second, on("Green"))))
        assert codes_of(tmp_path, text) == [code]
    assert (
        codes_of(tmp_path, session(page(EDITOR, image(attribute, on("Red")), image(attribute, on("Green")))))
        == []
    )


def test_scripts_that_run_again_need_multiple_responses(tmp_path):
    assert codes_of(tmp_path, session(page('ButtonScriptRerunRequired="Y"'))) == ["Q304"]
    text = session(page('ButtonScriptRerunRequired="Y" AllowMultipleResponse="Y"'))
    assert codes_of(tmp_path, text) == []


def test_a_choice_without_an_option_can_never_be_answered(tmp_path):
    for type_ in ("Radio", "CheckBox"):
        problem = only_problem(tmp_path, session(page("", question(f'Type="{type_}" Descriptor="Side"'))))
        assert (problem.code, problem.severity, problem.page) == ("Q801", Severity.ERROR, 1)
        assert "“Side”" in problem.sentence
    for type_ in ("Text", "IntegerValue", "FloatValue", "InfoBox", "Picture", "Button"):
        problem = only_problem(tmp_path, session(page("", question(f'Type="{type_}"'))))
        assert (problem.code, problem.severity) == ("Q801", Severity.WARNING)


@pytest.mark.parametrize(
    ("attributes", "codes"),
    [
        ('Type="FloatValue" Min="1" Max="1"', []),
        ('Type="FloatValue" Min="1.1" Max="1"', ["Q803"]),
        ('Type="IntegerValue" Min="2" Max="1"', ["Q803"]),
        ('Type="IntegerValue" Min="1.2" Max="1.8"', ["Q803"]),
        ('Type="IntegerValue" Min="-5"', []),
        ('Type="Radio" Descriptor="Side" Min="1"', ["Q802"]),
        ('Type="Text" Max="1"', ["Q802"]),
    ],
)
def test_limits_leave_room_for_an_answer_and_belong_to_numbers(attributes, codes, tmp_path):
    assert codes_of(tmp_path, session(page("", question(attributes, "a")))) == codes
