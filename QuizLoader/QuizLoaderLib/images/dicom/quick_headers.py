"""A header in a tenth of pydicom's time, for large series; what is unusual is left to pydicom."""

import struct
from functools import cache

from pydicom import Dataset, datadict
from pydicom.dataelem import RawDataElement
from pydicom.tag import BaseTag

IMPLICIT, EXPLICIT, BIG_ENDIAN = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
_LONG = {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
_UNDEFINED = 0xFFFFFFFF
_ITEM, _END_OF_ITEM, _END_OF_SEQUENCE = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_PIXELS = 0x7FE00008
_CHARACTER_SETS = 0x00080005
LONGEST_CHARACTER_SETS = 1024
"""The bytes of their names in a file that is not damaged; there are some twenty."""
_DEEPEST = 16
_element = struct.Struct("<HHI").unpack_from


class _UnusualError(ValueError):
    """The file asks for pydicom."""


def quick_header(start: bytes, is_whole: bool, wanted: frozenset[int]) -> tuple[Dataset, str, int] | None:
    """(the wanted elements, transfer syntax, offset of the pixel data) from the first bytes of a file.

    None where pydicom is needed: no preamble, big endian, deflated, wanted sequences, text beyond ASCII, or
    a header that does not end within the bytes.
    """
    if start[128:132] != b"DICM":
        return None
    try:
        position, syntax = _transfer_syntax(start)
        if syntax in (BIG_ENDIAN, DEFLATED, ""):
            return None
        elements, position = _top_level(start, position, syntax == IMPLICIT, is_whole, wanted)
    except (_UnusualError, struct.error):
        return None
    return Dataset(elements), syntax, position


class QuickItem:
    """An item of a sequence with the wanted elements only, as ``Dataset.get_item`` gives them."""

    def __init__(self, elements: dict[int, RawDataElement]) -> None:
        self.get_item = elements.get


def quick_items(sequence: RawDataElement, wanted: frozenset[int]) -> list[QuickItem] | None:
    """The items of a sequence that pydicom has not parsed yet; None where it is needed for that."""
    raw, is_implicit = sequence.value, sequence.is_implicit_VR
    if not isinstance(raw, bytes) or not sequence.is_little_endian or sequence.VR == "UN":
        return None
    items = []
    position = 0
    try:
        while position < len(raw):
            tag, _, position, length = _read_element(raw, position, is_implicit)
            if tag == _END_OF_SEQUENCE:
                break
            if tag != _ITEM:
                return None
            elements, position = _item(raw, position, length, is_implicit, wanted)
            items.append(QuickItem(elements))
    except (_UnusualError, struct.error):
        return None
    return items


def _item(
    raw: bytes, position: int, length: int, is_implicit: bool, wanted: frozenset[int], depth: int = 0
) -> tuple[dict[int, RawDataElement], int]:
    """The wanted elements of an item and where it ends."""
    end = len(raw) if length == _UNDEFINED else position + length
    elements: dict[int, RawDataElement] = {}
    while position < end:
        tag, vr, begin, size = _read_element(raw, position, is_implicit)
        if tag == _END_OF_ITEM:
            return elements, begin
        position = _end_of_value(raw, begin, size, is_implicit or vr == b"UN", depth)
        if position > end:
            raise _UnusualError
        if tag in wanted:
            if size == _UNDEFINED:
                raise _UnusualError
            key = BaseTag(tag)
            value = raw[begin:position]
            elements[tag] = RawDataElement(key, vr.decode() or None, size, value, begin, is_implicit, True)
    if length == _UNDEFINED:
        raise _UnusualError
    return elements, position


def _transfer_syntax(start: bytes) -> tuple[int, str]:
    position, syntax = 132, ""
    while start[position : position + 2] == b"\x02\x00":
        tag, _, begin, length = _read_element(start, position, is_implicit=False)
        position = begin + length
        if tag == 0x00020010:
            syntax = start[begin:position].decode("ascii", "replace").strip(" \0")
    return position, syntax


def _read_element(start: bytes, position: int, is_implicit: bool) -> tuple[int, bytes, int, int]:
    """(tag, VR, where its value begins, its length)."""
    group, element, length = _element(start, position)
    tag = group << 16 | element
    if is_implicit or group == 0xFFFE:
        return tag, b"", position + 8, length
    vr = start[position + 4 : position + 6]
    if vr in _LONG:
        (length,) = struct.unpack_from("<I", start, position + 8)
        return tag, vr, position + 12, length
    if not vr.isalpha():
        raise _UnusualError
    return tag, vr, position + 8, length >> 16


def _top_level(
    start: bytes, position: int, is_implicit: bool, is_whole: bool, wanted: frozenset[int]
) -> tuple[dict[BaseTag, RawDataElement], int]:
    elements: dict[BaseTag, RawDataElement] = {}
    while not (is_whole and position == len(start)):
        tag, vr, begin, length = _read_element(start, position, is_implicit)
        if tag >= _PIXELS:
            break
        if tag in wanted:
            end = begin + length
            value = start[begin:end]
            name = vr.decode() if vr else _vr_of(tag)
            is_plain = value.isascii() or name in ("US", "SS", "FD", "OB", "OW")
            is_odd = tag == _CHARACTER_SETS and length > LONGEST_CHARACTER_SETS
            if name == "SQ" or end > len(start) or not is_plain or is_odd:
                raise _UnusualError
            key = BaseTag(tag)
            elements[key] = RawDataElement(key, name, length, value, begin, is_implicit, True)
        position = _end_of_value(start, begin, length, is_implicit or vr == b"UN")
        if position > len(start):
            raise _UnusualError
    return elements, position


@cache
def _vr_of(tag: int) -> str:
    return str(datadict.dictionary_VR(tag))


def _end_of_value(start: bytes, position: int, length: int, is_implicit: bool, depth: int = 0) -> int:
    """Where a value ends; one of undefined length is a sequence."""
    if length != _UNDEFINED:
        return position + length
    if depth > _DEEPEST:
        raise _UnusualError
    while True:
        tag, _, position, length = _read_element(start, position, is_implicit)
        if tag == _END_OF_SEQUENCE:
            return position
        if tag != _ITEM:
            raise _UnusualError
        if length != _UNDEFINED:
            position += length
        else:
            position = _item(start, position, length, is_implicit, frozenset(), depth + 1)[1]
