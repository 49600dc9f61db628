"""The reader's tools as every host has them: used by name, and shown as plain values."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from ..quiz.model import ContourVisibility, SliceView
from ..views.contents import contents_of_views
from ..views.contours import ContourLook, draw_contours, show_region
from ..views.host import Host
from ..views.planes import ViewingMode
from ..views.roi_visibility import ShownRegion, shown_regions
from ..views.state import number_of_frames, show_frame, shown_frame, step_frame
from ..views.tools import (
    ToolImage,
    change_window_level,
    crosshair_is_shown,
    link_views,
    pan,
    set_window_level,
    set_window_level_by_mouse,
    show_crosshair,
    start_window_level,
    step_slice,
    tool_images,
    views_are_linked,
    window_level_by_mouse,
    zoom,
)
from .opened_quiz import OpenedQuiz
from .window_presets import AS_THE_PAGE_HAS_IT, BY_HAND, chosen_preset, preset_names, window_of_preset

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

_ONE_PLANE = ("axial", "coronal", "sagittal")
_ZOOM_STEP = 1.2
_WINDOW_STEP = 1.1
_LEVEL_STEP = 0.05
_PAN_STEP = 0.05

_ON_VIEW: dict[str, Callable[..., None]] = {
    "slice": step_slice,
    "zoom": lambda logic, by: zoom(logic, _ZOOM_STEP**by),
    "pan": lambda logic, right, up: pan(logic, right * _PAN_STEP, up * _PAN_STEP),
}
"""What the mouse does on one view, by shortcuts."""


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
    """How the tools stand: IDs of images, the name of the mode, opacity in percent, frames from 0.

    ``presets`` are the names that ``use("preset", name)`` takes for the image, in words, ``preset`` the one
    it has now.
    """

    images: tuple[str, ...]
    image: str
    presets: dict[str, str]
    preset: str
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
    """What a reader does to the views by widgets and shortcuts, the same in every host: window and level,
    planes, contours and frames of one image, which the reader chooses. It is on the views alone.

    ``change_views`` calls what makes the views show other planes than before. A host shows ``shown`` after
    each ``use``, and uses ``step_frame`` every ``PLAY_S`` while it ``is_playing``.
    """

    def __init__(self, change_views: Callable[[Callable[[], object]], object]) -> None:
        self._change_views = change_views
        self._opened: OpenedQuiz | None = None
        self._image_id = ""
        self._contours = ContourLook()
        self._regions: list[ShownRegion] = []
        self._hidden: set[ShownRegion] = set()
        self.is_playing = False

    # The page

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown, or placed again, as its author wrote it."""
        if self._opened is not opened:
            self._opened, self._image_id = opened, ""
        self.is_playing = False
        self._contours = ContourLook(opened.quiz.contour_visibility)
        if self._image is None:
            self._image_id = next((image.id for image in self._images), "")
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
        self._opened = None
        self._regions, self._hidden = [], set()

    def use(self, tool: str, *values: Any) -> bool:
        """Use the tool of this name in the tables; gives whether there is one, and a page for it."""
        if self._opened is None or self._opened.shown is None:
            return False
        if tool in _ON_VIEW:
            self._use_on_view(tool, *values)
        elif tool in self._uses:
            self._uses[tool](self, *values)
        return tool in _ON_VIEW or tool in self._uses

    @property
    def preset(self) -> str:
        """The name of the window and level that the image has now, which the mouse changes too."""
        image = self._image if self._opened and self._opened.shown else None
        return chosen_preset(image.nodes[0]) if image else AS_THE_PAGE_HAS_IT

    @property
    def shown(self) -> ShownTools | None:
        """None where no page is shown."""
        if self._opened is None or self._opened.shown is None:
            return None
        host, image = self._opened.host, self._image
        preset = self.preset
        names = [*(preset_names(image.nodes[0]) if image else ()), *([BY_HAND] * (preset == BY_HAND))]
        views = set(self._opened.slice_logics())
        return ShownTools(
            images=tuple(each.id for each in self._images),
            image=image.id if image else "",
            presets={AS_THE_PAGE_HAS_IT: "as the page has it"} | {name: name for name in names},
            preset=preset,
            mode=_name_of(self._opened.viewing_mode),
            contours=self._contours.visible,
            filled=self._contours.contour is ContourVisibility.FILL,
            opacity=round(100 * self._contours.opacity),
            crosshair=crosshair_is_shown(host),
            linked=views_are_linked(host),
            mouse=window_level_by_mouse(host),
            frames=number_of_frames(image.nodes[0]) if image else 0,
            frame=(shown_frame(image.nodes[0]) or 0) if image else 0,
            playing=self.is_playing,
            regions=tuple(
                LegendEntry(
                    each.name, each.color, each.views, set(each.views) == views, each not in self._hidden
                )
                for each in self._regions
            ),
        )

    # The tools

    def _reset(self) -> None:
        opened = self._the_quiz()
        self.leave()
        self._change_views(opened.place_again)
        self.begin(opened)

    def _toggle_contours(self) -> None:
        self._look_at_contours(visible=not self._contours.visible)

    def _toggle_fill(self) -> None:
        filled = self._contours.contour is ContourVisibility.FILL
        self._look_at_contours(contour=ContourVisibility.OUTLINE if filled else ContourVisibility.FILL)

    def _set_opacity(self, percent: float) -> None:
        self._look_at_contours(opacity=min(max(float(percent), 0), 100) / 100)

    def _change_opacity(self, percent: float) -> None:
        self._set_opacity(100 * self._contours.opacity + percent)

    def _look_at_contours(self, **change: Any) -> None:
        """Of all regions, also those that were drawn."""
        opened = self._the_quiz()
        self._contours = replace(self._contours, **change)
        draw_contours(opened.on_views, opened.host, self._contours)
        opened.drawings.set_look(self._contours)

    def _toggle(self, is_on: Callable[[Host], bool], switch: Callable[[Host, bool], None]) -> None:
        host = self._the_quiz().host
        switch(host, not is_on(host))

    def _set_preset(self, name: str) -> None:
        image = self._image
        if image and (look := window_of_preset(image.nodes[0], name)):
            set_window_level(image, look)
        elif image and name == AS_THE_PAGE_HAS_IT:
            for node in image.nodes:
                start_window_level(node)

    def _view(self, name: str) -> None:
        if name == "plane":
            # Axial, and at each further call the next plane.
            now = _name_of(self._the_quiz().viewing_mode)
            following = _ONE_PLANE.index(now) + 1 if now in _ONE_PLANE else 0
            name = _ONE_PLANE[following % len(_ONE_PLANE)]
        if self._image and name in MODES:
            self._change_planes(partial(self._show_planes, MODES[name][0]))

    def _choose_image(self, image_id: str) -> None:
        self.is_playing = False
        self._image_id = image_id
        self._change_planes(self._show_image)

    def _show_image(self) -> None:
        mode = self._the_quiz().viewing_mode
        if mode is not ViewingMode.DEFAULT:
            self._show_planes(mode)

    def _show_planes(self, mode: ViewingMode) -> None:
        """One image in planes, with its contours, or the page again."""
        if self._image:
            self._the_quiz().view(mode, self._image.id)
            self._look_at_contours()

    def _change_planes(self, change: Callable[[], None]) -> None:
        """What is hidden stays hidden; only what is visible is known as a region of the views."""
        hidden = {(region.name, region.color) for region in self._hidden}
        self.leave()
        self._change_views(change)
        self._regions = shown_regions(self._the_quiz().on_views)
        for region in self._regions:
            if (region.name, region.color) in hidden:
                self._show_region(region, False)

    def _add_segmentation(self, node: "slicer.vtkMRMLSegmentationNode") -> None:
        """Its regions are drawn as those of the page are."""
        self._change_planes(lambda: self._the_quiz().add_segmentation(node))
        self._look_at_contours()

    def _set_region(self, index: int, visible: bool) -> None:
        if 0 <= index < len(self._regions):
            self._show_region(self._regions[index], visible)

    def _set_all_regions(self, visible: bool) -> None:
        for region in self._regions:
            self._show_region(region, visible)

    # Frames

    def _change_frame(self, change: "Callable[[slicer.vtkMRMLVolumeNode, int], None]", number: int) -> None:
        for node in self._nodes_with_frames():
            change(node, int(number))

    def _toggle_play(self) -> None:
        self.is_playing = not self.is_playing and bool(self._nodes_with_frames())

    def _nodes_with_frames(self) -> "tuple[slicer.vtkMRMLVolumeNode, ...]":
        nodes = self._image.nodes if self._image else ()
        return nodes if nodes and number_of_frames(nodes[0]) else ()

    def _use_on_view(self, tool: str, view: str, *by: int) -> None:
        if logic := self._logics().get(view):
            _ON_VIEW[tool](logic, *by)

    def _window_level(self, view: str, wider: int, brighter: int) -> None:
        if view in self._logics():
            leader = contents_of_views(self._the_quiz().on_views)[SliceView(view)].leader
            if leader and leader.node:
                change_window_level(leader.node, _WINDOW_STEP**wider, brighter * _LEVEL_STEP)

    def _logics(self) -> "dict[str, slicer.vtkMRMLSliceLogic]":
        return {view.value: logic for view, logic in self._the_quiz().slice_logics().items()}

    _uses: ClassVar[dict[str, Callable[..., None]]] = {
        "reset": _reset,
        "contours": _toggle_contours,
        "fill": _toggle_fill,
        "opacity": _set_opacity,
        "change_opacity": _change_opacity,
        "crosshair": lambda self: self._toggle(crosshair_is_shown, show_crosshair),
        "link": lambda self: self._toggle(views_are_linked, link_views),
        "mouse": lambda self: self._toggle(window_level_by_mouse, set_window_level_by_mouse),
        "preset": _set_preset,
        "view": _view,
        "image": _choose_image,
        "region": _set_region,
        "regions": _set_all_regions,
        "add_segmentation": _add_segmentation,
        "frame": lambda self, number: self._change_frame(show_frame, number),
        "step_frame": lambda self, by: self._change_frame(step_frame, by),
        "play": _toggle_play,
        "window_level": _window_level,
    }

    # Inside

    def _show_region(self, region: ShownRegion, visible: bool) -> None:
        opened = self._the_quiz()
        show_region(opened.on_views, opened.host, region, visible)
        self._hidden = self._hidden - {region} if visible else self._hidden | {region}

    @property
    def _images(self) -> list[ToolImage]:
        """Those of the page that are there."""
        opened = self._the_quiz()
        return tool_images(opened.page_nodes) if opened.index >= 0 else []

    @property
    def _image(self) -> ToolImage | None:
        """The one that the tools work on, None where the page has none."""
        return next((image for image in self._images if image.id == self._image_id), None)

    def _the_quiz(self) -> OpenedQuiz:
        assert self._opened is not None
        return self._opened


def _name_of(shown: ViewingMode) -> str:
    return next(name for name, (mode, _words) in MODES.items() if mode is shown)
