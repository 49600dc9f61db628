"""Where sides are random, a reader is not told which image is on which side, whatever is wrong with them."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.quiz.layout_rows import place_of_view
from QuizLoaderLib.quiz.model import Layout, SliceView
from QuizLoaderLib.quiz.problems import Problem, warning
from QuizLoaderLib.reader.measuring import Measuring
from QuizLoaderLib.reader.opened_quiz import OpenedQuiz
from QuizLoaderLib.reader.view_texts import texts_of_view
from QuizLoaderLib.views import marks
from reader_at_work import READER, AtWork, at_work, box, write_volume
from session_by_hand import page_of, saved, write_quiz

NAMES = ("armA", "armB", "old", "new")
LINE = ((-10.0, 20.0, 30.0), (-13.0, 16.0, 30.0))


def image(image_id: str, view: str, path: str) -> str:
    return (
        f'<Image ID="{image_id}" Type="Volume" MinMarkupLinesRequired="1">'
        f"<DefaultDestination>{view}</DefaultDestination><Path>{path}.nrrd</Path></Image>"
    )


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    for name in ("old", "new"):
        write_volume(tmp_path / "images" / f"{name}.nrrd")
    images = image("armA", "Red", "old") + image("armB", "Yellow", "new")
    attributes = 'Layout="SideBySideRedYellow" RandomizeSides="Red Yellow" AllowMultipleResponse="Y"'
    return write_quiz(tmp_path, f'<Page ID="P" {attributes}>{images}</Page><Page ID="Q"/>')


def said(opened: OpenedQuiz, problems: list[Problem]) -> dict[str, list[str]]:
    """On the page, and over each of its views."""
    is_read = bool(opened.answers.reader)
    over = {
        view.value: list(texts_of_view(opened.on_views, logic, problems, is_read).messages)
        for view, logic in opened.slice_logics().items()
    }
    return {"page": opened.messages(problems), **over}


@pytest.fixture
def reader(tmp_path: Path, quiz: Path) -> Iterator[AtWork]:
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        yield reader


def side_of(folder: Path, image_id: str) -> str:
    """By the results, which only coordinators see."""
    sides = page_of(saved(folder / "r" / READER / "study" / "study.xml"), 1).get("Sides")
    return "left" if (image_id == "armA") == (sides == "Red Yellow") else "right"


@pytest.mark.parametrize("gone", ["old", "new"])
def test_an_image_that_is_gone_is_told_by_its_side_and_to_authors_by_its_name(
    tmp_path: Path, quiz: Path, reader: AtWork, gone: str
) -> None:
    (tmp_path / "images" / f"{gone}.nrrd").unlink()
    image_id = {"old": "armA", "new": "armB"}[gone]
    side = side_of(tmp_path, image_id)
    view, other = ("Red", "Yellow") if side == "left" else ("Yellow", "Red")
    assert said(reader.opened, reader.opened.show(0)) == {
        "page": [f"The {side} image cannot be shown; who runs the study can say why."],
        view: ["An image of this view is not shown; who runs the study can say why."],
        other: [],
    }
    with HeadlessHost((64, 64)) as host:
        by_author = OpenedQuiz(quiz, tmp_path / "images", host)
        told = said(by_author, by_author.show(0))
        by_author.close()
    assert told["page"][0].startswith(f"{image_id}: ")
    assert f"{gone}.nrrd" in told["page"][0] and f"{gone}.nrrd" in "".join(told["Red"] + told["Yellow"])


def test_what_is_odd_about_an_image_or_a_file_beside_it_tells_no_name_either(
    tmp_path: Path, reader: AtWork
) -> None:
    reader.show()
    odd = warning("Q601", "Slices of “new.nrrd” are missing.").at(image="armB", view="Yellow")
    beside = warning("Q952", "The line “study/P_armB_MarkupsLine_quizline.mrk.json” is gone.")
    plain = warning("Q952", "The file of mark 1 is gone.")
    assert reader.opened.messages([odd, beside, plain, plain]) == [
        f"Something is odd about the {side_of(tmp_path, 'armB')} image; who runs the study can say why.",
        "Something of this page cannot be shown; who runs the study can say why.",
        "The file of mark 1 is gone.",
    ]


def test_lines_that_are_measured_or_missing_are_those_of_a_side(tmp_path: Path, reader: AtWork) -> None:
    reader.show()
    marks.set_points_ras(reader.drawings.lines.new(), LINE)
    (measuring := Measuring(lambda: None)).begin(reader.opened)
    ((line),) = measuring.shown.measured
    assert line.image in ("Axial (left)", "Axial (right)")
    side, other = ("left", "right") if line.image == "Axial (left)" else ("right", "left")
    assert reader.answers.step("next") == [
        f"Please measure at least one line on the {other} image (0 so far)."
    ]
    (path,) = (tmp_path / "r").rglob("*_quizline.mrk.json")
    measured = "armA" if "armA" in path.name else "armB"
    assert side_of(tmp_path, measured) == side


def test_a_contour_that_cannot_be_saved_is_the_one_of_a_side(tmp_path: Path, quiz: Path) -> None:
    text = quiz.read_text(encoding="utf-8")
    quiz.write_text(
        text.replace("RandomizeSides", 'EnableSegmentEditor="Y" RandomizeSides', 1), encoding="utf-8"
    )
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        reader.show()
        where = reader.drawings.images
        assert [side_of(tmp_path, each.id) for each in where] == ["left", "right"]
        # Something else is where the folder of the page would be.
        (tmp_path / "r" / READER / "study" / "PgGroup1_P").write_text("", encoding="utf-8")
        node = reader.draw("Liver", box(slice(1, 4), slice(2, 5), slice(3, 9)), image="armA")
        side = side_of(tmp_path, "armA")
        assert node.GetName() == f"P {side.capitalize()}"
        reader.drawings.save()
        said = reader.answers.save_sentence()
        assert f"The contour of the {side} image on the page “P” is not saved yet (" in said
        assert not any(name in said for name in NAMES)


def test_the_log_of_what_is_looked_at_knows_the_images(tmp_path: Path, quiz: Path) -> None:
    text = quiz.read_text(encoding="utf-8").replace("RandomizeSides", 'UserInteractionLog="Y" RandomizeSides')
    quiz.write_text(text.replace(' MinMarkupLinesRequired="1"', ""), encoding="utf-8")
    with at_work(quiz, tmp_path / "images", tmp_path / "r") as reader:
        reader.show()
        reader.go()
    (log,) = (tmp_path / "r").rglob("UserInteractionLog.csv")
    with log.open(encoding="utf-8", newline="") as file:
        seen = {(row["ViewName"], row["Image_bg"]) for row in csv.DictReader(file) if row["Image_bg"]}
    names = ("armA", "armB") if side_of(tmp_path, "armA") == "left" else ("armB", "armA")
    assert seen == set(zip(("Red", "Yellow"), names, strict=True))


@pytest.mark.parametrize(
    ("layout", "places"),
    [
        (Layout.SIDE_BY_SIDE_RED_YELLOW, ["left", "right", "", ""]),
        (Layout.TWO_OVER_TWO, ["top left", "bottom right", "bottom left", "top right"]),
        (Layout.FOUR_UP, ["top left", "bottom right", "bottom left", ""]),
        (Layout.ONE_UP_RED_SLICE, ["", "", "", ""]),
    ],
)
def test_a_view_is_called_by_its_place(layout: Layout, places: list[str]) -> None:
    views = (SliceView.RED, SliceView.YELLOW, SliceView.GREEN, SliceView.SLICE4)
    assert [place_of_view(layout, view) for view in views] == places
