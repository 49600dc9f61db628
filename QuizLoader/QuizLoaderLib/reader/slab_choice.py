"""Which slab each image of a page is shown in, as the reader chose it."""

from collections.abc import Sequence

from ..views.slabs import Projection, Slab, Slabs
from ..views.tools import ToolImage
from .image_views import views_of
from .opened_quiz import OpenedQuiz

NO_SLAB = "one slice"
_USUAL_MM = 10.0

SLABS: dict[str, Slab | None] = {NO_SLAB: None} | {
    slab.text: slab
    for slab in (Slab(projection, mm) for projection in Projection for mm in (5.0, _USUAL_MM, 20.0))
}
"""What a reader chooses from, by the name that ``use("slab", name)`` takes; each is shown in whole slices."""

_IN_TURN = (NO_SLAB, *(Slab(projection, _USUAL_MM).text for projection in Projection))


class SlabChoice:
    """On all views that show an image."""

    def __init__(self) -> None:
        self._slabs = Slabs()
        self._chosen: dict[str, str] = {}

    def begin(self) -> None:
        """A page was placed, which shows slices."""
        self._slabs.end()
        self._chosen.clear()

    def of(self, image: ToolImage | None) -> str:
        return self._chosen.get(image.id, NO_SLAB) if image else NO_SLAB

    def is_offered(self, image: ToolImage | None) -> bool:
        """Whether it has several slices."""
        return image is not None and min(image.nodes[0].GetImageData().GetDimensions()) > 1

    def choose(self, opened: OpenedQuiz, image: ToolImage | None, name: str = "") -> None:
        """Without a name the next kind."""
        if not name:
            now = self.of(image)
            following = _IN_TURN.index(now) + 1 if now in _IN_TURN else 0
            name = _IN_TURN[following % len(_IN_TURN)]
        if image and name in SLABS and self.is_offered(image):
            self._chosen[image.id] = name
            self._show(opened, image)

    def show_again(self, opened: OpenedQuiz, images: Sequence[ToolImage]) -> None:
        """The views show other planes than before."""
        for image in images:
            if image.id in self._chosen:
                self._show(opened, image)

    def _show(self, opened: OpenedQuiz, image: ToolImage) -> None:
        for _contents, logic in views_of(opened, image):
            self._slabs.show(logic, SLABS[self._chosen[image.id]])
