"""A study as a reader sees it: a series and its structure set on three views, and over an nrrd copy."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from dicom_made import MadeRoi, Placement, write_series, write_structure_set
from PIL import Image as Picture
from QuizLoaderLib.apps.pictures.headless import render_quiz
from QuizLoaderLib.images.structure_set.reference import UNKNOWN_FRAME

SHAPE, GAP, PIXEL = (30, 48, 40), 3.0, 2.0
ORIGIN = (-40.0, -48.0, -45.0)
LESION = (slice(16, 25), slice(6, 22), slice(22, 34))
"""Slices up, rows to the front, columns to the left of the patient's middle, and around it."""
VIEWS = (("Red", "Axial"), ("Green", "Coronal"), ("Yellow", "Sagittal"))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A grey block with a bright lesion, the lesion's outline as one ROI and a larger box as another."""
    folder = tmp_path_factory.mktemp("study")
    voxels = np.full(SHAPE, 100, np.int16)
    voxels[LESION] = 1000
    placement = Placement(tuple(np.arange(SHAPE[0]) * GAP), (PIXEL, PIXEL), ORIGIN)
    write_series(folder / "ct", voxels, placement)
    slices, rows, columns = LESION

    def around(margin: float) -> list[np.ndarray]:
        left, right = columns.start - 0.5 - margin, columns.stop - 0.5 + margin
        top, bottom = rows.start - 0.5 - margin, rows.stop - 0.5 + margin
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        return [
            np.array([placement.point(*corner, k) for corner in corners])
            for k in range(slices.start, slices.stop)
        ]

    rois = [MadeRoi("Lesion", around(0), color=(255, 0, 0)), MadeRoi("Margin", around(3), color=(0, 255, 0))]
    write_structure_set(folder / "rt.dcm", rois)
    image = SimpleITK.GetImageFromArray(voxels)
    image.SetSpacing((PIXEL, PIXEL, GAP))
    image.SetOrigin(ORIGIN)
    SimpleITK.WriteImage(image, str(folder / "copy.nrrd"))
    return folder


def quiz_of(folder: Path, volume: str, attributes: str) -> Path:
    offset = dict(zip((view for view, _ in VIEWS), (16.5, 20.0, 16.0), strict=True))
    images = "".join(
        f'<Image ID="CT" Type="Volume" {attributes} WindowLevel="1600 0" InitialSliceOffset="{offset[view]}">'
        f"<DefaultDestination>{view}</DefaultDestination>"
        f"<DefaultOrientation>{orientation}</DefaultOrientation><Path>{volume}</Path>"
        "</Image>"
        f'<Image ID="RT" Type="RTStruct"><DefaultDestination>{view}</DefaultDestination><Path>rt.dcm</Path>'
        '<ROIs ROIVisibilityCode="Select"><ROI>Lesion</ROI></ROIs></Image>'
        for view, orientation in VIEWS
    )
    path = folder / f"{Path(volume).name}.xml"
    path.write_text(f'<Session><Page ID="One">{images}</Page></Session>', encoding="utf-8")
    return path


def extent(marked: np.ndarray) -> np.ndarray:
    """First and last row and column."""
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    return np.array([rows[0], rows[-1], columns[0], columns[-1]])


@pytest.mark.parametrize(
    ("volume", "attributes", "codes"),
    [
        ("ct/I00004", 'DicomRead="Y"', []),
        ("ct", 'DicomRead="Y"', []),
        ("copy.nrrd", "", [UNKNOWN_FRAME]),
    ],
)
def test_the_outline_lies_around_the_lesion_on_every_view(
    volume: str, attributes: str, codes: list[str], study: Path, tmp_path: Path
) -> None:
    problems = render_quiz(quiz_of(study, volume, attributes), study, tmp_path)
    assert [problem.code for problem in problems if problem.code.startswith("Q6")] == codes
    for view, _ in VIEWS:
        picture = np.asarray(Picture.open(next(tmp_path.rglob(f"{view}.png"))).convert("RGB")).astype(int)
        red, green, blue = picture[..., 0], picture[..., 1], picture[..., 2]
        outline = (red > 150) & (green < 80) & (blue < 80)
        lesion = (red > 240) & (green > 240) & (blue > 240)
        assert not ((green > 150) & (red < 80)).any(), "Margin is not selected"
        middle = slice(40, 470)
        inside = extent(lesion[middle, middle])
        assert np.abs(extent(outline[middle, middle]) - inside).max() <= 3, view
        half = (470 - 40) / 2
        assert inside[:2].mean() < half, "in front, or up, is above"
        assert (inside[2:].mean() > half) == (view != "Yellow"), "left is right; in front is left"


def test_several_threads_may_be_the_first_to_read_dicom(study: Path) -> None:
    """pydicom's modules import each other in a circle, and workers begin with different ones; the library
    that sets them to work is there before."""
    script = (
        "import sys, threading\n"
        "from QuizLoaderLib.images.loading.library import ImageLibrary\n"
        "assert 'pydicom' not in sys.modules\n"
        "from pathlib import Path\n"
        "folder, failed = Path(sys.argv[1]), []\n"
        "def series():\n"
        "    from QuizLoaderLib.images.dicom.series import read_series; read_series(folder / 'ct')\n"
        "def references():\n"
        "    from QuizLoaderLib.images.dicom.headers import read_header\n"
        "    from QuizLoaderLib.images.structure_set.reference import references_of\n"
        "    references_of(read_header(folder / 'rt.dcm'))\n"
        "def structures():\n"
        "    from QuizLoaderLib.images.structure_set.file import read_structure_set\n"
        "    read_structure_set(folder / 'rt.dcm')\n"
        "def run(work):\n"
        "    try: work()\n"
        "    except Exception as fault: failed.append(fault)\n"
        "works = (series, references, structures) * 2\n"
        "threads = [threading.Thread(target=run, args=(work,)) for work in works]\n"
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]\n"
        "print(failed); sys.exit(bool(failed))\n"
    )
    path = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(
        [sys.executable, "-c", script, str(study)],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stdout + done.stderr
