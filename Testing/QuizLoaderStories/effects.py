"""Drawing by the effects of Slicer's Segment Editor, and what an effect leaves open when its page is left."""

from typing import Any

import numpy as np
import slicer

from .desk import Desk
from .drawing import DRAW, box, drawn, editor, hand, seen, segment_id, sign_in, stored
from .made import QUESTIONS, VOLUME, block, image_element, write_images, write_quiz
from .reader import Reader
from .telling import Need, story

LOW = box(slice(8, 9), slice(4, 12), slice(6, 20))
HIGH = box(slice(20, 21), slice(4, 12), slice(6, 20))
BETWEEN = box(slice(8, 21), slice(4, 12), slice(6, 20))
OTHER = box(slice(30, 31), slice(30, 40), slice(30, 40))

AUTO_COMPLETE = ("Fill between slices", "Grow from seeds")


def at_two_pages_to_draw_on(desk: Desk) -> Reader:
    page = f"{DRAW} AllowMultipleResponse='Y'|{image_element('Volume', VOLUME)}{QUESTIONS}"
    quiz = write_quiz(desk.folder / "draw.xml", [page, page], "MaskValueMap='map.txt'")
    (desk.folder / "map.txt").write_text("Tumour=3\nEdema=7\n", encoding="utf-8")
    reader = Reader(desk)
    reader.sign_in(quiz, write_images(desk.folder / "images"))
    return reader


def effect(desk: Desk, name: str) -> Any:
    """The Python of an effect, in hand."""
    editor(desk).setActiveEffectByName(name)
    desk.settle()
    return editor(desk).effectByName(name).self()


def leave_a_preview(desk: Desk, name: str) -> None:
    """A tumour on two slices, filled between, but not applied."""
    hand(desk, "Tumour", LOW | HIGH)
    hand(desk, "Edema", OTHER)
    effect(desk, name).previewButton.click()
    desk.settle()
    (preview,) = previews(desk)
    found = drawn(preview, editor(desk).sourceVolumeNode())["Tumour"]
    assert (found & BETWEEN).sum() > (LOW | HIGH).sum()


def previews(desk: Desk) -> list[Any]:
    return [node for node in desk.nodes("vtkMRMLSegmentationNode") if node.GetName().endswith(" preview")]


def is_at_rest(desk: Desk) -> bool:
    """No effect has anything to apply."""
    python = [editor(desk).effectByName(name).self() for name in AUTO_COMPLETE]
    return previews(desk) == [] and not any(each.applyButton.enabled for each in python)


def _a_preview_ends_with_its_page(desk: Desk, name: str) -> None:
    reader = at_two_pages_to_draw_on(desk)
    leave_a_preview(desk, name)
    reader.go()
    assert is_at_rest(desk)
    hand(desk, "Tumour", OTHER)
    desk.settle()
    assert np.array_equal(seen(desk)["Tumour"], OTHER)

    reader.go("previousButton")
    assert np.array_equal(seen(desk)["Tumour"], LOW | HIGH)
    assert is_at_rest(desk)


@story(Need.WINDOW)
def a_preview_of_fill_between_slices_ends_with_its_page(desk: Desk) -> None:
    _a_preview_ends_with_its_page(desk, "Fill between slices")


@story(Need.WINDOW)
def a_preview_of_grow_from_seeds_ends_with_its_page(desk: Desk) -> None:
    _a_preview_ends_with_its_page(desk, "Grow from seeds")


@story(Need.WINDOW)
def a_preview_that_is_applied_is_the_pages(desk: Desk) -> None:
    reader = at_two_pages_to_draw_on(desk)
    leave_a_preview(desk, "Fill between slices")
    filled = drawn(previews(desk)[0], editor(desk).sourceVolumeNode())["Tumour"]
    editor(desk).effectByName("Fill between slices").self().applyButton.click()
    desk.settle()
    reader.go()
    reader.go("previousButton")
    assert np.array_equal(seen(desk)["Tumour"], filled)


@story(Need.WINDOW)
def a_preview_ends_with_its_quiz_its_scene_and_its_module(desk: Desk) -> None:
    reader = at_two_pages_to_draw_on(desk)
    ways = (
        lambda: reader.click("closeButton"),
        lambda: desk.enter("Data"),
        lambda: slicer.mrmlScene.Clear(0),
        desk.reload,
    )
    for way in ways:
        leave_a_preview(desk, "Fill between slices")
        way()
        desk.settle()
        assert previews(desk) == []
        desk.enter()
        if desk.opened is None:
            reader.open()
        reader.wait()


@story(Need.EFFECTS)
def what_the_threshold_effect_draws_is_stored(desk: Desk) -> None:
    reader = sign_in(desk)
    editor(desk).setCurrentSegmentID(segment_id(editor(desk).segmentationNode(), "Tumour"))
    editor(desk).setActiveEffectByName("Threshold")
    threshold = editor(desk).activeEffect()
    threshold.setParameter("MinimumThreshold", "500")
    threshold.setParameter("MaximumThreshold", "1000")
    threshold.self().onApply()
    desk.wait_until(lambda: reader.missing() == [])
    reader.go()
    (labels,) = stored(reader).values()
    assert np.array_equal(labels, block() * 3)


@story(Need.EFFECTS)
def what_the_brush_paints_is_stored_where_it_was_painted(desk: Desk) -> None:
    """A stroke of 10 mm on one slice, by a disc of 6 mm."""
    reader = sign_in(desk)
    editor(desk).setCurrentSegmentID(segment_id(editor(desk).segmentationNode(), "Tumour"))
    editor(desk).setActiveEffectByName("Paint")
    brush = editor(desk).activeEffect()
    brush.setCommonParameter("BrushSphere", "0")
    brush.setCommonParameter("BrushDiameterIsRelative", "0")
    brush.setCommonParameter("BrushAbsoluteDiameter", "6")
    offset = desk.logic_of("Red").GetSliceNode().GetSliceOffset()
    desk.mouse("Red").drag((5.0, 5.0, offset), (-5.0, 5.0, offset), steps=20)
    desk.wait_until(lambda: reader.missing() == [])
    reader.go()
    (labels,) = stored(reader).values()
    slices, rows, columns = np.nonzero(labels == 3)
    assert len(set(slices)) == 1
    # In mm: 16 across and 6 high, to the voxel.
    assert abs(np.ptp(columns) + 1 - 16) <= 2, np.ptp(columns)
    assert abs(np.ptp(rows) + 1 - 6) <= 2, np.ptp(rows)


@story(Need.EFFECTS)
def what_is_painted_on_one_page_is_not_on_the_next_patients(desk: Desk) -> None:
    reader = at_two_pages_to_draw_on(desk)
    for page in range(2):
        editor(desk).setCurrentSegmentID(segment_id(editor(desk).segmentationNode(), "Tumour"))
        editor(desk).setActiveEffectByName("Paint")
        assert not seen(desk)["Tumour"].any()
        offset = desk.logic_of("Red").GetSliceNode().GetSliceOffset()
        desk.mouse("Red").drag((5.0, 5.0 * page, offset), (-5.0, 5.0 * page, offset))
        desk.settle()
        assert seen(desk)["Tumour"].any()
        if not page:
            reader.go()
