"""page.png: a page as a reader would see it, with its layout, its regions and its questions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from ...quiz.layout_rows import ROWS_OF_LAYOUT
from ...reader.view_texts import EdgeLetters
from ...views.layouts import COLOR_OF_VIEW, THREE_D, THREE_D_COLOR
from .shown_page import QuestionLine, ShownPage, ShownView, question_lines

Color = tuple[int, int, int]

_BACKGROUND: Color = (32, 32, 32)
_EMPTY: Color = (0, 0, 0)
_STRONG: Color = (255, 255, 255)
_TEXT: Color = (208, 208, 208)
_FAINT: Color = (160, 160, 160)
_DARK: Color = (16, 16, 16)
_MESSAGE: Color = (255, 214, 140)
_MESSAGE_BOX: Color = (72, 40, 24)

_MOST_QUESTION_LINES = 400

_SYSTEM_FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "segoeui.ttf",
    "msyh.ttc",
    "malgun.ttf",
    "YuGothR.ttc",
    "Arial Unicode.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
)
"""Looked for by Pillow in the folders of the system, for characters that Pillow's own font lacks."""

_NO_CHARACTER = "\U0010ffff"


@dataclass(frozen=True)
class _TextArea:
    left: int
    top: int
    width: int
    height: int

    def corners(self, height: int) -> tuple[int, int, int, int]:
        return self.left, self.top, self.left + self.width - 1, self.top + height - 1


def page_picture(shown: ShownPage, number_of_pages: int) -> Picture.Image:
    """The picture grows with the size of the views and with the length of the questions."""
    return _Composition(shown, number_of_pages).draw()


