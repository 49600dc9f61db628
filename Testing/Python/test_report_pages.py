"""Which pages of a reader's results a report counts, and what each of them is."""

from pathlib import Path

from QuizLoaderLib.quiz.answer_key import load_answer_key
from QuizLoaderLib.results.key_readings import ReportKey
from QuizLoaderLib.results.results_folder import read_results_folder
from QuizLoaderLib.results.study_results import Item, StudyResults
from session_by_hand import fast_folder

TIMES = 'LoginTime="20300107_09:00:00.000000" ResponseTime="20300107_09:01:00.000000"'
DRAWN = f'<LabelMapPath Drawn="Y" {TIMES}>study/own.nrrd</LabelMapPath>'
NOT_ASKED = '<Response NotAsked="Y" Event="NextBtn"/>'


def page(number: int, attributes: str, inside: str = "", complete: str = "Y") -> str:
    image = inside if inside.startswith("<Image") else f'<Image ID="CT" Type="Volume">{inside}</Image>'
    return (
        f'<Page PageNumber="{number}" Rep="0" PageComplete="{complete}" SecondsShown="60" {attributes}>'
        f"{image}</Page>"
    )


def score(response: str) -> str:
    return (
        '<Image ID="CT" Type="Volume"/><QuestionSet><Question Type="IntegerValue" Descriptor="Score">'
        f"<Option>n{response}</Option></Question></QuestionSet>"
    )


def read(by: ReportKey | None = None, **pages_of: list[str]) -> StudyResults:
    results = fast_folder()
    for reader, pages in pages_of.items():
        folder: Path = results / reader / "study"
        folder.mkdir(parents=True)
        (folder / "study.xml").write_text(
            f'<Session UserName="{reader}">{"".join(pages)}<Login {TIMES}/></Session>', encoding="utf-8"
        )
    return read_results_folder([results], by=by)


def test_an_empty_drawing_is_of_its_own_page_where_pages_share_an_id() -> None:
    treatments = ("Without AI", "With AI")
    attributes = [f'ID="Patient 1" Descriptor="{each}"' for each in treatments]

    results = read(
        Ann=[page(number, each, DRAWN) for number, each in enumerate(attributes, start=1)],
        Bob=[page(number, each) for number, each in enumerate(attributes, start=1)],
    )

    empty = {each.page_number: each.item for each in results.drawings if each.reader == "Bob"}
    assert empty == {1: Item("Patient 1", "Without AI"), 2: Item("Patient 1", "With AI")}


def test_a_page_for_training_counts_nowhere() -> None:
    pages = [page(1, 'ID="Try" Training="Y"', DRAWN), page(2, 'ID="Patient 1"', DRAWN)]

    results = read(Ann=pages, Bob=[page(1, 'ID="Try" Training="Y"', complete="N"), pages[1]])

    assert {each.page for each in results.pages} == {each.page for each in results.drawings} == {"Patient 1"}
    assert (sum(each.seconds_shown or 0 for each in results.pages), results.left_out) == (120, [])


def test_a_page_that_was_not_asked_is_none_that_its_reader_left_out() -> None:
    answered = score(f"<Response {TIMES}>3</Response>")
    shown = page(2, 'ID="Follow-up"', answered)
    hidden = page(2, 'ID="Follow-up"', score(NOT_ASKED), complete="N")
    first = page(1, 'ID="Patient 1"', answered)

    results = read(
        Ann=[first, shown], Bob=[first, hidden], Cem=[first, page(2, 'ID="Follow-up"', score(""), "N")]
    )

    pages = {
        reader: [each.page for each in results.pages if each.reader == reader] for reader in results.readers
    }
    both = ["Patient 1", "Follow-up"]
    assert pages == {"Ann": both, "Bob": both[:1], "Cem": both}
    # A page that is still to be read is told.
    assert [(each.reader, each.page) for each in results.left_out] == [("Cem", "Follow-up")]


