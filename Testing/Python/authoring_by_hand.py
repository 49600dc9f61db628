"""For the tests of what makes quizzes: what is asked for, and what was made."""

from pathlib import Path

import openpyxl
from QuizLoaderLib.authoring.cases import FoundCases
from QuizLoaderLib.authoring.making import Wanted
from QuizLoaderLib.authoring.template import load_template
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.model import Quiz
from QuizLoaderLib.quiz.parser import read_quiz

OWN_TEMPLATE = """<Session>
    <Page ID="{case}" Descriptor="{Größe} mm, {{exactly}}">
        <!-- {not} a placeholder -->
        <Image ID="CT" Type="Volume" DicomRead="{ct.dicom}"><Path>{ct}</Path></Image>
        <QuestionSet><Question Type="Text"><Option>Remarks</Option></Question></QuestionSet>
    </Page>
</Session>
"""

LESION = {"Segment0_ID": "L", "Segment0_Name": "Lesion", "Segment0_LabelValue": 1, "Segment0_Layer": 0}
"""What the header of a .seg.nrrd has of the region that the teaching template asks for."""


def wanted(source: Path, template: str = "roc", images: Path | None = None, **options: object) -> Wanted:
    folder = ImageFolder(images or (source if source.is_dir() else source.parent))
    return Wanted(source, folder, load_template(template), **options)  # type: ignore[arg-type]


def quiz_of(path: Path) -> Quiz:
    quiz, problems = read_quiz(path)
    assert quiz is not None
    assert not problems
    return quiz


def faults_of(found: FoundCases) -> dict[str, str]:
    return {case.name: "; ".join(case.faults) for case in found.faulty}


def write_table(path: Path, rows: list[list[str]], encoding: str = "utf-8") -> Path:
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.worksheets[0].append([float(cell) if cell.isdigit() else cell for cell in row])
        book.save(path)
    else:
        delimiter = "\t" if path.suffix == ".tsv" else ";"
        lines = (delimiter.join(f'"{cell}"' for cell in row) for row in rows)
        path.write_text("\r\n".join(lines), encoding=encoding, newline="")
    return path
