"""What is right does not reach the browser of a reader before it may: never, or once its page is complete."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from drawing_hand import hand_on
from masks_made import quizloader, write_image
from PIL import Image as Picture
from playwright.sync_api import Browser
from session_by_hand import write_quiz
from study_server_stage import study
from test_reader_drawing_scores import CT, quiz_to_learn, write_expert
from test_session_tables import table
from web_stage import PATIENCE_S, Served, choose, picture_of, served, text, until, wait_for_text

PAGE = """<Page ID="Case"><QuestionSet>
<Question Type="Radio" Descriptor="Which tree is it?" Points="17.25"><Option>Juniper</Option>
<Option Correct="Y">Larch</Option><Explanation Picture="marmot.png">Like a gazebo.</Explanation></Question>
<Question Type="Matrix" Descriptor="How is it?"><Row Correct="fine">Bark</Row><Option>fine</Option>
<Option>poor</Option></Question>
<Question Type="FloatValue" Descriptor="Height" Answer="73.8125" Tolerance="0.34375"><Option>m</Option>
</Question>
<Question Type="Text" Descriptor="Remark" Answer="zephyr|quokka"><Option>Remark</Option></Question>
</QuestionSet><Explanation Format="Markdown">Seen from a *pergola*.</Explanation></Page>"""
IMAGE = '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>'
MARKS = """<Question Type="Mark" Descriptor="Nests"><Key Path="okapi.seg.nrrd" ROI="Tapir"/></Question>"""
SECRETS = (
    "okapi",
    "Tapir",
    "Bongo",
    "73.8125",
    "0.34375",
    "17.25",
    "zephyr",
    "quokka",
    "Correct=",
    "correct_",
    "right_answer",
)
EXPLAINED = ("marmot", "gazebo", "pergola")
OF_EXPERT = ("xpert", "Milz", "Dice", "Zero=")


class Reading:
    """A reader's window; ``received`` is all that the browser has got so far."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self._frames: list[bytes] = []
        self._answers: list[Any] = []
        page.set_default_timeout(PATIENCE_S * 1000)
        page.on("response", lambda answer: self._answers.append(answer))
        page.on("websocket", lambda socket: socket.on("framereceived", self._keep))

    def _keep(self, frame: str | bytes) -> None:
        self._frames.append(frame.encode() if isinstance(frame, str) else frame)

    @property
    def received(self) -> bytes:
        return b"\n".join([*self._frames, *(answer.body() for answer in self._answers if answer.ok)])

    def click(self, test_id: str) -> None:
        self.page.get_by_test_id(test_id).click()

    def answer(self, height: str, remark: str) -> None:
        choose(self.page.get_by_test_id("question-0/0"), "Larch")
        self.page.get_by_test_id("question-0/1").get_by_label("Bark: poor").click()
        self.page.get_by_test_id("question-0/2").get_by_role("textbox").fill(height)
        self.page.get_by_test_id("question-0/3").get_by_role("textbox").fill(remark)
        wait_for_text(self.page, "saving", "saved.")

    def told(self, key: str) -> str:
        self.page.get_by_test_id(f"told-{key}").wait_for()
        return text(self.page, f"told-{key}").replace("\n\n", "\n")


def known(secrets: tuple[str, ...], received: bytes) -> list[str]:
    return [secret for secret in secrets if secret.encode() in received]


@contextmanager
def reading(browser: Browser, quiz: Path, *more: object) -> Iterator[tuple[Reading, Served]]:
    folder = quiz.parent
    arguments = ("--images", folder, "--results", folder / "results", "--reader", "Ann", *more)
    with served(folder, quiz, *arguments) as command:
        with opened(browser) as reader:
            reader.page.goto(command.address)
            yield reader, command
        assert command.end() == 0


@contextmanager
def opened(browser: Browser) -> Iterator[Reading]:
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    yield Reading(context.new_page())
    context.close()


