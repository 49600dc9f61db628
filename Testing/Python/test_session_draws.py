"""What is drawn for each reader within pages: the order of options, and on which side an image is."""

from collections import Counter
from pathlib import Path

import pytest
from quiz_text import codes_of
from QuizLoaderLib.quiz.model import Question
from QuizLoaderLib.quiz.parser import read_quiz
from QuizLoaderLib.results.scores import score_results, score_rows
from QuizLoaderLib.results.tables import answer_rows, mrmc_rows
from QuizLoaderLib.session.draws import exchanged_pages, option_orders
from QuizLoaderLib.session.page_facts import PageFact
from QuizLoaderLib.session.results_parser import read_all_results
from QuizLoaderLib.session.session import Session
from scipy.stats import chisquare
from session_by_hand import fast_folder, page_of, saved, write_quiz

READERS = 240
SIGNS = """<Question Type="CheckBox" Descriptor="Signs" RandomizeOptions="Y">
<Option>a</Option><Option>b</Option><Option Fixed="Y">first of all</Option><Option>c</Option></Question>"""
OPTIONS = f"""<Page ID="P" Loop="Y" AllowMultipleResponse="Y"><QuestionSet>{SIGNS}
<Question Type="Matrix" Descriptor="Good" RandomizeOptions="Y"><Row>Sharp</Row><Row>Noise</Row>
<Option>bad</Option><Option>good</Option></Question></QuestionSet></Page>
<Page ID="Q"><QuestionSet>{SIGNS}</QuestionSet></Page>"""


def pair(number: int, attributes: str = 'RandomizeSides="Red Yellow"') -> str:
    """A forced choice between low and full dose, of which full is right; and what is asked after it."""
    images = "".join(
        f'<Image ID="{name}" Type="Volume"><DefaultDestination>{view}</DefaultDestination>'
        f"<Path>{name}.nrrd</Path></Image>"
        for name, view in (("low", "Red"), ("full", "Yellow"))
    )
    return f"""<Page ID="Case {number}" Layout="SideBySideRedYellow" {attributes}>{images}<QuestionSet>
<Question ID="better" Type="Radio" Descriptor="Better"><Option View="Red">Left</Option>
<Option View="Yellow" Correct="Y">Right</Option><Option>Alike</Option></Question>
<Question Type="Text" Descriptor="Why" ShowIf="better = 'low'"><Option>Why</Option></Question>
</QuestionSet></Page>"""


def quiz_of(folder: Path, pages: str):
    quiz, problems = read_quiz(write_quiz(folder, pages))
    assert quiz is not None and not problems
    return quiz


def shown_questions(session: Session) -> tuple[Question, ...]:
    question_set = session.where().question_set
    assert question_set is not None
    return question_set.questions


def test_orders_of_options_are_uniform_over_readers_and_what_is_fixed_stays(tmp_path):
    quiz = quiz_of(tmp_path, OPTIONS)
    drawn = [option_orders(quiz, seed) for seed in range(READERS)]
    signs = Counter(each["1/0/0"] for each in drawn)
    assert len(signs) == 6 and all(order.split()[2] == "3" for order in signs)
    # The 0.999 quantiles of chi squared with 5 degrees of freedom, and with 1.
    assert chisquare([*signs.values()]).statistic < 20.5
    assert chisquare([*Counter(each["1/0/1"] for each in drawn).values()]).statistic < 10.8
    assert all(each["1/0/0"] == each["2/0/0"] for each in drawn)


def test_the_order_is_stored_and_answers_stay_those_of_their_options():
    folder = fast_folder()
    quiz = write_quiz(folder, OPTIONS)
    session = Session.open(quiz, folder / "results", "Ann", seed=1)
    signs, good = shown_questions(session)
    assert (signs.shown_order, good.shown_order) == ((0, 3, 2, 1), (1, 0))
    session.set_draft(0, ("Y", "N", "N", "N"))
    session.set_draft(1, ("good", "bad"))
    assert session.repeat() == []
    assert shown_questions(session)[0].shown_order == signs.shown_order
    session.close()
    root = saved(folder / "results" / "Ann" / "study" / "study.xml")
    asked = [*page_of(root, 1).iter("Question")]
    assert [each.get("OptionOrder") for each in asked] == ["1 4 3 2", "2 1"]
    assert [row.findtext("Response") for row in asked[1].findall("Row")] == ["good", "bad"]
    again = Session.open(quiz, folder / "results", "Ann", seed=2)
    assert shown_questions(again)[0].shown_order == signs.shown_order
    again.close()
    # A results file that is lost is made anew from the journal, with what was drawn.
    (folder / "results" / "Ann" / "study" / "study.xml").unlink()
    again = Session.open(quiz, folder / "results", "Ann", seed=3)
    assert shown_questions(again)[1].shown_order == (1, 0)
    again.close()


