"""Each stroke gets to the disk soon after it; only then is the reader told that everything is saved.

A crash is a copy of the results folder that is made while the program runs: it has what the disk has.
"""

import base64
import math
import random
import shutil
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from QuizLoaderLib.quiz.label_colors import color_of_value
from QuizLoaderLib.reader.asking import SAVE_ON_S, Asking
from QuizLoaderLib.reader.drawing.strokes import NO_FILE, read_strokes
from QuizLoaderLib.session.checked_lines import checked_line, object_of
from QuizLoaderLib.views.marks import set_points_ras
from reader_at_work import READER, SHAPE, AtWork, at_work, box, draw, drawn, files_of, write_images
from session_by_hand import SOAK, page_of, saved, write_quiz

ALL_SAVED, NOT_SAVED = "All answers are saved.", "The drawing is not saved yet."
LIVER = box(slice(1, 4), slice(2, 5), slice(3, 9))
SPLEEN = box(slice(2, 5), slice(1, 4), slice(0, 5))
NAMES = ("Liver", "Spleen", "Bone")

EDITOR = 'EnableSegmentEditor="Y" AllowMultipleResponse="Y"'
CT = '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>'
PAGES = f'<Page ID="A" {EDITOR}>{CT}</Page><Page ID="B"/>'


class Clock:
    """Goes on when it is told to, and by ``tick_s`` whenever it is looked at."""

    def __init__(self, tick_s: float = 0.0) -> None:
        self.now, self.tick_s = 100.0, tick_s

    def __call__(self) -> float:
        self.now += self.tick_s
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    write_images(tmp_path / "images")
    return write_quiz(tmp_path, PAGES)


def rest(reader: AtWork, clock: Clock) -> str:
    """The hand rests for a second, while the host goes on saving; what the reader is told then."""
    reader.answers.save_on()
    clock.now += 1.0
    reader.answers.save_on()
    return reader.answers.save_sentence()


def first_page(reader: AtWork) -> list[str]:
    """The reader comes back to the first page that is not complete."""
    return reader.go("previous") if reader.answers.index else reader.show()


def after_crash(tmp_path: Path, quiz: Path) -> tuple[list[str], dict[str, np.ndarray]]:
    """What the reader is told and shown by a program that was ended now; the segments that have voxels."""
    results = tmp_path / "crashed"
    shutil.rmtree(results, ignore_errors=True)
    shutil.copytree(tmp_path / "r", results, ignore=shutil.ignore_patterns("*.lock", ".part-*"))
    with at_work(quiz, tmp_path / "images", results) as reader:
        sentences = first_page(reader)
        assert reader.answers.save_sentence() == ALL_SAVED
        masks = {}
        for node in reader.drawings.nodes:
            masks = {name: mask for name, mask in drawn(node).items() if mask.any()}
    if masks:
        whole = results / READER / "study" / "PgGroup1_A"
        assert sorted(path.name for path in whole.iterdir()) == [
            "A_CT-quizlabel.nrrd",
            "A_CT-quizlabel.seg.nrrd",
        ]
    return sentences, masks


def assert_same(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    assert sorted(found) == sorted(name for name, mask in expected.items() if mask.any())
    for name, mask in found.items():
        assert np.array_equal(mask, expected[name]), name


def test_a_stroke_is_on_the_disk_when_the_line_says_so_and_not_before(
    tmp_path: Path, quiz: Path, clock
) -> None:
    with at_work(quiz, tmp_path / "images", tmp_path / "r", clock) as reader:
        reader.show()
        reader.drawings.segmentation("CT")
        assert reader.answers.save_sentence() == ALL_SAVED, "nothing is drawn"
        reader.draw("Liver", LIVER)
        assert reader.answers.save_sentence() == NOT_SAVED
        reader.answers.save_on()
        clock.now += 0.9
        reader.draw("Liver", LIVER | SPLEEN)
        reader.answers.save_on()
        clock.now += 0.9
        reader.answers.save_on()
        assert reader.answers.save_sentence() == NOT_SAVED, "the hand has not rested for a second"
        clock.now += 0.1
        assert reader.answers.save_on(), "the line says something else now"
        assert reader.answers.save_sentence() == ALL_SAVED
        before = files_of(tmp_path / "r" / READER / "study" / "PgGroup1_A")
        assert list(before) == ["A_CT-quizlabel.strokes"]
        assert rest(reader, clock) == ALL_SAVED
        assert files_of(tmp_path / "r" / READER / "study" / "PgGroup1_A") == before
        sentences, masks = after_crash(tmp_path, quiz)
        assert sentences == []
        assert_same(masks, {"Liver": LIVER | SPLEEN})
        # Soon after leaving, the files of the drawing have it all.
        reader.leave_and_write()
        folder = tmp_path / "r" / READER / "study" / "PgGroup1_A"
        assert sorted(files_of(folder)) == ["A_CT-quizlabel.nrrd", "A_CT-quizlabel.seg.nrrd"]
        labels = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / "A_CT-quizlabel.nrrd")))
        assert np.array_equal(labels > 0, LIVER | SPLEEN)


