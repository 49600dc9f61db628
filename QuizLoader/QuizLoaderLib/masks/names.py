"""Region names against a value map: what the one has and the other lacks. Names match exactly, but for
blanks at their ends."""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from ..quiz.problems import Problem, ProblemCode, error, nearest, warning
from ..quiz.value_map import ValueMap
from ..quiz.values import said

REGION_NOT_IN_MAP = ProblemCode("M101", "Every region is in the map.")
NOT_IN_SOURCE = ProblemCode("M102", "Every label of the map is among the regions (warning).")
NAME_TWICE = ProblemCode("M103", "Two regions that the map names do not have the same name.")
VALUE_WITH_TWO_NAMES = ProblemCode("M108", "A value of a mask that becomes segments has one name.")

_MOST_SAID = 20
"""So many missing labels are told one by one, as a map of a whole body would drown the rest; and so many
names are compared for likeness, which takes a while in a long map."""


def region_problems(
    names: Sequence[str], value_map: ValueMap, ignore_unmapped: bool = False
) -> list[Problem]:
    """Regions that the map does not name, labels that no region has, and mapped names met twice.

    The lines are those of the map, 0 where a region of the source is to blame.
    """
    known = set(value_map.values)
    problems = _twice(names, known)
    unmapped = [name for name in dict.fromkeys(names) if name not in known]
    for number, name in enumerate(unmapped):
        near = _near(name, known) if number < _MOST_SAID else ""
        if ignore_unmapped:
            sentence = f"The region {said(name)} is not in the map and is left out."
            problems.append(warning(REGION_NOT_IN_MAP, sentence, near))
        else:
            sentence = f"The region {said(name)} is not in the map."
            remedy = "add it to the map, or leave such regions out with --ignore-unmapped"
            hint = f"{near}; {remedy}" if near else remedy
            problems.append(error(REGION_NOT_IN_MAP, sentence, hint))
    present = set(names)
    missing = [name for name in value_map.values if name not in present]
    for name in missing[:_MOST_SAID]:
        sentence = f"The map's {said(name)} is not among the regions."
        line = value_map.lines.get(name, 0)
        problems.append(warning(NOT_IN_SOURCE, sentence, _near(name, present), line=line))
    if len(missing) > _MOST_SAID:
        more = len(missing) - _MOST_SAID
        sentence = f"{more} more labels of the map are not among the regions."
        problems.append(warning(NOT_IN_SOURCE, sentence))
    return problems


def ambiguous_value_problems(value_map: ValueMap) -> list[Problem]:
    """Two labels with one value: fine to paint, but no way back."""
    owners: dict[int, str] = {}
    problems = []
    for name, value in value_map.values.items():
        if value in owners:
            sentence = (
                f"{said(owners[value])} and {said(name)} both have the value {value}, "
                "so the mask cannot tell which of them a voxel is."
            )
            problems.append(error(VALUE_WITH_TWO_NAMES, sentence, line=value_map.lines.get(name, 0)))
        owners.setdefault(value, name)
    return problems


def _twice(names: Sequence[str], known: set[str]) -> list[Problem]:
    problems = []
    for name, count in Counter(names).items():
        if count > 1 and name in known:
            numbers = ", ".join(str(number) for number, one in enumerate(names, start=1) if one == name)
            which = f"{count} regions are called {said(name)} (numbers {numbers})"
            sentence = f"{which}, so it is not clear which is meant."
            problems.append(error(NAME_TWICE, sentence, "rename all but one of them"))
    return problems


def _near(name: str, others: set[str]) -> str:
    same = unicodedata.normalize("NFC", name)
    twin = next((other for other in others if unicodedata.normalize("NFC", other) == same), "")
    if twin:
        return f"{said(twin)} looks the same, but its letters are encoded in another way"
    near = nearest(name, others)
    return f"the nearest name is {said(near)}" if near else ""
