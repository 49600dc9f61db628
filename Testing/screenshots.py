"""Makes the pictures of the browser in Resources/Screenshots: all, or those that are named."""

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from PIL import Image as Picture

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "QuizLoader"), str(HERE / "Python"), str(HERE)]

import web_stage as web  # noqa: E402
from chromium import chromium  # noqa: E402
from QuizLoaderLib.apps.demo.chest import NODULES, SHAPE, SPACING_MM  # noqa: E402
from QuizLoaderLib.apps.demo.samples import REGIONS, TUTORIAL_VOLUME, UPTAKE, make_demo  # noqa: E402
from study_server_stage import CHIEF, study  # noqa: E402
from web_mouse import Mouse  # noqa: E402

READERS = ("Dr. Chen", "Dr. Lima", "Dr. Novak", "Dr. Okafor")
CASES = ("CT", "MR after treatment", "PET", "MR", "CT")
QUESTIONS = """<QuestionSet Descriptor="Your reading">
<Question Type="Radio" Descriptor="On which side is the tumour?"><Option>Left</Option><Option>Right</Option>
<Option>Both</Option></Question>
<Question Type="CheckBox" Descriptor="What else do you see?"><Option>Oedema</Option><Option>Necrosis</Option>
<Option>Shift of the midline</Option></Question>
<Question Type="FloatValue" Descriptor="Longest diameter" Unit="mm" Min="1" Max="150">
<Option>Diameter</Option></Question></QuestionSet>"""
COUNT = (
    f'<Image ID="MR" Type="Volume"><Path>{TUTORIAL_VOLUME}</Path></Image><QuestionSet><Question'
    ' Type="IntegerValue" Descriptor="Lesions" Max="9"><Option>Lesions</Option></Question></QuestionSet>'
)
OEDEMA = ((755, 385), (765, 362), (790, 347), (820, 358), (838, 410), (836, 438), (800, 447), (765, 415))
TUMOUR = ((781, 372), (790, 360), (800, 356), (825, 400), (823, 418), (812, 427), (797, 419), (779, 408))
"""Corners of what is drawn, in pixels of the window."""


def save(name: str, page: Any) -> None:
    """With 256 colours, which keeps the repository small."""
    if page.locator("[data-view]").count():
        web.wait_for_views(page)
    page.wait_for_timeout(1000)
    page.get_by_test_id("slow").wait_for(state="detached")
    assert page.faults == [], page.faults
    picture = Picture.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    small = picture.quantize(256, kmeans=1, dither=Picture.Dither.NONE)
    small.save(HERE.parent / "Resources" / "Screenshots" / f"{name}.png", optimize=True)


@contextmanager
def reading(browser: Any, folder: Path, quiz: str, *options: object, stored: bool = True) -> Iterator[Any]:
    """The first page of a quiz of the demo, the hint of a first visit read."""
    written = ["--reader", web.READER, "--results", folder / "results", "--scripts", folder / "quizzes"]
    arguments = [folder / "quizzes" / quiz, "--images", folder / "images", *(written if stored else options)]
    with web.served(folder, *arguments) as command, web.window(browser, command.address) as page:
        page.get_by_test_id("hints-seen").click()
        yield page


def outlines(browser: Any, folder: Path) -> None:
    sample = (folder / "quizzes" / "segmentations.xml").read_text(encoding="utf-8")
    images = sample[sample.index("<Image") : sample.index("<QuestionSet")]
    images = images.replace(r"ImageVolumes\RECIST-Tutorial-Data\2007-spgr.label.nrrd", REGIONS)
    page_of = '<Page ID="Patient {}" Descriptor="Find the tumour" AllowMultipleResponse="Y">{}</Page>'
    pages = [page_of.format(number, images + QUESTIONS) for number in (1, 2)]
    (folder / "quizzes" / "outlines.xml").write_text(f"<Session>{''.join(pages)}</Session>", encoding="utf-8")
    with reading(browser, folder, "outlines.xml") as page:
        web.choose(page, "Right")
        web.choose(page, "Oedema")
        web.ask_what_is_missing(page)
        page.mouse.move(572, 534)
        save("browser-outlines", page)


def questions(browser: Any, folder: Path) -> None:
    with reading(browser, folder, "questions.xml") as page:
        web.choose(page, "Yes")
        web.ask_what_is_missing(page)
        save("browser-questions", page)


def drawing(browser: Any, folder: Path) -> None:
    with reading(browser, folder, "drawings.xml") as page:
        page.get_by_test_id("draw-draw").click()
        web.until(lambda: page.evaluate("trame.state.get('editor').effect") == "draw", "the tool in hand")
        for region, corners in (("Oedema", OEDEMA), ("Tumour", TUMOUR)):
            page.get_by_test_id("segment").click()
            page.get_by_role("option", name=region).click()
            web.wait_for_text(page, "segment", region)
            web.wait_for_views(page)
            Mouse(page).drag(*corners, corners[0])
        page.get_by_test_id("measure").click()
        web.until(lambda: page.evaluate("trame.state.get('lines').measuring"), "a line in hand")
        for end in ((792, 364), (815, 424)):
            Mouse(page).drag(end)
        web.wait_for_text(page, "lines", "mm")
        page.get_by_test_id("draw-paint").click()
        web.until(lambda: page.evaluate("trame.state.get('editor').effect") == "paint", "the brush in hand")
        page.mouse.move(846, 464)
        save("browser-drawing", page)


