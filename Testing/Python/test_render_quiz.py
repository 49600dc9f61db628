"""A quiz in, pictures out: every view of every page, the page as a reader sees it, an index, the problems."""

import json
import re
from html.parser import HTMLParser
from urllib.parse import unquote

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image as Picture
from QuizLoaderLib.apps.pictures.headless import HeadlessHost, render_quiz
from QuizLoaderLib.apps.pictures.shown_page import shown_page
from QuizLoaderLib.images.loading.library import ImageLibrary
from QuizLoaderLib.quiz.file_rules import ROI_NOT_IN_FILE
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.model import SliceView
from QuizLoaderLib.quiz.parser import read_quiz
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.page import show_page

SHAPE = (20, 24, 28)
"""(slices, rows, columns)."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An image folder with a grey volume and a label image of the values 1, 2 and 5."""
    root = tmp_path_factory.mktemp("images")
    grey = np.full(SHAPE, 100, np.int16)
    grey[:, :, 14:] = 200
    labels = np.zeros(SHAPE, np.uint8)
    labels[4:16, 6:12, 4:12], labels[4:16, 6:12, 16:24], labels[4:16, 14:20, 8:20] = 1, 2, 5
    for name, array in (("grey.nrrd", grey), ("labels.nrrd", labels)):
        image = sitk.GetImageFromArray(array)
        image.SetSpacing((1.0, 1.5, 2.0))
        sitk.WriteImage(image, str(root / name))
    return root


def _image(type="Volume", id="MR", path="grey.nrrd", view="Red", layer="", inner="", attributes=""):
    layer = f"<Layer>{layer}</Layer>" if layer else ""
    return (
        f'<Image ID="{id}" Type="{type}" {attributes}><DefaultDestination>{view}</DefaultDestination>'
        f"{layer}<Path>{path}</Path>{inner}</Image>"
    )


def _roi(code, *names):
    rois = "".join(f"<ROI>{name}</ROI>" for name in names)
    return f'<ROIs ROIVisibilityCode="{code}">{rois}</ROIs>'


QUESTION = (
    '<QuestionSet ID="Q" Descriptor="Findings"><Question Type="Radio" Descriptor="Is it there?">'
    "<Option>Yes</Option><Option>No</Option></Question></QuestionSet>"
)


def _quiz(tmp_path, *pages, session=""):
    path = tmp_path / "quiz.xml"
    path.write_text(f"<Session {session}>{''.join(pages)}</Session>", encoding="utf-8")
    return path


def _page(*images, id="One", attributes="", questions=QUESTION):
    return f'<Page ID="{id}" {attributes}>{"".join(images)}{questions}</Page>'


def _pixels(path):
    with Picture.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def _colors(path):
    return {tuple(color) for color in _pixels(path).reshape(-1, 3).tolist()}


class _Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.names = [], [], set()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.names |= {name for name, _ in attributes}
        self.links += [value for name, value in attributes if name in ("href", "src")]


def _index(out):
    text = (out / "index.html").read_text(encoding="utf-8")
    parser = _Links()
    parser.feed(text)
    return text, parser


def test_every_view_of_every_page_is_a_picture_of_the_given_size(folder, tmp_path):
    four = [_image(view=view) for view in ("Red", "Green", "Yellow", "Slice4")]
    quiz = _quiz(
        tmp_path,
        _page(*four, id="Four up", attributes='Layout="TwoOverTwo"'),
        _page(
            _image(),
            id="a/b:c",
            attributes='Layout="OneUpRedSlice" Descriptor="x" Position="First" TimeLimit="90" MinTime="5"',
        ),
        session='TimeLimit="600"',
    )
    told = []
    render_quiz(quiz, folder, tmp_path / "out", size=(200, 120), progress=lambda *n: told.append(n))
    pictures = sorted(path.relative_to(tmp_path / "out").as_posix() for path in tmp_path.glob("out/*/*"))
    assert pictures == [
        "01-Four_up/Green.png",
        "01-Four_up/Red.png",
        "01-Four_up/Slice4.png",
        "01-Four_up/Yellow.png",
        "01-Four_up/page.png",
        "02-a_b_c/Red.png",
        "02-a_b_c/page.png",
    ]
    for name in pictures:
        if not name.endswith("page.png"):
            assert _pixels(tmp_path / "out" / name).shape == (120, 200, 3)
    assert told == [(0, 2), (1, 2), (2, 2)]
    text, index = _index(tmp_path / "out")
    assert "<p>Readers have 600 s for the quiz.</p>" in text
    place_and_time = (
        "Readers see it first. Readers have 90 s for this page. Readers stay here for 5 s at least."
    )
    assert f"<h2>2. a/b:c - x</h2>\n<p>{place_and_time}</p>" in text
    linked = {link for link in index.links if not link.startswith("#")}
    assert {unquote(link) for link in linked} == set(pictures)


