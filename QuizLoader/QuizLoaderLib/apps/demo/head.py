"""A head that nobody owns: a T1 volume with its label map, made from formulas and smooth noise.

Everything is built in the head's own frame in mm: x to the left, y to the front, z to the top, the origin
amid the brain. The acquisition lies straight in this frame and the patient a little tilted in the scanner,
so that the slices are oblique in patient coordinates. Shapes are signed distances in mm, negative inside.
"""

import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

SHAPE = (124, 256, 256)
SPACING_MM = (0.9375, 0.9375, 1.4)
SEED = 2007
# Of the patient in the scanner: nod, tilt to the shoulder and turn, in degrees.
TILT_DEGREES = (14.0, 9.0, -7.0)
HEAD_CENTER_LPS = (4.0, -12.0, 23.0)
# Of the volume's middle in the head: the patient lies a little to one side, and the first view of each
# orientation meets the tumour.
MIDDLE_MM = (-8.0, 0.0, 3.0)

REGIONS = {1: "Brain", 2: "Ventricles", 3: "Oedema", 4: "Necrosis", 5: "Tumour", 6: "Eyes"}

# Signal of the tissues in a T1-weighted gradient echo after contrast agent; air is 0.
SIGNAL = {
    "air": 4.0,
    "skin": 430.0,
    "fat": 860.0,
    "muscle": 350.0,
    "bone": 45.0,
    "marrow": 500.0,
    "mucosa": 400.0,
    "dura": 300.0,
    "csf": 120.0,
    "grey": 430.0,
    "white": 610.0,
    "nuclei": 480.0,
    "vitreous": 110.0,
    "lens": 320.0,
    "oedema": 470.0,
    "necrosis": 190.0,
    "tumour": 800.0,
}
UPTAKE = {"grey": 8.0, "nuclei": 8.5, "white": 2.5, "tumour": 14.0, "oedema": 1.8, "muscle": 1.2, "skin": 0.8}
TISSUES = tuple(SIGNAL)

CAVITY_CENTER = (0.0, -5.0, 8.0)
TUMOUR_CENTER = (-19.0, -7.0, 11.0)

Points = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class Head:
    """``t1`` (int16), ``labels`` (uint8, see REGIONS) and ``uptake`` (float32, as of a PET tracer).

    The arrays are (slices, rows, columns) = SHAPE; ``direction`` is 3x3, its columns the axes i, j, k in
    LPS; ``origin_lps`` is the centre of the first voxel in mm.
    """

    t1: np.ndarray
    labels: np.ndarray
    uptake: np.ndarray
    origin_lps: np.ndarray
    direction: np.ndarray


def make_head() -> Head:
    """The same head at each call, in a few seconds."""
    fields = _Fields()
    slabs = [range(start, min(start + 8, SHAPE[0])) for start in range(0, SHAPE[0], 8)]
    with ThreadPoolExecutor(max_workers=4) as pool:
        tissue, labels = (
            np.concatenate(parts) for parts in zip(*pool.map(lambda s: _slab(s, fields), slabs), strict=True)
        )
    uptake_of = np.array([UPTAKE.get(name, 0.3 if name != "air" else 0.0) for name in TISSUES], np.float32)
    direction = _direction()
    middle = np.array([(SHAPE[2] - 1) / 2, (SHAPE[1] - 1) / 2, (SHAPE[0] - 1) / 2]) * SPACING_MM
    head_center = middle - (MIDDLE_MM[0], -MIDDLE_MM[1], MIDDLE_MM[2])
    return Head(
        _measured(tissue, fields),
        labels,
        uptake_of[tissue],
        HEAD_CENTER_LPS - direction @ head_center,
        direction,
    )


def _direction() -> np.ndarray:
    a, b, c = np.radians(TILT_DEGREES)
    nod = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    tilt = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    turn = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return turn @ tilt @ nod


