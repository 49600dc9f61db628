"""What lies on a view: background, foreground, label and segmentations, and nothing an earlier page left."""

from pathlib import Path

import numpy as np
import pytest
from mrml_by_hand import image, label_map, page, segmentation, volume
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.quiz.model import ContourVisibility, Layer, Layout, Orientation, Quiz, SliceView
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.page import show_page
from view_geometry import RIGHT_UP_AND_NEXT, grid, points_of_pixels

GRID = grid(np.diag([-1, -1, 1]), (1, 1, 1), (15.5, 15.5, 0))
SHAPE = (5, 32, 32)
SIZE = (251, 251)
"""The 32x32 mm of the volume fill the view; a prime number, so that no pixel is on a voxel's border."""
GREY = 40

OUTLINE = Quiz(Path("quiz.xml"))
FILL = Quiz(Path("quiz.xml"), contour_visibility=ContourVisibility.FILL)


@pytest.fixture(scope="module")
def host():
    with HeadlessHost(SIZE) as host:
        yield host


@pytest.fixture
def scene(host):
    """The host's scene; the images that a test puts into it are taken out again."""
    yield host.scene
    for kind in ("vtkMRMLVolumeNode", "vtkMRMLSegmentationNode"):
        for _ in range(host.scene.GetNumberOfNodesByClass(kind)):
            host.scene.RemoveNode(host.scene.GetNthNodeByClass(0, kind))


def _square(value=1, first=8, last=23):
    """A square of voxels, first..last in both directions of every slice."""
    array = np.zeros(SHAPE, np.int16)
    array[:, first : last + 1, first : last + 1] = value
    return array


def _grey_volume(scene):
    return volume(scene, np.full(SHAPE, GREY, np.int16), GRID, window=(0, 255))


def _show(host, images, nodes, quiz=OUTLINE, **attributes):
    problems = show_page(PageNodes(page(*images, **attributes), tuple(nodes)), host, quiz)
    assert problems == []


def _square_mask(first=8, last=23):
    """The pixels of that square."""
    points = points_of_pixels(GRID, SHAPE, RIGHT_UP_AND_NEXT[Orientation.AXIAL], SIZE)
    i, j = 15.5 - points[..., 0], 15.5 - points[..., 1]
    return (np.abs(i - (first + last) / 2) < (last - first + 1) / 2) & (
        np.abs(j - (first + last) / 2) < (last - first + 1) / 2
    )


def _picture(host, view=SliceView.RED):
    return host.picture(view).astype(int)


def _shrunk(mask, pixels):
    for _ in range(pixels):
        inner = mask.copy()
        inner[1:] &= mask[:-1]
        inner[:-1] &= mask[1:]
        inner[:, 1:] &= mask[:, :-1]
        inner[:, :-1] &= mask[:, 1:]
        mask = inner
    return mask


@pytest.mark.parametrize(("opacity", "expected"), [(0.0, 40), (0.25, 70), (0.5, 100), (1.0, 160)])
def test_opacity_mixes_the_foreground_into_the_background(host, scene, opacity, expected):
    above = volume(scene, np.full(SHAPE, 160, np.int16), GRID, window=(0, 255))
    images = (image(), image(Layer.FOREGROUND, opacity=opacity))
    _show(host, images, (_grey_volume(scene), above))
    assert np.abs(_picture(host) - expected).max() <= 1


@pytest.mark.parametrize("make", [label_map, segmentation])
def test_outline_shows_the_border_of_a_region_and_leaves_its_inside_free(host, scene, make):
    layer = Layer.LABEL if make is label_map else Layer.SEGMENTATION
    _show(host, (image(), image(layer)), (_grey_volume(scene), make(scene, _square(), GRID)), OUTLINE)
    picture = _picture(host)
    ring = _square_mask() & ~_shrunk(_square_mask(), 2)
    assert (picture[ring] == (0, 255, 0)).all()
    assert (picture[~ring] == GREY).all()


@pytest.mark.parametrize("make", [label_map, segmentation])
def test_fill_shows_an_opaque_border_and_half_of_the_colour_inside_it(host, scene, make):
    layer = Layer.LABEL if make is label_map else Layer.SEGMENTATION
    _show(host, (image(), image(layer)), (_grey_volume(scene), make(scene, _square(), GRID)), FILL)
    picture = _picture(host)
    inside = _shrunk(_square_mask(), 2)
    ring = _square_mask() & ~inside
    assert (picture[ring] == (0, 255, 0)).all()
    half = np.array([GREY / 2, (GREY + 255) / 2, GREY / 2])
    assert np.abs(picture[inside] - half).max() <= 1
    assert (picture[~_square_mask()] == GREY).all(), "label 0 is transparent"


