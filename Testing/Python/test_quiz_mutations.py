"""Whatever an author's slip or a broken disk makes of a quiz: problems come out, never an exception, and what
has no error opens for a reader."""

import random
import re
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree
from quiz_text import image, page, question, session
from QuizLoaderLib.quiz.checking import check_quiz
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.language import LANGUAGE
from QuizLoaderLib.quiz.parser import read_quiz
from QuizLoaderLib.quiz.problems import has_errors
from QuizLoaderLib.session.session import Session, SessionError
from session_by_hand import SOAK, fast_folder, saved

EXAMPLES = 12_500 if SOAK else 150
SEEDS = range(4)
"""Of two kinds of changes each: 100,000 quizzes, or 2,400."""
TUTORIAL = Path(__file__).parents[2] / "Resources" / "Quizzes" / "Tutorial"
RICH = session(
    page('PageGroup="1" Loop="Y" BookmarkID="b"', image('LabelMapID="t" WindowLevel="400 40" Opacity="0.5"')),
    page('PageGroup="1" GoToBookmark="b Back"', image('DisplayLabelMapID="t" MergeLabelMaps="Y"')),
    page(
        'PageGroup="2" EnableSegmentEditor="Y"',
        image('ID="V" SegmentRequired="Y" MinMarkupLinesRequired="1" PanOrigin="1 2 3" ZoomFactor="2"'),
        image(
            'ID="S" Type="Segmentation" MaskValueMap="map.txt"',
            '<ROIs ROIVisibilityCode="Select"><ROI>Liver</ROI></ROIs>',
            "seg.nrrd",
        ),
        question('Type="IntegerValue" Min="1" Max="5"', "Size"),
        question('Type="Picture"', "scan.png"),
    ),
    "<RandomizedPageGroupIndices>0,2,1</RandomizedPageGroupIndices>",
    attributes='RandomizePageGroups="Y" ROIColorFile="colors" MaskValueMap="map.txt" EmailResultsTo="a@b"',
)
QUIZZES = [
    RICH,
    *((TUTORIAL / name).read_text(encoding="utf-8") for name in ("label-maps.xml", "segmentations.xml")),
]
NAMES = sorted(LANGUAGE) + sorted({name for rule in LANGUAGE.values() for name in rule.attributes}) + ["x"]
WORDS = ["", "Y", "N", "0", "-1", "1e999", "nan", "9" * 5000, "..", "C:\\x", "1 2 3", "a,b", "/"]
VALUES = [name for rule in LANGUAGE.values() for a in rule.attributes.values() for name in a.kind.names]
BYTES = [b"<", b"&", b'"', b"<!--", b"]]>", b"<Page>", b"\0"]


def elements_changed(random_: random.Random) -> bytes:
    root = etree.fromstring(random_.choice(QUIZZES))
    for _ in range(random_.randint(1, 4)):
        elements = list(root.iter())
        element = random_.choice(elements)
        change = random_.choice(["attribute", "text", "name", "remove", "move", "copy"])
        if change == "attribute":
            element.set(random_.choice(NAMES), value(random_))
        elif change == "text":
            element.text = value(random_)
        elif change == "name":
            element.tag = random_.choice(NAMES)
        elif element is not root and change == "remove":
            element.getparent().remove(element)
        elif element is not root:
            target = random_.choice([other for other in elements if element not in other.iterancestors()])
            if target is not element:
                target.append(element if change == "move" else etree.fromstring(etree.tostring(element)))
    return etree.tostring(root)


def value(random_: random.Random) -> str:
    """What no XML attribute can hold is left to the mutation of bytes."""
    kind = random_.randrange(3)
    if kind < 2:
        return random_.choice((WORDS, VALUES)[kind])
    letters = (chr(random_.choice((random_.randrange(256), random_.randrange(0x10FFFF)))) for _ in range(12))
    known = [letter for letter in letters if unicodedata.category(letter) not in ("Cs", "Cc", "Cn")]
    return "".join(known[: random_.randint(0, 12)])


def bytes_changed(random_: random.Random) -> bytes:
    quiz = bytearray(random_.choice(QUIZZES).encode())
    for _ in range(random_.choice((1, 1, 2, 4))):
        start = random_.randint(0, len(quiz))
        end = min(len(quiz), start + random_.choice((0, 1, 1, random_.randint(0, 30))))
        letter, some = bytes([random_.randrange(32, 127)]), random_.randbytes(random_.randint(0, 8))
        quiz[start:end] = random_.choice((letter, letter, some, random_.choice(BYTES)))
    return bytes(quiz)


def opens(quiz: Path, results: Path) -> bool:
    """Whether a reader can begin; a quiz that does not open leaves one sentence."""
    try:
        begun = Session.open(quiz, results, "Ann", seed=1)
    except SessionError as fault:
        assert str(fault).endswith(".")
        return False
    assert begun.notices == ()
    begun.close()
    assert len(saved(results / "Ann" / "quiz" / "quiz.xml").findall("Page")) == len(begun.pages)
    shutil.rmtree(results)
    return True


def assert_only_problems_come_out(folder: Path, data: bytes) -> bool:
    """Gives whether a session was begun."""
    path = folder / "quiz.xml"
    path.write_bytes(data)
    quiz, problems = read_quiz(path)
    if quiz is None:
        assert len(problems) == 1
    else:
        problems = problems + check_quiz(quiz, ImageFolder(folder))
        for page_ in quiz.pages:
            for shown in page_.images:
                assert shown.layer in shown.type.facts.layers
                assert shown.path and ".." not in shown.path.split("/")
    lines = len(re.split(rb"\r\n|\r|\n", data))
    for problem in problems:
        assert problem.sentence.endswith(".")
        assert "\n" not in problem.as_line("quiz.xml")
        assert 0 <= problem.line <= lines
    has_begun = opens(path, folder / "results")
    assert has_begun or quiz is None or not quiz.pages or has_errors(problems)
    return has_begun


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("change", [elements_changed, bytes_changed])
def test_a_changed_quiz_is_checked_and_opened_or_refused(
    change: Callable[[random.Random], bytes], seed: int
) -> None:
    random_, folder, begun = random.Random(seed), fast_folder(), 0
    for _ in range(EXAMPLES):
        begun += assert_only_problems_come_out(folder, change(random_))
    assert EXAMPLES / 20 < begun < EXAMPLES
