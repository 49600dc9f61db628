"""Every command and sample of the documentation works, page by page, on the files that it names."""

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from docs_stage import REPOSITORY, Sample, make_study, samples
from masks_made import quizloader
from panel_stage import stage
from QuizLoaderLib.quiz.model import Page, Quiz
from QuizLoaderLib.results.table_columns import MARK_COLUMNS, MRMC_COLUMNS
from QuizLoaderLib.session.scripts import ScriptRules, script_details
from web_stage import served
from xnat_server import PASSWORD, USER, FakeXnat, running

INSTALLING = {
    "git clone https://github.com/QuizLoader/SlicerQuizLoader",
    "cd SlicerQuizLoader",
    "python -m venv .venv",
    '.venv\\Scripts\\pip install ".[web]"',
    ".venv\\Scripts\\quizloader demo --out demo",
    'pip install "quizloader[dask]"',
    'pip install "quizloader[xnat]"',
    "sudo apt-get install libegl1 libgl1-mesa-dri",
    "Slicer --additional-module-paths /path/to/SlicerQuizLoader/QuizLoader",
    ".venv/bin/python -m pytest -q Testing/Python/test_decimals.py",
    ".venv/bin/ruff check .",
    ".venv/bin/ruff format --check .",
    ".venv/bin/mypy",
    ".venv/bin/lint-imports",
}
"""Lines that install, start other programs, or are run by make: compared, not run."""
XNAT = "https://xnat.example.org"
IN_SLICER = "slicer/console.md"
OF_A_BUTTON = "authoring/order-and-buttons.md"
NO_PROBLEM = {"Q207", "Q208", "Q303"}
"""A page without questions, and one page group, are enough for a sample; right answers are shown in it."""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, demo_files: Path) -> Path:
    return make_study(tmp_path_factory.mktemp("docs") / "study", demo_files)


@pytest.fixture
def xnat(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeXnat]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XNAT_USER", USER)
    monkeypatch.setenv("XNAT_PASS", PASSWORD)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with running() as server:
        yield server


def by_page(*languages: str) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = {}
    for sample in samples(*languages):
        found.setdefault(sample.page, []).append(sample)
    return found


RECIPES = "developing/add-"
"""What these pages add to the package has tests of its own."""
RUN = {
    page: found
    for page, found in by_page("sh", "python").items()
    if page not in (IN_SLICER, OF_A_BUTTON) and not page.startswith(RECIPES)
}


@pytest.mark.usefixtures("blank_charts", "masks_made_here")
@pytest.mark.parametrize("page", RUN)
def test_commands_and_scripts_of_a_page_run_one_after_the_other(
    page: str, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, xnat: FakeXnat
) -> None:
    folder = tmp_path / "study"
    shutil.copytree(study, folder)
    monkeypatch.chdir(folder)
    for sample in RUN[page]:
        if sample.language == "python":
            run_script(sample.text, folder)
            continue
        for line in (line.partition("  #")[0].rstrip() for line in sample.text.splitlines()):
            if line.startswith("quizloader "):
                run_command(shlex.split(line.replace(XNAT, xnat.url))[1:], folder)
            elif line.startswith("make "):
                targets = re.findall(
                    r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
                )
                assert line.split()[1] in targets
            else:
                assert line in INSTALLING


def run_command(arguments: list[str], folder: Path) -> None:
    if arguments[0] == "serve":
        with served(folder, *arguments[1:], "--port", "0") as server:
            assert server.address.startswith("http"), server.errors
            assert server.end(signal.SIGTERM) == 0
        return
    ended = quizloader(*arguments)
    assert (ended.code, "Traceback" in ended.err) == (0, False), ended.out + ended.err


def run_script(text: str, folder: Path) -> None:
    if "pandas" in text:
        pytest.importorskip("pandas")
        pytest.importorskip("openpyxl")
        write_scores(folder)
    exec(compile(text, "a sample", "exec"), {"__name__": "__main__"})


def write_scores(folder: Path) -> None:
    """Two readers rate four cases in two ways; the first two cases are healthy."""
    readers, cases, ways = ("Ann", "Bob"), ("A", "B", "C", "D"), ("With AI", "Without AI")
    rows = [
        ",".join((reader, case, way, "Malignancy", str(1 + number), "0", "", "study", "Y"))
        for reader in readers
        for number, case in enumerate(cases)
        for way in ways
    ]
    (folder / "mrmc.csv").write_text("\n".join([",".join(MRMC_COLUMNS), *rows, ""]), encoding="utf-8")
    (folder / "marks.csv").write_text(",".join([*MARK_COLUMNS, "Kind"]) + "\n", encoding="utf-8")
    places = "case,x_lps_mm,y_lps_mm,z_lps_mm\nA,,,\nC,1,2,3\n"
    (folder / "lesions.csv").write_text(places, encoding="utf-8")
    (folder / "truth.csv").write_text("case,truth\nA,0\nB,0\nC,1\nD,1\n", encoding="utf-8")


