"""Results for people: tables of answers and of progress, ready for statistics programs."""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..quiz.answer_key import AnswerKey
from ..quiz.problems import ProblemError
from ..quiz.question_types import QUESTION_TYPES, MarkTool, Takes
from ..quiz.results_names import GIVEN_REGION, MARK_PATH, MEASURE_PATH
from ..quiz.text_file import LARGEST_LINE_MB, json_of_text_file
from ..session.answers import DONE
from ..session.draws import SEEN_IMAGE
from ..session.entries import parsed_timestamp
from ..session.judged_regions import REGION
from ..session.judged_tree import judged_region
from ..session.page_facts import PageFact
from ..session.results_parser import (
    ReadPage,
    ReadResults,
    is_not_asked,
    own_file,
    pages_in_order,
    relative_path,
)
from ..session.results_tree import fields_as_written, fields_of, label_of, last_answer, value_of
from ..session.tree import Element, finite
from .right_answers import RightQuestions, right_questions, scored_answer
from .seconds import Seconds, login_and_time

_FACTS = {kind.value: facts for kind, facts in QUESTION_TYPES.items()}

DRAWINGS = ("LabelMapPath", "MarkupLinePath")

_MEASURED = (MarkTool.LINE.value, MarkTool.ANGLE.value)

_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_FORMULA = re.compile(r"(?:\A|(?<=[;\t\r\n]))(?=[=+\-@\t\r＝＋－＠])")
"""Where one begins; also with the wide signs of East Asian keyboards."""

NOMINAL, ORDINAL, INTERVAL = "nominal", "ordinal", "interval"
"""How scores of one question compare: equal or not, in order, by their difference."""


Row = dict[str, str | int]


def answer_rows(
    results: ReadResults, with_training: bool = False, key: AnswerKey | None = None
) -> Iterator[Row]:
    """A row for each Response of each option, for each file that was drawn (its Image is the option, none for
    a line that lies on no image), and for each region that was given to judge.

    ``last_answer`` is Y on the newest Response of an option, by its place in the file: a clock may have
    been set back. ``seconds`` is the time since the questions were shown; in the original's files it is
    the time since the answers before, and nothing where the clock was set back. What is right is said by the
    ``key``, else by the quiz that is stored with the results.
    """
    seconds = Seconds(results)
    right = right_questions(results, key)
    for page in _pages(results, with_training):
        of_page: Row = {
            "reader": results.reader,
            "quiz": results.quiz,
            "position": page.position,
            "page_number": page.number,
            "page_id": page.id,
            "page_descriptor": page.descriptor,
            "repetition": page.repetition,
            "page_group": page.group,
            "group_position": "" if page.group_position is None else page.group_position,
            "page_complete": "Y" if page.is_complete else "N",
            "timed_out": "Y" if page.is_timed_out else "N",
            "case": page.case,
            "treatment": page.treatment,
            **page_times(page),
            "attempt": results.attempt,
        }
        for of_option, of_question, option in _options(page, right):
            responses = option.findall("Response")
            for response in responses:
                yield {
                    **of_page,
                    **of_option,
                    "response": response.text or "",
                    "not_asked": "Y" if response.get("NotAsked") == "Y" else "N",
                    "last_answer": "Y" if response is responses[-1] else "N",
                    **_times(response, seconds),
                    **(of_question if response is responses[-1] else {}),
                }
        yield from _drawing_rows(results, page, of_page, seconds)
        yield from _measure_rows(results, page, of_page, seconds)
        yield from _given_rows(page, of_page)


def pages_of_study(results: ReadResults, with_training: bool = False) -> list[ReadPage]:
    """Those that count: of one that a condition hides nothing does, also not what was drawn on it."""
    return [page for page in _pages(results, with_training) if not page.is_hidden]


def _pages(results: ReadResults, with_training: bool) -> list[ReadPage]:
    return [page for page in pages_in_order(results) if with_training or not page.is_training]


