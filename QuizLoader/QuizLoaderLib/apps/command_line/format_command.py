"""``quizloader format``: a quiz written tidily."""

from pathlib import Path
from typing import Annotated

import typer

from .terminal import CommandError, QuizArgument, require_new, say


def format_quiz(
    quiz: QuizArgument,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write there and leave the quiz as it is.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace another file that is there.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; end with 1 where the quiz is not tidy.")
    ] = False,
    planes: Annotated[
        bool | None,
        typer.Option(
            "--planes/--no-planes",
            help="Write three elements of one image in three planes as one with Planes, or one as three.",
        ),
    ] = None,
) -> None:
    """Write a quiz tidily, an element a line. Comments, order and what is unknown stay as they are."""
    from ...authoring.document import load_document
    from ...authoring.planes import with_planes, without_planes
    from ...authoring.tidy import tidy
    from ...session.whole_file import write_whole

    if check and out is not None:
        raise CommandError("--check writes nothing, so --out has no use.", code=2)
    before = load_document(quiz).data
    written = before if planes is None else with_planes(before) if planes else without_planes(before)
    after = tidy(written)
    if check and after != before:
        say(f"“{quiz}” is not tidy.")
        raise typer.Exit(1)
    if out is not None:
        require_new(out, overwrite or (out.exists() and out.samefile(quiz)))
    if not check and (out is not None or after != before):
        # The file behind a link is written, and the link stays.
        write_whole((out or quiz).resolve(), after)
