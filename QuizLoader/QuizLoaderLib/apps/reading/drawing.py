"""What is drawn on the pages of an open quiz: shown on arrival, kept, and known when a page asks for it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ...quiz.image_folder import ImageFolder
from ...quiz.model import Image, Layer, Page, Quiz, SliceView
from ...session.requirements import Drawn
from ...views import drawings
from ...views.contours import ContourLook
from ...views.host import Host
from .contour import Contour
from .contour_files import ContourFiles
from .regions import RegionsToDraw, regions_to_draw
from .texts import tr as _

SAVE_EVERY_S = 60.0
"""How often a changed drawing is saved while its page is shown."""

TRY_AGAIN_EVERY_S = 10.0
"""How often saving is tried again that failed."""

_Key = tuple[int, str]
"""Number and ID of a page: a repetition has the number of its original."""


class Places(Protocol):
    """Where a session keeps the drawings of the page that the reader is at: ``session.drawings``."""

    def contour_file(self, image_id: str) -> Path: ...
    def contours(self, image_id: str) -> list[Path]: ...
    def earlier_contour(self, image: Image) -> Path | None: ...
    def contours_to_merge(self, image: Image) -> list[Path]: ...
    def drawn(self, image_id: str) -> Drawn: ...
    def set_contour(self, image_id: str, path: Path, drawn: bool) -> Any: ...


@dataclass(frozen=True)
class Kept:
    """How a reader's session keeps the drawings of one page; ``may_change`` False: nothing is written."""

    places: Places
    may_change: bool


