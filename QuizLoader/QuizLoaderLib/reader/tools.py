"""The reader's tools on the page that is shown, the same in every host."""

from dataclasses import replace
from typing import Any

from ..quiz.model import WindowLevel
from ..views import frames, tools
from ..views.contours import ContourLook, draw_contours
from ..views.planes import ViewingMode
from .opened_quiz import OpenedQuiz


class Tools:
    """Window and level, planes, contours and frames. They work on one image, which the reader chooses.

    A page begins as its author wrote it: the host calls ``begin`` after each page that was shown or placed
    again. What the tools change is on the views alone.
    """

    def __init__(self, opened: OpenedQuiz) -> None:
        self._opened = opened
        self._image_id = ""
        self.contours = ContourLook(opened.quiz.contour_visibility)

    def begin(self) -> None:
        self.contours = ContourLook(self._opened.quiz.contour_visibility)
        if self.image is None:
            images = self.images
            self._image_id = images[0].id if images else ""

    # The image

    @property
    def images(self) -> list[tools.ToolImage]:
        """Those of the page that are there."""
        return tools.tool_images(self._opened.page_nodes) if self._opened.index >= 0 else []

    @property
    def image(self) -> tools.ToolImage | None:
        """The one that the tools work on, None where the page has none."""
        return next((image for image in self.images if image.id == self._image_id), None)

    def choose(self, image_id: str) -> None:
        self._image_id = image_id
        if self.mode is not ViewingMode.DEFAULT:
            self.view(self.mode)

    # Looks

    def set_window_level(self, look: WindowLevel) -> None:
        if self.image:
            tools.set_window_level(self.image, look)

    def reset_window_level(self) -> None:
        """As the page has it."""
        for node in self.image.nodes if self.image else ():
            tools.start_window_level(node)

    @property
    def mode(self) -> ViewingMode:
        return self._opened.viewing_mode

    def view(self, mode: ViewingMode) -> None:
        """One image in planes, with its contours, or the page again."""
        if self.image:
            self._opened.view(mode, self.image.id)
            self.draw_contours()

    def look_at_contours(self, **change: Any) -> None:
        """Change ``visible``, ``contour`` or ``opacity`` of all regions, also those that were drawn."""
        self.contours = replace(self.contours, **change)
        self.draw_contours()

    def draw_contours(self) -> None:
        if self._opened.shown:
            draw_contours(self._opened.on_views, self._opened.host, self.contours)
            self._opened.drawings.set_look(self.contours)

    # Frames

    @property
    def number_of_frames(self) -> int:
        """0 where the image has no frames."""
        return frames.number_of_frames(self.image.nodes[0]) if self.image else 0

    @property
    def frame(self) -> int:
        """The one that is shown, from 0."""
        return (frames.shown_frame(self.image.nodes[0]) or 0) if self.image else 0

    def show_frame(self, number: int) -> None:
        if self.image and self.number_of_frames:
            for node in self.image.nodes:
                frames.show_frame(node, number)

    def step_frame(self, by: int = 1) -> None:
        """Behind the last frame comes the first."""
        if self.image and self.number_of_frames:
            for node in self.image.nodes:
                frames.step_frame(node, by)
