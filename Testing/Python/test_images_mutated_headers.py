"""Headers turned at random, thousands of them: each gives an image or one sentence, within little memory."""

import os
import subprocess
import sys
from pathlib import Path

import mutated_headers
import pytest

SEEDS, COUNT = (4, 5000) if os.environ.get("QUIZLOADER_SOAK") else (1, 1000)
MOST_KB = 1_000_000


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_header_ends_the_program(tmp_path: Path, seed: int) -> None:
    command = [sys.executable, mutated_headers.__file__, str(tmp_path), str(seed), str(COUNT)]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (run.returncode, run.stderr) == (0, "")
    shown, resident_kb = map(int, run.stdout.split())
    assert COUNT / 20 < shown < COUNT
    assert resident_kb < MOST_KB
