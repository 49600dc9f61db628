"""ImageLibrary: the images of a page as MRML nodes, each file read once."""

import threading
from collections.abc import Callable, Container, Iterable
from concurrent.futures import as_completed
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakSet

from ...quiz.image_folder import ImageFolder
from ...quiz.layout_rows import IMAGE_ID, image_title
from ...quiz.model import Image, ImageType, Page
from ...quiz.problems import Problem, ProblemCode, warning
from ...quiz.regions import QuizRegions
from ..arrays import ImageArrays
from ..types.registry import TYPES
from ..types.type_module import Look
from .file_loader import FileLoader
from .memory import FileMemory, default_budget
from .overlap import regions_off_background
from .page_request import PageRequest
from .voxel_store import VoxelStore

if TYPE_CHECKING:
    from slicer import vtkMRMLDisplayableNode, vtkMRMLNode, vtkMRMLScene

OVER_BUDGET = ProblemCode(
    "Q611", "The images of a page fit into the memory that is set aside for them (warning)."
)

Progress = Callable[[int, int], None]


@dataclass
class LoadedPage:
    """``nodes`` and the ``arrays`` that they are made of belong to ``page.images``, None where an image
    failed; ``problems`` know their place."""

    page: Page
    nodes: "tuple[vtkMRMLDisplayableNode | None, ...]"
    problems: list[Problem]
    arrays: tuple[ImageArrays | None, ...]


