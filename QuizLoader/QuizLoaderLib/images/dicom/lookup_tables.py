"""Lookup tables of DICOM: of palette colours, and from stored values to those of a modality."""

from dataclasses import dataclass

import numpy as np
from pydicom import Dataset

from .headers import Header, items_of, numbers_of, read_header

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


def modality_table(dataset: Dataset) -> LookupTable | None:
    """That of a Modality LUT Sequence (PS3.3 C.11.1), None where there is none."""
    for item in items_of(dataset, "ModalityLUTSequence")[:1]:
        count, first, bits = _descriptor(item, "LUTDescriptor")
        return LookupTable(_entries(item, "LUTData", count, bits), first)
    return None


def palette(header: Header) -> LookupTable:
    """The colours of a palette (PS3.3 C.7.6.3.1.5), 8 bits each, of which a screen shows the upper ones.

    :raises ValueError: there is none, or one that is damaged.
    """
    dataset = read_header(header.path).dataset
    count, first, bits = _descriptor(dataset, "RedPaletteColorLookupTableDescriptor")
    if "RedPaletteColorLookupTableData" in dataset:
        colors = [_entries(dataset, f"{color}PaletteColorLookupTableData", count, bits) for color in _COLORS]
        table = np.stack(colors, axis=-1)
    else:
        table = _segmented(dataset, count, first)
    is_wide = table.dtype.itemsize > 1 and table.max() > 255
    return LookupTable((table >> 8 if is_wide else table).astype(np.uint8), first)


def _descriptor(dataset: Dataset, keyword: str) -> tuple[int, int, int]:
    """(entries, the value of the first, bits); the second may have a sign that its type does not tell."""
    element = dataset.get(keyword)
    values = element if not isinstance(element, bytes) else np.frombuffer(element, "<u2").tolist()
    if values is None or len(values) != 3:
        raise ValueError(f"{keyword} is not three numbers")
    count, first, bits = (int(value) for value in values)
    is_signed = numbers_of(dataset, "PixelRepresentation")[:1] == (1.0,)
    return count or 65536, first - 65536 if is_signed and first > 32767 else first, bits


def _entries(dataset: Dataset, keyword: str, count: int, bits: int) -> np.ndarray:
    """As numbers, or as bytes with one or two for an entry."""
    element = dataset[keyword]
    if isinstance(element.value, bytes):
        is_little = getattr(dataset, "is_little_endian", True) is not False
        order = "<" if is_little else ">"
        if len(element.value) >= 2 * count:
            return np.frombuffer(element.value, f"{order}u2", count).astype(np.uint16)
        words = np.frombuffer(element.value, f"{order}u2").astype("<u2")
        return words.view(np.uint8)[:count]
    values = np.array(element.value).reshape(-1)
    if len(values) < count and bits <= 8:
        return values.astype("<u2").view(np.uint8)[:count]
    return values[:count].astype(np.uint16)


def _segmented(dataset: Dataset, count: int, first: int) -> np.ndarray:
    try:
        from pydicom.pixels import apply_color_lut
    except ImportError:
        from pydicom.pixel_data_handlers.util import apply_color_lut  # pydicom 2.4

    return apply_color_lut(np.arange(first, first + count), dataset)[:, :3]
