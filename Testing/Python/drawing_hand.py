"""A reader's hand in the browser: it draws at places in millimetres, on a CT whose voxels are known."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
from web_mouse import Mouse
from web_stage import text, until, wait_for_text, wait_for_views

SHAPE = (7, 64, 64)
SPACING = (2.0, 2.0, 5.0)
SIDE_MM = 128.0
"""Of an axial slice, whose middle is the patient's; the middle one of the slices is shown first."""

NUDGE_MM = 0.01
"""To the right and up from the middle of an image: there Slicer puts the middle of a view that fits it."""

MIDDLE = 3
AIR, FAT, LIVER, BONE = -1000, -100, 60, 400

Place = tuple[float, float]
"""Millimetres to the right and down from the middle of the slice, as it is seen."""


def ct() -> np.ndarray:
    """Air around fat; a liver on the patient's right, which is left in the picture; bone behind it."""
    voxels = np.full(SHAPE, AIR, np.int16)
    voxels[:, 8:56, 8:56] = FAT
    voxels[1:6, 16:32, 12:28] = LIVER
    voxels[:, 44:52, 28:36] = BONE
    return voxels


def write_ct(folder: Path, name: str = "ct.nrrd", is_flipped: bool = False) -> Path:
    """``is_flipped``: the same patient, with the voxels from the left, from behind and from above."""
    folder.mkdir(parents=True, exist_ok=True)
    image = sitk.GetImageFromArray(ct())
    image.SetSpacing(SPACING)
    image.SetOrigin([-spacing * (size - 1) / 2 for spacing, size in zip(SPACING, SHAPE[::-1], strict=True)])
    if is_flipped:
        image = sitk.Flip(image, (True, True, True), flipAboutOrigin=False)
        assert image.GetDirection() == (-1, 0, 0, 0, -1, 0, 0, 0, -1)
    sitk.WriteImage(image, str(folder / name))
    return folder


def centers() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the voxels, in mm: up the patient (k), down the picture (j) and to its right (i)."""
    up, down, right = (
        (np.arange(size) - (size - 1) / 2) * spacing
        for size, spacing in zip(SHAPE, SPACING[::-1], strict=True)
    )
    return up[:, None, None], down[None, :, None], right[None, None, :]


def covered(path: Sequence[Place], radius_mm: float, is_ball: bool = False) -> np.ndarray:
    """The voxels that a brush covers with its way from place to place on the middle slice."""
    up, down, right = centers()
    nearest = np.full(SHAPE, np.inf)
    for (x0, y0), (x1, y1) in zip(path, [*path[1:], path[-1]], strict=True):
        length = np.hypot(x1 - x0, y1 - y0) or 1.0
        along = np.clip(((right - x0) * (x1 - x0) + (down - y0) * (y1 - y0)) / length**2, 0, 1)
        flat = np.hypot(right - x0 - along * (x1 - x0), down - y0 - along * (y1 - y0))
        nearest = np.minimum(nearest, np.hypot(flat, up if is_ball else 0 * up))
    return (nearest <= radius_mm) & (True if is_ball else up == 0)


def enclosed(corners: Sequence[Place]) -> np.ndarray:
    """The voxels of the middle slice inside a convex polygon: on one side of all its edges."""
    up, down, right = centers()
    sides = [
        np.sign((x1 - x0) * (down - y0) - (y1 - y0) * (right - x0))
        for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True)
    ]
    return (np.abs(sum(sides)) == len(corners)) & (up == 0)


class Hand:
    """Draws on a view of a page of Chromium. A pixel is a place: what is drawn goes through the places that
    the methods give back, not quite those that were asked for."""

    def __init__(self, page: Any, view: str = "Red") -> None:
        self.page = page
        self.title = text(page, "title")
        box = page.locator(f"[data-testid=view-{view}] .quiz-area").bounding_box()
        self._left, self._top, self._width, self._height = (box[key] for key in ("x", "y", "width", "height"))
        self.mm_per_pixel = SIDE_MM / min(self._width, self._height)
        self.mouse = Mouse(page)

    def pixel(self, place: Place) -> tuple[float, float]:
        """Slicer means the middle of a pixel by its number, from the left and from below, and the middle of
        the slice by half of their count."""
        x = round(self._width / 2 + place[0] / self.mm_per_pixel)
        y = round(self._height / 2 - 1 + place[1] / self.mm_per_pixel)
        return self._left + x, self._top + y

    def place(self, pixel: tuple[float, float]) -> Place:
        x, y = pixel[0] - self._left - self._width / 2, pixel[1] - self._top - self._height / 2 + 1
        return x * self.mm_per_pixel + NUDGE_MM, y * self.mm_per_pixel - NUDGE_MM

    def take(self, tool: str) -> None:
        self.page.get_by_test_id(f"draw-{tool}").click()
        until(lambda: self.editor()["effect"] == tool, f"{tool} in hand")

    def click(self, place: Place, button: str = "left", times: int = 1) -> Place:
        pixel = self.pixel(place)
        self.mouse.move(pixel)
        for count in range(1, times + 1):
            self.mouse.press(button, count)
            self.mouse.release(button, count)
        return self.place(pixel)

    def drag(self, *places: Place, releases: bool = True) -> list[Place]:
        """With the button held from place to place."""
        pixels = [self.pixel(place) for place in places]
        self.mouse.move(pixels[0])
        self.mouse.press()
        for pixel in pixels[1:]:
            self.mouse.move(pixel)
        if releases:
            self.mouse.release()
        return [self.place(pixel) for pixel in pixels]

    def editor(self) -> Any:
        return self.page.evaluate("trame.state.get('editor')")


def has_colour(picture: np.ndarray, css: str) -> bool:
    """Whether any pixel of a view has it, ``rgb(r, g, b)``."""
    wanted = [int(part) for part in css.removeprefix("rgb(").removesuffix(")").split(",")]
    return bool((np.abs(picture.astype(int) - wanted).max(axis=2) < 8).any())


def snapped(place: Place) -> Place:
    """The centre of the nearest voxel: there Slicer's brush is set."""
    first = (-SPACING[0] * (SHAPE[2] - 1) / 2, -SPACING[1] * (SHAPE[1] - 1) / 2)
    x, y = (
        round((part - start) / spacing) * spacing + start
        for part, start, spacing in zip(place, first, SPACING, strict=False)
    )
    return x, y


