"""Type Segmentation: a .seg.nrrd, a label image or a DICOM SEG on the segmentation layer."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ...quiz.label_colors import color_of_value, color_within_range
from ...quiz.model import Image
from ...quiz.problems import Problem, ProblemCode, warning
from ...quiz.regions import Regions
from ...quiz.values import said
from ..arrays import SegmentationArrays, SegmentDescription
from ..errors import IMAGE_DAMAGED, NO_REGION, NOT_INTEGER, WRONG_SHAPE, ImageReadError
from ..files.image_file import ImageFile
from ..vtk_images import set_voxels, vtk_matrix
from .label_map import no_labels_warning
from .type_module import Look, ReadContext, file_alone
from .volume import require_scalar_3d

if TYPE_CHECKING:
    from slicer import vtkMRMLScene, vtkMRMLSegmentationNode, vtkOrientedImageData

BLANKS_AROUND_NAME = ProblemCode("Q614", "A region's name has no blanks at its ends (warning).")
NO_COLOR = ProblemCode("Q615", "A segment's colour is three numbers from 0 to 1 (warning).")

variant = file_alone

_NOT_YET_COLORED = (0.5, 0.5, 0.5)
"""What Slicer writes for a segment without a colour. Source: vtkSegment::SEGMENT_COLOR_INVALID."""
MOST_SEGMENTS = 1000
"""A label image of more values is taken for grey values; MRML would need minutes for its segments."""


def read(context: ReadContext) -> SegmentationArrays:
    """The file's segments, whichever kind of segmentation it is; raises ImageReadError."""
    if context.facts.is_dicom:
        from ..dicom.segmentation import read_dicom_seg

        return read_dicom_seg(context.path)
    file = context.file()
    if is_slicer_segmentation(file):
        return _read_slicer_segmentation(file)
    require_scalar_3d(file, "Segmentation")
    labels = file.labels
    if len(labels.values) > MOST_SEGMENTS:
        sentence = f"“{file.path.name}” is not a label image: it has {len(labels.values)} different values."
        raise ImageReadError(NOT_INTEGER, sentence, 'Type="Volume" shows grey values')
    segments = tuple(
        _segment_of_value(file, value, index)
        for value, index in zip(labels.values, labels.indexes, strict=True)
    )
    problems = (*file.problems, *no_labels_warning(file.path.name, labels))
    return SegmentationArrays((labels.shown,), file.ijk_to_ras, segments, problems)


def _segment_of_value(file: ImageFile, value: int, index: int) -> SegmentDescription:
    own = file.named_values.get(value)
    return SegmentDescription(
        name=own.name if own else segment_name(value),
        layer=0,
        value=index,
        color=(own.color if own else None) or color_of_value(value),
        id=segment_name(value),
        label_value=value,
        is_named=own is not None,
    )


def segment_name(value: int) -> str:
    """The name of a label image's value as a segment, as Slicer gives it."""
    return f"Segment_{value}"


def is_slicer_segmentation(file: ImageFile) -> bool:
    """Whether the header describes segments, as a .seg.nrrd does (whatever its name)."""
    return any(re.match(r"Segment(ation|\d+)_", key) for key in file.header)


def described_segments(file: ImageFile) -> tuple[SegmentDescription, ...]:
    """The segments that a .seg.nrrd's header lists, without reading a voxel.

    Source: Slicer's vtkMRMLSegmentationStorageNode. Files from before shared layers have neither Layer nor
    LabelValue: each segment then is the value 1 of a layer of its own. Raises ImageReadError where a
    number is none, or where a layer is named that the file has not.
    """
    numbers = sorted(
        int(match.group(1)) for key in file.header if (match := re.fullmatch(r"Segment(\d+)_ID", key))
    )
    segments = []
    for index, number in enumerate(numbers):
        facts = {
            key.split("_", 1)[1]: value
            for key, value in file.header.items()
            if key.startswith(f"Segment{number}_")
        }
        layer = _whole_number(file, facts.get("Layer", str(index)))
        if not 0 <= layer < file.components:
            sentence = f"“{file.path.name}” puts a segment on layer {layer} but has {file.components} layers."
            raise ImageReadError(IMAGE_DAMAGED, sentence, "save the segmentation again")
        value = _whole_number(file, facts.get("LabelValue", "1"))
        color = _color(facts.get("Color") or facts.get("DefaultColor", ""))
        segments.append(
            SegmentDescription(
                name=facts.get("Name", "").strip() or facts["ID"].strip(),
                layer=layer,
                value=value,
                color=color if color != _NOT_YET_COLORED else None,
                id=facts["ID"],
                label_value=value,
                tags=_tags(facts.get("Tags", "")),
            )
        )
    return tuple(segments)


def _read_slicer_segmentation(file: ImageFile) -> SegmentationArrays:
    if len(file.size) > 3:
        sentence = f"“{file.path.name}” has {len(file.size)} axes and does not say which holds its layers."
        hint = "let its header say “kinds: list domain domain domain”, in the order of the axes"
        raise ImageReadError(WRONG_SHAPE, sentence, hint)
    segments = described_segments(file)
    if file.dtype.kind not in "iu":
        sentence = f"“{file.path.name}” is not a segmentation: its voxels are {file.dtype.name} numbers."
        raise ImageReadError(NOT_INTEGER, sentence, "save it with an integer type")
    problems = (*file.problems, *_doubtful_descriptions(file))
    if not segments:
        sentence = f"“{file.path.name}” is a segmentation without segments."
        problems += (warning(NO_REGION, sentence, "nothing of it is shown"),)
    offset = file.header.get("Segmentation_ReferenceImageExtentOffset", "0 0 0").split()
    return SegmentationArrays(
        file.layers,
        file.ijk_to_ras,
        segments,
        problems,
        tuple(_whole_number(file, part) for part in offset) if len(offset) == 3 else (0, 0, 0),  # type: ignore[arg-type]
        file.header.get("Segmentation_ConversionParameters", ""),
    )


