"""Packed pixels turned at random: libpng, libtiff and the decoders of GDCM give an image or one sentence, and
never end the program, which they run in."""

import os
import subprocess
import sys
from pathlib import Path

import mutated_pixels
import pytest

COUNT = 1000 if os.environ.get("QUIZLOADER_SOAK") else 50
MOST_KB = 1_000_000


@pytest.mark.parametrize("kind", mutated_pixels.KINDS)
def test_no_packed_pixels_end_the_program(tmp_path: Path, kind: str) -> None:
    command = [sys.executable, "-W", "ignore", mutated_pixels.__file__, str(tmp_path), kind, "1", str(COUNT)]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    shown, resident_kb = map(int, run.stdout.split())
    assert 0 < shown < COUNT
    assert resident_kb < MOST_KB
