"""Two layers of a view compared by its pixels, and views that go through their slices together."""

from pathlib import Path

import numpy as np
import pytest
from mrml_by_hand import image, label_map, page, volume
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.quiz.model import ContourVisibility, Layer, Orientation, Quiz, SliceView
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.fitting import Fitting
from QuizLoaderLib.views.linked_here import LinkedHere
from QuizLoaderLib.views.magnifier import Magnifier
from QuizLoaderLib.views.page import show_page
from QuizLoaderLib.views.planes import go_through, views_of
from QuizLoaderLib.views.slices import beside
from QuizLoaderLib.views.tools import lines_are_shown, pan, show_lines, zoom
from QuizLoaderLib.views.two_layers import TwoLayers, checkerboard, curtain
from view_geometry import grid, rotation

RED, GREEN, YELLOW = SliceView.RED, SliceView.GREEN, SliceView.YELLOW
WIDTH, HEIGHT = 64, 48
STRAIGHT = np.diag([-1.0, -1.0, 1.0])
DARK, BRIGHT = 50, 200


@pytest.fixture(scope="module")
def host():
    with HeadlessHost((WIDTH, HEIGHT)) as host:
        yield host


@pytest.fixture
def layers():
    shown = TwoLayers()
    yield shown
    shown.end()


def logic_of(host, view=RED):
    return host.application_logic.GetSliceLogicByLayoutName(view.value)


def even(host, value, directions=STRAIGHT, shape=(40, 200, 200), origin=(100.0, 100.0, -20.0)):
    return volume(
        host.scene, np.full(shape, value, np.int16), grid(directions, (1, 1, 1), origin), window=(0, 255)
    )


def grey(host, view=RED):
    return host.picture(view)[..., 0]


