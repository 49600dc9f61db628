"""``quizloader key split`` and ``key join``: right answers in a file of their own."""

from pathlib import Path
from typing import Annotated

import typer

from .terminal import CommandError, QuizArgument, require_folder_of

key_app = typer.Typer(
    help="Right answers in a file of their own, which readers do not get.", no_args_is_help=True
)

KeyOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The right answers: an answer key, or a quiz that has them itself."),
]


@key_app.command("split")
def split(
    quiz: QuizArgument,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The quiz for readers.")],
    key: Annotated[Path, typer.Option(metavar="FILE", help="The answer key.")],
) -> None:
    """Take all right answers out of a quiz, into an answer key. All else stays as it is."""
    from ...authoring.key_file import split_quiz
    from ...session.whole_file import write_whole

    if key.resolve() in (quiz.resolve(), out.resolve()):
        raise CommandError("The answer key is a file of its own; name another one for --key.", code=2)
    for file in (out, key):
        require_folder_of(file)
    without, answers = split_quiz(quiz)
    # The key first: where the quiz is written over, its answers are nowhere else.
    write_whole(key.resolve(), answers)
    write_whole(out.resolve(), without)


@key_app.command("join")
def join(
    quiz: QuizArgument,
    key: Annotated[Path, typer.Option(metavar="FILE", help="The answer key.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The quiz with its right answers.")],
) -> None:
    """Put the right answers of an answer key into a quiz."""
    from ...authoring.key_file import join_quiz
    from ...session.whole_file import write_whole

    if key.resolve() == out.resolve():
        raise CommandError("The answer key is a file of its own; name another one for --out.", code=2)
    require_folder_of(out)
    write_whole(out.resolve(), join_quiz(quiz, key))