def _options(page: ReadPage, right: RightQuestions) -> Iterator[tuple[Row, Row, Element]]:
    """Each option of the page with what it, its question and its question set are; and with what its last
    answer says of the whole question."""
    for set_number, question_set in enumerate(page.element.findall("QuestionSet"), start=1):
        for number, question in enumerate(question_set.findall("Question"), start=1):
            key = right.get(question)
            scored = scored_answer(question, key) if key else None
            as_written = fields_as_written(question)
            for option_number, option in enumerate(fields_of(question), start=1):
                of_option: Row = {
                    "question_set": set_number,
                    "question_set_id": question_set.get("ID") or "",
                    "question": number,
                    "question_type": question.get("Type") or "",
                    "question_descriptor": question.get("Descriptor") or "",
                    "option": option_number,
                    "option_label": label_of(option),
                    "option_image": option.get(SEEN_IMAGE) or "",
                    "right": key.right_answer[as_written.index(option)] if key else "",
                }
                is_first = scored is not None and option_number == 1
                yield of_option, scored.as_row() if scored and is_first else {}, option


def mrmc_rows(
    results: ReadResults, case: PageFact, modality: PageFact, with_training: bool = False
) -> Iterator[Row]:
    """A row for each last answer that is a number, for multi-reader multi-case statistics.

    A Radio, a DropDown and each row of a Matrix score the number its chosen label begins with where all
    labels begin with one, else the place of the option from 1. A CheckBox scores 1 or 0 for each option, a
    Ranking the place of each. Text has no score. A line scores its length in mm, and so does the mark
    of a question that asks for one line or angle. Where questions of a page share a name, the later ones are
    numbered.
    """
    for page in pages_of_study(results, with_training):
        of_page: Row = {
            "reader": results.reader,
            "case": page_fact(page, case),
            "modality": page_fact(page, modality),
            "repetition": page.repetition,
            "quiz": results.quiz,
            "page_complete": "Y" if page.is_complete else "N",
            "timed_out": "Y" if page.is_timed_out else "N",
            **page_times(page),
        }
        times_named: Counter[str] = Counter()
        for name, question in named_questions(page, times_named):
            for what, score, answer, scale in scores_of(question):
                yield {
                    **of_page,
                    "question": name + what,
                    "score": score,
                    "answer": answer,
                    "scale": scale,
                }
        for image_id, length in _line_lengths(results, page):
            name = _numbered(f"Length on {image_id} (mm)" if image_id else "Length (mm)", times_named)
            yield {**of_page, "question": name, "score": length, "answer": length, "scale": INTERVAL}


def named_questions(page: ReadPage, times_named: Counter[str] | None = None) -> Iterator[tuple[str, Element]]:
    """The questions of a page by the names that they have in tables."""
    times_named = Counter() if times_named is None else times_named
    for question_set in page.element.findall("QuestionSet"):
        for number, question in enumerate(question_set.findall("Question"), start=1):
            name = question.get("Descriptor") or f"{question_set.get('ID') or 'question'} {number}"
            yield _numbered(name, times_named), question


def as_csv(rows: Iterable[Row], columns: Iterable[str], for_spreadsheet: bool = False) -> str:
    """A header and the rows. ``for_spreadsheet``: no cell is a formula, see ``without_formula``."""
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, list(columns))
    table.writeheader()
    for row in rows:
        cells = {name: without_formula(cell) for name, cell in row.items()} if for_spreadsheet else row
        table.writerow(cells)
    return text.getvalue()


def without_formula(cell: str | int) -> str | int:
    """A cell whose text a spreadsheet would run as a formula gets an apostrophe before it; a number has none.

    Also within the text: where cells are separated by semicolons, or a cell has lines, another one begins
    there (OWASP, "CSV Injection").
    """
    if not isinstance(cell, str) or _NUMBER.fullmatch(cell):
        return cell
    return _FORMULA.sub("'", cell)


