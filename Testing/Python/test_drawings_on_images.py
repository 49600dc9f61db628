"""Contours that readers draw: kept voxel for voxel, shown again, copied, merged, and never overwritten."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import slicer
import vtk
from QuizLoaderLib.quiz.model import SliceView
from QuizLoaderLib.reader.tools_presenter import ToolsPresenter
from QuizLoaderLib.views.marks import set_points_ras
from QuizLoaderLib.views.planes import ViewingMode
from reader_at_work import READER, SHAPE, at_work, box, brush, drawn, files_of, wait_for, write_volume
from session_by_hand import page_of, saved, write_quiz

CT = '<Image ID="CT" Type="Volume"{}><Path>ct.nrrd</Path></Image>'
MR = '<Image ID="MR" Type="Volume"><DefaultDestination>Green</DefaultDestination><Path>mr.nrrd</Path></Image>'
LIVER = box(slice(1, 4), slice(2, 5), slice(3, 9))
SPLEEN = box(slice(3, 5), slice(2, 5), slice(3, 5))
EDITOR = 'EnableSegmentEditor="Y" AllowMultipleResponse="Y"'


@pytest.fixture
def images(tmp_path: Path) -> Path:
    write_volume(tmp_path / "images" / "ct.nrrd")
    return tmp_path / "images"


def quiz_with_a_map(folder: Path, pages: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "map.txt").write_text("Liver=10\nSpleen=20\n", encoding="utf-8")
    return write_quiz(folder, pages, 'MaskValueMap="map.txt"')


def label_map(path: Path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


def test_a_contour_is_kept_on_leaving_and_shown_on_return_and_in_the_next_session(
    tmp_path: Path, images: Path
) -> None:
    page = f'<Page ID="A" {EDITOR} SegmentRequiredOnAnyImage="Y">{CT.format("")}</Page>'
    quiz = quiz_with_a_map(tmp_path, page + f'<Page ID="B">{CT.format("")}</Page>')
    folder = tmp_path / "r" / READER / "study" / "PgGroup1_A"

    with at_work(quiz, images, tmp_path / "r") as reader:
        assert reader.show() == []
        assert not reader.drawings.nodes
        assert reader.answers.step("next") == ["Please draw a contour on at least one image of this page."]
        reader.draw("Liver", LIVER)
        node = reader.draw("Spleen", SPLEEN)
        wait_for(lambda: reader.answers.missing() == [])
        reader.go()
        assert not reader.drawings.nodes and not reader.opened.host.scene.IsNodePresent(node)
        assert not reader.drawings.images
        reader.go("previous")
        (again,) = reader.drawings.nodes
        assert {name: voxels.sum() for name, voxels in drawn(again).items()} == {"Liver": 54, "Spleen": 12}

    written = label_map(folder / "A_CT-quizlabel.nrrd")
    # The spleen comes later in the map, so it has the voxels that both have.
    assert (written == np.where(SPLEEN, 20, np.where(LIVER, 10, 0))).all()
    results = saved(tmp_path / "r" / READER / "study" / "study.xml")
    (path,) = page_of(results, 1).iter("LabelMapPath")
    assert (path.text, path.get("Drawn")) == ("study/PgGroup1_A/A_CT-quizlabel.nrrd", "Y")

    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        reader.go("previous")
        (again,) = reader.drawings.nodes
        kept = drawn(again)
        assert (kept["Liver"] == LIVER).all() and (kept["Spleen"] == SPLEEN).all()


def test_what_the_segment_editor_paints_erases_and_undoes_is_kept(tmp_path: Path, images: Path) -> None:
    """Slicer's own editor logic, as its effects use it: add and remove with a brush, and one step back."""
    quiz = quiz_with_a_map(tmp_path, f'<Page ID="A" {EDITOR}>{CT.format("")}</Page><Page ID="B"/>')
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        node, volume = reader.drawings.segmentation("CT"), reader.drawings.volume("CT")
        logic = slicer.vtkSlicerSegmentEditorLogic()
        logic.SetMRMLScene(reader.host.scene)
        parameters = reader.host.scene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
        logic.SetSegmentEditorNode(parameters)
        logic.SetSegmentationNode(node)
        logic.SetSourceVolumeNode(volume)
        segmentation = node.GetSegmentation()

        def stroke(name: str, voxels: np.ndarray, mode: int) -> None:
            logic.SaveStateForUndo()
            segment_id = segmentation.GetSegmentIdBySegmentName(name)
            logic.ModifySegmentByLabelmap(node, segment_id, brush(voxels, volume), mode, False, False)

        stroke("Liver", LIVER, logic.ModificationModeAdd)
        stroke("Liver", SPLEEN, logic.ModificationModeRemove)
        stroke("Spleen", SPLEEN, logic.ModificationModeAdd)
        stroke("Spleen", np.ones(SHAPE, bool), logic.ModificationModeAdd)
        logic.Undo()
        reader.go()
        reader.go("previous")
        (again,) = reader.drawings.nodes
        kept = drawn(again)
        assert (kept["Liver"] == LIVER & ~SPLEEN).all()
        assert (kept["Spleen"] == SPLEEN).all()
        logic.SetSegmentEditorNode(None)
        logic.SetMRMLScene(None)


