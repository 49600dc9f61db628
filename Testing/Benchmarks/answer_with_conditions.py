"""How much longer answering and taking up a quiz of 800 pages take where each page has conditions, as ratios.

The peer is the same quiz without conditions, in turns and by the time of the processor alone; of taking up
also the quiz of half as many pages. Each page is asked after an answer on the one before it, and its second
question after one to the first.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from QuizLoaderLib.session.entries import DraftEntry, Entry, LeaveEntry
from QuizLoaderLib.session.journal import Journal, read_journal
from QuizLoaderLib.session.opening import results_files
from QuizLoaderLib.session.order import PageKey
from QuizLoaderLib.session.session import Session

PAGES = 800
ANSWERS, ROUNDS = 100, 3
MOST_TIMES_TO_ANSWER, MOST_TIMES_TO_TAKE_UP, MOST_TIMES_A_HALF = 2.0, 2.5, 2.5
YES, NO = ("Y", "N"), ("N", "Y")

QUESTION = (
    '<Question ID="{}" Type="Radio" Descriptor="{}" {}><Option>yes</Option><Option>no</Option></Question>'
)


def write_quiz(path: Path, pages: int, has_conditions: bool) -> Path:
    text = ""
    for number in range(1, pages + 1):
        page = f"ShowIf=\"P{number - 1}/lesion = 'yes'\"" if has_conditions and number > 1 else ""
        question = "ShowIf=\"lesion = 'yes'\"" if has_conditions else ""
        asked = QUESTION.format("lesion", "Lesion", "") + QUESTION.format("sure", "Sure", question)
        text += f'<Page ID="P{number}" AllowMultipleResponse="Y" {page}>'
        text += f"<QuestionSet>{asked}</QuestionSet></Page>\n"
    path.write_text(f"<Session>\n{text}</Session>\n", encoding="utf-8")
    return path


def pages_read(number: int, pages: int) -> Iterator[Entry]:
    """All but the last two."""
    for page in range(1, pages - 1):
        at: Any = {"page": PageKey(page), "question_set": 0}
        when: Any = {"time": "20300101_12:00:00.000000", "login": "x", "seconds": 1.0}
        for question in range(2):
            number += 1
            yield DraftEntry(number=number, **when, **at, question=question, texts=YES)
        number += 1
        yield LeaveEntry(number=number, **when, **at, event="NextBtn", passed=True, complete=True)


def measure(folder: Path, pages: int, has_conditions: bool) -> tuple[float, float]:
    """The seconds in which a reader's journal is taken up, and in which an answer is saved and shown."""
    folder.mkdir()
    quiz = write_quiz(folder / "quiz.xml", pages, has_conditions)
    Session.open(quiz, folder, "bench").close()
    files = results_files(folder, "bench", quiz)
    journal = Journal(files.journal)
    journal.append(pages_read(read_journal(files.journal).entries[-1].number, pages))
    journal.close()
    start = time.process_time()
    session = Session.open(quiz, folder, "bench")
    taken_up = time.process_time() - start
    assert session.where().page.number == pages - 1
    answers = []
    for number in range(ANSWERS):
        start = time.process_time()
        session.set_draft(0, NO if number % 2 else YES)
        session.asked_questions()
        session.where()
        answers.append(time.process_time() - start)
    session.close()
    return taken_up, statistics.median(answers)


def main() -> int:
    """Print the ratios; 1 where one is above its limit, else 0."""
    to_take_up, to_answer, times_a_half = [], [], []
    with tempfile.TemporaryDirectory() as name:
        for number in range(ROUNDS):
            plain = measure(Path(name, f"plain{number}"), PAGES, has_conditions=False)
            asking = measure(Path(name, f"asking{number}"), PAGES, has_conditions=True)
            half = measure(Path(name, f"half{number}"), PAGES // 2, has_conditions=True)
            to_take_up.append(asking[0] / plain[0])
            to_answer.append(asking[1] / plain[1])
            times_a_half.append(asking[0] / half[0])
    found = (
        (f"an answer in {PAGES} pages with conditions / without", to_answer, MOST_TIMES_TO_ANSWER),
        (f"taking up {PAGES} pages with conditions / without", to_take_up, MOST_TIMES_TO_TAKE_UP),
        (f"taking up {PAGES} pages with conditions / {PAGES // 2}", times_a_half, MOST_TIMES_A_HALF),
    )
    is_slow = False
    for what, ratios, most in found:
        print(f"{what}: {statistics.median(ratios):.2f} (at most {most})")
        is_slow = is_slow or statistics.median(ratios) > most
    return int(is_slow)


if __name__ == "__main__":
    raise SystemExit(main())
