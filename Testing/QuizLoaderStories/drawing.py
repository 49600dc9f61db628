"""A reader draws: kept on every way out, there again on return, asked for by the page."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import numpy_to_vtk

from .desk import Desk
from .made import QUESTIONS, SIDE, VOLUME, image_element, write_images, write_quiz
from .reader import READER, Reader
from .telling import Need, story

if TYPE_CHECKING:
    from slicer import vtkMRMLSegmentationNode, vtkMRMLVolumeNode

DRAW = "EnableSegmentEditor='Y'"


def box(k: slice, j: slice, i: slice) -> np.ndarray:
    voxels = np.zeros((SIDE, SIDE, SIDE), bool)
    voxels[k, j, i] = True
    return voxels


TUMOUR = box(slice(14, 26), slice(4, 12), slice(6, 20))
EDEMA = box(slice(30, 31), slice(4, 12), slice(6, 20))


def quiz_to_draw(folder: Path, again: str = "AllowMultipleResponse='Y'") -> tuple[Path, Path]:
    """A page to draw on, which requires it; one that shows the same image; one with two images."""
    images = write_images(folder / "images")
    (images / "second.nrrd").write_bytes((images / VOLUME).read_bytes())
    ct = image_element("Volume", VOLUME).replace("<Image ", "<Image SegmentRequired='Y' ")
    plain = image_element("Volume", VOLUME)
    second = image_element("Volume", "second.nrrd", "Green")
    quiz = write_quiz(
        folder / "draw.xml",
        [f"{DRAW} {again}|{ct}{QUESTIONS}", f"|{plain}{QUESTIONS}", f"{DRAW}|{plain}{second}{QUESTIONS}"],
        "MaskValueMap='map.txt'",
    )
    (folder / "map.txt").write_text("Tumour=3\nEdema=7\n", encoding="utf-8")
    return quiz, images


def editor(desk: Desk) -> Any:
    """Slicer's own editor widget, in the panel."""
    (found,) = [
        each for each in desk.ui.editorSection.children() if each.className() == "qMRMLSegmentEditorWidget"
    ]
    return found


def segment_id(node: "vtkMRMLSegmentationNode", name: str) -> str:
    return node.GetSegmentation().GetSegmentIdBySegmentName(name)


def draw(node: "vtkMRMLSegmentationNode", name: str, voxels: np.ndarray, volume: "vtkMRMLVolumeNode") -> None:
    """Make the segment ``name`` (added where there is none) these voxels of the volume, (k, j, i)."""
    found = segment_id(node, name) or node.GetSegmentation().AddEmptySegment("", name)
    to_ras = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(to_ras)
    labels = slicer.vtkOrientedImageData()
    labels.SetDimensions(*voxels.shape[::-1])
    labels.SetGeometryFromImageToWorldMatrix(to_ras)
    labels.GetPointData().SetScalars(numpy_to_vtk(voxels.astype(np.uint8).ravel(), deep=True))
    assert slicer.vtkSlicerSegmentationsModuleLogic.SetBinaryLabelmapToSegment(labels, node, found)


def hand(desk: Desk, name: str, voxels: np.ndarray) -> None:
    draw(editor(desk).segmentationNode(), name, voxels, editor(desk).sourceVolumeNode())


def drawn(node: "vtkMRMLSegmentationNode", volume: "vtkMRMLVolumeNode") -> dict[str, np.ndarray]:
    """What each segment holds, by name, as bool on the voxels of the volume."""
    segmentation = node.GetSegmentation()
    names = [
        segmentation.GetNthSegment(index).GetName() for index in range(segmentation.GetNumberOfSegments())
    ]
    voxels = slicer.util.arrayFromSegmentBinaryLabelmap
    return {name: voxels(node, segment_id(node, name), volume) > 0 for name in names}


def seen(desk: Desk) -> dict[str, np.ndarray]:
    return drawn(editor(desk).segmentationNode(), editor(desk).sourceVolumeNode())


def stored(reader: Reader, page: str = "PgGroup1_Case 1") -> dict[str, np.ndarray]:
    """The label maps in the folder of a page that was left, by name."""
    import SimpleITK as sitk

    folder = reader.results / READER / "draw" / page
    reader.desk.wait_until(lambda: not list(folder.glob("*.strokes")))
    files = sorted(folder.glob("*-quizlabel.nrrd"))
    return {path.name: sitk.GetArrayFromImage(sitk.ReadImage(str(path))) for path in files}


