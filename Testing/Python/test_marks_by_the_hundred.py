"""A page with many marks: what a click leads to is done for the mark that it changed, not for all."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from QuizLoaderLib.apps.web.forms import Forms
from QuizLoaderLib.quiz.question_types import MarkTool
from QuizLoaderLib.reader.answers import Where
from QuizLoaderLib.reader.asking import Asking
from QuizLoaderLib.reader.forms import QuestionForm, forms_of
from QuizLoaderLib.reader.marking import Marking
from QuizLoaderLib.session import stored_marks
from QuizLoaderLib.views import marks
from reader_at_work import AtWork, at_work, files_of, write_volume
from test_marks_on_images import QUESTION, in_ras, place, quiz_of

MANY = 30
TOOLS = (MarkTool.POINT, MarkTool.ELLIPSE, MarkTool.BOX)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[AtWork]:
    write_volume(tmp_path / "images" / "ct.nrrd")
    with at_work(quiz_of(tmp_path, 'Tool="Point Ellipse Box"'), tmp_path / "images", tmp_path / "r") as found:
        found.show()
        for number in range(MANY):
            add(found, number)
        yield found


def add(reader: AtWork, number: int) -> None:
    tool = TOOLS[number % 3]
    slice_ = float(number % 6)
    corners = [(1.0, 1.0, slice_), (3.5 + number % 5, 4.5, slice_)]
    assert place(reader, tool, corners[: 1 if tool is MarkTool.POINT else 2]) == ""


class Shown:
    """What a host shows of the marks, and, after each step, the marks of which something was made anew."""

    def __init__(self, reader: AtWork) -> None:
        self.reader = reader
        self.asking = Asking(lambda: None, lambda: None, lambda: None)
        self.marking = Marking(self.asking, self.asking.marks_changed)
        self.asking.begin(reader.answers)
        self.asking.show()
        self.marking.begin(reader.opened)
        self.parts: dict[tuple[str, int], list[object]] = {}
        self.forms: dict[Where, QuestionForm] = {}
        self.changed()

    def changed(self) -> dict[str, set[int]]:
        """By what it is made of: its part of the results, its row in the list, its form."""
        self.marking.look()
        asked, answers = self.asking.asked, self.reader.answers
        assert asked
        sets = forms_of(asked, answers, Path(), self.forms)
        self.forms = {form.where: form for each in sets for form in each.questions}
        now: dict[tuple[str, int], list[object]] = {}
        for stored in answers.stored_marks(*QUESTION):
            now["results", stored.number] = [stored]
        for row in self.marking.shown[QUESTION].marks:
            now["list", row.number] = [row]
        for where, form in self.forms.items():
            if len(where) > 2:
                now.setdefault(("form", where[2]), []).append(form)
        before, self.parts = self.parts, now
        changed: dict[str, set[int]] = {"results": set(), "list": set(), "form": set()}
        for (part, number), made in now.items():
            if [*map(id, made)] != [*map(id, before.get((part, number), []))]:
                changed[part].add(number)
        return changed


def counted(function: Callable[..., Any], by: list[object]) -> Callable[..., Any]:
    """The function, which notes whom it is called for."""

    def call(first: object, *more: object) -> object:
        by.append(first)
        return function(first, *more)

    return call


def test_a_step_makes_anew_what_is_told_of_the_mark_that_it_changed(
    reader: AtWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[object] = []
    asked_of: list[object] = []
    state_of, missing_in = marks.state_of, stored_marks.missing_in
    monkeypatch.setattr(marks, "state_of", counted(state_of, looked_at))
    monkeypatch.setattr(stored_marks, "missing_in", counted(missing_in, asked_of))
    shown, files = Shown(reader), files_of(tmp_path / "r")
    new = MANY + 1
    nothing: set[int] = set()

    def step(**expected: set[int]) -> None:
        nonlocal files
        assert shown.changed() == {"results": nothing, "list": nothing, "form": nothing} | expected
        before, files = files, files_of(tmp_path / "r")
        written = {name for name in before.keys() | files if before.get(name) != files.get(name)}
        assert len({name for name in written if name.endswith(".mrk.json")}) <= 1
        nodes = {id(node) for node in looked_at}
        assert len(nodes) <= 1
        assert len(asked_of) <= 2, "both questions of one form"
        looked_at.clear()
        asked_of.clear()

    looked_at.clear()
    asked_of.clear()
    step()
    add(reader, MANY)
    step(results={new}, list={new}, form={new})
    shown.asking.set_answer((*QUESTION, 7, 1), ["42"])
    step(results={7}, list={7}, form={7})
    _stored, mark = reader.drawings.marks.of(QUESTION)[3]
    assert mark is not None
    marks.set_points_ras(mark.node, in_ras([(5, 2, 4)]))
    step()
    assert not reader.drawings.is_saved
    step(results={4}, list={4})
    assert reader.drawings.is_saved
    shown.marking.delete(QUESTION, 12)
    step()
    assert [each.number for each in shown.marking.shown[QUESTION].marks] == [
        number for number in range(1, new + 1) if number != 12
    ]
    shown.marking.bring_back(QUESTION)
    step(results={12}, list={12}, form={12})


def test_the_browser_is_told_the_form_of_all_marks_once(reader: AtWork) -> None:
    asked = reader.answers.asked()
    many = Forms(asked, reader.answers, Path(), 1)
    for number in range(2, MANY + 1):
        reader.drawings.marks.delete(QUESTION, number)
    one = Forms(asked, reader.answers, Path(), 1)
    (mark,) = one.sets[0]["questions"]
    assert [(each["key"], each["title"]) for each in mark["form"]] == [
        ("0/0/{}/0", "Mark {}: Kind"),
        ("0/0/{}/1", "Mark {}: Certainty"),
    ]
    assert (mark["marks"], many.sets[0]["questions"][0]["marks"]) == ([1], [*range(1, MANY + 1)])
    assert many.given["0/0/30/1"] == [""]
    assert len(json.dumps(many.sets)) - len(json.dumps(one.sets)) < 5 * MANY
