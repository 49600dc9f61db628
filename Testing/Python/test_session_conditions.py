"""Conditions in a reader's session: what is hidden is not asked and not required, and comes back with its
answer."""

import itertools
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from QuizLoaderLib.results.tables import answer_rows, mrmc_rows
from QuizLoaderLib.session.page_facts import PageFact
from QuizLoaderLib.session.results_parser import read_all_results
from QuizLoaderLib.session.session import Session
from session_by_hand import SOAK, fast_folder, page_of, responses, saved, write_quiz

YES, NO = ("Y", "N"), ("N", "Y")


def choice(name: str, show_if: str = "") -> str:
    condition = f'ShowIf="{show_if}"' if show_if else ""
    return (
        f'<Question ID="{name}" Type="Radio" Descriptor="{name}" {condition}>'
        "<Option>yes</Option><Option>no</Option></Question>"
    )


def question_set(*questions: str, attributes: str = "") -> str:
    return f"<QuestionSet {attributes}>{''.join(questions)}</QuestionSet>"


def page(page_id: str, *sets: str, attributes: str = "") -> str:
    return f'<Page ID="{page_id}" {attributes}>{"".join(sets)}</Page>'


MANY = 'AllowMultipleResponse="Y"'
THREE_DEEP = page(
    "A",
    question_set(choice("lesion"), choice("sure", "lesion = 'yes'"), choice("biopsy", "sure = 'yes'")),
    question_set(choice("when"), attributes="ShowIf=\"biopsy = 'yes'\""),
    attributes=MANY,
) + page("B", question_set(choice("why")), attributes="ShowIf=\"A/when = 'no'\"")
LAST = page("Z", question_set(choice("end")))


def begun(folder: Path, pages: str) -> Session:
    return Session.open(write_quiz(folder, pages), folder / "results", "Ann", seed=1)


def file_of(folder: Path):
    return saved(folder / "results" / "Ann" / "study" / "study.xml")


def shown(session: Session) -> tuple[str, list[str]]:
    """The page and what is asked on it."""
    where = session.where()
    questions = where.question_set.questions if where.question_set else ()
    return where.page.id, [questions[each].id for each in session.asked_questions()]


def test_three_conditions_deep_each_answer_opens_the_next(tmp_path):
    session = begun(tmp_path, THREE_DEEP + LAST)
    assert shown(session) == ("A", ["lesion"])
    session.set_draft(0, YES)
    assert shown(session) == ("A", ["lesion", "sure"])
    assert session.next() == ["Please choose an option of “sure”."]
    session.set_draft(1, YES)
    assert shown(session) == ("A", ["lesion", "sure", "biopsy"])
    session.set_draft(2, YES)
    assert session.next() == []
    assert shown(session) == ("A", ["when"])
    session.set_draft(0, NO)
    assert session.next() == []
    assert shown(session) == ("B", ["why"])
    # Two steps back, the first answer hides everything behind it.
    session.previous()
    session.previous()
    session.set_draft(0, NO)
    assert shown(session) == ("A", ["lesion"])
    assert session.next() == []
    assert shown(session) == ("Z", ["end"])
    session.set_draft(0, YES)
    assert session.finish() == []

    root = file_of(tmp_path)
    assert responses(page_of(root, 1)) == [
        [[["Y", "N"], ["N", "Y"]], [["Y", ""], ["N", ""]], [["Y", ""], ["N", ""]]],
        [[["N", ""], ["Y", ""]]],
    ]
    assert responses(page_of(root, 2)) == [[[[""], [""]]]]
    assert [each.get("PageComplete") for each in root.findall("Page")] == ["Y", None, "Y"]


def test_an_answer_that_is_hidden_is_back_with_its_question(tmp_path):
    session = begun(tmp_path, THREE_DEEP + LAST)
    for question in range(3):
        session.set_draft(question, YES)
    session.next()
    session.set_draft(0, NO)
    session.next()
    session.close()
    session = Session.open(tmp_path / "study.xml", tmp_path / "results", "Ann")
    assert shown(session) == ("B", ["why"])
    session.previous()
    session.previous()
    session.set_draft(1, NO)
    session.next()
    assert shown(session) == ("Z", ["end"])
    session.previous()
    session.set_draft(1, YES)
    assert session.answers() == (YES, YES, YES)
    session.next()
    assert (shown(session), session.answers()) == (("A", ["when"]), (NO,))
    session.close()
    # The newest Response is again the one that counts.
    when = [each[-1] for each in responses(page_of(file_of(tmp_path), 1))[1][0]]
    assert when == ["N", "Y"]


