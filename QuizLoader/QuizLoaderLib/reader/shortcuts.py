"""The shortcuts of all hosts: one table, from which the panel, the browser and the documentation are made.

The panel takes those with Alt whose tool it has: letters alone, and digits with Shift, belong to Slicer's
slice views and segment editor, Alt with E, F, H and V to its menus, Alt with ← and → to its history of
modules; of two that are equal Qt does neither. The browser takes all of them, and each letter with Alt also
without it while nothing is typed. A digit alone is an answer, in the panel while that has the keys.
"""

from dataclasses import dataclass
from enum import Enum

from .drawing.effects import EFFECTS


class When(Enum):
    """When a shortcut holds; the value is the title of its part of a list."""

    ALWAYS = "Tools"
    COMPARING = "Slabs and comparing"
    ON_PAGES = "Pages, answers and frames"
    ON_VIEW = "Keys on a view"
    DRAWING = "Drawing"
    WHOLE_REGION = "The whole region that is drawn"
    JUDGING = "Contours that are given to judge"
    ON_POLYGON = "Drawing, while a polygon is open"


@dataclass(frozen=True)
class Shortcut:
    """``keys`` are each as Qt writes it; ``use`` is a tool and its values, as ``ToolsPresenter.use`` takes
    them, or one of the host's own: ``step``, ``measure``, ``draw``, ``help``."""

    name: str
    keys: tuple[str, ...]
    text: str
    use: tuple[str | float, ...]
    when: When = When.ALWAYS
    needs: str = ""

    @property
    def needed(self) -> str:
        """What a page must have for it, so that its help lists it: a part of ``ShownTools`` or of what is
        drawn; empty where any page will do."""
        return self.needs or _NEEDED.get(self.when, "")

    @property
    def shown_keys(self) -> str:
        """``Alt+→``: as a list shows them."""
        shown = "1 to 9" if self.keys == DIGITS else " ".join(self.keys)
        for key, sign in _SIGNS.items():
            shown = shown.replace(key, sign)
        return shown


DIGITS = tuple("123456789")

_SIGNS = {
    "Return": "Enter",
    "PgUp": "Page ↑",
    "PgDown": "Page ↓",
    "Right": "→",
    "Left": "←",
    "Up": "↑",
    "Down": "↓",
}
_NEEDED = {
    When.DRAWING: "drawing",
    When.WHOLE_REGION: "drawing",
    When.ON_POLYGON: "drawing",
    When.JUDGING: "given",
}
_PAGES, _VIEW, _DRAWING, _POLYGON = When.ON_PAGES, When.ON_VIEW, When.DRAWING, When.ON_POLYGON
_COMPARING, _LAYERS = When.COMPARING, "has_layers"
_JUDGING = When.JUDGING