def changed(kind: str, field: str, *texts: str) -> str:
    """A question whose one field has these Responses, one after the other; “hidden” is no answer."""
    given = "".join(
        NOT_ASKED if text == "hidden" else f"<Response {TIMES}>{text}</Response>" for text in texts
    )
    inside = f"<{field}>a{given}</{field}>" if field else given
    return f'<Question Type="{kind}" Descriptor="{kind}">{inside}</Question>'


def test_answers_of_every_type_that_were_changed_are_counted() -> None:
    questions = (
        changed("Slider", "", "10", "20")
        + changed("Matrix", "Row", "good", "poor", "good")
        + changed("IntegerValue", "Option", "1", "1")
        # It was hidden and came back with its value.
        + changed("Text", "Option", "seen", "hidden", "seen")
    )

    results = read(Ann=[page(1, 'ID="P"', f'<Image ID="CT"/><QuestionSet>{questions}</QuestionSet>')])

    assert results.changes == 3


def test_what_the_time_of_the_quiz_ended_is_told_apart_from_what_was_not_read() -> None:
    answered = page(1, 'ID="A"', score(f"<Response {TIMES}>3</Response>"))
    begun, unseen = page(2, 'ID="B"', complete="N"), page(3, 'ID="C"', complete="N").replace('"60"', '"0"')

    results = read(Ann=[answered, begun, unseen, '<Login TimedOut="Y"/>'], Bob=[answered, begun, unseen])

    assert [(each.reader, each.page, each.reason) for each in results.left_out] == [
        ("Ann", "B", "the page was begun and not completed before the time was over"),
        ("Ann", "C", "not read before the time was over"),
        ("Bob", "B", "the page was begun and not completed"),
        ("Bob", "C", "not read"),
    ]
    assert [run.is_timed_out for run in results.runs] == [True, False]


HIDDEN = "a condition hid this question"


def question(kind: str, attributes: str, *options: str) -> str:
    fields = "".join(f"<Option>{option}</Option>" for option in options)
    return f'<Question Type="{kind}" {attributes}>{fields}</Question>'


def test_what_a_condition_hid_is_said_of_boxes_and_measured_marks_too() -> None:
    answer = f"<Response {TIMES}>Y</Response>"
    boxes = question("CheckBox", 'Descriptor="Seen"', "mass: left{0}", "none{0}")
    mark = '<Question Type="Mark" Descriptor="Length" Tool="Line" Max="1">{0}</Question>'
    size = f'<MarkPath Size="12" Unit="mm" {TIMES}>m.mrk.json</MarkPath><Response {TIMES}>1</Response>'

    def asked(of_boxes: str, of_mark: str) -> list[str]:
        inside = boxes.format(of_boxes) + mark.format(of_mark)
        return [page(1, 'ID="P"', f'<Image ID="CT"/><QuestionSet>{inside}</QuestionSet>')]

    results = read(Ann=asked(answer, size), Bob=asked(NOT_ASKED, NOT_ASKED))

    names = ("Seen: mass: left", "Seen: none", "Length (mm)")
    assert [(each.reader, each.question, each.reason) for each in results.left_out] == [
        ("Bob", name, HIDDEN) for name in names
    ]


def test_a_reader_who_is_called_as_the_answer_key_is_compared_with_it() -> None:
    def side(left: str, right: str) -> str:
        return question("Radio", 'Descriptor="Side"', f"left{left}", f"right{right}")

    given = side(f"<Response {TIMES}>N</Response>", f"<Response {TIMES}>Y</Response>")
    key = fast_folder() / "key.xml"
    right = side("", "").replace("<Option>", '<Option Correct="Y">', 1)
    key.write_text(
        f'<AnswerKey><Page ID="P"><QuestionSet>{right}</QuestionSet></Page></AnswerKey>', encoding="utf-8"
    )
    pages = [page(1, 'ID="P"', f'<Image ID="CT"/><QuestionSet>{given}</QuestionSet>')]

    results = read(ReportKey(load_answer_key(key)), **{"answer key": pages})

    (ratings,) = results.with_key
    assert ratings.readers == ("answer key", "answer key (reader)")
    assert ratings.scores.tolist() == [[1], [2]]
