"""What is drawn of each region on the image that is drawn on, in ml."""

from typing import TYPE_CHECKING

from ...reader.measuring import LOOK_S
from ...reader.opened_quiz import OpenedQuiz
from ...views import segmentations
from ...views.roi_visibility import segments_by_id
from .regions import list_item
from .ui import timer

if TYPE_CHECKING:
    import slicer

    from .ui import Ui

NAME_LETTERS = 12
"""Of an image in the title, whose end says more."""


class DrawingSummary:
    """The title of the section and the list in it; it is counted anew once what is drawn has changed."""

    def __init__(self, ui: "Ui") -> None:
        self._ui = ui
        self._opened: OpenedQuiz | None = None
        self._image_id = ""
        self._seen: tuple[object, ...] | None = None
        self._timer = timer(LOOK_S, self.look)

    def begin(self, opened: OpenedQuiz, image_id: str) -> None:
        self._opened, self._image_id, self._seen = opened, image_id, None
        self.look()
        self._timer.start()

    def end(self) -> None:
        self._timer.stop()
        self._opened = None

    def look(self) -> None:
        drawings = self._opened.drawings if self._opened else None
        if drawings is None or all(image.id != self._image_id for image in drawings.images):
            return
        node, volume = drawings.segmentation(self._image_id), drawings.volume(self._image_id)
        seen = segmentations.stamp(node)
        # While the hand draws there is no time to count.
        if seen == self._seen or not (drawings.is_saved or not self._seen):
            return
        self._seen = seen
        wide, high, deep = volume.GetSpacing()
        counts = segmentations.voxel_counts(node)
        rows = []
        for segment in segments_by_id(node).values():
            count = counts.get(segment.GetName(), 0)
            rows.append((segment, f"{count * wide * high * deep / 1000:.1f} ml" if count else "not drawn"))
        self._show(rows, sum(count > 0 for count in counts.values()))

    def _show(self, rows: "list[tuple[slicer.vtkSegment, str]]", drawn: int) -> None:
        ui, count = self._ui, len(rows)
        regions = f"{drawn} of {count} region{'s' * (count != 1)} drawn" if count else "nothing drawn"
        name = self._image_id
        short = name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1]}…"
        ui.editorSection.text = f"Draw: {short} ({regions})"
        ui.editorSection.toolTip = f"Draw: {name}"
        ui.drawnList.clear()
        for segment, words in rows:
            color = tuple(round(255 * part) for part in segment.GetColor())
            ui.drawnList.addItem(list_item(f"{segment.GetName()}: {words}", color))
        ui.drawnList.visible = bool(rows)
        if rows:
            ui.drawnList.maximumHeight = ui.drawnList.sizeHintForRow(0) * count + 2 * ui.drawnList.frameWidth
