"""One image of the page in three planes, or in one, in place of what the page asks for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from ..quiz.model import (
    VIEWS_OF_LAYOUT,
    Image,
    Layer,
    Layout,
    Orientation,
    Page,
    RoiCode,
    RoiVisibility,
    SliceView,
)
from .contents import PageNodes, Placed, ViewContents, contents_of_views
from .host import Host
from .roi_visibility import visible_segments

if TYPE_CHECKING:
    from slicer import vtkMRMLVolumeNode


class ViewingMode(str, Enum):
    """The values are those that a State of the results has."""

    DEFAULT = "Default"
    THREE_PLANES = "3 Planes"
    AXIAL = "1 Plane Axial"
    SAGITTAL = "1 Plane Sagittal"
    CORONAL = "1 Plane Coronal"


_LAYOUT_AND_PLANES: dict[ViewingMode, tuple[Layout, dict[SliceView, Orientation]]] = {
    ViewingMode.THREE_PLANES: (
        Layout.FOUR_UP,
        {
            SliceView.RED: Orientation.AXIAL,
            SliceView.GREEN: Orientation.CORONAL,
            SliceView.YELLOW: Orientation.SAGITTAL,
        },
    ),
    ViewingMode.AXIAL: (Layout.ONE_UP_RED_SLICE, {SliceView.RED: Orientation.AXIAL}),
    ViewingMode.SAGITTAL: (Layout.ONE_UP_RED_SLICE, {SliceView.RED: Orientation.SAGITTAL}),
    ViewingMode.CORONAL: (Layout.ONE_UP_RED_SLICE, {SliceView.RED: Orientation.CORONAL}),
}


def in_planes(shown: PageNodes, image_id: str, mode: ViewingMode) -> PageNodes:
    """The page as ``mode`` shows the image ``image_id``, for ``show_page``.

    The image is the only background. The label map and the segmentations that share a view with it on the
    page come with it; a segmentation shows all regions that it shows on any of those views. Linking, zoom,
    pan and offset of the page do not hold. ViewingMode.DEFAULT gives the page itself.
    """
    if mode is ViewingMode.DEFAULT:
        return shown
    layout, planes = _LAYOUT_AND_PLANES[mode]
    views = [contents for contents in contents_of_views(shown).values() if _shows(contents, image_id)]
    leader = next(placed for each in views for placed in each.volumes if placed.image.id == image_id)
    plain = replace(
        leader.image,
        layer=Layer.BACKGROUND,
        initial_slice_offset_mm=None,
        zoom_factor=None,
        pan_origin_mm=None,
    )
    in_each = [Placed(plain, leader.node), *_contours(views)]
    placed = [
        (replace(each.image, destination=view, orientation=orientation), each.node)
        for view, orientation in planes.items()
        for each in in_each
    ]
    images = tuple(image for image, _ in placed)
    page = replace(shown.page, layout=layout, link_views=False, images=images)
    return PageNodes(page, tuple(node for _, node in placed))


def point_seen(shown: PageNodes, image_id: str, host: Host) -> tuple[float, float, float]:
    """RAS in mm of the middle of the first view that shows the image, else of the first view."""
    views = contents_of_views(shown)
    showing = (view for view, contents in views.items() if _shows(contents, image_id))
    view = next(showing, VIEWS_OF_LAYOUT[shown.page.layout][0])
    slice_to_ras = host.application_logic.GetSliceLogicByLayoutName(view.value).GetSliceNode().GetSliceToRAS()
    right, anterior, superior = (slice_to_ras.GetElement(row, 3) for row in range(3))
    return right, anterior, superior


def go_through(page: Page, host: Host, point_ras: Sequence[float], of: Collection[SliceView] = ()) -> None:
    """Move the slices of all views of the page's layout through a point, mm in RAS, which is one ``of`` some
    of them: these go last, for where views are linked from where they are, the last one takes the others to
    their own place."""
    shown = {image.destination for image in page.images}
    in_order = [view for view in VIEWS_OF_LAYOUT[page.layout] if view in shown]
    for view in sorted(in_order, key=lambda view: view in of):
        logic = host.application_logic.GetSliceLogicByLayoutName(view.value)
        logic.GetSliceNode().JumpSliceByOffsetting(*point_ras)


def views_of(page: Page, image_id: str) -> set[SliceView]:
    """Those that an image is on."""
    return {image.destination for image in page.images if image.id == image_id}


def _shows(contents: ViewContents, image_id: str) -> bool:
    return any(placed.image.id == image_id and placed.node for placed in contents.volumes)


def _contours(views: Sequence[ViewContents]) -> list[Placed]:
    labels = [contents.label for contents in views if contents.label and contents.label.node]
    shown: dict[vtkMRMLVolumeNode, tuple[Image, dict[str, None]]] = {}
    for placed in (placed for contents in views for placed in contents.segmentations):
        if placed.node is not None:
            segments = visible_segments(placed.node, placed.image.roi_visibility)
            _image, names = shown.setdefault(placed.node, (placed.image, {}))
            names.update(dict.fromkeys(segment.GetName() for segment in segments.values()))
    segmentations = [
        Placed(replace(image, roi_visibility=RoiVisibility(RoiCode.SELECT, tuple(names))), node)
        for node, (image, names) in shown.items()
    ]
    return labels[:1] + segmentations
