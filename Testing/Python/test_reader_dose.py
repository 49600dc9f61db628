"""Dose-volume histograms of the regions that a page shows, against numbers that are known another way."""

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from dicom_made import Placement, write_series
from matplotlib.path import Path as Outline
from quiz_text import image, page, session
from QuizLoaderLib.apps.pictures.headless import HeadlessHost, render_quiz
from QuizLoaderLib.images.arrays import VolumeArrays
from QuizLoaderLib.images.loading.page_check import PageCheck
from QuizLoaderLib.images.types.type_module import Look
from QuizLoaderLib.images.types.volume import make_node
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.model import SliceView
from QuizLoaderLib.quiz.sides import with_sides_exchanged
from QuizLoaderLib.reader.dose.histogram import DoseHistogram
from QuizLoaderLib.reader.dose.page_histograms import PageHistograms
from QuizLoaderLib.reader.dose.placed_doses import doses_of_page
from QuizLoaderLib.reader.dose.plan import DosePlan
from QuizLoaderLib.reader.dose.region_doses import DosesOnGrid
from QuizLoaderLib.reader.legend import RegionLegend
from QuizLoaderLib.reader.opened_quiz import OpenedQuiz
from QuizLoaderLib.reader.pointing import Pointing
from QuizLoaderLib.views.contents import PageNodes
from sample_data import SAMPLE_DATA, needs_sample_data
from view_geometry import grid, rotation

STUDY = SAMPLE_DATA / "TinyRtStudy"
ROIS = '<ROIs ROIVisibilityCode="All"/>'


@pytest.fixture(scope="module")
def host():
    with HeadlessHost((120, 90)) as host:
        yield host


def opened_plan(host: HeadlessHost, quiz: Path, images: Path) -> tuple[OpenedQuiz, Any]:
    opened, plan = OpenedQuiz(quiz, images, host), DosePlan()
    assert [problem for problem in opened.problems if problem.is_error] == []
    opened.show(0)
    plan.begin(opened)
    while plan.shown is not None and plan.shown.is_counting:
        plan.look()
    return opened, plan


def plan_of_tiny_study(folder: Path) -> Path:
    dose, structures, ct = (next(STUDY.glob(name)).name for name in ("dose*", "rtss*", "image0000*"))
    levels = '<Isodose Level="20"/><Isodose Level="50" Unit="%"/>'
    images = (
        image('ID="CT" DicomRead="Y"', path=ct),
        image('ID="Dose" DicomRead="Y" Opacity="0.4"', f"<Layer>Foreground</Layer>{levels}", path=dose),
        image('ID="Structures" Type="RTStruct"', ROIS, path=structures),
    )
    quiz = folder / "plan.xml"
    quiz.write_text(session(page('Layout="OneUpRedSlice"', *images)), encoding="utf-8")
    return quiz


def histogram_by_hand(name: str) -> tuple[np.ndarray, float, np.ndarray]:
    """As dicompyler-core has it: plane by plane the dose of the pixels inside of an odd number of contours,
    in steps of 1 cGy. Gives the cumulative volume in ml from 0 cGy on, and what is within a hair of a contour
    is counted apart: (cumulative, ml of a voxel, doses in Gy of the pixels on a contour)."""
    structures = pydicom.dcmread(next(STUDY.glob("rtss*")))
    file = pydicom.dcmread(next(STUDY.glob("dose*")))
    doses = file.pixel_array * float(file.DoseGridScaling)
    x0, y0, z0 = (float(part) for part in file.ImagePositionPatient)
    row_mm, column_mm = (float(part) for part in file.PixelSpacing)
    offsets = [float(part) for part in file.GridFrameOffsetVector]
    columns, rows = np.meshgrid(np.arange(doses.shape[2]), np.arange(doses.shape[1]))
    pixels = np.column_stack([x0 + column_mm * columns.ravel(), y0 + row_mm * rows.ravel()])
    number = next(each.ROINumber for each in structures.StructureSetROISequence if each.ROIName == name)
    (contours,) = (
        each.ContourSequence for each in structures.ROIContourSequence if each.ReferencedROINumber == number
    )
    inside, doubtful = np.zeros(doses.shape, bool), np.zeros(doses.shape, bool)
    for contour in contours:
        points = np.array(contour.ContourData, float).reshape(-1, 3)
        k = round((points[0, 2] - z0) / (offsets[1] - offsets[0]))
        outline = Outline(np.vstack([points[:, :2], points[:1, :2]]))
        found = [outline.contains_points(pixels, radius=radius) for radius in (0.01, -0.01)]
        inside[k] ^= found[0].reshape(doses.shape[1:])
        doubtful[k] |= (found[0] ^ found[1]).reshape(doses.shape[1:])
    counts, _edges = np.histogram(
        doses[inside & ~doubtful] * 100,
        bins=int(doses.max() * 100) + 2,
        range=(0, int(doses.max() * 100) + 2),
    )
    voxel_ml = row_mm * column_mm * (offsets[1] - offsets[0]) / 1000
    return counts[::-1].cumsum()[::-1] * voxel_ml, voxel_ml, doses[doubtful]


