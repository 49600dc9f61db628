"""What the check of a quiz accepts a reader can open, answer and open again; what it refuses has a line."""

from pathlib import Path

import pytest
from QuizLoaderLib.quiz.closed_xml import root_attributes, xml_tree
from QuizLoaderLib.quiz.parser import read_quiz
from QuizLoaderLib.session.session import Session, SessionError
from session_by_hand import page_of, responses, saved

PAGE = (
    '<Page ID="p" Descriptor="Höhe"><QuestionSet ID="q"><Question Type="Text" Descriptor="t">'
    "<Option>Größe</Option></Question></QuestionSet></Page>"
    '<Page ID="last"><QuestionSet><Question Type="InfoBox"><Option>x</Option></Question></QuestionSet></Page>'
)
LONG = 11_000_000

ACCEPTED = {
    "an attribute with a prefix that nothing declares": ("", f'<Session a:b="1">{PAGE}</Session>'),
    "an element with a prefix that nothing declares": ("", f"<Session><a:b/>{PAGE}</Session>"),
    "a schema without its namespace": (
        "",
        f'<Session xsi:noNamespaceSchemaLocation="Quiz.xsd">{PAGE}</Session>',
    ),
    "an empty namespace": ("", f'<Session xmlns:a="">{PAGE}</Session>'),
    "the prefix xml declared anew": ("", f'<Session xmlns:xml="urn:x">{PAGE}</Session>'),
    "a namespace that is no address": ("", f'<Session xmlns:a="no address" a:b="1">{PAGE}</Session>'),
    "a page with a prefix": ("", f'<Session xmlns:a="urn:a">{PAGE}<a:Page ID="z"/></Session>'),
    "names of two colons": ("", f'<Session a:b:c="1" :d="2"><a:b:c/><:e/>{PAGE}</Session>'),
    "a prefix that lxml keeps for itself": ("", f'<Session ns0:b="1">{PAGE}</Session>'),
    "another version": ("version='2.0'", f"<Session>{PAGE}</Session>"),
    "no version": ("version=''", f"<Session>{PAGE}</Session>"),
    "Mac's letters": ("version='1.0' encoding='mac_roman'", f"<Session>{PAGE}</Session>"),
    "Python's name of Latin-1": ("version='1.0' encoding='latin_1'", f"<Session>{PAGE}</Session>"),
    "a long text": ("", f"<Session>{PAGE.replace('Größe', 'y' * LONG)}</Session>"),
    "a long comment": ("", f"<Session><!--{'c' * LONG}-->{PAGE}</Session>"),
    "a long name": ("", f"<Session><{'n' * LONG}/>{PAGE}</Session>"),
    "a long value": ("", f"<Session>{PAGE.replace('Höhe', 'v' * LONG)}</Session>"),
}


@pytest.mark.parametrize("kind", ACCEPTED)
def test_a_quiz_without_errors_is_opened_answered_and_opened_again(kind: str, tmp_path: Path) -> None:
    declaration, text = ACCEPTED[kind]
    encoding = declaration.partition("encoding=")[2].strip("'") or "utf-8"
    path = tmp_path / "study.xml"
    path.write_bytes((f"<?xml {declaration}?>" if declaration else "").encode() + text.encode(encoding))
    quiz, problems = read_quiz(path)
    assert quiz is not None
    assert [problem for problem in problems if problem.is_error] == []

    session = Session.open(path, tmp_path / "results", "Ann")
    session.set_draft(0, ("12 cm",))
    session.next()
    session.close()

    page = page_of(saved(tmp_path / "results" / "Ann" / "study" / "study.xml"), 1)
    assert responses(page) == [[[["12 cm"]]]]
    if "Höhe" in text:
        assert page.get("Descriptor") == "Höhe"
    again = Session.open(path, tmp_path / "results", "Ann")
    assert again.notices == ()
    again.close()


REFUSED = {
    "an encoding that nobody knows": (b"<?xml version='1.0' encoding='klingon'?>\n<Session/>", 1),
    "an encoding of several bytes": (b"<?xml version='1.0' encoding='shift_jis'?>\n<Session/>", 1),
    "bytes that are not UTF-8": (b"<Session>\n\n<Page ID='\xff'/></Session>", 3),
    "an attribute twice": (b"<Session>\n<Page a:b='1' a:b='2'/></Session>", 2),
    "a DOCTYPE": (b"\n<!DOCTYPE Session><Session/>", 2),
    "a cut file": (b"<Session>\n<Page>\n", 3),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_quiz_that_is_refused_has_a_line_and_is_not_opened(kind: str, tmp_path: Path) -> None:
    data, line = REFUSED[kind]
    path = tmp_path / "study.xml"
    path.write_bytes(data)
    quiz, problems = read_quiz(path)
    assert quiz is None
    assert [(problem.is_error, problem.line) for problem in problems] == [(True, line)]
    with pytest.raises(SessionError) as fault:
        Session.open(path, tmp_path / "results", "Ann")
    assert str(fault.value) == problems[0].sentence


def test_a_tree_has_what_is_around_and_between_its_elements(tmp_path: Path) -> None:
    from lxml import etree

    # The prefix that nothing declares keeps lxml's own parser from it.
    data = (
        b'<!--a--><Session u:d="1" xmlns:d="urn:d" xml:lang="en">t<a>b</a>c<!--d-->e<![CDATA[<f>]]>'
        b'<d:g d:h="1">i</d:g>&amp;</Session><!--z-->'
    )
    written = etree.tostring(xml_tree(data).getroottree()).decode()
    assert written == (
        '<!--a--><Session xmlns:u="urn:undeclared:u" u:d="1" xml:lang="en">t<a>b</a>c<!--d-->e&lt;f&gt;'
        '<d:g xmlns:d="urn:d" d:h="1">i</d:g>&amp;</Session><!--z-->'
    )
    path = tmp_path / "study.xml"
    path.write_bytes(data)
    assert root_attributes(path)["u:d"] == "1"
