"""What is drawn for a reader, in the browser: sides at random, a ranking by keys and by dragging, orders of
options; and Markdown, three planes and a preset of the quiz."""

import drawn_pages
from web_stage import choose, picture_of, served, text, until, wait_for_views, window


def test_a_reader_chooses_between_sides_and_puts_a_ranking_in_order(browser, tmp_path):
    quiz, results = drawn_pages.write(tmp_path), tmp_path / "results"
    who = ["--reader", "Ann", "--results", results]
    with (
        served(tmp_path, quiz, "--images", tmp_path / "images", *who) as command,
        window(browser, command.address) as page,
    ):
        wait_for_views(page)
        drawn = drawn_pages.Drawn(results)
        is_dark = picture_of(page, "Red").mean() < picture_of(page, "Yellow").mean()
        assert drawn.left == ("Dark" if is_dark else "Light")
        assert not any(name in page.inner_text("body") for name in drawn_pages.NAMES)
        choose(page, "Left" if is_dark else "Right")
        boxes = page.get_by_role("checkbox")
        boxes.first.wait_for()
        labels = page.get_by_test_id("question-0/1").locator("label")
        assert labels.all_inner_texts() == drawn.order("Why dark")
        choose(page, "b")
        page.screenshot(path=str(tmp_path / "sides.png"))
        page.get_by_test_id("next").click()

        page.get_by_text("closely").wait_for()
        link = page.get_by_role("link", name="here")
        assert link.get_attribute("href") == "https://example.org/?a=1&b=2"
        assert link.get_attribute("target") == "_blank"
        assert page.get_by_text("at <b>it</b>").count() == 1
        ranked = page.locator(".quiz-ranked")
        first, second, third = drawn.order("Worst first")
        assert ranked.all_inner_texts() == [first, second, third]
        page.get_by_role("button", name=f"{first}: down").focus()
        page.keyboard.press("Enter")
        until(lambda: ranked.all_inner_texts() == [second, first, third], "the first to be second")
        page.keyboard.press("Space")
        until(lambda: ranked.all_inner_texts() == [second, third, first], "the first to be last")
        ranked.nth(2).drag_to(ranked.nth(0))
        until(lambda: ranked.all_inner_texts() == [first, second, third], "the last to be first")
        assert page.locator(".quiz-place").all_inner_texts() == ["1", "2", "3"]
        page.get_by_label("Side").first.focus()
        page.keyboard.press("ArrowDown")
        options = page.get_by_role("option")
        options.first.wait_for()
        assert options.all_inner_texts() == drawn.order("Side")
        options.first.click()
        assert page.locator(".quiz-matrix th[scope=row]").all_inner_texts() == drawn.order("Good")
        for row in drawn.order("Good"):
            page.get_by_label(f"{row}: yes").check()
        until(lambda: "All answers are saved" in text(page, "saving"), "saving")
        page.screenshot(path=str(tmp_path / "drawn.png"))
        page.get_by_test_id("finish").click()
        page.get_by_test_id("finish-now").click()
        page.get_by_test_id("end").or_(page.get_by_text("The quiz is finished")).first.wait_for()
        assert page.faults == []
    places = {first: "1", second: "2", third: "3"}
    side = drawn.order("Side")[0]
    assert drawn.answers() == {
        "Better": ["Y", "N"] if is_dark else ["N", "Y"],
        "Why dark": ["N", "Y", "N", "N"],
        "Note": [""],
        "Worst first": [places[option] for option in ("Noise", "Blur", "Motion")],
        "Side": ["Y" if each == side else "N" for each in ("Left", "Right", "Both")],
        "Good": ["yes", "yes"],
    }


def test_the_image_of_a_random_side_that_is_gone_is_told_by_its_side(browser, tmp_path):
    quiz, results = drawn_pages.write(tmp_path), tmp_path / "results"
    (tmp_path / "images" / "dark.nrrd").unlink()
    who = ["--reader", "Ann", "--results", results]
    with (
        served(tmp_path, quiz, "--images", tmp_path / "images", *who) as command,
        window(browser, command.address) as page,
    ):
        wait_for_views(page)
        side = "left" if drawn_pages.Drawn(results).left == "Dark" else "right"
        assert text(page, "message") == f"The {side} image cannot be shown; who runs the study can say why."
        assert text(page, "in-view") == "An image of this view is not shown; who runs the study can say why."
        assert not any(name in page.inner_text("body").lower() for name in ("dark", "light"))
