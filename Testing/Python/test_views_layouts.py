"""Layouts stand as Slicer's own, and the letters at a view's edges say where the patient lies."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from mrml_by_hand import matrix4x4
from QuizLoaderLib.quiz.layout_rows import ROWS_OF_LAYOUT
from QuizLoaderLib.quiz.model import VIEWS_OF_LAYOUT, Layout, Orientation, SliceView
from QuizLoaderLib.reader.view_texts import EdgeLetters, edge_letters
from QuizLoaderLib.views.layouts import COLOR_OF_VIEW, slicer_layout
from view_geometry import rotation


@pytest.fixture(scope="module")
def scene():
    import slicer

    scene = slicer.vtkMRMLScene()
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene, True)
    return scene


def _views(element):
    """(name, colour) of every view, in rows; a 3D view has the name None."""
    if element.tag == "view":
        if element.get("class") != "vtkMRMLSliceNode":
            return [[(None, None)]]
        return [[(element.get("singletontag"), element.findtext("property[@name='viewcolor']"))]]
    parts = [_views(item[0]) for item in element]
    if element.get("type") == "vertical":
        return [row for part in parts for row in part]
    return [[view for part in parts for view in part[0]]]


@pytest.mark.parametrize("layout", Layout)
def test_views_stand_where_slicer_puts_them(scene, layout):
    import slicer

    logic = slicer.vtkMRMLLayoutLogic()
    logic.SetMRMLScene(scene)
    description = logic.GetLayoutNode().GetLayoutDescription(slicer_layout(layout))
    rows = _views(ElementTree.fromstring(description))
    assert [[name for name, _ in row] for row in rows] == [
        [view.value if view else None for view in row] for row in ROWS_OF_LAYOUT[layout]
    ]
    for name, color in (view for row in rows for view in row if view[0]):
        assert "#{:02X}{:02X}{:02X}".format(*COLOR_OF_VIEW[SliceView(name)]) == color
    assert {view for row in ROWS_OF_LAYOUT[layout] for view in row if view} == set(VIEWS_OF_LAYOUT[layout])
    logic.SetMRMLScene(None)


@pytest.mark.parametrize(
    ("orientation", "letters"),
    [
        (Orientation.AXIAL, EdgeLetters(left="R", right="L", top="A", bottom="P")),
        (Orientation.CORONAL, EdgeLetters(left="R", right="L", top="S", bottom="I")),
        (Orientation.SAGITTAL, EdgeLetters(left="A", right="P", top="S", bottom="I")),
    ],
)
def test_letters_are_radiological(scene, orientation, letters):
    node = scene.AddNewNodeByClass("vtkMRMLSliceNode")
    node.SetOrientation(orientation.value)
    assert edge_letters(node) == letters
    scene.RemoveNode(node)


@pytest.mark.parametrize(
    ("degrees", "letters"),
    [
        (10, EdgeLetters(left="R", right="L", top="A", bottom="P")),
        (30, EdgeLetters(left="RA", right="LP", top="AL", bottom="PR")),
        (60, EdgeLetters(left="AR", right="PL", top="LA", bottom="RP")),
        (-60, EdgeLetters(left="PR", right="AL", top="RA", bottom="LP")),
        (180, EdgeLetters(left="L", right="R", top="P", bottom="A")),
    ],
)
def test_letters_follow_a_view_turned_about_the_patients_axis(degrees, letters):
    """Turned by 30 degrees from anterior towards left, the upper edge is mainly anterior and also left."""
    import slicer

    axial = np.array([(-1, 0, 0), (0, 1, 0), (0, 0, 1)], float).T
    turned = np.eye(4)
    turned[:3, :3] = rotation(degrees, (0, 0, 1)) @ axial
    node = slicer.vtkMRMLSliceNode()
    node.GetSliceToRAS().DeepCopy(matrix4x4(turned))
    node.UpdateMatrices()
    assert edge_letters(node) == letters
