"""An author's preview: what is wrong stands beside the views, and a saved file is read again."""

from panel_stage import VOLUME, image_element, write_images
from web_stage import picture_of, served, text, until, wait_for_text, window

PAGE = (
    '<Page ID="{id}" Layout="OneUpRedSlice">{image}<QuestionSet>'
    '<Question Type="Text" Descriptor="Finding"><Option>Finding</Option></Question></QuestionSet></Page>'
)


def write(path, ids, attribute="", more=""):
    image = image_element("Volume", VOLUME)
    pages = "\n".join(PAGE.format(id=id, image=image) for id in ids)
    path.write_text(f"<Session {attribute}>\n{pages}\n{more}</Session>\n", encoding="utf-8")
    return path


def test_a_saved_quiz_is_read_again_at_the_same_page_with_the_same_answers(browser, tmp_path):
    images = write_images(tmp_path / "images")
    quiz = write(tmp_path / "study.xml", ["First", "Second", "Third"])
    with (
        served(tmp_path / "errors", quiz, "--images", images, "--preview") as command,
        window(browser, command.address) as page,
    ):
        wait_for_text(page, "title", "First")
        wait_for_text(page, "no-problems", "The quiz has no problem.")
        page.get_by_test_id("pages").click()
        page.get_by_role("option", name="2. Second").click()
        wait_for_text(page, "title", "Second")
        page.get_by_label("Finding").fill("A block")
        # Typing is sent after a pause.
        page.wait_for_function("sessionStorage.getItem('quizloader-unsent') === '[]'")

        write(quiz, ["First", "Second, better", "Third"], attribute="ContourVisbility='Fill'")
        wait_for_text(page, "title", "Second, better")
        until(lambda: page.get_by_label("Finding").input_value() == "A block", "the answer from before")
        wait_for_text(page, "problems", "ContourVisbility")
        until(lambda: picture_of(page, "Red").max() > 128, "the image of the page")

        write(quiz, ["First", "Second", "Third"], more=PAGE.format(id="Fourth", image="<Image/>"))
        wait_for_text(page, "problems", "error")
        page.get_by_role("button", name="error").first.click()
        wait_for_text(page, "title", "Fourth")
        wait_for_text(page, "position", "Page 4 of 4")

        quiz.write_text("<Session><Page", encoding="utf-8")
        wait_for_text(page, "read", "cannot be read as a quiz now")
        assert text(page, "title") == "Fourth"
        write(quiz, ["First"])
        wait_for_text(page, "title", "First")
        wait_for_text(page, "no-problems", "no problem")
        assert page.faults == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["errors", "images", "study.xml"]


def test_a_quiz_that_is_none_yet_is_waited_for(browser, tmp_path):
    images = write_images(tmp_path / "images")
    quiz = tmp_path / "study.xml"
    quiz.write_text("", encoding="utf-8")
    with (
        served(tmp_path / "errors", quiz, "--images", images, "--preview") as command,
        window(browser, command.address) as page,
    ):
        wait_for_text(page, "problems", "error")
        write(quiz, ["First"])
        wait_for_text(page, "title", "First")


def test_a_preview_stores_nothing(tmp_path):
    arguments = ["study.xml", "--images", tmp_path, "--preview", "--results", tmp_path / "results"]
    with served(tmp_path / "errors", *arguments) as command:
        assert command.process.wait() == 2
        assert command.errors.strip() == (
            "quizloader: With --preview nothing is stored, so it takes no --results."
        )
