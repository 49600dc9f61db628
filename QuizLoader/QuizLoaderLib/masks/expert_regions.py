"""Experts' regions that answer keys name: read, and told where they are not what a quiz needs."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..images.arrays import SegmentationArrays
from ..images.errors import ImageReadError
from ..images.files.file_facts import look_at
from ..quiz.image_folder import ImageFolder, ImagePathError
from ..quiz.model import Image, Layer, Page
from ..quiz.problems import Problem, ProblemCode, error, nearest
from ..quiz.value_map import ValueMap
from ..quiz.values import shown
from .errors import MaskError
from .segments import segments_of
from .sources import WITHOUT_NAMES, read_mask_file, read_source

ROI_OF_KEY = ProblemCode("Q850", "The ROI of a Key is in its file, and has voxels there.")

_MARKED_ON = (Layer.BACKGROUND, Layer.FOREGROUND)


def read_expert_regions(path: Path, like: Path | None = None) -> SegmentationArrays:
    """The regions of a file on their own voxels; those of a structure set on the image ``like``.

    What a label image has no name for is called by its value. Raises MaskError, also where ``like`` has
    another frame of reference.
    """
    try:
        is_dicom = look_at(path).is_dicom
        return read_source(path, like if is_dicom else None).segmentation
    except ImageReadError as fault:
        raise MaskError(fault.problem) from fault
    except MaskError as fault:
        if fault.problem.code != WITHOUT_NAMES:
            raise
    voxels, ijk_to_ras = read_mask_file(path)
    return segments_of(voxels, ijk_to_ras, ValueMap({}))


def voxels_of_region(regions: SegmentationArrays, name: str) -> np.ndarray:
    """(voxels, 3): the indices (i, j, k) of the voxels of a region; of all where ``name`` is empty."""
    own = {(each.layer, each.value) for each in regions.segments if name in ("", each.name)}
    found = [np.argwhere(regions.layers[layer] == value)[:, ::-1] for layer, value in sorted(own)]
    return np.concatenate(found) if found else np.empty((0, 3), int)


def problems_of_keys(page: Page, folder: ImageFolder) -> Iterator[Problem]:
    """What is wrong with the regions in the files of its Keys, at their lines; that a file is missing is for
    the rules of a quiz to say."""
    read = lru_cache(maxsize=8)(read_expert_regions)
    for path, roi, line, images in _keys(page):
        try:
            file = folder.find(path).path
        except ImagePathError:
            continue
        found: list[Problem] = []
        for like in _files(images, folder) or [None]:
            try:
                regions = read(file, like)
            except MaskError as fault:
                found.append(fault.problem)
                continue
            found = list(_region(regions, roi, path))
            break
        for problem in found[:1]:
            sentence = f"Key: {problem.sentence}"
            yield Problem(problem.severity, problem.code, sentence, problem.hint, line=line)


def _keys(page: Page) -> Iterator[tuple[str, str, int, list[Image]]]:
    """The path, the ROI and the line of each, and the images that it may belong to."""
    for image in (each for each in page.images if not each.is_another_plane):
        yield from ((key.path, key.name_in_file, key.line, [image]) for key in image.keys)
    for question in page.questions:
        images = [each for each in page.images if each.layer in _MARKED_ON]
        images = [each for each in images if question.image in ("", each.id)]
        yield from ((key.path, key.roi, key.line, images) for key in question.keys if key.path)


def _files(images: list[Image], folder: ImageFolder) -> list[Path | None]:
    found: dict[Path | None, None] = {}
    for image in images:
        try:
            found[folder.find_image(image).path] = None
        except ImagePathError:
            continue
    return list(found)


def _region(regions: SegmentationArrays, roi: str, path: str) -> Iterator[Problem]:
    names = dict.fromkeys(segment.name for segment in regions.segments)
    if roi and roi not in names:
        near = nearest(roi, names)
        hint = f"did you mean {shown(near)}?" if near else ""
        hint = hint or f"in the file: {', '.join(names) or 'no names'}"
        yield error(ROI_OF_KEY, f"The ROI {shown(roi)} is not in {shown(path)}.", hint)
    elif not len(voxels_of_region(regions, roi)):
        what = f"The ROI {shown(roi)} of {shown(path)}" if roi else f"The file {shown(path)}"
        yield error(ROI_OF_KEY, f"{what} has no voxels.")
