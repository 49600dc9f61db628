"""``quizloader new``: a quiz from a folder or a table, by a template."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...authoring.folder_source import CaseIs
from ...quiz.image_folder import ImageFolder
from ...quiz.problems import has_errors
from .check_command import problems_of_quiz
from .terminal import (
    CommandError,
    FollowLinks,
    folder_option,
    print_problems,
    progress_bar,
    require_folder,
    require_new,
    say,
)

if TYPE_CHECKING:
    from ...authoring.cases import FoundCases
    from ...authoring.making import Wanted
    from ...authoring.roles import RoleRule
    from ...authoring.template import Template

MOST_REMARKS = 50


def new(
    source: Annotated[
        Path | None,
        typer.Argument(
            metavar="SOURCE",
            help="A folder whose subfolders or patients are the cases, or a CSV, TSV or Excel table, a row a"
            " case.",
        ),
    ] = None,
    template: Annotated[
        str,
        typer.Option(metavar="NAME|FILE", help="One that comes along, or a quiz with placeholders."),
    ] = "",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The quiz to write.")] = None,
    images: Annotated[
        Path | None, folder_option("The image folder, where SOURCE is not it or not in it.")
    ] = None,
    pattern: Annotated[
        str, typer.Option(metavar="TEXT", help="How files are named, as {case}_{role}.nii.gz.")
    ] = "",
    role: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE=RULE", help='Which image is which, as ct="modality=CT thickness<=2".'),
    ] = None,
    case: Annotated[CaseIs | None, typer.Option(help="What of a folder is a case.")] = None,
    rename: Annotated[
        str, typer.Option(metavar="TEXT", help="Names that tell nothing, as “Case {n:03}”.")
    ] = "",
    seed: Annotated[int, typer.Option(metavar="N", help="Of what a template draws by chance.")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is found, and write nothing.")] = False,
    check: Annotated[bool, typer.Option(help="Check the quiz with its images when it is written.")] = True,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a quiz that is there.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the templates, with their images.")] = False,
    show: Annotated[str, typer.Option(metavar="NAME", help="Write out a template, to make one's own.")] = "",
    follow_links: FollowLinks = False,
) -> None:
    """Make a quiz from a folder or a table. Ends with 1 where a case is left out or the quiz has an error."""
    from ...authoring.making import Wanted, find_cases, make_quiz
    from ...authoring.template import load_template, shipped_templates

    if list_ or show:
        for name in shipped_templates() if list_ else ():
            listed = load_template(name)
            say(f"{name:<12}{', '.join(listed.roles):<18}{listed.description}")
        for line in load_template(show).document.source.splitlines() if show else ():
            say(line)
        return
    if source is None or not template or (out is None and not dry_run):
        missing = "SOURCE" if source is None else "--out" if template else "--template"
        raise CommandError(f"{missing} is missing; --list lists the templates.", code=2)
    wanted = Wanted(
        source.resolve(),
        _image_folder(source, images, follow_links),
        load_template(template),
        pattern,
        _rules(role or []),
        case,
        rename,
        seed,
    )
    if out is not None and not dry_run:
        _require_new(out, wanted, overwrite)
    with progress_bar("Looking for images") as advance:
        found = find_cases(wanted, advance)
    _say_found(found, wanted.template)
    if dry_run or out is None:
        raise typer.Exit(1 if found.faulty else 0)
    made = make_quiz(wanted, found, out)
    # What was listed for looking is old by now.
    problems = problems_of_quiz(out, ImageFolder(wanted.folder.root, follow_links)) if check else []
    print_problems(problems, out)
    count = len(found.complete)
    say(f"{out}: {count} {'case' if count == 1 else 'cases'}; {made.case_table} says which is which")
    raise typer.Exit(1 if found.faulty or has_errors(problems) else 0)


def _image_folder(source: Path, images: Path | None, follow_links: bool) -> ImageFolder:
    if not source.exists():
        raise CommandError(f"“{source}” does not exist.", code=2)
    root = images or (source if source.is_dir() else source.parent)
    require_folder(root, "image folder")
    if source.is_dir() and not source.resolve().is_relative_to(root.resolve()):
        raise CommandError(f"“{source}” is not in the image folder “{root}”.", code=2)
    return ImageFolder(root.resolve(), follow_links)


def _rules(written: list[str]) -> "dict[str, RoleRule]":
    from ...authoring.roles import parse_rule

    rules = {}
    for text in written:
        name, sign, rule = text.partition("=")
        if not (name and sign and rule):
            sentence = f"--role is “{text}”; write the role, = and its rule, as prior=earliest."
            raise CommandError(sentence, code=2)
        rules[name.strip()] = parse_rule(rule)
    return rules


def _require_new(out: Path, wanted: "Wanted", overwrite: bool) -> None:
    from ...authoring.making import case_table_of

    for path in (out, case_table_of(out)):
        require_new(path, overwrite)
        if path.exists() and any(path.samefile(used) for used in (wanted.source, wanted.template.path)):
            raise CommandError(f"“{path}” is what the quiz is made of; write it elsewhere.", code=2)


def _say_found(found: "FoundCases", template: "Template") -> None:
    """The table of what was found, then the cases that are left out and why."""
    columns = ["case", *template.roles, *template.columns]
    rows = []
    for case in found.cases:
        paths = (case.images[role].path if role in case.images else "-" for role in template.roles)
        rows.append([case.shown_name, *paths, *(case.values.get(name, "-") for name in template.columns)])
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    for row in (columns, *rows):
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for remark in found.remarks[:MOST_REMARKS]:
        say(f"quizloader: {remark}", sys.stderr)
    if (more := len(found.remarks) - MOST_REMARKS) > 0:
        say(f"quizloader: {more} more files are of no use.", sys.stderr)
    for case in found.faulty:
        say(f"left out: {case.name}: {'; '.join(case.faults)}.")
