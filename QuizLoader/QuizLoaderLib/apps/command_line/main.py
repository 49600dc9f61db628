"""``quizloader``: check, render and demo from a terminal.

Nothing heavy is imported here, so that ``quizloader check`` starts in a blink.
"""

import io
import os
import re
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from ...quiz.problems import ExplainedError, Problem, has_errors
from ..shared.own_thread import end_process
from .check_command import check
from .format_command import format_quiz
from .info_command import info
from .key_commands import key_app
from .mask_commands import map_app, mask, masks, segments
from .new_command import new
from .report_command import report
from .result_commands import answers, progress
from .score_command import score
from .serve_command import readers_app, require_web, serve, serve_until_told
from .terminal import (
    CommandError,
    FollowLinks,
    ImagesOption,
    OpenBrowser,
    QuizArgument,
    folder_option,
    make_writable,
    port_option,
    print_problems,
    progress_bar,
    require_folder,
    say,
)
from .xnat_commands import xnat_app

if TYPE_CHECKING:
    pass

app = typer.Typer(
    name="quizloader",
    help="Medical image quizzes and reader studies: check them, render them, try the samples.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Size = Annotated[str, typer.Option(metavar="WxH", help="Size of each view in pixels.")]

MIN_SIDE, MAX_SIDE = 16, 8192

app.command()(check)


@app.command()
def render(
    quiz: QuizArgument,
    images: ImagesOption,
    out: Annotated[Path, folder_option("Where the pictures go.")],
    page: Annotated[int | None, typer.Option(metavar="N", help="Only this page; the first is 1.")] = None,
    size: Size = "512x512",
    follow_links: FollowLinks = False,
) -> None:
    """Make a picture of every view of every page. Ends with 0 without errors, 1 with errors."""
    require_folder(images, "image folder")
    problems = _render(quiz, images, out, _parsed_size(size), page, follow_links)
    raise typer.Exit(1 if has_errors(problems) else 0)


@app.command()
def demo(
    out: Annotated[Path, folder_option("Where images, quizzes and pictures go.")] = Path("quizloader-demo"),
    render: Annotated[
        bool | None,
        typer.Option(help="Make pictures of the quizzes, or only the images, instead of the browser."),
    ] = None,
    port: Annotated[int, port_option("The port; 0 takes a free one.")] = 0,
    browser: OpenBrowser = True,
) -> None:
    """Make sample images and show the samples in the browser, until Ctrl+C; nothing is stored."""
    from ..demo.samples import TOUR, make_demo

    if render is None:
        require_web()
    if render is not False:
        _require_opengl()
    make_writable(out)
    with progress_bar("Making images") as advance:
        quizzes = make_demo(out, advance)
    if render is None:
        from ..web.client_quiz import Serving

        # The tour is the first of the list.
        samples = tuple(sorted(quizzes, key=lambda quiz: quiz.name != TOUR))
        serve_until_told(Serving(samples[0], out / "images", port=port, samples=samples), browser)
        return
    problems: list[Problem] = []
    for quiz in quizzes:
        if render:
            problems += _render(quiz, out / "images", out / "pictures" / quiz.stem, (512, 512))
        else:
            say(quiz)
    raise typer.Exit(1 if has_errors(problems) else 0)


def _render(
    quiz: Path,
    images: Path,
    out: Path,
    size: tuple[int, int],
    page: int | None = None,
    follow_links: bool = False,
) -> list[Problem]:
    """Render with a progress bar and print the problems and where the pictures are."""
    from ...quiz.parser import read_quiz

    parsed, problems = read_quiz(quiz)
    if parsed is not None:
        if page is not None and not 1 <= page <= len(parsed.pages):
            pages = "1 page" if len(parsed.pages) == 1 else f"{len(parsed.pages)} pages"
            raise CommandError(f"--page is {page}, but “{quiz}” has {pages}.", code=2)
        _require_opengl()
        make_writable(out)

        from ..pictures.headless import render_quiz

        with progress_bar(f"Rendering {quiz.name}") as advance:
            problems = render_quiz(
                quiz, images, out, page=page, size=size, follow_links=follow_links, progress=advance
            )
    print_problems(problems, quiz)
    if parsed is not None:
        say(out / "index.html")
    return problems


def _parsed_size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([0-9]{1,5})[xX]([0-9]{1,5})", text.strip())
    size = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(MIN_SIDE <= side <= MAX_SIDE for side in size):
        raise CommandError(
            f"--size is “{text}”; give width and height in pixels ({MIN_SIDE} to {MAX_SIDE}), as in 512x512.",
            code=2,
        )
    return size


def _require_opengl() -> None:
    """VTK ends the process where the OpenGL libraries are missing, so this is found out first."""
    from ..shared.opengl import opengl_problem

    if problem := opengl_problem():
        raise CommandError(problem)


app.command("format")(format_quiz)
for command in (new, info, mask, segments, masks, answers, progress, score, report, serve):
    app.command()(command)
for name, group in (("key", key_app), ("map", map_app), ("xnat", xnat_app), ("readers", readers_app)):
    app.add_typer(group, name=name)


def _run() -> None:
    try:
        app()
    except ExplainedError as fault:
        _say_and_exit(str(fault), fault.code if isinstance(fault, CommandError) else 1)
    except OSError as fault:
        where = f"{fault.filename}: " if fault.filename else ""
        _say_and_exit(f"{where}{fault.strerror or fault}.", 1)


def _say_and_exit(sentence: str, code: int) -> NoReturn:
    say(f"quizloader: {sentence}", sys.stderr)
    sys.exit(code)


def main() -> None:
    """The console command; whatever happens, the user gets a sentence and no traceback."""
    try:
        _main()
    except SystemExit as end:
        end_process(end.code if isinstance(end.code, int) else int(end.code is not None))
        raise


def _main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A console of another code page shows an escape for what it lacks, rather than failing.
            stream.reconfigure(errors="backslashreplace")
    if os.environ.get("QUIZLOADER_DEBUG"):
        _run()
        return
    try:
        with warnings.catch_warnings():
            # Those of libraries are for developers; what is wrong with a file is told as its problem.
            warnings.simplefilter("ignore")
            _run()
    except MemoryError:
        _say_and_exit("There is not enough memory for this.", 1)
    except UnicodeEncodeError as fault:
        letters = fault.object[fault.start : fault.end]
        _say_and_exit(
            f"File names cannot have “{letters}” in the locale of this system ({fault.encoding}); "
            "run it with PYTHONUTF8=1.",
            1,
        )
    except Exception as fault:  # noqa: BLE001 the last net: a defect is told in one sentence too
        from ..shared.defect_report import defect_sentence

        _say_and_exit(defect_sentence(fault), 1)
