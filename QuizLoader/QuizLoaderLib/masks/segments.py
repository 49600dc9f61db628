"""A mask of values back to named segments."""

from collections.abc import Mapping

import numpy as np

from ..images.arrays import SegmentationArrays, SegmentDescription
from ..images.files.labels import values_of
from ..quiz.label_colors import color_of_value
from ..quiz.problems import Problem, ProblemCode, error, has_errors, warning
from ..quiz.value_map import ValueMap
from ..quiz.values import said
from .errors import NOT_WHOLE_NUMBERS, MaskError
from .names import ambiguous_value_problems

VALUE_WITHOUT_NAME = ProblemCode("M107", "Every value of a mask has a name in the map (warning).")
WHOLE_FLOATS = ProblemCode("M204", "A mask is stored as an integer type (warning).")
VALUE_OUT_OF_RANGE = ProblemCode("M205", "The values of a mask go from 0 to 4294967295.")
ALL_BACKGROUND = ProblemCode("M207", "A mask has a voxel that is not background (warning).")

MAX_SEGMENT_VALUE = 2**31 - 1
"""A segment's own label value is a C int in MRML; greater values live in the map alone."""


def segments_of(
    voxels: np.ndarray,
    ijk_to_ras: np.ndarray,
    value_map: ValueMap,
    colors: Mapping[str, tuple[float, float, float]] | None = None,
    terminologies: Mapping[str, str] | None = None,
) -> SegmentationArrays:
    """The named segments of a mask, in the order of the map, in one layer.

    A value that the map does not name becomes ``Label_<value>``, with a warning; a label of the map whose
    value the mask does not hold becomes nothing. ``colors`` are (r, g, b) 0..1 by name, the others get the
    generic ones; ``terminologies`` are Slicer's coded meanings by name. Where a value is above 2147483647,
    which a segment cannot hold, the segments are numbered from 1. Raises MaskError: two labels with one
    value, values that are no whole numbers or below 0.
    """
    problems = ambiguous_value_problems(value_map)
    labels, found_problems = whole_numbers(voxels)
    problems += found_problems
    if has_errors(problems):
        raise MaskError(*problems)
    found = values_of(labels)
    named = {value: name for name, value in value_map.values.items()}
    unknown = [value for value in found if value not in named]
    names = {value: named[value] for value in value_map.values.values() if value in set(found)}
    for value in unknown:
        names[value] = f"Label_{value}"
        while names[value] in value_map.values:
            names[value] += "_"
        sentence = f"The map has no name for the value {value}; its segment is called {said(names[value])}."
        problems.append(warning(VALUE_WITHOUT_NAME, sentence))
    if max(names, default=0) > MAX_SEGMENT_VALUE:
        numbered = np.searchsorted(np.array([0, *found], np.int64), labels)
        labels = numbered.astype(np.min_scalar_type(len(found)))
        own = {value: number for number, value in enumerate(found, start=1)}
    else:
        own = {value: value for value in found}
    meanings = terminologies or {}
    segments = tuple(
        SegmentDescription(
            name,
            0,
            own[value],
            (colors or {}).get(name) or color_of_value(value),
            tags={"TerminologyEntry": meanings[name]} if meanings.get(name) else {},
        )
        for value, name in names.items()
    )
    if not segments:
        problems.append(warning(ALL_BACKGROUND, "The mask holds nothing but background."))
    return SegmentationArrays((labels,), ijk_to_ras, segments, tuple(problems))


def whole_numbers(voxels: np.ndarray) -> tuple[np.ndarray, list[Problem]]:
    """The mask as an unsigned type, with what is wrong: fractions, nan, values below 0 or too great."""
    if voxels.ndim != 3:
        what = "A mask has three dimensions and one number for each voxel"
        return voxels, [error(NOT_WHOLE_NUMBERS, f"{what}; this one has {voxels.shape}.")]
    problems = []
    if voxels.dtype.kind == "f":
        odd = voxels[~(np.isfinite(voxels) & (np.floor(voxels) == voxels))]
        if odd.size:
            sentence = f"A mask holds whole numbers; this one holds {odd.flat[0]!s}, of type {voxels.dtype}."
            return voxels, [
                error(NOT_WHOLE_NUMBERS, sentence, "round its values, or save it with an integer type")
            ]
        sentence = f"The mask is stored as {voxels.dtype}; all its values are whole numbers, so it is read."
        problems.append(warning(WHOLE_FLOATS, sentence))
    least, greatest = (voxels.min(), voxels.max()) if voxels.size else (0, 0)
    if least < 0 or greatest > 2**32 - 1:
        sentence = (
            f"The mask holds the value {int(least if least < 0 else greatest)}; "
            "values go from 1 to 4294967295, and 0 is background."
        )
        return voxels, [error(VALUE_OUT_OF_RANGE, sentence)]
    if voxels.dtype.kind == "u" and voxels.dtype.itemsize <= 4:
        return voxels, problems
    return voxels.astype(np.min_scalar_type(int(greatest))), problems
