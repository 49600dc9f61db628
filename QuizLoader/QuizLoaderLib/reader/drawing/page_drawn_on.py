"""The page that is drawn on: the nodes and views of its images, and where a session saves its drawings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...images.types.volume import is_calibrated
from ...quiz.layout_rows import image_called, in_order_to_tell
from ...quiz.model import Image, Page, SliceView
from ...views.contents import PageNodes
from ...views.host import Host
from .drawing_files import DrawingFiles
from .starts import DRAWN_ON

if TYPE_CHECKING:
    import slicer

    from ...session.drawings import SessionDrawings
    from ...session.order import PageKey as SessionPageKey

NO_IMAGE = ""
"""In place of an Image's ID: the page itself, which has the lines that lie on no image."""

PageKey = tuple[int, str]
"""Number and ID of a page: a repetition has the number of its original."""


@dataclass(frozen=True)
class SessionPage:
    """How a reader's session saves the drawings of one page: nothing is written once ``is_open()`` is False,
    where the page is locked or the reader at another one; in review not even a log."""

    files: "SessionDrawings"
    key: "SessionPageKey"
    is_open: Callable[[], bool]
    is_review: bool = False

    def own_drawing(self, image_id: str) -> DrawingFiles | None:
        """The newest files of what the reader drew on an image of the page, None where there are none."""
        paths = [*reversed(self.files.label_maps(image_id)), self.files.drawing_file(image_id)]
        return next((files for files in map(DrawingFiles, paths) if files.are_there), None)

    def earlier_drawings(self, page: Page, image_id: str) -> list[DrawingFiles]:
        """Those of pages before this one that an image shows, by the one of its looks that asks for it."""
        same = [each for each in page.images if each.id == image_id and each.display_label_map_id]
        if not same:
            return []
        shown = same[0]
        source = self.files.earlier_drawing(shown)
        return list(map(DrawingFiles, self.files.drawings_to_merge(shown) or ([source] if source else [])))


class PageDrawnOn:
    """``session_page`` is None in an author's look."""

    def __init__(self, shown: PageNodes, host: Host, session_page: SessionPage | None) -> None:
        self.shown, self.page, self.host, self.session_page = shown, shown.page, host, session_page
        self.images: dict[str, Image] = {}
        self._nodes: dict[str, list[slicer.vtkMRMLVolumeNode]] = {}
        for image, node in zip(shown.page.images, shown.nodes, strict=True):
            if node is not None and image.layer in DRAWN_ON:
                self._nodes.setdefault(image.id, []).append(node)
                self.images.setdefault(image.id, image)
        self.images = {image.id: image for image in in_order_to_tell(self.page, self.images.values())}

    @property
    def key(self) -> PageKey:
        return self.page.number, self.page.id

    @property
    def writes_to(self) -> "SessionDrawings | None":
        """None where nothing may be written."""
        page = self.session_page
        return page.files if page is not None and page.is_open() else None

    @property
    def may_change(self) -> bool:
        return self.session_page is None or self.session_page.is_open()

    def called(self, image_id: str) -> str:
        """As sentences name an image."""
        return image_called(self.page, image_id)

    def volume(self, image_id: str) -> "slicer.vtkMRMLVolumeNode":
        """The image's volume node, of several looks the first."""
        return self._nodes[image_id][0]

    def is_calibrated(self, image_id: str) -> bool:
        """Whether lengths on the image are in mm; on none of the page's images, whether they are on all."""
        nodes = self._nodes.get(image_id) or [node for nodes in self._nodes.values() for node in nodes]
        return all(is_calibrated(node) for node in nodes)

    def volumes(self) -> "dict[slicer.vtkMRMLVolumeNode, str]":
        """All volume nodes in the order of the page, with the IDs of their images."""
        return {node: image_id for image_id, nodes in self._nodes.items() for node in nodes}

    def views_of(self, image_id: str) -> list[str]:
        """IDs of the slice nodes that show the image now, in whichever look."""
        its_nodes = {node.GetID() for node in self._nodes[image_id]}
        found = []
        for logic in self.slice_logics().values():
            composite = logic.GetSliceCompositeNode()
            if its_nodes & {composite.GetBackgroundVolumeID(), composite.GetForegroundVolumeID()}:
                found.append(logic.GetSliceNode().GetID())
        return found

    def slice_logics(self) -> "dict[SliceView, slicer.vtkMRMLSliceLogic]":
        logic_of = self.host.application_logic.GetSliceLogicByLayoutName
        return {view: logic for view in SliceView if (logic := logic_of(view.value))}

    def earlier_drawings(self, image_id: str) -> list[DrawingFiles]:
        return self.session_page.earlier_drawings(self.page, image_id) if self.session_page else []

    def is_there(self, node: "slicer.vtkMRMLNode | None") -> bool:
        """Whether a node is in the scene still."""
        # IsNodePresent looks through all nodes.
        return node is not None and self.host.scene.GetNodeByID(node.GetID() or "") is node
