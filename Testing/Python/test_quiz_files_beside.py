"""The files that a quiz names beside its images: colours, mask values, pictures, scripts; ROI names."""

from pathlib import Path

import pytest
from quiz_text import codes_of, image, only_problem, page, problems_of, question, read, session
from QuizLoaderLib.quiz.checking import check_quiz
from QuizLoaderLib.quiz.file_rules import unmatched_roi_problems
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.problems import Severity
from QuizLoaderLib.quiz.regions import RoiColor, read_color_file

COLORS = session(page(), attributes='ROIColorFile="colors"')


@pytest.mark.parametrize("name", ["colors", "colors.txt"])
def test_a_colour_file_is_found_beside_the_quiz_with_or_without_its_ending(name, tmp_path):
    (tmp_path / "colors.txt").write_text(
        "# index name r g b a\n1 Liver 221 130 101 255\n2 Rib 0 0 255 128\n", encoding="utf-8"
    )
    assert codes_of(tmp_path, COLORS.replace('"colors"', f'"{name}"')) == []
    assert read_color_file(tmp_path / "colors.txt") == (
        [RoiColor(1, "Liver", (221, 130, 101, 255)), RoiColor(2, "Rib", (0, 0, 255, 128))],
        [],
    )


def test_a_missing_colour_file_names_the_nearest(tmp_path):
    (tmp_path / "colours.txt").touch()
    problem = only_problem(tmp_path, COLORS)
    assert (problem.code, problem.line, problem.severity) == ("Q504", 1, Severity.ERROR)
    assert problem.sentence == "ROIColorFile: the file “colors” does not exist."
    assert "colours.txt" in problem.hint
    assert codes_of(tmp_path, COLORS.replace('"colors"', '"../colors"')) == ["Q502"]


def test_all_wrong_lines_of_a_colour_file_are_told_at_once(tmp_path):
    lines = [
        "1 Liver 221 130 101 255",
        "2 Left kidney 1 2 3 255",
        "0 Background 0 0 0 0",
        "3 Rib 1.5 0 0 255",
        "",
        "4 Skin 256 0 0 255",
        "1 Lung 1 2 3 255",
        "5 Liver 1 2 3 255",
        "6 Bone -1 0 0 255",
    ]
    (tmp_path / "colors.txt").write_text("\r\n".join(lines), encoding="utf-8")
    colors, problems = read_color_file(tmp_path / "colors.txt")
    assert colors == [RoiColor(1, "Liver", (221, 130, 101, 255))]
    assert [(problem.line, problem.code) for problem in problems] == [
        (2, "Q701"),
        (3, "Q701"),
        (4, "Q701"),
        (5, "Q701"),
        (6, "Q701"),
        (7, "Q702"),
        (8, "Q702"),
        (9, "Q701"),
    ]
    told = problems_of(tmp_path, COLORS)
    assert len(told) == 8
    assert all(problem.line == 1 and problem.is_error for problem in told)
    assert told[0].sentence == (
        "ROIColorFile, line 2 of colors.txt: “2 Left kidney 1 2 3 255” has 7 entries, not 6 "
        "(index, name, r, g, b, a)."
    )


def test_a_colour_file_that_is_no_text_is_one_sentence(tmp_path):
    (tmp_path / "colors.txt").write_bytes(b"\xff\xfe1\0")
    assert codes_of(tmp_path, COLORS) == ["Q720"]
    (tmp_path / "colors.txt").write_bytes(b" " * 17_000_000)
    assert codes_of(tmp_path, COLORS) == ["Q720"]


def test_a_value_map_is_found_beside_the_quiz_or_in_the_image_folder(tmp_path):
    images = tmp_path / "images"
    images.mkdir()
    (images / "ct.nrrd").touch()
    of_session = session(page(), attributes='MaskValueMap="map.txt"')
    of_image = session(page("", image('Type="LabelMap" MaskValueMap="map.txt"')))
    for text, line in ((of_session, 1), (of_image, 3)):
        problem = only_problem(tmp_path, text, ImageFolder(images))
        assert (problem.code, problem.line) == ("Q504", line)
        assert codes_of(tmp_path, text) == []  # it may lie in the image folder, which is not known
        for place in (tmp_path, images):
            (place / "map.txt").write_text("Liver=10\n", encoding="utf-8")
            assert codes_of(tmp_path, text, ImageFolder(images)) == []
            (place / "map.txt").unlink()


