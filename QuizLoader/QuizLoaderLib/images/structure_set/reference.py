"""Which volume of its page gives a structure set its grid (the quiz language, "RTStruct")."""

from collections.abc import Hashable

from ...quiz.model import Layer
from ...quiz.problems import Problem, ProblemCode, warning
from ..arrays import VolumeArrays
from ..errors import ImageReadError
from ..files.read_context import ReadContext
from .file import References, read_references

NO_VOLUME = ProblemCode("Q641", "A page with an RTStruct shows a volume.")
OTHER_FRAME = ProblemCode("Q642", "An RTStruct has the frame of reference of the volume it is shown on.")
UNKNOWN_FRAME = ProblemCode("Q643", "The volume under an RTStruct names its frame of reference (warning).")


def variant(context: ReadContext) -> Hashable:
    """What of the page the ROIs' voxels depend on: which grid, and how surely."""
    try:
        volume, problems = reference_of(read_references(context.path), context)
    except ImageReadError as fault:
        return fault.problem.code, fault.problem.sentence
    grid = (volume.voxels.shape, volume.ijk_to_ras.tobytes(), volume.dicom)
    return grid, tuple(problem.sentence for problem in problems)


def reference_of(references: References, context: ReadContext) -> tuple[VolumeArrays, list[Problem]]:
    """The referenced series if the page shows it; else the background of its view; else the first.

    A volume without a frame of reference is taken with a warning.

    :raises ImageReadError: no volume on the page, or one of another frame of reference.
    """
    volumes = context.volumes()
    name = context.path.name
    for _, volume in volumes:
        if volume.dicom and references.mean(volume.dicom.series_uid, volume.dicom.slice_uids):
            return volume, []
    if not volumes:
        raise ImageReadError(
            NO_VOLUME,
            f"The structure set '{name}' has no volume on its page to be shown on.",
            "add the series it was drawn on, or a copy of it, as a Volume",
        )
    backgrounds = [
        pair
        for pair in volumes
        if pair[0].layer is Layer.BACKGROUND and pair[0].destination is context.image.destination
    ]
    image, volume = (backgrounds or list(volumes))[0]
    frame = volume.dicom.frame_of_reference_uid if volume.dicom else ""
    frames = references.frame_of_reference_uids
    if not frame or not frames:
        unnamed = f"'{image.path}'" if not frame else "the structure set"
        sentence = (
            f"It is not known whether the structure set '{name}' was drawn on '{image.path}': "
            f"{unnamed} names no frame of reference."
        )
        return volume, [warning(UNKNOWN_FRAME, sentence, "compare the outlines with the image")]
    if frame not in frames:
        raise ImageReadError(
            OTHER_FRAME,
            f"The structure set '{name}' has another frame of reference than '{image.path}': "
            "it was not drawn on that image.",
            "show the series it was drawn on",
        )
    return volume, []
