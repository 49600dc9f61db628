"""What the templates make is read: in Slicer's panel, in a browser, and by one reader to its end."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from authoring_by_hand import LESION
from image_files import write_nrrd
from panel_stage import Stage, block, stage, write_image
from QuizLoaderLib.authoring.making import Wanted, find_cases, make_quiz
from QuizLoaderLib.authoring.template import load_template, shipped_templates
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.model import Page, Quiz
from QuizLoaderLib.quiz.parser import read_quiz
from web_stage import picture_of, served, text, until, wait_for_views, window

ROLES = ("image", "current", "prior", "first", "second", "ct", "pet")
CASES = ("Ann", "Bob")


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cases with an image for every role: a bright block on black, and its contours."""
    folder = tmp_path_factory.mktemp("cases")
    for case in CASES:
        for role in ROLES:
            write_image(folder / case / f"{role}.nrrd", block() * np.int16(1000))
        regions = block().astype(np.uint8)
        contours = write_image(folder / case / "contours.nrrd", regions)
        origin = [(1 - len(regions)) / 2] * 3
        write_nrrd(contours.with_name("expert.seg.nrrd"), regions, origin=origin, values=LESION)
    return folder


@pytest.fixture(scope="module")
def quizzes(images: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """By name of the template."""
    out = tmp_path_factory.mktemp("quizzes")
    made = {}
    for name in shipped_templates():
        request = Wanted(images, ImageFolder(images), load_template(name))
        made[name] = make_quiz(request, find_cases(request), out / f"{name}.xml").path
    return made


def quiz_of(path: Path) -> Quiz:
    quiz, problems = read_quiz(path)
    assert quiz is not None
    assert not problems
    return quiz


def first_question(page: Page) -> str:
    return page.questions[0].descriptor


@pytest.fixture(scope="module")
def on_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage")) as found:
        yield found


@pytest.mark.parametrize("name", shipped_templates())
def test_in_slicer_the_pages_of_a_template_show_their_images(
    on_stage: Stage, quizzes: dict[str, Path], images: Path, name: str
) -> None:
    quiz = quiz_of(quizzes[name])
    on_stage.open(quizzes[name], images)
    assert on_stage.text("titleLabel") == "Before you begin"
    pages = on_stage.widget("pagesList")
    for row in range(1, len(quiz.pages)):
        pages.setCurrentRow(row)
        pages.itemClicked.emit(pages.item(row))
        on_stage.wait_for_page(row)
        on_stage.slicer.wait_until(lambda: not on_stage.sees("loadingRow"))

        assert on_stage.text("titleLabel") == f"Case {row}"
        nodes = on_stage.slicer.logic.nodes(row)
        assert len(nodes) == len(quiz.pages[row].images)
        assert None not in nodes
        assert not on_stage.sees("messageLabel")
        assert not on_stage.sees("problemsSection")
    on_stage.click("closeButton")


def test_in_a_browser_the_pages_of_templates_show_their_images(
    browser: Any, quizzes: dict[str, Path], images: Path, tmp_path: Path
) -> None:
    """One preview, whose quiz is saved again and again."""
    quiz = tmp_path / "study.xml"
    for beside in quizzes["roc"].parent.glob("*.txt"):
        shutil.copy(beside, tmp_path)
    quiz.write_bytes(quizzes["roc"].read_bytes())
    with (
        served(tmp_path / "errors", quiz, "--images", images, "--preview") as command,
        window(browser, command.address) as page,
    ):
        page.get_by_test_id("title").filter(has_text="Before you begin").wait_for()
        page.get_by_test_id("pages").click()
        page.get_by_role("option", name="2. Case 1").click()
        for path in quizzes.values():
            quiz.write_bytes(path.read_bytes())
            page.get_by_text(first_question(quiz_of(path).pages[1]), exact=False).first.wait_for()
            wait_for_views(page)
            until(lambda: picture_of(page, "Red").max() > 100, "the block on Red")
            assert text(page, "title") == "Case 1"
            assert text(page, "no-problems") == "The quiz has no problem."
        assert page.faults == []
