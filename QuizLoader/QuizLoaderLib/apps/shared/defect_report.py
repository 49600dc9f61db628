"""A file about a defect of the program for its developers: no data, no names and no path is in it."""

import logging
import platform
import re
import sys
import sysconfig
import tempfile
import traceback
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from ... import __version__

ISSUES_PAGE = "https://github.com/QuizLoader/SlicerQuizLoader/issues"
COMMANDS = (
    "answers check convert demo format from get-map info join key list map mask masks new progress put-map "
    "readers render report score segments serve split xnat"
)
"""The words of a command line that are no values."""

_PACKAGES = ("slicer-core", "vtk", "trame-slicer", "SimpleITK", "pydicom", "highdicom", "numpy")
_PROGRAMS = ("quizloader", "Slicer", "SlicerApp-real", "worker_process")
_OPTION = re.compile(r"--[a-z][a-z-]*")
_ROOTS = [Path(__file__).resolve().parents[3]] + [
    Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib", "stdlib")
]
_written: dict[str, Path] = {}


def defect_sentence(fault: BaseException) -> str:
    """What happened, and where the report about it was written and is to be sent."""
    what = " ".join(f"This is a defect of QuizLoader ({type(fault).__name__}: {fault}).".split())
    return f"{what} {report_sentence(fault)}"


def report_sentence(fault: BaseException) -> str:
    """Write the report; a sentence says where it is, or only where to tell of the defect."""
    try:
        path = write_report(fault)
    except OSError:
        return f"Please report it at {ISSUES_PAGE}."
    return f"Please send the report “{path}”, which holds no data and no names, to {ISSUES_PAGE}."


def log_defect(log: logging.Logger, fault: BaseException) -> None:
    """One line for each place where the program fails, without the exception's own words: they may be those
    of a reader."""
    if report(fault) not in _written:
        log.error("A defect: %s. %s", type(fault).__name__, report_sentence(fault))


def write_report(fault: BaseException) -> Path:
    """A new text file in the system's folder of temporary files, one for each place where the program fails.

    Raises OSError.
    """
    text = report(fault)
    if not (text in _written and _written[text].is_file()):
        with tempfile.NamedTemporaryFile(
            "w", prefix="quizloader-defect-", suffix=".txt", encoding="utf-8", delete=False
        ) as file:
            file.write(text)
        _written[text] = Path(file.name)
    return _written[text]


def report(fault: BaseException) -> str:
    """Versions, the command without its values, and the places in the program; the sentences of exceptions
    are left out, for they may name a file or a reader."""
    lines = [f"A defect of QuizLoader; please send this file to {ISSUES_PAGE}.", ""]
    lines += [f"QuizLoader {__version__}", f"Python {platform.python_version()}, {platform.platform()}"]
    lines += [f"{name} {_version(name)}" for name in _PACKAGES]
    lines += ["", f"Command: {' '.join(_command(sys.argv))}"]
    for each in _chain(fault):
        lines += ["", type(each).__name__, *map(_place, traceback.extract_tb(each.__traceback__))]
    return "\n".join(lines) + "\n"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        # Slicer's own vtk is no installed package.
        module = sys.modules.get({"vtk": "vtkmodules"}.get(name, name))
        return str(getattr(module, "__version__", "is not installed"))


def _command(arguments: list[str]) -> Iterator[str]:
    program = Path(arguments[0]).stem if arguments else ""
    yield program if program in _PROGRAMS else "…"
    for word in arguments[1:]:
        name, is_assigned, _value = word.partition("=")
        is_known = name in COMMANDS.split() or _OPTION.fullmatch(name)
        yield f"{name}{'=…' if is_assigned else ''}" if is_known else "…"


def _chain(fault: BaseException) -> list[BaseException]:
    """The fault and what led to it, which comes first."""
    found = [fault]
    while (before := found[0].__cause__ or found[0].__context__) and before not in found:
        found.insert(0, before)
    return found


def _place(frame: traceback.FrameSummary) -> str:
    path = Path(frame.filename).resolve()
    for root in _ROOTS:
        if path.is_relative_to(root):
            return f"  {path.relative_to(root).as_posix()}, line {frame.lineno}, in {frame.name}"
    return "  in a file that is not the program's"
