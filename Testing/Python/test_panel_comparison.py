"""Images compared in the panel: two layers of a view, lines of the other views, views that go together."""

import numpy as np
import pytest
import slicer
from panel_stage import QUESTIONS, VOLUME, image_element, stage, write_images, write_quiz
from test_panel_tools import key

CURTAIN, CHECKERBOARD, BLINK, TOGETHER = "curtain", "checkerboard", "blink", "both layers"
LINES, LINK_HERE = "Lines of the other views", "Link the views where they are"


@pytest.fixture
def story(tmp_path):
    """A bright block below itself, seen from white to black, on Red; the block alone on Green and Yellow."""
    with stage(tmp_path) as on_stage:
        images = write_images(tmp_path / "images")
        below = image_element("Volume", VOLUME)
        above = image_element("Volume", VOLUME, more="<Layer>Foreground</Layer>")
        above = above.replace('ID="', 'Opacity="0.25" WindowLevel="1 5000" ID="dark ')
        green = image_element("Volume", VOLUME, "Green")
        yellow = image_element("Volume", VOLUME, "Yellow", "Sagittal")
        pages = [f"|{below}{above}{green}{yellow}{QUESTIONS}", f"|{below}{QUESTIONS}"]
        on_stage.open(write_quiz(tmp_path / "two.xml", pages), images)
        yield on_stage


def lines_of(story):
    return [line.text() for line in story.menu("planesButton") if line.isVisible()]


def choose(story, words):
    texts = [line.text() for line in story.menu("planesButton")]
    story.choose_in_menu("planesButton", texts.index(words))


def checked(story):
    return {line.text() for line in story.menu("planesButton") if line.isChecked()}


def in_block(story):
    """A row of the block, which is white below and black above."""
    return story.slicer.picture("Red")[100, 5:100, 0]


def test_two_layers_by_menu_and_keys(story):
    mixed = in_block(story)
    assert np.ptp(mixed) == 0
    assert mixed[0] == pytest.approx(255 * 0.75, abs=2)
    assert not story.sees("curtainRow")

    key(story, "Alt+Shift+D")
    assert CURTAIN in checked(story)
    assert story.sees("curtainRow")
    slider = story.widget("curtainSlider")
    slider.setValue(25)
    width = story.slicer.picture("Red").shape[1]
    is_black = np.arange(5, 100) >= round(width / 4)
    assert np.array_equal(in_block(story), np.where(is_black, 0, 255))
    choose(story, CHECKERBOARD)
    assert not story.sees("curtainRow")
    assert set(np.unique(in_block(story))) == {0, 255}
    key(story, "Alt+Shift+D")
    assert np.array_equal(in_block(story), mixed)
    assert TOGETHER in checked(story)

    key(story, "Alt+Shift+B")
    for grey in (255, 0, 255):
        story.slicer.wait_until(lambda grey=grey: (in_block(story) == grey).all())
    choose(story, CURTAIN)
    story.turn_to("nextButton", 1)
    assert (in_block(story) == 255).all()
    assert TOGETHER not in lines_of(story), "a page without a foreground"
    story.turn_to("previousButton", 0)
    assert np.array_equal(in_block(story), mixed)


def test_views_go_on_together_from_where_they_are(story):
    red, green = (slicer.app.applicationLogic().GetSliceLogicByLayoutName(view) for view in ("Red", "Green"))
    before = green.GetSliceOffset()
    key(story, "Alt+K")
    red.SetSliceOffset(before + 4)
    choose(story, LINK_HERE)
    assert LINK_HERE in checked(story)
    assert not story.widget("linkButton").isChecked(), "one of both"
    apart = green.GetSliceOffset() - red.GetSliceOffset()
    assert apart != 0
    red.SetSliceOffset(before - 2)
    assert green.GetSliceOffset() - red.GetSliceOffset() == pytest.approx(apart)
    key(story, "Alt+K")
    assert LINK_HERE not in checked(story)
    assert story.widget("linkButton").isChecked()
    for _ in range(2):
        key(story, "Alt+Shift+K")
    assert story.widget("linkButton").isChecked(), "as before"
    key(story, "Alt+Shift+K")
    story.click("resetViewButton")
    assert LINK_HERE not in checked(story)


def test_lines_of_the_other_views_come_by_key_and_go_with_the_module(story):
    def yellowish():
        """Of Yellow's colour: it goes through the middle of Red, from top to bottom."""
        picture = story.slicer.picture("Red").astype(int)
        return (picture[..., 0] - picture[..., 2] > 60) & (picture[..., 1] - picture[..., 2] > 60)

    assert not yellowish().any()
    key(story, "Alt+Shift+X")
    assert LINES in checked(story)
    columns = yellowish().sum(axis=0)
    assert columns.max() > 100
    assert abs(int(columns.argmax()) - story.slicer.picture("Red").shape[1] // 2) < 5
    story.turn_to("nextButton", 1)
    assert LINES in checked(story)
    story.slicer.enter("Data")
    nodes = [slicer.mrmlScene.GetNthNodeByClass(n, "vtkMRMLSliceDisplayNode") for n in range(3)]
    assert not any(node.GetIntersectingSlicesVisibility() for node in nodes)
