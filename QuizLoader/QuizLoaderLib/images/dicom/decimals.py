"""Decimal strings as numbers, many at a time; exactly those that Python's float() gives for each."""

import numpy as np

_POWERS = 10.0 ** np.arange(23)
"""Those that a float holds exactly."""
_EXACT = 2**53
_BACKSLASH, _POINT = b"\\."


def parse_decimals(raw: bytes) -> np.ndarray:
    """The numbers of a DICOM decimal string (PS3.5 6.2, DS), parted by backslashes.

    :raises ValueError: one of them is no number.
    """
    raw = raw.strip(b" \0")
    if not raw:
        return np.empty(0)
    values = _plain_decimals(raw)
    if values is not None:
        return values
    if b" " in raw:
        raw = b"\\".join(part.strip(b" ") for part in raw.split(b"\\"))
    has_others = raw.translate(None, b"0123456789+-.eE\\") or raw.endswith(b"\\")
    values = None if has_others else _parsed(raw, np.float64)
    if values is None:
        raise ValueError("not all of these are numbers")
    return values


def _plain_decimals(raw: bytes) -> np.ndarray | None:
    """Each a whole number over a power of ten, in half the time: the quotient of two floats that are exact is
    the float nearest to the decimal. None where there is anything but digits, points and signs, or where a
    quotient would not be exact."""
    characters = np.frombuffer(raw, np.uint8)
    ends = np.append(np.flatnonzero(characters == _BACKSLASH), len(raw))
    # numpy takes a sign alone for a zero.
    if (characters[ends - 1] <= _POINT).any():
        return None
    wholes = _parsed(raw.translate(None, b"."), np.int64)
    if wholes is None or len(wholes) != len(ends) or wholes.min() <= -_EXACT or wholes.max() >= _EXACT:
        return None
    digits = len(raw) - 1 - raw.rfind(b".")
    points = raw.count(b".")
    if points == len(ends) and digits < len(_POWERS) and (characters[ends - digits - 1] == _POINT).all():
        return wholes / _POWERS[digits]
    places = np.flatnonzero(characters == _POINT)
    numbers = np.searchsorted(ends, places)
    behind = np.zeros(len(ends), np.int64)
    behind[numbers] = ends[numbers] - places - 1
    if (np.diff(numbers) == 0).any() or behind.max() >= len(_POWERS):
        return None
    return wholes / _POWERS[behind]


def _parsed(raw: bytes, dtype: type) -> np.ndarray | None:
    try:
        values: np.ndarray = np.fromstring(raw, dtype, sep="\\")
    except (DeprecationWarning, ValueError):
        return None
    return values if len(values) == raw.count(b"\\") + 1 else None
