"""A reader reviews a plan in the browser: isodose lines, the dose under the pointer, histograms."""

import numpy as np
import pytest
from plan_made import write_plan
from web_stage import picture_of, served, until, wait_for_text, wait_for_views, window


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plan")
    with served(folder, write_plan(folder), "--images", folder) as command:
        yield command.address


MM_PER_PIXEL = "trame.state.get('corners').Red.mm_per_pixel"
RED, GREEN = (255, 0, 0), (0, 255, 0)


def dose_of(page):
    return page.evaluate("trame.state.get('dose')")


def radius_mm(page, color):
    """Of the ring that has the colour of a line in the axial view, from its area's middle; None without."""
    picture = picture_of(page, "Red").astype(int)
    rows, columns = np.nonzero((np.abs(picture - color) < 60).all(axis=2))
    if len(rows) < 100:
        return None
    middle = [(each.min() + each.max()) / 2 for each in (rows, columns)]
    from_middle = np.hypot(rows - middle[0], columns - middle[1])
    return float(from_middle.mean()) * page.evaluate(MM_PER_PIXEL)


def table_of(page):
    dose = dose_of(page)
    return {row["name"]: dict(zip(dose["columns"], row["cells"], strict=True)) for row in dose["rows"]}


def test_the_chart_and_the_table_stay_within_a_narrow_panel(browser, address):
    with window(browser, address, (1280, 720), 1.5) as page:
        page.get_by_test_id("dose-table").wait_for()
        wait_for_views(page)
        panel = page.locator(".quiz-scroll").first
        assert panel.evaluate("one => one.scrollWidth <= one.clientWidth")
        within = panel.bounding_box()
        parts = [page.get_by_test_id("dose-chart"), *page.get_by_test_id("dose-table").locator("td").all()]
        assert len(parts) == 1 + 2 * len(dose_of(page)["columns"])
        ends = [box["x"] + box["width"] for box in (part.bounding_box() for part in parts)]
        assert max(ends) <= within["x"] + within["width"]


def test_a_plan_is_reviewed(browser, address):
    """95 % of 50 Gy are 12.5 mm from the middle, 30 Gy are 30 mm from it."""
    with window(browser, address) as page:
        wait_for_views(page)
        until(lambda: dose_of(page) and not dose_of(page)["is_counting"], "the histograms")
        until(lambda: radius_mm(page, RED) == pytest.approx(12.5, abs=0.3), "the line of 95 %")
        until(lambda: radius_mm(page, GREEN) == pytest.approx(30, abs=0.3), "the line of 30 Gy")

        target, cord = table_of(page)["Target"], table_of(page)["Cord"]
        assert float(target["ml"]) == pytest.approx(np.pi * 0.01 * 10**2 / 10 * 33, rel=0.03)
        assert float(target["mean"]) == pytest.approx(60 - 10 * 2 / 3, abs=0.5)
        assert (target["V95 %"], target["V80 Gy"], cord["V95 %"]) == ("100.0", "0.0", "0.0")
        assert float(cord["V30 Gy"]) == pytest.approx(50, abs=5)
        assert page.get_by_test_id("dose-table").locator("tbody").count() == 2
        chart = page.get_by_test_id("dose-chart")
        assert chart.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320

        box = page.get_by_test_id("view-Red").bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        until(lambda: "Dose: " in pointed(page), "the dose under the pointer")
        assert pointed(page).endswith(" Gy")
        assert float(pointed(page).split()[-2]) == pytest.approx(53, abs=3)

        page.get_by_label("Show the isodose line of 95 %").uncheck()
        until(lambda: radius_mm(page, RED) is None, "the line to go")
        until(lambda: radius_mm(page, GREEN) == pytest.approx(30, abs=0.3), "the other line to stay")
        page.get_by_label("Show Cord", exact=True).uncheck()
        until(lambda: list(table_of(page)) == ["Target"], "the histogram without the organ")
        page.get_by_test_id("dose-ml").check()
        until(lambda: "Volume%20in%20ml" in dose_of(page)["chart"], "volumes in ml")
        page.keyboard.press("r")
        until(lambda: radius_mm(page, RED), "the page as its author has it")

        page.get_by_test_id("next").click()
        wait_for_text(page, "position", "Page 2 of 2")
        assert page.get_by_test_id("dose").count() == 0
        assert page.faults == []


def pointed(page):
    values = (page.evaluate("trame.state.get('pointed')") or {}).get("values", [])
    return values[-1] if values else ""
