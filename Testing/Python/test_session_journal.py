"""The entries of a journal: their form in JSON, as it is described, written and read again."""

import dataclasses
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from QuizLoaderLib.session import entries
from QuizLoaderLib.session.entries import (
    KINDS,
    BeginEntry,
    DraftEntry,
    DrawingEntry,
    Entry,
    FinishEntry,
    GivenEntry,
    LeaveEntry,
    LinesEntry,
    LoginEntry,
    LogoutEntry,
    MarkAnswerEntry,
    MarkEntry,
    MeasureEntry,
    PresenceEntry,
    RemoveEntry,
    ReopenEntry,
    RerunEntry,
    SavedEntry,
    SeenEntry,
    StateEntry,
    TimeEntry,
    UnknownEntry,
    from_json,
    keys_of,
    to_json,
)
from QuizLoaderLib.session.journal import Journal, read_journal
from QuizLoaderLib.session.order import PageKey
from QuizLoaderLib.session.session import Session, SessionError
from session_by_hand import text_page, write_quiz

RESULT = {"facts": {"1": {"Result": "12 ml"}}}
FORMAT = {"version": 1}
WHEN: Any = {"time": "20300102_09:00:02.000000", "login": "20300102_09:00:01.000000"}
AT = {"page": [3, 1], "set": 2}
HERE: Any = {"page": PageKey(3, 1), "question_set": 2}
KEY = PageKey(3, 1)
FORMS: list[tuple[Entry, dict[str, object]]] = [
    (
        BeginEntry(number=1, reader="Ann", sha256="00ff", seed=7, order=(0, 2, 1)),
        {
            "n": 1,
            "do": "begin",
            "reader": "Ann",
            "sha256": "00ff",
            "seed": 7,
            "order": [0, 2, 1],
            "version": 1,
        },
    ),
    (
        TimeEntry(number=2, page=KEY, shown=5.25, active=-0.5),
        {"n": 2, "do": "time", "page": [3, 1], "shown": 5.25, "active": -0.5},
    ),
    (
        BeginEntry(number=1, reader="Ann", sha256="00ff", seed=7, order=None),
        {"n": 1, "do": "begin", "reader": "Ann", "sha256": "00ff", "seed": 7, "order": None} | FORMAT,
    ),
    (LoginEntry(number=2, **WHEN, reader="Zoë"), {"n": 2, "do": "login", **WHEN, "reader": "Zoë"}),
    (
        DraftEntry(number=3, **WHEN, **HERE, question=0, texts=("Y", ""), seconds=1.5),
        {"n": 3, "do": "draft", **WHEN, **AT, "question": 0, "texts": ["Y", ""], "seconds": 1.5},
    ),
    (
        DraftEntry(number=3, **HERE, question=0, texts=(), facts={1: {"Result": "12 ml"}}),
        {
            "n": 3,
            "do": "draft",
            **AT,
            "question": 0,
            "texts": [],
            "facts": {"1": {"Result": "12 ml"}},
            "seconds": 0.0,
        },
    ),
    (
        LeaveEntry(number=4, **HERE, event="NextBtn", passed=True, seconds=2.0, complete=True),
        {"n": 4, "do": "leave", **AT, "event": "NextBtn", "passed": True, "seconds": 2.0, "complete": "Y"},
    ),
    (
        LeaveEntry(number=4, **HERE, event="ExitBtn", passed=False, recovered=True, complete=False),
        {
            "n": 4,
            "do": "leave",
            **AT,
            "event": "ExitBtn",
            "passed": False,
            "seconds": 0.0,
            "recovered": True,
            "complete": "N",
        },
    ),
    (
        LeaveEntry(number=4, **HERE, event="Repeat", passed=True, repeat=PageKey(3, 2)),
        {"n": 4, "do": "leave", **AT, "event": "Repeat", "passed": True, "seconds": 0.0, "repeat": [3, 2]},
    ),
    (RerunEntry(number=5, page=KEY), {"n": 5, "do": "rerun", "page": [3, 1]}),
    (SeenEntry(number=5, page=KEY), {"n": 5, "do": "seen", "page": [3, 1]}),
    (
        PresenceEntry(number=5, page=KEY, is_there=False),
        {"n": 5, "do": "presence", "page": [3, 1], "there": False},
    ),
    (RemoveEntry(number=5, page=KEY), {"n": 5, "do": "remove", "page": [3, 1]}),
    (ReopenEntry(number=5, page=KEY), {"n": 5, "do": "reopen", "page": [3, 1]}),
    (
        StateEntry(number=6, page=KEY, image=0, attributes={"Window": "80"}),
        {"n": 6, "do": "state", "page": [3, 1], "image": 0, "attributes": {"Window": "80"}},
    ),
    (
        DrawingEntry(number=7, page=KEY, image="CT", path="q/a.nrrd", drawn=False),
        {"n": 7, "do": "contour", "page": [3, 1], "image": "CT", "path": "q/a.nrrd", "drawn": False},
    ),
    (
        DrawingEntry(number=7, page=KEY, image="CT", path="a", drawn=True, segments="b", lost_voxels=0),
        {
            "n": 7,
            "do": "contour",
            "page": [3, 1],
            "image": "CT",
            "path": "a",
            "drawn": True,
            "segments": "b",
            "lost": 0,
        },
    ),
    (
        LinesEntry(number=8, page=KEY, image="", paths=("q/l.mrk.json",)),
        {"n": 8, "do": "lines", "page": [3, 1], "image": "", "paths": ["q/l.mrk.json"]},
    ),
    (
        GivenEntry(number=8, page=KEY, image="CT", regions={"Liver": {"Verdict": "Accepted"}, "Node": {}}),
        {
            "n": 8,
            "do": "given",
            "page": [3, 1],
            "image": "CT",
            "regions": {"Liver": {"Verdict": "Accepted"}, "Node": {}},
        },
    ),
    (
        MarkEntry(
            number=8, **HERE, question=1, mark=2, event="placed", path="q/m.mrk.json", facts={"Tool": "Point"}
        ),
        {
            "n": 8,
            "do": "mark",
            **AT,
            "question": 1,
            "mark": 2,
            "event": "placed",
            "path": "q/m.mrk.json",
            "facts": {"Tool": "Point"},
            "seconds": 0.0,
        },
    ),
    (
        MarkAnswerEntry(number=8, **HERE, question=1, mark=2, form_question=0, texts=("Y", "N")),
        {
            "n": 8,
            "do": "mark-answer",
            **AT,
            "question": 1,
            "mark": 2,
            "form_question": 0,
            "texts": ["Y", "N"],
            "seconds": 0.0,
        },
    ),
    (
        MeasureEntry(
            number=8, page=KEY, measure=2, event="moved", path="q/m.mrk.json", facts={"Tool": "Box"}
        ),
        {
            "n": 8,
            "do": "measure",
            "page": [3, 1],
            "measure": 2,
            "event": "moved",
            "path": "q/m.mrk.json",
            "facts": {"Tool": "Box"},
        },
    ),
    (FinishEntry(number=9, **WHEN), {"n": 9, "do": "finish", **WHEN}),
    (LogoutEntry(number=10, **WHEN), {"n": 10, "do": "logout", **WHEN}),
    (SavedEntry(number=10, sha256="ff"), {"n": 10, "do": "saved", "sha256": "ff"}),
]


