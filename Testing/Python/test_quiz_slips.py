"""An author slips: unknown names, stray text, paths that leave; each told at its place, the rest kept."""

import pytest
from quiz_text import (
    image,
    only_problem,
    page,
    problems_of,
    question,
    read,
    session,
)
from QuizLoaderLib.quiz.problems import Severity


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (session(page('Description="x"')), "did you mean Descriptor?"),
        (session(page("", image('DICOM="Y"'))), "did you mean DicomRead?"),
        (session(page("", image('Layer="Label"'))), "write it as an element in Image"),
        (session(page("", question('Type="Text" Shade="x"', "a"))), ""),
        (session(page('Opacty="1"')), "did you mean Opacity, an attribute of Image?"),
        (session(page(), attributes='ContourOpacty="1"'), "did you mean Opacity, an attribute of Image?"),
        (session(page(), attributes='ContourVisibilty="Fill"'), "did you mean ContourVisibility?"),
        (session(page('ContourVisibility="Fill"')), "it is an attribute of Session"),
        (session(page(), attributes='UserInteractionLog="Y"'), "it is an attribute of Page"),
    ],
)
def test_an_unknown_attribute_is_a_warning_with_the_nearest_name(text, hint, tmp_path):
    problem = only_problem(tmp_path, text)
    assert (problem.code, problem.severity, problem.hint) == ("Q111", Severity.WARNING, hint)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (session(page(), "<page ID='2'/>"), "did you mean Page?"),
        (session(page("", image("", "<Opacity>0.5</Opacity>"))), "write it as an attribute of Image"),
        (session(page(), image()), "it belongs in Page"),
        (session(page("", "<Session/>")), "Session is the root of a quiz"),
    ],
)
def test_an_unknown_element_is_a_warning_with_the_nearest_name(text, hint, tmp_path):
    problem = only_problem(tmp_path, text)
    assert (problem.code, problem.severity, problem.hint) == ("Q110", Severity.WARNING, hint)


def test_a_file_of_results_is_told_once_at_its_first_line(tmp_path):
    option = '<Option>{}<Response Event="NextBtn" LoginTime="t" ResponseTime="u">Y</Response></Option>'
    questions = "".join(option.format(letter) for letter in "abc")
    pages = [
        f'<Page ID="p{number}" PageComplete="Y" PageNumber="{number}" Rep="0" SecondsShown="3"><QuestionSet '
        f'ID="q"><Question Type="Radio" Descriptor="d">{questions}</Question></QuestionSet></Page>'
        for number in range(1, 6)
    ]
    text = session(*pages, '<Login LoginTime="t"/>', attributes='UserName="Ann" JournalEntry="9"')
    problem = only_problem(tmp_path, text)
    assert (problem.code, problem.severity, problem.line) == ("Q117", Severity.WARNING, 1)
    assert (
        problem.sentence == "The file has a reader's results in it, as “UserName”; all of them are left out."
    )


def test_the_language_before_version_2_is_read_and_told_once(tmp_path):
    old = "<Destination>Green</Destination><Orientation>Coronal</Orientation>"
    first = page('Name="First"', image('UsePreviousLabelMap="Y"', old))
    second = page('Name="Second"', image("", old))
    text = session(first, second).replace("<QuestionSet>", '<QuestionSet title="Side">')
    quiz, problems = read(tmp_path, text)
    assert quiz is not None
    assert [(problem.code, problem.severity, problem.line) for problem in problems] == [
        ("Q118", Severity.WARNING, 2)
    ]
    assert problems[0].sentence == (
        "The quiz has names of the language before version 2: "
        "Name, UsePreviousLabelMap, Destination, Orientation, title."
    )
    assert "Destination is read as DefaultDestination" in problems[0].hint
    assert problems[0].hint.endswith("UsePreviousLabelMap is left out")
    assert [page.descriptor for page in quiz.pages] == ["First", "Second"]
    for each in quiz.pages:
        assert each.question_sets[0].descriptor == "Side"
        assert [image.destination.value for image in each.images] == ["Green"]
        assert [image.orientation.value for image in each.images] == ["Coronal"]


def test_an_earlier_name_beside_the_one_of_today_is_left_out(tmp_path):
    both = "<DefaultDestination>Red</DefaultDestination><Destination>Green</Destination>"
    quiz, problems = read(tmp_path, session(page('Descriptor="New" Name="Old"', image("", both))))
    assert quiz is not None
    assert [problem.code for problem in problems] == ["Q118"]
    assert (quiz.pages[0].descriptor, quiz.pages[0].images[0].destination.value) == ("New", "Red")


def test_text_where_none_belongs_is_a_warning(tmp_path):
    problem = only_problem(tmp_path, session(page("", "see below")))
    assert (problem.code, problem.severity) == ("Q112", Severity.WARNING)


def test_an_error_on_one_page_does_not_hide_those_of_the_next(tmp_path):
    text = session(page('Layout="x"'), page('Layout="y"', image('Opacity="z"')))
    problems = problems_of(tmp_path, text)
    assert [(problem.page, problem.line) for problem in problems] == [(1, 2), (2, 5), (2, 6)]
    assert [(problem.image, problem.view) for problem in problems] == [("", ""), ("", ""), ("CT", "Red")]


def test_an_image_that_cannot_be_understood_is_left_out_and_the_rest_is_kept(tmp_path):
    quiz, problems = read(tmp_path, session(page("", image('Type="Movie"'), image("ID='B'"))))
    assert quiz is not None
    assert [shown.id for shown in quiz.pages[0].images] == ["B"]
    assert [problem.code for problem in problems] == ["Q113"]


@pytest.mark.parametrize(
    "path", ["/etc/passwd", r"\\server\x.nrrd", r"C:\x.nrrd", "c:x.nrrd", "../x.nrrd", r"a\..\..\x.nrrd"]
)
def test_a_path_that_leaves_the_image_folder_is_an_error_before_any_file_is_looked_for(path, tmp_path):
    problem = only_problem(tmp_path, session(page("", image(path=path))))
    assert (problem.code, problem.severity, problem.line, problem.image) == ("Q502", Severity.ERROR, 3, "CT")
    assert path in problem.sentence


def test_lines_are_right_beyond_those_that_libxml2_can_count(tmp_path):
    text = (
        "<Session>"
        + "\n" * 70_000
        + page("", image('Opacity="2"', "\n\n<Layer>x</Layer>"), image("", ""))
        + "</Session>"
    )
    assert [(problem.code, problem.line) for problem in problems_of(tmp_path, text)] == [
        ("Q113", 70_002),
        ("Q113", 70_004),
        ("Q323", 70_005),
    ]
