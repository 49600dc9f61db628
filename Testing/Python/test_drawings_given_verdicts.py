"""Verdicts on contours that a reader is given: kept right through strokes, undo, and changes of the file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from QuizLoaderLib.reader.verdicts import judge, shown_verdicts
from QuizLoaderLib.session import storage
from reader_at_work import at_work, box, write_volume
from session_by_hand import write_quiz
from test_drawings_given import (
    ACCEPTED,
    CORRECTED,
    FALSE,
    GIVEN,
    MORE,
    NONE,
    REJECTED,
    RIGHT,
    WRONG,
    are_equal,
    page,
    seen,
    told,
    verdicts,
    write_given,
)


@pytest.fixture(name="images")
def _images(tmp_path: Path) -> Path:
    write_volume(tmp_path / "images" / "ct.nrrd")
    write_given(tmp_path / "images" / "ai.seg.nrrd", GIVEN)
    return tmp_path / "images"


def test_a_stroke_that_cuts_a_comparison_short_leaves_no_counts_of_it(
    tmp_path: Path, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on a large image, where a look has time for one plane.
    monkeypatch.setattr("QuizLoaderLib.reader.drawing.judging.STEP_S", -1.0)
    less = RIGHT & ~box(slice(1, 2), slice(2, 5), slice(1, 4))
    with at_work(write_quiz(tmp_path, page()), images, tmp_path / "r") as reader:
        reader.show()
        judging = reader.drawings.judging
        judging.judge("CT", "Liver", ACCEPTED)

        def look_at_three_planes() -> None:
            for _ in range(3):
                judging.look()

        reader.draw("Liver", less)
        look_at_three_planes()
        reader.draw("Liver", RIGHT)
        judging.save()
        assert (judging.regions("CT")["Liver"].removed, verdicts(reader)["Liver"]) == (0, ACCEPTED)
        reader.draw("Liver", less)
        judging.save()
        reader.draw("Liver", RIGHT)
        look_at_three_planes()
        reader.draw("Liver", less)
        judging.save()
        removed = (RIGHT & ~less).sum()
        assert (judging.regions("CT")["Liver"].removed, verdicts(reader)["Liver"]) == (removed, CORRECTED)


def test_a_rejected_region_that_is_drawn_on_and_emptied_again_is_rejected(
    tmp_path: Path, images: Path
) -> None:
    with at_work(write_quiz(tmp_path, page()), images, tmp_path / "r") as reader:
        reader.show()
        judging = reader.drawings.judging
        judging.judge("CT", "Node", REJECTED)
        reader.draw("Node", FALSE)
        judging.save()
        reader.draw("Node", MORE & ~WRONG)
        judging.save()
        assert verdicts(reader)["Node"] is CORRECTED
        reader.draw("Node", FALSE & False)
        judging.save()
        assert verdicts(reader)["Node"] is REJECTED
        # What is emptied by hand was never rejected.
        reader.draw("Liver", RIGHT & False)
        judging.save()
        assert verdicts(reader)["Liver"] is CORRECTED


def test_a_verdict_that_changes_no_voxel_is_no_step_to_undo(tmp_path: Path, images: Path) -> None:
    with at_work(write_quiz(tmp_path, page()), images, tmp_path / "r") as reader:
        reader.show()
        judging, steps = reader.drawings.judging, []

        @contextmanager
        def as_one_change() -> Iterator[None]:
            steps.append(seen(reader).keys())
            yield

        judging.as_one_change = as_one_change
        for verdict in (ACCEPTED, CORRECTED, ACCEPTED):
            judging.judge("CT", "Liver", verdict)
        assert steps == []
        for verdict in (REJECTED, REJECTED, ACCEPTED):
            judging.judge("CT", "Liver", verdict)
        # As it was before each step.
        assert steps == [GIVEN.keys(), {"Tumour", "Node"}]


def test_a_file_that_is_gone_leaves_a_page_to_draw_on_to_one_who_judged_nothing(
    tmp_path: Path, images: Path
) -> None:
    quiz = write_quiz(tmp_path, page())
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        reader.drawings.judging.judge("CT", "Node", CORRECTED)
    (images / "ai.seg.nrrd").rename(images / "elsewhere.seg.nrrd")
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        assert reader.answers.missing() == ["Please draw a contour on the image “CT”."]
        reader.draw("Own", RIGHT)
        reader.drawings.save()
        assert reader.answers.missing() == []


def test_verdicts_on_a_file_that_is_another_one_later_are_kept(tmp_path: Path, images: Path) -> None:
    quiz = write_quiz(tmp_path, page())
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        for name in GIVEN:
            reader.drawings.judging.judge("CT", name, ACCEPTED)
    before = told(tmp_path / "r")
    # As many voxels as before, but others, in place of one region; another one has a new name.
    other = np.roll(RIGHT, 1, axis=2)
    write_given(images / "ai.seg.nrrd", {"Liver": other, "Tumor": WRONG, "Node": FALSE})
    with at_work(quiz, images, tmp_path / "r") as reader:
        assert reader.show() == [
            "The contours that are given on the image “CT” have changed since (“Liver”, “Tumour”); verdicts "
            "and the drawing of then are kept."
        ]
        reader.drawings.judging.save()
        assert are_equal(seen(reader), GIVEN)
        assert {name: verdicts(reader)[name] for name in ("Liver", "Node")} == {
            "Liver": ACCEPTED,
            "Node": ACCEPTED,
        }
    now = told(tmp_path / "r")
    assert {name: now[name] for name in GIVEN} == before
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        judging = reader.drawings.judging
        # What is done now is done with what is given now.
        judging.judge("CT", "Liver", ACCEPTED)
        assert are_equal(seen(reader), GIVEN | {"Liver": other})
        reader.draw("Liver", other & ~RIGHT)
        judging.save()
        found = judging.regions("CT")["Liver"]
        assert (found.verdict, found.added, found.removed) == (CORRECTED, 0, (other & RIGHT).sum())
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        assert reader.drawings.judging.regions("CT")["Liver"] == found


def test_a_stroke_on_a_verdict_of_another_file_makes_it_corrected(tmp_path: Path, images: Path) -> None:
    quiz = write_quiz(tmp_path, page())
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        reader.drawings.judging.judge("CT", "Liver", ACCEPTED)
    other = np.roll(RIGHT, 1, axis=2)
    write_given(images / "ai.seg.nrrd", {**GIVEN, "Liver": other})
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        judging = reader.drawings.judging
        judging.save()
        reader.draw("Liver", RIGHT & other)
        judging.save()
        found = judging.regions("CT")["Liver"]
        assert (found.verdict, found.added, found.removed) == (CORRECTED, 0, (other & ~RIGHT).sum())


def test_a_given_region_keeps_its_name_and_no_other_segment_takes_it(tmp_path: Path, images: Path) -> None:
    with at_work(write_quiz(tmp_path, page()), images, tmp_path / "r") as reader:
        reader.show()
        judging = reader.drawings.judging
        judging.judge("CT", "Liver", ACCEPTED)
        reader.draw("Own", MORE & ~WRONG)
        (node,) = reader.drawings.nodes
        segments = node.GetSegmentation()
        named = {
            name: segments.GetSegment(segments.GetSegmentIdBySegmentName(name)) for name in ("Liver", "Own")
        }
        # As anyone can in Slicer's table of segments.
        named["Liver"].SetName("Leber")
        named["Own"].SetName("Tumour")
        judging.save()
        assert verdicts(reader) == {"Liver": ACCEPTED, "Tumour": NONE, "Node": NONE}
        assert are_equal(seen(reader), GIVEN | {"Tumour 2": MORE & ~WRONG})
        judging.judge("CT", "Tumour", REJECTED)
        assert are_equal(seen(reader), {"Liver": RIGHT, "Node": FALSE, "Tumour 2": MORE & ~WRONG})


def test_a_verdict_that_a_full_journal_does_not_take_is_told_at_its_region(
    tmp_path: Path, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at_work(write_quiz(tmp_path, page()), images, tmp_path / "r") as reader:
        reader.show()
        assert judge(reader.opened, "CT", "Liver", "Accept") is ACCEPTED
        with monkeypatch.context() as full:
            full.setattr(storage, "MOST_BYTES", 1)
            assert judge(reader.opened, "CT", "Node", "Reject") is NONE
            assert are_equal(seen(reader), GIVEN)
            shown = {each.name: each for each in shown_verdicts(reader.opened, "CT")}
            assert shown["Node"].text.startswith("no verdict yet. This is not saved, since the journal")
            assert shown["Liver"].refusal == shown["Tumour"].refusal == ""
        assert judge(reader.opened, "CT", "Node", "Reject") is REJECTED
        assert all(each.refusal == "" for each in shown_verdicts(reader.opened, "CT"))
    assert told(tmp_path / "r")["Node"][0] == "Rejected"
