"""When a question is answered, what a page still needs, and in which order pages come."""

from dataclasses import replace
from pathlib import Path

import pytest
from QuizLoaderLib.quiz.model import Image, ImageType, Layer, Page, Question, QuestionSet, Quiz
from QuizLoaderLib.quiz.question_types import QuestionType
from QuizLoaderLib.session.answers import blank, cleaned, missing_in, stored_text
from QuizLoaderLib.session.entries import parsed_timestamp
from QuizLoaderLib.session.files import SessionError
from QuizLoaderLib.session.order import group_order, page_groups
from QuizLoaderLib.session.requirements import Drawn, missing_drawings


def question(kind: QuestionType, *options: str, **more) -> Question:
    return Question(kind, line=1, descriptor="Size", options=options or ("a",), **more)


INTEGER = question(QuestionType.INTEGER_VALUE, minimum=1, maximum=10)
FLOAT = question(QuestionType.FLOAT_VALUE, minimum=0.5)
TEXT = question(QuestionType.TEXT, "a", "b")
BUTTON = question(QuestionType.BUTTON, "tools\\measure.py")
TOGGLE = replace(BUTTON, button_color_off=(1, 2, 3))


@pytest.mark.parametrize(
    ("asked", "answer", "sentence"),
    [
        (question(QuestionType.RADIO, "a", "b"), ("N", "N"), "Please choose an option of “Size”."),
        (question(QuestionType.RADIO, "a", "b"), ("N", "Y"), ""),
        (question(QuestionType.CHECK_BOX, "a", "b"), ("N", "N"), "Please tick at least one box of “Size”."),
        (question(QuestionType.CHECK_BOX, "a", "b"), ("Y", "Y"), ""),
        (TEXT, ("x", " \n"), "Please answer “Size” in every field."),
        (TEXT, ("x", "y"), ""),
        (INTEGER, ("",), "“Size” needs a whole number from 1 to 10."),
        (INTEGER, ("1",), ""),
        (INTEGER, (" +10 ",), ""),
        (INTEGER, ("0",), "“Size” needs a whole number from 1 to 10, not “0”."),
        (INTEGER, ("11",), "“Size” needs a whole number from 1 to 10, not “11”."),
        (INTEGER, ("2.0",), "“Size” needs a whole number from 1 to 10, not “2.0”."),
        (INTEGER, ("1_0",), "“Size” needs a whole number from 1 to 10, not “1_0”."),
        (INTEGER, ("٣",), "“Size” needs a whole number from 1 to 10, not “٣”."),
        (FLOAT, ("0.5",), ""),
        (FLOAT, ("1e3",), ""),
        (FLOAT, (".75",), ""),
        (FLOAT, ("0,75",), ""),
        (FLOAT, ("0,25",), "“Size” needs a number of at least 0.5, not “0,25”."),
        (FLOAT, ("1,234.5",), "“Size” needs a number of at least 0.5, not “1,234.5”."),
        (FLOAT, ("nan",), "“Size” needs a number of at least 0.5, not “nan”."),
        (FLOAT, ("inf",), "“Size” needs a number of at least 0.5, not “inf”."),
        (FLOAT, ("1e999",), "“Size” needs a number of at least 0.5, not “1e999”."),
        (question(QuestionType.FLOAT_VALUE, maximum=2), ("",), "“Size” needs a number of at most 2."),
        (question(QuestionType.FLOAT_VALUE), ("9" * 300,), ""),
        (question(QuestionType.INFO_BOX), ("",), ""),
        (question(QuestionType.PICTURE), ("",), ""),
        (BUTTON, ("",), "Please press every button of “Size”."),
        (BUTTON, ("measure-Done",), ""),
        (TOGGLE, ("measure",), ""),
        # An optional question may be left, not answered wrongly.
        (replace(INTEGER, required=False), ("",), ""),
        (replace(INTEGER, required=False), ("99",), "“Size” needs a whole number from 1 to 10, not “99”."),
        (replace(TEXT, required=False), ("x", ""), ""),
        (replace(BUTTON, required=False), ("",), ""),
        # A choice without options can never be made, and keeps nobody.
        (replace(question(QuestionType.RADIO), options=()), (), ""),
    ],
)
def test_what_a_question_still_needs(asked: Question, answer: tuple[str, ...], sentence: str) -> None:
    assert missing_in(asked, answer, scripts_allowed=True) == sentence


def test_a_button_is_not_needed_where_scripts_may_not_run() -> None:
    assert missing_in(BUTTON, ("",), scripts_allowed=False) == ""


def test_a_question_nobody_touched() -> None:
    assert blank(question(QuestionType.RADIO, "a", "b")) == ("N", "N")
    assert blank(TEXT) == ("", "")
    assert blank(BUTTON) == ("",)
    assert blank(TOGGLE) == ("measure",)


