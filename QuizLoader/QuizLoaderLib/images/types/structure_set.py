"""Type RTStruct: the ROIs of a DICOM structure set, drawn on a volume of the page, as a segmentation."""

from collections.abc import Hashable

from ...quiz.model import Image
from ..arrays import SegmentationArrays
from ..errors import ImageReadError
from .segmentation import make_node as make_node
from .segmentation import name_regions as name_regions
from .segmentation import region_names as region_names
from .type_module import Look, ReadContext, no_values

unnamed_values = no_values


def read(context: ReadContext) -> SegmentationArrays:
    """Every ROI as a segment with its name, colour and number, on the grid of a volume of the page."""
    from ..dicom.headers import read_header
    from ..structure_set.drawn_regions import draw_regions
    from ..structure_set.file import structure_set_of

    parsed = context.parsed.pop("header", None)
    structure = structure_set_of(parsed or read_header(context.path))
    return draw_regions(structure, context.volumes()).segmentation()


def variant(context: ReadContext) -> Hashable:
    """What of the page the ROIs' voxels depend on: which grid, and how surely."""
    from ..dicom.headers import read_header
    from ..structure_set.reference import reference_of, references_of

    try:
        if "references" not in context.notes:
            # The header is parsed once: ``read`` goes on with it.
            context.parsed["header"] = read_header(context.path)
            context.notes["references"] = references_of(context.parsed["header"])
        volume, problems = reference_of(context.notes["references"], context.path.name, context.volumes())
    except ImageReadError as fault:
        return fault.problem.code, fault.problem.sentence
    grid = (volume.voxels.shape, volume.ijk_to_ras.tobytes(), volume.dicom)
    return grid, tuple(problem.sentence for problem in problems)


def look_of(image: Image) -> Look:
    return Look()
