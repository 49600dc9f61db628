"""What every test has around it, and what the stories of the page begin with."""

import asyncio
import gc
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from drawing_hand import Hand
    from web_stage import Served

# The tests read what programs print as UTF-8, so these must print in it, whatever the system's locale.
os.environ["PYTHONIOENCODING"] = "utf-8"

LONG_WITH_MANY_TESTS = ("test_docs_samples.py", "test_panel_stories.py")

# The same examples in each run, but for the long one, where what fails by chance is found; however long they
# take on a busy machine.
settings.register_profile(
    "again",
    derandomize=os.environ.get("QUIZLOADER_SOAK") != "1",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("again")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a third of the time tests wait, for a browser or a clock."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of few tests take longest and come first: none is left to one process at the end."""
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path.name not in LONG_WITH_MANY_TESTS, tests[item.path]))


def pytest_collection_finish() -> None:
    """What is imported stays, so that nobody looks through it for circles any more, for 0.2 s each time."""
    gc.collect()
    gc.freeze()


def pytest_runtest_logfinish() -> None:
    """The test has let go of all that it had."""
    if "slicer_host" in sys.modules:
        sys.modules["slicer_host"].collect_what_is_left()


@pytest.fixture(scope="session")
def running_browser() -> Iterator[Callable[[], tuple[Any, Any]]]:
    """Gives the browser of this process and the event loop that talks with it; another one if it has died."""
    from chromium import chromium

    found: tuple[Any, Any] | None = None
    with ExitStack() as stack:

        def running() -> tuple[Any, Any]:
            nonlocal found
            if found is None or not found[0].is_connected():
                end()
                found = stack.enter_context(chromium()), asyncio.get_running_loop()
            return found

        def end() -> None:
            if found is not None:
                asyncio._set_running_loop(found[1])
            stack.close()
            asyncio._set_running_loop(None)

        yield running
        end()


@pytest.fixture(scope="module")
def browser(running_browser: Callable[[], tuple[Any, Any]]) -> Iterator[Any]:
    """Its loop runs for the tests of one file; those of others can run their own."""
    started, loop = running_browser()
    asyncio._set_running_loop(loop)
    yield started
    if started.is_connected():
        for context in started.contexts:
            context.close()
    asyncio._set_running_loop(None)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial's files, as small images whose pixels are known."""
    from panel_stage import write_images

    return write_images(tmp_path_factory.mktemp("images"))


@pytest.fixture
def reading(tmp_path: Path, images: Path) -> Iterator["Served"]:
    """The quiz with all kinds of questions, served to Dr. Chen; the results are in ``tmp_path``/results."""
    from session_by_hand import SAMPLES
    from web_stage import READER, served

    arguments = ["--images", images, "--results", tmp_path / "results", "--reader", READER]
    with served(tmp_path, SAMPLES / "questions.xml", *arguments) as command:
        yield command


@pytest.fixture(scope="session")
def demo_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``quizloader demo`` makes, once for all processes of a run; nothing may be changed there."""
    from filelock import FileLock
    from QuizLoaderLib.apps.demo.samples import make_demo

    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "demo-files"
    with FileLock(f"{folder}.lock"):
        if not (folder / "quizzes").is_dir():
            make_demo(folder)
    return folder


@pytest.fixture(scope="module")
def ct_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a CT to draw on, whose voxels are known."""
    from drawing_hand import write_ct

    return write_ct(tmp_path_factory.mktemp("ct"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the stories of a file; ``folder``/results is what their hands drew."""
    return tmp_path_factory.mktemp("folder")


@pytest.fixture(scope="module")
def begin(browser: Any, folder: Path, ct_folder: Path) -> Iterator[Callable[[str], "Hand"]]:
    from drawing_stage import at_one_page_after_the_other

    with at_one_page_after_the_other(browser, folder, ct_folder) as found:
        yield found


@pytest.fixture
def masks_made_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """And drawings compared: not in processes of their own, each of which takes a second to start."""
    from QuizLoaderLib.masks import batch
    from QuizLoaderLib.results.drawings import study_comparison

    for module in (batch, study_comparison):
        monkeypatch.setattr(module, "in_processes", lambda work, items, count: enumerate(map(work, items)))


@pytest.fixture
def blank_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts are made, but no pictures of them, which takes longer than all else that a report is."""
    from marked_study import leave_charts_blank

    leave_charts_blank(monkeypatch)


@pytest.fixture
def hand(begin: Callable[[str], "Hand"]) -> Iterator["Hand"]:
    """With a brush, on a page of its own, with one page more behind it."""
    found = begin("paint")
    yield found
    assert found.page.faults == []
