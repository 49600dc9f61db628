"""Rules about isodose lines, and about the file of a dose."""

from collections.abc import Iterator

from .isodoses import DoseUnit, Isodose
from .model import Image
from .problems import Problem, ProblemCode, about, warning
from .values import shown

ISODOSE_ON_WRONG_TYPE = ProblemCode("Q417", "Isodose and Prescription are for a Volume (warning).")
ISODOSE_REPEATED = ProblemCode("Q418", "An Image has one Isodose of each level (warning).")
NOT_A_DOSE = ProblemCode("Q419", "Isodose lines are of a dose, those in Gy of one in Gy (warning).")

_MODALITIES = ("", "RTDOSE")
_UNITS = ("", "GY")
"""A file without units counts as one in Gy: the author says so."""


def is_dose_plan(image: Image) -> bool:
    """Whether the author says that it is a dose, of which lines and histograms are shown."""
    is_one_volume = image.type.facts.has_grey_values and not image.type.facts.has_frames
    return is_one_volume and bool(image.isodoses or image.prescription_gy)


def isodoses_fit_type(image: Image) -> Iterator[Problem]:
    named = ["Isodose"] * bool(image.isodoses) + ["Prescription"] * (image.prescription_gy is not None)
    if named and not is_dose_plan(image):
        yield warning(
            ISODOSE_ON_WRONG_TYPE,
            f"{' and '.join(named)} of Image {shown(image.id)} {'are' if len(named) > 1 else 'is'} not used, "
            f"because it is a {image.type.value}.",
            "a dose is a Volume",
            line=image.isodoses[0].line if image.isodoses else 0,
        )


def isodoses_differ(image: Image) -> Iterator[Problem]:
    """What is in percent of the largest dose cannot be compared with Gy before the file is read."""
    first: dict[tuple[bool, float], Isodose] = {}
    for isodose in image.isodoses:
        is_of_maximum = isodose.unit is DoseUnit.PERCENT and image.prescription_gy is None
        key = is_of_maximum, round(isodose.value(image.prescription_gy or 100.0), 9)
        known = first.setdefault(key, isodose)
        if known is not isodose:
            yield warning(
                ISODOSE_REPEATED,
                f"The isodose {shown(isodose.name)} of Image {shown(image.id)} is the same as "
                f"{shown(known.name)} of line {known.line}.",
                "the first one is shown",
                line=isodose.line,
            )


def not_a_dose(image: Image, modality: str, units: str) -> list[Problem]:
    """``modality`` and ``units`` of its file, as DICOM or UCUM writes them; empty where nobody knows."""
    if not is_dose_plan(image):
        return []
    if modality not in _MODALITIES:
        sentence = f"Image {shown(image.id)} has isodose lines, but its file is no dose ({modality})."
        hint = "a dose is a DICOM RTDOSE, or an image whose file does not say what it is"
    elif is_in_gray(units) or not _needs_gray(image):
        return []
    else:
        sentence = f"Image {shown(image.id)} has isodose lines in Gy, but its dose is in {shown(units)}."
        hint = 'Unit="%" without Prescription is of its largest value'
    return [about(image, warning(NOT_A_DOSE, sentence, hint))]


def is_in_gray(units: str) -> bool:
    return units.upper() in _UNITS


def _needs_gray(image: Image) -> bool:
    return bool(image.prescription_gy) or any(each.unit is DoseUnit.GRAY for each in image.isodoses)
