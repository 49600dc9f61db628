"""Quizzes and folders for the tests of a reader's session, and results files read without our own code."""

import atexit
import os
import shutil
import tempfile
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timedelta
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[2] / "Resources" / "Quizzes" / "Session"
SOAK = os.environ.get("QUIZLOADER_SOAK") == "1"


class Clock:
    """Seconds that go on only when a test moves ``now``."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def ticking_clock(start: datetime = datetime(2030, 1, 2, 9), step_s: float = 1.0):
    """A clock that moves on by one second each time it is looked at."""
    moment = start - timedelta(seconds=step_s)

    def now() -> datetime:
        nonlocal moment
        moment += timedelta(seconds=step_s)
        return moment

    return now


def fast_folder() -> Path:
    """A new folder on a disk in memory where there is one: thousands of fsyncs take no time there. It is
    removed when the tests end."""
    shared = Path("/dev/shm")
    folder = tempfile.mkdtemp(prefix="quizloader-", dir=shared if os.access(shared, os.W_OK) else None)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def write_quiz(folder: Path, pages: str, attributes: str = "", name: str = "study.xml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"<Session {attributes}>\n{pages}\n</Session>\n", encoding="utf-8")
    return path


def text_page(page_id: str, attributes: str = "", descriptor: str = "Remark") -> str:
    return (
        f'<Page ID="{page_id}" {attributes}><QuestionSet><Question Type="Text" Descriptor="{descriptor}">'
        "<Option>Remark</Option></Question></QuestionSet></Page>"
    )


def saved(path: Path) -> ElementTree.Element:
    """The root of a results file, read as an analysis script reads it."""
    return ElementTree.parse(path).getroot()


def page_of(root: ElementTree.Element, number: int) -> ElementTree.Element:
    """The page at this position of the file, from 1."""
    return root.findall("Page")[number - 1]


def responses(page: ElementTree.Element) -> list[list[list[list[str]]]]:
    """The Response texts of a page by question set, question and option."""
    return [
        [
            [
                [response.text or "" for response in option.findall("Response")]
                for option in question.findall("Option")
            ]
            for question in question_set.findall("Question")
        ]
        for question_set in page.findall("QuestionSet")
    ]


def events(page: ElementTree.Element) -> list[str]:
    return [response.get("Event") or "" for response in page.iter("Response")]
