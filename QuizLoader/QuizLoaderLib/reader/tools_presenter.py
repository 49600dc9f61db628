"""The reader's tools as every host has them: used by name, and shown as plain values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from ..quiz.windows import WindowPreset
from ..views.host import Host
from ..views.layouts import THREE_D
from ..views.planes import ViewingMode
from ..views.state import number_of_frames, show_frame, shown_frame, step_frame
from ..views.tools import (
    ToolImage,
    can_be_inverted,
    crosshair_is_shown,
    invert,
    is_inverted,
    link_views,
    set_window_level,
    set_window_level_by_mouse,
    show_crosshair,
    start_window_level,
    tool_images,
    views_are_linked,
    window_level_by_mouse,
)
from ..views.turning import LEFT_TO_RIGHT, QUARTER_TO_THE_RIGHT, turn
from .comparison import ShownComparison, ViewComparison
from .contour_tools import ContourTools
from .differences import go_to_farthest
from .image_views import picture_views_of
from .legend import LegendEntry, RegionLegend
from .one_view import OneView
from .opened_quiz import OpenedQuiz
from .slab_choice import SlabChoice
from .view_texts import image_names
from .window_presets import AS_THE_PAGE_HAS_IT, BY_HAND, chosen_preset, preset_names, window_of_preset

if TYPE_CHECKING:
    import numpy as np
    import slicer

    from ..quiz.model import Page

PLAY_S = 0.1
"""From frame to frame while a sequence plays: Slicer's own 10 frames a second."""

MODES: dict[str, tuple[ViewingMode, str]] = {
    "page": (ViewingMode.DEFAULT, "all images"),
    "planes": (ViewingMode.THREE_PLANES, "three planes"),
    "axial": (ViewingMode.AXIAL, "axial"),
    "coronal": (ViewingMode.CORONAL, "coronal"),
    "sagittal": (ViewingMode.SAGITTAL, "sagittal"),
}
"""What a reader chooses from, by the name that ``use("view", name)`` takes, in words."""

_ONE_PLANE = ("axial", "coronal", "sagittal")


@dataclass(frozen=True)
class ShownTools:
    """How the tools stand: names of images, the name of the mode, opacity in percent, frames from 0.

    ``presets`` are the names that ``use("preset", name)`` takes for the image, in words, ``preset`` the one
    it has now. ``slab`` is a name of ``SLABS``; ``slabs``: the image has slices for one. ``turns``: the image
    is a picture, which can be turned.
    """

    images: tuple[str, ...]
    image: str
    presets: dict[str, str]
    preset: str
    mode: str
    slab: str
    slabs: bool
    contours: bool
    filled: bool
    opacity: int
    crosshair: bool
    linked: bool
    mouse: bool
    frames: int
    frame: int
    playing: bool
    inverts: bool
    inverted: bool
    turns: bool
    regions: tuple[LegendEntry, ...]
    comparison: ShownComparison


