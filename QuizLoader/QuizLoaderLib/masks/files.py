"""Masks as files, and segments as the ``.seg.nrrd`` of Slicer, written whole or not at all."""

import errno
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..images.arrays import SegmentationArrays, SegmentDescription
from ..images.files.raw_voxels import fast_zlib
from ..images.grid import RAS_TO_LPS, Grid
from ..quiz.label_colors import color_of_value
from ..quiz.problems import error
from ..session.whole_file import whole_file
from .errors import MASK_NOT_WRITTEN, UNKNOWN_FORMAT, MaskError
from .painting import Mask

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

MASK_ENDINGS = (".nrrd", ".nii.gz", ".nii", ".mha")
_NRRD_TYPES = {"u1": "uint8", "u2": "uint16", "u4": "uint32", "i1": "int8", "i2": "int16", "i4": "int32"}


@contextmanager
def writing(path: Path, scratch: Path | None = None) -> Iterator[Path]:
    """``whole_file`` whose faults are MaskErrors that name the file."""
    try:
        with whole_file(path, scratch) as part:
            yield part
    except OSError as fault:
        is_full = fault.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
        hint = "make room on the disk and run it again" if is_full else ""
        sentence = f"“{path}” could not be written: {fault.strerror or fault}."
        raise MaskError(error(MASK_NOT_WRITTEN, sentence, hint)) from fault


def mask_ending(path: Path) -> str:
    """The ending of a mask's file name; raises MaskError where it is none that a mask can have."""
    ending = next((one for one in MASK_ENDINGS if path.name.lower().endswith(one)), "")
    if not ending or path.name.lower().endswith(".seg.nrrd"):
        sentence = f"A mask cannot be written as “{path.name}”."
        hint = f"let the name end with one of {', '.join(MASK_ENDINGS)}, or .dcm for a DICOM segmentation"
        raise MaskError(error(UNKNOWN_FORMAT, sentence, hint))
    return ending


def write_mask(mask: Mask, path: Path, scratch: Path | None = None) -> None:
    """Write a mask as .nrrd, .nii.gz, .nii or .mha, by the ending of ``path``, always with the same bytes.

    Raises MaskError where it cannot be written; the file is then as it was before.
    """
    ending = mask_ending(path)
    with writing(path, scratch) as part:
        if ending == ".nrrd":
            with part.open("wb") as file:
                write_nrrd(file, (mask.voxels,), mask.ijk_to_ras, {})
        else:
            _write_with_itk(mask, part)


def write_nrrd(
    file: "SupportsWrite[bytes]",
    layers: tuple[np.ndarray, ...],
    ijk_to_ras: np.ndarray,
    facts: Mapping[str, str],
    level: int = 6,
) -> None:
    """A gzip NRRD of one layer, or of several as the fastest axis, with ``facts`` as its key/value pairs;
    ``level`` says how hard to pack, from 1 to 9; 1 is as quick as can be, and its bytes depend on what is
    installed.

    Own code, as ITK's writer has no words for a list of layers; the space is left-posterior-superior.
    Source: NRRD format definition, https://teem.sourceforge.net/nrrd/format.html
    """
    shape = layers[0].shape
    dtype = layers[0].dtype.newbyteorder("<")
    matrix = RAS_TO_LPS @ ijk_to_ras
    directions = [_vector(matrix[:3, axis]) for axis in range(3)]
    several = len(layers) > 1
    header = [
        "NRRD0004",
        f"type: {_NRRD_TYPES[dtype.str[1:]]}",
        f"dimension: {4 if several else 3}",
        "space: left-posterior-superior",
        "sizes: " + " ".join(str(size) for size in (*([len(layers)] if several else []), *shape[::-1])),
        "space directions: " + " ".join([*(["none"] if several else []), *directions]),
        "kinds: " + " ".join([*(["list"] if several else []), "domain", "domain", "domain"]),
        "endian: little",
        "encoding: gzip",
        f"space origin: {_vector(matrix[:3, 3])}",
        # In a key/value pair a line break is written \n and a backslash \\.
        *(key + ":=" + value.replace("\\", "\\\\").replace("\n", "\\n") for key, value in facts.items()),
    ]
    file.write(("\n".join(header) + "\n\n").encode())
    packer = (fast_zlib if level == 1 else zlib).compressobj(level, zlib.DEFLATED, 31)
    for k in range(shape[0]):
        planes = [np.ascontiguousarray(layer[k], dtype) for layer in layers]
        file.write(packer.compress((np.stack(planes, axis=-1) if several else planes[0]).tobytes()))
    file.write(packer.flush())


