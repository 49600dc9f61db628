"""A structure set and its CT, from files to masks in memory, beside plastimatch and rt-utils in the same run.

512 x 512 x 120 voxels, 12 ROIs, 720 contours. Each program runs in a process of its own and times itself
after its imports; plastimatch (which also writes files) is timed whole. rt-utils is run by the Python that
QUIZLOADER_RT_UTILS_PYTHON names; either peer is skipped where it is absent.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "Python"), str(HERE.parents[1] / "QuizLoader")]

SHAPE, SPACING, GAP = (120, 512, 512), 0.977, 3.0
LIMIT_PLASTIMATCH, LIMIT_RT_UTILS, LIMIT_MEMORY, AIM_BYTES = 1 / 4, 1 / 8, 1.5, 2.0
RUNS = 3

OURS = """
import sys, time
import numpy as np
from pathlib import Path

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

from QuizLoaderLib.images.dicom.series import read_grid
from QuizLoaderLib.images.structure_set.drawn_regions import DrawnRegions
from QuizLoaderLib.images.structure_set.file import read_structure_set
before = peak()
start = time.perf_counter()
arrays = DrawnRegions(read_structure_set(Path(sys.argv[2])), read_grid(Path(sys.argv[1]))).segmentation()
seconds = time.perf_counter() - start
used = peak() - before
print(seconds, used / sum(layer.nbytes for layer in arrays.layers))
"""
BYTES_ALONE = """
import sys, time
import numpy as np
from pathlib import Path
files = [sys.argv[2], *Path(sys.argv[1]).iterdir()]
start = time.perf_counter()
for file in files[1:]:
    with open(file, "rb") as one:
        one.read(4096)
Path(files[0]).read_bytes()
layers = [np.full((120, 512, 512), 1, np.uint8) for _ in range(int(sys.argv[3]))]
print(time.perf_counter() - start, 0)
"""
RT_UTILS = """
import sys, time
from rt_utils import RTStructBuilder
start = time.perf_counter()
structures = RTStructBuilder.create_from(dicom_series_path=sys.argv[1], rt_struct_path=sys.argv[2])
masks = [structures.get_roi_mask_by_name(name) for name in structures.get_roi_names()]
print(time.perf_counter() - start, 0)
"""


def made_case(folder: Path) -> tuple[Path, Path]:
    from dicom_made import MadeRoi, Placement, write_series, write_structure_set
    from rtstruct_shapes import circle

    offsets = np.arange(SHAPE[0]) * GAP
    placement = Placement(tuple(offsets), (SPACING, SPACING), (-250.0, -250.0, 0.0))
    voxels = np.random.default_rng(1).integers(0, 4095, SHAPE, dtype=np.uint16)
    series = folder / "ct"
    write_series(series, voxels, placement, bits_stored=12, RescaleSlope=1, RescaleIntercept=-1024)

    def tube(radii: tuple[float, ...], u: float, v: float, slices: slice, count: int = 0) -> list[np.ndarray]:
        return [
            np.column_stack([ring, np.full(len(ring), offset)])
            for offset in offsets[slices]
            for ring in (circle(u, v, radius, count=count or int(2 * np.pi * radius)) for radius in radii)
        ]

    rois = [MadeRoi("Body", tube((200.0,), 0, 0, slice(0, 120), 1000))]
    rois += [
        MadeRoi(f"Tube{k}", tube((28.0,), 60 * np.cos(k), 60 * np.sin(k), slice(20, 70), 160))
        for k in range(6)
    ]
    rois += [MadeRoi(f"Lung{k}", tube((60.0,), 100 * k, -20, slice(40, 90), 300)) for k in (-1, 1)]
    rois += [MadeRoi("Annulus", tube((40.0, 25.0), 20, 20, slice(10, 50)))]
    rois += [MadeRoi("Island", tube((50.0, 35.0, 15.0), -10, 30, slice(60, 90)))]
    rois += [MadeRoi("Small", tube((5.0,), 90, 90, slice(0, 30), 32))]
    images = [f"1.2.3.10.{k + 1}" for k in range(SHAPE[0])]
    path = write_structure_set(
        folder / "rt.dcm", rois, images=images, slice_of=lambda points: round(points[0, 2] / GAP)
    )
    contours = sum(len(list(roi.contours)) for roi in rois)
    points = sum(len(contour) for roi in rois for contour in roi.contours)
    print(f"{len(rois)} ROIs, {contours} contours, {points} points")
    return series, path


def measured(command: list[str], environment: dict[str, str] | None = None) -> tuple[float, float]:
    """(seconds, memory ratio) as the command tells them in its last line."""
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=True)
    seconds, ratio = done.stdout.split()[-2:]
    return float(seconds), float(ratio)


def measured_plastimatch(series: Path, structures: Path, out: Path) -> tuple[float, float]:
    options = {
        "--input": structures,
        "--referenced-ct": series,
        "--output-prefix": out,
        "--prefix-format": "nrrd",
    }
    command = ["plastimatch", "convert", "--xor-contours"]
    start = time.perf_counter()
    subprocess.run(
        [*command, *(str(word) for pair in options.items() for word in pair)], capture_output=True, check=True
    )
    return time.perf_counter() - start, 0.0


def main() -> int:
    failed = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        series, structures = made_case(folder)
        environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1] / "QuizLoader")}
        arguments = [str(series), str(structures)]
        peer_python = os.environ.get("QUIZLOADER_RT_UTILS_PYTHON", "")
        programs: dict[str, Callable[[], tuple[float, float]]] = {
            "QuizLoader": lambda: measured([sys.executable, "-c", OURS, *arguments], environment),
            "bytes": lambda: measured([sys.executable, "-c", BYTES_ALONE, *arguments, "3"]),
        }
        if shutil.which("plastimatch"):
            programs["plastimatch"] = lambda: measured_plastimatch(series, structures, folder / "out")
        else:
            print("plastimatch is not installed: skipped")
        if peer_python:
            programs["rt-utils"] = lambda: measured([peer_python, "-c", RT_UTILS, *arguments])
        else:
            print("QUIZLOADER_RT_UTILS_PYTHON names no Python that has rt-utils: skipped")
        # In turn, and the fastest of each: what else the machine does in between hits all.
        runs = [{name: run() for name, run in programs.items()} for _ in range(RUNS)]
    best = {name: min(run[name] for run in runs) for name in programs}
    ours, memory = best["QuizLoader"]
    alone, _ = best["bytes"]
    print(f"QuizLoader {ours:.2f} s; reading the bytes and writing the voxels alone {alone:.2f} s")
    print(f"against the bytes alone: {ours / alone:.2f} (aim {AIM_BYTES})")
    print(f"peak memory beyond the imports over the voxels: {memory:.2f} (limit {LIMIT_MEMORY})")
    failed |= memory > LIMIT_MEMORY
    for peer, limit in (("plastimatch", LIMIT_PLASTIMATCH), ("rt-utils", LIMIT_RT_UTILS)):
        if peer in best:
            seconds, _ = best[peer]
            print(f"against {peer} ({seconds:.2f} s): {ours / seconds:.3f} (limit {limit})")
            failed |= ours / seconds > limit
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
