"""Pages in relation: groups, a forced order, bookmarks, contours shown again and merged."""

import pytest
from quiz_text import QUESTIONS, codes_of, image, only_problem, page, problems_of, session
from QuizLoaderLib.quiz.problems import Severity

RANDOM = 'RandomizePageGroups="Y"'


def groups(*numbers: int | str) -> list[str]:
    return [page(f'PageGroup="{number}"') for number in numbers]


def order(text: str) -> str:
    return f"<RandomizedPageGroupIndices>{text}</RandomizedPageGroupIndices>"


def test_results_are_not_mailed_and_a_warning_says_so(tmp_path):
    problem = only_problem(tmp_path, session(page(), attributes='EmailResultsTo="a@b.org"'))
    assert (problem.code, problem.severity, problem.line) == ("Q202", Severity.WARNING, 1)
    assert "a@b.org" in problem.sentence


@pytest.mark.parametrize(
    ("numbers", "written", "codes"),
    [
        ((0, 1, 2), "0,2,1", []),
        ((0, 1, 2), "2,1", []),
        ((0, 1, 2), "2", ["Q205"]),
        ((0, 1, 2), "2,1,7", ["Q204"]),
        ((0, 1, 2), "1,2,1", ["Q206"]),
        ((1, 2), "2;1", ["Q113"]),
        ((1, 2), "a", ["Q113"]),
        ((1, 2), "-1,2", ["Q113"]),
    ],
)
def test_a_forced_order_names_groups_that_there_are(numbers, written, codes, tmp_path):
    text = session(*groups(*numbers), order(written), attributes=RANDOM)
    problems = problems_of(tmp_path, text)
    assert [problem.code for problem in problems] == codes
    severities = {"Q204": Severity.ERROR, "Q113": Severity.ERROR}
    assert all(problem.severity is severities.get(problem.code, Severity.WARNING) for problem in problems)


def test_a_forced_order_without_randomizing_is_ignored_with_a_warning(tmp_path):
    problem = only_problem(tmp_path, session(*groups(1, 2), order("2,1")))
    assert (problem.code, problem.severity) == ("Q203", Severity.WARNING)


def test_a_second_forced_order_is_an_error(tmp_path):
    assert codes_of(tmp_path, session(*groups(1, 2), order("2,1") * 2, attributes=RANDOM)) == ["Q116"]


def test_randomizing_needs_two_groups_besides_0_to_mean_anything(tmp_path):
    for numbers, codes in (((0, 1, 1), ["Q207"]), ((0, 0), ["Q207"]), ((0, 1, 2), []), ((5, 6), [])):
        assert codes_of(tmp_path, session(*groups(*numbers), attributes=RANDOM)) == codes
    assert codes_of(tmp_path, session(*groups(1, 1))) == []


@pytest.mark.parametrize(
    ("pages", "more", "codes"),
    [
        (("1", "1"), 'RandomizePagesInGroups="Y"', []),
        (("0", "0"), 'RandomizePagesInGroups="Y"', []),
        (("1",), 'RandomizePagesInGroups="Y"', ["Q207"]),
        (("1' Training='Y", "2' Training='Y", "3"), "", []),
        (("1' Position='Last", "2' Position='Last", "3"), "", []),
        (("1' Training='Y", "2", "3' Position='Last"), "", ["Q207"]),
        (("1' Training='Y", "0' Training='Y", "2"), "", ["Q207"]),
    ],
)
def test_what_stands_together_is_what_can_be_drawn(pages, more, codes, tmp_path):
    """Training and Position keep pages apart; with RandomizePagesInGroups one group is enough."""
    text = session(*(page(f"PageGroup='{each}'") for each in pages), attributes=f"{RANDOM} {more}")
    assert codes_of(tmp_path, text) == codes


def test_a_page_without_group_is_a_group_of_its_own_when_randomized(tmp_path):
    problem = only_problem(tmp_path, session(*groups(1), page('ID="X"'), attributes=RANDOM))
    assert (problem.code, problem.severity, problem.page) == ("Q301", Severity.WARNING, 2)
    assert codes_of(tmp_path, session(*groups(1), page())) == []


