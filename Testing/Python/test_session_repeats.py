"""A repetition that was made by mistake is taken away again, while nothing is on it."""

import shutil
from pathlib import Path

import pytest
from QuizLoaderLib.session.entries import MarkEvent
from QuizLoaderLib.session.session import Session, SessionError
from session_by_hand import page_of, responses, saved, text_page, write_quiz

PAGES = text_page("A", 'Loop="Y"') + text_page("B")


def opened(folder: Path, results: str = "results", clock: list[float] | None = None) -> Session:
    now = clock or [0.0]
    return Session.open(folder / "study.xml", folder / results, "Ann", clock=lambda: now[0])


def ids(session: Session) -> list[str]:
    return [page.id for _key, page in session.pages]


def repeated(folder: Path, pages: str = PAGES, clock: list[float] | None = None) -> Session:
    """At the first repetition of the first page, which was answered."""
    write_quiz(folder, pages)
    session = opened(folder, clock=clock)
    session.set_draft(0, ("one",))
    assert session.repeat() == []
    return session


def test_an_empty_repetition_goes_and_the_reader_goes_on_behind_it(tmp_path: Path) -> None:
    clock = [0.0]
    session = repeated(tmp_path, clock=clock)
    assert ids(session) == ["A", "A-Rep1", "B"]
    assert session.can_remove
    clock[0] += 7
    session.remove_repeat()
    assert ids(session) == ["A", "B"]
    assert (session.where().page.id, session.where().pages_total) == ("B", 2)
    session.previous()
    assert session.locked(), "what was completed before stays so"
    assert not session.can_remove
    session.next()
    session.set_draft(0, ("two",))
    assert session.finish() == []
    session.close()
    root = saved(tmp_path / "results" / "Ann" / "study" / "study.xml")
    assert [page.get("ID") for page in root.findall("Page")] == ["A", "B"]
    assert page_of(root, 1).get("SecondsShown") == "7.000", "its time was a reader's, too"


def test_at_the_end_of_the_quiz_the_reader_is_back_at_the_page_and_can_finish(tmp_path: Path) -> None:
    session = repeated(tmp_path, text_page("A", 'Loop="Y"'))
    session.remove_repeat()
    assert session.where().page.id == "A"
    assert session.finish() == []
    session.close()


@pytest.mark.parametrize("text", ["", "  "])
def test_what_was_typed_and_erased_leaves_it_empty(tmp_path: Path, text: str) -> None:
    session = repeated(tmp_path)
    session.set_draft(0, ("something",))
    assert not session.can_remove
    with pytest.raises(SessionError, match="without any answer"):
        session.remove_repeat()
    session.set_draft(0, (text,))
    session.remove_repeat()
    assert ids(session) == ["A", "B"]
    session.close()
    again = opened(tmp_path)
    assert (ids(again), again.where().page.id) == (["A", "B"], "B")
    again.close()


def test_only_the_last_one_goes_and_what_follows_has_its_name_again(tmp_path: Path) -> None:
    session = repeated(tmp_path)
    session.set_draft(0, ("two",))
    assert session.repeat() == []
    session.previous()
    assert not session.can_remove, "the one before it is not the last"
    session.next()
    session.remove_repeat()
    assert ids(session) == ["A", "A-Rep1", "B"]
    session.previous()
    assert session.answers() == (("two",),)
    session.close()


def test_what_a_drawing_or_an_answer_that_was_left_is_on_is_not_empty(tmp_path: Path) -> None:
    image = '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>'
    page = text_page("A", 'Loop="Y" EnableSegmentEditor="Y"').replace(
        "<QuestionSet>", f"{image}<QuestionSet>"
    )
    session = repeated(tmp_path, page + text_page("B"))
    path = session.drawings.drawing_file("CT")
    session.drawings.set_drawing("CT", path, drawn=False)
    assert session.can_remove
    session.drawings.set_drawing("CT", path, drawn=True)
    assert not session.can_remove
    session.drawings.set_drawing("CT", path, drawn=False)
    session.set_draft(0, ("two",))
    session.previous()
    session.next()
    assert not session.can_remove
    session.close()


