"""How scrolling through a CT of 512x512x300 goes over networks of some rates and delays.

The network is a relay of this run (Testing/Python/cable.py), with a quarter of its rate upwards. The peer is
trame-slicer's own slice views, on the same CT through the same relay. A view has 458 columns; the wheel is
turned for four seconds, 60 notches a second.
"""

import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Python"))

from cable import Line, cable_to
from chromium import chromium
from QuizLoaderStories.made import image_element, write_quiz
from scroll_in_the_browser import PLANES, SCROLLED, WHEEL, stock_views, write_ct
from web_stage import Served, served, wait_for_text, window

STEPS, RUNS = 9, 3
SCROLL_S = 4
STILL_MS = 400
QUIET_S = 1.0
"""Without another picture the views stand still; longer than any picture of these takes."""

WATCH = """area => {
    const watch = window.watch = { images: [], waiting: null };
    const picture = () => area.querySelector("img");
    let last = "";
    new MutationObserver(async changes => {
        if (!changes.some(change => change.attributeName === "src" || change.addedNodes.length)) return;
        // Nothing is seen before it is decoded; a picture that another replaced until then never is.
        try { if (!picture().complete) await picture().decode(); } catch { return; }
        const now = performance.now();
        const { of = `${now}`, kind = "", bytes = "" } = picture()?.dataset ?? {};
        const isNew = of !== last;
        last = of;
        watch.images.push({ now, isNew, kind, bytes: Number(bytes) });
        if (watch.waiting && isNew) { watch.waiting(now); watch.waiting = null; }
    }).observe(area, { subtree: true, attributes: true, attributeFilter: ["src"], childList: true });
    watch.quiet = async seconds => {
        let from = performance.now();
        while (performance.now() < Math.max(from, watch.images.at(-1)?.now ?? 0) + 1000 * seconds)
            await new Promise(resolve => setTimeout(resolve, 50));
    };
}"""

ONE_STEP = """async quiet => {
    const from = performance.now();
    const image = new Promise(resolve => window.watch.waiting = resolve);
    window.watch.wheel();
    const shown = await image - from;
    await window.watch.quiet(quiet);
    return shown;
}"""

SCROLL = """async ([seconds, quiet]) => {
    await window.watch.turn(seconds);
    const end = performance.now();
    await window.watch.quiet(quiet);
    const { images } = window.watch;
    const moving = images.filter(image => image.isNew);
    const after = moving.filter(image => image.now > end);
    const last = images.at(-1);
    return {
        rate: moving.filter(image => image.now <= end).length / seconds,
        stops: after.length ? after.at(-1).now - end : 0,
        more: after.length,
        still: last ? last.now - Math.max(end, moving.at(-1)?.now ?? 0) : 0,
        bytes: last?.bytes ?? 0,
        kinds: [...new Set(images.map(image => image.kind))],
    };
}"""


TO_THE_NEXT_PAGE = """async () => {
    const pictures = () => [...document.querySelectorAll(".quiz-area img")];
    const before = new Set(pictures());
    const from = performance.now();
    document.querySelector("[data-testid=next]").click();
    const isThere = () => document.querySelector("[data-testid=title]")?.innerText === "Case 2" &&
        pictures().every(picture => picture.dataset.kind === "lossless" && !before.has(picture));
    while (!isThere()) await new Promise(resolve => setTimeout(resolve, 5));
    return performance.now() - from;
}"""


@dataclass(frozen=True)
class Aim:
    line: Line
    step_ms: float
    images_a_second: float
    stops_ms: float

    def __str__(self) -> str:
        if not self.line.down_mbit:
            return "none"
        return f"{self.line.down_mbit:.0f} Mbit/s, {self.line.round_trip_ms:.0f} ms"


AIMS = (
    Aim(Line(), 35, 30, 150),
    Aim(Line(100, 20), 60, 25, 150),
    Aim(Line(20, 40), 110, 20, 250),
    Aim(Line(10, 60), 150, 15, 300),
    Aim(Line(5, 80), 250, 10, 500),
)

NEXT, MOST_MS_TO_A_PAGE, READ_AHEAD_MS = AIMS[2], 1500, 10_000


