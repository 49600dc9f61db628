"""What the commands share: options, errors as one sentence, progress on standard error, folders."""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from ...quiz.problems import ExplainedError, Problem, visible

if TYPE_CHECKING:
    from typer.models import OptionInfo


def folder_option(help: str) -> "OptionInfo":
    """An option whose value is a folder."""
    return typer.Option(metavar="DIR", help=help)


def port_option(help: str) -> "OptionInfo":
    """An option whose value is a port; 0 takes a free one."""
    return typer.Option(metavar="N", min=0, max=65535, help=help)


QuizArgument = Annotated[Path, typer.Argument(metavar="QUIZ", help="The quiz, an XML file.")]
ImagesOption = Annotated[Path, folder_option("The image folder.")]
FollowLinks = Annotated[
    bool, typer.Option("--follow-links", help="Allow symbolic links that lead out of the image folder.")
]
OpenBrowser = Annotated[bool, typer.Option(help="Open a browser where there is a screen.")]


class OutputFormat(str, Enum):
    TEXT = "text"
    JSON = "json"


class CommandError(ExplainedError):
    """Why a command cannot go on, as one sentence; ``code`` 2 says that it was called wrongly."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, so that standard output stays what other programs read."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(escape(visible(title)), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def say(line: object, file: TextIO | None = None) -> None:
    """Print one line, with escapes for what in a name would be another line, or an order to the terminal.
    Plain print: Rich would wrap the lines and colour what editors jump to."""
    print(visible(str(line)).replace("\n", "\\n"), file=file, flush=True)


def say_json(value: object) -> None:
    """Only ASCII, so that it is valid JSON whatever the console's encoding."""
    print(json.dumps(value, indent=1))


def print_problems(problems: Iterable[Problem], file: Path) -> None:
    for problem in problems:
        say(problem.as_line(str(file)))


def make_writable(folder: Path) -> None:
    """Make a folder and try to write to it; raises CommandError."""
    require_utf_8(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as fault:
        sentence = f"Nothing can be written to the folder {folder}: {fault.strerror or fault}."
        raise CommandError(sentence) from fault


def require_folder(folder: Path, what: str) -> None:
    """Raises CommandError where there is no folder to read from; ``what`` says what it is for."""
    if not folder.is_dir():
        fault = "is not a folder" if folder.exists() else "does not exist"
        raise CommandError(f"The {what} “{folder}” {fault}.", code=2)


def require_folder_of(file: Path) -> None:
    """Raises CommandError where a file of this name cannot be written, as far as its folder goes."""
    require_utf_8(file)
    require_folder(file.parent, "folder")
    if file.is_dir():
        raise CommandError(f"“{file}” is a folder; name a file.", code=2)


def require_new(file: Path, overwrite: bool) -> None:
    """Raises CommandError as ``require_folder_of``, and for a file that is there and may not be replaced."""
    require_folder_of(file)
    if file.exists() and not overwrite:
        raise CommandError(f"“{file}” is there already; --overwrite replaces it.", code=2)


def require_utf_8(path: Path) -> None:
    """Raises CommandError for a name that the libraries which write images cannot take."""
    try:
        str(path).encode()
    except UnicodeEncodeError as fault:
        sentence = f"Nothing can be written to {path}: its name has characters that are not UTF-8."
        raise CommandError(sentence, code=2) from fault
