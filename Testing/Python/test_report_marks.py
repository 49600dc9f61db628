"""The report of a study of marks, by its answer key: truth, scores, and how well readers find lesions."""

from pathlib import Path

import pytest
from marked_study import EXPERT, NOTHING, PAGE, Marks, ras, read_quiz_by, write_lesions
from masks_made import Ended, quizloader
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.results.key_readings import ReportKey
from QuizLoaderLib.results.report.localization_part import OTHER_LESIONS, add_localizations
from QuizLoaderLib.results.report.modality_tables import PerformanceRows
from QuizLoaderLib.results.report.parts import Section
from QuizLoaderLib.results.results_folder import read_results_folder
from session_by_hand import write_quiz
from test_session_tables import table

pytest.importorskip("matplotlib")

IN_A, IN_B, NOWHERE, ELSEWHERE = ras(4, 4, 12), ras(20, 4, 12), ras(-30, 4, 4), ras(-30, -30, 4)
LESIONS = {1: EXPERT.format("A", 2), 2: EXPERT.format("A", 2) + EXPERT.format("B", 2), 3: NOTHING, 4: NOTHING}
SIDE = """<Question Type="Radio" Descriptor="Any"><Option{}>Y</Option><Option{}>N</Option></Question>"""
CT: dict[str, dict[int, Marks]] = {
    "Ann": {1: [(IN_A, 90)], 2: [(IN_A, 80), (IN_B, 40), (NOWHERE, 60)], 3: [(NOWHERE, 20)]},
    "Bob": {1: [(IN_A, 50)], 2: [(IN_A, 70)], 3: [(NOWHERE, 50)], 4: [(NOWHERE, 30), (ELSEWHERE, None)]},
}
MR: dict[str, dict[int, Marks]] = {
    "Ann": {5: [(IN_A, 95)], 6: [(IN_A, 85), (IN_B, 75)]},
    "Bob": {5: [(NOWHERE, 60)], 6: [(IN_A, 65), (IN_A, 55)], 7: [(NOWHERE, 20)]},
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four cases on CT and on MR, two of them with lesions; two readers; the report by an answer key."""
    folder = tmp_path_factory.mktemp("study")
    write_lesions(folder)
    pages = ""
    for page in range(1, 9):
        case = (page - 1) % 4 + 1
        pages += PAGE.format(page, case, "CT" if page < 5 else "MR", LESIONS[case], "")
        right = ("", ' Correct="Y"') if case > 2 else (' Correct="Y"', "")
        asked = SIDE.format(*right).replace("<Question", '<Question Required="N"')
        pages = f"{pages.removesuffix('</QuestionSet></Page>')}{asked}</QuestionSet></Page>"
    whole = write_quiz(folder, pages, name="whole.xml")
    told = quizloader("key", "split", whole, "--out", folder / "study.xml", "--key", folder / "key.xml")
    assert told.code == 0, told.err
    for reader, marks in CT.items():
        read_quiz_by(reader, folder / "study.xml", marks | MR[reader], folder / "results")
    ended = report(folder, "--key", folder / "key.xml", "--images", folder)
    assert ended.code == 0, ended.err
    return folder


def report(folder: Path, *more: object, out: str = "report") -> Ended:
    return quizloader("report", folder / "results", "--out", folder / out, *more)


def found(study: Path, measure: str) -> dict[tuple[str, str], float]:
    rows = [row for row in table(study / "report" / "rates.csv") if row["measure"] == measure]
    assert {row["question"] for row in rows} == {"Findings"}
    return {(row["reader"], row["modality"]): float(row["estimate"]) for row in rows}


def test_lesions_and_false_marks_of_each_reader_and_modality(study: Path) -> None:
    assert found(study, "lesions marked") == pytest.approx(
        {("Ann", "CT"): 1, ("Ann", "MR"): 1, ("Bob", "CT"): 2 / 3, ("Bob", "MR"): 1 / 3}
    )
    # The mark without a rating does not count; a second one in a lesion is a false one.
    assert found(study, "false marks per case") == {
        ("Ann", "CT"): 0.5, ("Ann", "MR"): 0, ("Bob", "CT"): 0.5, ("Bob", "MR"): 0.75,
    }  # fmt: skip
    assert found(study, "correct localizations") == {
        ("Ann", "CT"): 1, ("Ann", "MR"): 1, ("Bob", "CT"): 1, ("Bob", "MR"): 0.5,
    }  # fmt: skip
    # Ann on CT: 90 and 80 are above the false marks none, 60, 20 and none; 40 above three of them.
    merit = {key: value * 12 for key, value in found(study, "JAFROC1").items()}
    # Bob on CT: false 50 and 30; 50 ties with one, 70 wins all, what was missed ties with two cases.
    # Bob on MR: false 60, 55 and 20; 65 wins all, the two that were missed tie with one case each.
    assert merit == pytest.approx(
        {
            ("Ann", "CT"): 4 + 4 + 3,
            ("Ann", "MR"): 12,
            ("Bob", "CT"): 3.5 + 4 + 1,
            ("Bob", "MR"): 4 + 0.5 + 0.5,
        }
    )


def test_modalities_are_compared_and_curves_are_drawn(study: Path) -> None:
    methods = {row["method"] for row in table(study / "report" / "mrmc.csv")}
    assert {"JAFROC1 figure of merit, jackknife", "rate of correct localizations, jackknife"} <= methods
    for name in ("froc", "afroc", "lroc"):
        assert (study / "report" / "figures" / f"{name}_1.svg").stat().st_size > 1000
    assert (study / "report" / "rjafroc" / "marks_1_Findings.xlsx").is_file()
    page = (study / "report" / "index.html").read_text(encoding="utf-8")
    assert "“Findings”: 1 mark without a rating does not count." in page
    assert "Chakraborty" in page


def test_scores_are_those_of_the_key_and_of_quizloader_score(study: Path) -> None:
    arguments = ("--key", study / "key.xml", "--images", study, "--out", study / "scores.csv")
    assert quizloader("score", study / "results", *arguments).code == 0
    assert table(study / "report" / "scores.csv") == table(study / "scores.csv")
    assert "Scores by the answer key" in (study / "report" / "index.html").read_text(encoding="utf-8")


def test_a_reading_of_other_lesions_of_a_case_is_left_out(tmp_path: Path) -> None:
    """On MR the other one of two lesions is the right one, on PET the same one in a file without names."""
    write_lesions(tmp_path)
    keys = {"CT": "A", "MR": "B", "PET": ""}
    pages = "".join(
        PAGE.format(page, 1, treatment, EXPERT.format(roi, 2), "")
        for page, (treatment, roi) in enumerate(keys.items(), start=1)
    )
    quiz = write_quiz(tmp_path, pages)
    read_quiz_by("Ann", quiz, {1: [(IN_A, 90)], 2: [(IN_B, 80)], 3: [(IN_A, 70)]}, tmp_path / "results")
    section = Section("Performance")
    results = read_results_folder([tmp_path / "results"], by=ReportKey.of(None, ImageFolder(tmp_path)))
    add_localizations(section, results, PerformanceRows())
    assert [(each.item.treatment, each.reason) for each in section.left_out] == [("MR", OTHER_LESIONS)]


@pytest.mark.usefixtures("blank_charts")
def test_without_the_key_nothing_is_said_of_lesions(study: Path) -> None:
    assert report(study, out="plain").code == 0
    page = (study / "plain" / "index.html").read_text(encoding="utf-8")
    assert "The truth of the cases is not known" in page
    assert not (study / "plain" / "scores.csv").exists()


@pytest.mark.usefixtures("blank_charts")
def test_without_the_images_it_is_said_that_marks_are_not_compared(study: Path) -> None:
    ended = report(study, "--key", study / "key.xml", out="blind")
    assert ended.code == 0
    assert "Ann, study: marks are not compared with lesions without the image folder." in ended.err
    assert "No marks are compared with lesions" in (study / "blind" / "index.html").read_text(
        encoding="utf-8"
    )


def test_a_key_is_for_results(study: Path) -> None:
    told = quizloader("report", study / "scores.csv", "--key", study / "key.xml", "--out", study / "none")
    assert (told.code, "a table has its truth by --truth" in told.err) == (2, True)