@dataclass(frozen=True)
class Scrolled:
    """Medians of the runs."""

    step_ms: float
    images_a_second: float
    stops_ms: float
    images_after: float
    still_ms: float
    still_bytes: float
    kinds: frozenset[str]


def scrolled(page: Any, selector: str) -> Scrolled:
    view = page.locator(selector).first
    view.locator("img").first.wait_for()
    view.evaluate(WATCH)
    view.evaluate(WHEEL)
    page.evaluate(ONE_STEP, QUIET_S)
    steps = [page.evaluate(ONE_STEP, QUIET_S) for _ in range(STEPS)]
    runs = [page.evaluate(SCROLL, [SCROLL_S, QUIET_S]) for _ in range(RUNS)]
    middle = {name: statistics.median(run[name] for run in runs) for name in runs[0] if name != "kinds"}
    return Scrolled(
        statistics.median(steps),
        middle["rate"],
        middle["stops"],
        middle["more"],
        middle["still"],
        middle["bytes"],
        frozenset(kind for run in runs for kind in run["kinds"]),
    )


@contextmanager
def ours(folder: Path) -> Iterator[Served]:
    pages = [
        "".join(image_element("Volume", f"ct{number}.nrrd", *plane) for plane in PLANES) for number in (1, 2)
    ]
    quiz = write_quiz(folder / "quiz.xml", [f"|{images}" for images in pages])
    with served(folder, quiz, "--images", folder / "images") as command:
        yield command


def over(browser: Any, address: str, line: Line, selector: str) -> Scrolled:
    with cable_to(address, line) as cable, window(browser, cable.address) as page:
        return scrolled(page, selector)


def to_the_next_page(browser: Any, folder: Path) -> float:
    """ms from Next to three lossless views of a page that was read ahead."""
    with (
        ours(folder) as command,
        cable_to(command.address, NEXT.line) as cable,
        window(browser, cable.address) as page,
    ):
        wait_for_text(page, "title", "Case 1")
        page.wait_for_timeout(READ_AHEAD_MS)
        return page.evaluate(TO_THE_NEXT_PAGE)


def told(who: str, aim: Aim, seen: Scrolled) -> str:
    return (
        f"{aim!s:>18} {who:>12}: a step {seen.step_ms:.0f} ms, {seen.images_a_second:.0f} images/s, "
        f"stops after {seen.stops_ms:.0f} ms ({seen.images_after:.0f} images), then lossless after "
        f"{seen.still_ms:.0f} ms ({seen.still_bytes / 1000:.0f} kB); {', '.join(sorted(seen.kinds))}"
    )


def misses(aim: Aim, seen: Scrolled) -> list[str]:
    of_bytes_ms = 8 * seen.still_bytes / (1000 * aim.line.down_mbit) if aim.line.down_mbit else 0
    aims = {
        "step": seen.step_ms <= aim.step_ms,
        "images a second": seen.images_a_second >= aim.images_a_second,
        "stop": seen.stops_ms <= aim.stops_ms,
        "lossless": seen.still_ms <= STILL_MS + of_bytes_ms,
    }
    return [f"{aim}: {what}" for what, is_met in aims.items() if not is_met]


def main() -> None:
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        (folder / "images").mkdir()
        for number in (1, 2):
            write_ct(folder / "images" / f"ct{number}.nrrd", number)
        with ours(folder) as command, stock_views(folder / "images" / "ct1.nrrd") as stock:
            for aim in AIMS:
                seen = over(browser, command.address, aim.line, SCROLLED)
                print(told("", aim, seen), flush=True)
                missed += misses(aim, seen)
                peer = over(browser, stock, aim.line, ".layout-grid-item")
                print(told("trame-slicer", aim, peer), flush=True)
        to_page_ms = to_the_next_page(browser, folder)
        print(f"{NEXT!s:>18}: from Next to three lossless views {to_page_ms:.0f} ms")
        missed += [f"{NEXT}: Next"] if to_page_ms > MOST_MS_TO_A_PAGE else []
    print("aims that were missed: " + (", ".join(missed) or "none"))
    raise SystemExit(1 if missed else 0)


if __name__ == "__main__":
    main()
