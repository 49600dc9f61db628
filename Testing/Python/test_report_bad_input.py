"""What a report says where there is little to report, or something odd."""

import csv
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from masks_made import Ball, grid, quizloader, segmentation_of, write_image, write_seg
from QuizLoaderLib.masks.sources import read_source
from study_made import MATRIX, SHAPE


def scores(
    path: Path, rows: Sequence[Sequence[object]], columns: str = "reader,case,modality,score,truth"
) -> Path:
    lines = [columns, *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page(folder: Path) -> str:
    return (folder / "index.html").read_text(encoding="utf-8")


def test_a_table_of_another_program_is_compared_over_readers_and_modalities(tmp_path: Path) -> None:
    made = np.random.default_rng(1)
    rows = [
        (reader, case, treatment, min(5, max(1, round(2 + 1.5 * (case % 2) + made.normal(0, 1)))), case % 2)
        for reader in (1, 2, 3)
        for treatment in (1, 2)
        for case in range(30)
    ]
    given = scores(tmp_path / "study.csv", rows, "reader,case,treatment,rating,truth")

    ended = quizloader("report", given, "--out", tmp_path / "out", "--threshold", 3)

    assert ended.code == 0, ended.err
    areas = {
        (row["reader"], row["modality"]): float(row["auc"]) for row in table(tmp_path / "out" / "auc.csv")
    }
    ratings = {(row[0], row[2], row[1]): row[3] for row in rows}
    for (reader, modality), area in areas.items():
        positive, negative = (
            np.array([ratings[int(reader), int(modality), case] for case in range(start, 30, 2)])
            for start in (1, 0)
        )
        wins = (positive[:, None] > negative).mean() + (positive[:, None] == negative).mean() / 2
        assert area == pytest.approx(wins)
    comparisons = [row for row in table(tmp_path / "out" / "mrmc.csv") if row["factor_cases"] == "random"]
    of_all = {
        row["method"]: row
        for row in comparisons
        if row["modality_1"] == "all" and row["factor_readers"] == "random"
    }
    assert len(of_all) == 3 and all(0 <= float(row["p"]) <= 1 for row in of_all.values())
    assert "No image was drawn on" in page(tmp_path / "out")
    assert (
        len(list((tmp_path / "out" / "imrmc").iterdir()))
        == len(list((tmp_path / "out" / "rjafroc").iterdir()))
        == 1
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [("Ann", case, "CT", case % 3, case % 2) for case in range(6)],
            "No question with categories was answered by two",
        ),
        ([(reader, 1, "CT", 2, 1) for reader in ("Ann", "Bob")], "all cases are positive"),
        ([(reader, case, "CT", 1, case % 2) for reader in ("Ann", "Bob") for case in range(5)], "Agree"),
        (
            [(reader, case, "CT", case, 0) for reader in ("Ann", "Bob") for case in range(5)],
            "all cases are negative",
        ),
    ],
    ids=["one reader", "one case", "all answers equal", "no positives"],
)
def test_where_there_is_little_the_report_says_so(
    tmp_path: Path, rows: list[tuple[object, ...]], said: str
) -> None:
    ended = quizloader("report", scores(tmp_path / "few.csv", rows), "--out", tmp_path / "out")

    assert ended.code == 0, ended.err
    assert said in page(tmp_path / "out")


def test_kappa_of_equal_answers_is_undefined_and_says_why(tmp_path: Path) -> None:
    rows = [(reader, case, "CT", 1, "") for reader in ("Ann", "Bob") for case in range(5)]

    quizloader("report", scores(tmp_path / "equal.csv", rows), "--out", tmp_path / "out")

    kappas = [row for row in table(tmp_path / "out" / "agreement.csv") if "kappa" in row["measure"]]
    assert kappas and all(row["estimate"] == "" and row["note"] for row in kappas)
    (share,) = (row for row in table(tmp_path / "out" / "agreement.csv") if row["measure"] == "agreement")
    assert float(share["estimate"]) == 1


