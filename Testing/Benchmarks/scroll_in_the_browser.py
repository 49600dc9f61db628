"""How soon a scroll step of a 512x512x300 CT shows in the browser, how many images a second come, how soon a
page that was read ahead shows, and how soon the tutorial is ready.

The peer of the scrolling is trame-slicer's own slice views, on the same CT in the same run; a view of both
has 458 columns. The browser is Chromium without a window, on the same processors.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Python"))

from chromium import chromium
from QuizLoaderLib.apps.demo.samples import make_demo
from QuizLoaderStories.made import image_element, write_quiz
from web_stage import served, wait_for_text, window

MOST_MS_A_STEP = 60
AIM_MS_A_STEP = 40
LEAST_IMAGES_A_SECOND = 25
MOST_MS_TO_A_PAGE = 300
MOST_S_TO_THE_TUTORIAL = 4
STEPS = 40
SCROLLING_S = 4
PLANES = (("Red", "Coronal"), ("Green", "Axial"), ("Yellow", "Sagittal"))
SCROLLED = "[data-testid=view-Green] .quiz-area"
"""Red is twice as wide, where no region is to be seen in 3D."""

WATCH = """area => {
    const watch = window.watch = { images: [], waiting: null };
    new MutationObserver(async changes => {
        if (!changes.some(change => change.attributeName === "src" || change.addedNodes.length)) return;
        // Nothing is seen before it is decoded; a picture that another replaced until then never is.
        const image = area.querySelector("img");
        try { if (!image.complete) await image.decode(); } catch { return; }
        const now = performance.now();
        watch.images.push(now);
        if (watch.waiting) { watch.waiting(now); watch.waiting = null; }
    }).observe(area, { subtree: true, attributes: true, attributeFilter: ["src"], childList: true });
}"""

WHEEL = """area => {
    const watch = window.watch;
    // Back and forth around the slice of the beginning: where the stack ends, the wheel shows nothing more.
    let at = 0, way = 1;
    watch.wheel = () => {
        if (at * way >= 30) way = -way;
        at += way;
        const box = area.getBoundingClientRect();
        const middle = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2, bubbles: true };
        const target = document.elementFromPoint(middle.clientX, middle.clientY);
        target.dispatchEvent(new WheelEvent("wheel", { ...middle, deltaY: 100 * way }));
    };
    watch.turn = async seconds => {
        watch.images = [];
        const from = performance.now();
        while (performance.now() - from < 1000 * seconds) {
            watch.wheel();
            await new Promise(resolve => setTimeout(resolve, 1000 / 60));
        }
    };
}"""

ONE_STEP = """async () => {
    const from = performance.now();
    const image = new Promise(resolve => window.watch.waiting = resolve);
    window.watch.wheel();
    const shown = await image - from;
    await new Promise(resolve => setTimeout(resolve, 500));
    return shown;
}"""

SCROLL = """async seconds => {
    await window.watch.turn(seconds);
    return window.watch.images.length / seconds;
}"""

TO_THE_NEXT_PAGE = """async () => {
    const from = performance.now();
    window.watch.images = [];
    document.querySelector("[data-testid=next]").click();
    const isThere = () => document.querySelector("[data-testid=title]")?.innerText === "Case 2";
    while (!isThere() || !window.watch.images.length)
        await new Promise(resolve => setTimeout(resolve, 1));
    return performance.now() - from;
}"""


def write_ct(path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    image = sitk.GetImageFromArray(random.integers(-1000, 1500, (300, 512, 512), np.int16))
    image = sitk.SmoothingRecursiveGaussian(image, 3.0)
    sitk.WriteImage(sitk.Cast(image, sitk.sitkInt16), str(path))


@contextmanager
def stock_views(ct: Path) -> Iterator[str]:
    """trame-slicer's own views in a page of its own; gives the address."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--stock", str(ct)], stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def serve_stock_views(ct: Path) -> None:
    from trame.app import get_server
    from trame.ui.vuetify3 import VAppLayout
    from trame.widgets import html
    from trame_slicer import module
    from trame_slicer.core import LayoutManager, SlicerApp
    from trame_slicer.rca_view import register_rca_factories
    from trame_slicer.views import Layout, LayoutDirection, ViewLayoutDefinition

    server = get_server("stock", client_type="vue3")
    server.cli.parse_known_args = lambda *_, parse=server.cli.parse_known_args: parse([])
    server.enable_module(module)

    async def main() -> None:
        slicer = SlicerApp()
        register_rca_factories(slicer.view_manager, server)
        layouts = LayoutManager(slicer.scene, slicer.view_manager, server)
        row = [ViewLayoutDefinition.coronal_view(), ViewLayoutDefinition.sagittal_view()]
        grid = [
            Layout(LayoutDirection.Horizontal, [ViewLayoutDefinition.axial_view(), Layout.empty_layout()]),
            Layout(LayoutDirection.Horizontal, row),
        ]
        layouts.register_layout("quiz", Layout(LayoutDirection.Vertical, grid))
        layouts.set_layout("quiz")
        (volume,) = slicer.io_manager.load_volumes(str(ct))
        slicer.display_manager.show_volume(volume, do_reset_views=True)
        with (
            VAppLayout(server) as layout,
            html.Div(style="width: 920px; height: 680px; display: flex; margin-left: 360px"),
        ):
            layouts.initialize_layout_grid(layout)
        ready = server.controller.on_server_ready
        ready.add(lambda **_: print(f"http://127.0.0.1:{server.port}/index.html", flush=True))
        await server.start(
            port=0, host="127.0.0.1", exec_mode="coroutine", open_browser=False, show_connection_info=False
        )

    import asyncio

    asyncio.run(main())


