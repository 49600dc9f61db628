"""What is drawn on a page goes into its files after the page was left, while the reader goes on.

A crash is a copy of the results folder that is made while the program runs: it has what the disk has.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from QuizLoaderLib.images.grid import Grid
from QuizLoaderLib.masks.sources import read_mask_file
from QuizLoaderLib.reader import session_answers
from QuizLoaderLib.reader.drawing import drawing_files, folding
from QuizLoaderLib.reader.drawing.drawing_files import Turn
from QuizLoaderLib.reader.drawing.strokes import DrawnSegment, append_change, packed_part
from QuizLoaderLib.session.checked_lines import checked_line, object_of
from QuizLoaderLib.views.segment_planes import SegmentPart
from reader_at_work import READER, SHAPE, AtWork, at_work, box, drawn, files_of, write_images
from session_by_hand import page_of, saved, write_quiz

ALL_SAVED = "All answers are saved."
LIVER = box(slice(1, 4), slice(2, 5), slice(3, 9))
SPLEEN = box(slice(3, 5), slice(2, 5), slice(3, 5))
BOTH = int((LIVER & SPLEEN).sum())
WHOLE = ["A_CT-quizlabel.nrrd", "A_CT-quizlabel.seg.nrrd"]
STROKES = "A_CT-quizlabel.strokes"
CT = '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>'


def quiz_that_locks(folder: Path, attributes: str = "") -> Path:
    """Its first page cannot be changed once it is left."""
    write_images(folder / "images")
    (folder / "map.txt").write_text("Liver=10\nSpleen=20\n", encoding="utf-8")
    first = f'<Page ID="A" EnableSegmentEditor="Y" {attributes}>{CT}</Page>'
    return write_quiz(folder, f'{first}<Page ID="B"/>', 'MaskValueMap="map.txt"')


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    return quiz_that_locks(tmp_path)


def results_of(results: Path) -> tuple[Path, Path]:
    study = results / READER / "study"
    return study / "study.xml", study / "PgGroup1_A"


def draw_both(reader: AtWork) -> None:
    reader.show()
    reader.draw("Liver", LIVER)
    reader.draw("Spleen", SPLEEN)


def assert_both_are_written(results: Path) -> None:
    xml, folder = results_of(results)
    assert sorted(files_of(folder)) == WHOLE
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / WHOLE[0])))
    assert (labels == np.where(SPLEEN, 20, np.where(LIVER, 10, 0))).all()
    (path,) = page_of(saved(xml), 1).iter("LabelMapPath")
    assert (path.get("Drawn"), path.get("LostVoxels")) == ("Y", str(BOTH))


def test_leaving_waits_for_no_file_and_the_journal_goes_once_both_are_whole(
    tmp_path: Path, quiz: Path
) -> None:
    """Killed before or after any file gets its name or is removed, the drawing is whole; the next start of
    the program does the rest, though the reader never comes back to the page."""
    copies: list[Path] = []

    def crash() -> None:
        copies.append(tmp_path / f"crashed {len(copies)}")
        shutil.copytree(tmp_path / "r", copies[-1], ignore=shutil.ignore_patterns("*.lock"))

    def seen(step: Callable[..., None], *arguments: Any) -> None:
        is_of_drawing = "quizlabel" in str(arguments[-1])
        if is_of_drawing:
            crash()
        step(*arguments)
        if is_of_drawing:
            crash()

    replace, unlink = os.replace, Path.unlink
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        draw_both(reader)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "replace", lambda part, path: seen(replace, part, path))
            patch.setattr(Path, "unlink", lambda path, missing_ok=False: seen(unlink, path))
            with Turn.REPLACING:
                reader.go()
                assert [path.name for path in results_of(tmp_path / "r")[1].glob("A_*")] == [STROKES]
                assert reader.answers.save_sentence() == ALL_SAVED
            reader.drawings.folds.wait()
        assert sorted(files_of(results_of(tmp_path / "r")[1])) == WHOLE
    assert_both_are_written(tmp_path / "r")
    assert len(copies) == 6, "two files and the journal"
    for results in copies:
        with at_work(quiz, tmp_path / "images", results) as reader:
            assert reader.answers.index == 1
            assert reader.show() == []
        assert_both_are_written(results)


def test_back_before_it_is_over_the_reader_goes_on_with_the_journal(tmp_path: Path) -> None:
    quiz = quiz_that_locks(tmp_path, 'AllowMultipleResponse="Y"')
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        draw_both(reader)
        # No file can get its name meanwhile.
        with Turn.REPLACING:
            reader.go()
            reader.go("previous")
            (node,) = reader.drawings.nodes
            assert (drawn(node)["Liver"] == LIVER).all() and (drawn(node)["Spleen"] == SPLEEN).all()
            reader.draw("Liver", np.zeros(SHAPE, bool))
            reader.go()
            assert not list(results_of(tmp_path / "r")[1].glob("*.nrrd"))
        reader.drawings.folds.wait()
        reader.go("previous")
        (node,) = reader.drawings.nodes
        assert not drawn(node)["Liver"].any() and (drawn(node)["Spleen"] == SPLEEN).all()
        reader.draw("Liver", LIVER)
    assert_both_are_written(tmp_path / "r")


def test_a_script_finds_what_is_drawn_in_its_files(tmp_path: Path) -> None:
    button = '<QuestionSet><Question Type="Button"><Option>measure.py</Option></Question></QuestionSet>'
    write_images(tmp_path / "images")
    (tmp_path / "map.txt").write_text("Liver=10\nSpleen=20\n", encoding="utf-8")
    page = f'<Page ID="A" EnableSegmentEditor="Y">{CT}{button}</Page>'
    quiz = write_quiz(tmp_path, page, 'MaskValueMap="map.txt"')
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        draw_both(reader)
        reader.answers.start_press(0, 0, 0)
        assert sorted(files_of(results_of(tmp_path / "r")[1])) == WHOLE
    assert_both_are_written(tmp_path / "r")


class AtOnce(ThreadPoolExecutor):
    """A thread that is always quicker than who looks."""

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:  # type: ignore[override]
        done = super().submit(work, *arguments)
        done.exception()
        return done


def test_files_that_are_written_before_anybody_looks_are_written(tmp_path: Path, quiz: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "ThreadPoolExecutor", AtOnce)
        with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
            draw_both(reader)
            reader.go()
            assert reader.drawings.folds.is_done
            assert sorted(files_of(results_of(tmp_path / "r")[1])) == WHOLE
    assert_both_are_written(tmp_path / "r")


def test_a_journal_that_cannot_be_read_for_a_moment_is_read_again(tmp_path: Path, quiz: Path) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        draw_both(reader)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(drawing_files, "read_strokes", refuse)
            reader.go()
            reader.drawings.folds.wait()
            (told,) = reader.drawings.folds.sentences
            assert "its files cannot be written now (Permission denied)" in told
            assert [path.name for path in results_of(tmp_path / "r")[1].glob("A_*")] == [STROKES]
        reader.drawings.folds.wait()
        assert reader.drawings.folds.is_done and not reader.drawings.folds.sentences
    assert_both_are_written(tmp_path / "r")


def test_strokes_behind_a_file_that_has_what_is_above_them_are_not_lost(tmp_path: Path) -> None:
    """As when the program ended before the journal was removed, and the reader drew on."""
    quiz = quiz_that_locks(tmp_path, 'AllowMultipleResponse="Y"')
    folder = results_of(tmp_path / "r")[1]
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "unlink", lambda path, missing_ok=False: None)
            reader.leave_and_write()
        assert sorted(files_of(folder)) == sorted([*WHOLE, STROKES])
        reader.go("previous")
        reader.draw("Spleen", SPLEEN)
        assert reader.drawings.save() == ""
        shutil.copytree(tmp_path / "r", tmp_path / "crashed", ignore=shutil.ignore_patterns("*.lock"))
    with at_work(quiz, tmp_path / "images", tmp_path / "crashed") as reader:
        reader.show()
        if reader.answers.index:
            reader.go("previous")
        found = drawn(reader.drawings.nodes[0])
        assert (found["Liver"] == LIVER).all() and (found["Spleen"] == SPLEEN).all()
    assert_both_are_written(tmp_path / "crashed")


def test_closing_waits_for_no_file_for_long_and_the_next_start_does_the_rest(
    tmp_path: Path, quiz: Path, monkeypatch
) -> None:
    monkeypatch.setattr(session_answers, "CLOSING_S", 0.1)
    xml, folder = results_of(tmp_path / "r")
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        draw_both(reader)
        # No file can get its name meanwhile.
        with Turn.REPLACING:
            assert reader.answers.close() == ""
            (login,) = saved(xml).iter("Login")
            assert login.get("LogoutTime"), "the session is saved"
    assert [path.name for path in folder.glob("A_*")] == [STROKES]
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        reader.go()
        reader.drawings.folds.wait()
    assert_both_are_written(tmp_path / "r")


def test_of_an_image_that_is_gone_the_journal_is_put_into_the_files(tmp_path: Path, quiz: Path) -> None:
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        draw_both(reader)
        assert reader.drawings.save() == ""
        shutil.copytree(tmp_path / "r", tmp_path / "crashed", ignore=shutil.ignore_patterns("*.lock"))
    (tmp_path / "images" / "ct.nrrd").unlink()
    with at_work(quiz, tmp_path / "images", tmp_path / "crashed") as reader:
        assert reader.answers.index == 0
        assert any("ct.nrrd" in sentence for sentence in reader.show())
        reader.leave_and_write()
        assert sorted(files_of(results_of(tmp_path / "crashed")[1])) == WHOLE
    assert_both_are_written(tmp_path / "crashed")


def test_a_journal_that_is_left_goes_when_a_finished_quiz_is_looked_at(tmp_path: Path, quiz: Path) -> None:
    xml, folder = results_of(tmp_path / "r")
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        draw_both(reader)
        reader.leave_and_write()
        base = (folder / WHOLE[1]).read_bytes()
        assert reader.answers.step("finish") == []
    finished = xml.read_bytes()
    more = SegmentPart(0, 0, np.ones((2, 2), bool))
    liver = DrawnSegment("Segment_1", "Liver", (1.0, 0.0, 0.0), {})
    append_change(
        folder / STROKES,
        Grid.of(*read_mask_file(folder / WHOLE[0])),
        lambda: hashlib.sha256(base).hexdigest(),
        (liver,),
        {0: {"Segment_1": packed_part(more)}},
    )
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        reader.show()
        reader.drawings.folds.wait()
    assert sorted(files_of(folder)) == WHOLE and xml.read_bytes() == finished
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / WHOLE[0])))
    assert (labels[0, :2, :2] == 10).all()


def test_what_another_program_draws_meanwhile_is_not_lost(tmp_path: Path, quiz: Path) -> None:
    """As on a network disk whose locks keep nobody out."""
    folder = results_of(tmp_path / "r")[1]
    more = SegmentPart(0, 0, np.ones((2, 2), bool))
    write = drawing_files.write_segments

    def while_another_draws(*arguments: Any, **options: Any) -> None:
        write(*arguments, **options)
        lines = (folder / STROKES).read_bytes().splitlines()
        changes = [line for each in lines if (line := object_of(each)) and line["do"] == "change"]
        last: Any = changes[-1]
        names = [each["name"] for each in last["segments"]]
        last["planes"] = {"0": {str(names.index("Liver")): packed_part(more)}}
        with (folder / STROKES).open("ab") as file:
            file.write(checked_line(last))

    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        draw_both(reader)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(drawing_files, "write_segments", while_another_draws)
            reader.leave_and_write()
            assert "another program draws" in reader.answers.save_sentence()
            assert not (folder / WHOLE[1]).exists()
        reader.drawings.folds.wait()
    assert sorted(files_of(folder)) == WHOLE
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / WHOLE[0])))
    assert (labels[0, :2, :2] == 10).all() and (labels[LIVER & ~SPLEEN] == 10).all()


def test_on_a_full_disk_the_journal_stays_it_is_said_and_the_quiz_is_not_finished(
    tmp_path: Path, quiz: Path
) -> None:
    now = [0.0]
    replace = os.replace

    def no_room(part: str, path: str) -> None:
        if "quizlabel" in str(path):
            raise OSError(28, "No space left on device")
        replace(part, path)

    with at_work(quiz, tmp_path / "images", tmp_path / "r", lambda: now[0]) as reader:
        draw_both(reader)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "replace", no_room)
            reader.leave_and_write()
            said = reader.answers.save_sentence()
            assert said == (
                "The contour of “CT” on the page “A” is saved in its journal, but its files cannot be "
                "written now (No space left on device); this is tried again."
            )
            assert sorted(files_of(results_of(tmp_path / "r")[1])) == [STROKES]
            assert reader.answers.step("finish") == [said]
            assert reader.answers.close() == said
        now[0] += 30
        reader.answers.save_on()
        assert reader.answers.step("finish") == []
        assert reader.answers.save_sentence().startswith("This quiz is finished")
    assert_both_are_written(tmp_path / "r")
