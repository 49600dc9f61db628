"""Why there is no mask, no segmentation, no file."""

from ..quiz.problems import ProblemCode, ProblemError

OVERLAP_LOST = ProblemCode(
    "M105", "Regions do not overlap; where they do, the later one in the map wins (warning)."
)
NOTHING_MAPPED = ProblemCode("M106", "At least one region is there and is in the map.")
NOT_WHOLE_NUMBERS = ProblemCode("M203", "A mask has three dimensions and one whole number for each voxel.")
MASK_UNREADABLE = ProblemCode("M301", "A source of regions or a label table can be read.")
NO_REFERENCED_SERIES = ProblemCode("M303", "The DICOM series that regions were drawn on can be found.")
UNKNOWN_FORMAT = ProblemCode(
    "M304", "The ending of a file name is that of a format that can be written or read."
)
MASK_NOT_WRITTEN = ProblemCode("M305", "A mask, or its folder, can be written.")
FORMAT_LOSES = ProblemCode("M306", "A format holds all that is to be written (warning).")
FORMAT_CANNOT = ProblemCode("M307", "A label table's format can hold the names and values.")
SERVER_FAILED = ProblemCode(
    "M501", "An XNAT server or Dask cluster can be reached and does what is asked of it."
)
PASSWORD_READABLE = ProblemCode(
    "M502", "A user and password go to an XNAT server over https alone (warning)."
)


class MaskError(ProblemError):
    """Why nothing was made: no mask, no segmentation, no file."""
