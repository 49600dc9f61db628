"""DICOM headers: reading them fast, and their values as plain numbers and text, with pydicom 2.4 and 3."""

import io
import os
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

# Everywhere the package itself is asked first: its modules import each other in a circle, and threads that
# enter the circle at several places at once get halves of them.
import pydicom
from pydicom import Dataset
from pydicom.charset import default_encoding
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.tag import BaseTag, Tag

from ...quiz.problems import ProblemCode
from ..errors import ImageReadError
from ..files.file_formats import is_dicom_start
from .quick_headers import DEFLATED, LONGEST_CHARACTER_SETS, quick_header

NOT_DICOM = ProblemCode("Q620", "An image read as DICOM is a DICOM file that may be read.")
DICOM_DAMAGED = ProblemCode("Q621", "A DICOM file is complete.")

_START = 65536
_SEARCHED = 1 << 18
_PIXELS = b"\xe0\x7f\x10\0"
_CHARACTER_SETS: dict[Literal["little", "big"], re.Pattern[bytes]] = {
    "little": re.compile(rb"\x08\0\x05\0(CS..|....)(?=(.{32}))", re.DOTALL),
    "big": re.compile(rb"\0\x08\0\x05(CS..|....)(?=(.{32}))", re.DOTALL),
}
"""For each order of bytes the element's tag, its length, and how its value begins."""
_TEXT = ("LO", "LT", "PN", "SH", "ST", "UC", "UT")
"""The value representations whose letters are those of the file's character set."""

FAULTS = (
    ArithmeticError, AttributeError, BytesLengthException, EOFError, InvalidDicomError, LookupError,
    MemoryError, NotImplementedError, OSError, RecursionError, TypeError, ValueError, struct.error,
    zlib.error,
)  # fmt: skip
"""What pydicom raises on damaged files (found by mutating files; it promises no common type)."""


@contextmanager
def faults_named(path: Path) -> Iterator[None]:
    """Whatever a damaged file makes pydicom raise becomes one ImageReadError that names the file."""
    try:
        yield
    except FileNotFoundError as fault:
        raise ImageReadError(NOT_DICOM, f"“{path.name}” does not exist.") from fault
    except PermissionError as fault:
        raise ImageReadError(NOT_DICOM, f"“{path.name}” may not be read by this user.") from fault
    except FAULTS as fault:
        sentence = f"“{path.name}” is damaged or cut short: its DICOM header cannot be read."
        raise ImageReadError(DICOM_DAMAGED, sentence, "copy or export the file again") from fault


@dataclass(frozen=True, eq=False)
class Header:
    """The elements of one file before its pixel data; ``pixel_offset`` is where that element starts."""

    path: Path
    dataset: Dataset
    pixel_offset: int
    transfer_syntax: str

    @cached_property
    def series_uid(self) -> str:
        return self.text("SeriesInstanceUID")

    @cached_property
    def frame_of_reference(self) -> str:
        return self.text("FrameOfReferenceUID")

    @cached_property
    def modality(self) -> str:
        return self.text("Modality")

    @cached_property
    def is_image(self) -> bool:
        """Whether it has pixels to be shown as an image (a DICOM SEG has not)."""
        return self.integer("Rows") > 0 and self.integer("Columns") > 0 and self.modality != "SEG"

    def text(self, keyword: str) -> str:
        return text_of(self.dataset, keyword)

    def numbers(self, keyword: str) -> tuple[float, ...]:
        return numbers_of(self.dataset, keyword)

    def number(self, keyword: str) -> float:
        values = self.numbers(keyword)
        return values[0] if values else 0.0

    def integer(self, keyword: str, default: int = 0) -> int:
        return integer_of(self.dataset, keyword, default)


@cache
def _tag_and_vr(keyword: str) -> tuple[BaseTag, str]:
    """Looked up once: pydicom does it anew for every access by keyword."""
    tag = Tag(keyword)
    return tag, dictionary_VR(tag)


def text_of(dataset: Dataset, keyword: str) -> str:
    """An element's text in the file's character set; empty where it is absent.

    Letters beyond ASCII in a file that declares no character set (against PS3.5 6.1.2.3) are read as UTF-8
    where they are valid UTF-8, else as Latin-1.
    """
    tag, vr = _tag_and_vr(keyword)
    element = dataset.get_item(tag)
    raw = None if element is None else element.value
    if isinstance(raw, bytes):
        if vr not in _TEXT or raw.isascii() and b"\x1b" not in raw:
            return raw.decode("latin-1").strip(" \0")
        if _declares_nothing(dataset) and b"\x1b" not in raw:
            return _utf_8_or_latin_1(raw).strip(" \0")
    try:
        value = None if raw is None else dataset.get(keyword)
        return "" if value is None else str(value).strip(" \0")
    except FAULTS:
        return ""


