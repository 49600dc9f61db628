"""ImageLibrary: the images of a page as MRML nodes, each file read once."""

import logging
import os
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakSet

from ...quiz.image_folder import ImageFolder, ImagePathError
from ...quiz.model import Image, ImageType, Page
from ...quiz.problems import Problem, ProblemCode, warning
from ...quiz.regions import QuizRegions
from ..errors import DATA_FILE, ImageReadError
from ..files.image_file import ImageFile
from ..files.read_context import ReadContext
from ..types.registry import KINDS
from .memory import FileInMemory, FileMemory, bytes_to_come, default_budget
from .page_request import NoRoomError, PageRequest, VolumesOfPage
from .stamps import stamp_of_image
from .voxel_store import VoxelStore

READER_FAILED = ProblemCode("Q601", "The reader of an image failed in a way that was not foreseen.")
OVER_BUDGET = ProblemCode(
    "Q611", "The images of a page fit into the memory that is set aside for them (warning)."
)

_logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]

_SEQUENCE_SHARE = 4
"""A sequence may take this part of the budget, 1/4; a longer one lies in a temporary file."""


@dataclass
class LoadedPage:
    """``nodes`` belong to ``page.images``, None where an image failed; ``problems`` know their place."""

    page: Page
    nodes: tuple[Any | None, ...]
    problems: list[Problem]


