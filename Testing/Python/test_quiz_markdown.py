"""Bold, italic, lists and links of a text in Markdown; all else is shown as it is written."""

import re
import time
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from QuizLoaderLib.quiz.markdown import html_of, plain_text

LINK = '<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>'


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**bold** and __bold__", "<p><strong>bold</strong> and <strong>bold</strong></p>"),
        ("*so* and _so_", "<p><em>so</em> and <em>so</em></p>"),
        ("**a *b* c**", "<p><strong>a <em>b</em> c</strong></p>"),
        ("snake_case_name, 2 * 3 * 4", "<p>snake_case_name, 2 * 3 * 4</p>"),
        (r"\*not\* ** so", "<p>*not* ** so</p>"),
        ("one\ntwo\n\nthree", "<p>one two</p><p>three</p>"),
        ("Look:\n- a\n- b\n  c\n* d", "<p>Look:</p><ul><li>a</li><li>b c</li><li>d</li></ul>"),
        ("3. a\n4. b\n\nend", '<ol start="3"><li>a</li><li>b</li></ol><p>end</p>'),
        ("[a](https://b.c/?d=1&e=2)", f"<p>{LINK.format('https://b.c/?d=1&amp;e=2', 'a')}</p>"),
        ("[me](mailto:a@b.org)", f"<p>{LINK.format('mailto:a@b.org', 'me')}</p>"),
        ("[x](javascript:alert)", "<p>[x](javascript:alert)</p>"),
        ('[x](https://a"onclick="b)', f"<p>{LINK.format('https://a&quot;onclick=&quot;b', 'x')}</p>"),
        ("<b>x</b> ![y](z.png)", "<p>&lt;b&gt;x&lt;/b&gt; ![y](z.png)</p>"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_written_is_shown(written, shown):
    assert html_of(written) == shown


def test_a_picture_of_a_page_has_the_words():
    assert plain_text("**Now**:\n- *one*\n- [two](https://a.b)") == "Now:\none\ntwo (https://a.b)"


@given(st.text(alphabet="ab *_[]()\\\n-1.<>&\"'!:/hp", max_size=60))
def test_whatever_is_written_is_html_of_these_elements(written):
    root = ElementTree.fromstring(f"<div>{html_of(written)}</div>")
    assert {each.tag for each in root.iter()} <= {"div", "p", "ul", "ol", "li", "strong", "em", "a"}
    assert all(each.tag in ("a", "ol") or not each.attrib for each in root.iter())
    # No letter is lost and none comes in.
    letters = re.sub(r"[^ab&<>hp]", "", "".join(root.itertext()))
    assert letters == re.sub(r"[^ab&<>hp]", "", re.sub(r"\]\((https?://|mailto:)[^()\s<>]+\)", "", written))


@pytest.mark.parametrize("written", ["**a ", "*a", "[", "<a", "_a ", "**", "**a_"])
def test_a_long_text_takes_the_time_that_its_length_needs(written):
    start = time.process_time()
    html_of(written * 2000)
    assert time.process_time() - start < 1
