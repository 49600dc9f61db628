"""A table of scores, by ``quizloader answers --mrmc`` or another program, becomes ``StudyResults``; and the
table with the truth of each case."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..quiz.problems import ExplainedError
from ..session.tree import finite
from .study_results import NO_ANSWER, Item, LeftOut, Score, StudyResults, ratings_of, without_answer
from .tables import INTERVAL, NOMINAL, ORDINAL

MOST_CATEGORIES = 10
"""So many whole numbers are ordered categories where a table does not name the scale; more are numbers."""

COLUMNS = {
    "reader": ("reader", "readerid"),
    "case": ("case", "caseid"),
    "modality": ("modality", "treatment", "modalityid"),
    "question": ("question",),
    "score": ("score", "rating"),
    "truth": ("truth",),
}
"""What a column may be called, without regard to case."""

NO_SCORE = "the score is not a number"


class TableError(ExplainedError):
    """Why a table cannot be used."""


def read_score_table(path: Path) -> StudyResults:
    """The scores of a CSV file with the columns reader, case and score, and where wanted modality, question,
    truth, repetition, answer, scale and page_complete.

    Rows that do not count are in ``left_out``. Raises TableError.
    """
    left_out: list[LeftOut] = []
    truth: dict[tuple[str, str], int] = {}
    rows = _rows(path, ("reader", "case", "score"))
    scores = list(_scores(rows, path, left_out, truth))
    if not scores:
        raise TableError(f"“{path}” has no scores.")
    ratings = ratings_of(_with_scales(scores), left_out)
    readers = tuple(sorted({score.reader for score in scores}, key=str.casefold))
    everything = dict.fromkeys((score.item for score in scores), NO_ANSWER)
    left_out += without_answer(ratings, dict.fromkeys(readers, everything))
    return StudyResults(str(path), readers, ratings, left_out=left_out, truth=truth)


def read_truth(path: Path) -> dict[tuple[str, str], int]:
    """1 or 0 by case and question, or by case and an empty text where the table has no column question.

    Raises TableError.
    """
    truth: dict[tuple[str, str], int] = {}
    for line, row in _rows(path, ("case", "truth")):
        _add_truth(truth, row, path, line)
    if not truth:
        raise TableError(f"“{path}” has no truth of a case.")
    return truth


def _rows(path: Path, needed: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Each row with its line, by the names of ``COLUMNS``."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        header = text.split("\n", 1)[0]
        table = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=header.count))
        names = {_column(name or ""): name for name in reversed(table.fieldnames or ())}
        if missing := [name for name in needed if name not in names]:
            what = "column" if len(missing) == 1 else "columns"
            raise TableError(f"“{path}” lacks the {what} {', '.join(missing)}.")
        chosen = list(names.items())
        return [(table.line_num, {name: (row[own] or "").strip() for name, own in chosen}) for row in table]
    except OSError as fault:
        raise TableError(f"“{path}” cannot be read: {fault.strerror or fault}.") from fault
    except (UnicodeDecodeError, csv.Error) as fault:
        raise TableError(f"“{path}” is not a CSV file in UTF-8: {fault}.", "save it as CSV UTF-8") from fault


def _column(name: str) -> str:
    plain = name.strip().casefold()
    return next((known for known, names in COLUMNS.items() if plain in names), plain)


def _scores(
    rows: list[tuple[int, dict[str, str]]],
    path: Path,
    left_out: list[LeftOut],
    truth: dict[tuple[str, str], int],
) -> Iterator[Score]:
    for line, row in rows:
        question = row.get("question") or "score"
        item = Item(row["case"], row.get("modality", ""))
        if not (row["reader"] and row["case"]):
            raise TableError(
                f"“{path}”, line {line}: the row names no {'reader' if row['case'] else 'case'}."
            )
        if row.get("truth"):
            _add_truth(truth, {**row, "question": question}, path, line)
        value = finite(row["score"])
        repetition = finite(row.get("repetition") or "0")
        reason = ""
        if value is None or repetition is None or repetition < 0:
            reason = NO_SCORE
        elif row.get("page_complete") == "N":
            reason = "the page was not completed"
        if reason:
            left_out.append(LeftOut(row["reader"], row.get("quiz", ""), "", item, question, reason))
            continue
        assert value is not None and repetition is not None
        answer = row.get("answer") or row["score"]
        yield Score(row["reader"], item, question, int(repetition), value, answer, row.get("scale", ""))


def _add_truth(truth: dict[tuple[str, str], int], row: Mapping[str, str], path: Path, line: int) -> None:
    key = (row["case"], row.get("question", ""))
    value = finite(row["truth"])
    if value not in (0, 1):
        raise TableError(
            f"“{path}”, line {line}: the truth of “{row['case']}” is “{row['truth']}”.", "write 1 or 0"
        )
    if truth.setdefault(key, int(value)) != value:
        raise TableError(f"“{path}”, line {line}: the case “{row['case']}” has two truths.")


def _with_scales(scores: list[Score]) -> Iterator[Score]:
    """The scale that a table does not name is found by its scores: few whole numbers are in order."""
    values: dict[str, set[float]] = {}
    for score in scores:
        values.setdefault(score.question, set()).add(score.value)
    scales = {
        question: ORDINAL
        if len(found) <= MOST_CATEGORIES and all(value == int(value) for value in found)
        else INTERVAL
        for question, found in values.items()
    }
    for score in scores:
        known = score.scale in (NOMINAL, ORDINAL, INTERVAL)
        yield score if known else score._replace(scale=scales[score.question])
