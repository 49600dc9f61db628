"""One line for each Type: the module that reads its files and makes its nodes."""

from pathlib import Path
from typing import Any

from ...quiz.image_folder import ImageFolder
from ...quiz.model import ImageType
from ..files.data_files import data_file_finder
from ..files.file_facts import look_at
from . import label_map, segmentation, structure_set, vector, volume, volume_sequence
from .type_module import FileContents, ReadContext, TypeModule

TYPES: dict[ImageType, TypeModule[Any]] = {
    ImageType.VOLUME: volume,
    ImageType.VOLUME_SEQUENCE: volume_sequence,
    ImageType.VECTOR: vector,
    ImageType.LABEL_MAP: label_map,
    ImageType.SEGMENTATION: segmentation,
    ImageType.RT_STRUCT: structure_set,
}


def contents(path: Path, type: ImageType, folder: ImageFolder | None = None) -> FileContents:
    """The regions of a file as a Type reads it; none outside ``folder`` is opened. Raises ImageReadError."""
    facts = look_at(path, data_file_finder(path, folder))
    return TYPES[type].contents(ReadContext(path, known=facts, folder=folder))
