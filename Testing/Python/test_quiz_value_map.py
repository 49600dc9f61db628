"""The text file of region labels and mask values, as people and other programs write it."""

import pytest
from QuizLoaderLib.quiz.value_map import parse_value_map


@pytest.mark.parametrize(
    "data",
    [
        b"Liver=10\nSpleen=20\n",
        b"Liver=10\r\nSpleen=20",
        b"\xef\xbb\xbfLiver=10\nSpleen=20\n",
        b"# organs\n\n  Liver = 10 \n\t\nSpleen=020\n",
    ],
)
def test_encodings_line_ends_blanks_and_comment_lines_change_nothing(data):
    value_map, problems = parse_value_map(data)
    assert value_map is not None
    assert list(value_map.values.items()) == [("Liver", 10), ("Spleen", 20)]
    assert problems == []


def test_the_value_stands_behind_the_last_equals_sign():
    value_map, problems = parse_value_map("T1=bright=7\nGro\u00dfhirn links=8".encode())
    assert value_map is not None
    assert dict(value_map.values) == {"T1=bright": 7, "Gro\u00dfhirn links": 8}
    assert problems == []


@pytest.mark.parametrize(
    "line",
    [
        "Liver",
        "Liver=10 # x",
        "Liver=4294967296",
        "Liver=" + "9" * 5000,
        "=5",
        "Liver=",
        "Liver=1.5",
        "Liver=0x10",
        "Liver=+7",
        "Liver=1_0",
        "Liver=\u0663",
        "Liver=-1",
        "Liver=0",
    ],
)
def test_a_line_that_is_no_label_and_value_is_an_error_at_its_line(line):
    value_map, problems = parse_value_map(f"Spleen=20\n{line}\nKidney=30\n".encode())
    assert [(problem.code, problem.line, problem.is_error) for problem in problems] == [("Q711", 2, True)]
    assert value_map is not None
    assert dict(value_map.values) == {"Spleen": 20, "Kidney": 30}


def test_a_label_that_is_there_twice_is_a_warning_with_one_value_and_an_error_with_two():
    _, problems = parse_value_map(b"A=1\nB=1\nA=1\nA=2\n")
    assert [(problem.code, problem.line, problem.is_error) for problem in problems] == [
        ("Q712", 3, False),
        ("Q713", 4, True),
    ]


@pytest.mark.parametrize(("value", "warnings"), [(255, 0), (256, 1), (32767, 1), (32768, 2), (2**32 - 1, 2)])
def test_values_that_some_tools_cannot_store_are_a_warning(value, warnings):
    value_map, problems = parse_value_map(f"A={value}".encode())
    assert value_map is not None
    assert value_map.values["A"] == value
    assert [(problem.code, problem.is_error) for problem in problems] == [("Q714", False)] * warnings


def test_labels_may_share_a_value():
    value_map, problems = parse_value_map(b"Left=1\nRight=1\n")
    assert value_map is not None
    assert value_map.names_of(1) == ("Left", "Right")
    assert problems == []


def test_what_is_no_utf_8_is_refused_with_its_line():
    value_map, problems = parse_value_map(b"A=1\nH\xf6he=2\n")
    assert value_map is None
    assert [(problem.code, problem.line) for problem in problems] == [("Q720", 2)]


def test_a_negative_value_is_told_as_such():
    _, (problem,) = parse_value_map(b"Liver=-3")
    assert problem.sentence == "The value of “Liver” is “-3”; values go from 1 upwards."


@pytest.mark.parametrize("data", [b"", b"\n\n", b"# only a comment\n", b"\xef\xbb\xbf"])
def test_a_map_without_a_label_is_an_error(data):
    value_map, problems = parse_value_map(data)
    assert value_map is not None
    assert [(problem.code, problem.is_error) for problem in problems] == [("Q716", True)]