SHORTCUTS: tuple[Shortcut, ...] = (
    Shortcut("next", ("Alt+PgDown", "Return"), "Next page", ("step", "next"), _PAGES),
    Shortcut("previous", ("Alt+PgUp",), "Previous page", ("step", "previous"), _PAGES),
    Shortcut("choose", DIGITS, "Choose an option of the first open question", ("choose",), _PAGES),
    Shortcut("next frame", ("Alt+Up", "Alt+."), "Next frame", ("step_frame", 1), _PAGES, "frames"),
    Shortcut("previous frame", ("Alt+Down", "Alt+,"), "Previous frame", ("step_frame", -1), _PAGES, "frames"),
    Shortcut("play", ("Alt+P",), "Play or stop the frames", ("play",), _PAGES, "frames"),
    Shortcut("reset", ("Alt+R",), "Reset the views", ("reset",)),
    Shortcut("contours", ("Alt+C",), "Contours on or off", ("contours",)),
    Shortcut("fill", ("Alt+O",), "Outline or fill", ("fill",)),
    Shortcut("fainter", ("Alt+T",), "Fainter contours", ("change_opacity", -10)),
    Shortcut("stronger", ("Alt+Shift+T",), "Stronger contours", ("change_opacity", 10)),
    Shortcut("crosshair", ("Alt+X",), "Crosshair on or off", ("crosshair",)),
    Shortcut("link", ("Alt+K",), "Link the views of one orientation", ("link",)),
    Shortcut("mouse", ("Alt+W",), "Window/level by dragging, on or off", ("mouse",)),
    Shortcut("invert", ("Alt+N",), "Invert: dark becomes bright", ("invert",), needs="inverts"),
    Shortcut("rotate", ("Alt+J",), "Turn the picture to the right", ("rotate",), needs="turns"),
    Shortcut("flip", ("Alt+Shift+J",), "Mirror the picture", ("flip",), needs="turns"),
    Shortcut("three planes", ("Alt+3", "Shift+3"), "The image in three planes", ("view", "planes")),
    Shortcut(
        "one plane", ("Alt+1", "Shift+1"), "The image in one plane; again: the next plane", ("view", "plane")
    ),
    Shortcut("page", ("Alt+0", "Shift+0"), "All images again", ("view", "page")),
    Shortcut("slab", ("Alt+Shift+S",), "Slab: MIP, MinIP, mean, none", ("slab",), _COMPARING, "slabs"),
    Shortcut(
        "blink", ("Alt+Shift+B",), "Blink: one layer or the other", ("layers", "blink"), _COMPARING, _LAYERS
    ),
    Shortcut("layers", ("Alt+Shift+D",), "Curtain; again: a checkerboard", ("layers",), _COMPARING, _LAYERS),
    Shortcut("lines", ("Alt+Shift+X",), "Lines of the other views", ("lines",), _COMPARING),
    Shortcut("link here", ("Alt+Shift+K",), "Link the views where they are", ("link_here",), _COMPARING),
    Shortcut("measure", ("Alt+L",), "Measure a line: click its two ends", ("measure",), needs="may_measure"),
    Shortcut(
        "measures",
        ("Alt+Shift+L",),
        "Measure an angle; again: box, ellipse, arrow, nothing",
        ("next_measure",),
        needs="may_measure",
    ),
    Shortcut("help", ("Alt+?",), "This sheet", ("help",)),
    Shortcut("magnify", ("M",), "Magnifier, while the key is held", ("magnify",), _VIEW),
    Shortcut("enlarge", ("Shift+M",), "One view large; again: all views", ("enlarge",), _VIEW),
    Shortcut("next slice", ("Up",), "Next slice", ("slice", 1), _VIEW),
    Shortcut("previous slice", ("Down",), "Previous slice", ("slice", -1), _VIEW),
    Shortcut("ten slices on", ("PgUp",), "Ten slices on", ("slice", 10), _VIEW),
    Shortcut("ten slices back", ("PgDown",), "Ten slices back", ("slice", -10), _VIEW),
    Shortcut("zoom in", ("+", "="), "Zoom in", ("zoom", 1), _VIEW),
    Shortcut("zoom out", ("-",), "Zoom out", ("zoom", -1), _VIEW),
    Shortcut("up", ("Shift+Up",), "Move the image up", ("pan", 0, 1), _VIEW),
    Shortcut("down", ("Shift+Down",), "Move the image down", ("pan", 0, -1), _VIEW),
    Shortcut("right", ("Shift+Right",), "Move the image to the right", ("pan", 1, 0), _VIEW),
    Shortcut("left", ("Shift+Left",), "Move the image to the left", ("pan", -1, 0), _VIEW),
    Shortcut("harder", ("H",), "Harder contrast", ("window_level", -1, 0), _VIEW),
    Shortcut("softer", ("S",), "Softer contrast", ("window_level", 1, 0), _VIEW),
    Shortcut("brighter", ("B",), "Brighter", ("window_level", 0, 1), _VIEW),
    Shortcut("darker", ("D",), "Darker", ("window_level", 0, -1), _VIEW),
    *(
        Shortcut(each.name, (each.key,), each.text, each.use, _DRAWING)
        for each in EFFECTS
        if not each.of_region
    ),
    Shortcut(
        "only in range", ("Shift+V",), "Draw only between two grey values", ("draw", "toggle_range"), _DRAWING
    ),
    Shortcut("next region", ("Q",), "The next region to draw", ("draw", "next_segment"), _DRAWING),
    Shortcut("show region", ("V",), "Show or hide the region", ("draw", "toggle_segment"), _DRAWING),
    Shortcut("ball", ("U",), "Brush: a ball, or a disc on the slice", ("draw", "ball"), _DRAWING),
    Shortcut("smaller brush", (",",), "A smaller brush", ("draw", "scale_radius", 0.8), _DRAWING),
    Shortcut("larger brush", (".",), "A larger brush", ("draw", "scale_radius", 1.25), _DRAWING),
    Shortcut("undo", ("Z",), "Undo", ("draw", "undo"), _DRAWING),
    Shortcut("redo", ("Y",), "Redo", ("draw", "redo"), _DRAWING),
    Shortcut("put down", ("Esc",), "Drop what is half done, then the tool", ("draw", "put_down"), _DRAWING),
    *(
        Shortcut(each.name, (each.key,), each.text, each.use, When.WHOLE_REGION)
        for each in EFFECTS
        if each.of_region
    ),
    Shortcut("accept", ("Alt+Shift+A",), "Accept the region", ("draw", "judge", "Accept"), _JUDGING),
    Shortcut("correct", ("Alt+Shift+C",), "Correct the region", ("draw", "judge", "Correct"), _JUDGING),
    Shortcut("reject", ("Alt+Shift+R",), "Reject the region", ("draw", "judge", "Reject"), _JUDGING),
    Shortcut("close polygon", ("Return",), "Close the polygon", ("draw", "close_polygon"), _POLYGON),
    Shortcut("last point", ("Backspace",), "Take its last point back", ("draw", "remove_point"), _POLYGON),
)


@dataclass(frozen=True)
class MouseUse:
    """What the mouse does over a view; ``touch`` is the same on a screen that is touched."""

    hand: str
    text: str
    touch: str = ""


MOUSE: tuple[MouseUse, ...] = (
    MouseUse("Wheel", "Another slice", "Two fingers, up or down"),
    MouseUse("Left button", "Window/level, or the tool in hand", "Hold, then move"),
    MouseUse("Right button", "Zoom", "Pinch"),
    MouseUse("Middle button", "Move the image", "One finger"),
    MouseUse("Double click", "One view large, and back", "Double tap"),
    MouseUse("Shift and move", "The other views go to the pointer"),
)
"""The first five are what a reader is told at the first visit."""

FIRST_HINTS = 5
