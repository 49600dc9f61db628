"""The regions that a quiz wants drawn: the labels of its MaskValueMap."""

from dataclasses import dataclass
from pathlib import Path

from ...quiz.image_folder import ImageFolder, ImagePathError
from ...quiz.label_colors import color_of_value
from ...quiz.model import Quiz


@dataclass(frozen=True)
class RegionToDraw:
    """``color`` is (r, g, b), 0..1."""

    name: str
    color: tuple[float, float, float]


def value_map_path(quiz: Quiz, folder: ImageFolder) -> Path | None:
    """The quiz's MaskValueMap, None where it has none that can be found; the check says why."""
    from ...quiz.file_rules import find_value_map

    if not quiz.mask_value_map:
        return None
    try:
        return find_value_map(quiz, quiz.mask_value_map, folder).path
    except ImagePathError:
        return None


def regions_to_draw(quiz: Quiz, map_path: Path | None) -> list[RegionToDraw]:
    """In the order of the map, coloured by ROIColorFile (by name, else by value), else as the value is in
    any image. None where the map cannot be read; the check says why."""
    from ...quiz.value_map import read_value_map

    value_map, _problems = read_value_map(map_path) if map_path else (None, [])
    if value_map is None:
        return []
    by_name, by_value = _colors_of_the_author(quiz)
    return [
        RegionToDraw(name, by_name.get(name) or by_value.get(value) or color_of_value(value))
        for name, value in value_map.values.items()
    ]


def _colors_of_the_author(
    quiz: Quiz,
) -> tuple[dict[str, tuple[float, float, float]], dict[int, tuple[float, float, float]]]:
    from ...quiz.color_file import read_color_file
    from ...quiz.file_rules import find_color_file

    if not quiz.roi_color_file:
        return {}, {}
    try:
        colors, _problems = read_color_file(find_color_file(quiz).path)
    except ImagePathError:
        return {}, {}
    parts = [(color, (color.rgba[0] / 255, color.rgba[1] / 255, color.rgba[2] / 255)) for color in colors]
    return {color.name: rgb for color, rgb in parts}, {color.index: rgb for color, rgb in parts}