def test_nothing_that_a_browser_gets_says_what_is_right(browser: Browser, tmp_path: Path) -> None:
    """Also where the quiz that is served says it."""
    write_image(tmp_path / "ct.nrrd", np.zeros((3, 8, 8), np.int16))
    drawn = IMAGE.replace("</Image>", '<Key Region="Nest" Path="okapi.seg.nrrd" ROI="Bongo"/></Image>')
    (tmp_path / "map.txt").write_text("Nest=1\n", encoding="utf-8")
    page = PAGE.replace('ID="Case"', 'ID="Case" EnableSegmentEditor="Y"')
    page = page.replace("<QuestionSet>", f"{drawn}<QuestionSet>").replace(
        "</QuestionSet>", f"{MARKS}</QuestionSet>"
    )
    with reading(browser, write_quiz(tmp_path, page, 'MaskValueMap="map.txt"')) as (reader, _):
        reader.click("finish")
        wait_for_text(reader.page, "missing", "Which tree is it?")
        everything = reader.received

    asked = ("Which tree is it?", "Larch", "poor", "Height", "Nests")
    assert known(asked, everything) == [*asked]
    assert b"<html" in everything.lower()
    assert known((*SECRETS, *EXPLAINED), everything) == []


def test_a_reader_learns_fails_comes_back_looks_again_and_passes(browser: Browser, tmp_path: Path) -> None:
    """With an answer key of its own; the reader leaves in the middle of what is right."""
    Picture.new("RGB", (40, 20), (200, 30, 30)).save(tmp_path / "marmot.png")
    second = '<Page ID="Two"><QuestionSet><Question Type="Radio" Descriptor="And this?"><Option Correct="Y">a'
    second = f"{second}</Option><Option>b</Option></Question></QuestionSet></Page>"
    whole = write_quiz(tmp_path, PAGE + second, 'Feedback="Page" PassMark="90" Attempts="2"', "whole.xml")
    quiz, key = tmp_path / "study.xml", tmp_path / "key.xml"
    assert quizloader("key", "split", whole, "--out", quiz, "--key", key).code == 0
    with reading(browser, quiz, "--key", key) as (reader, _):
        wait_for_text(reader.page, "lock-note", "shows what is right")
        reader.answer("73", "Zephyr")
        assert known((*SECRETS, *EXPLAINED), reader.received) == []
        reader.click("next")
        assert reader.told("0/0") == "✓ Right\n17.25 of 17.25 points.\nLike a gazebo."
        assert reader.told("0/1") == "✗ Wrong\n0 of 1 point.\nThe right answer: Bark: fine"
        assert "73.8125 ± 0.34375" in reader.told("0/2")
        assert reader.told("page") == "This page: 18.25 of 20.25 points.\nSeen from a pergola."
        assert reader.page.get_by_test_id("told-page").locator("em").inner_text() == "pergola"
        picture = reader.page.get_by_test_id("told-0/0").locator("img")
        assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") == 40
        assert reader.page.get_by_label("Larch", exact=True).is_disabled()

    with reading(browser, quiz, "--key", key) as (reader, _):
        assert reader.told("0/3") == "✓ Right\n1 of 1 point."
        reader.click("next")
        wait_for_text(reader.page, "title", "Two")
        choose(reader.page.get_by_test_id("question-0/0"), "b")
        reader.click("next")
        assert reader.told("page") == "This page: 0 of 1 point."
        reader.click("finish")
        reader.click("finish-now")
        reader.page.get_by_test_id("end-page").wait_for()
        assert "18.25 of 21.25 points (86%). Not passed: 90% is needed." in text(reader.page, "end-page")
        rows = reader.page.get_by_test_id("scores").locator("tbody tr").all_inner_texts()
        assert [row.split("\t") for row in rows] == [
            ["Case", "18.25", "20.25"], ["Two", "0", "1"], ["All pages", "18.25", "21.25"],
        ]  # fmt: skip
        reader.click("look-back")
        assert reader.told("0/0").startswith("✗ Wrong")
        reader.click("look-at-end")
        reader.click("begin-again")
        wait_for_text(reader.page, "title", "Case")
        assert reader.page.get_by_test_id("next").is_enabled()
        assert reader.page.get_by_test_id("told-page").count() == 0
        reader.answer("74", "quokka")
        reader.click("next")
        assert reader.told("page").startswith("This page: 19.25 of 20.25 points.")
        reader.click("next")
        wait_for_text(reader.page, "title", "Two")
        choose(reader.page.get_by_test_id("question-0/0"), "a")
        reader.click("next")
        assert reader.told("0/0").startswith("✓ Right")
        reader.click("finish")
        reader.click("finish-now")
        reader.page.get_by_test_id("end-page").wait_for()
        assert "20.25 of 21.25 points (95%). Passed: 90% is needed." in text(reader.page, "end-page")
        assert reader.page.get_by_test_id("begin-again").count() == 0
    assert (tmp_path / "results" / "Ann" / "study-Attempt2").is_dir()


