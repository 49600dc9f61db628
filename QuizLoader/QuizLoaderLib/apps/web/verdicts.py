"""The regions of the drawing that were given to judge, in the client."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import TYPE_CHECKING

from ...reader.opened_quiz import OpenedQuiz
from ...reader.verdicts import TO_DO, go_to_given, judge, shown_verdicts
from ...session.judged_regions import RegionVerdict
from .colors import css_color
from .effects import as_one_change
from .segment_list import SegmentList

if TYPE_CHECKING:
    from trame_slicer.core import SegmentationEditor


class VerdictsView:
    """Of the image that trame-slicer's ``editor`` draws on; ``changed()`` is called when a region was."""

    def __init__(
        self, editor: "SegmentationEditor", segments: SegmentList, changed: Callable[[], None]
    ) -> None:
        self._editor, self._segments, self._changed = editor, segments, changed
        self._opened: OpenedQuiz | None = None
        self._image_id = ""

    def begin(self, opened: OpenedQuiz, image_id: str) -> None:
        self._opened, self._image_id = opened, image_id
        judging = opened.drawings.judging
        judging.in_hand, judging.as_one_change = self._in_hand, self._as_one_change
        judging.changed = self._changed

    def as_state(self) -> list[dict[str, object]]:
        shown = shown_verdicts(self._opened, self._image_id) if self._opened else ()
        return [
            {
                **asdict(each),
                "text": each.text,
                "color": css_color(each.color),
                "choices": [[words, each.chosen == words] for words in TO_DO.values()],
            }
            for each in shown
        ]

    def judge(self, words: str, name: str = "") -> bool:
        """By its name, else the region that is chosen; gives whether it is to be corrected now."""
        name = name or self._segments.chosen_title
        verdict = judge(self._opened, self._image_id, name, words) if self._opened else RegionVerdict.NONE
        if verdict is not RegionVerdict.NONE:
            self._segments.choose_named(name)
        return verdict is RegionVerdict.CORRECTED

    def rename(self, name: str) -> None:
        """The segment that is chosen; what was given is known by its name."""
        if self._segments.chosen_title not in [each["name"] for each in self.as_state()]:
            self._segments.rename(name)

    def go_to(self, name: str) -> None:
        if self._opened:
            self._segments.choose_named(name)
            go_to_given(self._opened, self._image_id, name)

    def _in_hand(self) -> tuple[str, str]:
        return self._image_id, self._segments.chosen_title

    def _as_one_change(self) -> AbstractContextManager[None]:
        return as_one_change(self._editor.active_segmentation)