@pytest.mark.usefixtures("blank_charts")
def test_rows_that_do_not_count_are_listed(tmp_path: Path) -> None:
    rows = [
        ("Ann", 1, "CT", 1, 1),
        ("Ann", 2, "CT", "none", ""),
        ("Ann", 3, "CT", 1, 0),
        ("Ann", 4, "CT", 1, ""),
        ("Bob", 1, "CT", 2, ""),
        ("Bob", 3, "CT", 2, ""),
        ("Bob", 4, "CT", 2, ""),
        ("Bob", 1, "CT", 3, ""),
    ]

    ended = quizloader("report", scores(tmp_path / "odd.csv", rows), "--out", tmp_path / "out")

    left_out = {
        (row["reader"], row["case"]): row["reason"] for row in table(tmp_path / "out" / "left_out.csv")
    }
    assert left_out == {
        ("Ann", "2"): "the score is not a number",
        ("Ann", "4"): "the truth of this case is not known, so it does not count for performance",
        ("Bob", "4"): "the truth of this case is not known, so it does not count for performance",
        ("Bob", "1"): "the same reader has another score of this case, treatment and question",
    }
    assert "4 readings, answers or drawings do not count" in ended.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reader,score\nAnn,1\n", "lacks the column case"),
        ("reader,case,score\n", "has no scores"),
        ("reader,case,score,truth\nAnn,1,2,maybe\n", "line 2: the truth of “1” is “maybe”"),
        ("reader,case,score,truth\nAnn,1,2,1\nBob,1,2,0\n", "line 3: the case “1” has two truths"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path: Path, text: str, said: str) -> None:
    given = tmp_path / "bad.csv"
    given.write_text(text, encoding="utf-8")

    ended = quizloader("report", given, "--out", tmp_path / "out")

    assert (ended.code, said in ended.err) == (1, True), ended.err


def drawn(
    results: Path, reader: str, segments: Path | None, label_map: Path, is_drawn: bool = True, more: str = ""
) -> None:
    """A reader who completed a page, with these files of a drawing; with none, without a drawing."""
    folder = results / reader / "study"
    folder.mkdir(parents=True)
    times = 'LoginTime="20300107_09:00:00.000000" ResponseTime="20300107_09:01:00.000000"'
    path = ""
    if segments is not None:
        shutil.copyfile(segments, folder / "own.seg.nrrd")
        shutil.copyfile(label_map, folder / "own.nrrd")
        flag = "Y" if is_drawn else "N"
        files = 'Segments="study/own.seg.nrrd"'
        path = f'<LabelMapPath Drawn="{flag}" {files} {times}>study/own.nrrd</LabelMapPath>'
    (folder / "study.xml").write_text(
        f'<Session UserName="{reader}"><Page ID="P1" Descriptor="CT" PageNumber="1" Rep="0" PageComplete="Y">'
        f'<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path>{path}</Image>{more}</Page>'
        '<Login LoginTime="20300107_09:00:00.000000" LogoutTime="20300107_09:01:00.000000"/></Session>',
        encoding="utf-8",
    )


def files_of(
    folder: Path, balls: Sequence[Ball], shape: tuple[int, int, int] = SHAPE, matrix: np.ndarray = MATRIX
) -> tuple[Path, Path]:
    folder.mkdir()
    segments = segmentation_of(balls, shape, matrix, each_its_layer=False)
    return write_seg(folder / "a.seg.nrrd", segments), write_image(
        folder / "a.nrrd", segments.layers[0], matrix
    )


def test_empty_contours_other_grids_and_copies(tmp_path: Path) -> None:
    results, ball = tmp_path / "results", Ball("Liver", (0, 0, 21), 12)
    whole = files_of(tmp_path / "whole", [ball])
    # The same image at half the pixel size, the centres of whose pixels lie between those of the others.
    fine = files_of(tmp_path / "fine", [ball], (16, 64, 96), grid((1, 1, 3), (-48.5, -32.5, 0)))
    nothing = files_of(tmp_path / "nothing", [Ball("Liver", (500, 0, 0), 1)])
    for reader in ("Ann", "Bob"):
        drawn(results, reader, *whole)
    drawn(results, "Cem", *fine)
    drawn(results, "Dan", *nothing, is_drawn=False)
    drawn(results, "Eve", None, whole[1])
    drawn(results, "Fay", *whole, is_drawn=False)
    drawn(results, "Gil", *whole)
    (results / "Gil" / "study" / "own.seg.nrrd").write_bytes(b"NRRD0004\n")

    ended = quizloader("report", results, "--out", tmp_path / "out", "--jobs", 1)

    assert ended.code == 1
    assert "2 readings, answers or drawings do not count" in ended.out
    assert "The drawing of “Cem” on “CT” of the page “P1” is on another grid than most" in ended.err
    pairs = {(row["reader_1"], row["reader_2"]): row for row in table(tmp_path / "out" / "drawings.csv")}
    assert len(pairs) == 10
    assert float(pairs["Ann", "Bob"]["dice"]) == 1
    assert 0.9 < float(pairs["Ann", "Cem"]["dice"]) < 1
    assert (pairs["Dan", "Eve"]["dice"], pairs["Dan", "Eve"]["volume_1_ml"]) == ("1", "0")
    assert (pairs["Ann", "Eve"]["dice"], pairs["Ann", "Eve"]["hd95_mm"]) == ("0", "inf")
    left_out = {row["reader"]: row["reason"] for row in table(tmp_path / "out" / "left_out.csv")}
    assert set(left_out) == {"Fay", "Gil"}
    assert left_out["Fay"] == "an unchanged copy of an earlier drawing"
    assert left_out["Gil"].startswith("the drawing cannot be read")
    assert "The drawing of “Cem” on “CT” of the page “P1” is on another grid than most" in page(
        tmp_path / "out"
    )
    # Three of five drew it.
    majority = read_source(tmp_path / "out" / "consensus" / "P1_CT_CT_majority.seg.nrrd").segmentation
    truth = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(whole[1])))
    assert (majority.layers[0] > 0).sum() == pytest.approx(truth.sum(), rel=0.05)


