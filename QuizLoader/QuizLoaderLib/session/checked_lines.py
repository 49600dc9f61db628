"""Lines that say themselves whether they are whole: the CRC-32 of the rest in eight hexadecimal digits, a
space, and a JSON object in UTF-8."""

import json
import zlib
from collections.abc import Mapping

from ..quiz.text_file import json_of


def checked_line(found: Mapping[str, object]) -> bytes:
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return b"%08x %s\n" % (zlib.crc32(text), text)


def object_of(line: bytes) -> dict[str, object] | None:
    """The object of a line without its end; None where it is not whole."""
    digits, _, text = line.partition(b" ")
    try:
        if int(digits, 16) != zlib.crc32(text):
            return None
        found = json_of(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
