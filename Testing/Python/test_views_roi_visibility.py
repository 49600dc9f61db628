"""Each view shows the regions that its own Image element asks for, of one segmentation at once."""

from pathlib import Path

import numpy as np
import pytest
from mrml_by_hand import LABEL_COLORS, image, label_map, page, segmentation, volume
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.quiz.model import ContourVisibility, Layer, Quiz, RoiCode, RoiVisibility, SliceView
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.page import show_page
from QuizLoaderLib.views.roi_visibility import ShownRegion, shown_regions
from view_geometry import grid

RED, GREEN, YELLOW = SliceView.RED, SliceView.GREEN, SliceView.YELLOW
ALL, NONE = RoiVisibility(RoiCode.ALL), RoiVisibility(RoiCode.NONE)
FILL = Quiz(Path("quiz.xml"), contour_visibility=ContourVisibility.FILL)
SHAPE = (9, 40, 40)
GRID = grid(np.diag([-1, -1, 1]), (1, 1, 1))
NAMES = {1: "tumour", 2: "brain", 3: "eyes"}


def _select(*names):
    return RoiVisibility(RoiCode.SELECT, names)


def _ignore(*names):
    return RoiVisibility(RoiCode.IGNORE, names)


@pytest.fixture(scope="module")
def host():
    with HeadlessHost((128, 128)) as host:
        yield host


@pytest.fixture(scope="module")
def black(host):
    return volume(host.scene, np.zeros(SHAPE, np.int16), GRID, window=(0, 1))


@pytest.fixture
def regions():
    """Three blocks beside each other, through all slices."""
    array = np.zeros(SHAPE, np.int16)
    array[:, 10:30, 4:12], array[:, 10:30, 16:24], array[:, 10:30, 28:36] = 1, 2, 3
    return array


def _show(host, black, node, layer, choices, warnings=()):
    """``warnings`` are the views and sentences that must be told."""
    images = [image(view=view) for view in choices]
    images += [image(layer, view=view, roi_visibility=choice) for view, choice in choices.items()]
    nodes = (black,) * len(choices) + tuple(
        node[view] if isinstance(node, dict) else node for view in choices
    )
    shown = page(*images)
    problems = show_page(PageNodes(shown, nodes), host, FILL)
    assert [(problem.view, problem.sentence) for problem in problems] == list(warnings)
    return shown_regions(PageNodes(shown, nodes))


def _seen(host, view):
    """The values whose pure colour the view shows."""
    colors = {tuple(color) for color in host.picture(view).reshape(-1, 3).tolist()}
    return {value for value, rgb in LABEL_COLORS.items() if tuple(int(255 * part) for part in rgb) in colors}


def test_three_codes_on_three_views_of_one_segmentation_at_once(host, black, regions):
    node = segmentation(host.scene, regions, GRID, NAMES)
    _show(host, black, node, Layer.SEGMENTATION, {RED: ALL, GREEN: _select("tumour"), YELLOW: NONE})
    assert [_seen(host, view) for view in (RED, GREEN, YELLOW)] == [{1, 2, 3}, {1}, set()]
    assert node.GetNumberOfDisplayNodes() == 2
    host.scene.RemoveNode(node)


def test_ignore_shows_the_others_and_names_match_exactly(host, black, regions):
    node = segmentation(host.scene, regions, GRID, NAMES)
    choices = {RED: _ignore("brain"), GREEN: _select("Tumour", "eyes"), YELLOW: _ignore("nothing")}
    warnings = [
        ("Green", "The ROI “Tumour” is not in the image's file."),
        ("Yellow", "The ROI “nothing” is not in the image's file."),
    ]
    _show(host, black, node, Layer.SEGMENTATION, choices, warnings)
    assert [_seen(host, view) for view in choices] == [{1, 3}, {3}, {1, 2, 3}]
    host.scene.RemoveNode(node)