def sign_in(desk: Desk, again: str = "AllowMultipleResponse='Y'") -> Reader:
    reader = Reader(desk)
    reader.sign_in(*quiz_to_draw(desk.folder, again))
    return reader


@story(Need.WINDOW)
def a_page_that_requires_a_contour_is_passed_once_it_is_drawn(desk: Desk) -> None:
    reader = sign_in(desk)
    assert list(seen(desk)) == ["Tumour", "Edema"]
    assert reader.missing() == [f"Please draw a contour on the image “Volume-{VOLUME}”."]
    reader.click("nextButton")
    assert reader.text("titleLabel") == "Case 1"
    assert reader.text("missingLabel") == f"Please draw a contour on the image “Volume-{VOLUME}”."
    assert not reader.sees("goThereButton")

    hand(desk, "Tumour", TUMOUR)
    desk.wait_until(lambda: reader.missing() == [])
    # Erased again: the page asks again.
    hand(desk, "Tumour", TUMOUR & False)
    desk.wait_until(lambda: reader.missing() != [])
    hand(desk, "Tumour", TUMOUR)
    reader.go()

    assert reader.text("titleLabel") == "Case 2"
    assert not reader.sees("editorSection")
    assert desk.nodes("vtkMRMLSegmentationNode") == []
    ((name, labels),) = stored(reader).items()
    assert name.endswith("-quizlabel.nrrd")
    assert np.array_equal(labels, TUMOUR * 3)


@story(Need.WINDOW)
def what_is_drawn_comes_back_with_its_page_and_in_the_next_session(desk: Desk) -> None:
    reader = sign_in(desk)
    hand(desk, "Tumour", TUMOUR)
    reader.go()
    reader.go("previousButton")
    assert np.array_equal(seen(desk)["Tumour"], TUMOUR)
    hand(desk, "Edema", EDEMA)
    # Slicer is left with the page open.
    reader.come_back()
    reader.go("previousButton")
    assert np.array_equal(seen(desk)["Tumour"], TUMOUR)
    assert np.array_equal(seen(desk)["Edema"], EDEMA)
    (labels,) = stored(reader).values()
    assert np.array_equal(labels, TUMOUR * 3 + EDEMA * 7)


@story(Need.WINDOW)
def what_is_drawn_in_another_module_meanwhile_is_kept_too(desk: Desk) -> None:
    reader = sign_in(desk)
    hand(desk, "Tumour", TUMOUR)
    node, volume = editor(desk).segmentationNode(), editor(desk).sourceVolumeNode()
    desk.enter("Data")
    assert list(reader.results.rglob("*-quizlabel.strokes")), "its journal has it"
    assert editor(desk).segmentationNode() is None

    draw(node, "Edema", EDEMA, volume)
    desk.enter()
    reader.wait()

    assert np.array_equal(seen(desk)["Edema"], EDEMA)
    assert np.array_equal(seen(desk)["Tumour"], TUMOUR)


@story(Need.WINDOW)
def what_is_drawn_is_kept_when_the_scene_is_closed_and_when_the_module_is_reloaded(desk: Desk) -> None:
    reader = sign_in(desk)
    hand(desk, "Tumour", TUMOUR)
    slicer.mrmlScene.Clear(0)
    desk.check()
    (labels,) = stored(reader).values()
    assert np.array_equal(labels, TUMOUR * 3)
    reader.open()
    hand(desk, "Edema", EDEMA)

    desk.reload()

    (labels,) = stored(reader).values()
    assert np.array_equal(labels, TUMOUR * 3 + EDEMA * 7)