class _Composition:
    def __init__(self, shown: ShownPage, number_of_pages: int) -> None:
        self.shown = shown
        self.title = f"Page {shown.page.number} of {number_of_pages}: {shown.page.title}"
        rows = ROWS_OF_LAYOUT[shown.page.layout]
        height, width, _ = next(iter(shown.views.values())).picture.shape
        self.pen = TextPen(min(40, max(13, min(width, height) // 32)))
        self.small = TextPen(max(11, round(self.pen.size * 0.85)))
        self.gap = self.pen.size // 2
        self.bar = self.pen.height + self.gap // 2
        self.grid_top = self.pen.height + 2 * self.gap
        self.cells = [
            (
                view,
                _TextArea(
                    self.gap + column * (width + self.gap),
                    self.grid_top + row * (self.bar + height + self.gap),
                    width,
                    height,
                ),
            )
            for row, views in enumerate(rows)
            for column, view in enumerate(views)
        ]
        grid_width = len(rows[0]) * (width + self.gap) + self.gap
        free = next((box for view, box in self.cells if view is None and shown.three_d is None), None)
        self.panel = free or _TextArea(grid_width, self.grid_top, 24 * self.pen.size, 0)
        self.lines = self._wrapped_questions()
        self.width = grid_width if free else self.panel.left + self.panel.width + self.gap
        self.grid_bottom = self.grid_top + len(rows) * (self.bar + height + self.gap)

    def draw(self) -> Picture.Image:
        note = self._font_note()
        regions = len(self.shown.rois) + 1
        panel_bottom = self.panel.top + (len(self.lines) + regions) * self.pen.height + 2 * self.gap
        bottom = max(self.grid_bottom, panel_bottom) + (self.small.height + self.gap if note else 0)
        picture = Picture.new("RGB", (self.width, bottom + self.gap), _BACKGROUND)
        canvas = ImageDraw.Draw(picture)
        title = self.pen.wrap(self.title, self.width - 2 * self.gap)
        self.pen.draw(canvas, self.gap, self.gap, title[0] + (" ..." if title[1:] else ""), _TEXT)
        for view, box in self.cells:
            if view is not None:
                self._draw_view(picture, canvas, box, self.shown.views[view])
            elif self.shown.three_d is not None:
                canvas.rectangle(box.corners(self.bar), fill=THREE_D_COLOR)
                self.pen.draw(canvas, box.left + self.gap, box.top + self.gap // 4, THREE_D, _DARK)
                picture.paste(Picture.fromarray(self.shown.three_d), (box.left, box.top + self.bar))
        self._draw_panel(canvas)
        if note:
            self.small.draw(canvas, self.gap, bottom - self.small.height, note, _FAINT)
        return picture

    def _draw_view(
        self, picture: Picture.Image, canvas: ImageDraw.ImageDraw, box: _TextArea, shown: ShownView
    ) -> None:
        canvas.rectangle(box.corners(self.bar), fill=COLOR_OF_VIEW[shown.view])
        name = f"{shown.view.value}  {shown.orientation}".strip()
        self.pen.draw(canvas, box.left + self.gap, box.top + self.gap // 4, name, _DARK)
        room = box.width - 3 * self.gap - self.pen.width(name)
        if shown.window and (width := self.pen.width(shown.window)) <= room:
            right = box.left + box.width - self.gap
            self.pen.draw(canvas, right - width, box.top + self.gap // 4, shown.window, _DARK)
        top = box.top + self.bar
        picture.paste(Picture.fromarray(shown.picture), (box.left, top))
        if shown.letters:
            self._draw_letters(canvas, box, shown.letters)
        margin = self.pen.size // 3
        x, y = box.left + box.width - margin - self.pen.width(shown.scale), top + box.height - self.pen.height
        self._draw_over_picture(canvas, x, y - margin / 2, shown.scale)
        self._draw_messages(canvas, box, shown)

    def _draw_letters(self, canvas: ImageDraw.ImageDraw, box: _TextArea, letters: EdgeLetters) -> None:
        pen, top = self.pen, box.top + self.bar
        middle_x, middle_y = box.left + box.width / 2, top + box.height / 2 - pen.height / 2
        margin = pen.size // 3
        places = (
            (box.left + margin, middle_y, letters.left),
            (box.left + box.width - margin - pen.width(letters.right), middle_y, letters.right),
            (middle_x - pen.width(letters.top) / 2, top + margin / 2, letters.top),
            (
                middle_x - pen.width(letters.bottom) / 2,
                top + box.height - pen.height - margin / 2,
                letters.bottom,
            ),
        )
        for x, y, text in places:
            self._draw_over_picture(canvas, x, y, text)

    def _draw_over_picture(self, canvas: ImageDraw.ImageDraw, x: float, y: float, text: str) -> None:
        stroke = max(1, self.pen.size // 8)
        self.pen.draw(canvas, x, y, text, _TEXT, stroke_width=stroke, stroke_fill=_EMPTY)

    def _draw_messages(self, canvas: ImageDraw.ImageDraw, box: _TextArea, shown: ShownView) -> None:
        """In the middle of a view that shows nothing else, at its foot where other images are seen."""
        pen, inset = self.small, 2 * self.gap
        lines = [line for text in shown.messages for line in pen.wrap(text, box.width - 2 * inset - self.gap)]
        lines = lines[: max(1, (box.height - self.gap) // pen.height - 2)]
        if not lines:
            return
        height = len(lines) * pen.height + self.gap
        room = max(0, box.height - height)
        foot = max(0, room - self.pen.height - self.gap)
        top = box.top + self.bar + (foot if shown.letters else room // 2)
        canvas.rectangle(
            (box.left + inset, top, box.left + box.width - 1 - inset, top + height), fill=_MESSAGE_BOX
        )
        for number, line in enumerate(lines):
            x, y = box.left + inset + self.gap // 2, top + self.gap // 2 + number * pen.height
            pen.draw(canvas, x, y, line, _MESSAGE)

    def _draw_legend(self, canvas: ImageDraw.ImageDraw, box: _TextArea) -> int:
        """Draw the regions in a box, as many as fit where it has a height; gives the y below them."""
        pen, y = self.pen, box.top + self.gap
        rows = self.shown.rois
        room = (box.height - 2 * self.gap) // pen.height if box.height else len(rows)
        if len(rows) > room:
            rows = rows[: max(0, room - 1)]
        for roi in rows:
            left, side = box.left + self.gap, pen.size
            canvas.rectangle((left, y + 2, left + side, y + 2 + side), fill=roi.color, outline=_FAINT)
            where = roi.where(self.shown.views)
            text = f"{roi.name}  ({where})" if where else roi.name
            width = box.width - 3 * self.gap - side
            lines = pen.wrap(text, width)
            pen.draw(canvas, left + side + self.gap, y, lines[0] + ("..." if lines[1:] else ""), _TEXT)
            y += pen.height
        if len(rows) < len(self.shown.rois):
            text = f"and {len(self.shown.rois) - len(rows)} more, all in index.html"
            self.small.draw(canvas, box.left + self.gap, y, text, _FAINT)
            y += pen.height
        return y

    def _draw_panel(self, canvas: ImageDraw.ImageDraw) -> None:
        y = self.panel.top
        for line in self.lines:
            self._draw_question_line(canvas, line, y)
            y += self.pen.height
        if self.shown.rois:
            self._draw_legend(canvas, _TextArea(self.panel.left, y, self.panel.width, 0))

    def _draw_question_line(self, canvas: ImageDraw.ImageDraw, line: QuestionLine, y: int) -> None:
        pen = self.pen
        left = self.panel.left + self.gap + (line.indent * pen.size)
        mark = (left, y + pen.size // 4, left + pen.size * 3 // 4, y + pen.size)
        if line.mark == "radio":
            canvas.ellipse(mark, outline=_FAINT, width=2)
        elif line.mark == "box":
            canvas.rectangle(mark, outline=_FAINT, width=2)
        elif line.mark == "field":
            right = self.panel.left + self.panel.width - self.gap
            canvas.rectangle((left, y + 2, right, y + pen.height - 2), outline=_FAINT)
            left -= pen.size // 2
        if line.mark:
            left += pen.size + pen.size // 4
        pen.draw(canvas, left, y, line.text, _STRONG if line.strong else _TEXT)

    def _wrapped_questions(self) -> list[QuestionLine]:
        wrapped: list[QuestionLine] = []
        for line in question_lines(self.shown.page):
            indent = line.indent + (1.25 if line.mark else 0)
            width = self.panel.width - 2 * self.gap - indent * self.pen.size
            for number, text in enumerate(self.pen.wrap(line.text, width)):
                first = replace(line, text=text)
                wrapped.append(replace(first, mark="", indent=indent) if number else first)
        most = self.panel.height // self.pen.height - 1 if self.panel.height else _MOST_QUESTION_LINES
        if len(wrapped) > most:
            wrapped = wrapped[:most]
            wrapped.append(QuestionLine("... and more, all in index.html"))
        return wrapped

    def _font_note(self) -> str:
        texts = [self.title, *(line.text for line in self.lines), *(roi.name for roi in self.shown.rois)]
        missing = undrawable("".join(texts))
        return f"No font here has {len(missing)} of the characters; index.html shows them." if missing else ""


class TextPen:
    """Draws text of one size in pixels; ``height`` is that of a line."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.height = round(size * 1.35)

    def width(self, text: str) -> float:
        return sum(font.getlength(run) for font, run in _runs(text, self.size))

    def wrap(self, text: str, width: float) -> list[str]:
        """Lines no wider than ``width``; a word that is wider is cut, an empty line is kept."""
        return [line for paragraph in text.split("\n") for line in self._wrap_paragraph(paragraph, width)]

    def draw(
        self, canvas: ImageDraw.ImageDraw, x: float, y: float, text: str, color: Color, **outline: Any
    ) -> None:
        for font, run in _runs(text, self.size):
            # Anchored at the baseline, so that two fonts in one line stand on it together.
            canvas.text((x, y + self.size), run, fill=color, font=font, anchor="ls", **outline)
            x += font.getlength(run)

    def _wrap_paragraph(self, text: str, width: float) -> list[str]:
        lines = [""]
        for word in text.split():
            candidate = f"{lines[-1]} {word}" if lines[-1] else word
            if self.width(candidate) <= width:
                lines[-1] = candidate
                continue
            if lines[-1]:
                lines.append("")
            for character in word:
                if lines[-1] and self.width(lines[-1] + character) > width:
                    lines.append("")
                lines[-1] += character
        return lines


def undrawable(text: str) -> str:
    """The characters of ``text`` for which this computer has no font."""
    characters = dict.fromkeys(text)
    return "".join(c for c in characters if not c.isspace() and _font_index(c) is None)


def _runs(text: str, size: int) -> Iterator[tuple[ImageFont.FreeTypeFont, str]]:
    fonts = _fonts(size)
    start, current = 0, 0
    for position, character in enumerate(text):
        index = current if character.isspace() else _font_index(character) or 0
        if index != current:
            if position > start:
                yield fonts[current], text[start:position]
            start, current = position, index
    if text[start:]:
        yield fonts[current], text[start:]


@lru_cache(maxsize=16)
def _fonts(size: int) -> tuple[ImageFont.FreeTypeFont, ...]:
    return tuple(font.font_variant(size=size) for font in _fonts_found())


@lru_cache(maxsize=1)
def _fonts_found() -> tuple[ImageFont.FreeTypeFont, ...]:
    own = ImageFont.load_default(16)
    if not isinstance(own, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow is built without FreeType")
    fonts = [own]
    for name in _SYSTEM_FONTS:
        try:
            fonts.append(ImageFont.truetype(name, 16))
        except OSError:
            continue
    return tuple(fonts)


@lru_cache(maxsize=4096)
def _font_index(character: str) -> int | None:
    """The first font that has the character, None where none has it."""
    for index, font in enumerate(_fonts_found()):
        if _shape(font, character) != _shape(font, _NO_CHARACTER):
            return index
    return None


def _shape(font: ImageFont.FreeTypeFont, character: str) -> tuple[float, bytes]:
    return font.getlength(character), bytes(font.getmask(character))
