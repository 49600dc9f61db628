"""The separate files in which a header of text keeps its voxels.

Source: NRRD format definition, section "data file"; MetaIO, ElementDataFile.
"""

import re
from collections.abc import Sequence


def named_data_files(value: str, listed: Sequence[str]) -> tuple[str, ...]:
    """The names that a header gives by ``value``: one, LIST for the lines ``listed``, or a pattern of printf
    with its first and last number and the step between them.

    Raises ValueError, which says the pattern, where that is not understood.
    """
    if re.match(r"LIST\b", value):
        return tuple(listed)
    pattern = re.fullmatch(r"(\S*%\S*) +(-?\d+) +(-?\d+) +(-?\d+)(?: +\d+)?", value)
    if pattern is None:
        return (value,) if value else ()
    name, step = pattern[1], int(pattern[4])
    if not re.fullmatch(r"[^%]*%0?\d{0,2}d[^%]*", name) or step == 0:
        raise ValueError(name)
    return tuple(name % number for number in range(int(pattern[2]), int(pattern[3]) + (step > 0 or -1), step))
