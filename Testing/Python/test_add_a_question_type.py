"""The recipe for a new question type is followed to the letter, on a copy of the repository.

A question of the type is answered in Slicer and in the browser.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from panel_stage import REPOSITORY
from recipe import follow
from web_stage import served, wait_for_text, window

QUIZ = """<Session><Page ID="P"><QuestionSet ID="Q">
<Question Type="Menu" Descriptor="On which side?"><Option>Left</Option><Option>Right</Option></Question>
</QuestionSet></Page></Session>"""
ASKED = "Please choose an option of “On which side?”."

IN_SLICER = """
import sys
from pathlib import Path
from panel_stage import stage
from PySide6.QtWidgets import QComboBox

quiz, results = Path(sys.argv[1]), sys.argv[2]
with stage(quiz.parent) as story:
    story.widget("readerEdit").setText("Ann")
    story.widget("resultsFolderEdit").setProperty("currentPath", results)
    story.open(quiz, quiz.parent)
    box = story.widget("formsContainer").findChild(QComboBox)
    print(*(box.itemText(row) for row in range(box.count())), sep="|")
    print(story.widget("finishButton").toolTip())
    box.setCurrentIndex(2)
    box.activated.emit(2)
    story.slicer.check()
    print(story.widget("finishButton").toolTip() == "")
    story.click("closeButton")
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    no_caches = shutil.ignore_patterns("__pycache__")
    for name in ("QuizLoader", "Testing", "Resources/Quizzes", "docs/generated_pages"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=no_caches)
    changed = follow(REPOSITORY / "docs/developing/add-a-question-type.md", folder)
    assert len(changed) == 5
    return folder


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    (tmp_path / "quiz.xml").write_text(QUIZ, encoding="utf-8")
    return tmp_path / "quiz.xml"


def python_path(copy: Path) -> dict[str, str]:
    """Modules are those of the copy."""
    folders = [copy / "QuizLoader", copy / "Testing" / "Python", copy / "Testing"]
    return {"PYTHONPATH": os.pathsep.join(map(str, folders))}


def answers(copy: Path, results: Path) -> str:
    """What the table of results says."""
    command = "from QuizLoaderLib.apps.command_line.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", command, "answers", str(results), "--out", str(results / "answers.csv")],
        capture_output=True, encoding="utf-8", env={**os.environ, **python_path(copy)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return (results / "answers.csv").read_text(encoding="utf-8")


def test_in_slicer(copy: Path, quiz: Path, tmp_path: Path) -> None:
    results = tmp_path / "results"
    done = subprocess.run(
        [sys.executable, "-c", IN_SLICER, str(quiz), str(results)],
        capture_output=True, encoding="utf-8", env={**os.environ, **python_path(copy)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-3:] == ["|Left|Right", ASKED, "True"]
    assert "Right" in answers(copy, results)


def test_in_the_browser(browser, copy: Path, quiz: Path, tmp_path: Path) -> None:
    results = tmp_path / "results"
    arguments = [quiz, "--images", quiz.parent, "--results", results, "--reader", "Ann"]
    with (
        served(tmp_path, *arguments, **python_path(copy)) as command,
        window(browser, command.address) as page,
    ):
        page.get_by_test_id("finish").click()
        wait_for_text(page, "missing", ASKED)
        page.get_by_test_id("question-0/0").locator(".v-field").click()
        page.get_by_role("option", name="Right").click()
        page.get_by_test_id("missing").wait_for(state="detached")
        assert page.faults == []
        assert command.end() == 0
    assert "Right" in answers(copy, results)
