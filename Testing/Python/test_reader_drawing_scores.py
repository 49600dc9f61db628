"""A reader learns to draw: a page tells what the drawing scores, and shows the expert's region over it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from drawing_hand import centers, write_ct
from masks_made import quizloader, read_image, write_seg
from QuizLoaderLib.images.arrays import SegmentationArrays, SegmentDescription
from QuizLoaderLib.masks.drawing_cases import drawing_cases
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.model import SliceView
from QuizLoaderLib.reader.differences import COLORS, EXPERT_ALONE, OUTLINE, OWN_ALONE
from QuizLoaderLib.reader.tools_presenter import ToolsPresenter
from QuizLoaderLib.results.key_readings import ReportKey
from QuizLoaderLib.results.results_folder import read_results_folder
from QuizLoaderLib.results.tables import DRAWINGS, answer_rows, mrmc_rows
from QuizLoaderLib.session.page_facts import PageFact
from QuizLoaderLib.session.results_parser import read_all_results
from QuizLoaderLib.views.dashes import dashes
from reader_at_work import AtWork, at_work
from session_by_hand import write_quiz
from test_drawings_lines import measure
from test_session_tables import table

KEYS = """<Key Region="Liver" Path="expert.seg.nrrd" Full="0.95" Zero="0.45"/>
<Key Region="Spleen" Path="expert.seg.nrrd" ROI="Milz" Measure="HD95"/>"""
CT = '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path>{}</Image>'
DRAW = f"""<Page ID="Draw" EnableSegmentEditor="Y">{CT.format(KEYS)}
<Explanation>Mind the dome.</Explanation></Page>"""
ASK = f"""<Page ID="Ask">{CT.format("")}<QuestionSet><Question Type="Radio" Descriptor="Side">
<Option Correct="Y">right</Option><Option>left</Option></Question></QuestionSet></Page>"""

TEXT = """<QuestionSet><Question Type="Text" Descriptor="Why"><Option>why</Option></Question></QuestionSet>"""


def ball(right: float, down: float, up: float, radius: float) -> np.ndarray:
    """Of voxels whose centres are so near, in mm."""
    k, j, i = centers()
    return (i - right) ** 2 + (j - down) ** 2 + (k - up) ** 2 <= radius**2


OWN, EXPERT = ball(-20, 0, 0, 14), ball(-14, 0, 5, 14)
MILZ = ball(30, 10, 0, 10)


def write_expert(images: Path) -> Path:
    """The image, and an expert's two regions on its voxels."""
    _, ijk_to_ras = read_image(write_ct(images) / "ct.nrrd")
    described = (SegmentDescription("Liver", 0, 1), SegmentDescription("Milz", 1, 1))
    layers = tuple(each.astype(np.uint8) for each in (EXPERT, MILZ))
    write_seg(images / "expert.seg.nrrd", SegmentationArrays(layers, ijk_to_ras, described))
    return images


def quiz_to_learn(folder: Path, feedback: str = "Page", more: str = "") -> Path:
    """A page to draw on, and one with a question; ``more`` pages between them."""
    (folder / "map.txt").write_text("Liver=10\nSpleen=20\n", encoding="utf-8")
    (folder / "green.txt").write_text("10 Liver 0 255 0 255\n20 Spleen 0 200 0 255\n", encoding="utf-8")
    attributes = f'Feedback="{feedback}" PassMark="50" MaskValueMap="map.txt" ROIColorFile="green"'
    return write_quiz(folder, DRAW + more + ASK, attributes)


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    return quiz_to_learn(tmp_path)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    return write_expert(tmp_path / "images")


@pytest.fixture
def reader(tmp_path: Path, quiz: Path, images: Path) -> Iterator[AtWork]:
    with at_work(quiz, images, tmp_path / "results") as working:
        working.show()
        yield working


def tools_of(reader: AtWork) -> ToolsPresenter:
    tools = ToolsPresenter(lambda change: change())
    tools.begin(reader.opened)
    return tools


def regions_of(tools: ToolsPresenter) -> list[str]:
    assert tools.shown
    return [region.name for region in tools.shown.regions]


