"""Text in pictures: wrapped to a width, with another font for the characters that the first one lacks."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from PIL import ImageDraw, ImageFont

Color = tuple[int, int, int]

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