def test_check_says_what_its_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = [sample.text for sample in samples("text") if "study.xml:2: error" in sample.text]
    monkeypatch.chdir(tmp_path)
    Path("images/Patient1").mkdir(parents=True)
    Path("images/Patient1/1007-spgr.nrrd").touch()
    Path("study.xml").write_text(
        "<Session>\n<Page ID='Patient 1' Layout='FourUP'>"
        "<QuestionSet><Question Type='InfoBox'><Option>Look.</Option></Question></QuestionSet>\n"
        "<Image ID='MR' Type='Volume' DICOM='Y'><Path>Patient1/2007-spgr.nrrd</Path></Image>"
        "</Page></Session>",
        encoding="utf-8",
    )

    ended = quizloader("check", "study.xml", "--images", "images")

    assert shown == [ended.out]


XML = samples("xml")


@pytest.mark.parametrize("number", range(len(XML)), ids=lambda number: f"{XML[number].page}-{number}")
def test_an_xml_sample_has_no_problem(number: int, study: Path) -> None:
    quiz = study / f"sample-{number}.xml"
    quiz.write_text(in_a_session(XML[number].text), encoding="utf-8")

    ended = quizloader("check", quiz, "--images", study / "images", "--format", "json")

    problems = [problem for problem in json.loads(ended.out) if problem["code"] not in NO_PROBLEM]
    assert problems == [], quiz.read_text(encoding="utf-8")


def in_a_session(text: str) -> str:
    """What stands around an element that is shown alone; an answer key has the pages of a quiz."""
    text = text.replace("AnswerKey>", "Session>")
    image = "<Image ID='MR' Type='Volume'><Path>Patient1/mr.nrrd</Path></Image>"
    to_mark_on = image if 'Type="Mark"' in text else ""
    around = {
        "Question": "<QuestionSet>{}</QuestionSet>",
        "QuestionSet": f"<Page ID='Sample'>{to_mark_on}{{}}</Page>",
        "Image": "<Page ID='Sample' Layout='TwoOverTwo'>{}</Page>",
        "Page": "<Session>{}</Session>",
    }
    while (root := re.match(r"\s*<(\w+)", text)) and root[1] != "Session":
        text = around[root[1]].format(text)
    return text


def test_the_samples_of_slicer_s_console_run_on_the_stand_in(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stage(tmp_path):
        monkeypatch.chdir(tmp_path)
        slicer = sys.modules["slicer"]
        # The stand-in has no manager that looks modules up by name, and none of writers.
        monkeypatch.setattr(
            slicer.util, "getModuleLogic", lambda name: getattr(slicer.modules, f"{name}Widget").logic
        )
        monkeypatch.setattr(slicer.util, "saveNode", write_node)
        for sample in samples("python"):
            if sample.page != IN_SLICER:
                continue
            text = sample.text.replace("/study/first.quiz.xml", str(study / "study.xml"))
            text = text.replace("/study/images", str(study / "images"))
            with pytest.raises(SystemExit) if "exit()" in text else nullcontext():
                exec(text, {"slicer": slicer, "exit": sys.exit})
    assert (tmp_path / "first.nrrd").is_file()


def write_node(node: Any, name: str) -> None:
    storage = node.CreateDefaultStorageNode()
    storage.SetFileName(str(Path(name).absolute()))
    assert storage.WriteData(node)


def test_the_script_of_a_button_finds_what_its_page_says(study: Path, tmp_path: Path) -> None:
    (sample,) = (sample for sample in samples("python") if sample.page == OF_A_BUTTON)
    rules = ScriptRules(tmp_path, study / "images")
    details = script_details(rules, Quiz(study / "study.xml"), Page("Case 1", 1, 1), tmp_path, "worksheet")

    run = subprocess.run(
        [sys.executable, "-s", "-c", sample.text],
        input=json.dumps(details),
        capture_output=True,
        encoding="utf-8",
    )

    assert (run.returncode, run.stdout) == (0, "what is printed becomes the answer's Result\n"), run.stderr
