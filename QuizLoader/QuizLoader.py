import importlib
import sys
from pathlib import Path

import slicer
import vtk
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin


class QuizLoader(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = "Quiz Loader"
        parent.categories = [translate("qSlicerAbstractCoreModule", "Training")]
        parent.dependencies = []
        parent.contributors = ["The QuizLoader developers"]
        parent.helpText = (
            "Shows medical image quizzes and reader studies that are written in XML: their images, label maps"
            " and segmentations on the slice views, and the questions beside them."
        )
        parent.acknowledgementText = "The quiz language is that of the Image Quizzer."
        slicer.app.connect("startupCompleted()", self.registerSampleData)

    def registerSampleData(self):
        from QuizLoaderLib.apps.panel.sample_data import register_sample_data

        register_sample_data(self.resourcePath("Icons/QuizLoader.png"))


class QuizLoaderWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel. It must work without a main window, as Slicer's generic module test asks for it so."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self.panel = None

    def setup(self):
        from QuizLoaderLib.apps.panel.panel import Panel

        ScriptedLoadableModuleWidget.setup(self)
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/QuizLoader.ui"))
        self.layout.addWidget(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = QuizLoaderLogic()
        self.panel = Panel(slicer.util.childWidgetVariables(uiWidget), uiWidget, self.logic.console)
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndImportEvent, self.onQuizInScene)
        self.addObserver(scene, scene.NodeAddedEvent, self.onNodeAdded)
        if self.parent.isEntered:
            # Reload makes the panel anew where it is seen, and does not enter it.
            self.enter()

    def enter(self):
        self.panel.enter()

    def exit(self):
        self.panel.leave()

    def cleanup(self):
        self.removeObservers()
        if self.panel:
            self.panel.clean_up()

    def onReload(self):
        # Slicer reloads QuizLoader.py only.
        self.cleanup()
        forget("QuizLoaderLib")
        ScriptedLoadableModuleWidget.onReload(self)

    def onSceneStartClose(self, caller, event):
        self.panel.scene_closes()

    def onQuizInScene(self, caller, event):
        self.panel.fill_in_from_scene()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def onNodeAdded(self, caller, event, node):
        from QuizLoaderLib.apps.panel.quiz_node import is_quiz_node

        if is_quiz_node(node) and not slicer.mrmlScene.IsBatchProcessing():
            self.panel.offer(node)


class QuizLoaderLogic(ScriptedLoadableModuleLogic):
    """A quiz in Slicer without the panel: for the Python console, ``--python-script`` and tests.

        logic = slicer.util.getModuleLogic("QuizLoader")  # without a main window: QuizLoaderLogic()
        problems = logic.openQuiz("/study/first.quiz.xml", "/study/images")
        logic.showPage(0)
        volume = logic.nodes(0)[0]

    Pages count from 0. One quiz is open at a time; the panel, where there is one, shows what is done here.
    """

    def __init__(self, parent=None):
        from QuizLoaderLib.apps.panel.console import Console

        ScriptedLoadableModuleLogic.__init__(self, parent)
        self.console = Console()

    def openQuiz(self, path, imageFolder=None, followLinks=False):
        """Read and check a quiz; gives its problems. Raises an exception with one sentence where the file
        is no quiz, or where a Python package is missing that the reader did not want installed."""
        self.console.open(path, imageFolder, followLinks)
        return self.console.problems

    @property
    def problems(self):
        """What is wrong with the quiz: ``line``, ``severity``, ``code``, ``sentence``, ``hint``."""
        return self.console.problems

    @property
    def pages(self):
        """The pages as their author wrote them, in the order of the file."""
        return self.console.pages

    def showPage(self, index):
        """Load a page and show it; gives what is wrong with its images."""
        return self.console.show(index)

    def nodes(self, pageIndex):
        """The nodes of the shown page's images in the order of the quiz, None for one that did not load."""
        return self.console.nodes(pageIndex)

    def close(self):
        """The scene and the views are as before the quiz."""
        self.console.close()


class QuizLoaderFileReader:
    def __init__(self, parent):
        self.parent = parent

    def description(self):
        return "Quiz"

    def fileType(self):
        return "QuizLoaderFile"

    def extensions(self):
        return ["Quiz" + " (*.quiz.xml *.xml)"]

    def canLoadFileConfidence(self, filePath):
        """Above the 0.54 by which Slicer's text reader takes any XML file, for a quiz only.

        Slicer never asks a reader with 0 to load: what only has the name of a quiz gets a little, so that
        ``load`` says what is wrong with it.
        """
        from QuizLoaderLib.apps.panel.quiz_node import EXTENSION, looks_like_quiz

        if not self.parent.supportedNameFilters(filePath):
            return 0.0
        if looks_like_quiz(filePath):
            return 0.9
        return 0.1 if filePath.lower().endswith(EXTENSION) else 0.0

    def load(self, properties):
        from QuizLoaderLib.apps.panel.quiz_node import read_into_scene

        try:
            node = read_into_scene(properties["fileName"], properties.get("name", ""))
        except (OSError, ValueError) as fault:
            self.parent.userMessages().AddMessage(vtk.vtkCommand.ErrorEvent, str(fault))
            return False
        self.parent.loadedNodes = [node.GetID()]
        return True


class QuizLoaderTest(ScriptedLoadableModuleTest):
    """The stories of Testing/QuizLoaderStories, which is in the source and in a build, not in the package."""

    def test_stories(self):
        folders = [
            parent / "Testing" for parent in Path(slicer.util.modulePath("QuizLoader")).resolve().parents
        ]
        found = [str(folder) for folder in folders if (folder / "QuizLoaderStories").is_dir()]
        if not found:
            self.skipTest("The stories are told from QuizLoader's source or build, not by what is installed.")
        forget("QuizLoaderStories")
        sys.path[:] = [*found[:1], *(path for path in sys.path if path not in found)]
        from QuizLoaderStories.telling import all_stories, tell_all

        tell_all(all_stories())


def forget(package):
    """The next import reads its files again."""
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        del sys.modules[name]
    importlib.invalidate_caches()
