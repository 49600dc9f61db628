"""Views without a screen: several hosts in a process, silence on standard error, no crash without OpenGL."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from mrml_by_hand import image, page, volume
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.quiz.model import Layout, Quiz, SliceView
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.page import show_page

QUIZ = Quiz(Path("quiz.xml"))


def _grey_picture(host, grey):
    node = volume(host.scene, np.full((3, 8, 8), grey, np.uint8), np.eye(4), window=(0, 255))
    show_page(PageNodes(page(image()), (node,)), host, QUIZ)
    return host.picture(SliceView.RED)


@pytest.mark.parametrize("size", [(512, 512), (300, 200), (16, 16), (33, 700)])
def test_a_picture_has_exactly_the_given_size(size):
    with HeadlessHost(size) as host:
        host.set_layout(Layout.TWO_OVER_TWO)
        for view in SliceView:
            assert host.picture(view).shape == (size[1], size[0], 3)
            assert host.picture(view).dtype == np.uint8


def test_hosts_in_one_process_are_independent():
    with HeadlessHost((32, 32)) as first, HeadlessHost((32, 32)) as second:
        assert _grey_picture(first, 50)[16, 16, 0] == 50
        assert _grey_picture(second, 200)[16, 16, 0] == 200
        assert first.picture(SliceView.RED)[16, 16, 0] == 50
    with HeadlessHost((32, 32)) as third:
        assert _grey_picture(third, 120)[16, 16, 0] == 120


def test_a_view_that_no_layout_has_made_is_a_key_error():
    with HeadlessHost((32, 32)) as host:
        host.set_layout(Layout.ONE_UP_RED_SLICE)
        assert not host.picture(SliceView.RED).any()
        with pytest.raises(KeyError):
            host.picture(SliceView.SLICE4)


HOSTS_ONE_AFTER_THE_OTHER = """
import gc, os, sys
sys.path[:0] = sys.argv[1:]
import numpy as np
from test_views_layers import FILL, GRID, SHAPE, _square
from mrml_by_hand import image, label_map, page, segmentation, volume
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.quiz.model import Layer, Layout, SliceView
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.page import show_page

def resident_mb():
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6

def one_host():
    with HeadlessHost((128, 128)) as host:
        big = volume(host.scene, np.zeros((50, 256, 256), np.int16), GRID, window=(0, 1))
        labels, segments = label_map(host.scene, _square(), GRID), segmentation(host.scene, _square(), GRID)
        images = [image(layer, view=view) for layer in (Layer.BACKGROUND, Layer.LABEL, Layer.SEGMENTATION)
                  for view in (SliceView.RED, SliceView.YELLOW)]
        nodes = (big, big, labels, labels, segments, segments)
        for layout in Layout:
            show_page(PageNodes(page(*images, layout=layout), nodes), host, FILL)
            host.picture(SliceView.RED)
        show_page(PageNodes(page(), ()), host, FILL)
        host.picture(SliceView.RED)

one_host(); one_host(); gc.collect()
before = resident_mb(), len(os.listdir("/proc/self/fd"))
for _ in range(6):
    one_host()
gc.collect()
print(resident_mb() - before[0], len(os.listdir("/proc/self/fd")) - before[1])
left_open = HeadlessHost((64, 64))
left_open.set_layout(Layout.FOUR_UP)
left_open.picture(SliceView.RED)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_hosts_free_their_memory_and_windows_and_print_nothing():
    folder = Path(__file__).parent
    child = subprocess.run(
        [sys.executable, "-c", HOSTS_ONE_AFTER_THE_OTHER, str(folder), *sys.path],
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert child.returncode == 0, child.stderr
    assert child.stderr == ""
    grown_mb, more_files = (float(number) for number in child.stdout.split())
    assert grown_mb < 15, "each host held 6.6 MB of voxels and two windows"
    assert more_files == 0


RENDER_WITHOUT_OPENGL = """
from QuizLoaderLib.apps.shared import opengl
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.quiz.problems import ExplainedError
print(opengl.opengl_problem())
try:
    HeadlessHost()
except ExplainedError as error:
    print(error)
"""


def _run(code, **environment):
    path = os.pathsep.join(path for path in sys.path if path)
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the window class is of Linux")
def test_without_opengl_there_is_one_sentence_with_the_remedy_and_no_crash():
    """VTK told to use OSMesa crashes where libOSMesa is absent, as it does without any OpenGL library."""
    crash = _run(
        "from vtkmodules import vtkRenderingOpenGL2\n"
        "from vtkmodules.vtkRenderingCore import vtkRenderWindow\n"
        "window = vtkRenderWindow(); window.SetOffScreenRendering(1); window.Render()",
        VTK_DEFAULT_OPENGL_WINDOW="vtkOSOpenGLRenderWindow",
    )
    if crash.returncode == 0:
        pytest.skip("libOSMesa is installed here")
    assert crash.returncode < 0, "a signal ended it"
    child = _run(RENDER_WITHOUT_OPENGL, VTK_DEFAULT_OPENGL_WINDOW="vtkOSOpenGLRenderWindow")
    assert child.returncode == 0
    problem, error = child.stdout.splitlines()
    assert problem == error
    assert "libegl1 libgl1-mesa-dri" in problem
    assert child.stderr == ""


def test_with_opengl_there_is_no_problem():
    child = _run("from QuizLoaderLib.apps.shared.opengl import opengl_problem; print(opengl_problem())")
    assert child.stdout.strip() == "None", child.stderr
