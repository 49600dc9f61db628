"""The table of marks: a row for each, with where it is and the answers of its form, for LROC and FROC."""

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf, nan

from lxml import etree

from ..quiz.question_types import QUESTION_TYPES, Takes
from ..quiz.results_names import MARK_PATH
from ..session.results_parser import ReadPage, ReadResults, is_not_asked
from ..session.results_tree import fields_of, label_of, last_answer
from ..session.tree import Element, finite, integer
from .table_columns import MARK_COLUMNS
from .tables import Row, named_questions, pages_of_study, scores_of

_TAKES = {kind.value: facts.takes for kind, facts in QUESTION_TYPES.items()}


def mark_rows(results: ReadResults, with_training: bool = False) -> Iterator[Row]:
    """A row for each mark that is there, in the order of pages, questions and numbers. Marks that were
    deleted have none, nor have those of a question that a condition hides."""
    for page in pages_of_study(results, with_training):
        of_page: Row = {
            "reader": results.reader,
            "quiz": results.quiz,
            "attempt": results.attempt,
            "page": page.element.get("ID") or "",
            "page_complete": "Y" if page.is_complete else "N",
            "case": page.case,
            "treatment": page.treatment,
        }
        for name, question in mark_questions(page):
            for mark in _marks(question):
                yield {**of_page, "question": name, **_facts(mark), **_answers(question, mark)}


def columns_with_forms(rows: Iterable[Row]) -> list[str]:
    """The columns of the table, and behind them one for each question of the forms."""
    return list(dict.fromkeys([*MARK_COLUMNS, *(name for row in rows for name in row)]))


@dataclass(frozen=True)
class PlacedMark:
    """``center_lps`` is in mm. ``size`` has its unit; ``rating`` is None where the reader gave none, or the
    question asks for none."""

    number: int
    center_lps: tuple[float, float, float]
    size: str
    unit: str
    rating: float | None


def placed_marks(question: Element) -> list[PlacedMark]:
    """Those that are there, the surest first, else by their numbers. A mark whose place cannot be read is
    nowhere (NaN)."""
    found = []
    for mark in _marks(question):
        facts, rating = _facts(mark), _answers(question, mark)["rating"]
        place = [finite(str(facts[f"{axis}_lps_mm"])) for axis in "xyz"]
        x, y, z = (nan if mm is None else mm for mm in place)
        score = None if rating == "" else float(rating)
        found.append(
            PlacedMark(int(str(facts["number"])), (x, y, z), str(facts["size"]), str(facts["unit"]), score)
        )
    return sorted(found, key=lambda mark: -inf if mark.rating is None else mark.rating, reverse=True)


def _marks(question: Element) -> list[Element]:
    """Without those that were deleted, in the order of their numbers."""
    there = [mark for mark in question.findall(MARK_PATH) if mark.get("Deleted") != "Y"]
    return sorted(there, key=lambda mark: integer(mark, "Number"))


def mark_questions(page: ReadPage) -> Iterator[tuple[str, Element]]:
    """Those that are asked, by the names that they have in tables."""
    for name, question in named_questions(page):
        if _TAKES.get(question.get("Type") or "") is Takes.MARKS and not is_not_asked(question):
            yield name, question


def _facts(mark: Element) -> Row:
    x, y, z = [*(mark.get("Center") or "").split(), "", "", ""][:3]
    names = {
        "image": "Image",
        "number": "Number",
        "tool": "Tool",
        "size": "Size",
        "unit": "Unit",
        "region_under": "Regions",
        "slice": "Slice",
        "view": "View",
        "seconds": "Seconds",
        "mean": "Mean",
        "sd": "SD",
        "minimum": "Minimum",
        "maximum": "Maximum",
        "value_unit": "ValueUnit",
    }
    of_file = {column: mark.get(name) or "" for column, name in names.items()}
    return {**of_file, "x_lps_mm": x, "y_lps_mm": y, "z_lps_mm": z}


def _answers(question: Element, mark: Element) -> Row:
    """In words, by the names of the questions; and the rating as a number."""
    found: Row = {"rating": ""}
    for number, each in enumerate(question.findall("Question"), start=1):
        takes = _TAKES.get(each.get("Type") or "", Takes.NOTHING)
        if takes is Takes.NOTHING:
            continue
        answered = _answered(each, number, mark)
        name = each.get("Descriptor") or each.get("ID") or f"question {number}"
        found[f"{name} (answer)" if name in MARK_COLUMNS else name] = _in_words(answered, takes)
        if each.get("ID") and each.get("ID") == question.get("Rating"):
            found["rating"] = next((score for _name, score, _words, _scale in scores_of(answered)), "")
    return found


def _answered(question: Element, number: int, mark: Element) -> Element:
    """The question of a form with the answers of this mark, as those of a page have theirs."""
    answered = copy.deepcopy(question)
    etree.Element("Page").append(answered)
    texts = {
        integer(response, "Field"): response.text
        for response in mark.findall("Response")
        if integer(response, "Question") == number
    }
    for place, field in enumerate(fields_of(answered), start=1):
        etree.SubElement(field, "Response").text = texts.get(place, "")
    return answered


def _in_words(question: Element, takes: Takes) -> str:
    texts = last_answer(question)
    labels = [label_of(field) for field in fields_of(question)]
    if takes is Takes.CHOICE:
        return "; ".join(label for label, text in zip(labels, texts, strict=True) if text == "Y")
    if takes in (Takes.OPTION, Takes.RANK):
        return "; ".join(f"{label}: {text}" for label, text in zip(labels, texts, strict=True) if text)
    return "; ".join(text for text in texts if text)
