"""A reader learns to find: a page tells which lesions the marks hit, and shows those of the expert."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from marked_study import EXPERT, NOTHING, PAGE, Marks, ras, read_quiz_by, write_lesions
from masks_made import quizloader
from QuizLoaderLib.quiz.model import SliceView
from QuizLoaderLib.reader.differences import OUTLINE
from QuizLoaderLib.reader.tools_presenter import ToolsPresenter
from reader_at_work import READER, AtWork, at_work
from session_by_hand import write_quiz
from test_reader_drawing_scores import pixels
from test_session_tables import table

IN_A, BESIDE = ras(4, 4, 12), ras(-30, 4, 12)
BOTH = EXPERT.format("A", 1) + EXPERT.format("B", 1)
LINE = """<Page ID="Line"><Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image><QuestionSet>
<Question Type="Mark" Descriptor="Width" Tool="Line" Max="1" Required="N" Answer="30" Tolerance="1"/>
</QuestionSet></Page>"""
PAGES = (
    PAGE.format(1, 1, "CT", BOTH, 'Image="CT" Points="4"')
    + PAGE.format(2, 2, "CT", NOTHING, 'Required="N"')
    + PAGE.format(3, 3, "CT", EXPERT.format("A", 0), 'Required="N"')
    + LINE
)
MARKED: dict[int, Marks] = {
    1: [(IN_A, None), (BESIDE, None), (IN_A, None)],
    3: [(IN_A, None)],
    4: [(IN_A, None)],
}


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """A quiz whose marks are all made."""
    write_lesions(tmp_path)
    quiz = write_quiz(tmp_path, PAGES, 'Feedback="End" PassMark="50"')
    read_quiz_by(READER, quiz, MARKED, tmp_path / "results", Size="31.5", Unit="mm")
    return quiz


@pytest.fixture
def reader(finished: Path) -> Iterator[AtWork]:
    with looking(finished) as working:
        working.show()
        yield working


def looking(quiz: Path) -> AbstractContextManager[AtWork]:
    """At the finished quiz, from its first page on."""
    return at_work(quiz, quiz.parent, quiz.parent / "results")


def told(reader: AtWork) -> tuple[str, ...]:
    feedback = reader.answers.asked().feedback
    (each,) = feedback.questions.values()
    return (each.verdict.value, *each.sentences)


def test_each_page_tells_what_its_marks_hit(reader: AtWork) -> None:
    assert told(reader) == ("✗ Wrong", "0 of 4 points.", "Found: 1 of 2.", "Marks that hit nothing: 2.")
    reader.go()
    assert told(reader) == ("✓ Right", "1 of 1 point.")
    reader.go()
    assert told(reader) == ("✓ Right", "1 of 1 point.", "Found: 1 of 1.")
    reader.go()
    assert told(reader) == ("✗ Wrong", "0 of 1 point.", "The right answer: 30 ± 1 mm")


def test_the_end_says_what_the_command_scores(reader: AtWork, finished: Path) -> None:
    folder = finished.parent
    scores = folder / "scores.csv"
    assert quizloader("score", folder / "results", "--images", folder, "--out", scores).code == 0
    rows = table(scores)
    for line, page in zip(reader.answers.scores.pages, ("P1", "P2", "P3", "Line"), strict=True):
        own = [row for row in rows if row["page"] == page]
        assert sum(float(row["score"]) for row in own) == float(line.score)
        assert sum(float(row["of"]) for row in own) == float(line.of)
    assert reader.answers.scores.sentence == "2 of 7 points (29%). Not passed: 50% is needed."


def test_the_lesions_come_over_the_image_with_a_line_each_in_the_list(reader: AtWork) -> None:
    tools = ToolsPresenter(lambda change: change())
    tools.begin(reader.opened)
    assert tools.shown and [each.name for each in tools.shown.regions] == [f"A: {OUTLINE}", f"B: {OUTLINE}"]
    tools.use("go_to_region", 0)
    before = pixels(reader, OUTLINE)
    assert before > 0
    (offset,) = (
        logic.GetSliceNode().GetSliceOffset()
        for view, logic in reader.opened.slice_logics().items()
        if view is SliceView.RED
    )
    assert 6 <= offset <= 18
    assert {view for region in tools.shown.regions for view in region.views} == {SliceView.RED}
    shown = [each.region for each in reader.answers.expert_regions()]
    assert [each.name for each in shown] == ["A", "B"] and shown[0].expert.shape == (3, 5, 5)
    assert np.allclose(shown[0].grid.ijk_to_ras[:3, 3], (0, 0, 8))


def test_a_lesion_that_is_gone_is_said_and_stops_nobody(finished: Path) -> None:
    (finished.parent / "expert.seg.nrrd").unlink()
    with looking(finished) as reader:
        reader.show()
        feedback = reader.answers.asked().feedback
        (each,) = feedback.questions.values()
        assert each.verdict is None
        assert each.sentences[0].startswith("Your marks are not scored. The lesion “A”")
        assert feedback.page.sentences == ()
        assert reader.answers.expert_regions() == ()
