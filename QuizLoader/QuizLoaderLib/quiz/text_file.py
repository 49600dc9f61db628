"""The text files that a quiz names: UTF-8, of a bounded size."""

import re
from pathlib import Path

from .problems import ProblemCode, ProblemError, error

TEXT_FILE_UNREADABLE = ProblemCode("Q720", "A text file that the quiz names can be read, and is UTF-8.")


def bytes_of_text_file(path: Path, largest_mb: int) -> bytes:
    """What is in the file. Raises ProblemError where it is too large or cannot be read."""
    try:
        if path.stat().st_size <= largest_mb << 20:
            return path.read_bytes()
        reason = f"is larger than {largest_mb} MB"
    except OSError as fault:
        reason = f"cannot be read: {fault.strerror or 'unknown reason'}"
    raise ProblemError(error(TEXT_FILE_UNREADABLE, f"“{path.name}” {reason}."))


def lines_of(data: bytes, name: str) -> list[str]:
    """The lines of UTF-8 text, with any kind of line break. Raises ProblemError for other bytes."""
    try:
        return re.split(r"\r\n|\n|\r", data.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        problem = error(TEXT_FILE_UNREADABLE, f"{name} is not UTF-8 text.", "save it as UTF-8", line=line)
        raise ProblemError(problem) from fault
