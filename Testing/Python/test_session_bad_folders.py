"""One bad folder among the results keeps nobody from the others; paths that lead elsewhere are left alone."""

import io
import json
import os
import re
import zipfile
import zlib
from pathlib import Path

import pytest
from QuizLoaderLib.apps.study_server.coordinator_tables import write_answers, write_zip
from QuizLoaderLib.session.results_parser import read_all_results
from QuizLoaderLib.session.session import Session
from reader_at_work import at_work, write_images
from session_by_hand import text_page, write_quiz

linked = pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Of Ann and Bob, between which there is to be a bad folder."""
    quiz = write_quiz(tmp_path, text_page("A") + text_page("B"))
    for reader in ("Ann", "Bob", "Zoe"):
        session = Session.open(quiz, tmp_path / "results", reader)
        session.set_draft(0, (f"by {reader}",))
        session.next()
        session.close()
    return tmp_path / "results"


def assert_others_are_there(results: Path) -> None:
    found = read_all_results([results])
    assert {"Ann", "Zoe"} <= {each.reader for each in found.results}
    table, archive = io.BytesIO(), io.BytesIO()
    write_answers(results, table)
    text = table.getvalue().decode()
    assert "by Ann" in text and "by Zoe" in text
    write_zip(results, archive)
    assert {"Ann/study/study.xml", "Zoe/study/study.xml"} <= set(zipfile.ZipFile(archive).namelist())


@linked
def test_links_in_a_circle(results: Path) -> None:
    bob = results / "Bob" / "study"
    (bob / "again").symlink_to(results, target_is_directory=True)
    for name in (
        "study.xml",
        "study.journal",
        "study_Nov-21-2026-09-00-00.xml",
        "other.xml",
        "other.journal",
    ):
        (bob / name).unlink(missing_ok=True)
        (bob / name).symlink_to(bob / name)
    assert_others_are_there(results)


def test_files_from_before_the_first_zip(results: Path) -> None:
    for path in (results / "Bob").rglob("*"):
        os.utime(path, (0, 0))
    assert_others_are_there(results)
    assert {each.reader for each in read_all_results([results]).results} == {"Ann", "Bob", "Zoe"}


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"n": 1},
        {"n": True, "do": ["begin"]},
        {"n": 10**400, "do": "finish"},
        {"n": -1, "do": "login", "reader": "x", "time": "never"},
        {"n": 99, "do": "leave", "page": [1, 0], "set": 9, "event": "E", "passed": True},
        {"n": 99, "do": "leave", "page": [1, 0], "set": 0, "event": "\u0000", "passed": True},
        {"n": 99, "do": "state", "page": [1, 0], "image": 5, "attributes": {"a b": "\ud800"}},
        {"n": 99, "do": "contour", "page": [1, 0], "image": "?", "path": "/etc/passwd", "drawn": True},
        {"n": 99, "do": "time", "page": [1, 0], "shown": 1e308, "active": -1e308},
        {"do": "begin", "n": 1, "version": 10**9},
        {"package": "foreign", "version": [1, 2]},
    ],
    ids=str,
)
def test_foreign_json_in_a_journal(results: Path, found: dict[str, object]) -> None:
    journal = results / "Bob" / "study" / "study.journal"
    text = json.dumps(found).encode()
    journal.write_bytes(journal.read_bytes() + b"%08x %s\n" % (zlib.crc32(text), text))
    assert_others_are_there(results)
    journal.write_bytes(b"%08x %s\n" % (zlib.crc32(text), text))
    assert_others_are_there(results)


@pytest.mark.parametrize(
    "text", [b"[" * 100_000, b'{"a":' * 100_000, b'{"n":' + b"9" * 10_000 + b"}", b"NaN", b"\xff", b""]
)
def test_a_journal_of_deep_or_endless_json(results: Path, text: bytes) -> None:
    journal = results / "Bob" / "study" / "study.journal"
    journal.write_bytes(journal.read_bytes() + b"%08x %s\n" % (zlib.crc32(text), text))
    assert_others_are_there(results)


@pytest.mark.parametrize(
    "change",
    [
        (rb' JournalEntry="\d+"', b' JournalEntry="%s"' % (b"9" * 5000)),
        (rb' PageNumber="\d+"', b' PageNumber="-1"'),
        (rb' LoginTime="[^"]*"', b' LoginTime="99999999_99:99:99.0"'),
        (rb' SecondsShown="[^"]*"', b' SecondsShown="1e999"'),
        (rb' PageGroup="[^"]*"', b' PageGroup="nobody"'),
        (rb"<Session ", b"<Other "),
    ],
    ids=str,
)
def test_a_results_file_that_was_written_over(results: Path, change: tuple[bytes, bytes]) -> None:
    file = results / "Bob" / "study" / "study.xml"
    file.write_bytes(re.sub(change[0], lambda _match: change[1], file.read_bytes()))
    assert_others_are_there(results)
    (results / "Bob" / "study" / "study.journal").unlink()
    assert_others_are_there(results)


def test_paths_that_lead_out_of_the_session_are_neither_read_nor_deleted(tmp_path: Path) -> None:
    images = write_images(tmp_path / "images")
    page = (
        '<Page ID="A" EnableSegmentEditor="Y" AllowMultipleResponse="Y">'
        '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image></Page>'
    )
    quiz = write_quiz(tmp_path, page)
    Session.open(quiz, tmp_path / "r", "Ann").close()
    reader = tmp_path / "r" / "Ann"
    elsewhere = {
        "../../elsewhere.mrk.json": tmp_path / "elsewhere.mrk.json",
        "other/PgGroup1_A/drawn.nrrd": reader / "other" / "PgGroup1_A" / "drawn.nrrd",
        str(tmp_path / "absolute.nrrd"): tmp_path / "absolute.nrrd",
    }
    for path in elsewhere.values():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"not the reader's")
    lines = "".join(f"<MarkupLinePath>{text}</MarkupLinePath>" for text in elsewhere)
    maps = "".join(f'<LabelMapPath Drawn="Y">{text}</LabelMapPath>' for text in elsewhere)
    file = reader / "study" / "study.xml"
    file.write_bytes(file.read_bytes().replace(b"</Image>", f"{maps}{lines}</Image>".encode()))
    with at_work(quiz, images, tmp_path / "r") as work:
        sentences = work.show()
        assert not any(
            "elsewhere" in each or "absolute" in each or "drawn.nrrd" in each for each in sentences
        )
        assert work.drawings.lines.measured == ()
        assert work.drawings.nodes == ()
        work.drawings.save()
    assert all(path.read_bytes() == b"not the reader's" for path in elsewhere.values())
