"""Pictures are turned and mirrored on their views; they have no place in a patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .contents import ViewContents
from .placement import fit_again

if TYPE_CHECKING:
    from slicer import vtkMRMLSliceLogic

QUARTER_TO_THE_RIGHT = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]], float)
"""The view's axes turn to the left, and what it shows to the right."""
LEFT_TO_RIGHT = np.diag([-1.0, 1.0, -1.0])
"""As seen from behind: a picture has one slice."""


def turn(contents: ViewContents, logic: vtkMRMLSliceLogic, by: np.ndarray) -> None:
    """Turn the view about its middle by a rotation (3, 3) of its own axes, and fit it again."""
    node = logic.GetSliceNode()
    slice_to_ras = node.GetSliceToRAS()
    before = np.array([slice_to_ras.GetElement(row, column) for row in range(4) for column in range(4)])
    axes = before.reshape(4, 4)[:3, :3] @ by
    was_modifying = node.StartModify()
    for row in range(3):
        for column in range(3):
            slice_to_ras.SetElement(row, column, axes[row, column])
    node.UpdateMatrices()
    fit_again(contents, logic)
    node.EndModify(was_modifying)
