"""What is in an image file, for authors who write the names of its regions into a quiz."""

from dataclasses import dataclass
from pathlib import Path

from ...quiz.model import Image, ImageType
from ..files.file_facts import look_at
from ..files.image_file import ImageFile
from .segmentation import described_segments, is_slicer_segmentation, segment_name


@dataclass(frozen=True)
class FileContents:
    """``names`` are those that an ROI element may give, in the order of the file; of a label map's values
    the digits. Empty for a Type without regions. ``unnamed`` are the values that belong to ``names`` where
    the file has no names for them; empty where it has."""

    names: tuple[str, ...]
    unnamed: tuple[int, ...] = ()


def contents(path: Path, image: Image) -> FileContents:
    """The regions of a file as ``image`` reads it; voxels are read only where the header names no regions.

    Raises ImageReadError.
    """
    if image.type is ImageType.RT_STRUCT:
        from ..structure_set.file import read_structure_set

        return FileContents(tuple(roi.name for roi in read_structure_set(path).rois))
    if image.type not in (ImageType.SEGMENTATION, ImageType.LABEL_MAP):
        return FileContents(())
    facts = look_at(path)
    if image.type is ImageType.SEGMENTATION and facts.is_dicom:
        from ..dicom.segmentation import dicom_seg_names

        return FileContents(tuple(dicom_seg_names(path)))
    file = ImageFile(facts)
    if image.type is ImageType.LABEL_MAP:
        return FileContents(tuple(str(value) for value in file.labels.values), file.labels.values)
    if is_slicer_segmentation(file):
        return FileContents(tuple(segment.name for segment in described_segments(file)))
    return FileContents(tuple(segment_name(value) for value in file.labels.values), file.labels.values)