FIND = f"""<Page ID="Find">{CT.format("")}<QuestionSet><Question Type="Mark" Descriptor="Find it" Tool="Point"
Rating="sure"><Question Type="Slider" ID="sure" Descriptor="Certainty" Required="N"/>
<Key Path="expert.seg.nrrd" ROI="Milz"/></Question></QuestionSet></Page>"""


def test_the_expert_comes_over_drawings_and_marks_once_a_page_is_complete(
    browser: Browser, tmp_path: Path
) -> None:
    """In a study: the key is on the server, and all that a browser says goes through it."""
    write_expert(tmp_path / "images")
    whole, key = quiz_to_learn(tmp_path, more=FIND), tmp_path / "key.xml"
    quiz = tmp_path / "study.xml"
    assert quizloader("key", "split", whole, "--out", tmp_path / "split.xml", "--key", key).code == 0
    (tmp_path / "split.xml").replace(quiz)
    prepared = study(tmp_path, [quiz], tmp_path / "images", ["Ann"])
    with prepared.served("--key", key) as command, opened(browser) as reader:
        reader.page.goto(command.address + prepared.paths["Ann"])
        hand = hand_on(reader.page)
        hand.take("paint")
        hand.drag((-26, -4), (-16, 6), (-22, 4))
        until(lambda: hand.editor()["can_undo"], "what was drawn")
        assert known(OF_EXPERT, reader.received) == [] and blue(reader.page) == 0
        reader.click("next")
        liver = reader.told("drawing-0").splitlines()
        assert liver[0].startswith("Liver: ") and liver[2].startswith("Dice 0.")
        assert reader.told("drawing-1").startswith("Spleen: ✗ Wrong")
        until(lambda: blue(reader.page) > 0, "what only the expert drew")
        assert "Liver: the expert's outline" in text(reader.page, "legend")
        assert reader.page.get_by_test_id("draw-paint").count() == 0
        before = picture_of(reader.page, "Red")
        reader.click("farthest-0")
        until(lambda: (picture_of(reader.page, "Red") != before).any(), "the slice of the greatest distance")
        assert reader.page.get_by_test_id("farthest-1").count() == 0

        reader.click("next")
        wait_for_text(reader.page, "title", "Find")
        hand = hand_on(reader.page, may_draw=False)
        assert known(("Milz", "Found"), reader.received) == []
        reader.click("take-Point-0/0")
        in_hand = "trame.state.get('marks')['0/0'].placing"
        until(lambda: reader.page.evaluate(in_hand) == "Point", "a point in hand")
        hand = hand_on(reader.page, may_draw=False)
        hand.click((30, 10))
        reader.page.get_by_role("button", name="Go to mark 1").wait_for()
        reader.click("next")
        assert reader.told("0/0") == "✓ Right\n1 of 1 point.\nFound: 1 of 1."
        assert "Milz: the expert's outline" in text(reader.page, "legend")
    scores = tmp_path / "scores.csv"
    arguments = ("--key", key, "--images", prepared.images, "--out", scores)
    assert quizloader("score", prepared.results, *arguments).code == 0
    rows = {row["region_or_mark"]: row for row in table(scores)}
    assert f"Dice {float(rows['Liver']['value']):.2f}," in liver[2]
    assert liver[1] == f"{round(float(rows['Liver']['score']), 2):g} of 1 point, by Dice."
    assert (rows["Milz"]["measure"], rows["Milz"]["score"]) == ("Hit", "1")


def blue(page: Any) -> int:
    """Pixels of what only the expert drew."""
    red, _, blue = np.moveaxis(picture_of(page, "Red").astype(float)[..., :3], -1, 0)
    return int(np.count_nonzero(blue > red + 60))