@story(Need.WINDOW)
def each_of_two_images_has_its_own_contour(desk: Desk) -> None:
    reader = sign_in(desk)
    hand(desk, "Tumour", TUMOUR)
    assert not reader.sees("drawOnRow")
    reader.go()
    reader.go()
    assert reader.sees("drawOnRow")
    assert desk.items("drawOnBox") == [f"Volume-{VOLUME}", "Volume-second.nrrd"]
    first = editor(desk).segmentationNode()
    hand(desk, "Tumour", EDEMA)
    desk.choose("drawOnBox", 1)
    assert editor(desk).segmentationNode() is not first
    assert editor(desk).sourceVolumeNode().GetName() == "Volume-second.nrrd"
    hand(desk, "Edema", TUMOUR)
    # Each shows on the views of its image.
    red, green = (desk.logic_of(view).GetSliceNode().GetID() for view in ("Red", "Green"))
    assert list(first.GetDisplayNode().GetViewNodeIDs()) == [red]
    assert list(editor(desk).segmentationNode().GetDisplayNode().GetViewNodeIDs()) == [green]
    reader.go("previousButton")

    on_first, on_second = sorted(stored(reader, "PgGroup3_Case 3").values(), key=np.max)
    assert np.array_equal(on_first, EDEMA * 3)
    assert np.array_equal(on_second, TUMOUR * 7)


@story(Need.WINDOW)
def what_another_module_imports_into_a_region_is_saved_to_the_voxel(desk: Desk) -> None:
    """The import takes the region out of the label map that it shared with the others, which are empty."""
    reader = sign_in(desk)
    node, volume = editor(desk).segmentationNode(), editor(desk).sourceVolumeNode()

    voxels = TUMOUR.astype(np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(voxels, node, segment_id(node, "Edema"), volume)
    reader.go()

    (labels,) = stored(reader).values()
    assert np.array_equal(labels, TUMOUR * 7)


@story(Need.WINDOW)
def a_contour_that_is_deleted_by_hand_is_there_again_from_its_file(desk: Desk) -> None:
    reader = sign_in(desk)
    hand(desk, "Tumour", TUMOUR)
    reader.go()
    reader.go("previousButton")
    slicer.mrmlScene.RemoveNode(editor(desk).segmentationNode())
    for button in ("outlineButton", "contoursButton", "resetViewButton"):
        reader.click(button)
    desk.settle()
    assert np.array_equal(seen(desk)["Tumour"], TUMOUR)
    reader.go()
    (labels,) = stored(reader).values()
    assert np.array_equal(labels, TUMOUR * 3)


@story(Need.WINDOW)
def a_finished_quiz_cannot_be_drawn_on_any_more(desk: Desk) -> None:
    reader = Reader(desk)
    page = f"{DRAW}|{image_element('Volume', VOLUME)}{QUESTIONS}"
    reader.sign_in(write_quiz(desk.folder / "draw.xml", [page]), write_images(desk.folder / "images"))
    hand(desk, "Tumour", TUMOUR)
    reader.click("finishButton")
    desk.wait_until(lambda: reader.sees("finishNowButton"))
    reader.click("finishNowButton")
    # The files of what was drawn are written first.
    desk.wait_until(lambda: reader.text("saveLabel").startswith("This quiz is finished"))
    assert not reader.sees("editorSection")
    desk.wait_until(lambda: not desk.ui.measureButton.enabled)
    (labels,) = stored(reader).values()
    assert np.array_equal(labels > 0, TUMOUR)


@story(Need.WINDOW)
def an_authors_drawing_stays_in_the_scene(desk: Desk) -> None:
    desk.open(*quiz_to_draw(desk.folder))
    hand(desk, "Tumour", TUMOUR)
    volume = editor(desk).sourceVolumeNode()
    desk.turn_to("nextButton", 1)
    (node,) = desk.nodes("vtkMRMLSegmentationNode")
    assert not node.GetDisplayVisibility()
    assert np.array_equal(drawn(node, volume)["Tumour"], TUMOUR)
    desk.click("closeButton")
    assert desk.nodes("vtkMRMLSegmentationNode") == [node]
    assert not (desk.folder / "results").exists()


@story(Need.WINDOW)
def fifty_pages_drawn_on_leave_nothing_behind(desk: Desk) -> None:
    reader = sign_in(desk)
    hand(desk, "Tumour", TUMOUR)
    reader.go()
    reader.go()
    before = slicer.mrmlScene.GetNumberOfNodes()
    counts = set()
    for turn in range(25):
        hand(desk, "Edema", EDEMA if turn % 2 else EDEMA & False)
        reader.go("previousButton")
        counts.add(slicer.mrmlScene.GetNumberOfNodes())
        reader.go()
    assert len(counts) == 1, counts
    assert slicer.mrmlScene.GetNumberOfNodes() == before
    reader.click("closeButton")
    assert desk.nodes("vtkMRMLSegmentationNode") == []