# (groups of the page that offers, of the page that asks, which comes first in the file, is fine)
PRECEDENCE = [
    (None, None, "offers", "", True),
    (None, None, "asks", "", False),
    (1, 2, "offers", "", True),
    (1, 1, "offers", RANDOM, True),
    (1, 1, "asks", RANDOM, False),
    (1, 2, "offers", RANDOM, False),
    (0, 2, "offers", RANDOM, True),
    (0, 2, "asks", RANDOM, True),
    (0, 0, "offers", RANDOM, True),
    (0, 0, "asks", RANDOM, False),
    (2, 0, "offers", RANDOM, False),
    (None, None, "offers", RANDOM, False),
    (None, 1, "offers", RANDOM, False),
    (0, None, "offers", RANDOM, True),
]


def in_order(offering: str, asking: str, first: str, session_attributes: str) -> str:
    fillers = groups(8, 9) if session_attributes else []
    pages = (offering, asking) if first == "offers" else (asking, offering)
    return session(*pages, *fillers, attributes=session_attributes)


def group(number: int | None) -> str:
    return "" if number is None else f'PageGroup="{number}"'


@pytest.mark.parametrize(("offers", "asks", "first", "attributes", "fine"), PRECEDENCE)
def test_a_bookmark_is_on_a_page_that_surely_comes_earlier(offers, asks, first, attributes, fine, tmp_path):
    text = in_order(
        page(f'BookmarkID="start" {group(offers)}'),
        page(f'GoToBookmark="start Go back" {group(asks)}'),
        first,
        attributes,
    )
    assert ("Q305" in codes_of(tmp_path, text)) is not fine


@pytest.mark.parametrize(("offers", "asks", "first", "attributes", "fine"), PRECEDENCE)
def test_a_contour_shown_again_is_of_a_page_that_surely_comes_earlier(
    offers, asks, first, attributes, fine, tmp_path
):
    text = in_order(
        page(group(offers), image('LabelMapID="tumour"')),
        page(group(asks), image('DisplayLabelMapID="tumour"')),
        first,
        attributes,
    )
    assert ("Q420" in codes_of(tmp_path, text)) is not fine


def test_a_bookmark_that_is_nowhere_names_the_nearest(tmp_path):
    problem = only_problem(tmp_path, session(page('BookmarkID="start"'), page('GoToBookmark="stert Back"')))
    assert (problem.code, problem.page, problem.hint) == ("Q305", 2, "did you mean “start”?")
    assert codes_of(tmp_path, session(page('BookmarkID="x" GoToBookmark="x Back"'))) == ["Q305"]


def test_a_bookmark_with_a_space_and_a_button_without_label_are_warnings(tmp_path):
    assert codes_of(tmp_path, session(page('BookmarkID="a b"'))) == ["Q306"]
    assert codes_of(tmp_path, session(page('BookmarkID="a"'), page('GoToBookmark="a"'))) == ["Q307"]


def test_a_contour_shown_again_needs_its_id_and_the_same_path(tmp_path):
    source = page("", image('LabelMapID="tumour"', path=r"a\ct.nrrd"))
    for asking, codes in (
        (image('DisplayLabelMapID="tumour"', path="a/ct.nrrd"), []),
        (image('DisplayLabelMapID="tumour"', path="a/mr.nrrd"), ["Q420"]),
        (image('DisplayLabelMapID="tumor"', path="a/ct.nrrd"), ["Q420"]),
    ):
        problems = problems_of(tmp_path, session(source, page("", asking)))
        assert [problem.code for problem in problems] == codes
        assert all((problem.page, problem.image) == (2, "CT") for problem in problems)
    assert codes_of(tmp_path, session(page("", image('LabelMapID="a" DisplayLabelMapID="a"')))) == ["Q420"]


MERGE = 'DisplayLabelMapID="t" MergeLabelMaps="Y"'