@pytest.mark.parametrize("damage", ["none", "no results file", "an old results file"])
def test_the_journal_alone_tells_the_same(tmp_path: Path, damage: str) -> None:
    session = repeated(tmp_path)
    results = tmp_path / "results" / "Ann" / "study" / "study.xml"
    old = results.read_bytes()
    session.set_draft(0, ("a slip",))
    session.set_draft(0, ("",))
    session.remove_repeat()
    session.set_draft(0, ("two",))
    crashed = tmp_path / "crashed"
    shutil.copytree(tmp_path / "results", crashed, ignore=shutil.ignore_patterns("*.lock"))
    session.close()
    copy = crashed / "Ann" / "study" / "study.xml"
    if damage == "no results file":
        copy.unlink()
    elif damage == "an old results file":
        copy.write_bytes(old)
    again = opened(tmp_path, "crashed")
    assert ids(again) == ["A", "B"]
    assert again.where().page.id == "B"
    assert again.answers() == (("two",),)
    again.close()


@pytest.mark.parametrize("attributes", ["", 'AllowMultipleResponse="Y"'])
@pytest.mark.parametrize("damage", [False, True])
def test_a_repetition_that_was_removed_can_be_made_again(
    tmp_path: Path, attributes: str, damage: bool
) -> None:
    session = repeated(tmp_path, text_page("A", f'Loop="Y" {attributes}') + text_page("B"))
    session.remove_repeat()
    session.close()
    if damage:
        (tmp_path / "results" / "Ann" / "study" / "study.xml").unlink()
    session = opened(tmp_path)
    assert session.where().page.id == "B"
    session.previous()
    assert (session.where().can_repeat, session.locked()) == (True, not attributes)
    assert session.repeat() == []
    assert (ids(session), session.answers()) == (["A", "A-Rep1", "B"], (("",),))
    assert not session.locked()
    session.set_draft(0, ("two",))
    assert session.next() == []
    session.previous()
    assert not session.where().can_repeat, "the reader went on without another one"
    session.close()
    root = saved(tmp_path / "results" / "Ann" / "study" / "study.xml")
    assert responses(page_of(root, 1)) == [[[["one"]]]]
    assert responses(page_of(root, 2)) == [[[["two"]]]]


def test_a_page_whose_time_is_over_can_be_repeated_still(tmp_path: Path) -> None:
    clock = [0.0]
    write_quiz(tmp_path, text_page("A", 'Loop="Y" TimeLimit="10"') + text_page("B"))
    session = opened(tmp_path, clock=clock)
    clock[0] += 11
    session.time_out()
    assert session.where().page.id == "B"
    session.previous()
    assert session.locked()
    assert session.repeat() == []
    assert (ids(session), session.locked(), session.limits.left) == (
        ["A", "A-Rep1", "B"],
        False,
        (10.0, 10.0),
    )
    session.close()
    first, second, _last = saved(tmp_path / "results" / "Ann" / "study" / "study.xml").findall("Page")
    assert (first.get("TimedOut"), first.get("PageComplete")) == ("Y", "Y")
    assert (second.get("TimedOut"), second.get("PageComplete")) == (None, "N")


@pytest.mark.parametrize("was_left", [False, True])
def test_whose_marks_and_measures_were_all_deleted_has_nothing_on_it(tmp_path: Path, was_left: bool) -> None:
    form = '<Question Type="Text" Descriptor="Kind"><Option/></Question>'
    marks = f'<QuestionSet><Question Type="Mark" Descriptor="Findings">{form}</Question></QuestionSet>'
    image = '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>'
    write_quiz(tmp_path, f'<Page ID="A" Loop="Y">{image}{marks}</Page>' + text_page("B"))
    session = opened(tmp_path)
    assert session.repeat() == []
    facts = {"Tool": "Point", "Image": "CT", "Center": "1 2 3"}
    for number in (1, 2):
        session.marks.record(0, 0, number, MarkEvent.PLACED, facts)
        session.marks.answer(0, 0, number, 0, ("round",))
    session.measures.record(0, 0, 1, MarkEvent.PLACED, facts)
    if was_left:
        session.previous()
        session.next()
    for number in (1, 2):
        session.marks.record(0, 0, number, MarkEvent.DELETED, {})
        assert not session.can_remove
    session.measures.record(0, 0, 1, MarkEvent.DELETED, {})
    session.close()

    session = opened(tmp_path)
    assert session.can_remove
    session.marks.record(0, 0, 2, MarkEvent.BROUGHT_BACK, facts)
    assert not session.can_remove
    session.marks.record(0, 0, 2, MarkEvent.DELETED, {})
    session.remove_repeat()
    assert (ids(session), session.where().page.id) == (["A", "B"], "B")
    session.close()
    again = opened(tmp_path)
    assert ids(again) == ["A", "B"]
    again.close()
