"""Results for people: tables of answers and of progress, ready for statistics programs."""

import csv
import io
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..quiz.problems import ProblemError
from ..quiz.question_types import QUESTION_TYPES, Takes
from ..quiz.text_file import LARGEST_LINE_MB, json_of_text_file
from ..session.answers import DONE
from ..session.entries import parsed_timestamp
from ..session.page_facts import PageFact
from ..session.results_parser import ReadPage, ReadResults, own_file, pages_in_order, relative_path
from ..session.results_tree import fields_of
from ..session.tree import Element, finite

_FACTS = {kind.value: facts for kind, facts in QUESTION_TYPES.items()}

TIME_COLUMNS = {
    "seconds_shown": (
        "How long the page was on the screen of a reader who was there, over all visits; empty in "
        "files of the Image Quizzer"
    ),
    "seconds_active": (
        "Of these, without gaps longer than the Session's IdleAfter (60) in which the reader did "
        "nothing; empty where an earlier version measured a visit"
    ),
}
"""What a page took, in both tables."""

ANSWER_COLUMNS = {
    "reader": "The reader's name",
    "quiz": "The name of the quiz file, without `.xml`",
    "position": "The page's place in this reader's order, from 1",
    "page_number": (
        "The page's place in the quiz file, from 1: the same for all readers, and for the "
        "repetitions of a page"
    ),
    "page_id": "The page's ID, without the `-Rep1` of a repetition",
    "page_descriptor": "The page's Descriptor",
    "repetition": "0, or the number of the repetition of a page with `Loop`",
    "page_group": "The page's group",
    "group_position": "The group's place in this reader's order, from 1; empty where the order is not random",
    "page_complete": "`Y` where the reader has completed the page",
    "question_set": "The question set's place on its page, from 1",
    "question_set_id": "Its ID",
    "question": "The question's place in its set, from 1",
    "question_type": (
        "Radio, DropDown, Slider, Matrix, CheckBox, Text, IntegerValue, FloatValue, InfoBox, Picture, "
        "Button; LabelMapPath or MarkupLinePath for a file that was drawn"
    ),
    "question_descriptor": "The question's Descriptor",
    "option": "The option's place in its question, from 1; for a Matrix the row's",
    "option_label": (
        "The option's text; for a Matrix the row's, empty for a Slider, for a drawn file the ID of its image"
    ),
    "response": (
        "`Y` or `N` for Radio, DropDown and CheckBox; what was typed; for a drawn file its path below the "
        "reader's folder"
    ),
    "length_mm": "Of a line; empty where its image does not say how large its pixels are",
    "last_answer": "`Y` on the newest Response of the option, else `N`",
    "event": "What the reader did then: NextBtn, Previous, GoToBookmark, "
    "ReturnFromBookmark, Repeat, ExitBtn, Finish",
    "login_time": "When the reader signed in, local time, ISO 8601",
    "response_time": "When the question set was left, local time, ISO 8601",
    "seconds": "Since the question set was shown; in files of the Image Quizzer since the answers before",
    **TIME_COLUMNS,
    "not_asked": (
        "`Y` where a condition (`ShowIf`) hid the question then: the response is empty, and what was "
        "answered before does not count"
    ),
    "case": "The page's Case, else its ID",
    "treatment": "The page's Treatment, else its Descriptor",
}
"""The columns of the table of answers, and what each means."""

MRMC_COLUMNS = {
    "reader": "The reader's name",
    "case": "What `--case` chooses of a page",
    "modality": "What `--modality` chooses of a page",
    "question": (
        "The question's Descriptor, else its set's ID and its place; with `: ` and the option's "
        "text where each option has a score"
    ),
    "score": "The number",
    "repetition": "0, or the number of the repetition",
    "answer": "The answer in words",
    "quiz": "The name of the quiz file",
    "page_complete": "`Y` where the reader has completed the page",
    **TIME_COLUMNS,
    "scale": (
        "What the scores are: `nominal` (categories), `ordinal` (options that begin with numbers), "
        "`interval` (numbers, lengths); empty for a Button"
    ),
}
"""Those of the table for multi-reader multi-case statistics."""

DRAWINGS = ("LabelMapPath", "MarkupLinePath")

_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_FORMULA = re.compile(r"(?:\A|(?<=[;\t\r\n]))(?=[=+\-@\t\r＝＋－＠])")
"""Where one begins; also with the wide signs of East Asian keyboards."""

NOMINAL, ORDINAL, INTERVAL = "nominal", "ordinal", "interval"
"""How scores of one question compare: equal or not, in order, by their difference."""


Row = dict[str, str | int]


def answer_rows(results: ReadResults, with_training: bool = False) -> Iterator[Row]:
    """A row for each Response of each option, and for each file that was drawn (its Image is the option, none
    for a line that lies on no image).

    ``last_answer`` is Y on the newest Response of an option, by its place in the file: a clock may have
    been set back. ``seconds`` is the time since the questions were shown; in the original's files it is
    the time since the answers before, and nothing where the clock was set back.
    """
    seconds = Seconds(results)
    for page in pages_of_study(results, with_training):
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
            "case": page.case,
            "treatment": page.treatment,
            **_page_times(page),
        }
        for of_option, option in _options(page):
            responses = option.findall("Response")
            for response in responses:
                yield {
                    **of_page,
                    **of_option,
                    "response": response.text or "",
                    "not_asked": "Y" if response.get("NotAsked") == "Y" else "N",
                    "last_answer": "Y" if response is responses[-1] else "N",
                    **_times(response, seconds),
                }
        yield from _drawing_rows(results, page, of_page, seconds)


