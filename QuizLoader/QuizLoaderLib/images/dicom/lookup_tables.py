"""Lookup tables of DICOM: of palette colours, and from stored values to those of a modality."""

from dataclasses import dataclass

import numpy as np
from pydicom import Dataset

from .headers import Header, items_of, read_header
from .quick_headers import BIG_ENDIAN

_COLORS = ("Red", "Green", "Blue")


@dataclass(frozen=True, eq=False)
class LookupTable:
    """``entries`` (n,) or (n, 3); the first is for the stored value ``first`` and all below, the last for all
    above those that have one."""

    entries: np.ndarray
    first: int

    def of(self, stored: np.ndarray) -> np.ndarray:
        """What stands for each stored value; a palette's three colours in a last axis."""
        indexes = np.clip(stored.astype(np.int64) - self.first, 0, len(self.entries) - 1)
        return self.entries[indexes]


def modality_table(header: Header) -> LookupTable | None:
    """That of a Modality LUT Sequence (PS3.3 C.11.1), None where there is none."""
    for item in items_of(header.dataset, "ModalityLUTSequence")[:1]:
        count, first, bits = _descriptor(item, "LUTDescriptor", header)
        return LookupTable(_entries(item, "LUTData", count, bits, _order(header)), first)
    return None


def palette(header: Header) -> LookupTable:
    """The colours of a palette (PS3.3 C.7.6.3.1.5), 8 bits each, of which a screen shows the upper ones.

    :raises ValueError: there is none, or one that is damaged.
    """
    dataset = read_header(header.path).dataset
    count, first, bits = _descriptor(dataset, "RedPaletteColorLookupTableDescriptor", header)
    if "RedPaletteColorLookupTableData" in dataset:
        names = [f"{color}PaletteColorLookupTableData" for color in _COLORS]
        colors = [_entries(dataset, name, count, bits, _order(header)) for name in names]
        table = np.stack(colors, axis=-1)
    else:
        table = _segmented(dataset, count, first)
    is_wide = table.dtype.itemsize > 1 and table.max() > 255
    return LookupTable((table >> 8 if is_wide else table).astype(np.uint8), first)


def _order(header: Header) -> str:
    return ">" if header.transfer_syntax == BIG_ENDIAN else "<"


def _descriptor(dataset: Dataset, keyword: str, header: Header) -> tuple[int, int, int]:
    """(entries, the value of the first, bits); the second has the sign of the pixels, whatever its type."""
    values = dataset.get(keyword)
    if isinstance(values, bytes):
        values = np.frombuffer(values, f"{_order(header)}u2").tolist()
    if values is None or len(values) != 3:
        raise ValueError(f"{keyword} is not three numbers")
    count, first, bits = (int(value) for value in values)
    is_signed = header.integer("PixelRepresentation") == 1
    return count % 65536 or 65536, first - 65536 if is_signed and first > 32767 else first, bits


def _entries(dataset: Dataset, keyword: str, count: int, bits: int, order: str) -> np.ndarray:
    """As numbers, or as bytes with one or two for an entry; those of one byte lie in words."""
    value = dataset[keyword].value
    words = (
        np.frombuffer(value, f"{order}u2") if isinstance(value, bytes) else np.array(value).reshape(-1)
    ).astype("<u2")
    return words.view(np.uint8)[:count] if len(words) < count and bits <= 8 else words[:count]


def _segmented(dataset: Dataset, count: int, first: int) -> np.ndarray:
    try:
        from pydicom.pixels import apply_color_lut
    except ImportError:
        from pydicom.pixel_data_handlers.util import apply_color_lut  # pydicom 2.4

    return apply_color_lut(np.arange(first, first + count), dataset)[:, :3]
