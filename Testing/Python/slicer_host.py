"""A running 3D Slicer for tests: the real MRML scene and logic of slicer-core, PySide6 offscreen for Qt.

Slicer's own slicer/util.py runs unchanged on it. What else the module meets of Slicer is here, in
slicer_widgets.py and in slicer_scripted.py, each with the source in which its behaviour was read. pythonqt.py
gives Qt the manners of PythonQt and refuses every name that slicer_names.txt does not list.
"""

import gc
import importlib.util
import os
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pythonqt
import slicer
import slicer.util
import slicer_files
import slicer_mouse
import slicer_scripted
import slicer_segment_editor
import slicer_widgets
import slicer_window
import vtk
from PySide6.QtCore import Property, QCoreApplication, QEvent, QObject, QSettings, Signal, Slot
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

MODULE = Path(__file__).resolve().parents[2] / "QuizLoader" / "QuizLoader.py"
VIEW_SIZE = (200, 200)

pythonqt.read_names(Path(__file__).with_name("slicer_names.txt"))


@pythonqt.own_class
class qSlicerScriptedLoadableModule(QObject):
    """Slicer/Slicer Base/QTGUI/qSlicerScriptedLoadableModule.h; one widget, made when first asked for."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._values: dict[str, Any] = {"path": str(path), "name": path.stem}
        self._widget: QWidget | None = None

    @Slot()
    def widgetRepresentation(self) -> QWidget:
        if self._widget is None:
            self._widget = qSlicerScriptedLoadableModuleWidget(Path(self._values["path"]))
        return self._widget

    title = slicer_files.attribute("title", str)
    categories = slicer_files.attribute("categories", "QStringList")
    dependencies = slicer_files.attribute("dependencies", "QStringList")
    contributors = slicer_files.attribute("contributors", "QStringList")
    helpText = slicer_files.attribute("helpText", str)
    acknowledgementText = slicer_files.attribute("acknowledgementText", str)
    path = slicer_files.attribute("path", str)
    name = slicer_files.attribute("name", str)


@pythonqt.own_class
class qSlicerScriptedLoadableModuleWidget(slicer_widgets.qMRMLWidget):
    """Slicer/Slicer Base/QTGUI/qSlicerScriptedLoadableModuleWidget.cxx: setPythonSource, reload, enter."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        QVBoxLayout(self)
        self._path, self._entered = path, False
        self.reload()
        self.setMRMLScene(slicer.mrmlScene)

    @Slot()
    def reload(self) -> None:
        class_name = self._path.stem + "Widget"
        self._python = getattr(sys.modules[self._path.stem], class_name)(pythonqt.wrap(self))
        setattr(slicer.modules, class_name, self._python)
        self._python.setup()

    @Slot()
    def self(self) -> Any:
        return self._python

    @Slot()
    def enter(self) -> None:
        self._entered = True
        self._python.enter()

    @Slot()
    def exit(self) -> None:
        self._entered = False
        self._python.exit()

    isEntered = Property(bool, lambda self: self._entered)


@pythonqt.own_class
class qSlicerModuleManager(QObject):
    """Slicer/Slicer Base/QTCore/qSlicerModuleManager.h."""

    moduleAboutToBeUnloaded = Signal(str)


@pythonqt.own_class
class qSlicerApplication(QObject):
    """Slicer/Slicer Base/QTCore/qSlicerCoreApplication.h and Base/QTGUI/qSlicerApplication.h."""

    startupCompleted = Signal()

    def __init__(self, host: "RunningSlicer", temporary: Path) -> None:
        super().__init__()
        self._host, self._temporary = host, str(temporary)
        self._manager = qSlicerModuleManager()

    @Slot()
    def applicationLogic(self) -> Any:
        return self._host.application_logic

    @Slot()
    def layoutManager(self) -> Any:
        return self._host.layout_manager

    @Slot()
    def moduleManager(self) -> Any:
        return self._manager

    @Slot()
    def coreIOManager(self) -> Any:
        return self._host.io

    @Slot()
    def testingEnabled(self) -> bool:
        return self._host.testing

    @Slot()
    def clipboard(self) -> Any:
        return QApplication.clipboard()

    @Slot()
    def processEvents(self) -> None:
        QApplication.processEvents()

    @Slot(QObject, int)
    def sendPostedEvents(self, receiver: QObject | None, event_type: int) -> None:
        QApplication.sendPostedEvents(receiver, event_type)

    @Slot()
    def topLevelWidgets(self) -> list[QWidget]:
        return [self._host.main_window] if self._host.main_window else []

    @Slot(str, str)
    def translate(self, _context: str, text: str) -> str:
        return text

    temporaryPath = Property(str, lambda self: self._temporary)
    applicationName = Property(str, lambda self: "Slicer")


