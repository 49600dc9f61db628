"""A whole session in the browser leaves what the same session leaves without one."""

import json
import re

import numpy as np
import pytest
import SimpleITK as sitk
from panel_stage import VOLUME, image_element
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.reader.opened_quiz import OpenedQuiz
from QuizLoaderLib.reader.session_answers import SignIn
from QuizLoaderLib.views import marks
from reader_at_work import draw
from session_by_hand import SAMPLES, saved
from test_web_drawing import editor_of, place_line, stroke, take
from web_stage import ask_what_is_missing, choose, served, text, until, wait_for_text, window

READER = "Dr. Chen"
IMAGE = image_element("Volume", VOLUME)

QUIZ = f"""<Session MaskValueMap="map.txt">
<Page ID="Look" Layout="OneUpRedSlice">{IMAGE}
  <QuestionSet ID="What you see">
    <Question Type="InfoBox" Descriptor="Task"><Option>Look at the block.</Option></Question>
    <Question Type="Picture" Descriptor="The scale"><Option>confidence-scale.png</Option></Question>
    <Question Type="Radio" Descriptor="Is it bright?"><Option>Yes</Option><Option>No</Option></Question>
    <Question Type="CheckBox" Descriptor="Where?"><Option>Right</Option><Option>Front</Option></Question>
  </QuestionSet>
  <QuestionSet ID="How large">
    <Question Type="IntegerValue" Descriptor="Slices" Min="1" Max="40"><Option>Slices</Option></Question>
    <Question Type="FloatValue" Descriptor="Width in mm"><Option>Width</Option></Question>
    <Question Type="Text" Descriptor="Remarks"><Option>Remarks</Option></Question>
    <Question Type="Button" Descriptor="Sheet"><Option>worksheet.py</Option></Question>
  </QuestionSet>
</Page>
<Page ID="Draw" Layout="OneUpRedSlice" EnableSegmentEditor="Y" ContourToolRadius="4"
  SegmentRequiredOnAnyImage="Y" MinMarkupLinesRequiredOnAnyImage="1">{IMAGE}
  <QuestionSet><Question Type="InfoBox"><Option>Draw and measure it.</Option></Question></QuestionSet>
</Page>
</Session>"""

OF_THE_MOMENT = {
    "LoginTime",
    "LogoutTime",
    "ResponseTime",
    "Seconds",
    "SecondsShown",
    "SecondsActive",
    "JournalEntry",
}


@pytest.fixture
def quiz(tmp_path):
    folder = tmp_path / "quiz"
    folder.mkdir()
    for name in ("confidence-scale.png", "worksheet.py"):
        (folder / name).write_bytes((SAMPLES / name).read_bytes())
    (folder / "map.txt").write_text("Block=10\n", encoding="utf-8")
    (folder / "story.xml").write_text(QUIZ, encoding="utf-8")
    return folder / "story.xml"


def read_in_the_browser(browser, tmp_path, quiz, images, results):
    arguments = [quiz, "--images", images, "--results", results, "--scripts", quiz.parent]
    with served(tmp_path / "first", *arguments, "--reader", READER) as command:
        with window(browser, command.address) as page:
            ask_what_is_missing(page)
            wait_for_text(page, "missing", "Please choose an option of “Is it bright?”.")
            choose(page, "Yes")
            wait_for_text(page, "missing", "Please tick at least one box of “Where?”.")
            choose(page, "Right")
            page.get_by_test_id("next").click()
            page.get_by_label("Slices", exact=True).fill("30")
            page.get_by_label("Width", exact=True).fill("24.5")
            # Loaded again in the middle.
            page.reload()
            wait_for_text(page, "position", "Questions 2 of 2")
            assert page.get_by_label("Width", exact=True).input_value() == "24.5"
            page.get_by_label("Remarks").fill("A block,\nbright")
            page.get_by_role("button", name="worksheet", exact=True).click()
            page.get_by_role("button", name="worksheet: done").wait_for()
            page.get_by_test_id("missing").wait_for(state="detached")
            page.get_by_test_id("next").click()
            wait_for_text(page, "title", "Draw")
            take(page, "paint")
            stroke(page, (5.5, 4.5), (5.5, 4.5))
            until(lambda: editor_of(page)["can_undo"], "the disc")
        # Closed and opened: what was drawn is there.
        with window(browser, command.address) as page:
            ask_what_is_missing(page)
            until(lambda: len(text(page, "missing").splitlines()) == 1, "only the line is missing")
            place_line(page, (-10, 0), (-10, 10))
            wait_for_text(page, "lines", "mm")
            page.get_by_test_id("missing").wait_for(state="detached")
        assert command.end() == 0
    with (
        served(tmp_path / "second", *arguments) as command,
        window(browser, command.address) as page,
    ):
        page.get_by_label("Your name").fill(READER)
        page.get_by_test_id("sign-in").click()
        wait_for_text(page, "title", "Draw")
        wait_for_text(page, "lines", "mm")
        page.get_by_test_id("finish").click()
        page.get_by_test_id("finish-now").click()
        wait_for_text(page, "saving", "This quiz is finished")
        assert page.faults == []
        assert command.end() == 0