class _Fields:
    """Smooth random fields of unit variance over a cube around the head, sampled at points in mm."""

    half_width, step = 132.0, 1.5

    def __init__(self) -> None:
        random = np.random.default_rng(SEED)
        folds = self._smooth(random, 3.2)
        self.gradient = np.sqrt(sum(part**2 for part in np.gradient(folds, self.step)))
        self.folds, self.rough, self.soft = folds, self._smooth(random, 2.0), self._smooth(random, 9.0)
        self.noise_seeds = random.integers(2**63, size=SHAPE[0])

    def _smooth(self, random: np.random.Generator, sigma_mm: float) -> np.ndarray:
        side = int(2 * self.half_width / self.step) + 2
        return smoothed(random.standard_normal((side,) * 3, dtype=np.float32), sigma_mm / self.step)

    def at(self, field: np.ndarray, p: Points) -> np.ndarray:
        """Trilinear."""
        limit = field.shape[0] - 1.001
        grid = [np.clip((axis + self.half_width) / self.step, 0, limit) for axis in p]
        low = [axis.astype(np.int32) for axis in grid]
        up = [axis - base for axis, base in zip(grid, low, strict=True)]
        flat, row, plane = field.ravel(), field.shape[0], field.shape[0] ** 2
        first = low[2] * plane + low[1] * row + low[0]
        value = np.zeros_like(up[0])
        for k in (0, 1):
            for j in (0, 1):
                a, b = (flat[first + (k * plane + j * row + i)] for i in (0, 1))
                line = a + (b - a) * up[0]
                value += line * (up[1] if j else 1 - up[1]) * (up[2] if k else 1 - up[2])
        return value


def smoothed(noise: np.ndarray, sigma: float) -> np.ndarray:
    """Noise of unit variance without details finer than ``sigma`` pixels."""
    import SimpleITK as sitk

    smooth = sitk.GetArrayFromImage(sitk.SmoothingRecursiveGaussian(sitk.GetImageFromArray(noise), sigma))
    return (smooth - smooth.mean()) / smooth.std()


def _ellipsoid(p: Points, center: Sequence[float], radii: Sequence[float]) -> np.ndarray:
    scaled = [(axis - c) / r for axis, c, r in zip(p, center, radii, strict=True)]
    k0 = np.sqrt(sum(s * s for s in scaled))
    k1 = np.sqrt(sum((s / r) ** 2 for s, r in zip(scaled, radii, strict=True)))
    return k0 * (k0 - 1) / np.maximum(k1, 1e-6)


def _capsule(p: Points, a: Sequence[float], b: Sequence[float], ra: float, rb: float) -> np.ndarray:
    axis = np.subtract(b, a)
    along = sum((x - c) * d for x, c, d in zip(p, a, axis, strict=True)) / float(axis @ axis)
    along = np.clip(along, 0, 1)
    square = sum((x - c - along * d) ** 2 for x, c, d in zip(p, a, axis, strict=True))
    return np.sqrt(square) - (ra + (rb - ra) * along)


def _chain(p: Points, stations: Sequence[tuple[float, float, float, float]]) -> np.ndarray:
    """Capsules through stations of (x, y, z, radius)."""
    pieces = [_capsule(p, a[:3], b[:3], a[3], b[3]) for a, b in itertools.pairwise(stations)]
    return np.minimum.reduce(pieces)


def _blend(a: np.ndarray, b: np.ndarray, width: float) -> np.ndarray:
    """The union with a rounded seam."""
    h = np.clip(0.5 + (b - a) / (2 * width), 0, 1)
    return b + (a - b) * h - width * h * (1 - h)


def _step(value: np.ndarray, width: float) -> np.ndarray:
    """From 0 to 1 around 0, over about ``width`` mm to either side."""
    return 0.5 + 0.5 * np.tanh(value / width)


def _slab(slices: range, fields: _Fields) -> tuple[np.ndarray, np.ndarray]:
    """Tissue (index into TISSUES) and label of some slices."""
    k, j, i = np.meshgrid(
        np.array(slices, np.float32), *(np.arange(n, dtype=np.float32) for n in SHAPE[1:]), indexing="ij"
    )
    x = (i - (SHAPE[2] - 1) / 2) * np.float32(SPACING_MM[0]) + np.float32(MIDDLE_MM[0])
    y = -(j - (SHAPE[1] - 1) / 2) * np.float32(SPACING_MM[1]) + np.float32(MIDDLE_MM[1])
    z = (k - (SHAPE[0] - 1) / 2) * np.float32(SPACING_MM[2]) + np.float32(MIDDLE_MM[2])
    tissue, labels = np.zeros(x.shape, np.uint8), np.zeros(x.shape, np.uint8)
    for paint, mask in (
        (_soft_tissue, _outer_surface((x, y, z)) < 0),
        (_skull_and_brain, _ellipsoid((x, y, z), CAVITY_CENTER, (78, 94, 84)) < 0),
    ):
        part_tissue, part_labels = tissue[mask], labels[mask]
        paint((x[mask], y[mask], z[mask]), fields, _Tissues(part_tissue, part_labels))
        tissue[mask], labels[mask] = part_tissue, part_labels
    return tissue, labels


