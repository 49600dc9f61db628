"""The scripts of Buttons. None runs unless the study's owner allows a folder of scripts, and then each
runs in a process of its own; the text of a quiz is never executed."""

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..quiz.model import Page, Quiz
from ..quiz.question_types import Takes
from .answers import script_label
from .files import SessionError

MAX_OUTPUT_BYTES = 16_000
NO_SCRIPTS = "This quiz has buttons that run scripts; none is allowed to, so they do nothing."
NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""On Windows a console window would open in front of the images."""

_PASSED_ON = re.compile(
    "PATH|HOME|USER|LOGNAME|USERPROFILE|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|APPDATA|LOCALAPPDATA|"
    "PROGRAMDATA|TMPDIR|TEMP|TMP|TZ|LANG|LC_[A-Z]+|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|XDG_RUNTIME_DIR|DBUS_SESSION_BUS_ADDRESS|PYTHON[A-Z]+|"
    "VIRTUAL_ENV|CONDA_PREFIX|(LD|DYLD)_[A-Z_]+|SLICER_HOME|SSL_CERT_FILE|QT_[A-Z_]+|[A-Z]+_NUM_THREADS|"
    "CUDA_[A-Z_]+",
    re.IGNORECASE,
)
"""What a script may see of the environment: what Python, its libraries and Slicer need. Passwords and keys of
who serves the study are under other names."""


@dataclass(frozen=True)
class ScriptRules:
    """What the study's owner allows: Python files in ``folder``, each for so many seconds at most.

    ``image_folder`` is told to the scripts, since image paths are relative to it. ``python`` is the
    interpreter; in Slicer that is its PythonSlicer. A script may import what lies beside it.
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
    return any(question.facts.takes is Takes.PRESS for page in quiz.pages for question in page.questions)


def script_details(rules: ScriptRules, quiz: Quiz, page: Page, folder: Path, label: str) -> dict[str, object]:
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
        raise SessionError(f"There is no Python script “{name}” in “{rules.folder}”.")
    return path


class RunningScript:
    """A script in a process of its own, with ``details`` as JSON on its standard input.

    Nothing is raised for what it does: ``wait`` tells it. Until it ``is_done``, which also keeps the time
    limit, the program may do other things.
    """

    def __init__(self, rules: ScriptRules | None, name: str, details: dict[str, object]) -> None:
        """Without ``rules`` it is not run."""
        self._name, self._limit_s = name, rules.time_limit_s if rules else 0.0
        self._ends_at = time.monotonic() + self._limit_s
        self._output: IO[bytes] = io.BytesIO()
        self._errors: IO[bytes] = io.BytesIO()
        self._process: subprocess.Popen[bytes] | None = None
        self._outcome: ScriptOutcome | None = None
        try:
            if rules is None:
                label = script_label(name)
                raise SessionError(f"The script “{label}” is not run: no folder of scripts is allowed.")
            self._process = self._started(rules, script_file(rules, name), json.dumps(details).encode())
        except SessionError as fault:
            self._end(str(fault))
        except OSError as fault:
            self._end(f"The script “{name}” cannot be run: {fault.strerror or fault}.")

    @property
    def is_done(self) -> bool:
        if self._outcome is None and self._process is not None:
            code = self._process.poll()
            if code is None and time.monotonic() >= self._ends_at:
                limit = f"{self._limit_s:g} seconds"
                self._end(f"The script “{self._name}” took longer than {limit} and was stopped.")
            elif code is not None:
                last_line = _text(self._errors).strip().rsplit("\n", 1)[-1] or f"it ended with {code}"
                self._end(f"The script “{self._name}” failed: {last_line.rstrip('.')}." if code else "")
        return self._outcome is not None

    def wait(self) -> ScriptOutcome:
        if not self.is_done and self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(max(0.0, self._ends_at - time.monotonic()))
        while not self.is_done:
            time.sleep(0.01)
        assert self._outcome is not None
        return self._outcome

    def stop(self) -> None:
        if not self.is_done:
            self._end(f"The script “{self._name}” was stopped.")

    def _started(self, rules: ScriptRules, path: Path, details: bytes) -> "subprocess.Popen[bytes]":
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  _end closes it
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        with tempfile.TemporaryFile() as told:
            told.write(details)
            told.seek(0)
            return subprocess.Popen(
                # -s: what the user installed does not decide what the script imports. Not -I: it would hide
                # PYTHONHOME, without which Slicer's Python does not start.
                # utf8: what it prints is read as UTF-8, whatever the system's code page.
                [rules.python, "-s", "-X", "utf8", str(path)],
                stdin=told,
                stdout=self._output,
                stderr=self._errors,
                cwd=path.parent,
                start_new_session=os.name != "nt",
                creationflags=NO_WINDOW,
                env={name: value for name, value in os.environ.items() if _PASSED_ON.fullmatch(name)},
            )

    def _end(self, sentence: str) -> None:
        """What the script itself started is ended too."""
        if self._process is not None:
            _end(self._process)
        self._outcome = ScriptOutcome(_text(self._output), sentence)
        self._output.close()
        self._errors.close()


def _end(process: "subprocess.Popen[bytes]") -> None:
    if os.name == "nt":
        if process.poll() is None:
            tree = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
            subprocess.run(tree, capture_output=True, check=False, creationflags=NO_WINDOW)
        process.kill()
    else:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            process.kill()
    process.wait()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    text = file.read(MAX_OUTPUT_BYTES).decode("utf-8", errors="replace")
    return "".join(letter for letter in text.strip() if letter.isprintable() or letter == "\n")
