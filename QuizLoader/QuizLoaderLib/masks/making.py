"""From file to file: what one call of ``quizloader mask`` and one case of a batch do."""

from dataclasses import replace
from pathlib import Path

from ..images.arrays import SegmentationArrays
from ..images.files.label_names import LabelTable
from ..quiz.problems import error
from .errors import NOTHING_MAPPED, MaskError
from .files import mask_ending, require_segmentation_name, write_mask, write_segmentation
from .painting import Mask, paint
from .segments import segments_of
from .sources import AS_DRAWN, ContourFilling, read_mask_file, read_source, source_labels


def make_mask(
    source: Path,
    table: LabelTable,
    out: Path,
    like: Path | None = None,
    ignore_unmapped: bool = False,
    names: LabelTable | None = None,
    scratch: Path | None = None,
    filling: ContourFilling = AS_DRAWN,
) -> Mask:
    """Paint the regions of a file by a map into .nrrd, .nii.gz, .nii or .mha, or into a DICOM SEG (.dcm).

    ``like`` is an image file or a folder with one DICOM series; ``names`` names the values of a label image,
    ``filling`` says how contours become voxels; the file is first written in the folder ``scratch``, or
    beside ``out``. Raises MaskError with all that is wrong; ``out`` is then as it was before.
    """
    to_dicom = out.name.lower().endswith(".dcm")
    if not to_dicom:
        mask_ending(out)
    found = read_source(source, like, names, filling)
    if to_dicom:
        from .dicom_segmentation import write_dicom_segmentation

        return write_dicom_segmentation(found, table.value_map, out, ignore_unmapped)
    mask = paint(found.regions, table.value_map, found.grid, ignore_unmapped)
    write_mask(mask, out, scratch)
    return replace(mask, painted_on=found.target.path if found.target else None)


def make_segments(mask: Path, table: LabelTable, out: Path) -> SegmentationArrays:
    """Turn the values of a mask into named, coloured segments and write them as a .seg.nrrd.

    Raises MaskError; ``out`` is then as it was before.
    """
    require_segmentation_name(out)
    voxels, ijk_to_ras = read_mask_file(mask)
    segmentation = segments_of(voxels, ijk_to_ras, table.value_map, table.colors, table.terminologies)
    write_segmentation(segmentation, out)
    return segmentation


def first_map(source: Path, names: LabelTable | None = None) -> LabelTable:
    """A map of the regions in a file, in its order: with the values it gives them, where these are usable,
    else with 1, 2, 3. Raises MaskError where there are no regions."""
    rows = source_labels(source, names)
    named = tuple({row.name: row for row in reversed(rows)}.values())[::-1]
    if not named:
        raise MaskError(error(NOTHING_MAPPED, f"“{source.name}” has no regions."))
    values = [row.value for row in named]
    if len(set(values)) < len(values) or min(values) < 1:
        named = tuple(replace(row, value=number) for number, row in enumerate(named, start=1))
    return LabelTable(named)
