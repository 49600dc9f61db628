"""What a reader is shown of time, and what its end does, in every host; by a clock that the tests move."""

from pathlib import Path

import pytest
from QuizLoaderLib.quiz.parser import read_quiz
from QuizLoaderLib.reader.answers import FormAnswers, PageState
from QuizLoaderLib.reader.asking import Asking
from QuizLoaderLib.reader.session_answers import SignIn
from QuizLoaderLib.reader.timing import TimeShown
from session_by_hand import page_of, saved, text_page, write_quiz


class Host:
    """Shows a page as soon as the reader comes to it."""

    def __init__(self, folder: Path) -> None:
        self.now, self.ended, self.shown = 0.0, 0, 0
        self.folder = folder
        self.asking = Asking(self.move, lambda: None, self.show, self.end_drawing)

    def begin(self) -> None:
        sign_in = SignIn("Ann", self.folder / "results", clock=lambda: self.now)
        self.asking.begin(sign_in.begin(self.folder / "study.xml", self.folder))
        self.asking.show()

    def move(self) -> None:
        self.asking.wait()
        self.asking.show()

    def show(self) -> None:
        self.shown += 1

    def end_drawing(self) -> None:
        self.ended += 1

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self.now += 1
            self.asking.save_on()
            self.asking.look_at_time()
            self.asking.look_again()

    @property
    def title(self) -> str:
        assert self.asking.asked is not None
        return self.asking.asked.page.title

    def close(self) -> None:
        assert self.asking.answers is not None
        assert self.asking.answers.close() == ""


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_a_bar_minutes_and_the_last_ten_seconds_are_shown(host: Host) -> None:
    write_quiz(host.folder, text_page("A", 'TimeLimit="200"') + text_page("B"))
    host.begin()
    assert host.asking.time == TimeShown("Time left: 4 minutes", True, 100)
    host.wait(80)
    assert host.asking.time == TimeShown("Time left: 2 minutes", True, 60)
    host.shown = 0
    for _ in range(20):
        host.asking.save_on()
    assert host.shown == 0, "nothing is told that is not new"
    host.wait(60)
    assert host.asking.time.left == "Time left: less than a minute"
    host.wait(51)
    assert host.asking.time == TimeShown("Time left: 9 seconds", True, 4, is_short=True)
    host.wait(9)
    assert host.title == "B"
    assert host.asking.time == TimeShown()
    assert host.asking.notice == "Time ran out for “A”. What was there is saved."
    assert host.ended == 1
    host.asking.step("previous")
    assert host.asking.notice == ""
    host.close()


def test_what_is_being_typed_when_time_is_over_is_saved(host: Host) -> None:
    write_quiz(host.folder, text_page("A", 'TimeLimit="30"') + text_page("B"))
    host.begin()
    host.wait(29)
    host.asking.type((0, 0), ["half a sen"])
    host.wait(1)
    assert host.title == "B"
    host.close()
    page = page_of(saved(host.folder / "results" / "Ann" / "study" / "study.xml"), 1)
    assert [each.text for each in page.iter("Response")] == ["half a sen"]
    assert page.get("TimedOut") == "Y"


def test_images_are_covered_while_time_stands_still_under_a_limit(host: Host) -> None:
    write_quiz(host.folder, text_page("A", 'TimeLimit="30"') + text_page("B"))
    host.begin()
    host.asking.be_there(False)
    assert host.asking.time.is_covered
    host.wait(100)
    assert host.title == "A"
    host.asking.be_there(True)
    assert not host.asking.time.is_covered
    host.asking.set_answer((0, 0), ["a"])
    covered: list[bool] = []
    host.asking.wait()
    covered.append(host.asking.time.is_covered)
    host.asking.show()
    host.asking.step("next")
    covered.append(host.asking.time.is_covered)
    host.asking.be_there(False)
    covered.append(host.asking.time.is_covered)
    assert covered == [True, False, False], "a page without a limit is never covered"
    host.close()


