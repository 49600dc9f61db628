"""Results become tables: ours, and those of the original with its faults."""

import csv
import io
import re
from pathlib import Path

import pytest
from masks_made import quizloader
from QuizLoaderLib.results.tables import Row, as_csv
from QuizLoaderLib.session.session import Session
from session_by_hand import SAMPLES, text_page, ticking_clock, write_quiz

# As the original writes it: the labels on lines of their own, identical answers again at each pass, events
# padded to 19 letters, absolute Windows paths, a repetition before the next page, the login at the end.
ORIGINAL = """<?xml version="1.0" encoding="utf-8"?>
<Session RandomizePageGroups="Y" UserName="Müller">
\t<Page ID="Patient 1" Descriptor="CT" PageGroup="1" Rep="0" PageComplete="Y">
\t\t<Image ID="CT" Type="Volume">
\t\t\t<Path>ct\\1.nrrd</Path>
\t\t\t<LabelMapPath {login} ResponseTime="20230317_15:00:30.000000">{drawn}</LabelMapPath>
\t\t</Image>
\t\t<QuestionSet>
\t\t\t<Question Type="Radio" Descriptor="Assessment">
\t\t\t\t<Option>
\t\t\t\t\tInjury
\t\t\t\t\t<Response {next} {login} ResponseTime="20230317_15:00:30.000000">Y</Response>
\t\t\t\t\t<Response {next} {login} ResponseTime="20230317_15:02:00.000000">Y</Response>
\t\t\t\t</Option>
\t\t\t\t<Option>
\t\t\t\t\tRécidive
\t\t\t\t\t<Response {next} {login} ResponseTime="20230317_15:00:30.000000">N</Response>
\t\t\t\t\t<Response {next} {login} ResponseTime="20230317_15:02:00.000000">N</Response>
\t\t\t\t</Option>
\t\t\t</Question>
\t\t</QuestionSet>
\t</Page>
\t<Page ID="Patient 1-Rep1" Descriptor="CT" PageGroup="1" Rep="1" PageComplete="N">
\t\t<Image ID="CT" Type="Volume"><Path>ct\\1.nrrd</Path></Image>
\t</Page>
\t<Page ID="Patient 2" Descriptor="MR" PageGroup="2" Rep="0" PageComplete="Y">
\t\t<QuestionSet>
\t\t\t<Question Type="IntegerValue" Descriptor="Score"><Option>Score
\t\t\t\t<Response {finish} {login} ResponseTime="20230317_15:03:00.000000">7</Response>
\t\t\t</Option></Question>
\t\t</QuestionSet>
\t</Page>
\t<RandomizedPageGroupIndices>2,1</RandomizedPageGroupIndices>
\t<Login LoginTime="20230317_15:00:00.000000" LogoutTime="20230317_15:03:00.000000"/>
</Session>
"""
PARTS = {
    "login": 'LoginTime="20230317_15:00:00.000000"',
    "next": f'Event="{"NextBtn":19}"',
    "finish": f'Event="{"Finish":19}"',
    "drawn": "\\".join(
        (
            "C:",
            "Quiz",
            "UsersResults",
            "Müller",
            "study",
            "PgGroup1_Patient 1_CT",
            "Patient 1_CT-quizlabel.nrrd",
        )
    ),
}