class Drawing:
    """The reader's drawings on the page that is shown. Every host has one: ``OpenedQuiz.drawing``.

    What a host does::

        drawing.when_leaving = editor.let_go          # called before the page's drawings leave the scene
        for image in drawing.images:                  # where the reader may draw; empty: hide the tools
            editor.edit(drawing.segmentation(image.id), drawing.volume(image.id))

    What is done without it: ``OpenedQuiz`` shows the page's drawings, in planes too; ``Tools`` gives them
    their look. The steps of ``Reading`` save them before they ask what is missing, and put them away when the
    page is left; ``save_sentence``, which hosts call every few seconds, saves them every minute and tries
    again what could not be saved.

    With a reader, a drawing that is saved leaves the scene with its page, one that could not be saved stays
    in it, hidden, until it can. In an author's look nothing is written: what was drawn stays in the scene,
    hidden, and shows again on return. An empty segmentation leaves the scene with its page.
    """

    def __init__(self, host: Host, quiz: Quiz, folder: ImageFolder) -> None:
        self._host, self._quiz, self._folder = host, quiz, folder
        self._regions: dict[str, RegionsToDraw] = {}
        self._contours: dict[str, Contour] = {}
        self._shown_by: dict[str, set[str]] = {}
        self._put_away: dict[_Key, dict[str, Contour]] = {}
        self.when_leaving: Callable[[], None] | None = None
        self._page: Page | None = None
        self._kept: Kept | None = None
        self._look = ContourLook(quiz.contour_visibility)
        self._saved_at = time.monotonic()

    # The page that is shown

    @property
    def images(self) -> tuple[Image, ...]:
        """The images that the reader may draw on now, each once, in the order of the page."""
        may_draw = self._page is not None and self._page.enable_segment_editor
        if not may_draw or (self._kept is not None and not self._kept.may_change):
            return ()
        return tuple(contour.image for contour in self._contours.values())

    def segmentation(self, image_id: str) -> Any:
        """The segmentation to draw in: what was drawn on this image before, else a new one; with an empty,
        named and coloured segment for each region of the quiz. Raises KeyError for any other image than
        ``images`` has."""
        if all(image.id != image_id for image in self.images):
            raise KeyError(image_id)
        contour = self._contours[image_id]
        if not self._is_there(contour):
            contour.node = None
            self._read(contour)
        node = contour.make(self._host.scene)
        self._show(contour)
        return node

    def volume(self, image_id: str) -> Any:
        """The volume node of an image in ``images``."""
        return self._contours[image_id].volume

    @property
    def nodes(self) -> tuple[Any, ...]:
        """The segmentations that are shown."""
        return tuple(contour.node for contour in self._contours.values() if self._is_there(contour))

    def show(self, page: Page, nodes: Sequence[Any], kept: Kept | None) -> list[str]:
        """Show what was drawn on a page; ``nodes`` are aligned with ``page.images``.

        Gives what is odd about the files, and what of them could not be shown, as sentences.
        """
        self.leave()
        self._page, self._kept, self._look = page, kept, ContourLook(self._quiz.contour_visibility)
        self._contours = self._put_away.pop(_key(page), {})
        self._shown_by = {}
        sentences: list[str] = []
        for image, node in zip(page.images, nodes, strict=True):
            if node is None or image.layer not in (Layer.BACKGROUND, Layer.FOREGROUND):
                continue
            self._shown_by.setdefault(image.id, set()).add(node.GetID())
            known = self._contours.get(image.id)
            if known is None:
                sentences += self._open(page, image, node)
            elif not self._host.scene.IsNodePresent(known.volume):
                known.volume = node
        self.show_again()
        self._saved_at = time.monotonic()
        return sentences

    def show_again(self) -> None:
        """Put the contours on the views that show their image now, whatever was done to the views."""
        for contour in self._contours.values():
            if self._is_there(contour):
                drawings.set_grid(contour.node, contour.volume)
                self._show(contour)

    def set_look(self, look: ContourLook) -> None:
        """Of all that is drawn, until the next page."""
        self._look = look
        self.show_again()

    # Saving

    def save(self) -> str:
        """Save everything that is not saved. Gives why something could not be, empty where all is saved."""
        return self._save(copies=True)

    def save_first_strokes(self) -> None:
        """Save a drawing that was begun or erased since it was saved: the page may require it."""
        for contour in self._contours.values():
            if self._may_write and self._is_there(contour) and contour.has_changed():
                was_drawn = self._kept.places.drawn(contour.image.id).has_contour  # type: ignore[union-attr]
                if contour.is_drawn != was_drawn:
                    contour.save()
                    self._note(contour)

    def tick(self) -> str:
        """Save once a minute what has changed, and sooner what could not be saved; call it every few seconds.

        Gives what is not saved and why, empty where there is nothing of the kind.
        """
        waits = SAVE_EVERY_S if not self._faults() else TRY_AGAIN_EVERY_S
        if time.monotonic() - self._saved_at >= waits:
            return self._save(copies=False)
        return "\n".join(self._faults())

    def leave(self) -> None:
        """The page is left, after ``save``: its drawings leave the scene, or wait in it, hidden."""
        if self.when_leaving is not None:
            self.when_leaving()
        waiting = {}
        for image_id, contour in self._contours.items():
            if not self._is_there(contour):
                continue
            if contour.fault if self._kept else not drawings.is_empty(contour.node):
                drawings.hide(contour.node)
                waiting[image_id] = contour
            else:
                drawings.remove(contour.node)
        if self._page is not None and waiting:
            self._put_away[_key(self._page)] = waiting
        self._contours, self._page, self._kept = {}, None, None

    def save_copies(self, folder: Path) -> None:
        """Write what could not be saved into ``folder`` instead of the folder of the quiz; raises OSError."""
        for contour in [*self._contours.values(), *self._all_put_away()]:
            if contour.fault and contour.files is not None:
                path = contour.files.label_map
                contour.save_copy(ContourFiles(folder / path.parent.name / path.name))

    def close(self) -> None:
        """The quiz is over. What is saved nowhere stays in the scene, the rest leaves it."""
        self.leave()
        for contour in self._all_put_away():
            contour.node.SetDisplayVisibility(True)
        self._put_away = {}

    # Inside

    @property
    def _may_write(self) -> bool:
        return self._kept is not None and self._kept.may_change

    def _open(self, page: Page, image: Image, volume: Any) -> list[str]:
        regions = self._regions.get(image.mask_value_map)
        if regions is None:
            regions = regions_to_draw(self._quiz, image, self._folder)
            self._regions[image.mask_value_map] = regions
        contour = Contour(image, page.title, volume, regions, may_change=self._may_write)
        if self._kept is not None:
            contour.files = ContourFiles(self._kept.places.contour_file(image.id))
        self._contours[image.id] = contour
        return self._read(contour)

    def _read(self, contour: Contour) -> list[str]:
        """Make the node of what the session keeps, and tell the session what that is."""
        if self._kept is None or contour.files is None or self._page is None:
            return []
        places, image = self._kept.places, contour.image
        recorded = [ContourFiles(path) for path in places.contours(image.id)]
        own = next((files for files in [*reversed(recorded), contour.files] if files.are_there), None)
        shown = next(
            (each for each in self._page.images if each.id == image.id and each.display_label_map_id), image
        )
        source = places.earlier_contour(shown)
        earlier = places.contours_to_merge(shown) or ([source] if source else [])
        sentences = contour.open(self._host.scene, own, [ContourFiles(path) for path in earlier])
        if recorded and own is None:
            sentence = _("The contour that was drawn on “{image}” is gone: there is no file {path} any more.")
            sentences.append(sentence.format(image=image.id, path=recorded[-1].label_map))
        if self._may_write and recorded and own is None and places.drawn(image.id).has_contour:
            places.set_contour(image.id, recorded[-1].label_map, drawn=False)
        self._note(contour)
        return sentences

    def _note(self, contour: Contour) -> None:
        """What the session says of a contour is what is there."""
        if not self._may_write or not contour.is_kept or not self._is_there(contour):
            return
        places, path = self._kept.places, contour.files.label_map  # type: ignore[union-attr]
        is_known = path in places.contours(contour.image.id)
        if not is_known or places.drawn(contour.image.id).has_contour != contour.is_drawn:
            places.set_contour(contour.image.id, path, drawn=contour.is_drawn)

    def _save(self, copies: bool) -> str:
        for contour in self._contours.values():
            if self._is_there(contour):
                contour.save(copies)
                self._note(contour)
        for key, contours in list(self._put_away.items()) if self._kept else ():
            for image_id, contour in list(contours.items()):
                if contour.files is not None and contour.save():
                    drawings.remove(contour.node)
                    del contours[image_id]
            if not contours:
                del self._put_away[key]
        self._saved_at = time.monotonic()
        return "\n".join(self._faults())

    def _faults(self) -> list[str]:
        sentence = _(
            "The contour of “{image}” on the page “{page}” is not saved yet ({reason}); it is kept and saved"
            " as soon as possible, so please keep the program open."
        )
        return [
            sentence.format(image=contour.image.id, page=contour.page_title, reason=contour.fault)
            for contour in [*self._contours.values(), *self._all_put_away()]
            if contour.fault
        ]

    def _all_put_away(self) -> list[Contour]:
        all_contours = [contour for contours in self._put_away.values() for contour in contours.values()]
        return [contour for contour in all_contours if self._is_there(contour)]

    def _is_there(self, contour: Contour) -> bool:
        return contour.node is not None and bool(self._host.scene.IsNodePresent(contour.node))

    def _show(self, contour: Contour) -> None:
        """On the views that show the image, in whichever look."""
        shown_by = self._shown_by[contour.image.id]
        logic_of = self._host.application_logic.GetSliceLogicByLayoutName
        view_ids = []
        for logic in filter(None, (logic_of(view.value) for view in SliceView)):
            composite = logic.GetSliceCompositeNode()
            if {composite.GetBackgroundVolumeID(), composite.GetForegroundVolumeID()} & shown_by:
                view_ids.append(logic.GetSliceNode().GetID())
        drawings.show_on(contour.node, view_ids, self._look)


def _key(page: Page) -> _Key:
    return page.number, page.id
