"""Bad input of all kinds to what readers are asked, in which order and for how long: each is told with its
code, its line and what to do."""

import pytest
from quiz_text import problems_of
from QuizLoaderLib.quiz.parser import read_quiz

YES_NO = "<Option>yes</Option><Option>no</Option>"
ALIKE = "<Option>x</Option><Option>x</Option>"
IMAGE = '<Image ID="CT" Type="Volume" {}>{}<Path>ct.nrrd</Path></Image>'
IMAGE_LINE, QUESTION_LINE, PAGE_LINE, PRESET_LINE = 4, 6, 3, 2


def quiz(question: str = "", page: str = "", image: str = "", preset: str = "") -> str:
    """Each on a line of its own."""
    first = f'<Question ID="lesion" Type="Radio" Descriptor="Lesion">{YES_NO}</Question>'
    return f"""<Session>
<WindowPreset Name="Lung" Window="1500" Level="-500"/>{preset}
<Page ID="P" {page}>
{IMAGE.format(image, "")}
<QuestionSet>{first}
{question}
</QuestionSet></Page></Session>"""


def asked(attributes: str, inner: str = YES_NO) -> str:
    return f'<Question Descriptor="More" {attributes}>{inner}</Question>'


RADIO = 'Type="Radio" ID="more" ShowIf="{}"'


@pytest.mark.parametrize(
    ("question", "code", "hint"),
    [
        (asked(RADIO.format("lession = 'yes'")), "Q811", "did you mean “lesion”?"),
        (asked(RADIO.format("last = 'yes'")) + asked('Type="Radio" ID="last"'), "Q813", "ask it before"),
        (asked(RADIO.format("more = 'yes'")), "Q814", "name a question that is asked before"),
        (asked(RADIO.format("(" * 10_000 + "lesion")), "Q810", "write less"),
        (asked(RADIO.format("lesion gt 3")), "Q816", "use = or in"),
        (asked(RADIO.format("lesion = 3")), "Q816", "write it in apostrophes, as '3'"),
        (asked(RADIO.format("lesion = 'maybe'")), "Q815", "its options: “yes”, “no”"),
        (asked('Type="IntegerValue" Min="5" Max="1"', "<Option/>"), "Q803", "no answer lies between them"),
        (asked('Type="Mark" Min="5" Max="1"', ""), "Q803", "no answer lies between them"),
        (asked('Type="Matrix"', "<Row>r</Row><Row>r</Row>" + YES_NO), "Q805", "cannot tell them apart"),
        (asked('Type="DropDown"', ALIKE), "Q805", "cannot tell them apart"),
        (asked('Type="Ranking"', ALIKE), "Q805", "cannot tell them apart"),
        (asked('Type="Slider" Max="10" Step="3"', ""), "Q822", "the last value that can be chosen is 9"),
    ],
)
def test_questions(question, code, hint, tmp_path):
    (problem,) = problems_of(tmp_path, quiz(question))
    assert (problem.code, problem.line) == (code, QUESTION_LINE)
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("parts", "code", "line", "hint"),
    [
        *(
            ({"page": f'{name}="{value}"'}, "Q113", PAGE_LINE, "seconds above 0, 86400 (a day) at most")
            for name in ("TimeLimit", "MinTime")
            for value in ("0", "-5", "1000000000")
        ),
        ({"page": 'TimeLimit="5" MinTime="9"'}, "Q341", PAGE_LINE, "no reader can complete it"),
        ({"page": 'RandomizeSides="Red Yellow"'}, "Q326", PAGE_LINE, "name a view that shows an image"),
        ({"page": 'RandomizeSides="Red Blue"'}, "Q113", PAGE_LINE, "two different views, as “Red Yellow”"),
        (
            {"image": 'Planes="Axial Coronal Sagittal Axial"'},
            "Q113",
            IMAGE_LINE,
            "the three planes of Red, Green and Yellow",
        ),
        (
            {"preset": '<WindowPreset Name="Lung" Window="1" Level="0"/>'},
            "Q211",
            PRESET_LINE,
            f"the first one is in line {PRESET_LINE}",
        ),
    ],
)
def test_pages_images_and_presets(parts, code, line, hint, tmp_path):
    (problem,) = problems_of(tmp_path, quiz(**parts))
    assert (problem.code, problem.line) == (code, line)
    assert hint in problem.hint


def test_a_less_sign_is_told_by_its_word(tmp_path):
    (tmp_path / "quiz.xml").write_text(quiz(asked(RADIO.format("lesion < 3"))), encoding="utf-8")
    read, (problem,) = read_quiz(tmp_path / "quiz.xml")
    assert read is None
    assert (problem.code, problem.line) == ("Q103", QUESTION_LINE)
    assert "lt for < in a condition" in problem.hint
