"""What an author says is right: how it is written, what is wrong with it, and a key in a file of its own."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from masks_made import quizloader
from quiz_text import codes_of, page, problems_of, question, read, session
from QuizLoaderLib.quiz.answer_key import AnswerKey, load_answer_key, with_right_answers
from QuizLoaderLib.quiz.language import LANGUAGE
from QuizLoaderLib.quiz.parser import read_quiz
from QuizLoaderLib.quiz.problems import ProblemError

QUIZ = """<?xml version="1.0" encoding="iso-8859-1"?>
<!-- Made by hand. -->
<Session ContourVisibility='Fill'>
    <Page ID="Größe" Descriptor="MR">
        <QuestionSet ID="one">
            <Question Type="Radio"  Descriptor="Side" Points="2"><Option Correct="Y">left &amp; front</Option>
                <Option>right</Option></Question> <!-- which? -->
            <Question Type="CheckBox" Descriptor="Seen"><Option Correct='Y'>a</Option><Option
                Correct="N">b</Option><Option Correct="Y">c</Option></Question>
            <Question Type="Matrix" Descriptor="Good"><Row Correct="good">Sharp</Row><Row>Noise</Row>
                <Option>bad</Option><Option>good</Option></Question>
        </QuestionSet>
        <QuestionSet><Question Type="InfoBox"><Option>A text</Option></Question></QuestionSet>
    </Page>
    <Page ID="B"><QuestionSet>
        <Question Type="Slider" Descriptor="Sure" Answer="0.3" Tolerance="0.1" Max="1" Step="0.1"/>
        <Question Type="Text" Descriptor="What" Answer="glioma|a glioma" Points="0.5"><Option>What</Option>
        </Question>
        <Question Type="Text" Descriptor="What" Answer="left"><Option>What</Option></Question>
        <Question Type="Text" Descriptor="Remark" Required="N"><Option>Remark</Option></Question>
    </QuestionSet></Page>