def pages_of_study(results: ReadResults, with_training: bool = False) -> list[ReadPage]:
    return [page for page in pages_in_order(results) if with_training or not page.is_training]


def _options(page: ReadPage) -> Iterator[tuple[Row, Element]]:
    """Each option of the page with what it, its question and its question set are."""
    for set_number, question_set in enumerate(page.element.findall("QuestionSet"), start=1):
        for number, question in enumerate(question_set.findall("Question"), start=1):
            for option_number, option in enumerate(fields_of(question), start=1):
                of_option: Row = {
                    "question_set": set_number,
                    "question_set_id": question_set.get("ID") or "",
                    "question": number,
                    "question_type": question.get("Type") or "",
                    "question_descriptor": question.get("Descriptor") or "",
                    "option": option_number,
                    "option_label": _label(option),
                }
                yield of_option, option


def mrmc_rows(
    results: ReadResults, case: PageFact, modality: PageFact, with_training: bool = False
) -> Iterator[Row]:
    """A row for each last answer that is a number, for multi-reader multi-case statistics.

    A Radio, a DropDown and each row of a Matrix score the number its chosen label begins with where all
    labels begin with one, else the place of the option from 1. A CheckBox scores 1 or 0 for each option. Text
    has no score. A line scores its length in mm. Where questions of a page share a name, the later ones are
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
            **_page_times(page),
        }
        times_named: Counter[str] = Counter()
        for question_set in page.element.findall("QuestionSet"):
            for number, question in enumerate(question_set.findall("Question"), start=1):
                name = question.get("Descriptor") or f"{question_set.get('ID') or 'question'} {number}"
                name = _numbered(name, times_named)
                for what, score, answer, scale in _scores(question):
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


class Seconds:
    """How long an answer took: as it was measured, else (the original's files) since the one before it."""

    def __init__(self, results: ReadResults) -> None:
        moments: dict[str, set[str]] = defaultdict(set)
        for response in results.root.iter("Response"):
            login, time = _login_and_time(response)
            moments[login].add(time)
        self._before: dict[tuple[str, str], str] = {}
        for login, times in moments.items():
            # The form of the times sorts as time does.
            ordered = sorted(times)
            self._before.update(
                ((login, time), before) for before, time in zip([login, *ordered], ordered, strict=False)
            )

    def of(self, response: Element) -> float | None:
        measured = response.get("Seconds")
        if measured is not None:
            return finite(measured)
        login, time = _login_and_time(response)
        start, end = parsed_timestamp(self._before.get((login, time), "")), parsed_timestamp(time)
        if start is None or end is None or end < start:
            return None
        return (end - start).total_seconds()

    def of_page(self, page: Element) -> float:
        measured = page.get("SecondsShown")
        if measured is not None:
            return finite(measured) or 0.0
        by_moment = {_login_and_time(response): self.of(response) for response in page.iter("Response")}
        return sum(seconds or 0.0 for seconds in by_moment.values())


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
                    "last_answer": "Y" if name == "MarkupLinePath" or path is paths[-1] else "N",
                    **_times(path, seconds),
                    "seconds": "",
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


def _page_times(page: ReadPage) -> Row:
    names = {"seconds_shown": "SecondsShown", "seconds_active": "SecondsActive"}
    return {column: page.element.get(name) or "" for column, name in names.items()}


def _times(element: Element, seconds: Seconds) -> Row:
    took = seconds.of(element)
    login, time = _login_and_time(element)
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


def _scores(question: Element) -> Iterator[tuple[str, str | int, str, str]]:
    """What is added to the question's name, the score, the answer in words, and the scale."""
    options = fields_of(question)
    labels = [_label(option) for option in options]
    last = [option.findall("Response")[-1:] for option in options]
    facts = _FACTS.get(question.get("Type") or "")
    if facts is None or not all(last) or any(each.get("NotAsked") == "Y" for (each,) in last):
        return
    texts = [(responses[0].text or "").strip() for responses in last]
    if facts.is_single:
        if "Y" in texts:
            yield "", *_chosen(question, texts.index("Y"), labels)
        return
    choices = [_label(option) for option in question.findall("Option")]
    for label, text in zip(labels, texts, strict=True):
        if facts.takes is Takes.OPTION and text in choices:
            yield f": {label}", *_chosen(question, choices.index(text), choices)
        elif facts.takes is Takes.CHOICE:
            yield f": {label}", int(text == "Y"), text, NOMINAL
        elif facts.number and finite(text) is not None:
            yield f": {label}" if len(labels) > 1 else "", text, text, INTERVAL
        elif facts.takes is Takes.PRESS:
            yield f": {label}", int(text.endswith(DONE)), text, ""


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


def _label(option: Element) -> str:
    """The option's own text, all of it: the original keeps it on lines of its own."""
    own = (option.text or "") + "".join(child.tail or "" for child in option)
    return " ".join(own.split())


def _login_and_time(element: Element) -> tuple[str, str]:
    return (element.get("LoginTime") or "").strip(), (element.get("ResponseTime") or "").strip()


def _iso(text: str) -> str:
    moment = parsed_timestamp(text)
    return text if moment is None else moment.isoformat(timespec="microseconds")