def test_what_is_drawn_erased_named_and_removed_is_there_after_a_crash(tmp_path: Path, quiz: Path) -> None:
    dice = random.Random(7)
    for _walk in range(20 if SOAK else 3):
        shutil.rmtree(tmp_path / "r", ignore_errors=True)
        truth: dict[str, np.ndarray] = {}
        clock = Clock()
        with at_work(quiz, tmp_path / "images", tmp_path / "r", clock) as reader:
            reader.show()
            for _step in range(12):
                change(reader, truth, dice)
                assert reader.answers.save_sentence() in (NOT_SAVED, ALL_SAVED)
                if dice.random() < 0.7:
                    assert rest(reader, clock) == ALL_SAVED
                    assert_same(after_crash(tmp_path, quiz)[1], truth)
                if dice.random() < 0.15:
                    reader.go()
                    reader.go("previous")


def change(reader: AtWork, truth: dict[str, np.ndarray], dice: random.Random) -> None:
    """One thing that a reader does to the segments, done to ``truth`` as well."""
    node = reader.drawings.segmentation("CT")
    segmentation = node.GetSegmentation()
    what, name = dice.random(), dice.choice(NAMES)
    segment_id = segmentation.GetSegmentIdBySegmentName(name)
    if what < 0.1 and segment_id:
        segmentation.RemoveSegment(segment_id)
        truth.pop(name, None)
    elif what < 0.2 and segment_id and "Tumour" not in truth:
        segmentation.GetSegment(segment_id).SetName("Tumour")
        truth["Tumour"] = truth.pop(name)
    else:
        low = [dice.randrange(size - 1) for size in SHAPE]
        high = [dice.randint(start + 1, size) for start, size in zip(low, SHAPE, strict=True)]
        k, j, i = (slice(*ends) for ends in zip(low, high, strict=True))
        stroke = box(k, j, i)
        before = truth.get(name, np.zeros(SHAPE, bool))
        truth[name] = before & ~stroke if what < 0.4 else before | stroke
        draw(node, name, truth[name], reader.drawings.volume("CT"))


def test_a_journal_that_was_cut_has_the_stroke_before(tmp_path: Path, quiz: Path, clock) -> None:
    strokes = tmp_path / "r" / READER / "study" / "PgGroup1_A" / "A_CT-quizlabel.strokes"
    with at_work(quiz, tmp_path / "images", tmp_path / "r", clock) as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        rest(reader, clock)
        first = strokes.read_bytes()
        reader.draw("Spleen", SPLEEN)
        rest(reader, clock)
        both = strokes.read_bytes()
        assert both.startswith(first)
        for length in (len(first), len(first) + 1, len(both) - 2):
            strokes.write_bytes(both[:length])
            sentences, masks = after_crash(tmp_path, quiz)
            assert sentences == []
            assert_same(masks, {"Liver": LIVER})
        strokes.write_bytes(both)
        assert_same(after_crash(tmp_path, quiz)[1], {"Liver": LIVER, "Spleen": SPLEEN})


@pytest.mark.parametrize("length", [5, -3])
def test_what_is_drawn_behind_half_a_line_is_there(tmp_path: Path, quiz: Path, clock, length: int) -> None:
    """As a power failure leaves it, in the first line of the journal or in its last."""
    strokes = tmp_path / "r" / READER / "study" / "PgGroup1_A" / "A_CT-quizlabel.strokes"
    with at_work(quiz, tmp_path / "images", tmp_path / "r", clock) as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        rest(reader, clock)
        strokes.write_bytes(strokes.read_bytes()[:length])
        reader.draw("Liver", np.zeros(SHAPE, bool))
        reader.draw("Spleen", SPLEEN)
        assert rest(reader, clock) == ALL_SAVED
        assert after_crash(tmp_path, quiz)[0] == []
        assert_same(after_crash(tmp_path, quiz)[1], {"Spleen": SPLEEN})


