"""The codes of what is wrong inside an image file, Q60x to Q61x; made and kept as those of ``quiz.codes``."""

CANNOT_READ = "Q601"
CANNOT_OPEN = "Q602"
WRONG_CONTENT = "Q603"
DAMAGED = "Q604"
DATA_FILE = "Q605"
WRONG_SHAPE = "Q606"
NOT_INTEGER = "Q607"
NOT_ORTHOGONAL = "Q608"
NO_REGION = "Q609"
TOO_LARGE = "Q610"
OVER_BUDGET = "Q611"

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
