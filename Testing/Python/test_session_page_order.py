"""In which order readers see pages: drawn once and uniformly, and kept for good."""

from collections import Counter
from itertools import groupby
from pathlib import Path

from quiz_text import codes_of
from QuizLoaderLib.quiz.page_order import PageOrder
from QuizLoaderLib.quiz.parser import read_quiz
from QuizLoaderLib.reader.answers import FormAnswers
from QuizLoaderLib.results.tables import answer_rows, mrmc_rows
from QuizLoaderLib.session.order import page_order
from QuizLoaderLib.session.page_facts import PageFact
from QuizLoaderLib.session.results_parser import read_all_results
from QuizLoaderLib.session.session import Session
from scipy.stats import chisquare
from session_by_hand import fast_folder, saved, text_page, write_quiz

READERS = 240
PAGES = [
    text_page("last", 'Position="Last"'),
    text_page("a1", 'PageGroup="1"'),
    text_page("zero", 'PageGroup="0"'),
    text_page("b1", 'PageGroup="2"'),
    text_page("a2", 'PageGroup="1"'),
    text_page("train", 'Training="Y"'),
    text_page("b2", 'PageGroup="2"'),
    text_page("a3", 'PageGroup="1"'),
    text_page("first", 'Position="First"'),
]


def orders(folder: Path, attributes: str, readers: int = READERS) -> list[list[str]]:
    quiz, _ = read_quiz(write_quiz(folder, "".join(PAGES), attributes))
    assert quiz is not None
    numbers = [page_order(quiz, seed) for seed in range(readers)]
    return [[quiz.pages[number - 1].id for number in each or ()] for each in numbers]


def test_what_has_a_place_keeps_it_and_the_rest_is_uniform_over_readers(tmp_path):
    found = orders(tmp_path, 'RandomizePageGroups="Y" RandomizePagesInGroups="Y"')
    assert {tuple(order[:3]) for order in found} == {("first", "train", "zero")}
    assert {order[-1] for order in found} == {"last"}
    # Pages of a group stay together.
    assert all(len([*groupby(order[3:-1], key=lambda page: page[0])]) == 2 for order in found)
    of_group = Counter(tuple(page for page in order if page[0] == "a") for order in found)
    assert len(of_group) == 6
    # The 0.999 quantiles of chi squared with 5 degrees of freedom, and with 1.
    assert chisquare([*of_group.values()]).statistic < 20.5
    assert chisquare([*Counter(order[3][0] for order in found).values()]).statistic < 10.8


def test_without_a_random_order_only_what_has_a_place_moves(tmp_path):
    (order,) = orders(tmp_path, "", 1)
    assert order == ["first", "train", "a1", "zero", "b1", "a2", "b2", "a3", "last"]
    # Groups come in the order of their first pages; the page of group 0 is a group as others.
    found = orders(tmp_path, 'RandomizePagesInGroups="Y"', 20)
    assert {"".join(page[0] for page in each) for each in found} == {"ftaaazbbl"}
    assert len({tuple(each) for each in found}) > 5


def test_the_order_is_stored_and_the_same_after_resume_and_in_the_tables():
    folder = fast_folder()
    quiz = write_quiz(folder, "".join(PAGES), 'RandomizePageGroups="Y" RandomizePagesInGroups="Y"')
    session = Session.open(quiz, folder / "results", "Ann", seed=7)
    order = [page.id for _key, page in session.pages]
    for _page in order[:4]:
        session.set_draft(0, ("seen",))
        session.next()
    session.close()
    root = saved(folder / "results" / "Ann" / "study" / "study.xml")
    ids = [page.get("ID") for page in root.findall("Page")]
    assert [ids[int(number) - 1] for number in (root.get("PageOrder") or "").split(",")] == order
    again = Session.open(quiz, folder / "results", "Ann", seed=8)
    assert [page.id for _key, page in again.pages] == order
    assert again.where().page.id == order[4]
    again.close()
    (results,) = read_all_results([folder / "results"]).results
    assert [row["page_id"] for row in answer_rows(results, with_training=True)] == order[:4]
    assert [row["page_id"] for row in answer_rows(results)] == [each for each in order[:4] if each != "train"]


