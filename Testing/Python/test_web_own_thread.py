"""What is done in a thread of its own: one after another, and the process need not wait for it to end."""

import subprocess
import sys
import threading

import pytest
from QuizLoaderLib.apps.shared.own_thread import OwnThread

WAIT_S = 60

SCRIPT = """
import sys
import threading
import SimpleITK as sitk
from QuizLoaderLib.apps.command_line.main import main
from QuizLoaderLib.apps.shared.own_thread import OwnThread, end_process

begun = threading.Event()

def smooth():
    point = sitk.Image(4, 4, 4, sitk.sitkUInt8)
    while True:
        sitk.BinaryMorphologicalOpening(point, (1, 1, 1))
        begun.set()
        if {once}:
            return

done = OwnThread().do(smooth)
begun.wait()
if {once}:
    done.result()
print("saved")
{end}
print("at its end")
"""


def run(end: str, once: bool = False) -> tuple[int, str, str]:
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(once=once, end=end)],
        capture_output=True,
        encoding="utf-8",
        timeout=WAIT_S,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


def test_one_thing_is_done_after_another_each_with_what_comes_of_it():
    thread, may_go_on, done = OwnThread(), threading.Event(), []

    def first() -> int:
        may_go_on.wait(WAIT_S)
        done.append(1)
        return 1

    def second() -> int:
        done.append(2)
        raise ValueError("two")

    found = [thread.do(first), thread.do(second), thread.do(lambda: 3)]
    assert thread.is_busy
    assert done == []
    may_go_on.set()
    assert found[0].result(WAIT_S) == 1
    with pytest.raises(ValueError, match="two"):
        found[1].result(WAIT_S)
    assert found[2].result(WAIT_S) == 3
    assert done == [1, 2]
    assert not thread.is_busy


def test_a_process_ends_with_its_status_while_a_filter_runs():
    assert run("end_process(3)") == (3, "saved\n", "")


def test_a_command_ends_with_its_status_while_a_filter_runs():
    status, out, errors = run("sys.argv[1:] = ['check', '--help']; main()")
    assert (status, errors) == (0, "")
    assert out.startswith("saved\n") and "at its end" not in out


def test_a_process_that_has_nothing_to_do_ends_as_ever():
    assert run("end_process(3)", once=True) == (0, "saved\nat its end\n", "")