class ImageLibrary:
    """Gives the nodes of a page's images; reads in worker threads, makes nodes in the caller's thread.

    All methods are for the main thread. Arrays stay in memory from page to page, up to ``budget`` bytes
    (half of the free memory, where none is given): what was not used for longest goes first, what is on the
    screen never. Nodes stay in the scene only as long as the page that was loaded last uses them. With a
    ``store`` the arrays are shared with other processes, and take nothing of the budget.
    """

    def __init__(
        self,
        scene: Any,
        folder: ImageFolder,
        workers: int | None = None,
        budget: int | None = None,
        regions: QuizRegions | None = None,
        store: VoxelStore | None = None,
    ) -> None:
        self._store = store
        self._scene = scene
        self._folder = folder
        self._regions = regions
        self._workers = ThreadPoolExecutor(workers or max(3, os.cpu_count() or 1), "QuizLoader image")
        self._memory = FileMemory(default_budget() if budget is None else budget, self._files_in_use)
        self._requests: WeakSet[PageRequest] = WeakSet()
        self._requests_lock = threading.Lock()
        self._ahead: PageRequest | None = None
        self._shown: frozenset[str] = frozenset()
        self._nodes: dict[tuple[Any, ImageType, Hashable], _OwnNode] = {}

    @property
    def budget(self) -> int:
        """The bytes that voxels may take."""
        return self._memory.budget

    @property
    def byte_size(self) -> int:
        """The bytes of voxels in memory."""
        return self._memory.byte_size

    def load(self, page: Page, progress: Progress | None = None) -> LoadedPage:
        """Read what is not in memory yet and make the nodes; ``progress(done, total)`` counts the reads.

        Never raises for a bad image: it becomes a problem that names page, image, view and line. Where
        ``progress`` raises, reading is cancelled and the page before stays as it is.
        """
        request = self.request(page)
        waited_for = set(request.reads.values())
        try:
            if progress is not None:
                progress(0, len(waited_for))
            for done, _ in enumerate(as_completed(waited_for), start=1):
                if progress is not None:
                    progress(done, len(waited_for))
        except BaseException:
            request.cancel()
            raise
        return self.finish(request)

    def request(self, page: Page) -> PageRequest:
        """Begin to read the images of a page, without waiting for any."""
        if self._ahead is not None and self._ahead.page != page:
            self._ahead.cancel()
        request = self._begin(PageRequest(page))
        # From here on the request keeps these files in memory.
        self._ahead = None
        return request

    def read_ahead(self, page: Page) -> PageRequest:
        """Begin to read a page that will be asked for next, while another is shown.

        Replaces what was being read ahead before. A file for which the budget leaves no room beside what is
        shown is left for later. The request tells how far reading is and can be cancelled.
        """
        if self._ahead is not None:
            self._ahead.cancel()
        self._ahead = self._begin(PageRequest(page, is_ahead=True))
        return self._ahead

    def finish(self, request: PageRequest) -> LoadedPage:
        """The nodes of a request, waiting for what is not read yet; other pages' nodes leave the scene."""
        if request.is_ahead:
            request = self.request(request.page)
        page = request.page
        nodes: list[Any | None] = []
        problems: list[Problem] = []
        for number, image in enumerate(page.images):
            node, own = None, list(request.problems[number])
            if number in request.reads:
                try:
                    arrays = request.reads[number].result()
                    own += arrays.problems
                    node = self._node(image, arrays)
                    own += self._ambiguous_names(image, arrays)
                except ImageReadError as fault:
                    own.append(fault.problem)
                except CancelledError:
                    pass
            nodes.append(node)
            problems += [p.at(image.line, page.number, image.id, image.destination.value) for p in own]
        loaded = LoadedPage(page, tuple(nodes), _without_repeated_warnings(problems))
        self.forget_nodes_except(loaded)
        self._shown = request.files
        with self._requests_lock:
            self._requests.discard(request)
        self._memory.make_room()
        if (needed := self._memory.size_of(self._shown)) > self.budget:
            loaded.problems.append(_over_budget(needed, self.budget).at(page.line, page.number, "", ""))
        return loaded

    def forget_nodes_except(self, loaded: LoadedPage | None) -> None:
        """Take nodes out of the scene that this page does not use (None: all); their arrays stay."""
        used = {id(node) for node in loaded.nodes} if loaded is not None else set()
        for key, own in list(self._nodes.items()):
            if id(own.node) not in used:
                own.remove_from(self._scene)
                del self._nodes[key]

    def close(self) -> None:
        """Stop reading and let go of all nodes and arrays."""
        self._workers.shutdown(wait=True, cancel_futures=True)
        self.forget_nodes_except(None)
        self._shown = frozenset()
        self._memory.clear()

    def _begin(self, request: PageRequest) -> PageRequest:
        page = request.page
        under_way: dict[Hashable, Future[Any]] = {}
        for number, image in enumerate(page.images):
            request.problems[number] = []
            try:
                found = self._folder.find_image(image)
            except ImagePathError as fault:
                request.problems[number].append(fault.problem)
                continue
            if found.warning is not None:
                request.problems[number].append(found.warning)
            request.paths[number] = found.path
        with self._requests_lock:
            self._requests.add(request)
        # The pool starts its work in the order given, so what waits for volumes never waits for a later one.
        for number in sorted(request.paths, key=lambda number: KINDS[page.images[number].type].needs_volumes):
            image, path = page.images[number], request.paths[number]
            if KINDS[image.type].needs_volumes:
                request.reads[number] = self._workers.submit(
                    self._read, image, path, request.volumes, request.is_ahead
                )
                continue
            way: Hashable = (path, image.type, image.dicom_read)
            if way not in under_way:
                under_way[way] = self._workers.submit(self._read, image, path, tuple, request.is_ahead)
            request.reads[number] = under_way[way]
        return request

    def _files_in_use(self) -> frozenset[str]:
        with self._requests_lock:
            wanted = [request for request in self._requests if not request.is_cancelled]
        return self._shown.union(*(request.files for request in wanted))

    def _read(self, image: Image, path: Path, volumes: VolumesOfPage, is_ahead: bool) -> Any:
        key = os.path.realpath(path)
        try:
            stamp = stamp_of_image(path, lambda name: self._require_inside(path, name))
            entry = self._memory.file(key, stamp)
            with entry.lock:
                kind = KINDS[image.type]
                context = ReadContext(
                    image,
                    path,
                    volumes,
                    lambda: self._opened(entry, path),
                    lambda name: self._require_inside(path, name),
                    self.budget // _SEQUENCE_SHARE,
                )
                way = (image.type, image.dicom_read, kind.variant(context))
                if way not in entry.arrays:
                    read = partial(self._read_now, key, context, is_ahead)
                    if self._store is None:
                        entry.arrays[way] = read()
                    else:
                        entry.arrays[way] = self._store.arrays((key, entry.stamp, way), read)
                        # What was read for it is in the store.
                        entry.file = None
                    self._memory.settle(key)
                    # Not every format says beforehand how much it will take.
                    self._make_room(key, context, is_ahead, 0)
                return entry.arrays[way]
        except (ImageReadError, NoRoomError):
            raise
        except Exception as fault:
            # Whatever a library below did not foresee costs this image, never the page.
            _logger.debug("reading %s", path, exc_info=True)
            raise ImageReadError(
                READER_FAILED,
                f'"{path.name}" cannot be read.',
                f"the reader says {type(fault).__name__}: {fault}",
            ) from fault
        finally:
            self._memory.settle(key)

    def _read_now(self, key: str, context: ReadContext, is_ahead: bool) -> Any:
        self._make_room(key, context, is_ahead, bytes_to_come(context))
        return KINDS[context.image.type].read(context)

    def _make_room(self, key: str, context: ReadContext, is_ahead: bool, needed: int) -> None:
        if not self._memory.make_room(key, needed) and is_ahead:
            if key not in self._shown:
                self._memory.forget(key)
            raise NoRoomError(context.path.name)

    def _opened(self, entry: FileInMemory, path: Path) -> ImageFile:
        with entry.lock:
            if entry.file is None:
                key = (os.path.realpath(path), entry.stamp, "voxels")
                share = partial(self._store.arrays, key) if self._store is not None else None
                entry.file = ImageFile(path, lambda name: self._require_inside(path, name), share)
            return entry.file

    def _require_inside(self, header: Path, name: str) -> None:
        """A header's data file obeys the rules of a Path in the quiz: it never leaves the image folder."""
        there = os.path.relpath(header.parent / name, self._folder.root)
        try:
            self._folder.find(Path(there).as_posix())
        except ImagePathError as fault:
            raise ImageReadError(
                DATA_FILE,
                f'"{header.name}" keeps its voxels in another file: {fault.problem.sentence}',
                fault.problem.hint or "keep both files in the same folder",
            ) from fault

    def _node(self, image: Image, arrays: Any) -> Any:
        kind = KINDS[image.type]
        key = (arrays, image.type, kind.look(image))
        own = self._nodes.get(key)
        if own is None or not self._scene.IsNodePresent(own.node):
            before = self._scene.GetNumberOfNodes()
            node = kind.make_node(image, arrays, self._scene)
            if self._regions is not None and kind.name_regions is not None:
                kind.name_regions(node, arrays, self._regions.of(image))
            made = [self._scene.GetNthNode(n) for n in range(before, self._scene.GetNumberOfNodes())]
            own = self._nodes[key] = _OwnNode(node, made)
        own.node.SetName(image.id)
        return own.node

    def _ambiguous_names(self, image: Image, arrays: Any) -> list[Problem]:
        if self._regions is None:
            return []
        return self._regions.of(image).ambiguous(KINDS[image.type].unnamed_values(arrays))


