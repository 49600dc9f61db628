"""Files that are no quiz, or hostile: each gives one sentence, quickly, and nothing is raised."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from quiz_rights import without_rights
from quiz_text import image, page, question, read, session
from QuizLoaderLib.quiz.parser import read_quiz

QUIZ = session(page('Descriptor="H\u00f6he"', image()))


def refusal(folder: Path, data: bytes) -> tuple[str, int, str, str]:
    quiz, problems = read(folder, data)
    assert quiz is None
    assert len(problems) == 1
    problem = problems[0]
    assert problem.is_error
    assert problem.sentence.endswith(".")
    return problem.code, problem.line, problem.sentence, problem.hint


def test_what_is_not_xml_says_where_it_breaks(tmp_path):
    assert refusal(tmp_path, b"")[:2] == ("Q103", 1)
    assert refusal(tmp_path, b"Session: quiz")[:2] == ("Q103", 1)
    assert refusal(tmp_path, b"\x89PNG\r\n\x1a\n\0\0")[0] == "Q103"
    code, line, sentence, hint = refusal(tmp_path, b"<Session>\n<Page>\n</Session>")
    assert (code, line, hint) == ("Q103", 3, "“Page” of line 2 is still open")
    assert "mismatched tag" in sentence
    code, line, sentence, hint = refusal(tmp_path, b"<Session>\n<Page>\n")
    assert (code, line, hint) == ("Q103", 3, "“Page” of line 2 is still open")
    assert "ends too early" in sentence
    assert "&amp;" in refusal(tmp_path, b"<Session><Page ID='a & b'/></Session>")[3]


def test_another_root_is_refused_with_the_right_one(tmp_path):
    assert refusal(tmp_path, b"<html><Page/></html>")[0] == "Q106"
    assert refusal(tmp_path, b"\n<session/>") == (
        "Q106",
        2,
        "The root element “session” is not Session.",
        "write “Session”",
    )


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE Session>",
        '<!DOCTYPE Session SYSTEM "http://example.org/quiz.dtd">',
        '<!DOCTYPE Session [<!ENTITY file SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Session [<!ENTITY a "lol">'
        + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
        + "]>",
    ],
)
def test_a_doctype_is_refused_before_anything_in_it_counts(doctype, tmp_path):
    body = '<Session><Page ID="&i;"/></Session>'
    assert refusal(tmp_path, f"<?xml version='1.0'?>\n{doctype}{body}".encode())[:2] == ("Q104", 2)


def test_an_entity_that_xml_does_not_have_itself_is_an_error(tmp_path):
    assert refusal(tmp_path, b"<Session><Page ID='&eacute;'/></Session>")[0] == "Q103"


@pytest.mark.parametrize("name", ["Session", "Page", "a"])
def test_a_hundred_thousand_nested_elements_are_refused(name, tmp_path):
    data = b"<Session>" + f"<{name}>".encode() * 100_000 + f"</{name}>".encode() * 100_000 + b"</Session>"
    assert refusal(tmp_path, data)[0] == "Q105"


def test_a_file_of_500_megabytes_is_refused_without_being_read(tmp_path):
    path = tmp_path / "quiz.xml"
    with path.open("wb") as file:
        file.truncate(500_000_000)
    quiz, problems = read_quiz(path)
    assert quiz is None
    assert [problem.code for problem in problems] == ["Q102"]
    assert "100 MB" in problems[0].sentence


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_encodings_that_editors_write_are_read(encoding, tmp_path):
    declared = encoding.removesuffix("-sig")
    quiz, problems = read(tmp_path, f"<?xml version='1.0' encoding='{declared}'?>\n{QUIZ}".encode(encoding))
    assert problems == []
    assert quiz is not None
    assert quiz.pages[0].descriptor == "H\u00f6he"


def test_utf_16_without_a_declaration_is_read(tmp_path):
    quiz, problems = read(tmp_path, QUIZ.encode("utf-16"))
    assert (quiz is not None, problems) == (True, [])


def test_an_encoding_that_is_not_known_or_not_true_is_refused_with_a_remedy(tmp_path):
    for declared in ("klingon", "shift_jis"):
        code, _, _, hint = refusal(tmp_path, f"<?xml version='1.0' encoding='{declared}'?>{QUIZ}".encode())
        assert (code, hint) == ("Q103", "save it as UTF-8")
    assert "UTF-8" in refusal(tmp_path, QUIZ.encode("iso-8859-1"))[3]


def test_a_session_without_a_page_is_an_error(tmp_path):
    quiz, problems = read(tmp_path, "<Session/>")
    assert quiz is not None
    assert [problem.code for problem in problems] == ["Q201"]


def test_a_quiz_that_is_missing_or_a_folder_is_one_sentence(tmp_path):
    for path, what in ((tmp_path / "none.xml", "does not exist"), (tmp_path, "is not a file")):
        quiz, problems = read_quiz(path)
        assert quiz is None
        assert [problem.code for problem in problems] == ["Q101"]
        assert what in problems[0].sentence


@pytest.mark.skipif(os.name == "nt", reason="the rights of Windows are no mode bits")
def test_a_quiz_that_may_not_be_read_is_one_sentence(tmp_path):
    path = tmp_path / "quiz.xml"
    path.write_text(QUIZ, encoding="utf-8")
    with without_rights(path):
        quiz, problems = read_quiz(path)
    assert quiz is None
    assert [problem.code for problem in problems] == ["Q101"]
    assert "Permission denied" in problems[0].sentence


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path):
    path = tmp_path / "quiz.xml"
    os.mkfifo(path)
    code = "import sys; from pathlib import Path; from QuizLoaderLib.quiz.parser import read_quiz;"
    code += "print(read_quiz(Path(sys.argv[1]))[1][0].code)"
    result = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, encoding="utf-8", timeout=600, check=True
    )
    assert result.stdout.strip() == "Q101"


def test_long_values_and_names_do_not_make_long_sentences(tmp_path):
    long = "x" * 1_000_000
    _, problems = read(tmp_path, session(page(f'Layout="{long}" {long}="{long}"')))
    assert [problem.code for problem in problems] == ["Q113", "Q111"]
    assert all(len(problem.as_line("quiz.xml")) < 400 for problem in problems)


def test_a_text_of_many_blanks_is_read_in_no_time_and_keeps_its_words(tmp_path):
    blanks = " " * 1_000_000
    quiz, problems = read(tmp_path, session(page("", question('Type="Radio"', f"a{blanks}b\n{blanks}c"))))
    assert (quiz is not None, problems) == (True, [])
    assert quiz is not None
    assert quiz.pages[0].question_sets[0].questions[0].options == (f"a{blanks}b c",)
