"""Whatever an author's slip or a broken disk makes of a quiz: problems come out, never an exception."""

import os
import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from quiz_text import image, page, question, session
from QuizLoaderLib.quiz.checking import check_quiz
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.language import LANGUAGE
from QuizLoaderLib.quiz.parser import read_quiz

SOAK = bool(os.environ.get("QUIZLOADER_SOAK"))
EXAMPLES = 5000 if SOAK else 500
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
# What no XML attribute can hold is left to the mutation of bytes.
VALUES = st.one_of(
    st.sampled_from(
        ["", "Y", "N", "0", "-1", "1e999", "nan", "9" * 5000, "..", "C:\\x", "1 2 3", "a,b", "/"]
    ),
    st.sampled_from(
        [name for rule in LANGUAGE.values() for a in rule.attributes.values() for name in a.kind.names]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=12),
)


def assert_only_problems_come_out(folder: Path, data: bytes) -> None:
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


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_changed_elements_and_attributes(data, tmp_path):
    root = etree.fromstring(data.draw(st.sampled_from(QUIZZES)))
    for _ in range(data.draw(st.integers(1, 4))):
        elements = list(root.iter())
        element = data.draw(st.sampled_from(elements))
        change = data.draw(st.sampled_from(["attribute", "text", "name", "remove", "move", "copy"]))
        if change == "attribute":
            element.set(data.draw(st.sampled_from(NAMES)), data.draw(VALUES))
        elif change == "text":
            element.text = data.draw(VALUES)
        elif change == "name":
            element.tag = data.draw(st.sampled_from(NAMES))
        elif element is not root and change == "remove":
            element.getparent().remove(element)
        elif element is not root:
            target = data.draw(
                st.sampled_from([other for other in elements if element not in other.iterancestors()])
            )
            if target is not element:
                target.append(element if change == "move" else etree.fromstring(etree.tostring(element)))
    assert_only_problems_come_out(tmp_path, etree.tostring(root))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_changed_bytes(data, tmp_path):
    quiz = bytearray(data.draw(st.sampled_from(QUIZZES)).encode())
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(quiz)))
        end = min(len(quiz), start + data.draw(st.integers(0, 30)))
        quiz[start:end] = data.draw(
            st.one_of(
                st.binary(max_size=8), st.sampled_from([b"<", b"&", b'"', b"<!--", b"]]>", b"<Page>", b"\0"])
            )
        )
    assert_only_problems_come_out(tmp_path, bytes(quiz))