def table(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def original(tmp_path: Path) -> Path:
    """A results folder of the original, saved on Windows in the code page of Western Europe."""
    folder = tmp_path / "UsersResults" / "Müller" / "study"
    folder.mkdir(parents=True)
    data = ORIGINAL.format(**PARTS).encode("cp1252")
    (folder / "study.xml").write_bytes(data)
    (folder / "study_Mar-17-2023-15-00-00.xml").write_bytes(data)
    return tmp_path / "UsersResults"


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """Two readers of the sample with random order; the second one is at the first patient still."""
    results = tmp_path / "ours"
    for reader, pages in (("Ann", 7), ("Bob", 2)):
        session = Session.open(SAMPLES / "randomizing.xml", results, reader, seed=3, now=ticking_clock())
        session.next()
        for page in range(pages - 1):
            answer = ["N"] * 5
            answer[page % 5] = "Y"
            session.set_draft(0, answer)
            if session.where().is_last:
                assert session.finish() == []
            else:
                assert session.next() == []
        session.close()
    return results


def test_the_originals_results_with_all_their_faults(original: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.csv"

    result = quizloader("answers", original, "--out", out)

    assert (result.code, "is not in the encoding it declares" in result.err) == (0, True)
    rows = table(out)
    # Patient 2 came first; its answer took from the answers before, in the order they were given.
    assert [(row["position"], row["page_id"], row["repetition"], row["option_label"]) for row in rows] == [
        ("1", "Patient 2", "0", "Score"),
        ("2", "Patient 1", "0", "Injury"),
        ("2", "Patient 1", "0", "Injury"),
        ("2", "Patient 1", "0", "Récidive"),
        ("2", "Patient 1", "0", "Récidive"),
        ("2", "Patient 1", "0", "CT"),
    ]
    assert {row["reader"] for row in rows} == {"Müller"}
    assert [row["response"] for row in rows[:5]] == ["7", "Y", "Y", "N", "N"]
    assert rows[5]["response"] == "study/PgGroup1_Patient 1_CT/Patient 1_CT-quizlabel.nrrd"
    assert rows[5]["question_type"] == "LabelMapPath"
    assert [row["last_answer"] for row in rows[:5]] == ["Y", "N", "Y", "N", "Y"]
    assert [row["seconds"] for row in rows[:5]] == ["60.000", "30.000", "90.000", "30.000", "90.000"]
    assert [row["page_number"] for row in rows[:2]] == ["2", "1"]
    assert [row["group_position"] for row in rows[:2]] == ["1", "2"]
    assert rows[0]["event"] == "Finish"
    assert rows[1]["response_time"] == "2023-03-17T15:00:30.000000"
    assert {row["page_complete"] for row in rows} == {"Y"}


def test_our_results_have_a_row_for_each_option(ours: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.csv"

    result = quizloader("answers", ours, "--out", out)

    assert (result.code, result.err) == (0, "")
    rows = table(out)
    # The welcome (1 option), then 5 options a page: 6 pages of Ann, 1 of Bob.
    assert [sum(row["reader"] == reader for row in rows) for reader in ("Ann", "Bob")] == [31, 6]
    assert result.out == f"{out}: 37 rows of 2 readers\n"
    first = [row for row in rows if row["reader"] == "Bob"][1]
    assert (first["position"], first["group_position"]) == ("2", "2")
    assert first["option_label"] == "1 benign"
    assert (first["response"], first["last_answer"], first["event"]) == ("Y", "Y", "NextBtn")
    assert first["login_time"] == "2030-01-02T09:00:01.000000"
    assert 0 <= float(first["seconds"]) < 60


def test_the_table_of_multi_reader_multi_case_statistics(ours: Path, tmp_path: Path) -> None:
    out = tmp_path / "mrmc.csv"

    assert quizloader("answers", ours, "--out", out, "--mrmc").code == 0

    rows = table(out)
    assert list(rows[0])[:5] == ["reader", "case", "modality", "question", "score"]
    assert {row["page_complete"] for row in rows} == {"Y"}
    assert [(row["reader"], row["score"]) for row in rows] == [
        *(("Ann", score) for score in ("1", "2", "3", "4", "5", "1")),
        ("Bob", "1"),
    ]
    assert {(row["case"], row["modality"]) for row in rows if row["reader"] == "Ann"} == {
        (f"Patient {number}", how) for number in (1, 2, 3) for how in ("Without AI", "With AI")
    }
    assert {row["question"] for row in rows} == {"Malignancy"}


def test_scores_of_other_questions_and_another_choice_of_case(tmp_path: Path) -> None:
    page = (
        '<Page ID="Session" Descriptor="A" PageGroup="4">'
        '<Image ID="CT" Type="Volume"><Path>c.nrrd</Path></Image>'
        '<Image ID="PET" Type="Volume"><Path>p.nrrd</Path><Layer>Foreground</Layer></Image>'
        '<QuestionSet ID="S">'
        '<Question Type="Radio" Descriptor="R"><Option>yes</Option><Option>no</Option></Question>'
        '<Question Type="CheckBox" Descriptor="C"><Option>left</Option><Option>right</Option></Question>'
        '<Question Type="FloatValue"><Option>mm</Option></Question>'
        '<Question Type="Text" Descriptor="T"><Option>words</Option></Question>'
        "</QuestionSet></Page>"
    )
    session = Session.open(write_quiz(tmp_path, page), tmp_path / "results", "Ann")
    for question, answer in enumerate([("N", "Y"), ("N", "Y"), ("2.50",), ("none",)]):
        session.set_draft(question, answer)
    session.finish()
    session.close()
    out = tmp_path / "mrmc.csv"

    quizloader(
        "answers",
        tmp_path / "results",
        "--out",
        out,
        "--mrmc",
        "--case",
        "page-group",
        "--modality",
        "images",
    )

    rows = table(out)
    for row in rows:
        # Nobody waited; all of it was one visit.
        assert 0 <= float(row.pop("seconds_shown")) == float(row.pop("seconds_active")) < 60
    assert [tuple(row.values()) for row in rows] == [
        ("Ann", "4", "CT+PET", "R", "2", "0", "no", "study", "Y", "nominal", "N"),
        ("Ann", "4", "CT+PET", "C: left", "0", "0", "N", "study", "Y", "nominal", "N"),
        ("Ann", "4", "CT+PET", "C: right", "1", "0", "Y", "study", "Y", "nominal", "N"),
        ("Ann", "4", "CT+PET", "S 3", "2.50", "0", "2.50", "study", "Y", "interval", "N"),
    ]


def test_what_is_in_the_journal_only_is_counted(ours: Path, tmp_path: Path) -> None:
    session = Session.open(SAMPLES / "questions.xml", tmp_path / "open", "Ann")
    session.set_draft(2, ("Y", "N", "N"))
    session.set_draft(3, ("Y", "N"))
    session.next()
    out = tmp_path / "answers.csv"

    quizloader("answers", tmp_path / "open", "--out", out)

    assert [row["response"] for row in table(out)] == ["", "", "Y", "N", "N", "Y", "N"]
    session.close()


def test_a_damaged_file_of_ours_is_read_from_its_journal(ours: Path, tmp_path: Path) -> None:
    (ours / "Bob" / "randomizing" / "randomizing.xml").write_text("<Session", encoding="utf-8")
    out = tmp_path / "answers.csv"

    result = quizloader("answers", ours, "--out", out)

    assert result.code == 0
    assert "it was made anew from the journal" in result.err
    assert len([row for row in table(out) if row["reader"] == "Bob"]) == 6


def test_progress_by_reader(ours: Path, original: Path) -> None:
    result = quizloader("progress", ours, original)

    lines = result.lines
    assert len(lines) == 3
    assert lines[0].startswith("Ann, randomizing: finished, 0:0")
    assert lines[1].startswith("Bob, randomizing: 2 of 7 pages done, ")
    assert lines[2] == (
        "Müller, study: 2 of 3 pages done, at page 3 (Patient 1-Rep1 - CT), 3:00 in all, 1:30 a page, "
        "opened once, last seen 2023-03-17 15:03"
    )


def test_progress_by_page(original: Path) -> None:
    lines = quizloader("progress", original / "Müller" / "study" / "study.xml", "--pages").lines

    assert [line.split(maxsplit=3) for line in lines[1:]] == [
        ["1", "done", "1:00", "Patient 2 - MR"],
        ["2", "done", "2:00", "Patient 1 - CT"],
        ["3", "open", "0:00", "Patient 1-Rep1 - CT"],
    ]


def test_a_table_for_excel_says_that_it_is_utf_8(original: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.csv"

    quizloader("answers", original, "--out", out, "--excel")

    assert out.read_bytes().startswith(b"\xef\xbb\xbfreader,")
    assert table(out, "utf-8-sig")[0]["reader"] == "Müller"


FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "ab\n=1+1",
    "a;=1+1;-2",
    "-5;=1+1",
)
HARMLESS = ("-5", "+3.5", "-1,5e-3", "a = b", "a-b", "'", "")


def test_no_answer_becomes_a_formula_in_a_spreadsheet() -> None:
    """Numbers are as they were typed, and so is all in the table for other programs."""
    rows: list[Row] = [{"reader": "Ann", "response": text} for text in (*FORMULAS, *HARMLESS)]
    plain = csv.DictReader(io.StringIO(as_csv(rows, rows[0]), newline=""))
    assert [row["response"] for row in plain] == [*FORMULAS, *HARMLESS]
    safe = as_csv(rows, rows[0], for_spreadsheet=True)
    responses = [row["response"] for row in csv.DictReader(io.StringIO(safe, newline=""))]
    assert responses[len(FORMULAS) :] == list(HARMLESS)
    assert [text.replace("'", "") for text in responses[: len(FORMULAS)]] == list(FORMULAS)
    # Whatever separates cells where it is opened, and where lines within a cell are taken for rows.
    cells = [cell for text in responses[: len(FORMULAS)] for cell in re.split(r"[;\t\r\n]", text)]
    assert not {cell[:1] for cell in cells} & set("=+-@＝＋－＠")


def test_a_table_for_excel_has_no_formulas(tmp_path: Path) -> None:
    session = Session.open(write_quiz(tmp_path, text_page("P")), tmp_path / "results", "=Ann")
    session.set_draft(0, ('=HYPERLINK("http://evil.example")',))
    assert session.finish() == []
    session.close()

    quizloader("answers", tmp_path / "results", "--out", tmp_path / "excel.csv", "--excel")
    quizloader("answers", tmp_path / "results", "--out", tmp_path / "plain.csv")

    (safe,), (plain,) = table(tmp_path / "excel.csv", "utf-8-sig"), table(tmp_path / "plain.csv")
    assert (safe["reader"], safe["response"]) == ("'=Ann", '\'=HYPERLINK("http://evil.example")')
    assert (plain["reader"], plain["response"]) == ("=Ann", '=HYPERLINK("http://evil.example")')


def test_a_file_that_cannot_be_read_is_said_and_the_others_are_used(ours: Path, tmp_path: Path) -> None:
    broken = ours / "Zoe" / "randomizing"
    broken.mkdir(parents=True)
    (broken / "randomizing.xml").write_text("<Session UserName='Zoe'", encoding="utf-8")
    out = tmp_path / "answers.csv"

    result = quizloader("answers", ours, tmp_path / "none", "--out", out)

    assert result.code == 1
    assert "Zoe" in result.err and "cannot be read" in result.err
    assert f"“{tmp_path / 'none'}” does not exist." in result.err
    assert "Traceback" not in result.err
    assert {row["reader"] for row in table(out)} == {"Ann", "Bob"}


def test_a_folder_without_results_is_said(tmp_path: Path) -> None:
    result = quizloader("progress", SAMPLES)

    assert (result.code, result.err) == (1, "quizloader: No results were found.\n")


def test_a_quiz_is_no_file_of_results(tmp_path: Path) -> None:
    result = quizloader("answers", SAMPLES / "looping.xml", "--out", tmp_path / "a.csv")

    assert result.code == 1
    assert "looping.xml” is not a file of results." in result.err
    assert not (tmp_path / "a.csv").exists()


def test_a_table_that_cannot_be_written_is_said(original: Path, tmp_path: Path) -> None:
    result = quizloader("answers", original, "--out", tmp_path / "none" / "a.csv")

    assert result.code == 1
    assert "a.csv” cannot be written: No such file or directory." in result.err
