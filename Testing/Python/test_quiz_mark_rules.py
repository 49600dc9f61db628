"""Mark questions as an author writes them: read, and told with a line and a hint where they are wrong."""

import pytest
from quiz_text import image, only_problem, page, problems_of, read_question, session
from QuizLoaderLib.quiz.problems import Severity
from QuizLoaderLib.quiz.question_types import MarkTool

RADIO = '<Question Type="Radio" ID="kind" Descriptor="Kind"><Option>a</Option><Option>b</Option></Question>'
SURE = '<Question Type="Slider" ID="sure" Descriptor="Certainty"/>'


def of_marks(attributes: str = "", form: str = RADIO + SURE) -> str:
    question = f'<Question Type="Mark" ID="f" Descriptor="Findings" {attributes}>{form}</Question>'
    return f"<QuestionSet>{question}</QuestionSet>"


def with_image(*content: str) -> str:
    return session(page("", image(), *content))


def test_a_mark_question_has_tools_and_a_form(tmp_path):
    written = 'Tool="Ellipse Point" Image="CT" Min="1" Max="3" Rating="sure" Color="255 170 0"'
    found = read_question(tmp_path, of_marks(written))
    assert found.tools == (MarkTool.ELLIPSE, MarkTool.POINT)
    assert (found.image, found.rating, found.mark_color) == ("CT", "sure", (255, 170, 0))
    assert (found.minimum, found.maximum) == (1, 3)
    assert [each.id for each in found.questions] == ["kind", "sure"]
    assert problems_of(tmp_path, with_image(of_marks(written))) == []
    assert read_question(tmp_path, of_marks()).tools == (MarkTool.POINT,)


@pytest.mark.parametrize(
    ("attributes", "form", "code", "words"),
    [
        ('Tool="Circle"', RADIO, "Q113", "Tool of Question is “Circle”"),
        ('Image="MR"', RADIO, "Q840", "“MR” is no image of this page"),
        ("", '<Question Type="Mark" Descriptor="Inner"/>', "Q841", "A Mark question cannot be in the form"),
        ("", '<Question Type="Button"><Option>a.py</Option></Question>', "Q841", "A Button question"),
        ("", RADIO.replace("Type", 'RandomizeOptions="Y" Type'), "Q841", "RandomizeOptions"),
        ("", RADIO.replace("Type", "ShowIf=\"count(f) ge 1\" Type"), "Q842", "has a ShowIf"),
        ("", RADIO.replace("<Option>a", '<Option Correct="Y">a'), "Q843", "says what is right"),
        ('Rating="certain"', RADIO + SURE, "Q844", "“certain” is no question of the mark’s form"),
        ('Rating="why"', '<Question Type="Text" ID="why"><Option/></Question>', "Q844", "which has no order"),
        ("", RADIO + RADIO, "Q845", "2 questions called “Kind”"),
        ('Min="4" Max="3"', RADIO, "Q803", "Min 4 of the question is above its Max 3"),
        ('Max="0"', RADIO, "Q803", "its Max 1 or more"),
        ('Min="1.5"', RADIO, "Q807", "is not a whole number"),
        ('Unit="mm"', RADIO, "Q820", "Unit of a Mark question is not used"),
        ("", "<Option>a</Option>", "Q820", "Option of a Mark question is not used"),
        ("", '<Question Type="Radio" Descriptor="Kind"/>', "Q801", "has no Option"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_line(attributes, form, code, words, tmp_path):
    problems = [
        problem
        for problem in problems_of(tmp_path, with_image(of_marks(attributes, "\n" + form)))
        if problem.code not in ("Q504",)
    ]
    assert [problem.code for problem in problems] == [code]
    assert words in problems[0].sentence
    assert problems[0].line >= 4


def test_marks_need_an_image_and_their_attributes_belong_to_marks_alone(tmp_path):
    problem = only_problem(tmp_path, session(page("", of_marks())))
    assert (problem.code, problem.severity) == ("Q846", Severity.ERROR)
    text = '<QuestionSet><Question Type="Text" Tool="Line" Descriptor="T"><Option/></Question></QuestionSet>'
    problem = only_problem(tmp_path, with_image(text))
    assert (problem.code, problem.hint) == ("Q820", "it is for Mark")


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("count(f) ge 2", None),
        ("answered(f)", None),
        ("count(f) gt 3", "Q817"),
        ("f = 2", "Q816"),
        ("count(f) = 'two'", "Q816"),
        ("kind = 'a'", "Q811"),
    ],
)
def test_conditions_count_marks(condition, code, tmp_path):
    asked = f'<Question Type="InfoBox" ShowIf="{condition}"><Option>Many</Option></Question>'
    marks = of_marks('Max="3"').replace("</QuestionSet>", f"{asked}</QuestionSet>")
    assert [problem.code for problem in problems_of(tmp_path, with_image(marks))] == [code] * (
        code is not None
    )
