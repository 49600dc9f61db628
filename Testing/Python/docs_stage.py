"""The documentation as tests read it: its pages, their samples, and a study to run these in."""

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from dicom_made import MadeRoi, Placement, write_series, write_structure_set
from image_files import numbered, write_nrrd
from masks_made import Ball, segmentation_of, write_image, write_map, write_seg
from QuizLoaderLib.apps.demo.samples import (
    CONTRAST,
    REGIONS,
    SLIDE,
    TUTORIAL_LABELS,
    TUTORIAL_VOLUME,
    UPTAKE,
)
from QuizLoaderLib.authoring.key_file import split_quiz
from QuizLoaderLib.session.session import Session

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
RESULTS = Path(__file__).with_name("data") / "results-0.1"

sys.path.insert(0, str(DOCS))

from generated_pages import quiz_language  # noqa: E402  the hooks of MkDocs import it by this name too

PATIENT = {
    "mr.nrrd": TUTORIAL_VOLUME,
    "ct.nrrd": TUTORIAL_VOLUME,
    "labels.nrrd": TUTORIAL_LABELS,
    "regions.seg.nrrd": REGIONS,
    "pet.nrrd": UPTAKE,
    "contrast.nii.gz": CONTRAST,
    "slide.png": SLIDE,
}
ORGANS = (Ball("Liver", (0, 0, 9), 7), Ball("Spleen", (14, 0, 9), 5), Ball("Kidney", (-14, 0, 9), 4))
SHAPE = (18, 40, 50)
_CORNER_RAS = np.array([[-1.0, 0, 0, 25], [0, -1, 0, 20], [0, 0, 1, 0], [0, 0, 0, 1]])
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Sample:
    """A block of code on a page; ``language`` is what stands behind its ticks."""

    page: str
    language: str
    text: str


def pages() -> dict[str, str]:
    """Markdown by path below docs/, the generated page with samples among them."""
    written = {
        path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md")
    }
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    return {**written, "README.md": readme, "authoring/quiz-language.md": quiz_language.quiz_language()}


def samples(*languages: str) -> list[Sample]:
    return [sample for page, text in sorted(pages().items()) for sample in _samples(page, text, languages)]


def _samples(page: str, text: str, languages: tuple[str, ...]) -> Iterator[Sample]:
    for indent, language, block in _BLOCK.findall(text):
        if language in languages:
            yield Sample(page, language, re.sub(f"^{indent}", "", block, flags=re.MULTILINE))


def make_study(folder: Path, demo: Path) -> Path:
    """All files that the samples of the documentation name, in ``folder``. ``demo`` is of that command."""
    shutil.copytree(demo, folder / "demo")
    patient = folder / "images" / "Patient1"
    patient.mkdir(parents=True)
    for name, path in PATIENT.items():
        shutil.copyfile(folder / "demo" / "images" / path, patient / name)
    placement = Placement(offsets=[float(k) for k in range(SHAPE[0])], origin=(-25.0, -20.0, 0.0))
    voxels = np.zeros(SHAPE, np.int16)
    write_series(folder / "images" / "Patient2" / "ct", voxels, placement)
    for beside in (folder / "demo" / "quizzes").iterdir():
        shutil.copyfile(beside, folder / beside.name)
    for name, page in (("study.xml", "authoring/index.md"), ("teaching.xml", "authoring/right-answers.md")):
        quiz = next(sample for sample in samples("xml") if sample.page == page)
        (folder / name).write_text(quiz.text, encoding="utf-8")
    # Without the session that has a drawing of one byte.
    shutil.copytree(RESULTS, folder / "results", ignore=shutil.ignore_patterns("looping"))
    _teach(folder)
    _make_organs(folder, voxels, placement)
    _make_cases(folder, placement)
    return folder


def _teach(folder: Path) -> None:
    """The answer key of the quiz with right answers, and a reader's results of what is left."""
    quiz = folder / "without-key.xml"
    without, key = split_quiz(folder / "teaching.xml")
    quiz.write_bytes(without)
    (folder / "key.xml").write_bytes(key)
    session = Session.open(quiz, folder / "teaching-results", "Ann")
    answers = (("Y", "N"), ("Y", "N", "N"), ("good", "good"), ("13",), ("Glioma",))
    for question, answer in enumerate(answers):
        session.set_draft(question, answer)
    assert session.finish() == []
    session.close()


def _make_organs(folder: Path, voxels: np.ndarray, placement: Placement) -> None:
    """Three organs as segments, as a structure set and as a mask, with the map that names them."""
    for name in ("map.txt", "region2MaskValueMap.txt"):
        write_map(folder / name, Liver=10, Spleen=20, Kidney=30)
    write_map(folder / "two-regions.txt", Liver=10, Spleen=20)
    segments = segmentation_of(ORGANS, SHAPE, _CORNER_RAS)
    write_seg(folder / "reader1.seg.nrrd", segments)
    write_image(folder / "ct.nrrd", voxels, _CORNER_RAS)
    mask = np.zeros(SHAPE, np.uint8)
    for value, layer in zip((10, 20, 30), segments.layers, strict=True):
        mask[layer > 0] = value
    write_image(folder / "mask.nii.gz", mask, _CORNER_RAS)
    (folder / "p02").mkdir()
    write_seg(folder / "p02" / "seg.seg.nrrd", segments)
    write_image(folder / "p02" / "ct.nii.gz", voxels, _CORNER_RAS)
    write_series(folder / "p01" / "ct", voxels, placement)
    rois = [MadeRoi(ball.name, _squares(ball, placement)) for ball in ORGANS]
    write_structure_set(folder / "p01" / "rtss.dcm", rois)
    (folder / "cases.csv").write_text(
        "source,like,name\np01/rtss.dcm,,p01\np02/seg.seg.nrrd,p02/ct.nii.gz,p02\n", encoding="utf-8"
    )


def _make_cases(folder: Path, placement: Placement) -> None:
    """What a quiz is made of by a template: files of two cases, and a patient's DICOM files."""
    for case in ("P01", "P02"):
        for role in ("ct", "pet"):
            for path in (folder / "cases" / case / f"{role}.nrrd", folder / "flat" / f"{case}_{role}.nrrd"):
                write_nrrd(path, numbered())
    shutil.copytree(folder / "p01", folder / "dicom" / "p01", ignore=shutil.ignore_patterns("ct"))
    thin = np.zeros(SHAPE, np.int16)
    write_series(folder / "dicom" / "p01" / "thin", thin, placement, SliceThickness=1.0)


def _squares(ball: Ball, placement: Placement) -> list[np.ndarray]:
    """LPS in mm, a square on each slice that the ball reaches."""
    x, y, z = -ball.center[0], -ball.center[1], ball.center[2]
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * ball.radius * 0.7
    reached = [offset for offset in placement.offsets if abs(offset - z) < ball.radius]
    return [np.array([(x + dx, y + dy, offset) for dx, dy in corners]) for offset in reached]
