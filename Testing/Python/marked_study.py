"""A study of marks with lesions whose truth is known: the quiz, the expert's regions, readers who mark."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from masks_made import grid, write_image, write_seg
from QuizLoaderLib.images.arrays import SegmentationArrays, SegmentDescription
from QuizLoaderLib.session.entries import MarkEvent
from QuizLoaderLib.session.session import Session

LPS = tuple[float, float, float]
Marks = Sequence[tuple[LPS, int | None]]
"""Where, and how sure from 0 to 100, None where the form is left empty."""

MATRIX = grid((2, 2, 4), (-40, -40, 0))
SHAPE = (10, 40, 40)
EXPERT = '<Key Path="expert.seg.nrrd" ROI="{}" Tolerance="{}"/>'
NOTHING = '<Key None="Y"/>'
PAGE = """<Page ID="P{0}" Case="Case {1}" Treatment="{2}">
<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>
<QuestionSet><Question Type="Mark" Descriptor="Findings" Rating="sure" {4}>
<Question Type="Slider" ID="sure" Descriptor="Certainty" Required="N"/>{3}</Question></QuestionSet></Page>"""


def leave_charts_blank(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("QuizLoaderLib.results.report.study_report.png_and_svg", lambda figure: (b"", b""))


def write_lesions(folder: Path) -> None:
    """Boxes of 10 x 10 x 12 mm: in RAS A is from x -1 to 9, y -1 to 9, z 6 to 18, B 16 mm beside it."""
    layer = np.zeros(SHAPE, np.uint8)
    layer[2:5, 20:25, 20:25] = 1
    layer[2:5, 20:25, 28:33] = 2
    segments = tuple(SegmentDescription(name, 0, value) for name, value in (("A", 1), ("B", 2)))
    write_seg(folder / "expert.seg.nrrd", SegmentationArrays((layer,), MATRIX, segments))
    write_image(folder / "ct.nrrd", np.zeros(SHAPE, np.int16), MATRIX)


def ras(x: float, y: float, z: float) -> LPS:
    """A place in RAS as marks are saved."""
    return -x, -y, z


def read_quiz_by(reader: str, quiz: Path, marked: Mapping[int, Marks], folder: Path, **facts: str) -> None:
    """A reader goes through the whole quiz, and marks on each page, counted from 1, what is ``marked``.

    Each mark has these ``facts``.
    """
    seconds = [0.0]
    start = datetime(2030, 1, 2, 3, 4)
    session = Session.open(
        quiz,
        folder,
        reader,
        now=lambda: start + timedelta(seconds=seconds[0]),
        clock=lambda: seconds[0],
    )
    session.presence.see(True)
    session.presence.be_there(True)
    for page in range(1, len(session.quiz.pages) + 1):
        seconds[0] += 10
        for number, (place, sure) in enumerate(marked.get(page, ()), start=1):
            center = " ".join(f"{mm:g}" for mm in place)
            of_mark = {"Tool": "Point", "Image": "CT", "Center": center, **facts}
            session.marks.record(0, 0, number, MarkEvent.PLACED, of_mark)
            if sure is not None:
                session.marks.answer(0, 0, number, 0, (f"{sure}",))
        is_last = page == len(session.quiz.pages)
        assert (session.finish() if is_last else session.next()) == []
    session.close()
