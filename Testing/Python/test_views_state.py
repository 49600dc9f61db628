"""What a reader makes of the views is kept for that page and put back there, and nowhere else."""

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from QuizLoaderLib.views.planes import ViewingMode
from QuizLoaderLib.views.state import show_frame, shown_frame
from reader_at_work import READER, AtWork, at_work, image, write_images
from session_by_hand import page_of, saved, write_quiz

MANY = 'AllowMultipleResponse="Y"'
WINDOW_B = 'WindowLevel="1500 -500"'


@pytest.fixture
def images(tmp_path: Path) -> Path:
    return write_images(tmp_path / "images")


def slice_node(reader: AtWork, view: str) -> Any:
    return reader.opened.host.application_logic.GetSliceLogicByLayoutName(view).GetSliceNode()


def look(reader: AtWork, index: int = 0) -> tuple[float, float]:
    display = reader.opened.nodes(reader.opened.index)[index].GetDisplayNode()
    return display.GetWindow(), display.GetLevel()


def states(results: Path, page: int) -> list[list[dict[str, str]]]:
    element = page_of(saved(results / READER / "study" / "study.xml"), page)

    def untimed(state: Element) -> dict[str, str]:
        return {name: value for name, value in state.attrib.items() if not name.endswith("Time")}

    return [[untimed(state) for state in each.findall("State")] for each in element.findall("Image")]


def test_the_views_of_a_page_come_back_as_they_were_left_and_an_explicit_window_stays(
    tmp_path: Path, images: Path
) -> None:
    asked = image('WindowLevel="400 40"') + image('WindowLevel="400 40"', "Yellow", "Sagittal")
    pages = f'<Page ID="A" {MANY}>{asked}</Page><Page ID="B" {MANY}>{image(WINDOW_B)}</Page>'
    quiz = write_quiz(tmp_path, f'{pages}<Page ID="C" {MANY}>{image()}</Page>')

    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        started_at = look(reader)
        assert started_at == (400, 40)
        (start_red, start_yellow) = (slice_node(reader, view).GetSliceOffset() for view in ("Red", "Yellow"))
        reader.opened.nodes(0)[0].GetDisplayNode().SetWindowLevel(123.25, -7.5)
        slice_node(reader, "Red").SetSliceOffset(33.125)

        reader.go()
        assert look(reader) == (1500, -500)
        reader.go()
        assert look(reader) not in [(1500, -500), (123.25, -7.5)]
        reader.go("previous")
        reader.go("previous")

        assert look(reader) == (123.25, -7.5)
        assert slice_node(reader, "Red").GetSliceOffset() == 33.125
        assert slice_node(reader, "Yellow").GetSliceOffset() == start_yellow
        slice_node(reader, "Yellow").SetSliceOffset(-11.0)
        reader.opened.place_again()
        assert (look(reader), slice_node(reader, "Red").GetSliceOffset()) == ((400, 40), start_red)
        slice_node(reader, "Yellow").SetSliceOffset(-11.0)

    red, yellow = states(tmp_path / "r", 1)
    common = {"Window": "123.25", "Level": "-7.5", "ViewingMode": "Default"}
    assert red[0] == {**common, "SliceOffset": "33.125", "Orientation": "Axial", "Destination": "Red"}
    assert [state["SliceOffset"] for state in red] == ["33.125", repr(start_red)]
    assert [state["Window"] for state in red] == ["123.25", "400.0"], "an older record never changes"
    assert [state["SliceOffset"] for state in yellow] == [repr(start_yellow), "-11.0"]
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        reader.go("previous")
        reader.go("previous")
        assert slice_node(reader, "Yellow").GetSliceOffset() == -11.0
        reader.go()
    assert states(tmp_path / "r", 1) == [red, yellow], "what is as it was is no new record"


def test_frame_and_rotated_position_come_back_and_a_repetition_begins_anew(
    tmp_path: Path, images: Path
) -> None:
    film = image('RotateToAcquisition="Y"', path="seq.nrrd")
    quiz = write_quiz(tmp_path, f'<Page ID="A" Loop="Y" {MANY}>{film}</Page><Page ID="B">{image()}</Page>')
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        show_frame(reader.opened.nodes(0)[0], 2)
        node = slice_node(reader, "Red")
        orientation, offset = node.GetOrientation(), node.GetSliceOffset()
        node.SetSliceOffset(offset + 2)
        reader.go("repeat")
        assert shown_frame(reader.opened.nodes(reader.opened.index)[0]) == 0
        assert slice_node(reader, "Red").GetSliceOffset() == pytest.approx(offset)
        reader.go("previous")
        assert shown_frame(reader.opened.nodes(0)[0]) == 2
        assert slice_node(reader, "Red").GetSliceOffset() == pytest.approx(offset + 2)

    ((state, *_),) = states(tmp_path / "r", 1)
    assert (state["Frame"], state["Orientation"]) == ("2", orientation)
    assert states(tmp_path / "r", 2)[0][-1]["Frame"] == "0"


def test_planes_keep_the_window_and_going_back_from_them_the_position(tmp_path: Path, images: Path) -> None:
    quiz = write_quiz(tmp_path, f'<Page ID="A" {MANY}>{image()}</Page><Page ID="B"/>')
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        slice_node(reader, "Red").SetSliceOffset(32.0)
        reader.opened.nodes(0)[0].GetDisplayNode().SetWindowLevel(50, 60)
        reader.opened.view(ViewingMode.SAGITTAL, "ct.")
        assert look(reader) == (50, 60)
        slice_node(reader, "Red").SetSliceOffset(-12.0)
        reader.opened.nodes(0)[0].GetDisplayNode().SetWindowLevel(70, 80)
        reader.go()
        reader.go("previous")
        assert (look(reader), slice_node(reader, "Red").GetSliceOffset()) == ((70, 80), 32.0)
        reader.opened.view(ViewingMode.CORONAL, "ct.")
        reader.opened.view(ViewingMode.DEFAULT, "ct.")
        assert (look(reader), slice_node(reader, "Red").GetSliceOffset()) == ((70, 80), 32.0)
        assert slice_node(reader, "Red").GetOrientation() == "Axial"
    (visits,) = states(tmp_path / "r", 1)
    assert [state["ViewingMode"] for state in visits] == ["1 Plane Sagittal", "Default"]
    assert [state["SliceOffset"] for state in visits] == ["32.0", "32.0"]


def test_a_state_that_was_edited_into_nonsense_is_passed_over(tmp_path: Path, images: Path) -> None:
    quiz = write_quiz(tmp_path, f'<Page ID="A" {MANY}>{image(WINDOW_B)}</Page><Page ID="B" {MANY}/>')
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        start = slice_node(reader, "Red").GetSliceOffset()
        slice_node(reader, "Red").SetSliceOffset(31.0)
        reader.go()
        reader.go("previous")
    file = tmp_path / "r" / READER / "study" / "study.xml"
    text = file.read_text(encoding="utf-8")
    assert 'SliceOffset="31.0"' in text
    text = text.replace('SliceOffset="31.0"', 'SliceOffset="deep"').replace('Window="1500.0"', 'Window="nan"')
    file.write_text(text, encoding="utf-8")

    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        assert reader.go("previous") == []
        assert slice_node(reader, "Red").GetSliceOffset() == start
        assert look(reader) == (1500, -500)
