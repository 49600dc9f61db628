"""A page is put on its slice views."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from ..quiz.model import Image, Quiz, SliceView
from ..quiz.page_rules import unknown_color_table
from ..quiz.problems import Problem
from . import placement, roi_visibility, slabs, state, tools
from .contents import PageNodes, ViewContents, contents_of_views
from .host import Host

if TYPE_CHECKING:
    from slicer import vtkMRMLNode, vtkMRMLVolumeNode


def show_page(
    shown: PageNodes, host: Host, quiz: Quiz, own: Collection[vtkMRMLNode | None] | None = None
) -> list[Problem]:
    """Put the nodes of a page on the slice views of ``host``.

    Whatever an earlier page left on the four slice views is gone. An image that cannot be placed (a second
    background on a view, a view that the layout lacks) is left out; of two the first stays. Gives what was
    found wrong with the looks of the images, each with its page, image and view. Segmentations that are not
    among ``own`` stay as they are; None: all are the quiz's.
    """
    page = shown.page
    host.set_layout(page.layout)
    views = contents_of_views(shown)
    logics = {view: host.application_logic.GetSliceLogicByLayoutName(view.value) for view in SliceView}
    host.application_logic.PauseRender()
    try:
        take_off_transforms(own or shown.nodes)
        problems = _set_looks(views.values())
        for view, logic in logics.items():
            if logic is not None:
                slabs.show_slice_alone(logic.GetSliceNode())
                placement.place(views[view], logic, page, quiz.contour_visibility)
        roi_visibility.show_segmentations(host.scene, views, logics, quiz.contour_visibility, own)
    finally:
        host.application_logic.ResumeRender()
    return [problem.at(page=page.number) for problem in problems]


def empty_views(host: Host) -> None:
    """Of volumes."""
    for view in SliceView:
        logic = host.application_logic.GetSliceLogicByLayoutName(view.value)
        composite = logic.GetSliceCompositeNode() if logic else None
        if composite:
            composite.SetBackgroundVolumeID(None)
            composite.SetForegroundVolumeID(None)
            composite.SetLabelVolumeID(None)


def take_off_transforms(nodes: Iterable[vtkMRMLNode | None]) -> None:
    """The nodes lie where their files say, whatever another module has put on them: what is drawn on an image
    that is moved is saved on one that is not."""
    for node in nodes:
        if node is not None and node.GetTransformNodeID():
            node.SetAndObserveTransformNodeID(None)


def _set_looks(views: Iterable[ViewContents]) -> list[Problem]:
    """What belongs to the nodes themselves: an Image element with a look of its own has its own node."""
    problems: list[Problem] = []
    for contents in views:
        for placed in contents.volumes:
            if placed.node:
                problems += set_color_table(placed.node, placed.image)
                tools.start_window_level(placed.node)
                if state.shown_frame(placed.node):
                    state.show_frame(placed.node, 0)
        if contents.label and contents.label.node:
            roi_visibility.show_label_regions(contents.label.node, contents.label.image.roi_visibility)
        problems += roi_visibility.unmatched_rois(contents)
    return problems


def set_color_table(node: vtkMRMLVolumeNode, image: Image) -> list[Problem]:
    """Give a volume's display node the table that the image names; without a name it keeps that of its file.

    Only colour nodes are looked at: slice views have names such as Red too. A name that no colour node of
    the scene has is an error, and the volume keeps its colours.
    """
    if not image.color_table:
        return []
    display = node.GetDisplayNode()
    used = display.GetColorNode()
    if used is not None and used.GetName() == image.color_table:
        return []
    nodes = roi_visibility.nodes_of_class(node.GetScene(), "vtkMRMLColorNode")
    tables = {table.GetName(): table for table in nodes}
    if image.color_table not in tables:
        return [unknown_color_table(image).at(image=image.id, view=image.destination.value)]
    display.SetAndObserveColorNodeID(tables[image.color_table].GetID())
    return []
