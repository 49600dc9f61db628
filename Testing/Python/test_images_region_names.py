"""The names that files give their regions: the same for info, quizzes and masks, blanks around or not."""

import os
import struct

import numpy as np
import pytest
from image_files import nifti_bytes, write_nifti, write_nrrd
from image_pages import image, library_of, load_one, page
from QuizLoaderLib.images.types.file_info import file_info
from QuizLoaderLib.masks.scripting import mask_from_segments
from QuizLoaderLib.quiz.model import ImageType, RoiCode, RoiVisibility
from QuizLoaderLib.quiz.value_map import ValueMap
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.roi_visibility import shown_regions

LABELS = np.array([[[0, 3, 4, 4, 9]]], np.int16)
BOTH = pytest.mark.parametrize("type", [ImageType.LABEL_MAP, ImageType.SEGMENTATION])
CARET = """<?xml version="1.0"?><CaretExtension><LabelTable>
<Label Key="0" Red="0" Green="0" Blue="0"> ??? </Label>
<Label Key="3" Red="1" Green="0" Blue="0"> Liver </Label>
<Label Key="4" Red="nan" Green="7" Blue="0">Spleen</Label></LabelTable></CaretExtension>"""


def write_named_nifti(path, table=CARET):
    """The extended header of NIfTI-1: size and code in front of the content, in steps of 16 bytes."""
    content = table.encode()
    content += bytes(-(len(content) + 8) % 16)
    extension = struct.pack("<2i", len(content) + 8, 30) + content
    data = bytearray(nifti_bytes(LABELS))
    struct.pack_into("<f", data, 108, 352 + len(extension))
    data[348] = 1
    data[352:352] = extension
    path.write_bytes(data)
    return path


def write_names_beside(path, *rows):
    write_nifti(path, LABELS)
    path.with_suffix(".tsv").write_text("\n".join(["index\tname", *rows]), encoding="utf-8")
    return path


def names_shown(folder, type, **attributes):
    with library_of(folder) as library:
        place = type.facts.layers[0]
        loaded = library.load(page(image("labels.nii", type, layer=place, **attributes)))
        return {one.name: one.color for one in shown_regions(PageNodes(loaded.page, loaded.nodes))}


@BOTH
def test_names_and_colours_inside_a_nifti_are_those_of_info_and_of_a_quiz(tmp_path, type):
    path = write_named_nifti(tmp_path / "labels.nii")
    shown = names_shown(tmp_path, type)
    nameless = {ImageType.LABEL_MAP: "9", ImageType.SEGMENTATION: "Segment_9"}[type]
    assert list(shown) == ["Liver", "Spleen", nameless]
    assert shown["Liver"] == (255, 0, 0)
    info = {one.name: one.color for one in file_info(path)[0].regions}
    assert info == {name.removeprefix("Segment_"): color for name, color in shown.items()}
    chosen = RoiVisibility(RoiCode.SELECT, ("Spleen",))
    if type is ImageType.SEGMENTATION:
        assert list(names_shown(tmp_path, type, roi_visibility=chosen)) == ["Spleen"]


def test_names_inside_a_nifti_are_those_of_a_mask(tmp_path):
    path = write_named_nifti(tmp_path / "labels.nii")
    mask = mask_from_segments(path, ValueMap({"Liver": 30, "Spleen": 40, "Label_9": 90}))
    assert mask.voxels.tolist() == [[[0, 30, 40, 40, 90]]]


@BOTH
def test_the_table_beside_an_image_names_its_values_and_is_read_again_when_it_changes(tmp_path, type):
    path = write_names_beside(tmp_path / "labels.nii", "3\tLiver", "4\tSpleen", "9\tn/a")
    with library_of(tmp_path) as library:
        shown = page(image("labels.nii", type, layer=type.facts.layers[0]))

        def names():
            loaded = library.load(shown)
            return [one.name for one in shown_regions(PageNodes(loaded.page, loaded.nodes))]

        assert names()[:2] == ["Liver", "Spleen"]
        path.with_suffix(".tsv").write_text("index\tname\n3\tBone\n", encoding="utf-8")
        assert names()[0] == "Bone"
    assert [one.name for one in file_info(path)[0].regions] == ["Bone", "4", "9"]


def test_a_table_that_is_a_link_is_not_followed(tmp_path):
    secret = tmp_path / "secret.tsv"
    secret.write_text("index\tname\n3\tSecret\n", encoding="utf-8")
    (tmp_path / "images").mkdir()
    path = write_nifti(tmp_path / "images" / "labels.nii", LABELS)
    os.symlink(secret, path.with_suffix(".tsv"))
    assert [one.name for one in file_info(path)[0].regions] == ["3", "4", "9"]


def write_segments(path, **facts_of_second):
    first = {"ID": "A", "Name": "Liver ", "LabelValue": 3, "Layer": 0, "Color": "nan 0 0"}
    second = {
        "ID": "B",
        "Name": "\tSpleen",
        "LabelValue": 4,
        "Layer": 0,
        "Color": "2 -1 inf",
        **facts_of_second,
    }
    values = {f"Segment0_{key}": fact for key, fact in first.items()}
    values |= {f"Segment1_{key}": fact for key, fact in second.items()}
    return write_nrrd(path, LABELS, values=values)


def test_blanks_around_the_names_of_segments_do_not_count_and_are_told_once(tmp_path):
    path = write_segments(tmp_path / "a.seg.nrrd")
    (found,) = file_info(path)
    assert [one.name for one in found.regions] == ["Liver", "Spleen"]
    assert [problem.code for problem in found.problems] == ["Q614", "Q615"]
    assert "“Liver ”" in found.problems[0].sentence
    mask = mask_from_segments(path, ValueMap({"Liver": 1, "Spleen": 2}))
    assert mask.voxels.tolist() == [[[0, 1, 2, 2, 0]]]
    assert [problem.code for problem in mask.problems].count("Q614") == 1


def test_a_colour_that_is_none_becomes_a_plain_one_and_one_out_of_range_the_nearest(tmp_path):
    write_segments(tmp_path / "a.seg.nrrd")
    node, problems, library = load_one(tmp_path, "a.seg.nrrd", ImageType.SEGMENTATION)
    segmentation = node.GetSegmentation()
    first, second = (segmentation.GetNthSegment(number).GetColor() for number in range(2))
    assert all(0 <= part <= 1 for part in first)
    assert second == (1.0, 0.0, 1.0)
    assert [problem.code for problem in problems] == ["Q614", "Q615"]
    assert "“nan 0 0”" in problems[1].sentence
    library.close()


def test_a_segmentation_of_four_axes_that_names_none_for_its_layers_says_so(tmp_path):
    lines = [
        "NRRD0004",
        "type: uint8",
        "dimension: 4",
        "sizes: 2 3 4 5",
        "encoding: raw",
        "Segment0_ID:=A",
        "",
    ]
    (tmp_path / "a.seg.nrrd").write_bytes("\n".join(lines).encode() + b"\n" + bytes(120))
    _, problems, library = load_one(tmp_path, "a.seg.nrrd", ImageType.SEGMENTATION)
    library.close()
    assert [problem.sentence for problem in problems] == [
        "“a.seg.nrrd” has 4 axes and does not say which holds its layers."
    ]
