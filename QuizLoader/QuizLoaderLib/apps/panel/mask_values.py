"""The panel's section for mask values: a segmentation becomes a mask by a map, a mask becomes segments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import ctk
import slicer

from ...quiz.problems import ExplainedError, Problem, ProblemError
from ...reader.opened_quiz import OpenedQuiz
from ...views.roi_visibility import segments_by_id
from ...views.segmentations import Color
from .packages import ensure_packages
from .ui import show_text

if TYPE_CHECKING:
    from slicer import vtkMRMLNode, vtkMRMLSegmentationNode, vtkMRMLVolumeNode

    from .ui import Ui


class MaskValues:
    """Any segmentation of the scene can be written; the mask covers the page's first background image.

    ``show_on_page`` gets what a mask became.
    """

    def __init__(self, ui: Ui, show_on_page: Callable[[vtkMRMLSegmentationNode], object]) -> None:
        self._ui, self._show_on_page = ui, show_on_page
        self._sources: list[str] = []
        self._grid_of: vtkMRMLVolumeNode | None = None
        self._map_of_quiz = ""
        self._page_nodes: Sequence[vtkMRMLNode | None] = ()
        ui.valueMapEdit.filters = ctk.ctkPathLineEdit.Files
        ui.maskEdit.filters = ctk.ctkPathLineEdit.Files | ctk.ctkPathLineEdit.Writable
        ui.maskEdit.nameFilters = ["Mask" + " (*.nrrd *.nii.gz *.nii *.mha)"]
        ui.writeMaskButton.clicked.connect(self._write)
        ui.showMaskButton.clicked.connect(self._show)
        ui.maskSection.contentsCollapsed.connect(self._list_sources)
        self._say("")

    def show(self, opened: OpenedQuiz, background: vtkMRMLVolumeNode | None) -> None:
        """Offer the segmentations of this page, and the map of the quiz where no other is chosen."""
        self._grid_of, self._page_nodes = background, opened.page_nodes.nodes
        if self._ui.valueMapEdit.currentPath in ("", self._map_of_quiz):
            self._map_of_quiz = str(opened.value_map_path or "")
            self._ui.valueMapEdit.currentPath = self._map_of_quiz
        self._list_sources()

    def clear(self) -> None:
        self._grid_of, self._page_nodes = None, ()
        self._list_sources()
        self._say("")

    def _list_sources(self) -> None:
        """Isodose lines and the dashes of what was given are in no list of Slicer's either."""
        nodes = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
        found = [node for node in nodes if not node.GetHideFromEditors()]
        self._sources = [node.GetID() for node in found]
        self._ui.maskSourceBox.clear()
        for node in found:
            self._ui.maskSourceBox.addItem(node.GetName())
        self._ui.writeMaskButton.enabled = bool(found)

    def _write(self) -> None:
        index = self._ui.maskSourceBox.currentIndex
        node = slicer.mrmlScene.GetNodeByID(self._sources[index]) if 0 <= index < len(self._sources) else None
        if node is None:
            self._list_sources()
            self._say("Choose a segmentation that is in the scene.")
            return
        ignore = self._ui.ignoreUnmappedBox.checked
        self._do(lambda table, mask: write_mask_of(node, table, mask, self._grid_of, ignore))

    def _show(self) -> None:
        colors = segment_colors(self._page_nodes)

        def add(table: Path, mask: Path) -> str:
            node, text = add_segments_of(table, mask, colors)
            self._show_on_page(node)
            return text

        self._do(add)
        self._list_sources()

    def _do(self, action: Callable[[Path, Path], str]) -> None:
        """Run ``action`` with the two files of the fields and say what it says."""
        table, mask = self._ui.valueMapEdit.currentPath.strip(), self._ui.maskEdit.currentPath.strip()
        if not table or not mask:
            self._say("Choose the value map, lines such as Liver=10, and the mask's file.")
            return
        try:
            ensure_packages()
            with slicer.util.WaitCursor():
                text = action(Path(table), Path(mask))
        except ExplainedError as fault:
            text = _sentences(fault.problems) if isinstance(fault, ProblemError) else str(fault)
        else:
            self._ui.valueMapEdit.addCurrentPathToHistory()
            self._ui.maskEdit.addCurrentPathToHistory()
        self._say(text)

    def _say(self, text: str) -> None:
        show_text(self._ui.maskMessageLabel, text)


def write_mask_of(
    segmentation: vtkMRMLSegmentationNode,
    value_map: Path,
    out: Path,
    volume: vtkMRMLVolumeNode | None,
    ignore_unmapped: bool,
) -> str:
    """Write a segmentation node as a mask on the voxels of a volume node (None: on its own).

    Gives a sentence for each region and each warning. Raises MaskError; ``out`` is then as it was before.
    """
    from ...masks.files import write_mask
    from ...masks.scripting import mask_from_segments
    from ...reader.drawing.image_drawing import grid_of

    like = grid_of(volume) if volume is not None and slicer.mrmlScene.IsNodePresent(volume) else None
    mask = mask_from_segments(segmentation, value_map, like, ignore_unmapped)
    write_mask(mask, out)
    lines = [f"Written: {out.name}"]
    for region in mask.regions:
        lines.append(f"{region.name} = {region.value}: {region.voxels} voxels, {region.ml:.2f} ml")
    return "\n".join([*lines, _sentences(mask.problems)]).strip()


def segment_colors(nodes: Iterable[vtkMRMLNode | None]) -> dict[str, Color]:
    """The colours that the segments of a page are shown in, by their names."""
    return {
        segment.GetName(): segment.GetColor()
        for node in nodes
        if node is not None and node.IsA("vtkMRMLSegmentationNode") and node.GetScene() is not None
        for segment in segments_by_id(node).values()
    }


def add_segments_of(
    value_map: Path, mask: Path, colors: Mapping[str, Color]
) -> tuple[vtkMRMLSegmentationNode, str]:
    """Put the named segments of a mask into the scene, in ``colors`` where the map says none; gives the node
    and what is to be said of it. Raises MaskError."""
    from ...images.types.segmentation import make_node
    from ...images.types.type_module import Look
    from ...masks.scripting import segments_from_mask

    arrays = segments_from_mask(mask, value_map, colors=colors)
    node = make_node(mask.name, arrays, Look(), slicer.mrmlScene)
    text = f"“{node.GetName()}” has {len(arrays.segments)} segments"
    return node, "\n".join([text, _sentences(arrays.problems)]).strip()


def _sentences(problems: tuple[Problem, ...]) -> str:
    return "\n".join(problem.text for problem in problems)
