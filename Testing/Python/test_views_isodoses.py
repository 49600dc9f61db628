"""Isodose lines lie where a dose has its levels: known by a formula, seen in the pixels of the views."""

import numpy as np
import pytest
import SimpleITK as sitk
from quiz_text import image, page, session
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.quiz.model import Orientation, SliceView
from QuizLoaderLib.reader.dose.plan import DosePlan
from QuizLoaderLib.reader.opened_quiz import OpenedQuiz
from QuizLoaderLib.views.isodose_lines import CLOSED_SURFACE
from QuizLoaderLib.views.planes import ViewingMode
from view_geometry import grid, rotation

SIZE = (200, 160)
SHAPE = (24, 40, 44)
"""Of the dose: slices, rows, columns."""


def about_the_origin(directions, spacing):
    """A grid whose middle lies there."""
    middle = directions @ np.diag(spacing) @ ((np.array(SHAPE[::-1]) - 1) / 2)
    return grid(directions, spacing, origin=-middle)


UNTURNED = np.diag([-1, -1, 1])
GRIDS = {
    "upright": about_the_origin(UNTURNED, (2.0, 2.0, 2.0)),
    "anisotropic": about_the_origin(UNTURNED, (1.5, 2.5, 4.0)),
    "oblique": about_the_origin(rotation(25, (0.3, 0.5, 1)) @ UNTURNED, (1.8, 2.2, 3.0)),
}
VIEWS = {"Red": Orientation.AXIAL, "Green": Orientation.CORONAL, "Yellow": Orientation.SAGITTAL}
CENTRE = np.array([2.0, -3.0, 1.0])


def sphere(points):
    """60 Gy in its centre, 1 Gy less at each mm from it."""
    return 60 - np.linalg.norm(points - CENTRE, axis=-1)


def ramp(points):
    """30 Gy at the origin, more to the left and above, whatever way the grid is turned."""
    return 30 + points @ np.array([-0.5, 0.1, 0.3])


def write(path, values, ijk_to_ras):
    to_lps = np.diag([-1, -1, 1]) @ ijk_to_ras[:3]
    made = sitk.GetImageFromArray(values)
    spacing = np.linalg.norm(to_lps[:, :3], axis=0)
    made.SetSpacing(spacing.tolist())
    made.SetDirection((to_lps[:, :3] / spacing).ravel().tolist())
    made.SetOrigin(to_lps[:, 3].tolist())
    sitk.WriteImage(made, str(path))


def voxel_points(ijk_to_ras, shape=SHAPE):
    k, j, i = np.indices(shape)
    return np.stack([i, j, k], axis=-1) @ ijk_to_ras[:3, :3].T + ijk_to_ras[:3, 3]


def write_plan(folder, dose, ijk_to_ras, levels, attributes=""):
    """A dose over a black image of its grid on three views, of which nothing but the lines is seen."""
    write(folder / "ct.nrrd", np.zeros(SHAPE, np.int16), ijk_to_ras)
    write(folder / "dose.nrrd", dose(voxel_points(ijk_to_ras)).astype(np.float32), ijk_to_ras)
    placed = [
        f"<DefaultDestination>{view}</DefaultDestination><DefaultOrientation>{plane.value}</DefaultOrientation>"
        for view, plane in VIEWS.items()
    ]
    images = [image('ID="CT" WindowLevel="100 50"', each) for each in placed]
    images += [
        image(
            f'ID="Dose" Opacity="0" {attributes}',
            f"{each}<Layer>Foreground</Layer>{levels}",
            path="dose.nrrd",
        )
        for each in placed
    ]
    quiz = folder / "plan.xml"
    quiz.write_text(session(page("", *images)), encoding="utf-8")
    return quiz


@pytest.fixture(scope="module")
def host():
    with HeadlessHost(SIZE) as host:
        yield host


@pytest.fixture
def open_plan(host, tmp_path):
    opened, plans = [], []

    def open_it(*what):
        quiz = write_plan(tmp_path, *what)
        opened.append(OpenedQuiz(quiz, tmp_path, host))
        plans.append(DosePlan())
        assert opened[0].problems == []
        assert opened[0].show(0) == []
        plans[0].begin(opened[0])
        while plans[0].shown and plans[0].shown.is_counting:
            plans[0].look()
        return opened[0], plans[0]

    yield open_it
    for each, plan in zip(opened, plans, strict=True):
        plan.end()
        each.close()


def points_of_pixel_middles(host, view):
    """RAS in mm, (rows, columns, 3), the first row at the top."""
    to_ras = host.application_logic.GetSliceLogicByLayoutName(view).GetSliceNode().GetXYToRAS()
    matrix = np.array([[to_ras.GetElement(row, column) for column in range(4)] for row in range(3)])
    width, height = SIZE
    x, y = np.meshgrid(np.arange(width) + 0.5, height - 0.5 - np.arange(height))
    return np.stack([x, y, np.zeros_like(x), np.ones_like(x)], axis=-1) @ matrix.T


def pixels_from_level(dose, points, level):
    """How far each pixel's middle is from the line, in pixels, positive where there is less dose."""
    doses = dose(points)
    upwards, across = np.gradient(doses)
    return (level - doses) / np.hypot(upwards, across)


