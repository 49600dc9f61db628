"""One image in three planes: read, checked, stored by its views, and written as one element or as three."""

from dataclasses import replace
from pathlib import Path

import pytest
from docs_stage import REPOSITORY
from masks_made import quizloader
from quiz_text import codes_of, image, page, read, session
from QuizLoaderLib.authoring.planes import with_planes, without_planes
from QuizLoaderLib.quiz.model import Image, Orientation, SliceView
from QuizLoaderLib.session.session import Session
from session_by_hand import fast_folder, page_of, saved, write_quiz

PLANES = 'Planes="Coronal Axial Sagittal"'
FUSED = image(f'ID="PT" Opacity="0.3" {PLANES}', "<Layer>Foreground</Layer>", "pt.nrrd")
IN_PLANES = page("", image(PLANES), FUSED)
ROIS = '<ROIs ROIVisibilityCode="All"/>'


def six() -> str:
    """A volume and its segmentation on three views each, as quizzes had to be written."""
    elements = []
    for view, plane in (("Green", "Coronal"), ("Red", "Axial"), ("Yellow", "Sagittal")):
        on_view = f"<DefaultDestination>{view}</DefaultDestination>"
        elements.append(image("", f"{on_view}<DefaultOrientation>{plane}</DefaultOrientation>"))
        elements.append(image('ID="Seg" Type="Segmentation"', on_view + ROIS, "s.nrrd"))
    return page("", *elements)


def images_of(folder: Path, text: str | bytes) -> list[Image]:
    quiz, problems = read(folder, text)
    assert quiz is not None and not problems
    return list(quiz.pages[0].images)


def meaning(images: list[Image]) -> set[Image]:
    """Without what is about the writing: the plane of what lies on another image is that of the image."""
    plain = [replace(each, line=0, planes=(), asks_for_orientation=True) for each in images]
    return {
        each if each.id != "Seg" else replace(each, orientation=Orientation.AXIAL, roi_visibility=None)
        for each in plain
    }


def test_it_is_an_image_on_each_of_the_views(tmp_path):
    images = images_of(tmp_path, session(IN_PLANES))
    assert [(each.id, each.destination, each.orientation) for each in images[:3]] == [
        ("CT", SliceView.RED, Orientation.CORONAL),
        ("CT", SliceView.GREEN, Orientation.AXIAL),
        ("CT", SliceView.YELLOW, Orientation.SAGITTAL),
    ]
    assert [each.opacity for each in images[3:]] == [0.3, 0.3, 0.3]
    assert [each.is_another_plane for each in images] == [False, True, True] * 2
    assert codes_of(tmp_path, session(IN_PLANES)) == []


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        (image('Planes="Axial Coronal Sagittal Axial"'), ["Q113"]),
        (image('Planes="Axial Coronal"'), ["Q113"]),
        (image('Planes="Axial Axial Coronal"'), ["Q113"]),
        (image('Planes="Axial Frontal Sagittal"'), ["Q113"]),
        (image(PLANES, "<DefaultDestination>Red</DefaultDestination>"), ["Q416"]),
        (image(PLANES, "<DefaultOrientation>Axial</DefaultOrientation>"), ["Q416"]),
        (image(PLANES + ' ColorTable="Gray"'), ["Q414"]),
        (image(PLANES) + image('ID="MR"', path="mr.nrrd"), ["Q323"]),
    ],
)
def test_what_is_wrong_is_told_once(written, codes, tmp_path):
    assert codes_of(tmp_path, session(page("", written))) == codes


def test_the_layout_has_all_three_views(tmp_path):
    text = session(page('Layout="SideBySideRedYellow"', image(PLANES)))
    assert codes_of(tmp_path, text) == ["Q322"]


def test_each_view_has_its_state_and_gets_its_own_back():
    folder = fast_folder()
    quiz = write_quiz(folder, IN_PLANES.replace("<Page ", '<Page AllowMultipleResponse="Y" '))
    reading = Session.open(quiz, folder / "results", "Ann")
    for mm in (10, 20):
        states = [
            (number, {"Destination": view, "SliceOffset": str(mm + number)})
            for number, view in enumerate(("Red", "Green", "Yellow"))
        ]
        reading.record_states([*states, (4, {"Destination": "Green", "SliceOffset": "7"})])
    offsets = [(reading.last_state(number) or {})["SliceOffset"] for number in (0, 1, 2, 4)]
    assert offsets == ["20", "21", "22", "7"]
    assert reading.last_state(5) is None
    reading.close()
    found = page_of(saved(folder / "results" / "Ann" / "study" / "study.xml"), 1).findall("Image")
    assert [len(each.findall("State")) for each in found] == [6, 1]


def test_six_elements_become_two_and_six_again(tmp_path):
    before = session(six())
    folded = with_planes(before.encode())
    assert folded.count(b"<Image") == 2 and folded.count(b'Planes="Axial Coronal Sagittal"') == 2
    unfolded = without_planes(folded)
    assert unfolded.count(b"<Image") == 6 and b"Planes" not in unfolded
    assert meaning(images_of(tmp_path, folded)) == meaning(images_of(tmp_path, before))
    assert meaning(images_of(tmp_path, unfolded)) == meaning(images_of(tmp_path, before))


@pytest.mark.parametrize(
    "changed",
    [
        ("<Path>ct.nrrd", "<!-- low dose --><Path>ct.nrrd"),
        ('<Image ID="CT"', '<Image WindowLevel="400 40" ID="CT"'),
        ("<DefaultOrientation>Coronal", "<DefaultOrientation>Axial"),
        ("<DefaultDestination>Green", "<DefaultDestination>Slice4"),
    ],
)
def test_what_is_not_the_same_stays(changed):
    old, new = changed
    before = session(six()).replace(old, new, 1).encode()
    assert with_planes(before).count(b'ID="CT"') == 3


def test_samples_mean_the_same_in_both_ways(tmp_path):
    def images(data: bytes) -> list[set[Image]]:
        quiz, _ = read(tmp_path, data)
        assert quiz is not None
        return [
            {
                replace(each, line=0, planes=(), asks_for_orientation=True)
                for each in one.images
                if each.type.facts.has_grey_values
            }
            for one in quiz.pages
        ]

    folded = 0
    for path in (REPOSITORY / "Resources" / "Quizzes").rglob("*.xml"):
        before = path.read_bytes()
        after = with_planes(before)
        folded += after.count(b"Planes=")
        assert images(after) == images(before) == images(without_planes(after)), path
    assert folded > 10


def test_the_command_writes_both(tmp_path):
    quiz = tmp_path / "quiz.xml"
    quiz.write_text(session(six()), encoding="utf-8")
    assert quizloader("format", quiz, "--planes").code == 0
    assert quiz.read_text(encoding="utf-8").count("<Image") == 2
    assert quizloader("format", quiz, "--check").code == 0
    assert quizloader("format", quiz, "--no-planes").code == 0
    assert quiz.read_text(encoding="utf-8").count("<DefaultOrientation>Coronal") == 2


def test_a_key_that_an_image_has_on_each_of_its_views_counts_once(tmp_path):
    quiz, _ = read(
        tmp_path,
        without_planes((REPOSITORY / "Resources" / "Quizzes" / "Session" / "teaching.xml").read_bytes()),
    )
    assert quiz is not None
    (page,) = (each for each in quiz.pages if each.drawing_keys)
    assert sum(len(image.keys) for image in page.images) == 3
    assert len(page.drawing_keys) == 1
