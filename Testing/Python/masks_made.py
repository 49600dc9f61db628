"""Segmentations whose truth is known by formula, and the console command as a user runs it."""

import io
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
import SimpleITK
from QuizLoaderLib.images.arrays import SegmentationArrays, SegmentDescription
from QuizLoaderLib.masks.files import write_segmentation
from QuizLoaderLib.quiz.problems import Problem
from QuizLoaderLib.quiz.value_map import ValueMap


@dataclass(frozen=True)
class Ball:
    """All points within ``radius`` of ``center``, RAS in mm."""

    name: str
    center: tuple[float, float, float]
    radius: float

    def inside(self, shape: tuple[int, int, int], ijk_to_ras: np.ndarray) -> np.ndarray:
        """Which voxel centres of a grid (slices, rows, columns) are in the ball."""
        k, j, i = np.indices(shape)
        ras = np.stack([i, j, k, np.ones(shape)], axis=-1) @ ijk_to_ras.T
        return ((ras[..., :3] - self.center) ** 2).sum(axis=-1) <= self.radius**2


def grid(
    spacing: Sequence[float] = (1, 1, 1),
    origin: Sequence[float] = (0, 0, 0),
    turn: np.ndarray | None = None,
) -> np.ndarray:
    """ijk_to_ras of a spacing (columns, rows, slices), an origin and a 3x3 matrix of the axes' directions."""
    matrix = np.eye(4)
    matrix[:3, :3] = (np.eye(3) if turn is None else turn) @ np.diag(spacing)
    matrix[:3, 3] = origin
    return matrix


def segmentation_of(
    balls: Sequence[Ball], shape: tuple[int, int, int], ijk_to_ras: np.ndarray, each_its_layer: bool = True
) -> SegmentationArrays:
    """Balls as segments: each on a layer of its own with the label value 1, or on one layer with 1, 2, 3."""
    masks = [ball.inside(shape, ijk_to_ras) for ball in balls]
    if each_its_layer:
        layers = tuple(mask.astype(np.uint8) for mask in masks)
        places = [(number, 1) for number in range(len(balls))]
    else:
        together = np.zeros(shape, np.uint8)
        for number, mask in enumerate(masks, start=1):
            together[mask] = number
        layers, places = (together,), [(0, number) for number in range(1, len(balls) + 1)]
    described = (SegmentDescription(ball.name, *place) for ball, place in zip(balls, places, strict=True))
    return SegmentationArrays(layers, ijk_to_ras, tuple(described))


def painted(
    balls: Sequence[Ball], value_map: ValueMap, shape: tuple[int, int, int], ijk_to_ras: np.ndarray
) -> np.ndarray:
    """The mask as the rule says it: in the order of the map, the last wins."""
    truth = np.zeros(shape, np.int64)
    by_name = {ball.name: ball for ball in balls}
    for name, value in value_map.values.items():
        if name in by_name:
            truth[by_name[name].inside(shape, ijk_to_ras)] = value
    return truth


def write_seg(path: Path, segmentation: SegmentationArrays) -> Path:
    write_segmentation(segmentation, path)
    return path


def write_image(path: Path, voxels: np.ndarray, ijk_to_ras: np.ndarray | None = None) -> Path:
    """An image file by SimpleITK, ``ijk_to_ras`` with axes at right angles."""
    image = SimpleITK.GetImageFromArray(voxels)
    lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ (np.eye(4) if ijk_to_ras is None else ijk_to_ras)
    spacing = np.linalg.norm(lps[:3, :3], axis=0)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((lps[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin(lps[:3, 3].tolist())
    SimpleITK.WriteImage(image, str(path))
    return path


def read_image(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Voxels (slices, rows, columns) and ijk_to_ras, read by SimpleITK and not by the program."""
    image = SimpleITK.ReadImage(str(path))
    lps = np.eye(4)
    directions = np.reshape(image.GetDirection(), (3, 3))
    lps[:3, :3] = directions @ np.diag(image.GetSpacing())
    lps[:3, 3] = image.GetOrigin()
    return SimpleITK.GetArrayFromImage(image), np.diag([-1.0, -1.0, 1.0, 1.0]) @ lps


def write_map(path: Path, **values: int) -> Path:
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")
    return path


def codes_of(problems: Sequence[Problem]) -> list[str]:
    return [problem.code for problem in problems]


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def quizloader(*arguments: object) -> Ended:
    """Run the console command in this process."""
    from QuizLoaderLib.apps.command_line.main import main

    out, err = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "argv", ["quizloader", *map(str, arguments)]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
            code: object = 0
        except SystemExit as end:
            code = end.code
    return Ended(code if isinstance(code, int) else int(code is not None), out.getvalue(), err.getvalue())
