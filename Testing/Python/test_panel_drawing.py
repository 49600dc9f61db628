"""A reader draws in the panel: kept on every way out, there again on return, asked for by the page."""

import os
import threading

import numpy as np
import pytest
import slicer
import vtk
from panel_stage import QUESTIONS, SIDE, VOLUME, image_element, stage, write_images, write_quiz
from QuizLoaderLib.images.files.file_facts import look_at
from QuizLoaderLib.images.files.image_file import ImageFile
from QuizLoaderLib.reader.drawing import drawing_files
from reader_at_work import box, draw, drawn
from test_panel_session import READER, Reader, hashes
from test_panel_tools import key

SHAPE = (SIDE, SIDE, SIDE)
TUMOUR = box(slice(14, 26), slice(4, 12), slice(6, 20), SHAPE)
EDEMA = box(slice(30, 31), slice(4, 12), slice(6, 20), SHAPE)
DRAW = "EnableSegmentEditor='Y'"


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = write_images(tmp_path_factory.mktemp("images"))
    (folder / "second.nrrd").write_bytes((folder / VOLUME).read_bytes())
    return folder


@pytest.fixture
def reader(tmp_path, images):
    with stage(tmp_path) as on_stage:
        yield Reader(on_stage, images, tmp_path / "results")


@pytest.fixture
def quiz(tmp_path):
    return quiz_to_draw(tmp_path, "AllowMultipleResponse='Y'")


def quiz_to_draw(tmp_path, again):
    """A page to draw on, which requires it; one that shows the same image; one with two images."""
    ct = image_element("Volume", VOLUME).replace("<Image ", "<Image SegmentRequired='Y' ")
    plain = image_element("Volume", VOLUME)
    second = image_element("Volume", "second.nrrd", "Green")
    (tmp_path / "map.txt").write_text("Tumour=3\nEdema=7\n", encoding="utf-8")
    return write_quiz(
        tmp_path / "draw.xml",
        [f"{DRAW} {again}|{ct}{QUESTIONS}", f"|{plain}{QUESTIONS}", f"{DRAW}|{plain}{second}{QUESTIONS}"],
        "MaskValueMap='map.txt'",
    )


def editor(reader):
    widget_type = type(reader.stage.widget("QuizLoader"))
    (found,) = reader.stage.widget("editorSection").findChildren(widget_type)
    return found


def hand(reader, name, voxels):
    """Draws with the editor: writes voxels into a segment of what it edits."""
    draw(editor(reader).segmentationNode(), name, voxels, editor(reader).sourceVolumeNode())


def seen(reader):
    return drawn(editor(reader).segmentationNode(), SHAPE)


def stored(reader, page="PgGroup1_Case 1"):
    """The label maps of a page's folder, by name."""
    folder = reader.results / READER / "draw" / page
    return {path.name: ImageFile(look_at(path)).voxels for path in sorted(folder.glob("*-quizlabel.nrrd"))}


def segmentations():
    nodes = slicer.mrmlScene.GetNodesByClass("vtkMRMLSegmentationNode")
    nodes.UnRegister(None)
    return [nodes.GetItemAsObject(index) for index in range(nodes.GetNumberOfItems())]


def test_a_complete_page_is_locked_and_its_contour_is_only_looked_at(reader, tmp_path):
    reader.sign_in(quiz_to_draw(tmp_path, ""))
    hand(reader, "Tumour", TUMOUR)
    reader.go()
    reader.go()
    before = {path: path.read_bytes() for path in reader.results.rglob("*.nrrd")}
    reader.go("previousButton")
    reader.go("previousButton")
    assert reader.text("titleLabel") == "Case 1"
    assert not reader.sees("editorSection")
    (node,) = segmentations()
    assert np.array_equal(drawn(node, SHAPE)["Tumour"], TUMOUR)
    assert node.GetDisplayVisibility()
    assert (np.ptp(reader.stage.slicer.picture("Red").astype(int), axis=2) > 40).any()
    assert {path: path.read_bytes() for path in reader.results.rglob("*.nrrd")} == before


