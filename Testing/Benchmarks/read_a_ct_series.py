"""An uncompressed CT series of 300 slices of 512 x 512, warm, beside SimpleITK's ImageSeriesReader.

Each reader runs in a process of its own, that the peak of its memory is its own.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "Python"), str(HERE.parents[1] / "QuizLoader")]

LIMIT_TIME, LIMIT_MEMORY, RUNS = 1 / 2, 1.5, 5
TEXTS = [
    "Manufacturer",
    "InstitutionName",
    "StationName",
    "StudyDescription",
    "SeriesDescription",
    "ManufacturerModelName",
    "ProtocolName",
    "ConvolutionKernel",
    "FilterType",
    "DeviceSerialNumber",
    "SoftwareVersions",
    "AccessionNumber",
]
NUMBERS = [
    "KVP",
    "DataCollectionDiameter",
    "ReconstructionDiameter",
    "DistanceSourceToDetector",
    "DistanceSourceToPatient",
    "GantryDetectorTilt",
    "TableHeight",
    "SliceThickness",
    "FocalSpots",
    "WindowCenter",
    "WindowWidth",
    "SliceLocation",
]
USUAL_ELEMENTS: dict[str, Any] = {
    **dict.fromkeys(TEXTS, "MADE UP"),
    **dict.fromkeys(NUMBERS, "1.5"),
    **dict.fromkeys(("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"), "20200101"),
    **dict.fromkeys(("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime"), "101112.5"),
    **dict.fromkeys(
        ("ExposureTime", "XRayTubeCurrent", "Exposure", "SeriesNumber", "AcquisitionNumber"), "7"
    ),
}
"""What a scanner's header holds beside what is needed, as text."""

PEAK = """
import sys, time
from pathlib import Path
import numpy as np

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

def sample(voxels):
    return int(voxels[::37, ::5, ::7].sum(dtype=np.int64))
"""
OURS = f"""{PEAK}
from QuizLoaderLib.images.dicom.series import read_series
before, start = peak(), time.perf_counter()
voxels = read_series(Path(sys.argv[1])).voxels
print(time.perf_counter() - start, (peak() - before) / voxels.nbytes, sample(voxels))
"""
SIMPLE_ITK = f"""{PEAK}
import SimpleITK
before, start = peak(), time.perf_counter()
reader = SimpleITK.ImageSeriesReader()
reader.SetFileNames(SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(sys.argv[1]))
image = reader.Execute()
seconds = time.perf_counter() - start
voxels = SimpleITK.GetArrayViewFromImage(image)
print(seconds, (peak() - before) / voxels.nbytes, sample(voxels))
"""


def best(script: str, folder: Path) -> tuple[float, float, int]:
    """(seconds, peak memory over the voxels', a sum of voxels) of the fastest run."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1] / "QuizLoader")}
    results = []
    for _ in range(RUNS):
        command = [sys.executable, "-c", script, str(folder)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=True)
        seconds, memory, total = done.stdout.split()[-3:]
        results.append((float(seconds), float(memory), int(total)))
    return min(results)


def main() -> int:
    from dicom_made import Placement, write_series

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        placement = Placement(tuple(np.arange(300) * 1.25), (0.7, 0.7), (-179.0, -179.0, -200.0))
        rng = np.random.default_rng(2)
        voxels = np.broadcast_to(rng.integers(0, 4095, (512, 512), dtype=np.uint16), (300, 512, 512))
        rescale: dict[str, Any] = {"RescaleSlope": 1, "RescaleIntercept": -1024}
        write_series(folder, voxels, placement, bits_stored=12, **rescale, **USUAL_ELEMENTS)
        ours, memory, total = best(OURS, folder)
        peer, peer_memory, peer_total = best(SIMPLE_ITK, folder)
    if total != peer_total:
        print(f"the voxels differ: {total} and {peer_total}")
        return 1
    print(f"QuizLoader {ours:.2f} s, SimpleITK {peer:.2f} s: ratio {ours / peer:.2f} (limit {LIMIT_TIME})")
    print(f"peak memory over the voxels: {memory:.2f} (limit {LIMIT_MEMORY}), SimpleITK {peer_memory:.2f}")
    return int(ours / peer > LIMIT_TIME or memory > LIMIT_MEMORY)


if __name__ == "__main__":
    raise SystemExit(main())
