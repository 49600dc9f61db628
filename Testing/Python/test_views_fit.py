"""A page fills the views whatever size they get, and what is seen there is where the view says it is."""

from pathlib import Path

import numpy as np
import pytest
from mrml_by_hand import image, page, volume
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.quiz.model import Quiz
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.fitting import Fitting
from QuizLoaderLib.views.page import show_page
from view_geometry import grid

CUBE = grid(np.diag([-1, -1, 1]), (1, 1, 1), (19.5, 19.5, -19.5))
"""40 mm wide, about the origin."""


@pytest.mark.parametrize("size", [(458, 634), (918, 634), (300, 900), (512, 300)])
def test_a_view_of_another_size_shows_the_whole_image_and_tells_its_places(size):
    with HeadlessHost((512, 512)) as host:
        cube = volume(host.scene, np.zeros((40, 40, 40), np.int16), CUBE)
        shown = PageNodes(page(image()), (cube,))
        show_page(shown, host, Quiz(Path("quiz.xml")))
        fitting = Fitting()
        fitting.begin(shown, host)
        logic = host.application_logic.GetSliceLogicByLayoutName("Red")
        logic.ResizeSliceNode(*size)
        fitting.end()

        node = logic.GetSliceNode()
        assert min(node.GetFieldOfView()[:2]) == pytest.approx(40)
        mm_per_pixel = 40 / min(size)
        corners = [node.GetXYToRAS().MultiplyDoublePoint((x, y, 0, 1))[:2] for x, y in ((0, 0), size)]
        half = np.array(size) * mm_per_pixel / 2
        # Columns run to the patient's left, rows to the back; a sample lies 2/1000 of a voxel inside.
        assert corners[0] == pytest.approx((half[0], -half[1]), abs=0.01)
        assert corners[1] == pytest.approx((-half[0], half[1]), abs=0.01)
