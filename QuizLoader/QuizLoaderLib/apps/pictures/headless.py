"""A scene and offscreen slice views on slicer-core: no screen, no Qt, no 3D Slicer installation."""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...quiz.checking import check_quiz
from ...quiz.file_rules import mask_value_maps
from ...quiz.image_folder import ImageFolder
from ...quiz.model import Layout, SliceView
from ...quiz.parser import read_quiz
from ...quiz.problems import ExplainedError, Problem
from ...quiz.regions import QuizRegions
from ...reader.dose.placed_doses import doses_of_page, lines_on_views
from ...views.contents import PageNodes
from ...views.isodose_lines import IsodoseLines
from ...views.layouts import THREE_D, THREE_D_TAG, slicer_layout
from ...views.page import show_page
from ..shared.opengl import offscreen_window_class, opengl_problem, window_pixels
from .dose_files import key_to_lines, write_histograms
from .offscreen_three_d import OffscreenThreeDView
from .page_index import page_index
from .page_picture import page_picture
from .shown_page import ShownPage, folder_name, shown_page

if TYPE_CHECKING:
    from slicer import vtkMRMLApplicationLogic, vtkMRMLSliceLogic, vtkMRMLSliceNode, vtkMRMLViewNode


class HeadlessHost(AbstractContextManager["HeadlessHost"]):
    """A Host (views/host.py) whose views are rendered into arrays.

    ``size`` is (width, height) of every view in pixels. Raises ExplainedError where nothing can be
    rendered. Usable as a context manager; ``close`` frees the scene and the OpenGL contexts.
    """

    def __init__(self, size: tuple[int, int] = (512, 512)) -> None:
        problem = opengl_problem()
        if problem:
            raise ExplainedError(problem)
        import slicer
        import vtk

        self.size = size
        self.scene = slicer.vtkMRMLScene()
        self.application_logic = slicer.vtkSlicerApplicationLogic()
        self.application_logic.SetMRMLScene(self.scene)
        self.application_logic.SetSliceLogics(vtk.vtkCollection())
        self.application_logic.SetViewLogics(vtk.vtkCollection())
        color_logic = self.application_logic.GetColorLogic()
        color_logic.SetMRMLScene(self.scene)
        color_logic.AddDefaultColorNodes()
        slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(self.scene, True)
        # The application logic holds module logics weakly; without one named "Colors" volumes have no
        # lookup table and views stay black.
        self._module_logics = {
            "Colors": slicer.vtkMRMLColorLogic(),
            "Volumes": slicer.vtkSlicerVolumesLogic(),
            "Segmentations": slicer.vtkSlicerSegmentationsModuleLogic(),
        }
        for name, logic in self._module_logics.items():
            logic.SetMRMLScene(self.scene)
            logic.SetMRMLApplicationLogic(self.application_logic)
            self.application_logic.SetModuleLogic(name, logic)
        self._layout_logic = slicer.vtkMRMLLayoutLogic()
        self._layout_logic.SetMRMLScene(self.scene)
        self._views: dict[SliceView, OffscreenView] = {}
        self._three_d: OffscreenThreeDView | None = None

    def __exit__(self, *exception: object) -> None:
        self.close()

    def set_layout(self, layout: Layout) -> None:
        """Slicer's own layout logic makes the slice nodes; a view is made for each that is new."""
        self._layout_logic.GetLayoutNode().SetViewArrangement(slicer_layout(layout))
        for view in SliceView:
            node = self.scene.GetSingletonNode(view.value, "vtkMRMLSliceNode")
            if node and view not in self._views:
                self._views[view] = OffscreenView(node, self.application_logic, self.size)

    def place_on_screen(self, view: SliceView) -> tuple[int, int]:
        return (0, 0)

    def picture(self, view: SliceView) -> np.ndarray:
        """The bare view: uint8 (rows, columns, 3), RGB, the first row at the top.

        Raises KeyError for a view that no layout has made yet.
        """
        return self._views[view].picture()

    def three_d_view(self) -> "vtkMRMLViewNode":
        node = self.scene.GetSingletonNode(THREE_D_TAG, "vtkMRMLViewNode")
        if self._three_d is None:
            for set_color in (node.SetBackgroundColor, node.SetBackgroundColor2):
                set_color(0, 0, 0)
            self._three_d = OffscreenThreeDView(node, self.application_logic, self.size)
        return node

    def three_d_picture(self) -> np.ndarray:
        """As ``picture``, of the 3D view, which has been asked for."""
        assert self._three_d is not None
        return self._three_d.picture()

    def close(self) -> None:
        import slicer

        for view in self._views.values():
            view.close()
        self._views.clear()
        if self._three_d is not None:
            self._three_d.close()
            self._three_d = None
        self.application_logic.GetSliceLogics().RemoveAllItems()
        self._layout_logic.SetMRMLScene(None)
        self.scene.Clear(1)
        self.application_logic.SetMRMLScene(None)
        self._module_logics.clear()
        slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance().SetMRMLApplicationLogic(None)


