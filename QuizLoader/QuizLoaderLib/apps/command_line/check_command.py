"""``quizloader check``: everything that is wrong with a quiz and its images."""

import sys
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...quiz.answer_key import AnswerKey, with_right_answers
from ...quiz.checking import check_answer_key, check_quiz
from ...quiz.file_rules import files_of_keys
from ...quiz.image_folder import ImageFolder
from ...quiz.parser import read_key_file, read_quiz
from ...quiz.problems import Problem, has_errors
from .key_commands import KeyOption
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
    key: KeyOption = None,
    follow_links: FollowLinks = False,
) -> None:
    """List everything that is wrong with a quiz. Ends with 0 without errors, 1 with errors."""
    if images is not None:
        require_folder(images, "image folder")
    folder = ImageFolder(images, follow_links) if images is not None else None
    problems = problems_of_quiz(quiz, folder)
    found = {quiz: problems}
    if key is not None:
        found[key] = found.get(key, []) + problems_of_key(quiz, key, folder)
    if format is OutputFormat.JSON:
        say_json([{"file": str(file), **asdict(each)} for file, of_file in found.items() for each in of_file])
    else:
        for file, of_file in found.items():
            print_problems(of_file, file)
    raise typer.Exit(1 if any(map(has_errors, found.values())) else 0)


def problems_of_key(path: Path, key_path: Path, folder: ImageFolder | None = None) -> list[Problem]:
    """All problems of an answer key and of how it fits the quiz, by its own lines; with a folder those of the
    experts' regions that it names too."""
    source, problems = read_key_file(key_path)
    quiz, _ = read_quiz(path)
    if source is not None and quiz is not None:
        key = AnswerKey(source)
        problems = problems + check_answer_key(quiz, key)
        if folder is not None:
            problems += _of_regions(with_right_answers(quiz, key)[0], folder)
    return sorted(problems, key=lambda problem: problem.line)


def _of_regions(quiz: "Quiz", folder: ImageFolder) -> Iterator[Problem]:
    from ...masks.expert_regions import problems_of_keys

    for page in quiz.pages:
        found = (*files_of_keys(page, folder), *problems_of_keys(page, folder))
        yield from (problem.at(page=page.number) for problem in found)


def problems_of_quiz(path: Path, folder: ImageFolder | None) -> list[Problem]:
    """All problems of a quiz file sorted by line; with a folder those of its images too."""
    quiz, problems = read_quiz(path)
    if quiz is not None:
        problems = problems + (check_quiz(quiz) if folder is None else _with_images(quiz, folder))
    return sorted(problems, key=lambda problem: problem.line)


def _with_images(quiz: "Quiz", folder: ImageFolder) -> list[Problem]:
    from ...images.loading.page_check import PageCheck
    from ...masks.expert_regions import problems_of_keys

    check = PageCheck(quiz, folder)
    # Where nobody looks on, nothing but the problems is written.
    bar = progress_bar("Reading images") if sys.stderr.isatty() else nullcontext(lambda done, total: None)
    with closing(check), bar as advance:

        def of_page(page: "Page") -> Iterator[Problem]:
            yield from check.problems(page)
            yield from problems_of_keys(page, folder)
            advance(page.number, len(quiz.pages))

        return check_quiz(quiz, folder, of_page)
