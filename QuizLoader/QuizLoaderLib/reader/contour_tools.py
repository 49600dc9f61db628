"""How the reader has the contours of all regions drawn, on the slices and in the 3D view."""

from dataclasses import replace
from typing import Any

from ..quiz.model import ContourVisibility
from ..views.contours import ContourLook
from .opened_quiz import OpenedQuiz


class ContourTools:
    """``look`` is as they are drawn now."""

    def __init__(self) -> None:
        self._opened: OpenedQuiz | None = None
        self.look = ContourLook()

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown, or placed again, as its author wrote it."""
        self._opened, self.look = opened, ContourLook(opened.quiz.contour_visibility)

    @property
    def are_filled(self) -> bool:
        return self.look.contour is ContourVisibility.FILL

    def toggle(self) -> None:
        self.draw(visible=not self.look.visible)

    def toggle_fill(self) -> None:
        self.draw(contour=ContourVisibility.OUTLINE if self.are_filled else ContourVisibility.FILL)

    def set_opacity(self, percent: float) -> None:
        # In this order what is not a number counts as 0.
        self.draw(opacity=min(max(0.0, float(percent)), 100.0) / 100)

    def change_opacity(self, percent: float) -> None:
        self.set_opacity(100 * self.look.opacity + percent)

    def draw(self, **change: Any) -> None:
        """Also those that were drawn."""
        self.look = replace(self.look, **change)
        if self._opened:
            self._opened.placed.draw_contours(self._opened.on_views, self.look)
            self._opened.drawings.set_look(self.look)