def decode_texts(dataset: Dataset) -> None:
    """Give the texts of a file that declares no character set the letters that ``text_of`` reads, so that
    they can be written in another one."""
    if not _declares_nothing(dataset):
        return
    for tag in [*dataset.keys()]:
        element = dataset.get_item(tag)
        keyword = keyword_for_tag(tag)
        if isinstance(element.value, bytes) and not element.value.isascii() and keyword:
            vr = _tag_and_vr(keyword)[1]
            if vr in _TEXT:
                dataset[tag] = pydicom.DataElement(tag, vr, text_of(dataset, keyword))


def _declares_nothing(dataset: Dataset) -> bool:
    """Whether a file, or the file of an item, keeps to ASCII as far as it says."""
    # The first name is that of pydicom 3, the second that of 2.4.
    names = ("original_character_set", "read_encoding")
    known = next(getattr(dataset, name) for name in names if hasattr(dataset, name))
    return known in (None, default_encoding, [default_encoding])


def _utf_8_or_latin_1(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def numbers_of(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """The numbers of a DS, IS, US or FD element; empty where it is absent or no number.

    Most are taken from the raw bytes: pydicom's types cost ten times the time.
    """
    tag, vr = _tag_and_vr(keyword)
    element = dataset.get_item(tag)
    if element is None or element.value is None:
        return ()
    raw = element.value
    try:
        if isinstance(raw, bytes):
            if vr in ("DS", "IS") and element.VR in (None, "DS", "IS", "UN"):
                return tuple(float(part) for part in raw.strip(b" \0").split(b"\\"))
            if vr == "US" and len(raw) == 2:
                return (float(int.from_bytes(raw, "little" if element.is_little_endian else "big")),)
            raw = dataset[tag].value
        if raw is None:
            return ()
        if isinstance(raw, (str, int, float)):
            return (float(raw),)
        return tuple(float(part) for part in raw)
    except FAULTS:
        return ()


def integer_of(dataset: Dataset, keyword: str, default: int = 0) -> int:
    """The first value of a US, UL or IS element."""
    values = numbers_of(dataset, keyword)
    try:
        return int(values[0]) if values else default
    except (OverflowError, ValueError):
        return default


def items_of(dataset: Dataset, keyword: str) -> Sequence[Dataset]:
    """The items of a sequence; none where it is absent or something else."""
    tag = _tag_and_vr(keyword)[0]
    value = dataset[tag].value if tag in dataset else None
    return value if isinstance(value, pydicom.Sequence) else ()


def macro_value(groups: Sequence[Dataset], sequence: str, keyword: str) -> tuple[float, ...]:
    """A number of a functional group macro: that of the first of ``groups`` that has it (PS3.3 C.7.6.16)."""
    for group in groups:
        for item in items_of(group, sequence):
            values = numbers_of(item, keyword)
            if values:
                return values
    return ()


def first_value(groups: Sequence[Dataset], sequence: str, keyword: str) -> tuple[float, ...]:
    """A number of a functional group macro, else of the last of ``groups``, the file's top level."""
    if len(groups) == 1:
        return numbers_of(groups[0], keyword)
    return macro_value(groups, sequence, keyword) or numbers_of(groups[-1], keyword)


def read_header(path: Path, tags: Sequence[str] | None = None) -> Header:
    """All elements before the pixel data, or only those of ``tags``.

    :raises ImageReadError: no such file, no DICOM, or damaged.
    """
    with faults_named(path), path.open("rb") as file:
        start = file.read(132)
        if not is_dicom_start(start):
            sentence = f"“{path.name}” is not a DICOM file."
            raise ImageReadError(NOT_DICOM, sentence, 'without DicomRead="Y" other formats are read')
        file.seek(0)
        return _parse(path, file, tags)


def _parse(path: Path, file: BinaryIO, tags: Sequence[str] | None) -> Header:
    _require_few_character_sets(path, file.read(_SEARCHED))
    file.seek(0)
    wanted: list[BaseTag | int] | None = [_tag_and_vr(keyword)[0] for keyword in tags] if tags else None
    dataset = pydicom.dcmread(file, stop_before_pixels=True, force=True, specific_tags=wanted)
    _require_whole(dataset, file)
    meta = getattr(dataset, "file_meta", None)
    syntax = str(meta.get("TransferSyntaxUID", "")) if meta is not None else ""
    return Header(path, dataset, file.tell(), syntax)


def _require_few_character_sets(path: Path, start: bytes) -> None:
    """pydicom looks up each of them, at every item, and needs seconds for thousands."""
    start = start.partition(_PIXELS)[0]
    for order, pattern in _CHARACTER_SETS.items():
        for length, value in pattern.findall(start):
            count = int.from_bytes(length.removeprefix(b"CS"), order)
            if count > LONGEST_CHARACTER_SETS and b"\0" not in value:
                sentence = f"“{path.name}” is damaged: it names more character sets than there are."
                raise ImageReadError(DICOM_DAMAGED, sentence, "copy or export the file again")


def _require_whole(dataset: Dataset, file: BinaryIO) -> None:
    """pydicom takes what is left of an element that is cut short, and says nothing."""
    here = file.tell()
    if here > file.seek(0, os.SEEK_END):
        raise EOFError
    file.seek(here)
    for tag in [*dataset.keys()]:
        element = dataset.get_item(tag)
        if element.is_raw and element.value and len(element.value) < element.length != 0xFFFFFFFF:
            raise EOFError


MayOpen = Callable[[Path], bool]
"""Whether a file or folder may be opened that was met beside one that was asked for."""


def anything(path: Path) -> bool:
    return True


def headers_in(
    folder: Path,
    tags: Sequence[str],
    series_uid: str = "",
    known: Header | None = None,
    may_open: MayOpen = anything,
) -> list[Header]:
    """The headers of a folder's DICOM files, by file name; of one series where its UID is given.

    The file of the header that is ``known`` is not opened again; it is left out.
    Files that may not be opened, are no DICOM or cannot be parsed are left out. A file whose first megabyte
    does not hold the UID cannot be of that series and is not parsed: that makes a folder of thousands cheap.
    """
    headers = []
    sought = series_uid.encode("latin-1", "replace")
    for path in sorted(folder.iterdir()):
        is_other = path.name.startswith(".") or path.name == "DICOMDIR" or not path.is_file()
        if is_other or (known is not None and path.name == known.path.name) or not may_open(path):
            continue
        try:
            header = header_if_dicom(path, tuple(tags), sought)
        except ImageReadError:
            continue
        if header is not None and (not series_uid or header.series_uid == series_uid):
            headers.append(header)
    return headers


def header_if_dicom(path: Path, tags: tuple[str, ...], sought: bytes = b"") -> Header | None:
    """The elements of ``tags``, read as fast as can be; None where the file is no DICOM or its first megabyte
    does not hold the bytes ``sought``. :raises ImageReadError: it is damaged or may not be read."""
    with faults_named(path), path.open("rb", buffering=0) as file:
        start = file.read(_START)
        if not is_dicom_start(start) or not _may_hold(sought, start, file):
            return None
        quick = quick_header(start, len(start) < _START, _wanted(tags))
        if quick is not None:
            dataset, syntax, pixel_offset = quick
            return Header(path, dataset, pixel_offset, syntax)
        file.seek(0)
        return _parse(path, io.BufferedReader(file), tags)


@cache
def _wanted(tags: tuple[str, ...]) -> frozenset[int]:
    return frozenset(int(_tag_and_vr(keyword)[0]) for keyword in tags)


def _may_hold(sought: bytes, start: bytes, file: BinaryIO) -> bool:
    if sought in start or DEFLATED.encode() in start:
        return True
    return len(start) == _START and sought in start[-64:] + file.read(1 << 20)


_PIXEL_TAGS = {bytes((0xE0, 0x7F, element, 0)) for element in (0x08, 0x09, 0x10)}
_PIXEL_TAGS_BIG = {bytes((0x7F, 0xE0, 0, element)) for element in (0x08, 0x09, 0x10)}


class PixelBytes(NamedTuple):
    """An open file at its pixel bytes; ``length`` is how many there are, -1 where they are compressed.
    ``are_words`` says that bytes are stored in pairs, whichever is the first of them."""

    file: io.BufferedIOBase
    length: int
    is_little: bool
    are_words: bool


def pixel_bytes(header: Header) -> PixelBytes:
    """The pixels of a file that is not deflated; the caller closes it."""
    file = header.path.open("rb")
    file.seek(header.pixel_offset)
    start = file.read(12)
    little = start[:4] in _PIXEL_TAGS
    order: Literal["little", "big"] = "little" if little else "big"
    if not little and start[:4] not in _PIXEL_TAGS_BIG:
        return PixelBytes(file, 0, True, False)
    if start[4:6] in (b"OB", b"OW", b"OF", b"OD", b"UN"):
        length = int.from_bytes(start[8:12], order)
    else:
        length = int.from_bytes(start[4:8], order)
        file.seek(header.pixel_offset + 8)
    return PixelBytes(file, -1 if length == 0xFFFFFFFF else length, little, start[4:6] == b"OW")
