"""What an author does not mean: pages and options that are the same, steps and choices without words."""

from pathlib import Path

import pytest
from quiz_text import codes_of, only_problem, page, problems_of, question, session
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.problems import Severity

CHOICES = ("Radio", "CheckBox")
SET = "<QuestionSet>{}</QuestionSet>"


def of_page(*questions: str, attributes: str = "") -> str:
    """A session whose only page has these questions in one set, and no others."""
    together = "".join(each.replace("<QuestionSet>", "").replace("</QuestionSet>", "") for each in questions)
    return f'<Session><Page ID="P" {attributes}>\n{SET.format(together)}</Page></Session>'


def test_two_pages_of_one_name_are_told_at_the_second(tmp_path):
    twins = session(page('ID="A" Descriptor="CT"'), page('ID="B"'), page('ID="A" Descriptor="CT"'))
    problem = only_problem(tmp_path, twins)
    assert (problem.code, problem.severity, problem.page) == ("Q308", Severity.WARNING, 3)
    assert "Pages 1 and 3 are both called “A - CT”" in problem.sentence
    assert codes_of(tmp_path, session(page('ID="A" Descriptor="CT"'), page('ID="A" Descriptor="MR"'))) == []


@pytest.mark.parametrize("type_", [*CHOICES, "Text", "IntegerValue", "FloatValue"])
def test_equal_options_are_told_with_their_text(type_, tmp_path):
    text = session(page("", question(f'Type="{type_}" Descriptor="Side"', "left", "right", " left ")))
    problem = only_problem(tmp_path, text)
    assert (problem.code, problem.severity, problem.page) == ("Q805", Severity.WARNING, 1)
    assert "“left”" in problem.sentence


@pytest.mark.parametrize(
    ("type_", "options", "codes"),
    [
        ("Radio", ("a", ""), ["Q806"]),
        ("Radio", ("",), ["Q806"]),
        ("CheckBox", ("", ""), ["Q806"]),
        ("Text", ("a", ""), ["Q806"]),
        ("Text", ("",), []),
        ("InfoBox", ("a", "", "a"), []),
    ],
)
def test_an_option_to_choose_has_a_text(type_, options, codes, tmp_path):
    text = session(page("", question(f'Type="{type_}" Descriptor="Side"', *options)))
    assert codes_of(tmp_path, text) == codes


@pytest.mark.parametrize("type_", CHOICES)
def test_a_choice_needs_words_that_say_what_it_asks(type_, tmp_path):
    silent = question(f'Type="{type_}"', "yes", "no")
    problem = only_problem(tmp_path, of_page(silent))
    assert (problem.code, problem.severity, problem.line) == ("Q808", Severity.WARNING, 2)
    for asked in (
        of_page(silent.replace("Question Type", 'Question Descriptor="Malignancy" Type')),
        of_page(silent, attributes='Descriptor="Malignancy"'),
        of_page(question('Type="InfoBox"', "Malignancy"), silent),
        of_page(silent).replace("<QuestionSet>", '<QuestionSet Descriptor="Malignancy">'),
    ):
        assert codes_of(tmp_path, asked) == []


@pytest.mark.parametrize(
    ("limits", "name", "whole"),
    [
        ('Min="0.5"', "Min 0.5", "write 1,"),
        ('Max="-0.5"', "Max -0.5", "write -1,"),
        ('Min="1.0" Max="2e1"', "", ""),
    ],
)
def test_a_limit_of_whole_numbers_is_whole(limits, name, whole, tmp_path):
    problems = problems_of(tmp_path, session(page("", question(f'Type="IntegerValue" {limits}', "a"))))
    assert [problem.code for problem in problems] == (["Q807"] if name else [])
    for problem in problems:
        assert problem.severity is Severity.WARNING
        assert problem.sentence.startswith(f"{name} of the IntegerValue")
        assert problem.hint.startswith(whole)
    assert codes_of(tmp_path, session(page("", question(f'Type="FloatValue" {limits}', "a")))) == []


def test_a_question_set_without_questions_is_an_empty_step(tmp_path):
    problem = only_problem(tmp_path, session(page("", SET.format(""))))
    assert (problem.code, problem.severity, problem.line) == ("Q309", Severity.WARNING, 3)


def test_the_hint_of_a_missing_file_names_the_folder_that_is_given_as_a_dot(tmp_path, monkeypatch):
    (tmp_path / "other.txt").touch()
    monkeypatch.chdir(tmp_path)
    text = session(page("", '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>'))
    problem = only_problem(tmp_path, text, ImageFolder(Path(".")))
    assert problem.hint == f"“ct.nrrd” is not in “{tmp_path.name}”"
