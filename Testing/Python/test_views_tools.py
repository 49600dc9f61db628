"""The reader's tools, by the numbers of the nodes and of the pixels they change."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import slicer
from image_files import write_nifti, write_nrrd
from mrml_by_hand import image, label_map, page, segmentation, volume
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.images.loading.library import ImageLibrary
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.model import (
    ContourVisibility,
    ImageType,
    Layer,
    Layout,
    Orientation,
    Quiz,
    RoiCode,
    RoiVisibility,
    SliceView,
    WindowLevel,
)
from QuizLoaderLib.reader.window_presets import CT_PRESETS
from QuizLoaderLib.views import tools
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.contours import ContourLook, draw_contours
from QuizLoaderLib.views.page import show_page
from QuizLoaderLib.views.planes import ViewingMode, go_through, in_planes, point_seen
from QuizLoaderLib.views.state import shown_frame, step_frame
from view_geometry import grid

RED, GREEN, YELLOW = SliceView.RED, SliceView.GREEN, SliceView.YELLOW
SIZE = (100, 100)
GRID = grid(np.diag([-1, -1, 1]), (1, 1, 1), origin=(24.5, 24.5, -24.5))
"""A cube of 50 mm about the origin."""

QUIZ = Quiz(Path("quiz.xml"))


@pytest.fixture
def host():
    with HeadlessHost(SIZE) as host:
        yield host


@pytest.fixture
def ramp(host):
    """100 + the number of the slice, from 0 to 49 upwards; black is 100, white is 150."""
    slices = np.arange(50, dtype=np.int16)[:, None, None]
    return volume(host.scene, np.broadcast_to(slices + 100, (50, 50, 50)), GRID, window=(100, 150))


def composite(host, view):
    return host.application_logic.GetSliceLogicByLayoutName(view.value).GetSliceCompositeNode()


def slice_node(host, view):
    return host.application_logic.GetSliceLogicByLayoutName(view.value).GetSliceNode()


def test_the_mouse_changes_window_and_level_or_pans(host):
    interaction = host.application_logic.GetInteractionNode()
    assert not tools.window_level_by_mouse(host)

    tools.set_window_level_by_mouse(host, True)
    assert interaction.GetCurrentInteractionMode() == slicer.vtkMRMLInteractionNode.AdjustWindowLevel
    assert tools.window_level_by_mouse(host)

    tools.set_window_level_by_mouse(host, False)
    assert interaction.GetCurrentInteractionMode() == slicer.vtkMRMLInteractionNode.ViewTransform


def test_a_preset_changes_all_looks_of_one_image_and_the_page_shown_again_its_own(host, tmp_path):
    write_nrrd(tmp_path / "ct.nrrd", np.full((4, 10, 10), 100, np.int16))
    shown = page(
        image(id="CT", path="ct.nrrd", window_level=WindowLevel(400, 40)),
        image(id="CT", path="ct.nrrd", view=GREEN),
        image(id="MR", path="mr.nrrd", view=YELLOW),
    )
    write_nrrd(tmp_path / "mr.nrrd", np.full((4, 10, 10), 7, np.int16))
    library = ImageLibrary(host.scene, ImageFolder(tmp_path))
    loaded = library.load(shown)
    assert loaded.problems == []
    with_nodes = PageNodes(shown, loaded.nodes)
    show_page(with_nodes, host, QUIZ)
    ct, mr = tools.tool_images(with_nodes)
    assert (ct.id, len(ct.nodes)) == ("CT", 2)
    assert (mr.id, mr.nodes) == ("MR", (loaded.nodes[2],))

    def window_levels():
        displays = [node.GetDisplayNode() for node in loaded.nodes if node]
        return [(display.GetWindow(), display.GetLevel()) for display in displays]

    # A window of 1 about the only value, where the page names none.
    assert window_levels() == [(400, 40), (1, 100), (1, 7)]
    tools.set_window_level(ct, CT_PRESETS["CT lung"])
    assert window_levels() == [(1500, -600), (1500, -600), (1, 7)]
    # (100 + 600 + 750) / 1500 of the way from black to white.
    assert host.picture(RED)[50, 50] == pytest.approx([246.5] * 3, abs=1)

    show_page(with_nodes, host, QUIZ)
    assert window_levels() == [(400, 40), (1, 100), (1, 7)]
    library.close()


def test_an_image_that_no_view_shows_has_no_tools(host, ramp):
    other = volume(host.scene, np.zeros((5, 5, 5), np.int16), GRID)
    shown = page(
        image(id="CT"),
        image(id="did not load", view=GREEN),
        image(id="second background", path="b.nrrd"),
        image(id="no such view", view=SliceView.SLICE4),
    )
    assert [one.id for one in tools.tool_images(PageNodes(shown, (ramp, None, other, other)))] == ["CT"]


def test_the_crosshair_comes_and_goes(host, ramp):
    shown = page(image(), image(view=GREEN, orientation=Orientation.CORONAL))
    show_page(PageNodes(shown, (ramp, ramp)), host, QUIZ)
    assert not tools.crosshair_is_shown(host)
    crosshair = host.scene.GetSingletonNode("default", "vtkMRMLCrosshairNode")

    tools.show_crosshair(host, True)
    assert tools.crosshair_is_shown(host)
    assert crosshair.GetCrosshairMode() == slicer.vtkMRMLCrosshairNode.ShowBasic
    assert crosshair.GetCrosshairBehavior() == slicer.vtkMRMLCrosshairNode.OffsetJumpSlice

    tools.show_crosshair(host, False)
    assert crosshair.GetCrosshairMode() == slicer.vtkMRMLCrosshairNode.NoCrosshair


def test_one_image_in_three_planes_through_the_point_looked_at_and_back(host, ramp):
    other = volume(host.scene, np.zeros((50, 50, 50), np.int16), GRID)
    shown = page(
        image(id="CT", layer=Layer.FOREGROUND, zoom_factor=3.0),
        image(id="PET"),
        image(id="PET", view=YELLOW),
        layout=Layout.SIDE_BY_SIDE_RED_YELLOW,
        link_views=True,
    )
    nodes = (ramp, other, other)
    show_page(PageNodes(shown, nodes), host, QUIZ)
    slice_node(host, RED).SetSliceOffset(9.5)
    point = point_seen(PageNodes(shown, nodes), "CT", host)
    assert point == pytest.approx((0, 0, 9.5), abs=0.01)

    planes = in_planes(PageNodes(shown, nodes), "CT", ViewingMode.THREE_PLANES)
    show_page(planes, host, QUIZ)
    go_through(planes.page, host, point)

    for view, orientation in ((RED, "Axial"), (GREEN, "Coronal"), (YELLOW, "Sagittal")):
        assert composite(host, view).GetBackgroundVolumeID() == ramp.GetID()
        assert composite(host, view).GetForegroundVolumeID() is None
        assert slice_node(host, view).GetOrientation() == orientation
        assert not composite(host, view).GetLinkedControl()
    # Slice 34 of the axial view: 34 / 50 of white.
    assert host.picture(RED)[50, 50] == pytest.approx([173] * 3, abs=1)
    # The coronal view has the top slice, 49, in its first row and the lowest in its last.
    column = host.picture(GREEN)[:, 50, 0].astype(int)
    assert (column[1], column[98]) == pytest.approx((250, 0), abs=3)

    one = in_planes(PageNodes(shown, nodes), "CT", ViewingMode.CORONAL)
    show_page(one, host, QUIZ)
    assert one.page.layout is Layout.ONE_UP_RED_SLICE
    assert slice_node(host, RED).GetOrientation() == "Coronal"
    assert composite(host, GREEN).GetBackgroundVolumeID() is None

    back = in_planes(PageNodes(shown, nodes), "CT", ViewingMode.DEFAULT)
    assert back == PageNodes(shown, nodes)
    show_page(back, host, QUIZ)
    assert composite(host, RED).GetBackgroundVolumeID() == other.GetID()
    assert composite(host, RED).GetForegroundVolumeID() == ramp.GetID()
    assert composite(host, YELLOW).GetLinkedControl()


def test_contours_come_along_with_their_image_only(host, ramp):
    blocks = np.zeros((50, 50, 50), np.uint8)
    blocks[:, 10:20, 10:20], blocks[:, 10:20, 30:40], blocks[:, 30:40, 10:20] = 1, 2, 3
    drawn = segmentation(host.scene, blocks, GRID, {1: "liver", 2: "spleen", 3: "kidney"})
    other = segmentation(host.scene, blocks, GRID, {1: "other"})
    labels = label_map(host.scene, (blocks == 3).astype(np.uint8), GRID)
    mr = volume(host.scene, np.zeros((50, 50, 50), np.int16), GRID)
    shown = page(
        image(id="CT"),
        image(id="CT", view=GREEN, orientation=Orientation.CORONAL),
        image(id="MR", view=YELLOW),
        image(Layer.SEGMENTATION, roi_visibility=RoiVisibility(RoiCode.SELECT, ("liver",))),
        image(Layer.SEGMENTATION, view=GREEN, roi_visibility=RoiVisibility(RoiCode.SELECT, ("spleen",))),
        image(Layer.LABEL, view=GREEN),
        image(Layer.SEGMENTATION, id="other", view=YELLOW),
    )
    nodes = (ramp, ramp, mr, drawn, drawn, labels, other)

    planes = in_planes(PageNodes(shown, nodes), "CT", ViewingMode.AXIAL)
    assert show_page(planes, host, QUIZ) == []

    assert planes.nodes == (ramp, labels, drawn)
    display = drawn.GetDisplayNode()
    ids = [drawn.GetSegmentation().GetNthSegmentID(index) for index in range(3)]
    assert [display.GetSegmentVisibility(id) for id in ids] == [True, True, False]
    assert list(display.GetViewNodeIDs()) == [slice_node(host, RED).GetID()]
    assert composite(host, RED).GetLabelVolumeID() == labels.GetID()
    assert not other.GetDisplayVisibility()
    # The liver's outline on the axial view; the block spans pixels 20 to 40 both ways.
    red = host.picture(RED).astype(int)
    assert np.ptp(red[20, 25:35], axis=1).min() > 40
    assert np.ptp(red[30, 30]) < 10


def test_opacity_of_outline_and_fill_of_segments_and_labels(host):
    black = volume(host.scene, np.zeros((50, 50, 50), np.int16), GRID, window=(0, 1))
    half = np.zeros((50, 50, 50), np.uint8)
    half[:, :, 25:] = 1
    shown = PageNodes(
        page(image(), image(view=GREEN), image(Layer.SEGMENTATION), image(Layer.LABEL, view=GREEN)),
        (black, black, segmentation(host.scene, half, GRID), label_map(host.scene, half, GRID)),
    )
    show_page(shown, host, QUIZ)

    def greens():
        """Of the region's inside and of its edge, on both views."""
        pictures = [host.picture(view).astype(int)[50] for view in (RED, GREEN)]
        return [(row[75, 1], row[48:53, 1].max()) for row in pictures]

    assert greens() == [(0, 255), (0, 255)]
    draw_contours(shown, host, ContourLook(ContourVisibility.FILL))
    assert [inside for inside, _ in greens()] == pytest.approx([127, 127], abs=2)
    draw_contours(shown, host, ContourLook(ContourVisibility.FILL, opacity=0.4))
    assert [inside for inside, _ in greens()] == pytest.approx([51, 51], abs=2)
    draw_contours(shown, host, ContourLook(opacity=0.4))
    assert [edge for _, edge in greens()] == pytest.approx([102, 102], abs=2)
    draw_contours(shown, host, ContourLook(visible=False))
    assert greens() == [(0, 0), (0, 0)]

    show_page(shown, host, QUIZ)
    assert greens() == [(0, 255), (0, 255)]


def test_frames_go_round(host, tmp_path):
    frames = np.stack([np.full((4, 10, 10), value, np.int16) for value in (10, 20, 30)])
    write_nifti(tmp_path / "4d.nii", frames, sform=np.eye(4))
    film = page(replace(image(path="4d.nii"), type=ImageType.VOLUME_SEQUENCE))
    library = ImageLibrary(host.scene, ImageFolder(tmp_path))
    loaded = library.load(film)
    (node,) = loaded.nodes
    assert node
    seen = []
    for _ in range(4):
        step_frame(node)
        seen.append((shown_frame(node), node.GetImageData().GetScalarRange()[0]))
    assert seen == [(1, 20), (2, 30), (0, 10), (1, 20)]
    step_frame(node, -2)
    assert shown_frame(node) == 2
    with pytest.raises(ValueError, match="not a sequence"):
        step_frame(volume(host.scene, np.zeros((2, 2, 2), np.int16), GRID))
    library.close()
