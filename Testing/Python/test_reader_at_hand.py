"""What a reader has at hand while looking, by the numbers of voxels and nodes: the same for every host."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image as Picture
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.quiz.model import Orientation, SliceView
from QuizLoaderLib.reader.opened_quiz import OpenedQuiz
from QuizLoaderLib.reader.pointing import PointedAt, Pointing
from QuizLoaderLib.reader.tools_presenter import ToolsPresenter
from QuizLoaderLib.reader.view_texts import texts_of_view, view_titles
from view_geometry import RIGHT_UP_AND_NEXT, axes_of_volume, grid, points_of_pixels, rotation

SIZE = (120, 90)
SHAPE = (14, 20, 24)
TURNED = grid(rotation(20, (0.2, 0.3, 1)) @ np.diag([-1, -1, 1]), (1.5, 1.5, 2.5), origin=(14, 11, -15))
"""Of both images: some degrees off the patient's axes."""
VOXELS = (np.arange(np.prod(SHAPE)) % 3000 - 1000).astype(np.int16).reshape(SHAPE)
DOSE = (np.arange(np.prod(SHAPE)) / 100).astype(np.float32).reshape(SHAPE)
BLOCK = np.zeros(SHAPE, np.uint8)
BLOCK[4:9, 5:12, 3:17] = 1
BLOCK[5:7, 8:10, 14:20] = 2

PAGES = {
    "plain": "",
    "rotated": "RotateToAcquisition='Y'",
    "zoomed": "ZoomFactor='2.5' PanOrigin='3 -2 0'",
}


def write(path: Path, voxels: np.ndarray, ijk_to_ras: np.ndarray = TURNED) -> None:
    to_lps = np.diag([-1, -1, 1]) @ ijk_to_ras[:3]
    made = sitk.GetImageFromArray(voxels)
    spacing = np.linalg.norm(to_lps[:, :3], axis=0)
    made.SetSpacing(spacing.tolist())
    made.SetDirection((to_lps[:, :3] / spacing).ravel().tolist())
    made.SetOrigin(to_lps[:, 3].tolist())
    if path.name.endswith(".seg.nrrd"):
        for number, name in enumerate(("Bone", "Marrow")):
            made.SetMetaData(f"Segment{number}_ID", f"Segment_{number + 1}")
            made.SetMetaData(f"Segment{number}_Name", name)
            made.SetMetaData(f"Segment{number}_LabelValue", str(number + 1))
            made.SetMetaData(f"Segment{number}_Layer", "0")
            made.SetMetaData(f"Segment{number}_Color", "1 0 0" if number else "0 1 0")
    sitk.WriteImage(made, str(path))


def element(type_: str, id_: str, path: str, view: str, plane: str = "", more: str = "") -> str:
    attributes, _, inside = more.partition("<")
    plane = f"<DefaultOrientation>{plane}</DefaultOrientation>" if plane else ""
    layer = {"Segmentation": "Segmentation", "LabelMap": "Label"}.get(type_, "Background")
    place = f"<DefaultDestination>{view}</DefaultDestination><Layer>{layer}</Layer><Path>{path}</Path>"
    inside = f"<{inside}" if inside else ""
    return f"<Image ID='{id_}' Type='{type_}' {attributes}>{plane}{place}{inside}</Image>"


def views_of_ct(more: str) -> str:
    views = (("Red", "Axial"), ("Green", "Coronal"), ("Yellow", "Sagittal"))
    return "".join(element("Volume", "CT", "ct.nrrd", view, plane, more) for view, plane in views)


