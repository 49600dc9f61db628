"""A quiz file as a text node, so that drag and drop, scenes and .mrb files know it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import slicer

if TYPE_CHECKING:
    from slicer import vtkMRMLNode, vtkMRMLTextNode, vtkMRMLTextStorageNode

EXTENSION = ".quiz.xml"

_MARK = "QuizLoader.Quiz"
_IMAGE_FOLDER = "QuizLoader.ImageFolder"
_SNIFFED_BYTES = 4096
_ROOT = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<Session[\s/>]", re.DOTALL)


def looks_like_quiz(path: str | Path) -> bool:
    """Whether the root element of the file is ``Session``; reads its beginning only, never raises."""
    try:
        with Path(path).open("rb") as file:
            beginning = file.read(_SNIFFED_BYTES)
    except OSError:
        return False
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = beginning[: len(beginning) // 2 * 2].decode("utf-16", errors="replace")
    else:
        text = beginning.decode("utf-8-sig", errors="replace")
    return bool(_ROOT.match(text))


def add_quiz_node(path: Path, name: str = "", image_folder: Path | None = None) -> vtkMRMLTextNode:
    """A vtkMRMLTextNode with the text of the quiz file, which the scene saves as a file of its own.

    Raises OSError where the file cannot be read. A quiz that is in the scene already is read again.
    """
    scene, node = slicer.mrmlScene, quiz_node_of(path)
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    if node:
        _read(node, node.GetStorageNode(), text)
        if image_folder:
            remember_image_folder(node, image_folder)
        return node
    node = scene.CreateNodeByClass("vtkMRMLTextNode")
    node.UnRegister(None)
    node.SetName(scene.GenerateUniqueName(name or path.name.removesuffix(EXTENSION).removesuffix(".xml")))
    node.SetAttribute(_MARK, "1")
    if image_folder:
        remember_image_folder(node, image_folder)
    node.SetForceCreateStorageNode(node.CreateStorageNodeAlways)
    # Whoever hears of the new quiz node wants its path: the storage node goes first.
    storage = scene.AddNewNodeByClass("vtkMRMLTextStorageNode")
    storage.SetSupportedReadFileExtensions([EXTENSION[1:], "xml"])
    storage.SetSupportedWriteFileExtensions([EXTENSION[1:], "xml"])
    storage.SetFileName(str(path))
    node.SetAndObserveStorageNodeID(storage.GetID())
    _read(node, storage, text)
    return scene.AddNode(node)


def _read(node: vtkMRMLTextNode, storage: vtkMRMLTextStorageNode, text: str) -> None:
    """In Slicer's own way too, so that it knows that the file has it, and does not ask to save it."""
    storage.ReadData(node)
    # Its bytes are other ones where the file is not UTF-8.
    if node.GetText() != text:
        node.SetText(text)


def is_quiz_node(node: vtkMRMLNode | None) -> bool:
    return bool(node and node.IsA("vtkMRMLTextNode") and node.GetAttribute(_MARK))


def quiz_nodes() -> list[vtkMRMLTextNode]:
    """The quizzes of the scene, the newest last."""
    return [node for node in slicer.util.getNodesByClass("vtkMRMLTextNode") if is_quiz_node(node)]


def quiz_node_of(path: Path) -> vtkMRMLTextNode | None:
    return next((node for node in quiz_nodes() if quiz_path(node) == path), None)


def quiz_path(node: vtkMRMLTextNode) -> Path | None:
    """The file that holds this quiz now; in a scene from an .mrb that is the unpacked one."""
    storage = node.GetStorageNode()
    name = storage.GetFullNameFromFileName() if storage else ""
    return Path(name) if name else None


def file_to_read(path: Path) -> Path:
    """``path``, or where that is gone a file with the text of the scene's quiz of this name: Slicer removes
    what it has unpacked of an .mrb. Raises OSError where it cannot be written."""
    named = [node for node in quiz_nodes() if (stored := quiz_path(node)) and stored.name == path.name]
    if path.is_file() or not named:
        return path
    again = Path(slicer.app.temporaryPath) / "QuizLoader" / path.name
    again.parent.mkdir(parents=True, exist_ok=True)
    again.write_text(named[-1].GetText(), encoding="utf-8")
    named[-1].GetStorageNode().SetFileName(str(again))
    return again


def image_folder(node: vtkMRMLTextNode) -> str:
    """The image folder that the quiz was opened with last, empty where it never was."""
    return node.GetAttribute(_IMAGE_FOLDER) or ""


def remember_image_folder(node: vtkMRMLTextNode, folder: Path) -> None:
    node.SetAttribute(_IMAGE_FOLDER, str(folder))


def read_into_scene(file_name: str, name: str = "") -> vtkMRMLTextNode:
    """What opening a quiz in Slicer does: its node in the scene, and the panel where there is a window.

    Raises OSError, and ValueError with one sentence where the file is no quiz.
    """
    path = Path(file_name)
    if not looks_like_quiz(path):
        path.stat()
        raise ValueError(f"“{path.name}” is not a quiz: its root element is not Session.")
    node = add_quiz_node(path, name)
    show_panel()
    return node


def show_panel() -> None:
    """Go to the module, but not in the middle of a test."""
    if slicer.util.mainWindow() and not slicer.app.testingEnabled():
        slicer.util.selectModule("QuizLoader")
