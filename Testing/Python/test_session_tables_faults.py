"""What could spoil a table: odd names, the same file twice, clocks, numbers that are none, a wrong --out."""

import re
from pathlib import Path

import pytest
from masks_made import quizloader
from QuizLoaderLib.session.session import Session
from session_by_hand import text_page, write_quiz
from test_command_line import quizloader_alone
from test_session_tables import table

NUMBERS = """<Session UserName="Ann">
<Page ID="P" Descriptor="CT" PageComplete="Y"><QuestionSet>
{questions}
</QuestionSet></Page>
<Login LoginTime="20230317_15:00:00.000000"/>
</Session>
"""
ANSWERED = 'Event="NextBtn" LoginTime="20230317_15:00:00.000000" ResponseTime="20230317_14:00:00.000000"'


def finish(quiz: Path, results: Path) -> None:
    session = Session.open(quiz, results, "Ann")
    session.set_draft(0, ("told",))
    assert session.finish() == []
    session.close()


def with_values(folder: Path, *values: str) -> Path:
    """Results with a FloatValue for each value; all questions share their descriptor."""
    question = (
        f'<Question Type="FloatValue" Descriptor="Size"><Option><Response {ANSWERED}>{{}}</Response>'
        "</Option></Question>"
    )
    file = folder / "study.xml"
    file.write_text(NUMBERS.format(questions="\n".join(map(question.format, values))), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["master", "study_Mar-17-2023-15-00-00"])
@pytest.mark.parametrize("reader", ["Ann", "master"])
def test_a_quiz_may_be_named_as_the_files_beside_results_are(tmp_path: Path, name: str, reader: str) -> None:
    quiz = write_quiz(tmp_path, text_page("P"), name=f"{name}.xml")
    session = Session.open(quiz, tmp_path / "results", reader)
    session.set_draft(0, ("told",))
    assert session.finish() == []
    session.close()

    quizloader("answers", tmp_path / "results", "--out", tmp_path / "a.csv")

    assert [(row["quiz"], row["response"]) for row in table(tmp_path / "a.csv")] == [(name, "told")]


def test_results_that_are_named_twice_are_counted_once(tmp_path: Path) -> None:
    results = tmp_path / "results"
    finish(write_quiz(tmp_path, text_page("P")), results)

    quizloader(
        "answers", results, results / "Ann", results / "Ann" / "study" / "study.xml", "--out", tmp_path / "a"
    )

    assert [row["response"] for row in table(tmp_path / "a")] == ["told"]


def test_a_reader_whose_results_file_is_gone_is_read_from_the_journal(tmp_path: Path) -> None:
    finish(write_quiz(tmp_path, text_page("P")), tmp_path / "results")
    (tmp_path / "results" / "Ann" / "study" / "study.xml").unlink()

    result = quizloader("answers", tmp_path / "results", "--out", tmp_path / "a")

    assert result.code == 0
    assert [(row["reader"], row["response"]) for row in table(tmp_path / "a")] == [("Ann", "told")]


def test_a_reader_who_is_in_two_folders_is_said_and_the_first_run_counts(tmp_path: Path) -> None:
    for computer, hour in (("first", "11"), ("second", "09")):
        folder = tmp_path / "results" / computer
        finish(write_quiz(tmp_path, text_page("P", descriptor=f"Asked at {hour}")), folder)
        file = folder / "Ann" / "study" / "study.xml"
        text = re.sub(r"(\d{8})_\d\d:", rf"\1_{hour}:", file.read_text(encoding="utf-8"))
        file.write_text(text, encoding="utf-8")
        file.with_suffix(".journal").unlink()

    result = quizloader("answers", tmp_path / "results", "--out", tmp_path / "a")
    both = quizloader("answers", tmp_path / "results", "--all-attempts", "--out", tmp_path / "b")

    assert (result.code, both.code) == (0, 0)
    assert "The reader “Ann” has results of “study” in " in result.err
    shown = ("question_descriptor", "attempt")
    assert [[row[name] for name in shown] for row in table(tmp_path / "a")] == [["Asked at 09", "1"]]
    assert [row["attempt"] for row in table(tmp_path / "b")] == ["2", "1"]


def test_questions_of_one_name_stay_apart_and_what_is_no_number_has_no_score(tmp_path: Path) -> None:
    quizloader("answers", with_values(tmp_path, "nan", "2.5", "inf", "4"), "--mrmc", "--out", tmp_path / "m")

    rows = table(tmp_path / "m")
    assert [(row["quiz"], row["question"], row["score"]) for row in rows] == [
        ("study", "Size (2)", "2.5"),
        ("study", "Size (4)", "4"),
    ]


