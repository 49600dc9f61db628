import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)


class QuizLoader(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = _("Quiz Loader")
        parent.categories = [translate("qSlicerAbstractCoreModule", "Training")]
        parent.dependencies = []
        parent.contributors = ["QuizLoader contributors"]
        parent.helpText = _(
            "Shows medical image quizzes and reader studies that are written in XML: their images, label maps"
            " and segmentations on the slice views, and the questions beside them."
        )
        parent.acknowledgementText = _("The quiz language is that of the Image Quizzer.")


class QuizLoaderWidget(ScriptedLoadableModuleWidget):
    """The panel. It must work without a main window, as Slicer's generic module test asks for it so."""

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/QuizLoader.ui"))
        self.layout.addWidget(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)


class QuizLoaderTest(ScriptedLoadableModuleTest):
    def setUp(self):
        slicer.mrmlScene.Clear()

    def test_panelIsShown(self):
        panel = slicer.modules.quizloader.widgetRepresentation()
        self.assertIn("quiz", slicer.util.findChild(panel, "introductionLabel").text)
