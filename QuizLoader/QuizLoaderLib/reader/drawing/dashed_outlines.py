"""Dashed outlines of regions on slice views, as of what was given where it was changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ...images.arrays import SegmentationArrays, SegmentDescription
from ...images.types.segmentation import make_node
from ...images.types.type_module import Look
from ...views.dashes import dashes
from ...views.segmentations import remove, save_with_scene
from .drawing_files import cropped

if TYPE_CHECKING:
    from slicer import vtkMRMLScene, vtkMRMLSegmentationNode


class DashedOutlines:
    """Those of one image, by the names of regions."""

    def __init__(self, scene: vtkMRMLScene) -> None:
        self._scene = scene
        self._nodes: dict[str, vtkMRMLSegmentationNode] = {}

    @property
    def names(self) -> list[str]:
        return list(self._nodes)

    def add(
        self, name: str, mask: np.ndarray, ijk_to_ras: np.ndarray, color: tuple[float, float, float]
    ) -> None:
        """Of the voxels of ``mask``, (slices, rows, columns)."""
        described = SegmentDescription(name, 0, 1, color)
        whole = SegmentationArrays((mask.astype(np.uint8),), ijk_to_ras, (described,))
        arrays = cropped(whole)
        arrays = replace(arrays, layers=(dashes(arrays.layers[0] != 0).astype(np.uint8),))
        node = make_node(f"{name} (given)", arrays, Look(), self._scene)
        node.SetHideFromEditors(True)
        display = node.GetDisplayNode()
        display.SetVisibility2DOutline(False)
        display.SetOpacity2DFill(1.0)
        save_with_scene(node, False)
        self._nodes[name] = node

    def show_on(self, view_ids: Sequence[str]) -> None:
        """On these slice views alone."""
        for node in self._nodes.values():
            display = node.GetDisplayNode()
            if display is not None:
                display.SetViewNodeIDs(list(view_ids))
                display.SetVisibility(bool(view_ids))

    def remove(self, name: str) -> None:
        remove(self._nodes.pop(name))

    def clear(self) -> None:
        for name in self.names:
            self.remove(name)
