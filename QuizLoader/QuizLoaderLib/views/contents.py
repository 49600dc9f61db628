"""Which image goes on which layer of which view of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..quiz.given_contours import given_on
from ..quiz.model import VIEWS_OF_LAYOUT, Image, ImageType, Layer, Orientation, Page, SliceView

if TYPE_CHECKING:
    from slicer import vtkMRMLDisplayableNode


_ORIENTATION_OF_EMPTY_VIEW: dict[SliceView, Orientation] = {
    SliceView.RED: Orientation.AXIAL,
    SliceView.GREEN: Orientation.CORONAL,
    SliceView.YELLOW: Orientation.SAGITTAL,
    SliceView.SLICE4: Orientation.AXIAL,
}
"""Slicer's own, for a view that has neither a background nor a foreground to say it."""


OF_IMAGE = "QuizLoader.OfImage"
"""The attribute of a segmentation node: the ID of the image of the page that it belongs to."""


@dataclass(frozen=True)
class PageNodes:
    """A page with the MRML nodes of its images, in their order; None for one that is not there."""

    page: Page
    nodes: Sequence[vtkMRMLDisplayableNode | None]


@dataclass(frozen=True)
class Placed:
    """An Image element and its MRML node, None where its file could not be loaded."""

    image: Image
    node: vtkMRMLDisplayableNode | None


@dataclass
class ViewContents:
    """What one slice view shows; a view that the page gives nothing has nothing in it."""

    view: SliceView
    background: Placed | None = None
    foreground: Placed | None = None
    label: Placed | None = None
    segmentations: list[Placed] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.background or self.foreground or self.label or self.segmentations)

    @property
    def leader(self) -> Placed | None:
        """The one that decides orientation and rotation: the background, else the foreground."""
        return self.background or self.foreground

    @property
    def volumes(self) -> list[Placed]:
        """Background and foreground."""
        return [placed for placed in (self.background, self.foreground) if placed]

    @property
    def orientation(self) -> Orientation:
        return self.leader.image.orientation if self.leader else _ORIENTATION_OF_EMPTY_VIEW[self.view]

    @property
    def is_picture(self) -> bool:
        """Whether the view has a picture for its ground, which has no place in a patient."""
        if self.leader is None or self.leader.image.dicom_read:
            return False
        return self.leader.image.path.lower().endswith(self.leader.image.type.facts.pictures)

    @property
    def is_flat_picture(self) -> bool:
        """Whether a Vector of one slice is its ground, which shows nothing but on that slice."""
        leader = self.leader
        if leader is None or leader.node is None or leader.image.type is not ImageType.VECTOR:
            return False
        return leader.node.GetImageData().GetDimensions()[2] == 1

    @property
    def images(self) -> list[Placed]:
        """From the bottom layer to the top."""
        return [*self.volumes, *([self.label] if self.label else []), *self.segmentations]


def without_given(shown: PageNodes) -> PageNodes:
    """The page of a reader, without the contours that are given to judge: they are seen as the drawing that
    began as them. An author who only looks has no drawing in their place."""
    given = {place for places in given_on(shown.page).values() for place in places if shown.nodes[place]}
    kept = [
        each
        for place, each in enumerate(zip(shown.page.images, shown.nodes, strict=True))
        if place not in given
    ]
    if not given:
        return shown
    page = replace(shown.page, images=tuple(image for image, _node in kept))
    return PageNodes(page, tuple(node for _image, node in kept))


def _views_of(page: Page, image_id: str | None) -> list[SliceView]:
    with_image = {image.destination for image in page.images if image.id == image_id}
    return [view for view in VIEWS_OF_LAYOUT[page.layout] if image_id is None or view in with_image]


def with_segmentations(shown: PageNodes, nodes: Sequence[vtkMRMLDisplayableNode]) -> PageNodes:
    """The page with segmentations that are not of the quiz, on all of its views, or those of their image."""
    added = [
        (Image(node.GetName(), ImageType.SEGMENTATION, "", 0, view, layer=Layer.SEGMENTATION), node)
        for node in nodes
        for view in _views_of(shown.page, node.GetAttribute(OF_IMAGE))
    ]
    page = replace(shown.page, images=(*shown.page.images, *(image for image, _ in added)))
    return PageNodes(page, (*shown.nodes, *(node for _, node in added)))


def contents_of_views(shown: PageNodes) -> dict[SliceView, ViewContents]:
    """Every slice view with what this page gives it.

    Of two backgrounds, foregrounds or labels on one view the first is taken, and an image for a view that
    the layout does not show is left out (checking the quiz reports both).
    """
    views = {view: ViewContents(view) for view in SliceView}
    for image, node in zip(shown.page.images, shown.nodes, strict=True):
        if image.destination not in VIEWS_OF_LAYOUT[shown.page.layout]:
            continue
        contents = views[image.destination]
        placed = Placed(image, node)
        if image.layer is Layer.BACKGROUND:
            contents.background = contents.background or placed
        elif image.layer is Layer.FOREGROUND:
            contents.foreground = contents.foreground or placed
        elif image.layer is Layer.LABEL:
            contents.label = contents.label or placed
        else:
            contents.segmentations.append(placed)
    return views
