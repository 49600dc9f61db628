"""Sequences in the panel, beside Slicer's own module for sequences, which watches the scene."""

import numpy as np
import pytest
import SimpleITK as sitk
import slicer
from panel_stage import QUESTIONS, SIDE, image_element, stage, write_quiz
from slicer.util import arrayFromVolume

FRAMES = 3


@pytest.fixture
def film(tmp_path):
    """Frame n has the value 100 n in all voxels."""
    folder = tmp_path / "images"
    folder.mkdir()
    frames = [np.full((SIDE, SIDE, SIDE), 100 * n, np.int16) for n in range(FRAMES)]
    image = sitk.JoinSeries([sitk.GetImageFromArray(frame) for frame in frames])
    sitk.WriteImage(image, str(folder / "film.nii.gz"))
    page = f"|{image_element('VolumeSequence', 'film.nii.gz')}{QUESTIONS}"
    return write_quiz(tmp_path / "film.xml", [page, f"|{QUESTIONS}", page]), folder


def names():
    scene = slicer.mrmlScene
    return sorted(scene.GetNthNode(n).GetName() or "" for n in range(scene.GetNumberOfNodes()))


def test_a_sequence_leaves_nothing_behind_and_shows_every_frame(tmp_path, film):
    quiz, folder = film
    with stage(tmp_path) as story:
        story.open(quiz, folder)
        story.click("closeButton")
        before = names()
        for _ in range(2):
            story.open(quiz, folder)
            (volume,) = story.slicer.logic.nodes(0)
            assert volume.GetName() == "VolumeSequence-film.nii.gz"
            assert [name for name in names() if "frames" in name] == [f"{volume.GetName()} frames"]
            for number in (1, 2, 0):
                story.widget("frameSlider").setValue(number)
                assert {int(value) for value in np.unique(arrayFromVolume(volume))} == {100 * number}
                assert volume.GetName() == "VolumeSequence-film.nii.gz"
            story.turn_to("nextButton", 1)
            assert not [name for name in names() if "film" in name]
            story.turn_to("nextButton", 2)
            story.click("closeButton")
            assert names() == before
