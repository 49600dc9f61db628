"""The report of ten readers who drew on forty large images, again with one reader more, and of answers alone.

Limits are for two cores; the memory is that of all processes together at its highest.
"""

import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "Python"), str(HERE.parents[1] / "QuizLoader")]

READERS, CASES = 10, 40
SHAPE, SPACING_MM = (100, 512, 512), (0.8, 0.8, 2.5)
RADIUS_MM = 24.3
"""Of a ball of 60 ml."""
DRAWN_LIMIT_S, AGAIN_LIMIT_S, MEMORY_LIMIT_GB = 180, 60, 2.0
SCORES_LIMIT_S = 60
COMMAND = "from QuizLoaderLib.apps.command_line.main import main; main()"


def write_reader(results: Path, number: int) -> None:
    """Three balls of about 60 ml on each image, at their places to within 2 mm."""
    import numpy as np
    from masks_made import grid
    from QuizLoaderLib.images.arrays import SegmentationArrays, SegmentDescription
    from QuizLoaderLib.masks.files import write_nrrd, write_segmentation

    own = random.Random(number)
    folder = results / f"Reader {number:02d}" / "study"
    folder.mkdir(parents=True)
    matrix = grid(SPACING_MM)
    times = 'LoginTime="20300107_09:00:00.000000" ResponseTime="20300107_09:00:30.000000"'
    pages = []
    for case in range(CASES):
        voxels = np.zeros(SHAPE, np.uint8)
        for value, center in enumerate(((120, 200, 120), (280, 200, 120), (200, 120, 120)), start=1):
            place = [axis + own.uniform(-2, 2) for axis in center]
            low = [int((axis - 30) / step) for axis, step in zip(place, SPACING_MM, strict=True)]
            high = [int((axis + 30) / step) for axis, step in zip(place, SPACING_MM, strict=True)]
            k, j, i = np.ogrid[low[2] : high[2], low[1] : high[1], low[0] : high[0]]
            away = sum(
                (index * step - axis) ** 2
                for index, step, axis in zip((i, j, k), SPACING_MM, place, strict=True)
            )
            voxels[low[2] : high[2], low[1] : high[1], low[0] : high[0]][away <= RADIUS_MM**2] = value
        names = ("Liver", "Left kidney", "Right kidney")
        segments = tuple(SegmentDescription(name, 0, value) for value, name in enumerate(names, start=1))
        path = folder / f"{case}.seg.nrrd"
        write_segmentation(SegmentationArrays((voxels,), matrix, segments), path, level=1)
        with (folder / f"{case}.nrrd").open("wb") as file:
            write_nrrd(file, (voxels,), matrix, {}, level=1)
        facts = f'Drawn="Y" Segments="study/{case}.seg.nrrd" {times}'
        drawing = f"<LabelMapPath {facts}>study/{case}.nrrd</LabelMapPath>"
        pages.append(
            f'<Page ID="Patient {case}" Descriptor="CT" PageNumber="{case + 1}" Rep="0" PageComplete="Y"'
            f' SecondsShown="60"><Image ID="CT" Type="Volume"><Path>ct.nrrd</Path>{drawing}</Image></Page>'
        )
    login = '<Login LoginTime="20300107_09:00:00.000000" LogoutTime="20300107_10:00:00.000000"/>'
    (folder / "study.xml").write_text(
        f'<Session UserName="Reader {number:02d}">{"".join(pages)}{login}</Session>', encoding="utf-8"
    )


def write_scores(path: Path) -> None:
    """50 readers, 1,000 cases, 10 questions of five categories."""
    own = random.Random(0)
    lines = ["reader,case,modality,question,score,truth"]
    for question in range(10):
        truths = [own.randint(1, 5) for _ in range(1000)]
        for reader in range(50):
            for case, truth in enumerate(truths):
                score = truth if own.random() < 0.7 else own.randint(1, 5)
                lines.append(f"{reader},{case},CT,Question {question},{score},{int(truth > 3)}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def measured(*arguments: object) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of the processors and the highest memory in GB of a command with all its
    processes."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1] / "QuizLoader")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    command = [sys.executable, "-c", COMMAND, "report", *map(str, arguments)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    highest = [0.0]

    def watch() -> None:
        while process.poll() is None:
            highest[0] = max(highest[0], memory_gb(process.pid))
            time.sleep(0.2)

    watching = threading.Thread(target=watch)
    watching.start()
    code = process.wait()
    watching.join()
    took = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert code == 0, arguments
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took, cpu, highest[0]


def memory_gb(root: int) -> float:
    """Of a process and those below it, what they share counted once (Linux)."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int(
                (folder / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1]
            )
        except (OSError, IndexError):
            continue
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    total = 0
    for pid in family:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
            total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        except OSError:
            continue
    return total / 1024**2


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(READERS):
            write_reader(folder / "results", number)
        first = measured(folder / "results", "--out", folder / "report", "--jobs", 2)
        write_reader(folder / "results", READERS)
        again = measured(folder / "results", "--out", folder / "report", "--jobs", 2)
        write_scores(folder / "scores.csv")
        scores = measured(folder / "scores.csv", "--out", folder / "scores")
    for what, (took, cpu, memory), limit in (
        (f"{READERS} readers, {CASES} images, 3 regions", first, DRAWN_LIMIT_S),
        ("with one reader more", again, AGAIN_LIMIT_S),
        ("50 readers, 1,000 cases, 10 questions", scores, SCORES_LIMIT_S),
    ):
        print(f"{what}: {took:.0f} s (limit {limit}), {cpu:.0f} s of processors,")
        print(f"    {memory:.2f} GB (limit {MEMORY_LIMIT_GB})")
    memory = max(first[2], again[2], scores[2])
    return int(
        first[0] > DRAWN_LIMIT_S
        or again[0] > AGAIN_LIMIT_S
        or scores[0] > SCORES_LIMIT_S
        or memory > MEMORY_LIMIT_GB
    )


if __name__ == "__main__":
    sys.exit(main())
