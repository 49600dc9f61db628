"""One line for each Type: how its file is read and how its node is made."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from ...quiz.model import Image, ImageType
from ...quiz.regions import Regions
from ..arrays import SegmentationArrays
from ..files.read_context import ReadContext
from . import label_map, segmentation, vector, volume, volume_sequence


def _one_look(image: Image) -> Hashable:
    return ()


def _look_of_volume(image: Image) -> Hashable:
    return (image.window_level, image.color_table)


def _look_of_label_map(image: Image) -> Hashable:
    roi = image.roi_visibility
    return (image.mask_value_map, (roi.code, roi.names) if roi else ())


def _look_of_segmentation(image: Image) -> Hashable:
    return image.mask_value_map


def _no_values(arrays: Any) -> list[int]:
    return []


def _reference_of_rtstruct(context: ReadContext) -> Hashable:
    from ..structure_set.reference import variant

    return variant(context)


def _read_rtstruct(context: ReadContext) -> SegmentationArrays:
    from ..structure_set.drawn_regions import read_rtstruct

    return read_rtstruct(context)


def _file_alone(context: ReadContext) -> Hashable:
    return ()


@dataclass(frozen=True)
class ImageKind:
    """A Type. ``read`` runs in any thread and raises ImageReadError; ``make_node`` runs in the main thread.

    Where ``needs_volumes`` is set, ``read`` is called after the volumes of its page were read, and
    ``variant`` names what of them the arrays depend on: arrays of one file and one variant are read once.
    Image elements of one file that differ in ``look`` have nodes of their own over the same arrays.
    ``name_regions`` gives the regions of a new node the names and colours of the quiz; ``unnamed_values``
    are the label values of the arrays that the quiz may name.
    """

    read: Callable[[ReadContext], Any]
    make_node: Callable[[Image, Any, Any], Any]
    needs_volumes: bool = False
    look: Callable[[Image], Hashable] = _one_look
    variant: Callable[[ReadContext], Hashable] = _file_alone
    name_regions: Callable[[Any, Any, Regions], None] | None = None
    unnamed_values: Callable[[Any], list[int]] = _no_values


KINDS: dict[ImageType, ImageKind] = {
    ImageType.VOLUME: ImageKind(volume.read, volume.make_node, look=_look_of_volume),
    ImageType.VOLUME_SEQUENCE: ImageKind(
        volume_sequence.read, volume_sequence.make_node, look=_look_of_volume
    ),
    ImageType.VECTOR: ImageKind(vector.read, vector.make_node, look=_look_of_volume),
    ImageType.LABEL_MAP: ImageKind(
        label_map.read,
        label_map.make_node,
        look=_look_of_label_map,
        name_regions=label_map.name_regions,
        unnamed_values=label_map.unnamed_values,
    ),
    ImageType.SEGMENTATION: ImageKind(
        segmentation.read,
        segmentation.make_node,
        look=_look_of_segmentation,
        name_regions=segmentation.name_regions,
        unnamed_values=segmentation.unnamed_values,
    ),
    ImageType.RT_STRUCT: ImageKind(
        _read_rtstruct,
        segmentation.make_node,
        needs_volumes=True,
        variant=_reference_of_rtstruct,
        name_regions=segmentation.name_regions,
    ),
}
