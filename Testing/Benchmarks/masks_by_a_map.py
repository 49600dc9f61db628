"""A structure set to one mask of values, beside Slicer's ExportSegmentsToLabelmapNode in the same run.

512 x 512 x 120 voxels, 12 ROIs, from the file to the mask in memory. Slicer's core has no reader of
structure sets, so its path begins with this program's segments: a segmentation node, a colour table with the
map's values, the export on the CT's geometry, and the array of the label map. Each runs in a process of its
own and times itself after its imports; with Slicer's path the part after reading is told alone too.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Python"), str(HERE.parents[1] / "QuizLoader")]

LIMIT_TIME, LIMIT_MEMORY = 0.5, 1.0
RUNS = 5

COMMON = """
import sys, time
from pathlib import Path

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

series, structures = Path(sys.argv[1]), Path(sys.argv[2])
import numpy as np
import SimpleITK
from QuizLoaderLib.images.dicom.series import read_grid
from QuizLoaderLib.images.structure_set.drawn_regions import DrawnRegions
from QuizLoaderLib.images.structure_set.file import read_structure_set
from QuizLoaderLib.masks import mask_from_segments
from QuizLoaderLib.quiz.value_map import ValueMap
values = {roi.name: 10 * number for number, roi in enumerate(read_structure_set(structures).rois, 1)}
"""
OURS = """
before, start = peak(), time.perf_counter()
mask = mask_from_segments(structures, ValueMap(values), like=series)
print(time.perf_counter() - start, 0, peak() - before, int(mask.voxels.astype(np.int64).sum()))
"""
SLICER = """
import slicer
import vtk
from vtkmodules.util.numpy_support import vtk_to_numpy
from QuizLoaderLib.images.types.segmentation import make_node
from QuizLoaderLib.images.vtk_images import vtk_matrix
from QuizLoaderLib.images.types.type_module import Look
before, start = peak(), time.perf_counter()
volume = read_grid(series)
arrays = DrawnRegions(read_structure_set(structures), volume).segmentation()
read = time.perf_counter() - start
scene = slicer.vtkMRMLScene()
node = make_node("s", arrays, Look(), scene)
reference = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
image = vtk.vtkImageData()
image.SetDimensions(volume.voxels.shape[::-1])
image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
reference.SetAndObserveImageData(image)
reference.SetIJKToRASMatrix(vtk_matrix(volume.ijk_to_ras))
colors = scene.AddNewNodeByClass("vtkMRMLColorTableNode")
colors.SetTypeToUser()
colors.SetNumberOfColors(max(values.values()) + 1)
for name, value in values.items():
    colors.SetColor(value, name, 1, 0, 0, 1)
labels = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode")
segmentation = node.GetSegmentation()
ids = vtk.vtkStringArray()
for number in range(segmentation.GetNumberOfSegments()):
    ids.InsertNextValue(segmentation.GetNthSegmentID(number))
logic = slicer.vtkSlicerSegmentationsModuleLogic
done = logic.ExportSegmentsToLabelmapNode(
    node, ids, labels, reference, slicer.vtkSegmentation.EXTENT_REFERENCE_GEOMETRY, colors
)
assert done
found = labels.GetImageData()
voxels = vtk_to_numpy(found.GetPointData().GetScalars()).reshape(found.GetDimensions()[::-1])
print(time.perf_counter() - start, read, peak() - before, int(voxels.astype(np.int64).sum()))
"""


def measured(script: str, arguments: list[str]) -> tuple[float, ...]:
    """(seconds, of which reading, peak KB beyond the imports, sum of the values) of a run."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1] / "QuizLoader")}
    done = subprocess.run(
        [sys.executable, "-c", COMMON + script, *arguments],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=environment,
        check=True,
    )
    return tuple(float(word) for word in done.stdout.split()[-4:])


def main() -> int:
    from rtstruct_to_masks import made_case

    with tempfile.TemporaryDirectory() as name:
        arguments = [str(path) for path in made_case(Path(name))]
        # In turn, and the fastest of each: what else the machine does in between hits both.
        runs = [(measured(OURS, arguments), measured(SLICER, arguments)) for _ in range(RUNS)]
    ours, slicer = (min(results) for results in zip(*runs, strict=True))
    time_ratio, memory_ratio = ours[0] / slicer[0], ours[2] / slicer[2]
    print(f"QuizLoader {ours[0]:.2f} s, {ours[2] / 1024:.0f} MB")
    print(f"Slicer {slicer[0]:.2f} s (reading {slicer[1]:.2f} s), {slicer[2] / 1024:.0f} MB")
    print(f"sum of the values: {ours[3]:.0f} and {slicer[3]:.0f}")
    print(f"time against Slicer: {time_ratio:.2f} (limit {LIMIT_TIME})")
    print(f"memory against Slicer: {memory_ratio:.2f} (limit {LIMIT_MEMORY})")
    return int(time_ratio > LIMIT_TIME or memory_ratio > LIMIT_MEMORY or ours[3] != slicer[3])


if __name__ == "__main__":
    sys.exit(main())
