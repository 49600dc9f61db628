"""The quiz as the client has it: opened, its pages loaded and put on the views, its questions asked."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...quiz.answer_key import load_answer_key
from ...quiz.model import VIEWS_OF_LAYOUT, SliceView
from ...quiz.problems import Problem
from ...reader.answers import Given
from ...reader.opened_quiz import OpenedQuiz
from ...reader.session_answers import SignIn
from ..shared.defect_report import defect_sentence
from .asking import AskingView
from .corners import CornersView
from .editor import EditorView
from .host import WebHost
from .lines import LinesView
from .marking import MarkingView
from .streaming import Pictures
from .tools import ToolsView
from .view_grid import ViewGrid

if TYPE_CHECKING:
    from trame_rca.utils import RcaViewAdapter
    from trame_server.state import State

NO_PAGE = "The quiz has no page that can be shown."

TICK_S = 0.01


@dataclass(frozen=True)
class Serving:
    """What is served: a quiz and its images, to the reader whose results are in ``results_folder``.

    Without a results folder nothing is stored. With one and without ``reader`` the client asks for the name.
    With ``preview`` the client has what an author needs, with ``samples`` a list of quizzes to go to.
    ``shared_voxels`` is a folder that the processes of several readers have in common (OpenedQuiz).
    ``key`` is a file of right answers. ``port`` 0 takes a free one. The address is ``http://host:port/secret/``.
    """

    quiz_path: Path
    image_folder: Path
    results_folder: Path | None = None
    reader: str = ""
    scripts_folder: Path | None = None
    follow_links: bool = False
    host: str = "127.0.0.1"
    port: int = 0
    shared_voxels: Path | None = None
    preview: bool = False
    samples: tuple[Path, ...] = ()
    key: Path | None = None
    # In lower case: trame's client reads addresses so.
    secret: str = field(default_factory=lambda: secrets.token_hex(16))
    once: str = field(default_factory=lambda: secrets.token_hex(16))
    """Leads to the secret the first time: a browser is started with it, whose arguments all users can see."""

    def sign_in(self, reader: str) -> SignIn | None:
        if self.results_folder is None:
            return None
        key = load_answer_key(self.key) if self.key else None
        return SignIn(reader, self.results_folder, self.scripts_folder, key=key)


class ClientQuiz:
    """One quiz, for one reader at a time, in the ``state`` that trame shares with the client.

    ``register`` takes each view's adapter and ``pictures`` sends what it shows (see WebHost).
    """

    def __init__(
        self,
        state: "State",
        serving: Serving,
        register: "Callable[[RcaViewAdapter], None]",
        pictures: Pictures,
    ) -> None:
        self._state, self._serving = state, serving
        self.host = WebHost(register, pictures, self._resized, self._rendered, self._pointed)
        self.asking = AskingView(state, self._moved, partial(self._end_drawing, True), pictures.cover)
        self.tools = ToolsView(state, self._change_views)
        self.editor = EditorView(state, self.host.slicer, self._drawn)
        self.lines = LinesView(state, self._drawn, self._put_down)
        self.marking = MarkingView(state, self.asking.presenter, self._put_down)
        self.opened: OpenedQuiz | None = None
        self._given: Given = {}
        self._path = serving.quiz_path
        self._corners = CornersView(state, self.host.application_logic)
        self._problems: list[Problem] = []
        self._sign_in: SignIn | None = None
        self._loading: asyncio.Task[None] | None = None
        self._grid = ViewGrid(state, self.host, pictures)
        state.update({"loading": None, "messages": [], "notices": [], "has_images": True})
        state.samples = [
            {"title": path.stem.replace("-", " "), "value": number}
            for number, path in enumerate(serving.samples)
        ]
        state.sample = serving.samples.index(serving.quiz_path) if serving.samples else None

    async def open(self, sign_in: SignIn | None) -> None:
        """Show the first page, or the one where the reader was. Called again: the file as it is now, at the
        same page and with the same answers.

        Raises QuizUnreadableError, and SessionError where a session cannot begin; what was open stays then.
        """
        serving = self._serving
        path, folder = self._path, serving.image_folder
        reading = sign_in.begin(path, folder) if sign_in else None
        self._sign_in = sign_in
        opened = OpenedQuiz(
            path,
            folder,
            self.host,
            serving.follow_links,
            reading,
            self._given,
            shared_voxels=serving.shared_voxels,
        )
        if self.opened:
            await self._let_go(self.opened)
            if self.opened.path == path and not (sign_in and sign_in.again):
                opened.answers.arrive(max(0, min(self.opened.answers.index, len(opened.pages) - 1)))
        self.opened = opened
        self._state.notices = list(opened.answers.notices)
        if not opened.pages:
            self._state.update({"asked": None, "sets": [], "given": {}, "messages": [NO_PAGE]})
            return
        self.asking.begin(opened.answers, path.parent)
        await self._load()

    async def begin_again(self) -> None:
        """Another run through the quiz, from its end page."""
        opened, end_page = self.opened, self.asking.presenter.end_page
        if opened and self._sign_in and end_page and end_page.may_begin_again:
            opened.answers.close()
            await self.open(replace(self._sign_in, again=True))

    async def open_sample(self, number: int) -> None:
        """Another one of the ``samples``, at its first page."""
        if 0 <= number < len(self._serving.samples):
            self._path, self._given = self._serving.samples[number], {}
            self._state.sample = number
            await self.open(None)

    async def _let_go(self, opened: OpenedQuiz) -> None:
        if loading := self._stop_loading():
            await asyncio.wait([loading])
        if opened.shown:
            self.tools.leave()
        opened.close()

    def step(self, serial: int, name: str) -> str:
        self._end_drawing()
        return self.asking.step(serial, name)

    def ask_to_finish(self, serial: int, asks: bool) -> str:
        self._end_drawing()
        return self.asking.ask_to_finish(serial, asks)

    def _end_drawing(self, at_once: bool = False) -> None:
        """A stroke, a polygon or a mark that is being drawn is of this page: it is ended, else it would be
        lost; ``at_once`` also what is worked at, for which other steps wait."""
        if at_once:
            self.editor.regions.finish()
        self.host.release_buttons()
        self.editor.close_polygon()
        self.marking.put_down()

    def go_to(self, index: int) -> None:
        """A page of the list."""
        if self.opened:
            self._end_drawing()
            self.asking.go_to(index)

    def close(self) -> str:
        """Save everything; says where unsaved answers were put, or nothing."""
        self._stop_loading()
        opened, self.opened = self.opened, None
        if opened is None:
            return ""
        self.editor.regions.drop()
        self._end_drawing()
        self.asking.end()
        self.lines.end()
        self.marking.end()
        sentence = opened.answers.close_for_good()
        opened.close()
        return sentence

    def show_again(self) -> None:
        """A window has come: the answers that it shows are those of now."""
        if self.opened and self.opened.shows_answered_page and not self._loading:
            self.asking.show_again()

    def _put_down(self) -> None:
        """Another tool is taken."""
        self.editor.put_down()
        self.lines.put_down()
        self.marking.put_down()

    def use_marks(self, what: str, *values: Any) -> None:
        self.marking.use(what, *values)
        self.editor.show()
        self.tools.show()

    def use_editor(self, tool: str, *values: object) -> None:
        self.lines.put_down()
        self.marking.put_down()
        self.editor.use(tool, *values)

    def use_lines(self, what: str, *values: object) -> None:
        self.lines.use(what, *values)
        self.editor.show()
        self.tools.show()

    def _drawn(self) -> None:
        """Something was drawn or measured, or another tool is in hand: the page may have asked for it."""
        self.asking.presenter.look_again()
        self.tools.show()

    # To a page

    def _moved(self) -> None:
        """To another page, whose images are loaded, or to other questions of this one."""
        opened = self._the_quiz()
        self._stop_loading()
        notice = self.asking.presenter.notice
        self._state.notices = [notice] if notice else []
        if opened.shows_answered_page:
            self.asking.presenter.show()
            self.marking.begin(opened)
            if not opened.drawings.lines.may_measure:  # the quiz is finished, or the page tells what is right
                self.lines.put_down()
                self.editor.let_go()
            if opened.answers.expert_regions():
                self.tools.use("differences")
        else:
            self.asking.presenter.wait()
            self._loading = asyncio.create_task(self._load())
            self._loading.add_done_callback(self._loaded)

    def _stop_loading(self) -> "asyncio.Task[None] | None":
        """What is loaded is for a page that is not wanted any more; gives what ends soon."""
        loading, self._loading = self._loading, None
        if loading:
            loading.cancel()
            self._state.loading = None
        return loading

    async def _load(self) -> None:
        opened = self._the_quiz()
        index = opened.answers.index
        request = opened.request(index)
        while not request.is_ready:
            self._state.loading = {"done": request.done, "total": request.total}
            self._state.flush()
            await asyncio.sleep(TICK_S)
        if opened.shown:
            self.tools.leave()

        def show() -> None:
            self._problems = opened.show(index)

        self._change_views(show)
        self.tools.begin(opened)
        self._corners.begin(opened)
        self.lines.begin(opened)
        self.editor.begin(opened)
        messages = opened.messages(self._problems)
        has_images = bool(opened.pages[index].images)
        self._state.update({"loading": None, "messages": messages, "has_images": has_images})
        self._loading = None
        self.asking.presenter.show()
        self.marking.begin(opened)
        if index + 1 < len(opened.pages):
            opened.read_ahead(index + 1)
        self._state.flush()

    def _loaded(self, loading: "asyncio.Task[None]") -> None:
        """A defect is told, too: the reader would wait for ever."""
        if not loading.cancelled() and (fault := loading.exception()):
            sentences = ["This page could not be shown.", defect_sentence(fault)]
            self._state.update({"loading": None, "messages": sentences})
            self._state.flush()

    def _change_views(self, change: Callable[[], object]) -> None:
        """Do what puts other planes on the views."""
        opened = self._the_quiz()
        change()
        self._grid.show(opened, self.tools.enlarged)
        self._corners.read(opened, self._problems, VIEWS_OF_LAYOUT[opened.on_views.page.layout])
        self._corners.show()

    # The views

    def _resized(self, view: SliceView) -> None:
        slice_view = self.host.view(view)
        logic = self.host.application_logic.GetSliceLogicByLayoutName(view.value)
        logic.ResizeSliceNode(*slice_view.render_window().GetSize())

    def _rendered(self, view: SliceView) -> None:
        self.tools.look()
        self._corners.read(self.opened, self._problems, [view])
        self._corners.show_soon()

    def _pointed(self, view: SliceView, x: int, y: int) -> None:
        if self.opened and self.opened.shown:
            self._corners.point(view, x, y)
            self.editor.regions.pointed_view = view.value

    def _the_quiz(self) -> OpenedQuiz:
        assert self.opened is not None
        return self.opened
