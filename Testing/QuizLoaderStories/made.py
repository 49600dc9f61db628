"""Quizzes and images that stories make: small, by formulas, so that what they show is known to the voxel."""

from pathlib import Path

import numpy as np

VOLUME = "ImageVolumes/RECIST-Tutorial-Data/2007-spgr.nrrd"
LABELS = "ImageVolumes/RECIST-Tutorial-Data/2007-spgr.label.nrrd"

SIDE = 40
"""Voxels and mm of the cube that all these images are."""

QUESTIONS = (
    "<QuestionSet ID='q'><Question Type='InfoBox' Descriptor='Look'><Option>at it</Option></Question>"
    "</QuestionSet>"
)


def block() -> np.ndarray:
    """(k, j, i), in LPS directions: a block that reaches from the patient's right, front and top to beyond
    the middle: 25 of 40 mm from the right, 30 from the front, 30 from the top."""
    voxels = np.zeros((SIDE, SIDE, SIDE), np.int16)
    voxels[10:, :30, :25] = 1
    return voxels


def write_image(path: Path, voxels: np.ndarray) -> Path:
    """Voxels of 1 mm, about the middle of the patient."""
    import SimpleITK as sitk

    path.parent.mkdir(parents=True, exist_ok=True)
    image = sitk.GetImageFromArray(voxels)
    image.SetOrigin([(1 - SIDE) / 2] * 3)
    sitk.WriteImage(image, str(path), True)
    return path


def write_images(folder: Path) -> Path:
    """The tutorial's two files."""
    write_image(folder / VOLUME, block() * np.int16(1000))
    write_image(folder / LABELS, block().astype(np.uint8))
    return folder


def write_quiz(path: Path, pages: list[str], attributes: str = "") -> Path:
    """Pages given by ``attributes|XML inside``; their IDs count from ``Case 1``. ``attributes`` are the
    Session's."""
    texts = [
        f'<Page ID="Case {number}" {page.partition("|")[0]}>{page.partition("|")[2]}</Page>'
        for number, page in enumerate(pages, start=1)
    ]
    path.write_text(f"<Session {attributes}>" + "\n".join(texts) + "</Session>", encoding="utf-8")
    return path


def image_element(
    type_: str, path: str, view: str = "Red", orientation: str = "Axial", more: str = ""
) -> str:
    return (
        f'<Image ID="{type_}-{path}" Type="{type_}"><DefaultDestination>{view}</DefaultDestination>'
        f"<DefaultOrientation>{orientation}</DefaultOrientation><Path>{path}</Path>{more}</Image>"
    )


def three_pages(folder: Path) -> tuple[Path, Path]:
    """A page with contours, one to draw on, one with a missing file; gives the quiz and its images."""
    volume = image_element("Volume", VOLUME)
    rois = "<ROIs ROIVisibilityCode='All'/>"
    quiz = write_quiz(
        folder / "three.quiz.xml",
        [
            f"|{volume}{image_element('Segmentation', LABELS, more=rois)}{QUESTIONS}",
            f"EnableSegmentEditor='Y' ContourToolRadius='3'|{volume}{QUESTIONS}",
            f"|{volume}{image_element('Volume', 'nowhere.nrrd', 'Green')}{QUESTIONS}",
        ],
    )
    return quiz, write_images(folder / "images")
