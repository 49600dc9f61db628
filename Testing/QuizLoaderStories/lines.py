"""A reader measures lines, with the mouse on the views."""

import json
from math import isclose
from pathlib import Path
from typing import Any

import slicer

from .desk import Desk
from .made import QUESTIONS, VOLUME, image_element, write_images, write_quiz
from .mouse import Point
from .reader import READER, Reader
from .telling import Need, story

CT = f"Volume-{VOLUME}"
FIRST, SECOND = f"Line 1: 20.0 mm, {CT}", f"Line 2: 12.0 mm, {CT}"
LEFT, RIGHT, MIDDLE, FRONT = (10.0, 0.0), (-10.0, 0.0), (0.0, 0.0), (0.0, 12.0)
"""(right, anterior) in mm, on the axial slice."""


def at_the_first_page(desk: Desk) -> Reader:
    """Two lines are asked for on it, its image is on two views; the second page has none."""
    asked = "<Image MinMarkupLinesRequired='2' "
    red, green = (
        image_element("Volume", VOLUME, *place).replace("<Image ", asked)
        for place in (("Red", "Axial"), ("Green", "Coronal"))
    )
    quiz = write_quiz(
        desk.folder / "lines.xml",
        [
            f"AllowMultipleResponse='Y'|{red}{green}{QUESTIONS}",
            f"|{image_element('Volume', VOLUME)}{QUESTIONS}",
        ],
    )
    reader = Reader(desk)
    reader.sign_in(quiz, write_images(desk.folder / "images"))
    return reader


def on_slice(desk: Desk, place: tuple[float, float]) -> Point:
    return (*place, desk.logic_of("Red").GetSliceNode().GetSliceOffset())


def measure(desk: Desk, start: tuple[float, float], end: tuple[float, float]) -> None:
    desk.key("Alt+L")
    for place in (start, end):
        desk.mouse("Red").click(on_slice(desk, place))
    desk.check()


def measure_two(desk: Desk) -> None:
    measure(desk, RIGHT, LEFT)
    wait_for(desk, [FIRST])
    measure(desk, FRONT, MIDDLE)
    wait_for(desk, [FIRST, SECOND])


def wait_for(desk: Desk, texts: list[str]) -> None:
    desk.wait_until(lambda: desk.items("linesList") == texts)


def choose_line(desk: Desk, row: int) -> None:
    desk.ui.linesList.currentRow = row
    desk.ui.linesList.itemClicked.emit(desk.ui.linesList.item(row))
    desk.check()


def line_nodes(desk: Desk) -> list[Any]:
    return desk.nodes("vtkMRMLMarkupsLineNode")


def files(reader: Reader) -> list[Path]:
    """The first line's first: its file has no number."""
    found = (reader.results / READER / "lines").rglob("*.mrk.json")
    return sorted(found, key=lambda path: len(path.name))


def points_lps(path: Path) -> list[list[float]]:
    markup = json.loads(path.read_text(encoding="utf-8"))["markups"][0]
    assert markup["coordinateSystem"] == "LPS"
    return [point["position"] for point in markup["controlPoints"]]


@story(Need.WINDOW)
def a_page_is_passed_when_two_lines_were_measured(desk: Desk) -> None:
    reader = at_the_first_page(desk)
    assert reader.missing() == [f"Please measure at least 2 lines on the image “{CT}” (0 so far)."]

    measure(desk, RIGHT, LEFT)
    wait_for(desk, [FIRST])
    assert reader.missing() == [f"Please measure at least 2 lines on the image “{CT}” (1 so far)."]
    interaction = slicer.app.applicationLogic().GetInteractionNode()
    assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform
    measure(desk, FRONT, MIDDLE)
    wait_for(desk, [FIRST, SECOND])
    assert reader.missing() == []
    reader.go()

    assert reader.text("titleLabel") == "Case 2"
    assert line_nodes(desk) == []
    stored = [point for path in files(reader) for point in points_lps(path)]
    for (x, y, _z), (right, anterior) in zip(stored, (RIGHT, LEFT, FRONT, MIDDLE), strict=True):
        assert isclose(x, -right, abs_tol=0.2), stored
        assert isclose(y, -anterior, abs_tol=0.2), stored


@story(Need.WINDOW)
def lines_come_back_and_one_that_is_deleted_does_not(desk: Desk) -> None:
    reader = at_the_first_page(desk)
    measure_two(desk)
    reader.go()
    reader.go("previousButton")
    wait_for(desk, [FIRST, SECOND])
    assert len(files(reader)) == 2

    choose_line(desk, 0)
    reader.click("deleteLineButton")

    wait_for(desk, [SECOND])
    assert len(files(reader)) == 1
    assert reader.missing() == [f"Please measure at least 2 lines on the image “{CT}” (1 so far)."]
    reader.click("nextButton")
    assert reader.text("titleLabel") == "Case 1"