@needs_sample_data("TinyRtStudy")
def test_histograms_of_a_published_study_are_those_of_the_formula_by_hand(host, tmp_path):
    """Of the body nine pixels lie on its outline, where no rule is right; all of them have no dose."""
    opened, plan = opened_plan(host, plan_of_tiny_study(tmp_path), STUDY)
    assert [row.name for row in plan.shown.rows] == ["Body_Contour", "Tumor_Contour"]
    for row, on_outline in zip(plan.shown.rows, (9, 0), strict=True):
        cumulative, voxel_ml, doubtful = histogram_by_hand(row.name)
        assert doubtful.tolist() == [0.0] * on_outline
        cumulative[0] += on_outline * voxel_ml
        volume = cumulative[0]
        differential = -np.diff([*cumulative, 0])
        mean = float((differential * (np.arange(len(cumulative)) + 0.5)).sum() / volume / 100)
        d95 = (np.flatnonzero(cumulative >= 0.95 * volume)[-1]) / 100
        told = dict(zip(plan.shown.columns, map(float, row.cells), strict=True))
        assert told["ml"] == pytest.approx(volume, abs=0.06)
        assert told["mean"] == pytest.approx(mean, abs=0.06)
        assert told["D95"] == pytest.approx(d95, abs=0.06)
        assert told["max"] == pytest.approx(np.flatnonzero(cumulative)[-1] / 100, abs=0.06)
        assert told["V20 Gy"] == pytest.approx(100 * cumulative[2000] / volume, abs=0.06)
        assert told["V50 %"] == pytest.approx(100 * cumulative[2312] / volume, abs=0.06)
    pointing = Pointing()
    pointing.begin(opened)
    pointing.point(SliceView.RED, 60, 45)
    pointing.look()
    assert pointing.shown is not None
    assert pointing.shown.values[1].startswith("Dose: ")
    assert pointing.shown.values[1].endswith(" Gy")
    plan.end()
    opened.close()


def test_a_histogram_of_known_doses_has_their_numbers():
    random = np.random.default_rng(1)
    doses = random.gamma(4, 8, 5000)
    histogram = DoseHistogram(0.002, doses.max())
    for part in np.array_split(doses, 7):
        histogram.add(part)
    histogram.add(np.full(1250, np.nan))
    assert histogram.volume_ml == pytest.approx(10)
    assert histogram.mean == pytest.approx(doses.mean())
    assert (histogram.minimum, histogram.maximum) == (doses.min(), doses.max())
    assert histogram.share_outside == 0.2
    for dose in (0, 5.5, 20, 60):
        assert histogram.share_from(dose) == pytest.approx((doses >= dose).mean(), abs=0.001)
    assert histogram.dose_of(0.95) == pytest.approx(np.quantile(doses, 0.05), abs=0.05)
    plateau = DoseHistogram(1, 60)
    plateau.add(np.array([10.0] + [60.0] * 19))
    assert plateau.dose_of(0.95) == pytest.approx(60)
    assert plateau.dose_of(0.96) == pytest.approx(10)
    uniform = DoseHistogram(1, 50)
    uniform.add(np.full(10, 50.0))
    assert uniform.dose_of(0.95) == pytest.approx(50, abs=0.01)
    assert [float(uniform.share_from(dose)) for dose in (0, 49.9, 51)] == [1, 1, 0]


@pytest.mark.parametrize(("highest", "levels"), [(75, np.arange(1, 7001, 7) / 100), (300, np.arange(1, 300))])
def test_a_region_of_one_dose_gets_it_wholly(highest, levels):
    """Doses of files are in single precision, where hundredths of a Gy are a little more or less."""
    for level in levels:
        histogram = DoseHistogram(1, highest)
        histogram.add(np.full(10, level, np.float32))
        assert float(histogram.share_from(level)) == pytest.approx(1)
        assert histogram.dose_of(0.95) == pytest.approx(level)


