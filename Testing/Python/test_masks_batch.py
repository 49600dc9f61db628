"""Many cases: in processes, on a Dask cluster, with broken ones among them, killed and started again."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from masks_made import Ball, grid, quizloader, read_image, segmentation_of, write_map, write_seg
from QuizLoaderLib.images.files.label_names import LabelRow, LabelTable
from QuizLoaderLib.masks.batch import CASE_DEFECT, CASE_ENDED, read_cases, run_cases

SHAPE = (12, 16, 20)
SOAK = bool(os.environ.get("QUIZLOADER_SOAK"))
KILLS = 60 if SOAK else 3


def ball(case: int) -> Ball:
    return Ball("Liver", (4 + case % 12, 8, 6), 4)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Twelve cases, of which the fourth has a region that the map lacks and the sixth is no image."""
    folder = tmp_path / "study"
    folder.mkdir()
    rows = ["source,like,name"]
    for case in range(12):
        name = "Lever" if case == 3 else "Liver"
        balls = [Ball(name, ball(case).center, 4), Ball("Spleen", (4 + case % 12, 11, 6), 3)]
        write_seg(folder / f"case {case}.seg.nrrd", segmentation_of(balls, SHAPE, grid()))
        rows.append(f"case {case}.seg.nrrd,,p{case:02d}")
    (folder / "case 5.seg.nrrd").write_text("broken", encoding="utf-8")
    (folder / "cases.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    write_map(folder / "map.txt", Liver=10, Spleen=20)
    return folder


def batch(study: Path, out: str | Path, *options: object) -> int:
    return quizloader(
        "masks", study / "cases.csv", "--map", study / "map.txt", "--out", study / out, *options
    ).code


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a user's folder: masks and report."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def report(folder: Path) -> list[dict[str, str]]:
    with (folder / "report.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_good_cases_are_done_and_bad_ones_are_in_the_report(study: Path) -> None:
    code = batch(study, "out", "--jobs", 2)

    assert code == 1
    good = [f"p{case:02d}" for case in range(12) if case not in (3, 5)]
    assert sorted(contents(study / "out")) == [*(f"{name}.nii.gz" for name in good), "report.csv"]
    for case in (0, 11):
        liver = ball(case).inside(SHAPE, grid())
        spleen = Ball("Spleen", (4 + case % 12, 11, 6), 3).inside(SHAPE, grid())
        voxels, _ = read_image(study / "out" / f"p{case:02d}.nii.gz")
        assert np.array_equal(voxels, np.where(spleen, 20, np.where(liver, 10, 0)))
    rows = report(study / "out")
    assert [row["status"] for row in rows if row["name"] == "p03"] == ["failed"]
    assert "The region “Lever” is not in the map." in next(r["problems"] for r in rows if r["name"] == "p03")
    assert "case 5.seg.nrrd" in next(row["problems"] for row in rows if row["name"] == "p05")
    first = [row for row in rows if row["name"] == "p00"]
    liver, spleen = ball(0).inside(SHAPE, grid()), Ball("", (4, 11, 6), 3).inside(SHAPE, grid())
    lost = (liver & spleen).sum()
    assert [(row["region"], row["voxels"], row["lost"]) for row in first] == [
        ("Liver", str(liver.sum() - lost), f"{lost} under Spleen"),
        ("Spleen", str(spleen.sum()), ""),
    ]
    assert first[1]["ml"] == f"{spleen.sum() / 1000:.4f}"


@pytest.mark.usefixtures("masks_made_here")
def test_done_cases_are_not_done_again_and_changed_ones_are(study: Path) -> None:
    batch(study, "out")
    before = {path.name: path.stat().st_mtime_ns for path in (study / "out").glob("*.nii.gz")}
    report_before = (study / "out" / "report.csv").read_bytes()

    batch(study, "out")
    unchanged = {path.name: path.stat().st_mtime_ns for path in (study / "out").glob("*.nii.gz")}
    same_report = (study / "out" / "report.csv").read_bytes()
    write_seg(study / "case 0.seg.nrrd", segmentation_of([Ball("Liver", (9, 9, 6), 3)], SHAPE, grid()))
    write_seg(study / "case 3.seg.nrrd", segmentation_of([Ball("Liver", (9, 9, 6), 3)], SHAPE, grid()))
    batch(study, "out")
    after = {path.name: path.stat().st_mtime_ns for path in (study / "out").glob("*.nii.gz")}

    assert unchanged == before
    assert same_report == report_before
    assert {name for name in after if after[name] != before.get(name)} == {"p00.nii.gz", "p03.nii.gz"}


@pytest.mark.usefixtures("masks_made_here")
def test_paths_written_on_windows_are_found(study: Path) -> None:
    (study / "a" / "b").mkdir(parents=True)
    (study / "case 0.seg.nrrd").rename(study / "a" / "b" / "seg.nrrd")
    rows = "source;like;name\r\na\\b\\seg.nrrd;a\\b\\seg.nrrd;one\r\n"
    (study / "cases.csv").write_bytes(rows.encode("utf-8-sig"))

    assert batch(study, "out") == 0

    assert [row["status"] for row in report(study / "out")] == ["done"] * 2
    assert (study / "out" / "one.nii.gz").is_file()


@pytest.mark.usefixtures("masks_made_here")
def test_a_case_is_done_again_where_its_voxels_or_the_names_beside_it_changed(study: Path) -> None:
    def write(file: str, content: bytes, time: int) -> None:
        (study / file).write_bytes(content)
        os.utime(study / file, (time, time))

    header = "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 2 2 1\nencoding: raw\ndata file: seg.raw\n"
    names = {"seg.tsv": b"index\tname\n1\tLiver\n", "flat.tsv": b"index\tname\n1\tLiver\n"}
    write("seg.nhdr", header.encode(), 1_000_000)
    write("seg.raw", bytes([1, 1, 0, 0]), 1_000_000)
    write("flat.nrrd", header.replace("data file: seg.raw\n", "\n").encode() + bytes([1, 0, 0, 0]), 1_000_000)
    for name, content in names.items():
        write(name, content, 1_000_000)
    write("cases.csv", b"source,name\nseg.nhdr,seg\nflat.nrrd,flat\n", 1_000_000)
    assert batch(study, "out") == 0
    assert read_image(study / "out" / "seg.nii.gz")[0].ravel().tolist() == [10, 10, 0, 0]
    assert read_image(study / "out" / "flat.nii.gz")[0].ravel().tolist() == [10, 0, 0, 0]

    write("seg.raw", bytes([0, 1, 1, 1]), 2_000_000)
    write("flat.tsv", b"index\tname\n1\tSpleen\n", 2_000_000)
    assert batch(study, "out") == 0

    assert read_image(study / "out" / "seg.nii.gz")[0].ravel().tolist() == [0, 10, 10, 10]
    assert read_image(study / "out" / "flat.nii.gz")[0].ravel().tolist() == [20, 0, 0, 0]


@pytest.mark.usefixtures("masks_made_here")
def test_another_map_makes_every_mask_anew(study: Path) -> None:
    batch(study, "out")
    write_map(study / "map.txt", Liver=300, Spleen=20)

    batch(study, "out")

    assert set(np.unique(read_image(study / "out" / "p00.nii.gz")[0])) == {0, 20, 300}


@pytest.mark.usefixtures("masks_made_here")
def test_a_mask_of_an_older_map_does_not_stay_where_the_case_fails_now(study: Path) -> None:
    batch(study, "out")
    write_map(study / "map.txt", Spleen=20)

    assert batch(study, "out") == 1
    assert list(contents(study / "out")) == ["report.csv"]


def start(study: Path, out: str, jobs: int) -> subprocess.Popen[bytes]:
    run = "from QuizLoaderLib.apps.command_line.main import main\nif __name__ == '__main__':\n    main()\n"
    script = study / "run.py"
    script.write_text(run, encoding="utf-8")
    arguments = [
        "masks",
        study / "cases.csv",
        "--map",
        study / "map.txt",
        "--out",
        study / out,
        "--jobs",
        jobs,
    ]
    return subprocess.Popen(
        [sys.executable, str(script), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    )


def masks_in(folder: Path) -> int:
    return len(list(folder.glob("*.nii.gz")))


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_killed_at_any_moment_and_started_again_gives_the_same_bytes(study: Path) -> None:
    batch(study, "clean")
    chance = random.Random(11)

    for kill in range(KILLS):
        there = masks_in(study / "killed")
        process, more = start(study, "killed", jobs=2), chance.randrange(4)
        while process.poll() is None and masks_in(study / "killed") < there + more:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 0.3))
        if process.poll() is None:
            # Its own process alone, or its workers with it.
            if kill % 2:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        # The workers could print there too, so this is until they have ended.
        process.communicate()
        whole = contents(study / "clean")
        for name, data in contents(study / "killed").items() if (study / "killed").exists() else ():
            assert whole[name] == data
        if chance.random() < 0.2:
            for mask in (study / "killed").glob("*.nii.gz"):
                mask.unlink()
    batch(study, "killed", "--jobs", 2)

    assert contents(study / "killed") == contents(study / "clean")
    assert not list((study / "killed").rglob(".part-*"))


@pytest.mark.usefixtures("masks_made_here")
@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_killed_at_each_step_of_writing_no_file_is_ever_half_there(study: Path) -> None:
    (study / "cases.csv").write_text("source,name\ncase 0.seg.nrrd,a\ncase 1.seg.nrrd,b\n", encoding="utf-8")
    batch(study, "clean", "--ending", ".nrrd")
    whole = contents(study / "clean")
    script = Path(__file__).with_name("masks_work.py")
    arguments = [study / "cases.csv", study / "map.txt", study / "killed", 0 if SOAK else 4]
    painted = subprocess.run(
        [sys.executable, str(script), *map(str, arguments)],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    ends = [line.split() for line in painted.stdout.splitlines()]
    assert len(ends) >= 4 and {code for _, code in ends} == {str(-signal.SIGKILL)}
    for step, _ in ends:
        out = Path("killed", step)
        found = contents(study / out)
        assert found == {name: whole[name] for name in found}
        batch(study, out, "--ending", ".nrrd")
        assert contents(study / out) == whole


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_case_that_ends_its_process_costs_only_itself(study: Path) -> None:
    from masks_work import end_on_two
    from QuizLoaderLib.masks.workers import EndedError, in_processes

    found = dict(in_processes(end_on_two, list(range(6)), 2))

    assert {number for number, result in found.items() if isinstance(result, EndedError)} == {2}
    assert [found[number] for number in (0, 1, 3, 4, 5)] == [0, 1, 9, 16, 25]
    assert "SIGKILL" in str(found[2])


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_case_whose_process_is_killed_is_told_with_what_helps(study: Path) -> None:
    from masks_work import DeadlyTable

    first, *_ = read_cases(study / "cases.csv")
    (result,) = run_cases([first], DeadlyTable(()), study / "out", jobs=2)

    (problem,) = result.problems
    assert (problem.code, problem.hint) == (CASE_ENDED, "run it again with fewer jobs")
    assert "SIGKILL" in problem.sentence


@pytest.mark.usefixtures("masks_made_here")
def test_a_case_that_meets_a_defect_costs_only_itself(study: Path) -> None:
    """A value that is no Python integer, which only a script can make, cannot be recorded."""
    table = LabelTable((LabelRow("Liver", np.int64(10)), LabelRow("Spleen", 20)))
    first, second, *_ = read_cases(study / "cases.csv")

    results = run_cases([first, second], table, study / "out", tell_defect=str)

    assert [problem.code for result in results for problem in result.problems] == [CASE_DEFECT] * 2
    assert results[0].problems[0].sentence == "Object of type int64 is not JSON serializable"
    assert not list((study / "out").glob("*.nii.gz"))


def test_two_runs_at_once_in_one_folder_are_refused(study: Path) -> None:
    from filelock import FileLock

    (study / "out" / ".quizloader").mkdir(parents=True)
    with FileLock(study / "out" / ".quizloader" / "lock"):
        ended = quizloader("masks", study / "cases.csv", "--map", study / "map.txt", "--out", study / "out")

    assert ended.code == 1
    assert f"Another run works in “{study / 'out'}”." in ended.out


@pytest.fixture(scope="module")
def cluster():
    """A Dask cluster of two worker processes on this machine."""
    import distributed

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as local:
        yield local


@pytest.mark.usefixtures("masks_made_here")
def test_a_dask_cluster_of_two_workers_gives_the_same_files(study: Path, cluster) -> None:
    batch(study, "here")

    assert batch(study, "there", "--dask", cluster.scheduler_address) == 1
    assert contents(study / "there") == contents(study / "here")


def test_no_dask_cluster_at_the_address_is_said(study: Path) -> None:
    import dask

    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}):
        ended = quizloader(
            "masks", study / "cases.csv", "--map", study / "map.txt", "--out", study / "out",
            "--dask", "tcp://127.0.0.1:9",
        )  # fmt: skip

    assert ended.code == 1
    assert "There is no Dask scheduler at “tcp://127.0.0.1:9”." in ended.out


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("file,like\na,b\n", "1: error M401: The table of cases has no column source."),
        ("source,name\na.seg.nrrd,x\nb.seg.nrrd,X\n", "3: error M401: The name “X” is used in line 2 too."),
        ("source,name\na.seg.nrrd,../x\n", "2: error M401: “../x” cannot be the name of a file."),
        ("source,like\n,ct.nrrd\n", "2: error M401: The row has no source."),
        ("source,like\n", " error M401: The table has no cases."),
        ('source\n"a\n', " error M401:"),
        (b"source\n\xff\n", " error M401:"),
    ],
)
def test_a_wrong_table_is_told_with_its_line(study: Path, text: str | bytes, line: str) -> None:
    (study / "cases.csv").write_bytes(text if isinstance(text, bytes) else text.encode())

    ended = quizloader("masks", study / "cases.csv", "--map", study / "map.txt", "--out", study / "out")

    assert ended.code == 1
    assert ended.lines[0].startswith(f"{study / 'cases.csv'}:{line}")


@pytest.mark.usefixtures("masks_made_here")
def test_a_table_from_a_spreadsheet_with_semicolons(study: Path) -> None:
    (study / "cases.csv").write_bytes(b"\xef\xbb\xbfSource;Name\r\ncase 0.seg.nrrd;A\r\ncase 1.seg.nrrd;\r\n")

    assert batch(study, "out", "--ending", ".nrrd") == 0
    assert sorted(contents(study / "out")) == ["A.nrrd", "case 1.nrrd", "report.csv"]
