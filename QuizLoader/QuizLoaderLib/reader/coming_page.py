"""A page on its way to the views: its images, what was drawn on it, and what it tells of that."""

from typing import TYPE_CHECKING

from .session_answers import SessionAnswers

if TYPE_CHECKING:
    from ..images.loading.page_request import PageRequest
    from .drawing.coming_drawings import ComingDrawings


class ComingPage:
    """Begins to read, in threads; ``index`` is that of the page among those of ``answers``."""

    def __init__(
        self,
        images: "PageRequest",
        drawings: "ComingDrawings",
        answers: SessionAnswers | None,
        index: int,
    ) -> None:
        self._images, self._drawings = images, drawings
        session_page = answers.session_page(index) if answers else None
        self._answers = answers if session_page else None
        drawings.expect(images, session_page)

    @property
    def done(self) -> int:
        """Of the images."""
        return self._images.done

    @property
    def total(self) -> int:
        return self._images.total

    @property
    def is_ready(self) -> bool:
        are_read = self._images.is_ready and self._drawings.are_ready
        return are_read and (self._answers is None or self._answers.expert_scores.prepare_page())

    def cancel(self) -> None:
        self._images.cancel()
