"""A program that is killed while a reader draws and answers: all that was said to be saved is there."""

import os
import subprocess
import sys
from pathlib import Path

import killed_at_work
import pytest
from session_by_hand import SOAK, fast_folder

KILLS = 470 if SOAK else 8
SOURCE = Path(__file__).resolve().parents[2] / "QuizLoader"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks a reader for each kill")
def test_after_each_kill_every_stroke_and_answer_that_was_said_to_be_saved_is_there() -> None:
    run = subprocess.run(
        [sys.executable, killed_at_work.__file__, fast_folder(), str(KILLS)],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) > KILLS
