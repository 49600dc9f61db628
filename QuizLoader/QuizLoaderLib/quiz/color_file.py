"""The colours of ROIs: the text file that ROIColorFile names, lines of index, name, r g b a."""

from dataclasses import dataclass
from pathlib import Path

from .problems import Problem, ProblemCode, ProblemError, error
from .text_file import bytes_of_text_file, lines_of
from .values import shown, whole_number

COLOR_FILE_LINE = ProblemCode("Q701", "A line of a colour file is: index above 0, name, r g b a.")
COLOR_FILE_REPEATED = ProblemCode("Q702", "An index or name occurs once in a colour file.")


@dataclass(frozen=True)
class RoiColor:
    """``index`` is the label value, above 0; ``rgba`` are 0..255."""

    index: int
    name: str
    rgba: tuple[int, int, int, int]


def read_color_file(path: Path) -> tuple[list[RoiColor], list[Problem]]:
    """The colours in the order of the file, and all that is wrong with it, with lines of that file.

    Lines that begin with ``#`` are skipped; a line with an error is left out.
    """
    try:
        lines = lines_of(bytes_of_text_file(path, largest_mb=16), f"“{path.name}”")
    except ProblemError as fault:
        return [], list(fault.problems)
    colors: list[RoiColor] = []
    problems: list[Problem] = []
    line_of: dict[int | str, int] = {}
    if lines[-1] == "":
        lines.pop()
    for number, line in enumerate(lines, start=1):
        if line.startswith("#"):
            continue
        color = _read_line(line)
        if isinstance(color, Problem):
            problems.append(color.at(line=number))
            continue
        for key, what in ((color.index, f"index {color.index}"), (color.name, f"name {shown(color.name)}")):
            if key in line_of:
                sentence = f"The {what} is already used in line {line_of[key]}."
                problems.append(error(COLOR_FILE_REPEATED, sentence, line=number))
                break
        else:
            line_of[color.index] = line_of[color.name] = number
            colors.append(color)
    return colors, problems


def _read_line(line: str) -> RoiColor | Problem:
    words = line.split()
    hint = "as in: 1 Liver 221 130 101 255"
    if len(words) != 6:
        sentence = f"{shown(line)} has {len(words)} entries, not 6 (index, name, r, g, b, a)."
        return error(COLOR_FILE_LINE, sentence, hint)
    try:
        index = whole_number(words[0])
        red, green, blue, alpha = (whole_number(word) for word in words[2:])
    except ValueError as fault:
        return error(COLOR_FILE_LINE, f"{shown(str(fault))} is not a whole number.", hint)
    if index == 0:
        sentence = f"{shown(line)} has the index 0, which is the background."
        return error(COLOR_FILE_LINE, sentence, "begin with index 1")
    if max(red, green, blue, alpha) > 255:
        sentence = f"{shown(line)} has a colour above 255."
        return error(COLOR_FILE_LINE, sentence, "r, g, b and a are 0 to 255")
    return RoiColor(index, words[1], (red, green, blue, alpha))