def test_between_its_voxels_a_dose_is_linear_and_beyond_it_nobody_knows_one(host):
    k, j, i = np.indices((6, 5, 4))
    to_ras = grid(rotation(25, (1, 2, 3)), (2.0, 2.5, 4.0))
    formula = np.array([2, -3, 0.5])
    voxels = (np.stack([i, j, k], axis=-1) @ formula + 7).astype(np.float32)
    node = make_node("Dose", VolumeArrays(voxels, to_ras), Look(), host.scene)
    finer = to_ras @ np.diag([0.3, 0.2, 0.25, 1])
    found = DosesOnGrid(node, finer).on_plane(5, 2, 1, (17, 9))
    rows, columns = np.mgrid[2:19, 1:10]
    at = np.stack([0.3 * columns, 0.2 * rows, np.full(rows.shape, 1.25)], axis=-1)
    np.testing.assert_allclose(found, at @ formula + 7, atol=1e-4)
    row = DosesOnGrid(node, to_ras @ np.diag([0.2, 1, 1, 1])).on_plane(0, 0, -4, (1, 24))[0]
    steps = 0.2 * np.arange(-4, 20)
    expected = np.where((steps < -0.5) | (steps > 3.5), np.nan, 7 + 2 * np.clip(steps, 0, 3))
    np.testing.assert_allclose(row, expected, atol=1e-4)
    for each in (node.GetDisplayNode(), node):
        host.scene.RemoveNode(each)


def write_made_plan(folder: Path) -> Path:
    """A dose of 10 Gy a cm to the left on voxels of 4 mm, and a block and a row of label values on voxels of
    2 mm; the row leaves the dose."""
    dose = np.tile(np.arange(12, dtype=np.float32) * 4, (10, 12, 1))
    labels = np.zeros((20, 24, 30), np.uint8)
    labels[4:8, 6:12, 4:10] = 1
    labels[10, 10, :] = 2
    for name, voxels, spacing in (("dose", dose, 4.0), ("regions", labels, 2.0), ("ct", labels, 2.0)):
        made = sitk.GetImageFromArray(voxels)
        made.SetSpacing([spacing] * 3)
        made.SetOrigin([spacing / 2] * 3)
        sitk.WriteImage(made, str(folder / f"{name}.nrrd"))
    levels = '<Isodose Level="10"/><Isodose Level="15"/>'
    images = (
        image('ID="CT"'),
        image('ID="Dose"', f"<Layer>Foreground</Layer>{levels}", path="dose.nrrd"),
        image('ID="Regions" Type="LabelMap"', ROIS, path="regions.nrrd"),
    )
    quiz = folder / "plan.xml"
    quiz.write_text(session(page('Layout="OneUpRedSlice"', *images)), encoding="utf-8")
    return quiz


def test_regions_on_a_finer_grid_get_the_dose_between_its_voxels(host, tmp_path):
    """A voxel of 2 mm at x mm has x - 2 Gy, at the edge of the dose as much as its outermost voxels."""
    opened, plan = opened_plan(host, write_made_plan(tmp_path), tmp_path)
    block, row = plan.shown.rows
    x = 2 * np.arange(4, 10) + 1 - 2
    assert block.cells == (
        f"{4 * 6 * 6 * 0.008:.1f}",
        *(f"{value:.1f}" for value in (x.mean(), x.min(), x.max(), x.min())),
        f"{100 * (x >= 15).mean():.1f}",
        f"{100 * (x >= 10).mean():.1f}",
    )
    assert block.note == ""
    # The dose reaches from 0 to 48 mm, the row of 30 voxels to 60.
    assert row.cells[0] == f"{24 * 0.008:.1f}"
    assert row.note == "20 % of it lies outside of the dose"
    plan.end()
    opened.close()


def test_the_histogram_is_of_the_regions_that_are_shown(host, tmp_path):
    opened, plan = opened_plan(host, write_made_plan(tmp_path), tmp_path)
    legend = RegionLegend()
    legend.begin(opened)
    whole = plan.shown.chart
    legend.show(1, False)
    plan.look()
    assert [row.name for row in plan.shown.rows] == ["1"]
    assert plan.shown.chart.count("<polyline") == whole.count("<polyline") - 1 == 1
    legend.show_all(False)
    plan.look()
    assert (plan.shown.rows, plan.shown.chart) == ((), "")
    legend.show_all(True)
    plan.look()
    assert plan.shown.chart == whole
    plan.show_ml(True)
    assert "Volume in ml" in plan.shown.chart
    plan.end()
    opened.close()


