"""The log of what a reader looks at: its corners, pointer and windows against geometry and the picture."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from QuizLoaderLib.quiz.model import SliceView
from QuizLoaderLib.views.interaction_log import COLUMNS
from QuizLoaderLib.views.planes import ViewingMode
from QuizLoaderLib.views.slices import beside
from QuizLoaderLib.views.tools import crosshair_node
from reader_at_work import READER, SHAPE, SPACING, AtWork, at_work, image, write_images
from session_by_hand import write_quiz

WIDTH, HEIGHT = 64, 64
CORNERS = ["TopLeft", "TopRight", "BottomLeft", "BottomRight"]
MANY = 'AllowMultipleResponse="Y"'


@pytest.fixture
def images(tmp_path: Path) -> Path:
    return write_images(tmp_path / "images")


def rows(results: Path, page: str = "PgGroup1_A") -> list[dict[str, str]]:
    path = results / READER / "study" / page / "UserInteractionLog.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(row: dict[str, str], *names: str) -> list[float]:
    return [float(row[name]) for name in names]


def ijk(row: dict[str, str], layer: str = "bg") -> np.ndarray:
    return np.array(numbers(row, *(f"{axis}_{layer}" for axis in "IJK")))


def matrix(row: dict[str, str], layer: str = "bg") -> np.ndarray:
    names = [f"m_{layer}({r}-{c})" for r in range(4) for c in range(4)]
    return np.array(numbers(row, *names)).reshape(4, 4)


def slice_node(reader: AtWork, view: str) -> Any:
    return reader.opened.host.application_logic.GetSliceLogicByLayoutName(view).GetSliceNode()


def test_the_columns_are_those_of_the_original_and_three_more() -> None:
    assert len(COLUMNS) == 49 + 3
    assert COLUMNS[:13] == (
        *("CPU Uptime", "Time", "Layout", "ViewName", "Location", "X", "Y", "Height", "Width"),
        *("Image_bg", "I_bg", "J_bg", "K_bg"),
    )
    assert COLUMNS[17] == "m_bg(0-0)" and COLUMNS[48] == "m_fg(3-3)"


def test_the_voxels_under_the_corners_are_those_of_the_geometry(tmp_path: Path, images: Path) -> None:
    """Axial, as it fits, then moved, zoomed and panned; computed from spacing and field of view alone."""
    page = image() + image(view="Green", orientation="Coronal")
    quiz = write_quiz(tmp_path, f'<Page ID="A" UserInteractionLog="Y" {MANY}>{page}</Page><Page ID="B"/>')
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        red = slice_node(reader, "Red")
        fit = red.GetFieldOfView()[0]
        # The lowest slice; twice as large; its middle 1 mm to the right and 0.5 mm up.
        red.SetSliceOffset(30.0)
        red.SetFieldOfView(fit / 2, fit / 2, 2)
        red.SetXYZOrigin(1.0, 0.5, 0)
        reader.go()
    logged = rows(tmp_path / "r")
    axial = [row for row in logged if row["ViewName"] == "Red" and row["Location"] in CORNERS]
    assert [row["Location"] for row in axial] == CORNERS * (len(axial) // 4)

    off_border = 2.0 / 500  # Placed a little off, so that the border of the image is seen.

    def voxel(x: int, y_from_top: int, field: float, origin: tuple[float, float], k: float) -> np.ndarray:
        """The middle of the field is the volume's, i 4.5 and j 3.5; left is the patient's right."""
        mm_right = x * field / WIDTH - field / 2 + origin[0] + off_border
        mm_down = -((HEIGHT - 1 - y_from_top) * field / HEIGHT - field / 2 + origin[1] + off_border)
        return np.array([4.5 + mm_right / SPACING[0], 3.5 + mm_down / SPACING[1], k])

    first, last = axial[:4], axial[-4:]
    ends = {"TopLeft": (0, 0), "TopRight": (63, 0), "BottomLeft": (0, 63), "BottomRight": (63, 63)}
    for row in first:
        assert numbers(row, "X", "Y", "Height", "Width") == [*ends[row["Location"]], HEIGHT, WIDTH]
        assert ijk(row) == pytest.approx(voxel(*ends[row["Location"]], fit, (0, 0), 3), abs=1e-6)
    for row in last:
        assert ijk(row) == pytest.approx(voxel(*ends[row["Location"]], fit / 2, (1.0, 0.5), 0), abs=1e-6)
    coronal = [row for row in logged if row["ViewName"] == "Green" and row["Location"] in CORNERS]
    assert len(coronal) == 4, "a view that did not move is told once"
    # From the patient's right to his left, head up: the slice in the middle of eight, of two the front one.
    assert ijk(coronal[0])[0] < 0 < ijk(coronal[1])[0]
    assert ijk(coronal[2])[2] < 0 < ijk(coronal[0])[2]


@pytest.mark.parametrize("rotate", ["", 'RotateToAcquisition="Y"', 'RotateToAcquisition="Y" ZoomFactor="3"'])
def test_matrix_corner_and_the_pixel_on_the_screen_agree(tmp_path: Path, images: Path, rotate: str) -> None:
    """The grey value of each corner pixel, and of the pointer's, is that of the voxel that the log names."""
    quiz = write_quiz(
        tmp_path,
        f'<Page ID="A" UserInteractionLog="Y" {MANY}>{image(rotate, path="seq.nrrd")}</Page><Page ID="B"/>',
    )
    voxels = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        node = reader.opened.nodes(0)[0]
        node.GetDisplayNode().SetInterpolate(False)
        node.GetDisplayNode().SetWindowLevel(512, 255.5)
        red = slice_node(reader, "Red")
        # So near that even the corners are inside the image.
        red.SetFieldOfView(1.7, 1.7, 1)
        picture = reader.host.picture(SliceView.RED)
        crosshair_node(reader.opened.host).SetCursorPositionXYZ([20.0, 50.0, 0.0], red)
        reader.go()
    logged = rows(tmp_path / "r")
    corners = [row for row in logged if row["Location"] in CORNERS][-4:]
    pointer = next(row for row in logged if row["Location"] == "Pointer")
    assert numbers(pointer, "X", "Y") == [20, HEIGHT - 1 - 50]
    for row in [*corners, pointer]:
        x, y = (int(number) for number in numbers(row, "X", "Y"))
        i, j, k = np.rint(ijk(row)).astype(int)
        assert picture[y, x, 0] == pytest.approx(voxels[k, j, i] / 2, abs=1)
        assert matrix(corners[0]) @ [x, HEIGHT - 1 - y, 0, 1] == pytest.approx([*ijk(row), 1], abs=1e-5)