def test_next_says_when_it_opens_and_does(host: Host) -> None:
    write_quiz(host.folder, text_page("A", 'MinTime="30"') + text_page("B"))
    host.begin()
    host.asking.set_answer((0, 0), ["a"])
    assert host.asking.time.early == "This page can be completed in less than a minute."
    host.asking.step("next")
    assert host.asking.missing == ["This page can be completed in less than a minute."]
    host.wait(22)
    assert [lack.sentence for lack in host.asking.lacks] == ["This page can be completed in 8 seconds."]
    host.wait(8)
    assert host.asking.lacks == ()
    assert host.asking.time.early == ""
    host.asking.step("next")
    assert host.title == "B"
    host.close()


def test_a_quiz_whose_time_is_over_ends_with_a_page_that_says_so(host: Host) -> None:
    write_quiz(host.folder, text_page("A") + text_page("B"), 'TimeLimit="20"')
    host.begin()
    host.asking.set_answer((0, 0), ["a"])
    host.wait(20)
    page = host.asking.end_page
    assert page is not None
    assert page.title == "Time is up"
    assert page.sentences[0] == "Thank you, Ann. What you answered is saved."
    host.asking.look_back()
    assert host.asking.asked is not None and host.asking.asked.is_locked
    assert host.asking.possible_steps == {"next"}
    host.close()


def test_pages_are_gone_to_by_a_list_where_the_quiz_allows_it(host: Host) -> None:
    hidden = text_page("C", "ShowIf=\"A/q = 'now'\"")
    first = (
        '<Page ID="A" AllowMultipleResponse="Y"><QuestionSet><Question Type="Text" ID="q" Descriptor="Q">'
        "<Option>a</Option></Question></QuestionSet></Page>"
    )
    write_quiz(host.folder, first + text_page("B") + hidden + text_page("D"), 'FreeOrder="Y"')
    host.begin()

    def states() -> list[tuple[str, PageState]]:
        assert host.asking.asked is not None
        return [(each.title, each.state) for each in host.asking.asked.pages]

    begun, complete, untouched = PageState.BEGUN, PageState.COMPLETE, PageState.UNTOUCHED
    assert states() == [("A", begun), ("B", untouched), ("D", untouched)]
    host.asking.go_to(3)
    assert host.title == "D"
    host.asking.set_answer((0, 0), ["the last"])
    host.asking.ask_to_finish()
    assert [(each.sentence, each.page) for each in host.asking.lacks] == [
        ("The page “A” is not complete yet.", 0), ("The page “B” is not complete yet.", 1),
    ]  # fmt: skip
    host.asking.go_to(2)
    assert host.title == "D", "a page that is not asked is not gone to"
    host.asking.go_to(1)
    host.asking.set_answer((0, 0), ["b"])
    host.asking.step("next")
    assert states() == [("A", begun), ("B", complete), ("D", begun)]
    host.asking.go_to(0)
    host.asking.set_answer((0, 0), ["now"])
    assert states() == [("A", begun), ("B", complete), ("C", untouched), ("D", begun)]
    host.asking.go_to(2)
    assert host.title == "C"
    host.close()
    host.begin()
    assert host.title == "A", "the first that is not complete"
    host.close()
    root = saved(host.folder / "results" / "Ann" / "study" / "study.xml")
    assert page_of(root, 4).get("PageComplete") is None
    events = [[each.get("Event") for each in page_of(root, number).iter("Response")] for number in (1, 2, 4)]
    assert events == [["GoToPage"], ["NextBtn"], ["GoToPage"]]


def test_without_free_order_there_is_no_list(host: Host) -> None:
    write_quiz(host.folder, text_page("A") + text_page("B"))
    host.begin()
    host.asking.go_to(1)
    assert host.title == "A"
    assert host.asking.asked is not None and host.asking.asked.pages == ()
    host.close()


def test_an_author_is_told_of_the_time_that_readers_have(tmp_path: Path) -> None:
    quiz, _ = read_quiz(write_quiz(tmp_path, text_page("A", 'TimeLimit="90" MinTime="2.5"')))
    assert quiz is not None
    told = FormAnswers(quiz.pages, {}).time_shown()
    assert told.left == "Readers have 90 s for this page."
    assert told.early == "Readers stay here for 2.5 s at least."
