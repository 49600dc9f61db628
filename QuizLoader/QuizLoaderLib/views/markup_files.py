"""Slicer's own files of markups (.mrk.json), in which a reader's lines and marks are saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..quiz.problems import ProblemError
from ..quiz.text_file import LARGEST_LINE_MB, json_of_text_file

if TYPE_CHECKING:
    from slicer import vtkMRMLMarkupsJsonStorageNode, vtkMRMLMarkupsNode


def write_markup(node: vtkMRMLMarkupsNode, path: Path) -> None:
    """Write the node as it is; raises OSError."""
    if not _storage(node, path).WriteData(node):
        raise OSError(None, "not all of it could be written; is the disk full?", str(path))


def read_markup(node: vtkMRMLMarkupsNode, path: Path, points: int | None = None) -> bool:
    """Whether the file is a markup of the node's kind, with so many points; the node is then as the file."""
    return _is_markup(path, node.GetMarkupType(), points) and bool(_storage(node, path).ReadData(node))


def _storage(node: vtkMRMLMarkupsNode, path: Path) -> vtkMRMLMarkupsJsonStorageNode:
    import slicer

    is_roi = node.IsA("vtkMRMLMarkupsROINode")
    storage = slicer.vtkMRMLMarkupsROIJsonStorageNode() if is_roi else slicer.vtkMRMLMarkupsJsonStorageNode()
    storage.SetScene(node.GetScene())
    storage.SetFileName(str(path))
    return storage


def _is_markup(path: Path, kind: str, points: int | None) -> bool:
    """Slicer's reader complains past its caller where a file is something else, or none at all."""
    try:
        (markup,) = json_of_text_file(path, LARGEST_LINE_MB)["markups"]
        positions = np.array([point["position"] for point in markup["controlPoints"]], float)
    except (ProblemError, ValueError, OverflowError, KeyError, TypeError):
        return False
    is_right = positions.shape[1:] == (3,) and bool(np.isfinite(positions).all())
    return is_right and markup.get("type") == kind and points in (None, len(positions))
