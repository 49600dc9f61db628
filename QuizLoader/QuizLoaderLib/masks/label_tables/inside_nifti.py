"""The label table that some programs keep inside a NIfTI file, as a Caret extension (TotalSegmentator)."""

import struct
from typing import TYPE_CHECKING

from ...images.files.nifti import NiftiHeader
from ...quiz.closed_xml import xml_tree
from .label_table import LabelRow, LabelTable

if TYPE_CHECKING:
    from lxml.etree import _Element

_CARET = (30, 0)
"""NIfTI's code for Caret's XML; TotalSegmentator writes it under 0, "unknown"."""


def nifti_label_table(header: NiftiHeader) -> LabelTable | None:
    """The names of the values of a NIfTI file, None where it has none.

    Source: NIfTI-1, section "Extended header".
    """
    extensions = header.extensions
    offset = 0
    while offset + 8 <= len(extensions):
        size, code = struct.unpack_from(header.byte_order + "2i", extensions, offset)
        if size < 16:
            return None
        content = extensions[offset + 8 : offset + size].strip(b"\0 \n")
        if code in _CARET and content.startswith(b"<"):
            return _table(content)
        offset += size
    return None


def _table(xml: bytes) -> LabelTable | None:
    try:
        root = xml_tree(xml)
        rows = [_row(label) for label in root.iter("Label")]
    except (KeyError, ValueError):  # of XML that is refused, too
        return None
    rows = [row for row in rows if row.value != 0 and row.name]
    return LabelTable(tuple(rows)) if rows else None


def _row(label: "_Element") -> LabelRow:
    red, green, blue = (min(max(float(label.get(name, "1")), 0.0), 1.0) for name in ("Red", "Green", "Blue"))
    return LabelRow((label.text or "").strip(), int(label.attrib["Key"]), (red, green, blue))