class ToolsPresenter:
    """What a reader does to the views by widgets and shortcuts, the same in every host: window and level,
    planes, contours and frames of one image, which the reader chooses. It is on the views alone.

    ``change_views`` calls what makes the views show other planes than before. A host shows ``shown`` after
    each ``use``, and uses ``step_frame`` every ``PLAY_S`` while it ``is_playing``. ``enlarged`` is the
    view that is seen alone, empty where all are.
    """

    def __init__(self, change_views: Callable[[Callable[[], object]], object]) -> None:
        self._change_views = change_views
        self._opened: OpenedQuiz | None = None
        self._image_id = ""
        self._page: Page | None = None
        self._own_presets: Sequence[WindowPreset] = ()
        self._contours = ContourTools()
        self._legend, self._one_view, self._slabs = RegionLegend(), OneView(), SlabChoice()
        self._comparison = ViewComparison()
        self.enlarged, self.is_playing = "", False

    # The page

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was shown, or placed again, as its author wrote it."""
        if self._opened is not opened:
            self._opened, self._image_id = opened, ""
            self._own_presets = opened.quiz.window_presets
        self.is_playing = False
        self._contours.begin(opened)
        # Where sides are random, the image of the page before would tell on which side it is now.
        if self._image is None or (self._page is not opened.page and opened.page.randomize_sides):
            self._image_id = next(iter(image_names(opened.page_nodes)), "")
        self._page = opened.page
        self._one_view.begin(opened)
        self._slabs.begin()
        self._comparison.begin(opened)
        self._legend.begin(opened)

    def leave(self) -> None:
        """Before another page is shown."""
        self.is_playing, self.enlarged = False, ""
        self._one_view.leave()
        self._comparison.leave()
        self._legend.show_hidden()

    def end(self) -> None:
        """The views are for something else: no tool of the quiz stays in hand."""
        if self._opened:
            set_window_level_by_mouse(self._opened.host, False)
            show_crosshair(self._opened.host, False)
        self.is_playing = False
        self._slabs.begin()
        self._comparison.end()
        self._opened = None
        self._legend.end()

    def use(self, tool: str, *values: Any) -> bool:
        """Use the tool of this name in the tables; gives whether there is one, and a page for it."""
        if self._opened is None or self._opened.shown is None:
            return False
        is_used = self._comparison.use(tool, *values) or self._one_view.use(tool, *values)
        if tool in self._uses:
            self._uses[tool](self, *values)
        return is_used or tool in self._uses

    @property
    def preset(self) -> str:
        """The name of the window and level that the image has now, which the mouse changes too."""
        image = self._image if self._opened and self._opened.shown else None
        return chosen_preset(image.nodes[0], self._own_presets) if image else AS_THE_PAGE_HAS_IT

    @property
    def shown(self) -> ShownTools | None:
        """None where no page is shown."""
        if self._opened is None or self._opened.shown is None:
            return None
        host, image, names = self._opened.host, self._image, image_names(self._opened.page_nodes)
        preset = self.preset
        return ShownTools(
            images=tuple(names.values()),
            image=names[image.id] if image else "",
            presets=_presets_in_words(image, preset, self._own_presets),
            preset=preset,
            mode=_name_of(self._opened.viewing_mode),
            slab=self._slabs.of(image),
            slabs=self._slabs.is_offered(image),
            contours=self._contours.look.visible,
            filled=self._contours.are_filled,
            opacity=round(100 * self._contours.look.opacity),
            crosshair=crosshair_is_shown(host),
            linked=views_are_linked(host),
            mouse=window_level_by_mouse(host),
            frames=number_of_frames(image.nodes[0]) if image else 0,
            frame=(shown_frame(image.nodes[0]) or 0) if image else 0,
            playing=self.is_playing,
            inverts=bool(image and can_be_inverted(image)),
            inverted=bool(image and is_inverted(image)),
            turns=bool(picture_views_of(self._opened, image)),
            regions=self._legend.entries,
            comparison=self._comparison.shown,
        )

    # The tools

    def _reset(self) -> None:
        opened = self._the_quiz()
        self.leave()
        self._change_views(opened.place_again)
        self.begin(opened)

    def _toggle(self, is_on: Callable[[Host], bool], switch: Callable[[Host, bool], None]) -> None:
        host = self._the_quiz().host
        switch(host, not is_on(host))

    def _set_preset(self, name: str) -> None:
        image = self._image
        if image and (look := window_of_preset(image.nodes[0], name, self._own_presets)):
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

    def _choose_image(self, name: str) -> None:
        self.is_playing = False
        names = image_names(self._the_quiz().page_nodes).items()
        self._image_id = next((image for image, each in names if each == name), "")
        self._change_planes(self._show_image)

    def _show_image(self) -> None:
        mode = self._the_quiz().viewing_mode
        if mode is not ViewingMode.DEFAULT:
            self._show_planes(mode)

    def _show_planes(self, mode: ViewingMode) -> None:
        """One image in planes, with its contours, or the page again."""
        if self._image:
            self._comparison.leave()
            self._the_quiz().view(mode, self._image.id)
            self._contours.draw()

    def _change_planes(self, change: Callable[[], None]) -> None:
        self._one_view.leave()
        self.enlarged = ""
        self._legend.change_planes(lambda: self._change_views(change))
        self._slabs.show_again(self._the_quiz(), self._images)

    def _add_regions(self, add: Callable[[], None]) -> None:
        """They are drawn as those of the page are."""
        self._change_planes(add)
        self._contours.draw()

    # One view

    def _enlarge(self, view: str) -> None:
        """This view alone; again: all of them."""
        opened = self._the_quiz()
        shown = {each.value for each in opened.slice_logics()} | (
            {THREE_D} if opened.placed.three_d.is_shown else set()
        )
        if view in shown:
            self.enlarged = "" if self.enlarged else view
            self._change_views(lambda: None)

    def _invert(self) -> None:
        if self._image and can_be_inverted(self._image):
            invert(self._image)

    def _turn(self, by: "np.ndarray") -> None:
        for contents, logic in picture_views_of(self._the_quiz(), self._image):
            turn(contents, logic, by)

    # Frames

    def _change_frame(self, change: "Callable[[slicer.vtkMRMLVolumeNode, int], None]", number: int) -> None:
        for node in self._nodes_with_frames():
            change(node, int(number))

    def _toggle_play(self) -> None:
        self.is_playing = not self.is_playing and bool(self._nodes_with_frames())

    def _nodes_with_frames(self) -> "tuple[slicer.vtkMRMLVolumeNode, ...]":
        nodes = self._image.nodes if self._image else ()
        return nodes if nodes and number_of_frames(nodes[0]) else ()

    _uses: ClassVar[dict[str, Callable[..., None]]] = {
        "reset": _reset,
        "contours": lambda self: self._contours.toggle(),
        "fill": lambda self: self._contours.toggle_fill(),
        "opacity": lambda self, percent: self._contours.set_opacity(percent),
        "change_opacity": lambda self, percent: self._contours.change_opacity(percent),
        "crosshair": lambda self: self._toggle(crosshair_is_shown, show_crosshair),
        "link": lambda self: self._toggle(views_are_linked, link_views),
        "mouse": lambda self: self._toggle(window_level_by_mouse, set_window_level_by_mouse),
        "preset": _set_preset,
        "view": _view,
        "slab": lambda self, name="": self._slabs.choose(self._the_quiz(), self._image, name),
        "image": _choose_image,
        "add_segmentation": lambda self, node: self._add_regions(
            partial(self._the_quiz().add_segmentation, node)
        ),
        "region": lambda self, number, visible: self._legend.show(number, visible),
        "regions": lambda self, visible: self._legend.show_all(visible),
        "region_alone": lambda self, number: self._legend.show_alone(number),
        "go_to_region": lambda self, number: self._legend.go_to(number),
        "differences": lambda self: self._add_regions(self._the_quiz().show_differences),
        "go_to_farthest": lambda self, number: go_to_farthest(self._the_quiz(), number),
        "enlarge": _enlarge,
        "invert": _invert,
        "rotate": lambda self: self._turn(QUARTER_TO_THE_RIGHT),
        "flip": lambda self: self._turn(LEFT_TO_RIGHT),
        "frame": lambda self, number: self._change_frame(show_frame, number),
        "step_frame": lambda self, by: self._change_frame(step_frame, by),
        "play": _toggle_play,
    }

    # Inside

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


def _presets_in_words(image: ToolImage | None, chosen: str, own: Sequence[WindowPreset]) -> dict[str, str]:
    names = [*(preset_names(image.nodes[0], own) if image else ()), *([BY_HAND] * (chosen == BY_HAND))]
    return {AS_THE_PAGE_HAS_IT: "original"} | {name: name for name in names}


def _name_of(shown: ViewingMode) -> str:
    return next(name for name, (mode, _words) in MODES.items() if mode is shown)
