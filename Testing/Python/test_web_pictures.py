"""The views in the browser are pixel for pixel the pictures that ``quizloader render`` makes."""

from functools import partial

import numpy as np
import pytest
from PIL import Image as Picture
from QuizLoaderLib.apps.pictures.headless import render_quiz
from session_by_hand import SOAK
from web_stage import picture_of, served, text, until, wait_for_views, window

VIEWS = ("Red", "Green", "Yellow")


def head(picture):
    """(rows, columns), True inside the outline of what is not air: from the first to the last bright pixel of
    each row."""
    bright = picture.max(axis=2) > 40
    first, last = bright.argmax(axis=1), bright.shape[1] - bright[:, ::-1].argmax(axis=1)
    columns = np.arange(bright.shape[1])
    between = (columns >= first[:, None]) & (columns < last[:, None])
    return between & bright.any(axis=1)[:, None]


def rendered(quiz, images, out, size):
    if not out.is_dir():
        render_quiz(quiz, images, out, page=1, size=size)
    folder = next(out.glob("01-*"))
    return {view: np.asarray(Picture.open(folder / f"{view}.png").convert("RGB")) for view in VIEWS}


def share_alike(shown, expected):
    inside = head(expected)
    assert inside.mean() > 0.1
    difference = np.abs(shown.astype(int) - expected.astype(int)).max(axis=2)
    return float((difference[inside] <= 8).mean())


def is_alike(page, view, expected):
    return share_alike(picture_of(page, view), expected) >= 0.999


@pytest.mark.parametrize("name", ["label-maps", "segmentations"])
@pytest.mark.parametrize("size", [(1280, 720), (1333, 801)] if SOAK else [(1333, 801)])
def test_the_tutorials_views_are_those_of_the_command(browser, demo_files, tmp_path, name, size):
    quiz, images = demo_files / "quizzes" / f"{name}.xml", demo_files / "images"
    with (
        served(tmp_path, quiz, "--images", images) as command,
        window(browser, command.address, size) as page,
    ):
        page.get_by_test_id("title").wait_for()
        assert text(page, "title").startswith("Patient 1")
        wait_for_views(page)
        for view in VIEWS:
            rows, columns, _ = picture_of(page, view).shape
            expected = rendered(quiz, images, tmp_path / f"{rows}x{columns}", (columns, rows))[view]
            until(partial(is_alike, page, view, expected), f"the picture of {view}")