def test_names_colours_terminology_and_overlaps_are_kept_as_slicer_keeps_them(
    tmp_path: Path, images: Path
) -> None:
    """Read by Slicer's own storage node; colours by name from ROIColorFile, values from the map."""
    (tmp_path / "colors.txt").write_text("20 Spleen 255 0 51 255\n", encoding="utf-8")
    quiz = quiz_with_a_map(tmp_path, f'<Page ID="A" {EDITOR}>{CT.format("")}</Page>')
    text = quiz.read_text(encoding="utf-8")
    quiz.write_text(text.replace("<Session ", '<Session ROIColorFile="colors" '), encoding="utf-8")
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        node = reader.draw("Spleen", SPLEEN)
        reader.draw("Größe < 1 cm", LIVER)
        node.GetSegmentation().GetNthSegment(0).SetTag("TerminologyEntry", "mine~1^2^Liver")
        geometry = node.GetSegmentation().GetConversionParameter("Reference image geometry")
        reader.answers.close_for_good()
        reader.opened.close()

        folder = tmp_path / "r" / READER / "study" / "PgGroup1_A"
        storage = slicer.vtkMRMLSegmentationStorageNode()
        storage.SetScene(reader.host.scene)
        storage.SetFileName(str(folder / "A_CT-quizlabel.seg.nrrd"))
        read = reader.host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
        assert storage.ReadData(read)
        kept = drawn(read)
        segments = read.GetSegmentation()
        assert segments.GetConversionParameter("Reference image geometry") == geometry
        colors = {segments.GetNthSegment(n).GetName(): segments.GetNthSegment(n).GetColor() for n in range(3)}
        value = vtk.reference("")
        segments.GetNthSegment(0).GetTag("TerminologyEntry", value)
    assert list(kept) == ["Liver", "Spleen", "Größe < 1 cm"]
    assert (kept["Liver"] == LIVER).all() and (kept["Spleen"] == SPLEEN).all()
    assert (kept["Größe < 1 cm"] == LIVER).all()
    assert colors["Spleen"] == pytest.approx((1, 0, 0.2))
    assert str(value) == "mine~1^2^Liver"
    # A name that the map lacks comes behind it, with the first value that is free: it has what it overlaps.
    written = label_map(folder / "A_CT-quizlabel.nrrd")
    assert (written == np.where(LIVER, 1, np.where(SPLEEN, 20, 0))).all()


