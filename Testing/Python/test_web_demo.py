"""``quizloader demo``: one command, and the tutorial is in the browser; nothing is stored."""

import re
import signal
from functools import partial

from web_stage import demonstrated, picture_of, text, until, wait_for_views, window

VIEWS = ("Red", "Green", "Yellow")


def shows_a_head_with_its_regions(page, view):
    picture = picture_of(page, view).astype(int)
    is_bright = picture.max(axis=2) > 60
    is_coloured = picture.max(axis=2) - picture.min(axis=2) > 60
    return 0.1 < is_bright.mean() < 0.6 and 0.005 < is_coloured.mean() < 0.1


def files_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_demo_shows_the_tutorial_and_a_sample_and_stores_nothing(browser, tmp_path):
    out = tmp_path / "demo"
    # Left by a demo that was ended early.
    (out / "quizzes").mkdir(parents=True)
    with demonstrated(tmp_path, "--out", out) as command:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[0-9a-f]{32}/", command.address), command.errors
        made = files_in(out)
        with window(browser, command.address) as page:
            page.get_by_test_id("title").filter(has_text="Welcome").wait_for()
            assert text(page, "position") == "Page 1 of 7"
            assert page.get_by_label("Your name").count() == 0
            look_at_all_pages(page)
            look_at_a_sample(page)
            assert page.faults == []
        assert command.end(signal.SIGINT) == 0
        assert command.printed_after_the_address() == ""
        assert "Traceback" not in command.errors
        assert files_in(tmp_path / "home") == []
    assert made == files_in(out)
    assert {name.split("/")[0] for name in made} == {"images", "quizzes"}


def look_at_all_pages(page):
    for number in range(2, 8):
        page.get_by_test_id("next").click()
        page.get_by_test_id("position").filter(has_text=f"Page {number} of").wait_for()
        if number == 2:
            for view in VIEWS:
                until(partial(shows_a_head_with_its_regions, page, view), f"the head on {view}")
        elif number < 7:
            wait_for_views(page)
    assert page.get_by_test_id("next").is_disabled()
    assert text(page, "not-stored") == "Nothing is stored."


def look_at_a_sample(page):
    page.get_by_test_id("samples").click()
    page.get_by_role("option", name="segmentations").click()
    page.get_by_test_id("title").filter(has_text="Patient 1").wait_for()
    wait_for_views(page)
