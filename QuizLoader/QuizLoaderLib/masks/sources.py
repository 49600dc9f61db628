"""What a mask is made of: segmentations, structure sets and label images with names, and target images."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..images.arrays import PageVolume, SegmentationArrays, VolumeArrays
from ..images.contours.fill import Boundary
from ..images.dicom.headers import Header, read_header
from ..images.errors import ImageReadError
from ..images.files.file_facts import FileFacts, look_at
from ..images.files.file_formats import FileFormat
from ..images.files.image_file import ImageFile
from ..images.files.label_names import LabelRow, LabelTable, names_beside, nifti_label_table
from ..images.files.nifti import NiftiHeader
from ..images.grid import Grid
from ..images.structure_set.drawn_regions import DrawnRegions, draw_regions
from ..images.structure_set.file import StructureSet, structure_set_of
from ..images.structure_set.reference import file_of_series, other_frame, references_of
from ..images.types.segmentation import described_segments, is_slicer_segmentation
from ..images.types.type_module import ReadContext
from ..quiz.problems import ProblemCode, error, warning
from .errors import MASK_UNREADABLE, NO_REFERENCED_SERIES, NOT_WHOLE_NUMBERS, MaskError
from .label_tables.tables import require_label_table
from .segments import segments_of

GRID_CROPPED = ProblemCode("M206", "A file of segments holds the whole grid of its image (warning).")
WITHOUT_NAMES = ProblemCode("M302", "The values of a label image have names.")


@dataclass(frozen=True, eq=False)
class Target:
    """The image a mask is painted on: its grid, and the series where it is DICOM. No voxel is read."""

    path: Path
    volume: VolumeArrays

    @property
    def grid(self) -> Grid:
        return self.volume.grid


@dataclass(frozen=True)
class ContourFilling:
    """How a structure set's contours become voxels, as in ``draw_regions``: ``boundary`` None is found for
    each ROI by its vertices, ``fill_gaps`` interpolates the slices on which an ROI is left out."""

    boundary: Boundary | None = None
    fill_gaps: bool = False


AS_DRAWN = ContourFilling()


@dataclass(frozen=True, eq=False)
class Source:
    """Segments or ROIs, and the image they were drawn on or are to be resampled to (None: their own grid)."""

    regions: SegmentationArrays | DrawnRegions
    target: Target | None

    @property
    def segmentation(self) -> SegmentationArrays:
        """The regions as segments; the contours of ROIs are filled anew each time."""
        return self.regions.segmentation() if isinstance(self.regions, DrawnRegions) else self.regions

    @property
    def grid(self) -> Grid | None:
        return self.target.grid if self.target is not None else None

    def with_problems(self) -> "Source":
        """The same, what is doubtful about the image and its extent told with the segments."""
        regions = self.regions
        about_target = self.target.volume.problems if self.target is not None else ()
        if isinstance(regions, DrawnRegions):
            return Source(regions.doubted(about_target), self.target)
        problems = [*about_target, *regions.problems]
        if self.target is None and regions.extent_offset != (0, 0, 0):
            sentence = "The file holds only the part of its image around the segments, and so will the mask."
            problems.append(warning(GRID_CROPPED, sentence, "name the image with --like"))
        return Source(replace(regions, problems=tuple(problems)), self.target)


def read_target(path: Path, source: Path | None = None) -> Target:
    """Where the voxels of an image file, or of the DICOM series of a file or folder, lie.

    Of a folder of several series the one is taken that ``source``, an RTSTRUCT or a DICOM SEG, was drawn on.
    Raises MaskError where there is no such image.
    """
    try:
        facts = look_at(path)
        if facts.format is FileFormat.FOLDER:
            return _read_folder(path, source)
        if facts.is_dicom:
            from ..images.dicom.series import read_grid

            return Target(path, read_grid(path))
        file = ImageFile(facts)
    except ImageReadError as fault:
        raise MaskError(fault.problem) from fault
    nothing = np.broadcast_to(np.zeros((), np.uint8), file.size[2::-1])
    return Target(path, VolumeArrays(nothing, file.ijk_to_ras))


def read_source(
    path: Path, like: Path | None = None, names: LabelTable | None = None, filling: ContourFilling = AS_DRAWN
) -> Source:
    """The named segments of a .seg.nrrd, an RTSTRUCT, a DICOM SEG or a label image.

    The target is the image ``like``; without it a structure set is rasterized on its referenced series beside
    or below its file. The values of a label image get their names from ``names``, else from the file itself
    (the label table of a NIfTI) or from the ``.tsv`` of that name beside it (BIDS). Raises MaskError.
    """
    target = read_target(like, path) if like is not None else None
    return _read(path, target, names, filling).with_problems()


def _read_folder(folder: Path, source: Path | None) -> Target:
    from ..images.dicom.series import SEVERAL_SERIES, read_grid

    try:
        return Target(folder, read_grid(folder))
    except ImageReadError as fault:
        if fault.problem.code != SEVERAL_SERIES or source is None or not look_at(source).is_dicom:
            raise
        meant = file_of_series(references_of(read_header(source)), [folder])
        if meant is None:
            raise
        return Target(meant, read_grid(meant))


def _read(path: Path, target: Target | None, names: LabelTable | None, filling: ContourFilling) -> Source:
    try:
        facts = look_at(path)
        if facts.is_dicom:
            return _read_dicom(path, target, filling)
        file = ImageFile(facts)
        if is_slicer_segmentation(file):
            from ..images.types.segmentation import read

            segmentation = read(ReadContext(path, opened=lambda: file, known=facts))
            return Source(segmentation, target or _reference_image(path, segmentation))
        table = names or _own_names(facts)
        voxels = file.voxels if file.components == 1 and len(file.size) == 3 else file.layers[0]
    except ImageReadError as fault:
        raise MaskError(fault.problem) from fault
    if table is None:
        sentence = f"The values of “{path.name}” have no names."
        hint = "name them with --names FILE: a value map or another label table"
        raise MaskError(error(WITHOUT_NAMES, sentence, hint))
    if file.components > 1 or len(file.size) > 3:
        sentence = f"“{path.name}” has more than one number for each voxel, so it is not a label image."
        raise MaskError(error(NOT_WHOLE_NUMBERS, sentence))
    return Source(segments_of(voxels, file.ijk_to_ras, table.value_map, table.colors), target)


def read_mask_file(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The voxels (slices, rows, columns) and ijk_to_ras of a mask. Raises MaskError."""
    try:
        facts = look_at(path)
        if facts.is_dicom:
            sentence = f"“{path.name}” is a DICOM file, not a mask of values."
            raise MaskError(error(MASK_UNREADABLE, sentence, "give an nrrd, nii, nii.gz or mha file"))
        file = ImageFile(facts)
        if file.components > 1 or len(file.size) > 3:
            sentence = f"“{path.name}” has more than one number for each voxel, so it is not a mask."
            raise MaskError(error(NOT_WHOLE_NUMBERS, sentence))
        return file.voxels, file.ijk_to_ras
    except ImageReadError as fault:
        raise MaskError(fault.problem) from fault


