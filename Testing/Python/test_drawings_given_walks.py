"""Contours that are given are judged, drawn on and come back to by chance; the program is killed, too."""

import random
import shutil
from contextlib import ExitStack

import numpy as np
import pytest
from QuizLoaderLib.session.judged_regions import RegionVerdict
from reader_at_work import SHAPE, AtWork, at_work, box, drawn, write_volume
from session_by_hand import SOAK, fast_folder, write_quiz
from test_drawings_given import page, write_given

# Each has columns of its own, so that no region takes voxels of another.
COLUMNS = {"Liver": slice(0, 3), "Tumour": slice(4, 7), "Node": slice(8, 10)}
GIVEN = {name: box(slice(1, 4), slice(2, 6), columns) for name, columns in COLUMNS.items()}
ACCEPTED, CORRECTED, REJECTED = RegionVerdict.ACCEPTED, RegionVerdict.CORRECTED, RegionVerdict.REJECTED


class Model:
    """What each region is, by the rules in the documentation."""

    def __init__(self) -> None:
        self.voxels = {name: voxels.copy() for name, voxels in GIVEN.items()}
        self.verdict = dict.fromkeys(GIVEN, RegionVerdict.NONE)
        self.rejected: set[str] = set()

    def judge(self, name: str, verdict: RegionVerdict) -> None:
        if verdict is REJECTED:
            self.voxels[name] = np.zeros(SHAPE, bool)
        elif verdict is ACCEPTED or self.verdict[name] is REJECTED:
            self.voxels[name] = GIVEN[name].copy()
        self.verdict[name] = verdict
        (self.rejected.add if verdict is REJECTED else self.rejected.discard)(name)

    def come_back(self) -> None:
        """Strokes are not undone any more: what was rejected and drawn on is the reader's own."""
        self.rejected = {name for name in self.rejected if self.verdict[name] is REJECTED}

    def draw(self, name: str, voxels: np.ndarray) -> None:
        was_changed = not np.array_equal(self.voxels[name], GIVEN[name])
        is_same = np.array_equal(voxels, self.voxels[name])
        self.voxels[name] = voxels
        if is_same:
            return
        if name in self.rejected and not voxels.any():
            self.verdict[name] = REJECTED
        elif not np.array_equal(voxels, GIVEN[name]):
            self.verdict[name] = CORRECTED
        elif was_changed:
            self.verdict[name] = RegionVerdict.NONE

    def require(self, reader: AtWork) -> None:
        (node,) = reader.drawings.nodes
        seen = drawn(node)
        for name, region in reader.drawings.judging.regions("CT").items():
            assert np.array_equal(seen[name], self.voxels[name]), name
            assert region.verdict is self.verdict[name], name
            assert region.added == (self.voxels[name] & ~GIVEN[name]).sum()
            assert region.removed == (GIVEN[name] & ~self.voxels[name]).sum()


@pytest.mark.parametrize("seed", range(60 if SOAK else 3))
def test_no_verdict_and_no_voxel_is_lost_on_a_walk_by_chance(seed: int) -> None:
    chance, folder, model = random.Random(seed), fast_folder(), Model()
    images = folder / "images"
    write_volume(images / "ct.nrrd")
    write_given(images / "ai.seg.nrrd", GIVEN)
    quiz = write_quiz(folder, page(required=""))
    with ExitStack() as stack:
        reader = stack.enter_context(at_work(quiz, images, folder / "r"))
        reader.show()
        for _ in range(25):
            name = chance.choice(list(GIVEN))
            what = chance.choice(("judge", "judge", "draw", "draw", "leave", "kill"))
            if what == "judge":
                verdict = chance.choice((ACCEPTED, CORRECTED, REJECTED))
                reader.drawings.judging.judge("CT", name, verdict)
                model.judge(name, verdict)
            elif what == "draw":
                first, rows = chance.randrange(4), chance.randrange(1, 4)
                more = box(slice(first, first + 2), slice(rows, rows + 3), COLUMNS[name])
                voxels = chance.choice((model.voxels[name] | more, model.voxels[name] & ~more, GIVEN[name]))
                reader.draw(name, voxels)
                reader.drawings.save()
                model.draw(name, voxels)
            elif what == "leave":
                reader.go("next")
                reader.go("previous")
                model.come_back()
            else:
                # What is on the disk now is all that another process gets.
                copy = fast_folder() / "r"
                shutil.copytree(folder / "r", copy)
                stack.close()
                folder = copy.parent
                reader = stack.enter_context(at_work(quiz, images, copy))
                reader.show()
                if reader.answers.index:
                    reader.go("previous")
                model.come_back()
            model.require(reader)
