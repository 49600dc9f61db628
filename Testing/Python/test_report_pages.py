"""Which pages of a reader's results a report counts, and what each of them is."""

from pathlib import Path

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


def read(**pages_of: list[str]) -> StudyResults:
    results = fast_folder()
    for reader, pages in pages_of.items():
        folder: Path = results / reader / "study"
        folder.mkdir(parents=True)
        (folder / "study.xml").write_text(
            f'<Session UserName="{reader}">{"".join(pages)}<Login {TIMES}/></Session>', encoding="utf-8"
        )
    return read_results_folder([results])


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
