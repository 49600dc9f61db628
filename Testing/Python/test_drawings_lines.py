"""Lines that readers measure: their length, their image, their files, and that deleted ones are gone."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from QuizLoaderLib.views import marks
from reader_at_work import READER, AtWork, at_work, write_volume
from session_by_hand import page_of, saved, write_quiz

Points = tuple[tuple[float, float, float], ...]

# Voxels of 0.5 x 0.75 x 2 mm, 10 x 8 x 6 of them; the first one's centre is (10, -20, 30) in LPS.
INSIDE = ((-10.0, 20.0, 30.0), (-13.0, 16.0, 30.0))
OUTSIDE = ((100.0, 20.0, 30.0), (100.0, 20.0, 42.0))
CT = '<Image ID="CT" Type="Volume"{}><Path>ct.nrrd</Path></Image>'


@pytest.fixture
def images(tmp_path: Path) -> Path:
    write_volume(tmp_path / "images" / "ct.nrrd")
    return tmp_path / "images"


def measure(reader: AtWork, points: Points = INSIDE) -> object:
    node = reader.drawings.lines.new()
    marks.set_points_ras(node, points)
    return node


def file_points_lps(path: Path) -> np.ndarray:
    (markup,) = json.loads(path.read_text(encoding="utf-8"))["markups"]
    assert (markup["type"], markup["coordinateSystem"]) == ("Line", "LPS")
    return np.array([point["position"] for point in markup["controlPoints"]])


def test_lines_are_kept_with_their_image_or_page_and_deleted_ones_are_gone_for_good(
    tmp_path: Path, images: Path
) -> None:
    required = CT.format(' MinMarkupLinesRequired="2"')
    page = f'<Page ID="A" AllowMultipleResponse="Y">{required}</Page><Page ID="B"/>'
    quiz = write_quiz(tmp_path, page)
    folder = tmp_path / "r" / READER / "study" / "PgGroup1_A"
    on_image = folder / "A_CT_MarkupsLine_quizline.mrk.json"
    second = folder / "A_CT_MarkupsLine_1_quizline.mrk.json"
    on_page = folder / "A_MarkupsLine_quizline.mrk.json"

    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        first = measure(reader)
        (line,) = reader.drawings.lines.measured
        assert (line.image_id, line.length_mm) == ("CT", 5.0)
        measure(reader, OUTSIDE)
        assert reader.answers.step("next") == [
            "Please measure at least 2 lines on the image “CT” (1 so far)."
        ]
        assert np.allclose(file_points_lps(on_image), [(10, -20, 30), (13, -16, 30)], atol=1e-9)
        assert np.allclose(file_points_lps(on_page), [(-100, -20, 30), (-100, -20, 42)], atol=1e-9)
        measure(reader)
        assert reader.answers.missing() == []
        assert second.exists()
        reader.drawings.lines.new()
        reader.go()
        assert reader.opened.host.scene.GetNumberOfNodesByClass("vtkMRMLMarkupsLineNode") == 0

        reader.go("previous")
        assert [(line.image_id, line.length_mm) for line in reader.drawings.lines.measured] == [
            ("CT", 5.0),
            ("CT", 5.0),
            ("", 12.0),
        ]
        first = reader.drawings.lines.measured[0].node
        reader.drawings.lines.remove(first)
        assert not on_image.exists()
        assert reader.answers.missing() == ["Please measure at least 2 lines on the image “CT” (1 so far)."]
        # One is deleted outside of the program's own button, one moved, one measured again.
        reader.opened.host.scene.RemoveNode(reader.drawings.lines.measured[1].node)
        marks.set_points_ras(reader.drawings.lines.measured[0].node, [INSIDE[0], (-10.0, 20.0, 31.0)])
        measure(reader)

    assert not on_page.exists()
    assert np.allclose(file_points_lps(second), [(10, -20, 30), (10, -20, 31)], atol=1e-9)
    results = page_of(saved(tmp_path / "r" / READER / "study" / "study.xml"), 1)
    names = sorted(Path(path.text or "").name for path in results.iter("MarkupLinePath"))
    assert names == [second.name, on_image.name]
    assert results.findall("MarkupLinePath") == []
    assert sorted(path.name for path in folder.iterdir()) == names


def test_deleted_lines_are_brought_back_one_after_the_other_until_the_page_is_left(
    tmp_path: Path, images: Path
) -> None:
    required = CT.format(' MinMarkupLinesRequired="2"')
    page = f'<Page ID="A" AllowMultipleResponse="Y">{required}</Page><Page ID="B"/>'
    folder = tmp_path / "r" / READER / "study" / "PgGroup1_A"
    with at_work(write_quiz(tmp_path, page), images, tmp_path / "r") as reader:
        reader.show()
        lines: Any = reader.drawings.lines
        measure(reader)
        measure(reader, OUTSIDE)
        assert [line.length_mm for line in lines.measured] == [5.0, 12.0]
        assert not lines.can_bring_back
        assert reader.drawings.save() == ""
        # One by the program's own button, one outside of it; and one that is only begun is no line.
        lines.remove(lines.measured[0].node)
        reader.opened.host.scene.RemoveNode(lines.measured[0].node)
        assert lines.measured == ()
        lines.remove(lines.new())
        assert reader.answers.missing() == ["Please measure at least 2 lines on the image “CT” (0 so far)."]
        assert list(folder.iterdir()) == []
        lines.bring_back()
        lines.bring_back()
        assert not lines.can_bring_back
        assert [(line.image_id, line.length_mm) for line in lines.measured] == [("CT", 5.0), ("", 12.0)]
        assert {line.node.GetName() for line in lines.measured} == {"Line 1", "Line 2"}
        (on_image,) = folder.glob("A_CT_*")
        assert np.allclose(file_points_lps(on_image), [(10, -20, 30), (13, -16, 30)], atol=1e-9)
        assert len(list(folder.iterdir())) == 2
        measure(reader)
        reader.go()
        reader.go("previous")
        assert len(lines.measured) == 3
        lines.remove(lines.measured[2].node)
        reader.go()
        reader.go("previous")
        assert not lines.can_bring_back
        assert len(lines.measured) == 2


def test_a_page_without_images_keeps_its_lines_and_a_scene_that_is_cleared_deletes_none(
    tmp_path: Path, images: Path
) -> None:
    many = 'AllowMultipleResponse="Y"'
    quiz = write_quiz(tmp_path, f'<Page ID="Free" {many}/><Page ID="B" {many}>{CT.format("")}</Page>')
    on_page = tmp_path / "r" / READER / "study" / "PgGroup1_Free" / "Free_MarkupsLine_quizline.mrk.json"
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        measure(reader, OUTSIDE)
        measure(reader, OUTSIDE)
        assert reader.drawings.save() == ""
        assert len(list(on_page.parent.iterdir())) == 2
        reader.drawings.lines.remove(reader.drawings.lines.measured[1].node)
        assert list(on_page.parent.iterdir()) == [on_page]
        reader.go()
        measure(reader)
        assert reader.drawings.save() == ""
        reader.host.scene.Clear(0)
        assert reader.drawings.save() == ""
    assert on_page.exists()
    assert (tmp_path / "r" / READER / "study" / "PgGroup2_B" / "B_CT_MarkupsLine_quizline.mrk.json").exists()
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        if reader.opened.pages[reader.opened.index].id == "Free":
            reader.go()
        assert [line.image_id for line in reader.drawings.lines.measured] == ["CT"]
        reader.go("previous")
        assert [line.image_id for line in reader.drawings.lines.measured] == [""]


def test_a_line_belongs_to_the_image_it_was_placed_on_and_shows_on_its_views_or_on_all(
    tmp_path: Path, images: Path
) -> None:
    """Two images at one place: Slicer notes which one was under the pointer."""
    write_volume(images / "mr.nrrd")
    on_green = "<DefaultDestination>Green</DefaultDestination><Path>mr.nrrd</Path>"
    quiz = write_quiz(
        tmp_path, f'<Page ID="A">{CT.format("")}<Image ID="MR" Type="Volume">{on_green}</Image></Page>'
    )
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        green = reader.host.application_logic.GetSliceLogicByLayoutName("Green").GetSliceNode().GetID()
        node = reader.drawings.lines.new()
        marks.set_points_ras(node, INSIDE)
        node.SetNthControlPointAssociatedNodeID(0, reader.opened.nodes(0)[1].GetID())
        plain = reader.drawings.lines.new()
        marks.set_points_ras(plain, INSIDE)
        assert [line.image_id for line in reader.drawings.lines.measured] == ["MR", "CT"]
        reader.drawings.show_again()
        assert list(node.GetDisplayNode().GetViewNodeIDs()) == [green]
        reader.drawings.lines.show_in_all_views(True)
        assert list(node.GetDisplayNode().GetViewNodeIDs()) == []


def test_no_two_lines_have_one_name_also_where_one_was_deleted(tmp_path: Path, images: Path) -> None:
    pages = f'<Page ID="A" AllowMultipleResponse="Y">{CT.format("")}</Page><Page ID="B"/>'
    quiz = write_quiz(tmp_path, pages)

    def names() -> list[str]:
        return [line.node.GetName() for line in reader.drawings.lines.measured]

    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        nodes = [measure(reader) for _ in range(3)]
        assert names() == ["Line 1", "Line 2", "Line 3"]
        reader.drawings.lines.remove(nodes[1])
        reader.drawings.lines.remove(nodes[0])
        for _ in range(3):
            measure(reader)
            assert len(set(names())) == len(names())
        reader.answers.step("next")
        reader.show()
        reader.answers.step("previous")
        reader.show()
        assert len(names()) == 4
        measure(reader)
        assert len(set(names())) == 5