@dataclass(frozen=True, eq=False)
class _Tissues:
    """Later strokes lie over earlier ones."""

    tissue: np.ndarray
    labels: np.ndarray

    def __call__(self, name: str, where: np.ndarray, label: int | None = None) -> None:
        self.tissue[where] = TISSUES.index(name)
        if label is not None:
            self.labels[where] = label


def _outer_surface(p: Points) -> np.ndarray:
    x, y, z = p
    side = np.abs(x), y, z
    head = _ellipsoid(p, (0, -5, 8), (79, 96, 77))
    head = _blend(head, _ellipsoid(p, (0, 28, -48), (61, 66, 60)), 14)
    neck = np.maximum(_ellipsoid((x, y, np.zeros_like(z)), (0, -18, 0), (58, 62, 99)), z + 30)
    head = _blend(head, neck, 14)
    head = _blend(head, _capsule(p, (0, 92, -24), (0, 103, -47), 5, 11), 7)
    ear = np.maximum(
        _ellipsoid(side, (74, -12, -26), (6, 15, 25)), -_ellipsoid(side, (81, -8, -25), (6, 10, 18))
    )
    return _blend(head, ear, 3)


def _soft_tissue(p: Points, fields: _Fields, paint: _Tissues) -> None:
    """Skin, fat, muscles, and the face with its bones, hollows and eyes."""
    x, y, z = p
    side = np.abs(x), y, z
    rough, soft = fields.at(fields.rough, p), fields.at(fields.soft, p)
    depth = -_outer_surface(p)
    paint("muscle", depth > 0)
    paint("mucosa", np.abs(rough) < 0.12)
    paint("fat", (soft + 0.3 * rough > 0.75) & (z < -10))
    paint("fat", depth < 5.5 + 1.2 * soft)
    paint("skin", depth < 2.2)
    cheek = _ellipsoid(side, (34, 58, -54), (24, 18, 18))
    paint("marrow", cheek + 2 * rough < 0)
    paint("bone", (np.abs(cheek + 2 * rough) < 1.3) & (depth > 6))
    paint("fat", _ellipsoid(side, (30, 57, -28), (18, 26, 17)) + rough < 0)
    for start, end in (((43, 64, -28), (20, 34, -27)), ((18, 64, -28), (16, 34, -27))):
        paint("muscle", _capsule(side, start, end, 2.0, 2.4) < 0)
    paint("white", _capsule(side, (30, 58, -28), (13, 30, -25), 2.0, 2.0) < 0)
    eye = _ellipsoid(side, (30, 67, -28), (12.2, 12.2, 12.2))
    paint("muscle", (eye > 0) & (eye < 1.3))
    paint("vitreous", eye < 0, 6)
    paint("lens", _ellipsoid(side, (30, 75.5, -28), (4.6, 2.2, 4.6)) < 0)
    nasal = _ellipsoid(p, (0, 74, -54), (13, 30, 20))
    paint("mucosa", nasal < 2)
    paint("air", (nasal < 0) & (np.abs(x + 0.6 * soft) > 1.6) & (rough < 0.9))
    cells = _ellipsoid(p, (0, 58, -30), (11, 24, 11))
    paint("bone", cells < 0)
    paint("air", (cells < -1) & (np.abs(rough) > 0.35))
    for center, radii in (((25, 58, -60), (12, 14, 14)), ((6, 28, -36), (10, 10, 8))):
        sinus = _ellipsoid(side, center, radii) + 1.5 * soft
        paint("bone", sinus < 2.2)
        paint("mucosa", sinus < 1.2)
        paint("air", sinus < 0)
    mastoid = _ellipsoid(side, (54, -24, -44), (12, 13, 18))
    paint("bone", mastoid < 0)
    paint("air", (mastoid < -1.5) & (rough > 0.1))
    paint("air", _capsule(side, (80, -12, -34), (58, -12, -36), 2.5, 2) < 0)
    paint("air", _chain(p, ((0, 30, -62, 9), (0, 16, -72, 9), (0, 12, -100, 8))) < 0)
    vertebra = _capsule(p, (0, -8, -74), (0, -8, -100), 8, 9)
    paint("bone", vertebra < 2)
    paint("marrow", vertebra < 0)
    cord = _chain(p, ((0, -30, -50, 11), (0, -34, -100, 10)))
    paint("bone", (cord < 3.5) & (cord > 1) & (rough > -0.6))
    paint("csf", cord < 0)
    paint("white", _chain(p, ((0, -30, -50, 6.5), (0, -34, -100, 6))) < 0)