def test_the_patients_left_is_on_the_viewers_right(folder, tmp_path):
    """Written by SimpleITK in LPS: columns run to the patient's left, and the upper columns are brighter."""
    render_quiz(_quiz(tmp_path, _page(_image())), folder, tmp_path / "out")
    red = _pixels(tmp_path / "out/01-One/Red.png").astype(int)
    assert red[256, 400, 0] > red[256, 112, 0]


def test_the_same_file_has_the_same_colours_as_label_map_and_as_segmentation(folder, tmp_path):
    as_label_map = _image("LabelMap", "L", "labels.nrrd", layer="Label")
    as_segmentation = _image("Segmentation", "L", "labels.nrrd", "Yellow", "Segmentation", _roi("All"))
    page = _page(
        _image(),
        _image(view="Yellow"),
        as_label_map,
        as_segmentation,
        attributes='Layout="SideBySideRedYellow"',
    )
    quiz = _quiz(tmp_path, page, session='ContourVisibility="Fill"')
    assert render_quiz(quiz, folder, tmp_path / "out") == []
    red, yellow = (_pixels(tmp_path / f"out/01-One/{view}.png") for view in ("Red", "Yellow"))
    coloured = (red.max(axis=2) - red.min(axis=2)) > 8
    assert coloured.any()
    assert not coloured.all(), "label 0 is transparent"
    assert np.abs(red.astype(int) - yellow).max() <= 1
    saturated = {color for color in map(tuple, red.reshape(-1, 3).tolist()) if min(color) < max(color) - 40}
    assert len(saturated) >= 6, "an outline and two filled greys for each of three labels"


def test_roi_codes_differ_from_view_to_view(folder, tmp_path):
    def regions(view, *roi):
        return _image("Segmentation", "S", "labels.nrrd", view, "Segmentation", _roi(*roi))

    quiz = _quiz(tmp_path, _page(regions("Red", "All"), regions("Green", "None"), regions("Yellow", "All")))
    render_quiz(quiz, folder, tmp_path / "out")
    assert len(_colors(tmp_path / "out/01-One/Red.png")) == 4, "black and three colours"
    assert _colors(tmp_path / "out/01-One/Green.png") == {(0, 0, 0)}


def test_a_broken_image_leaves_the_rest_of_its_page_and_of_the_quiz(folder, tmp_path):
    (folder / "text.nrrd").write_text("no image at all", encoding="utf-8")
    broken = _page(
        _image(id="X", path="text.nrrd"),
        _image(id="Y", path="gray.nrrd", view="Green"),
        _image(view="Yellow"),
    )
    quiz = _quiz(tmp_path, broken, _page(_image(), id="Two"))
    problems = render_quiz(quiz, folder, tmp_path / "out")
    errors = {problem.image: problem for problem in problems if problem.is_error}
    assert set(errors) == {"X", "Y"}
    assert [(p.page, p.view) for p in (errors["X"], errors["Y"])] == [(1, "Red"), (1, "Green")]
    assert "grey.nrrd" in errors["Y"].hint
    assert not _pixels(tmp_path / "out/01-One/Red.png").any()
    assert _pixels(tmp_path / "out/01-One/Yellow.png").max() > 50
    assert _pixels(tmp_path / "out/02-Two/Red.png").max() > 50
    text, _ = _index(tmp_path / "out")
    for problem in errors.values():
        assert problem.sentence.replace("'", "&#x27;").replace('"', "&quot;") in text
    entries = json.loads((tmp_path / "out/problems.json").read_text(encoding="utf-8"))
    assert [(entry["code"], entry["line"]) for entry in entries] == [(p.code, p.line) for p in problems]


def test_page_png_says_what_is_wrong_where_the_image_would_be(folder, tmp_path):
    """Only the message differs from the page of a quiz whose view is empty."""
    quiz = _quiz(tmp_path, _page(_image(id="Y", path="gray.nrrd"), attributes='Layout="OneUpRedSlice"'))
    render_quiz(quiz, folder, tmp_path / "out")
    with_message = _pixels(tmp_path / "out/01-One/page.png")
    box = (with_message == (72, 40, 24)).all(axis=2)
    rows, columns = np.nonzero(box)
    assert 200 < rows.mean() < 400
    assert 200 < columns.mean() < 320
    text = (with_message[rows.min() : rows.max(), columns.min() : columns.max()] > 150).any(axis=2)
    assert text.sum() > 300


def test_only_the_page_that_was_asked_for_is_rendered(folder, tmp_path):
    broken = _page(_image(id="Y", path="gray.nrrd"))
    quiz = _quiz(tmp_path, broken, _page(_image(), id="Two"), _page(_image(), id="Three"))
    problems = render_quiz(quiz, folder, tmp_path / "out", page=2)
    assert problems == []
    assert [path.name for path in sorted(tmp_path.glob("out/*/"))] == ["02-Two"]
    text, _ = _index(tmp_path / "out")
    assert "Three" not in text