def test_two_plans_are_told_apart_by_their_names_and_dashes(host, tmp_path):
    """The other plan is the same dose twice as high, of which 95 % of its prescription are another dose."""
    write_made_plan(tmp_path)
    dose = sitk.ReadImage(str(tmp_path / "dose.nrrd"))
    sitk.WriteImage(dose * 2, str(tmp_path / "boost.nrrd"))
    level = '<Layer>Foreground</Layer><Isodose Level="50" Unit="%"/>'
    other_view = "<DefaultDestination>Yellow</DefaultDestination>"
    images = (
        image('ID="CT"'),
        image('ID="CT"', other_view),
        image('ID="Plain" Prescription="20"', level, path="dose.nrrd"),
        image('ID="Boost" Prescription="30"', other_view + level, path="boost.nrrd"),
        image('ID="Regions" Type="LabelMap"', ROIS, path="regions.nrrd"),
    )
    quiz = tmp_path / "plans.xml"
    quiz.write_text(session(page('Layout="SideBySideRedYellow"', *images)), encoding="utf-8")
    opened, plan = opened_plan(host, quiz, tmp_path)
    rows = {row.name: dict(zip(plan.shown.columns, row.cells, strict=True)) for row in plan.shown.rows}
    assert list(rows) == ["1, Plain", "2, Plain", "1, Boost", "2, Boost"]
    x = 2 * np.arange(4, 10) + 1 - 2
    assert float(rows["1, Boost"]["mean"]) == pytest.approx(2 * x.mean(), abs=0.05)
    assert rows["1, Plain"]["V50 %"] == f"{100 * (x >= 10).mean():.1f}"
    assert rows["1, Boost"]["V50 %"] == f"{100 * (2 * x >= 15).mean():.1f}"
    assert plan.shown.chart.count("<polyline") == 4
    assert plan.shown.chart.count('stroke-dasharray="6 3"') == 2
    plan.end()
    opened.close()


@pytest.mark.parametrize("odd", [np.inf, -1000.0, 1e30])
def test_a_voxel_that_is_no_dose_leaves_the_others_as_they_are(host, tmp_path, odd):
    quiz = write_made_plan(tmp_path)
    opened, plan = opened_plan(host, quiz, tmp_path)
    lines, cells = plan.shown.lines, plan.shown.rows[0].cells
    plan.end()
    opened.close()
    dose = sitk.ReadImage(str(tmp_path / "dose.nrrd"))
    dose[11, 11, 9] = odd
    sitk.WriteImage(dose, str(tmp_path / "dose.nrrd"))
    opened, plan = opened_plan(host, quiz, tmp_path)
    assert plan.shown.lines == lines
    if odd != 1e30:
        assert plan.shown.rows[0].cells == cells
    assert [float(cell) for cell in plan.shown.rows[0].cells] == pytest.approx(
        [float(cell) for cell in cells], abs=1
    )
    plan.end()
    opened.close()
    assert render_quiz(quiz, tmp_path, tmp_path / "out", size=(60, 60)) == []


def test_doses_of_which_none_is_above_0_have_a_histogram_as_well(host, tmp_path):
    quiz = write_made_plan(tmp_path)
    dose = sitk.ReadImage(str(tmp_path / "dose.nrrd"))
    for shift, lowest in ((-100.0, "-93.0"), (-np.inf, None)):
        sitk.WriteImage(dose + shift, str(tmp_path / "dose.nrrd"))
        opened, plan = opened_plan(host, quiz, tmp_path)
        assert [line.is_reached for line in plan.shown.lines] == [False, False]
        assert [row.cells[2] for row in plan.shown.rows[:1]] == ([lowest] if lowest else [])
        plan.end()
        opened.close()


