"""The stories that a real Slicer tells too (Testing/QuizLoaderStories), told on the stand-in."""

import logging
import sys
from functools import cache

import pytest
import vtk
from panel_stage import stage
from QuizLoaderLib.apps.demo import samples
from QuizLoaderStories.telling import Need, Story, StoryFailedError, all_stories, tell_all, tell_one

STORIES = [one for one in all_stories() if Need.EFFECTS not in one.needs]


@pytest.fixture(scope="module", autouse=True)
def one_head():
    """Of the sample images: it takes seconds, and is the same at each call."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(samples, "make_head", cache(samples.make_head))
        yield


@pytest.fixture(scope="module")
def slicer_with_window(tmp_path_factory):
    """One for all, as in Slicer: what a story leaves behind troubles the next."""
    with stage(tmp_path_factory.mktemp("slicer")) as on_stage:
        yield on_stage.slicer


@pytest.mark.parametrize(
    "one", [each for each in STORIES if Need.NO_WINDOW not in each.needs], ids=lambda one: one.name
)
def test_in_slicer(slicer_with_window, one):
    assert one.unmet == []
    tell_one(one)
    slicer_with_window.check()


def lines_of_self_test(on_stage, capsys):
    on_stage.slicer.module.widgetRepresentation()
    # As the button "Reload and Test" does: the widgets of before are hidden, not gone.
    slicer_module = sys.modules["slicer"]
    slicer_module.modules.QuizLoaderWidget.onReload()
    sys.modules["QuizLoader"].QuizLoaderTest("test_stories").test_stories()
    return capsys.readouterr().out.splitlines()


def test_without_a_main_window_the_self_test_tells_what_can_be_told(tmp_path, capsys):
    with stage(tmp_path, main_window=False) as on_stage:
        *lines, last = [line for line in lines_of_self_test(on_stage, capsys) if line]

    stories = all_stories()
    without = [one for one in stories if Need.WINDOW not in one.needs and Need.EFFECTS not in one.needs]
    assert len(without) >= 3
    assert (
        last == f"{len(without)} passed, 0 FAILED, {len(stories) - len(without)} not run, of {len(stories)}"
    )
    for one in stories:
        (line,) = [line for line in lines if one.name in line]
        assert line.startswith("passed " if one in without else "not run "), line
        assert one in without or "needs" in line


def test_a_story_that_fails_is_named_and_the_others_are_told(tmp_path):
    said: list[str] = []
    told: list[int] = []

    def fail(_desk):
        raise AssertionError("the view is empty")

    def log(_desk):
        logging.getLogger("any").error("something went wrong")

    stories = [
        Story("one that fails", fail, (Need.NO_WINDOW,)),
        Story("one that logs an error", log, ()),
        Story("one in which VTK reports an error", lambda _desk: vtk.vtkImageThreshold().Update(), ()),
        Story("one that passes", lambda _desk: told.append(1), ()),
        Story("one for Slicer", fail, (Need.EFFECTS,)),
    ]
    with (
        stage(tmp_path, main_window=False),
        pytest.raises(StoryFailedError, match=r"failed: one that fails; one that logs an error; one in"),
    ):
        tell_all(stories, said.append)

    assert told == [1]
    assert [line[:8].strip() for line in said[:-1]] == [
        *["FAILED"] * 3,
        "passed",
        "not run",
    ]
    assert "the view is empty" in said[0]
    assert "something went wrong" in said[1]
    assert "vtkImageThreshold" in said[2]
    assert "effects of Slicer's Segment Editor" in said[4]
    assert said[-1] == "1 passed, 3 FAILED, 1 not run, of 5"


def test_what_is_installed_carries_no_stories_and_says_so(tmp_path):
    with stage(tmp_path, main_window=False) as on_stage:
        on_stage.slicer.module.setProperty("path", str(tmp_path / "QuizLoader.py"))
        test = on_stage.slicer.python.QuizLoaderTest("test_stories")
        with pytest.raises(Exception, match="from QuizLoader's source or build"):
            test.test_stories()


def test_the_self_test_fails_with_the_remedy_where_lxml_is_missing(tmp_path, monkeypatch):
    with stage(tmp_path, main_window=False) as on_stage:
        monkeypatch.setitem(sys.modules, "lxml", None)
        with pytest.raises(Exception, match=r"needs the Python package lxml.*pip_install"):
            on_stage.slicer.python.QuizLoaderTest("test_stories").test_stories()
