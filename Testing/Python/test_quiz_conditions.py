"""Conditions of ShowIf: what is read, what is refused with its place, and what the check finds."""

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quiz_text import problems_of
from QuizLoaderLib.quiz.conditions import DEEPEST, ConditionError, Values, read_condition
from QuizLoaderLib.quiz.parser import read_quiz
from QuizLoaderLib.quiz.visibility import Place, Visibility
from session_by_hand import SOAK

QUESTIONS = """
<Question ID="side" Type="Radio" Descriptor="Side"><Option>left</Option><Option>right</Option></Question>
<Question ID="signs" Type="CheckBox" Descriptor="S"><Option>halo</Option><Option>cavity</Option></Question>
<Question ID="size" Type="IntegerValue" Descriptor="Size" Min="1" Max="9"><Option>mm</Option></Question>
<Question ID="grade" Type="Radio" Descriptor="Grade"><Option>1</Option><Option>2</Option></Question>
<Question ID="why" Type="Text" Descriptor="Why"><Option>Why</Option></Question>
<Question ID="signed" Type="Text"><Option>Name</Option><Option>Place</Option><Option>Day</Option></Question>
<Question ID="spans" Type="FloatValue"><Option>long</Option><Option>short</Option></Question>
<Question ID="seen" Type="Matrix" Descriptor="Seen"><Row>left</Row><Row>right</Row><Option>yes</Option>
<Option>no</Option></Question>
<Question ID="worst" Type="Ranking" Descriptor="Worst"><Option>noise</Option><Option>blur</Option></Question>
<Question ID="note" Type="InfoBox" Descriptor="Note"><Option>Read</Option></Question>
"""
GIVEN: dict[str, Values] = {
    "side": ("left",),
    "signs": ("halo", "cavity"),
    "size": (5.0,),
    "grade": ("2",),
    "why": ("it's round",),
}


def holds(text: str, given: dict[str, Values] | None = None) -> bool:
    known = GIVEN if given is None else given
    return read_condition(text).holds(lambda name: known.get(str(name), ()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("side = 'left'", True),
        ("side != 'left'", False),
        ("side in ('right', 'left')", True),
        ("signs = 'halo' and signs = 'cavity'", True),
        ("signs != 'halo'", False),
        ("count(signs) = 2", True),
        ("count(nothing) = 0", True),
        ("size lt 5 or size ge 5 and size le 5", True),
        ("size > 4.5 and 4.5 < size and 5 >= size", True),
        ("grade ge 2", True),
        ("grade = 2 and grade = '2'", True),
        ("why = 'it''s round'", True),
        ("not (side = 'right')", True),
        ("nothing = 'x' or nothing != 'x' or nothing lt 3 or nothing ge 3", False),
        ("not nothing = 'x'", True),
        ("answered(side) and not answered(nothing)", True),
        ("not side = 'right' and size = 6 or [Case 1/side] = 'left'", False),
    ],
)
def test_a_condition_holds_as_its_words_say(text, expected):
    assert holds(text) is expected


@pytest.mark.parametrize(
    ("text", "column", "hint"),
    [
        ("side", 5, "answered(side)"),
        ("side = ", 8, ""),
        ("(side = 'left'", 15, ""),
        ("side = 'left", 8, "apostrophe"),
        ('side = "left"', 8, "apostrophes"),
        ("side-a = 'left'", 5, "brackets"),
        ("[/a] = 1", 2, "slash"),
        ("1 = 1", 1, "ID"),
        ("side == 'left'", 7, ""),
        ("and = 1", 1, ""),
        ("size = 1e999", 8, ""),
        ("(" * 10_000, DEEPEST + 2, ""),
        ("not " * 10_000, 4 * (DEEPEST + 1) + 1, ""),
    ],
)
def test_what_is_no_condition_is_refused_with_its_place(text, column, hint):
    with pytest.raises(ConditionError) as fault:
        read_condition(text)
    assert fault.value.column == column
    assert f"letter {column}" in fault.value.sentence
    assert hint in fault.value.hint


names = st.sampled_from(["a", "b_1", "P/c", "[Patient 1/side]", "é"])
constants = st.one_of(
    st.integers(-99, 99).map(str), st.sampled_from(["'x'", "'it''s'", "''", "0.5", "'<&>'"])
)
leaves = st.one_of(
    st.builds("answered({})".format, names),
    st.builds(
        "{} {} {}".format, names, st.sampled_from(["=", "!=", "lt", "le", "gt", "ge", "<", ">="]), constants
    ),
    st.builds("count({}) ge {}".format, names, st.integers(0, 5)),
    st.builds("{} in ({})".format, names, st.lists(constants, min_size=1, max_size=3).map(", ".join)),
)
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("{} or {}".format, inner, inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=12,
)
pieces = st.lists(
    st.one_of(
        leaves,
        st.sampled_from([*"()=<>!,[]'/ ", "and", "or", "not", "in", "answered", "count", "lt", "1e5", "-"]),
        st.text(string.printable, max_size=3),
    ),
    max_size=25,
).map(" ".join)