def _cavity(p: Points) -> np.ndarray:
    """The inside of the skull: a vault over the steps of the skull base, and the posterior fossa below."""
    x, y, z = p
    vault = np.where(
        z > 8, _ellipsoid(p, CAVITY_CENTER, (66, 82, 62)), _ellipsoid(p, CAVITY_CENTER, (66, 82, 70))
    )
    floor = -21 - 25 * _step(np.abs(x) - 19, 6) * _step(y + 22, 5) * _step(28 - y, 6)
    floor += 7 * np.exp(-(((np.abs(x) - 27) / 12) ** 2) - ((y - 52) / 20) ** 2)
    cavity = -_blend(-vault, z - floor, 6)
    fossa = np.maximum(_ellipsoid(p, (0, -41, -28), (54, 36, 38)), _ellipsoid(p, CAVITY_CENTER, (66, 80, 78)))
    canal = _capsule(p, (0, -22, -40), (0, -33, -100), 15, 11)
    return _blend(_blend(cavity, fossa, 4), canal, 4)


def _skull_and_brain(p: Points, fields: _Fields, paint: _Tissues) -> None:
    cavity = _cavity(p)
    rough, soft = fields.at(fields.rough, p), fields.at(fields.soft, p)
    thickness = 6.8 + 0.8 * soft
    free = paint.tissue != TISSUES.index("air")
    skull = (cavity < thickness) & (free | (cavity < 2))
    paint("bone", skull)
    paint("marrow", skull & (cavity > 1.9) & (cavity < thickness - 1.7) & (rough > -1.3))
    paint("dura", (cavity < 0) & (cavity > -1.2))
    inside = cavity < -0.8
    part = _Tissues(paint.tissue[inside], paint.labels[inside])
    _brain((p[0][inside], p[1][inside], p[2][inside]), cavity[inside], fields, part)
    paint.tissue[inside], paint.labels[inside] = part.tissue, part.labels


def _brain(p: Points, cavity: np.ndarray, fields: _Fields, paint: _Tissues) -> None:
    x, y, z = p
    side = np.abs(x), y, z
    rough, soft = fields.at(fields.rough, p), fields.at(fields.soft, p)
    paint("csf", cavity < -0.8)

    tent = z - (-10 - 0.3 * np.abs(x) + 0.12 * (y + 50))
    behind = y < -19
    depth = -cavity - 2.2 + 0.5 * soft
    depth = np.where(behind, np.minimum(depth, tent - 1.4), depth)
    depth = np.minimum(depth, _ellipsoid(p, (0, -10, -32), (18, 26, 20)))
    _cerebrum(p, depth, fields, paint)
    _cerebellum_and_stem(p, -cavity - 2.0, np.where(behind, -tent - 1.0, 10.0), rough, paint)
    paint("dura", behind & (np.abs(tent) < 0.6) & (np.abs(x) > 14))
    paint("dura", (np.abs(x + 0.5 * soft) < 0.7) & (_ellipsoid(p, (0, 2, 6), (50, 58, 36)) > 0) & (tent > 0))

    ventricles = _chain(
        side, ((9, 36, 4, 3.5), (10, 22, 14, 6), (12, -4, 21, 5.5), (21, -30, 15, 8), (23, -50, 10, 3))
    )
    horn = _chain(side, ((22, -32, 13, 6), (31, -22, -6, 3), (31, 2, -20, 2.6)))
    third = _ellipsoid(p, (0, -4, 1), (2.6, 15, 11))
    fourth = _ellipsoid(p, (0, -38, -34), (6, 5, 11))
    ventricles = np.minimum.reduce([ventricles, horn, third, fourth]) + 0.5 * soft
    nuclei = np.minimum.reduce(
        [
            _ellipsoid(side, (11, -10, 4), (8, 14, 9)),
            _ellipsoid(side, (25, 8, 1), (6.5, 18, 11)),
            _chain(side, ((14, 26, 8, 7), (17, 8, 19, 5), (20, -12, 22, 3))),
        ]
    )
    paint("nuclei", nuclei + 0.6 * rough < 0)
    paint("csf", ventricles < 0, 2)
    paint(
        "mucosa", (ventricles < -2.5) & (_capsule(side, (13, -18, 19), (23, -38, 12), 2.2, 2.8) + rough < 0)
    )

    tumour = _ellipsoid(p, TUMOUR_CENTER, (14, 17, 14)) + 1.6 * rough + 2.5 * soft
    solid = paint.labels == 1
    paint("oedema", solid & (tumour < 10 + 4 * soft) & (paint.tissue == TISSUES.index("white")), 3)
    paint("tumour", solid & (tumour < 0), 5)
    paint("necrosis", solid & (tumour < -5.5 + 1.2 * rough), 4)


