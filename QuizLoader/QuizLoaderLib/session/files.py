"""Names that every file system takes, and why something could not be done."""

import hashlib
import re
import unicodedata
from pathlib import Path

from ..quiz.problems import ExplainedError

NAME_LENGTH = 40
"""Letters of a reader's, quiz's or page's folder; two folders and a file stay below Windows' 260."""

_REFUSED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])(\..*)?", re.IGNORECASE)


class SessionError(ExplainedError):
    """Why a session cannot start or do what was asked, as one sentence for the reader."""


def safe_name(text: str, length: int = NAME_LENGTH) -> str:
    """A file name for ``text`` on every system; equal texts only share a name.

    A text that is a name already stays as it is. Any other is made safe and gets six digits of its hash,
    so that ``a/b`` and ``a:b`` do not meet in one folder.
    """
    text = unicodedata.normalize("NFC", text)
    name = _REFUSED.sub("_", text).strip().rstrip(". ")
    if _RESERVED.fullmatch(name) or name.startswith("."):
        name = f"_{name}"
    if name == text and len(name) <= length and len(name.encode("utf-8", "surrogatepass")) <= 4 * length:
        return name
    digits = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    cut = name[: length - 7].encode("utf-8", "replace").decode("utf-8").rstrip(". ")
    return f"{cut}-{digits}"


def strokes_of(label_map: Path) -> Path:
    """The journal of what was drawn since the files of a drawing were written; these are behind it."""
    return label_map.with_suffix(".strokes")


def is_below(path: Path, folder: Path) -> bool:
    """Whether a path leads to something in ``folder``, which is resolved; not where it is a loop of links."""
    try:
        return path.resolve().is_relative_to(folder)
    except (OSError, RuntimeError, ValueError):
        return False


def reason(fault: OSError | MemoryError) -> str:
    """Why something could not be read or written, as a part of a sentence."""
    if isinstance(fault, MemoryError):
        return "there is not enough memory"
    return fault.strerror or str(fault)
