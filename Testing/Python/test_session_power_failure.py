"""What is on the disk, and not in the system's memory alone, when an answer is acknowledged."""

import os
import re
import sys
from pathlib import Path

import pytest
from QuizLoaderLib.session.results_parser import read_all_results
from QuizLoaderLib.session.session import Session
from QuizLoaderLib.session.whole_file import whole_file
from session_by_hand import text_page, write_quiz

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="watches fsync, which macOS calls otherwise")


class Disk:
    """Watches what is synchronized: ``sizes`` by inode, as they were then, and all steps in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: dict[int, int] = {}
        self.steps: list[str] = []
        fsync, replace = os.fsync, os.replace

        def watched_fsync(descriptor: int) -> None:
            fsync(descriptor)
            what = os.fstat(descriptor)
            self.sizes[what.st_ino] = what.st_size
            self.steps.append(f"sync {plain(os.readlink(f'/proc/self/fd/{descriptor}'))}")

        def watched_replace(source: Path, target: Path) -> None:
            replace(source, target)
            self.steps.append(f"rename {plain(source)} {plain(target)}")

        monkeypatch.setattr(os, "fsync", watched_fsync)
        monkeypatch.setattr(os, "replace", watched_replace)

    def has_all_of(self, path: Path) -> bool:
        what = path.stat()
        return self.sizes.get(what.st_ino) == what.st_size


def plain(path: Path | str) -> str:
    """The name of a file; one that is not whole yet has any."""
    return re.sub(r"\.part-[0-9a-f]{16}(\.\w+)*", "new file", Path(path).name)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    return write_quiz(tmp_path, text_page("A") + text_page("B"))


def test_an_answer_is_acknowledged_when_the_journal_is_on_the_disk(quiz: Path, disk: Disk) -> None:
    session = Session.open(quiz, quiz.parent / "results", "Ann")
    journal = quiz.parent / "results" / "Ann" / "study" / "study.journal"

    for text in ("one", "two", "three"):
        assert session.set_draft(0, (text,)).saved
        assert text.encode() in journal.read_bytes()
        assert disk.has_all_of(journal)
    session.close()


def test_the_results_are_on_the_disk_before_they_take_the_place_of_the_old_ones(
    quiz: Path, disk: Disk
) -> None:
    session = Session.open(quiz, quiz.parent / "results", "Ann")
    session.set_draft(0, ("one",))
    disk.steps.clear()

    assert session.next() == []

    assert disk.steps == [
        "sync study.journal",
        "sync new file",
        "rename new file study.xml",
        "sync study",
    ]
    assert disk.has_all_of(quiz.parent / "results" / "Ann" / "study" / "study.xml")
    session.close()


def test_each_new_folder_is_on_the_disk_before_anything_counts(quiz: Path, disk: Disk) -> None:
    Session.open(quiz, quiz.parent / "deep" / "results", "Ann").close()

    folder = quiz.parent / "deep" / "results" / "Ann" / "study"
    for made in (folder / "master", folder, *folder.parents[:3]):
        assert made.parent.stat().st_ino in disk.sizes, f"after a power failure {made} could be gone"
    assert disk.has_all_of(folder / "master" / "study.xml")


def test_what_a_crash_left_half_written_is_removed_and_taken_for_no_results(quiz: Path) -> None:
    folder = quiz.parent / "results" / "Ann" / "study"
    Session.open(quiz, quiz.parent / "results", "Ann").close()
    left_over = folder / ".part-0123456789abcdef"
    left_over.write_bytes(b"<Session")

    assert [each.path.name for each in read_all_results([quiz.parent / "results"]).results] == ["study.xml"]
    Session.open(quiz, quiz.parent / "results", "Ann").close()
    assert not left_over.exists()


@pytest.mark.parametrize("name", ["study.xml", "A_CT-quizlabel.seg.nrrd", "mask.nii.gz"])
def test_on_macos_a_file_is_on_the_disk_itself_before_it_takes_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Its fsync alone leaves what was written in the drive's own cache."""
    import fcntl

    full, steps = 51, []
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", full, raising=False)
    monkeypatch.setattr(
        fcntl, "fcntl", lambda descriptor, what: steps.append((what, os.fstat(descriptor).st_size))
    )
    (tmp_path / name).write_bytes(b"old")

    with whole_file(tmp_path / name) as part:
        assert part.name.endswith({"study.xml": ".xml", "mask.nii.gz": ".nii.gz"}.get(name, ".nrrd"))
        part.write_bytes(b"newer")
        assert (tmp_path / name).read_bytes() == b"old"

    assert (tmp_path / name).read_bytes() == b"newer"
    assert steps == [(full, 5)]