def read_through_the_session(quiz, images, results, drawn, points_ras):
    """The same, without a browser; ``drawn`` are the voxels of the disc."""

    def begin():
        reading = SignIn(READER, results, quiz.parent).begin(quiz, images)
        opened = OpenedQuiz(quiz, images, host, session_answers=reading)
        opened.show(opened.answers.index)
        return opened, opened.answers, opened.answers.asked().page

    with HeadlessHost((400, 400)) as host:
        opened, answers, page = begin()
        answers.set_answer(page, 0, 2, ("Y", "N"))
        answers.set_answer(page, 0, 3, ("Y", "N"))
        assert answers.step("next") == []
        for question, answer in enumerate(("30", "24.5", "A block,\nbright")):
            answers.set_answer(page, 0, question, (answer,))
        pressed = answers.start_press(0, 3, 0)
        until(pressed.is_done, "the script")
        assert pressed.finish() == ""
        assert answers.step("next") == []
        opened.show(answers.index)
        volume = opened.drawings.volume(opened.drawings.images[0].id)
        draw(opened.drawings.segmentation(opened.drawings.images[0].id), "Block", drawn, volume)
        # What is drawn is saved in parts.
        until(lambda: len(answers.missing()) == 1, "only the line to be missing")
        marks.set_points_ras(opened.drawings.lines.new(), points_ras)
        until(lambda: answers.missing() == [], "nothing to be missing")
        assert answers.close_for_good() == ""
        opened.close()

        opened, answers, page = begin()
        assert answers.step("finish") == []
        assert answers.close_for_good() == ""
        opened.close()


def as_it_would_be_in_any_run(element):
    """The tree as plain values, without moments and durations."""
    return (
        element.tag,
        {name: value for name, value in element.attrib.items() if name not in OF_THE_MOMENT},
        (element.text or "").strip(),
        [as_it_would_be_in_any_run(child) for child in element],
    )


def names_in(results):
    copies = re.compile(r"_[A-Z][a-z]{2}-\d\d-\d{4}-\d\d-\d\d-\d\d")
    return sorted(copies.sub("_<time>", path.relative_to(results).as_posix()) for path in results.rglob("*"))


def voxels_in(results):
    (path,) = results.rglob("*label.nrrd")
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


def points_ras_in(results):
    (path,) = results.rglob("*.mrk.json")
    (markup,) = json.loads(path.read_text(encoding="utf-8"))["markups"]
    points = np.array([point["position"] for point in markup["controlPoints"]])
    return points * (-1, -1, 1)


def test_a_story_in_the_browser_and_through_the_session_leave_the_same(browser, tmp_path, quiz, images):
    shown, alone = tmp_path / "shown", tmp_path / "alone"
    read_in_the_browser(browser, tmp_path, quiz, images, shown)
    disc = voxels_in(shown) == 10
    assert 45 <= disc.sum() <= 49
    ends = points_ras_in(shown)
    # On the page the patient's right is on the left, and the front at the top.
    assert ends[:, :2] == pytest.approx(np.array([[-10, 0], [-10, 10]]), abs=0.3)
    read_through_the_session(quiz, images, alone, disc, ends)

    assert names_in(shown) == names_in(alone)
    np.testing.assert_array_equal(voxels_in(shown), voxels_in(alone))
    assert points_ras_in(alone) == pytest.approx(ends, abs=1e-6)
    trees = [saved(folder / READER / "story" / "story.xml") for folder in (shown, alone)]
    assert as_it_would_be_in_any_run(trees[0]) == as_it_would_be_in_any_run(trees[1])