def test_an_image_s_own_map_or_the_colour_file_alone_name_what_is_drawn(tmp_path: Path, images: Path) -> None:
    (tmp_path / "own.txt").write_text("Tumour=5\n", encoding="utf-8")
    (tmp_path / "colors.txt").write_text("3 Node 0 255 0 255\n7 Vessel 255 0 0 255\n", encoding="utf-8")
    write_volume(images / "mr.nrrd")
    own = CT.format(' MaskValueMap="own.txt"')
    quiz = write_quiz(tmp_path, f'<Page ID="A" {EDITOR}>{own}{MR}</Page>', 'ROIColorFile="colors"')
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        assert [image.id for image in reader.drawings.images] == ["CT", "MR"]
        assert list(drawn(reader.drawings.segmentation("CT"))) == ["Tumour"]
        assert list(drawn(reader.drawings.segmentation("MR"))) == ["Node", "Vessel"]
        reader.draw("Tumour", LIVER)
        reader.draw("Vessel", SPLEEN, "MR")
    folder = tmp_path / "r" / READER / "study" / "PgGroup1_A"
    assert (label_map(folder / "A_CT-quizlabel.nrrd") == LIVER * 5).all()
    assert (label_map(folder / "A_MR-quizlabel.nrrd") == SPLEEN * 7).all()


def test_killed_between_the_two_files_the_newer_segments_are_shown_and_the_label_map_follows(
    tmp_path: Path, images: Path
) -> None:
    quiz = quiz_with_a_map(tmp_path, f'<Page ID="A" {EDITOR}>{CT.format("")}</Page><Page ID="B"/>')
    folder = tmp_path / "r" / READER / "study" / "PgGroup1_A"
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        reader.leave_and_write()
        old = (folder / "A_CT-quizlabel.nrrd").read_bytes()
        reader.go("previous")
        reader.draw("Liver", LIVER | SPLEEN)
    (folder / "A_CT-quizlabel.nrrd").write_bytes(old)
    (folder / ".part-0123456789abcdef.nrrd").write_bytes(old[:99])
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        assert reader.go("previous") == []
        (node,) = reader.drawings.nodes
        assert (drawn(node)["Liver"] == LIVER | SPLEEN).all()
    assert (label_map(folder / "A_CT-quizlabel.nrrd") == (LIVER | SPLEEN) * 10).all()
    assert sorted(files_of(folder)) == ["A_CT-quizlabel.nrrd", "A_CT-quizlabel.seg.nrrd"]


def test_killed_before_the_results_name_it_a_first_contour_and_line_are_found(
    tmp_path: Path, images: Path
) -> None:
    pages = f'<Page ID="A" {EDITOR} SegmentRequiredOnAnyImage="Y">{CT.format("")}</Page><Page ID="B"/>'
    quiz = quiz_with_a_map(tmp_path, pages)
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        set_points_ras(reader.drawings.lines.new(), [(-10.0, 20.0, 30.0), (-13.0, 16.0, 30.0)])
    study = tmp_path / "r" / READER / "study"
    kept = {path.name: path.read_bytes() for path in (study / "PgGroup1_A").iterdir()}
    shutil.rmtree(tmp_path / "r")
    with at_work(quiz, images, tmp_path / "r") as reader:
        (study / "PgGroup1_A").mkdir()
        for name, data in kept.items():
            (study / "PgGroup1_A" / name).write_bytes(data)
        assert reader.show() == []
        assert (drawn(reader.drawings.nodes[0])["Liver"] == LIVER).all()
        assert [line.length_mm for line in reader.drawings.lines.measured] == [5.0]
        wait_for(lambda: reader.answers.missing() == [])
    element = page_of(saved(study / "study.xml"), 1)
    assert [path.get("Drawn") for path in element.iter("LabelMapPath")] == ["Y"]
    assert len(list(element.iter("MarkupLinePath"))) == 1


