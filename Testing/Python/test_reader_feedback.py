"""A quiz teaches: a page tells what was right once it is complete, and the end what all pages scored."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from masks_made import quizloader
from QuizLoaderLib.quiz.answer_key import load_answer_key
from QuizLoaderLib.quiz.feedback import Explanation
from QuizLoaderLib.quiz.markdown import TextFormat
from QuizLoaderLib.reader.answers import Asked
from QuizLoaderLib.reader.asking import Asking
from QuizLoaderLib.reader.session_answers import SessionAnswers, SignIn
from QuizLoaderLib.session.drawings import SessionDrawings
from QuizLoaderLib.session.files import SessionError
from QuizLoaderLib.session.session import Session
from session_by_hand import fast_folder, saved, text_page, write_quiz
from test_session_tables import table

SIDE = """<Question Type="Radio" Descriptor="Side" Points="2"><Option Correct="Y">left</Option>
<Option>right</Option><Explanation Picture="side.png" Format="Markdown">It is **bright**.
Look again.</Explanation></Question>"""
BRIGHT = Explanation("It is **bright**.\nLook again.", "side.png", TextFormat.MARKDOWN)
SIZE = """<Question Type="FloatValue" Descriptor="Size" Answer="10" Tolerance="0.5" Unit="mm">
<Option>mm</Option></Question>"""
SEEN = """<Question Type="CheckBox" Descriptor="Seen"><Option Correct="Y">a</Option>
<Option Correct="Y">b</Option><Option>c</Option></Question>"""
FREE = '<Question Type="Text" Descriptor="Remark" Required="N"><Option>Remark</Option></Question>'
FIRST = f"""<Page ID="First" AllowMultipleResponse="Y"><QuestionSet>{SIDE}{FREE}</QuestionSet>
<QuestionSet>{SIZE}</QuestionSet><Explanation>Both are seen on slice 12.</Explanation></Page>"""
SECOND = f'<Page ID="Second"><QuestionSet>{SEEN}</QuestionSet></Page>'
PAGES = FIRST + text_page("Between") + SECOND
LEFT, RIGHT = ("Y", "N"), ("N", "Y")


@contextmanager
def reading(quiz: Path, key: Path | None = None) -> Iterator[SessionAnswers]:
    sign_in = SignIn("Ann", quiz.parent / "results", key=load_answer_key(key) if key else None)
    answers = sign_in.begin(quiz, quiz.parent)
    yield answers
    assert answers.close() == ""


def answer(answers: SessionAnswers, *given: tuple[str, ...]) -> Asked:
    for number, texts in enumerate(given):
        assert answers.set_answer(answers.asked().page, 0, number, texts) == ""
    assert answers.step("next") == []
    return answers.asked()


def told(asked: Asked) -> dict[tuple[int, ...], tuple[str, ...]]:
    assert asked.feedback
    return {where: (each.verdict or "", *each.sentences) for where, each in asked.feedback.questions.items()}


@pytest.fixture
def folder() -> Path:
    return fast_folder()


def test_a_page_tells_what_was_right_once_nothing_of_it_can_be_changed(folder: Path) -> None:
    with reading(write_quiz(folder, PAGES, 'Feedback="Page"')) as answers:
        assert answers.asked().lock_note == ""
        asked = answer(answers, RIGHT)
        assert (asked.feedback, asked.is_locked, asked.page.id) == (None, False, "First")
        assert asked.lock_note == "Next locks this page and shows what is right."
        asked = answer(answers, ("10.5",))

        assert (asked.page.id, asked.is_locked, len(asked.question_sets)) == ("First", True, 2)
        assert told(asked) == {
            (0, 0): ("✗ Wrong", "0 of 2 points.", "The right answer: left"),
            (1, 0): ("✓ Right", "1 of 1 point."),
        }
        assert asked.feedback and asked.feedback.questions[0, 0].explanation == BRIGHT
        assert asked.feedback.page.sentences == ("This page: 1 of 3 points.",)
        assert asked.feedback.page.explanation == Explanation("Both are seen on slice 12.")
        assert [answers.answer(asked.page, *where) for where in ((0, 0), (0, 1), (1, 0))] == [
            RIGHT, ("",), ("10.5",),
        ]  # fmt: skip
        # AllowMultipleResponse is for what has not been told.
        assert "cannot be changed" in answers.set_answer(asked.page, 0, 0, LEFT)
        assert answers.step("next") == [] and answers.asked().page.id == "Between"
        assert answers.step("previous") == [] and told(answers.asked())[0, 0][0] == "✗ Wrong"


def test_what_is_missing_keeps_the_reader_from_what_is_right(folder: Path) -> None:
    with reading(write_quiz(folder, SECOND, 'Feedback="Page"')) as answers:
        assert (answers.asked().can_go_on, answers.asked().can_finish) == (True, False)
        assert answers.step("next") == ["Please tick at least one box of “Seen”."]
        assert answers.asked().feedback is None
        asked = answer(answers, ("Y", "N", "N"))
        assert told(asked)[0, 0] == ("◐ Partly right", "0.5 of 1 point.", "The right answer: a; b")
        assert (asked.can_go_on, asked.can_finish) == (False, True)
        assert answers.step("finish") == [] and told(answers.asked())


def test_who_leaves_in_the_middle_of_what_is_right_comes_back_to_it(folder: Path) -> None:
    quiz = write_quiz(folder, PAGES, 'Feedback="Page"')
    with reading(quiz) as answers:
        answer(answers, LEFT)
        answer(answers, ("12",))
    with reading(quiz) as answers:
        assert told(answers.asked())[1, 0] == (
            "✗ Wrong", "0 of 1 point.", "The right answer: 10 ± 0.5 mm",
        )  # fmt: skip
        assert answers.step("next") == []
    with reading(quiz) as answers:
        assert answers.asked().page.id == "Between"
    root = saved(folder / "results" / "Ann" / "study" / "study.xml")
    assert [page.get("FeedbackSeen") for page in root.findall("Page")] == ["Y", None, None]


def test_a_program_that_was_killed_in_the_middle_is_no_different(folder: Path) -> None:
    quiz = write_quiz(folder, SECOND + text_page("Last"), 'Feedback="Page"')
    answers = SignIn("Ann", folder / "results").begin(quiz, folder)
    answer(answers, ("Y", "Y", "N"))
    results = folder / "results" / "Ann" / "study"
    journal = (results / "study.journal").read_bytes()
    answers.close()
    (results / "study.xml").unlink()
    (results / "study.journal").write_bytes(journal)
    with reading(quiz) as answers:
        assert told(answers.asked())[0, 0][0] == "✓ Right"


def test_looking_at_what_is_right_is_no_reading_time(folder: Path) -> None:
    now = [0.0]
    quiz = write_quiz(folder, SECOND + text_page("Last"), 'Feedback="Page"')
    session = Session.open(quiz, folder / "results", "Ann", clock=lambda: now[0])
    session.set_draft(0, ("Y", "Y", "N"))
    now[0] = 30.0
    assert session.next() == []
    now[0] = 1000.0
    session.beat()
    assert session.next() == []
    session.close()
    root = saved(folder / "results" / "Ann" / "study" / "study.xml")
    assert [page.get("SecondsShown") for page in root.findall("Page")] == ["30.000", "0.000"]


def test_a_page_that_repeats_tells_before_it_is_repeated(folder: Path) -> None:
    loop = SECOND.replace('ID="Second"', 'ID="Second" Loop="Y"') + text_page("Last")
    with reading(write_quiz(folder, loop, 'Feedback="Page"')) as answers:
        assert not answers.asked().can_repeat
        assert answer(answers, ("Y", "Y", "N")).can_repeat
        assert answers.step("repeat") == []
        assert answers.asked().page.id == "Second-Rep1" and answers.asked().feedback is None
        assert told(answer(answers, ("N", "N", "Y")))[0, 0][0] == "✗ Wrong"
        assert answers.step("next") == [] and answers.asked().page.id == "Last"


@pytest.mark.parametrize(
    ("feedback", "pass_mark", "sentence"),
    [
        ("End", "", "2.5 of 4 points (62%)."),
        ("End", 'PassMark="62.5"', "2.5 of 4 points (62%). Passed: 62.5% is needed."),
        ("Page", 'PassMark="70"', "2.5 of 4 points (62%). Not passed: 70% is needed."),
    ],
)
def test_the_end_says_what_all_pages_scored_as_the_table_of_scores_does(
    folder: Path, feedback: str, pass_mark: str, sentence: str
) -> None:
    training = SECOND.replace('ID="Second"', 'ID="Try" Training="Y"')
    whole = write_quiz(folder, training + PAGES, f'Feedback="{feedback}" {pass_mark}', "whole.xml")
    quiz, key = folder / "study.xml", folder / "key.xml"
    assert quizloader("key", "split", whole, "--out", quiz, "--key", key).code == 0
    assert b"bright" not in quiz.read_bytes() and b"slice 12" not in quiz.read_bytes()
    with reading(quiz, key) as answers:
        for given in (("N", "N", "Y"), LEFT, ("11",), ("a remark",), ("Y", "N", "N")):
            asked = answer(answers, given) if answers.asked().can_go_on else answers.asked()
            if asked.feedback:
                assert feedback == "Page"
                answers.step("next") if asked.can_go_on else None
        if feedback == "End":
            answers.set_answer(answers.asked().page, 0, 0, ("Y", "N", "N"))
        asking = Asking(lambda: None, lambda: None, lambda: None)
        asking.begin(answers)
        asking.show()
        assert asking.end_page is None
        asking.step("finish")
        end = asking.end_page
        assert end and end.sentences[0] == sentence
        shown = [(line.title, line.score, line.of) for line in end.scores]
        assert shown == [("First", "2", "3"), ("Second", "0.5", "1"), ("All pages", "2.5", "4")]
        assert told(answers.asked())[0, 0][0] == "◐ Partly right"
    with reading(quiz, key) as answers:
        # In review, too, and all of it at once.
        asking.begin(answers)
        assert asking.end_page == end
        assert [each[0] for each in told(answers.asked()).values()] == ["✗ Wrong"]
        assert answers.step("next") == [] and len(answers.asked().question_sets) == 2
    scores = folder / "scores.csv"
    assert quizloader("score", folder / "results", "--key", key, "--out", scores).code == 0
    (row,) = table(folder / "scores-by-reader.csv")
    assert (row["score"], row["of"]) == shown[-1][1:]
    rows = table(folder / "scores-by-page.csv")
    assert [(row["page"], row["score"], row["of"]) for row in rows] == shown[:-1]


def test_who_fails_tries_again_and_passes_and_the_first_run_is_what_counts(folder: Path) -> None:
    quiz = write_quiz(folder, SECOND, 'Feedback="End" PassMark="100" Attempts="2"')
    first = SignIn("Ann", folder / "results")

    def go_through(sign_in: SignIn, *texts: str) -> SessionAnswers:
        answers = sign_in.begin(quiz, folder)
        assert answers.set_answer(answers.asked().page, 0, 0, texts) == ""
        assert answers.step("finish") == []
        return answers

    failed = go_through(first, "Y", "N", "N")
    assert failed.scores and failed.scores.is_passed is False and failed.may_begin_again
    assert failed.close() == ""
    passed = go_through(replace(first, again=True), "Y", "Y", "N")
    assert passed.scores and passed.scores.is_passed and not passed.may_begin_again
    assert passed.close() == ""
    # Who comes back sees the last run; there is no third one.
    with reading(quiz) as answers:
        assert answers.scores == passed.scores
    with pytest.raises(SessionError, match="can be gone through 2 times, and has been"):
        replace(first, again=True).begin(quiz, folder)
    root = saved(folder / "results" / "Ann" / "study-Attempt2" / "study-Attempt2.xml")
    assert root.get("Attempt") == "2"
    out = folder / "scores.csv"
    for more, runs in (((), ["1"]), (("--all-attempts",), ["1", "2"])):
        told = quizloader("score", folder / "results", "--out", out, *more)
        assert (told.code, told.err) == (0, "")
        assert [row["attempt"] for row in table(out)] == runs
        assert quizloader("answers", folder / "results", "--out", out, *more).code == 0
        rows = table(out)
        assert sorted({row["attempt"] for row in rows}) == runs and {row["quiz"] for row in rows} == {"study"}
    told = quizloader("progress", folder / "results")
    assert "Ann, study: finished" in told.out and "Ann, study (attempt 2): finished" in told.out


def test_a_run_is_finished_before_the_next_one_begins(folder: Path) -> None:
    quiz = write_quiz(folder, SECOND, 'Attempts="2"')
    with reading(quiz) as answers:
        assert not answers.may_begin_again
    with pytest.raises(SessionError, match="not finished yet"):
        SignIn("Ann", folder / "results", again=True).begin(quiz, folder)


def test_a_quiz_without_its_key_asks_and_tells_nothing(folder: Path) -> None:
    whole = write_quiz(folder, SECOND, 'Feedback="Page" PassMark="50"', "whole.xml")
    quiz = folder / "study.xml"
    assert quizloader("key", "split", whole, "--out", quiz, "--key", folder / "key.xml").code == 0
    with reading(quiz) as answers:
        assert answers.asked().can_finish
        answers.set_answer(answers.asked().page, 0, 0, ("Y", "N", "N"))
        assert answers.step("finish") == []
        assert (answers.asked().feedback, answers.scores) == (None, None)


def test_a_key_that_is_split_and_joined_has_its_explanations(folder: Path) -> None:
    whole = write_quiz(folder, PAGES, 'Feedback="Page"', "whole.xml")
    quiz, key, joined = folder / "study.xml", folder / "key.xml", folder / "joined.xml"
    assert quizloader("key", "split", whole, "--out", quiz, "--key", key).code == 0
    assert quizloader("key", "join", quiz, "--key", key, "--out", joined).code == 0
    with reading(joined) as answers:
        answer(answers, RIGHT)
        asked = answer(answers, ("1",))
        assert asked.feedback and asked.feedback.questions[0, 0].explanation == BRIGHT
        assert asked.feedback.page.explanation == Explanation("Both are seen on slice 12.")


def test_the_end_reads_no_page_for_marks_where_none_are_scored(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To read one takes as long as there are pages."""
    read: list[object] = []
    monkeypatch.setattr(SessionDrawings, "read_page", lambda _, key: read.append(key))
    quiz = write_quiz(folder, PAGES, 'Feedback="End"')
    with reading(quiz) as answers:
        answer(answers, LEFT, ("",))
        answer(answers, ("10",))
        answer(answers, ("a remark",))
        answers.set_answer(answers.asked().page, 0, 0, ("Y", "Y", "N"))
        answers.step("finish")
        assert answers.scores
        assert answers.scores.sentence == "4 of 4 points (100%)."
    assert read == []
