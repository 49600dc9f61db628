"""What is wrong or doubtful in a structure set, and in its placing: one sentence for each kind of fault."""

from collections.abc import Iterable, Iterator, Sequence

from ...quiz.problems import Problem, ProblemCode, warning
from .file import INTERPOLATED, StructureSet
from .placing import PlacedRoi

NO_CONTOURS = ProblemCode("Q644", "A structure set has ROIs and contours (warning).")
UNKNOWN_ROI = ProblemCode("Q645", "Contours belong to an ROI that is listed (warning).")
BAD_CONTOUR = ProblemCode("Q646", "A contour is a closed polygon in the plane of a slice (warning).")
CONTOUR_OUTSIDE = ProblemCode("Q647", "Contours lie within the volume (warning).")
BETWEEN_SLICES = ProblemCode("Q648", "A slice has contours of one plane (warning).")
CONTOURS_UNITED = ProblemCode("Q649", "Contours of an ROI lie inside each other or apart (warning).")
SLICES_SKIPPED = ProblemCode("Q650", "An ROI is drawn on every slice between its ends (warning).")
ROI_NAMES_ALIKE = ProblemCode("Q651", "ROIs of a structure set have different names (warning).")
CONTOURS_CROSSING = ProblemCode(
    "Q652", "Contours are drawn in the planes of the slices that they are shown on (warning)."
)

INTERPOLATED_CONTOURS = ProblemCode("Q653", "Contours are drawn, not interpolated (warning).")

_MOST_NAMED = 6


def problems_of(
    structure: StructureSet, placed: Sequence[PlacedRoi] | None = None, fill_gaps: bool = False
) -> list[Problem]:
    """Warnings that name the ROIs and the contours; ``placed`` belongs to the ROIs in their order."""
    if placed is None:
        placed = [PlacedRoi(faults=roi.faults) for roi in structure.rois]
    return [
        *_rois_and_contours(structure),
        *_interpolated(structure),
        *_bad_contours(structure, placed),
        *_placing(structure, placed, fill_gaps),
        *_names_used_twice(structure),
    ]


def _rois_and_contours(structure: StructureSet) -> Iterator[Problem]:
    name = structure.path.name
    if not structure.rois:
        yield warning(NO_CONTOURS, f"The structure set “{name}” has no ROIs.")
    elif not any(roi.polygon_count for roi in structure.rois):
        yield warning(NO_CONTOURS, f"The structure set “{name}” has no contours.")
    if structure.unknown_numbers:
        yield warning(
            UNKNOWN_ROI,
            f"“{structure.path.name}” has contours for ROI number {_listed(structure.unknown_numbers)}, "
            "which it does not list; they are left out.",
        )


def _interpolated(structure: StructureSet) -> Iterator[Problem]:
    """A value of other programs; the standard has none for polygons that nobody drew (PS3.3 C.8.8.6.3)."""
    counts = [(roi.name, sum(one.kind == INTERPOLATED for one in roi.polygons)) for roi in structure.rois]
    if parts := [f"{count} of “{name}”" for name, count in counts if count]:
        sentence = f"“{structure.path.name}” has contours that are interpolated ({INTERPOLATED})"
        yield warning(INTERPOLATED_CONTOURS, f"{sentence}, filled as if drawn: {_listed(parts)}.")


def _bad_contours(structure: StructureSet, placed: Sequence[PlacedRoi]) -> Iterator[Problem]:
    for roi, one in zip(structure.rois, placed, strict=True):
        for reason, lost in one.faults.items():
            which = f"Contour {_listed(lost)}"
            if len(lost) > 1 and len(lost) == roi.polygon_count:
                which = "Every contour"
            sentence = f"{which} of ROI “{roi.name}” in “{structure.path.name}” {reason}; it is left out."
            yield warning(BAD_CONTOUR, sentence)


def _placing(structure: StructureSet, placed: Sequence[PlacedRoi], fill_gaps: bool) -> Iterator[Problem]:
    name = structure.path.name
    named = [(f"“{roi.name}”", one) for roi, one in zip(structure.rois, placed, strict=True)]
    if parts := [f"{one.outside} of {roi}" for roi, one in named if one.outside]:
        sentence = f"Contours in “{name}” lie outside the image and are left out: {_listed(parts)}."
        yield warning(CONTOUR_OUTSIDE, sentence)
    if parts := [f"{one.between} of {roi}" for roi, one in named if one.between]:
        sentence = f"Contours in “{name}” lie between slices that have nearer contours, and are left out: "
        yield warning(BETWEEN_SLICES, f"{sentence}{_listed(parts)}.")
    if parts := [f"{roi} on {len(one.overlapping)}" for roi, one in named if one.overlapping]:
        sentence = f"Contours of one ROI in “{name}” partly overlap or are drawn twice, and are united: "
        yield warning(CONTOURS_UNITED, f"{sentence}{_listed(parts)} slices.")
    if parts := [f"{roi} on {one.gap_slices}" for roi, one in named if one.gap_slices]:
        what = "are filled by interpolation" if fill_gaps else "stay empty"
        sentence = f"ROIs in “{name}” are not drawn on every slice; those between {what}: {_listed(parts)}."
        yield warning(SLICES_SKIPPED, sentence)
    if parts := [roi for roi, one in named if one.crossing]:
        sentence = (
            f"ROIs in “{name}” are drawn in planes that cross the slices of the image, and are resampled"
        )
        yield warning(CONTOURS_CROSSING, f"{sentence}: {_listed(parts)}.")


def _names_used_twice(structure: StructureSet) -> Iterator[Problem]:
    names = [roi.name for roi in structure.rois]
    if twice := sorted({one for one in names if names.count(one) > 1}):
        sentence = (
            f"“{structure.path.name}” has several ROIs with the same name, told apart by their numbers: "
        )
        parts = [f"“{one}”" for one in twice]
        yield warning(ROI_NAMES_ALIKE, f"{sentence}{_listed(parts)}.")


def _listed(parts: Iterable[object]) -> str:
    texts = [str(part) for part in parts]
    more = len(texts) - _MOST_NAMED
    return ", ".join(texts[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
