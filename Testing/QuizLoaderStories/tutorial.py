"""The first quiz of a new user, from the Sample Data module to the closed scene."""

from math import isclose

import slicer

from .desk import Desk
from .sample_quizzes import samples
from .telling import Need, story


@story(Need.WINDOW)
def a_new_user_opens_the_tutorial_looks_measures_and_closes_the_scene(desk: Desk) -> None:
    from QuizLoaderLib.apps.panel.sample_data import make_tutorial

    folder = samples(desk)
    make_tutorial()
    desk.enter()
    desk.click("openButton")
    desk.wait_for_page(0)
    assert desk.text("titleLabel") == "Patient 1"
    assert desk.text("positionLabel") == "Page 1 of 1"
    assert not desk.sees("messageLabel")
    assert not desk.sees("problemsSection")
    assert not desk.sees("editorSection")
    volume = desk.logic.nodes(0)[0]
    for view, orientation in (("Red", "Axial"), ("Green", "Coronal"), ("Yellow", "Sagittal")):
        assert desk.logic_of(view).GetSliceCompositeNode().GetBackgroundVolumeID() == volume.GetID()
        assert desk.logic_of(view).GetSliceNode().GetOrientation() == orientation

    red = desk.logic_of("Red").GetSliceNode()
    offset = red.GetSliceOffset()
    desk.choose("planesButton", desk.items("planesButton").index("coronal"))
    assert red.GetOrientation() == "Coronal"
    desk.choose("planesButton", 0)
    assert red.GetOrientation() == "Axial"
    assert isclose(red.GetSliceOffset(), offset, abs_tol=1e-3)

    slicer.mrmlScene.Clear(0)
    assert desk.opened is None
    assert "Open it again" in desk.text("messageLabel")
    assert folder.is_dir()
