"""Readers answer a quiz, and their answers are scored: by a key, or by the quiz that has it in it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from masks_made import quizloader
from QuizLoaderLib.session.session import Session
from session_by_hand import fast_folder, ticking_clock, write_quiz
from test_session_tables import ORIGINAL, PARTS, table

CASES = 4
CASE = """<Page ID="Case {number}" Descriptor="MR" Case="P{number}"><QuestionSet>
<Question Type="Radio" Descriptor="Side" Points="2"><Option Correct="Y">left</Option><Option>right</Option>
</Question>
<Question Type="CheckBox" Descriptor="Seen" Required="N"><Option Correct="Y">a</Option>
<Option Correct="Y">b</Option><Option>c</Option></Question></QuestionSet><QuestionSet>
<Question ID="more" Type="Radio" Descriptor="More"><Option>yes</Option><Option>no</Option></Question>
<Question Type="FloatValue" Descriptor="Size" ShowIf="more = 'yes'" Answer="10" Tolerance="0.5">
<Option>mm</Option></Question></QuestionSet></Page>"""
TRAINING = """<Page ID="Try" Training="Y"><QuestionSet><Question Type="Text" Descriptor="Word" Answer="yes">
<Option>Word</Option></Question></QuestionSet></Page>"""
PAGES = "\n".join([TRAINING, *(CASE.format(number=number) for number in range(1, CASES + 1))])

# Of each case: the side, the boxes, and the size where more is asked.
ANSWERS: dict[str, Sequence[tuple[str, str, str]]] = {
    "Ann": [("left", "ab", "10.5"), ("left", "ab", "10"), ("left", "a", ""), ("left", "ab", "")],
    "Bob": [("right", "ac", "11"), ("left", "abc", ""), ("right", "", ""), ("left", "ab", "9.5")],
    "Cem": [("right", "c", ""), ("right", "b", "10"), ("right", "ab", ""), ("left", "c", "")],
    "Dee": [("left", "ab", "")],
}
# By hand: 2 for the side, (right - wrong) / 2 for the boxes, 1 for a size.
SCORES: dict[str, list[tuple[float, float]]] = {
    "Ann": [(4, 4), (4, 4), (2.5, 3), (3, 3)],
    "Bob": [(0, 4), (2.5, 3), (0, 3), (4, 4)],
    "Cem": [(0, 3), (1.5, 4), (1, 3), (2, 3)],
    "Dee": [(3, 3)],
}


def read_quiz_as(quiz: Path, results: Path, reader: str) -> None:
    session = Session.open(quiz, results, reader, now=ticking_clock())
    session.set_draft(0, ("yes",))
    assert session.next() == []
    for side, boxes, size in ANSWERS[reader]:
        session.set_draft(0, tuple("Y" if side == each else "N" for each in ("left", "right")))
        session.set_draft(1, tuple("Y" if each in boxes else "N" for each in "abc"))
        assert session.next() == []
        session.set_draft(0, ("Y", "N") if size else ("N", "Y"))
        if size:
            session.set_draft(1, (size,))
        assert (session.finish() if session.where().is_last else session.next()) == []
    session.close()


@pytest.fixture(scope="module")
def study() -> Path:
    """A quiz with its key taken out, and four readers who answered it; the last one is at the second case."""
    folder = fast_folder()
    whole = write_quiz(folder, PAGES, name="whole.xml")
    quiz = folder / "study.xml"
    assert quizloader("key", "split", whole, "--out", quiz, "--key", folder / "key.xml").code == 0
    for reader in ANSWERS:
        read_quiz_as(quiz, folder / "results", reader)
    return folder


@pytest.fixture(scope="module")
def scores(study: Path) -> Path:
    told = quizloader("score", study / "results", "--key", study / "key.xml", "--out", study / "scores.csv")
    assert told.code == 0
    assert told.out.splitlines() == [
        "Ann, study: 13.5 of 14 (96%)",
        "Bob, study: 6.5 of 14 (46%)",
        "Cem, study: 4.5 of 13 (35%)",
        "Dee, study: 3 of 3 (100%)",
    ]
    assert "Dee, study: 3 pages are not complete and not scored." in told.err
    return study / "scores.csv"


def beside(scores: Path, what: str) -> list[dict[str, str]]:
    return table(scores.with_name(f"scores-by-{what}.csv"))


def test_each_answer_has_its_score_with_what_was_right(scores: Path) -> None:
    rows = [row for row in table(scores) if row["reader"] == "Bob" and row["page"] == "Case 1"]
    shown = ("case", "question", "answer", "right_answer", "measure", "value", "score", "of")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ("P1", "Side", "right", "left", "Right", "0", "0", "2"),
        ("P1", "Seen", "a; c", "a; b", "Right", "0", "0", "1"),
        ("P1", "Size", "11", "10", "Right", "0", "0", "1"),
    ]
    assert {(row["quiz"], row["attempt"], row["treatment"], row["region_or_mark"]) for row in rows} == {
        ("study", "1", "MR", "")
    }
    assert float(rows[0]["seconds_shown"]) > 0


def test_what_a_condition_hid_is_neither_right_nor_wrong(scores: Path) -> None:
    asked = {(row["reader"], row["page"]) for row in table(scores) if row["question"] == "Size"}
    assert asked == {
        (reader, f"Case {number}")
        for reader, answers in ANSWERS.items()
        for number, (_, _, size) in enumerate(answers, start=1)
        if size
    }


def test_scores_add_up_by_reader_page_and_question(scores: Path) -> None:
    rows = table(scores)
    for reader, own in SCORES.items():
        for number, (score, of) in enumerate(own, start=1):
            found = [row for row in rows if (row["reader"], row["page"]) == (reader, f"Case {number}")]
            assert sum(float(row["score"]) for row in found) == score, (reader, number)
            assert sum(float(row["of"]) for row in found) == of, (reader, number)
    totals = {
        row["reader"]: (float(row["score"]), float(row["of"]), int(row["pages"]))
        for row in beside(scores, "reader")
    }
    assert totals == {
        reader: (sum(score for score, _ in own), sum(of for _, of in own), len(own))
        for reader, own in SCORES.items()
    }
    by_question = {
        row["question"]: (row["answers"], row["score"], row["of"]) for row in beside(scores, "question")
    }
    assert by_question == {"Side": ("13", "16", "26"), "Seen": ("13", "7.5", "13"), "Size": ("5", "4", "5")}


def test_difficulty_and_discrimination_of_pages_are_those_of_numpy(scores: Path) -> None:
    """The correlation of a page with all others, over the readers who completed it."""
    pages = beside(scores, "page")
    assert [(row["page"], row["readers"]) for row in pages] == [
        ("Case 1", "4"), ("Case 2", "3"), ("Case 3", "3"), ("Case 4", "3"),
    ]  # fmt: skip
    for number, row in enumerate(pages):
        own = [SCORES[reader] for reader in SCORES if len(SCORES[reader]) > number]
        shares = [each[number][0] / each[number][1] for each in own]
        assert float(row["difficulty"]) == pytest.approx(np.mean(shares))
        pairs = [
            (
                each[number][0] / each[number][1],
                sum(score for place, (score, _) in enumerate(each) if place != number)
                / sum(of for place, (_, of) in enumerate(each) if place != number),
            )
            for each in own
            if len(each) > 1
        ]
        assert float(row["discrimination"]) == pytest.approx(np.corrcoef(np.transpose(pairs))[0, 1], abs=1e-6)


def test_training_counts_where_it_is_asked_for(study: Path) -> None:
    arguments = ("score", study / "results", "--key", study / "key.xml", "--out", study / "all.csv")
    told = quizloader(*arguments, "--training")
    assert "Dee, study: 4 of 4 (100%)" in told.out
    assert "Try" in {row["page"] for row in table(study / "all.csv")}


def test_the_table_of_answers_says_what_is_right_and_each_score_once(study: Path, scores: Path) -> None:
    out = study / "answers.csv"
    assert quizloader("answers", study / "results", "--key", study / "key.xml", "--out", out).code == 0
    rows = table(out)
    first = [row for row in rows if row["reader"] == "Bob" and row["page_id"] == "Case 1"]
    shown = ("question_descriptor", "option_label", "right", "score", "of")
    assert [tuple(row[name] for name in shown) for row in first] == [
        ("Side", "left", "Y", "0", "2"), ("Side", "right", "N", "", ""),
        ("Seen", "a", "Y", "0", "1"), ("Seen", "b", "Y", "", ""), ("Seen", "c", "N", "", ""),
        ("More", "yes", "", "", ""), ("More", "no", "", "", ""), ("Size", "mm", "10", "0", "1"),
    ]  # fmt: skip
    for row in beside(scores, "reader"):
        own = [each for each in rows if each["reader"] == row["reader"] and each["page_complete"] == "Y"]
        assert sum(float(each["score"] or 0) for each in own) == float(row["score"])
        assert sum(float(each["of"] or 0) for each in own) == float(row["of"])
    assert quizloader("answers", study / "results", "--out", out).code == 0
    assert {(row["right"], row["score"], row["of"]) for row in table(out)} == {("", "", "")}


def test_results_of_a_quiz_with_its_key_in_it_need_no_other(
    study: Path, scores: Path, tmp_path: Path
) -> None:
    for reader in ("Ann", "Bob"):
        read_quiz_as(study / "whole.xml", tmp_path / "results", reader)
    told = quizloader("score", tmp_path / "results", "--out", tmp_path / "scores.csv")
    assert (told.code, told.err) == (0, "")
    shown = ("reader", "page", "question", "answer", "right_answer", "score", "of")
    own, by_key = (
        [tuple(row[name] for name in shown) for row in table(path) if row["reader"] in ("Ann", "Bob")]
        for path in (tmp_path / "scores.csv", scores)
    )
    assert own == by_key


def test_the_first_run_counts_and_later_ones_where_they_are_asked_for(study: Path, tmp_path: Path) -> None:
    """The second folder has a run that began later."""
    results = tmp_path / "results"
    read_quiz_as(study / "study.xml", results / "first", "Cem")
    later = results / "second"
    read_quiz_as(study / "study.xml", later, "Cem")
    (file,) = (path for path in later.rglob("study.xml") if path.parent.name == "study")
    for journal in later.rglob("*.journal"):
        journal.unlink()
    file.write_text(file.read_text(encoding="utf-8").replace("20300102_", "20310102_"), encoding="utf-8")
    arguments = ("score", results, "--key", study / "key.xml", "--out", tmp_path / "scores.csv")
    assert quizloader(*arguments).out == "Cem, study: 4.5 of 13 (35%)\n"
    assert quizloader(*arguments, "--all-attempts").out.splitlines() == [
        "Cem, study: 4.5 of 13 (35%)",
        "Cem, study (attempt 2): 4.5 of 13 (35%)",
    ]
    assert {row["readers"] for row in beside(tmp_path / "scores.csv", "page")} == {"1"}


def test_a_clock_that_was_set_back_makes_no_later_run_the_first(study: Path, tmp_path: Path) -> None:
    """The second run says so, and has an earlier date."""
    for folder, name, date, attempt in (
        ("study", "Cem", "20300102_", ""),
        ("study-Attempt2", "Cem", "20290102_", "2"),
    ):
        own = tmp_path / "results" / name / folder
        read_quiz_as(study / "study.xml", tmp_path / folder, name)
        (file,) = (each for each in (tmp_path / folder).rglob("study.xml") if each.parent.name == "study")
        text = file.read_text(encoding="utf-8").replace("20300102_", date)
        text = text.replace("<Session ", f'<Session Attempt="{attempt}" ', 1) if attempt else text
        own.mkdir(parents=True)
        (own / f"{folder}.xml").write_text(text, encoding="utf-8")
    arguments = ("score", tmp_path / "results", "--key", study / "key.xml", "--out", tmp_path / "scores.csv")
    assert quizloader(*arguments).code == 0
    rows = table(tmp_path / "scores.csv")
    assert {row["attempt"] for row in rows} == {"1"}
    (tmp_path / "results" / "Cem" / "study" / "study.xml").unlink()
    assert quizloader(*arguments, "--all-attempts").code == 0
    assert {row["attempt"] for row in table(tmp_path / "scores.csv")} == {"2"}


def test_results_of_the_original_are_scored_by_a_key(tmp_path: Path) -> None:
    """Labels on lines of their own, another encoding, and a repetition without questions."""
    folder = tmp_path / "results" / "Müller" / "study"
    folder.mkdir(parents=True)
    (folder / "study.xml").write_bytes(ORIGINAL.format(**PARTS).encode("cp1252"))
    key = tmp_path / "key.xml"
    key.write_text(
        '<AnswerKey><Page ID="Patient 1" Descriptor="CT"><QuestionSet><Question Type="Radio" '
        'Descriptor="Assessment"><Option>Injury</Option><Option Correct="Y">Récidive</Option></Question>'
        '</QuestionSet></Page><Page ID="Patient 2" Descriptor="MR"><QuestionSet><Question '
        'Type="IntegerValue" Descriptor="Score" Answer="6" Tolerance="1"><Option>Score</Option></Question>'
        "</QuestionSet></Page></AnswerKey>",
        encoding="utf-8",
    )
    told = quizloader("score", tmp_path / "results", "--key", key, "--out", tmp_path / "scores.csv")
    assert (told.code, told.out) == (0, "Müller, study: 1 of 2 (50%)\n")
    rows = [
        (row["page"], row["answer"], row["right_answer"], row["score"])
        for row in table(tmp_path / "scores.csv")
    ]
    assert sorted(rows) == [("Patient 1", "Injury", "Récidive", "0"), ("Patient 2", "7", "6", "1")]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (None, "have no right answers; name an answer key by --key"),
        (CASE.format(number=9), "has no right answer to a question of these results in its words"),
        (CASE.format(number=1).replace('Answer="10"', 'Answer="ten"'), "Answer “ten” is not a number"),
        (CASE.format(number=1).replace('Descriptor="MR"', "Descriptor=MR"), "not well-formed XML"),
    ],
)
def test_a_key_that_cannot_score_is_said_and_no_table_is_written(
    key: str | None, words: str, study: Path, tmp_path: Path
) -> None:
    arguments = ["score", study / "results", "--out", tmp_path / "scores.csv"]
    if key is not None:
        (tmp_path / "key.xml").write_text(f"<AnswerKey>{key}</AnswerKey>", encoding="utf-8")
        arguments += ["--key", tmp_path / "key.xml"]
    told = quizloader(*arguments)
    assert (told.code, words in told.err) == (1, True), told.err
    assert list(tmp_path.glob("*.csv")) == []


def test_nothing_but_a_table_is_written_over(study: Path) -> None:
    key = study / "key.xml"
    before = key.read_bytes()
    told = quizloader("score", study / "results", "--key", key, "--out", key)
    assert (told.code, "is the answer key" in told.err) == (1, True)
    results = next((study / "results").rglob("study.xml"))
    assert quizloader("score", results, "--key", key, "--out", results).code == 1
    assert key.read_bytes() == before


@pytest.mark.usefixtures("blank_charts")
def test_the_report_has_the_truth_of_boxes_and_the_scores_from_the_key(study: Path, scores: Path) -> None:
    pytest.importorskip("matplotlib")
    out = study / "report"
    told = quizloader("report", study / "results", "--key", study / "key.xml", "--out", out)
    assert told.code == 0, told.err
    assert table(out / "scores.csv") == table(scores)
    rates = {
        (row["question"], row["measure"], row["reader"]): (row["n"], float(row["estimate"]))
        for row in table(out / "rates.csv")
        if row["reader"] in ANSWERS and row["estimate"]
    }
    assert rates["Seen: a", "sensitivity", "Ann"] == ("4", 1)
    assert rates["Seen: b", "sensitivity", "Cem"] == ("4", 0.5)
    assert rates["Seen: c", "specificity", "Bob"] == ("4", 0.5)
    assert not any(question.startswith("Side") for question, _, _ in rates)
    # Of each reader's four sides the key says left.
    sides = {
        (row["reader_1"], row["category_1"]): row["count"]
        for row in table(out / "confusion.csv")
        if (row["question"], row["reader_2"], row["category_2"]) == ("Side", "answer key", "left")
    }
    assert sides == {("Ann", "left"): "4", ("Bob", "left"): "2", ("Bob", "right"): "2",
                     ("Cem", "left"): "1", ("Cem", "right"): "3", ("Dee", "left"): "1"}  # fmt: skip
    shares = {
        row["readers"]: (row["n"], float(row["estimate"]))
        for row in table(out / "agreement.csv")
        if (row["question"], row["measure"]) == ("Side", "agreement") and "key" in row["readers"]
    }
    assert shares == {
        "Ann / answer key": ("4", 1), "Bob / answer key": ("4", 0.5),
        "Cem / answer key": ("4", 0.25), "Dee / answer key": ("1", 1),
    }  # fmt: skip
    assert "Each reader and the answer key" in (out / "index.html").read_text(encoding="utf-8")
