"""What is drawn on the pages of an open quiz: shown on arrival, saved, and known when a page asks for it."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from ...quiz.image_folder import ImageFolder
from ...quiz.model import Image, Quiz
from ...quiz.regions import QuizRegions
from ...session.whole_file import remove_left_overs
from ...views import segmentations
from ...views.contents import PageNodes
from ...views.contours import ContourLook
from ...views.host import Host
from ...views.page import take_off_transforms
from ..save_queue import SaveQueue
from .coming_drawings import ComingDrawings
from .drawing_files import DrawingFiles, Turn
from .folding import Folds
from .image_drawing import ImageDrawing
from .judging import Judging
from .lines import Lines
from .marks import Marks
from .page_drawn_on import PageDrawnOn, PageKey, SessionPage
from .regions_to_draw import RegionsOfImages, RegionsToDraw
from .stroke_saver import Pace, StrokeSaver

if TYPE_CHECKING:
    import slicer

    from ...images.arrays import ImageArrays
    from ...session.drawings import SessionDrawings
    from ...session.marks import MarkStore

    Stores = tuple[MarkStore | None, MarkStore | None]
    """Of marks and of measures."""


class Beside(Protocol):
    """What belongs to the drawings of a page."""

    def show_again(self) -> None: ...
    def hide(self) -> None: ...
    def save(self) -> None: ...
    def leave(self) -> None: ...
    def close(self) -> None: ...


class PageDrawings:
    """The reader's drawings on the page that is shown: ``OpenedQuiz.drawings``. What a host does::

        drawing.when_leaving = editor.let_go          # called before the page's drawings leave the scene
        drawing.is_at_work = lambda: editor.works     # something is about to be drawn: steps wait for it
        for image in drawing.images:                  # where the reader may draw; empty: hide the tools
            editor.edit(drawing.segmentation(image.id), drawing.volume(image.id))

    The steps of ``SessionAnswers`` save the page's drawings before they ask what is missing, and put them
    away when it is left; ``save_on`` saves each stroke soon after it. With a reader, what is saved leaves the
    scene with its page; what could not be saved stays in it, hidden, as all does in an author's look.
    """

    def __init__(
        self, host: Host, quiz: Quiz, folder: ImageFolder, queue: SaveQueue, names: QuizRegions
    ) -> None:
        self._host, self._quiz, self._queue = host, quiz, queue
        self._regions_of = RegionsOfImages(quiz, folder)
        self._on: PageDrawnOn | None = None
        self._drawings: dict[str, ImageDrawing] = {}
        self._put_away: dict[PageKey, dict[str, ImageDrawing]] = {}
        self._look = ContourLook(quiz.contour_visibility)
        self.lines, self.marks, self.measures = Lines(queue), Marks(queue), Marks(queue)
        self.judging = Judging(host, self._save_drawing)
        self._beside: tuple[Beside, ...] = (self.lines, self.marks, self.measures, self.judging)
        self.folds = Folds(queue, self._regions_of)
        self.coming = ComingDrawings(self._regions_of, names, self.folds.stop)
        self.when_leaving: Callable[[], None] = lambda: None
        self.is_at_work: Callable[[], bool] = lambda: False

    @property
    def images(self) -> tuple[Image, ...]:
        """The images that the reader may draw on now, each once, as ``in_order_to_tell`` has them."""
        on = self._on
        return tuple(on.images.values()) if on and on.may_change and on.page.enable_segment_editor else ()

    def segmentation(self, image_id: str) -> "slicer.vtkMRMLSegmentationNode":
        """What was drawn on this image before, else a new one; with an empty, named and coloured segment for
        each region of the quiz. Raises KeyError for any other image than ``images`` has."""
        if all(image.id != image_id for image in self.images):
            raise KeyError(image_id)
        drawing = self._drawings[image_id]
        if not _is_there(self._host.scene, drawing):
            drawing.node = None
            self._read(drawing)
        node = drawing.make(self._host.scene)
        _show(drawing, self._on, self._look)
        return node

    def region_names(self, image_id: str) -> tuple[str, ...]:
        """Of the regions that the quiz wants drawn, or judged, on an image in ``images``."""
        names = [region.name for region in self._drawings[image_id].regions.regions]
        return tuple(dict.fromkeys([*names, *self.judging.regions(image_id)]))

    def volume(self, image_id: str) -> "slicer.vtkMRMLVolumeNode":
        """The volume node of an image in ``images``."""
        return self._drawings[image_id].volume

    @property
    def nodes(self) -> "tuple[slicer.vtkMRMLSegmentationNode, ...]":
        """The segmentations that are shown."""
        return tuple(drawing.node for drawing in self._there)

    def show(
        self,
        shown: PageNodes,
        arrays: "Sequence[ImageArrays | None]",
        session_page: SessionPage | None,
        stores: "Stores",
    ) -> list[str]:
        """Show what was drawn on a page, whose images are made of ``arrays``; gives what is odd about its
        files, as sentences."""
        self.leave()
        on = self._on = PageDrawnOn(shown, self._host, session_page)
        self._look = ContourLook(self._quiz.contour_visibility)
        if on.writes_to is not None:
            remove_left_overs(on.writes_to.folder())
        self._drawings = self._put_away.pop(on.key, {})
        for waiting in self._drawings.values():
            self._queue.when_saved(waiting, partial(self._note, waiting))
        sentences = self.lines.show(on) + self.marks.show(on, stores[0]) + self.measures.show(on, stores[1])
        read = self.coming.page_arrays(on.page, arrays)
        for image in on.images.values():
            known = self._drawings.get(image.id)
            if known is None or not _is_there(self._host.scene, known):
                drawing = _new_drawing(image, on, self._regions_of(image), self._queue.clock)
                drawing.given = self.coming.take_given(image.id, read, drawing.regions)
                self._drawings[image.id] = drawing
                sentences += self._read(drawing)
            elif not on.is_there(known.volume):
                known.volume = on.volume(image.id)
        self.coming.forget()
        sentences += self.judging.show(on, self._drawings)
        self.folds.resume(session_page, on.may_change)
        self.show_again()
        return sentences

    def show_again(self) -> None:
        """Put the drawings on the views that show their image now, whatever was done to the views."""
        take_off_transforms(self.nodes)
        for drawing in self._there:
            segmentations.set_grid(drawing.node, drawing.volume)
            _show(drawing, self._on, self._look)
        for each in self._beside:
            each.show_again()

    def hide(self) -> None:
        """The views are for something else, until the page is shown again."""
        for node in self.nodes:
            node.SetDisplayVisibility(False)
        for each in self._beside:
            each.hide()

    def set_look(self, look: ContourLook) -> None:
        """Of all drawings that are drawn, until the next page."""
        self._look = look
        self.show_again()

    def save(self) -> str:
        """Save everything that is not saved, also of other pages; what is drawn on this one goes into its
        journal, if that is enough. Gives what could not be saved, and why."""
        since = self._queue.clock()
        self._save_page()
        self._queue.retry(not_since=since)
        return " ".join(self._queue.sentences())

    def _save_page(self) -> None:
        for drawing in self._there:
            self._save_drawing(drawing)
        for each in self._beside:
            each.save()

    def _save_drawing(self, drawing: ImageDrawing) -> None:
        may_change = self._on is not None and self._on.may_change
        if drawing.needs_files and (may_change or drawing.fault):
            self._save(drawing)
        elif may_change:
            self._save_strokes(drawing, Pace.AT_ONCE)

    def write_files(self) -> None:
        """Begin to put what the journals have into the files, also on this page, after ``save``."""
        if self._on is not None:
            self.folds.begin(self._on.session_page, self._there, everywhere=True)

    def save_first_strokes(self) -> None:
        """Save a part of what was begun or erased since it was saved: the page may require it."""
        self.lines.save_new()
        self.judging.look()
        for drawing in self._there:
            if drawing.is_to_be_told(self._writes_to):
                self._save_strokes(drawing, Pace.IN_PARTS)

    @property
    def _writes_to(self) -> "SessionDrawings | None":
        return self._on.writes_to if self._on else None

    @property
    def is_saved(self) -> bool:
        """Whether a crash would lose nothing of the page that is shown; looks at no voxel."""
        saved = (self.lines.is_saved, self.marks.is_saved, self.measures.is_saved, not self.is_at_work())
        return self._writes_to is None or all((*saved, *(drawing.is_saved for drawing in self._there)))

    def save_on(self) -> None:
        """Save a part of what was drawn, once the hand rests; to be called again and again."""
        self.folds.look()
        if self.is_saved:
            self.judging.look()
            return
        if not self.lines.is_saved and self.lines.rest():
            self.lines.save()
        for drawing in self._there:
            if not drawing.fault:
                self._save_strokes(drawing, Pace.AT_REST)

    def prepare_to_leave(self) -> bool:
        """Do a part of what ``leave`` would stop the window for; called until it gives that all is done."""
        is_compared = not self.is_at_work() and self.judging.look()
        for drawing in self._there:
            if not drawing.may_be_left:
                self._save_strokes(drawing, Pace.IN_PARTS)
        return is_compared and all(drawing.may_be_left for drawing in self._there)

    def _save_strokes(self, drawing: ImageDrawing, pace: Pace) -> None:
        try:
            if not drawing.is_saved:
                self.folds.stop(drawing.files)
            if drawing.save_strokes(pace):
                self._note(drawing)
        except OSError:
            self._save(drawing)

    def leave(self) -> None:
        """The page is left, after ``save``: its drawings leave the scene, or wait in it, hidden."""
        on = self._on
        if on is None:
            return
        self.when_leaving()
        if on.writes_to is not None:
            # The same page is shown anew: what was done since, as in another module, is the reader's.
            self._save_page()
        self.folds.begin(on.session_page, self._there)
        for drawing in self._there:
            if drawing.fault if on.session_page else not segmentations.is_empty(drawing.node):
                drawing.node.SetDisplayVisibility(False)
                put_away = self._put_away.setdefault(on.key, {})
                put_away[drawing.image.id] = drawing
                self._queue.when_saved(drawing, partial(_let_go, put_away, drawing.image.id))
            else:
                segmentations.remove(drawing.node)
        for each in self._beside:
            each.leave()
        self._drawings, self._on = {}, None

    def close(self) -> None:
        """The quiz is over. What is saved nowhere stays in the scene, the rest leaves it."""
        self.leave()
        self.folds.close()
        self.coming.close()
        for each in self._beside:
            each.close()
        _give_to_scene(self._put_away.values(), self._host.scene)
        self._put_away = {}

    def _read(self, drawing: ImageDrawing) -> list[str]:
        """Make the node of what the session saved, and tell the session what that is."""
        on, image = self._on, drawing.image
        if on is None or on.session_page is None or drawing.files is None:
            return []
        own = on.session_page.own_drawing(image.id)
        if drawing.may_change:
            self.folds.stop(own)
        with Turn.REPLACING:
            sentences = drawing.open(self._host.scene, own, on.earlier_drawings(image.id), self.coming)
        sentences += _tell_gone(on, on.session_page.files, image) if own is None else []
        self._note(drawing)
        return sentences

    def _note(self, drawing: ImageDrawing) -> None:
        """What the session says of a drawing is what is there."""
        if self._writes_to is not None and _is_there(self._host.scene, drawing):
            drawing.tell(self._writes_to)

    def _save(self, drawing: ImageDrawing) -> None:
        self.folds.stop(drawing.files)
        self._queue.save(drawing)
        self._note(drawing)
        self._queue.when_saved(drawing, partial(self._note, drawing))

    @property
    def _there(self) -> list[ImageDrawing]:
        return [drawing for drawing in self._drawings.values() if _is_there(self._host.scene, drawing)]


def _show(drawing: ImageDrawing, on: PageDrawnOn | None, look: ContourLook) -> None:
    if on is not None:
        segmentations.show_on(drawing.node, on.views_of(drawing.image.id), look)
        segmentations.save_with_scene(drawing.node, drawing.files is None)


def _is_there(scene: "slicer.vtkMRMLScene", drawing: ImageDrawing) -> bool:
    return drawing.node is not None and bool(scene.IsNodePresent(drawing.node))


def _let_go(put_away: dict[str, ImageDrawing], image_id: str) -> None:
    """What was put away unsaved is saved now."""
    segmentations.remove(put_away.pop(image_id).node)


def _give_to_scene(put_away: "Iterable[dict[str, ImageDrawing]]", scene: "slicer.vtkMRMLScene") -> None:
    for drawing in (each for drawings in put_away for each in drawings.values()):
        if _is_there(scene, drawing):
            drawing.node.SetDisplayVisibility(True)
            segmentations.save_with_scene(drawing.node, True)


def _tell_gone(on: PageDrawnOn, files: "SessionDrawings", image: Image) -> list[str]:
    """Where the session had a drawing whose file is missing now."""
    recorded = files.label_maps(image.id)
    if not recorded:
        return []
    if on.writes_to is not None and files.drawn(image.id).has_drawing:
        files.set_drawing(image.id, recorded[-1], drawn=False)
    called = on.called(image.id)
    return [f"The contour that was drawn on {called} is gone: the file “{recorded[-1]}” is missing."]


def _new_drawing(
    image: Image, on: PageDrawnOn, regions: RegionsToDraw, clock: Callable[[], float]
) -> ImageDrawing:
    drawing = ImageDrawing(image, on.page, on.volume(image.id), regions)
    drawing.strokes = StrokeSaver(clock)
    if on.session_page is not None:
        drawing.may_change = on.may_change
        drawing.files = DrawingFiles(on.session_page.files.drawing_file(image.id))
    return drawing
