"""Questions that depend on answers, in the browser: they come and go at once."""

import pytest
from panel_stage import VOLUME, image_element, write_images
from web_stage import choose, served, text, until, window

IMAGE = image_element("Volume", VOLUME)


def choice(name: str, show_if: str = "") -> str:
    condition = f'ShowIf="{show_if}"' if show_if else ""
    return (
        f'<Question ID="{name}" Type="Radio" Descriptor="{name}?" {condition}>'
        f"<Option>{name} yes</Option><Option>{name} no</Option></Question>"
    )


QUIZ = f"""<Session><Page ID="Look" Layout="OneUpRedSlice">{IMAGE}
<QuestionSet Descriptor="What you see">{choice("lesion")}{choice("sure", "lesion = 'lesion yes'")}
{choice("biopsy", "sure = 'sure yes'")}</QuestionSet></Page>
<Page ID="More" Layout="OneUpRedSlice" ShowIf="Look/biopsy = 'biopsy yes'">{IMAGE}
<QuestionSet>{choice("when")}</QuestionSet></Page></Session>"""


@pytest.mark.parametrize("kind", ["reader", "author"])
def test_questions_and_steps_come_and_go_with_the_answers(kind, browser, tmp_path):
    quiz = tmp_path / "quiz.xml"
    quiz.write_text(QUIZ, encoding="utf-8")
    write_images(tmp_path / "images")
    who = ["--reader", "Dr. Chen", "--results", tmp_path / "results"] if kind == "reader" else ["--preview"]
    with (
        served(tmp_path, quiz, "--images", tmp_path / "images", *who) as command,
        window(browser, command.address) as page,
    ):
        questions = page.locator("[data-testid^=question-]")
        page.get_by_label("lesion yes").wait_for()
        assert questions.count() == 1
        choose(page, "lesion yes")
        page.get_by_label("sure yes").wait_for()
        choose(page, "sure yes")
        page.get_by_label("biopsy yes").wait_for()
        assert questions.count() == 3
        choose(page, "biopsy yes")
        if kind == "reader":
            page.get_by_test_id("next").wait_for()
            assert page.get_by_test_id("finish").count() == 0
        choose(page, "lesion no")
        page.get_by_label("sure yes").wait_for(state="detached")
        assert questions.count() == 1
        if kind == "reader":
            page.get_by_test_id("finish").wait_for()
        # The answers are back with their questions.
        choose(page, "lesion yes")
        page.get_by_label("biopsy yes").wait_for()
        until(page.get_by_label("biopsy yes").is_checked, "the answer from before")
        page.screenshot(path=str(tmp_path / "page.png"))
        if kind == "reader":
            page.get_by_test_id("next").click()
            page.get_by_label("when yes").wait_for()
            assert text(page, "position").startswith("Page 2 of 2")