def test_the_stored_text_is_what_analysis_expects() -> None:
    assert stored_text(INTEGER, "12") == ""
    assert stored_text(INTEGER, "7") == "7"
    assert stored_text(TOGGLE, "measure-On") == "measure"


@pytest.mark.parametrize(
    ("asked", "texts"),
    [
        (question(QuestionType.RADIO, "a", "b"), ("Y", "Y")),
        (question(QuestionType.RADIO, "a", "b"), ("y", "N")),
        (question(QuestionType.RADIO, "a", "b"), ("Y",)),
        (question(QuestionType.INFO_BOX), ("read",)),
    ],
)
def test_what_no_form_can_give_is_refused(asked: Question, texts: tuple[str, ...]) -> None:
    with pytest.raises(SessionError, match="Size"):
        cleaned(asked, texts)


# What has to be drawn

CT = Image("CT", ImageType.VOLUME, "ct.nrrd", 1)
CT_GREEN = replace(CT, line=2)
MR = Image("MR", ImageType.VOLUME, "mr.nrrd", 3, layer=Layer.FOREGROUND)


def page(**more) -> Page:
    images = more.pop("images", (CT, CT_GREEN, MR))
    return Page("P", 1, 1, images=images, question_sets=(QuestionSet(1),), **more)


def test_a_contour_on_any_image() -> None:
    asked = page(segment_required_on_any_image=True)

    assert missing_drawings(asked, {}) == ["Please draw a contour on at least one image of this page."]
    assert missing_drawings(asked, {"CT": Drawn(lines=3)}) != []
    assert missing_drawings(asked, {"MR": Drawn(has_drawing=True)}) == []


def test_a_contour_on_each_image_that_asks_for_one_once_a_file() -> None:
    needs = tuple(replace(image, segment_required=True) for image in (CT, CT_GREEN, MR))
    asked = page(images=needs)

    assert missing_drawings(asked, {}) == [
        "Please draw a contour on the image “CT”.",
        "Please draw a contour on the image “MR”.",
    ]
    assert missing_drawings(asked, {"CT": Drawn(True)}) == ["Please draw a contour on the image “MR”."]


def test_lines_are_counted_once_for_a_file_on_two_views() -> None:
    asked = page(min_markup_lines_required_on_any_image=3)

    assert missing_drawings(asked, {"CT": Drawn(lines=2)}) == [
        "Please measure at least 3 lines on this page (2 so far)."
    ]
    assert missing_drawings(asked, {"CT": Drawn(lines=2), "MR": Drawn(lines=1)}) == []


def test_lines_of_one_image() -> None:
    asked = page(images=(replace(CT, min_markup_lines_required=1), MR))

    assert missing_drawings(asked, {"MR": Drawn(lines=5)}) == [
        "Please measure at least one line on the image “CT” (0 so far)."
    ]
    assert missing_drawings(asked, {"CT": Drawn(lines=1)}) == []


# Order


def quiz_of(*groups: int | None, forced: tuple[int, ...] | None = None, randomize: bool = True) -> Quiz:
    pages = tuple(Page(f"P{n}", n, n, page_group=group) for n, group in enumerate(groups, start=1))
    return Quiz(Path("q.xml"), pages=pages, randomize_page_groups=randomize, forced_group_order=forced)


def test_pages_without_a_group_get_numbers_of_their_own() -> None:
    assert page_groups(quiz_of(None, None, None).pages) == {1: 1, 2: 2, 3: 3}
    assert page_groups(quiz_of(2, None, 2, None, 0).pages) == {1: 2, 2: 3, 3: 2, 4: 4, 5: 0}


def test_a_forced_order_keeps_group_0_first_and_drops_nothing() -> None:
    assert group_order(quiz_of(1, 0, 2, 3, forced=(3, 1)), seed=1) == (0, 3, 1, 2)
    assert group_order(quiz_of(1, 0, 2, forced=(2, 0, 9, 2, 1)), seed=1) == (0, 2, 1)
    assert group_order(quiz_of(1, 2, forced=(2, 1), randomize=False), seed=1) is None


def test_a_seed_gives_the_same_order_again() -> None:
    quiz = quiz_of(*range(12))
    orders = {group_order(quiz, seed) for seed in range(20)}

    assert all(order is not None and order[0] == 0 and sorted(order) == list(range(12)) for order in orders)
    assert len(orders) == 20
    assert group_order(quiz, 5) == group_order(quiz, 5)


def test_times_have_the_form_of_the_original() -> None:
    moment = parsed_timestamp(" 20230317_15:58:27.114871 ")
    assert moment is not None
    assert (moment.year, moment.second, moment.microsecond) == (2023, 27, 114871)
    assert parsed_timestamp("yesterday") is None