def scrolled(page: Any, selector: str) -> tuple[float, float]:
    """ms of a step in the median, and images a second while scrolling."""
    view = page.locator(selector).first
    view.locator("img").first.wait_for()
    view.evaluate(WATCH)
    view.evaluate(WHEEL)
    page.evaluate(ONE_STEP)
    steps = [page.evaluate(ONE_STEP) for _ in range(STEPS)]
    return statistics.median(steps), page.evaluate(SCROLL, SCROLLING_S)


def main() -> None:
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        (folder / "images").mkdir()
        for number in (1, 2):
            write_ct(folder / "images" / f"ct{number}.nrrd", number)
        pages = [
            "".join(image_element("Volume", f"ct{number}.nrrd", *plane) for plane in PLANES)
            for number in (1, 2)
        ]
        quiz = write_quiz(folder / "quiz.xml", [f"|{images}" for images in pages])
        with (
            served(folder, quiz, "--images", folder / "images") as command,
            window(browser, command.address) as page,
        ):
            wait_for_text(page, "title", "Case 1")
            step, images = scrolled(page, SCROLLED)
            time.sleep(10)  # the next page is read ahead
            to_page = page.evaluate(TO_THE_NEXT_PAGE)
        with stock_views(folder / "images" / "ct1.nrrd") as address, window(browser, address) as page:
            stock_step, stock_images = scrolled(page, ".layout-grid-item")
        demo = folder / "demo"
        make_demo(demo)
        tutorial, to_tutorial = demo / "quizzes" / "label-maps.xml", []
        for _ in range(3):
            begin = time.perf_counter()
            with served(folder, tutorial, "--images", demo / "images"):
                to_tutorial.append(time.perf_counter() - begin)
    print(
        f"a scroll step shows in {step:.0f} ms (limit {MOST_MS_A_STEP}, aim {AIM_MS_A_STEP}), "
        f"{step / stock_step:.2f} of trame-slicer's own views ({stock_step:.0f} ms)\n"
        f"while scrolling {images:.0f} images a second (limit {LEAST_IMAGES_A_SECOND}), "
        f"{images / stock_images:.1f} times as many ({stock_images:.0f}), and without loss\n"
        f"a page that was read ahead shows in {to_page:.0f} ms (limit {MOST_MS_TO_A_PAGE})\n"
        f"the tutorial is ready in {min(to_tutorial):.1f} s (limit {MOST_S_TO_THE_TUTORIAL})"
    )
    is_slow = (
        step > MOST_MS_A_STEP
        or images < LEAST_IMAGES_A_SECOND
        or to_page > MOST_MS_TO_A_PAGE
        or min(to_tutorial) > MOST_S_TO_THE_TUTORIAL
    )
    raise SystemExit(1 if is_slow else 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--stock"]:
        serve_stock_views(Path(sys.argv[2]))
    else:
        main()
