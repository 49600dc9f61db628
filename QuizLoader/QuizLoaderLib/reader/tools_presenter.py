"""The reader's tools as every host has them: used by name, and shown as plain values."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from ..quiz.model import ContourVisibility, SliceView
from ..views.contents import contents_of_views
from ..views.contours import show_region
from ..views.legend import ShownRegion, shown_regions
from ..views.moving import change_window_level, pan, step_slice, zoom
from ..views.planes import ViewingMode
from ..views.tools import (
    WINDOW_LEVEL_PRESETS,
    crosshair_is_shown,
    link_views,
    set_window_level_by_mouse,
    show_crosshair,
    views_are_linked,
    window_level_by_mouse,
)
from .opened_quiz import OpenedQuiz
from .tools import Tools

if TYPE_CHECKING:
    import slicer

PLAY_S = 0.1
"""From frame to frame while a sequence plays: Slicer's own 10 frames a second."""

MODES: dict[str, tuple[ViewingMode, str]] = {
    "page": (ViewingMode.DEFAULT, "the page"),
    "planes": (ViewingMode.THREE_PLANES, "three planes"),
    "axial": (ViewingMode.AXIAL, "axial"),
    "coronal": (ViewingMode.CORONAL, "coronal"),
    "sagittal": (ViewingMode.SAGITTAL, "sagittal"),
}
"""What a reader chooses from, by the name that ``use("view", name)`` takes, in words."""

PRESETS: dict[str, str] = {"": "as the page has it"} | {name: name for name in WINDOW_LEVEL_PRESETS}
"""The same for ``use("preset", name)``."""

_ONE_PLANE = ("axial", "coronal", "sagittal")
_ZOOM_STEP = 1.2
_WINDOW_STEP = 1.1
_LEVEL_STEP = 0.05
_PAN_STEP = 0.05


@dataclass(frozen=True)
class LegendEntry:
    """``color`` is (r, g, b) 0..255; ``everywhere``: on all views of the layout."""

    name: str
    color: tuple[int, int, int]
    views: tuple[SliceView, ...]
    everywhere: bool
    visible: bool


@dataclass(frozen=True)
class ShownTools:
    """How the tools stand: IDs of images, the name of the mode, opacity in percent, frames from 0."""

    images: tuple[str, ...]
    image: str
    mode: str
    contours: bool
    filled: bool
    opacity: int
    crosshair: bool
    linked: bool
    mouse: bool
    frames: int
    frame: int
    playing: bool
    regions: tuple[LegendEntry, ...]


