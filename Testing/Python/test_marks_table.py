"""The table of marks, row by row, and what RJafroc gets of it."""

import csv
import io
import os
import re
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from masks_made import quizloader
from QuizLoaderLib.session.entries import MarkEvent
from QuizLoaderLib.session.session import Session

REPOSITORY = Path(__file__).parents[2]
FORM = """
<Question Type="Radio" ID="kind" Descriptor="Kind"><Option>solid</Option><Option>soft</Option></Question>
<Question Type="CheckBox" Descriptor="signs"><Option>spiculated</Option><Option>calcified</Option></Question>
<Question Type="InfoBox"><Option>How sure are you?</Option></Question>
<Question Type="Radio" ID="sure" Descriptor="size">
<Option>10 maybe</Option><Option>90 surely</Option></Question>
<Question Type="Ranking" Descriptor="Likely"><Option>cyst</Option><Option>tumour</Option></Question>
"""
PAGE = """<Page ID="P{0}" Case="Case {0}" Treatment="CT" AllowMultipleResponse="Y">
<Image ID="CT" Type="Volume"><Path>ct.nrrd</Path></Image>
<QuestionSet><Question Type="Mark" ID="f" Descriptor="Findings" Rating="sure">{1}</Question></QuestionSet>
</Page>"""


ELLIPSE = {"Tool": "Ellipse", "Size": "12.5", "Unit": "mm2", "Mean": "7", "SD": "1.5"}


def facts(place: tuple[float, float, float], **more: str) -> dict[str, str]:
    return {
        "Tool": "Point",
        "Image": "CT",
        "Center": " ".join(f"{mm:g}" for mm in place),
        "View": "Red",
        "Slice": "3",
        **more,
    }


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Ann marks three findings in the first case and deletes a fourth, and none in the second."""
    quiz = tmp_path / "lungs.xml"
    pages = PAGE.format(1, FORM) + PAGE.format(2, FORM)
    quiz.write_text(f"<Session>{pages}</Session>", encoding="utf-8")
    seconds = [0.0]
    start = datetime(2026, 1, 2, 3, 4)
    session = Session.open(
        quiz,
        tmp_path / "results",
        "Ann",
        now=lambda: start + timedelta(seconds=seconds[0]),
        clock=lambda: seconds[0],
    )
    session.presence.see(True)
    session.presence.be_there(True)
    for number, place in enumerate([(1, 2, 3), (-60.5, 2, 3), (1, 2, 40), (9, 9, 9)], start=1):
        seconds[0] += 2
        session.marks.record(0, 0, number, MarkEvent.PLACED, facts(place, **ELLIPSE if number == 3 else {}))
        for question, texts in enumerate([("Y", "N"), ("Y", "Y"), None, ("N", "Y"), ("2", "1")]):
            if texts and not (number == 2 and question == 3):
                session.marks.answer(0, 0, number, question, texts)
    session.marks.answer(0, 0, 2, 3, ("Y", "N"))
    session.marks.record(0, 0, 4, MarkEvent.DELETED, {})
    assert session.next() == []
    assert session.finish() == []
    session.close()
    return tmp_path


def test_each_mark_has_a_row_with_its_place_its_rating_and_the_answers_of_its_form(study: Path) -> None:
    ended = quizloader("answers", study / "results", "--marks", study / "marks.csv")
    assert (ended.code, ended.out) == (0, f"{study / 'marks.csv'}: 3 rows of 1 reader\n")
    rows = list(csv.DictReader(io.StringIO((study / "marks.csv").read_text(encoding="utf-8"))))
    names = "reader,page,case,treatment,image,number,tool,x_lps_mm,y_lps_mm,z_lps_mm,size,unit,region_under,"
    assert ",".join(rows[0]).startswith(f"{names}slice,view,seconds,rating,")
    assert list(rows[0])[-4:] == ["Kind", "signs", "size (answer)", "Likely"]
    assert [",".join(row.values()) for row in rows] == [
        "Ann,P1,Case 1,CT,CT,1,Point,1,2,3,,,,3,Red,2.000,90,Findings,,,,,,lungs,1,Y,"
        "solid,spiculated; calcified,90 surely,cyst: 2; tumour: 1",
        "Ann,P1,Case 1,CT,CT,2,Point,-60.5,2,3,,,,3,Red,4.000,10,Findings,,,,,,lungs,1,Y,"
        "solid,spiculated; calcified,10 maybe,cyst: 2; tumour: 1",
        "Ann,P1,Case 1,CT,CT,3,Ellipse,1,2,40,12.5,mm2,,3,Red,6.000,90,Findings,7,1.5,,,,lungs,1,Y,"
        "solid,spiculated; calcified,90 surely,cyst: 2; tumour: 1",
    ]


def test_the_documented_steps_make_rjafrocs_table_of_them(study: Path) -> None:
    pytest.importorskip("pandas")
    tables = ["--out", study / "answers.csv", "--marks", study / "marks.csv"]
    assert quizloader("answers", study / "results", *tables).code == 0
    # Of two lesions the first is hit by mark 1; mark 2 is beside the second, mark 3 is another slice's.
    lesions = "case,x_lps_mm,y_lps_mm,z_lps_mm\nCase 1,2,2,3\nCase 1,-40,2,3\nCase 2,,,\n"
    (study / "lesions.csv").write_text(lesions, encoding="utf-8")
    text = (REPOSITORY / "docs" / "studies" / "tables.md").read_text(encoding="utf-8")
    (sample,) = (each for each in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "froc.xlsx" in each)
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "QuizLoader")}
    run = subprocess.run(
        [sys.executable, "-c", sample], cwd=study, env=environment, capture_output=True, encoding="utf-8"
    )
    assert run.returncode == 0, run.stderr
    import pandas as pd

    sheets = pd.read_excel(study / "froc.xlsx", sheet_name=None)
    assert zipfile.is_zipfile(study / "froc.xlsx")
    assert sheets["TP"].to_numpy().tolist() == [["Ann", "CT", 1, 1, 90]]
    assert sheets["FP"].to_numpy().tolist() == [["Ann", "CT", 1, 10], ["Ann", "CT", 1, 90]]
    assert sheets["TRUTH"].to_numpy().tolist() == [[2, 0, 0], [1, 1, 0.5], [1, 2, 0.5]]
    assert sheets["CASES"].to_numpy().tolist() == [[1, "Case 1"], [2, "Case 2"]]
