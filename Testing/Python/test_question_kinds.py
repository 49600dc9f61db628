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


SCALES = """<Page ID="P"><QuestionSet>
<Question ID="sure" Type="Slider" Descriptor="Sure" Step="0.5" Max="10">
<Option>no</Option><Option>yes</Option></Question>
<Question ID="good" Type="Matrix" Descriptor="Good"><Row>Sharp</Row><Row>Noise</Row>
<Option>bad</Option><Option>good</Option></Question>
<Question Type="Text" Descriptor="Why" ShowIf="sure gt 7.5 and answered(good)"><Option>Why</Option></Question>
</QuestionSet></Page>"""


def test_a_slider_and_the_rows_of_a_matrix_have_answers_of_their_own():
    folder = fast_folder()
    session = Session.open(write_quiz(folder, SCALES), folder / "results", "Ann")
    assert session.answers() == (("",), ("", ""), ("",))
    assert session.missing() == [
        "“Sure” needs a number from 0 to 10.",
        "Please choose an option in every row of “Good”.",
    ]
    session.set_draft(0, ("10.5",))
    assert session.missing()[0] == "“Sure” needs a number from 0 to 10, not “10.5”."
    session.set_draft(0, ("8",))
    session.set_draft(1, ("good", ""))
    assert session.missing() == ["Please choose an option in every row of “Good”."]
    with pytest.raises(SessionError, match="an option of it in each row"):
        session.set_draft(1, ("good", "fair"))
    session.set_draft(1, ("good", "bad"))
    assert session.asked_questions() == [0, 1, 2]
    session.set_draft(2, ("so",))
    session.close()
    root = saved(folder / "results" / "Ann" / "study" / "study.xml")
    slider, matrix, _text = page_of(root, 1).iter("Question")
    assert [each.text for each in slider.findall("Response")] == ["8"]
    assert [[each.text for each in row.findall("Response")] for row in matrix.findall("Row")] == [
        ["good"],
        ["bad"],
    ]
    again = Session.open(folder / "study.xml", folder / "results", "Ann")
    assert again.answers() == (("8",), ("good", "bad"), ("so",))
    assert again.finish() == []
    (results,) = read_all_results([folder / "results"]).results
    rows = mrmc_rows(results, PageFact.CASE, PageFact.TREATMENT)
    assert [(row["question"], row["score"], row["answer"]) for row in rows] == [
        ("Sure", "8", "8"),
        ("Good: Sharp", "2", "good"),
        ("Good: Noise", "1", "bad"),
    ]


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ('<Question Type="Slider" Descriptor="q"/>', []),
        ('<Question Type="Slider" Descriptor="q" Min="5" Max="1"/>', ["Q803"]),
        ('<Question Type="Slider" Descriptor="q" Max="10" Step="3"/>', ["Q822"]),
        ('<Question Type="Slider" Descriptor="q" Max="1" Step="0.1"/>', []),
        ('<Question Type="Slider" Descriptor="q" Step="0"/>', []),
        ('<Question Type="Slider" Descriptor="q" Step="-1"/>', ["Q113"]),
        ('<Question Type="Matrix" Descriptor="q"><Option>a</Option></Question>', ["Q821"]),
        ('<Question Type="Matrix" Descriptor="q"><Row>r</Row></Question>', ["Q801"]),
        (
            '<Question Type="Matrix" Descriptor="q"><Row>r</Row><Row>r</Row><Option>a</Option></Question>',
            ["Q805"],
        ),
        ('<Question Type="Radio" Descriptor="q"><Row>r</Row><Option>a</Option></Question>', ["Q820"]),
        ('<Question Type="Text" Descriptor="q" Step="2"><Option>a</Option></Question>', ["Q820"]),
    ],
)
def test_sliders_and_matrices_are_checked(question, codes, tmp_path):
    text = f'<Session><Page ID="P"><QuestionSet>{question}</QuestionSet></Page></Session>'
    assert codes_of(tmp_path, text) == codes


RANKING = """<Page ID="P"><QuestionSet>
<Question ID="worst" Type="Ranking" Descriptor="Worst first">
<Option>Noise</Option><Option>Blur</Option><Option>Motion</Option></Question>
<Question Type="Text" Descriptor="Why" ShowIf="worst = 'Blur'"><Option>Why</Option></Question>
</QuestionSet></Page>"""


