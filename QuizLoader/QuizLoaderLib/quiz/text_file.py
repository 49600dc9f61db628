"""Text files that a quiz names, and JSON of other programs: UTF-8, of a bounded size."""

import json
import re
import stat
from pathlib import Path
from typing import Any

from .problems import ProblemCode, ProblemError, error

LARGEST_LINE_MB = 1
"""Of the markups file of a line, which has two points."""

TEXT_FILE_UNREADABLE = ProblemCode("Q720", "A text file that the quiz names can be read, and is UTF-8.")


def bytes_of_text_file(path: Path, largest_mb: int) -> bytes:
    """What is in the file. Raises ProblemError where it is too large or cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            reason = "is not a file"
        elif path.stat().st_size <= largest_mb << 20:
            return path.read_bytes()
        else:
            reason = f"is larger than {largest_mb} MB"
    except OSError as fault:
        reason = f"cannot be read: {fault.strerror or 'unknown reason'}"
    raise ProblemError(error(TEXT_FILE_UNREADABLE, f"“{path.name}” {reason}."))


def json_of_text_file(path: Path, largest_mb: int) -> Any:
    """The value in a JSON file. Raises ValueError where it is none, or too deep; ProblemError as above."""
    return json_of(bytes_of_text_file(path, largest_mb))


def json_of(text: str | bytes) -> Any:
    """Raises ValueError where it is no JSON, or so deep that Python gives up."""
    try:
        return json.loads(text)
    except RecursionError as fault:
        raise ValueError("it is too deep") from fault


def lines_of(data: bytes, name: str) -> list[str]:
    """The lines of UTF-8 text, with any kind of line break. Raises ProblemError for other bytes."""
    try:
        return re.split(r"\r\n|\n|\r", data.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        problem = error(TEXT_FILE_UNREADABLE, f"{name} is not UTF-8 text.", "save it as UTF-8", line=line)
        raise ProblemError(problem) from fault