class ImageLibrary:
    """Gives the nodes of a page's images; reads in worker threads, makes nodes in the caller's thread.

    All methods are for the main thread. Arrays stay in memory from page to page, up to ``budget`` bytes
    (half of the free memory, where none is given): what was not used for longest goes first, what is on the
    screen never. Nodes stay in the scene only as long as the page that was loaded last uses them. With a
    ``store`` the arrays are shared with other processes, and take nothing of the budget.
    """

    def __init__(
        self,
        scene: "vtkMRMLScene",
        folder: ImageFolder,
        workers: int | None = None,
        budget: int | None = None,
        regions: QuizRegions | None = None,
        store: VoxelStore | None = None,
    ) -> None:
        self.scene = scene
        self._folder = folder
        self._nodes = _ImageNodes(scene, regions)
        self._requests: WeakSet[PageRequest] = WeakSet()
        self._requests_lock = threading.Lock()
        # Not told of this object: in a circle the scene would stay until Python looks for circles.
        asked_for = partial(_files_of, self._requests, self._requests_lock)
        self._memory = FileMemory(default_budget() if budget is None else budget, asked_for)
        self._loader = FileLoader(folder, self._memory, store, workers)
        self._ahead: PageRequest | None = None

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
        """Begin to read a page that will be asked for next, instead of what was being read ahead before.

        A file for which the budget leaves no room beside what is shown is left for later.
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
        nodes: list[vtkMRMLDisplayableNode | None] = []
        problems: list[Problem] = []
        there: list[ImageArrays | None] = []
        for number, image in enumerate(page.images):
            node = None
            arrays, own = request.outcome(number)
            if arrays is not None:
                node = self._nodes.node(image, image_title(page, image), arrays)
                own += self._nodes.ambiguous_names(image, arrays)
            nodes.append(node)
            there.append(arrays)
            problems += [p.at(image.line, page.number, image.id, image.destination.value) for p in own]
        problems += regions_off_background(page, there)
        loaded = LoadedPage(page, tuple(nodes), _without_repeated_warnings(problems), tuple(there))
        self.forget_nodes_except(loaded)
        self._memory.shown = request.files
        with self._requests_lock:
            self._requests.discard(request)
        self._memory.make_room()
        if (needed := self._memory.shown_bytes) > self.budget:
            loaded.problems.append(_over_budget(needed, self.budget).at(page.line, page.number, "", ""))
        return loaded

    def forget_nodes_except(self, loaded: LoadedPage | None) -> None:
        """Take nodes out of the scene that this page does not use (None: all); their arrays stay."""
        self._nodes.remove_except({id(node) for node in loaded.nodes} if loaded is not None else set())

    def close(self) -> None:
        """Stop reading and let go of all nodes and arrays."""
        self._loader.close()
        self._ahead = None
        self.forget_nodes_except(None)
        self._memory.clear()

    def _begin(self, request: PageRequest) -> PageRequest:
        request.find_files(self._folder)
        with self._requests_lock:
            self._requests.add(request)
        request.begin(self._loader)
        return request


def _files_of(requests: Iterable[PageRequest], lock: threading.Lock) -> frozenset[str]:
    with lock:
        wanted = [request for request in requests if not request.is_cancelled]
    return frozenset().union(*(request.files for request in wanted))


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


class _ImageNodes:
    """Makes nodes over the arrays, which stay in memory without them; images of one file that look alike
    have one node together."""

    def __init__(self, scene: "vtkMRMLScene", regions: QuizRegions | None) -> None:
        self._scene = scene
        self._regions = regions
        self._nodes: dict[tuple[ImageArrays, ImageType, Look], _OwnNode] = {}

    def node(self, image: Image, name: str, arrays: ImageArrays) -> "vtkMRMLDisplayableNode":
        """The node of an image, made where it is not there yet."""
        module = TYPES[image.type]
        look = module.look_of(image)
        key = (arrays, image.type, look)
        own = self._nodes.get(key)
        if own is None or not self._scene.IsNodePresent(own.node):
            before = self._scene.GetNumberOfNodes()
            node = module.make_node(name, arrays, look, self._scene)
            if self._regions is not None:
                module.name_regions(node, arrays, self._regions.of(image))
            made = [self._scene.GetNthNode(n) for n in range(before, self._scene.GetNumberOfNodes())]
            for each in made:
                # They come from the quiz again: Slicer neither saves them with a scene nor offers to.
                each.SetSaveWithScene(False)
            own = self._nodes[key] = _OwnNode(node, made)
        own.set_name(name)
        own.node.SetAttribute(IMAGE_ID, image.id)
        return own.node

    def ambiguous_names(self, image: Image, arrays: ImageArrays) -> list[Problem]:
        """What is doubtful about the names that the quiz gives the values of an image."""
        if self._regions is None:
            return []
        return self._regions.of(image).ambiguous(TYPES[image.type].unnamed_values(arrays))

    def remove_except(self, used: Container[int]) -> None:
        """Take nodes out of the scene, but those whose ``id()`` is ``used``."""
        for key, own in list(self._nodes.items()):
            if id(own.node) not in used:
                own.remove_from(self._scene)
                del self._nodes[key]


@dataclass
class _OwnNode:
    """A node and all that was put into the scene with it."""

    node: "vtkMRMLDisplayableNode"
    made: "list[vtkMRMLNode]"

    def set_name(self, name: str) -> None:
        """Also of what is named after it. The page before may have called it otherwise."""
        before = self.node.GetName()
        if before == name:
            return
        frames = [
            sequence.GetNthDataNode(n)
            for sequence in self.made
            if sequence.IsA("vtkMRMLSequenceNode")
            for n in range(sequence.GetNumberOfDataNodes())
        ]
        for each in {*self.made, *frames, self.node}:
            if (each.GetName() or "").startswith(before):
                each.SetName(name + each.GetName()[len(before) :])

    def remove_from(self, scene: "vtkMRMLScene") -> None:
        if self.node.IsA("vtkMRMLSegmentationNode"):
            # A segment that goes takes its voxels out of a copy of the image it shares with the others: a
            # copy for each segment. What shares nothing any more is gone at once.
            segmentation = self.node.GetSegmentation()
            for number in range(segmentation.GetNumberOfSegments()):
                segmentation.GetNthSegment(number).RemoveAllRepresentations()
        displays = [self.node.GetNthDisplayNode(n) for n in range(self.node.GetNumberOfDisplayNodes())]
        browsers = [node for node in self.made if node.IsA("vtkMRMLSequenceBrowserNode")]
        # A browser first: Slicer's own module would make another node in place of one that it shows. The node
        # before its display nodes: a view that still shows it would look for another display.
        for node in [*browsers, self.node, *self.made, *displays]:
            if node is not None and scene.IsNodePresent(node):
                scene.RemoveNode(node)
