"""Names from a MaskValueMap and colours from a ROIColorFile, for label maps and segmentations alike."""

import contextlib
import dataclasses

import image_pages
import numpy as np
import pytest
from image_files import write_nrrd
from image_pages import new_scene, page
from QuizLoaderLib.images.loading.library import ImageLibrary
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.model import ImageType, Quiz, RoiCode, RoiVisibility, SliceView
from QuizLoaderLib.quiz.regions import QuizRegions, read_color_file
from QuizLoaderLib.reader.drawing.regions_to_draw import regions_to_draw
from QuizLoaderLib.views.contents import PageNodes, contents_of_views
from QuizLoaderLib.views.roi_visibility import shown_regions, unmatched_rois

LABEL_MAP, SEGMENTATION = ImageType.LABEL_MAP, ImageType.SEGMENTATION
BOTH = pytest.mark.parametrize("type", [LABEL_MAP, SEGMENTATION])
GREEN, RED = SliceView.GREEN, SliceView.RED
COLORS = "# index name r g b a\n1 Liver 255 0 0 255\n2 Spleen 0 255 0 255\n30 Kidney 0 0 255 255\n"


def image(path, type, **attributes):
    """On the layer of its Type, as the reader of a quiz puts it."""
    return image_pages.image(path, type, layer=type.facts.layers[0], **attributes)


def _labels(*values, dtype="uint16"):
    voxels = np.zeros((1, 2, len(values)), dtype)
    voxels[0, 0] = values
    return voxels


@pytest.fixture
def folder(tmp_path):
    write_nrrd(tmp_path / "images/labels.nrrd", _labels(1, 2, 30))
    segments: dict[str, object] = {}
    for number, (value, name) in enumerate({1: "Liver", 2: "Tumour", 30: "Bone"}.items()):
        facts = {"ID": f"S{value}", "Name": name, "LabelValue": value, "Layer": 0, "Color": "0.2 0.4 0.6"}
        segments |= {f"Segment{number}_{key}": fact for key, fact in facts.items()}
    write_nrrd(tmp_path / "images/named.seg.nrrd", _labels(1, 2, 30), values=segments)
    return tmp_path


def _quiz(folder, colors="", value_map="", **attributes):
    if colors:
        (folder / "colors.txt").write_text(colors, encoding="utf-8")
        attributes["roi_color_file"] = "colors"
    if value_map:
        (folder / "region2MaskValueMap.txt").write_text(value_map, encoding="utf-8")
        attributes["mask_value_map"] = "region2MaskValueMap.txt"
    return Quiz(folder / "quiz.xml", **attributes)


@contextlib.contextmanager
def _loaded(folder, quiz, *images):
    images_folder = ImageFolder(folder / "images")
    library = ImageLibrary(new_scene(), images_folder, regions=QuizRegions(quiz, images_folder))
    try:
        yield library.load(page(*images))
    finally:
        library.close()


def _legend(folder, quiz, *images):
    """(name, colour, views) of what the page shows, and the problems of loading it."""
    with _loaded(folder, quiz, *images) as loaded:
        shown = shown_regions(PageNodes(loaded.page, loaded.nodes))
        return [(roi.name, roi.color, [view.value for view in roi.views]) for roi in shown], loaded.problems


def _look(folder, quiz, *images):
    legend, problems = _legend(folder, quiz, *images)
    assert problems == []
    return {name: color for name, color, _ in legend}


@BOTH
def test_a_value_map_names_the_values_of_a_label_image(folder, type):
    quiz = _quiz(folder, value_map="Liver=1\nLeft Kidney=30\n")
    other = {LABEL_MAP: "2", SEGMENTATION: "Segment_2"}[type]
    assert list(_look(folder, quiz, image("labels.nrrd", type))) == ["Liver", other, "Left Kidney"]


@BOTH
def test_a_colour_holds_by_name_else_by_value(folder, type):
    """Value 2 is named Liver, so it has Liver's colour; 1 has no name, 30 a name without a colour."""
    quiz = _quiz(folder, COLORS, "Liver=2\nBone=30\n")
    unnamed = {LABEL_MAP: "1", SEGMENTATION: "Segment_1"}[type]
    look = _look(folder, quiz, image("labels.nrrd", type))
    assert look == {unnamed: (255, 0, 0), "Liver": (255, 0, 0), "Bone": (0, 0, 255)}


