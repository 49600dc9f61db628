"""What a report about a defect says, and what it must never say."""

import re
import sys
import tempfile
from pathlib import Path

import pytest
from QuizLoaderLib import __version__
from QuizLoaderLib.apps.shared.defect_report import (
    COMMANDS,
    ISSUES_PAGE,
    defect_sentence,
    report,
    report_sentence,
    write_report,
)
from QuizLoaderLib.quiz.image_folder import ImageFolder

PATIENT = "Doe^Jane"
COMMAND = (
    "serve",
    "/home/jane/study/Doe.xml",
    f"--reader={PATIENT}",
    "--images",
    "C:\\Studies\\Doe",
    "masks",
)


@pytest.fixture
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An image folder in a home, named as hospitals do, and a folder of temporary files beside it."""
    home = tmp_path / "home" / "jane"
    folder = home / "studies" / PATIENT / "MR-1970-01-01"
    folder.mkdir(parents=True)
    (folder / f"{PATIENT}-T1.nrrd").write_bytes(b"no image")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(sys, "argv", ["/home/jane/.local/bin/quizloader", *COMMAND])
    return folder


def fault_in(folder: Path) -> BaseException:
    """As raised by the program, called with a path of the data, while another one was being handled."""
    with pytest.raises(AttributeError) as raised:
        try:
            (folder / f"{PATIENT}-T2.nrrd").read_bytes()
        except OSError:
            ImageFolder(folder).find(None)  # type: ignore[arg-type]
    return raised.value


def test_a_report_says_where_the_program_failed_and_with_which_versions(images: Path) -> None:
    text = report(fault_in(images))

    assert f"QuizLoader {__version__}\n" in text
    assert f"Python {sys.version.split()[0]}" in text
    for package in ("slicer-core", "vtk", "pydicom", "numpy"):
        assert re.search(rf"^{package} [0-9]+\.[0-9]+", text, re.MULTILINE), package
    assert text.index("\nFileNotFoundError\n") < text.rindex("Error\n")
    assert re.search(r"^  QuizLoaderLib/quiz/image_folder\.py, line [0-9]+, in ", text, re.MULTILINE)
    assert ISSUES_PAGE in text


def test_a_report_has_the_command_without_its_values(images: Path) -> None:
    assert "Command: quizloader serve … --reader=… --images … masks\n" in report(fault_in(images))


def test_nothing_of_the_data_and_no_path_is_in_a_report(images: Path, tmp_path: Path) -> None:
    text = report(fault_in(images))

    for part in (PATIENT, "Doe", "jane", "1970", "T1.nrrd", "T2.nrrd", ".xml", "studies", "Data", "home"):
        assert part not in text, part
    for path in (tmp_path, Path.home(), Path(__file__).parent, Path(sys.prefix)):
        assert str(path) not in text
    assert not re.search(r"(^|\s)(/|[A-Za-z]:\\)", text)


def test_a_defect_is_told_with_the_place_of_its_report_and_where_to_send_it(images: Path) -> None:
    fault = fault_in(images)
    sentence = defect_sentence(fault)
    path = Path(sentence.split("Please send the report “")[1].split("”, which holds no data")[0])

    assert sentence.startswith(f"This is a defect of QuizLoader ({type(fault).__name__}: ")
    assert sentence.endswith(f"to {ISSUES_PAGE}.") and "\n" not in sentence
    assert path.read_text(encoding="utf-8") == report(fault)


def test_the_same_defect_makes_one_file_however_often_it_comes(images: Path) -> None:
    first, second = (write_report(fault_in(images)) for _ in range(2))

    assert first == second
    first.unlink()
    assert write_report(fault_in(images)).is_file()


def test_where_no_report_can_be_written_the_page_for_it_is_named_all_the_same(
    images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(images / "missing"))

    assert report_sentence(RuntimeError()) == f"Please report it at {ISSUES_PAGE}."


def test_the_words_of_a_command_are_those_that_the_program_has() -> None:
    from QuizLoaderLib.apps.command_line.main import app
    from typer.main import get_command

    def words(command: object) -> set[str]:
        below = getattr(command, "commands", {})
        return set(below).union(*map(words, below.values()))

    assert words(get_command(app)) == set(COMMANDS.split())


def test_reports_go_to_the_homepage_of_the_extension() -> None:
    text = (Path(__file__).parents[2] / "CMakeLists.txt").read_text(encoding="utf-8")

    assert re.findall(r'EXTENSION_HOMEPAGE "(.+)"', text) == [ISSUES_PAGE.removesuffix("/issues")]
