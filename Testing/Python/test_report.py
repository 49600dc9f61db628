"""The report of a made study shows each of its planted faults, by numbers."""

import csv
import re
from collections import Counter
from pathlib import Path
from statistics import fmean, median

import numpy as np
import pytest
import SimpleITK
from QuizLoaderLib.images.files.label_names import LabelRow, LabelTable
from QuizLoaderLib.masks.sources import read_source
from QuizLoaderLib.results.report.columns import COLUMNS
from QuizLoaderLib.results.report.parts import ReportOptions
from QuizLoaderLib.results.report.study_report import make_report
from QuizLoaderLib.results.results_folder import read_results_folder
from QuizLoaderLib.results.score_table import read_truth
from session_by_hand import fast_folder
from study_made import (
    ABSENT,
    CHANGED,
    HTML,
    LATE,
    LATE_DAYS,
    LEARNING,
    LEARNS,
    PLAIN,
    READERS,
    REGIONS,
    SEEN_BY_ABSENT,
    SWAPS,
    make_study,
)

CASES, REPEATS = 40, 6
OPTIONS = ReportOptions(LabelTable(tuple(LabelRow(name, 10 * n) for n, name in enumerate(REGIONS, start=1))))


@pytest.fixture(scope="module")
def report() -> Path:
    folder = fast_folder()
    study = make_study(folder, cases=CASES, repeats=REPEATS)
    results = read_results_folder([study.results])
    results.truth |= read_truth(study.truth)
    make_report(results, folder / "report", OPTIONS)
    return folder / "report"


def rows(report: Path, name: str, **wanted: str) -> list[dict[str, str]]:
    with (report / name).open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert found == [] or list(found[0]) == list(COLUMNS[name])
    return [row for row in found if all(row[key] == value for key, value in wanted.items())]


def one(report: Path, name: str, **wanted: str) -> dict[str, str]:
    (row,) = rows(report, name, **wanted)
    return row


def test_who_swaps_left_and_right_stands_out(report: Path) -> None:
    dice = {
        reader: {
            region: fmean(
                float(row["dice"]) for row in rows(report, "majority.csv", reader=reader, region=region)
            )
            for region in REGIONS
        }
        for reader in READERS
    }

    for reader in READERS:
        kidneys = dice[reader]["Left kidney"], dice[reader]["Right kidney"]
        assert dice[reader]["Liver"] > 0.75
        assert max(kidneys) < 0.05 if reader == SWAPS else min(kidneys) > 0.75
    found = Counter(
        (row["reader"], row["region"], row["other_region"]) for row in rows(report, "mixed_up.csv")
    )
    assert found == {
        (SWAPS, "Left kidney", "Right kidney"): CASES,
        (SWAPS, "Right kidney", "Left kidney"): CASES,
    }


def test_who_is_late_is_told_by_days(report: Path) -> None:
    days = {row["reader"]: float(row["days"]) for row in rows(report, "readers.csv")}

    assert LATE_DAYS < days[LATE] < LATE_DAYS + 0.1
    assert max(number for reader, number in days.items() if reader != LATE) < 0.1


def test_a_missing_visit_is_told_page_by_page(report: Path) -> None:
    absent = one(report, "readers.csv", reader=ABSENT)
    left_out = rows(report, "left_out.csv")

    pages = CASES + REPEATS
    assert (absent["pages"], absent["pages_complete"], absent["finished"]) == (
        str(pages),
        str(SEEN_BY_ABSENT),
        "N",
    )
    assert {(row["reader"], row["reason"]) for row in left_out} == {(ABSENT, "not read")}
    assert len(left_out) == pages - SEEN_BY_ABSENT
    assert one(report, "agreement.csv", question="Malignancy", measure="Fleiss kappa")["n"] == str(
        SEEN_BY_ABSENT
    )
    pair = {"question": "Malignancy", "measure": "agreement", "readers": f"{PLAIN} / {ABSENT}"}
    assert one(report, "agreement.csv", **pair)["n"] == str(SEEN_BY_ABSENT)
    assert len(rows(report, "drawings.csv", reader_1=PLAIN, reader_2=ABSENT)) == SEEN_BY_ABSENT * len(REGIONS)


def test_who_learns_has_a_curve(report: Path) -> None:
    change = {row["reader"]: float(row["change_per_10_pages"]) for row in rows(report, "readers.csv")}
    learner = one(report, "readers.csv", reader=LEARNS)

    # The repetitions at the end take as long as their pages, so that the fall is less steep there.
    assert pytest.approx(change[LEARNS], abs=0.02) == (1 - LEARNING) ** 10 - 1
    assert all(abs(value) < 0.06 for reader, value in change.items() if reader != LEARNS)
    assert float(learner["spearman"]) < -0.9
    assert float(learner["median_first_quarter"]) > 1.7 * float(learner["median_last_quarter"])
    assert f"“{LEARNS}” became faster" in (report / "index.html").read_text(encoding="utf-8")


