"""How fast the 3D view comes, and what the reader notices of it.

Twelve regions of a 512 x 512 x 300 CT, from the whole body to a spinal cord, as segments of one file:

- until all surfaces are shown while the reader goes through slices, in seconds and against Slicer's own
  conversion of the same segments;
- a step to another slice with its picture meanwhile, in ms and against one when all is done.
"""

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.images.loading.library import ImageLibrary
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.model import Image, ImageType, Layer, Layout, Page, Quiz, SliceView
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.page import show_page
from QuizLoaderLib.views.roi_visibility import shown_regions
from QuizLoaderLib.views.slices import step_slice
from QuizLoaderLib.views.three_d_view import ThreeDView

SHAPE = (300, 512, 512)
SPACING_MM = (0.9, 0.9, 1.5)
REGIONS_MM = (
    # Middle and half axes, to the left, to the back and up, from the middle of the image.
    ((0, 0, 0), (200, 130, 220)),
    ((-75, -10, 60), (55, 80, 110)),
    ((75, -10, 60), (50, 80, 105)),
    ((-50, 0, -80), (95, 75, 65)),
    ((85, 30, -60), (35, 30, 50)),
    ((-60, 60, -130), (28, 25, 55)),
    ((60, 60, -125), (28, 25, 55)),
    ((15, -40, 20), (50, 45, 55)),
    ((0, 75, 0), (8, 8, 215)),
    ((20, -20, -90), (60, 15, 15)),
    ((-70, -20, 90), (12, 12, 12)),
    ((40, 10, 80), (6, 6, 6)),
)
"""Body, lungs, liver, spleen, kidneys, heart, cord, pancreas, two lesions; each cuts into those before it."""

MOST_SECONDS, MOST_STEP_MS = 4.0, 40.0
MOST_OF_SLICER, MOST_OF_STEPS = 0.5, 3.0
VIEWS = (SliceView.RED, SliceView.GREEN, SliceView.YELLOW)


def write_images(folder: Path) -> None:
    middle = [(count - 1) / 2 * edge for count, edge in zip(SHAPE, SPACING_MM[::-1], strict=True)]
    k, j, i = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    up, back, left = (
        axis * edge - half for axis, edge, half in zip((k, j, i), SPACING_MM[::-1], middle, strict=True)
    )
    labels = np.zeros(SHAPE, np.uint8)
    for value, (centre, axes) in enumerate(REGIONS_MM, 1):
        parts = zip((left, back, up), centre, axes, strict=True)
        labels[sum(((mm - at) / half) ** 2 for mm, at, half in parts) < 1] = value
    for name, voxels in (("labels.nrrd", labels), ("ct.nrrd", labels.astype(np.int16) * np.int16(50))):
        image = sitk.GetImageFromArray(voxels)
        image.SetSpacing(SPACING_MM)
        sitk.WriteImage(image, str(folder / name))


def page() -> Page:
    def image(name: str, kind: ImageType, layer: Layer, view: SliceView) -> Image:
        return Image(id=name, type=kind, path=name, line=1, destination=view, layer=layer)

    images = [image("ct.nrrd", ImageType.VOLUME, Layer.BACKGROUND, view) for view in VIEWS]
    images += [image("labels.nrrd", ImageType.SEGMENTATION, Layer.SEGMENTATION, view) for view in VIEWS]
    return Page(id="1", number=1, line=1, images=tuple(images), layout=Layout.FOUR_UP)


def step_ms(host: HeadlessHost, by: int) -> float:
    start = time.perf_counter()
    step_slice(host.application_logic.GetSliceLogicByLayoutName("Red"), by)
    host.picture(SliceView.RED)
    return 1000 * (time.perf_counter() - start)


def steps_until_shown(host: HeadlessHost, three_d: ThreeDView) -> list[float]:
    """A reader who turns the wheel 20 times a second."""
    steps: list[float] = []
    while three_d.is_making:
        steps.append(step_ms(host, 1 if len(steps) % 100 < 50 else -1))
        three_d.show_ready()
        time.sleep(max(0.0, 0.05 - steps[-1] / 1000))
    return steps


def main() -> int:
    """Print what was measured; 1 where something is above its limit, else 0."""
    with tempfile.TemporaryDirectory() as name, HeadlessHost((512, 512)) as host:
        write_images(Path(name))
        library = ImageLibrary(host.scene, ImageFolder(Path(name)))
        shown = PageNodes(page(), library.load(page()).nodes)
        segmentation = shown.nodes[-1]
        assert segmentation is not None
        show_page(shown, host, Quiz(Path(name)))
        step_ms(host, 1)
        three_d = ThreeDView()
        regions = shown_regions(shown)
        assert len(regions) == len(REGIONS_MM)
        start = time.perf_counter()
        three_d.begin(shown, host, regions)
        meanwhile = steps_until_shown(host, three_d)
        seconds = time.perf_counter() - start
        after = [step_ms(host, 1 if number < 20 else -1) for number in range(40)]
        three_d.end()
        start = time.perf_counter()
        segmentation.CreateClosedSurfaceRepresentation()
        slicers = time.perf_counter() - start
        library.close()
    results = (
        ("twelve surfaces, in seconds", seconds, MOST_SECONDS),
        ("twelve surfaces / Slicer's own conversion", seconds / slicers, MOST_OF_SLICER),
        ("a step meanwhile, in ms (median)", statistics.median(meanwhile), MOST_STEP_MS),
        (
            "a step meanwhile / a step after it",
            statistics.median(meanwhile) / statistics.median(after),
            MOST_OF_STEPS,
        ),
    )
    for what, measured, most in results:
        print(f"{what}: {measured:.2f} (at most {most})")
    return int(any(measured > most for _, measured, most in results))


if __name__ == "__main__":
    raise SystemExit(main())
