"""What stands over a view, the same in every host and in a rendered picture."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..images.types.volume import is_calibrated, shown_units
from ..quiz.layout_rows import place_of_view
from ..quiz.model import VIEWS_OF_LAYOUT, SliceView
from ..quiz.problems import Problem
from ..views.contents import PageNodes, Placed, ViewContents, contents_of_views
from ..views.slabs import shown_slab
from ..views.slices import slice_number
from ..views.state import number_of_frames, shown_frame
from .told_problems import WHO_KNOWS

if TYPE_CHECKING:
    from slicer import vtkMRMLSliceLogic, vtkMRMLSliceNode, vtkMRMLVolumeNode


@dataclass(frozen=True)
class ViewTexts:
    """All texts of one view, each empty where there is nothing to say.

    ``title`` names the view among those of its page. ``image`` is the name of the image, ``offset`` is
    along the normal, ``left``, ``right``, ``top`` and ``bottom`` are the patient's directions at the edges.
    ``slice`` and ``slices`` are numbers, 0 where there are none. ``messages`` stand in place of images that
    are not shown.
    """

    title: str
    image: str
    orientation: str
    slice: int
    slices: int
    offset: str
    frame: str
    window: str
    scale: str
    left: str
    right: str
    top: str
    bottom: str
    messages: tuple[str, ...]


def texts_of_view(
    shown: PageNodes, logic: vtkMRMLSliceLogic, problems: list[Problem], is_read: bool = False
) -> ViewTexts:
    """Of the page as it is on the views now; ``problems`` are those of the page. ``is_read``: by a reader,
    who is told no names of images where sides are random."""
    node = logic.GetSliceNode()
    view = SliceView(node.GetLayoutName())
    contents = contents_of_views(shown)[view]
    has_place = not contents.is_picture and any(placed.node for placed in contents.images)
    number = slice_number(logic) if has_place else None
    letters = edge_letters(node) if has_place else EdgeLetters("", "", "", "")
    scale = scale_text(contents)
    return ViewTexts(
        # A view that the layout has no more may be painted once again.
        title=view_titles(shown).get(view, ""),
        image="" if shown.page.randomize_sides else image_name(contents),
        orientation=orientation_text(contents, node),
        slice=number.number if number else 0,
        slices=number.count if number else 0,
        offset=_offset(node) if has_place and not scale else "",
        frame=_frame(contents.leader.node if contents.leader else None),
        window=window_text(contents),
        scale=scale,
        left=letters.left,
        right=letters.right,
        top=letters.top,
        bottom=letters.bottom,
        messages=tuple(missing_images(contents, problems, is_read and bool(shown.page.randomize_sides))),
    )


def image_name(contents: ViewContents) -> str:
    """Of the lowest image of a view, as its author calls it."""
    return contents.leader.image.id if contents.leader else ""


def view_titles(shown: PageNodes) -> dict[SliceView, str]:
    """What a reader calls each view of the page's layout: the plane and the image's name (which is not told
    where sides are random), and where it is where two would have one name."""
    contents = contents_of_views(shown)
    views = VIEWS_OF_LAYOUT[shown.page.layout]
    is_named = shown.page.randomize_sides is None
    titles = {view: _title(contents[view], is_named) for view in views}
    count = Counter(titles.values())
    return {
        view: f"{title} ({place_of_view(shown.page.layout, view)})" if count[title] > 1 else title
        for view, title in titles.items()
    }


def _title(contents: ViewContents, is_named: bool) -> str:
    if contents.is_empty:
        return "Empty"
    plane = "" if contents.is_picture else contents.orientation.value
    name = image_name(contents) if is_named else ""
    return ", ".join(filter(None, (plane, name))) or ("Image" if contents.leader else "Regions")


def image_names(shown: PageNodes) -> dict[str, str]:
    """What a reader calls each image that the tools work on, by its ID."""
    names: dict[str, str] = {}
    for placed, name in named_volumes(shown):
        names.setdefault(placed.image.id, name)
    return names


def named_volumes(shown: PageNodes) -> list[tuple[Placed, str]]:
    """The backgrounds and foregrounds that loaded, with what a reader calls each: its ID, in the order of the
    page. Where sides are random that order would tell which is which as well; there it is the view, in the
    order of the views."""
    contents = contents_of_views(shown)
    if shown.page.randomize_sides is None:
        on_views = [placed.node for each in contents.values() for placed in each.volumes if placed.node]
        pairs = zip(shown.page.images, shown.nodes, strict=True)
        return [(Placed(image, node), image.id) for image, node in pairs if node in on_views]
    return [
        (placed, title if placed is contents[view].leader else f"{title}, foreground")
        for view, title in view_titles(shown).items()
        for placed in contents[view].volumes
        if placed.node
    ]


def _offset(node: vtkMRMLSliceNode) -> str:
    slice_to_ras = node.GetSliceToRAS()
    return mm_text(node.GetSliceOffset(), [slice_to_ras.GetElement(row, 2) for row in range(3)])


def mm_text(along: float, direction_ras: list[float]) -> str:
    """``A 12.5 mm``: mm along a unit vector in RAS, with the letter of the side that it is on."""
    sign = -1.0 if along < 0 else 1.0
    return f"{direction_letters([sign * part for part in direction_ras])} {abs(along):.1f} mm"


def _frame(volume: vtkMRMLVolumeNode | None) -> str:
    count = number_of_frames(volume)
    return f"Frame {(shown_frame(volume) or 0) + 1} of {count}" if count > 1 else ""


def orientation_text(contents: ViewContents, slice_node: vtkMRMLSliceNode) -> str:
    """As the reader would call the plane, with its slab; empty for a picture and in an empty view. Slicer
    calls one that is turned to the volume's axes reformatted."""
    if contents.is_picture or contents.is_empty:
        return ""
    is_turned = slice_node.GetOrientation() != contents.orientation.value
    slab = shown_slab(slice_node)
    parts = (contents.orientation.value, "rotated" if is_turned else "", slab.text if slab else "")
    return ", ".join(filter(None, parts))


