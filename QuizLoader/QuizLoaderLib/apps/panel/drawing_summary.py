"""What is drawn of each region on the image that is drawn on, in ml."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...reader.images_to_draw import titles_of_images
from ...reader.measuring import LOOK_S
from ...reader.opened_quiz import OpenedQuiz
from ...views import segmentations
from ...views.roi_visibility import segments_by_id
from ...views.segment_planes import VoxelCount, layers
from .regions import list_item
from .ui import timer

if TYPE_CHECKING:
    from .ui import Ui

NAME_LETTERS = 12
"""Of an image in the title, whose end says more."""

LOOK_VOXELS = 8_000_000
"""So many are counted at a look, or a plane: some milliseconds, as the window stands still meanwhile."""


class DrawingSummary:
    """The title of the section and the list in it; it is counted anew once what is drawn has changed."""

    def __init__(self, ui: "Ui") -> None:
        self._ui = ui
        self._opened: OpenedQuiz | None = None
        self._image_id = ""
        self._seen: tuple[object, ...] | None = None
        self._count: VoxelCount | None = None
        self._timer = timer(LOOK_S, self.look)

    def begin(self, opened: OpenedQuiz, image_id: str) -> None:
        self._opened, self._image_id, self._seen = opened, image_id, None
        self.look()
        if self._count:
            # What was counted on another image is not of this one.
            self._show(None)
        self._timer.start()

    def end(self) -> None:
        self._timer.stop()
        self._opened = self._count = None

    def look(self) -> None:
        drawings = self._opened.drawings if self._opened else None
        if drawings is None or all(image.id != self._image_id for image in drawings.images):
            return
        node = drawings.segmentation(self._image_id)
        seen = segmentations.stamp(node)
        if seen != self._seen:
            # While the hand draws there is no time to count.
            self._count = VoxelCount(layers(node)) if drawings.is_saved or not self._seen else None
            self._seen = seen if self._count else self._seen
        left = LOOK_VOXELS if self._count else 0
        while left > 0 and self._count:
            counted = self._count.go_on()
            left -= counted
            if not counted:
                self._show(self._count.by_name)
                self._count = None

    def _show(self, counts: Mapping[str, int] | None) -> None:
        """How many voxels each name has; None while they are counted."""
        assert self._opened is not None
        ui, drawings = self._ui, self._opened.drawings
        name = titles_of_images(self._opened)[self._image_id]
        segments = segments_by_id(drawings.segmentation(self._image_id)).values()
        total, drawn = len(segments), sum(count > 0 for count in (counts or {}).values())
        regions = f"{drawn} of {total} region{'s' * (total != 1)} drawn" if total else "nothing drawn"
        short = name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1]}…"
        ui.editorSection.text = f"Draw: {short}" + (f" ({regions})" if counts is not None else "")
        ui.editorSection.toolTip = f"Draw: {name}"
        voxel_mm3 = math.prod(drawings.volume(self._image_id).GetSpacing())
        ui.drawnList.clear()
        for segment in segments:
            color = tuple(round(255 * part) for part in segment.GetColor())
            words = segment.GetName()
            if counts is not None:
                count = counts.get(words, 0)
                words += f": {count * voxel_mm3 / 1000:.1f} ml" if count else ": not drawn"
            ui.drawnList.addItem(list_item(words, color))
        ui.drawnList.visible = total > 0
        if total:
            ui.drawnList.maximumHeight = ui.drawnList.sizeHintForRow(0) * total + 2 * ui.drawnList.frameWidth