def test_events_have_rows_and_times_of_two_clocks(tmp_path: Path, images: Path) -> None:
    page = image() + image(view="Green", orientation="Coronal")
    quiz = write_quiz(
        tmp_path,
        f'<Page ID="A" UserInteractionLog="Y" {MANY}>{page}</Page><Page ID="B">{image()}</Page>',
    )
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        slice_node(reader, "Red").SetSliceOffset(34.0)
        reader.opened.nodes(0)[0].GetDisplayNode().SetWindowLevel(80, 20)
        reader.opened.view(ViewingMode.SAGITTAL, "ct.")
        reader.go()
        slice_node(reader, "Red").SetSliceOffset(32.0)
        reader.go("previous")
    logged = rows(tmp_path / "r")
    scroll = next(row for row in logged if row["Location"] == "Scroll")
    assert (scroll["ViewName"], scroll["SliceOffset"], scroll["Image_bg"]) == ("Red", "34", "ct.")
    windows = [row for row in logged if row["Location"] == "WindowLevel" and row["Window"] == "80"]
    assert [row["ViewName"] for row in windows[:2]] == ["Red", "Green"]
    assert {row["Level"] for row in windows} == {"20"}
    assert {row["Layout"] for row in logged if row["ViewName"]} == {"FourUp", "OneUpRedSlice"}
    transitions = [row["Layout"] for row in logged if not row["ViewName"]]
    assert transitions == ["Leaving Page --A", "Re-entering Page-- A", "Leaving Page --A"]
    uptimes = [float(row["CPU Uptime"]) for row in logged]
    assert uptimes == sorted(uptimes)
    assert all(len(row["Time"]) == len("2030/01/02 09:00:00.000000") for row in logged)
    assert not (tmp_path / "r" / READER / "study" / "PgGroup2_B").exists(), "only where the page asks for it"


