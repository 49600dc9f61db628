"""A page tells what is right when it is complete, and once: whatever is asked of it before or later, what was
told stays told and locked, and nothing is told of what was not asked yet."""

from pathlib import Path

import pytest
from masks_made import quizloader
from QuizLoaderLib.quiz.feedback import Explanation
from QuizLoaderLib.reader.answers import Asked
from QuizLoaderLib.reader.session_answers import SessionAnswers
from QuizLoaderLib.results.key_readings import ReportKey
from QuizLoaderLib.results.report.parts import ReportOptions, ShownTable
from QuizLoaderLib.results.report.performance_section import performance_section
from QuizLoaderLib.results.results_folder import read_results_folder
from session_by_hand import fast_folder, page_of, responses, saved, write_quiz
from test_reader_feedback import answer, reading, told
from test_session_tables import table

YES, NO = ("Y", "N"), ("N", "Y")
MANY = 'AllowMultipleResponse="Y"'


def choice(name: str, show_if: str = "", is_scored: bool = False) -> str:
    condition = f'ShowIf="{show_if}"' if show_if else ""
    right = ' Correct="Y"' if is_scored else ""
    return (
        f'<Question ID="{name}" Type="Radio" Descriptor="{name}" {condition}>'
        f"<Option{right}>yes</Option><Option>no</Option></Question>"
    )


def question_set(questions: str, show_if: str = "") -> str:
    condition = f' ShowIf="{show_if}"' if show_if else ""
    return f"<QuestionSet{condition}>{questions}</QuestionSet>"


def page(page_id: str, *sets: str, attributes: str = "") -> str:
    asked = "".join(each if each.startswith("<QuestionSet") else question_set(each) for each in sets)
    return f'<Page ID="{page_id}" {attributes}>{asked}</Page>'


LAST = page("Last", choice("end"))


@pytest.fixture
def folder() -> Path:
    return fast_folder()


def teaching(folder: Path, *pages: str) -> Path:
    return write_quiz(folder, "".join(pages), 'Feedback="Page"')


def back(answers: SessionAnswers, steps: int = 1) -> Asked:
    for _ in range(steps):
        assert answers.step("previous") == []
    return answers.asked()


def journal_alone(folder: Path) -> None:
    """The results file is lost, with its copies."""
    results = folder / "results" / "Ann" / "study"
    for each in results.rglob("*.xml"):
        if each.parent.name != "master":
            each.unlink()


@pytest.mark.parametrize("attributes", ["", MANY])
def test_a_complete_page_that_another_one_makes_scored_is_asked_again_and_tells_then(
    folder: Path, attributes: str
) -> None:
    scored = choice("tumour", "First/any = 'yes'", True)
    second = page("Second", choice("free") + scored, attributes=attributes)
    with reading(teaching(folder, page("First", choice("any"), attributes=MANY), second, LAST)) as answers:
        answer(answers, NO)
        assert answer(answers, YES).page.id == "Last"
        back(answers, 2)
        asked = answer(answers, YES)
        assert (asked.page.id, asked.is_locked, asked.feedback) == ("Second", False, None)
        assert answers.step("next") == ["Please choose an option of “tumour”."]
        assert answers.set_answer(asked.page, 0, 1, NO) == ""
        assert answers.step("next") == []
        assert told(answers.asked())[0, 1][0] == "✗ Wrong" and answers.asked().is_locked


@pytest.mark.parametrize("in_a_set_of_its_own", [False, True])
def test_a_page_that_makes_itself_scored_tells_when_it_is_completed_again(
    folder: Path, in_a_set_of_its_own: bool
) -> None:
    sets = [choice("any") + choice("tumour", "any = 'yes'", True)]
    if in_a_set_of_its_own:
        sets = [choice("other"), choice("any"), question_set(choice("tumour", "", True), "any = 'yes'")]
    with reading(teaching(folder, page("First", *sets, attributes=MANY), LAST)) as answers:
        for _ in sets[: 2 if in_a_set_of_its_own else 1]:
            answer(answers, NO)
        assert answers.asked().page.id == "Last"
        asked = back(answers)
        assert answers.set_answer(asked.page, 0, 0, YES) == ""
        assert (answers.asked().is_locked, answers.asked().feedback) == (False, None)
        if in_a_set_of_its_own:
            assert answers.step("next") == []
        assert answers.step("next") == ["Please choose an option of “tumour”."]
        assert answers.set_answer(asked.page, 0, 0 if in_a_set_of_its_own else 1, YES) == ""
        assert answers.step("next") == []
        assert [each[0] for each in told(answers.asked()).values()] == ["✓ Right"]
        assert answers.step("next") == []
        assert answer_and_finish(answers) == []
    first = responses(page_of(saved(folder / "results" / "Ann" / "study" / "study.xml"), 1))
    assert [options[0][-1] for questions in first for options in questions][-2:] == ["Y", "Y"]


