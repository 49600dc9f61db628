"""Where sides are random, nothing in Slicer's scene or in the panel tells which image is on which side."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import slicer
from panel_stage import QUESTIONS, SIDE, VOLUME, Stage, stage, write_images, write_quiz
from PySide6.QtWidgets import QComboBox, QListWidget, QWidget
from QuizLoaderLib.quiz.layout_rows import IMAGE_ID
from QuizLoaderLib.session.draws import SIDES
from session_by_hand import page_of, saved
from test_panel_drawing import TUMOUR, editor, hand
from test_panel_session import READER, Reader

RANDOM = "Layout='SideBySideRedYellow' RandomizeSides='Red Yellow' EnableSegmentEditor='Y'"
NAMED = "Layout='SideBySideRedYellow' EnableSegmentEditor='Y'"
SENTENCES = ("text", "title", "toolTip", "placeholderText", "statusTip", "windowTitle", "accessibleName")


def image(image_id: str, view: str, path: str, kind: str = "Volume") -> str:
    return (
        f"<Image ID='{image_id}' Type='{kind}'><DefaultDestination>{view}</DefaultDestination>"
        f"<Path>{path}</Path></Image>"
    )


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    folder = write_images(tmp_path / "images")
    (folder / "old.nrrd").write_bytes((folder / VOLUME).read_bytes())
    voxels = np.zeros((SIDE, SIDE, SIDE), np.uint8)
    voxels[5:15, 5:15, 5:15] = 1
    frames = [np.full((SIDE, SIDE, SIDE), 100 * n, np.int16) for n in range(3)]
    film = sitk.JoinSeries([sitk.GetImageFromArray(frame) for frame in frames])
    sitk.WriteImage(film, str(folder / "film.nii.gz"))
    labels = sitk.GetImageFromArray(voxels)
    labels.CopyInformation(sitk.ReadImage(str(folder / VOLUME)))
    sitk.WriteImage(labels, str(folder / "labels.nrrd"))
    with stage(tmp_path) as on_stage:
        yield Reader(on_stage, folder, tmp_path / "results")


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    """Two pages whose sides are random, one of which is exchanged; and one that names the same images."""
    pair = image("armA", "Red", "old.nrrd") + image("armB", "Yellow", "film.nii.gz", "VolumeSequence")
    pair += image("armA lesions", "Red", "labels.nrrd", "LabelMap")
    pages = [f"{attributes}|{pair}{QUESTIONS}" for attributes in (RANDOM, RANDOM, NAMED)]
    return write_quiz(tmp_path / "draw.xml", pages)


def scene_names() -> list[str]:
    """Of all nodes, and of the frames of sequences, which Slicer's Sequences module lists."""
    scene = slicer.mrmlScene
    nodes = [scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())]
    for sequence in slicer.util.getNodesByClass("vtkMRMLSequenceNode"):
        nodes += [sequence.GetNthDataNode(n) for n in range(sequence.GetNumberOfDataNodes())]
    return [node.GetName() or "" for node in nodes]


def panel_texts(on_stage: Stage) -> list[str]:
    found = []
    for widget in on_stage.slicer.panel.findChildren(QWidget):
        found += [str(widget.property(name) or "") for name in SENTENCES]
        if isinstance(widget, QComboBox):
            found += [widget.itemText(row) for row in range(widget.count())]
        if isinstance(widget, QListWidget):
            found += [widget.item(row).text() for row in range(widget.count())]
    return found


def telling(texts: list[str]) -> list[str]:
    return [text for text in texts if re.search(r"arm[AB]|\b(old|film|labels)\b", text)]


def is_exchanged(reader: Reader, page: int) -> bool:
    return page_of(saved(reader.results / READER / "draw" / "draw.xml"), page).get(SIDES) == "Yellow Red"


def test_nodes_and_sentences_name_the_side_in_either_order(reader: Reader, quiz: Path) -> None:
    reader.sign_in(quiz)
    exchanged = []
    for index in range(2):
        exchanged.append(is_exchanged(reader, index + 1))
        left, right = ("armB", "armA") if exchanged[-1] else ("armA", "armB")
        hand(reader, "Tumour", TUMOUR)
        assert telling(scene_names()) == telling(panel_texts(reader.stage)) == []
        side = "Right" if exchanged[-1] else "Left"
        assert {
            node.GetName(): node.GetAttribute(IMAGE_ID) for node in reader.stage.slicer.logic.nodes(index)
        } == {"Left": left, "Right": right, f"{side}, label": "armA lesions"}
        box = reader.stage.widget("drawOnBox")
        assert [box.itemText(row) for row in range(box.count())] == ["Left", "Right"]
        # The image that was drawn on before would tell on which side it is now.
        assert box.currentText() == "Left"
        assert reader.stage.widget("imageBox").currentText() == "Axial (left)"
        assert editor(reader).segmentationNode().GetName() == f"Case {index + 1} Left"
        box.setCurrentIndex(1)
        box.activated.emit(1)
        assert reader.text("editorSection").startswith("Draw: Right")
        assert editor(reader).sourceVolumeNode().GetAttribute(IMAGE_ID) == right
        reader.go()
    assert sorted(exchanged) == [False, True]
    # Elsewhere images are called by their names.
    assert {"armA", "armB", "armA lesions", "armB frames", "armB browser"} <= set(scene_names())
    assert not {"Left", "Right"} & set(scene_names())
    box = reader.stage.widget("drawOnBox")
    assert [box.itemText(row) for row in range(box.count())] == ["armA", "armB"]
    reader.go("previousButton")
    assert telling(scene_names()) == []