def source_labels(path: Path, names: LabelTable | None = None) -> list[LabelRow]:
    """The regions of a source in the order of the file, from its header wherever that is enough.

    A row's value is the region's own in the file, 0 where it has none. Raises MaskError.
    """
    try:
        facts = look_at(path)
        if facts.is_dicom:
            return _dicom_labels(path)
        file = ImageFile(facts)
        if is_slicer_segmentation(file):
            segments = described_segments(file)
            single = file.components == 1
            return [
                LabelRow(
                    one.name, one.value if single else 0, one.color, one.tags.get("TerminologyEntry", "")
                )
                for one in segments
            ]
    except ImageReadError as fault:
        raise MaskError(fault.problem) from fault
    segmentation = read_source(path, names=names).segmentation
    return [LabelRow(one.name, one.value, one.color) for one in segmentation.segments]


def _read_dicom(path: Path, target: Target | None, filling: ContourFilling) -> Source:
    header = _header_with_regions(path)
    if header.modality == "RTSTRUCT":
        structure = structure_set_of(header)
        found = target or _referenced_series(structure)
        on = PageVolume(str(found.path), found.volume)
        return Source(draw_regions(structure, [on], filling.boundary, filling.fill_gaps), found)
    from ..images.dicom.segmentation import segmentation_of

    segmentation = segmentation_of(header)
    dicom = target.volume.dicom if target is not None else None
    if target is not None and dicom and segmentation.drawn_on and segmentation.drawn_on.excludes(dicom):
        raise MaskError(other_frame(f"segmentation “{path.name}”", str(target.path)).problem)
    return Source(segmentation, target)


