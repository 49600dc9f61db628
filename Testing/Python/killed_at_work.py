"""A reader draws and answers until the program is killed, and comes back, again and again; a process of its
own runs this, ``killed_at_work.py FOLDER KILLS``, and forks each program."""

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np

# What the program imports where it is first used, so that the forked ones have it.
import pydicom  # noqa: F401
from QuizLoaderLib.images.loading import file_loader, library  # noqa: F401
from QuizLoaderLib.masks import scripting  # noqa: F401
from QuizLoaderLib.reader.drawing import page_drawings, page_saver  # noqa: F401
from QuizLoaderLib.session import session  # noqa: F401
from reader_at_work import READER, SHAPE, AtWork, at_work, drawn, write_images
from session_by_hand import write_quiz

PAGES = (
    '<Page ID="A" EnableSegmentEditor="Y" AllowMultipleResponse="Y">'
    '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>'
    '<QuestionSet><Question Type="Text"><Option>a</Option></Question></QuestionSet></Page><Page ID="B"/>'
)
VOXELS = int(np.prod(SHAPE))
FOUND = {"found stroke": "drew", "found answer": "answered"}
KILLS_A_STUDY = 50
"""Results grow with each visit, and so does the time to read them."""


def stroke(number: int) -> np.ndarray:
    """All voxels up to the one of this number, and from the first one again behind the last."""
    return (np.arange(VOXELS) <= number % VOXELS).reshape(SHAPE)


def work(quiz: Path, results: Path, first: int, say: Callable[[str, int], None]) -> None:
    """Say what is there; then draw a voxel more with each stroke, answer with its number, and say of both
    when the reader is told that they are saved. Now and then the page is left and come back to."""
    now = [0.0]
    with at_work(quiz, quiz.parent / "images", results, lambda: now[0]) as reader:
        assert (reader.go("previous") if reader.answers.index else reader.show()) == []
        number, text = found(reader, first)
        say("found stroke", number)
        say("found answer", text)
        for number in count(first):
            reader.draw("Tumour", stroke(number))
            while reader.answers.save_sentence() != "All answers are saved.":
                reader.answers.save_on()
                now[0] += 0.5
            say("drew", number)
            assert reader.answers.set_answer(reader.answers.asked().page, 0, 0, (str(number),)) == ""
            assert reader.answers.save_sentence() == "All answers are saved."
            say("answered", number)
            if number % 7 == 6:
                reader.go()
                reader.go("previous")


def found(reader: AtWork, first: int) -> tuple[int, int]:
    """The numbers of the stroke and of the answer that are there, -1 without one."""
    node = next(iter(reader.drawings.nodes), None)
    voxels = drawn(node).get("Tumour") if node else None
    number = -1
    if voxels is not None:
        number = next(n for n in (first - 1, first) if np.array_equal(stroke(n), voxels))
    text = reader.answers.answer(reader.answers.asked().page, 0, 0)[0]
    return number, int(text or -1)


def _say(pipe: int, what: str, number: int) -> None:
    os.write(pipe, f"{what} {number}\n".encode())


@contextmanager
def forked(program: Callable[[Callable[[str, int], None]], None]) -> Iterator[tuple[int, int]]:
    """A process that runs ``program(say)``, and the end of a pipe where its lines arrive; killed at last."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            program(partial(_say, theirs))
        finally:
            os._exit(1)
    os.close(theirs)
    try:
        yield child, ours
    finally:
        os.kill(child, signal.SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1]), "the program ended by itself"


def main(folder: Path, kills: int) -> None:
    """Prints how many strokes and answers were acknowledged; each comes back, and at most one more."""
    write_images(folder / "images")
    quiz, random_, acknowledged = write_quiz(folder, PAGES), random.Random(5), 0
    for kill in range(kills):
        if kill % KILLS_A_STUDY == 0:
            newest = {"drew": -1, "answered": -1}
        results = folder / f"r{kill // KILLS_A_STUDY}"
        with forked(partial(work, quiz, results, newest["drew"] + 1)) as (child, ours):
            lines = os.fdopen(ours)
            said = [lines.readline() for _ in range(random_.randrange(9))]
            time.sleep(random_.uniform(0.0, 0.1))
            os.kill(child, signal.SIGKILL)
            said += lines.readlines()
            lines.close()
        for line in said:
            what, _, number = line.rpartition(" ")
            if what in FOUND:
                last = newest[FOUND[what]]
                assert last <= int(number) <= last + 1, (kill, line, newest)
            else:
                acknowledged += 1
            newest[FOUND.get(what, what)] = int(number)
    assert (folder / "r0" / READER / "study").is_dir()
    print(acknowledged)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