def answer_and_finish(answers: SessionAnswers) -> list[str]:
    assert answers.set_answer(answers.asked().page, 0, 0, YES) == ""
    return answers.step("finish")


def test_who_leaves_a_page_that_is_scored_only_now_comes_back_to_it(folder: Path) -> None:
    quiz = teaching(
        folder, page("First", choice("any") + choice("t", "any = 'yes'", True), attributes=MANY), LAST
    )
    with reading(quiz) as answers:
        answer(answers, NO)
        asked = back(answers)
        for question in (0, 1):
            assert answers.set_answer(asked.page, 0, question, YES) == ""
    with reading(quiz) as answers:
        assert (answers.asked().page.id, answers.asked().feedback) == ("First", None)
        assert answers.step("next") == [] and told(answers.asked())[0, 1][0] == "✓ Right"


@pytest.mark.parametrize("damage", [None, journal_alone])
def test_what_was_told_stays_locked_though_its_question_goes_and_comes(folder: Path, damage) -> None:
    first = page("First", choice("any"), attributes=MANY)
    second = page("Second", choice("t", "First/any = 'yes'", True) + choice("free", "First/any = 'no'"))
    quiz = teaching(folder, first, second, LAST)
    with reading(quiz) as answers:
        answer(answers, YES)
        assert told(answer(answers, NO))[0, 0][0] == "✗ Wrong"
        back(answers)
        asked = answer(answers, NO)
        # Nothing of what is asked now has a right answer, and the page has told.
        assert (asked.page.id, asked.is_locked, asked.feedback) == ("Second", True, None)
        assert "cannot be changed" in answers.set_answer(asked.page, 0, 1, YES)
    if damage:
        damage(folder)
    with reading(quiz) as answers:
        back(answers, ["First", "Second", "Last"].index(answers.asked().page.id))
        asked = answer(answers, YES)
        assert told(asked)[0, 0][0] == "✗ Wrong" and asked.is_locked
        assert answers.step("next") == [] and answers.asked().page.id == "Last"


def test_what_was_told_stays_locked_where_the_quiz_is_opened_without_its_key(folder: Path) -> None:
    whole = write_quiz(
        folder, page("First", choice("t", "", True), attributes=MANY) + LAST, 'Feedback="Page"', "whole.xml"
    )
    quiz, key = folder / "study.xml", folder / "key.xml"
    assert quizloader("key", "split", whole, "--out", quiz, "--key", key).code == 0
    with reading(quiz, key) as answers:
        assert told(answer(answers, NO))[0, 0][0] == "✗ Wrong"
        assert answers.step("next") == []
    with reading(quiz) as answers:
        asked = back(answers)
        assert (asked.is_locked, asked.feedback) == (True, None)
        assert "cannot be changed" in answers.set_answer(asked.page, 0, 0, YES)
    with reading(quiz, key) as answers:
        assert told(back(answers))[0, 0][0] == "✗ Wrong"


def test_a_key_that_comes_later_is_told_of_pages_that_are_complete(folder: Path) -> None:
    whole = write_quiz(folder, page("First", choice("t", "", True)) + LAST, 'Feedback="Page"', "whole.xml")
    quiz, key = folder / "study.xml", folder / "key.xml"
    assert quizloader("key", "split", whole, "--out", quiz, "--key", key).code == 0
    with reading(quiz) as answers:
        assert answer(answers, NO).page.id == "Last"
    with reading(quiz, key) as answers:
        assert (answers.asked().page.id, answers.asked().feedback) == ("First", None)
        assert answers.step("next") == [] and told(answers.asked())[0, 0][0] == "✗ Wrong"


def test_a_page_that_told_is_repeated_again_where_its_repetition_was_removed(folder: Path) -> None:
    with reading(
        teaching(folder, page("First", choice("t", "", True), attributes='Loop="Y"'), LAST)
    ) as answers:
        answer(answers, NO)
        assert answers.step("repeat") == [] and answers.step("remove_repeat") == []
        asked = back(answers)
        assert told(asked)[0, 0][0] == "✗ Wrong" and asked.can_repeat
        assert answers.step("repeat") == []
        assert (answers.asked().page.id, answers.asked().feedback) == ("First-Rep1", None)
        assert told(answer(answers, YES))[0, 0][0] == "✓ Right"


