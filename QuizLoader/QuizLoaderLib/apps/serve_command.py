"""``quizloader serve``: the quiz in a browser."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .terminal import CommandError, make_writable

if TYPE_CHECKING:
    from .web.server import Serving

TOKEN_VARIABLE = "QUIZLOADER_TOKEN"
"""A program that starts the command chooses the token of the address here: in the arguments every user of
the machine could read it."""


def add_commands(app: typer.Typer) -> None:
    """Add the command of this file to ``quizloader``."""
    app.command()(serve)


def serve(
    quiz: Annotated[Path, typer.Argument(metavar="QUIZ", help="The quiz, an XML file.")],
    images: Annotated[Path, typer.Option(metavar="DIR", help="The image folder.")],
    results: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where the reader's answers go; without it nothing is stored."),
    ] = None,
    reader: Annotated[
        str, typer.Option(metavar="NAME", help="Who reads; without it the page asks for the name.")
    ] = "",
    scripts: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The folder of scripts that the quiz's buttons may run."),
    ] = None,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", help="The port; 0 takes a free one.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open a browser where there is a screen.")] = True,
    follow_links: Annotated[
        bool,
        typer.Option("--follow-links", help="Allow symbolic links that lead out of the image folder."),
    ] = False,
) -> None:
    """Show a quiz in the browser to one reader at a time, until Ctrl+C."""
    for folder, what in ((images, "image folder"), (scripts, "folder of scripts")):
        if folder is not None and not folder.is_dir():
            raise CommandError(f"The {what} {folder} does not exist.", code=2)
    if reader and results is None:
        raise CommandError("With --reader say where the answers go: --results DIR.", code=2)
    if results is not None:
        make_writable(results)
    require_web()
    from .web.server import Serving

    serve_until_told(
        Serving(quiz, images, results, reader.strip(), scripts, follow_links, host, port), browser
    )


def require_web() -> None:
    """Raises CommandError where the packages of the web page are not installed."""
    from importlib.util import find_spec

    if find_spec("trame_slicer") is None:
        raise CommandError('The browser needs one more package: pip install "quizloader[web]".')


def serve_until_told(serving: "Serving", browser: bool) -> None:
    """Print the address, alone on its line, when the page can be asked for; end with Ctrl+C or SIGTERM."""
    from dataclasses import replace

    from .opengl import OpenGLMissingError
    from .web.server import NotBegunError, QuizUnreadableError, open_browser
    from .web.server import serve as serve_quiz

    if token := os.environ.pop(TOKEN_VARIABLE, ""):
        serving = replace(serving, token=token)

    def ready(address: str) -> None:
        print(address, flush=True)
        if sys.stderr.isatty():
            print("The quiz is at this address. Ctrl+C ends it.", file=sys.stderr)
        if browser:
            open_browser(address)

    try:
        sentence = serve_quiz(serving, ready)
    except (NotBegunError, OpenGLMissingError) as fault:
        raise CommandError(str(fault)) from fault
    except QuizUnreadableError as fault:
        for problem in fault.problems:
            print(problem.as_line(str(serving.quiz_path)))
        raise CommandError(f"{serving.quiz_path} cannot be read as a quiz.") from fault
    except OSError as fault:
        raise CommandError(f"Port {serving.port} cannot be used: {fault.strerror or fault}.") from fault
    if sentence:
        raise CommandError(sentence)