@pytest.fixture(scope="module")
def quiz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pages of a CT, one with all layers, one of a picture."""
    folder = tmp_path_factory.mktemp("at-hand")
    write(folder / "ct.nrrd", VOXELS)
    write(folder / "dose.nrrd", DOSE)
    write(folder / "regions.seg.nrrd", BLOCK)
    write(folder / "labels.nrrd", BLOCK)
    colors = np.zeros((6, 9, 3), np.uint8)
    colors[1, 2] = (200, 120, 90)
    Picture.fromarray(colors).save(folder / "slide.png")
    rois = "<ROIs ROIVisibilityCode='All'/>"
    pages = [f"<Page ID='{name}' Layout='FourUp'>{views_of_ct(more)}</Page>" for name, more in PAGES.items()]
    dose = element("Volume", "Dose", "dose.nrrd", "Red", "Axial").replace("Background", "Foreground")
    pages += [
        f"<Page ID='layers' Layout='FourUp'>{views_of_ct('')}{dose}"
        f"{element('Segmentation', 'Regions', 'regions.seg.nrrd', 'Red', more=rois)}"
        f"{element('LabelMap', 'Labels', 'labels.nrrd', 'Green')}</Page>",
        f"<Page ID='picture' Layout='OneUpRedSlice'>{element('Vector', 'Slide', 'slide.png', 'Red')}</Page>",
    ]
    (folder / "quiz.xml").write_text(f"<Session>{''.join(pages)}</Session>", encoding="utf-8")
    return folder / "quiz.xml"


@pytest.fixture
def host() -> Iterator[HeadlessHost]:
    with HeadlessHost(SIZE) as host:
        yield host


@pytest.fixture
def opened(host: HeadlessHost, quiz: Path) -> Iterator[OpenedQuiz]:
    opened = OpenedQuiz(quiz, quiz.parent, host)
    assert [problem for problem in opened.problems if problem.is_error] == []
    yield opened
    opened.close()


def show(opened: OpenedQuiz, page: str) -> tuple[Pointing, ToolsPresenter]:
    index = next(number for number, each in enumerate(opened.pages) if each.id == page)
    opened.show(index)
    pointing, tools = Pointing(), ToolsPresenter(lambda change: change())
    pointing.begin(opened)
    tools.begin(opened)
    return pointing, tools


def at(pointing: Pointing, view: SliceView, x: float, y: float) -> PointedAt:
    pointing.point(view, x, y)
    pointing.look()
    assert pointing.shown is not None
    return pointing.shown


def voxel_of(point_ras: np.ndarray) -> tuple[int, ...]:
    """Its column, row and slice, by the matrix of the file alone."""
    return tuple(np.round(np.linalg.solve(TURNED[:3, :3], point_ras - TURNED[:3, 3])).astype(int).tolist())


def is_clear_of_edges(point_ras: np.ndarray) -> bool:
    """Between two voxels the last bits decide."""
    at_ijk = np.linalg.solve(TURNED[:3, :3], point_ras - TURNED[:3, 3])
    is_inside = all(0 <= index <= size - 1 for index, size in zip(at_ijk, SHAPE[::-1], strict=True))
    return is_inside and bool((np.abs(at_ijk - np.floor(at_ijk) - 0.5) > 0.02).all())


@pytest.mark.parametrize("page", PAGES)
def test_the_value_under_the_pointer_is_that_of_the_voxel_that_is_seen_there(
    opened: OpenedQuiz, page: str
) -> None:
    pointing, _tools = show(opened, page)
    zoom, pan = (2.5, (3.0, -2.0)) if page == "zoomed" else (1.0, (0.0, 0.0))
    looked_at = 0
    for view, plane in (
        (SliceView.RED, Orientation.AXIAL),
        (SliceView.GREEN, Orientation.CORONAL),
        (SliceView.YELLOW, Orientation.SAGITTAL),
    ):
        axes = RIGHT_UP_AND_NEXT[plane]
        if page == "rotated":
            axes = axes_of_volume(TURNED, axes)
        points = points_of_pixels(TURNED, SHAPE, axes, SIZE, zoom, pan)
        for x in range(0, SIZE[0], 7):
            for y in range(0, SIZE[1], 7):
                point = points[SIZE[1] - 1 - y, x]
                if not is_clear_of_edges(point):
                    continue
                looked_at += 1
                i, j, k = voxel_of(point)
                found = at(pointing, view, x, y)
                assert found.voxel == f"Voxel {i}, {j}, {k}"
                assert found.values == (str(VOXELS[k, j, i]),)
                letters = [pair[int(part < 0)] for pair, part in zip(("RL", "AP", "SI"), point, strict=True)]
                told = found.position.removesuffix(" mm").split()
                assert told[::2] == letters
                assert [float(text) for text in told[1::2]] == pytest.approx(np.abs(point), abs=0.051)
    assert looked_at > 150


def test_beside_the_image_there_is_no_value(opened: OpenedQuiz) -> None:
    pointing, _tools = show(opened, "plain")
    found = at(pointing, SliceView.RED, 0, 45)
    assert (found.values, found.voxel, found.regions) == ((), "", ())
    pointing.point(SliceView.SLICE4, 3, 3)
    pointing.look()
    assert pointing.shown is None, "a view that the layout does not have"


def test_all_images_and_regions_that_are_there_are_told(opened: OpenedQuiz) -> None:
    pointing, tools = show(opened, "layers")
    points = points_of_pixels(TURNED, SHAPE, RIGHT_UP_AND_NEXT[Orientation.AXIAL], SIZE)
    seen = set()
    for x in range(0, SIZE[0], 5):
        for y in range(0, SIZE[1], 5):
            point = points[SIZE[1] - 1 - y, x]
            if is_clear_of_edges(point):
                i, j, k = voxel_of(point)
                found = at(pointing, SliceView.RED, x, y)
                dose = float(DOSE[k, j, i])
                assert found.values == (f"CT: {VOXELS[k, j, i]}", f"Dose: {dose:.2f}")
                value = int(BLOCK[k, j, i])
                names = {0: [], 1: ["Bone"], 2: ["Marrow"]}[value]
                assert [name for name, _color in found.regions] == names
                seen.add((value, x, y))
    assert {value for value, _x, _y in seen} == {0, 1, 2}
    x, y = next((x, y) for value, x, y in sorted(seen) if value == 1)
    assert at(pointing, SliceView.RED, x, y).regions == (("Bone", (0, 255, 0)),)
    assert tools.shown is not None
    bone = [each.name for each in tools.shown.regions].index("Bone")
    tools.use("region", bone, False)
    pointing.look()
    assert pointing.shown is not None
    assert pointing.shown.regions == (), "what is hidden is not there"


def test_a_pixel_of_a_picture(opened: OpenedQuiz) -> None:
    pointing, tools = show(opened, "picture")
    # 9 pixels of 120 / 9 on the way across, 6 in 80 of 90 upwards; the first row is at the top.
    pixel = SIZE[0] / 9
    x, y = 2.5 * pixel, SIZE[1] / 2 + 1.5 * pixel
    found = at(pointing, SliceView.RED, x, y)
    assert (found.values, found.voxel, found.position) == (("RGB 200 120 90",), "Pixel 2, 1", "")

    # A quarter to the right: what was left of the middle is above it. It fits the height of 90 then.
    tools.use("rotate")
    pixel = SIZE[1] / 9
    found = at(pointing, SliceView.RED, SIZE[0] / 2 + 1.5 * pixel, SIZE[1] / 2 + 2 * pixel)
    assert found.values == ("RGB 200 120 90",)
    tools.use("flip")
    found = at(pointing, SliceView.RED, SIZE[0] / 2 - 1.5 * pixel, SIZE[1] / 2 + 2 * pixel)
    assert found.values == ("RGB 200 120 90",)
    tools.use("reset")
    assert at(pointing, SliceView.RED, x, y).values == ("RGB 200 120 90",)


def test_the_corners_name_image_plane_slice_and_window(opened: OpenedQuiz) -> None:
    show(opened, "layers")
    logics = opened.slice_logics()
    texts = {view: texts_of_view(opened.on_views, logic, []) for view, logic in logics.items()}
    red = texts[SliceView.RED]
    assert (red.title, red.image, red.orientation) == ("Axial, CT", "CT", "Axial")
    assert {view.value: text.title for view, text in texts.items()} == {
        "Red": "Axial, CT",
        "Green": "Coronal, CT",
        "Yellow": "Sagittal, CT",
    }
    assert 1 <= red.slice <= red.slices
    assert red.window == "W 2994 L 499"
    assert "Red" not in str([*vars(red).values()])


def test_slices_are_counted_and_gone_to(opened: OpenedQuiz) -> None:
    _pointing, tools = show(opened, "rotated")
    red = opened.slice_logics()[SliceView.RED]

    def number() -> int:
        return texts_of_view(opened.on_views, red, []).slice

    assert texts_of_view(opened.on_views, red, []).slices == SHAPE[0]
    normal = np.array([red.GetSliceNode().GetSliceToRAS().GetElement(row, 2) for row in range(3)])
    for wanted in (1, 5, SHAPE[0]):
        tools.use("show_slice", "Red", wanted)
        assert number() == wanted
        middle = (TURNED @ [11.5, 9.5, wanted - 1, 1])[:3]
        assert red.GetSliceOffset() == pytest.approx(normal @ middle, abs=1e-6)
    tools.use("show_slice", "Red", 99)
    assert number() == SHAPE[0]
    tools.use("slice", "Red", -2)
    assert number() == SHAPE[0] - 2


def test_views_of_one_name_are_told_apart_by_where_they_are(host: HeadlessHost, tmp_path: Path) -> None:
    write(tmp_path / "ct.nrrd", VOXELS)
    two = "".join(element("Volume", "CT", "ct.nrrd", view, "Axial") for view in ("Red", "Yellow"))
    side_by_side = f"<Page ID='1' Layout='SideBySideRedYellow'>{two}</Page>"
    (tmp_path / "quiz.xml").write_text(f"<Session>{side_by_side}</Session>", encoding="utf-8")
    opened = OpenedQuiz(tmp_path / "quiz.xml", tmp_path, host)
    opened.show(0)
    titles = view_titles(opened.on_views)
    assert titles == {SliceView.RED: "Axial, CT (left)", SliceView.YELLOW: "Axial, CT (right)"}
    opened.close()


def test_dark_becomes_bright_and_the_page_begins_as_it_was(opened: OpenedQuiz, host: HeadlessHost) -> None:
    _pointing, tools = show(opened, "plain")
    before = host.picture(SliceView.RED).astype(int)
    tools.use("invert")
    assert tools.shown is not None
    assert tools.shown.inverted
    inside = before.max(axis=2) > 40
    turned = host.picture(SliceView.RED).astype(int)
    assert np.abs(turned + before - 255)[inside].max() <= 2
    tools.use("reset")
    np.testing.assert_array_equal(host.picture(SliceView.RED), before)


def test_the_magnifier_leaves_in_place_what_is_under_it_and_then_everything(opened: OpenedQuiz) -> None:
    pointing, tools = show(opened, "rotated")
    node = opened.slice_logics()[SliceView.RED].GetSliceNode()
    before = (node.GetFieldOfView(), node.GetXYZOrigin())
    for x, y in ((60, 45), (80, 30), (45, 60)):
        tools.use("magnify")
        place = at(pointing, SliceView.RED, x, y)
        tools.use("magnify", "Red", x / SIZE[0], y / SIZE[1])
        assert node.GetFieldOfView()[0] == pytest.approx(before[0][0] / 3)
        assert at(pointing, SliceView.RED, x, y).position == place.position
    tools.use("magnify")
    assert (node.GetFieldOfView(), node.GetXYZOrigin()) == before


@pytest.mark.parametrize(
    ("tool", "values"),
    [("slice", 1), ("show_slice", 1), ("zoom", 1), ("pan", 2), ("window_level", 2), ("magnify", 2)],
)
def test_what_is_no_number_does_nothing_to_a_view(opened: OpenedQuiz, tool: str, values: int) -> None:
    """Else nothing but a reset would show the image again."""
    _pointing, tools = show(opened, "plain")
    before = look_of_red(opened)
    for value in (np.inf, -np.inf, np.nan, None, "1"):
        assert tools.use(tool, "Red", *[value] * values)
        assert look_of_red(opened) == before


def test_the_longest_move_is_fifty_steps(opened: OpenedQuiz) -> None:
    """Of a fifth of the size, a twentieth of the view, a tenth of the window: as one press of a key each."""
    _pointing, tools = show(opened, "plain")
    across, x, window, level = look_of_red(opened)[:4]

    tools.use("pan", "Red", 1e300, 0)
    assert look_of_red(opened)[1] == pytest.approx(x - 50 / 20 * across)
    tools.use("pan", "Red", -50, 0)
    tools.use("zoom", "Red", -1e300)
    assert look_of_red(opened)[:2] == pytest.approx((across * 1.2**50, x))
    tools.use("zoom", "Red", 1e300)
    assert look_of_red(opened)[0] == pytest.approx(across)
    tools.use("window_level", "Red", 0, 1e300)
    assert look_of_red(opened)[2:4] == pytest.approx((window, level - 50 / 20 * window))


def look_of_red(opened: OpenedQuiz) -> tuple[float, ...]:
    """Field of view across, origin across, window, level, and where the slice is."""
    logic = opened.slice_logics()[SliceView.RED]
    image = opened.page_nodes.nodes[0]
    assert image is not None
    node, display = logic.GetSliceNode(), image.GetDisplayNode()
    sizes = (node.GetFieldOfView()[0], node.GetXYZOrigin()[0], display.GetWindow(), display.GetLevel())
    return *sizes, logic.GetSliceOffset()


def test_a_region_is_seen_alone_and_gone_to(opened: OpenedQuiz) -> None:
    _pointing, tools = show(opened, "layers")

    def regions() -> dict[str, Any]:
        assert tools.shown is not None
        return {each.name: each for each in tools.shown.regions}

    names = list(regions())
    assert names[:2] == ["Bone", "Marrow"]
    assert regions()["Bone"].where == "Axial, CT"
    tools.use("region_alone", 1)
    assert [each.visible for each in regions().values()] == [False, True, *[False] * (len(names) - 2)]
    tools.use("region_alone", 1)
    assert all(each.visible for each in regions().values())

    tools.use("go_to_region", 1)
    kji = np.argwhere(BLOCK == 2)
    middle = kji[np.square(kji - kji.mean(axis=0)).sum(axis=1).argmin()][::-1]
    for logic in opened.slice_logics().values():
        slice_to_ras = logic.GetSliceNode().GetSliceToRAS()
        normal = np.array([slice_to_ras.GetElement(row, 2) for row in range(3)])
        assert logic.GetSliceOffset() == pytest.approx(normal @ (TURNED @ [*middle, 1])[:3], abs=1e-6)


def test_one_view_is_seen_alone_until_the_views_are_placed_anew(opened: OpenedQuiz) -> None:
    _pointing, tools = show(opened, "plain")

    tools.use("enlarge", "Green")
    assert tools.enlarged == "Green"
    tools.use("enlarge", "Green")
    assert tools.enlarged == ""
    tools.use("enlarge", "Slice4")
    assert tools.enlarged == "", "the layout does not have it"
    tools.use("enlarge", "Yellow")
    tools.use("view", "planes")
    assert tools.enlarged == ""
    tools.use("enlarge", "Yellow")
    tools.leave()
    assert tools.enlarged == "", "before the next page says which views it has"


def test_a_view_that_the_layout_has_no_more_has_no_texts(opened: OpenedQuiz) -> None:
    show(opened, "plain")
    green = opened.slice_logics()[SliceView.GREEN]
    show(opened, "picture")
    texts = texts_of_view(opened.on_views, green, [])
    assert (texts.title, texts.image, texts.slice, texts.offset) == ("", "", 0, "")