def test_half_of_a_readers_pages_have_their_sides_exchanged(tmp_path):
    quiz = quiz_of(tmp_path, "".join(map(pair, range(5))) + pair(9, ""))
    drawn = [exchanged_pages(quiz, seed) or () for seed in range(READERS)]
    assert Counter(len(each) for each in drawn).keys() == {2, 3}
    by_page = Counter(number for each in drawn for number in each)
    assert sorted(by_page) == [1, 2, 3, 4, 5]
    # Of 240 readers half, within 3.3 standard deviations.
    assert all(abs(count - READERS / 2) < 3.3 * (READERS / 4) ** 0.5 for count in by_page.values())
    assert exchanged_pages(quiz_of(tmp_path, pair(9, "")), 1) is None


@pytest.fixture
def read_pairs():
    """A reader always takes the left image, on four pages of which two are exchanged."""
    folder = fast_folder()
    session = Session.open(
        write_quiz(folder, "".join(map(pair, range(4)))), folder / "results", "Ann", seed=1
    )
    seen = []
    while True:
        page = session.where().page
        seen.append({image.destination.value: image.id for image in page.images}["Red"])
        session.set_draft(0, ("Y", "N", "N"))
        assert session.asked_questions() == ([0, 1] if seen[-1] == "low" else [0])
        if seen[-1] == "low":
            session.set_draft(1, ("grainy",))
        if session.where().is_last:
            break
        assert session.next() == []
    assert session.finish() == []
    session.close()
    assert Counter(seen) == {"low": 2, "full": 2}
    return folder, seen


def test_the_image_is_stored_and_conditions_go_by_it(read_pairs):
    folder, seen = read_pairs
    root = saved(folder / "results" / "Ann" / "study" / "study.xml")
    for page, image in zip(root.findall("Page"), seen, strict=True):
        assert page.get("Sides") == ("Red Yellow" if image == "low" else "Yellow Red")
        other = {"low": "full", "full": "low"}[image]
        options = page.findall("QuestionSet/Question[1]/Option")
        assert [each.get("SeenImage") for each in options] == [image, other, None]
    again = Session.open(folder / "study.xml", folder / "results", "Ann")
    assert [page.images[0].destination.value for _, page in again.pages] == [
        "Red" if image == "low" else "Yellow" for image in seen
    ]
    again.close()


def test_tables_and_scores_go_by_the_image(read_pairs):
    folder, seen = read_pairs
    (results,) = read_all_results([folder / "results"]).results
    rows = [
        row for row in answer_rows(results) if row["option"] == 1 and row["question_descriptor"] == "Better"
    ]
    assert [(row["option_label"], row["option_image"]) for row in rows] == [("Left", each) for each in seen]
    assert [row["right"] for row in rows] == ["Y" if each == "full" else "N" for each in seen]
    assert [row["score"] for row in rows] == ["1" if each == "full" else "0" for each in seen]
    table = [
        row for row in mrmc_rows(results, PageFact.CASE, PageFact.TREATMENT) if row["question"] == "Better"
    ]
    assert [(row["score"], row["answer"]) for row in table] == [
        ("1" if each == "low" else "2", each) for each in seen
    ]
    scores = list(score_rows(score_results([results]).pages))
    assert [(row["answer"], row["right_answer"], row["value"]) for row in scores] == [
        (each, "full", "1" if each == "full" else "0") for each in seen
    ]


@pytest.mark.parametrize(
    ("page", "codes"),
    [
        (pair(1), ["Q208"]),
        (pair(1).replace("Red Yellow", "Red Red"), ["Q113", "Q208"]),
        (pair(1).replace("Red Yellow", "Red"), ["Q113", "Q208"]),
        (pair(1).replace("Red Yellow", "Red Blue"), ["Q113", "Q208"]),
        (pair(1).replace("Red Yellow", "Red Green"), ["Q208", "Q326"]),
        (pair(1).replace('View="Yellow"', 'View="Green"'), ["Q208", "Q824"]),
        (pair(1).replace('View="Yellow"', 'View="Red"'), ["Q208", "Q825"]),
        (pair(1).replace("<Option>Alike", "<Option>low"), ["Q208", "Q825"]),
        (pair(1).replace("= 'low'", "= 'Left'"), ["Q208", "Q815"]),
        (pair(1).replace('ID="full"', 'ID="low"').replace("full.nrrd", "low.nrrd"), ["Q208", "Q326", "Q825"]),
        (pair(1).replace("<Page ", '<Page EnableSegmentEditor="Y" '), ["Q208"]),
        (OPTIONS.replace(' RandomizeOptions="Y"', ""), ["Q823", "Q823"]),
        (OPTIONS.replace("<Option>c", '<Option Fixed="Y">c').replace("<Option>b", '<Option Fixed="Y">b'),
         ["Q823", "Q823"]),
        (OPTIONS.replace('Type="CheckBox"', 'Type="Text"'), ["Q820"] * 4),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_told(page, codes, tmp_path):
    assert sorted(codes_of(tmp_path, f"<Session>{page}</Session>")) == codes
