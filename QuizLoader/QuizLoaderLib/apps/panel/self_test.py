"""The story of a first quiz, told in a running Slicer by ``QuizLoaderTest``."""

import time
from collections.abc import Callable
from unittest import TestCase

import slicer

from ...reader.opened_quiz import OpenedQuiz
from ...views.lines import set_points_ras
from ...views.planes import ViewingMode
from ...views.tools import tool_images
from . import sample_data
from .packages import ensure_packages
from .paths import REQUIREMENTS

WAIT_S = 120


def tutorial_story(test: TestCase) -> None:
    """Sample data, open, look, measure, next, previous, close the scene.

    Raises PackagesMissingError, whose sentence is the test's failure, where a Python package is not there.
    """
    ensure_packages(REQUIREMENTS)
    sample_data.make_tutorial()
    slicer.util.selectModule("QuizLoader")
    widget = slicer.modules.quizloader.widgetRepresentation()
    # By the panel's own names: after Reload the widgets of before are still there, hidden.
    panel, console = widget.self().panel, widget.self().logic.console

    panel.open()
    test.assertIsNotNone(console.opened, panel.ui.messageLabel.text)
    _wait_until(lambda: console.opened.index == 0)
    test.assertEqual(panel.ui.titleLabel.text, "Patient 1")
    test.assertEqual([problem.sentence for problem in console.problems], [])
    volume = console.nodes(0)[0]
    for view, orientation in (("Red", "Axial"), ("Green", "Coronal"), ("Yellow", "Sagittal")):
        logic = slicer.app.applicationLogic().GetSliceLogicByLayoutName(view)
        test.assertEqual(logic.GetSliceCompositeNode().GetBackgroundVolumeID(), volume.GetID())
        test.assertEqual(logic.GetSliceNode().GetOrientation(), orientation)
    _look_and_measure(test, console.opened, volume)

    layouts = console.opened.path.with_name("layouts.xml")
    console.open(layouts, console.opened.image_folder)
    console.show(0)
    panel.next_page()
    _wait_until(lambda: console.opened.index == 1)
    panel.previous_page()
    _wait_until(lambda: console.opened.index == 0)
    test.assertNotIn(None, console.nodes(0))

    slicer.mrmlScene.Clear()
    test.assertIsNone(console.opened)
    test.assertIn("Open it again", panel.ui.messageLabel.text)


def _look_and_measure(test: TestCase, opened: OpenedQuiz, volume: "slicer.vtkMRMLVolumeNode") -> None:
    """One plane and back, and a line of 20 mm."""
    red = slicer.app.applicationLogic().GetSliceLogicByLayoutName("Red").GetSliceNode()
    offset = red.GetSliceOffset()
    opened.view(ViewingMode.CORONAL, tool_images(opened.on_views)[0].id)
    test.assertEqual(red.GetOrientation(), "Coronal")
    opened.view(ViewingMode.DEFAULT, tool_images(opened.page_nodes)[0].id)
    test.assertEqual(red.GetOrientation(), "Axial")
    test.assertAlmostEqual(red.GetSliceOffset(), offset, places=3)

    bounds = [0.0] * 6
    volume.GetRASBounds(bounds)
    x, y, z = ((bounds[axis] + bounds[axis + 1]) / 2 for axis in (0, 2, 4))
    line = opened.drawings.lines.new()
    set_points_ras(line, [(x, y, z), (x, y + 20, z)])
    (measured,) = opened.drawings.lines.measured
    test.assertAlmostEqual(measured.length_mm, 20, places=3)
    test.assertEqual(measured.image_id, volume.GetName())
    opened.drawings.lines.remove(line)
    test.assertFalse(slicer.mrmlScene.IsNodePresent(line))


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"The page did not show within {WAIT_S} s.")
        slicer.app.processEvents()
