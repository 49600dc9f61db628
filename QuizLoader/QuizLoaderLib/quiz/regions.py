"""The names and colours that a quiz gives regions: MaskValueMap and ROIColorFile, read once.

A colour holds for the region of its name, else for the region of its value. Only a MaskValueMap gives
names, and only to values that their file leaves without one. The alpha of a colour file is not used: how
much of a region covers the image is decided by ContourVisibility.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from .color_file import read_color_file
from .image_folder import FILE_MISSING, FoundFile, ImageFolder, ImagePathError
from .model import Image, Quiz
from .problems import Problem, ProblemCode, error
from .value_map import ValueMap, read_value_map
from .values import shown

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
        """An Image's own MaskValueMap overrides the Session's."""
        name = image.mask_value_map or self._quiz.mask_value_map
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
