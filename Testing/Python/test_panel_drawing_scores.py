"""A reader learns to draw in the panel: what the drawing scores is told, and the expert comes over it."""

from pathlib import Path

import slicer
from panel_stage import stage
from PySide6.QtWidgets import QLabel, QPushButton
from QuizLoaderLib.reader.differences import EXPERT_ALONE, OUTLINE, OWN_ALONE
from reader_at_work import draw
from test_panel_session import Reader
from test_reader_drawing_scores import EXPERT, MILZ, OWN, quiz_to_learn, write_expert


def expert_nodes() -> list[str]:
    nodes = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    return [node.GetName() for node in nodes if "expert" in node.GetName()]


def test_the_panel_tells_what_a_drawing_scores_and_shows_the_expert(tmp_path: Path) -> None:
    quiz, images = quiz_to_learn(tmp_path), write_expert(tmp_path / "images")
    with stage(tmp_path / "stage") as on_stage:
        reader = Reader(on_stage, images, tmp_path / "results")
        reader.sign_in(quiz)
        opened = on_stage.slicer.logic.console.opened
        for region, voxels in (("Liver", OWN), ("Spleen", MILZ)):
            draw(opened.drawings.segmentation("CT"), region, voxels, opened.drawings.volume("CT"))
        assert reader.sees("editorSection") and not reader.sees("legendSection") and expert_nodes() == []
        reader.go()
        # The files of the drawing are written first.
        on_stage.slicer.wait_until(lambda: opened.answers.asked().feedback is not None)
        assert reader.text("titleLabel") == "Draw" and not reader.sees("editorSection")
        labels = [label.text() for label in on_stage.widget("formsContainer").findChildren(QLabel)]
        told = opened.answers.asked().feedback
        assert labels[:2] == [told.page.sentences[0], "Mind the dome."]
        assert labels[2:7] == ["Liver: ◐ Partly right", *told.drawings[0].told.sentences, "Spleen: ✓ Right"]
        legend = on_stage.widget("legendList")
        names = [legend.item(row).text() for row in range(legend.count())]
        assert names == [
            f"Liver: {OWN_ALONE}", f"Liver: {EXPERT_ALONE}", f"Liver: {OUTLINE}", f"Spleen: {OUTLINE}",
        ]  # fmt: skip
        (button,) = on_stage.widget("formsContainer").findChildren(QPushButton)
        button.click()
        (logic, *_) = opened.slice_logics().values()
        there = told.drawings[0].farthest_ras[2]
        assert abs(logic.GetSliceNode().GetSliceOffset() - there) < 1e-6 and EXPERT.any()
        # Nothing of it is seen while the views are for another module.
        on_stage.slicer.enter("Data")
        assert expert_nodes() == []
        on_stage.slicer.enter()
        reader.wait()
        assert len(expert_nodes()) == 2
        reader.click("closeButton")
        assert expert_nodes() == []
        reader.open()
        assert legend.count() == 4
        reader.go()
        assert (
            reader.text("titleLabel") == "Ask" and not reader.sees("legendSection") and expert_nodes() == []
        )
