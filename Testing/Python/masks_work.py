"""Work for other processes, which can only import it from a module."""

import os
import random
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

from QuizLoaderLib.images.files.label_names import LabelTable
from QuizLoaderLib.masks import batch, files
from QuizLoaderLib.masks.label_tables.tables import require_label_table
from QuizLoaderLib.quiz.value_map import ValueMap


def end_on_two(number: int) -> int:
    """The square of a number; on 2 the process is killed, as a system without memory does."""
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


class DeadlyTable(LabelTable):
    """Whoever paints by it is killed."""

    @property
    def value_map(self) -> ValueMap:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


def paint_until(step: int, table: Path, names: Path, out: Path) -> int:
    """Paint the cases of a table one after the other, killed at the given step.

    A step is a call or return of a built-in function (write, compress, rename) in the code that writes files.
    Gives the number of steps.
    """
    steps = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal steps
        if event in ("c_call", "c_return") and frame.f_code.co_filename in (batch.__file__, files.__file__):
            steps += 1
            if steps == step:
                os.kill(os.getpid(), signal.SIGKILL)

    label_table, _ = require_label_table(names)
    (out / batch.RECORDS).mkdir(parents=True, exist_ok=True)
    jobs = [batch.Job(case, label_table, out, ".nrrd", False) for case in batch.read_cases(table)]
    sys.setprofile(count)
    for job in jobs:
        batch.do_case(job)
    sys.setprofile(None)
    return steps


def paint_and_die(table: Path, names: Path, out: Path, kills: int) -> None:
    """Print at which steps processes were killed, and what each ended with; with 0 at every third one.

    Each paints into its own folder of ``out``. They are forked from this one, which has imported all and
    painted nothing: a library's threads would be missing in them.
    """
    out.mkdir()
    _forked(lambda: (out / "steps").write_bytes(b"%d" % paint_until(0, table, names, out / "0")))
    last = int((out / "steps").read_bytes())
    for step in random.Random(5).sample(range(1, last + 1), kills) if kills else range(1, last + 1, 3):
        print(step, _forked(partial(paint_until, step, table, names, out / str(step))))


def _forked(work: Callable[[], object]) -> int:
    """What its process ended with."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    cases, label_map, folder = map(Path, sys.argv[1:4])
    paint_and_die(cases, label_map, folder, int(sys.argv[4]))
