"""What a reader draws on one image of one page: its segmentation, and the files where it is saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from ...images.arrays import SegmentationArrays
from ...images.grid import Grid
from ...images.types.segmentation import make_node
from ...images.types.type_module import Look
from ...masks.painting import LostOverlap
from ...quiz.layout_rows import image_called, image_title
from ...quiz.model import Image, Page
from ...session.files import reason
from ...views import segmentations
from ...views.segment_planes import PlaneScan, layers
from ..save_queue import KEEP_OPEN, RETRY_S
from .coming_drawings import ComingDrawings, DrawingOnDisk
from .drawing_files import DrawingFiles, put_aside, write_drawing
from .given_contours import GivenContours
from .regions_to_draw import RegionsToDraw
from .segment_arrays import grid_of
from .starts import Start
from .stroke_saver import Pace, StrokeSaver, are_on

if TYPE_CHECKING:
    from slicer import vtkMRMLScene, vtkMRMLSegmentationNode, vtkMRMLVolumeNode

    from ...session.drawings import SessionDrawings


@dataclass
class ImageDrawing:
    """``volume`` is the node of the image. Without ``files`` there is nothing but the node in the scene;
    ``may_change`` False: files are shown, never written.

    ``lost`` is what overlaps cost the label map that was written last, None where none was written since the
    session was told; ``fault`` is why the last saving failed; ``has_strokes``: the journal has more than the
    files.
    """

    image: Image
    page: Page
    volume: vtkMRMLVolumeNode
    regions: RegionsToDraw
    files: DrawingFiles | None = None
    may_change: bool = True
    node: vtkMRMLSegmentationNode = None
    lost: tuple[LostOverlap, ...] | None = None
    fault: str = ""
    has_strokes: bool = False
    strokes: StrokeSaver = field(default_factory=StrokeSaver)
    given: GivenContours | None = None
    retry_s: ClassVar[float] = RETRY_S
    _saved: tuple[object, ...] | None = None
    _is_behind: bool = False
    _seen: tuple[object, ...] | None = None
    _is_drawn: bool = False
    _to_put_aside: list[Path] = field(default_factory=list)

    @property
    def grid(self) -> Grid:
        return grid_of(self.volume)

    @property
    def has_files(self) -> bool:
        """Whether there are files of it, or would be if they could be written."""
        return self._saved is not None or bool(self.fault) or self.has_strokes

    @property
    def is_drawn(self) -> bool:
        """Whether there is anything but an unchanged copy of an earlier drawing."""
        if self.node is None:
            return False
        seen = segmentations.stamp(self.node)
        if seen != self._seen:
            self._seen = seen
            self._is_drawn = not segmentations.is_empty(self.node) and not segmentations.is_unchanged_copy(
                self.node
            )
        return self._is_drawn

    def open(
        self,
        scene: vtkMRMLScene,
        own: DrawingFiles | None,
        earlier: Sequence[DrawingFiles],
        coming: ComingDrawings,
    ) -> list[str]:
        """Make the node of what the reader drew here (the files ``own``), else of a copy of what is given to
        judge, or of the ``earlier`` drawings, merged where there are several; none where there is nothing of
        it. Gives what is odd.

        A copy that the reader has not changed is made anew, as long as the page may change.
        """
        sentences: list[str] = []
        is_copy = False
        if own is not None:
            on_disk = coming.take(own, self.regions)
            is_copy = on_disk.is_unchanged_copy
            sentences += on_disk.found.sentences
            self._to_put_aside = list(on_disk.found.to_put_aside)
            if on_disk.found.segmentation is not None:
                sentences += self._take_over(scene, on_disk, on_disk.found.segmentation)
        is_renewed = self.may_change and self.node is not None and is_copy
        if earlier and (self.node is None or is_renewed) and not self._to_put_aside:
            found, start = coming.take_start(self.image.id, earlier, self.grid, self.regions)
            sentences += [sentence for each in found for sentence in each.found.sentences]
            if start is not None:
                self._begin_as(scene, start)
        elif self.given is not None and self.node is None:
            # The node draws in the arrays that it is made of.
            layers = tuple(layer.copy() for layer in self.given.arrays.layers)
            copy = replace(self.given.arrays, layers=layers)
            self._begin_as(scene, Start(copy, self.given.scan, sum(self.given.counts.values())))
        return sentences

    def make(self, scene: vtkMRMLScene) -> vtkMRMLSegmentationNode:
        """The node to draw in, with an empty segment for each region of the quiz that it lacks."""
        if self.node is None or not scene.IsNodePresent(self.node):
            self.node = segmentations.new_segmentation(scene, _node_name(self.image, self.page), self.volume)
            self.strokes.note_saved(self.node)
        was_saved, was_seen = self.strokes.is_saved(self.node), self._seen == segmentations.stamp(self.node)
        segmentations.add_empty_segments(
            self.node, [(each.name, each.color) for each in self.regions.regions]
        )
        if was_saved:
            # Empty segments need no saving.
            self.strokes.note_saved(self.node)
        if was_seen:
            self._seen = segmentations.stamp(self.node)
        return self.node

    @property
    def is_saved(self) -> bool:
        """Whether a crash would lose nothing of it; looks at no voxel."""
        return (
            self.files is None or not self.may_change or self.node is None or self.strokes.is_saved(self.node)
        )

    def save(self) -> bool:
        """Write the files where they are not what is drawn.

        Gives whether everything is saved; else ``fault`` says why, and the next call tries again.
        """
        self.fault = ""
        if self.files is None or not self.may_change or self.node is None:
            return True
        scan, described = PlaneScan(layers(self.node)).to_the_end(), segmentations.description(self.node)
        now = (scan.fingerprint, described)
        is_right = now == self._saved and not self._is_behind
        if (is_right or (self._saved is None and not now[0])) and not self.has_strokes:
            self._note_saved(scan)
            return True
        try:
            while self._to_put_aside:
                put_aside(self._to_put_aside[-1])
                self._to_put_aside.pop()
            self.lost = write_drawing(self.node, self.files, self.grid, self.regions)
        except (OSError, MemoryError) as fault:
            self.fault = reason(fault)
            return False
        self._saved, self._is_behind, self.has_strokes = now, False, False
        self._note_saved(scan)
        return True

    @property
    def may_be_left(self) -> bool:
        """Whether everything is saved, or cannot be now: also an unchanged copy of an earlier drawing, which
        is accepted with its page."""
        return bool(self.fault) or (self.is_saved and not self._is_unsaved_start)

    def save_strokes(self, pace: Pace) -> bool:
        """Go on saving what was drawn; but AT_REST also what ``may_be_left`` asks for.

        Gives whether something was saved now. Raises OSError where the files have to be written instead: the
        journal cannot be, they are other than it says, or not all that is drawn lies on the image.
        """
        files = self.files
        is_start = pace is not Pace.AT_REST and self._is_unsaved_start
        if files is None or (self.is_saved and not is_start):
            return False
        if pace is Pace.AT_REST and not self.strokes.rests(self.node):
            return False
        if self._is_behind or self._to_put_aside or not are_on(self.node, self.grid):
            raise OSError(None, "the journal cannot say what was drawn", str(files.strokes))
        if not self.strokes.go_on(self.node, files.strokes, self.grid, lambda: files.sha256, pace):
            return False
        scan = self.strokes.last
        assert scan is not None
        self.has_strokes = files.strokes.exists()
        self._note_seen(scan)
        return True

    @property
    def unsaved(self) -> str:
        """What the last saving could not save, and why, as a sentence."""
        if not self.fault:
            return ""
        return f"{self.what} is not saved yet ({self.fault}). {KEEP_OPEN}"

    @property
    def what(self) -> str:
        """As sentences call it."""
        return named(self.image.id, self.page)

    def save_copy(self, folder: Path) -> None:
        """Write it into another folder of the quiz, where its own cannot be written; raises OSError."""
        if self.files is not None:
            path = self.files.label_map
            copy = DrawingFiles(folder / path.parent.name / path.name)
            write_drawing(self.node, copy, self.grid, self.regions)
            self.fault = ""

    def tell(self, files: SessionDrawings) -> None:
        """Tell the session what is there, where it says something else."""
        if self.files is None or not self.has_files:
            return
        path, is_drawn = self.files.label_map, self.is_drawn
        is_known = path in files.label_maps(self.image.id)
        if not is_known or self.lost is not None or files.drawn(self.image.id).has_drawing != is_drawn:
            lost = None if self.lost is None else sum(loss.voxels for loss in self.lost)
            files.set_drawing(self.image.id, path, is_drawn, self.files.segments, lost)
            self.lost = None

    def is_to_be_told(self, files: SessionDrawings | None) -> bool:
        """Whether it was begun or erased since the session was told."""
        if files is None or self.node is None or segmentations.stamp(self.node) == self._seen:
            return False
        # Whether a copy is changed is known once all of it is looked at, as it is saved.
        is_copy = segmentations.is_copy(self.node)
        return is_copy or self.is_drawn != files.drawn(self.image.id).has_drawing

    @property
    def needs_files(self) -> bool:
        """Whether the journal is not enough: the files have to be written while the reader waits."""
        return bool(self.fault) or self._is_behind

    @property
    def _is_unsaved_start(self) -> bool:
        is_there = self.files is not None and self.may_change and self.node is not None
        return is_there and not self.has_files and segmentations.is_copy(self.node)

    def _take_over(
        self, scene: vtkMRMLScene, own: DrawingOnDisk, segmentation: SegmentationArrays
    ) -> list[str]:
        self.node, scan = self._node_of(scene, segmentation), own.scan
        self._saved = (scan.fingerprint, segmentations.description(self.node))
        self.has_strokes = own.found.has_strokes
        self._is_behind = own.is_behind and not (self.has_strokes or self._to_put_aside)
        self._note_saved(scan)
        if not scan.planes or segmentation.grid.is_part_of(self.grid):
            return []
        self._to_put_aside += [path for path in (own.files.segments, own.files.label_map) if path.is_file()]
        self._is_behind = False
        return [
            f"The contour of {image_called(self.page, self.image.id)} was drawn on other voxels than the "
            "image has now. It is shown at its place in the patient; its files are kept, also when it is "
            "changed."
        ]

    def _begin_as(self, scene: vtkMRMLScene, start: Start) -> None:
        node = self._node_of(scene, start.arrays)
        if self.node is not None:
            segmentations.remove(self.node)
        self.node = node
        segmentations.mark_as_copy(node, start.scan, start.voxels)
        self.strokes.note_saved(node)
        self._note_seen(start.scan)

    def _note_saved(self, scan: PlaneScan) -> None:
        self.strokes.note_saved(self.node, scan)
        self._note_seen(scan)

    def _note_seen(self, scan: PlaneScan) -> None:
        """What ``is_drawn`` is by the planes of the node."""
        self._seen = segmentations.stamp(self.node)
        is_copy = segmentations.is_copy(self.node) and segmentations.began_as(self.node, scan.fingerprint)
        self._is_drawn = bool(scan.planes) and not is_copy

    def _node_of(self, scene: vtkMRMLScene, drawn: SegmentationArrays) -> vtkMRMLSegmentationNode:
        return _new_node(scene, _node_name(self.image, self.page), drawn, self.volume)


def _node_name(image: Image, page: Page) -> str:
    return f"{page.title} {image_title(page, image)}"


def _new_node(
    scene: vtkMRMLScene, name: str, drawn: SegmentationArrays, volume: vtkMRMLVolumeNode
) -> vtkMRMLSegmentationNode:
    if any(layer.any() for layer in drawn.layers):
        node = make_node(name, drawn, Look(), scene)
    else:
        node = segmentations.new_segmentation(scene, name, volume)
        segmentations.add_empty_segments(
            node, [(each.name, each.color or (1.0, 1.0, 1.0)) for each in drawn.segments]
        )
    segmentations.set_grid(node, volume)
    return node


def named(image_id: str, page: Page) -> str:
    return f"The contour of {image_called(page, image_id)} on the page “{page.title}”"
