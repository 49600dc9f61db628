"""Where a voxel comes out on a slice view, computed from the rules of the view and from nothing else."""

import numpy as np
from QuizLoaderLib.quiz.model import Orientation

RIGHT_UP_AND_NEXT = {
    # Radiological: the patient's left is on the viewer's right; Slicer's sagittal view looks from the left.
    # The third is the way the next slice lies.
    Orientation.AXIAL: np.array([(-1, 0, 0), (0, 1, 0), (0, 0, 1)], float),
    Orientation.CORONAL: np.array([(-1, 0, 0), (0, 0, 1), (0, 1, 0)], float),
    Orientation.SAGITTAL: np.array([(0, -1, 0), (0, 0, 1), (-1, 0, 0)], float),
}
"""Unit vectors in RAS, for a view that is not rotated."""


def rotation(degrees, axis):
    """3x3, by Rodrigues' formula."""
    angle, (x, y, z) = np.radians(degrees), np.asarray(axis) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def grid(directions, spacing, origin=(12.5, -40.25, 7.0)):
    """The ijk-to-RAS matrix of a grid: ``directions`` has the unit vector of an axis in each column."""
    ijk_to_ras = np.eye(4)
    ijk_to_ras[:3, :3] = np.asarray(directions, float) @ np.diag(spacing)
    ijk_to_ras[:3, 3] = origin
    return ijk_to_ras


def axes_of_volume(ijk_to_ras, axes):
    """The view's axes turned to the volume's own: each to the voxel axis that lies nearest to it."""
    directions = ijk_to_ras[:3, :3] / np.linalg.norm(ijk_to_ras[:3, :3], axis=0)
    along = axes @ directions
    nearest = np.abs(along).argmax(axis=1)
    return np.array([np.sign(along[row, axis]) * directions[:, axis] for row, axis in enumerate(nearest)])


def middle_slice(ijk_to_ras, shape, axes):
    """A point on the slice that is shown, and the size of the volume's box on the view, in mm.

    Slices are counted from the lower face of the box, in steps of the voxel edge that goes through the
    plane; the one nearest to the centre of the volume is shown. ``shape`` is (slices, rows, columns).
    """
    right, up, normal = axes
    centre = (ijk_to_ras @ [*(np.array(shape[::-1]) - 1) / 2, 1])[:3]
    corners = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in shape[::-1]])).reshape(3, -1)
    corners = (ijk_to_ras @ np.vstack([corners, np.ones(8)]))[:3].T
    step = np.abs(normal @ ijk_to_ras[:3, :3]).max()
    lowest = (corners @ normal).min()
    offset = lowest + (np.floor((centre @ normal - lowest) / step + 1e-9) + 0.5) * step
    return centre + (offset - centre @ normal) * normal, np.ptp(corners @ np.array([right, up]).T, axis=0)


def points_of_pixels(ijk_to_ras, shape, axes, size, zoom=1.0, pan=(0.0, 0.0), offset=None):
    """RAS in mm of every pixel's sample, (height, width, 3), the first row at the top.

    The field of view is the smallest one of the view's aspect that holds the volume, its voxels whole; it
    is centred on the volume's centre; where it is neither zoomed nor panned, but for a hair's breadth that
    keeps the samples off the volume's edge. MRML samples a pixel at its left and lower edge. ``zoom`` divides
    the field of view, ``pan`` (right, up) moves it, ``offset`` is that of the slice along the normal.
    """
    right, up, normal = axes
    width, height = size
    middle, box = middle_slice(ijk_to_ras, shape, axes)
    if offset is not None:
        middle = middle + (offset - middle @ normal) * normal
    if (zoom, *pan) == (1, 0, 0):
        # 2/1000 of the longest edge of a voxel.
        middle = middle + 0.002 * np.linalg.norm(ijk_to_ras[:3, :3], axis=0).max() * (right + up)
    pixel = max(box[0] / width, box[1] / height) / zoom
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    across = (columns - width / 2) * pixel + pan[0]
    upward = (height - 1 - rows - height / 2) * pixel + pan[1]
    return middle + across[..., None] * right + upward[..., None] * up


def pixels_of_voxel(ijk, ijk_to_ras, points):
    """(height, width) bool: the pixels whose sample lies in the voxel."""
    sampled = np.linalg.solve(ijk_to_ras[:3, :3], (points - ijk_to_ras[:3, 3]).reshape(-1, 3).T).T
    return (np.abs(sampled - ijk).max(axis=1) < 0.5).reshape(points.shape[:2])


def voxel_seen(ijk_to_ras, shape, axes):
    """A voxel that the shown slice goes through, away from the middle of the view."""
    right, up, _ = axes
    point = middle_slice(ijk_to_ras, shape, axes)[0] + 4 * right + 5 * up
    return np.round(np.linalg.solve(ijk_to_ras[:3, :3], point - ijk_to_ras[:3, 3])).astype(int)