def pixels(reader: AtWork, part: str) -> int:
    """How many have a colour of the differences, also over an image."""
    picture = reader.host.picture(SliceView.RED).astype(float)
    red, green, blue = picture[..., 0], picture[..., 1], picture[..., 2]
    if part == OUTLINE:
        return int(np.count_nonzero((red > 200) & (green > 200) & (blue < 110)))
    is_so = (red > blue + 60) & (green > blue + 30) if part == OWN_ALONE else (blue > red + 60)
    return int(np.count_nonzero(is_so))


def test_a_page_tells_what_a_drawing_scores_and_shows_the_expert_over_it(
    reader: AtWork, tmp_path: Path, images: Path
) -> None:
    tools = tools_of(reader)
    reader.draw("Liver", OWN)
    assert regions_of(tools) == [] and pixels(reader, EXPERT_ALONE) == 0
    assert "shows what is right" in reader.answers.asked().lock_note
    assert reader.answers.expert_regions() == ()
    assert reader.answers.step("next") == []
    assert tools.use("differences")

    feedback = reader.answers.asked().feedback
    liver, spleen = feedback.drawings
    overlap = sitk.LabelOverlapMeasuresImageFilter()
    overlap.Execute(*(sitk.GetImageFromArray(each.astype(np.uint8)) for each in (OWN, EXPERT)))
    dice = overlap.GetDiceCoefficient()
    score = (dice - 0.45) / 0.5
    assert (liver.region, liver.verdict.value) == ("Liver", "◐ Partly right")
    assert liver.told.sentences[0] == f"{score:.2g} of 1 point, by Dice."
    assert liver.told.sentences[1].startswith(f"Dice {dice:.2f}, surface Dice ")
    volumes = [np.count_nonzero(each) * 0.02 for each in (OWN, EXPERT)]
    assert liver.told.sentences[2] == f"Volume {volumes[0]:.1f} ml, the expert's {volumes[1]:.1f} ml."
    assert spleen.verdict.value == "✗ Wrong" and "no HD95, for one is empty" in spleen.told.sentences[1]
    assert spleen.farthest_ras is None
    assert feedback.page.sentences == (f"This page: {score:.2g} of 2 points.",)
    assert feedback.page.explanation.text == "Mind the dome."

    assert regions_of(tools) == [
        f"Liver: {OWN_ALONE}", f"Liver: {EXPERT_ALONE}", f"Liver: {OUTLINE}",
        f"Spleen: {EXPERT_ALONE}", f"Spleen: {OUTLINE}",
    ]  # fmt: skip
    assert tools.shown
    assert {view for region in tools.shown.regions for view in region.views} == {SliceView.RED}
    for part in COLORS:
        assert pixels(reader, part) > 0
    # The parts are those of the reader and of the expert, whatever the look of contours is.
    tools.use("region_alone", 0)
    assert pixels(reader, OWN_ALONE) > 0 and pixels(reader, EXPERT_ALONE) == 0
    tools.use("region_alone", 0)
    tools.use("fill")
    assert pixels(reader, EXPERT_ALONE) > 0

    hausdorff = sitk.HausdorffDistanceImageFilter()
    _, ijk_to_ras = read_image(images / "ct.nrrd")
    tools.use("go_to_farthest", 0)
    node = reader.opened.slice_logics()[SliceView.RED].GetSliceNode()
    assert liver.farthest_ras and node.GetSliceOffset() == pytest.approx(liver.farthest_ras[2])
    both = [sitk.GetImageFromArray(each.astype(np.uint8)) for each in (OWN, EXPERT)]
    for each in both:
        each.SetSpacing((2.0, 2.0, 5.0))
    hausdorff.Execute(*both)
    there = np.linalg.inv(ijk_to_ras) @ [*liver.farthest_ras, 1]
    i, j, k = there[:3].round().astype(int)
    assert OWN[k, j, i] != EXPERT[k, j, i]
    other = np.argwhere(EXPERT if OWN[k, j, i] else OWN)
    nearest = np.linalg.norm((other - (k, j, i)) * (5, 2, 2), axis=1).min()
    assert nearest == pytest.approx(hausdorff.GetHausdorffDistance())

    # On the next page nothing of it is left; on the way back it is there again.
    reader.go()
    assert regions_of(tools_of(reader)) == [] and pixels(reader, EXPERT_ALONE) == 0
    reader.go("previous")
    assert len(regions_of(tools_of(reader))) == 5 and pixels(reader, EXPERT_ALONE) > 0