@dataclass
class _OwnNode:
    """A node and all that was put into the scene with it."""

    node: Any
    made: list[Any]

    def remove_from(self, scene: Any) -> None:
        displays = [self.node.GetNthDisplayNode(n) for n in range(self.node.GetNumberOfDisplayNodes())]
        # The node before its display nodes: a view that still shows it would look for another display.
        for node in [self.node, *self.made, *displays]:
            if node is not None and scene.IsNodePresent(node):
                scene.RemoveNode(node)
        if self.node.IsA("vtkMRMLSegmentationNode"):
            # A segment that goes takes its voxels out of a copy of the image it shares with the others: a
            # copy for each segment. What shares nothing any more is gone at once.
            segmentation = self.node.GetSegmentation()
            for number in range(segmentation.GetNumberOfSegments()):
                segmentation.GetNthSegment(number).RemoveAllRepresentations()


def _over_budget(needed: int, budget: int) -> Problem:
    return warning(
        OVER_BUDGET,
        f"The images of this page take {needed / 1e9:.1f} GB of memory, more than the {budget / 1e9:.1f} GB "
        "set aside for images.",
        "close other programs, or show smaller or fewer images on the page",
    )


def _without_repeated_warnings(problems: list[Problem]) -> list[Problem]:
    """An error is told for every image that it keeps from view, a warning about a file once."""
    told: set[tuple[str, str]] = set()
    kept = []
    for problem in problems:
        told_before = (problem.code, problem.sentence) in told
        if problem.is_error or not told_before:
            kept.append(problem)
        told.add((problem.code, problem.sentence))
    return kept
