"""What differs between the quiz that a reader began and the one that is there now."""

import dataclasses

from ..quiz.model import Page, Quiz

MAX_SENTENCES = 8


def differences(stored: Quiz, now: Quiz) -> list[str]:
    """A sentence for each page or setting that changed; empty where only comments or blanks did."""
    sentences = [
        f"the setting {each.name} of the quiz"
        for each in dataclasses.fields(stored)
        if each.name not in ("pages", "path", "line")
        and _plain(getattr(stored, each.name)) != _plain(getattr(now, each.name))
    ]
    old = {(page.number, page.id): page for page in stored.pages}
    new = {(page.number, page.id): page for page in now.pages}
    for key, page in old.items():
        if key not in new:
            sentences.append(f"page {page.number} “{page.title}” is gone or moved")
        elif _plain(page) != _plain(new[key]):
            sentences.append(f"page {page.number} “{page.title}” ({_changed_part(page, new[key])})")
    sentences += [
        f"page {page.number} “{page.title}” is new there" for key, page in new.items() if key not in old
    ]
    more = len(sentences) - MAX_SENTENCES
    return [*sentences[:MAX_SENTENCES], f"{more} more"] if more > 0 else sentences


def is_another_quiz(stored: Quiz, now: Quiz) -> bool:
    """Whether the two share fewer than half of the stored pages, by ID and Descriptor."""
    old = {(page.id, page.descriptor) for page in stored.pages}
    new = {(page.id, page.descriptor) for page in now.pages}
    return 2 * len(old & new) < len(old)


def _changed_part(old: Page, new: Page) -> str:
    for name, what in (("question_sets", "its questions"), ("images", "its images")):
        if _plain(getattr(old, name)) != _plain(getattr(new, name)):
            return what
    return "its attributes"


def _plain(value: object) -> object:
    """The value without lines, which move whenever something above them is edited."""
    if dataclasses.is_dataclass(value):
        names = [each.name for each in dataclasses.fields(value) if each.name != "line"]
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, tuple):
        return tuple(_plain(item) for item in value)
    return value
