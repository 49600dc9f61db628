"""A quiz that is open: read, checked, and its pages shown through the host. No widgets."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ..quiz.model import VIEWS_OF_LAYOUT, Layer, Page, SliceView
from ..quiz.page_order import PageOrder
from ..quiz.problems import Problem, ProblemCode, ProblemError, warning
from ..views.contents import PageNodes, with_segmentations, without_given
from ..views.host import Host
from ..views.others import NO_PAGE, OthersInScene
from ..views.placement import remove_black_backgrounds
from ..views.planes import ViewingMode
from ..views.roi_visibility import hide_segmentations
from ..views.state import POSITION, put_back_states, take_states
from .answers import Answers, FormAnswers, Given
from .coming_page import ComingPage
from .drawing.regions_to_draw import value_map_path
from .placed_page import PlacedPage
from .save_queue import SaveQueue
from .session_answers import SessionAnswers
from .told_problems import told_on_page

if TYPE_CHECKING:
    import slicer

    from ..images.loading.library import LoadedPage
    from ..images.loading.page_request import PageRequest

DRAWING_NOT_SHOWN = ProblemCode("Q952", "What a reader drew can be shown on its page again (warning).")


class QuizUnreadableError(ProblemError):
    """The file is no quiz."""


class OpenedQuiz:
    """The pages of the quiz ``path`` with the images of ``image_folder``, on the views of ``host``.

    Raises QuizUnreadableError where the file cannot be read as XML at all; everything else that is wrong is
    in ``problems``, and the pages that are right can be shown. Pages count from 0 here, as in a list;
    ``index`` is the one that is shown, -1 before the first, and ``shown`` what is loaded of it, None where
    nothing is; ``placed`` is what goes on on its views.
    A reader's session (``session_answers``) has its own quiz, as it was when the reader began, and its own
    order; without one the answers go into ``given``. Processes that are given one folder of
    ``shared_voxels`` read each image once together (``images/loading/voxel_store.py``).
    """

    def __init__(
        self,
        path: Path,
        image_folder: Path,
        host: Host,
        follow_links: bool = False,
        session_answers: SessionAnswers | None = None,
        given: Given | None = None,
        shared_voxels: Path | None = None,
    ) -> None:
        from ..images.loading.library import ImageLibrary
        from ..images.loading.voxel_store import VoxelStore
        from ..quiz.checking import check_quiz
        from ..quiz.image_folder import ImageFolder
        from ..quiz.parser import read_quiz
        from ..quiz.regions import QuizRegions
        from .differences import DrawnDifferences
        from .drawing.page_drawings import PageDrawings
        from .drawing.page_saver import PageSaver

        quiz, problems = (session_answers.quiz, []) if session_answers else read_quiz(path)
        if quiz is None:
            raise QuizUnreadableError(*problems)
        given = {} if given is None else given
        self.answers: Answers = session_answers or FormAnswers(quiz.pages, given, PageOrder(quiz))
        self.path, self.quiz, self.image_folder, self.host = path, quiz, image_folder, host
        folder = ImageFolder(image_folder, follow_links=follow_links)
        self.problems = sorted(problems + check_quiz(quiz, folder), key=lambda problem: problem.line)
        self.value_map_path = value_map_path(quiz, folder)
        store = VoxelStore(shared_voxels) if shared_voxels else None
        regions = QuizRegions(quiz, folder)
        self.library = ImageLibrary(host.scene, folder, regions=regions, store=store)
        self._session_answers = session_answers
        queue = session_answers.queue if session_answers else SaveQueue()
        self.drawings = PageDrawings(host, quiz, folder, queue, regions)
        self._page_saver = PageSaver(
            host, self.drawings, queue, lambda: self.on_views.page.layout, self.states
        )
        if session_answers is not None:
            session_answers.page_saver, session_answers.expert_scores.folder = self._page_saver, folder
        self._differences = DrawnDifferences(host.scene)
        self._others, self._index_on_views = OthersInScene(host.scene), NO_PAGE
        self.shown: LoadedPage | None = None
        self.index = -1
        self._page: Page | None = None
        self.viewing_mode, self._image_in_planes = ViewingMode.DEFAULT, ""
        self.placed = PlacedPage(host)
        self._own_states: dict[int, dict[str, str]] = {}
        self._left_states: dict[int, dict[str, str]] | None = None

    @property
    def pages(self) -> tuple[Page, ...]:
        """In the order that they are gone through; repetitions come in while a reader reads."""
        return self.answers.pages

    def request(self, index: int) -> ComingPage:
        """Begin to read a page in threads: ``done``, ``total``, ``is_ready``, ``cancel()``."""
        images = self.library.request(self.pages[index])
        return ComingPage(images, self.drawings.coming, self._session_answers, index)

    def read_ahead(self, index: int) -> "PageRequest":
        """As ``request``, for the page that will be asked for next: it keeps within the memory budget."""
        return self.library.read_ahead(self.pages[index])

    def show(self, index: int, progress: Callable[[int, int], None] | None = None) -> list[Problem]:
        """Load a page (at once, where ``request`` has read its files) and put it on the views.

        Gives what is wrong with its images and with what was drawn on them; all that is right is shown.
        Raises IndexError.
        """
        if not 0 <= index < len(self.pages):
            raise IndexError(f"The quiz has {len(self.pages)} pages; there is no page {index}.")
        page = self.pages[index]
        loaded = self.library.load(page, progress)
        left, self._left_states = (self._left_states if page is self._page else None), None
        before, self._index_on_views = self._index_on_views, index
        self.shown, self.index, self._page = loaded, index, page
        self._page_saver.leave()
        self._differences.remove()
        self._others.change_page(before, index, loaded.nodes)
        problems = list(loaded.problems) + self._place()
        session_page = self._session_answers.session_page(index) if self._session_answers else None
        states = self._session_answers.last_states() if self._session_answers and session_page else {}
        put_back_states(self.page_nodes, self.host, states if left is None else left)
        stores = self.answers.marks(index), self.answers.measures(index)
        odd = self.drawings.show(PageNodes(page, loaded.nodes), loaded.arrays, session_page, stores)
        problems += [warning(DRAWING_NOT_SHOWN, each, line=page.line) for each in odd]
        if session_page:
            self._page_saver.begin(page, session_page)
            self.show_differences()
        return [problem.at(page=page.number) for problem in problems]

    def messages(self, problems: Iterable[Problem]) -> list[str]:
        """What of a page's problems is said on it: to a reader nothing that is for the author alone."""
        return told_on_page(problems, self.page, bool(self.answers.reader))

    def leave_views(self) -> None:
        """The views are for something else from now on. What the reader made of them is remembered, and there
        again when the page is shown next."""
        self.placed.end()
        if self.shown is not None and self._left_states is None:
            self._left_states = self.states()
            self._page_saver.look_away()
            self._index_on_views = NO_PAGE
            hide_segmentations(self.page_nodes.nodes)
            self._differences.remove()
            self.drawings.hide()
            self._others.give_back()

    def cover(self) -> None:
        """Nothing of the page is on the views until it is shown again."""
        from ..views.page import empty_views

        if self.shown is not None:
            self._page_saver.look_away()
            self.placed.end()
            hide_segmentations(self.page_nodes.nodes)
            self._differences.remove()
            self.drawings.hide()
            empty_views(self.host)

    def withhold(self, is_withheld: bool) -> None:
        """Whether the images of the page are in no list of Slicer's, for other modules to show."""
        for node in filter(None, self.nodes(self.index)):
            node.SetHideFromEditors(is_withheld)

    def place_again(self) -> list[Problem]:
        """The page's own position, zoom and looks, whatever the reader has done to the views."""
        return self._place() if self.shown else []

    def view(self, mode: ViewingMode, image_id: str = "") -> None:
        """Show one image of the page in planes through the point that is looked at now, or the page again as
        it was before. The image is one of ``views.tools.tool_images``. Window, level and frame stay."""
        from ..views.planes import go_through, point_seen

        point = point_seen(self.on_views, image_id, self.host)
        states = self.states()
        self._place(mode, image_id)
        self._own_states = states
        put_back_states(self.page_nodes, self.host, states, positions=mode is ViewingMode.DEFAULT)
        if mode is not ViewingMode.DEFAULT:
            go_through(self.on_views.page, self.host, point)

    def add_segmentation(self, node: "slicer.vtkMRMLSegmentationNode") -> None:
        """Show one that is not of the quiz among the regions of the page, on all of its views."""
        self._others.add_to_page(node, self.index)
        self.placed.add_segmentation(node, self.on_views, self.quiz.contour_visibility)

    def show_differences(self) -> None:
        """The expert's outline and what differs from it, where the page tells what is right now."""
        if not self._differences.are_shown:
            for node in self._differences.add(self.answers.expert_regions()):
                self.add_segmentation(node)

    def states(self) -> dict[int, dict[str, str]]:
        """What State elements say of the page's images now, by their place on the page. While one image is
        seen in planes, positions are those before; what the reader left is there until the page is shown."""
        if self._left_states is not None:
            return self._left_states
        states = take_states(self.page_nodes, self.host, self.viewing_mode.value)
        if self.viewing_mode is not ViewingMode.DEFAULT:
            for number, state in states.items():
                before = self._own_states.get(number, {})
                state.update({name: before[name] for name in POSITION if name in before})
        return states

    @property
    def page(self) -> Page:
        """The shown page; its place in ``pages`` may be another one's meanwhile, where a repetition was
        removed."""
        return self._page or self.pages[self.index]

    @property
    def shows_answered_page(self) -> bool:
        """Whether it is the one of the answers."""
        return self._page is self.pages[self.answers.index]

    @property
    def page_nodes(self) -> PageNodes:
        """The shown page as its author wrote it; None for a node that did not load or was deleted by hand."""
        return PageNodes(self.page, self.nodes(self.index))

    @property
    def on_views(self) -> PageNodes:
        """The shown page as it is on the views: as its author wrote it, or with one image of it in planes."""
        from ..views.planes import in_planes

        nodes = without_given(self.page_nodes) if self._session_answers else self.page_nodes
        shown = in_planes(nodes, self._image_in_planes, self.viewing_mode)
        return with_segmentations(shown, self._others.added_to(self.index))

    def nodes(self, index: int) -> "tuple[slicer.vtkMRMLNode, ...]":
        """The MRML nodes of the page's images in the order of the quiz: None for one that did not load or was
        deleted by hand, an empty tuple for a page that is not shown."""
        if self.shown is None or index != self.index:
            return ()
        scene = self.host.scene
        return tuple(node if node and scene.IsNodePresent(node) else None for node in self.shown.nodes)

    @property
    def is_whole(self) -> bool:
        """Whether nothing that loaded of the shown page was taken out of the scene by hand."""
        loaded = self.shown.nodes if self.shown else ()
        return all(node is None or self.host.scene.IsNodePresent(node) for node in loaded)

    @property
    def background(self) -> "slicer.vtkMRMLVolumeNode":
        """The node of the shown page's first background image that loaded, None without one."""
        pairs = zip(self.page.images, self.nodes(self.index), strict=False)
        return next((node for image, node in pairs if image.layer is Layer.BACKGROUND and node), None)

    def slice_logics(self) -> "dict[SliceView, slicer.vtkMRMLSliceLogic]":
        """The slice logics of the layout that is shown, by view."""
        logic_of = self.host.application_logic.GetSliceLogicByLayoutName
        return {view: logic_of(view.value) for view in VIEWS_OF_LAYOUT[self.on_views.page.layout]}

    def close(self) -> None:
        """The views and the scene are as before the quiz was opened."""
        self.placed.end()
        self._page_saver.leave()
        self._differences.remove()
        self.shown, self.index = None, -1
        self.drawings.close()
        self.library.close()
        self._others.give_back()
        remove_black_backgrounds(self.host.scene)

    def _place(self, mode: ViewingMode = ViewingMode.DEFAULT, image_id: str = "") -> list[Problem]:
        from ..views.page import show_page

        self._page_saver.look_away()
        self.placed.end()
        self.viewing_mode, self._image_in_planes = mode, image_id
        own = [*self.page_nodes.nodes, *self._others.added_to(self.index)]
        problems = show_page(self.on_views, self.host, self.quiz, own)
        self.placed.begin(self.on_views)
        self.drawings.show_again()
        self._page_saver.look_again()
        return problems
