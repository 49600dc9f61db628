"""The page of commands: each with its arguments and options, as ``--help`` has them."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, get_args, get_type_hints

from QuizLoaderLib.apps.command_line.main import app
from typer.main import get_command

from .markdown import anchor, code, page, table

INTRODUCTION = """\
The command is `quizloader`; in a folder where `make` or `pip` put it into `.venv`, it is
`.venv/bin/quizloader`, on Windows `.venv\\Scripts\\quizloader`. `quizloader COMMAND --help` prints what
is below.

A command ends with 0 where all is well, with 1 where the quiz, an image or a map has an error, and with
2 where it was called wrongly. Tables and addresses go to standard output, progress and remarks to
standard error. With `QUIZLOADER_DEBUG=1` a defect of the program shows its traceback."""


def commands() -> str:
    found = list(leaves(get_command(app), "quizloader"))
    rows = [(f"[`{name}`](#{anchor(name)})", _help(command).split(".")[0] + ".") for name, command in found]
    return page(
        "# Commands",
        INTRODUCTION,
        table(["command", "what it does"], rows),
        *(part for name, command in found for part in _command(name, command)),
    )


def leaves(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Commands that run, with their whole names; groups are gone through."""
    children = getattr(command, "commands", None)
    if not children:
        yield name, command
        return
    for child, each in children.items():
        yield from leaves(each, f"{name} {child}")


def _command(name: str, command: Any) -> list[str]:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option"]
    usage = " ".join([name, "[OPTIONS]", *(_metavar(each) for each in arguments)])
    kinds = get_type_hints(command.callback)
    parts = [f"## {name} {{#{anchor(name)}}}", f"```text\n{usage}\n```", _help(command)]
    rows = [(code(_metavar(each)), _text(each), _default(each)) for each in arguments]
    rows += [(_option(each, kinds), _text(each), _default(each)) for each in options]
    if rows:
        parts.append(table(["", "what it is", "default"], rows))
    return parts


def _help(command: Any) -> str:
    return " ".join((command.help or "").split())


def _text(parameter: Any) -> str:
    return " ".join((parameter.help or "").split())


def _metavar(parameter: Any) -> str:
    return parameter.metavar or parameter.name.upper()


def _option(parameter: Any, kinds: Mapping[str, Any]) -> str:
    names = " or ".join(code(name) for name in (*parameter.opts, *parameter.secondary_opts))
    if parameter.is_flag:
        return names
    return f"{names} {code(parameter.metavar or ' or '.join(_choices(kinds[parameter.name])) or 'TEXT')}"


def _choices(kind: Any) -> list[str]:
    """Of an enumeration, or of an enumeration or None."""
    kinds = [kind, *get_args(kind)]
    return [
        str(each.value)
        for kind in kinds
        if isinstance(kind, type) and issubclass(kind, Enum)
        for each in kind
    ]


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    value = parameter.default
    value = getattr(value, "value", value)
    if value is None or value == "" or value is False or callable(value):
        return ""
    if value is True:
        return parameter.opts[0].join("``")
    return code(str(value))
