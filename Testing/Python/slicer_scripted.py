"""Stand-ins for what Slicer offers a scripted module in Python, each as its source has it."""

import unittest
from pathlib import Path
from typing import Any

import slicer
import slicer.util


class ScriptedLoadableModule:
    """Slicer/Slicer Base/Python/slicer/ScriptedLoadableModule.py, as the three classes below."""

    def __init__(self, parent: Any) -> None:
        self.parent = parent
        self.moduleName = type(self).__name__

    def resourcePath(self, name: str) -> str:
        return str(Path(self.parent.path).parent / "Resources" / name)


class ScriptedLoadableModuleWidget:
    def __init__(self, parent: Any = None) -> None:
        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.parent = parent
        self.layout = parent.layout()
        slicer.app.moduleManager().connect(
            "moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded
        )

    def _onModuleAboutToBeUnloaded(self, name: str) -> None:
        if name == self.moduleName:
            self.cleanup()

    def resourcePath(self, name: str) -> str:
        return str(Path(slicer.util.modulePath(self.moduleName)).parent / "Resources" / name)

    def setup(self) -> None:
        pass

    def cleanup(self) -> None:
        pass

    def onReload(self) -> None:
        slicer.util.reloadScriptedModule(self.moduleName)


class ScriptedLoadableModuleLogic:
    def __init__(self, parent: Any = None) -> None:
        self.moduleName = type(self).__name__.removesuffix("Logic")


class ScriptedLoadableModuleTest(unittest.TestCase):
    def delayDisplay(self, _message: str, _delay: int | None = None) -> None:
        slicer.app.processEvents()


class SampleDataLogic:
    """Slicer/Slicer Modules/Scripted/SampleData/SampleData.py: a source without an address is an error."""

    sources: list[dict[str, Any]] = []  # noqa: RUF012
    titles: dict[str, str] = {}  # noqa: RUF012

    @staticmethod
    def registerCustomSampleDataCategory(category: str, title: str) -> None:
        """Since 5.12; 5.10 has no such function."""
        SampleDataLogic.titles[category] = title

    @staticmethod
    def registerCustomSampleDataSource(
        category: str = "Custom",
        sampleName: str | None = None,
        uris: Any = None,
        customDownloader: Any = None,
        thumbnailFileName: str | None = None,
    ) -> None:
        if not isinstance(uris, str):
            len(uris)
        SampleDataLogic.sources.append(
            {
                "category": category,
                "name": sampleName,
                "downloader": customDownloader,
                "thumbnail": thumbnailFileName,
            }
        )
