"""An author's quiz is written again: untouched it is the same to the byte, changed it differs there only, and
tidied it means the same."""

import random
import stat
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from masks_made import quizloader
from QuizLoaderLib.authoring.document import QuizDocument, SourceNode
from QuizLoaderLib.authoring.tidy import tidy
from QuizLoaderLib.quiz.parser import read_quiz
from session_by_hand import SOAK
from test_quiz_mutations import elements_changed

SAMPLES = sorted((Path(__file__).parents[2] / "Resources" / "Quizzes").rglob("*.xml"))
MANY = settings(max_examples=1500 if SOAK else 40)
UNTIDY = """<?xml version="1.0"?>
<!-- Of the pilot,
   kept as it is. -->
<Session   RandomizePageGroups = 'N' >


  <Page ID='A &amp; "B"'   Layout="FourUp"><!-- the first -->
        <Image ID="CT" Type="Volume"><Path>
            ct.nrrd
        </Path><Later kind="new">text <b>in</b> it</Later></Image> <!-- low dose -->

        <QuestionSet><Question Type="InfoBox"><Option>One
   line <![CDATA[<here>]]></Option></Question></QuestionSet>
  </Page>
</Session>"""
TIDY = """<?xml version="1.0"?>
<!-- Of the pilot,
   kept as it is. -->
<Session RandomizePageGroups='N'>
    <Page ID='A &amp; "B"' Layout="FourUp"> <!-- the first -->
        <Image ID="CT" Type="Volume">
            <Path>ct.nrrd</Path>
            <Later kind="new">text <b>in</b> it</Later>
        </Image> <!-- low dose -->

        <QuestionSet>
            <Question Type="InfoBox">
                <Option>One
   line <![CDATA[<here>]]></Option>
            </Question>
        </QuestionSet>
    </Page>
</Session>
"""

random_quizzes = st.builds(lambda seed: elements_changed(random.Random(seed)), st.integers(0, 10**9))
quizzes = st.one_of(st.sampled_from([path.read_bytes() for path in SAMPLES]), random_quizzes)
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20).filter(
    lambda text: not {"\ufffe", "\uffff"} & set(text)
)


def elements_of(document: QuizDocument) -> list[SourceNode]:
    return [node for node in document.top.walk() if node.is_element]


def of_tree(data: bytes) -> list[tuple[str, dict[str, str], str]]:
    """What an independent parser finds: elements in order with their attributes and own text."""
    return [
        (element.tag, dict(element.attrib), (element.text or "").strip())
        for element in etree.fromstring(data).iter(etree.Element)
    ]


def meaning(value: object) -> object:
    """A quiz without its line numbers."""
    if is_dataclass(value):
        return [meaning(getattr(value, each.name)) for each in fields(value) if each.name != "line"]
    return [meaning(each) for each in value] if isinstance(value, tuple) else value


@MANY
@given(quizzes)
def test_a_quiz_that_nobody_changed_is_the_same_to_the_byte(data: bytes) -> None:
    assert QuizDocument(data).data == data


@MANY
@given(quizzes, words, st.randoms(use_true_random=False))
def test_a_changed_attribute_changes_nothing_else(data: bytes, value: str, chance: random.Random) -> None:
    document = QuizDocument(data)
    elements = elements_of(document)
    chosen = chance.randrange(len(elements))
    element = elements[chosen]
    name = chance.choice([one.name for one in element.attributes] or ["Descriptor"])
    before = of_tree(data)

    document.set_attribute(element, name, value)

    after = of_tree(document.data)
    assert after[chosen][1] == {**before[chosen][1], name: value}
    assert [*after[:chosen], *after[chosen + 1 :]] == [*before[:chosen], *before[chosen + 1 :]]
    text, source = document.text, document.source
    own = next((one for one in element.attributes if one.name == name), None)
    start, end = (own.start, own.end) if own else (element.opened - 2, element.opened - 2)
    assert text.startswith(source[:start])
    assert text.endswith(source[end:] if own else source[element.opened - 1 :])


@MANY
@given(quizzes, words, st.randoms(use_true_random=False))
def test_a_changed_text_changes_nothing_else(data: bytes, words: str, chance: random.Random) -> None:
    document = QuizDocument(data)
    elements = elements_of(document)
    chosen = chance.choice([number for number, each in enumerate(elements) if not each.elements])
    element, before = elements[chosen], of_tree(data)

    document.set_text(element, words)

    after = of_tree(document.data)
    assert after[chosen] == (*before[chosen][:2], words.strip())
    assert [*after[:chosen], *after[chosen + 1 :]] == [*before[:chosen], *before[chosen + 1 :]]
    assert document.text.startswith(document.source[: element.start + len(element.name) + 1])
    assert document.text.endswith(document.source[element.end :])