def comparison(browser: Any, folder: Path) -> None:
    planes = 'Type="Volume" Planes="Axial Coronal Sagittal"'
    images = (
        f'<Image ID="MR" {planes}><Path>{TUTORIAL_VOLUME}</Path></Image>'
        f'<Image ID="Uptake" {planes}><Layer>Foreground</Layer><Path>{UPTAKE}</Path></Image>'
    )
    page_of = f'<Page ID="Patient 1" Descriptor="Two images">{images}{QUESTIONS}</Page>'
    (folder / "quizzes" / "two.xml").write_text(f"<Session>{page_of}</Session>", encoding="utf-8")
    with reading(browser, folder, "two.xml") as page:
        page.keyboard.press("Shift+X")
        page.keyboard.press("Shift+D")
        page.get_by_test_id("curtain").wait_for()
        page.mouse.move(790, 190)
        save("browser-comparison", page)


def feedback(browser: Any, folder: Path) -> None:
    with reading(browser, folder, "teaching.xml") as page:
        page.get_by_test_id("next").click()
        web.wait_for_text(page, "title", "For practice")
        web.choose(page, "right")
        for title in ("For practice", "Where is it?"):
            page.get_by_test_id("next").click()
            web.wait_for_text(page, "title", title)
            page.wait_for_timeout(1000)
        web.choose(page, "right")
        web.choose(page, "oedema around it")
        web.choose(page, "a fracture of the skull")
        page.get_by_test_id("next").click()
        page.get_by_test_id("told-page").wait_for()
        save("browser-feedback", page)


def marks(browser: Any, folder: Path) -> None:
    with reading(browser, folder, "marks.xml") as page:
        view = page.locator("[data-testid=view-Red] .quiz-area").bounding_box()
        x, y = view["x"] + view["width"] / 2, view["y"] + view["height"] / 2
        pixels_a_mm = min(view["width"], view["height"]) / (SHAPE[1] * SPACING_MM[1])
        page.mouse.move(x, y)
        for _ in range(3):
            page.mouse.wheel(0, -100)
        web.wait_for_views(page)
        placing = "trame.state.get('marks')['0/0'].placing"
        for number, (nodule, kind) in enumerate(zip(NODULES, ("solid", "part-solid"), strict=False), 1):
            page.get_by_test_id("take-Ellipse-0/0").click()
            web.until(lambda: page.evaluate(placing) == "Ellipse", "an ellipse in hand")
            web.wait_for_views(page)
            left, back, _ = nodule.center_lps
            for corner in (-nodule.radius_mm, nodule.radius_mm):
                Mouse(page).drag((x + pixels_a_mm * (left + corner), y + pixels_a_mm * (back + corner)))
            form = page.get_by_test_id(f"question-0/0/{number}/0")
            form.wait_for()
            web.choose(form, kind)
            diameter = page.get_by_test_id(f"question-0/0/{number}/1").locator("input")
            diameter.fill(f"{2 * nodule.radius_mm:g}")
        page.locator(".quiz-scroll").first.evaluate("panel => { panel.scrollTop = 0; }")
        page.mouse.move(x + 74 * pixels_a_mm, y - 34 * pixels_a_mm)
        save("browser-marks", page)


def verdicts(browser: Any, folder: Path) -> None:
    with reading(browser, folder, "given.xml") as page:
        page.get_by_test_id("Accept-Ventricles").click()
        page.get_by_test_id("Correct-Tumour").click()
        web.until(lambda: page.evaluate("trame.state.get('editor').effect") == "paint", "the brush in hand")
        web.wait_for_views(page)
        save("browser-verdicts", page)


def coordinator(browser: Any, folder: Path) -> None:
    page_of = '<Page ID="Case {}" Descriptor="{}" Layout="OneUpRedSlice">{}</Page>'
    pages = [page_of.format(number, case, COUNT) for number, case in enumerate(CASES, 1)]
    quiz = folder / "lesions.xml"
    quiz.write_text(f"<Session>{''.join(pages)}</Session>", encoding="utf-8")
    (folder / "study").mkdir()
    prepared = study(folder / "study", [quiz], folder / "images", READERS)
    with prepared.served() as command, ExitStack() as here:
        for name, done in zip(READERS, (5, 2, 1), strict=False):
            page = here.enter_context(web.window(browser, command.address + prepared.paths[name]))
            for number in range(1, done + 1):
                web.wait_for_text(page, "position", f"Page {number} of")
                page.get_by_label("Lesions", exact=True).last.fill("2")
                page.get_by_test_id("next").or_(page.get_by_test_id("finish")).click()
            if done == len(CASES):
                page.get_by_test_id("finish-now").click()
                page.get_by_test_id("finish-now").wait_for(state="detached")
                page.context.close()
        with web.window(browser, command.address + prepared.paths[CHIEF], (1180, 460)) as page:
            page.get_by_text("here now").first.wait_for()
            save("coordinator", page)


def tutorial(browser: Any, folder: Path) -> None:
    with reading(browser, folder, "segmentations.xml", stored=False) as page:
        page.mouse.move(578, 246)
        save("browser", page)


def preview(browser: Any, folder: Path) -> None:
    written = (folder / "quizzes" / "layers.xml").read_text(encoding="utf-8")
    mistaken = written.replace("<Session ", '<Session ROIColourFile="colors" ')
    (folder / "quizzes" / "mistaken.xml").write_text(mistaken, encoding="utf-8")
    with reading(browser, folder, "mistaken.xml", "--preview", stored=False) as page:
        page.get_by_test_id("next").click()
        web.wait_for_text(page, "title", "Label and segmentation")
        save("browser-preview", page)


if __name__ == "__main__":
    reader = (tutorial, outlines, questions, drawing, comparison, feedback, marks, verdicts)
    makers = {each.__name__: each for each in (*reader, coordinator, preview)}
    with tempfile.TemporaryDirectory() as made, chromium() as started:
        make_demo(Path(made))
        for each in sys.argv[1:] or makers:
            makers[each](started, Path(made))
