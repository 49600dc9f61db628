"""Marks in a session: walks by chance with crashes, what is refused, and a mark question that is hidden."""

import random
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from QuizLoaderLib.session.entries import MarkEvent
from QuizLoaderLib.session.session import Session, SessionError
from session_by_hand import SOAK, fast_folder, page_of, saved, write_quiz

QUESTIONS = """<QuestionSet>
<Question Type="Radio" ID="any" Descriptor="Any?"><Option>yes</Option><Option>no</Option></Question>
<Question Type="Mark" ID="f" Descriptor="Findings" Max="4" ShowIf="any = 'yes'">
<Question Type="Radio" Descriptor="Kind"><Option>a</Option><Option>b</Option></Question>
<Question Type="FloatValue" Descriptor="Size"><Option/></Question></Question></QuestionSet>"""
IMAGE = '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>'
PAGES = f"""<Page ID="A" AllowMultipleResponse="Y" Loop="Y">{IMAGE}{QUESTIONS}</Page><Page ID="B"/>"""
MARK = 1
"""The Mark question in its set."""


def open_session(folder: Path) -> Session:
    quiz = folder / "study.xml"
    return Session.open(quiz if quiz.exists() else write_quiz(folder, PAGES), folder / "results", "Ann")


def place(session: Session, number: int, event: MarkEvent = MarkEvent.PLACED, center: str = "1 2 3") -> None:
    session.marks.record(0, MARK, number, event, {"Tool": "Point", "Image": "CT", "Center": center})


def marks_in_file(folder: Path) -> dict[int, tuple[str, bool, list[str]]]:
    """By number: where it is, whether it was deleted, and the answers of its form."""
    root = ElementTree.parse(folder / "results" / "Ann" / "study" / "study.xml").getroot()
    question = root.findall("Page")[0].findall("QuestionSet/Question")[MARK]
    return {
        int(mark.get("Number", 0)): (
            mark.get("Center", ""),
            mark.get("Deleted") == "Y",
            [
                each.text or ""
                for each in sorted(mark.findall("Response"), key=lambda one: one.get("Question", ""))
            ],
        )
        for mark in question.findall("MarkPath")
    }


@pytest.mark.parametrize("seed", range(200 if SOAK else 8))
def test_walks_by_chance_lose_no_mark_and_no_answer_also_where_the_program_is_killed(seed: int) -> None:
    chance, folder = random.Random(seed), fast_folder()
    session = open_session(folder)
    session.set_draft(0, ("Y", "N"))
    model: dict[int, tuple[str, bool, list[str]]] = {}
    for step in range(60):
        there = [number for number, (_, is_deleted, _) in model.items() if not is_deleted]
        gone = [number for number in model if number not in there]
        what = chance.choice(("place", "move", "delete", "back", "kind", "size", "leave", "kill"))
        center = f"{step} {chance.randrange(100)} -{seed}.5"
        if what == "place" or (what == "back" and gone):
            number = chance.choice(gone) if what == "back" else max(model, default=0) + 1
            event = MarkEvent.BROUGHT_BACK if what == "back" else MarkEvent.PLACED
            if len(there) == 4:
                with pytest.raises(SessionError, match="“Findings” takes at most 4 marks"):
                    place(session, number, event, center)
            else:
                place(session, number, event, center)
                model[number] = (center, False, model[number][2] if what == "back" else ["N", "N", ""])
        elif there and what in ("move", "delete"):
            number = chance.choice(there)
            place(session, number, MarkEvent.MOVED if what == "move" else MarkEvent.DELETED, center)
            model[number] = (center, what == "delete", model[number][2])
        elif there and what in ("kind", "size"):
            number, texts = chance.choice(there), chance.choice((["Y", "N"], ["N", "Y"]))
            size = f"{chance.randrange(90)}.25"
            session.marks.answer(0, MARK, number, int(what == "size"), [size] if what == "size" else texts)
            old = model[number][2]
            new = [*old[:2], size] if what == "size" else [*texts, old[2]]
            model[number] = (*model[number][:2], new)
        elif what == "leave":
            lacks = sum(("Y" not in model[each][2][:2]) + (not model[each][2][2]) for each in there)
            assert len(session.missing()) == lacks
            if session.next() == []:
                session.previous()
        elif what == "kill":
            killed, folder = folder, fast_folder()
            shutil.copytree(killed, folder, dirs_exist_ok=True)
            session.close()
            session = open_session(folder)
            if session.position.page.number == 2:
                session.previous()
        assert session.answer(MARK) == (str(len([1 for each in model.values() if not each[1]])),)
        stored = session.marks.stored(0, MARK)
        known = [[*mark.answers[0], *mark.answers[1]] for mark in stored]
        assert known == [model[mark.number][2] for mark in stored]
        assert [mark.number for mark in stored] == sorted(model)
    session.close()
    found = marks_in_file(folder)
    assert {number: each[:2] for number, each in found.items()} == {
        number: each[:2] for number, each in model.items()
    }
    for number, (_, _, texts) in found.items():
        # What was never answered has no Response.
        assert [text for text in model[number][2] if text not in ("N", "")] == [
            text for text in texts if text not in ("N", "")
        ]


