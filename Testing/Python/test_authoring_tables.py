"""A coordinator has a table of cases and wants a quiz: CSV of every kind, and Excel."""

from pathlib import Path

import pytest
from authoring_by_hand import OWN_TEMPLATE, faults_of, quiz_of, wanted, write_table
from image_files import numbered, write_nrrd
from QuizLoaderLib.authoring.cases import AuthoringError
from QuizLoaderLib.authoring.making import find_cases, make_quiz
from session_by_hand import SOAK


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("c.csv", "utf-8-sig"), ("c.csv", "cp1252"), ("c.tsv", "utf-16"), ("c.xlsx", "")],
)
def test_a_table_fills_a_template_of_ones_own(tmp_path: Path, name: str, encoding: str) -> None:
    write_nrrd(tmp_path / "bilder" / "ü.nrrd", numbered())
    template = tmp_path / "own.xml"
    template.write_text(OWN_TEMPLATE, encoding="utf-8")
    rows = [["Case", "CT ", "größe"], ["Österreich", "ü.nrrd", "12"], ["=1+1", "ü.nrrd", 'a"<b>']]
    if name != "c.xlsx":
        rows[2][2] = "<b>"
    table = write_table(tmp_path / name, rows, encoding)

    request = wanted(table, str(template), tmp_path / "bilder")
    found = find_cases(request)
    if name == "c.xlsx":
        assert [case.name for case in found.complete] == ["Österreich"]
        assert "is a formula without a stored value" in next(iter(faults_of(found).values()))
    else:
        assert not found.faulty
    made = make_quiz(request, found, tmp_path / "quiz.xml")

    page = quiz_of(made.path).pages[0]
    assert (page.id, page.descriptor) == ("Österreich", "12 mm, {exactly}")
    assert page.images[0].path == "ü.nrrd"
    assert "{not} a placeholder" in made.path.read_text(encoding="utf-8")
    assert bool(found.remarks) is (encoding == "cp1252")
    if name != "c.xlsx":
        assert "'=1+1" in made.case_table.read_text(encoding="utf-8-sig")


def test_rows_that_cannot_be_are_told_one_by_one(tmp_path: Path) -> None:
    write_nrrd(tmp_path / "a.nrrd", numbered())
    rows = [["case", "image"], ["one", "a.nrrd"], ["one", "a.nrrd"], ["two", "b.nrrd"], ["three", ""]]
    rows += [["four", "../a.nrrd"], ["five", "a.nrrd", "more"], ["six", "a.nrrd"], ["bell\a", "a.nrrd"]]
    rows += [["eight", "#BEZUG!"], ["", "a.nrrd"], ["Größe", "a.nrrd"], ["Gro\u0308ße", "a.nrrd"]]
    found = find_cases(wanted(write_table(tmp_path / "cases.csv", rows)))

    assert [case.name for case in found.complete] == ["six"]
    assert [case.faults[-1] for case in found.faulty] == [
        "2 cases have this name",
        "2 cases have this name",
        "row 4: The file “b.nrrd” does not exist",
        "row 5: “image” is empty",
        "row 6: The path “../a.nrrd” has a “..” part",
        "row 7: it has more cells than there are columns",
        "row 9: “case” has the letter U+0007, which XML cannot have",
        "row 10: “image” is #BEZUG!, which a formula gave that went wrong",
        "“case” is empty",
        "2 cases have this name",
        "2 cases have this name",
    ]


def test_what_went_wrong_in_excel_is_no_answer(tmp_path: Path) -> None:
    write_nrrd(tmp_path / "a.nrrd", numbered())
    rows = [["case", "image"], ["one", "#N/A"], ["#DIV/0!", "a.nrrd"], ["#1 in A!", "a.nrrd"]]
    found = find_cases(wanted(write_table(tmp_path / "cases.xlsx", rows)))

    assert [case.name for case in found.complete] == ["#1 in A!"]
    assert [case.faults for case in found.faulty] == [
        ["row 2: “image” is #N/A, which a formula gave that went wrong"],
        ["row 3: “case” is #DIV/0!, which a formula gave that went wrong"],
    ]


@pytest.mark.parametrize("first", ["sep=|", '"SEP=|"', "\nsep=|"])
def test_a_first_line_tells_what_stands_between_cells(tmp_path: Path, first: str) -> None:
    write_nrrd(tmp_path / "a,b.nrrd", numbered())
    table = tmp_path / "cases.csv"
    table.write_text(f"{first}\ncase|image\none;two|a,b.nrrd\nthree|\n", encoding="utf-8-sig")
    found = find_cases(wanted(table))

    assert [case.name for case in found.complete] == ["one;two"]
    assert faults_of(found) == {"three": f"row {4 + first.count(chr(10))}: “image” is empty"}


def test_what_is_no_table_is_told(tmp_path: Path) -> None:
    for name, content in (
        ("a.xlsx", b"no zip"),
        ("a.xls", b"\xd0\xcf\x11\xe0case;image\n\0\0;a.nrrd"),
        ("b.csv", b'a;"b'),
        ("c.csv", b"case;image"),
        ("d.csv", b"a,a\nx,y"),
        ("e.csv", b"case;image;Image \nx;y;z"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(AuthoringError, match=name):
            find_cases(wanted(tmp_path / name))
    with pytest.raises(AuthoringError, match="are for folders"):
        find_cases(wanted(tmp_path / "c.csv", pattern="{case}.nrrd"))


def test_ten_thousand_rows_are_read_in_seconds(tmp_path: Path) -> None:
    write_nrrd(tmp_path / "a.nrrd", numbered())
    count = 10_000 if SOAK else 1_000
    rows = [["case", "image"], *([f"case {number}", "a.nrrd"] for number in range(count))]
    request = wanted(write_table(tmp_path / "cases.csv", rows))
    seen: list[tuple[int, int]] = []
    found = find_cases(request, lambda done, total: seen.append((done, total)))
    made = make_quiz(request, found, tmp_path / "quiz.xml")

    assert seen[-1] == (count, count)
    assert len(quiz_of(made.path).pages) == count + 1
