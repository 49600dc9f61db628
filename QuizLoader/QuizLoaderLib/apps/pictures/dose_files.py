"""What a page tells of a dose: DVH.svg and DVH.csv, its dose-volume histograms, and a key to its lines."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...quiz.model import SliceView
from ...reader.dose.page_histograms import PageHistograms
from ...reader.dose.placed_doses import doses_of_page
from ...views.contents import PageNodes
from ...views.isodose_lines import LinesOfDose
from ...views.roi_visibility import ShownRegion

if TYPE_CHECKING:
    from slicer import vtkMRMLScene

CHART, TABLE = "DVH.svg", "DVH.csv"
_STEP_GY = 0.1
_SIZE = (640, 400)


def key_to_lines(lines: Sequence[LinesOfDose], scene: "vtkMRMLScene") -> list[ShownRegion]:
    """An entry of the page's legend for each isodose line."""
    return [
        ShownRegion(
            f"Isodose {level.name}",
            level.color,
            tuple(SliceView(scene.GetNodeByID(view).GetLayoutName()) for view in each.view_ids),
        )
        for each in lines
        for level in each.levels
    ]


def write_histograms(shown: PageNodes, folder: Path) -> bool:
    """Of a page that shows a dose in Gy and regions; gives whether it does, raises OSError."""
    histograms = PageHistograms(shown, doses_of_page(shown)[0])
    histograms.to_the_end()
    chart = histograms.chart(size=_SIZE)
    if not chart:
        return False
    (folder / CHART).write_text(chart, encoding="utf-8")
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("region", "dose_gy", "volume_percent", "volume_ml"))
        rows.writerows(histograms.table(_STEP_GY))
    return True