def test_repetitions_tell_and_bring_no_points(folder: Path) -> None:
    loop = page("First", choice("t", "", True), attributes='Loop="Y"')
    quiz = write_quiz(folder, loop + page("Last", choice("u", "", True)), 'Feedback="Page" PassMark="60"')
    with reading(quiz) as answers:
        answer(answers, NO)
        for _ in range(3):
            assert answers.step("repeat") == []
            assert told(answer(answers, YES))[0, 0][1] == "1 of 1 point."
        assert answers.step("next") == []
        answer(answers, YES)
        assert answers.step("finish") == []
        scores = answers.scores
    assert scores and [(line.title, line.score, line.of) for line in scores.pages] == [
        ("First", "0", "1"), ("Last", "1", "1"),
    ]  # fmt: skip
    assert (scores.total.score, scores.total.of, scores.is_passed) == ("1", "2", False)
    out = folder / "scores.csv"
    assert quizloader("score", folder / "results", "--out", out).code == 0
    (row,) = table(folder / "scores-by-reader.csv")
    assert (row["pages"], row["score"], row["of"], row["percent"]) == ("2", "1", "2", "50")
    assert [each["score"] for each in table(out)] == ["0", "1", "1", "1", "1"]
    totals = {what: table(folder / f"scores-by-{what}.csv") for what in ("page", "question")}
    assert [(row["page"], row["score"], row["of"]) for row in totals["page"]] == [
        ("First", "0", "1"), ("Last", "1", "1"),
    ]  # fmt: skip
    assert sum(float(row["of"]) for row in totals["question"]) == 2
    results = read_results_folder([folder / "results"], by=ReportKey())
    shown = next(
        part for part in performance_section(results, ReportOptions()).parts if isinstance(part, ShownTable)
    )
    assert shown.title == "Scores by the answer key" and shown.rows == [["Ann", "study", 1.0, 2.0, "50 %"]]


def test_a_quiz_that_is_made_from_results_tells_nothing_of_what_was_told_there(folder: Path) -> None:
    quiz = teaching(folder, page("First", choice("a", is_scored=True)), LAST)
    with reading(quiz) as answers:
        answer(answers, NO)
    results = folder / "results" / "Ann" / "study" / "study.xml"
    again = folder / "again.xml"
    again.write_bytes(results.read_bytes())

    with reading(again) as answers:
        asked = answers.asked()
        assert (asked.page.id, asked.is_locked, asked.feedback) == ("First", False, None)
        assert answer(answers, YES).feedback


def test_beside_a_key_the_quizs_own_right_answers_are_told_and_scored_by_one_rule(folder: Path) -> None:
    """The first is right by the quiz alone, the second by the key, and the key explains the third."""
    quiz = teaching(
        folder,
        page("First", choice("a", is_scored=True)),
        page("Second", choice("b")),
        page("Third", choice("c", is_scored=True)),
        LAST,
    )
    explained = choice("c").replace("<Question", '<Question Points="3"')
    explained = explained.replace("</Question>", "<Explanation>Look again.</Explanation></Question>")
    key = write_quiz(
        folder, page("Second", choice("b", is_scored=True)) + page("Third", explained), name="key.xml"
    )
    key.write_text(key.read_text(encoding="utf-8").replace("Session", "AnswerKey"), encoding="utf-8")

    pages_told: list[str] = []
    with reading(quiz, key) as answers:
        for given in (NO, YES, YES):
            feedback = answer(answers, given).feedback
            assert feedback
            pages_told += feedback.page.sentences
            assert answers.step("next") == []
        assert feedback and feedback.questions[0, 0].explanation == Explanation("Look again.")
        assert answer_and_finish(answers) == []

    assert pages_told == ["This page: 0 of 1 point.", "This page: 1 of 1 point.", "This page: 3 of 3 points."]
    scored = quizloader("score", folder / "results", "--key", key, "--out", folder / "scores.csv")
    assert scored.out == "Ann, study: 4 of 5 (80%)\n"
    assert (
        "warning Q829: The quiz has right answers of its own" in quizloader("check", quiz, "--key", key).out
    )
