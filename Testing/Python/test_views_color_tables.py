"""ColorTable: every colour node of Slicer by name, for each Image element its own, and what is not there."""

from pathlib import Path

import numpy as np
import pytest
from mrml_by_hand import image, page, volume
from quiz_text import image as image_text
from quiz_text import only_problem, problems_of, session
from quiz_text import page as page_text
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.quiz.model import Layout, Quiz, SliceView
from QuizLoaderLib.quiz.page_rules import COLOR_TABLES
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.page import show_page
from view_geometry import grid

QUIZ = Quiz(Path("quiz.xml"))
GRID = grid(np.diag([-1, -1, 1]), (1, 1, 1))
SHAPE = (3, 32, 32)


@pytest.fixture(scope="module")
def host():
    with HeadlessHost((64, 64)) as host:
        yield host


def _color_shown(host, grey, color_table, view=SliceView.RED):
    """The colour of a volume of one value, 0..255, under the window 0 to 255."""
    node = volume(host.scene, np.full(SHAPE, grey, np.int16), GRID, window=(0, 255))
    shown = page(image(view=view, color_table=color_table))
    assert show_page(PageNodes(shown, (node,)), host, QUIZ) == []
    color = host.picture(view)[32, 32].astype(int).tolist()
    host.scene.RemoveNode(node)
    return color


def _nodes_of(scene):
    kind = "vtkMRMLColorNode"
    return {node.GetName(): node for node in (scene.GetNthNodeByClass(n, kind) for n in range(46))}


def test_the_names_a_quiz_may_write_are_those_that_mrml_has(host):
    assert host.scene.GetNumberOfNodesByClass("vtkMRMLColorNode") == 46
    assert sorted(COLOR_TABLES) == sorted(_nodes_of(host.scene))


@pytest.mark.parametrize(
    ("color_table", "grey", "expected"),
    [
        ("", 100, (100, 100, 100)),
        ("Grey", 100, (100, 100, 100)),
        ("InvertedGrey", 100, (155, 155, 155)),
        ("Red", 100, (100, 0, 0)),
        ("Green", 100, (0, 100, 0)),
        ("Yellow", 100, (100, 100, 0)),
        ("Blue", 100, (0, 0, 100)),
        ("Cyan", 200, (0, 200, 200)),
        ("Magenta", 200, (200, 0, 200)),
    ],
)
def test_a_table_gives_its_colours_also_where_a_view_has_its_name(host, color_table, grey, expected):
    assert np.abs(np.subtract(_color_shown(host, grey, color_table), expected)).max() <= 2


# Neighbouring indexes of the tables for label values differ, so they have no colour between two of them.
_IN_ORDER = [name for name in COLOR_TABLES if name not in ("Labels", "Random", "RandomIntegers")]


@pytest.mark.parametrize("color_table", _IN_ORDER)
def test_every_table_can_be_shown(host, color_table):
    """Its own colour for the value comes out, whichever kind of colour node it is."""
    node = _nodes_of(host.scene)[color_table]
    table = node.GetLookupTable() or node.GetColorTransferFunction()
    low, high = table.GetRange()
    expected = [0.0] * 3
    table.GetColor(low + (high - low) * 200 / 255, expected)
    difference = np.subtract(_color_shown(host, 200, color_table), np.multiply(expected, 255))
    assert np.abs(difference).max() <= 6, expected


def test_one_file_has_another_table_on_each_view(host):
    voxels = np.full(SHAPE, 120, np.int16)
    nodes = [volume(host.scene, voxels, GRID, window=(0, 255)) for _ in range(4)]
    tables = {SliceView.RED: "Blue", SliceView.GREEN: "Red", SliceView.YELLOW: "", SliceView.SLICE4: "Green"}
    images = [image(view=view, color_table=name) for view, name in tables.items()]
    assert show_page(PageNodes(page(*images, layout=Layout.TWO_OVER_TWO), tuple(nodes)), host, QUIZ) == []
    shown = {view: host.picture(view)[32, 32].tolist() for view in tables}
    assert shown == {
        SliceView.RED: [0, 0, 120],
        SliceView.GREEN: [120, 0, 0],
        SliceView.YELLOW: [120, 120, 120],
        SliceView.SLICE4: [0, 120, 0],
    }
    for node in nodes:
        host.scene.RemoveNode(node)


def test_a_missing_table_is_a_warning_when_shown_and_the_image_stays_grey(host):
    node = volume(host.scene, np.full(SHAPE, 90, np.int16), GRID, window=(0, 255))
    wrong = image(color_table="PET-Heet", id="PET", view=SliceView.GREEN)
    (problem,) = show_page(PageNodes(page(wrong), (node,)), host, QUIZ)
    assert (problem.is_error, problem.page, problem.image, problem.view) == (False, 1, "PET", "Green")
    assert problem.hint.startswith("did you mean “PET-Heat”?")
    assert host.picture(SliceView.GREEN)[32, 32].tolist() == [90, 90, 90]
    host.scene.RemoveNode(node)


def test_a_table_that_an_extension_brings_is_used_without_a_word(host):
    """As SlicerRT's Dose_Color_Table, which the check cannot know."""
    table = host.scene.AddNewNodeByClass("vtkMRMLColorTableNode", "Dose_Color_Table")
    table.SetTypeToUser()
    table.SetNumberOfColors(256)
    for index in range(256):
        table.SetColor(index, str(index), 0, index / 255, 0, 1)
    assert np.abs(np.subtract(_color_shown(host, 200, "Dose_Color_Table"), (0, 200, 0))).max() <= 2
    host.scene.RemoveNode(table)


@pytest.mark.parametrize(
    ("written", "near"),
    [("grey", "Grey"), ("Irn", "Iron"), ("Full Rainbow", "FullRainbow"), ("ffMRI", "fMRI")],
)
def test_the_check_knows_the_tables_without_slicer(tmp_path, written, near):
    text = session(page_text("", image_text(f'ColorTable="{written}"')))
    problem = only_problem(tmp_path, text)
    assert (problem.code, problem.is_error, problem.page, problem.image) == ("Q414", False, 1, "CT")
    assert f"did you mean “{near}”?" in problem.hint


def test_the_check_has_nothing_against_any_table(tmp_path):
    images = [page_text(f'ID="{name}"', image_text(f'ColorTable="{name}"')) for name in COLOR_TABLES]
    assert problems_of(tmp_path, session(*images)) == []
