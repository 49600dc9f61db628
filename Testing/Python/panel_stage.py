"""A stage for the panel's stories: a running Slicer, small images whose pixels are known, a quiz or two."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QAbstractButton
from slicer_host import RunningSlicer

REPOSITORY = Path(__file__).resolve().parents[2]
TUTORIAL = REPOSITORY / "Resources" / "Quizzes" / "Tutorial"
VOLUME = "ImageVolumes/RECIST-Tutorial-Data/2007-spgr.nrrd"
LABELS = "ImageVolumes/RECIST-Tutorial-Data/2007-spgr.label.nrrd"

SIDE = 40
"""Voxels and mm of the cube that all images of the stage are."""


def block() -> np.ndarray:
    """(k, j, i), in LPS directions: a block that reaches from the patient's right, front and top to beyond
    the middle: 25 of 40 mm from the right, 30 from the front, 30 from the top."""
    voxels = np.zeros((SIDE, SIDE, SIDE), np.int16)
    voxels[10:, :30, :25] = 1
    return voxels


def write_image(path: Path, voxels: np.ndarray) -> Path:
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


def write_quiz(path: Path, pages: list[str]) -> Path:
    """Pages given by the XML inside their element; their IDs count from ``Case 1``."""
    texts = [
        f'<Page ID="Case {number}" {page.partition("|")[0]}>{page.partition("|")[2]}</Page>'
        for number, page in enumerate(pages, start=1)
    ]
    path.write_text("<Session>" + "\n".join(texts) + "</Session>", encoding="utf-8")
    return path


def image_element(
    type_: str, path: str, view: str = "Red", orientation: str = "Axial", more: str = ""
) -> str:
    return (
        f'<Image ID="{type_}-{path}" Type="{type_}"><DefaultDestination>{view}</DefaultDestination>'
        f"<DefaultOrientation>{orientation}</DefaultOrientation><Path>{path}</Path>{more}</Image>"
    )


QUESTIONS = (
    "<QuestionSet ID='q'><Question Type='InfoBox' Descriptor='Look'><Option>at it</Option></Question>"
    "</QuestionSet>"
)


class Stage:
    """The panel in a running Slicer, with hands and eyes: ``click``, ``type``, ``text``, ``sees``."""

    def __init__(self, slicer: RunningSlicer) -> None:
        self.slicer = slicer

    def widget(self, name: str) -> Any:
        found = self.slicer.panel.findChild(QObject, name)
        assert found is not None, f"the panel has no {name}"
        return found

    def click(self, name: str) -> None:
        button = self.widget(name)
        assert isinstance(button, QAbstractButton)
        assert button.isEnabled(), f"{name} cannot be clicked"
        button.click()
        self.slicer.check()

    def text(self, name: str) -> str:
        return self.widget(name).property("text")

    def sees(self, name: str) -> bool:
        return self.widget(name).isVisibleTo(self.slicer.panel)

    def choose(self, quiz: Path, images: Path) -> None:
        self.widget("quizPathEdit").setProperty("currentPath", str(quiz))
        self.widget("imageFolderEdit").setProperty("currentPath", str(images))

    def open(self, quiz: Path, images: Path) -> None:
        self.choose(quiz, images)
        self.click("openButton")
        self.wait_for_page(0)

    def wait_for_page(self, index: int) -> None:
        console = self.slicer.logic.console
        self.slicer.wait_until(lambda: console.opened is not None and console.opened.index == index)

    def turn_to(self, button: str, index: int) -> None:
        self.click(button)
        self.wait_for_page(index)


@contextmanager
def stage(temporary: Path, **options: Any) -> Iterator[Stage]:
    slicer = RunningSlicer(temporary, **options)
    try:
        if slicer.main_window:
            slicer.enter()
        yield Stage(slicer)
    finally:
        slicer.close()