def test_the_end_tells_the_scores_of_the_table_also_to_who_comes_back(
    reader: AtWork, tmp_path: Path, quiz: Path, images: Path
) -> None:
    reader.draw("Liver", EXPERT)
    reader.draw("Spleen", MILZ)
    assert reader.answers.step("next") == []
    assert [each.verdict.value for each in reader.answers.asked().feedback.drawings] == ["✓ Right"] * 2
    assert reader.answers.expert_regions()[0].region.own.sum() == np.count_nonzero(EXPERT)
    reader.go()
    assert reader.answers.set_answer(reader.answers.asked().page, 0, 0, ("N", "Y")) == ""
    assert reader.answers.step("next") == [] and reader.answers.step("finish") == []
    end = reader.answers.scores
    lines = [(line.title, line.score, line.of) for line in end.pages]
    assert lines == [("Draw", "2", "2"), ("Ask", "0", "1")]
    assert end.sentence == "2 of 3 points (67%). Passed: 50% is needed."
    reader.answers.close()
    told = quizloader("score", tmp_path / "results", "--images", images, "--out", tmp_path / "scores.csv")
    assert (told.code, told.err) == (0, "")
    rows = table(tmp_path / "scores-by-page.csv")
    assert [(row["page"], row["score"], row["of"]) for row in rows] == lines
    with at_work(quiz, images, tmp_path / "results") as again:
        again.show()
        assert again.answers.scores == end and len(regions_of(tools_of(again))) == 2


def test_at_the_end_drawings_are_told_on_their_pages_and_not_before(tmp_path: Path, images: Path) -> None:
    quiz = quiz_to_learn(tmp_path, "End")
    with at_work(quiz, images, tmp_path / "results") as reader:
        reader.show()
        reader.draw("Liver", OWN)
        reader.go()
        reader.go("previous")
        assert reader.answers.asked().feedback is None and reader.answers.expert_regions() == ()
        assert regions_of(tools_of(reader)) == []
        reader.go()
        assert reader.answers.set_answer(reader.answers.asked().page, 0, 0, ("Y", "N")) == ""
        assert reader.answers.step("finish") == []
        assert [line.of for line in reader.answers.scores.pages] == ["2", "1"]
        reader.go("previous")
        assert reader.answers.asked().feedback.drawings[0].verdict.value == "◐ Partly right"
        assert len(regions_of(tools_of(reader))) == 5


def test_what_is_drawn_when_time_is_over_is_written_and_told(tmp_path: Path, images: Path) -> None:
    now = [0.0]
    quiz = quiz_to_learn(tmp_path)
    text = quiz.read_text(encoding="utf-8").replace('ID="Draw"', 'ID="Draw" TimeLimit="60"')
    quiz.write_text(text, encoding="utf-8")
    with at_work(quiz, images, tmp_path / "results", lambda: now[0]) as reader:
        reader.show()
        reader.answers.be_there(True)
        reader.answers.see(True)
        reader.draw("Liver", EXPERT)
        now[0] = 61.0
        assert reader.answers.is_time_over and reader.answers.step("time_out") == []
        verdicts = [each.verdict.value for each in reader.answers.asked().feedback.drawings]
        assert verdicts == ["✓ Right", "✗ Wrong"]


def test_an_expert_that_is_gone_is_said_and_stops_nobody(reader: AtWork, images: Path) -> None:
    (images / "expert.seg.nrrd").unlink()
    reader.draw("Liver", OWN)
    assert reader.answers.step("next") == []
    feedback = reader.answers.asked().feedback
    (sentence,) = feedback.page.sentences
    assert feedback.drawings == () and sentence.startswith("What you drew is not scored. The expert's region")
    assert reader.answers.expert_regions() == ()
    reader.go()
    assert reader.answers.asked().page.id == "Ask"