@settings(max_examples=5000 if SOAK else 150)
@given(expressions, st.dictionaries(names, st.lists(constants, max_size=3).map(tuple)))
def test_any_expression_of_the_grammar_is_read_and_not_is_its_opposite(text, given_answers):
    assert holds(text, given_answers) is not holds(f"not ({text})", given_answers)


@settings(max_examples=5000 if SOAK else 150)
@given(st.one_of(pieces, st.text(max_size=40)))
def test_any_text_is_read_or_refused_at_one_of_its_letters(text):
    try:
        condition = read_condition(text)
    except ConditionError as fault:
        assert 1 <= fault.column <= len(text) + 1
    else:
        assert condition.references
        assert condition.expression.holds(lambda _name: ()) in (True, False)


def checked(folder: Path, condition: str, *more: str, attributes: str = "") -> list[tuple[str, int, str]]:
    """Code, line and text of what is wrong with a quiz whose second set shows by the condition."""
    written = condition.replace("<", "&lt;").replace('"', "&quot;")
    info = '<Question Type="InfoBox"><Option>i</Option></Question>'
    second = f'<QuestionSet ShowIf="{written}">{info}</QuestionSet>'
    first = f"<QuestionSet ID='first'>{QUESTIONS}</QuestionSet>"
    text = f'<Session {attributes}><Page ID="P">{first}\n{second}</Page>{"".join(more)}</Session>'
    return [(each.code, each.line, each.text) for each in problems_of(folder, text)]


@pytest.mark.parametrize(
    "condition",
    [
        "side = 'left' and count(signs) ge 1",
        "size lt 9",
        "grade ge 2 or grade = 1",
        "answered(why)",
        "P/side = 'right'",
        "[P/side] != 'left'",
        "why = 'x' or side in ('left')",
        "count(signed) ge 2",
        "spans lt 3 and spans gt 5",
        "worst = 'noise' or not answered(worst)",
        "seen = 'yes' and seen = 'no' and count(seen) = 2",
    ],
)
def test_a_right_condition_has_no_problem(condition, tmp_path):
    assert checked(tmp_path, condition) == []


@pytest.mark.parametrize(
    ("condition", "code", "words"),
    [
        ("side = 'left' and", "Q810", "letter 18"),
        ("sidee = 'left'", "Q811", "did you mean “side”"),
        ("Q/side = 'left'", "Q811", "no page “Q”"),
        ("first = 'left'", "Q811", "QuestionSet"),
        ("side = 'middle'", "Q815", "“left”, “right”"),
        ("side in ('left', 'middle')", "Q815", "“middle”"),
        ("size = 10", "Q815", "never be 10"),
        ("size = 2.5", "Q815", "never be 2.5"),
        ("grade = 3", "Q815", "no Option 3"),
        ("size = 'five'", "Q816", "without apostrophes"),
        ("why = 5", "Q816", "in apostrophes"),
        ("side gt 'left'", "Q816", "no number"),
        ("why lt 3", "Q816", "no number"),
        ("count(signs) = 'two'", "Q816", "a number"),
        ("answered(note)", "Q816", "never answered"),
        ("note = 'x'", "Q816", "has no value"),
        ("side = 'left' or not side = 'left'", "Q817", "always true"),
        ("size lt 3 and size gt 4", "Q817", "never true"),
        ("signs = 'halo' and count(signs) = 0", "Q817", "never true"),
        ("count(why) ge 2", "Q817", "never true"),
        ("worst in ('noise', 'blur') or not answered(worst)", "Q817", "always true"),
        ("worst = 'noise' and worst = 'blur'", "Q817", "never true"),
    ],
)
def test_a_wrong_condition_is_told_with_its_line(condition, code, words, tmp_path):
    ((found, line, text),) = checked(tmp_path, condition)
    assert (found, line) == (code, 14)
    assert words in text


def page(page_id: str, *questions: str, attributes: str = "") -> str:
    return f'<Page ID="{page_id}" {attributes}><QuestionSet>{"".join(questions)}</QuestionSet></Page>'


