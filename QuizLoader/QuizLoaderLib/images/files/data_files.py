"""The separate files that hold the voxels of a header: their names, and where they are."""

import os
import re
from collections.abc import Callable, Sequence
from math import prod
from pathlib import Path

from ...quiz.image_folder import ImageFolder, ImagePathError
from ..errors import DATA_FILE, ImageReadError

FindDataFile = Callable[[str], Path]
"""Gives the file for a name that a header has for separate voxels, relative to the header's folder; raises
ImageReadError where there is none that may be opened."""

_MOST_FILES = 1 << 16


class DataFilesError(ValueError):
    """What a header says of its data files makes no sense; ``str`` goes on after its name."""


def data_file_finder(header: Path, folder: ImageFolder | None = None) -> FindDataFile:
    """One that obeys the rules of a Path in the quiz: no file outside ``folder`` is ever found.

    Without a folder, as for a file that a command was given, that is the header's own, and its links are
    followed.
    """

    within = folder or ImageFolder(header.parent, follow_links=True)

    def find(name: str) -> Path:
        try:
            there = os.path.relpath(header.parent / name, within.root)
            return within.find(Path(there).as_posix()).path
        except ImagePathError as fault:
            sentence = f"“{header.name}” keeps its voxels in another file: {fault.problem.sentence}"
            hint = fault.problem.hint or "keep both files in the same folder"
            raise ImageReadError(DATA_FILE, sentence, hint) from fault

    return find


def named_data_files(value: str, listed: Sequence[str], sizes: Sequence[int]) -> tuple[str, ...]:
    """The names of separate files that a header of text gives by ``value``: one, LIST for the lines
    ``listed``, or a pattern of printf with its first and last number and the step between them.

    Several hold an equal share each: one of the slowest of the axes of these ``sizes``, or of those from the
    number on that may stand behind. Raises DataFilesError.
    Source: NRRD format definition, section "data file"; MetaIO, ElementDataFile.
    """
    if named := re.fullmatch(r"LIST(?:\s+(\d{1,2}))?", value):
        _require_count(len(listed), sizes, named[1])
        return tuple(listed)
    pattern = re.fullmatch(r"(\S*%\S*)\s+(-?\d{1,9})\s+(-?\d{1,9})\s+(-?\d{1,9})(?:\s+(\d{1,2}))?", value)
    if pattern is None:
        return (value,) if value else ()
    name, step = pattern[1], int(pattern[4])
    if not re.fullmatch(r"[^%]*%0?\d{0,2}[diu][^%]*", name) or step == 0:
        raise DataFilesError(f"names its data files by a pattern that cannot be understood: “{name}”")
    numbers = range(int(pattern[2]), int(pattern[3]) + (step > 0 or -1), step)
    _require_count(len(numbers), sizes, pattern[5])
    return tuple(name % number for number in numbers)


def _require_count(count: int, sizes: Sequence[int], axes_in_each: str | None) -> None:
    first = int(axes_in_each) if axes_in_each else len(sizes) - 1
    wanted = prod(sizes[max(first, 0) :])
    if count != wanted or count > _MOST_FILES:
        raise DataFilesError(f"names {count} data files, but {wanted} belong to an image of its lengths")