def sides(drawn):
    """The pixels of a line in parts that have both of its edges: of a ring, in quarters."""
    rows, columns = np.nonzero(drawn)
    row, column = round(rows.mean()), round(columns.mean())
    if not drawn[row - 3 : row + 4, column - 3 : column + 4].any():
        return (rows > rows.mean()) + 2 * (columns > columns.mean())
    along = rows if np.ptp(rows) > np.ptp(columns) else columns
    return (along - along.min()) * 3 // (np.ptp(along) + 1)


@pytest.mark.parametrize(("dose", "placed"), [*((sphere, each) for each in GRIDS), (ramp, "oblique")])
def test_lines_lie_within_half_a_pixel_of_where_the_dose_has_their_level(host, open_plan, dose, placed):
    levels = '<Isodose Level="38" Color="255 0 0"/><Isodose Level="30" Color="0 255 0"/>'
    open_plan(dose, GRIDS[placed], levels)
    for view in VIEWS:
        picture, points = host.picture(SliceView(view)).astype(int), points_of_pixel_middles(host, view)
        for level, channel in ((38, 0), (30, 1)):
            drawn = picture[..., channel] - picture[..., 1 - channel] > 100
            away, side = pixels_from_level(dose, points, level)[drawn], sides(drawn)
            assert drawn.sum() > 150
            assert np.abs(away).max() < 1.5, "two pixels wide, and half a pixel off at most"
            middles = [away[side == part].mean() for part in np.unique(side)]
            assert np.abs(middles).max() < 0.5


def test_levels_in_percent_are_of_the_prescription_else_of_the_largest_dose(open_plan, host):
    levels = '<Isodose Level="50" Unit="%"/><Isodose Level="30"/><Isodose Level="120" Unit="%"/>'
    _opened, plan = open_plan(sphere, GRIDS["upright"], levels)
    highest = sphere(voxel_points(GRIDS["upright"])).max()
    assert [(line.name, line.is_reached) for line in plan.shown.lines] == [
        ("120 %", False), ("30 Gy", True), ("50 %", True),
    ]  # fmt: skip
    picture, points = host.picture(SliceView.RED).astype(int), points_of_pixel_middles(host, "Red")
    half = plan.shown.lines[2].color
    drawn = (np.abs(picture - half) < 40).all(axis=2)
    assert drawn.sum() > 150
    assert abs(pixels_from_level(sphere, points, highest / 2)[drawn].mean()) < 0.3


def test_with_a_prescription_percents_are_of_it(open_plan, host):
    levels = '<Isodose Level="80" Unit="%" Color="255 0 0"/>'
    open_plan(sphere, GRIDS["upright"], levels, 'Prescription="50"')
    drawn = host.picture(SliceView.RED)[..., 0] > 100
    away = pixels_from_level(sphere, points_of_pixel_middles(host, "Red"), 40)[drawn]
    assert drawn.sum() > 150
    assert np.abs(away).max() < 1.5


def number_of_red(host, view):
    picture = host.picture(SliceView(view)).astype(int)
    return int((picture[..., 0] - picture[..., 1] > 100).sum())


def test_a_line_that_a_reader_hides_is_gone_and_lines_are_where_the_dose_is(open_plan, host):
    levels = '<Isodose Level="38" Color="255 0 0"/>'
    opened, plan = open_plan(sphere, GRIDS["oblique"], levels)
    before = [number_of_red(host, view) for view in VIEWS]
    assert min(before) > 150
    plan.show_line(0, False)
    assert [number_of_red(host, view) for view in VIEWS] == [0, 0, 0]
    plan.show_line(0, True)
    assert [number_of_red(host, view) for view in VIEWS] == before
    opened.view(ViewingMode.THREE_PLANES, "CT")
    plan.look()
    assert [number_of_red(host, view) for view in VIEWS] == [0, 0, 0], "the CT alone is shown"
    opened.view(ViewingMode.THREE_PLANES, "Dose")
    plan.look()
    assert min(number_of_red(host, view) for view in VIEWS) > 100
    opened.cover()
    plan.look()
    assert [number_of_red(host, view) for view in VIEWS] == [0, 0, 0], "while time stands still"
    plan.end()
    assert surfaces_in(opened.host.scene) == []


def surfaces_in(scene):
    """Of all lines in the scene."""
    nodes = scene.GetNodesByClass("vtkMRMLSegmentationNode")
    nodes.UnRegister(None)
    found = [nodes.GetItemAsObject(number).GetSegmentation() for number in range(nodes.GetNumberOfItems())]
    return [
        each.GetNthSegment(number).GetRepresentation(CLOSED_SURFACE)
        for each in found
        for number in range(each.GetNumberOfSegments())
    ]


def test_each_look_makes_one_surface_and_none_again_that_was_there(open_plan, host):
    """For surfaces of a large dose a window would stand still for seconds."""
    levels = "".join(f'<Isodose Level="{level}"/>' for level in (20, 30, 40))
    opened, plan = open_plan(sphere, GRIDS["upright"], levels)
    made = surfaces_in(host.scene)
    assert len(made) == 3
    opened.view(ViewingMode.THREE_PLANES, "CT")
    plan.look()
    opened.view(ViewingMode.THREE_PLANES, "Dose")
    plan.look()
    assert surfaces_in(host.scene) == made
    counts = []
    plan.begin(opened)
    while plan.shown.is_counting:
        counts.append(len(surfaces_in(host.scene)))
        plan.look()
    assert counts == [1, 2]
    assert len(surfaces_in(host.scene)) == 3
