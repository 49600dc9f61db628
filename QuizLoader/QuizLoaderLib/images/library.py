"""ImageLibrary: the images of a page as MRML nodes, each file read once."""

import logging
import os
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..quiz.image_folder import ImageFolder, ImagePathError
from ..quiz.model import Image, ImageType, Page
from ..quiz.problems import Problem, warning
from . import codes
from .arrays import ImageReadError, ReadContext, VolumeArrays
from .files import ImageFile
from .registry import KINDS

_logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


@dataclass
class LoadedPage:
    """``nodes`` belong to ``page.images``, None where an image failed; ``problems`` know their place."""

    page: Page
    nodes: tuple[Any | None, ...]
    problems: list[Problem]


class _Entry:
    """One file in memory: opened once, and what each Type made of it, over the same voxels.

    ``stamp`` tells a file that has been written again from the one that was read.
    """

    def __init__(self, stamp: Hashable) -> None:
        self.stamp = stamp
        self.lock = threading.RLock()
        self.file: ImageFile | None = None
        self.arrays: dict[Hashable, Any] = {}

    @property
    def byte_size(self) -> int:
        """The bytes of voxels in memory, each buffer counted once."""
        buffers = list(self.file.buffers) if self.file else []
        for arrays in self.arrays.values():
            buffers += getattr(arrays, "layers", None) or [arrays.voxels]
        return sum({buffer.ctypes.data: buffer.nbytes for buffer in buffers}.values())


