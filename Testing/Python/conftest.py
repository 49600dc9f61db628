"""What every test has around it, and what the stories of the page begin with."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from drawing_hand import Hand
    from web_stage import Served

# The tests read what programs print as UTF-8, so these must print in it, whatever the system's locale.
os.environ["PYTHONIOENCODING"] = "utf-8"


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a third of the time tests wait, for a browser or a clock."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Not for longer: while it is there, nothing else can run an event loop."""
    from chromium import chromium

    with chromium() as started:
        yield started


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


@pytest.fixture(scope="module")
def ct_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a CT to draw on, whose voxels are known."""
    from drawing_hand import write_ct

    return write_ct(tmp_path_factory.mktemp("ct"))


@pytest.fixture
def hand(browser: Any, tmp_path: Path, ct_folder: Path) -> Iterator["Hand"]:
    """With a brush, on the first of two pages; the results are in ``tmp_path``/results."""
    from drawing_stage import at_the_first_page

    with at_the_first_page(browser, tmp_path, ct_folder) as found:
        yield found
