"""Whether OpenGL can render here, found out where a crash does no harm.

Without its system libraries the first window ends the process, so that one is opened in a child process.
"""

import os
import subprocess
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from ...quiz.problems import ExplainedError

if TYPE_CHECKING:
    import numpy as np
    from vtkmodules.vtkRenderingCore import vtkRenderWindow

MOST_PIXELS = 4096
"""Of a view that a browser asks for, in each direction: more would take the machine's memory."""

_TRY_ONE_WINDOW = """
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except (ImportError, OSError, ValueError):
    pass
from vtkmodules import vtkRenderingOpenGL2
from vtkmodules.vtkCommonCore import vtkObject, vtkUnsignedCharArray
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow
vtkObject.GlobalWarningDisplayOff()
window = getattr(vtkRenderingOpenGL2, sys.argv[1])() if sys.argv[1] else vtkRenderWindow()
window.SetOffScreenRendering(1)
window.SetSize(8, 8)
renderer = vtkRenderer()
renderer.SetBackground(1, 0, 0)
window.AddRenderer(renderer)
window.Render()
pixels = vtkUnsignedCharArray()
window.GetPixelData(4, 4, 4, 4, 0, pixels, 0)
sys.exit(0 if pixels.GetNumberOfValues() == 3 and pixels.GetValue(0) == 255 else 1)
"""

_SECONDS = 180


def opengl_problem() -> str | None:
    """One sentence that says why nothing can be rendered here and what to do; None where it can."""
    if _window_class_that_renders() is not None:
        return None
    remedy = "install or update the driver of the graphics card."
    if sys.platform.startswith("linux"):
        remedy = "install its libraries (Debian and Ubuntu: apt-get install libegl1 libgl1-mesa-dri)."
    return f"OpenGL cannot be used on this computer, so no view can be rendered: {remedy}"


def offscreen_window_class() -> "type[vtkRenderWindow]":
    """The vtkRenderWindow class that renders here; raises ExplainedError where none does."""
    from vtkmodules import vtkRenderingOpenGL2
    from vtkmodules.vtkRenderingCore import vtkRenderWindow

    name = _window_class_that_renders()
    if name is None:
        raise ExplainedError(opengl_problem() or "")
    return getattr(vtkRenderingOpenGL2, name) if name else vtkRenderWindow


def window_pixels(window: "vtkRenderWindow") -> "np.ndarray":
    """What the window shows once it is rendered: uint8 (rows, columns, 3), RGB, the first row at the top."""
    import vtk
    from vtkmodules.util.numpy_support import vtk_to_numpy

    window.Render()
    columns, rows = window.GetSize()
    pixels = vtk.vtkUnsignedCharArray()
    window.GetPixelData(0, 0, columns - 1, rows - 1, 0, pixels, 0)
    # OpenGL's first row is the bottom one.
    return vtk_to_numpy(pixels).reshape(rows, columns, 3)[::-1].copy()


@lru_cache(maxsize=1)
def _window_class_that_renders() -> str | None:
    """The name of the class, empty for the one VTK itself chooses, None where none renders."""
    candidates = [""]
    if sys.platform.startswith("linux") and not os.environ.get("VTK_DEFAULT_OPENGL_WINDOW"):
        # EGL needs no screen and prints no warning about a missing one; VTK's own choice tries X first.
        candidates = ["vtkEGLRenderWindow", "", "vtkOSOpenGLRenderWindow"]
    return next((name for name in candidates if _renders(name)), None)


def _renders(window_class: str) -> bool:
    try:
        child = subprocess.run(
            [sys.executable, "-c", _TRY_ONE_WINDOW, window_class],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return child.returncode == 0
