"""Lists, scales, texts with limits, units and decimal commas: what a reader may answer and what is stored."""

import pytest
from quiz_text import codes_of
from QuizLoaderLib.results.tables import mrmc_rows
from QuizLoaderLib.session.page_facts import PageFact
from QuizLoaderLib.session.results_parser import read_all_results
from QuizLoaderLib.session.session import Session, SessionError
from session_by_hand import fast_folder, page_of, responses, saved, write_quiz

QUESTIONS = """<Page ID="P"><QuestionSet>
<Question Type="DropDown" Descriptor="Grade" Ordered="Y">
<Option>1 low</Option><Option>2</Option><Option>3 high</Option></Question>
<Question Type="Text" Descriptor="Why" Lines="3" MaxLength="5"><Option>Why</Option></Question>
<Question Type="FloatValue" Descriptor="Size" Min="0.5" Max="90" Unit="mm"><Option>Size</Option></Question>
<Question Type="IntegerValue" Descriptor="Count" Unit="lesions"><Option>Count</Option></Question>
</QuestionSet></Page>"""


@pytest.fixture
def session():
    folder = fast_folder()
    opened = Session.open(write_quiz(folder, QUESTIONS), folder / "results", "Ann")
    yield opened
    opened.close()


def test_a_list_takes_one_option_and_scores_its_number(session):
    assert session.missing()[0] == "Please choose an option of “Grade”."
    with pytest.raises(SessionError, match="Only one option of “Grade”"):
        session.set_draft(0, ("Y", "N", "Y"))
    session.set_draft(0, ("N", "N", "Y"))
    session.set_draft(1, ("round",))
    session.set_draft(2, (" 12,5 ",))
    session.set_draft(3, ("2",))
    assert session.finish() == []
    folder = session.quiz.path.parent / "results"
    (results,) = read_all_results([folder]).results
    rows = mrmc_rows(results, PageFact.CASE, PageFact.TREATMENT)
    assert [(row["question"], row["score"], row["answer"]) for row in rows] == [
        ("Grade", "3", "3 high"),
        ("Size", "12.5", "12.5"),
        ("Count", "2", "2"),
    ]


@pytest.mark.parametrize(
    ("typed", "stored", "is_valid"),
    [
        ("12,5", "12.5", True),
        ("12.5", "12.5", True),
        (",5", ".5", True),
        ("1e1", "1e1", True),
        ("1,000.5", "", False),
        ("1,0,0", "", False),
        ("91,5", "", False),
        ("0,4", "", False),
    ],
)
def test_one_comma_and_no_point_is_a_decimal_comma(typed, stored, is_valid, session):
    session.set_draft(2, (typed,))
    assert any("“Size” needs a number" in each for each in session.missing()) is not is_valid
    session.close()
    root = saved(session.quiz.path.parent / "results" / "Ann" / "study" / "study.xml")
    assert responses(page_of(root, 1))[0][2] == [[stored]]
    again = Session.open(session.quiz.path, session.quiz.path.parent / "results", "Ann")
    assert again.answers()[2] == (typed,)
    again.close()


def test_a_whole_number_takes_no_comma(session):
    session.set_draft(3, ("2,0",))
    assert "“Count” needs a whole number, not “2,0”." in session.missing()


def test_a_text_is_as_long_as_the_author_allows(session):
    with pytest.raises(SessionError, match="longer than 5 letters"):
        session.set_draft(1, ("square",))
    session.set_draft(1, ("round",))
    assert session.answers()[1] == ("round",)


@pytest.mark.parametrize(
    ("attributes", "codes"),
    [
        ('Type="Text" Unit="mm"', ["Q820"]),
        ('Type="Text" Ordered="Y"', ["Q820"]),
        ('Type="IntegerValue" Lines="2"', ["Q820"]),
        ('Type="FloatValue" MaxLength="2"', ["Q820"]),
        ('Type="Text" Lines="0"', ["Q113"]),
        ('Type="Text" MaxLength="-1"', ["Q113"]),
        ('Type="Radio" Ordered="Y"', []),
        ('Type="DropDown" Ordered="Y"', []),
    ],
)
def test_an_attribute_belongs_to_its_type(attributes, codes, tmp_path):
    question = f'<Question {attributes} Descriptor="q"><Option>a</Option></Question>'
    text = f'<Session><Page ID="P"><QuestionSet>{question}</QuestionSet></Page></Session>'
    assert codes_of(tmp_path, text) == codes