def test_the_same_choice_on_two_views_shares_a_display_node(host, black, regions):
    node = segmentation(host.scene, regions, GRID, NAMES)
    choices = {RED: _select("eyes"), GREEN: _ignore("tumour", "brain"), YELLOW: ALL}
    _show(host, black, node, Layer.SEGMENTATION, choices)
    assert [_seen(host, view) for view in choices] == [{3}, {3}, {1, 2, 3}]
    assert node.GetNumberOfDisplayNodes() == 2
    host.scene.RemoveNode(node)


def test_both_of_two_segments_with_one_name_are_meant(host, black, regions):
    node = segmentation(host.scene, regions, GRID, {1: "node", 2: "brain", 3: "node"})
    sentence = "The image's file has 2 segments of the name “node”; all are meant."
    warnings = [("Red", sentence), ("Green", sentence)]
    _show(host, black, node, Layer.SEGMENTATION, {RED: _select("node"), GREEN: _ignore("node")}, warnings)
    assert [_seen(host, view) for view in (RED, GREEN)] == [{1, 3}, {2}]
    host.scene.RemoveNode(node)


def test_choices_change_from_page_to_page_and_no_display_nodes_pile_up(host, black, regions):
    node = segmentation(host.scene, regions, GRID, NAMES)
    first = {RED: ALL, GREEN: _select("tumour"), YELLOW: _select("brain")}
    second = {RED: NONE, GREEN: ALL}
    for _ in range(3):
        _show(host, black, node, Layer.SEGMENTATION, first)
        assert [_seen(host, view) for view in first] == [{1, 2, 3}, {1}, {2}]
        _show(host, black, node, Layer.SEGMENTATION, second)
        assert [_seen(host, view) for view in (RED, GREEN, YELLOW)] == [set(), {1, 2, 3}, set()]
    assert node.GetNumberOfDisplayNodes() == 3
    _show(host, black, node, Layer.SEGMENTATION, {})
    assert not host.picture(GREEN).any()
    host.scene.RemoveNode(node)


def test_a_choice_holds_for_a_label_map_by_name_or_value(host, black, regions):
    """Each look of a label map has a node of its own, as it comes from the library."""
    nodes = {view: label_map(host.scene, regions, GRID) for view in (RED, GREEN, YELLOW)}
    choices = {RED: ALL, GREEN: _select("region 2"), YELLOW: _ignore("region 1", "region 3")}
    legend = _show(host, black, nodes, Layer.LABEL, choices)
    assert [_seen(host, view) for view in choices] == [{1, 2, 3}, {2}, {2}]
    assert [roi.views for roi in legend] == [(RED,), (RED, GREEN, YELLOW), (RED,)]
    _show(host, black, {RED: nodes[GREEN]}, Layer.LABEL, {RED: _select("region 3")})
    assert _seen(host, RED) == {3}
    for node in nodes.values():
        host.scene.RemoveNode(node)


def test_the_legend_names_what_is_shown_where(host, black, regions):
    node = segmentation(host.scene, regions, GRID, NAMES)
    choices = {RED: _ignore("eyes"), GREEN: _select("tumour"), YELLOW: NONE}
    legend = _show(host, black, node, Layer.SEGMENTATION, choices)
    assert legend == [
        ShownRegion("tumour", (0, 255, 0), (RED, GREEN)),
        ShownRegion("brain", (255, 0, 0), (RED,)),
    ]
    host.scene.RemoveNode(node)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.int64])
def test_the_legend_of_a_label_map_lists_the_values_that_are_in_it(host, black, regions, dtype):
    regions[regions == 2] = 0
    node = label_map(host.scene, regions.astype(dtype), GRID)
    legend = _show(host, black, node, Layer.LABEL, {RED: None})
    assert [(roi.name, roi.color) for roi in legend] == [
        ("region 1", (0, 255, 0)),
        ("region 3", (0, 0, 255)),
    ]
    host.scene.RemoveNode(node)