</Session>
"""


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    path = tmp_path / "quiz.xml"
    path.write_bytes(QUIZ.encode("iso-8859-1"))
    return path


@pytest.fixture
def split(quiz: Path, tmp_path: Path) -> tuple[Path, Path]:
    """The quiz for readers and the answer key."""
    out, key = tmp_path / "for-readers.xml", tmp_path / "key.xml"
    assert quizloader("key", "split", quiz, "--out", out, "--key", key).code == 0
    return out, key


def right_answers(path: Path) -> list[tuple[str, tuple[str, ...], float, float]]:
    quiz, problems = read_quiz(path)
    assert quiz is not None
    assert [each.code for each in problems] == []
    questions = [each for one in quiz.pages for each in one.questions if each.right_answer]
    return [(each.descriptor, each.right_answer, each.tolerance, each.points) for each in questions]


RIGHT = [
    ("Side", ("Y", "N"), 0.0, 2.0),
    ("Seen", ("Y", "N", "Y"), 0.0, 1.0),
    ("Good", ("good", ""), 0.0, 1.0),
    ("Sure", ("0.3",), 0.1, 1.0),
    ("What", ("glioma|a glioma",), 0.0, 0.5),
    ("What", ("left",), 0.0, 1.0),
]


def test_right_answers_have_the_form_of_a_readers_answer(quiz: Path) -> None:
    assert right_answers(quiz) == RIGHT


def test_an_author_is_told_once_that_readers_can_find_the_right_answers(quiz: Path) -> None:
    found = problems_of(
        quiz.parent, QUIZ.encode("iso-8859-1").decode("iso-8859-1").replace("iso-8859-1", "utf-8")
    )
    (problem,) = found
    assert (problem.code, problem.line, problem.page) == ("Q208", 6, 1)
    assert not problem.is_error
    assert not problem.is_for_reader


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        (question('Type="Radio" Descriptor="q" Answer="a"', "a", "b"), ["Q820"]),
        (question('Type="Text" Descriptor="q" Tolerance="1" Answer="a"', "a"), ["Q820"]),
        (question('Type="InfoBox" Points="2"', "a"), ["Q820"]),
        (question('Type="Text" Descriptor="q"', "a").replace("<Option>", '<Option Correct="Y">'), ["Q820"]),
        (question('Type="Radio" Descriptor="q"', "a").replace("<Option>", '<Option Correct="y">'), ["Q113"]),
        (question('Type="Radio" Descriptor="q"', "a").replace("<Option>", '<Option Right="Y">'), ["Q111"]),
        (question('Type="Radio" Descriptor="q" Points="0"', "a", "b"), ["Q113"]),
        (question('Type="FloatValue" Answer="1" Tolerance="-1"', "a"), ["Q113"]),
        (question('Type="Radio" Descriptor="q" Points="2"', "a", "b"), ["Q832"]),
        (question('Type="IntegerValue" Tolerance="2"', "a"), ["Q832"]),
        (question('Type="Text" Answer="x"', "a", "b"), ["Q831"]),
        (question('Type="Text" Answer="x"'), ["Q801", "Q831"]),
        (question('Type="Text" Answer="x||y"', "a"), ["Q830"]),
        (question('Type="Text" Answer="tumour" MaxLength="5"', "a"), ["Q830"]),
        (question('Type="FloatValue" Answer="many"', "a"), ["Q830"]),
        (question('Type="FloatValue" Answer="1e3" Max="10"', "a"), ["Q830"]),
        (question('Type="FloatValue" Answer="12,5" Tolerance="2"', "a"), []),
        (question('Type="IntegerValue" Answer="2.5"', "a"), ["Q830"]),
        (question('Type="IntegerValue" Answer="2.5" Tolerance="0.5"', "a"), []),
        (question('Type="Slider" Descriptor="q" Answer="33" Step="5"'), ["Q830"]),
        (question('Type="Slider" Descriptor="q" Answer="33" Step="5" Tolerance="2"'), []),
        (question('Type="Slider" Descriptor="q" Answer="33.3" Step="0"'), []),
        (question('Type="Slider" Descriptor="q" Answer="0.3" Max="1" Step="0.1"'), []),
        (question('Type="Slider" Descriptor="q" Answer="101"'), ["Q830"]),
    ],
)  # fmt: skip
def test_what_nobody_can_answer_or_nothing_uses_is_told(
    written: str, codes: list[str], tmp_path: Path
) -> None:
    assert [code for code in codes_of(tmp_path, session(page("", written))) if code != "Q208"] == codes


def test_what_is_never_told_or_explains_nothing_is_said(tmp_path: Path) -> None:
    why = "<Explanation>Why</Explanation>"
    explained = question('Type="Text" Descriptor="q" Answer="yes"', "q").replace(
        "</Question>", f"{why}</Question>"
    )
    nothing = question('Type="InfoBox"', "Look").replace("</Question>", f"{why}</Question>")
    text = session(page("", explained, nothing), attributes='PassMark="5"')
    assert sorted(codes_of(tmp_path, text)) == ["Q208", "Q835", "Q835", "Q836"]
    picture = "<Explanation Picture='gone.png'/>"
    assert codes_of(tmp_path, session(page("", explained, picture), attributes='Feedback="End"')) == ["Q504"]
    text = session(page("", picture.replace("png", "txt")), attributes='Feedback="Page"')
    assert sorted(codes_of(tmp_path, text)) == ["Q504", "Q804", "Q836"]


def test_of_one_choice_several_may_be_right_but_not_all(tmp_path: Path) -> None:
    def written(type_: str, correct: str) -> str:
        options = "".join(
            f'<Option Correct="{each}">{number}</Option>' for number, each in enumerate(correct)
        )
        return session(
            page(
                "", f'<QuestionSet><Question Type="{type_}" Descriptor="q">{options}</Question></QuestionSet>'
            )
        )

    assert codes_of(tmp_path, written("Radio", "YYN")) == ["Q208"]
    assert sorted(codes_of(tmp_path, written("Radio", "YYY"))) == ["Q208", "Q833"]
    assert codes_of(tmp_path, written("CheckBox", "YYY")) == ["Q208"]
    assert codes_of(tmp_path, written("Radio", "NNN")) == []


def test_a_row_names_one_of_the_options(tmp_path: Path) -> None:
    matrix = (
        '<QuestionSet><Question Type="Matrix" Descriptor="q"><Row Correct="god">Sharp</Row>'
        '<Option Correct="Y">bad</Option><Option>good</Option></Question></QuestionSet>'
    )
    found = {each.code: each for each in problems_of(tmp_path, session(page("", matrix)))}
    assert set(found) == {"Q208", "Q820", "Q830"}
    assert found["Q830"].text == (
        "Correct of the Row “Sharp” is “god”, which is no Option. (did you mean “good”?)"
    )
    assert "on each Row" in found["Q820"].hint


def test_a_split_quiz_has_nothing_of_its_key_and_all_else_as_it_was(split: tuple[Path, Path]) -> None:
    out, _ = split
    text = out.read_bytes().decode("iso-8859-1")
    tree = etree.fromstring(out.read_bytes())
    secret = {name for rule in LANGUAGE.values() for name, each in rule.attributes.items() if each.is_of_key}
    assert secret == {"Correct", "Answer", "Tolerance", "Points"}
    assert not secret & {name for element in tree.iter() for name in element.attrib}
    for word in ("glioma", "0.3", *secret):
        assert word not in text
    whole = etree.fromstring(QUIZ.encode("iso-8859-1"))
    for element in whole.iter(etree.Element):
        for name in secret & set(element.attrib):
            del element.attrib[name]
    assert etree.tostring(tree) == etree.tostring(whole)
    assert "<!-- which? -->" in text
    assert right_answers(out) == []


def test_a_key_put_back_gives_the_same_right_answers(
    quiz: Path, split: tuple[Path, Path], tmp_path: Path
) -> None:
    out, key = split
    joined = tmp_path / "joined.xml"
    assert quizloader("key", "join", out, "--key", key, "--out", joined).code == 0
    assert right_answers(joined) == RIGHT
    assert quizloader("check", out, "--key", key).out == ""
    again, key_again = tmp_path / "again.xml", tmp_path / "key-again.xml"
    assert quizloader("key", "split", joined, "--out", again, "--key", key_again).code == 0
    assert (again.read_bytes(), key_again.read_bytes()) == (out.read_bytes(), key.read_bytes())
    told = quizloader("key", "join", quiz, "--key", key, "--out", joined)
    assert (told.code, "has right answers already" in told.err) == (1, True)


def test_a_quiz_that_was_given_right_answers_is_its_own_key(quiz: Path, split: tuple[Path, Path]) -> None:
    out, key = split
    assert quizloader("check", out, "--key", quiz).code == 0
    assert set(load_answer_key(quiz).questions) == set(load_answer_key(key).questions)


def test_a_key_is_found_by_words_wherever_its_pages_and_questions_are(
    split: tuple[Path, Path], tmp_path: Path
) -> None:
    """Pages change places, a question comes before the others, and one of two equal ones is the second."""
    out, key = split
    text = out.read_bytes().decode("iso-8859-1").replace("iso-8859-1", "utf-8")
    start, end = text.index('    <Page ID="B">'), text.index("</Session>")
    first = text.index('    <Page ID="Größe')
    moved = text[:first] + text[start:end] + text[first:start] + text[end:]
    new = '<QuestionSet><Question Type="Text" Descriptor="New"><Option>New</Option></Question></QuestionSet>'
    moved = moved.replace('<QuestionSet ID="one">', f'{new}<QuestionSet ID="one">')
    quiz, problems = read(tmp_path, moved)
    assert quiz is not None
    assert problems == []
    answered, unfit = with_right_answers(quiz, load_answer_key(key))
    assert unfit == []
    found = [(each.descriptor, each.answer) for one in answered.pages for each in one.questions]
    assert found[:4] == [("Sure", "0.3"), ("What", "glioma|a glioma"), ("What", "left"), ("Remark", "")]
    assert [one.right_answer for one in answered.pages[1].questions[:3]] == [(), ("Y", "N"), ("Y", "N", "Y")]


def test_an_explanation_comes_back_to_a_question_that_has_nothing_else_in_it(tmp_path: Path) -> None:
    told = "<Explanation>Beside the ventricle.</Explanation>"
    quiz = tmp_path / "quiz.xml"
    slider = f'<Question Type="Slider" Descriptor="Sure" Answer="5">{told}</Question>'
    quiz.write_text(
        f'<Session Feedback="Page"><Page ID="A"><QuestionSet>{slider}</QuestionSet></Page></Session>',
        encoding="utf-8",
    )
    out, key, joined = (tmp_path / name for name in ("out.xml", "key.xml", "joined.xml"))
    assert quizloader("key", "split", quiz, "--out", out, "--key", key).code == 0
    assert "ventricle" not in out.read_text(encoding="utf-8")
    assert quizloader("key", "join", out, "--key", key, "--out", joined).code == 0
    assert told in joined.read_text(encoding="utf-8")
    assert right_answers(joined) == right_answers(quiz)


def test_an_explanation_of_a_page_on_which_only_drawings_are_scored_comes_back(tmp_path: Path) -> None:
    told = "<Explanation>It reaches the falx.</Explanation>"
    image = (
        '<Image ID="MR" Type="Volume"><Path>mr.nrrd</Path><Key Region="Tumour" Path="expert.nrrd"/></Image>'
    )
    quiz = tmp_path / "quiz.xml"
    page = f'<Page ID="A" EnableSegmentEditor="Y">{image}{told}</Page>'
    quiz.write_text(f'<Session Feedback="Page">{page}</Session>', encoding="utf-8")
    out, key, joined = (tmp_path / name for name in ("out.xml", "key.xml", "joined.xml"))
    assert quizloader("key", "split", quiz, "--out", out, "--key", key).code == 0
    assert "falx" not in out.read_text(encoding="utf-8")
    assert quizloader("key", "join", out, "--key", key, "--out", joined).code == 0
    assert told in joined.read_text(encoding="utf-8")
    assert "expert.nrrd" in joined.read_text(encoding="utf-8")


def test_keys_of_images_come_back_to_theirs_however_the_lines_are(tmp_path: Path) -> None:
    """Two images on one line, one of them in three planes."""

    def image(name: str, attributes: str = "") -> str:
        key = f'<Key Region="Tumour" Path="{name}-expert.nrrd"/>'
        return f'<Image ID="{name}" Type="Volume" {attributes}><Path>{name}.nrrd</Path>{key}</Image>'

    quiz, out, of_key, joined = (tmp_path / f"{name}.xml" for name in ("quiz", "out", "key", "joined"))
    images = image("CT", 'Planes="Axial Sagittal Coronal"') + image("MR")
    page = f'<Page ID="A" EnableSegmentEditor="Y">{images}</Page>'
    quiz.write_text(f'<Session Feedback="Page">{page}</Session>', encoding="utf-8")
    assert quizloader("key", "split", quiz, "--out", out, "--key", of_key).code == 0
    assert quizloader("key", "join", out, "--key", of_key, "--out", joined).code == 0
    found = [(each.get("ID"), each.find("Key").get("Path")) for each in etree.parse(joined).iter("Image")]
    assert found == [("CT", "CT-expert.nrrd"), ("MR", "MR-expert.nrrd")]


def test_what_belongs_to_nothing_that_is_scored_is_not_lost(tmp_path: Path) -> None:
    told = "<Option>Look.</Option><Explanation>On the left.</Explanation>"
    box = f'<Question Type="InfoBox" Descriptor="Hint">{told}</Question>'
    asked = '<Question Type="Text" Descriptor="Side" Answer="left"><Option>Side</Option></Question>'
    quiz, out, key = (tmp_path / name for name in ("quiz.xml", "out.xml", "key.xml"))
    page = f'<Page ID="A"><QuestionSet>{box}{asked}</QuestionSet></Page>'
    quiz.write_text(f'<Session Feedback="Page">{page}</Session>', encoding="utf-8")
    refused = quizloader("key", "split", quiz, "--out", out, "--key", key)
    assert refused.code == 1
    assert "The Explanation of “Hint”, of type InfoBox, is not used." in refused.err
    assert not out.exists() and not key.exists()


def test_a_key_of_another_quiz_is_refused_by_its_own_lines(split: tuple[Path, Path], tmp_path: Path) -> None:
    out, key = split
    text = out.read_bytes().decode("iso-8859-1").replace(">right<", ">rechts<")
    out.write_bytes(text.encode("iso-8859-1"))
    told = quizloader("check", out, "--key", key)
    line = next(
        n for n, each in enumerate(key.read_text(encoding="utf-8").splitlines(), 1) if '"Side"' in each
    )
    assert told.code == 1
    assert told.out.startswith(f"{key}:{line}: error Q834: The quiz does not ask “Side” on a page “Größe”")
    assert told.out.count("\n") == 1
    joined = tmp_path / "joined.xml"
    assert quizloader("key", "join", out, "--key", key, "--out", joined).code == 1
    assert not joined.exists()


def test_what_the_quiz_does_not_take_is_told_of_the_key(split: tuple[Path, Path]) -> None:
    """The limits are the quiz's, which the key does not have."""
    out, key = split
    text = key.read_text(encoding="utf-8")
    key.write_text(text.replace('Answer="0.3"', 'Answer="3"'), encoding="utf-8")
    (problem,) = json.loads(quizloader("check", out, "--key", key, "--format", "json").out)
    assert (problem["file"], problem["code"], problem["page"]) == (str(key), "Q830", 2)
    assert problem["hint"] == "the nearest that can be given is 1"


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("<AnswerKeys/>", "Q106", "write “AnswerKey”"),
        ("<Quiz/>", "Q106", "an answer key begins with <AnswerKey>"),
        ("<AnswerKey/>", "Q201", "The AnswerKey has no Page."),
        ("<AnswerKey>", "Q103", ""),
        ("<AnswerKey><Page><QuestionSet/></Page></AnswerKey>", "Q114", "Page has no ID"),
    ],
)
def test_what_is_no_answer_key_is_told(text: str, code: str, words: str, split: tuple[Path, Path]) -> None:
    out, key = split
    key.write_text(text, encoding="utf-8")
    told = quizloader("check", out, "--key", key)
    assert (told.code, f"error {code}" in told.out, words in told.out) == (1, True, True)
    with pytest.raises(ProblemError):
        load_answer_key(key)


def test_an_answer_key_is_no_quiz_and_nothing_to_split_is_said(split: tuple[Path, Path]) -> None:
    out, key = split
    told = quizloader("check", key)
    assert "this is the answer key of a quiz, not the quiz" in told.out
    again = quizloader("key", "split", out, "--out", out, "--key", key.with_name("new.xml"))
    assert (again.code, "has no right answers" in again.err) == (1, True)
    assert not key.with_name("new.xml").exists()
    for arguments in (("split", out, "--out", key, "--key", key), ("join", out, "--key", key, "--out", key)):
        assert quizloader("key", *arguments).code == 2


def test_a_page_with_its_key_is_the_same_page(quiz: Path) -> None:
    """Nothing else of the quiz changes with its right answers."""
    whole, _ = read_quiz(quiz)
    assert whole is not None
    answered, unfit = with_right_answers(whole, AnswerKey(whole))
    assert unfit == []
    assert answered == replace(whole, pages=answered.pages)
    assert answered.pages == whole.pages