def _drawing_rows(results: ReadResults, page: ReadPage, of_page: Row, seconds: Seconds) -> Iterator[Row]:
    for image in [*page.element.findall("Image"), page.element]:
        of_image = image.get("ID") or "" if image is not page.element else ""
        for name in DRAWINGS:
            paths = image.findall(name)
            for path in paths:
                relative = relative_path(results, path.text or "")
                file = own_file(results, path.text or "") if name == "MarkupLinePath" else None
                length = _length_mm(file) if file else None
                yield {
                    **of_page,
                    "question_type": name,
                    "option_label": of_image,
                    "response": relative,
                    "length_mm": "" if length is None else f"{length:.3f}",
                    **_standing(page, name == "MarkupLinePath" or path is paths[-1]),
                    **_times(path, seconds),
                    "seconds": "",
                }


def _measure_rows(results: ReadResults, page: ReadPage, of_page: Row, seconds: Seconds) -> Iterator[Row]:
    """A row for each angle, box and ellipse that is measured, and each arrow, that was not deleted."""
    for measure in page.element.findall(MEASURE_PATH):
        if measure.get("Deleted") != "Y":
            yield {
                **of_page,
                "question_type": MEASURE_PATH,
                "option_label": measure.get("Image") or "",
                "response": relative_path(results, measure.text or ""),
                "arrow_text": measure.get("Text") or "",
                **_standing(page),
                **_times(measure, seconds),
                "seconds": "",
            }


def _standing(page: ReadPage, is_newest: bool = True) -> Row:
    """Whether what is no Response is what counts, or is not asked as its page is hidden."""
    counts = is_newest and not page.is_hidden
    return {"not_asked": "Y" if page.is_hidden else "N", "last_answer": "Y" if counts else "N"}


def _given_rows(page: ReadPage, of_page: Row) -> Iterator[Row]:
    """A row for each region that was given to judge; an image on several views has them once."""
    images = {image.get("ID") or "": image for image in reversed(page.element.findall("Image"))}
    for image_id, image in images.items():
        for element in image.findall(GIVEN_REGION):
            region = judged_region(element)
            login, time = login_and_time(element)
            yield {
                **of_page,
                "question_type": GIVEN_REGION,
                "option_label": image_id,
                "response": region.verdict.value,
                **_standing(page),
                "login_time": _iso(login),
                "response_time": _iso(time),
                "region": element.get(REGION) or "",
                "given_voxels": region.given,
                "added_voxels": region.added,
                "removed_voxels": region.removed,
                "dice_to_given": f"{region.dice:.4f}",
                "seconds_in_hand": f"{region.seconds:.3f}",
            }