@pytest.mark.parametrize(("entry", "form"), FORMS, ids=lambda value: getattr(value, "kind", ""))
def test_an_entry_has_its_form_in_json_and_is_the_same_when_it_is_read(
    entry: Entry, form: dict[str, object]
) -> None:
    assert to_json(entry) == form
    assert from_json(json.loads(json.dumps(form))) == entry


def test_every_kind_is_tried_here_and_says_what_it_and_its_fields_mean() -> None:
    assert {entry.kind for entry, _ in FORMS} == set(KINDS)
    for kind in KINDS.values():
        assert kind.__doc__ and not kind.__doc__.startswith(kind.__name__)
        keys = keys_of(kind)
        assert [each.name for each in dataclasses.fields(kind)] == list(keys)
        assert all(key.name and key.meaning and key.form.words for key in keys.values())
        assert len({key.name for key in keys.values()}) == len(keys)


@pytest.mark.parametrize(
    "form",
    [
        {"n": 4, "do": "dance"},
        {"n": 4},
        {"n": 4, "do": "rerun", "page": "3"},
        {"n": 4, "do": "rerun", "page": [3]},
        {"n": 4, "do": "rerun", "page": [3, True]},
        {"n": 4, "do": "draft", "page": [3, 0], "set": 0, "question": 0, "texts": "YN"},
        {
            "n": 4,
            "do": "leave",
            "page": [3, 0],
            "set": 0,
            "event": "Previous",
            "passed": True,
            "complete": "?",
        },
        {"n": 4, "do": "begin", "reader": "A", "sha256": "0", "seed": 1, "order": None, "version": 2},
    ],
)
def test_what_this_version_does_not_know_is_an_unknown_entry(form: dict[str, object]) -> None:
    assert from_json(form) == UnknownEntry(number=4)


def test_fields_of_a_newer_version_are_passed_over() -> None:
    form = {"n": 9, "do": "finish", "time": "t", "mood": "relieved"}

    assert from_json(form) == FinishEntry(number=9, time="t")


def test_a_journal_begun_in_a_newer_format_is_not_gone_on_with(tmp_path: Path) -> None:
    quiz = write_quiz(tmp_path, text_page("A"))
    Session.open(quiz, tmp_path / "results", "Ann").close()
    journal = tmp_path / "results" / "Ann" / "study" / "study.journal"
    lines = journal.read_bytes().splitlines(keepends=True)
    text = lines[0].partition(b" ")[2].strip().replace(b'"version":1', b'"version":2')
    journal.write_bytes(b"".join([b"%08x %s\n" % (zlib.crc32(text), text), *lines[1:]]))

    with pytest.raises(SessionError, match="written by a newer version"):
        Session.open(quiz, tmp_path / "results", "Ann")


def test_lines_are_appended_and_read_in_order(tmp_path: Path) -> None:
    written = [entry for entry, _ in FORMS]
    journal = Journal(tmp_path / "a.journal")
    journal.append(written[:5])
    journal.append(written[5:])
    journal.close()

    assert read_journal(tmp_path / "a.journal").entries == tuple(written)
    assert entries.VERSION == 1