@pytest.mark.parametrize(
    ("source", "page_attributes", "image_attributes", "codes"),
    [
        ('Loop="Y" PageGroup="1"', 'PageGroup="1"', MERGE, []),
        ('Loop="Y" PageGroup="1"', 'PageGroup="1"', 'MergeLabelMaps="Y"', ["Q421"]),
        ('Loop="Y" PageGroup="1"', 'PageGroup="1" EnableSegmentEditor="Y"', MERGE, ["Q422"]),
        ('PageGroup="1"', 'PageGroup="1"', MERGE, ["Q423"]),
        ('Loop="Y" PageGroup="1"', 'PageGroup="1" Loop="Y"', MERGE, ["Q424"]),
        ('Loop="Y" PageGroup="1"', 'PageGroup="2"', MERGE, ["Q425"]),
        ('Loop="Y"', "", MERGE, ["Q425"]),
    ],
)
def test_merging_takes_contours_of_an_earlier_loop_in_the_same_group(
    source, page_attributes, image_attributes, codes, tmp_path
):
    text = session(page(source, image('LabelMapID="t"')), page(page_attributes, image(image_attributes)))
    assert codes_of(tmp_path, text) == codes


def test_merging_on_a_page_that_requires_segments_says_each(tmp_path):
    attributes = 'PageGroup="1" EnableSegmentEditor="Y" SegmentRequiredOnAnyImage="Y"'
    text = session(page('Loop="Y" PageGroup="1"', image('LabelMapID="t"')), page(attributes, image(MERGE)))
    assert codes_of(tmp_path, text) == ["Q422", "Q422"]


def test_pages_may_share_id_and_descriptor_and_have_no_image_or_questions(tmp_path):
    assert codes_of(tmp_path, session(page('Descriptor="x"'), page('Descriptor="x"'))) == []
    problem = only_problem(tmp_path, session('<Page ID="P"/>'))
    assert (problem.code, problem.severity) == ("Q303", Severity.WARNING)
    assert QUESTIONS in page()


@pytest.mark.parametrize(
    ("quiz", "of_page", "codes"),
    [
        ("", 'TimeLimit="60" MinTime="10"', []),
        ("", 'TimeLimit="60" MinTime="60"', []),
        ("", 'TimeLimit="60" MinTime="60.5"', ["Q341"]),
        ('TimeLimit="600"', 'TimeLimit="60"', []),
        ('TimeLimit="60"', 'TimeLimit="600"', ["Q342"]),
        ('TimeLimit="60"', 'MinTime="40"', ["Q342"]),
        ('TimeLimit="60"', 'MinTime="30"', []),
        ("", 'TimeLimit="0"', ["Q113"]),
        ("", 'TimeLimit="-5"', ["Q113"]),
        ("", 'TimeLimit="1000000000"', ["Q113"]),
        ("", 'TimeLimit="nan"', ["Q113"]),
        ("", 'MinTime="0"', ["Q113"]),
        ("", 'MinTime="86401"', ["Q113"]),
        ('TimeLimit="1 h"', "", ["Q113"]),
    ],
)
def test_times_are_seconds_that_a_reader_can_keep(quiz, of_page, codes, tmp_path):
    text = session(page(f'ID="A" {of_page}'), page(f'ID="B" {of_page}'), attributes=quiz)
    assert sorted(set(codes_of(tmp_path, text))) == codes


@pytest.mark.parametrize(
    ("presets", "codes"),
    [
        ('<WindowPreset Name="Liver" Window="180" Level="90"/>', []),
        ('<WindowPreset Name="CT lung" Window="180" Level="-90.5"/>', []),
        (
            '<WindowPreset Name="a" Window="1" Level="0"/><WindowPreset Name="a" Window="2" Level="0"/>',
            ["Q211"],
        ),
        ('<WindowPreset Name="a" Window="0" Level="0"/>', ["Q113"]),
        ('<WindowPreset Name="a" Window="1"/>', ["Q114"]),
        ('<WindowPreset Name="" Window="1" Level="0"/>', ["Q114"]),
        ('<WindowPreset Name="a" Window="1" Level="0">words</WindowPreset>', ["Q112"]),
    ],
)
def test_window_presets_have_names_of_their_own(presets, codes, tmp_path):
    assert codes_of(tmp_path, session(presets, page())) == codes