def _write_with_itk(mask: Mask, part: Path) -> None:
    """SimpleITK writes; what it wrote is read again, as ITK says nothing where a disk is full (NIfTI)."""
    import SimpleITK

    SimpleITK.ProcessObject.GlobalWarningDisplayOff()
    image = SimpleITK.GetImageFromArray(mask.voxels)
    matrix = RAS_TO_LPS @ mask.ijk_to_ras
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((matrix[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin(matrix[:3, 3].tolist())
    try:
        SimpleITK.WriteImage(image, str(part), useCompression=True)
        written = SimpleITK.GetArrayViewFromImage(back := SimpleITK.ReadImage(str(part)))
        same = written.dtype == mask.voxels.dtype and np.array_equal(written, mask.voxels)
        del written, back
    except RuntimeError:
        same = False
    if not same:
        raise OSError(errno.EIO, "not all of it could be written; is the disk full, or over its quota?")


def _vector(values: np.ndarray) -> str:
    return "(" + ",".join(repr(float(value)) for value in values) + ")"


def require_segmentation_name(path: Path) -> None:
    """Raise MaskError where a file of segments has another ending than .seg.nrrd."""
    if not path.name.lower().endswith(".seg.nrrd"):
        sentence = f"Segments cannot be written as “{path.name}”."
        raise MaskError(error(UNKNOWN_FORMAT, sentence, "let the name end with .seg.nrrd"))


def reference_geometry(grid: Grid) -> str:
    """Slicer's text for the whole grid that segments are drawn on, as its conversion parameters have it.

    Source: vtkSegmentationConverter::SerializeImageGeometry, SerializeConversionParameters.
    """
    slices, rows, columns = grid.shape
    numbers = [*grid.ijk_to_ras.ravel().tolist(), 0, columns - 1, 0, rows - 1, 0, slices - 1]
    text = "".join(f"{number:.17g};" for number in numbers)
    return f"Reference image geometry|{text}|Geometry of the image that was drawn on.&"


def write_segmentation(segmentation: SegmentationArrays, path: Path, level: int = 6) -> None:
    """Write segments with names, colours and terminology, overlapping layers included; ``level`` as in
    ``write_nrrd``.

    Raises MaskError where it cannot be written; the file is then as it was before.
    Source of the fields: Slicer, vtkMRMLSegmentationStorageNode.
    """
    require_segmentation_name(path)
    with writing(path) as part, part.open("wb") as file:
        write_segments(file, segmentation, level)


def write_segments(file: "SupportsWrite[bytes]", segmentation: SegmentationArrays, level: int = 6) -> None:
    """As ``write_segmentation``, into a file that is open; raises OSError."""
    facts: dict[str, str] = {}
    taken: set[str] = set()
    for number, segment in enumerate(segmentation.segments):
        facts.update(_facts_of(number, segment, segmentation, taken))
    facts["Segmentation_ContainedRepresentationNames"] = "Binary labelmap|"
    facts["Segmentation_ConversionParameters"] = segmentation.conversion_parameters
    facts["Segmentation_MasterRepresentation"] = "Binary labelmap"
    facts["Segmentation_ReferenceImageExtentOffset"] = " ".join(map(str, segmentation.extent_offset))
    dtype = np.result_type(*segmentation.layers)
    if dtype.itemsize > 4:
        dtype = np.dtype(np.uint32)
    layers = tuple(layer.astype(dtype, copy=False) for layer in segmentation.layers)
    write_nrrd(file, layers, segmentation.ijk_to_ras, facts, level)


def _facts_of(
    number: int, segment: SegmentDescription, segmentation: SegmentationArrays, taken: set[str]
) -> dict[str, str]:
    slices, rows, columns = segmentation.layers[segment.layer].shape
    color = segment.color or color_of_value(segment.value)
    own = {
        "Color": " ".join(f"{channel:.6g}" for channel in color),
        "ColorAutoGenerated": "0",
        "Extent": f"0 {columns - 1} 0 {rows - 1} 0 {slices - 1}",
        "ID": _free_id(segment, taken),
        "LabelValue": str(segment.value),
        "Layer": str(segment.layer),
        "Name": segment.name,
        "NameAutoGenerated": "0",
        "Tags": "".join(f"{key}:{value}|" for key, value in segment.tags.items()),
    }
    return {f"Segment{number}_{key}": value for key, value in own.items()}


def _free_id(segment: SegmentDescription, taken: set[str]) -> str:
    """The segment's own ID, else one of its name; no two segments share one."""
    wanted = segment.id or re.sub(r"[^A-Za-z0-9_.-]", "_", segment.name) or "Segment"
    free, number = wanted, 1
    while free in taken:
        number += 1
        free = f"{wanted}_{number}"
    taken.add(free)
    return free
