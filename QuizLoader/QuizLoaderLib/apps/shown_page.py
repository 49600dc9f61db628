"""A page as it was shown: what its picture and the index say about it."""

import re
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..images.volume import units_of
from ..quiz.model import VIEWS_OF_LAYOUT, Page, SliceView
from ..quiz.problems import Problem
from ..views.contents import ViewContents, contents_of_views
from ..views.host import Host
from ..views.legend import ShownRoi, rois_shown
from ..views.orientation_letters import EdgeLetters, edge_letters

_LONGEST_NAME = 60


class PictureHost(Host, Protocol):
    """A host that can give the bare view as uint8 (rows, columns, 3), the first row at the top."""

    def picture(self, view: SliceView) -> np.ndarray: ...


@dataclass(frozen=True, eq=False)
class ShownView:
    """``picture`` is uint8 (rows, columns, 3); ``messages`` stand where an image could not be shown.

    ``orientation`` is as the reader would call it; ``letters`` are None where the view shows no image of a
    patient. ``window`` are window and level of its lowest image with their units, empty for one of colours.
    """

    view: SliceView
    picture: np.ndarray
    orientation: str
    letters: EdgeLetters | None
    messages: tuple[str, ...]
    window: str = ""


@dataclass(frozen=True, eq=False)
class ShownPage:
    """``folder`` is the name of the folder of its pictures; ``problems`` are those of this page."""

    page: Page
    folder: str
    views: dict[SliceView, ShownView]
    rois: list[ShownRoi]
    problems: list[Problem]


def shown_page(
    page: Page, nodes: tuple[Any, ...], host: PictureHost, folder: str, problems: list[Problem]
) -> ShownPage:
    """Take the pictures of a page that ``show_page`` has put on the views of ``host``."""
    contents = contents_of_views(page, nodes)
    views = {view: _shown_view(contents[view], host, problems) for view in VIEWS_OF_LAYOUT[page.layout]}
    return ShownPage(page, folder, views, rois_shown(page, nodes), problems)


def folder_name(page: Page, number_of_pages: int) -> str:
    """``<NN>-<ID>``, unique by its number; characters that some file system refuses become ``_``."""
    digits = max(2, len(str(number_of_pages)))
    safe = re.sub(r"[^\w.()+-]+", "_", page.id)[:_LONGEST_NAME].strip("._ ")
    return f"{page.number:0{digits}}-{safe or 'page'}"


def _shown_view(contents: ViewContents, host: PictureHost, problems: list[Problem]) -> ShownView:
    logic = host.application_logic.GetSliceLogicByLayoutName(contents.view.value)
    node = logic.GetSliceNode()
    shows_something = any(placed.node for placed in contents.images)
    rotated = contents.leader is not None and contents.leader.image.rotate_to_acquisition
    orientation = contents.orientation.value + (", rotated" if rotated else "")
    return ShownView(
        view=contents.view,
        picture=host.picture(contents.view),
        orientation="" if contents.is_empty else orientation,
        letters=edge_letters(node) if shows_something and not contents.is_picture else None,
        messages=tuple(_messages(contents, problems)),
        window=_window(contents),
    )


def _window(contents: ViewContents) -> str:
    node = contents.leader.node if contents.leader else None
    display = node.GetDisplayNode() if node else None
    if display is None or not display.IsA("vtkMRMLScalarVolumeDisplayNode") or contents.is_picture:
        return ""
    return f"W {_short(display.GetWindow())} L {_short(display.GetLevel())} {units_of(node)}".rstrip()


def _short(value: float) -> str:
    """Whole numbers where they have three digits or more."""
    return f"{value:.0f}" if 100 <= abs(value) < 1e9 else f"{value:.3g}"


def _messages(contents: ViewContents, problems: list[Problem]) -> list[str]:
    """Every error of an image that this view should show and does not, whether its file or its element is
    to blame."""
    shown = {placed.image.id for placed in contents.images if placed.node}
    told = [
        f"{problem.sentence} ({problem.hint})" if problem.hint else problem.sentence
        for problem in problems
        if problem.is_error and problem.view == contents.view.value and problem.image not in shown
    ]
    for placed in contents.images:
        if placed.node is None and not any(problem.image == placed.image.id for problem in problems):
            told.append(f'The {placed.image.type.value} image "{placed.image.id}" is not shown.')
    return list(dict.fromkeys(told))
