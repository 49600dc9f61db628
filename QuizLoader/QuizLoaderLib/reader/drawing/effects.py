"""What a reader draws with: one table, of which each host makes its buttons and its shortcuts.

``slicer_name`` is that of the same effect of Slicer's Segment Editor, empty where it has none; ``icon`` is
one of Material Design Icons.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class DrawingEffect:
    """``name`` is that in messages. One that is ``at_once`` is a tool of the editor with its values; any
    other is taken in hand. One ``of_region`` changes it as a whole, or a whole slice of it; it has nothing to
    do with the mouse."""

    name: str
    slicer_name: str
    icon: str
    key: str
    text: str
    of_region: bool = False
    at_once: tuple[str | float, ...] = ()

    @property
    def use(self) -> tuple[str | float, ...]:
        """As ``Shortcut.use`` has it."""
        return ("draw", *(self.at_once or ("take", self.name)))


EFFECTS = (
    DrawingEffect("paint", "Paint", "mdi-brush", "A", "Paint"),
    DrawingEffect("erase", "Erase", "mdi-eraser", "E", "Erase"),
    DrawingEffect("draw", "Draw", "mdi-draw", "F", "Draw around, freehand or point by point"),
    DrawingEffect("threshold", "Threshold", "mdi-tune-vertical", "G", "Grey values between two bounds"),
    DrawingEffect("islands", "Islands", "mdi-island", "I", "Islands: keep or remove one by a click"),
    DrawingEffect(
        "level", "Level tracing", "mdi-vector-circle-variant", "Shift+I", "Level tracing: fill to one value"
    ),
    DrawingEffect(
        "between",
        "Fill between slices",
        "mdi-layers-plus",
        "Shift+F",
        "Fill between slices",
        of_region=True,
        at_once=("fill_between_slices",),
    ),
    DrawingEffect("smoothing", "Smoothing", "mdi-blur", "Shift+O", "Smooth", of_region=True),
    DrawingEffect(
        "margin",
        "Margin",
        "mdi-resize",
        "Shift+G",
        "Grow or shrink by mm",
        of_region=True,
    ),
    DrawingEffect(
        "combine",
        "Logical operators",
        "mdi-vector-combine",
        "Shift+P",
        "Add, subtract, intersect another",
        of_region=True,
    ),
    DrawingEffect(
        "copy-next",
        "",
        "mdi-transfer-down",
        "Shift+E",
        "Copy from the next slice",
        of_region=True,
        at_once=("copy_slice", 1),
    ),
    DrawingEffect(
        "copy-previous",
        "",
        "mdi-transfer-up",
        "Shift+W",
        "Copy from the previous slice",
        of_region=True,
        at_once=("copy_slice", -1),
    ),
)