def test_what_was_never_asked_is_told_at_the_end_also_behind_a_page_that_cannot_be_left_again(tmp_path):
    pages = page("A", question_set(choice("lesion")), attributes=MANY)
    pages += page("M", question_set(choice("other")))
    pages += page("B", question_set(choice("why")), attributes="ShowIf=\"A/lesion = 'yes'\"") + LAST
    session = begun(tmp_path, pages)
    for _ in range(2):
        session.set_draft(0, YES)
        session.next()
    assert shown(session) == ("B", ["why"])
    session.previous()
    session.previous()
    session.set_draft(0, NO)
    session.next()
    session.next()
    assert shown(session) == ("Z", ["end"])
    session.set_draft(0, YES)
    assert session.finish() == []
    root = file_of(tmp_path)
    told = [each.get("NotAsked") for each in page_of(root, 3).iter("Response")]
    assert told == ["Y", "Y"]
    assert {each.get("Event") for each in page_of(root, 3).iter("Response")} == {"Finish"}
    (results,) = read_all_results([tmp_path / "results"]).results
    assert [row["not_asked"] for row in answer_rows(results) if row["page_id"] == "B"] == ["Y", "Y"]


@pytest.mark.parametrize("comes_back_later", [False, True])
def test_an_answer_pages_away_is_not_asked_and_asked_again_in_the_same_or_a_later_visit(
    tmp_path, comes_back_later
):
    between = page("M", question_set(choice("other")), attributes=MANY)
    depending = page("B", question_set(choice("why")), attributes=f"{MANY} ShowIf=\"A/lesion = 'yes'\"")
    pages = page("A", question_set(choice("lesion")), attributes=MANY) + between + depending + LAST
    session = begun(tmp_path, pages)
    for answer in (YES, YES, NO):
        session.set_draft(0, answer)
        assert session.next() == []
    for answer, newest in ((NO, ["", ""]), (YES, ["N", "Y"])):
        if comes_back_later:
            session.close()
            session = Session.open(tmp_path / "study.xml", tmp_path / "results", "Ann")
        while shown(session)[0] != "A":
            session.previous()
        session.set_draft(0, answer)
        assert session.next() == []
        ((options,),) = responses(page_of(file_of(tmp_path), 3))
        assert [given[-1] for given in options] == newest
    assert [len(given) for given in options] == [3, 3]


def test_a_complete_page_is_open_again_where_an_answer_elsewhere_shows_a_question(tmp_path):
    pages = page("A", question_set(choice("a")), attributes=MANY)
    pages += page("B", question_set(choice("b"), choice("c", "A/a = 'yes'"))) + LAST
    session = begun(tmp_path, pages)
    session.set_draft(0, NO)
    session.next()
    session.set_draft(0, YES)
    session.next()
    session.previous()
    assert session.locked()
    session.previous()
    session.set_draft(0, YES)
    session.next()
    assert not session.locked()
    assert session.next() == ["Please choose an option of “c”."]
    session.close()
    assert [each.get("PageComplete") for each in file_of(tmp_path).findall("Page")] == ["Y", "N", None]
    again = Session.open(tmp_path / "study.xml", tmp_path / "results", "Ann")
    assert shown(again) == ("B", ["b", "c"])


def test_each_repetition_goes_by_its_own_answers_and_other_pages_by_the_original(tmp_path):
    pages = page("A", question_set(choice("a"), choice("b", "a = 'yes'")), attributes='Loop="Y"')
    pages += page("B", question_set(choice("c")), attributes="ShowIf=\"A/a = 'yes'\"") + LAST
    session = begun(tmp_path, pages)
    session.set_draft(0, YES)
    session.set_draft(1, YES)
    session.repeat()
    session.set_draft(0, NO)
    assert shown(session) == ("A-Rep1", ["a"])
    session.next()
    assert shown(session) == ("B", ["c"])