def render_quiz(
    quiz_path: Path,
    image_root: Path,
    out: Path,
    page: int | None = None,
    size: tuple[int, int] = (512, 512),
    follow_links: bool = False,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> list[Problem]:
    """Make a picture of every view of every page, or of page number ``page`` alone (the first is 1).

    Writes ``OUT/<NN>-<page ID>/Red.png`` and so on, ``3D.png`` of a page in FourUp that has regions, each
    ``size`` (width, height) in pixels, ``page.png`` beside them, ``DVH.svg`` and ``DVH.csv`` of a page with a
    dose and regions, ``OUT/index.html`` and
    ``OUT/problems.json``. An image that is broken leaves its layer empty and its message in page.png; only a
    quiz that cannot be read at all gives no pictures. ``progress`` is told how many pages are done, of how
    many. Gives all problems, sorted by line.

    Raises ExplainedError, and OSError where ``out`` cannot be written.
    """
    from ...images.loading.library import ImageLibrary

    quiz, problems = read_quiz(quiz_path)
    out.mkdir(parents=True, exist_ok=True)
    if quiz is None:
        _write_problems(quiz_path, problems, out)
        return problems
    pages = [each for each in quiz.pages if page in (None, each.number)]
    folder = ImageFolder(image_root, follow_links=follow_links)
    checked = check_quiz(quiz)
    checked += [problem for problem in mask_value_maps(quiz, folder) if problem not in checked]
    regions = QuizRegions(quiz, folder)
    wanted = {0} | {each.number for each in pages}
    problems = [problem for problem in problems + checked if problem.page in wanted]
    shown: list[ShownPage] = []
    with HeadlessHost(size) as host:
        library, lines = ImageLibrary(host.scene, folder, regions=regions), IsodoseLines(host.scene)
        try:
            for each, following in zip(pages, [*pages[1:], None], strict=True):
                progress(len(shown), len(pages))
                loaded = library.load(each)
                if following:
                    library.read_ahead(following)
                on_page = PageNodes(each, loaded.nodes)
                lines.clear()
                met = loaded.problems + show_page(on_page, host, quiz)
                met += [problem.at(page=each.number) for problem in doses_of_page(on_page)[1]]
                on_views = lines_on_views(on_page, host)
                lines.show_all(on_views)
                # Without what the check has said of the same line already.
                told = {(problem.line, problem.code, problem.sentence) for problem in problems}
                problems += [one for one in met if (one.line, one.code, one.sentence) not in told]
                own = [problem for problem in problems if problem.page == each.number]
                made = shown_page(on_page, host, folder_name(each, len(quiz.pages)), own)
                made = replace(made, rois=[*made.rois, *key_to_lines(on_views, host.scene)])
                _write_pictures(made, len(quiz.pages), out)
                shown.append(replace(made, has_histograms=write_histograms(on_page, out / made.folder)))
            progress(len(pages), len(pages))
            problems = sorted(problems, key=lambda problem: problem.line)
            (out / "index.html").write_text(page_index(quiz, shown, problems), encoding="utf-8")
            _write_problems(quiz_path, problems, out)
        finally:
            library.close()
    return problems


def _write_pictures(shown: ShownPage, number_of_pages: int, out: Path) -> None:
    from PIL import Image as Picture

    folder = out / shown.folder
    folder.mkdir(exist_ok=True)
    for view in shown.views.values():
        Picture.fromarray(view.picture).save(folder / f"{view.view.value}.png")
    if shown.three_d is not None:
        Picture.fromarray(shown.three_d).save(folder / f"{THREE_D}.png")
    page_picture(shown, number_of_pages).save(folder / "page.png")


def _write_problems(quiz_path: Path, problems: list[Problem], out: Path) -> None:
    entries = [{"file": str(quiz_path), **asdict(problem)} for problem in problems]
    (out / "problems.json").write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


class OffscreenView:
    """The slice logic of a slice node and the window, (width, height) in pixels, that shows it.

    ``more_managers`` are the class names of displayable managers that it has beside that of segmentations.
    """

    def __init__(
        self,
        node: "vtkMRMLSliceNode",
        application_logic: "vtkMRMLApplicationLogic",
        size: tuple[int, int],
        more_managers: Sequence[str] = (),
    ) -> None:
        import slicer
        import vtk

        self._renderer = vtk.vtkRenderer()
        self._renderer.GetActiveCamera().ParallelProjectionOn()
        self._window = offscreen_window_class()()
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(0)
        self._window.SetSize(*size)
        self._window.AddRenderer(self._renderer)
        # Displayable managers ask an interactor to render; the generic one opens no connection to a screen.
        self.interactor = vtk.vtkGenericRenderWindowInteractor()
        self.interactor.SetRenderWindow(self._window)

        self._mapper = vtk.vtkImageMapper()
        # The slice logic gives colours of 0..255 with the window and level already applied.
        self._mapper.SetColorWindow(255)
        self._mapper.SetColorLevel(127.5)
        self._image = vtk.vtkActor2D()
        self._image.SetMapper(self._mapper)
        self._image.GetProperty().SetDisplayLocationToBackground()
        # Before the displayable managers add theirs: props are drawn in this order, and a half opaque
        # fill that is drawn first would be blended with black.
        self._renderer.AddViewProp(self._image)

        factory = slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
        # One factory for the whole process: it must know the host that makes the view now.
        factory.SetMRMLApplicationLogic(application_logic)
        for manager in ("vtkMRMLSegmentationsDisplayableManager2D", *more_managers):
            if not factory.IsDisplayableManagerRegistered(manager):
                factory.RegisterDisplayableManager(manager)
        self.displayable_managers = slicer.vtkMRMLDisplayableManagerGroup()
        self.displayable_managers.SetRenderer(self._renderer)
        self.displayable_managers.Initialize(factory, self._renderer)

        self.logic: vtkMRMLSliceLogic = slicer.vtkMRMLSliceLogic()
        self.logic.SetMRMLApplicationLogic(application_logic)
        application_logic.GetSliceLogics().AddItem(self.logic)
        self.logic.SetMRMLScene(node.GetScene())
        self.logic.SetSliceNode(node)
        self.displayable_managers.SetMRMLDisplayableNode(node)
        self.logic.ResizeSliceNode(*size)

    def picture(self) -> np.ndarray:
        """What the view shows: uint8 (rows, columns, 3), RGB, the first row at the top."""
        blended = self.logic.GetImageDataConnection()
        self._mapper.SetInputConnection(blended)
        self._image.SetVisibility(blended is not None)
        return window_pixels(self._window)

    def close(self) -> None:
        self._mapper.SetInputConnection(None)
        self.displayable_managers.SetMRMLDisplayableNode(None)
        self.logic.SetSliceNode(None)
        self.logic.SetMRMLScene(None)
        self.displayable_managers.SetRenderer(None)
        self._renderer.RemoveAllViewProps()
        self._window.RemoveRenderer(self._renderer)
        self.interactor.SetRenderWindow(None)
        self._window.Finalize()