def test_a_log_that_cannot_be_written_waits_and_a_torn_line_is_ended(tmp_path: Path, images: Path) -> None:
    quiz = write_quiz(
        tmp_path, f'<Page ID="A" UserInteractionLog="Y" {MANY}>{image()}</Page><Page ID="B" {MANY}/>'
    )
    folder = tmp_path / "r" / READER / "study" / "PgGroup1_A"
    with at_work(quiz, images, tmp_path / "r") as reader:
        folder.mkdir(parents=True)
        (folder / "UserInteractionLog.csv").mkdir()
        reader.show()
        reader.go()
        assert "cannot be written now" in reader.answers.save_sentence()
        (folder / "UserInteractionLog.csv").rmdir()
        assert reader.answers.save_sentence() == "All answers are saved."
        count = len(rows(tmp_path / "r"))
        assert count > 4
        with (folder / "UserInteractionLog.csv").open("ab") as file:
            file.write(b"123.5,2030/01/02 09:")
        reader.go("previous")
    logged = rows(tmp_path / "r")
    assert logged[count]["CPU Uptime"] == "123.5"
    assert logged[count + 1]["Layout"] == "Re-entering Page-- A"


def test_a_window_that_is_moved_is_noticed_with_the_pointer(
    tmp_path: Path, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiz = write_quiz(tmp_path, f'<Page ID="A" UserInteractionLog="Y" {MANY}>{image()}</Page><Page ID="B"/>')
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        red, crosshair = slice_node(reader, "Red"), crosshair_node(reader.host)
        crosshair.SetCursorPositionXYZ([3.0, 60.0, 0.0], red)
        monkeypatch.setattr(reader.host, "place_on_screen", lambda view: (1000, 200))
        crosshair.SetCursorPositionXYZ([4.0, 60.0, 0.0], red)
        reader.go()
    told = [row for row in rows(tmp_path / "r") if row["ViewName"] == "Red"]
    pointers = [numbers(row, "X", "Y") for row in told if row["Location"] == "Pointer"]
    assert pointers == [[3, 3], [1004, 203]]
    corners = [numbers(row, "X", "Y") for row in told if row["Location"] in CORNERS]
    assert corners == [[0, 0], [63, 0], [0, 63], [63, 63], [1000, 200], [1063, 200], [1000, 263], [1063, 263]]


def test_a_slice_that_only_the_browser_gets_ahead_is_none_that_the_reader_saw(
    tmp_path: Path, images: Path
) -> None:
    quiz = write_quiz(tmp_path, f'<Page ID="A" UserInteractionLog="Y" {MANY}>{image()}</Page><Page ID="B"/>')
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        logic = reader.opened.host.application_logic.GetSliceLogicByLayoutName("Red")
        plane = [logic.GetSliceNode().GetSliceToRAS().GetElement(row, 3) for row in range(3)]
        offset = logic.GetSliceOffset()
        seen = []
        for steps in (1, -1, 100):
            with beside(logic, steps) as is_there:
                seen.append((is_there, logic.GetSliceOffset() - offset))
        assert seen == [(True, pytest.approx(SPACING[2])), (True, pytest.approx(-SPACING[2])), (False, 0)]
        assert [logic.GetSliceNode().GetSliceToRAS().GetElement(row, 3) for row in range(3)] == plane
        reader.go()
    logged = [row["Location"] for row in rows(tmp_path / "r") if row["ViewName"] == "Red"]
    assert "Scroll" not in logged
    assert [what for what in logged if what in CORNERS] == CORNERS