def _doubtful_descriptions(file: ImageFile) -> tuple[Problem, ...]:
    """A warning for the first name with blanks at its ends, and one for the first colour that is none."""
    problems = []
    found = [(re.fullmatch(r"Segment\d+_(\w+)", key), text) for key, text in file.header.items()]
    names = [text for key, text in found if key and key[1] == "Name" and text.strip()]
    if name := next((name for name in names if name != name.strip()), ""):
        sentence = f"“{file.path.name}” has blanks at the ends of the region name {said(name)}."
        problems.append(warning(BLANKS_AROUND_NAME, sentence, "they do not count"))
    colors = [text for key, text in found if key and key[1] == "Color" and text]
    if color := next((color for color in colors if _color(color) is None), ""):
        sentence = f"“{file.path.name}” gives a segment the colour {said(color)}, which is none."
        problems.append(warning(NO_COLOR, sentence, "it is shown in another"))
    return tuple(problems)


def _whole_number(file: ImageFile, text: str) -> int:
    try:
        return int(text)
    except ValueError as fault:
        sentence = f"“{file.path.name}” describes its segments with “{text}” where a number belongs."
        raise ImageReadError(IMAGE_DAMAGED, sentence, "save the segmentation again") from fault


def _color(text: str) -> tuple[float, float, float] | None:
    """None for what is no three numbers; a number that is too low or too high becomes the nearest."""
    try:
        return color_within_range([float(part) for part in text.split()])
    except ValueError:
        return None


def _tags(text: str) -> dict[str, str]:
    """``name:value|name:value|``; a value may hold further colons."""
    pairs = (entry.partition(":") for entry in text.split("|"))
    return {name: value for name, colon, value in pairs if colon}


def region_names(arrays: SegmentationArrays, regions: Regions) -> list[str]:
    """Those of the segments; the quiz may name the values of a label image."""
    return [
        one.name if one.is_named or one.label_value is None else regions.name(one.label_value) or one.name
        for one in arrays.segments
    ]


def named_by_quiz(arrays: SegmentationArrays, regions: Regions) -> SegmentationArrays:
    """With the names and colours that the segments are shown with; any thread may do it."""
    names = region_names(arrays, regions)
    return replace(
        arrays,
        segments=tuple(
            replace(
                one,
                name=name,
                color=regions.color(name, one.label_value) or one.color or color_of_value(number),
            )
            for number, (one, name) in enumerate(zip(arrays.segments, names, strict=True), start=1)
        ),
    )


def look_of(image: Image) -> Look:
    return Look(regions=image.mask_value_map)


def make_node(
    name: str, arrays: SegmentationArrays, look: Look, scene: "vtkMRMLScene"
) -> "vtkMRMLSegmentationNode":
    """A vtkMRMLSegmentationNode with its display node; segments of a layer share one label image.

    The binary label maps look at the arrays' own memory; no closed surface is made (main thread).
    """
    import slicer

    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    segmentation = node.GetSegmentation()
    representation = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
    segmentation.SetSourceRepresentationName(representation)
    if arrays.conversion_parameters:
        segmentation.DeserializeConversionParameters(arrays.conversion_parameters)
    label_images = [label_image(arrays, layer) for layer in range(len(arrays.layers))]
    for number, described in enumerate(arrays.segments, start=1):
        segment = slicer.vtkSegment()
        segment.SetName(described.name)
        segment.SetColor(*(described.color or color_of_value(number)))
        segment.SetLabelValue(described.value)
        segment.AddRepresentation(representation, label_images[described.layer])
        for tag, value in described.tags.items():
            segment.SetTag(tag, value)
        wanted = described.id or f"Segment_{number}"
        segmentation.AddSegment(segment, segmentation.GenerateUniqueSegmentID(wanted))
    node.CreateDefaultDisplayNodes()
    return node


def name_regions(node: "vtkMRMLSegmentationNode", arrays: SegmentationArrays, regions: Regions) -> None:
    """Give the segments of a new node the names and colours of the quiz (main thread).

    A name that the file gives stays.
    """
    segmentation = node.GetSegmentation()
    for number, named in enumerate(named_by_quiz(arrays, regions).segments):
        segment = segmentation.GetNthSegment(number)
        segment.SetName(named.name)
        segment.SetColor(*(named.color or color_of_value(number + 1)))


def unnamed_values(arrays: SegmentationArrays) -> list[int]:
    """The values of a label image, which a quiz may name."""
    return [one.label_value for one in arrays.segments if not one.is_named and one.label_value is not None]


def label_image(arrays: SegmentationArrays, layer: int) -> "vtkOrientedImageData":
    """A layer as Slicer has it, over the arrays' own memory (main thread)."""
    import slicer

    voxels = arrays.layers[layer]
    first = arrays.extent_offset
    extent = []
    for start, length in zip(first, voxels.shape[::-1], strict=True):
        extent += [start, start + length - 1]
    ijk_to_ras = arrays.ijk_to_ras.copy()
    ijk_to_ras[:, 3] = ijk_to_ras @ [-first[0], -first[1], -first[2], 1]
    image = slicer.vtkOrientedImageData()
    image.SetExtent(extent)
    image.SetImageToWorldMatrix(vtk_matrix(ijk_to_ras))
    set_voxels(image, voxels)
    return image
