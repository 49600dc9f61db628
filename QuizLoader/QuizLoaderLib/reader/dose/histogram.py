"""Cumulative dose-volume histogram of a region: how much of it gets a dose or more."""

import numpy as np

_STEPS_GY = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""On the edges of which round levels lie."""
_MOST_STEPS = 20_000
MOST_GY = _STEPS_GY[-1] * _MOST_STEPS
"""More is a fault of a file; a histogram counts it as so much."""

_ON_EDGE = 0.01
"""Of a step: a dose that is so little below an edge lies on it. Those of files are in single precision, which
is off by a thousandth of a step."""


class DoseHistogram:
    """Counts the doses of a region's voxels in steps, as they come. ``voxel_ml`` is the volume of a voxel,
    ``highest`` the largest dose that is told apart; doses are in Gy. Voxels without one are ``outside``.
    """

    def __init__(self, voxel_ml: float, highest: float) -> None:
        self.voxel_ml = voxel_ml
        highest = min(max(highest, 0.0), MOST_GY)
        self.step = next(step for step in _STEPS_GY if highest <= step * _MOST_STEPS)
        self.outside = 0
        self.minimum, self.maximum = np.inf, -np.inf
        self._counts = np.zeros(int(self._steps(np.array(highest))) + 1, np.int64)
        self._sum = 0.0

    def add(self, doses: np.ndarray) -> None:
        """(voxels,), NaN where there is none."""
        known = doses[np.isfinite(doses)]
        self.outside += doses.size - known.size
        if known.size:
            steps = np.clip(self._steps(known), 0, len(self._counts) - 1).astype(np.int64)
            self._counts += np.bincount(steps, minlength=len(self._counts))
            self._sum += float(known.sum(dtype=float))
            self.minimum = min(self.minimum, float(known.min()))
            self.maximum = max(self.maximum, float(known.max()))

    @property
    def voxels(self) -> int:
        """Those that have a dose."""
        return int(self._counts.sum())

    @property
    def volume_ml(self) -> float:
        return self.voxels * self.voxel_ml

    @property
    def share_outside(self) -> float:
        return self.outside / max(1, self.outside + self.voxels)

    @property
    def mean(self) -> float:
        return self._sum / max(1, self.voxels)

    def share_from(self, doses: float | np.ndarray) -> np.ndarray:
        """The share of the volume, 0..1, that gets each of these doses or more: V20 of 20."""
        return np.interp(doses, self._edges, self._shares)

    def dose_of(self, share: float) -> float:
        """The dose that this share of the volume, 0..1, gets at least: D95 of 0.95. It is exact to a step."""
        if not self.voxels:
            return 0.0
        edge = self._edges[np.flatnonzero(self._shares >= share)[-1]]
        return float(np.clip(edge, self.minimum, self.maximum))

    def _steps(self, doses: np.ndarray) -> np.ndarray:
        """The edges at or below these doses, counted from 0."""
        return np.floor(doses / self.step + _ON_EDGE)

    @property
    def _edges(self) -> np.ndarray:
        return np.arange(len(self._counts) + 1) * self.step

    @property
    def _shares(self) -> np.ndarray:
        """The part of the voxels that have a dose from each edge on."""
        from_each = np.concatenate([self._counts[::-1].cumsum()[::-1], [0]])
        return from_each / max(1, self.voxels)
