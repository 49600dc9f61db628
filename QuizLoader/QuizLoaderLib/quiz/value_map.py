"""Which value a region label has in a mask: the text file with lines such as ``Liver=10``.

The format is XNAT's ``region2MaskValueMap.txt`` ("Configuring a Segmentation Mapping Resource for your
Model"). What its description leaves open is decided here: blank lines and lines that start with ``#`` are
skipped, the value stands behind the last ``=``, and 0 is the background, which is not listed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .problems import Problem, ProblemCode, ProblemError, error, warning
from .text_file import bytes_of_text_file, lines_of

VALUE_MAP_LINE = ProblemCode("Q711", "A line of a mask value file is: Label=value, a whole number above 0.")
VALUE_MAP_REPEATED = ProblemCode("Q712", "A line of a mask value file occurs again (warning).")
VALUE_MAP_CONFLICT = ProblemCode("Q713", "A label has one mask value.")
VALUE_MAP_EMPTY = ProblemCode("Q716", "A mask value file has a label.")
VALUE_MAP_LARGE_VALUE = ProblemCode("Q714", "A mask value that some tools cannot store (warning).")

LARGEST_VALUE = 2**32 - 1
LARGEST_BYTE = 255
LARGEST_EXPORTED_BY_SLICER = 32767
# Python's int() also takes '+7', '1_0' and digits of other scripts.
_VALUE = re.compile(r"[0-9]+", re.ASCII)


@dataclass(frozen=True)
class ValueMap:
    """``values`` are label -> value in the order of the file, which decides overlaps: the last wins.

    ``lines`` says where each label stands, counted from 1.
    """

    values: Mapping[str, int]
    lines: Mapping[str, int] = field(default_factory=dict)

    def names_of(self, value: int) -> tuple[str, ...]:
        """The labels that have this value: one, none, or several that are merged under it."""
        return tuple(name for name, own in self.values.items() if own == value)


def read_value_map(path: Path) -> tuple[ValueMap | None, list[Problem]]:
    """The map of a file and everything that is wrong with it; None where the file cannot be read.

    A line with an error is left out of the map.
    """
    try:
        return parse_value_map(bytes_of_text_file(path, largest_mb=64))
    except ProblemError as fault:
        return None, list(fault.problems)


def parse_value_map(data: bytes) -> tuple[ValueMap | None, list[Problem]]:
    """``read_value_map`` of a file's bytes."""
    try:
        written_lines = lines_of(data, "The value map")
    except ProblemError as fault:
        return None, list(fault.problems)
    values: dict[str, int] = {}
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    for number, written in enumerate(written_lines, start=1):
        entry = written.strip()
        if not entry or entry.startswith("#"):
            continue
        label, sign, digits = (part.strip() for part in entry.rpartition("="))
        wrong = _fault(entry, label, sign, digits)
        if wrong is not None:
            problems.append(error(VALUE_MAP_LINE, *wrong, line=number))
            continue
        value = int(digits)
        if label in values:
            if values[label] == value:
                sentence = f"“{label}” is listed twice with the same value; line {lines[label]} has it too."
                problems.append(warning(VALUE_MAP_REPEATED, sentence, line=number))
            else:
                sentence = f"“{label}” has the value {value} here and {values[label]} in line {lines[label]}."
                problems.append(error(VALUE_MAP_CONFLICT, sentence, line=number))
            continue
        values[label], lines[label] = value, number
    if not values and not problems:
        problems.append(error(VALUE_MAP_EMPTY, "The map has no label.", "write lines such as Liver=10"))
    problems += _large_values(values, lines)
    return ValueMap(values, lines), problems


def _fault(line: str, label: str, sign: str, digits: str) -> tuple[str, str] | None:
    if not sign:
        return f"“{_short(line)}” has no “=”.", "write Label=value, as in Liver=10"
    if not label:
        return f"“{_short(line)}” has no label before the “=”.", "write Label=value, as in Liver=10"
    if digits.startswith("-") and _VALUE.fullmatch(digits[1:]):
        return f"The value of “{_short(label)}” is “{_short(digits)}”; values go from 1 upwards.", ""
    if not _VALUE.fullmatch(digits):
        hint = (
            "a comment needs a line of its own" if "#" in digits else "write a whole number, as in Liver=10"
        )
        return f"The value of “{_short(label)}” is “{_short(digits)}”, which is not a whole number.", hint
    if len(digits) > 100 or int(digits) > LARGEST_VALUE:
        return f"The value of “{_short(label)}” is above {LARGEST_VALUE}.", ""
    if int(digits) == 0:
        return f"“{_short(label)}” has the value 0, which is the background and must not be listed.", ""
    return None


def _large_values(values: Mapping[str, int], lines: Mapping[str, int]) -> list[Problem]:
    """One warning for each limit, at the first label above it."""
    problems = []
    for limit, who in (
        (LARGEST_BYTE, "tools that expect one byte for each voxel cannot read the mask"),
        (LARGEST_EXPORTED_BY_SLICER, "Slicer's own export to a label map clips there"),
    ):
        label = next((label for label, value in values.items() if value > limit), None)
        if label is not None:
            sentence = f"The value {values[label]} of “{_short(label)}” is above {limit}: {who}."
            problems.append(warning(VALUE_MAP_LARGE_VALUE, sentence, line=lines[label]))
    return problems


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "..."