def _cerebrum(p: Points, depth: np.ndarray, fields: _Fields, paint: _Tissues) -> None:
    """Cortex 3 mm thick over the surface and down both sides of the sulci.

    The sulci are where a random field is zero. The field is taken where the ray from the middle meets the
    surface, so that they stand upright on it; its value over its slope is the distance to the sulcus in mm.
    """
    x, y, z = p
    centered = [axis - c for axis, c in zip(p, CAVITY_CENTER, strict=True)]
    radius = np.sqrt(sum((a / r) ** 2 for a, r in zip(centered, (66, 82, 66), strict=True))) + 1e-3
    reach = 0.78 / radius + 0.22
    wave = 2.5 * fields.at(fields.soft, (x, z, y))
    on_surface = (centered[0] * reach + wave, centered[1] * reach + wave, centered[2] * reach + wave)
    folds = fields.at(fields.folds, on_surface)
    slope = np.maximum(fields.at(fields.gradient, on_surface), 0.1)
    sulcus = np.abs(folds) / slope / np.maximum(reach, 1)
    soft = fields.at(fields.soft, p)
    sulcus = np.hypot(sulcus, np.maximum(depth - 15 - 4 * soft, 0) + 60 * np.maximum(0.5 - radius, 0))

    between = np.hypot(np.abs(x + 0.8 * soft), np.maximum(-_ellipsoid(p, (0, -2, 2), (60, 52, 32)), 0))
    lateral = np.hypot(
        z + 6 - 0.35 * (-y) * (y < 0) - 1.5 * soft,
        np.maximum(36 - np.abs(x), 0) + np.maximum(np.abs(y - 4) - 30, 0),
    )
    fissure = np.minimum(between - 0.5, lateral - 0.3)
    wall = np.minimum.reduce([depth, sulcus, fissure])
    paint("grey", depth > 0, 1)
    paint("white", (depth > 0) & (wall > 2.8 + 0.3 * soft))
    paint("csf", (depth > 0) & ((sulcus < 0.6 - 0.012 * depth) | (fissure < 0.7)))
    paint("white", (depth > 0) & (np.abs(x) < 8) & (np.abs(_ellipsoid(p, (0, -2, 2), (60, 45, 26))) < 3.5))


def _cerebellum_and_stem(
    p: Points, depth: np.ndarray, under_tent: np.ndarray, rough: np.ndarray, paint: _Tissues
) -> None:
    x, y, z = p
    side = np.abs(x), y, z
    cerebellum = np.minimum(
        _ellipsoid(side, (24, -52, -34), (30, 33, 27)), _ellipsoid(p, (0, -50, -33), (11, 26, 22))
    )
    cerebellum = np.maximum.reduce([cerebellum, -depth, -under_tent])
    leaves = np.sin(2 * np.pi / 5.2 * np.sqrt((y + 34) ** 2 + (z + 36) ** 2) + 0.9 * rough)
    tree = -cerebellum + 3.2 * leaves
    paint("grey", cerebellum < 0, 1)
    paint("csf", (cerebellum < 0) & (cerebellum > -9) & (leaves < -0.93))
    paint("white", (cerebellum < 0) & (tree > 9.5))
    stem = _chain(p, ((0, -14, -14, 14), (0, -16, -32, 15), (0, -26, -52, 9), (0, -30, -70, 7)))
    paint("white", (stem < 0) & (np.minimum(depth, 99) > 0), 1)


def _measured(tissue: np.ndarray, fields: _Fields) -> np.ndarray:
    """The signal as a scanner gives it: blurred by its resolution, shaded by the coil, with Rician noise."""
    import SimpleITK as sitk

    signal = np.array(list(SIGNAL.values()), np.float32)[tissue]
    image = sitk.DiscreteGaussian(sitk.GetImageFromArray(signal), [0.3] * 3)
    signal = sitk.GetArrayFromImage(image)
    k, j, i = (np.linspace(-1, 1, n, dtype=np.float32) for n in SHAPE)
    shade = 1.04 + 0.10 * j[None, :, None] - 0.09 * i[None, None, :] ** 2 - 0.12 * k[:, None, None] ** 2
    for number, seed in enumerate(fields.noise_seeds):
        noise = np.random.default_rng(seed).standard_normal((2, *SHAPE[1:]), dtype=np.float32) * 13
        signal[number] = np.hypot(signal[number] * shade[number] + noise[0], noise[1])
    return np.rint(signal).astype(np.int16)
