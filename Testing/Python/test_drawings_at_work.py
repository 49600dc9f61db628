"""A tool that is at work when a reader wants to go on: the step waits for what it draws."""

from pathlib import Path

import numpy as np
import pytest
from QuizLoaderLib.reader.asking import SAVE_ON_S, Asking
from reader_at_work import at_work, box, drawn, write_images
from session_by_hand import write_quiz

NOT_SAVED = "The drawing is not saved yet."
LIVER = box(slice(1, 4), slice(2, 5), slice(3, 9))
CT = '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>'


@pytest.mark.parametrize("is_dropped", [False, True])
def test_a_page_is_left_when_the_tool_that_works_on_it_is_done(tmp_path: Path, is_dropped: bool) -> None:
    write_images(tmp_path / "images")
    pages = f'<Page ID="A" EnableSegmentEditor="Y" AllowMultipleResponse="Y">{CT}</Page><Page ID="B"/>'
    with at_work(write_quiz(tmp_path, pages), tmp_path / "images", tmp_path / "r") as reader:
        reader.show()
        works = True
        reader.drawings.is_at_work = lambda: works
        asking = Asking(lambda: None, lambda: None, lambda: None)
        asking.begin(reader.answers)
        asking.show()
        asking.step("next")
        for _look in range(3):
            assert asking.save_on() == SAVE_ON_S
            assert asking.saving == NOT_SAVED
            assert reader.answers.index == 0
        if not is_dropped:
            reader.draw("Liver", LIVER)
        works = False
        while reader.answers.index == 0:
            asking.save_on()
        reader.show()
        reader.drawings.is_at_work = lambda: False
        reader.go("previous")
        found = drawn(reader.drawings.segmentation("CT")).get("Liver", np.zeros_like(LIVER))
        assert np.array_equal(found, LIVER & (not is_dropped))