@pytest.mark.usefixtures("blank_charts")
def test_results_of_the_image_quizzer_have_numbers_for_regions(tmp_path: Path) -> None:
    results = tmp_path / "results"
    for reader, radius in (("Ann", 12), ("Bob", 10)):
        segments, label_map = files_of(tmp_path / reader, [Ball("Liver", (0, 0, 21), radius)])
        drawn(results, reader, segments, label_map)
        path = results / reader / "study" / "study.xml"
        text = (
            path.read_text(encoding="utf-8")
            .replace(' Segments="study/own.seg.nrrd"', "")
            .replace(' Drawn="Y"', "")
        )
        path.write_text(text.replace(' PageNumber="1"', ""), encoding="utf-8")
    (tmp_path / "map.txt").write_text("Leber=1\n", encoding="utf-8")

    plain = quizloader("report", results, "--out", tmp_path / "plain", "--jobs", 1)
    named = quizloader(
        "report", results, "--out", tmp_path / "named", "--jobs", 1, "--map", tmp_path / "map.txt"
    )

    assert (plain.code, named.code) == (0, 0), plain.err + named.err
    assert [row["region"] for row in table(tmp_path / "plain" / "drawings.csv")] == ["Label_1"]
    assert [row["region"] for row in table(tmp_path / "named" / "drawings.csv")] == ["Leber"]
    assert (tmp_path / "named" / "consensus" / "P1_CT_CT_staple.nrrd").is_file()


@pytest.mark.usefixtures("blank_charts")
def test_a_later_attempt_does_not_count(tmp_path: Path) -> None:
    question = (
        '<QuestionSet><Question Type="IntegerValue" Descriptor="Score"><Option>n<Response>{}</Response>'
        "</Option></Question></QuestionSet>"
    )
    for computer, score, hour in (("a", 3, "09"), ("b", 7, "10")):
        drawn(tmp_path / "results" / computer, "Ann", None, Path(), more=question.format(score))
        path = tmp_path / "results" / computer / "Ann" / "study" / "study.xml"
        path.write_text(path.read_text(encoding="utf-8").replace("_09:", f"_{hour}:"), encoding="utf-8")
    drawn(tmp_path / "results" / "a", "Bob", None, Path(), more=question.format(3))

    quizloader("report", tmp_path / "results", "--out", tmp_path / "out")

    (bias,) = table(tmp_path / "out" / "bland_altman.csv")
    assert (float(bias["bias"]), bias["n"]) == (0, "1")
    (left_out,) = table(tmp_path / "out" / "left_out.csv")
    assert left_out["reason"].startswith("a later attempt")
    attempts = [(row["reader"], row["attempt"]) for row in table(tmp_path / "out" / "readers.csv")]
    assert attempts == [("Ann", "1"), ("Ann", "2"), ("Bob", "1")]


@pytest.mark.usefixtures("blank_charts")
def test_a_folder_without_results_and_a_second_report_at_once(tmp_path: Path) -> None:
    from filelock import FileLock

    (tmp_path / "empty").mkdir()
    assert "No results were found" in quizloader("report", tmp_path / "empty", "--out", tmp_path / "out").err

    given = scores(tmp_path / "some.csv", [("Ann", 1, "CT", 1, ""), ("Bob", 1, "CT", 2, "")])
    assert quizloader("report", given, "--out", tmp_path / "out").code == 0
    with FileLock(tmp_path / "out" / ".quizloader" / "lock"):
        ended = quizloader("report", given, "--out", tmp_path / "out")
    assert (ended.code, "Another report is being written" in ended.err) == (1, True)