def test_of_five_hundred_marks_only_the_one_that_changed_is_read_again() -> None:
    many = PAGES.replace('Max="4"', "")
    folder = fast_folder()
    session = Session.open(write_quiz(folder, many), folder / "results", "Ann")
    session.set_draft(0, ("Y", "N"))
    for number in range(1, 501):
        place(session, number)
    before = session.marks.stored(0, MARK)
    session.marks.answer(0, MARK, 250, 1, ["7.5"])
    place(session, 400, MarkEvent.MOVED, "4 5 6")
    after = session.marks.stored(0, MARK)
    session.close()
    assert [mark.number for mark, old in zip(after, before, strict=True) if mark is not old] == [250, 400]
    assert (after[249].answers[1], after[399].facts["Center"]) == (("7.5",), "4 5 6")


def test_what_is_refused_leaves_everything_as_it_was(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.set_draft(0, ("Y", "N"))
    place(session, 1)
    with pytest.raises(SessionError, match="There is no mark 2"):
        session.marks.answer(0, MARK, 2, 0, ("Y", "N"))
    with pytest.raises(SessionError, match="Only one option"):
        session.marks.answer(0, MARK, 1, 0, ("Y", "Y"))
    with pytest.raises(SessionError, match="a mark by placing it"):
        session.set_draft(MARK, ("7",))
    assert session.missing() == [
        "Mark 1 of “Findings”: please choose an option of “Kind”.",
        "Mark 1 of “Findings”: “Size” needs a number.",
    ]
    session.close()


def test_marks_of_a_question_that_is_hidden_are_not_asked_and_come_again(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.set_draft(0, ("Y", "N"))
    place(session, 1)
    session.set_draft(0, ("N", "Y"))
    assert session.missing() == []
    session.next()
    session.previous()

    def newest() -> tuple[str | None, str | None]:
        session.save_now()
        page = page_of(saved(tmp_path / "results" / "Ann" / "study" / "study.xml"), 1)
        (*_, last) = page.findall("QuestionSet/Question")[MARK].findall("Response")
        return last.text, last.get("NotAsked")

    assert newest()[1] == "Y"
    session.set_draft(0, ("Y", "N"))
    assert len(session.missing()) == 2
    session.marks.answer(0, MARK, 1, 0, ("Y", "N"))
    session.marks.answer(0, MARK, 1, 1, ("4,5",))
    assert session.next() == []
    assert newest() == ("1", None)
    session.close()


def test_a_page_whose_mark_is_deleted_right_before_a_crash_is_not_complete(tmp_path: Path) -> None:
    ask = '<QuestionSet><Question Type="Mark" Descriptor="Findings" Min="1"/></QuestionSet>'
    write_quiz(tmp_path, f'<Page ID="A" AllowMultipleResponse="Y">{ask}</Page><Page ID="B"/>')
    session = open_session(tmp_path)
    session.marks.record(0, 0, 1, MarkEvent.PLACED, {"Tool": "Point"})
    assert session.next() == []
    session.previous()
    session.marks.record(0, 0, 1, MarkEvent.DELETED, {})
    crashed = fast_folder()
    shutil.copytree(tmp_path, crashed, dirs_exist_ok=True)
    session.close()
    session = open_session(crashed)
    assert session.where().page.id == "A"
    assert session.missing() == ["“Findings” needs at least 1 mark (0 so far)."]
    session.close()


def test_a_repetition_of_a_page_begins_without_marks(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.set_draft(0, ("Y", "N"))
    place(session, 1)
    session.marks.answer(0, MARK, 1, 0, ("Y", "N"))
    session.marks.answer(0, MARK, 1, 1, ("4",))
    assert session.repeat() == []
    assert session.marks.stored(0, MARK) == ()
    session.close()


def test_who_deletes_the_mark_that_asked_this_question_set_is_back_at_the_one_before(tmp_path: Path) -> None:
    marks = '<QuestionSet><Question Type="Mark" ID="f" Descriptor="Findings"/></QuestionSet>'
    size = '<Question Type="Text" Descriptor="Size"><Option>mm</Option></Question>'
    sets = f'{marks}<QuestionSet ShowIf="count(f) ge 1">{size}</QuestionSet>'
    write_quiz(tmp_path, f'<Page ID="A">{IMAGE}{sets}</Page><Page ID="B"/>')
    session = open_session(tmp_path)
    facts = {"Tool": "Point", "Image": "CT", "Center": "1 2 3"}
    session.marks.record(0, 0, 1, MarkEvent.PLACED, facts)
    assert session.next() == []
    session.set_draft(0, ("7",))
    session.marks.record(0, 0, 1, MarkEvent.DELETED, {})
    where = session.where()
    assert (where.page.id, where.position.question_set, where.set_count) == ("A", 0, 1)
    assert session.answers() == (("0",),)
    session.marks.record(0, 0, 1, MarkEvent.BROUGHT_BACK, facts)
    assert session.next() == []
    assert (session.position.question_set, session.answers()) == (1, (("7",),))
    session.marks.record(0, 0, 1, MarkEvent.DELETED, {})
    assert session.next() == []
    assert session.where().page.id == "B"
    session.close()
    text = page_of(saved(tmp_path / "results" / "Ann" / "study" / "study.xml"), 1).findall("QuestionSet")[1]
    given = [(each.text, each.get("NotAsked")) for each in text.iter("Response")]
    assert given == [("7", None), (None, "Y"), ("7", None), (None, "Y")]
