"""What axe-core finds on a page of the browser: contrast, landmarks, names for screen readers."""

from functools import cache
from importlib import resources
from typing import Any

_AT_REST = """async () => {
  const goesOn = each => each.playState === "running" && each.effect.getComputedTiming().endTime !== Infinity;
  const running = () => document.getAnimations().filter(goesOn);
  do {
    // What is about to fade in begins with the frame after the next.
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    await Promise.allSettled(running().map(each => each.finished));
  } while (running().length);
}"""


def wait_until_at_rest(page: Any) -> None:
    """What is still fading in is paler than it will be, and what grows is smaller."""
    page.evaluate(_AT_REST)


def violations(page: Any) -> list[tuple[str, list[str]]]:
    """The rules that are broken, each with the elements that do."""
    page.evaluate(_script())
    wait_until_at_rest(page)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in found]


@cache
def _script() -> str:
    # Read here: the package would take the file for one of the locale's encoding.
    return resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
