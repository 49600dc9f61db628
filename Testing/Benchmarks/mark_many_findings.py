"""How long a reader waits on a page with 500 marks, each with a form of two questions; the peer has 20.

Timed are what follows a click (a mark placed, an answer in its form, a mark deleted and brought back), with
everything that the results and the journal do, and what goes on all the time (a look at the marks, and
whether all is saved). Half of the marks are ellipses, half are points.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Python"))

from QuizLoaderLib.quiz.question_types import MarkTool
from QuizLoaderLib.reader.asking import Asking
from QuizLoaderLib.reader.marking import Marking
from reader_at_work import AtWork, at_work, write_volume
from test_marks_on_images import QUESTION, place, quiz_of

FEW, MANY, TIMES = 20, 500, 11


def add(reader: AtWork, number: int) -> None:
    k = number % 6
    if number % 2:
        place(reader, MarkTool.POINT, [(number % 9, number % 7, k)])
    else:
        place(reader, MarkTool.ELLIPSE, [(1, 1, k), (3 + number % 5, 4, k)])


def add_and_look(reader: AtWork, marking: Marking, number: int) -> None:
    add(reader, MANY + number)
    marking.look()


def milliseconds(step: Callable[[int], object]) -> tuple[float, float]:
    """The median and the most."""
    found = []
    for number in range(TIMES):
        begin = time.process_time()
        step(number)
        found.append((time.process_time() - begin) * 1000)
    return statistics.median(found), max(found)


def medians(count: int) -> dict[str, tuple[float, float]]:
    """By step, on a page with so many marks."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_volume(folder / "images" / "ct.nrrd")
        quiz = quiz_of(folder, 'Tool="Point Ellipse" Max="1000"')
        with at_work(quiz, folder / "images", folder / "r") as reader:
            reader.show()
            for number in range(count):
                add(reader, number)
            asking = Asking(lambda: None, lambda: None, lambda: None)
            marking = Marking(asking, asking.marks_changed)
            asking.begin(reader.answers)
            asking.show()
            marking.begin(reader.opened)
            steps: dict[str, Callable[[int], object]] = {
                "place a mark": lambda number: add_and_look(reader, marking, count + number),
                "answer in its form": lambda number: asking.set_answer((0, 0, 1 + number, 1), [str(number)]),
                "delete": lambda number: marking.delete(QUESTION, 1 + number),
                "bring back": lambda _number: marking.bring_back(QUESTION),
                "look at all": lambda _number: marking.look(),
                "all is saved": lambda _number: reader.drawings.marks.is_saved,
            }
            return {name: milliseconds(step) for name, step in steps.items()}


def main() -> None:
    few, many = medians(FEW), medians(MANY)
    print(f"milliseconds of one processor, median of {TIMES}: {FEW} marks, {MANY} marks (at most)")
    for name, (median, most) in many.items():
        print(f"  {name:20} {few[name][0]:7.1f} {median:7.1f} ({most:.1f})")


if __name__ == "__main__":
    main()
