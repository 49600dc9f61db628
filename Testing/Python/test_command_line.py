"""What a person at a terminal gets from ``quizloader``."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from masks_made import quizloader

QUIZ = """<Session>
    <Page ID="One">
        <Image ID="MR" Type="Volume"><Path>mr.nrrd</Path></Image>
        <QuestionSet><Question Type="InfoBox"><Option>A head.</Option></Question></QuestionSet>
    </Page>
</Session>
"""


def quizloader_alone(*arguments: object, **variables: str) -> "subprocess.CompletedProcess[str]":
    """In a process of its own, for what the terminal or the system decides."""
    command = "from QuizLoaderLib.apps.command_line.main import main"
    run = f"import sys; {command}; sys.argv[0] = 'quizloader'; main()"
    return subprocess.run(
        [sys.executable, "-c", run, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **variables},
    )


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    path = tmp_path / "quiz.xml"
    path.write_text(QUIZ, encoding="utf-8")
    return path


@pytest.fixture
def broken_quiz(tmp_path: Path) -> Path:
    path = tmp_path / "broken.xml"
    path.write_text(
        QUIZ.replace('<Page ID="One">', '<Page ID="One" Layout="FourUpp" Loop="y">'), encoding="utf-8"
    )
    return path


def test_a_good_quiz_says_nothing_and_ends_with_0(quiz: Path) -> None:
    result = quizloader_alone("check", quiz)

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_each_problem_is_one_line_that_editors_jump_to(broken_quiz: Path) -> None:
    result = quizloader_alone("check", broken_quiz, COLUMNS="40", FORCE_COLOR="1", TERM="xterm-256color")

    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert len(lines) == 2
    for line in lines:
        assert line.startswith(f"{broken_quiz}:2: error Q")
        assert "\x1b" not in line
    assert "FourUpp" in result.stdout
    assert "FourUp" in lines[0] + lines[1]


def test_json_says_the_same_for_programs(broken_quiz: Path) -> None:
    result = quizloader("check", broken_quiz, "--format", "json")

    problems = json.loads(result.out)
    assert result.code == 1
    assert [problem["line"] for problem in problems] == [2, 2]
    assert {problem["severity"] for problem in problems} == {"error"}
    assert {problem["file"] for problem in problems} == {str(broken_quiz)}


def test_with_an_image_folder_missing_files_are_found(quiz: Path, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "mri.nrrd").write_text("", encoding="utf-8")

    result = quizloader("check", quiz, "--images", tmp_path / "images")

    assert result.code == 1
    (line,) = result.lines
    assert line.startswith(f"{quiz}:3: error Q")
    assert "mr.nrrd" in line
    assert "mri.nrrd" in line


def test_a_file_that_is_no_quiz_gives_a_line_and_1(tmp_path: Path) -> None:
    path = tmp_path / "letter.xml"
    path.write_text("Dear all,", encoding="utf-8")

    for command in (["check", path], ["render", path, "--images", tmp_path, "--out", tmp_path / "out"]):
        result = quizloader(*command)
        assert result.code == 1
        assert result.out.startswith(f"{path}:1: error Q")
        assert result.err == ""
    assert not (tmp_path / "out").exists()


def test_a_quiz_that_is_not_there(tmp_path: Path) -> None:
    result = quizloader("check", tmp_path / "none.xml")

    assert result.code == 1
    assert len(result.lines) == 1
    assert "none.xml" in result.out


@pytest.mark.parametrize(
    "arguments", [[], ["check"], ["chek", "quiz.xml"], ["check", "quiz.xml", "--formt", "json"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    result = quizloader(*arguments)

    assert result.code == 2
    assert "Traceback" not in result.out + result.err


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--size", "512", "as in 512x512"),
        ("--size", "0x512", "16 to 8192"),
        ("--size", "99999x99999", "16 to 8192"),
        ("--page", "2", "has 1 page"),
        ("--page", "0", "has 1 page"),
        ("--images", "nowhere", "does not exist"),
        ("--images", __file__, "is not a folder"),
    ],
)
def test_values_that_cannot_be_used_get_one_sentence_and_2(
    quiz: Path, tmp_path: Path, option: str, value: str, words: str
) -> None:
    options = {"--images": tmp_path, "--out": tmp_path / "out", option: value}

    result = quizloader("render", quiz, *(part for pair in options.items() for part in pair))

    assert result.code == 2
    (sentence,) = result.err.splitlines()
    assert sentence.startswith("quizloader: ")
    assert words in sentence
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
@pytest.mark.parametrize("command", ["serve", "demo"])
def test_what_is_no_port_is_told_before_anything_is_served(
    quiz: Path, tmp_path: Path, command: str, port: str
) -> None:
    arguments = [quiz, "--images", tmp_path] if command == "serve" else ["--out", tmp_path / "demo"]
    result = quizloader(command, *arguments, "--port", port)

    assert (result.code, result.out) == (2, "")
    assert "--port" in result.err
    assert "Traceback" not in result.err
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("key", ["short", "k" * 31, "k" * 31 + "/", "ö" * 32])
def test_a_key_that_could_be_guessed_or_is_no_part_of_an_address(
    quiz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("QUIZLOADER_TOKEN", key)

    result = quizloader("serve", quiz, "--images", tmp_path)

    assert (result.code, result.out) == (2, "")
    assert result.err == "quizloader: The secret in QUIZLOADER_TOKEN has 32 to 128 letters and digits.\n"


@pytest.mark.parametrize(
    ("file", "words"), [("nowhere/readers.csv", "nowhere” does not exist"), (".", "is a folder; name a file")]
)
def test_a_table_of_readers_that_cannot_be_there(tmp_path: Path, file: str, words: str) -> None:
    for arguments in (
        [tmp_path / file, "Ann"],
        [tmp_path / "readers.csv", "Ann", "--links", tmp_path / file],
    ):
        result = quizloader("readers", "new", *arguments)

        assert result.code == 2
        assert result.err.endswith(f"{words}.\n")
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["render", "demo"])
def test_a_folder_that_cannot_be_written_gets_one_sentence(quiz: Path, tmp_path: Path, command: str) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("", encoding="utf-8")
    arguments = [quiz, "--images", tmp_path] if command == "render" else []

    result = quizloader(command, *arguments, "--out", in_the_way / "out")

    assert result.code == 1
    (sentence,) = result.err.splitlines()
    assert "Nothing can be written to the folder" in sentence


@pytest.mark.parametrize("command", ["render", "demo"])
def test_without_opengl_there_is_a_sentence_and_no_crash(quiz: Path, tmp_path: Path, command: str) -> None:
    arguments = [quiz, "--images", tmp_path] if command == "render" else []

    result = quizloader_alone(
        command, *arguments, "--out", tmp_path / "out", VTK_DEFAULT_OPENGL_WINDOW="vtkNoSuchWindow"
    )

    assert result.returncode == 1
    (sentence,) = result.stderr.splitlines()
    assert "OpenGL" in sentence
    assert not (tmp_path / "out").exists()


def test_a_console_of_another_code_page_shows_escapes(tmp_path: Path) -> None:
    path = tmp_path / "wörter.xml"
    path.write_text(QUIZ.replace('"Volume"', '"体积"'), encoding="utf-8")

    run = "import sys; from QuizLoaderLib.apps.command_line.main import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", run, "check", str(path)],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    )

    assert result.returncode == 1
    assert b"w\xf6rter.xml" in result.stdout
    assert rb"\u4f53" in result.stdout
    assert b"Traceback" not in result.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names have any letters")
def test_a_locale_that_has_no_such_file_names_is_told_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "quiz.xml"
    path.write_text(QUIZ.replace('<Page ID="One">', '<Page ID="体积" Loop="y">'), encoding="utf-8")
    ascii = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}

    checked = quizloader_alone("check", path, **ascii)
    rendered = quizloader_alone("render", path, "--images", tmp_path, "--out", tmp_path / "out", **ascii)
    made = quizloader_alone("demo", "--no-render", "--out", tmp_path / "Köln", **ascii)

    assert (len(checked.stdout.splitlines()), checked.stderr) == (1, "")
    assert (rendered.returncode, made.returncode) == (1, 2)
    assert "PYTHONUTF8=1" in rendered.stderr.splitlines()[-1]
    (sentence,) = made.stderr.splitlines()
    assert sentence.endswith("its name has characters that are not UTF-8.")


def test_check_starts_without_what_is_heavy(quiz: Path) -> None:
    run = (
        "import sys; from QuizLoaderLib.apps.command_line.main import app\n"
        "app(['check', sys.argv[1]], standalone_mode=False)\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    result = subprocess.run([sys.executable, "-c", run, str(quiz)], capture_output=True, encoding="utf-8")

    assert result.returncode == 0, result.stderr
    loaded = set(result.stdout.split())
    assert "QuizLoaderLib" in loaded
    heavy = {"vtk", "vtkmodules", "slicer", "numpy", "SimpleITK", "pydicom", "PIL", "lxml", "filelock"}
    assert not loaded & (heavy | {"trame", "aiohttp"})


def test_a_defect_is_told_with_a_report_to_send(
    quiz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from QuizLoaderLib.apps.command_line import check_command
    from QuizLoaderLib.apps.command_line import main as command_line

    def fail(path: Path) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(check_command, "read_quiz", fail)
    monkeypatch.setattr(sys, "argv", ["quizloader", "check", str(quiz)])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(SystemExit) as ending:
        command_line.main()

    assert ending.value.code == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    (report,) = tmp_path.glob("quizloader-defect-*.txt")
    assert "defect of QuizLoader (RuntimeError: unforeseen)" in sentence and str(report) in sentence
    assert "Command: quizloader check …\n" in report.read_text(encoding="utf-8")


def test_names_from_files_give_no_orders_to_the_terminal(tmp_path: Path) -> None:
    """A name may clear the screen, write over the line before, or turn the letters that follow."""
    orders = "\x1b[2J\r\u202e\x9b1A"
    escaped = "\\x1b[2J\\r\\u202e\\x9b1A"
    names = tmp_path / "dataset.json"
    names.write_text(json.dumps({"labels": {f"Liver{orders}": [1, 2]}}), encoding="utf-8")
    results = tmp_path / "r" / "Ann" / "study" / "study.xml"
    results.parent.mkdir(parents=True)
    reader = orders.replace("\x1b", "\x7f")
    results.write_text(
        f'<Session UserName="Ann{reader}&#10;Bob"><Page ID="P{reader}"/></Session>', encoding="utf-8"
    )
    quiz = tmp_path / "quiz.xml"
    quiz.write_text(QUIZ.replace("<Page ID", f'<Page Layout="{reader}" ID'), encoding="utf-8")
    said = [
        quizloader("map", "check", names),
        quizloader("progress", results, "--pages"),
        quizloader("check", quiz),
        quizloader("check", tmp_path / f"none{orders}.xml"),
    ]
    text = "".join(each.out + each.err for each in said)
    assert not set(text) & set("\x1b\x7f\r\u202e\x9b")
    assert f"“Liver{escaped}”" in text
    assert "Bob, study" in text and "\nBob" not in text
    assert f"none{escaped}.xml" in text
