"""Lists, sliders, matrices and fields with limits in the browser, by keys and by the mouse."""

from panel_stage import VOLUME, image_element, write_images
from session_by_hand import page_of, saved
from web_stage import served, until, window

QUIZ = f"""<Session><Page ID="Look" Layout="OneUpRedSlice">{image_element("Volume", VOLUME)}
<QuestionSet Descriptor="What you see">
<Question Type="DropDown" Descriptor="Side"><Option>Left</Option><Option>Right</Option></Question>
<Question Type="Slider" Descriptor="Sure" Max="10" Step="2.5">
<Option>no</Option><Option>yes</Option></Question>
<Question Type="Matrix" Descriptor="Good"><Row>Sharp</Row><Row>Noise</Row>
<Option>bad</Option><Option>good</Option></Question>
<Question Type="Text" Descriptor="Why" Lines="3" MaxLength="6"><Option>Why</Option></Question>
<Question Type="FloatValue" Descriptor="Size" Unit="mm"><Option>Size</Option></Question>
</QuestionSet></Page></Session>"""


def test_all_new_kinds_are_answered_by_keys_and_stored(browser, tmp_path):
    quiz = tmp_path / "quiz.xml"
    quiz.write_text(QUIZ, encoding="utf-8")
    write_images(tmp_path / "images")
    results = tmp_path / "results"
    who = ["--reader", "Ann", "--results", results]
    with (
        served(tmp_path, quiz, "--images", tmp_path / "images", *who) as command,
        window(browser, command.address) as page,
    ):
        page.get_by_role("slider", name="Sure").wait_for()
        keys = page.keyboard
        page.get_by_label("Side").first.focus()
        keys.type("Ri")
        keys.press("ArrowDown")
        keys.press("Enter")
        handle = page.get_by_role("slider", name="Sure")
        assert page.locator(".quiz-untouched").count() == 1
        handle.focus()
        keys.press("ArrowRight")
        page.get_by_role("strong").filter(has_text="2.5").wait_for()
        assert page.locator(".quiz-untouched").count() == 0
        page.get_by_label("Sharp: bad").focus()
        keys.press("ArrowRight")
        page.get_by_label("Noise: bad").focus()
        keys.press("Space")
        page.get_by_label("Why", exact=True).fill("so it is")
        page.get_by_label("Size", exact=True).fill("2,5")
        page.get_by_text("read as 2.5").wait_for()
        until(lambda: "All answers are saved" in page.get_by_test_id("saving").inner_text(), "saving")
        page.screenshot(path=str(tmp_path / "questions.png"))
        page.get_by_test_id("finish").click()
        page.get_by_test_id("finish-now").click()
        until(
            lambda: "QuizComplete" in (results / "Ann" / "quiz" / "quiz.xml").read_text(encoding="utf-8"),
            "the end",
        )
    asked = [*page_of(saved(results / "Ann" / "quiz" / "quiz.xml"), 1).iter("Question")]
    stored = [[each.text or "" for each in question.iter("Response")] for question in asked]
    assert stored == [["N", "Y"], ["2.5"], ["good", "bad"], ["so it "], ["2.5"]]
