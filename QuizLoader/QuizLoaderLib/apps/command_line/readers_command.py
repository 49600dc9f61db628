"""``quizloader readers new``: personal links for the readers of a study."""

import csv
import os
import sys
from pathlib import Path
from typing import Annotated, TextIO

import typer

from .terminal import CommandError, require_folder_of

DEFAULT_ADDRESS = "http://127.0.0.1:8080"


readers_app = typer.Typer(no_args_is_help=True)


@readers_app.callback()
def readers() -> None:
    """The readers of a study that is served to many: who may come in."""
    # With one command alone its name would not be asked for.


@readers_app.command()
def new(
    table: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="The table for the server; readers are added to it.")
    ],
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME...", help="Names of readers.")] = None,
    count: Annotated[
        int, typer.Option(min=0, max=10_000, metavar="N", help="Add N readers: Reader 1, Reader 2, ...")
    ] = 0,
    coordinator: Annotated[
        str, typer.Option(metavar="NAME", help="Who sees how far all readers are, and fetches the results.")
    ] = "",
    address: Annotated[
        str, typer.Option(metavar="URL", help="Where the readers will find the server.")
    ] = DEFAULT_ADDRESS,
    links: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Write the links there, not on standard output.")
    ] = None,
    renew: Annotated[
        bool, typer.Option("--renew", help="Give new links to those who have one; the old ones end.")
    ] = False,
) -> None:
    """Make a personal link for each reader. Send each link to its reader only: it lets in who has it.

    The server's table keeps hashes; the links are nowhere else, so keep what this command writes.
    """
    from ..study_server.readers import COORDINATOR, Person, ReadersError, add_readers, numbered_readers

    if not address.startswith(("http://", "https://")):
        raise CommandError(f"--address is “{address}”; it begins with http:// or https://.", code=2)
    for file in (table, links):
        if file is not None:
            require_folder_of(file)
    try:
        people = [Person(name.strip()) for name in names or []]
        people += numbered_readers(table, count)
        people += [Person(coordinator.strip(), COORDINATOR)] if coordinator else []
        if not people:
            raise CommandError("Say who the readers are: names, or --count N.", code=2)
        out = _new_file(links) if links is not None else sys.stdout
        made = add_readers(table, people, address, renew)
    except ReadersError as fault:
        if links is not None:
            links.unlink(missing_ok=True)
        raise CommandError(str(fault)) from fault
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("reader", "role", "link"))
    rows.writerows((link.person.name, link.person.role, link.address) for link in made)
    if links is not None:
        out.close()
        print(f"{links}: {len(made)} personal link{'s' if len(made) > 1 else ''}")


def _new_file(path: Path) -> TextIO:
    """Open before the table is changed, for the eyes of who made it only."""
    try:
        return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
    except FileExistsError as fault:
        raise CommandError(f"“{path}” already exists; its links would be lost.") from fault
