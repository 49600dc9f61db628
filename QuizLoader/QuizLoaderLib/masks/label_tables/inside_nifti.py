"""The label table that some programs keep inside a NIfTI file, as a Caret extension (TotalSegmentator)."""

import gzip
import struct
import zlib
from pathlib import Path
from typing import Any

from .label_table import LabelRow, LabelTable

_CARET = (30, 0)
"""NIfTI's code for Caret's XML; TotalSegmentator writes it under 0, "unknown"."""
_MOST_BYTES = 16 * 1024 * 1024


def nifti_label_table(path: Path) -> LabelTable | None:
    """The names of the values of a ``.nii`` or ``.nii.gz``, None where it has none.

    Source: NIfTI-1, section "Extended header".
    """
    if not path.name.lower().endswith((".nii", ".nii.gz")):
        return None
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            start = file.read(352)
            if len(start) < 352 or start[348] == 0:
                return None
            order = "<" if struct.unpack("<i", start[:4])[0] == 348 else ">"
            end = min(int(struct.unpack(order + "f", start[108:112])[0]), _MOST_BYTES)
            extensions = file.read(max(end - 352, 0))
    except (OSError, EOFError, ValueError, OverflowError, struct.error, zlib.error):
        return None
    place = 0
    while place + 8 <= len(extensions):
        size, code = struct.unpack(order + "2i", extensions[place : place + 8])
        if size < 16:
            return None
        content = extensions[place + 8 : place + size].strip(b"\0 \n")
        if code in _CARET and content.startswith(b"<"):
            return _table(content)
        place += size
    return None


def _table(xml: bytes) -> LabelTable | None:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(xml, parser)
        rows = [_row(label) for label in root.iter("Label")]
    except (etree.XMLSyntaxError, KeyError, ValueError):
        return None
    rows = [row for row in rows if row.value != 0 and row.name]
    return LabelTable(tuple(rows)) if rows else None


def _row(label: Any) -> LabelRow:
    red, green, blue = (min(max(float(label.get(name, "1")), 0.0), 1.0) for name in ("Red", "Green", "Blue"))
    return LabelRow((label.text or "").strip(), int(label.attrib["Key"]), (red, green, blue))