def test_the_names_of_a_seg_nrrd_stay_and_take_the_quiz_s_colours(folder):
    quiz = _quiz(folder, COLORS, "Heart=1\n")
    look = _look(folder, quiz, image("named.seg.nrrd", SEGMENTATION))
    assert look == {"Liver": (255, 0, 0), "Tumour": (0, 255, 0), "Bone": (0, 0, 255)}


def test_without_a_colour_file_a_seg_nrrd_keeps_its_own_colours(folder):
    look = _look(folder, _quiz(folder), image("named.seg.nrrd", SEGMENTATION))
    assert set(look.values()) == {(51, 102, 153)}


@BOTH
def test_a_region_that_the_colour_file_lacks_has_the_same_generic_colour_as_without_the_file(folder, type):
    plain = _look(folder, _quiz(folder), image("labels.nrrd", type))
    colored = _look(folder, _quiz(folder, "1 Liver 255 0 0 255\n"), image("labels.nrrd", type))
    changed = {name for name in plain if plain[name] != colored[name]}
    assert changed == {{LABEL_MAP: "1", SEGMENTATION: "Segment_1"}[type]}


@BOTH
def test_an_image_s_own_map_overrides_the_session_s_on_its_view_alone(folder, type):
    (folder / "own.txt").write_text("Stomach=1\nSpleen=2\nKidney=30\n", encoding="utf-8")
    quiz = _quiz(folder, value_map="Liver=1\nBone=2\nLung=30\n")
    images = [
        image("labels.nrrd", type, destination=RED),
        image("labels.nrrd", type, destination=GREEN, mask_value_map="own.txt"),
    ]
    legend, problems = _legend(folder, quiz, *images)
    assert problems == []
    assert [(name, views) for name, _, views in legend] == [
        ("Liver", ["Red"]), ("Bone", ["Red"]), ("Lung", ["Red"]),
        ("Stomach", ["Green"]), ("Spleen", ["Green"]), ("Kidney", ["Green"]),
    ]  # fmt: skip


@BOTH
def test_where_readers_draw_the_session_s_map_is_for_what_is_drawn_and_an_image_may_have_one(folder, type):
    """The numbers of an atlas are others than those of the drawing."""
    (folder / "atlas.txt").write_text("Femur=2\n", encoding="utf-8")
    drawn_on = dataclasses.replace(page(number=2), enable_segment_editor=True)
    quiz = _quiz(folder, COLORS, "Spleen=1\nLiver=2\n", pages=(drawn_on,))
    own = image("labels.nrrd", type, mask_value_map="atlas.txt", destination=GREEN, id="own")
    legend, problems = _legend(folder, quiz, image("labels.nrrd", type), own)
    assert problems == []
    number = {LABEL_MAP: "{}", SEGMENTATION: "Segment_{}"}[type]
    red, green, blue, both = (255, 0, 0), (0, 255, 0), (0, 0, 255), ["Red", "Green"]
    assert {name: (color, views) for name, color, views in legend} == {
        number.format(1): (red, both),
        number.format(2): (green, ["Red"]),
        "Femur": (green, ["Green"]),
        number.format(30): (blue, both),
    }
    drawn = regions_to_draw(quiz, image("mr.nrrd", ImageType.VOLUME), ImageFolder(folder / "images"))
    assert [(region.name, region.value) for region in drawn.regions] == [("Spleen", 1), ("Liver", 2)]


@BOTH
def test_the_map_may_lie_in_the_image_folder(folder, type):
    (folder / "images/study").mkdir()
    (folder / "images/study/map.txt").write_text("Liver=1\n", encoding="utf-8")
    quiz = _quiz(folder, mask_value_map="study/map.txt")
    assert "Liver" in _look(folder, quiz, image("labels.nrrd", type))


@BOTH
def test_a_value_with_two_labels_is_an_error_and_keeps_its_number(folder, type):
    quiz = _quiz(folder, value_map="Liver=1\nLeft liver=1\nSpleen=2\nUnused=7\nUnused too=7\n")
    legend, (problem,) = _legend(folder, quiz, image("labels.nrrd", type))
    assert legend[0][0] == {LABEL_MAP: "1", SEGMENTATION: "Segment_1"}[type]
    assert (problem.code, problem.is_error, problem.image) == ("Q715", True, "MR")
    assert "“Liver”, “Left liver”" in problem.sentence


