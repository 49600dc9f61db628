"""One line for each Type: the module that reads its files and makes its nodes."""

from typing import Any

from ...quiz.model import ImageType
from . import label_map, segmentation, structure_set, vector, volume, volume_sequence
from .type_module import TypeModule

TYPES: dict[ImageType, TypeModule[Any]] = {
    ImageType.VOLUME: volume,
    ImageType.VOLUME_SEQUENCE: volume_sequence,
    ImageType.VECTOR: vector,
    ImageType.LABEL_MAP: label_map,
    ImageType.SEGMENTATION: segmentation,
    ImageType.RT_STRUCT: structure_set,
}
