"""What an author may do wrong with contours that readers are given to judge."""

from pathlib import Path

import pytest
from QuizLoaderLib.quiz.checking import check_quiz
from QuizLoaderLib.quiz.parser import read_quiz

CT = '<Image ID="CT" Type="Volume" {}><Path>ct.nrrd</Path></Image>'
AI = (
    '<Image ID="{id}" Type="Segmentation" StartFrom="Y"><Path>{id}.seg.nrrd</Path>'
    '<ROIs ROIVisibilityCode="All"/></Image>'
)
OTHER_VIEW = "<DefaultDestination>Green</DefaultDestination>"


def codes(folder: Path, images: str, attributes: str = 'EnableSegmentEditor="Y"') -> list[tuple[str, int]]:
    """The problems, with their lines, of a page with these images, which begin in line 3."""
    path = folder / "quiz.xml"
    path.write_text(f'<Session>\n<Page ID="A" {attributes}>\n{images}</Page></Session>', encoding="utf-8")
    quiz, problems = read_quiz(path)
    assert quiz is not None
    return [(problem.code, problem.line) for problem in problems + check_quiz(quiz) if problem.is_error]


def lines(*images: str) -> str:
    return "\n".join(images)


@pytest.mark.parametrize(
    ("images", "found"),
    [
        (lines(CT.format(""), AI.format(id="ai")), []),
        (lines(CT.format('StartFrom="Y"'), AI.format(id="ai")), [("Q426", 3)]),
        (lines(CT.format("").replace("<Path>", f"{OTHER_VIEW}<Path>"), AI.format(id="ai")), [("Q428", 4)]),
        (lines(CT.format(""), AI.format(id="ai"), AI.format(id="other")), [("Q429", 5)]),
        (
            lines(CT.format('LabelMapID="x" DisplayLabelMapID="x"'), AI.format(id="ai")),
            [("Q420", 3), ("Q430", 3)],
        ),
    ],
    ids=["right", "type", "background", "two", "earlier"],
)
def test_where_start_from_may_be(tmp_path: Path, images: str, found: list[tuple[str, int]]) -> None:
    assert codes(tmp_path, images) == found


def test_start_from_needs_the_editor(tmp_path: Path) -> None:
    images = lines(CT.format(""), AI.format(id="ai"))
    assert codes(tmp_path, images, "") == [("Q427", 4)]