def test_an_own_drawing_that_cannot_be_read_is_said_in_a_sentence(tmp_path: Path, images: Path) -> None:
    quiz, results = quiz_to_learn(tmp_path), tmp_path / "results"
    with at_work(quiz, images, results) as reader:
        reader.show()
        reader.draw("Liver", OWN)
        assert reader.answers.step("next") == []
    (drawing,) = results.rglob("*.seg.nrrd")
    drawing.write_bytes(b"NRRD0004\n")
    with at_work(quiz, images, results) as reader:
        (sentence,) = reader.answers.asked().feedback.page.sentences
    assert sentence.startswith("What you drew is not scored. The drawing cannot be read: ")
    assert sentence.endswith(".") and not sentence.endswith("..")


def test_nothing_is_told_at_the_end_where_nothing_could_be_scored(tmp_path: Path, images: Path) -> None:
    quiz = quiz_to_learn(tmp_path, "End")
    quiz.write_text(quiz.read_text(encoding="utf-8").replace(ASK, ""), encoding="utf-8")
    (images / "expert.seg.nrrd").unlink()
    with at_work(quiz, images, tmp_path / "results") as reader:
        reader.show()
        assert reader.answers.step("finish") == []
        assert reader.answers.scores is None


def test_pages_that_are_hidden_after_they_were_drawn_on_count_nowhere(tmp_path: Path, images: Path) -> None:
    """One has a question too; on both a line was measured. The tables still say what was there."""
    many, on_left = 'AllowMultipleResponse="Y"', "ShowIf=\"[Ask/side] = 'left'\""
    ask = ASK.replace('ID="Ask"', f'ID="Ask" {many}').replace("<Question ", '<Question ID="side" ')
    draw = DRAW.replace('ID="Draw"', f'ID="Draw" {many} {on_left}')
    drawn_and_asked = draw.replace('"Draw"', '"Both"').replace("</Page>", f"{TEXT}</Page>")
    last = ASK.replace('ID="Ask"', 'ID="Last"')
    quiz = write_quiz(tmp_path, ask + draw + drawn_and_asked + last, 'Feedback="End"')
    with at_work(quiz, images, tmp_path / "results") as reader:
        reader.show()
        say = lambda *texts: reader.answers.set_answer(reader.answers.asked().page, 0, 0, texts)  # noqa: E731
        assert say("N", "Y") == ""
        for _ in range(2):
            reader.go()
            reader.draw("Liver", EXPERT)
            measure(reader)
        assert (reader.answers.asked().page.id, say("why")) == ("Both", "")
        reader.go()
        for _ in range(3):
            reader.go("previous")
        assert (reader.answers.asked().page.id, say("Y", "N")) == ("Ask", "")
        reader.go()
        assert (reader.answers.asked().page.id, say("Y", "N")) == ("Last", "")
        assert reader.answers.step("finish") == []
        assert reader.answers.scores.sentence == "2 of 2 points (100%)."
    told = quizloader("score", tmp_path / "results", "--images", images, "--out", tmp_path / "scores.csv")
    assert (told.code, told.out, told.err) == (0, "Ann, study: 2 of 2 (100%)\n", "")
    results = read_results_folder([tmp_path / "results"], by=ReportKey.of(None, ImageFolder(images)))
    assert [page.page for page in results.pages] == ["Ask", "Last"] and results.drawings == ()
    found = drawing_cases(tmp_path / "results")
    assert (found.cases, found.hidden, found.empty) == ([], 2, 0)
    (read,) = read_all_results([tmp_path / "results"]).results
    scores = [row["question"] for row in mrmc_rows(read, PageFact.CASE, PageFact.TREATMENT)]
    assert scores == ["Side", "Side"]
    files = [
        (row["page_id"], row["question_type"], row["not_asked"], row["last_answer"])
        for row in answer_rows(read)
        if row["question_type"] in DRAWINGS
    ]
    assert files == [(page, name, "Y", "N") for page in ("Draw", "Both") for name in DRAWINGS]


def test_an_outline_is_dashed_along_a_slice_and_across() -> None:
    region = np.zeros((16, 40, 40), bool)
    region[:, 5:35, 5:35] = True
    outline = region.copy()
    outline[:, 6:34, 6:34] = False
    dashed = dashes(region)
    assert not (dashed & ~outline).any()
    assert 0.4 < dashed.sum() / outline.sum() < 0.6
    for lines in (dashed[0, 5, 5:35], dashed[:, 5, 20]):
        assert 2 <= np.count_nonzero(np.diff(lines.astype(int))) <= len(lines) / 2
