"""What goes on where a page was put on its views: these are fitted, and its regions come into the 3D view."""

from typing import TYPE_CHECKING

from ..quiz.model import ContourVisibility, SliceView
from ..views.contents import PageNodes, contents_of_views
from ..views.contours import ContourLook, draw_contours, show_region
from ..views.fitting import Fitting
from ..views.host import Host
from ..views.roi_visibility import ShownRegion, show_segmentations, shown_regions
from ..views.three_d_view import ThreeDView

if TYPE_CHECKING:
    import slicer


class PlacedPage:
    """``regions`` are those that the views show; ``three_d`` has their surfaces."""

    def __init__(self, host: Host) -> None:
        self._host, self._fitting = host, Fitting()
        self.regions: list[ShownRegion] = []
        self.three_d = ThreeDView()

    def begin(self, shown: PageNodes) -> None:
        """The page was put on the views just now."""
        self._fitting.begin(shown, self._host)
        self.regions = shown_regions(shown)
        self.three_d.begin(shown, self._host, self.regions)

    def end(self) -> None:
        """The views are for something else, or about to get another page."""
        self._fitting.end()
        self.three_d.end()

    def add_segmentation(
        self, node: "slicer.vtkMRMLSegmentationNode", shown: PageNodes, contour: ContourVisibility
    ) -> None:
        """It is one of ``shown`` since."""
        logic_of = self._host.application_logic.GetSliceLogicByLayoutName
        logics = {view: logic_of(view.value) for view in SliceView}
        show_segmentations(self._host.scene, contents_of_views(shown), logics, contour, [node])
        self.regions = shown_regions(shown)
        self.three_d.add(shown, self._host, self.regions)

    def draw_contours(self, shown: PageNodes, look: ContourLook) -> None:
        draw_contours(shown, self._host, look)
        self.three_d.draw(look)

    def show_region(self, shown: PageNodes, region: ShownRegion, visible: bool) -> None:
        show_region(shown, self._host, region, visible)
        self.three_d.show_region(region, visible)