@pytest.fixture(params=("straight", "oblique"))
def two_on_one_view(host, request):
    """Dark below bright, of which a view sees nothing but the inside."""
    nodes = [even(host, DARK)]
    if request.param == "oblique":
        directions = rotation(20, (1, 2, 3)) @ STRAIGHT
        nodes.append(even(host, BRIGHT, directions, (200, 200, 200), directions @ [-100.0, -100.0, -100.0]))
    else:
        nodes.append(even(host, BRIGHT))
    below = image(zoom_factor=4.0)
    show_page(PageNodes(page(below, image(Layer.FOREGROUND)), nodes), host, Quiz(Path("quiz.xml")))
    assert np.unique(grey(host)).tolist() == [(DARK + BRIGHT) // 2]
    return logic_of(host)


@pytest.mark.parametrize("part", (0.0, 0.25, 0.7, 1.0))
def test_a_curtain_has_the_foreground_to_its_right(host, layers, two_on_one_view, part):
    layers.divide(two_on_one_view, curtain(part))
    is_right = np.arange(WIDTH) >= round(part * WIDTH)
    assert np.array_equal(grey(host), np.tile(np.where(is_right, BRIGHT, DARK), (HEIGHT, 1)))


def test_a_host_hears_of_a_curtain_that_moves_as_of_any_change_of_a_view(host, layers, two_on_one_view):
    layers.divide(two_on_one_view, curtain(0.2))
    heard = []
    node = two_on_one_view.GetSliceNode()
    observer = node.AddObserver("ModifiedEvent", lambda *_: heard.append(grey(host)[0].tolist()))
    layers.divide(two_on_one_view, curtain(0.5))
    node.RemoveObserver(observer)
    assert heard == [[DARK] * (WIDTH // 2) + [BRIGHT] * (WIDTH // 2)]


def test_a_checkerboard_has_square_fields_from_the_left_upper_corner(host, layers, two_on_one_view):
    layers.divide(two_on_one_view, checkerboard)
    rows, columns = np.indices((HEIGHT, WIDTH)) // (HEIGHT // 8)
    assert np.array_equal(grey(host), np.where((rows + columns) % 2, BRIGHT, DARK))
    two_on_one_view.SetSliceOffset(two_on_one_view.GetSliceOffset() + 3)
    assert np.array_equal(grey(host), np.where((rows + columns) % 2, BRIGHT, DARK))

    layers.end()
    assert (grey(host) == BRIGHT).all()


def test_a_divided_view_that_becomes_larger_is_divided_again(host, layers, two_on_one_view):
    layers.divide(two_on_one_view, curtain(0.5))
    try:
        two_on_one_view.ResizeSliceNode(2 * WIDTH, 2 * HEIGHT)
        blended = two_on_one_view.GetBlend()
        blended.Update()
        width = blended.GetOutput().GetDimensions()[0]
        row = [blended.GetOutput().GetScalarComponentAsDouble(x, HEIGHT, 0, 0) for x in range(width)]
        assert width == 2 * WIDTH
        assert row == [DARK] * WIDTH + [BRIGHT] * WIDTH
    finally:
        two_on_one_view.ResizeSliceNode(WIDTH, HEIGHT)


def test_the_regions_of_a_label_map_are_seen_on_both_sides_of_a_curtain(host, layers):
    labels = np.zeros((40, 200, 200), np.uint8)
    labels[20, 90:110, 90:110] = 1
    nodes = (
        even(host, DARK),
        even(host, BRIGHT),
        label_map(host.scene, labels, grid(STRAIGHT, (1, 1, 1), (100.0, 100.0, -20.0))),
    )
    shown = page(image(zoom_factor=4.0), image(Layer.FOREGROUND), image(Layer.LABEL))
    quiz = Quiz(Path("quiz.xml"), contour_visibility=ContourVisibility.FILL)
    show_page(PageNodes(shown, nodes), host, quiz)

    def green():
        picture = host.picture(RED).astype(int)
        return picture[..., 1] - picture[..., 0] > 40

    before = green()
    assert before.sum() > 100
    layers.divide(logic_of(host), curtain(0.5))
    assert np.array_equal(green(), before)


def show_two(host, other_directions=STRAIGHT, origin=(100.0, 100.0, -20.0)):
    """Two images on three views: the second one on Yellow."""
    shown = page(
        image(id="first"),
        image(id="first", view=GREEN, orientation=Orientation.CORONAL),
        image(id="second", view=YELLOW, rotate_to_acquisition=True),
    )
    first = even(host, DARK)
    nodes = (first, first, even(host, BRIGHT, other_directions, origin=origin))
    show_page(PageNodes(shown, nodes), host, Quiz(Path("quiz.xml")))
    return [logic_of(host, view) for view in (RED, GREEN, YELLOW)]


def test_views_linked_from_where_they_are_keep_their_distance(host):
    red, green, yellow = show_two(host, origin=(100.0, 100.0, 480.0))
    red.SetSliceOffset(-4.5)
    yellow.SetSliceOffset(503.5)
    of_green = green.GetSliceOffset()
    linked = LinkedHere()
    linked.begin([red, green, yellow])
    assert linked.is_on
    red.SetSliceOffset(-1.5)
    assert yellow.GetSliceOffset() == pytest.approx(506.5)
    yellow.SetSliceOffset(490.5)
    assert red.GetSliceOffset() == pytest.approx(-17.5)
    assert green.GetSliceOffset() == of_green, "another plane"
    # What is only looked ahead for does not move the others.
    with beside(red, 1) as there:
        assert there
        assert yellow.GetSliceOffset() == pytest.approx(490.5)
    # The crosshair goes to one point, which is not the same place in both.
    groups = {logic.GetSliceNode().GetViewGroup() for logic in (red, yellow)}
    assert len(groups) == 2
    assert green.GetSliceNode().GetViewGroup() == red.GetSliceNode().GetViewGroup() == 0
    linked.end()
    assert yellow.GetSliceNode().GetViewGroup() == 0
    red.SetSliceOffset(3.5)
    assert yellow.GetSliceOffset() == pytest.approx(490.5)


def test_a_point_is_shown_by_its_image_and_the_linked_image_keeps_its_distance(host):
    red, green, yellow = show_two(host, origin=(100.0, 100.0, 480.0))
    shown = page(image(id="first"), image(id="first", view=GREEN), image(id="second", view=YELLOW))
    red.SetSliceOffset(-4.5)
    yellow.SetSliceOffset(503.5)
    linked = LinkedHere()
    linked.begin([red, green, yellow])
    go_through(shown, host, (0.0, 0.0, 2.5), views_of(shown, "first"))
    assert (red.GetSliceOffset(), yellow.GetSliceOffset()) == pytest.approx((2.5, 510.5))
    go_through(shown, host, (0.0, 0.0, 495.5), views_of(shown, "second"))
    assert (red.GetSliceOffset(), yellow.GetSliceOffset()) == pytest.approx((-12.5, 495.5))
    linked.end()


def test_a_linked_view_that_was_turned_is_panned_the_same_way_in_the_patient(host):
    red, _green, yellow = show_two(host)
    linked = LinkedHere()
    linked.begin([red, yellow])
    node = yellow.GetSliceNode()
    node.SetSliceToRASByNTP(0, 0, 1, 0, 1, 0, *seen_through(yellow)[1], 0)
    before = [seen_through(each)[1] for each in (red, yellow)]
    pan(red, 0.25, 0)
    after = [seen_through(each)[1] for each in (red, yellow)]
    linked.end()
    by_mm = np.array(after[0]) - before[0]
    assert np.linalg.norm(by_mm) > 1
    assert np.array(after[1]) - before[1] == pytest.approx(by_mm)


def test_views_of_one_image_keep_their_crosshair_and_lines_when_others_are_apart(host):
    shown = page(
        image(id="first"),
        image(id="second", view=GREEN),
        image(id="second", view=YELLOW, orientation=Orientation.CORONAL),
    )
    second = even(host, BRIGHT, origin=(100.0, 100.0, 480.0))
    show_page(PageNodes(shown, (even(host, DARK), second, second)), host, Quiz(Path("quiz.xml")))
    linked = LinkedHere()
    linked.begin([logic_of(host, view) for view in (RED, GREEN, YELLOW)])
    red, green, yellow = (logic_of(host, view).GetSliceNode().GetViewGroup() for view in (RED, GREEN, YELLOW))
    linked.end()
    assert red == 0 != green == yellow


def test_an_image_from_the_feet_up_goes_the_same_way_as_one_from_the_head_down(host):
    red, _green, yellow = show_two(host, np.diag([-1.0, 1.0, -1.0]), origin=(100.0, -100.0, 20.0))
    down = yellow.GetSliceNode().GetSliceToRAS().GetElement(2, 2)
    linked = LinkedHere()
    linked.begin([red, yellow])
    before = yellow.GetSliceOffset()
    red.SetSliceOffset(red.GetSliceOffset() + 5)
    assert yellow.GetSliceOffset() - before == pytest.approx(5 * down)
    linked.end()


def seen_through(logic):
    """The size of the view's field and the point at its centre, in mm."""
    node = logic.GetSliceNode()
    xy_to_ras = node.GetXYToRAS()
    width, height, _ = node.GetDimensions()
    return node.GetFieldOfView()[:2], xy_to_ras.MultiplyPoint((width / 2, height / 2, 0, 1))[:3]


def test_views_linked_from_where_they_are_are_zoomed_and_panned_together(host):
    """The second image is another one's from the feet up, and was seen twice as large before."""
    feet_up = np.diag([1.0, -1.0, -1.0])
    red, green, yellow = show_two(host, feet_up, origin=(-100.0, 100.0, 20.0))
    zoom(yellow, 2)
    linked = LinkedHere()
    linked.begin([red, green, yellow])
    before = [seen_through(each) for each in (red, green, yellow)]

    zoom(red, 1.25)
    after = [seen_through(each) for each in (red, green, yellow)]
    for (size, centre), (new_size, new_centre) in zip(before, after, strict=True):
        assert new_size == pytest.approx(np.array(size) / 1.25)
        assert new_centre == pytest.approx(centre)

    pan(yellow, 0.25, -0.5)
    moved = [seen_through(each) for each in (red, green, yellow)]
    by_mm = np.array(moved[2][1]) - after[2][1]
    assert np.linalg.norm(by_mm) == pytest.approx(np.hypot(*(np.array(after[2][0]) * (0.25, -0.5))))
    assert np.array(moved[0][1]) - after[0][1] == pytest.approx(by_mm), "the same way in the patient"
    assert moved[1] == after[1], "another plane"
    assert [size for size, _ in moved] == [size for size, _ in after]

    # What the reader does not do to all views leaves the others as they are.
    magnifier = Magnifier()
    magnifier.hold(red.GetSliceNode(), 0.2, 0.3)
    assert [seen_through(each) for each in (green, yellow)] == moved[1:]
    magnifier.put_away()
    assert [seen_through(each) for each in (red, green, yellow)] == moved
    linked.end()
    zoom(red, 2)
    assert [seen_through(each) for each in (green, yellow)] == moved[1:]


def test_linked_views_that_get_another_size_fill_it_each_for_itself(host):
    nodes = even(host, DARK), even(host, BRIGHT, shape=(40, 100, 100))
    shown = PageNodes(page(image(id="first"), image(id="second", view=YELLOW)), nodes)
    show_page(shown, host, Quiz(Path("quiz.xml")))
    red, yellow = logic_of(host), logic_of(host, YELLOW)
    fitting, linked = Fitting(), LinkedHere()
    fitting.begin(shown, host)
    linked.begin([red, yellow])
    try:
        for logic, high_mm in ((red, 200), (yellow, 100)):
            assert seen_through(logic)[0] == pytest.approx((high_mm * WIDTH / HEIGHT, high_mm))
            logic.ResizeSliceNode(HEIGHT, WIDTH)
        for logic, wide_mm in ((red, 200), (yellow, 100)):
            assert seen_through(logic)[0] == pytest.approx((wide_mm, wide_mm * WIDTH / HEIGHT))
    finally:
        fitting.end()
        linked.end()
        for logic in (red, yellow):
            logic.ResizeSliceNode(WIDTH, HEIGHT)


def test_lines_of_the_other_views_are_slicers_own(host):
    show_two(host)
    assert not lines_are_shown(host)
    show_lines(host, True)
    nodes = [host.scene.GetNthNodeByClass(n, "vtkMRMLSliceDisplayNode") for n in range(3)]
    assert all(node.GetIntersectingSlicesVisibility() for node in nodes)
    assert lines_are_shown(host)
    show_lines(host, False)
    assert not any(node.GetIntersectingSlicesVisibility() for node in nodes)