def test_case_and_treatment_are_what_tables_go_by_and_the_title_is_what_readers_see():
    folder = fast_folder()
    pages = text_page("x1", 'Case="Patient 1" Treatment="With AI" Title="A case"').replace(
        'Type="Text"', 'Type="IntegerValue"'
    ) + text_page("x2", "", "Score").replace('Type="Text"', 'Type="IntegerValue"')
    quiz = write_quiz(folder, pages.replace('ID="x2"', 'ID="x2" Descriptor="Alone"'))
    session = Session.open(quiz, folder / "results", "Ann")
    assert session.where().page.title == "A case"
    session.set_draft(0, ("3",))
    session.next()
    assert session.where().page.title == "x2 - Alone"
    session.set_draft(0, ("4",))
    session.finish()
    (results,) = read_all_results([folder / "results"]).results
    rows = mrmc_rows(results, PageFact.CASE, PageFact.TREATMENT)
    assert [(row["case"], row["modality"], row["score"]) for row in rows] == [
        ("Patient 1", "With AI", "3"),
        ("x2", "Alone", "4"),
    ]


def test_an_author_is_told_when_readers_see_a_page(tmp_path):
    def told(attributes: str, more: str = "") -> list[str]:
        pages = [*PAGES, text_page("alone")]
        quiz, _ = read_quiz(write_quiz(tmp_path, more + "".join(pages), attributes))
        assert quiz is not None
        answers = FormAnswers(quiz.pages, {}, PageOrder(quiz))
        found = []
        for index in (8, 5, 2, 1, 9, 0):
            answers.arrive(index)
            found.append(answers.asked().steps)
        return found

    first, last = "Readers see it first.", "Readers see it last."
    training = "It is training: readers see it before the others."
    zero = "Readers see it with group 0, before the other groups."
    drawn = "at a place that is drawn for each of them."
    assert told("") == [first, training, "", "", "", last]
    assert told('RandomizePageGroups="Y"') == [
        first,
        training,
        zero,
        f"Readers see it with group 1 {drawn}",
        f"Readers see it {drawn}",
        last,
    ]
    within = [
        f"Readers see it with group {each}, in an order that is drawn for each of them." for each in "01"
    ]
    assert told('RandomizePagesInGroups="Y"') == [first, training, *within, "", last]
    forced = "<RandomizedPageGroupIndices>2,1</RandomizedPageGroupIndices>"
    assert told('RandomizePageGroups="Y"', forced)[3] == (
        "Readers see it with group 1 where RandomizedPageGroupIndices says."
    )


def test_an_author_is_told_that_sides_are_exchanged(tmp_path):
    images = "".join(
        f'<Image ID="{view}" Type="Volume"><DefaultDestination>{view}</DefaultDestination>'
        f"<Path>{view}.nrrd</Path></Image>"
        for view in ("Red", "Yellow")
    )
    pair = f'<Page ID="A" Position="Last" RandomizeSides="Red Yellow">{images}</Page>'
    quiz, _ = read_quiz(write_quiz(tmp_path, pair))
    assert quiz is not None
    assert FormAnswers(quiz.pages, {}, PageOrder(quiz)).asked().steps == (
        "Readers see it last. "
        "The images on Red and Yellow are exchanged on half of a reader's pages of this kind."
    )


def test_a_condition_may_name_a_page_that_its_place_puts_before(tmp_path):
    asked = '<Question ID="a" Type="IntegerValue" Descriptor="a"><Option>a</Option></Question>'
    shown = '<Question Type="Text" Descriptor="b" ShowIf="A/a = 1"><Option>b</Option></Question>'
    pages = '<Page ID="B" PageGroup="1"><QuestionSet>{}</QuestionSet></Page>' + (
        '<Page ID="C" PageGroup="2"><QuestionSet>{}</QuestionSet></Page>'
        '<Page ID="A" PageGroup="1"{}><QuestionSet>{}</QuestionSet></Page>'
    )
    other = asked.replace(' ID="a"', "")

    def codes(place: str) -> list[str]:
        text = f'<Session RandomizePageGroups="Y">{pages.format(shown, other, place, asked)}</Session>'
        return codes_of(tmp_path, text)

    assert codes("") == ["Q813"]
    assert codes(' Position="First"') == []
    assert codes(' Training="Y"') == []
    assert codes(' Position="Last"') == ["Q813"]