CHOICE = f"""<Question Type="Radio" Descriptor="Score">
<Option>{{}}<Response {ANSWERED}>N</Response></Option><Option>{{}}<Response {ANSWERED}>Y</Response></Option>
</Question>"""


@pytest.mark.parametrize(
    ("first", "chosen", "score"),
    [
        ("0 none", "3 severe", "3"),
        ("0) none", "3) severe", "3"),
        ("0. none", "3. severe", "3"),
        ("0: none", "3: severe", "3"),
        ("-1 worse", "+1 better", "1"),
        ("0.5 mm", "1.5 mm", "1.5"),
        ("0", "3", "3"),
        # Not all of them are numbers, so the place of the option counts.
        ("none", "3 severe", "2"),
        ("4a", "4b", "2"),
        ("1st", "3rd", "2"),
        ("0.5mm", "1.5mm", "2"),
        ("nan", "inf", "2"),
    ],
)
def test_a_choice_scores_the_number_that_its_label_begins_with(
    tmp_path: Path, first: str, chosen: str, score: str
) -> None:
    file = tmp_path / "study.xml"
    file.write_text(NUMBERS.format(questions=CHOICE.format(first, chosen)), encoding="utf-8")

    quizloader("answers", file, "--mrmc", "--out", tmp_path / "m")

    assert [(row["score"], row["answer"]) for row in table(tmp_path / "m")] == [(score, chosen)]


def test_scores_of_a_page_that_is_not_done_can_be_told(tmp_path: Path) -> None:
    file = with_values(tmp_path, "3")
    file.write_text(
        file.read_text(encoding="utf-8").replace('PageComplete="Y"', 'PageComplete="N"'), encoding="utf-8"
    )

    quizloader("answers", file, "--mrmc", "--out", tmp_path / "m")

    assert [(row["score"], row["page_complete"]) for row in table(tmp_path / "m")] == [("3", "N")]


def test_a_file_of_the_original_from_another_countrys_windows(tmp_path: Path) -> None:
    file = tmp_path / "study.xml"
    text = NUMBERS.format(questions=CHOICE.format("没有", "复发")).replace("Ann", "王小明")
    file.write_bytes(b'<?xml version="1.0" encoding="utf-8"?>\n' + text.encode("gbk"))

    result = quizloader("answers", file, "--out", tmp_path / "a.csv", "--encoding", "gbk")

    assert "is not in the encoding it declares; it was read as gbk" in result.err
    rows = table(tmp_path / "a.csv")
    assert {row["reader"] for row in rows} == {"王小明"}
    assert [row["option_label"] for row in rows] == ["没有", "复发"]
    unknown = quizloader("progress", file, "--encoding", "klingon")
    assert unknown.code == 2
    assert "There is no encoding “klingon”" in unknown.err


def test_answers_of_a_page_that_was_never_left_are_said(tmp_path: Path) -> None:
    """As where the program was ended by a crash, and the reader has not come back."""
    session = Session.open(write_quiz(tmp_path, text_page("P")), tmp_path / "results", "Ann")
    session.set_draft(0, ("begun",))

    result = quizloader("answers", tmp_path / "results", "--out", tmp_path / "a.csv")
    session.close()
    closed = quizloader("answers", tmp_path / "results", "--out", tmp_path / "a.csv")

    assert "study.xml: 1 answer is not in the tables, since the reader has not left its page" in result.err
    assert closed.err == ""
    assert [row["response"] for row in table(tmp_path / "a.csv")] == ["begun"]


def test_a_clock_that_was_set_back_gives_no_time_below_zero(tmp_path: Path) -> None:
    file = with_values(tmp_path, "1")

    quizloader("answers", file, "--out", tmp_path / "a.csv")

    assert [row["seconds"] for row in table(tmp_path / "a.csv")] == [""]
    assert "1 of 1 pages done, 0:00 in all" in quizloader("progress", file).out


def test_a_table_never_takes_the_place_of_results(tmp_path: Path) -> None:
    file = with_values(tmp_path, "1")
    before = file.read_bytes()

    result = quizloader("answers", file, "--out", file)

    assert result.code == 1
    assert "study.xml” is a file of results; choose another file for the table." in result.err
    assert file.read_bytes() == before


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs the standard output as a file")
def test_a_table_can_be_sent_on_to_another_program(tmp_path: Path) -> None:
    file, device = with_values(tmp_path, "1"), tmp_path / "standard-output"
    device.symlink_to("/dev/stdout")

    result = quizloader_alone("answers", file, "--out", device)

    assert result.returncode == 0
    assert result.stdout.startswith("reader,quiz,position,")
    assert device.is_symlink()
