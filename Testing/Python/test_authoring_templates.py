"""A template becomes a quiz: those that come along, and an author's own."""

import csv
from pathlib import Path

import numpy as np
import pytest
from authoring_by_hand import LESION, OWN_TEMPLATE, quiz_of, wanted, write_table
from image_files import numbered, write_nrrd
from masks_made import quizloader
from QuizLoaderLib.apps.command_line.check_command import problems_of_quiz
from QuizLoaderLib.authoring.cases import AuthoringError
from QuizLoaderLib.authoring.making import find_cases, make_quiz
from QuizLoaderLib.authoring.template import load_template, shipped_templates
from QuizLoaderLib.authoring.tidy import tidy
from QuizLoaderLib.quiz.image_folder import ImageFolder


def test_a_cdata_section_is_filled_as_it_is(tmp_path: Path) -> None:
    write_nrrd(tmp_path / "images" / "a & <b> ]]>" / "ct.nrrd", numbered())
    template = tmp_path / "own.xml"
    template.write_text(
        OWN_TEMPLATE.replace("{Größe} mm", "").replace("Remarks", "<![CDATA[<{case}> {{x}}]]> of {case}"),
        encoding="utf-8",
    )
    request = wanted(tmp_path / "images", str(template))
    page = quiz_of(make_quiz(request, find_cases(request), tmp_path / "quiz.xml").path).pages[0]

    assert page.questions[0].options[0] == "<a & <b> ]]>> {x} of a & <b> ]]>"


def test_brackets_and_comments_in_a_cdata_section_are_text(tmp_path: Path) -> None:
    write_nrrd(tmp_path / "images" / "a]]" / "ct.nrrd", numbered())
    template = tmp_path / "own.xml"
    text = OWN_TEMPLATE.replace("{Größe} mm", "")
    template.write_text(text.replace("Remarks", "<![CDATA[{case}> <!-- {case}]]>"), encoding="utf-8")
    request = wanted(tmp_path / "images", str(template))
    page = quiz_of(make_quiz(request, find_cases(request), tmp_path / "quiz.xml").path).pages[0]

    assert page.questions[0].options[0] == "a]]> <!-- a]]"


def test_keys_name_images_of_a_case_wherever_they_are(tmp_path: Path) -> None:
    template = tmp_path / "own.xml"
    mark = '<Question Type="Mark" Descriptor="Nodules"><Key Path="{nodules}"/></Question>'
    drawn = '<Image ID="CT" Type="Volume"><Path>{ct}</Path><Key Region="Lung" Path="{first|second}"/></Image>'
    page = f'<Page ID="{{case}}">{drawn}<QuestionSet>{mark}</QuestionSet></Page>'
    template.write_text(f"<Session>{page}</Session>", encoding="utf-8")

    found = load_template(str(template))

    assert found.roles == {"ct": False, "first": True, "second": True, "nodules": True}
    assert (found.columns, found.pairs) == ([], [("first", "second")])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<Session><Page ID='{case}'/></Session>", "lacks the column “case”"),
        ("<Session><Page ID='{image}'/></Session>", "lacks the columns “case”, “image”"),
        ("<Session><Page ID='x'/></Session>", "has no placeholder"),
        ("<Session MaskValueMap='{a}'><Page ID='{case}'/></Session>", "“{a}” outside a Page"),
        ("<Session><Page ID='{a|b}'/></Session>", "has to name two images"),
        ("<Session><Page ID='{ct.type}'/></Session>", "“{ct.type}” is about an image that no Path has"),
    ],
)
def test_a_template_that_cannot_be_filled_is_told(tmp_path: Path, text: str, sentence: str) -> None:
    template = tmp_path / "own.xml"
    template.write_text(text, encoding="utf-8")
    table = write_table(tmp_path / "cases.csv", [["name", "file"], ["a", "b"]])

    with pytest.raises(AuthoringError, match=sentence.replace("{", r"\{").replace("|", r"\|")):
        find_cases(wanted(table, str(template)))


def test_sides_are_drawn_by_chance_half_of_the_cases_each(tmp_path: Path) -> None:
    for number in range(10):
        for role in ("first", "second"):
            write_nrrd(tmp_path / f"c{number}" / f"{role}.nrrd", numbered())
    request = wanted(tmp_path, "choice")
    found = find_cases(request)
    made = make_quiz(request, found, tmp_path / "quiz.xml")

    quiz = quiz_of(made.path)
    lefts = []
    for page in quiz.pages[1:]:
        left, right = (Path(image.path).stem for image in page.images)
        assert {left, right} == {"first", "second"}
        assert page.treatment == f"left is {left}"
        lefts.append(left)
    assert lefts.count("first") == 5
    with made.case_table.open(encoding="utf-8-sig", newline="") as file:
        assert [row["first|second"] for row in csv.DictReader(file)] == lefts
    again = make_quiz(request, find_cases(request), tmp_path / "again.xml")
    assert again.path.read_bytes() == made.path.read_bytes()


def test_templates_are_listed_and_shown_and_a_quiz_is_not_overwritten(tmp_path: Path) -> None:
    listed = quizloader("new", "--list")
    assert [line.split()[0] for line in listed.lines] == list(shipped_templates())
    shown = quizloader("new", "--show", "roc")
    assert shown.out == shipped_templates()["roc"].read_text(encoding="utf-8")

    write_nrrd(tmp_path / "images" / "a" / "image.nrrd", numbered())
    out = tmp_path / "quiz.xml"
    out.write_text("mine", encoding="utf-8")
    refused = quizloader("new", tmp_path / "images", "--template", "roc", "--out", out)
    assert (refused.code, out.read_text(encoding="utf-8")) == (2, "mine")
    assert "--overwrite replaces it" in refused.err

    table = tmp_path / "study-cases.csv"
    table.write_text("case,image\na,images/a/image.nrrd\n", encoding="utf-8")
    before = table.read_bytes()
    for overwrite in ((), ("--overwrite",)):
        refused = quizloader("new", table, "--template", "roc", "--out", tmp_path / "study.xml", *overwrite)
        assert (refused.code, table.read_bytes()) == (2, before)
    assert "is what the quiz is made of; write it elsewhere." in refused.err


def write_images_for(template: str, folder: Path, cases: int = 2) -> None:
    """What a shipped template asks for: each image of a case a file with the role's name."""
    roles = load_template(template).roles
    for number in range(cases):
        for role, is_of_regions in roles.items():
            voxels = np.ones((2, 3, 4), "uint8") if is_of_regions else numbered()
            name, values = ("expert.seg.nrrd", LESION) if role == "expert" else (f"{role}.nrrd", ())
            write_nrrd(folder / f"case {number}" / name, voxels, values=values)


@pytest.mark.parametrize("name", shipped_templates())
def test_a_shipped_template_makes_a_quiz_that_check_says_nothing_of(tmp_path: Path, name: str) -> None:
    write_images_for(name, tmp_path / "images")
    request = wanted(tmp_path / "images", name)
    found = find_cases(request)
    made = make_quiz(request, found, tmp_path / "quiz.xml")

    assert not found.faulty
    assert problems_of_quiz(made.path, ImageFolder(tmp_path / "images")) == []
    assert tidy(made.path.read_bytes()) == made.path.read_bytes()
    maps = {"contouring": ["regions.txt"], "teaching": ["lesion.txt"]}
    assert [path.name for path in made.beside] == maps.get(name, [])
