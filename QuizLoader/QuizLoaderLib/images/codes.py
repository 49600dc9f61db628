"""The codes of what is wrong inside an image file, Q8xx; made and kept as those of ``quiz.codes``."""

CANNOT_READ = "Q801"
CANNOT_OPEN = "Q802"
WRONG_CONTENT = "Q803"
DAMAGED = "Q804"
DATA_FILE = "Q805"
WRONG_SHAPE = "Q806"
NOT_INTEGER = "Q807"
NOT_ORTHOGONAL = "Q808"
NO_REGION = "Q809"
TOO_LARGE = "Q810"
OVER_BUDGET = "Q811"

RULES: dict[str, str] = {
    CANNOT_READ: "The reader of an image failed in a way that was not foreseen.",
    CANNOT_OPEN: "An image is a file with content that may be read.",
    WRONG_CONTENT: "The content of an image is what its name says.",
    DAMAGED: "An image is complete.",
    DATA_FILE: "The separate data file of a header lies in the image folder.",
    WRONG_SHAPE: "The dimensions of an image, and the values of each voxel, are those of its Type.",
    NOT_INTEGER: "Label values are whole numbers of an integer type.",
    NOT_ORTHOGONAL: "The axes of an image are at right angles.",
    NO_REGION: "A label map or segmentation without a region shows nothing (warning).",
    TOO_LARGE: "An image fits into memory.",
    OVER_BUDGET: "The images of a page fit into the memory that is set aside for them (warning).",
}
