"""The scripts of Buttons. None runs unless the study's owner allows a folder of scripts, and then each
runs in a process of its own; the text of a quiz is never executed."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..quiz.model import Page, QuestionType, Quiz
from .files import SessionError

MAX_OUTPUT_BYTES = 16_000


@dataclass(frozen=True)
class ScriptRules:
    """What the study's owner allows: Python files in ``folder``, each for so many seconds at most.

    ``image_folder`` is told to the scripts, since image paths are relative to it. ``python`` is the
    interpreter; in Slicer that is its PythonSlicer.
    """

    folder: Path
    image_folder: Path | None = None
    time_limit_s: float = 60.0
    python: str = sys.executable


@dataclass(frozen=True)
class ScriptOutcome:
    """``result`` is what the script printed, as an attribute can hold it; ``sentence`` says why it failed,
    empty where it did not."""

    result: str = ""
    sentence: str = ""

    @property
    def succeeded(self) -> bool:
        return not self.sentence


def has_buttons(quiz: Quiz) -> bool:
    return any(
        question.type is QuestionType.BUTTON
        for page in quiz.pages
        for question_set in page.question_sets
        for question in question_set.questions
    )


def script_details(rules: ScriptRules, quiz: Quiz, page: Page, folder: Path, label: str) -> dict[str, Any]:
    """What a script is told: ``folder`` is the page's folder of results, image paths are relative to the
    image folder."""
    return {
        "script": label,
        "quiz": str(quiz.path),
        "image_folder": None if rules.image_folder is None else str(rules.image_folder),
        "page": {"id": page.id, "descriptor": page.descriptor, "number": page.number},
        "folder": str(folder),
        "images": [{"id": image.id, "type": image.type.value, "path": image.path} for image in page.images],
    }


def script_file(rules: ScriptRules, name: str) -> Path:
    """The script's file; raises SessionError where it is not a Python file inside the allowed folder."""
    folder = rules.folder.resolve()
    path = (folder / name.strip().replace("\\", "/")).resolve()
    if not path.is_relative_to(folder):
        raise SessionError(f"The script “{name}” is outside the folder of allowed scripts, so it is not run.")
    if path.suffix != ".py" or not path.is_file():
        raise SessionError(f"There is no Python script “{name}” in {rules.folder}.")
    return path


def run_script(rules: ScriptRules, name: str, details: dict[str, Any]) -> ScriptOutcome:
    """Run the script with ``details`` as JSON on its standard input. Raises nothing for what it does."""
    try:
        path = script_file(rules, name)
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            code = _run(rules, path, json.dumps(details).encode(), output, errors)
            result, complaint = _text(output), _text(errors)
    except SessionError as fault:
        return ScriptOutcome(sentence=str(fault))
    except OSError as fault:
        return ScriptOutcome(sentence=f"The script “{name}” cannot be run: {fault.strerror or fault}.")
    if code is None:
        limit = f"{rules.time_limit_s:g} seconds"
        return ScriptOutcome(result, f"The script “{name}” took longer than {limit} and was stopped.")
    if code != 0:
        last_line = complaint.strip().rsplit("\n", 1)[-1] or f"it ended with {code}"
        return ScriptOutcome(result, f"The script “{name}” failed: {last_line.rstrip('.')}.")
    return ScriptOutcome(result)


def _run(rules: ScriptRules, path: Path, details: bytes, output: Any, errors: Any) -> int | None:
    """The exit code, None where the time was up; then what the script itself started is ended too."""
    process = subprocess.Popen(
        # -I: neither the environment nor the current folder decides what the script imports.
        # utf8: what it prints is read as UTF-8, whatever the system's code page.
        [rules.python, "-I", "-X", "utf8", str(path)],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=errors,
        cwd=path.parent,
        start_new_session=os.name != "nt",
    )
    try:
        process.communicate(details, timeout=rules.time_limit_s)
        return process.returncode
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if os.name == "nt":
        process.kill()
    else:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            process.kill()
    process.wait()


def _text(file: Any) -> str:
    file.seek(0)
    text = file.read(MAX_OUTPUT_BYTES).decode("utf-8", errors="replace")
    return "".join(letter for letter in text.strip() if letter.isprintable() or letter == "\n")
