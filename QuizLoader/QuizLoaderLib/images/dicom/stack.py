"""Frames become a stack: sorted along the normal, and brought onto a regular grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from ...quiz.problems import Problem, ProblemCode, warning
from ..grid import LPS_TO_RAS
from .frames import Frame
from .headers import macro_value

NO_POSITION = ProblemCode("Q625", "The images of a series say where in the patient they are (warning).")
MISSING_SLICES = ProblemCode("Q626", "A series lacks no slice (warning).")
SLICES_UNEVEN = ProblemCode("Q627", "Slices are evenly spaced (warning).")
SLICES_TILTED = ProblemCode("Q628", "Slices stand upright on each other (warning).")

_SPARSE_TOLERANCE = 0.05
"""The part of a gap that frames of a segmentation may lie beside their slices."""


@dataclass(frozen=True, eq=False)
class Stack:
    """Frames in ascending order along the normal, one for each position.

    ``offsets_mm`` is how far along the normal each lies from the first; ``shifts`` is (frames, 2), how many
    columns and rows each is displaced in its plane against the first (gantry tilt), all zero where the
    stack is upright; ``gap_mm`` is the spacing of the regular grid, ``count`` its slices.
    """

    frames: tuple[Frame, ...]
    offsets_mm: np.ndarray
    shifts: np.ndarray
    gap_mm: float
    count: int
    problems: tuple[Problem, ...] = ()

    @property
    def is_upright(self) -> bool:
        return not self.shifts.any()

    @property
    def is_even(self) -> bool:
        return self.count == len(self.frames) and _is_even(self.offsets_mm, self.gap_mm)

    def slices_of_frames(self) -> list[list[int]]:
        """For each frame the slice of the grid that it lies on; where not all lie on one, those slices that
        it is the nearest to."""
        steps = np.rint(self.offsets_mm / self.gap_mm)
        # Twice the tolerance: the gap was fitted to the last frame.
        if np.abs(self.offsets_mm - steps * self.gap_mm).max() <= 2 * _SPARSE_TOLERANCE * self.gap_mm:
            return [[int(step)] for step in steps]
        grid = np.arange(self.count) * self.gap_mm
        nearest = np.abs(grid[:, None] - self.offsets_mm[None, :]).argmin(axis=1)
        return [np.flatnonzero(nearest == index).tolist() for index in range(len(self.frames))]

    def padding(self) -> tuple[int, int, int, int]:
        """Columns before and after, rows before and after, that the shifts ask for."""
        before = np.ceil(-self.shifts.min(axis=0) - 1e-6).astype(int)
        after = np.ceil(self.shifts.max(axis=0) - 1e-6).astype(int)
        return int(before[0]), int(after[0]), int(before[1]), int(after[1])

    def ijk_to_ras(self) -> np.ndarray:
        """Of the regular grid, (4, 4) in mm."""
        first = self.frames[0]
        matrix = np.eye(4)
        matrix[:3, 0] = first.right * first.spacing[0]
        matrix[:3, 1] = first.down * first.spacing[1]
        matrix[:3, 2] = first.normal * self.gap_mm
        origin = first.position if first.position is not None else np.zeros(3)
        left, _, top, _ = self.padding()
        matrix[:3, 3] = origin - matrix[:3, 0] * left - matrix[:3, 1] * top
        return LPS_TO_RAS @ matrix

    def on_grid(self, voxels: np.ndarray) -> np.ndarray:
        """(frames, ...) as (count, ...): linear in the planes for a tilt, between them for uneven gaps."""
        if self.is_upright and self.is_even:
            return voxels
        left, right, top, bottom = self.padding()
        rows, columns = voxels.shape[1] + top + bottom, voxels.shape[2] + left + right
        out = np.empty((self.count, rows, columns, *voxels.shape[3:]), voxels.dtype)
        fill = voxels.min()
        for k, (lower, weight) in enumerate(self.sources()):
            plane = self._upright(voxels, lower, fill, (rows, columns), (left, top))
            if weight:
                upper = self._upright(voxels, lower + 1, fill, (rows, columns), (left, top))
                plane = plane * (1 - weight) + upper * weight
            out[k] = np.rint(plane) if voxels.dtype.kind in "iu" else plane
        return out

    def sources(self) -> list[tuple[int, float]]:
        """For each slice of the grid the frame below it and the weight of the next one."""
        at = np.interp(np.arange(self.count) * self.gap_mm, self.offsets_mm, np.arange(len(self.frames)))
        at = np.where(np.abs(at - np.rint(at)) < 0.01, np.rint(at), at)
        return [(int(place), float(place % 1)) for place in at]

    def _upright(self, voxels, k, fill, size, corner) -> np.ndarray:
        """One plane moved back to where it belongs, linear between its pixels."""
        plane = voxels[k]
        if self.is_upright:
            return plane.astype(np.float64)
        for axis, (length, before) in enumerate(zip(size, reversed(corner), strict=True)):
            shift = before + self.shifts[k, 1 - axis]
            whole = int(np.floor(shift + 1e-6))
            part = shift - whole if shift - whole > 1e-6 else 0.0
            near = _placed(plane, axis, length, whole, fill)
            if part:
                near = near * (1 - part) + _placed(plane, axis, length, whole + 1, fill) * part
            plane = near
        return plane


def _placed(plane: np.ndarray, axis: int, length: int, start: int, fill: float) -> np.ndarray:
    """The plane in a longer one that is filled, beginning at ``start`` of the axis."""
    out = np.full((*plane.shape[:axis], length, *plane.shape[axis + 1 :]), fill, np.float64)
    count = min(plane.shape[axis], length - start)
    np.moveaxis(out, axis, 0)[start : start + count] = np.moveaxis(plane, axis, 0)[:count]
    return out


def stack(frames: Sequence[Frame], name: str) -> Stack:
    """One time point's frames, of one size and direction and no two at one position."""
    if any(frame.position is None for frame in frames):
        return _without_positions(frames, name)
    frames, offsets, in_plane = _along_normal(frames)
    problems: list[Problem] = []
    gap, count = _regular_gap(frames, offsets, name, problems)
    shifts = _shifts(frames[0], in_plane)
    if shifts.any():
        problems.append(_tilt_problem(frames[0], offsets, shifts, name))
    return Stack(frames, offsets, shifts, gap, count, tuple(problems))


