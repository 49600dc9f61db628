"""Tables of the columns of answers.csv, mrmc.csv and a report, for the pages that explain them."""

from QuizLoaderLib.results.report.columns import COLUMNS
from QuizLoaderLib.results.tables import ANSWER_COLUMNS, MRMC_COLUMNS

from .markdown import code, table

TABLES = {
    "answers.csv": ANSWER_COLUMNS,
    "mrmc.csv": MRMC_COLUMNS,
    **{f"report/{name}": columns for name, columns in COLUMNS.items()},
}


def columns_of(file: str) -> str:
    return table(["column", "what it is"], [(code(name), text) for name, text in TABLES[file].items()])
