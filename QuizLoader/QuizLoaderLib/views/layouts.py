"""Where each slice view stands in a layout, as Slicer arranges them."""

from ..quiz.model import Layout, SliceView

COLOR_OF_VIEW: dict[SliceView, tuple[int, int, int]] = {
    SliceView.RED: (0xF3, 0x4A, 0x33),
    SliceView.GREEN: (0x6E, 0xB0, 0x4B),
    SliceView.YELLOW: (0xED, 0xD5, 0x4C),
    SliceView.SLICE4: (0x8C, 0x8C, 0x8C),
}
"""The colour of a view's bar in Slicer, 0..255."""

THREE_D, THREE_D_TAG = "3D", "1"
"""The name of the 3D view, and that of its node in Slicer's layouts."""

THREE_D_COLOR = (0x74, 0x83, 0xE9)

_CONSTANT_OF_LAYOUT: dict[Layout, str] = {
    Layout.FOUR_UP: "SlicerLayoutFourUpView",
    Layout.TWO_OVER_TWO: "SlicerLayoutTwoOverTwoView",
    Layout.ONE_UP_RED_SLICE: "SlicerLayoutOneUpRedSliceView",
    Layout.SIDE_BY_SIDE_RED_YELLOW: "SlicerLayoutSideBySideView",
}


def slicer_layout(layout: Layout) -> int:
    """The number that vtkMRMLLayoutNode.SetViewArrangement takes for this layout."""
    import slicer

    return getattr(slicer.vtkMRMLLayoutNode, _CONSTANT_OF_LAYOUT[layout])