@MANY
@given(random_quizzes, st.randoms(use_true_random=False))
def test_what_is_taken_out_and_put_in_leaves_the_rest(data: bytes, chance: random.Random) -> None:
    document = QuizDocument(data)
    inner = [element for element in elements_of(document) if element.parent is not document.top]
    if not inner:
        return
    element = chance.choice(inner)

    document.insert_after(element, "<New/>")
    document.remove(element)

    again = QuizDocument(document.data)
    assert again.text.count("<New/>") == document.source.count("<New/>") + 1
    kept = [node for node in document.top.walk() if node.is_element and node not in set(element.walk())]
    assert [node.name for node in elements_of(again) if node.name != "New"] == [node.name for node in kept]


@MANY
@given(quizzes)
def test_a_tidy_quiz_means_the_same_and_stays_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    written = tidy(data)

    assert tidy(written) == written
    assert of_tree(written) == of_tree(data)
    path = tmp_path_factory.getbasetemp() / "quiz.xml"
    read = []
    for each in (data, written):
        path.write_bytes(each)
        read.append(read_quiz(path))
    (before, problems), (after, same_problems) = read
    assert meaning(after) == meaning(before)
    assert sorted(one.code for one in problems) == sorted(one.code for one in same_problems)


def test_an_untidy_quiz_becomes_what_an_author_would_write() -> None:
    assert tidy(UNTIDY.encode()).decode() == TIDY


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "cp1252"])
def test_a_quiz_keeps_its_encoding_and_its_kind_of_line_ends(encoding: str) -> None:
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    text = f"<?xml version='1.0' encoding='{declared}'?>\r\n<Session><Page ID='Größe'/></Session>"
    document = QuizDocument(text.encode(encoding))
    assert document.data == text.encode(encoding)

    document.set_attribute(document.root.elements[0], "Title", "Ω größer")
    changed = etree.fromstring(document.data)
    assert dict(changed[0].attrib) == {"ID": "Größe", "Title": "Ω größer"}
    assert tidy(document.data).decode(encoding).endswith(">\r\n</Session>\r\n")


def test_an_element_gets_a_text_and_a_refused_letter_is_said() -> None:
    document = QuizDocument(b"<Session>\n  <A/>\n  <B>old <!-- gone --></B>\n</Session>")
    first, second = document.root.elements
    document.set_text(first, "1 < 2")
    document.set_text(second, "new")
    document.insert_after(second, "<C/>")

    assert document.text == "<Session>\n  <A>1 &lt; 2</A>\n  <B>new</B>\n  <C/>\n</Session>"
    with pytest.raises(ValueError, match="\x07"):
        document.set_text(first, "\x07")


def test_an_attribute_that_goes_takes_the_space_before_it_along() -> None:
    document = QuizDocument(b"<Session\n    A='1'\n    B='2'/>")
    document.set_attribute(document.root, "A", None)

    assert document.text == "<Session\n    B='2'/>"
    document.set_attribute(document.root, "A", "two changes of one place")
    with pytest.raises(ValueError, match="same place"):
        _ = document.text


def test_a_long_tag_is_broken_between_attributes() -> None:
    attributes = " ".join(f'A{number}="{"x" * 20}"' for number in range(8))
    written = tidy(f"<Session><Page {attributes}/></Session>".encode()).decode()

    assert max(map(len, written.splitlines())) <= 120
    assert of_tree(written.encode())[1][1] == {f"A{number}": "x" * 20 for number in range(8)}
    assert tidy(written.encode()).decode() == written


def test_the_command_tidies_a_quiz_in_place_or_says_that_it_is_not_tidy(tmp_path: Path) -> None:
    quiz, copy = tmp_path / "quiz.xml", tmp_path / "copy.xml"
    quiz.write_text(UNTIDY, encoding="utf-8")

    asked = quizloader("format", quiz, "--check")
    assert (asked.code, asked.out) == (1, f"“{quiz}” is not tidy.\n")
    assert quizloader("format", quiz, "--out", copy).code == 0
    assert (quiz.read_text(encoding="utf-8"), copy.read_text(encoding="utf-8")) == (UNTIDY, TIDY)
    copy.write_text("mine", encoding="utf-8")
    assert quizloader("format", quiz, "--out", copy).code == 2
    assert copy.read_text(encoding="utf-8") == "mine"
    quiz.chmod(0o664)
    assert quizloader("format", quiz).code == 0
    assert quiz.read_text(encoding="utf-8") == TIDY
    assert stat.S_IMODE(quiz.stat().st_mode) == 0o664
    assert quizloader("format", quiz, "--check").code == 0


def test_what_is_no_quiz_file_is_left_as_it_is(tmp_path: Path) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_text("<Session><Page></Session>", encoding="utf-8")

    told = quizloader("format", broken)
    assert (told.code, told.out) == (1, "")
    assert "not well-formed XML" in told.err
    assert broken.read_text(encoding="utf-8") == "<Session><Page></Session>"
