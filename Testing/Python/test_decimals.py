"""Decimal strings are parsed fast, and to the last bit as Python's float() does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from QuizLoaderLib.images.structure_set.file import parse_decimals

DECIMALS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-5000, max_value=5000).map(str),
    st.from_regex(r"[+-]?([0-9]{1,6}\.?[0-9]{0,25}|\.[0-9]{1,12})([eE][+-]?[0-9]{1,2})?", fullmatch=True),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr),
)


def bits(values: np.ndarray) -> list[float]:
    return (values + 0.0).tolist()


@given(st.lists(DECIMALS, min_size=1, max_size=12))
def test_any_decimals_are_what_float_makes_of_them(texts: list[str]) -> None:
    values = parse_decimals("\\".join(texts).encode())

    assert values.dtype == np.float64
    assert bits(values) == [float(text) + 0.0 for text in texts]


@given(st.lists(st.integers(-(10**9), 10**9), min_size=3, max_size=30), st.integers(0, 6))
def test_decimals_of_one_length_as_most_programs_write_them(numbers: list[int], digits: int) -> None:
    texts = [f"{number / 10**digits:.{digits}f}" for number in numbers]

    assert parse_decimals("\\".join(texts).encode()).tolist() == [float(text) for text in texts]


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        (b"", []),
        (b" \0", []),
        (b"1\\2 ", [1, 2]),
        (b" 1.5 \\ -2\\+3.", [1.5, -2, 3]),
        (b"9007199254740993", [9007199254740992]),
        (b"123456789012345678901234567890.5", [123456789012345678901234567890.5]),
        (b"0.30000000000000004\\.1", [0.30000000000000004, 0.1]),
    ],
)
def test_decimals(raw: bytes, values: list[float]) -> None:
    assert parse_decimals(raw).tolist() == values


@pytest.mark.parametrize(
    "raw",
    [
        *(b"1.2.3", b"1\\2.3.4\\5.6", b"--1", b"+-1", b"-+1", b"1-2", b"1\\\\2", b"1\\", b"\\1"),
        *(b"-", b"+", b".", b"-.", b"1\\.\\2", b"1\\-.\\2", b"1\\-\\2", b"1\\+\\2", b"1 2\\3", b"1e", b"e5"),
        *(b"nan", b"inf", b"1,5", b"0x10", b"1_0", b"\xd9\xa3", b"1\n2", b"1;2"),
    ],
)
def test_what_is_no_decimal(raw: bytes) -> None:
    with pytest.raises(ValueError, match="numbers"):
        parse_decimals(raw)