def test_next_and_finish_stop_the_window_for_no_large_drawing(tmp_path: Path, quiz: Path) -> None:
    """What is drawn is saved in parts, and then the step is made; nothing else may be done meanwhile."""
    clock = Clock(tick_s=0.02)
    with at_work(quiz, tmp_path / "images", tmp_path / "r", clock) as reader:
        reader.show()
        asking = Asking(lambda: None, lambda: None, lambda: None)
        asking.begin(reader.answers)
        asking.show()
        reader.draw("Liver", np.ones(SHAPE, bool))
        asking.step("next")
        parts = 1
        while reader.answers.index == 0:
            assert asking.saving == NOT_SAVED and not asking.possible_steps
            assert asking.save_on() == SAVE_ON_S
            parts += 1
        assert parts > 2
        reader.show()
        asking.show()
        assert asking.possible_steps == {"previous", "finish"}
        assert_same(after_crash(tmp_path, quiz)[1], {"Liver": np.ones(SHAPE, bool)})


def test_colours_of_a_changed_journal_are_within_their_range(tmp_path: Path, quiz: Path, clock) -> None:
    strokes = tmp_path / "r" / READER / "study" / "PgGroup1_A" / "A_CT-quizlabel.strokes"
    with at_work(quiz, tmp_path / "images", tmp_path / "r", clock) as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        rest(reader, clock)
        data = strokes.read_bytes()
    lines = [line for each in data.splitlines() if (line := object_of(each))]
    for color, expected in (([2.0, -1.0, 0.5], (1.0, 0.0, 0.5)), ([math.nan] * 3, color_of_value(1))):
        segments: Any = lines[-1]["segments"]
        segments[0]["color"] = color
        strokes.write_bytes(b"".join(map(checked_line, lines)))
        found = read_strokes(strokes, NO_FILE)
        assert found is not None and found.segments is not None
        assert found.segments[0].color == expected


def test_a_changed_journal_takes_no_more_memory_than_its_image(tmp_path: Path, quiz: Path, clock) -> None:
    """A part that unpacks to a hundred megabytes, one that is short, and places outside of the image."""
    strokes = tmp_path / "r" / READER / "study" / "PgGroup1_A" / "A_CT-quizlabel.strokes"
    with at_work(quiz, tmp_path / "images", tmp_path / "r", clock) as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        rest(reader, clock)
        data = strokes.read_bytes()
    lines: list[Any] = [object_of(each) for each in data.splitlines()]
    bomb, short = (base64.b64encode(zlib.compress(bytes(size))).decode() for size in (10**8, 1))
    for place, part in (
        ("1", [0, 0, 8, 10, bomb]),
        ("1", [0, 0, 8, 10, short]),
        ("1", [0, 0, 10**6, 10**6, bomb]),
        ("1", [-1, 0, 2, 2, short]),
        ("1", [7, 9, 2, 2, short]),
        ("6", [0, 0, 2, 2, short]),
    ):
        lines[-1]["planes"] = {place: {"0": part}}
        strokes.write_bytes(b"".join(map(checked_line, lines)))
        tracemalloc.start()
        with pytest.raises(ValueError, match="voxels"):
            read_strokes(strokes, NO_FILE)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
        tracemalloc.stop()


def test_killed_while_the_strokes_are_put_into_the_files(tmp_path: Path, quiz: Path, clock) -> None:
    """Behind the new segments the journal of before may still lie, once it says that they have it all."""
    folder = tmp_path / "r" / READER / "study" / "PgGroup1_A"
    strokes, segments = folder / "A_CT-quizlabel.strokes", folder / "A_CT-quizlabel.seg.nrrd"
    with at_work(quiz, tmp_path / "images", tmp_path / "r", clock) as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        reader.leave_and_write()
        reader.go("previous")
        reader.draw("Liver", SPLEEN)
        rest(reader, clock)
        old, journal = segments.read_bytes(), strokes.read_bytes()
        kept = {}

        def keep(path: Path, missing_ok: bool = False) -> None:
            if path == strokes:
                kept[path] = path.read_bytes()
            unlink(path, missing_ok)

        unlink = Path.unlink
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "unlink", keep)
            reader.leave_and_write()
        new = segments.read_bytes()
        for there, said in ((old, journal), (old, kept[strokes]), (new, kept[strokes])):
            segments.write_bytes(there)
            strokes.write_bytes(said)
            sentences, masks = after_crash(tmp_path, quiz)
            assert sentences == []
            assert_same(masks, {"Liver": SPLEEN})


