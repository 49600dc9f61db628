"""A program that is killed while a reader draws: every stroke that was said to be saved is there."""

import random
from pathlib import Path

import numpy as np
import pytest
from reader_at_work import SHAPE, at_work, drawn, killed_painter, write_images
from session_by_hand import SOAK, write_quiz

KILLS = 100 if SOAK else 4
PAGES = (
    '<Page ID="A" EnableSegmentEditor="Y" AllowMultipleResponse="Y">'
    '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image></Page><Page ID="B"/>'
)

# Draws a voxel more with each stroke, and says on its standard output which one the reader is told to be
# saved; now and then the page is left and come back to.
PAINTER = """
import os, sys
from pathlib import Path
from reader_at_work import at_work
from test_drawings_strokes_killed import stroke
quiz, images, results, first = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
now = [0.0]
with at_work(quiz, images, results, lambda: now[0]) as reader:
    reader.go("previous") if reader.answers.index else reader.show()
    for number in range(first, 480):
        reader.draw("Tumour", stroke(number))
        while reader.answers.save_sentence() != "All answers are saved.":
            reader.answers.save_on()
            now[0] += 0.5
        os.write(1, f"{number}\\n".encode())
        if number % 7 == 6:
            reader.go()
            reader.go("previous")
"""


def stroke(number: int) -> np.ndarray:
    """All voxels up to the one of this number."""
    return (np.arange(np.prod(SHAPE)) <= number).reshape(SHAPE)


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    write_images(tmp_path / "images")
    return write_quiz(tmp_path, PAGES)


def test_after_each_kill_every_stroke_that_was_said_to_be_saved_is_there(tmp_path: Path, quiz: Path) -> None:
    delays, newest = random.Random(5), -1
    for _kill in range(KILLS):
        if newest > 400:
            break
        said = killed_painter(PAINTER, tmp_path, quiz, newest + 1, delays.uniform(0.0, 0.5))
        with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
            sentences = reader.go("previous") if reader.answers.index else reader.show()
            assert sentences == []
            (node,) = reader.drawings.nodes
            found = int(drawn(node)["Tumour"].sum()) - 1
            assert np.array_equal(drawn(node)["Tumour"], stroke(found))
        # The one that it was about may be there as well.
        assert said <= found <= said + 1
        newest = found
