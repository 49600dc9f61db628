"""How a running Slicer loads files, for tests: its readers, and what asks them."""

from pathlib import Path
from typing import Any

import pythonqt
import slicer
import slicer.util
import vtk
from PySide6.QtCore import Property, QObject, Slot


def attribute(name: str, type_: Any) -> Any:
    """A property whose value lies in ``_values`` of its object."""

    def write(self: Any, value: Any) -> None:
        self._values[name] = value

    return Property(type_, lambda self: self._values.get(name), write)


@pythonqt.own_class
class qSlicerScriptedFileReader(QObject):
    """Slicer/Slicer Base/QTCore/qSlicerScriptedFileReader.cxx and qSlicerFileReader.cxx: an exact float and
    an exact bool, or nothing is loaded."""

    def __init__(self, reader_class: type) -> None:
        super().__init__()
        self._values: dict[str, Any] = {"loadedNodes": []}
        self._messages: Any = None
        self.python = reader_class(pythonqt.wrap(self))

    @Slot(str)
    def supportedNameFilters(self, path: str) -> list[str]:
        if not Path(path).is_file():
            return []
        filters = [f for text in self.python.extensions() for f in text[text.index("(") + 1 : -1].split()]
        return [f for f in filters if path.lower().endswith(f.lower().lstrip("*"))]

    @Slot()
    def userMessages(self) -> Any:
        return self._messages

    def confidence(self, path: str) -> float:
        result = self.python.canLoadFileConfidence(path)
        return result if type(result) is float else 0.0

    def load(self, properties: dict[str, Any], messages: Any) -> bool:
        self._messages, self._values["loadedNodes"] = messages, []
        return self.python.load(properties) is True

    loadedNodes = attribute("loadedNodes", "QStringList")


class CoreIOManager:
    """Slicer/Slicer Base/QTCore/qSlicerCoreIOManager.cxx; Slicer's text reader claims *.xml with 0.54
    (Modules/Loadable/Texts/qSlicerTextsReader.cxx)."""

    TEXTS_CONFIDENCE = 0.54

    def __init__(self, reader: qSlicerScriptedFileReader) -> None:
        self.reader = reader

    def fileType(self, path: str) -> str:
        is_confident = self.reader.confidence(str(path)) > self.TEXTS_CONFIDENCE
        return self.reader.python.fileType() if is_confident else "TextFile"

    def loadNodes(self, file_type: str, properties: dict[str, Any], nodes: Any, messages: Any) -> bool:
        """A reader whose confidence is 0 is not asked; where no reader said why, Slicer says that loading
        failed."""
        path = properties["fileName"]
        before = messages.GetNumberOfMessages()
        is_asked = file_type == self.reader.python.fileType() and self.reader.confidence(path) > 0
        if not is_asked or not self.reader.load(properties, messages):
            if messages.GetNumberOfMessages() == before:
                messages.AddMessage(vtk.vtkCommand.ErrorEvent, f"Loading {path} - load failed.")
            return False
        for node_id in self.reader.property("loadedNodes"):
            nodes.AddItem(slicer.mrmlScene.GetNodeByID(node_id))
        return True


def offered_to_save() -> list[str]:
    """The names of the nodes that the dialog "Save Scene and Unsaved Data" lists, in their order
    (Slicer/Slicer Base/QTGUI/qSlicerSaveDataDialog.cxx, populateNode)."""
    found = slicer.util.getNodesByClass("vtkMRMLStorableNode")
    storable = [node for node in found if not node.GetHideFromEditors() and node.GetSaveWithScene()]
    return [
        node.GetName() for node in storable if node.GetStorageNode() or node.GetDefaultStorageNodeClassName()
    ]
