"""The regions that are given to judge, as every host lists them."""

from dataclasses import dataclass

from ..quiz.label_colors import color255
from ..session.judged_regions import RegionVerdict
from ..views.planes import go_through, views_of
from .opened_quiz import OpenedQuiz

TO_DO = {
    RegionVerdict.ACCEPTED: "Accept",
    RegionVerdict.CORRECTED: "Correct",
    RegionVerdict.REJECTED: "Reject",
}
"""What buttons say, in their order."""


@dataclass(frozen=True)
class ShownVerdict:
    """``color`` is (r, g, b) 0..255; ``verdict`` is that of the reader, in words, empty where there is none;
    ``chosen`` is its button; ``note`` says what was changed, and ``refusal`` why a verdict was not taken;
    ``is_open`` while there is more to do."""

    name: str
    color: tuple[int, int, int]
    verdict: str = ""
    chosen: str = ""
    note: str = ""
    is_open: bool = True
    refusal: str = ""

    @property
    def text(self) -> str:
        """Below its name."""
        said = ", ".join(filter(None, (self.verdict or "no verdict yet", self.note)))
        return f"{said}. {self.refusal}" if self.refusal else said


def shown_verdicts(opened: OpenedQuiz, image_id: str) -> tuple[ShownVerdict, ...]:
    """Those of an image, in the order of its regions; none where nothing is given on it."""
    judging = opened.drawings.judging
    *of, refused = judging.refusal
    return tuple(
        ShownVerdict(
            name,
            color255(judging.color(image_id, name)),
            each.said,
            TO_DO.get(each.verdict, ""),
            f"+{each.added} −{each.removed} voxels, Dice {each.dice:.2f}" if each.is_changed else "",
            each.is_open,
            refused if (image_id, name) == tuple(of) else "",
        )
        for name, each in judging.regions(image_id).items()
    )


def judge(opened: OpenedQuiz, image_id: str, name: str, verdict: str) -> RegionVerdict:
    """``verdict`` is one of ``TO_DO``; gives it, or NONE where it is none or is not taken."""
    wanted = next((each for each, words in TO_DO.items() if words == verdict), RegionVerdict.NONE)
    judging = opened.drawings.judging
    if wanted is RegionVerdict.NONE or not judging.may_judge or name not in judging.regions(image_id):
        return RegionVerdict.NONE
    judging.judge(image_id, name, wanted)
    return RegionVerdict.NONE if judging.refusal[-1] else wanted


def go_to_given(opened: OpenedQuiz, image_id: str, name: str) -> None:
    """All views go to the middle of what was given."""
    point_ras = opened.drawings.judging.middle_ras(image_id, name)
    if point_ras is not None:
        page = opened.on_views.page
        go_through(page, opened.host, point_ras, views_of(page, image_id))
