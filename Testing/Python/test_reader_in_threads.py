"""No window waits for drawings: threads read them, and compare them with the expert's."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from marked_study import EXPERT as LESION
from marked_study import PAGE as MARK_PAGE
from marked_study import ras, write_lesions
from QuizLoaderLib.images.arrays import SegmentationArrays, SegmentDescription
from QuizLoaderLib.images.types.segmentation import make_node
from QuizLoaderLib.images.types.type_module import Look
from QuizLoaderLib.reader import differences, expert_scores
from QuizLoaderLib.reader.drawing import coming_drawings, given_contours, starts
from QuizLoaderLib.reader.drawing.segment_arrays import layers_of
from QuizLoaderLib.results import mark_scores
from QuizLoaderLib.session.entries import MarkEvent
from QuizLoaderLib.session.judged_regions import RegionVerdict
from QuizLoaderLib.views.segment_planes import PlaneScan, VoxelCount, layers, voxel_count
from reader_at_work import AtWork, at_work, drawn, wait_for
from session_by_hand import write_quiz
from test_reader_drawing_scores import EXPERT, MILZ, OWN, quiz_to_learn, write_expert

AGAIN = """<Page ID="Again" EnableSegmentEditor="Y" AllowMultipleResponse="Y">
<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image></Page>"""


@pytest.fixture
def images(tmp_path: Path) -> Path:
    return write_expert(tmp_path / "images")


@pytest.fixture
def readers(tmp_path: Path, images: Path) -> Iterator[Callable[[], Any]]:
    """Each call is the same reader again, in another run of the program."""
    quiz = quiz_to_learn(tmp_path, "Page", AGAIN)
    yield lambda: at_work(quiz, images, tmp_path / "results")


def noting_threads(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[str]:
    """The names of the threads in which a function was called, as it is."""
    threads, function = [], getattr(module, name)

    def noted(*values: Any) -> Any:
        threads.append(threading.current_thread().name)
        return function(*values)

    monkeypatch.setattr(module, name, noted)
    return threads


def arrive(reader: AtWork) -> None:
    """As hosts do: the page is shown once it is ready."""
    coming = reader.opened.request(reader.answers.index)
    wait_for(lambda: coming.is_ready)
    reader.show()


def prepare(reader: AtWork, step: str) -> None:
    def goes_on() -> bool:
        reader.answers.save_on()
        return reader.answers.prepare(step)

    wait_for(goes_on)


def verdicts(reader: AtWork) -> list[str]:
    return [each.verdict.value for each in reader.answers.asked().feedback.drawings]


def test_what_is_told_was_compared_before_the_step_and_before_the_page_is_shown_again(
    readers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = noting_threads(monkeypatch, expert_scores, "_compare")
    with readers() as reader:
        arrive(reader)
        reader.draw("Liver", EXPERT)
        reader.draw("Spleen", MILZ)
        prepare(reader, "next")
        assert reader.answers.asked().feedback is None
        assert reader.answers.step("next") == []
        assert verdicts(reader) == ["✓ Right"] * 2
        assert reader.answers.expert_regions()[0].region.own.sum() == np.count_nonzero(EXPERT)
    with readers() as reader:
        arrive(reader)
        assert verdicts(reader) == ["✓ Right"] * 2
        assert len(reader.answers.expert_regions()) == 2
    assert len(threads) == 2
    assert "MainThread" not in threads


def test_what_is_drawn_while_it_is_compared_counts(readers: Any) -> None:
    with readers() as reader:
        arrive(reader)
        reader.draw("Liver", OWN)
        prepare(reader, "next")
        reader.draw("Liver", EXPERT)
        assert reader.answers.step("next") == []
        assert verdicts(reader)[0] == "✓ Right"


def test_the_end_compares_all_pages_in_a_thread(
    tmp_path: Path, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = noting_threads(monkeypatch, expert_scores, "_compare")
    with at_work(quiz_to_learn(tmp_path, "End"), images, tmp_path / "results") as reader:
        arrive(reader)
        reader.draw("Liver", EXPERT)
        reader.answers.step("next")
        arrive(reader)
        prepare(reader, "finish")
        assert threads == [], "an answer is missing: nothing will be told"
        assert reader.answers.set_answer(reader.answers.asked().page, 0, 0, ("Y", "N")) == ""
        prepare(reader, "finish")
        assert reader.answers.step("finish") == []
        assert [line.score for line in reader.answers.scores.pages] == ["1", "1"]
    assert len(threads) == 1
    assert "MainThread" not in threads


def test_lesions_that_are_told_were_found_before_the_step_and_before_the_page_is_shown_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lesions(tmp_path)
    lesions = LESION.format("A", 1) + LESION.format("B", 1)
    pages = MARK_PAGE.format(1, 1, "CT", lesions, 'Image="CT" Points="4"') + '<Page ID="End"/>'
    quiz = write_quiz(tmp_path, pages, 'Feedback="Page" PassMark="50"')
    threads = noting_threads(monkeypatch, expert_scores, "_find")
    read = noting_threads(monkeypatch, mark_scores, "read_expert_regions")
    dashed = noting_threads(monkeypatch, differences, "dashes")
    with at_work(quiz, tmp_path, tmp_path / "results") as reader:
        arrive(reader)
        for number, place in enumerate([ras(4, 4, 12), ras(-30, 4, 12)], start=1):
            center = " ".join(f"{mm:g}" for mm in place)
            of_mark = {"Tool": "Point", "Image": "CT", "Center": center}
            reader.answers.marks(0).record(0, 0, number, MarkEvent.PLACED, of_mark)
        prepare(reader, "next")
        assert reader.answers.asked().feedback is None
        assert reader.answers.step("next") == []
        (told,) = reader.answers.asked().feedback.questions.values()
        assert told.sentences[1:] == ("Found: 1 of 2.", "Marks that hit nothing: 1.")
        reader.opened.show_differences()
        assert [each.region.name for each in reader.answers.expert_regions()] == ["A", "B"]
    with at_work(quiz, tmp_path, tmp_path / "results") as reader:
        arrive(reader)
        assert len(reader.answers.expert_regions()) == 2
    assert (len(threads), len(dashed)) == (2, 4)
    assert read and "MainThread" not in threads + read + dashed


def test_who_comes_back_to_a_drawing_finds_it_read(readers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = noting_threads(monkeypatch, coming_drawings, "drawing_on_disk")
    with readers() as reader:
        arrive(reader)
        reader.answers.step("next")
        reader.answers.step("next")
        arrive(reader)
        reader.draw("Liver", OWN)
        reader.answers.step("next")
        arrive(reader)
        reader.answers.step("previous")
        arrive(reader)
        assert (drawn(reader.drawings.nodes[0], OWN.shape)["Liver"] == OWN).all()
        assert threads and "MainThread" not in threads
        # What changes between reading and showing is read anew.
        reader.answers.step("next")
        arrive(reader)
        reader.answers.step("previous")
        coming = reader.opened.request(reader.answers.index)
        wait_for(lambda: coming.is_ready)
        own = reader.reading.session_page(reader.answers.index).own_drawing("CT")
        for path in own.label_map.parent.glob("*quizlabel*"):
            os.utime(path, (1, 1))
        reader.show()
        assert threads[-1] == "MainThread"


CT = '<Image ID="CT" Type="Volume" {}><Path>ct.nrrd</Path></Image>'

START = """<Page ID="{}" EnableSegmentEditor="Y" AllowMultipleResponse="Y">
<Image ID="CT" Type="Volume" {} SegmentRequired="Y"><Path>ct.nrrd</Path></Image></Page>"""


def test_who_starts_from_an_earlier_drawing_finds_it_read_and_counted(
    tmp_path: Path, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = START.format("A", 'LabelMapID="one"'), START.format("B", 'DisplayLabelMapID="one"')
    quiz = write_quiz(tmp_path, first + second + '<Page ID="C"/>')
    asks = ["Please draw a contour on the image “CT”."]

    def waited_for(reader: AtWork) -> list[str]:
        """In which threads all planes were looked at until the reader can draw on the page and goes on."""
        with monkeypatch.context() as patch:
            scanned = noting_threads(patch, PlaneScan, "go_on")
            counted = noting_threads(patch, VoxelCount, "go_on")
            arrive(reader)
            reader.drawings.segmentation("CT")
            assert reader.answers.missing() == asks
            assert (drawn(reader.drawings.nodes[0], OWN.shape)["Liver"] == OWN).all()
            return scanned + counted

    with at_work(quiz, images, tmp_path / "results") as reader:
        arrive(reader)
        reader.draw("Liver", OWN)
        assert reader.answers.step("next") == []
        # Its strokes are put into its files by another thread meanwhile.
        threads = waited_for(reader)
        assert threads and "MainThread" not in threads
        reader.drawings.folds.wait()
        reader.answers.step("previous")
        arrive(reader)
        assert reader.answers.step("next") == []
        # What was accepted without a change is a copy still, and made anew.
        threads = waited_for(reader)
        assert threads and "MainThread" not in threads
        reader.draw("Liver", EXPERT)
        wait_for(lambda: reader.answers.missing() == [])
        reader.draw("Liver", OWN)
        wait_for(lambda: reader.answers.missing() == asks)


def test_several_earlier_drawings_are_put_together_while_the_page_is_on_its_way(
    tmp_path: Path, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = 'EnableSegmentEditor="Y" PageGroup="1"'
    part, whole = CT.format('LabelMapID="part"'), CT.format('DisplayLabelMapID="part" MergeLabelMaps="Y"')
    pages = f'<Page ID="Part" {work} Loop="Y">{part}</Page><Page ID="All" {work}>{whole}</Page>'
    quiz = write_quiz(tmp_path, pages)
    with at_work(quiz, images, tmp_path / "results") as reader:
        arrive(reader)
        reader.draw("Liver", EXPERT)
        assert reader.answers.step("repeat") == []
        arrive(reader)
        reader.draw("Liver", OWN)
        reader.draw("Spleen", MILZ)
        assert reader.answers.step("next") == []
        merged = noting_threads(monkeypatch, coming_drawings, "merged_start")
        scanned = noting_threads(monkeypatch, PlaneScan, "go_on")
        counted = noting_threads(monkeypatch, VoxelCount, "go_on")
        # Who turns back at once loses nothing, and finds it the next time.
        reader.opened.request(reader.answers.index)
        assert reader.answers.step("previous") == []
        arrive(reader)
        assert (drawn(reader.drawings.nodes[0], OWN.shape)["Spleen"] == MILZ).all()
        assert reader.answers.step("next") == []
        for threads in (merged, scanned, counted):
            threads.clear()
        arrive(reader)
        found = drawn(reader.drawings.nodes[0], OWN.shape)
        assert (found["Liver"] == EXPERT | OWN).all() and (found["Spleen"] == MILZ).all()
        assert len(merged) == 1 and "MainThread" not in merged + scanned + counted


def test_contours_that_are_given_are_counted_while_the_page_is_on_its_way(
    tmp_path: Path, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = '<Image ID="AI" Type="Segmentation" StartFrom="Y"><Path>expert.seg.nrrd</Path></Image>'
    quiz = write_quiz(
        tmp_path,
        f'<Page ID="Judge" EnableSegmentEditor="Y">{CT.format("")}{given}</Page><Page ID="End"/>',
    )
    with at_work(quiz, images, tmp_path / "results") as reader:
        made = noting_threads(monkeypatch, starts, "given_contours")
        scanned = noting_threads(monkeypatch, PlaneScan, "go_on")
        counted = noting_threads(monkeypatch, given_contours, "voxel_counts")
        arrive(reader)
        assert "Liver" in reader.drawings.judging.regions("CT")
        given_liver = drawn(reader.drawings.nodes[0], OWN.shape)["Liver"]
        assert reader.drawings.judging.regions("CT")["Liver"].given == np.count_nonzero(given_liver) > 0
        assert len(made) == 1 and scanned and counted
        assert "MainThread" not in made + scanned + counted
        reader.drawings.judging.judge("CT", "Liver", RegionVerdict.REJECTED)
        reader.answers.step("next")
        arrive(reader)
        reader.drawings.folds.wait()
        reader.answers.step("previous")
        for threads in (made, scanned, counted):
            threads.clear()
        # What the reader made of it is there again, and what is given is counted again.
        arrive(reader)
        assert not drawn(reader.drawings.nodes[0], OWN.shape)["Liver"].any()
        region = reader.drawings.judging.regions("CT")["Liver"]
        assert (region.verdict, region.removed) == (RegionVerdict.REJECTED, np.count_nonzero(given_liver))
        assert "MainThread" not in made + scanned + counted


@pytest.mark.parametrize("dtype", ["u1", "i2", "i4"])
def test_arrays_are_looked_at_as_the_node_that_is_made_of_them(dtype: str) -> None:
    """And the voxels of segments that share layers are counted once."""
    import slicer

    random = np.random.default_rng(7)
    shape = (4, 30, 40)
    values = random.integers(0, 31, shape).astype(dtype)
    values[1] = 0
    over = (random.random(shape) > 0.7).astype(dtype)
    described = [SegmentDescription(f"Region {value}", 0, value) for value in range(1, 31)]
    matrix = np.diag([1.0, 2.0, 3.0, 1.0])
    arrays = SegmentationArrays((values, over), matrix, (*described, SegmentDescription("Over", 1, 1)))
    node = make_node("Drawn", arrays, Look(), slicer.vtkMRMLScene())
    assert voxel_count(layers(node)) == np.count_nonzero(values) + np.count_nonzero(over)
    of_node, of_arrays = (PlaneScan(each).to_the_end() for each in (layers(node), layers_of(arrays)))
    assert of_node.fingerprint == of_arrays.fingerprint != ""
    assert of_node.planes == of_arrays.planes
