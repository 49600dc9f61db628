"""The sample quizzes: each page is placed as its author wrote it, in numbers."""

from pathlib import Path

import slicer

from .desk import Desk
from .placement import check_page, pages_of
from .telling import Need, add_story, story

QUIZZES = (
    "bookmarks",
    "conditions",
    "drawings",
    "given",
    "label-maps",
    "label-names",
    "layers",
    "layouts",
    "looks",
    "looping",
    "marks",
    "order",
    "pictures",
    "questions",
    "randomizing",
    "roi-visibility",
    "rotation",
    "segmentations",
    "sequence",
    "sides",
    "teaching",
    "time",
    "tour",
    "zoom-and-link",
)


def samples(desk: Desk) -> Path:
    """The folder with ``images`` and ``quizzes``, which the Sample Data module makes when first asked."""
    from QuizLoaderLib.apps.panel.sample_data import make_tutorial

    node = make_tutorial()
    assert node is not None, desk.text("messageLabel")
    slicer.mrmlScene.RemoveNode(node)
    return Path(slicer.app.temporaryPath) / "QuizLoaderTutorial"


@story()
def the_tutorial_of_the_sample_data_module_comes_with_all_sample_quizzes(desk: Desk) -> None:
    folder = samples(desk)
    assert tuple(sorted(path.stem for path in (folder / "quizzes").glob("*.xml"))) == QUIZZES


def add_walk(name: str) -> None:
    def walk(desk: Desk) -> None:
        """To the last page and back, as an author, and once by Reset."""
        folder = samples(desk)
        quiz = folder / "quizzes" / f"{name}.xml"
        pages = pages_of(quiz)
        desk.open(quiz, folder / "images")
        assert desk.items("problemsList") == []
        for index, page in enumerate(pages):
            if index:
                desk.turn_to("nextButton", index)
            assert not desk.sees("messageLabel"), desk.text("messageLabel")
            check_page(desk, page)
            desk.click("resetViewButton")
            desk.settle()
            check_page(desk, page)
        for index in reversed(range(len(pages) - 1)):
            desk.turn_to("previousButton", index)
            check_page(desk, pages[index])

    add_story(f"the sample quiz {name} is placed as written, page by page and back", walk, Need.WINDOW)


for _name in QUIZZES:
    add_walk(_name)