def sparse_stack(frames: Sequence[Frame], name: str) -> Stack:
    """As ``stack``, of frames that are left out where there is nothing on them (a segmentation): they lie on
    the spacing that they state, else on their smallest one. Displacements within the planes stay."""
    frames, offsets, _ = _along_normal(frames)
    gap, steps = frames[0].thickness or 1.0, 0
    problems: tuple[Problem, ...] = ()
    if len(frames) > 1:
        gaps = np.diff(offsets)
        gap = float(gaps.min())
        stated = macro_value(frames[0].groups, "PixelMeasuresSequence", "SpacingBetweenSlices")
        steps = next(filter(None, (_steps(offsets, one, _SPARSE_TOLERANCE) for one in (*stated[:1], gap))), 0)
        if steps:
            gap = float(offsets[-1] / steps)
        else:
            steps = int(np.rint(offsets[-1] / gap))
            problems = (_uneven(name, gaps, gap),)
    return Stack(frames, offsets, np.zeros((len(frames), 2)), gap, steps + 1, problems)


def _along_normal(frames: Sequence[Frame]) -> tuple[tuple[Frame, ...], np.ndarray, np.ndarray]:
    """Sorted, with the mm from the first along the normal, and (frames, 3) within its plane, LPS."""
    normal = frames[0].normal
    positions = np.array([frame.position for frame in frames])
    order = np.argsort(positions @ normal, kind="stable")
    positions = positions[order] - positions[order[0]]
    offsets = positions @ normal
    return tuple(frames[index] for index in order), offsets, positions - np.outer(offsets, normal)


def _without_positions(frames: Sequence[Frame], name: str) -> Stack:
    """Photographs, projections and cine: in the order of their numbers."""
    ordered = sorted(frames, key=lambda frame: frame.number)
    gap, count = ordered[0].thickness or 1.0, len(ordered)
    sentence = (
        f"{name} does not say where in the patient its {count} images are; "
        f"they are stacked in the order of their numbers, {gap:g} mm apart."
    )
    problems = (warning(NO_POSITION, sentence),) if count > 1 else ()
    return Stack(tuple(ordered), np.arange(count) * gap, np.zeros((count, 2)), gap, count, problems)