def test_a_ranking_begins_in_a_drawn_order_and_stores_the_place_of_each_option():
    folder = fast_folder()
    session = Session.open(write_quiz(folder, RANKING), folder / "results", "Ann", seed=3)
    question = session.pages[0][1].questions[0]
    assert sorted(question.shown_order) == [0, 1, 2]
    assert session.answers() == (("", "", ""), ("",))
    assert session.missing() == ["Please put the options of “Worst first” in order."]
    for wrong in (("1", "1", "2"), ("1", "", "2"), ("0", "1", "2"), ("Y", "N", "N")):
        with pytest.raises(SessionError, match="the place of each option"):
            session.set_draft(0, wrong)
    session.set_draft(0, ("2", "3", "1"))
    assert session.asked_questions() == [0]
    session.set_draft(0, ("2", "1", "3"))
    assert session.asked_questions() == [0, 1]
    session.set_draft(1, ("so",))
    session.close()
    root = saved(folder / "results" / "Ann" / "study" / "study.xml")
    assert responses(page_of(root, 1))[0][0] == [["2"], ["1"], ["3"]]
    order = root.findall("Page/QuestionSet/Question")[0].attrib["OptionOrder"].split()
    assert [int(place) - 1 for place in order] == [*question.shown_order]
    again = Session.open(folder / "study.xml", folder / "results", "Ann")
    assert again.finish() == []
    (results,) = read_all_results([folder / "results"]).results
    rows = mrmc_rows(results, PageFact.CASE, PageFact.TREATMENT)
    assert [(row["question"], row["score"], row["scale"]) for row in rows] == [
        ("Worst first: Noise", "2", "ordinal"),
        ("Worst first: Blur", "1", "ordinal"),
        ("Worst first: Motion", "3", "ordinal"),
    ]


EXPLAINED = """<Question Type="Text" Descriptor="q" Answer="a"><Option>a</Option>
<Explanation Format="Markdown">{}</Explanation></Question>"""


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ('<Question Type="Ranking" Descriptor="q"/>', ["Q801"]),
        ('<Question Type="Ranking" Descriptor="q" Ordered="Y"><Option>a</Option></Question>', ["Q820"]),
        ('<Question Type="Ranking" Descriptor="q"><Option Fixed="Y">a</Option></Question>', ["Q820"]),
        ('<Question Type="Ranking" Descriptor="q"><Option>a</Option><Option>a</Option></Question>', ["Q805"]),
        ('<Question Type="Text" Descriptor="q" Format="Markdown"><Option>a</Option></Question>', ["Q820"]),
        ('<Question Type="InfoBox" Format="HTML"><Option>a</Option></Question>', ["Q113"]),
        ('<Question Type="InfoBox" Format="Markdown"><Option>**a** [b](https://c)</Option></Question>', []),
        ('<Question Type="InfoBox" Format="Markdown"><Option>&lt;b>a&lt;/b></Option></Question>', ["Q826"]),
        ('<Question Type="InfoBox" Format="Markdown"><Option>![a](b.png)</Option></Question>', ["Q826"]),
        ('<Question Type="InfoBox" Format="Markdown"><Option>[a](file:///b)</Option></Question>', ["Q826"]),
        (EXPLAINED.format("[a](file:///b)"), ["Q826"]),
        (EXPLAINED.format("*a* [b](https://c)"), []),
    ],
)  # fmt: skip
def test_rankings_and_texts_in_markdown_are_checked(question, codes, tmp_path):
    text = f'<Session Feedback="Page"><Page ID="P"><QuestionSet>{question}</QuestionSet></Page></Session>'
    assert codes_of(tmp_path, text) == codes


def test_markdown_in_the_form_of_a_mark_is_checked(tmp_path):
    info = '<Question Type="InfoBox" Format="Markdown"><Option>![a](b.png)</Option></Question>'
    mark = f'<Question Type="Mark" Descriptor="Findings">{info}</Question>'
    image = '<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>'
    text = f'<Session><Page ID="P">{image}<QuestionSet>{mark}</QuestionSet></Page></Session>'
    assert codes_of(tmp_path, text) == ["Q826"]


def test_a_condition_compares_what_is_first_in_a_ranking(tmp_path):
    for compared, codes in (("= 'Loud'", ["Q815"]), ("= 1", ["Q816"]), ("gt 1", ["Q816"]), ("= 'Noise'", [])):
        changed = RANKING.replace("worst = 'Blur'", f"worst {compared}")
        assert codes_of(tmp_path, f"<Session>{changed}</Session>") == codes
