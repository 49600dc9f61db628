"""A reader's program is killed at every single step it takes on the disk; the next start has it all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from session_by_hand import fast_folder, write_quiz

SOURCE = Path(__file__).resolve().parents[2] / "QuizLoader"

# One process forks a reader for each step. The reader says each acknowledged answer through a pipe.
SCRIPT = """
import itertools, os, signal, sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from QuizLoaderLib.session.session import Session

quiz, folder = Path(sys.argv[1]), Path(sys.argv[2])
ON_DISK = {"open", "os.rename", "os.remove", "os.mkdir", "os.listdir", "os.scandir"}


def die_at(step):
    steps = itertools.count(1)

    def count(*_):
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(lambda event, arguments: event in ON_DISK and count())
    # Those two are not audited.
    for name in ("fsync", "stat"):
        real = getattr(os, name)
        setattr(os, name, lambda *given, real=real, **more: (count(), real(*given, **more))[1])


def read(results, say):
    session = Session.open(quiz, results, "Ann", seed=1)

    def answer(question, text):
        page = session.where().position.page.number
        if session.set_draft(question, (text,)).saved:
            say(f"{page} {question} {text}")

    answer(0, "01")
    answer(1, "02")
    answer(0, "03")
    assert session.next() == []
    answer(0, "04")
    session.previous()
    answer(1, "05")
    assert session.close().saved
    session = Session.open(quiz, results, "Ann")
    while session.where().position.page.number == 1:
        assert session.next() == []
    answer(0, "06")
    answer(1, "07")
    assert session.finish() == []
    session.close()


def killed_reader(results, step):
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            die_at(step)
            read(results, lambda text: os.write(theirs, f"{text}\\n".encode()))
            os._exit(0)
        finally:
            os._exit(1)
    os.close(theirs)
    with os.fdopen(ours) as said:
        lines = said.read().splitlines()
    return lines, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


for step in itertools.count(1):
    results = folder / str(step)
    lines, code = killed_reader(results, step)
    assert code in (0, -signal.SIGKILL), (step, code)
    for path in results.glob("*/*/*.xml"):
        ElementTree.parse(path)
    session = Session.open(quiz, results, "Ann", seed=1)
    assert not any("damaged" in notice for notice in session.notices), (step, session.notices)
    session.close()
    pages = ElementTree.parse(results / "Ann" / "study" / "study.xml").getroot().findall("Page")
    for line in lines:
        page, question, text = line.split()
        (option,) = pages[int(page) - 1].findall("QuestionSet/Question")[int(question)].findall("Option")
        newest = option.findall("Response")[-1].text
        assert newest >= text, (step, line, newest)
    if code == 0:
        assert len(lines) == 7
        break
print(step)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks a reader for each step")
def test_a_reader_who_is_killed_at_any_step_loses_no_acknowledged_answer() -> None:
    folder = fast_folder()
    texts = '<Question Type="Text"><Option>a</Option></Question>' * 2
    page = f'<Page ID="P" AllowMultipleResponse="Y"><QuestionSet>{texts}</QuestionSet></Page>'
    quiz = write_quiz(folder, page * 2)

    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, quiz, folder / "results"],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        encoding="utf-8",
    )

    assert result.returncode == 0, result.stderr
    assert int(result.stdout) > 100, "the reader was killed at too few steps"