@story(Need.WINDOW)
def a_line_that_was_deleted_is_brought_back(desk: Desk) -> None:
    reader = at_the_first_page(desk)
    measure_two(desk)
    choose_line(desk, 1)
    reader.click("deleteLineButton")
    wait_for(desk, [FIRST])
    reader.click("bringLineBackButton")
    wait_for(desk, [FIRST, SECOND])
    desk.wait_until(lambda: len(files(reader)) == 2)


@story(Need.WINDOW)
def the_length_follows_an_end_that_is_dragged(desk: Desk) -> None:
    at_the_first_page(desk)
    measure(desk, RIGHT, LEFT)
    wait_for(desk, [FIRST])
    desk.mouse("Red").drag(on_slice(desk, RIGHT), on_slice(desk, (-14.0, 0.0)))
    wait_for(desk, [f"Line 1: 24.0 mm, {CT}"])


@story(Need.WINDOW)
def a_line_shows_where_its_image_is_or_in_all_views(desk: Desk) -> None:
    reader = at_the_first_page(desk)
    measure(desk, RIGHT, LEFT)
    wait_for(desk, [FIRST])
    (node,) = line_nodes(desk)
    reader.click("resetViewButton")
    desk.settle()

    def views() -> list[bool]:
        names = ("Red", "Green", "Yellow")
        ids = [desk.logic_of(view).GetSliceNode().GetID() for view in names]
        return [node.GetDisplayNode().IsDisplayableInView(each) for each in ids]

    assert views() == [True, True, False]
    reader.click("linesEverywhereBox")
    assert views() == [True, True, True]
    reader.click("linesEverywhereBox")
    assert views() == [True, True, False]


@story(Need.WINDOW)
def measuring_is_given_up_by_the_button_the_module_and_slicers_tool_bar(desk: Desk) -> None:
    interaction = slicer.app.applicationLogic().GetInteractionNode()

    def is_placing() -> bool:
        return interaction.GetCurrentInteractionMode() == interaction.Place

    reader = at_the_first_page(desk)
    reader.click("measureButton")
    assert is_placing()
    assert desk.ui.measureButton.checked
    desk.mouse("Red").click(on_slice(desk, RIGHT))
    reader.click("measureButton")
    assert not is_placing()
    assert line_nodes(desk) == []

    reader.click("measureButton")
    desk.mouse("Red").click(on_slice(desk, RIGHT))
    desk.enter("Data")
    assert not is_placing()
    assert line_nodes(desk) == []

    desk.enter()
    reader.wait()
    reader.click("measureButton")
    interaction.SetCurrentInteractionMode(interaction.ViewTransform)
    desk.wait_until(lambda: line_nodes(desk) == [])
    assert not desk.ui.measureButton.checked
    assert desk.items("linesList") == []
    assert files(reader) == []


@story(Need.WINDOW)
def a_locked_page_shows_its_lines_and_lets_them_be(desk: Desk) -> None:
    one = image_element("Volume", VOLUME)
    quiz = write_quiz(desk.folder / "lines.xml", [f"|{one}{QUESTIONS}", f"|{one}{QUESTIONS}"])
    reader = Reader(desk)
    reader.sign_in(quiz, write_images(desk.folder / "images"))
    measure(desk, RIGHT, LEFT)
    wait_for(desk, [FIRST])
    reader.go()
    reader.go("previousButton")
    wait_for(desk, [FIRST])
    choose_line(desk, 0)
    assert not desk.ui.measureButton.enabled
    assert not desk.ui.deleteLineButton.enabled
    desk.key("Alt+L")
    desk.mouse("Red").drag(on_slice(desk, RIGHT), on_slice(desk, (-14.0, 0.0)))
    assert isclose(line_nodes(desk)[0].GetLineLengthWorld(), 20, abs_tol=0.2)


@story(Need.WINDOW)
def an_author_measures_and_nothing_is_stored(desk: Desk) -> None:
    one = image_element("Volume", VOLUME)
    quiz = write_quiz(desk.folder / "lines.xml", [f"|{one}{QUESTIONS}", f"|{one}{QUESTIONS}"])
    desk.open(quiz, write_images(desk.folder / "images"))
    measure(desk, RIGHT, LEFT)
    wait_for(desk, [FIRST])
    desk.turn_to("nextButton", 1)
    assert desk.items("linesList") == []
    desk.turn_to("previousButton", 0)
    wait_for(desk, [FIRST])
    assert not (desk.folder / "results").exists()
    desk.click("closeButton")
    assert len(line_nodes(desk)) == 1