def test_a_drawing_that_changes_is_saved_while_the_page_is_shown(reader, tmp_path):
    page = f"{DRAW}|{image_element('Volume', VOLUME)}{QUESTIONS}"
    reader.sign_in(write_quiz(tmp_path / "draw.xml", [page]))
    lengths = []
    for voxels in (TUMOUR, EDEMA):
        hand(reader, "Tumour", voxels)
        reader.stage.slicer.wait_until(lambda: reader.text("saveLabel") == "The drawing is not saved yet.")
        reader.stage.slicer.wait_until(lambda: reader.text("saveLabel") == "All answers are saved.")
        (strokes,) = reader.results.rglob("*-quizlabel.strokes")
        lengths.append(strokes.stat().st_size)
    assert 0 < lengths[0] < lengths[1]
    assert np.array_equal(seen(reader)["Tumour"], EDEMA)


def test_the_contour_follows_its_image_into_planes_and_keeps_its_editor(reader, quiz):
    reader.sign_in(quiz)
    hand(reader, "Tumour", TUMOUR)
    node = editor(reader).segmentationNode()
    settings = slicer.mrmlScene.GetSingletonNode("QuizLoader", "vtkMRMLSegmentEditorNode")
    settings.SetActiveEffectName("Paint")
    reader.stage.choose_in_menu("planesButton", 1)
    assert len(node.GetDisplayNode().GetViewNodeIDs()) == 3
    assert editor(reader).segmentationNode() is node
    # The brush stays in hand, and paints on all three.
    assert settings.GetActiveEffectName() == "Paint"
    assert editor(reader).observed == {"Red", "Green", "Yellow"}
    reader.click("outlineButton")
    assert node.GetDisplayNode().GetVisibility2DFill()
    reader.click("contoursButton")
    assert not node.GetDisplayNode().GetVisibility()
    reader.stage.choose_in_menu("planesButton", 0)
    assert len(node.GetDisplayNode().GetViewNodeIDs()) == 1
    reader.click("resetViewButton")
    assert settings.GetActiveEffectName() == "Paint"
    assert editor(reader).observed == {"Red"}


def test_a_contour_that_cannot_be_saved_is_said_stays_and_is_saved_when_it_can(reader, quiz, tmp_path):
    reader.sign_in(quiz)
    reader.stage.slicer.wait_until(lambda: reader.text("saveLabel") == "All answers are saved.")
    os.rename(reader.results, tmp_path / "away")
    (tmp_path / "results").write_text("in the way", encoding="utf-8")
    hand(reader, "Tumour", TUMOUR)

    reader.stage.slicer.wait_until(lambda: "The contour of" in reader.text("saveLabel"))
    assert "is not saved yet" in reader.text("saveLabel")
    assert "keep the program open" in reader.text("saveLabel")
    reader.click("closeButton")
    assert "Closing once more" in reader.text("messageLabel")
    assert np.array_equal(seen(reader)["Tumour"], TUMOUR)

    (tmp_path / "results").unlink()
    os.rename(tmp_path / "away", reader.results)
    reader.click("nextButton")
    reader.wait()
    (labels,) = stored(reader).values()
    assert np.array_equal(labels, TUMOUR * 3)
    reader.stage.slicer.wait_until(lambda: reader.text("saveLabel") == "All answers are saved.")