def test_what_was_not_asked_is_told_in_the_tables_and_has_no_score(tmp_path):
    session = begun(tmp_path, THREE_DEEP + LAST)
    session.set_draft(0, NO)
    session.next()
    session.set_draft(0, YES)
    session.finish()
    (results,) = read_all_results([tmp_path / "results"]).results
    rows = [
        (row["page_id"], row["question_descriptor"], row["response"], row["not_asked"])
        for row in answer_rows(results)
        if row["option"] == 2 and row["last_answer"] == "Y"
    ]
    assert rows == [
        ("A", "lesion", "Y", "N"),
        ("A", "sure", "", "Y"),
        ("A", "biopsy", "", "Y"),
        ("A", "when", "", "Y"),
        ("B", "why", "", "Y"),
        ("Z", "end", "N", "N"),
    ]
    scores = [
        (row["question"], row["score"]) for row in mrmc_rows(results, PageFact.PAGE_ID, PageFact.PAGE_ID)
    ]
    assert scores == [("lesion", "2"), ("end", "1")]


GRAPH = [
    ("a", ""),
    ("b", "a = 'yes'"),
    ("c", "a = 'no' or b = 'yes'"),
    ("d", "not c = 'yes' and answered(b)"),
]
TEN = "".join(
    page(f"P{index}", question_set(choice(name, condition)), attributes=MANY)
    for index, (name, condition) in enumerate(
        [
            ("a", ""),
            ("b", "P0/a = 'yes'"),
            ("c", "P0/a = 'no' or P1/b = 'yes'"),
            ("d", "not P2/c = 'yes' and answered(P1/b)"),
        ]
    )
)


def expected(answers: dict[str, str]) -> list[str]:
    """The rules above in words of their own."""
    asked = ["a"]
    if answers.get("a") == "yes":
        asked.append("b")
    if answers.get("a") == "no" or ("b" in asked and answers.get("b") == "yes"):
        asked.append("c")
    says_yes = "c" in asked and answers.get("c") == "yes"
    if not says_yes and "b" in asked and "b" in answers:
        asked.append("d")
    return asked


@settings(max_examples=300 if SOAK else 30)
@given(
    answers=st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["yes", "no"])),
    seed=st.integers(0, 999),
)
def test_what_is_asked_follows_from_the_answers_whatever_their_order(answers, seed):
    one_page = page("P", question_set(*(choice(*each) for each in GRAPH)), attributes=MANY)
    session = begun(fast_folder(), one_page)
    order = list(answers)
    random.Random(seed).shuffle(order)
    for name in order:
        # Another answer first, which is taken back.
        other = NO if answers[name] == "yes" else YES
        session.set_draft("abcd".index(name), other)
        session.set_draft("abcd".index(name), YES if answers[name] == "yes" else NO)
    assert shown(session)[1] == expected(answers)
    given_answers = [
        YES if answers.get(name) == "yes" else NO if name in answers else ("N", "N") for name in "abcd"
    ]
    assert list(session.answers()) == given_answers
    session.close()
    again = Session.open(session.quiz.path, session.quiz.path.parent / "results", "Ann")
    assert shown(again)[1] == expected(answers)
    assert list(again.answers()) == given_answers
    again.close()


@pytest.mark.parametrize("choices", list(itertools.product(["yes", "no"], repeat=4)))
def test_over_pages_only_those_that_are_asked_are_come_to(choices):
    session = begun(fast_folder(), TEN)
    answers = dict(zip("abcd", choices, strict=True))
    seen = []
    while True:
        _page, asked = shown(session)
        seen += asked
        for name in asked:
            session.set_draft(0, YES if answers[name] == "yes" else NO)
        if session.where().is_last:
            break
        assert session.next() == []
    if not seen or session.where().question_set is None:
        return
    assert seen == expected({name: answers[name] for name in seen})
    session.close()


def test_a_repetition_begins_at_the_first_question_set_that_is_asked(tmp_path):
    hidden = question_set(choice("detail"), attributes="ShowIf=\"A/lesion = 'yes'\"")
    pages = page("A", question_set(choice("lesion")))
    pages += page("B", hidden, question_set(choice("view")), attributes='Loop="Y"')
    session = begun(tmp_path, pages)
    session.set_draft(0, NO)
    session.next()
    session.set_draft(0, YES)
    assert session.repeat() == []
    assert shown(session) == ("B-Rep1", ["view"])
    session.set_draft(0, NO)
    session.close()
    again = Session.open(tmp_path / "study.xml", tmp_path / "results", "Ann")
    assert (shown(again), again.answers()) == (("B-Rep1", ["view"]), (NO,))
    assert again.finish() == []
