"""The stories that a real Slicer tells too (Testing/QuizLoaderStories), told on the stand-in."""

import pytest
from panel_stage import stage
from QuizLoaderStories.telling import Need, all_stories, tell_one

ON_STAND_IN = [one for one in all_stories() if Need.EFFECTS not in one.needs]


@pytest.fixture(scope="module")
def slicer_with_window(tmp_path_factory):
    """One for all, as in Slicer: what a story leaves behind troubles the next."""
    with stage(tmp_path_factory.mktemp("slicer")) as on_stage:
        yield on_stage.slicer


@pytest.mark.parametrize(
    "one", [each for each in ON_STAND_IN if Need.NO_WINDOW not in each.needs], ids=lambda one: one.name
)
def test_in_slicer(slicer_with_window, one):
    assert one.unmet == []
    tell_one(one)
    slicer_with_window.check()
