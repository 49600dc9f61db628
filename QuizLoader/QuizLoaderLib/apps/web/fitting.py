"""Views that the reader has not moved fill their place, whatever size the browser gives it."""

from typing import TYPE_CHECKING

from ...quiz.model import SliceView
from ...reader.opened_quiz import OpenedQuiz
from ...views.contents import contents_of_views
from ...views.placement import fit_again

if TYPE_CHECKING:
    from slicer import vtkMRMLSliceLogic

_State = tuple[tuple[float, ...], tuple[float, ...]]


class Fitting:
    """Knows how each view was placed. A page is placed before the browser has said how large its views are,
    and windows change their size."""

    def __init__(self) -> None:
        self._placed: dict[SliceView, _State] = {}

    def placed(self, opened: OpenedQuiz) -> None:
        """The page was put on its views just now."""
        self._placed = {view: _state(logic) for view, logic in opened.slice_logics().items()}

    def resize(
        self, view: SliceView, logic: "vtkMRMLSliceLogic", size: tuple[int, int], opened: OpenedQuiz | None
    ) -> None:
        """Give the view its new size; where it is still as it was placed, it is fitted again."""
        is_untouched = self._placed.get(view) == _state(logic)
        logic.ResizeSliceNode(*size)
        if is_untouched and opened is not None and opened.shown is not None:
            fit_again(contents_of_views(opened.on_views)[view], logic)
            self._placed[view] = _state(logic)


def _state(logic: "vtkMRMLSliceLogic") -> _State:
    node = logic.GetSliceNode()
    return tuple(node.GetFieldOfView()), tuple(node.GetXYZOrigin())
