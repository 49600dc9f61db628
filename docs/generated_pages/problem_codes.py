"""The page of problem codes: what each means, and what the program says where it finds one."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from .all_codes import LIBRARY, CodeEntry, all_codes
from .markdown import anchor, page, plain

REPOSITORY = "https://github.com/QuizLoader/SlicerQuizLoader/blob/main/QuizLoader/QuizLoaderLib/"
KINDS = {
    "Q1": "The quiz file and its XML",
    "Q2": "The session",
    "Q3": "A page",
    "Q4": "An image and its regions",
    "Q5": "Where files are",
    "Q6": "What is in an image file",
    "Q7": "Text files that a quiz names",
    "Q8": "Questions",
    "Q9": "How a page is shown",
    "M": "Region names and mask values",
}
INTRODUCTION = """\
Each problem that QuizLoader finds has a code. A code keeps its meaning for ever. The codes of a quiz
begin with Q, those of masks and value maps with M. Each entry says the rule first, then the sentences
that the program writes where the rule is broken (… stands for a name or a number) and what to do about
it.

An *error* keeps something from being shown or stored, and `quizloader check` then ends with 1. A
*warning* says that the program decided something for you, or left something out."""


@dataclass(frozen=True)
class Message:
    """What the program says, as it stands in the source, with … for what is filled in."""

    sentence: str
    hint: str


def problem_codes() -> str:
    messages = _all_messages()
    by_kind: dict[str, list[CodeEntry]] = defaultdict(list)
    for entry in all_codes():
        by_kind[next(start for start in KINDS if entry.code.startswith(start))].append(entry)
    parts = ["# Problem codes", INTRODUCTION]
    for start, title in KINDS.items():
        if by_kind[start]:
            parts.append(f"## {title} {{#{anchor(title)}}}")
            parts += [_entry(entry, messages.get(entry.name, [])) for entry in by_kind[start]]
    return page(*parts)


def _entry(entry: CodeEntry, messages: list[Message]) -> str:
    lines = [f"### {entry.code} {{#{anchor(entry.code)}}}", "", plain(entry.meaning), ""]
    for message in messages:
        hint = f" *{plain(message.hint)}*" if message.hint else ""
        lines.append(f"- {plain(message.sentence)}{hint}")
    lines += ["", f"Rule: [{entry.module}]({REPOSITORY}{entry.module})"]
    return "\n".join(lines)


def _all_messages() -> dict[str, list[Message]]:
    """By the name of the constant that has the code."""
    found: dict[str, list[Message]] = defaultdict(list)
    for path in sorted(LIBRARY.rglob("*.py")):
        for name, message in _messages(ast.parse(path.read_text(encoding="utf-8"))):
            if message not in found[name]:
                found[name].append(message)
    return found


def _messages(module: ast.Module) -> Iterator[tuple[str, Message]]:
    """Of each call whose arguments are a code's constant and behind it a sentence, and mostly a hint."""
    functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    for function in functions:
        texts = _named_texts(function)
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            for index, argument in enumerate(call.args):
                before = {name: text for line, name, text in texts if line < call.lineno}
                behind = [_template(each, before) for each in call.args[index + 1 : index + 3]]
                if (name := _name(argument)).isupper() and behind and behind[0].endswith("."):
                    yield name, Message(behind[0], behind[1] if len(behind) > 1 else "")


def _named_texts(function: ast.FunctionDef) -> list[tuple[int, str, str]]:
    """What is assigned to names, for a problem that follows: (line, name, text), in the order of lines."""
    assigned = (node for node in ast.walk(function) if isinstance(node, ast.Assign))
    return sorted((node.lineno, _name(node.targets[0]), _template(node.value, {})) for node in assigned)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _template(node: ast.expr, texts: dict[str, str]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return texts.get(_name(node), "")
