"""A reader who draws, headless: a quiz, its images, a results folder, and hands that write voxels."""

import hashlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
import slicer
import vtk
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.reader import session_answers
from QuizLoaderLib.reader.opened_quiz import OpenedQuiz
from QuizLoaderLib.reader.session_answers import SignIn
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy

SHAPE = (6, 8, 10)
SPACING = (0.5, 0.75, 2.0)
READER = "Ann"

# However long a busy machine takes for the files, a test looks at them when the quiz is closed.
session_answers.CLOSING_S = 600.0


def write_volume(path: Path, shape: tuple[int, int, int] = SHAPE, shift_mm: float = 0.0) -> Path:
    """A CT whose voxels count up; axes along the patient's, so that a mask's array is easy to foresee."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = sitk.GetImageFromArray(np.arange(np.prod(shape), dtype=np.int16).reshape(shape))
    image.SetSpacing(SPACING)
    image.SetOrigin((10.0 + shift_mm, -20.0, 30.0))
    sitk.WriteImage(image, str(path))
    return path


def write_sequence(path: Path, frames: int = 3) -> Path:
    """A CT with time, turned about its third axis, so that no plane of the patient is one of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    turn = np.array([[0.8, -0.6, 0.0], [0.6, 0.8, 0.0], [0.0, 0.0, 1.0]])
    single = sitk.GetImageFromArray(np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE))
    single.SetSpacing(SPACING)
    single.SetDirection(turn.ravel().tolist())
    sitk.WriteImage(sitk.JoinSeries([single + frame for frame in range(frames)]), str(path))
    return path


def write_images(folder: Path) -> Path:
    """The volume ct.nrrd and the sequence seq.nrrd; gives the folder."""
    write_volume(folder / "ct.nrrd")
    write_sequence(folder / "seq.nrrd")
    return folder


def image(attributes: str = "", view: str = "Red", orientation: str = "Axial", path: str = "ct.nrrd") -> str:
    kind = "VolumeSequence" if "seq" in path else "Volume"
    return (
        f'<Image ID="{path[:3]}" Type="{kind}" {attributes}><DefaultDestination>{view}</DefaultDestination>'
        f"<DefaultOrientation>{orientation}</DefaultOrientation><Path>{path}</Path></Image>"
    )


def box(k: slice, j: slice, i: slice, shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    voxels = np.zeros(shape, bool)
    voxels[k, j, i] = True
    return voxels


def brush(voxels: np.ndarray, volume: Any) -> Any:
    """A vtkOrientedImageData of voxels of the volume."""
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    labels = slicer.vtkOrientedImageData()
    labels.SetDimensions(*voxels.shape[::-1])
    labels.SetGeometryFromImageToWorldMatrix(matrix)
    labels.GetPointData().SetScalars(numpy_to_vtk(voxels.astype(np.uint8).ravel(), deep=True))
    return labels


def draw(node: Any, name: str, voxels: np.ndarray, volume: Any) -> None:
    """Make the segment ``name`` (added where there is none) these voxels of the volume."""
    segmentation = node.GetSegmentation()
    segment_id = segmentation.GetSegmentIdBySegmentName(name) or segmentation.AddEmptySegment("", name)
    labels = brush(voxels, volume)
    assert slicer.vtkSlicerSegmentationsModuleLogic.SetBinaryLabelmapToSegment(labels, node, segment_id)


def drawn(node: Any, shape: tuple[int, int, int] = SHAPE) -> dict[str, np.ndarray]:
    """What each segment of a node holds, by name, as bool on the voxels of its image."""
    found = {}
    segmentation = node.GetSegmentation()
    for index in range(segmentation.GetNumberOfSegments()):
        segment = segmentation.GetNthSegment(index)
        labels = segment.GetRepresentation("Binary labelmap")
        found[segment.GetName()] = voxels = np.zeros(shape, bool)
        if not labels.IsEmpty():
            i, i_end, j, j_end, k, k_end = labels.GetExtent()
            values = vtk_to_numpy(labels.GetPointData().GetScalars())
            values = values.reshape(k_end - k + 1, j_end - j + 1, i_end - i + 1)
            voxels[k : k_end + 1, j : j_end + 1, i : i_end + 1] = values == segment.GetLabelValue()
    return found


def files_of(folder: Path) -> dict[str, str]:
    """The hash of each file in a folder, by its path there."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class AtWork:
    """An open quiz with its reader, as a host holds it."""

    def __init__(
        self,
        host: HeadlessHost,
        quiz: Path,
        images: Path,
        results: Path | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.host = host
        self.reading = SignIn(READER, results, clock=clock).begin(quiz, images) if results else None
        self.opened = OpenedQuiz(quiz, images, host, session_answers=self.reading)
        self.drawings = self.opened.drawings

    @property
    def answers(self) -> Any:
        return self.opened.answers

    def show(self) -> list[str]:
        """The page that the reader is at; gives the sentences."""
        return [problem.sentence for problem in self.opened.show(self.answers.index)]

    def go(self, step: str = "next") -> list[str]:
        """A step, and the page it leads to; the sentences of the page."""
        assert self.answers.step(step) == []
        return self.show()

    def leave_and_write(self) -> None:
        """To the next page; the files of what was drawn are there."""
        self.go()
        self.drawings.folds.wait()

    def draw(self, name: str, voxels: np.ndarray, image: str = "CT") -> Any:
        node = self.drawings.segmentation(image)
        draw(node, name, voxels, self.drawings.volume(image))
        return node


@contextmanager
def at_work(
    quiz: Path, images: Path, results: Path | None, clock: Callable[[], float] = time.monotonic
) -> Iterator[AtWork]:
    with HeadlessHost((64, 64)) as host:
        work = AtWork(host, quiz, images, results, clock)
        try:
            yield work
        finally:
            work.answers.close_for_good()
            work.opened.close()


def killed_painter(program: str, folder: Path, quiz: Path, first: int, delay_s: float) -> int:
    """Let a program paint in a process of its own until a moment after it says its first number, that of what
    it saved; gives the last that it said."""
    here = Path(__file__).parent
    paths = [str(here), str(here.parents[1] / "QuizLoader")]
    arguments = [quiz, folder / "images", folder / "r", first]
    child = subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}\n{program}", *map(str, arguments)],
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    said = [int(child.stdout.readline())]
    time.sleep(delay_s)
    child.kill()
    said += [int(line) for line in child.stdout.read().split()]
    child.wait()
    return said[-1]


def wait_for(is_done: Callable[[], bool]) -> None:
    rest = threading.Event()
    while not is_done():
        rest.wait(0.001)
