"""Texts and pictures in the panel."""

import textwrap
from pathlib import Path

import qt

from ...images.files.pictures import option_picture_problem
from ...quiz.markdown import TextFormat, html_of

ROW_LETTERS = 36
"""Letters in a line of the panel: Slicer's module panel is made wider by what does not wrap, never scrolled
sideways."""

PICTURE_WIDTH = 270
"""The widest picture in the panel, in pixels; a larger one is made smaller."""


def button_text(text: str) -> str:
    """In lines that fit; a & would otherwise underline the letter behind it."""
    return "\n".join(textwrap.wrap(text, ROW_LETTERS)).replace("&", "&&")


def whole_sentences(text: str) -> str:
    """Lines end between its sentences only: the numbers of “1 of 2” stay together."""
    return ". ".join(each.replace(" ", "\u00a0") for each in text.split(". "))


def text_label(text: str) -> "qt.QLabel":
    label = qt.QLabel(text)
    # What an author wrote is text; a < in it is no markup.
    label.textFormat = qt.Qt.PlainText
    label.wordWrap = True
    return label


def formatted_label(text: str, text_format: TextFormat | None) -> "qt.QLabel":
    """With the markup that the text's Markdown stands for, if it is in that, and no other."""
    label = text_label("" if text_format else text)
    if text_format:
        label.textFormat, label.openExternalLinks = qt.Qt.RichText, True
        label.text = html_of(text)
    return label


def bold_label(text: str) -> "qt.QLabel":
    label = text_label(text)
    label.styleSheet = "font-weight: bold"
    return label


def missing_label() -> "qt.QLabel":
    """What is missing, which looks like no title."""
    label = text_label("")
    add_bar(label)
    return label


def add_bar(label: "qt.QLabel", color: str = "palette(highlight)") -> None:
    """At its left, in what is neither a title nor a question."""
    bar = f"border: 0px solid {color}; border-left-width: 4px; padding-left: 4px"
    label.styleSheet = "; ".join(filter(None, (label.styleSheet, bar)))


def picture_label(name: str, path: Path) -> "qt.QLabel":
    # Qt would unpack whatever a small file asks for.
    pixmap = qt.QPixmap(str(path)) if option_picture_problem(path) is None else qt.QPixmap()
    if pixmap.isNull():
        return text_label(f"The picture “{name}” cannot be shown.")
    if pixmap.width() > PICTURE_WIDTH:
        pixmap = pixmap.scaledToWidth(PICTURE_WIDTH, qt.Qt.SmoothTransformation)
    label = qt.QLabel()
    label.setPixmap(pixmap)
    return label
