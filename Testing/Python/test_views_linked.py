"""LinkViews by numbers: scrolling one view moves the linked views of its orientation to the same position."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mrml_by_hand import image, page, volume
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.quiz.model import VIEWS_OF_LAYOUT, ImageType, Layer, Layout, Orientation, Quiz, SliceView
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.page import show_page
from view_geometry import grid

QUIZ = Quiz(Path("quiz.xml"))
RED, GREEN, YELLOW, SLICE4 = SliceView.RED, SliceView.GREEN, SliceView.YELLOW, SliceView.SLICE4
AXIAL, CORONAL, SAGITTAL = Orientation.AXIAL, Orientation.CORONAL, Orientation.SAGITTAL


@pytest.fixture(scope="module")
def host():
    with HeadlessHost((96, 96)) as host:
        yield host


@pytest.fixture(scope="module")
def thin(host):
    """41 slices of 1 mm, from S 0 to S 40; each slice has the value of its height in mm."""
    return _by_height(host, 41, 1.0)


@pytest.fixture(scope="module")
def thick(host):
    """11 slices of 4 mm over the same 40 mm, of other voxels and columns."""
    return _by_height(host, 11, 4.0, shape=(9, 13), pixel=5.0)


def _by_height(host, count, spacing, shape=(30, 30), pixel=2.0):
    voxels = np.repeat(np.arange(count) * spacing, np.prod(shape)).reshape(count, *shape).astype(np.float32)
    ijk_to_ras = grid(np.diag([-1, -1, 1]), (pixel, pixel, spacing), (30, 30, 0))
    return volume(host.scene, voxels, ijk_to_ras, window=(0, 255))


def _show(host, views, link_views=True, layout=Layout.TWO_OVER_TWO):
    """``views`` gives each view its volume and orientation."""
    images = [image(view=view, orientation=orientation) for view, (_, orientation) in views.items()]
    shown = page(*images, layout=layout, link_views=link_views)
    assert show_page(PageNodes(shown, tuple(node for node, _ in views.values())), host, QUIZ) == []


def _logic(host, view):
    return host.application_logic.GetSliceLogicByLayoutName(view.value)


def _scroll(host, view, offset):
    """As the mouse wheel does in a slice view of MRML (vtkMRMLSliceIntersectionWidget)."""
    logic = _logic(host, view)
    logic.StartSliceOffsetInteraction()
    logic.SetSliceOffset(offset)
    logic.EndSliceOffsetInteraction()


def _offsets(host, *views):
    return [round(_logic(host, view).GetSliceOffset(), 6) for view in views]


def test_scrolling_moves_the_linked_views_of_one_orientation_between_volumes_of_other_geometry(
    host, thin, thick
):
    _show(
        host, {RED: (thin, AXIAL), GREEN: (thick, CORONAL), YELLOW: (thick, AXIAL), SLICE4: (thin, SAGITTAL)}
    )
    before = _offsets(host, GREEN, SLICE4)
    _scroll(host, RED, 11.0)
    assert _offsets(host, RED, YELLOW) == [11, 11]
    assert _offsets(host, GREEN, SLICE4) == before, "a view of another orientation stays where it is"
    red, yellow = (host.picture(view)[48, 48].tolist() for view in (RED, YELLOW))
    assert red == [11, 11, 11], "the slice at S 11 mm"
    assert yellow[0] in (11, 12), "the thick slice from S 10 to S 14 is that of 12 mm"
    _scroll(host, YELLOW, 30.0)
    assert _offsets(host, RED, YELLOW) == [30, 30]
    assert host.picture(RED)[48, 48].tolist() == [30, 30, 30]


def test_without_link_views_each_view_is_scrolled_alone(host, thin, thick):
    _show(host, {RED: (thin, AXIAL), YELLOW: (thick, AXIAL)}, link_views=False)
    before = _offsets(host, YELLOW)
    _scroll(host, RED, 3.0)
    assert _offsets(host, RED) == [3]
    assert _offsets(host, YELLOW) == before


def test_linking_ends_with_its_page(host, thin, thick):
    views = {RED: (thin, AXIAL), YELLOW: (thick, AXIAL)}
    _show(host, views, link_views=True)
    _show(host, views, link_views=False)
    before = _offsets(host, YELLOW)
    _scroll(host, RED, 3.0)
    assert _offsets(host, YELLOW) == before


def test_zooming_one_view_zooms_the_linked_views_to_the_same_millimetres(host, thin, thick):
    import slicer

    _show(host, {RED: (thin, AXIAL), YELLOW: (thick, AXIAL), GREEN: (thin, CORONAL)})
    node = _logic(host, RED).GetSliceNode()
    _logic(host, RED).StartSliceNodeInteraction(slicer.vtkMRMLSliceNode.FieldOfViewFlag)
    node.SetFieldOfView(25.0, 25.0, node.GetFieldOfView()[2])
    _logic(host, RED).EndSliceNodeInteraction()
    for view in (YELLOW, GREEN):
        assert _logic(host, view).GetSliceNode().GetFieldOfView()[0] == pytest.approx(25.0), view


@pytest.mark.parametrize("layout", Layout)
def test_views_of_every_layout_are_linked(host, thin, layout):
    views = VIEWS_OF_LAYOUT[layout]
    _show(host, dict.fromkeys(views, (thin, AXIAL)), layout=layout)
    _scroll(host, views[-1], 17.0)
    assert _offsets(host, *views) == [17] * len(views)
    for view in views:
        assert host.picture(view)[48, 48].tolist() == [17, 17, 17], view


@pytest.mark.parametrize("orientation", Orientation)
def test_a_foreground_without_a_background_is_linked_too(host, thin, thick, orientation):
    above = image(Layer.FOREGROUND, orientation=orientation, opacity=1.0)
    below = image(view=YELLOW, orientation=orientation)
    shown = page(above, below, link_views=True)
    assert show_page(PageNodes(shown, (thin, thick)), host, QUIZ) == []
    _scroll(host, RED, 7.0)
    assert _offsets(host, RED, YELLOW) == [7, 7]


@pytest.mark.parametrize("first", [Layer.BACKGROUND, Layer.FOREGROUND])
def test_the_background_leads_whatever_the_order_in_the_file(host, thin, thick, first):
    """Also where the foreground asks for another orientation, a rotation and an opacity of its own."""
    background = image(orientation=CORONAL)
    foreground = image(Layer.FOREGROUND, orientation=SAGITTAL, opacity=0.25, rotate_to_acquisition=True)
    both = [(background, thin), (foreground, thick)]
    if first is Layer.FOREGROUND:
        both.reverse()
    shown = page(*(each for each, _ in both))
    assert show_page(PageNodes(shown, tuple(node for _, node in both)), host, QUIZ) == []
    node, composite = _logic(host, RED).GetSliceNode(), _logic(host, RED).GetSliceCompositeNode()
    assert node.GetOrientation() == "Coronal"
    assert (composite.GetBackgroundVolumeID(), composite.GetForegroundVolumeID()) == (
        thin.GetID(),
        thick.GetID(),
    )
    assert composite.GetForegroundOpacity() == 0.25


def _shift_over(host, view, point_ras):
    """As the pointer with Shift does in a slice view of MRML (vtkMRMLSliceIntersectionWidget)."""
    node = _logic(host, view).GetSliceNode()
    node.JumpAllSlices(host.scene, *point_ras, node.OffsetJumpSlice, node.GetViewGroup(), node)


def test_a_picture_keeps_its_view_when_shift_moves_over_another_image(host, thin, thick):
    """It has one slice, at S 0: elsewhere its view would be black."""
    picture = volume(
        host.scene, np.full((1, 30, 30), 200, np.float32), grid(np.eye(3), (2, 2, 1), (-30, -30, 0))
    )
    picture.GetDisplayNode().SetWindowLevel(255, 127.5)
    vector = replace(image(view=GREEN), type=ImageType.VECTOR)
    shown = page(image(), vector, image(view=YELLOW), layout=Layout.FOUR_UP)
    assert show_page(PageNodes(shown, (thin, picture, thick)), host, QUIZ) == []
    assert host.picture(GREEN)[48, 48].tolist() == [200] * 3
    _shift_over(host, RED, (0, 0, 12))
    assert _offsets(host, GREEN, YELLOW) == [0, 12]
    assert host.picture(GREEN)[48, 48].tolist() == [200] * 3
    _shift_over(host, GREEN, (0, 0, 30))
    assert _offsets(host, YELLOW) == [12], "nor does a picture say where a patient is looked at"

    # The same view with an image of slices follows again.
    shown = page(image(), image(view=GREEN), layout=Layout.FOUR_UP)
    assert show_page(PageNodes(shown, (thin, thick)), host, QUIZ) == []
    _shift_over(host, RED, (0, 0, 20))
    assert _offsets(host, GREEN) == [20]