def test_a_contour_that_can_never_be_saved_there_goes_to_the_home_folder(reader, quiz, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    reader.sign_in(quiz)
    os.rename(reader.results, tmp_path / "away")
    (tmp_path / "results").write_text("in the way", encoding="utf-8")
    hand(reader, "Tumour", TUMOUR)

    reader.click("closeButton")
    reader.click("closeButton")

    assert not reader.sees("pageSection")
    assert str(tmp_path / "home") in reader.text("messageLabel")
    (path,) = (tmp_path / "home").rglob("*-quizlabel.nrrd")
    assert np.array_equal(ImageFile(look_at(path)).voxels, TUMOUR * 3)


def test_looking_back_at_a_finished_quiz_changes_no_file(tmp_path, images):
    page = f"{DRAW} UserInteractionLog='Y'|{image_element('Volume', VOLUME)}{QUESTIONS}"
    quiz = write_quiz(tmp_path / "draw.xml", [page, page])
    with stage(tmp_path) as on_stage:
        reader = Reader(on_stage, images, tmp_path / "results")
        reader.sign_in(quiz)
        for _ in range(2):
            hand(reader, "Tumour", TUMOUR)
            key(on_stage, "Alt+L")
            on_stage.slicer.mice["Red"].click((50, 100))
            on_stage.slicer.mice["Red"].click((150, 100))
            if reader.sees("finishButton"):
                reader.click("finishButton")
                reader.stage.slicer.wait_until(lambda: reader.sees("finishNowButton"))
                reader.click("finishNowButton")
            else:
                reader.go()
        reader.click("closeButton")
    before = hashes(tmp_path / "results")
    assert sum(name.endswith(".mrk.json") for name in before) == 2
    with stage(tmp_path) as on_stage:
        reader = Reader(on_stage, images, tmp_path / "results")
        reader.open()
        for keys in ("Alt+3", "Alt+0", "Alt+W", "Alt+O", "Alt+L"):
            key(on_stage, keys)
        (node,) = segmentations()
        assert np.array_equal(drawn(node, SHAPE)["Tumour"], TUMOUR)
        assert on_stage.widget("linesList").count() == 1
        reader.go()
        on_stage.slicer.enter("Data")
        on_stage.slicer.enter()
        reader.wait()
        reader.go("previousButton")
        reader.click("closeButton")
    assert hashes(tmp_path / "results") == before


def test_the_editor_has_its_keys_while_it_is_seen_and_ours_stay_ours(reader, quiz):
    def keys():
        found = reader.stage.slicer.main_window.findChildren(object)
        return [s.key().toString() for s in found if hasattr(s, "key") and s.isEnabled()]

    reader.sign_in(quiz)
    ours = {"Alt+W", "Alt+X", "Alt+PgDown", "Alt+1"}
    assert {"1", "Space", "Z", *ours} <= set(keys())
    assert len(keys()) == len(set(keys())), "no key has two meanings"
    hand(reader, "Tumour", TUMOUR)
    reader.go()
    reader.stage.slicer.wait_until(lambda: not {"1", "Space", "Z"} & set(keys()))
    assert ours <= set(keys())


def test_a_page_without_named_regions_says_that_nothing_is_drawn(reader, tmp_path, images):
    quiz = write_quiz(tmp_path / "free.xml", [f"{DRAW}|{image_element('Volume', VOLUME)}{QUESTIONS}"])
    reader.stage.open(quiz, images)
    assert reader.text("editorSection") == "Draw: Volume-Imag… (nothing drawn)"
    assert reader.stage.widget("editorSection").toolTip() == f"Draw: Volume-{VOLUME}"
    assert not reader.sees("drawnList")


def test_common_effects_come_first_and_all_others_behind(reader, quiz):
    reader.sign_in(quiz)
    shown = editor(reader).buttons.text().split("   ")
    assert shown[:3] == ["Paint", "Draw", "Fill between slices"]
    assert sorted(shown) == sorted(editor(reader).availableEffectNames())


def test_a_drawing_never_lacks_its_display_node_while_it_is_in_the_scene(reader, quiz):
    """A table of segments that shows it reports an error for each cell (qMRMLSegmentsModel.cxx)."""
    reader.sign_in(quiz)
    hand(reader, "Tumour", TUMOUR)
    node = editor(reader).segmentationNode()
    scene, lacking = slicer.mrmlScene, []

    def look(*_):
        if scene.IsNodePresent(node) and node.GetDisplayNode() is None:
            lacking.append(node.GetName())

    observer = scene.AddObserver(scene.NodeRemovedEvent, look)
    reader.go()
    reader.go("previousButton")
    reader.click("closeButton")
    scene.RemoveObserver(observer)
    assert lacking == []
    assert not scene.IsNodePresent(node)


def with_many_regions(reader, tmp_path, count=41):
    """Each a bar of its own, all of them in one label image."""
    quiz = quiz_to_draw(tmp_path, "AllowMultipleResponse='Y'")
    names = [f"Region {number}" for number in range(1, count + 1)]
    lines = (f"{name}={number}" for number, name in enumerate(names, start=1))
    (tmp_path / "map.txt").write_text("\n".join(lines), encoding="utf-8")
    reader.sign_in(quiz)
    masks = {}
    for number, name in enumerate(names):
        row, column = 4 * (number // 10), number % 10
        masks[name] = box(slice(4, 36), slice(row, row + 2), slice(column, column + 1), SHAPE)
        hand(reader, name, masks[name])
    return masks


def test_nothing_large_is_done_while_the_reader_waits_for_the_next_page(reader, tmp_path, monkeypatch):
    """Slicer copies a shared image for each segment that leaves it alone, and packs what it writes: seconds
    for many on a large one."""
    written_by = []

    def noting(write):
        def note(*arguments, **options):
            written_by.append((write.__name__, threading.current_thread() is threading.main_thread()))
            return write(*arguments, **options)

        return note

    for name in ("write_segmentation", "write_segments", "write_nrrd"):
        # As it is in the library that the panel has.
        monkeypatch.setattr(drawing_files, name, noting(getattr(drawing_files, name)))
    masks = with_many_regions(reader, tmp_path)
    segmentation = editor(reader).segmentationNode().GetSegmentation()
    label_map = "Binary labelmap"
    segments = [segmentation.GetNthSegment(number) for number in range(len(masks))]
    assert len({segment.GetRepresentation(label_map) for segment in segments}) == 1
    left = []

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def look(_scene, _event, node):
        if node.IsA("vtkMRMLSegmentationNode"):
            left.append({segment.GetRepresentation(label_map) for segment in segments})

    observer = slicer.mrmlScene.AddObserver(slicer.mrmlScene.NodeAboutToBeRemovedEvent, look)
    reader.go()
    slicer.mrmlScene.RemoveObserver(observer)
    assert left == [{None}]
    reader.stage.slicer.wait_until(lambda: len(stored(reader)) == 1 and len(written_by) == 2)
    assert written_by == [("write_segments", False), ("write_nrrd", False)]
    reader.go("previousButton")
    found = seen(reader)
    assert sorted(found) == sorted(masks)
    for name, mask in masks.items():
        assert np.array_equal(found[name], mask), name


def test_a_large_drawing_is_counted_some_planes_at_a_time(reader, quiz, monkeypatch):
    from QuizLoaderLib.apps.panel import drawing_summary

    monkeypatch.setattr(drawing_summary, "LOOK_VOXELS", 1)
    reader.sign_in(quiz)
    opened = reader.stage.slicer.logic.console.opened
    # Whose looks are the test's, not those of a timer.
    summary = drawing_summary.DrawingSummary(slicer.modules.QuizLoaderWidget.panel.ui)

    def said():
        items = reader.stage.widget("drawnList")
        return [items.item(row).text() for row in range(items.count())]

    def looks_until(words):
        count = 0
        while words not in said():
            summary.look()
            count += 1
        return count

    hand(reader, "Tumour", TUMOUR)
    summary.begin(opened, f"Volume-{VOLUME}")
    assert said() == ["Tumour", "Edema"]
    assert looks_until(f"Tumour: {TUMOUR.sum() / 1000:.1f} ml") >= np.ptp(np.nonzero(TUMOUR)[0]) + 1
    # What is drawn while it is counted is counted whole.
    hand(reader, "Edema", TUMOUR)
    opened.drawings.save()
    summary.look()
    hand(reader, "Edema", EDEMA)
    opened.drawings.save()
    assert looks_until(f"Edema: {EDEMA.sum() / 1000:.1f} ml") > 1
    summary.end()