def _is_even(offsets: np.ndarray, gap: float) -> bool:
    return bool(np.abs(offsets - np.arange(len(offsets)) * gap).max() <= max(0.01 * gap, 1e-6))


def _steps(offsets: np.ndarray, gap: float, tolerance: float) -> int:
    """How many gaps the last offset is from the first; 0 where not all lie on whole gaps."""
    if gap <= 0:
        return 0
    steps = np.rint(offsets / gap)
    return int(steps[-1]) if np.abs(offsets - steps * gap).max() <= tolerance * gap else 0


def _regular_gap(
    frames: Sequence[Frame], offsets: np.ndarray, name: str, problems: list[Problem]
) -> tuple[float, int]:
    """The spacing and number of slices of the regular grid; a warning where frames do not lie on it."""
    if len(frames) == 1:
        return frames[0].thickness or 1.0, 1
    gaps = np.diff(offsets)
    even = offsets[-1] / len(gaps)
    if _is_even(offsets, even):
        return float(even), len(frames)
    smallest = float(gaps.min())
    steps = _steps(offsets, smallest, 0.02)
    if 0 < steps < 4 * len(frames):
        gap, count = float(offsets[-1] / steps), steps + 1
    else:
        count = min(int(np.ceil(offsets[-1] / smallest)), 4 * len(frames)) + 1
        gap = float(offsets[-1] / (count - 1))
    usual = median(gaps.tolist())
    if steps and np.isclose(usual, smallest, rtol=0.02):
        missing = count - len(frames)
        sentence = (
            f"{name} lacks {missing} of {count} slices (after {_list_mm(frames, gaps, usual)}); "
            "they are filled by interpolation."
        )
        problems.append(warning(MISSING_SLICES, sentence, "export the series again"))
    else:
        problems.append(_uneven(name, gaps, gap))
    return gap, count


def _uneven(name: str, gaps: np.ndarray, gap: float) -> Problem:
    return warning(
        SLICES_UNEVEN,
        f"{name} has uneven spacing, {gaps.min():.4g} to {gaps.max():.4g} mm; "
        f"it is shown resampled to slices {gap:.4g} mm apart.",
    )


def _list_mm(frames: Sequence[Frame], gaps: np.ndarray, usual: float) -> str:
    wide = [index for index, gap in enumerate(gaps) if gap > 1.5 * usual]
    axis = int(np.argmax(np.abs(frames[0].normal)))
    positions = [frame.position for frame in frames if frame.position is not None]
    shown = [f"{'LPS'[axis]} {positions[index][axis]:.4g} mm" for index in wide[:3]]
    return ", ".join(shown) + (f" and {len(wide) - 3} more" if len(wide) > 3 else "")


def _shifts(first: Frame, in_plane: np.ndarray) -> np.ndarray:
    """(frames, 2) in columns and rows; zero where it is below a twentieth of a pixel."""
    shifts = np.stack(
        [in_plane @ first.right / first.spacing[0], in_plane @ first.down / first.spacing[1]], axis=1
    )
    shifts[:, np.abs(shifts).max(axis=0) < 0.05] = 0.0
    return shifts


def _tilt_problem(first: Frame, offsets: np.ndarray, shifts: np.ndarray, name: str) -> Problem:
    lengths = np.linalg.norm(shifts * np.array(first.spacing), axis=1)
    degrees = np.degrees(np.arctan2(lengths[-1], offsets[-1]))
    expected = offsets / offsets[-1] * lengths[-1] if offsets[-1] else lengths
    if np.allclose(lengths, expected, atol=0.5 * min(first.spacing)):
        sentence = (
            f"{name} was acquired with a gantry tilt of {degrees:.1f} degrees; it is shown sheared upright."
        )
    else:
        sentence = f"The slices of {name} are displaced relative to each other; each is moved to its place."
    return warning(SLICES_TILTED, sentence)
