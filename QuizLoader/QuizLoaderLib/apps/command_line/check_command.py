"""``quizloader check``: everything that is wrong with a quiz and its images."""

import sys
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...quiz.checking import check_quiz
from ...quiz.image_folder import ImageFolder
from ...quiz.parser import read_quiz
from ...quiz.problems import Problem, has_errors
from .terminal import (
    FollowLinks,
    OutputFormat,
    QuizArgument,
    folder_option,
    print_problems,
    progress_bar,
    require_folder,
    say_json,
)

if TYPE_CHECKING:
    from ...quiz.model import Page, Quiz


def check(
    quiz: QuizArgument,
    images: Annotated[
        Path | None, folder_option("The image folder: read its files as they will be shown.")
    ] = None,
    format: Annotated[OutputFormat, typer.Option(help="Lines for people and editors, or JSON.")] = (
        OutputFormat.TEXT
    ),
    follow_links: FollowLinks = False,
) -> None:
    """List everything that is wrong with a quiz. Ends with 0 without errors, 1 with errors."""
    if images is not None:
        require_folder(images, "image folder")
    problems = problems_of_quiz(quiz, ImageFolder(images, follow_links) if images is not None else None)
    if format is OutputFormat.JSON:
        say_json([{"file": str(quiz), **asdict(problem)} for problem in problems])
    else:
        print_problems(problems, quiz)
    raise typer.Exit(1 if has_errors(problems) else 0)


def problems_of_quiz(path: Path, folder: ImageFolder | None) -> list[Problem]:
    """All problems of a quiz file sorted by line; with a folder those of its images too."""
    quiz, problems = read_quiz(path)
    if quiz is not None:
        problems = problems + (check_quiz(quiz) if folder is None else _with_images(quiz, folder))
    return sorted(problems, key=lambda problem: problem.line)


def _with_images(quiz: "Quiz", folder: ImageFolder) -> list[Problem]:
    from ...images.loading.page_check import PageCheck

    check = PageCheck(quiz, folder)
    # Where nobody looks on, nothing but the problems is written.
    bar = progress_bar("Reading images") if sys.stderr.isatty() else nullcontext(lambda done, total: None)
    with closing(check), bar as advance:

        def of_page(page: "Page") -> Iterator[Problem]:
            yield from check.problems(page)
            advance(page.number, len(quiz.pages))

        return check_quiz(quiz, folder, of_page)
