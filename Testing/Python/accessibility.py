"""What axe-core finds on a page of the browser: contrast, landmarks, names for screen readers."""

from functools import cache
from importlib import resources
from typing import Any

# A list that is still fading in is paler than it will be.
_AT_REST = """async () => {
  const ends = each => each.effect.getComputedTiming().endTime !== Infinity;
  await Promise.allSettled(document.getAnimations().filter(ends).map(each => each.finished));
}"""


def violations(page: Any) -> list[tuple[str, list[str]]]:
    """The rules that are broken, each with the elements that do."""
    page.evaluate(_script())
    page.evaluate(_AT_REST)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in found]


@cache
def _script() -> str:
    # Read here: the package would take the file for one of the locale's encoding.
    return resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
