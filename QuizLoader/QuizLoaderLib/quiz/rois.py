"""The ROI names of a quiz against the names in an image's file."""

from collections import Counter
from collections.abc import Iterator, Sequence

from .model import Image, RoiCode
from .problems import Problem, ProblemCode, nearest, warning
from .values import shown

ROI_NOT_IN_FILE = ProblemCode("Q407", "An ROI name is not in the image's file (warning).")
ROI_TWICE_IN_FILE = ProblemCode(
    "Q408", "Several segments of the file have the name of an ROI; all are meant (warning)."
)

_MOST_NAMES_LISTED = 50


def unmatched_roi_problems(image: Image, names_in_file: Sequence[str]) -> list[Problem]:
    """A warning for each ROI that the file does not have once; names match exactly.

    For a label map ``names_in_file`` has the value, in digits, of what has no name.
    """
    rois = image.roi_visibility
    if rois is None or rois.code not in (RoiCode.SELECT, RoiCode.IGNORE):
        return []
    line, view = rois.line or image.line, image.destination.value
    return [
        problem.at(line=line, image=image.id, view=view) for problem in _problems(rois.names, names_in_file)
    ]


def _problems(names: Sequence[str], names_in_file: Sequence[str]) -> Iterator[Problem]:
    counts = Counter(names_in_file)
    for name in dict.fromkeys(names):
        if not counts[name]:
            near = nearest(name, counts)
            hint = f"did you mean {shown(near)}? " if near else ""
            yield warning(
                ROI_NOT_IN_FILE,
                f"The ROI {shown(name)} is not in the image's file.",
                f"{hint}in the file: {_listed(counts)}",
            )
        elif counts[name] > 1:
            yield warning(
                ROI_TWICE_IN_FILE,
                f"The image's file has {counts[name]} segments of the name {shown(name)}; all are meant.",
            )


def _listed(names: Counter[str]) -> str:
    listed = list(names)[:_MOST_NAMES_LISTED]
    more = len(names) - len(listed)
    text = ", ".join(listed) or "no names"
    return f"{text} and {more} more" if more else text