def test_what_the_author_wrote_is_text_in_the_index(folder, tmp_path):
    nasty = "&lt;script&gt;alert(1)&lt;/script&gt;"
    question = (
        f'<QuestionSet Descriptor="{nasty}"><Question Type="CheckBox" Descriptor="{nasty}">'
        f"<Option>{nasty}</Option><Option>&quot;onload=&quot;x</Option></Question></QuestionSet>"
    )
    page = _page(
        _image(id=f"i{nasty}", path=f"{nasty}.nrrd"),
        id=f"{nasty}&quot; onerror=&quot;alert(2)",
        attributes=f'Descriptor="{nasty}"',
        questions=question,
    )
    render_quiz(_quiz(tmp_path, page), folder, tmp_path / "out")
    text, index = _index(tmp_path / "out")
    assert "script" not in index.tags
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4
    assert not [name for name in index.names if name.startswith("on")]
    assert "javascript:" not in text
    assert not re.search(r"(src|href)=\"(https?:)?//", text), "self-contained"


def test_unreadable_xml_gives_its_problem_and_no_picture(folder, tmp_path):
    quiz = tmp_path / "quiz.xml"
    quiz.write_text("<Session><Page>", encoding="utf-8")
    (problem,) = render_quiz(quiz, folder, tmp_path / "out")
    assert problem.is_error
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["problems.json"]


def test_questions_in_any_script_are_kept_in_the_index_and_drawn_or_counted(folder, tmp_path):
    question = (
        '<QuestionSet Descriptor="肿瘤 Größe"><Question Type="FloatValue" Descriptor="Größe in mm" '
        'Min="0" Max="12.5"><Option>größter</Option></Question></QuestionSet>'
    )
    render_quiz(_quiz(tmp_path, _page(_image(), questions=question)), folder, tmp_path / "out", size=(64, 48))
    text, _ = _index(tmp_path / "out")
    assert "肿瘤 Größe" in text
    assert "0 to 12.5" in text
    assert _pixels(tmp_path / "out/01-One/page.png").shape[0] > 96


def test_a_view_says_every_error_of_the_image_that_it_lacks(folder, tmp_path):
    """Also of an element that could not be understood, and so is no image of the page at all."""
    quiz = read_quiz(
        _quiz(
            tmp_path,
            _page(
                _image(path="gray.nrrd", attributes='Opacity="2"'),
                _image(type="Volum", id="Other", view="Green"),
                _image(view="Yellow", id="Shown", attributes='Opacity="3"'),
            ),
        )
    )
    assert quiz[0] is not None
    with HeadlessHost((64, 64)) as host:
        page = quiz[0].pages[0]
        library = ImageLibrary(host.scene, ImageFolder(folder))
        loaded = library.load(page)
        problems = quiz[1] + loaded.problems + show_page(PageNodes(page, loaded.nodes), host, quiz[0])
        shown = shown_page(PageNodes(page, loaded.nodes), host, "01", problems)
        library.close()
    red, green, yellow = (
        shown.views[view].messages for view in (SliceView.RED, SliceView.GREEN, SliceView.YELLOW)
    )
    assert [len(red), len(green), len(yellow)] == [2, 1, 0]
    assert "Opacity" in red[0]
    assert "gray.nrrd" in red[1]
    assert "grey.nrrd" in red[1]
    assert "Volum" in green[0]


@pytest.mark.parametrize(("angle", "said"), [(0, "Axial"), (10, "Axial, rotated")])
def test_a_view_that_is_turned_to_the_volume_says_so_where_that_turns_it(tmp_path, angle, said):
    image = sitk.GetImageFromArray(np.zeros((4, 8, 8), np.int16))
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    image.SetDirection([cosine, -sine, 0, sine, cosine, 0, 0, 0, 1])
    sitk.WriteImage(image, str(tmp_path / "turned.nrrd"))
    element = _image(path="turned.nrrd", attributes='RotateToAcquisition="Y"')
    quiz, _ = read_quiz(_quiz(tmp_path, _page(element)))
    assert quiz is not None
    with HeadlessHost((64, 64)) as host:
        page = quiz.pages[0]
        library = ImageLibrary(host.scene, ImageFolder(tmp_path))
        loaded = library.load(page)
        show_page(PageNodes(page, loaded.nodes), host, quiz)
        shown = shown_page(PageNodes(page, loaded.nodes), host, "01", [])
        library.close()
    assert shown.views[SliceView.RED].orientation == said
    assert shown.views[SliceView.GREEN].orientation == ""


def test_an_roi_name_one_letter_off_is_a_warning_with_the_nearest_name(folder, tmp_path):
    regions = _image("Segmentation", "Regions", "labels.nrrd", inner=_roi("Select", "Segmnt_5"))
    label_map = _image("LabelMap", "Labels", "labels.nrrd", "Green", inner=_roi("Ignore", "7"))
    problems = render_quiz(_quiz(tmp_path, _page(_image(), regions, label_map)), folder, tmp_path / "out")
    told = [problem for problem in problems if problem.code == ROI_NOT_IN_FILE]
    assert [(problem.page, problem.image, problem.view, problem.is_error) for problem in told] == [
        (1, "Regions", "Red", False),
        (1, "Labels", "Green", False),
    ]
    assert "did you mean “Segment_5”?" in told[0].hint
    assert "1, 2, 5" in told[1].hint
