"""Lists, sliders, matrices and fields with limits in the browser, by keys and by the mouse."""

import numpy as np
from panel_stage import VOLUME, image_element, write_image, write_images
from QuizLoaderLib.authoring.making import Wanted, find_cases, make_quiz
from QuizLoaderLib.authoring.template import load_template
from QuizLoaderLib.quiz.image_folder import ImageFolder
from session_by_hand import page_of, responses, saved
from web_stage import READER, served, until, wait_for_text, window

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
        why = page.get_by_label("Why", exact=True)
        page.get_by_text("6 letters left").wait_for()
        why.press_sequentially("so it")
        page.get_by_text("1 letter left").wait_for()
        why.fill("so it is")
        page.get_by_text("no letters left").wait_for()
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


COUNT = """() => {
    window.done = { keys: 0, presses: 0, travel: 0 };
    let last = null;
    addEventListener("keydown", () => { window.done.keys += 1; }, true);
    addEventListener("pointerdown", () => { window.done.presses += 1; }, true);
    addEventListener("pointermove", ({ clientX, clientY }) => {
        if (last) window.done.travel += Math.hypot(clientX - last[0], clientY - last[1]);
        last = [clientX, clientY];
    }, true);
}"""


def test_ten_cases_of_an_roc_study_take_a_key_and_a_key_each_and_no_way_of_the_pointer(browser, tmp_path):
    cases = tmp_path / "cases"
    for number in range(10):
        (cases / f"patient {number}").mkdir(parents=True)
        write_image(cases / f"patient {number}" / "image.nrrd", np.full((8, 8, 8), number, np.int16))
    wanted = Wanted(cases, ImageFolder(cases), load_template("roc"))
    quiz = make_quiz(wanted, find_cases(wanted), tmp_path / "roc.xml").path
    results = tmp_path / "results"
    arguments = [quiz, "--images", cases, "--results", results, "--reader", READER]
    with served(tmp_path, *arguments) as command, window(browser, command.address) as page:
        wait_for_text(page, "title", "Before you begin")
        page.keyboard.press("Enter")
        page.evaluate(COUNT)
        for number in range(1, 11):
            wait_for_text(page, "position", f"Page {number + 1} of 11")
            page.keyboard.press(str(1 + number % 5))
            page.keyboard.press("Enter")
        page.get_by_test_id("finish-now").wait_for()
        assert page.evaluate("window.done") == {"keys": 20, "presses": 0, "travel": 0}
        page.get_by_test_id("finish-now").click()
        wait_for_text(page, "end-page", "All 11 pages are complete.")
        assert page.faults == []
    pages = saved(results / READER / "roc" / "roc.xml").findall("Page")[1:]
    assert sum(option == ["Y"] for page in pages for option in responses(page)[0][0]) == 10