def test_changed_answers_are_counted_and_the_last_one_counts(report: Path) -> None:
    changed = {row["reader"]: int(row["answers_changed"]) for row in rows(report, "readers.csv")}

    assert changed == {**dict.fromkeys(READERS, 0), HTML: CHANGED}


def test_the_same_reader_again_is_compared_apart(report: Path) -> None:
    again = rows(
        report, "agreement.csv", question="Malignancy", measure="agreement", readers=f"{PLAIN}, again 1"
    )

    assert [row["n"] for row in again] == [str(REPEATS)]
    # The repetitions are no readings of their own.
    assert one(report, "agreement.csv", question="Side", measure="agreement of pairs")["n"] == str(CASES)


def test_performance_follows_from_the_truth(report: Path) -> None:
    areas = {row["reader"]: row for row in rows(report, "auc.csv", question="Malignancy")}

    assert set(areas) == set(READERS)
    assert (areas[PLAIN]["n_positive"], areas[PLAIN]["n_negative"]) == ("20", "20")
    assert all(0.8 < float(row["auc"]) <= 1 for row in areas.values())
    nodule = rows(report, "rates.csv", question="Findings: Nodule", measure="sensitivity")
    assert {row["reader"] for row in nodule} == {*READERS, "all"}
    assert fmean(float(row["estimate"]) for row in nodule) > 0.8


def test_the_consensus_is_what_simpleitk_makes_of_the_drawings(report: Path) -> None:
    name = "Patient 01_CT_CT"
    drawings = sorted((report.parent / "results").glob("*/study/PgGroup1_Patient 01_CT/drawing.nrrd"))
    images = [SimpleITK.ReadImage(str(path)) for path in drawings]
    for number, region in enumerate(REGIONS, start=1):
        masks = [SimpleITK.GetArrayFromImage(image) == number for image in images]
        most = np.sum(masks, axis=0) > len(masks) / 2
        assert np.array_equal(consensus(report / "consensus" / f"{name}_majority.seg.nrrd", region), most)
        found = consensus(report / "consensus" / f"{name}_staple.seg.nrrd", region)
        row = one(report, "consensus.csv", case="Patient 01", region=region, method="STAPLE")
        # Voxels of 2 by 2 by 3 mm.
        assert float(row["volume_ml"]) == pytest.approx(found.sum() * 0.012)
        assert most.sum() * 0.7 < found.sum()
    mask = SimpleITK.GetArrayFromImage(
        SimpleITK.ReadImage(str(report / "consensus" / f"{name}_majority.nrrd"))
    )
    assert np.unique(mask).tolist() == [0, 10, 20, 30]


def consensus(path: Path, region: str) -> np.ndarray:
    segmentation = read_source(path).segmentation
    (segment,) = (each for each in segmentation.segments if each.name == region)
    return segmentation.layers[segment.layer] == segment.value


def test_volumes_are_compared_as_numbers(report: Path) -> None:
    volume = one(report, "agreement.csv", question="Volume of Liver (ml)", measure="ICC(2,1)")
    liver = rows(report, "drawings.csv", region="Liver")

    assert int(volume["n"]) == SEEN_BY_ABSENT
    assert median(float(row["volume_1_ml"]) for row in liver) == pytest.approx(
        4 / 3 * np.pi * 1.2**3, rel=0.15
    )


def test_the_page_stands_alone(report: Path) -> None:
    page = (report / "index.html").read_text(encoding="utf-8")

    assert "<script" not in page and "<b>Fay" not in page and "&lt;b&gt;Fay &amp; Co&lt;/b&gt;" in page
    assert {source.split(":")[0] for source in re.findall(r'src="([^"]*)"', page)} == {"data"}
    assert not re.search(r"(href|url)\W{1,2}(https?:)?//", page)
    links = set(re.findall(r'href="([^"#]+)"', page))
    assert links and all((report / name).is_file() for name in links)
    for chart in (report / "figures").glob("*.svg"):
        assert chart.with_suffix(".png").is_file()
    for section in (
        "The study",
        "Categories",
        "Numbers",
        "The same reader again",
        "Performance",
        "Drawings",
        "Methods",
    ):
        assert f">{section}</h2>" in page
    assert "seed" in page and "Krippendorff K." in page
