"""Tables of the columns of answers.csv and mrmc.csv, put into the page that explains them."""

from QuizLoaderLib.results.tables import ANSWER_COLUMNS, MRMC_COLUMNS

from .markdown import code, table

TABLES = {"answers.csv": ANSWER_COLUMNS, "mrmc.csv": MRMC_COLUMNS}


def columns_of(file: str) -> str:
    return table(["column", "what it is"], [(code(name), text) for name, text in TABLES[file].items()])