def window_text(contents: ViewContents) -> str:
    """Window and level of the lowest image with their units, of PET as SUV where it is known; empty for one
    of colours."""
    node = contents.leader.node if contents.leader else None
    display = node.GetDisplayNode() if node else None
    if display is None or not display.IsA("vtkMRMLScalarVolumeDisplayNode") or contents.is_picture:
        return ""
    factor, units = shown_units(node)
    window, level = (_short(factor * value) for value in (display.GetWindow(), display.GetLevel()))
    return f"W {window} L {level} {units}".rstrip()


def scale_text(contents: ViewContents) -> str:
    """Where lengths are not in mm; empty where they are."""
    nodes = [placed.node for placed in contents.volumes if placed.node]
    return "" if all(is_calibrated(node) for node in nodes) else "not calibrated"


def missing_images(contents: ViewContents, problems: list[Problem], are_nameless: bool = False) -> list[str]:
    """Every error of an image that this view should show and does not, of its file or of its element; all in
    one sentence without a name where ``are_nameless``."""
    shown = {placed.image.id for placed in contents.images if placed.node}
    told = [
        problem.text
        for problem in problems
        if problem.is_error and problem.view == contents.view.value and problem.image not in shown
    ]
    for placed in contents.images:
        if placed.node is None and not any(problem.image == placed.image.id for problem in problems):
            told.append(f"The {placed.image.type.value} image “{placed.image.id}” is not shown.")
    if told and are_nameless:
        return [f"An image of this view is not shown; {WHO_KNOWS}."]
    return list(dict.fromkeys(told))


def _short(value: float) -> str:
    """Whole numbers where they have three digits or more."""
    return f"{value:.0f}" if 100 <= abs(value) < 1e9 else f"{value:.3g}"


_LETTERS = (("R", "L"), ("A", "P"), ("S", "I"))
"""Towards plus and minus of each RAS axis."""

_LEAST_COMPONENT = 0.26
"""About the sine of 15 degrees: a direction less oblique than this is named by its one main axis."""


@dataclass(frozen=True)
class EdgeLetters:
    """The patient's direction at each edge, as ``R`` or, where it is oblique, ``RA`` (mainly right)."""

    left: str
    right: str
    top: str
    bottom: str


def edge_letters(slice_node: vtkMRMLSliceNode) -> EdgeLetters:
    """Read from the plane that the view shows now (vtkMRMLSliceNode, any rotation)."""
    slice_to_ras = slice_node.GetSliceToRAS()
    right, up = ([slice_to_ras.GetElement(row, column) for row in range(3)] for column in range(2))
    return EdgeLetters(
        left=direction_letters([-part for part in right]),
        right=direction_letters(right),
        top=direction_letters(up),
        bottom=direction_letters([-part for part in up]),
    )


def direction_letters(direction_ras: list[float]) -> str:
    """The letters of a unit vector in RAS, the largest component first (DICOM PS3.3 C.7.6.1.1.1)."""
    axes = sorted(range(3), key=lambda axis: -abs(direction_ras[axis]))
    return "".join(
        _LETTERS[axis][direction_ras[axis] < 0]
        for axis in axes
        if axis == axes[0] or abs(direction_ras[axis]) >= _LEAST_COMPONENT
    )
