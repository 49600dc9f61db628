"""What was computed of drawings before, in files of the report's own."""

import hashlib
import json
import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from ... import __version__
from ...session.whole_file import write_whole

BOXES, PAIRS = ".npz", ".json"
_NAME = re.compile(r"[0-9a-f]{32}\.(npz|json)")


def cache_file(folder: Path, ending: str, *facts: object) -> Path:
    """The file of what follows from these ``facts`` by this version of the program: another one may compute
    otherwise."""
    text = json.dumps([__version__, *facts])
    return folder / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}{ending}"


def save_in_cache(file: Path, data: bytes) -> None:
    """Where there is no room it is only computed again the next time."""
    with suppress(OSError):
        write_whole(file, data)


def remove_unused(folder: Path, used: Collection[str]) -> None:
    """Remove all files of drawings but these, by name; for a folder that nobody else writes into."""
    for path in folder.iterdir():
        if _NAME.fullmatch(path.name) and path.name not in used:
            with suppress(OSError):
                path.unlink()