def test_all_wrong_lines_of_a_value_map_are_told_once_however_many_images_name_it(tmp_path):
    (tmp_path / "map.txt").write_text(
        "Liver=10\nSpleen\nKidney=0\nLiver=11\nLiver=10\nRib=300\n", encoding="utf-8"
    )
    text = session(
        page(
            "",
            *(
                image(
                    'Type="LabelMap" MaskValueMap="map.txt"',
                    f"<DefaultDestination>{view}</DefaultDestination>",
                )
                for view in ("Red", "Green")
            ),
        )
    )
    problems = problems_of(tmp_path, text)
    assert sorted((problem.code, problem.sentence.partition(":")[0]) for problem in problems) == [
        ("Q711", "MaskValueMap, line 2 of map.txt"),
        ("Q711", "MaskValueMap, line 3 of map.txt"),
        ("Q712", "MaskValueMap, line 5 of map.txt"),
        ("Q713", "MaskValueMap, line 4 of map.txt"),
        ("Q714", "MaskValueMap, line 6 of map.txt"),
    ]
    assert {(problem.line, problem.image, problem.page) for problem in problems} == {(3, "CT", 1)}


def test_a_value_map_on_an_image_without_labels_is_a_warning(tmp_path):
    (tmp_path / "map.txt").write_text("Liver=10\n", encoding="utf-8")
    problem = only_problem(tmp_path, session(page("", image('MaskValueMap="map.txt"'))))
    assert (problem.code, problem.severity) == ("Q413", Severity.WARNING)


@pytest.mark.parametrize(("type_", "name"), [("Picture", "scan.PNG"), ("Button", "measure.py")])
def test_pictures_and_scripts_lie_beside_the_quiz(type_, name, tmp_path):
    text = session(page("", question(f'Type="{type_}"', name)))
    problem = only_problem(tmp_path, text)
    assert (problem.code, problem.severity, problem.page) == ("Q504", Severity.ERROR, 1)
    assert problem.sentence == f"{type_}: the file “{name}” does not exist."
    (tmp_path / name).touch()
    assert codes_of(tmp_path, text) == []
    assert codes_of(tmp_path, text.replace(name, f"../{tmp_path.name}/{name}")) == ["Q502"]
    assert codes_of(tmp_path, session(page("", question(f'Type="{type_}"', "")))) == ["Q115"]


def test_a_picture_is_of_a_format_that_is_shown(tmp_path):
    for name, codes in (("a.jpg", []), ("a.bmp", []), ("a.gif", []), ("a.pdf", ["Q804"]), ("a", ["Q804"])):
        (tmp_path / name).touch()
        assert codes_of(tmp_path, session(page("", question('Type="Picture"', name)))) == codes


def check_rois(folder: Path, code: str, rois: list[str], in_file: tuple[str, ...]):
    (folder / "seg.nrrd").touch()
    children = "".join(f"<ROI>{roi}</ROI>" for roi in rois)
    text = session(
        page(
            "",
            image('Type="Segmentation"', f'\n<ROIs ROIVisibilityCode="{code}">{children}</ROIs>', "seg.nrrd"),
        )
    )
    quiz, problems = read(folder, text)
    assert quiz is not None
    assert problems == []
    return check_quiz(
        quiz,
        ImageFolder(folder),
        lambda page: [each for image in page.images for each in unmatched_roi_problems(image, in_file)],
    )


@pytest.mark.parametrize("code", ["Select", "Ignore"])
def test_a_roi_that_the_file_does_not_have_is_a_warning_with_the_nearest_name(code, tmp_path):
    problems = check_rois(tmp_path, code, ["Liver", "Splen", "liver"], ("Liver", "Spleen", "Left kidney"))
    assert [(problem.code, problem.severity, problem.line) for problem in problems] == [
        ("Q407", Severity.WARNING, 4)
    ] * 2
    assert problems[0].sentence == "The ROI “Splen” is not in the image's file."
    assert problems[0].hint == "did you mean “Spleen”? in the file: Liver, Spleen, Left kidney"
    assert problems[1].hint.startswith("did you mean “Liver”?")


def test_two_segments_of_one_name_are_both_meant_and_a_warning_says_so(tmp_path):
    problem = check_rois(tmp_path, "Select", ["Node"], ("Node", "Node", "Liver"))[0]
    assert (problem.code, problem.severity) == ("Q408", Severity.WARNING)
    assert check_rois(tmp_path, "All", [], ("Node", "Node")) == []