@dataclass
class PageRequest:
    """The images of a page on their way; made by ``ImageLibrary.request``, ended by ``finish``."""

    page: Page
    reads: dict[int, "Future[Any]"] = field(default_factory=dict)
    problems: dict[int, list[Problem]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many different files, or ways to read one, this page waits for."""
        return len(set(self.reads.values()))

    @property
    def done(self) -> int:
        return sum(read.done() for read in set(self.reads.values()))

    @property
    def is_ready(self) -> bool:
        return self.done == self.total

    def cancel(self) -> None:
        """Give up what has not begun to be read; an image whose reading has begun is read to its end."""
        for read in self.reads.values():
            read.cancel()


class ImageLibrary:
    """Gives the nodes of a page's images; reads in worker threads, makes nodes in the caller's thread.

    All methods are for the main thread. Arrays stay in memory from page to page; nodes stay in the scene
    only as long as the page that was loaded last uses them.
    """

    def __init__(self, scene: Any, folder: ImageFolder, workers: int | None = None) -> None:
        self._scene = scene
        self._folder = folder
        self._workers = ThreadPoolExecutor(workers or max(3, os.cpu_count() or 1), "QuizLoader image")
        self._entries: dict[str, _Entry] = {}
        self._entries_lock = threading.Lock()
        self._nodes: dict[tuple[Any, ImageType, Hashable], _OwnNode] = {}

    def load(self, page: Page, progress: Progress | None = None) -> LoadedPage:
        """Read what is not in memory yet and make the nodes; ``progress(done, total)`` counts the reads.

        Never raises for a bad image: it becomes a problem that names page, image, view and line.
        """
        request = self.request(page)
        waited_for = set(request.reads.values())
        if progress is not None:
            progress(0, len(waited_for))
        for done, _ in enumerate(as_completed(waited_for), start=1):
            if progress is not None:
                progress(done, len(waited_for))
        return self.finish(request)

    def request(self, page: Page) -> PageRequest:
        """Begin to read the images of a page, without waiting for any."""
        request = PageRequest(page)
        under_way: dict[Hashable, Future[Any]] = {}
        paths: dict[int, Path] = {}
        for number, image in enumerate(page.images):
            request.problems[number] = []
            if image.type not in KINDS:
                request.problems[number].append(_not_shown(image))
                continue
            try:
                found = self._folder.find_image(image)
            except ImagePathError as problem:
                request.problems[number].append(problem.problem)
                continue
            if found.warning is not None:
                request.problems[number].append(found.warning)
            paths[number] = found.path
        # The pool starts its work in the order given, so what waits for volumes never waits for a later one.
        for number in sorted(paths, key=lambda number: KINDS[page.images[number].type].needs_volumes):
            image, path = page.images[number], paths[number]
            if KINDS[image.type].needs_volumes:
                request.reads[number] = self._workers.submit(self._read, image, path, _volumes_of(request))
                continue
            way: Hashable = (path, image.type, image.dicom_read)
            if way not in under_way:
                under_way[way] = self._workers.submit(self._read, image, path, tuple)
            request.reads[number] = under_way[way]
        return request

    def finish(self, request: PageRequest) -> LoadedPage:
        """The nodes of a request, waiting for what is not read yet; other pages' nodes leave the scene."""
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
                except ImageReadError as problem:
                    own.append(problem.as_problem())
                except CancelledError:
                    pass
            nodes.append(node)
            problems += [p.at(image.line, page.number, image.id, image.destination.value) for p in own]
        loaded = LoadedPage(page, tuple(nodes), _without_repeated_warnings(problems))
        self.forget_nodes_except(loaded)
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
        self._entries.clear()

    @property
    def byte_size(self) -> int:
        """The bytes of voxels in memory."""
        with self._entries_lock:
            return sum(entry.byte_size for entry in self._entries.values())

    def _read(self, image: Image, path: Path, volumes: Callable[[], Any]) -> Any:
        try:
            entry = self._entry(path)
            with entry.lock:
                context = ReadContext(image, path, volumes, lambda: self._opened(entry, path))
                kind = KINDS[image.type]
                way = (image.type, image.dicom_read, kind.variant(context))
                if way not in entry.arrays:
                    entry.arrays[way] = kind.read(context)
                return entry.arrays[way]
        except ImageReadError:
            raise
        except Exception as problem:
            # Whatever a library below did not foresee costs this image, never the page.
            _logger.debug("reading %s", path, exc_info=True)
            raise ImageReadError(
                codes.CANNOT_READ,
                f'"{path.name}" cannot be read.',
                f"the reader says {type(problem).__name__}: {problem}",
            ) from problem

    def _entry(self, path: Path) -> _Entry:
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        key = os.path.realpath(path)
        with self._entries_lock:
            entry = self._entries.get(key)
            if entry is None or entry.stamp != stamp:
                entry = self._entries[key] = _Entry(stamp)
            return entry

    def _opened(self, entry: _Entry, path: Path) -> ImageFile:
        with entry.lock:
            if entry.file is None:
                entry.file = ImageFile(path, lambda name: self._require_inside(path, name))
            return entry.file

    def _require_inside(self, header: Path, name: str) -> None:
        """A header's data file obeys the rules of a Path in the quiz: it never leaves the image folder."""
        there = os.path.relpath(header.parent / name, self._folder.root)
        try:
            self._folder.find(Path(there).as_posix())
        except ImagePathError as problem:
            raise ImageReadError(
                codes.DATA_FILE,
                f'"{header.name}" keeps its voxels in another file: {problem.problem.sentence}',
                problem.problem.hint or "keep both files in the same folder",
            ) from problem

    def _node(self, image: Image, arrays: Any) -> Any:
        kind = KINDS[image.type]
        key = (arrays, image.type, kind.look(image))
        own = self._nodes.get(key)
        if own is None or not self._scene.IsNodePresent(own.node):
            before = self._scene.GetNumberOfNodes()
            node = kind.make_node(image, arrays, self._scene)
            made = [self._scene.GetNthNode(n) for n in range(before, self._scene.GetNumberOfNodes())]
            own = self._nodes[key] = _OwnNode(node, made)
        own.node.SetName(image.id)
        return own.node


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


def _volumes_of(request: PageRequest) -> Callable[[], tuple[tuple[Image, VolumeArrays], ...]]:
    """What a Type that needs the page's volumes calls: waits for them, leaves out those that failed."""
    reads = [
        (image, request.reads[number])
        for number, image in enumerate(request.page.images)
        if image.type is ImageType.VOLUME and number in request.reads
    ]

    def volumes() -> tuple[tuple[Image, VolumeArrays], ...]:
        there = []
        for image, read in reads:
            try:
                there.append((image, read.result()))
            except (ImageReadError, CancelledError):
                continue
        return tuple(there)

    return volumes


def _not_shown(image: Image) -> Problem:
    return warning(0, codes.TYPE_NOT_SHOWN, f'Type="{image.type.value}" is not shown by this version.')


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
