"""Earlier contours shown again: as a start that is never the reader's own, merged, and repeated."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from QuizLoaderLib.views.roi_visibility import segments_by_id
from QuizLoaderLib.views.segmentations import fingerprint, is_unchanged_copy
from reader_at_work import READER, SHAPE, AtWork, at_work, box, draw, drawn, files_of, wait_for, write_volume
from session_by_hand import page_of, saved, write_quiz

LIVER = box(slice(1, 4), slice(2, 5), slice(3, 9))
SPLEEN = box(slice(3, 5), slice(2, 5), slice(3, 5))
MORE = box(slice(0, 1), slice(0, 2), slice(0, 2))
EDITOR = 'EnableSegmentEditor="Y" AllowMultipleResponse="Y"'


def ct(attributes: str = "", image_id: str = "CT", path: str = "ct.nrrd") -> str:
    return f'<Image ID="{image_id}" Type="Volume" {attributes}><Path>{path}</Path></Image>'


@pytest.fixture
def images(tmp_path: Path) -> Path:
    write_volume(tmp_path / "images" / "ct.nrrd")
    return tmp_path / "images"


def quiz_with_a_map(folder: Path, pages: str, attributes: str = "") -> Path:
    (folder / "map.txt").write_text("Liver=10\nSpleen=20\n", encoding="utf-8")
    return write_quiz(folder, pages, f'MaskValueMap="map.txt" {attributes}')


def seen(reader: AtWork) -> dict[str, np.ndarray]:
    """What is drawn, by name, without empty segments."""
    (node,) = reader.drawings.nodes
    return {name: voxels for name, voxels in drawn(node).items() if voxels.any()}


def label_map(path: Path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


def flags(results: Path, page: int) -> list[tuple[str, str]]:
    """The files that the results name for a page, and whether they count as drawn."""
    element = page_of(saved(results / READER / "study" / "study.xml"), page)
    return [(Path(each.text or "").name, each.get("Drawn") or "") for each in element.iter("LabelMapPath")]


def page(page_id: str, images: str, attributes: str = EDITOR) -> str:
    return f'<Page ID="{page_id}" {attributes}>{images}</Page>'


START_AND_REVISE = (
    page("Draw", ct("LabelMapID='gtv'"))
    + page("Revise", ct("DisplayLabelMapID='gtv' SegmentRequired='Y'"))
    + page("End", ct(), "AllowMultipleResponse='Y'")
)


def test_a_start_does_not_count_and_what_the_reader_made_of_it_is_never_overwritten(
    tmp_path: Path, images: Path
) -> None:
    quiz = quiz_with_a_map(tmp_path, START_AND_REVISE)
    asks = ["Please draw a contour on the image “CT”."]
    # Each look at what is drawn takes a moment only; by this clock it goes to the end.
    with at_work(quiz, images, tmp_path / "r", lambda: 0.0) as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        reader.go()
        assert (seen(reader)["Liver"] == LIVER).all()
        assert reader.answers.missing() == asks
        assert reader.answers.step("next") == asks
        # The first page's contour is corrected: what is an unchanged copy of it follows.
        reader.go("previous")
        reader.draw("Liver", LIVER | MORE)
        reader.go()
        assert (seen(reader)["Liver"] == LIVER | MORE).all()
        assert reader.answers.missing() == asks
        # Now it is his own.
        reader.draw("Liver", LIVER & ~SPLEEN)
        wait_for(lambda: reader.answers.missing() == [])
        reader.go()
        reader.go("previous")
        assert (seen(reader)["Liver"] == LIVER & ~SPLEEN).all()
        reader.go("previous")
        reader.draw("Spleen", SPLEEN)
        reader.go()
        assert list(seen(reader)) == ["Liver"] and (seen(reader)["Liver"] == LIVER & ~SPLEEN).all()
    assert flags(tmp_path / "r", 1) == [("Draw_CT-quizlabel.nrrd", "Y")]
    assert flags(tmp_path / "r", 2) == [("Revise_CT-quizlabel.nrrd", "Y")]

    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        while reader.opened.pages[reader.opened.index].id != "Revise":
            reader.go("previous")
        assert (seen(reader)["Liver"] == LIVER & ~SPLEEN).all()
        # Erased on purpose: it stays erased, and does not count.
        reader.draw("Liver", LIVER & False)
        assert reader.answers.missing() == asks
        reader.go("previous")
        reader.go()
        assert seen(reader) == {}
        assert reader.answers.step("next") == asks
    assert flags(tmp_path / "r", 2) == [("Revise_CT-quizlabel.nrrd", "N")]


def test_a_start_is_changed_also_where_it_has_as_many_voxels_as_before(tmp_path: Path, images: Path) -> None:
    quiz = quiz_with_a_map(tmp_path, START_AND_REVISE)
    moved = np.roll(LIVER, 1, axis=1)
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        reader.go()
        reader.draw("Liver", moved)
        wait_for(lambda: reader.answers.missing() == [])
        reader.draw("Liver", LIVER)
        wait_for(lambda: reader.answers.missing() == ["Please draw a contour on the image “CT”."])
        reader.draw("Liver", moved)
        reader.go()
        reader.go("previous")
        assert (seen(reader)["Liver"] == moved).all()
        # As the copies of older files tell it.
        (node,) = reader.drawings.nodes
        for segment in segments_by_id(node).values():
            segment.SetTag("QuizLoader.StartedFrom", fingerprint(node))
        assert is_unchanged_copy(node)
        reader.draw("Liver", LIVER)
        assert not is_unchanged_copy(node)


def test_an_accepted_start_is_kept_with_its_page(tmp_path: Path, images: Path) -> None:
    pages = START_AND_REVISE.replace(" SegmentRequired='Y'", "")
    quiz = quiz_with_a_map(tmp_path, pages)
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        reader.draw("Spleen", SPLEEN)
        reader.go()
        reader.go()
    folder = tmp_path / "r" / READER / "study" / "PgGroup2_Revise"
    assert (label_map(folder / "Revise_CT-quizlabel.nrrd") == np.where(SPLEEN, 20, LIVER * 10)).all()
    assert flags(tmp_path / "r", 2) == [("Revise_CT-quizlabel.nrrd", "N")]


def test_a_loop_of_ten_keeps_ten_contours_and_merges_them_voxel_for_voxel(
    tmp_path: Path, images: Path
) -> None:
    loop = page("Lesion", ct("LabelMapID='lesion'"), f"{EDITOR} Loop='Y' PageGroup='1'")
    merge = page("All", ct("DisplayLabelMapID='lesion' MergeLabelMaps='Y'"), "PageGroup='1'")
    quiz = quiz_with_a_map(tmp_path, loop + merge)
    # Number n is a voxel column; odd ones are spleen; each also claims one voxel of the one before.
    lesions = [box(slice(0, 6), slice(n // 2, n // 2 + 1), slice(n % 2, n % 2 + 2)) for n in range(10)]
    names = ["Spleen" if n % 2 else "Liver" for n in range(10)]
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        for number, (name, voxels) in enumerate(zip(names, lesions, strict=True)):
            assert reader.drawings.nodes == (), "a repetition begins with nothing"
            reader.draw(name, voxels)
            if number < 9:
                reader.go("repeat")
        reader.go()
        merged = seen(reader)
        assert (merged["Liver"] == np.any(lesions[0::2], axis=0)).all()
        assert (merged["Spleen"] == np.any(lesions[1::2], axis=0)).all()
        reader.go("previous")

    study = tmp_path / "r" / READER / "study"
    written = label_map(study / "PgGroup1_All" / "All_CT-quizlabel.nrrd")
    assert (written == np.where(merged["Spleen"], 20, merged["Liver"] * 10)).all()
    root = saved(study / "study.xml")
    # Of each of the five pairs, six voxels of the liver lie under the spleen, which the map has later.
    (path,) = page_of(root, 11).iter("LabelMapPath")
    assert (path.get("LostVoxels"), path.get("Drawn")) == ("30", "N")
    merged_file = sitk.ReadImage(str(study / "PgGroup1_All" / "All_CT-quizlabel.nrrd"))
    assert merged_file.GetMetaData("QuizLoader_LostVoxels") == "30 of Liver under Spleen"
    folders = ["PgGroup1_Lesion", *(f"PgGroup1_Lesion-Rep{n}" for n in range(1, 10))]
    for number, folder in enumerate(folders):
        (path,) = page_of(root, number + 1).iter("LabelMapPath")
        assert (path.text or "").split("/")[1] == folder
        assert (study.parent / (path.get("Segments") or "")).is_file()
        value = 20 if number % 2 else 10
        assert (label_map(study.parent / (path.text or "")) == lesions[number] * value).all()
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        while reader.opened.pages[reader.opened.index].id != "Lesion":
            reader.go("previous")
        assert (seen(reader)["Liver"] == lesions[0]).all()


def test_pages_of_one_name_and_two_images_of_one_page_keep_their_files_apart(
    tmp_path: Path, images: Path
) -> None:
    write_volume(images / "mr.nrrd")
    green_view = "<DefaultDestination>Green</DefaultDestination><Path>"
    two = ct() + ct(image_id="MR", path="mr.nrrd").replace("<Path>", green_view)
    quiz = quiz_with_a_map(tmp_path, page("Case", two, f"{EDITOR} PageGroup='3'") * 2)
    parts = [box(slice(n, n + 1), slice(0, 8), slice(0, 10)) for n in range(4)]
    with at_work(quiz, images, tmp_path / "r") as reader:
        for place in range(2):
            reader.show()
            red, green = (
                reader.opened.host.application_logic.GetSliceLogicByLayoutName(view).GetSliceNode().GetID()
                for view in ("Red", "Green")
            )
            on_ct = reader.draw("Liver", parts[2 * place], "CT")
            on_mr = reader.draw("Liver", parts[2 * place + 1], "MR")
            assert list(on_ct.GetDisplayNode().GetViewNodeIDs()) == [red]
            assert list(on_mr.GetDisplayNode().GetViewNodeIDs()) == [green]
            if place == 0:
                reader.answers.step("next")
    study = tmp_path / "r" / READER / "study"
    for place in range(2):
        folder = study / f"PgGroup3_Case_Page{place + 1}"
        for image, part in zip(("CT", "MR"), parts[2 * place :], strict=False):
            assert (label_map(folder / f"Case_{image}-quizlabel.nrrd") == part * 10).all()
        named = [each.text for each in page_of(saved(study / "study.xml"), place + 1).iter("LabelMapPath")]
        assert named == [f"study/{folder.name}/Case_{image}-quizlabel.nrrd" for image in ("CT", "MR")]


def test_looking_through_a_finished_quiz_changes_no_file(tmp_path: Path, images: Path) -> None:
    quiz = quiz_with_a_map(
        tmp_path,
        page("Draw", ct("LabelMapID='gtv'"), f"{EDITOR} UserInteractionLog='Y'")
        + page("Show", ct("DisplayLabelMapID='gtv'"), "EnableSegmentEditor='Y'"),
    )
    with at_work(quiz, images, tmp_path / "r") as reader:
        reader.show()
        reader.draw("Liver", LIVER)
        reader.drawings.lines.new()
        reader.go()
        reader.draw("Liver", LIVER | MORE)
        assert reader.answers.step("finish") == []
        # A stroke after the end is not taken, though the segmentation is still there.
        assert reader.drawings.images == ()
    before = files_of(tmp_path / "r")

    with at_work(quiz, images, tmp_path / "r") as reader:
        assert reader.show() == []
        assert (seen(reader)["Liver"] == LIVER).all()
        assert (reader.drawings.images, reader.drawings.lines.may_measure) == ((), False)
        reader.opened.nodes(0)[0].GetDisplayNode().SetWindowLevel(3, 4)
        draw(reader.drawings.nodes[0], "Liver", np.ones(SHAPE, bool), reader.opened.nodes(0)[0])
        reader.go()
        assert (seen(reader)["Liver"] == LIVER | MORE).all()
        reader.go("previous")
        reader.answers.save_sentence()
    after = files_of(tmp_path / "r")
    backups = {name for name in after if name.startswith(f"{READER}/study/study_")}
    assert {name: digest for name, digest in after.items() if name not in backups - set(before)} == before