class ToolsPresenter:
    """What a reader does to the views by widgets and shortcuts, the same in every host.

    ``change_views`` calls what makes the views show other planes than before. A host shows ``shown`` after
    each ``use``, and calls ``play_on`` every ``PLAY_S`` while it ``is_playing``.
    """

    def __init__(self, change_views: Callable[[Callable[[], object]], object]) -> None:
        self._change_views = change_views
        self._opened: OpenedQuiz | None = None
        self._tools: Tools | None = None
        self._regions: list[ShownRegion] = []
        self._hidden: set[ShownRegion] = set()
        self.is_playing = False

    # The page

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown, or placed again, as its author wrote it."""
        if self._opened is not opened:
            self._opened, self._tools = opened, Tools(opened)
        self.is_playing = False
        self._the_tools().begin()
        self._regions, self._hidden = shown_regions(opened.on_views), set()

    def leave(self) -> None:
        """Before another page is shown: what a label map hides is in its colours, which that page may
        share."""
        self.is_playing = False
        if self._opened and self._opened.shown:
            for region in list(self._hidden):
                self._show_region(region, True)

    def end(self) -> None:
        """The views are for something else: no tool of the quiz stays in hand."""
        if self._opened:
            set_window_level_by_mouse(self._opened.host, False)
            show_crosshair(self._opened.host, False)
        self.is_playing = False
        self._opened = self._tools = None
        self._regions, self._hidden = [], set()

    def use(self, tool: str, *values: Any) -> bool:
        """Use the tool of this name in the table below; gives whether there is one, and a page for it."""
        if self._opened is None or self._opened.shown is None or tool not in self._uses:
            return False
        self._uses[tool](self, *values)
        return True

    def play_on(self) -> None:
        self._step_frame(1)

    @property
    def shown(self) -> ShownTools | None:
        """None where no page is shown."""
        if self._opened is None or self._tools is None or self._opened.shown is None:
            return None
        tools, host = self._tools, self._opened.host
        views = set(self._opened.slice_logics())
        return ShownTools(
            images=tuple(image.id for image in tools.images),
            image=tools.image.id if tools.image else "",
            mode=self._mode_name(),
            contours=tools.contours.visible,
            filled=tools.contours.contour is ContourVisibility.FILL,
            opacity=round(100 * tools.contours.opacity),
            crosshair=crosshair_is_shown(host),
            linked=views_are_linked(host),
            mouse=window_level_by_mouse(host),
            frames=tools.number_of_frames,
            frame=tools.frame,
            playing=self.is_playing,
            regions=tuple(self._shown_region(region, views) for region in self._regions),
        )

    # The tools

    def _reset(self) -> None:
        opened = self._the_quiz()
        self.leave()
        self._change_views(opened.place_again)
        self.begin(opened)

    def _toggle_contours(self) -> None:
        tools = self._the_tools()
        tools.look_at_contours(visible=not tools.contours.visible)

    def _toggle_fill(self) -> None:
        tools = self._the_tools()
        filled = tools.contours.contour is ContourVisibility.FILL
        tools.look_at_contours(contour=ContourVisibility.OUTLINE if filled else ContourVisibility.FILL)

    def _set_opacity(self, percent: float) -> None:
        self._the_tools().look_at_contours(opacity=min(max(float(percent), 0), 100) / 100)

    def _change_opacity(self, percent: float) -> None:
        self._set_opacity(100 * self._the_tools().contours.opacity + percent)

    def _toggle_crosshair(self) -> None:
        host = self._the_quiz().host
        show_crosshair(host, not crosshair_is_shown(host))

    def _toggle_linking(self) -> None:
        host = self._the_quiz().host
        link_views(host, not views_are_linked(host))

    def _toggle_mouse(self) -> None:
        host = self._the_quiz().host
        set_window_level_by_mouse(host, not window_level_by_mouse(host))

    def _set_preset(self, name: str) -> None:
        if name in WINDOW_LEVEL_PRESETS:
            self._the_tools().set_window_level(WINDOW_LEVEL_PRESETS[name])
        else:
            self._the_tools().reset_window_level()

    def _view(self, name: str) -> None:
        tools = self._the_tools()
        if name == "plane":
            # Axial, and at each further call the next plane.
            now = self._mode_name()
            following = _ONE_PLANE.index(now) + 1 if now in _ONE_PLANE else 0
            name = _ONE_PLANE[following % len(_ONE_PLANE)]
        if tools.image and name in MODES:
            self._change_planes(partial(tools.view, MODES[name][0]))

    def _choose_image(self, image_id: str) -> None:
        self.is_playing = False
        self._change_planes(partial(self._the_tools().choose, image_id))

    def _change_planes(self, change: Callable[[], None]) -> None:
        """What is hidden stays hidden; only what is visible is known as a region of the views."""
        hidden = {(region.name, region.color) for region in self._hidden}
        self.leave()
        self._change_views(change)
        self._regions = shown_regions(self._the_quiz().on_views)
        for region in self._regions:
            if (region.name, region.color) in hidden:
                self._show_region(region, False)

    def _set_region(self, index: int, visible: bool) -> None:
        if 0 <= index < len(self._regions):
            self._show_region(self._regions[index], visible)

    def _set_all_regions(self, visible: bool) -> None:
        for region in self._regions:
            self._show_region(region, visible)

    # Frames

    def _show_frame(self, number: int) -> None:
        self._the_tools().show_frame(int(number))

    def _step_frame(self, by: int) -> None:
        self._the_tools().step_frame(int(by))

    def _toggle_play(self) -> None:
        self.is_playing = not self.is_playing and bool(self._the_tools().number_of_frames)

    # What the mouse does on one view, by shortcuts

    def _step_slice(self, view: str, by: int) -> None:
        if logic := self._logic(view):
            step_slice(logic, by)

    def _zoom(self, view: str, by: int) -> None:
        if logic := self._logic(view):
            zoom(logic, _ZOOM_STEP**by)

    def _pan(self, view: str, right: int, up: int) -> None:
        if logic := self._logic(view):
            pan(logic, right * _PAN_STEP, up * _PAN_STEP)

    def _window_level(self, view: str, wider: int, brighter: int) -> None:
        if self._logic(view):
            leader = contents_of_views(self._the_quiz().on_views)[SliceView(view)].leader
            if leader and leader.node:
                change_window_level(leader.node, _WINDOW_STEP**wider, brighter * _LEVEL_STEP)

    def _logic(self, view: str) -> "slicer.vtkMRMLSliceLogic | None":
        """None for a view that is not shown."""
        return {shown.value: logic for shown, logic in self._the_quiz().slice_logics().items()}.get(view)

    _uses: ClassVar[dict[str, Callable[..., None]]] = {
        "reset": _reset,
        "contours": _toggle_contours,
        "fill": _toggle_fill,
        "opacity": _set_opacity,
        "change_opacity": _change_opacity,
        "crosshair": _toggle_crosshair,
        "link": _toggle_linking,
        "mouse": _toggle_mouse,
        "preset": _set_preset,
        "view": _view,
        "image": _choose_image,
        "region": _set_region,
        "regions": _set_all_regions,
        "frame": _show_frame,
        "step_frame": _step_frame,
        "play": _toggle_play,
        "slice": _step_slice,
        "zoom": _zoom,
        "pan": _pan,
        "window_level": _window_level,
    }

    # Inside

    def _show_region(self, region: ShownRegion, visible: bool) -> None:
        opened = self._the_quiz()
        show_region(opened.on_views, opened.host, region, visible)
        self._hidden = self._hidden - {region} if visible else self._hidden | {region}

    def _shown_region(self, region: ShownRegion, views: set[SliceView]) -> LegendEntry:
        visible = region not in self._hidden
        return LegendEntry(region.name, region.color, region.views, set(region.views) == views, visible)

    def _mode_name(self) -> str:
        return next(name for name, (mode, _) in MODES.items() if mode is self._the_tools().mode)

    def _the_quiz(self) -> OpenedQuiz:
        assert self._opened is not None
        return self._opened

    def _the_tools(self) -> Tools:
        assert self._tools is not None
        return self._tools