def test_an_author_s_drawings_stay_in_the_scene_and_nothing_is_written(tmp_path: Path, images: Path) -> None:
    pages = f'<Page ID="A" {EDITOR}>{CT.format("")}</Page><Page ID="B">{CT.format("")}</Page>'
    quiz = quiz_with_a_map(tmp_path, pages)
    before = files_of(tmp_path)
    with at_work(quiz, images, None) as author:
        author.show()
        empty = author.drawings.segmentation("CT")
        author.go()
        assert not author.host.scene.IsNodePresent(empty)
        author.go("previous")
        node = author.draw("Liver", LIVER)
        line = author.drawings.lines.new()
        set_points_ras(line, [(-10.0, 20.0, 30.0), (-13.0, 16.0, 30.0)])
        author.go()
        assert author.host.scene.IsNodePresent(node) and not node.GetDisplayVisibility()
        assert author.host.scene.IsNodePresent(line) and not line.GetDisplayVisibility()
        author.go("previous")
        assert author.drawings.segmentation("CT") is node and node.GetDisplayVisibility()
        assert [each.node for each in author.drawings.lines.measured] == [line]
        author.opened.close()
        assert node.GetDisplayVisibility() and line.GetDisplayVisibility()
    assert files_of(tmp_path) == before


def test_a_contour_is_seen_on_the_views_of_its_image_in_planes_too(tmp_path: Path, images: Path) -> None:
    """Red shows the CT, Green the other image; the contour's pixels are where its voxels are."""
    write_volume(images / "mr.nrrd")
    quiz = quiz_with_a_map(tmp_path, f'<Page ID="A" {EDITOR}>{CT.format("")}{MR}</Page>')
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        bare = {view: reader.host.picture(view) for view in (SliceView.RED, SliceView.GREEN)}
        # All of the slice in the middle from the patient's right to beyond the middle.
        reader.draw("Liver", box(slice(0, 6), slice(0, 8), slice(0, 6)))
        tools = ToolsPresenter(lambda change: change())
        tools.begin(reader.opened)
        for percent, opacity in ((math.nan, 0.0), (-math.inf, 0.0), (math.inf, 1.0)):
            assert tools.use("opacity", percent)
            assert reader.drawings.nodes[0].GetDisplayNode().GetOpacity() == opacity
        tools.use("fill")
        changed = (reader.host.picture(SliceView.RED) != bare[SliceView.RED]).any(axis=2)
        # 5 x 6 mm fill the height of 64 pixels; the left edge of the contour is the image's.
        assert changed[32, 8:30].all() and not changed[32, 42:].any()
        assert (reader.host.picture(SliceView.GREEN) == bare[SliceView.GREEN]).all()
        tools.use("contours")
        assert (reader.host.picture(SliceView.RED) == bare[SliceView.RED]).all()
        reader.opened.view(ViewingMode.THREE_PLANES, "CT")
        tools.use("contours")
        assert len(reader.drawings.nodes[0].GetDisplayNode().GetViewNodeIDs()) == 3
        reader.opened.view(ViewingMode.DEFAULT, "CT")
        assert len(reader.drawings.nodes[0].GetDisplayNode().GetViewNodeIDs()) == 1


def test_what_is_done_outside_of_the_program_s_own_steps_is_kept_when_the_page_is_shown_anew(
    tmp_path: Path, images: Path
) -> None:
    """In Slicer another module can draw into the same nodes, and add a line, while no page is watched."""
    quiz = quiz_with_a_map(tmp_path, f'<Page ID="A" {EDITOR}>{CT.format("")}</Page>')
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        assert reader.drawings.save() == ""
        reader.draw("Liver", LIVER & ~SPLEEN)
        line = reader.host.scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode", "L")
        set_points_ras(line, [(-10.0, 20.0, 30.0), (-13.0, 16.0, 30.0)])
        assert reader.show() == []
        assert (drawn(reader.drawings.nodes[0])["Liver"] == LIVER & ~SPLEEN).all()
        assert [(each.image_id, each.length_mm) for each in reader.drawings.lines.measured] == [("CT", 5.0)]
        assert not reader.host.scene.IsNodePresent(line)
    element = page_of(saved(tmp_path / "r" / READER / "study" / "study.xml"), 1)
    assert len(list(element.iter("MarkupLinePath"))) == 1
