"""Tables of the columns of answers, readings, marks, scores and a report, for the pages about them."""

from QuizLoaderLib.results.report.columns import COLUMNS
from QuizLoaderLib.results.table_columns import (
    ANSWER_COLUMNS,
    MARK_COLUMNS,
    MRMC_COLUMNS,
    PAGE_TOTAL_COLUMNS,
    QUESTION_TOTAL_COLUMNS,
    READER_TOTAL_COLUMNS,
    SCORE_COLUMNS,
)

from .markdown import code, table

TABLES = {
    "answers.csv": ANSWER_COLUMNS,
    "mrmc.csv": MRMC_COLUMNS,
    "marks.csv": MARK_COLUMNS,
    "scores.csv": SCORE_COLUMNS,
    "scores-by-reader.csv": READER_TOTAL_COLUMNS,
    "scores-by-page.csv": PAGE_TOTAL_COLUMNS,
    "scores-by-question.csv": QUESTION_TOTAL_COLUMNS,
    **{f"report/{name}": columns for name, columns in COLUMNS.items()},
}


def columns_of(file: str) -> str:
    return table(["column", "what it is"], [(code(name), text) for name, text in TABLES[file].items()])
