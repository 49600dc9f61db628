"""A page as it was shown: what its picture and the index say about it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...quiz.conditions import Condition
from ...quiz.markdown import TextFormat, plain_text
from ...quiz.model import VIEWS_OF_LAYOUT, Page, Question, SliceView
from ...quiz.problems import Problem
from ...quiz.question_types import Takes, Widget
from ...reader.forms import limits_in_words
from ...reader.view_texts import (
    EdgeLetters,
    edge_letters,
    missing_images,
    orientation_text,
    scale_text,
    window_text,
)
from ...views.contents import PageNodes, ViewContents, contents_of_views
from ...views.host import Host
from ...views.roi_visibility import ShownRegion, shown_regions
from ...views.three_d_view import ThreeDView

_LONGEST_NAME = 60


class PictureHost(Host, Protocol):
    """A host that can give the bare view as uint8 (rows, columns, 3), the first row at the top."""

    def picture(self, view: SliceView) -> np.ndarray: ...

    def three_d_picture(self) -> np.ndarray: ...


@dataclass(frozen=True, eq=False)
class ShownView:
    """``picture`` is uint8 (rows, columns, 3); ``messages`` stand where an image could not be shown.

    ``orientation`` is as the reader would call it; ``letters`` are None where the view shows no image of a
    patient. ``window`` are window and level of its lowest image with their units, empty for one of colours;
    ``scale`` says where lengths on it are not in mm.
    """

    view: SliceView
    picture: np.ndarray
    orientation: str
    letters: EdgeLetters | None
    messages: tuple[str, ...]
    window: str = ""
    scale: str = ""


@dataclass(frozen=True, eq=False)
class ShownPage:
    """``folder`` is the name of the folder of its pictures; ``problems`` are those of this page."""

    page: Page
    folder: str
    views: dict[SliceView, ShownView]
    rois: list[ShownRegion]
    problems: list[Problem]
    three_d: np.ndarray | None = None
    """The picture of the 3D view, None where the page has none."""
    has_histograms: bool = False
    """Whether those of a dose lie beside the pictures."""


def shown_page(shown: PageNodes, host: PictureHost, folder: str, problems: list[Problem]) -> ShownPage:
    """Take the pictures of a page that ``show_page`` has put on the views of ``host``."""
    contents = contents_of_views(shown)
    views = {view: _shown_view(contents[view], host, problems) for view in VIEWS_OF_LAYOUT[shown.page.layout]}
    regions = shown_regions(shown)
    return ShownPage(shown.page, folder, views, regions, problems, _three_d_picture(shown, host, regions))


def _three_d_picture(
    shown: PageNodes, host: PictureHost, regions: Sequence[ShownRegion]
) -> np.ndarray | None:
    three_d = ThreeDView()
    three_d.begin(shown, host, regions)
    three_d.wait()
    picture = host.three_d_picture() if three_d.is_shown else None
    three_d.end()
    return picture


def folder_name(page: Page, number_of_pages: int) -> str:
    """``<NN>-<ID>``, unique by its number; characters that some file system refuses become ``_``."""
    digits = max(2, len(str(number_of_pages)))
    safe = re.sub(r"[^\w.()+-]+", "_", page.id)[:_LONGEST_NAME].strip("._ ")
    return f"{page.number:0{digits}}-{safe or 'page'}"


def _shown_view(contents: ViewContents, host: PictureHost, problems: list[Problem]) -> ShownView:
    logic = host.application_logic.GetSliceLogicByLayoutName(contents.view.value)
    node = logic.GetSliceNode()
    shows_something = any(placed.node for placed in contents.images)
    return ShownView(
        view=contents.view,
        picture=host.picture(contents.view),
        orientation=orientation_text(contents, node),
        letters=edge_letters(node) if shows_something and not contents.is_picture else None,
        messages=tuple(missing_images(contents, problems)),
        window=window_text(contents),
        scale=scale_text(contents),
    )


_MARKS = {Takes.CHOICE: "box", Takes.PRESS: "field"}


@dataclass(frozen=True)
class QuestionLine:
    """``mark`` is what stands before the text: ``radio``, ``box``, ``field`` or nothing; ``indent`` is in
    widths of a letter."""

    text: str
    mark: str = ""
    indent: float = 0
    strong: bool = False


def question_lines(page: Page) -> Iterator[QuestionLine]:
    """Every text of the page's question sets, in document order, with the conditions that hide them."""
    yield from _condition(page.show_if)
    for question_set in page.question_sets:
        yield from _condition(question_set.show_if)
        if question_set.title:
            yield QuestionLine(question_set.title, strong=True)
        for question in question_set.questions:
            yield from _lines(question)
        yield QuestionLine("")


def _condition(condition: Condition | None) -> Iterator[QuestionLine]:
    if condition:
        yield QuestionLine(f"If {condition.text}:")


def _lines(question: Question) -> Iterator[QuestionLine]:
    yield from _condition(question.show_if)
    if question.descriptor:
        yield QuestionLine(question.descriptor, strong=True)
    if question.facts.widget is Widget.SLIDER:
        ends = " ‒ ".join(dict.fromkeys((*question.options[:1], *question.options[-1:])))
        yield QuestionLine(ends or limits_in_words(question))
        yield QuestionLine(limits_in_words(question), mark="field")
        return
    if question.facts.widget is Widget.MARKS:
        yield QuestionLine("Marks: " + ", ".join(tool.value for tool in question.tools), mark="field")
        yield from (line for each in question.questions for line in _lines(each))
    for row in question.rows:
        yield QuestionLine(row)
        for option in question.options:
            yield QuestionLine(option, mark="radio", indent=0.5)
    for option in question.options if question.facts.field == "Option" else ():
        if question.facts.takes is Takes.TYPED:
            # The option is the label of a field.
            yield QuestionLine(option)
            yield QuestionLine(limits_in_words(question), mark="field")
        elif question.facts.widget is Widget.PARAGRAPHS:
            is_markdown = question.text_format is TextFormat.MARKDOWN
            yield QuestionLine(plain_text(option) if is_markdown else option)
        else:
            mark = "radio" if question.facts.is_single else _MARKS.get(question.facts.takes, "")
            yield QuestionLine(option, mark=mark, indent=0.5)
