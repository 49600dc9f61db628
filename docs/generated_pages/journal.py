"""The kinds of entries of a journal, put into the page that explains it."""

import dataclasses
import inspect

from QuizLoaderLib.session.entries import KINDS, VERSION, Entry, keys_of

from .markdown import anchor, code, page, table

HEADER = ["key", "form", "what it is"]


def journal_entries() -> str:
    return page(
        f"This is version {VERSION} of the format. Every entry has:",
        _table(Entry, []),
        *(part for name, kind in KINDS.items() for part in _kind(name, kind)),
    )


def _kind(name: str, kind: type[Entry]) -> list[str]:
    common = [each.name for each in dataclasses.fields(Entry)]
    own = [each for each in dataclasses.fields(kind) if each.name not in common]
    text = f"## {name} {{#{anchor(f'entry {name}')}}}\n\n{_meaning(kind)}"
    return [text, _table(kind, common) if own else "It has no keys of its own."]


def _table(kind: type[Entry], without: list[str]) -> str:
    keys = [key for attribute, key in keys_of(kind).items() if attribute not in without]
    do = [] if without else [(code("do"), "text", "The kind of the entry, below")]
    return table(HEADER, [*do, *((code(key.name), key.form.words, key.meaning) for key in keys)])


def _meaning(kind: type[Entry]) -> str:
    return (inspect.getdoc(kind) or "").replace("``", "`")