class RunningSlicer:
    """Starts the module as Slicer does; ``close`` leaves Python as it was before.

    ``module`` is the Python file of the module, in the source folder or installed.
    """

    running: ClassVar[int] = 0

    def __init__(
        self, temporary: Path, main_window: bool = True, testing: bool = True, module: Path = MODULE
    ) -> None:
        self.testing = testing
        gc.disable()
        RunningSlicer.running += 1
        self._kept_modules = dict(sys.modules)
        self._kept_attributes = dict(vars(slicer))
        self._kept_path = list(sys.path)
        pythonqt.exceptions.clear()
        self.qt = QApplication.instance() or QApplication([])
        QCoreApplication.setOrganizationName("QuizLoader tests")
        QSettings.setDefaultFormat(QSettings.IniFormat)
        QSettings.setPath(QSettings.IniFormat, QSettings.UserScope, str(temporary / "settings"))
        self._start_mrml(temporary)
        self.views: dict[str, Any] = {}
        self.mice: dict[str, slicer_mouse.Mouse] = {}
        self.layout_manager: Any = None
        self.main_window: Any = None
        modules: dict[str, Any] = {}
        if main_window:
            self.main_window = slicer_window.qSlicerMainWindow(modules)
            self.main_window.show()
            viewport = self.main_window.viewport
            self.layout_manager = slicer_window.qMRMLLayoutManager(self.scene, viewport, self._resize_view)
        self.application = qSlicerApplication(self, temporary)
        self._name_everything()
        self._load(module, modules)

    def _start_mrml(self, temporary: Path) -> None:
        self.scene = slicer.vtkMRMLScene()
        # An .mrb is unpacked into the cache directory.
        self.scene.SetCacheManager(slicer.vtkCacheManager())
        self.scene.SetDataIOManager(slicer.vtkDataIOManager())
        self.scene.GetCacheManager().SetRemoteCacheDirectory(str(temporary))
        self.scene.GetDataIOManager().SetCacheManager(self.scene.GetCacheManager())
        self.application_logic = slicer.vtkSlicerApplicationLogic()
        self.application_logic.SetMRMLScene(self.scene)
        self.application_logic.SetSliceLogics(vtk.vtkCollection())
        self.application_logic.SetViewLogics(vtk.vtkCollection())
        self.application_logic.GetColorLogic().SetMRMLScene(self.scene)
        self.application_logic.GetColorLogic().AddDefaultColorNodes()
        slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(self.scene, True)
        logics = (
            ("Colors", slicer.vtkMRMLColorLogic),
            ("Volumes", slicer.vtkSlicerVolumesLogic),
            ("Segmentations", slicer.vtkSlicerSegmentationsModuleLogic),
            ("Markups", slicer.vtkSlicerMarkupsLogic),
            ("Sequences", slicer.vtkSlicerSequencesLogic),
        )
        self._logics = {name: class_() for name, class_ in logics}
        for name, logic in self._logics.items():
            logic.SetMRMLScene(self.scene)
            logic.SetMRMLApplicationLogic(self.application_logic)
            self.application_logic.SetModuleLogic(name, logic)

    def _stop_mrml(self) -> None:
        for name, view in self.views.items():
            self.mice[name].close()
            view.close()
        self.mice.clear()
        self.views.clear()
        slicer_mouse.forget_managers()
        self.application_logic.GetSliceLogics().RemoveAllItems()
        if self.layout_manager:
            self.layout_manager.close()
        self.scene.Clear(1)
        self.application_logic.SetMRMLScene(None)
        self._logics.clear()
        slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance().SetMRMLApplicationLogic(None)

    def _name_everything(self) -> None:
        sys.modules["qt"] = pythonqt.qt_module({"QUiLoader": slicer_widgets.UiLoader})  # type: ignore[assignment]
        sys.modules["ctk"] = pythonqt.Namespace("ctk", [slicer_widgets.CTK])  # type: ignore[assignment]
        slicer.mrmlScene = self.scene
        slicer.app = pythonqt.wrap(self.application)
        slicer.modules = types.SimpleNamespace(
            **{
                name.lower(): types.SimpleNamespace(logic=lambda logic=logic: logic)
                for name, logic in self._logics.items()
            }
        )
        slicer.qMRMLSegmentEditorWidget = pythonqt.Class(slicer_segment_editor.qMRMLSegmentEditorWidget)
        i18n = types.ModuleType("slicer.i18n")
        i18n.tr = lambda text: text  # type: ignore[attr-defined]
        i18n.translate = lambda _context, text: text  # type: ignore[attr-defined]
        scripted = types.ModuleType("slicer.ScriptedLoadableModule")
        for name in ("Module", "ModuleWidget", "ModuleLogic", "ModuleTest"):
            setattr(scripted, f"ScriptedLoadable{name}", getattr(slicer_scripted, f"ScriptedLoadable{name}"))
        for made in (i18n, scripted):
            sys.modules[made.__name__] = made
            setattr(slicer, made.__name__.split(".")[1], made)
        sample_data = types.ModuleType("SampleData")
        vars(sample_data)["SampleDataLogic"] = slicer_scripted.SampleDataLogic
        slicer_scripted.SampleDataLogic.sources = []
        sys.modules["SampleData"] = sample_data

    def _load(self, path: Path, modules: dict[str, Any]) -> None:
        sys.path.insert(0, str(path.parent))
        spec = importlib.util.spec_from_file_location(path.stem, path)
        python = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
        sys.modules[path.stem] = python
        spec.loader.exec_module(python)  # type: ignore[union-attr]
        self.module = qSlicerScriptedLoadableModule(path)
        setattr(slicer.modules, path.stem.lower(), pythonqt.wrap(self.module))
        self._instance = python.QuizLoader(pythonqt.wrap(self.module))
        self.io = slicer_files.CoreIOManager(
            slicer_files.qSlicerScriptedFileReader(python.QuizLoaderFileReader)
        )
        modules[path.stem] = self.module
        self.python = python
        self.application.startupCompleted.emit()

    def _resize_view(self, node: Any, size: tuple[int, int]) -> Any:
        name = node.GetLayoutName()
        if name not in self.views:
            from QuizLoaderLib.apps.pictures.headless import OffscreenView

            self.views[name] = OffscreenView(node, self.application_logic, size, slicer_mouse.MANAGERS)
            self.mice[name] = slicer_mouse.Mouse(self.views[name])
        self.views[name].interactor.GetRenderWindow().SetSize(*size)
        self.views[name].logic.ResizeSliceNode(*size)
        return self.mice[name].style

    def size_views(self, size: tuple[int, int] = VIEW_SIZE) -> None:
        """Make the window so large that views have this size (pixels of the screen) in a layout of two by
        two."""
        width, height = (2 * pixels // slicer_window.PIXELS + 1 for pixels in size)
        height += 2 * slicer_window.BAR_HEIGHT
        for _ in range(3):
            QApplication.processEvents()
            window, now = self.main_window, self.main_window.viewport
            window.resize(window.width() + width - now.width(), window.height() + height - now.height())

    @property
    def panel(self) -> QWidget:
        """The module's widget as it is shown, for clicks and pixels."""
        return self.module.widgetRepresentation()

    @property
    def logic(self) -> Any:
        return slicer.modules.QuizLoaderWidget.logic

    def enter(self, module: str = "QuizLoader") -> None:
        slicer.util.selectModule(module)
        self.check()

    def _forget_modules(self) -> None:
        """But for those of QuizLoaderLib, the dearest part of the next start: they stay as imported first, so
        they go where some of them were reloaded."""
        kept, now = self._kept_modules, sys.modules
        was_reloaded = any(now.get(name) is not kept[name] for name in kept if _is_ours(name))
        for name in set(now) - set(kept):
            is_stand_in = name in ("QuizLoader", "qt", "ctk", "SampleData") or name.startswith("slicer.")
            if is_stand_in or (was_reloaded and _is_ours(name)):
                del now[name]
        now.update(kept)

    def wait_until(self, is_so: Callable[[], bool], seconds: float = 300) -> None:
        """Let the event loop run until something is so."""
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, "the window waited in vain"
            QApplication.processEvents()
            self.check()
            # Whoever only looks keeps the processor from the threads that load.
            time.sleep(0.001)

    def check(self) -> None:
        """Slots that raised fail the test."""
        if pythonqt.exceptions:
            raise pythonqt.exceptions.pop(0)

    def picture(self, view: str) -> Any:
        """uint8 (rows, columns, 3) of a slice view, the first row at the top."""
        return self.views[view].picture()

    def use_dark_colors(self) -> None:
        palette = QPalette(QColor(50, 50, 50))
        for role in (QPalette.Base, QPalette.AlternateBase):
            palette.setColor(role, QColor(35, 35, 35))
        self.qt.setPalette(palette)

    def close(self) -> None:
        if hasattr(slicer.modules, "QuizLoaderWidget"):
            self.application._manager.moduleAboutToBeUnloaded.emit("QuizLoader")
            self.panel.close()
        self._stop_mrml()
        if self.main_window:
            self.main_window.close()
        self.qt.setPalette(QPalette())
        self._forget_modules()
        for name in set(vars(slicer)) - set(self._kept_attributes):
            delattr(slicer, name)
        sys.path[:] = self._kept_path
        pythonqt.forget_connections()
        # Qt and VTK objects in circles go now, not in the middle of another test.
        gc.collect()
        self.qt.sendPostedEvents(None, QEvent.DeferredDelete)
        RunningSlicer.running -= 1
        self.check()


def collect_what_is_left() -> None:
    """Once no Slicer runs any more, and nothing holds it: what it leaves in circles is of Qt, which only the
    main thread may destroy. Python by itself would do it in any."""
    if not RunningSlicer.running and not gc.isenabled():
        gc.collect()
        # What was imported stays: nobody looks through it for circles again.
        gc.freeze()
        gc.enable()


def _is_ours(module: str) -> bool:
    return module.split(".")[0] == "QuizLoaderLib"
