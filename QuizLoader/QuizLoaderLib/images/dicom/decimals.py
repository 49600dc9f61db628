"""Decimal strings as numbers, many at a time; exactly those that Python's float() gives for each."""

import numpy as np


def parse_decimals(raw: bytes) -> np.ndarray:
    """The numbers of a DICOM decimal string (PS3.5 6.2, DS), parted by backslashes; (n,) float64.

    :raises ValueError: one of them is no number.
    """
    raw = raw.strip(b" \0")
    if not raw:
        return np.empty(0)
    if b" " in raw:
        raw = b"\\".join(part.strip(b" ") for part in raw.split(b"\\"))
    # numpy takes other texts for numbers too.
    has_others = raw.translate(None, b"0123456789+-.eE\\") or raw.endswith(b"\\")
    values = None if has_others else _parsed(raw)
    if values is None:
        raise ValueError("not all of these are numbers")
    return values


def _parsed(raw: bytes) -> np.ndarray | None:
    try:
        values: np.ndarray = np.fromstring(raw, np.float64, sep="\\")
    except (DeprecationWarning, ValueError):
        return None
    return values if len(values) == raw.count(b"\\") + 1 else None