def test_strokes_of_another_file_are_kept_and_said(tmp_path: Path, quiz: Path, clock) -> None:
    folder = tmp_path / "r" / READER / "study" / "PgGroup1_A"
    with at_work(quiz, tmp_path / "images", tmp_path / "r", clock) as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        rest(reader, clock)
        journal = (folder / "A_CT-quizlabel.strokes").read_bytes()
        reader.go()
        reader.go("previous")
        reader.draw("Liver", SPLEEN)
    (folder / "A_CT-quizlabel.strokes").write_bytes(journal)
    with at_work(quiz, tmp_path / "images", tmp_path / "r", clock) as reader:
        (sentence,) = first_page(reader)
        assert "A_CT-quizlabel.strokes" in sentence and sentence.endswith("It is kept.")
        assert_same(
            {name: m for name, m in drawn(reader.drawings.nodes[0]).items() if m.any()}, {"Liver": SPLEEN}
        )
        reader.draw("Liver", LIVER | SPLEEN)
        reader.go()
    assert (folder / "A_CT-quizlabel_kept1.strokes").read_bytes() == journal


def test_a_large_drawing_is_saved_in_small_parts(tmp_path: Path, quiz: Path) -> None:
    """No part looks at more planes than there is time for, and what is drawn meanwhile is not torn."""
    clock = Clock(tick_s=0.02)
    with at_work(quiz, tmp_path / "images", tmp_path / "r", clock) as reader:
        reader.show()
        reader.draw("Liver", np.ones(SHAPE, bool))
        reader.answers.save_on()
        clock.now += 1.0
        parts = 0
        while reader.answers.save_sentence() == NOT_SAVED:
            reader.answers.save_on()
            parts += 1
            if parts == 2:
                assert reader.answers.save_sentence() == NOT_SAVED
                reader.draw("Liver", LIVER)
                reader.answers.save_on()
                clock.now += 1.0
        assert parts > 3
        assert_same(after_crash(tmp_path, quiz)[1], {"Liver": LIVER})


def test_what_a_page_requires_is_known_from_the_first_stroke(tmp_path: Path, quiz: Path, clock) -> None:
    needed = write_quiz(tmp_path, PAGES.replace("<Page ID=", '<Page SegmentRequiredOnAnyImage="Y" ID=', 1))
    with at_work(needed, tmp_path / "images", tmp_path / "r", clock) as reader:
        reader.show()
        assert reader.answers.missing() != []
        reader.draw("Liver", LIVER)
        assert reader.answers.missing() == []
        assert reader.answers.save_sentence() == ALL_SAVED
        reader.draw("Liver", LIVER & ~LIVER)
        assert reader.answers.missing() != []
        assert_same(after_crash(tmp_path, needed)[1], {})


def test_a_line_is_saved_once_nobody_moves_it(tmp_path: Path, quiz: Path, clock) -> None:
    with at_work(quiz, tmp_path / "images", tmp_path / "r", clock) as reader:
        reader.show()
        node = reader.drawings.lines.new()
        set_points_ras(node, [(-10.0, 20.0, 30.0), (-13.0, 16.0, 30.0)])
        assert reader.answers.save_sentence() == NOT_SAVED
        assert rest(reader, clock) == ALL_SAVED
        set_points_ras(node, [(-10.0, 20.0, 30.0), (-10.0, 16.0, 30.0)])
        assert reader.answers.save_sentence() == NOT_SAVED
        assert rest(reader, clock) == ALL_SAVED
        shutil.copytree(
            tmp_path / "r", tmp_path / "crashed", ignore=shutil.ignore_patterns("*.lock", ".part-*")
        )
        with at_work(quiz, tmp_path / "images", tmp_path / "crashed") as other:
            other.show()
            assert [line.length_mm for line in other.drawings.lines.measured] == pytest.approx([4.0])
    page = page_of(saved(tmp_path / "r" / READER / "study" / "study.xml"), 1)
    assert len(list(page.iter("MarkupLinePath"))) == 1
