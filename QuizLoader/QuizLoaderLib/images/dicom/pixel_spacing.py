"""How large the pixels of a frame are in mm, where its header knows."""

from collections.abc import Sequence
from enum import Enum
from math import isfinite

from pydicom import Dataset

from .headers import first_value, integer_of, items_of, numbers_of

_CENTIMETRES = 3
"""Of PhysicalUnitsXDirection and PhysicalUnitsYDirection."""


class Calibrated(Enum):
    """Of what in an image lengths are known."""

    ALL = "all"
    PART = "part"
    NOTHING = "nothing"


def pixel_spacing(groups: Sequence[Dataset]) -> tuple[tuple[float, float], Calibrated]:
    """(between columns, between rows) in mm; 1 x 1 where the header does not say it.

    ``groups`` are the functional groups of a frame, and at last the file's top level. Source: DICOM PS3.3
    10.7.1.3; a projection's is that of the detector, or of the patient where the magnification is known.
    """
    top = groups[-1]
    spacing = _pair(first_value(groups, "PixelMeasuresSequence", "PixelSpacing"))
    if spacing is None and (spacing := _pair(numbers_of(top, "ImagerPixelSpacing"))):
        magnification = numbers_of(top, "EstimatedRadiographicMagnificationFactor")
        if magnification and isfinite(magnification[0]) and magnification[0] > 0:
            spacing = spacing[0] / magnification[0], spacing[1] / magnification[0]
    spacing = spacing or _pair(numbers_of(top, "NominalScannedPixelSpacing"))
    return (spacing, Calibrated.ALL) if spacing else _of_ultrasound(top)


def _pair(values: tuple[float, ...]) -> tuple[float, float] | None:
    """DICOM tells rows first."""
    if len(values) == 2 and all(map(isfinite, values)) and min(values) > 0:
        return values[1], values[0]
    return None


def _of_ultrasound(top: Dataset) -> tuple[tuple[float, float], Calibrated]:
    """From the regions of an ultrasound image, where all of them are in cm and of one scale (PS3.3 C.8.5.5);
    what no region covers, as the texts around the picture, has no length."""
    spacings = set()
    is_covered = False
    for region in items_of(top, "SequenceOfUltrasoundRegions"):
        units = [integer_of(region, f"PhysicalUnits{axis}Direction") for axis in "XY"]
        deltas = [numbers_of(region, f"PhysicalDelta{axis}")[:1] for axis in "YX"]
        spacing = _pair(tuple(10 * abs(value) for delta in deltas for value in delta))
        spacings.add(spacing if units == [_CENTIMETRES] * 2 else None)
        left, above, right, below = (
            integer_of(region, f"RegionLocation{end}") for end in ("MinX0", "MinY0", "MaxX1", "MaxY1")
        )
        last = integer_of(top, "Columns") - 1, integer_of(top, "Rows") - 1
        is_covered |= left <= 0 and above <= 0 and right >= last[0] and below >= last[1]
    known = spacings.pop() if len(spacings) == 1 else None
    if known is None:
        return (1.0, 1.0), Calibrated.NOTHING
    return known, Calibrated.ALL if is_covered else Calibrated.PART