def hand_on(page: Any, view: str = "Red", may_draw: bool = True) -> Hand:
    """When the view shows its picture, in the size that it keeps."""
    page.get_by_test_id("editor").wait_for(state="attached" if may_draw else "detached")

    def hand_on_fitted_view() -> Hand | None:
        wait_for_views(page)
        hand = Hand(page, view)
        known = page.evaluate("view => trame.state.get('corners')[view]?.mm_per_pixel", view)
        return hand if abs((known or 0) - hand.mm_per_pixel) < 1e-9 else None

    return until(hand_on_fitted_view, "the view to be fitted")


def go(page: Any, step: str, position: str) -> None:
    page.get_by_test_id(step).click()
    wait_for_text(page, "position", position)


def turn(page: Any, step: str) -> None:
    """To the page after this one or before it."""
    number = int(text(page, "position").split()[1]) + (1 if step == "next" else -1)
    go(page, step, f"Page {number} of")


def written(folder: Path, name: str) -> Path:
    """The one file of this name, once it has what was drawn on the page that was left."""

    def found() -> list[Path]:
        return [] if list(folder.glob("*.strokes")) else list(folder.glob(name))

    (path,) = until(found, f"{name} to be written")
    return path


def layers(folder: Path, image: str = "CT") -> dict[str, np.ndarray]:
    """The voxels of each segment of an image, overlaps kept, where they are on the CT; in a page's folder."""
    path = written(folder, f"*{image}*-quizlabel.seg.nrrd")
    file = sitk.ReadImage(str(path))
    voxels = sitk.GetArrayFromImage(file)
    voxels = voxels[..., None] if voxels.ndim == 3 else voxels
    origin = [-spacing * (size - 1) / 2 for spacing, size in zip(SPACING, SHAPE[::-1], strict=True)]
    first = [
        round((at - start) / spacing)
        for at, start, spacing in zip(file.GetOrigin(), origin, SPACING, strict=True)
    ][::-1]
    box = tuple(slice(at, at + size) for at, size in zip(first, voxels.shape, strict=False))
    found = {}
    for number in range(sum(key.endswith("_Name") for key in file.GetMetaDataKeys())):
        of = f"Segment{number}_"
        mask = np.zeros(SHAPE, bool)
        layer, value = (int(file.GetMetaData(of + key)) for key in ("Layer", "LabelValue"))
        mask[box] = voxels[..., layer] == value
        found[file.GetMetaData(of + "Name")] = mask
    return found


def label_map(folder: Path, image: str = "CT") -> np.ndarray:
    """The one label map of an image in a page's folder of results."""
    path = written(folder, f"*{image}*-quizlabel.nrrd")
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