@pytest.mark.parametrize("make", [label_map, segmentation])
def test_a_region_without_an_image_is_filled_at_half_of_its_colour_too(host, scene, make):
    """MRML takes the lowest layer whole, whatever its opacity."""
    layer = Layer.LABEL if make is label_map else Layer.SEGMENTATION
    _show(host, (image(layer),), (make(scene, _square(), GRID),), FILL)
    picture = _picture(host)
    inside = _shrunk(_square_mask(), 2)
    assert (picture[_square_mask() & ~inside] == (0, 255, 0)).all()
    assert np.abs(picture[inside] - (0, 127.5, 0)).max() <= 1
    assert not picture[~_square_mask()].any()
    _show(host, (), (), FILL)
    assert not host.picture(SliceView.RED).any()


def test_a_fill_lies_over_the_image_on_a_view_that_is_made_after_the_nodes():
    """The order in which MRML's parts and the image come into a view must not matter."""
    with HeadlessHost(SIZE) as host:
        nodes = _grey_volume(host.scene), segmentation(host.scene, _square(), GRID)
        _show(host, (image(), image(Layer.SEGMENTATION)), nodes, FILL)
        assert _picture(host)[125, 125].tolist() == [GREY // 2, (GREY + 255) // 2 + 1, GREY // 2]


@pytest.mark.parametrize("quiz", [OUTLINE, FILL])
def test_a_label_map_and_a_segmentation_of_one_file_look_alike(host, scene, quiz):
    array = _square(1) + _square(1, 12, 18)
    grey = _grey_volume(scene)
    _show(host, (image(), image(Layer.LABEL)), (grey, label_map(scene, array, GRID)), quiz)
    as_label_map = _picture(host)
    _show(host, (image(), image(Layer.SEGMENTATION)), (grey, segmentation(scene, array, GRID)), quiz)
    as_segmentation = _picture(host)
    assert np.abs(as_label_map - as_segmentation).max() <= 1


@pytest.mark.parametrize("make", [label_map, segmentation])
def test_a_region_outside_the_background_is_seen(host, scene, make):
    """MRML by itself clips a label map to the background, but not a segmentation."""
    layer = Layer.LABEL if make is label_map else Layer.SEGMENTATION
    elsewhere = GRID.copy()
    elsewhere[0, 3] -= 10
    region = make(scene, _square(), elsewhere)
    small = volume(scene, np.full((5, 32, 8), GREY, np.int16), GRID, window=(0, 255))
    zoomed_out = image(zoom_factor=0.25)
    _show(host, (zoomed_out, image(layer)), (small, region), OUTLINE)
    green = (host.picture(SliceView.RED) == (0, 255, 0)).all(axis=2)
    assert green.sum() > 50
    _show(host, (zoomed_out,), (small,), OUTLINE)
    assert not (host.picture(SliceView.RED)[green] == GREY).any()


def test_two_segmentations_share_a_view(host, scene):
    first = segmentation(scene, _square(1, 2, 9), GRID)
    second = segmentation(scene, _square(2, 20, 27), GRID)
    images = (image(), image(Layer.SEGMENTATION, id="a"), image(Layer.SEGMENTATION, id="b"))
    _show(host, images, (_grey_volume(scene), first, second), FILL)
    picture = host.picture(SliceView.RED)
    assert picture[5 * 8, 5 * 8].tolist() == [GREY // 2, (GREY + 255) // 2 + 1, GREY // 2]
    assert picture[23 * 8, 23 * 8].tolist() == [(GREY + 255) // 2 + 1, GREY // 2, GREY // 2]


def test_of_two_backgrounds_or_labels_on_a_view_the_first_stays(host, scene):
    white = volume(scene, np.full(SHAPE, 255, np.int16), GRID, window=(0, 255))
    labels = label_map(scene, _square(1), GRID), label_map(scene, _square(2), GRID)
    images = (image(), image(id="second"), image(Layer.LABEL), image(Layer.LABEL, id="second"))
    _show(host, images, (_grey_volume(scene), white, *labels), OUTLINE)
    colors = {tuple(color) for color in _picture(host).reshape(-1, 3).tolist()}
    assert colors == {(GREY, GREY, GREY), (0, 255, 0)}


def test_an_image_for_a_view_that_the_layout_lacks_is_left_out(host, scene):
    grey = _grey_volume(scene)
    images = (image(), image(view=SliceView.GREEN))
    _show(host, images, (grey, grey), layout=Layout.ONE_UP_RED_SLICE)
    composite = host.application_logic.GetSliceLogicByLayoutName("Red").GetSliceCompositeNode()
    assert composite.GetBackgroundVolumeID() == grey.GetID()
    green = host.application_logic.GetSliceLogicByLayoutName("Green")
    assert green is None or green.GetSliceCompositeNode().GetBackgroundVolumeID() is None


def test_a_view_that_the_page_gives_nothing_is_empty_whatever_it_showed_before(host, scene):
    everything = (image(), image(Layer.FOREGROUND), image(Layer.LABEL), image(Layer.SEGMENTATION))
    nodes = (
        _grey_volume(scene),
        _grey_volume(scene),
        label_map(scene, _square(), GRID),
        segmentation(scene, _square(), GRID),
    )
    _show(host, everything, nodes, FILL)
    assert host.picture(SliceView.RED).any()
    _show(host, (), (), FILL)
    for view in (SliceView.RED, SliceView.GREEN, SliceView.YELLOW):
        assert not host.picture(view).any()


def test_what_an_earlier_page_left_on_another_layer_is_gone(host, scene):
    grey, labels = _grey_volume(scene), label_map(scene, _square(), GRID)
    segments = segmentation(scene, _square(2), GRID)
    white = volume(scene, np.full(SHAPE, 255, np.int16), GRID, window=(0, 255))
    layers = (image(), image(Layer.FOREGROUND), image(Layer.LABEL), image(Layer.SEGMENTATION))
    _show(host, layers, (grey, white, labels, segments), FILL, link_views=True)
    _show(host, layers[:1], (grey,), OUTLINE)
    assert (_picture(host) == GREY).all()
    logic = host.application_logic.GetSliceLogicByLayoutName("Red")
    assert not logic.GetSliceCompositeNode().GetLinkedControl()
    held = [logic.GetNthLayer(n).GetVolumeNode() for n in range(4) if logic.GetNthLayer(n)]
    assert held == [grey, None, None, None], "no layer keeps a volume alive"


def test_link_views_links_the_views_that_show_something(host, scene):
    grey = _grey_volume(scene)
    _show(host, (image(), image(view=SliceView.GREEN)), (grey, grey), link_views=True)
    linked = {
        view.value: host.application_logic.GetSliceLogicByLayoutName(view.value)
        .GetSliceCompositeNode()
        .GetLinkedControl()
        for view in (SliceView.RED, SliceView.GREEN, SliceView.YELLOW)
    }
    assert linked == {"Red": 1, "Green": 1, "Yellow": 0}


def test_a_broken_background_leaves_the_rest_of_the_view_in_its_orientation(host, scene):
    array = np.zeros((20, 20, 20), np.int16)
    array[4:8, 4:16, 9:12] = 1
    labels = label_map(scene, array, grid(np.eye(3), (1, 1, 1)))
    _show(host, (image(orientation=Orientation.CORONAL), image(Layer.LABEL)), (None, labels), FILL)
    rows, columns, _ = np.nonzero(host.picture(SliceView.RED))
    pixels_per_mm = SIZE[0] / 20
    assert np.ptp(rows) + 1 == pytest.approx(4 * pixels_per_mm, abs=1), "4 mm along S"
    assert np.ptp(columns) + 1 == pytest.approx(3 * pixels_per_mm, abs=1), "3 mm along R"


def test_a_segmentation_alone_is_fitted_to_the_view_as_a_volume_of_its_grid_would_be(host, scene):
    array = np.zeros((19, 21, 17), np.int16)
    array[4:12, 4:16, 5:9] = 1
    ijk_to_ras = grid(np.diag([-1, -1, 1]), (1.1, 1.2, 1.3))
    segments = segmentation(scene, array, ijk_to_ras)
    _show(host, (image(Layer.SEGMENTATION, view=SliceView.GREEN),), (segments,), OUTLINE)
    alone = host.picture(SliceView.GREEN)
    black = volume(scene, np.zeros_like(array), ijk_to_ras, window=(0, 1))
    below = image(view=SliceView.GREEN, orientation=Orientation.CORONAL)
    _show(host, (below, image(Layer.SEGMENTATION, view=SliceView.GREEN)), (black, segments), OUTLINE)
    assert alone.any()
    np.testing.assert_array_equal(alone, host.picture(SliceView.GREEN))


def test_a_foreground_without_a_background_decides_the_orientation(host, scene):
    tall = volume(scene, np.full((40, 10, 20), 255, np.int16), grid(np.eye(3), (1, 1, 1)), window=(0, 255))
    _show(host, (image(Layer.FOREGROUND, orientation=Orientation.SAGITTAL, opacity=1.0),), (tall,))
    rows, columns, _ = np.nonzero(host.picture(SliceView.RED))
    assert np.ptp(rows) + 1 == SIZE[1]
    assert np.ptp(columns) + 1 == pytest.approx(SIZE[0] / 4, abs=1)