def _dicom_labels(path: Path) -> list[LabelRow]:
    header = _header_with_regions(path)
    if header.modality == "RTSTRUCT":
        return [LabelRow(roi.name, roi.number, roi.color) for roi in structure_set_of(header).rois]
    from ..images.dicom.segmentation import segment_names_of

    return [LabelRow(name, number) for number, name in enumerate(segment_names_of(header), start=1)]


def _header_with_regions(path: Path) -> Header:
    """Of an RTSTRUCT or a SEG; raises MaskError for another."""
    header = read_header(path)
    if header.modality in ("RTSTRUCT", "SEG"):
        return header
    modality = header.modality or "unknown"
    sentence = f"“{header.path.name}” is a DICOM file of the modality {modality}, which has no named regions."
    raise MaskError(error(MASK_UNREADABLE, sentence, "give an RTSTRUCT or a SEG"))


def _referenced_series(structure: StructureSet) -> Target:
    """The series that a structure set names, looked for beside its file, in the folders below, and in those
    beside its own: a study often has one for each series."""
    from ..images.dicom.series import read_grid

    path = structure.path
    found = file_of_series(structure.references, _folders_around(path))
    if found is not None:
        return Target(found, read_grid(found))
    sentence = (
        f"The series that “{path.name}” was drawn on is not beside it, nor in a folder below or next to it."
    )
    raise MaskError(error(NO_REFERENCED_SERIES, sentence, "name the image with --like"))


def _folders_around(path: Path) -> Iterator[Path]:
    for folder, below, _ in os.walk(path.parent):
        below.sort()
        yield Path(folder)
    own = path.absolute().parent
    yield own.parent
    with suppress(OSError):
        yield from sorted(each for each in own.parent.iterdir() if each.is_dir() and each != own)


def _reference_image(path: Path, segmentation: SegmentationArrays) -> Target | None:
    """The whole grid that a cropped .seg.nrrd names, so that its mask is not cropped.

    Slicer writes "Reference image geometry|16 numbers of ijk_to_ras, 6 of the extent|" into its conversion
    parameters; where a cropped file has none, only a warning is left to give.
    """
    grid = _reference_grid(segmentation)
    if segmentation.extent_offset == (0, 0, 0) or grid is None:
        return None
    nothing = np.broadcast_to(np.zeros((), np.uint8), grid.shape)
    return Target(path, VolumeArrays(nothing, grid.ijk_to_ras))


def _reference_grid(segmentation: SegmentationArrays) -> Grid | None:
    for parameter in segmentation.conversion_parameters.split("&"):
        name, _, rest = parameter.partition("|")
        if name != "Reference image geometry":
            continue
        try:
            numbers = [float(part) for part in rest.partition("|")[0].split(";") if part]
            matrix = np.array(numbers[:16]).reshape(4, 4)
            low_i, high_i, low_j, high_j, low_k, high_k = (int(number) for number in numbers[16:])
        except ValueError:
            return None
        shape = (high_k - low_k + 1, high_j - low_j + 1, high_i - low_i + 1)
        if min(shape) < 1 or not np.isfinite(matrix).all() or abs(np.linalg.det(matrix[:3, :3])) < 1e-12:
            return None
        matrix[:3, 3] += matrix[:3, :3] @ [low_i, low_j, low_k]
        return Grid(shape, matrix)
    return None


def _own_names(facts: FileFacts) -> LabelTable | None:
    """Unlike in a quiz, a row of the table beside the file that is wrong is an error."""
    inside = nifti_label_table(facts.header) if isinstance(facts.header, NiftiHeader) else None
    if inside is None and (beside := names_beside(facts.path)) is not None:
        return require_label_table(beside)[0]
    return inside