def test_values_that_no_colour_table_can_hold_are_named_and_coloured_too(folder):
    write_nrrd(folder / "images/large.nrrd", _labels(-5, 70000, 4, dtype="int32"))
    quiz = _quiz(folder, "70000 Liver 10 20 30 255\n", "Liver=70000\nSpleen=4\n")
    look = _look(folder, quiz, image("large.nrrd", LABEL_MAP))
    assert list(look) == ["-5", "Spleen", "Liver"]
    assert look["Liver"] == (10, 20, 30)


def test_a_page_shown_again_keeps_names_and_colours(folder):
    (folder / "colors.txt").write_text(COLORS, encoding="utf-8")
    (folder / "map.txt").write_text("2=1\n1=2\n", encoding="utf-8")
    quiz = Quiz(folder / "quiz.xml", roi_color_file="colors", mask_value_map="map.txt")
    images_folder = ImageFolder(folder / "images")
    library = ImageLibrary(new_scene(), images_folder, regions=QuizRegions(quiz, images_folder))
    one = image("labels.nrrd", LABEL_MAP)
    for number in (1, 2, 1):
        loaded = library.load(page(one, number=number))
        names = [roi.name for roi in shown_regions(PageNodes(loaded.page, loaded.nodes))]
        assert names == ["2", "1", "30"], "labels that look like values are names"
    library.close()


def test_the_same_voxels_are_held_once_under_two_maps(folder):
    (folder / "own.txt").write_text("Stomach=1\n", encoding="utf-8")
    images = [
        image("labels.nrrd", LABEL_MAP, destination=RED),
        image("labels.nrrd", LABEL_MAP, destination=GREEN, mask_value_map="own.txt"),
    ]
    with _loaded(folder, _quiz(folder), *images) as loaded:
        first, second = loaded.nodes
        assert first is not second
        assert first.GetImageData() is second.GetImageData()


@pytest.mark.parametrize("kept", [True, False])
def test_a_fault_in_a_file_beside_the_quiz_costs_its_line_alone(folder, kept):
    quiz = _quiz(folder, "1 Liver 255 0\n2 Spleen 0 255 0 255\n", "Liver=x\nSpleen=2\n")
    if not kept:
        (folder / "colors.txt").write_bytes(b"\xff\xfe\x00")
        (folder / "region2MaskValueMap.txt").unlink()
    look = _look(folder, quiz, image("labels.nrrd", LABEL_MAP))
    if kept:
        assert list(look) == ["1", "Spleen", "30"]
        assert look["Spleen"] == (0, 255, 0)
    else:
        assert list(look) == ["1", "2", "30"]


def test_a_colour_file_of_100000_lines_is_read(tmp_path):
    path = tmp_path / "colors.txt"
    path.write_text(
        "".join(f"{n} region_{n} {n % 256} {n // 256 % 256} 7 255\n" for n in range(1, 100_001)),
        encoding="utf-8",
    )
    colors, problems = read_color_file(path)
    assert problems == []
    assert (len(colors), colors[-1].name) == (100_000, "region_100000")


def test_roi_codes_use_the_names_of_the_map(folder):
    quiz = _quiz(folder, value_map="Liver=1\nSpleen=2\n")
    wanted = RoiVisibility(RoiCode.SELECT, ("Liver", "30", "2"))
    one = image("labels.nrrd", LABEL_MAP, roi_visibility=wanted)
    with _loaded(folder, quiz, one) as loaded:
        (problem,) = unmatched_rois(contents_of_views(PageNodes(loaded.page, loaded.nodes))[RED])
    assert "ROI “2”" in problem.sentence, "a value that has a name is asked for by its name"


def test_what_a_reader_draws_takes_its_colour_by_name_else_by_value(folder):
    colors = QuizRegions(_quiz(folder, COLORS)).colors
    assert colors.color("Spleen", None) == (0, 1, 0)
    assert colors.color("Something", 30) == (0, 0, 1)
    assert colors.color("Something", None) is None
