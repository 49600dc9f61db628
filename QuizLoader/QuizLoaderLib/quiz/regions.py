"""The names and colours that a quiz gives regions: MaskValueMap and ROIColorFile, read once.

A colour holds for the region of its name, else for the region of its value. Only a MaskValueMap gives
names, and only to values that their file leaves without one. The alpha of a colour file is not used: how
much of a region covers the image is decided by ContourVisibility.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from .image_folder import FILE_MISSING, FoundFile, ImageFolder, ImagePathError
from .model import Image, Quiz
from .problems import Problem, ProblemCode, ProblemError, error
from .text_file import bytes_of_text_file, lines_of
from .value_map import ValueMap, read_value_map
from .values import shown, whole_number

COLOR_FILE_LINE = ProblemCode("Q701", "A line of a colour file is: index above 0, name, r g b a.")
COLOR_FILE_REPEATED = ProblemCode("Q702", "An index or name occurs once in a colour file.")
VALUE_WITH_NAMES = ProblemCode("Q715", "A mask value that is shown has one label.")

Color = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Regions:
    """What a quiz says of the regions of one image; colours are (r, g, b) 0..1."""

    names: dict[int, tuple[str, ...]] = field(default_factory=dict)
    color_of_name: dict[str, Color] = field(default_factory=dict)
    color_of_value: dict[int, Color] = field(default_factory=dict)

    def name(self, value: int) -> str:
        """The name of a value that has none in its file; empty where it has none, or several, here."""
        names = self.names.get(value, ())
        return names[0] if len(names) == 1 else ""

    def color(self, name: str, value: int | None) -> Color | None:
        """By name, else by value; None where the quiz gives no colour."""
        if name in self.color_of_name:
            return self.color_of_name[name]
        return self.color_of_value.get(value) if value is not None else None

    def ambiguous(self, values: Iterable[int]) -> list[Problem]:
        """An error for each of these values that has several names: it shows under its number."""
        return [
            error(
                VALUE_WITH_NAMES,
                f"MaskValueMap gives the value {value} to {', '.join(map(shown, self.names[value]))}, "
                "so the region of this value has no name.",
                "give each label a value of its own",
            )
            for value in values
            if len(self.names.get(value, ())) > 1
        ]


class QuizRegions:
    """The regions of every image of a quiz; without a ``folder`` a map is looked for beside the quiz only.

    A file that cannot be read, or a line that is wrong, is left out: checking the quiz reports it.
    """

    def __init__(self, quiz: Quiz, folder: ImageFolder | None = None) -> None:
        self._quiz = quiz
        self._folder = folder
        self._of_map: dict[str, Regions] = {}
        self.colors = _read_colors(quiz)
        """Without names: for what a reader draws."""

    def of(self, image: Image) -> Regions:
        """An Image's own MaskValueMap overrides the Session's, which in a quiz that has a page to draw on is
        for what is drawn alone: other label maps have other numbers."""
        of_session = "" if self._quiz.is_drawn_on else self._quiz.mask_value_map
        name = image.mask_value_map or of_session
        if name not in self._of_map:
            self._of_map[name] = self._read_names(name) if name else self.colors
        return self._of_map[name]

    def _read_names(self, name: str) -> Regions:
        try:
            found = find_value_map(self._quiz, name, self._folder)
        except ImagePathError:
            return self.colors
        value_map, _ = read_value_map(found.path)
        return replace(self.colors, names=_names_of_values(value_map)) if value_map else self.colors


def find_color_file(quiz: Quiz) -> FoundFile:
    """The quiz's ROIColorFile, named with or without ``.txt``; raises ImagePathError."""
    beside = beside_quiz(quiz)
    name = quiz.roi_color_file
    if not name.lower().endswith(".txt"):
        try:
            return beside.find(name + ".txt")
        except ImagePathError as fault:
            if fault.problem.code != FILE_MISSING:
                raise
    return beside.find(name)


def find_value_map(quiz: Quiz, name: str, folder: ImageFolder | None) -> FoundFile:
    """A MaskValueMap, beside the quiz or else in the image folder; raises ImagePathError."""
    try:
        return beside_quiz(quiz).find(name)
    except ImagePathError as fault:
        if folder is None or fault.problem.code != FILE_MISSING:
            raise
    return folder.find(name)


def beside_quiz(quiz: Quiz) -> ImageFolder:
    """Where the text files, pictures and scripts lie that a quiz names."""
    return ImageFolder(quiz.path.parent)


def _names_of_values(value_map: ValueMap) -> dict[int, tuple[str, ...]]:
    names: defaultdict[int, list[str]] = defaultdict(list)
    for name, value in value_map.values.items():
        names[value].append(name)
    return {value: tuple(all_names) for value, all_names in names.items()}


def _read_colors(quiz: Quiz) -> Regions:
    if not quiz.roi_color_file:
        return Regions()
    try:
        found = find_color_file(quiz)
    except ImagePathError:
        return Regions()
    colors, _ = read_color_file(found.path)
    by_name: dict[str, Color] = {}
    by_value: dict[int, Color] = {}
    for color in colors:
        red, green, blue = (part / 255 for part in color.rgba[:3])
        by_name[color.name] = by_value[color.index] = (red, green, blue)
    return Regions(color_of_name=by_name, color_of_value=by_value)


@dataclass(frozen=True)
class RoiColor:
    """A line of the ROIColorFile: ``index`` is the label value, above 0; ``rgba`` are 0..255."""

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