def choice(name: str, show_if: str = "") -> str:
    condition = f'ShowIf="{show_if}"' if show_if else ""
    return (
        f'<Question ID="{name}" Type="Radio" Descriptor="{name}" {condition}>'
        "<Option>yes</Option><Option>no</Option></Question>"
    )


def codes(folder: Path, *pages: str, attributes: str = "") -> list[str]:
    return [each.code for each in problems_of(folder, f"<Session {attributes}>{''.join(pages)}</Session>")]


def test_what_is_asked_later_or_depends_on_itself_cannot_be_named(tmp_path):
    a, b = choice("a"), choice("b", "a = 'yes'")
    assert codes(tmp_path, page("P", a, b)) == []
    assert codes(tmp_path, page("P", b, a)) == ["Q813"]
    assert codes(tmp_path, page("P", choice("a", "a = 'yes'"))) == ["Q814"]
    circle = page("P", choice("a", "b = 'yes'"), b)
    assert sorted(codes(tmp_path, circle)) == ["Q813", "Q814", "Q814"]
    followed = page("P", choice("a", "b = 'yes'"), b, choice("c", "b = 'yes'"), choice("d", "c = 'yes'"))
    assert sorted(codes(tmp_path, followed)) == ["Q813", "Q814", "Q814"]
    own_page = page("P", a, attributes="ShowIf=\"P/a = 'yes'\"")
    assert codes(tmp_path, own_page) == ["Q814"]


def test_another_page_is_named_where_it_comes_before_for_certain(tmp_path):
    second = page("B", choice("b", "A/a = 'yes'"), attributes='PageGroup="2"')
    first = page("A", choice("a"), attributes='PageGroup="1"')
    third = page("C", choice("c"), attributes='PageGroup="2"')
    assert codes(tmp_path, first, second) == []
    assert codes(tmp_path, second, first) == ["Q813"]
    assert codes(tmp_path, first, second, third, attributes='RandomizePageGroups="Y"') == ["Q813"]
    zero = first.replace('"1"', '"0"')
    assert codes(
        tmp_path, zero, second, page("D", attributes='PageGroup="3"'), attributes='RandomizePageGroups="Y"'
    ) == ["Q309"]
    assert codes(tmp_path, first, first.replace("<Page", '<Page Descriptor="x"'), second) == ["Q812"]
    assert codes(tmp_path, page("A", choice("a"), choice("a")), second) == ["Q812"]


def test_a_less_sign_in_the_file_is_told_by_its_word(tmp_path):
    path = tmp_path / "quiz.xml"
    path.write_text(f"<Session>\n{page('P', choice('b', 'size < 3'))}</Session>", encoding="utf-8")
    quiz, (problem,) = read_quiz(path)
    assert quiz is None
    assert (problem.code, problem.line) == ("Q103", 2)
    assert "lt" in problem.hint.split()


def test_ten_thousand_pages_with_one_condition_each_are_checked(tmp_path):
    pages = (
        page(f"P{number}", choice("a"), choice("b", f"P{max(number - 1, 1)}/a = 'no' or a = 'yes'"))
        for number in range(1, 10_001)
    )
    assert codes(tmp_path, *pages) == []


def test_an_answer_has_only_those_conditions_tried_again_that_name_it(tmp_path):
    """So a long quiz is gone through, and taken up again, in a time that grows with its length alone."""
    pages = [page("P1", choice("a"))]
    pages += [page(f"P{each}", choice("a", f"P{each - 1}/a = 'yes'")) for each in range(2, 301)]
    path = tmp_path / "quiz.xml"
    path.write_text(f"<Session>\n{''.join(pages)}</Session>", encoding="utf-8")
    quiz, _ = read_quiz(path)
    assert quiz
    answers: dict[int, Values] = {}
    tried = []

    def given_to(place: Place, _repetition: int) -> Values:
        tried.append(place.page)
        return answers.get(place.page, ())

    visibility = Visibility(quiz.pages, given_to)
    assert [visibility.hides(Place(number, 0, 0)) for number in (1, 2, 300)] == [False, True, True]
    tried.clear()
    for number in range(1, 301):
        answers[number] = ("yes",)
        visibility.look_again(number)
        assert not visibility.hides(Place(min(number + 1, 300), 0, 0))
    assert len(tried) <= 3 * 300
    assert not visibility.hides(Place(300, 0, 0))
    # The first answer hides all that hangs on it.
    answers[1] = ("no",)
    visibility.look_again(1)
    assert all(visibility.hides(Place(number, 0, 0)) for number in range(2, 301))