def test_where_sides_are_random_rows_and_dashes_are_those_of_the_views(host, tmp_path):
    """Doses with one name or with their own, which the reader is not told."""
    write_made_plan(tmp_path)
    dose = sitk.ReadImage(str(tmp_path / "dose.nrrd"))
    sitk.WriteImage(dose * 2, str(tmp_path / "boost.nrrd"))
    level = '<Layer>Foreground</Layer><Isodose Level="10"/>'
    other_view = "<DefaultDestination>Yellow</DefaultDestination>"
    for names in (("Plain", "Boost"), ("Dose", "Dose")):
        images = (
            image('ID="A"', path="ct.nrrd"),
            image(f'ID="{names[0]}"', level, path="dose.nrrd"),
            image('ID="B"', other_view, path="ct.nrrd"),
            image(f'ID="{names[1]}"', other_view + level, path="boost.nrrd"),
            image('ID="Regions" Type="LabelMap"', ROIS, path="regions.nrrd"),
        )
        quiz = tmp_path / "sides.xml"
        text = page('Layout="SideBySideRedYellow" RandomizeSides="Red Yellow"', *images)
        quiz.write_text(session(text), encoding="utf-8")
        opened = OpenedQuiz(quiz, tmp_path, host)
        opened.show(0)
        told = []
        for each in (opened.page, with_sides_exchanged(opened.page)):
            shown = PageNodes(each, opened.page_nodes.nodes)
            histograms = PageHistograms(shown, doses_of_page(shown)[0])
            histograms.to_the_end()
            curves = re.findall('points="([^"]*)"[^>]*?( stroke-dasharray="6 3")?/>', histograms.chart())
            told.append(([(row.name, histograms.cells(row)) for row in histograms.shown()], curves))
        (rows, curves), (exchanged_rows, exchanged_curves) = told
        assert len(rows) == 4
        assert [name for name, _cells in exchanged_rows] == [name for name, _cells in rows]
        cells = [cells for _name, cells in rows]
        assert [cells for _name, cells in exchanged_rows] == cells[2:] + cells[:2] != cells
        assert [bool(dash) for _points, dash in curves] == [False, False, True, True]
        assert [dash for _points, dash in exchanged_curves] == [dash for _points, dash in curves]
        points = [points for points, _dash in curves]
        assert [points for points, _dash in exchanged_curves] == points[2:] + points[:2] != points
        assert not any(name in row for row, _cells in rows for name in names)
        opened.close()


def test_render_writes_the_histogram_as_a_picture_and_as_a_table(tmp_path):
    assert render_quiz(write_made_plan(tmp_path), tmp_path, tmp_path / "out", size=(120, 90)) == []
    (folder,) = (path for path in (tmp_path / "out").iterdir() if path.is_dir())
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert f"{folder.name}/DVH.svg" in index
    assert f"{folder.name}/DVH.csv" in index
    assert index.index("Isodose 15 Gy") < index.index("Isodose 10 Gy")
    assert (folder / "DVH.svg").read_text(encoding="utf-8").count("<polyline") == 2
    with (folder / "DVH.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["region"] == "1"]
    at_15 = next(row for row in rows if float(row["dose_gy"]) == 15)
    assert (float(at_15["volume_percent"]), float(at_15["volume_ml"])) == pytest.approx(
        (33.333, 0.384), abs=1e-3
    )


@pytest.mark.parametrize(
    ("modality", "levels", "told", "lines"),
    [
        ("MR", 'Level="20"', "Image “Plan” has isodose lines, but its file is no dose (MR).", []),
        ("RTDOSE", 'Level="20"', "Image “Plan” has isodose lines in Gy, but its dose is in “RELATIVE”.", []),
        ("RTDOSE", 'Level="50" Unit="%"', "", ["50 %"]),
    ],
)
def test_what_is_no_dose_in_gray_is_told_when_the_quiz_is_checked_and_when_it_is_shown(
    host, tmp_path, modality, levels, told, lines
):
    voxels = np.arange(48, dtype=np.uint16).reshape(3, 4, 4)
    units: dict[str, Any] = {"DoseUnits": "RELATIVE", "DoseGridScaling": "1"} if modality == "RTDOSE" else {}
    write_series(tmp_path / "plan", voxels, Placement([0, 3, 6]), modality, **units)
    quiz = tmp_path / "plan.xml"
    text = page(
        'Layout="OneUpRedSlice"', image('ID="Plan" DicomRead="Y"', f"<Isodose {levels}/>", path="plan")
    )
    quiz.write_text(session(text), encoding="utf-8")
    opened, plan = opened_plan(host, quiz, tmp_path)
    assert [line.name for line in plan.shown.lines] == lines
    assert [told in each for each in plan.shown.messages] == [True] * bool(told)
    assert plan.shown.rows == ()
    check = PageCheck(opened.quiz, ImageFolder(tmp_path))
    problems = [(problem.code, problem.sentence) for problem in check.problems(opened.page)]
    assert problems == [("Q419", told)] * bool(told)
    assert not any(problem.is_for_reader for problem in doses_of_page(opened.page_nodes)[1])
    check.close()
    plan.end()
    opened.close()
