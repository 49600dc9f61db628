"""What a story is, which there are, and how all are told: a line for each, and a count."""

import importlib
import pkgutil
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import slicer

from .desk import Desk


class Need(Enum):
    """What not every Slicer has; the value is said of a story that was not told for lack of it."""

    WINDOW = "needs a main window"
    NO_WINDOW = "needs a Slicer without a main window"
    EFFECTS = "needs the effects of Slicer's Segment Editor"

    @property
    def is_met(self) -> bool:
        has_window = slicer.util.mainWindow() is not None
        if self is Need.EFFECTS:
            return has_window and hasattr(slicer.modules, "segmenteditor")
        return has_window == (self is Need.WINDOW)


@dataclass(frozen=True)
class Story:
    """``tell`` raises AssertionError where Slicer shows something else than the story says."""

    name: str
    tell: Callable[[Desk], object]
    needs: tuple[Need, ...]

    @property
    def unmet(self) -> list[Need]:
        return [need for need in self.needs if not need.is_met]


_told: list[Story] = []


def story(*needs: Need) -> Callable[[Callable[[Desk], object]], Callable[[Desk], object]]:
    """Make a function a story, named by it."""

    def add(tell: Callable[[Desk], object]) -> Callable[[Desk], object]:
        add_story(tell.__name__.replace("_", " "), tell, *needs)
        return tell

    return add


def add_story(name: str, tell: Callable[[Desk], object], *needs: Need) -> None:
    _told.append(Story(name, tell, needs))


def all_stories() -> list[Story]:
    """Of all files beside this one, in the order of the files' names."""
    for module in sorted(each.name for each in pkgutil.iter_modules([str(Path(__file__).parent)])):
        importlib.import_module(f".{module}", __package__)
    return list(_told)


class StoryFailedError(Exception):
    """One sentence that names the stories that failed."""


def tell_one(one: Story) -> None:
    """In an empty scene with no quiz open, as each begins and ends. Raises what the story raises."""
    with tempfile.TemporaryDirectory() as folder, Desk(Path(folder)) as desk:
        one.tell(desk)
        desk.settle()
        desk.check()


def tell_all(stories: Iterable[Story], say: Callable[[str], object] = print) -> None:
    """Tell what this Slicer can.

    Raises StoryFailedError at the end where stories failed, and ExplainedError, whose sentence is the
    remedy, where a Python package is not there.
    """
    from QuizLoaderLib.apps.panel.packages import ensure_packages

    ensure_packages()
    counts = {"passed": 0, "FAILED": 0, "not run": 0}
    failed = []
    for one in stories:
        start = time.monotonic()
        outcome, remark = "passed", ""
        if one.unmet:
            outcome, remark = "not run", f" ({'; '.join(need.value for need in one.unmet)})"
        else:
            try:
                tell_one(one)
            except Exception:  # noqa: BLE001  the others are told all the same
                failed.append(one.name)
                outcome, remark = "FAILED", "\n" + traceback.format_exc()
        counts[outcome] += 1
        say(f"{outcome:8}{one.name}, {time.monotonic() - start:.1f} s{remark}")
    say(", ".join(f"{count} {outcome}" for outcome, count in counts.items()) + f", of {sum(counts.values())}")
    if failed:
        raise StoryFailedError(f"These stories failed: {'; '.join(failed)}.")
