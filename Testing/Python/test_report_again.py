"""A report that is made again: what is unchanged is not read or compared again, and what has gone is gone."""

import csv
import os
import shutil
from pathlib import Path

import pytest
from QuizLoaderLib.results.report.study_report import make_report
from QuizLoaderLib.results.results_folder import read_results_folder
from session_by_hand import fast_folder
from study_made import HTML, LATE, PLAIN, REGIONS, MadeStudy, make_study

pytestmark = pytest.mark.usefixtures("blank_charts")

CASES = 2


@pytest.fixture
def study() -> MadeStudy:
    return made(fast_folder(), PLAIN, LATE, HTML)


def made(folder: Path, *readers: str) -> MadeStudy:
    return make_study(folder, readers, cases=CASES, repeats=0, asks=False)


def report_of(study: MadeStudy) -> Path:
    out = study.results.parent / "report"
    make_report(read_results_folder([study.results]), out)
    return out


def rows(report: Path, name: str) -> list[dict[str, str]]:
    with (report / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def spoil(path: Path, is_seen: bool) -> None:
    """Other bytes, which no program can read; only if it ``is_seen`` the file has another time."""
    before = path.stat()
    path.write_bytes(b"?" * before.st_size)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 10**9 * is_seen))


def test_a_drawing_is_read_again_only_if_its_file_has_changed(study: MadeStudy) -> None:
    first = rows(report_of(study), "drawings.csv")
    files = sorted(study.results.rglob("*.seg.nrrd"))
    assert len(files) == 3 * CASES and len(first) == 3 * CASES * len(REGIONS)

    for path in files:
        spoil(path, is_seen=False)
    again = report_of(study)

    assert rows(again, "drawings.csv") == first and rows(again, "left_out.csv") == []

    spoil(files[0], is_seen=True)
    changed = report_of(study)

    (left_out,) = rows(changed, "left_out.csv")
    assert left_out["reason"].startswith("the drawing cannot be read")
    # The image of that drawing has one pair of readers left, the other one three.
    assert len(rows(changed, "drawings.csv")) == (1 + 3) * len(REGIONS)


def test_a_new_reader_changes_no_pair_of_the_others(study: MadeStudy) -> None:
    first = rows(report_of(study), "drawings.csv")
    made(study.results.parent, "Zoe")

    again = rows(report_of(study), "drawings.csv")

    assert [row for row in again if row["reader_2"] != "Zoe"] == first
    assert len(again) == 6 * CASES * len(REGIONS)


def test_files_of_the_report_before_go_and_no_others(study: MadeStudy) -> None:
    report = report_of(study)
    (report / "my notes.txt").write_text("mine", encoding="utf-8")
    assert (report / "consensus" / "Patient 01_CT_CT_staple.seg.nrrd").is_file()

    for reader in study.results.iterdir():
        if reader.name != PLAIN:
            shutil.rmtree(reader)
    report_of(study)

    assert list((report / "consensus").iterdir()) == []
    assert not (report / "drawings.csv").exists() and not (report / "figures" / "dice.svg").exists()
    assert (report / "my notes.txt").is_file()
    assert "No image was drawn on by two readers." in (report / "index.html").read_text(encoding="utf-8")


def test_readers_may_be_at_work_meanwhile(study: MadeStudy) -> None:
    results = read_results_folder([study.results])
    first, second, *_ = sorted((study.results / PLAIN).rglob("*.seg.nrrd"))
    (gone := first.parent / "drawing.nrrd").unlink()
    first.unlink()
    shutil.copyfile(next((study.results / LATE).rglob("*.seg.nrrd")), second)
    made(study.results.parent, "Zoe")

    make_report(results, study.results.parent / "report")

    (left_out,) = rows(study.results.parent / "report", "left_out.csv")
    assert (left_out["reader"], left_out["reason"]) == (PLAIN, "the file of the drawing is not there")
    assert not gone.exists()
    readers = {row["reader_1"] for row in rows(study.results.parent / "report", "drawings.csv")}
    assert "Zoe" not in readers
