"""Why an image cannot be shown, and the codes that several modules of this room give."""

from ..quiz.problems import Problem, ProblemCode, ProblemError, error, warning

WRONG_CONTENT = ProblemCode("Q603", "The content of an image is what its name says.")
IMAGE_DAMAGED = ProblemCode("Q604", "An image is complete.")
DATA_FILE = ProblemCode("Q605", "The separate data file of a header lies in the image folder.")
WRONG_SHAPE = ProblemCode(
    "Q606", "The dimensions of an image, and the values of each voxel, are those of its Type."
)
NOT_INTEGER = ProblemCode("Q607", "Label values are whole numbers of an integer type.")
NO_REGION = ProblemCode("Q609", "A label map or segmentation without a region shows nothing (warning).")
UNSUPPORTED = ProblemCode("Q612", "An image is written in a way that is supported.")
PLACED_TWICE = ProblemCode(
    "Q613", "What a NIfTI header says twice of the place of its voxels agrees (warning)."
)
IMAGE_TOO_LARGE = ProblemCode("Q610", "An image fits into memory.")
NOT_CALIBRATED = ProblemCode("Q635", "An image says how large its pixels are in mm (warning).")


class ImageReadError(ProblemError):
    """A file that cannot be shown; its problem names the file, what is wrong, and the remedy."""

    def __init__(self, code: str, sentence: str, hint: str = "") -> None:
        super().__init__(error(code, sentence, hint))


def not_calibrated(name: str) -> Problem:
    """``name`` is what the sentence begins with."""
    return warning(
        NOT_CALIBRATED,
        f"{name} does not say how large its pixels are; lengths on it are in pixels, not in mm.",
    )
