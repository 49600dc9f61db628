"""Images are compared: two layers of a view, views by the lines of the others, views that go together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ..views.contents import ViewContents, contents_of_views
from ..views.linked_here import LinkedHere
from ..views.tools import lines_are_shown, link_views, show_lines, views_are_linked
from ..views.two_layers import Spans, TwoLayers, checkerboard, curtain
from .opened_quiz import OpenedQuiz

if TYPE_CHECKING:
    import slicer

BLINK_S = 0.5
"""From one layer to the other."""

TOGETHER, BLINK, CURTAIN, CHECKERBOARD = "together", "blink", "curtain", "checkerboard"

LAYERS: dict[str, str] = {
    TOGETHER: "both layers",
    BLINK: "blink",
    CURTAIN: "curtain",
    CHECKERBOARD: "checkerboard",
}
"""What a reader chooses from, by the name that ``use("layers", name)`` takes, in words."""

_IN_TURN = (TOGETHER, CURTAIN, CHECKERBOARD)


@dataclass(frozen=True)
class ShownComparison:
    """``layers`` is a name of ``LAYERS``; ``has_layers``: a view has two. ``curtain`` is in percent of the
    width, from the left."""

    layers: str = TOGETHER
    has_layers: bool = False
    curtain: int = 50
    lines: bool = False
    linked_here: bool = False


class ViewComparison:
    """On all views of a page. A host uses ``blink_on`` every ``BLINK_S`` while the layers ``BLINK``."""

    def __init__(self) -> None:
        self._opened: OpenedQuiz | None = None
        self._layers, self._percent = TOGETHER, 50.0
        self._two_layers, self._linked_here = TwoLayers(), LinkedHere()
        self._is_in_front = True
        self._has_lines = self._was_linked = False

    def begin(self, opened: OpenedQuiz) -> None:
        """A page was placed as its author wrote it."""
        self._opened = opened

    def leave(self) -> None:
        """Before the views show something else."""
        self._linked_here.end()
        if self._layers != TOGETHER:
            self._show_layers(TOGETHER)

    def end(self) -> None:
        """The views are for something else."""
        self.leave()
        if self._opened and self._has_lines:
            show_lines(self._opened.host, False)
        self._opened, self._has_lines = None, False

    @property
    def shown(self) -> ShownComparison:
        if self._opened is None:
            return ShownComparison()
        return ShownComparison(
            layers=self._layers,
            has_layers=bool(self._views()),
            curtain=round(self._percent),
            lines=lines_are_shown(self._opened.host),
            linked_here=self._linked_here.is_on,
        )

    def use(self, tool: str, *values: Any) -> bool:
        """Gives whether there is such a tool."""
        if tool == "link":
            # Slicer's own link takes all views to one position.
            self._linked_here.end()
        if tool in self._uses and self._opened:
            self._uses[tool](self, *values)
        return tool in self._uses

    def _show_layers(self, name: str = "") -> None:
        """Without a name the next of those that stand still; a name again: both layers."""
        if not name:
            following = _IN_TURN.index(self._layers) + 1 if self._layers in _IN_TURN else 0
            name = _IN_TURN[following % len(_IN_TURN)]
        elif name == self._layers:
            name = TOGETHER
        if name not in LAYERS:
            return
        views = self._views()
        self._two_layers.end()
        self._layers, self._is_in_front = name if views else TOGETHER, True
        for contents, logic in views:
            if name in (CURTAIN, CHECKERBOARD):
                self._two_layers.divide(logic, self._spans)
            elif contents.foreground:
                opacity = contents.foreground.image.opacity if name == TOGETHER else 1.0
                logic.GetSliceCompositeNode().SetForegroundOpacity(opacity)

    @property
    def _spans(self) -> Spans:
        return curtain(self._percent / 100) if self._layers == CURTAIN else checkerboard

    def _move_curtain(self, percent: float) -> None:
        # In this order what is not a number counts as 0.
        self._percent = min(max(0.0, float(percent)), 100.0)
        if self._layers == CURTAIN:
            for _contents, logic in self._views():
                self._two_layers.divide(logic, self._spans)

    def _blink_on(self) -> None:
        if self._layers == BLINK:
            self._is_in_front = not self._is_in_front
            for _contents, logic in self._views():
                logic.GetSliceCompositeNode().SetForegroundOpacity(float(self._is_in_front))

    def _toggle_lines(self) -> None:
        host = self._the_quiz().host
        self._has_lines = not lines_are_shown(host)
        show_lines(host, self._has_lines)

    def _toggle_linked_here(self) -> None:
        opened = self._the_quiz()
        if self._linked_here.is_on:
            self._linked_here.end()
            link_views(opened.host, self._was_linked)
        else:
            self._was_linked = views_are_linked(opened.host)
            link_views(opened.host, False)
            contents = contents_of_views(opened.on_views)
            logics = opened.slice_logics().items()
            self._linked_here.begin([logic for view, logic in logics if contents[view].volumes])

    def _views(self) -> "list[tuple[ViewContents, slicer.vtkMRMLSliceLogic]]":
        """Those with two layers."""
        opened = self._opened
        if opened is None or opened.shown is None:
            return []
        contents = contents_of_views(opened.on_views)
        return [
            (contents[view], logic)
            for view, logic in opened.slice_logics().items()
            if sum(placed.node is not None for placed in contents[view].volumes) == 2
        ]

    def _the_quiz(self) -> OpenedQuiz:
        assert self._opened is not None
        return self._opened

    _uses: ClassVar[dict[str, Callable[..., None]]] = {
        "layers": _show_layers,
        "curtain": _move_curtain,
        "blink_on": _blink_on,
        "lines": _toggle_lines,
        "link_here": _toggle_linked_here,
    }
