"""The regions that a quiz wants drawn: the labels of its MaskValueMap."""

from dataclasses import dataclass
from pathlib import Path

from ...quiz.image_folder import ImageFolder, ImagePathError
from ...quiz.label_colors import color_of_value
from ...quiz.model import Quiz
from ...quiz.regions import Regions, find_value_map
from ...quiz.value_map import read_value_map


@dataclass(frozen=True)
class RegionToDraw:
    """``color`` is (r, g, b), 0..1."""

    name: str
    color: tuple[float, float, float]


def value_map_path(quiz: Quiz, folder: ImageFolder) -> Path | None:
    """The quiz's MaskValueMap, None where it has none that can be found; the check says why."""
    if not quiz.mask_value_map:
        return None
    try:
        return find_value_map(quiz, quiz.mask_value_map, folder).path
    except ImagePathError:
        return None


def regions_to_draw(map_path: Path | None, colors: Regions) -> list[RegionToDraw]:
    """In the order of the map, coloured by ROIColorFile (by name, else by value), else as the value is in
    any image. None where the map cannot be read; the check says why."""
    value_map, _problems = read_value_map(map_path) if map_path else (None, [])
    if value_map is None:
        return []
    return [
        RegionToDraw(name, colors.color(name, value) or color_of_value(value))
        for name, value in value_map.values.items()
    ]
