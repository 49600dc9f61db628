"""The regions that a quiz wants drawn, and the number that each has in a label map."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from ...quiz.image_folder import ImageFolder, ImagePathError
from ...quiz.label_colors import color_of_value
from ...quiz.model import Image, Quiz
from ...quiz.regions import QuizRegions, find_color_file, find_value_map, read_color_file
from ...quiz.value_map import ValueMap, read_value_map

UNNAMED = "Label_"
"""How the name of a segment begins whose value in a label map has no name; the value follows."""


@dataclass(frozen=True)
class RegionToDraw:
    """``color`` is (r, g, b), 0..1; ``value`` the region's number in a label map."""

    name: str
    color: tuple[float, float, float]
    value: int


@dataclass(frozen=True)
class RegionsToDraw:
    """The regions of one image in the order of the quiz's file, empty where the quiz has neither a
    MaskValueMap nor a ROIColorFile."""

    regions: tuple[RegionToDraw, ...] = ()

    def value_map(self, names: Sequence[str]) -> ValueMap:
        """The values of these segments in a label map: those of the quiz's file in its order, and behind
        them, in the order given, names that it lacks: ``Label_7`` is 7, any other gets the next free value.

        Where segments overlap, the later one of this map has the voxel.
        """
        values = {region.name: region.value for region in self.regions}
        others = [name for name in dict.fromkeys(names) if name not in values]
        numbered = {name: value for name in others if (value := _value_in(name)) not in (0, *values.values())}
        taken = {*values.values(), *numbered.values()}
        free = (value for value in count(1) if value not in taken)
        for name in others:
            values[name] = numbered[name] if name in numbered else next(free)
        return ValueMap(values)


def value_map_path(quiz: Quiz, folder: ImageFolder) -> Path | None:
    """The quiz's MaskValueMap, None where it has none that can be found; the check says why."""
    return _found_map(quiz, quiz.mask_value_map, folder)


def regions_to_draw(quiz: Quiz, image: Image, folder: ImageFolder) -> RegionsToDraw:
    """Those of the image's own MaskValueMap, else of the quiz's, else of its ROIColorFile.

    Coloured by ROIColorFile (by name, else by value), else as the value is in any image. A file that cannot
    be read gives none; the check says why.
    """
    colors = QuizRegions(quiz, folder).colors
    map_path = _found_map(quiz, image.mask_value_map or quiz.mask_value_map, folder)
    value_map, _problems = read_value_map(map_path) if map_path else (None, [])
    values = dict(value_map.values) if value_map else _values_of_color_file(quiz)
    return RegionsToDraw(
        tuple(
            RegionToDraw(name, colors.color(name, value) or color_of_value(value), value)
            for name, value in values.items()
        )
    )


class RegionsOfImages:
    """``regions_to_draw`` of a quiz's images, read once."""

    def __init__(self, quiz: Quiz, folder: ImageFolder) -> None:
        self._quiz, self._folder = quiz, folder
        self._known: dict[str, RegionsToDraw] = {}

    def __call__(self, image: Image) -> RegionsToDraw:
        key = image.mask_value_map
        if key not in self._known:
            self._known[key] = regions_to_draw(self._quiz, image, self._folder)
        return self._known[key]


def _found_map(quiz: Quiz, name: str, folder: ImageFolder) -> Path | None:
    with suppress(ImagePathError):
        return find_value_map(quiz, name, folder).path if name else None
    return None


def _values_of_color_file(quiz: Quiz) -> dict[str, int]:
    with suppress(ImagePathError):
        if quiz.roi_color_file:
            return {color.name: color.index for color in read_color_file(find_color_file(quiz).path)[0]}
    return {}


def _value_in(name: str) -> int:
    """The 7 of ``Label_7``, 0 for any other name."""
    found = re.fullmatch(re.escape(UNNAMED) + "([1-9][0-9]{0,8})", name)
    return int(found[1]) if found else 0
