"""The names that ColorTable may have: those of the colour nodes that MRML has by itself.

Kept here, so that a quiz is checked without Slicer. They are looked up among colour nodes only: Red, Green
and Yellow are names of slice views too.
"""

from .model import Image
from .problems import Problem, ProblemCode, error, nearest
from .values import shown

UNKNOWN_COLOR_TABLE = ProblemCode("Q414", "ColorTable is a colour node that Slicer has.")

COLOR_TABLES = (
    "Labels", "FullRainbow", "Grey", "Iron", "Rainbow", "Ocean", "Desert", "InvertedGrey", "ReverseRainbow",
    "fMRI", "fMRIPA", "Random", "Red", "Green", "Blue", "Yellow", "Cyan", "Magenta", "Warm1", "Warm2",
    "Warm3", "Cool1", "Cool2", "Cool3", "WarmShade1", "WarmShade2", "WarmShade3", "CoolShade1", "CoolShade2",
    "CoolShade3", "WarmTint1", "WarmTint2", "WarmTint3", "CoolTint1", "CoolTint2", "CoolTint3",
    "RandomIntegers", "RedGreenBlue", "PET-Heat", "PET-Rainbow", "PET-Rainbow2", "PET-DICOM",
    "PET-HotMetalBlue", "PET-MaximumIntensityProjection", "dGEMRIC-1.5T", "dGEMRIC-3T",
)  # fmt: skip


def unknown_color_table(image: Image) -> Problem:
    """The same sentence when a quiz is checked and when it is shown."""
    near = nearest(image.color_table, COLOR_TABLES)
    names = ", ".join(sorted(COLOR_TABLES, key=str.casefold))
    hint = f"did you mean {shown(near)}? " if near else ""
    return error(
        UNKNOWN_COLOR_TABLE,
        f"ColorTable of Image {shown(image.id)} is {shown(image.color_table)}, which Slicer does not have.",
        f"{hint}allowed: {names}",
        line=image.line,
    )