def _length_mm(path: Path) -> float | None:
    """Of the line in a file as Slicer writes it, whose points are in mm; None where it is in pixels, and
    where there is no such file or it is none of a line."""
    try:
        (markup,) = json_of_text_file(path, LARGEST_LINE_MB)["markups"]
        start, end = (point["position"] for point in markup["controlPoints"])
        units = {one.get("units") for one in markup.get("measurements", ()) if one["name"] == "length"}
        length = math.dist(start, end)
    except (ProblemError, ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        return None
    return None if "px" in units or not math.isfinite(length) else length


def page_times(page: ReadPage) -> Row:
    names = {"seconds_shown": "SecondsShown", "seconds_active": "SecondsActive"}
    return {column: page.element.get(name) or "" for column, name in names.items()}


def _times(element: Element, seconds: Seconds) -> Row:
    took = seconds.of(element)
    login, time = login_and_time(element)
    return {
        "event": (element.get("Event") or "").strip(),
        "login_time": _iso(login),
        "response_time": _iso(time),
        "seconds": "" if took is None else f"{took:.3f}",
    }


def _numbered(name: str, times_named: Counter[str]) -> str:
    times_named[name] += 1
    return name if times_named[name] == 1 else f"{name} ({times_named[name]})"


def _line_lengths(results: ReadResults, page: ReadPage) -> Iterator[tuple[str, str]]:
    """The ID of the image and the length in mm of each line that has one."""
    for image in [*page.element.findall("Image"), page.element]:
        for path in image.findall("MarkupLinePath"):
            file = own_file(results, path.text or "")
            length = _length_mm(file) if file else None
            if length is not None:
                yield image.get("ID") or "" if image is not page.element else "", f"{length:.3f}"


def scores_of(
    question: Element, answer: Sequence[str] | None = None
) -> Iterator[tuple[str, str | int, str, str]]:
    """What is added to the question's name, the score, the answer in words, and the scale; of another
    ``answer`` than the last one where that is given, by its ``fields_as_written``."""
    labels = [value_of(option) for option in fields_as_written(question)]
    facts = _FACTS.get(question.get("Type") or "")
    texts = last_answer(question) if answer is None else answer
    if facts is not None and facts.takes is Takes.MARKS:
        yield from _size_of_the_mark(question)
    if facts is None or not texts:
        return
    if facts.is_single:
        if "Y" in texts:
            yield "", *_chosen(question, texts.index("Y"), labels)
        return
    choices = [label_of(option) for option in question.findall("Option")]
    for label, text in zip(labels, texts, strict=True):
        if facts.takes is Takes.OPTION and text in choices:
            yield f": {label}", *_chosen(question, choices.index(text), choices)
        elif facts.takes is Takes.CHOICE:
            yield f": {label}", int(text == "Y"), text, NOMINAL
        elif facts.takes is Takes.RANK and text:
            yield f": {label}", text, text, ORDINAL
        elif facts.number and finite(text) is not None:
            yield f": {label}" if len(labels) > 1 else "", text, text, INTERVAL
        elif facts.takes is Takes.PRESS:
            yield f": {label}", int(text.endswith(DONE)), text, ""


def _size_of_the_mark(question: Element) -> Iterator[tuple[str, str | int, str, str]]:
    """The length or angle, where a question asks for one: of several it is not known which is which."""
    is_one = question.get("Max") == "1" and (question.get("Tool") or "") in _MEASURED
    if not is_one or is_not_asked(question):
        return
    for mark in question.findall(MARK_PATH):
        size = mark.get("Size") or ""
        if mark.get("Deleted") != "Y" and finite(size) is not None:
            yield f" ({mark.get('Unit')})", size, size, INTERVAL


def _chosen(question: Element, chosen: int, labels: list[str]) -> tuple[str, str, str]:
    """The score of an option, its label, and the scale of the options."""
    numbers = [_leading_number(label) for label in labels]
    is_scale = None not in numbers or (question.get("Ordered") or "").strip() == "Y"
    score = chosen + 1 if None in numbers else numbers[chosen]
    return f"{score:g}", labels[chosen], ORDINAL if is_scale else NOMINAL


def _leading_number(label: str) -> float | None:
    """The number of ``4 malignant``, ``4. malignant`` or ``4) malignant``; none of ``4a`` or ``4th``."""
    found = re.match(r"[+-]?\d+(\.\d+)?(?!\w|\.\d)", label)
    return finite(found.group()) if found else None


def page_fact(page: ReadPage, fact: PageFact) -> str:
    if fact is PageFact.CASE:
        return page.case
    if fact is PageFact.TREATMENT:
        return page.treatment
    if fact is PageFact.PAGE_ID:
        return page.id
    if fact is PageFact.PAGE_DESCRIPTOR:
        return page.descriptor
    if fact is PageFact.PAGE_GROUP:
        return page.group
    return "+".join(dict.fromkeys(image.get("ID") or "" for image in page.element.findall("Image")))


def _iso(text: str) -> str:
    moment = parsed_timestamp(text)
    return text if moment is None else moment.isoformat(timespec="microseconds")
