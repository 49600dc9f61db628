"""``quizloader xnat``: value maps on an XNAT server."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...quiz.problems import has_errors
from .terminal import CommandError, print_problems, say

if TYPE_CHECKING:
    from ...masks.xnat import Xnat

xnat_app = typer.Typer(
    no_args_is_help=True,
    help="Keep value maps on an XNAT server. User and password come from XNAT_USER and XNAT_PASS or netrc.",
)

MAP_NAME = "region2MaskValueMap.txt"

Server = Annotated[str, typer.Option(metavar="URL", help="The server, as https://xnat.example.org.")]
Project = Annotated[str, typer.Option(metavar="P", help="The project's ID.")]
PlacePath = Annotated[
    str,
    typer.Option(
        metavar="PATH",
        help="An experiment or assessor, as subjects/S/experiments/E or experiments/E/assessors/A.",
    ),
]
Name = Annotated[str, typer.Option(metavar="FILE", help="The map's name on the server.")]


@xnat_app.command("put-map")
def put_map(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The map, Label=value lines.")],
    server: Server,
    project: Project = "",
    path: PlacePath = "",
    resource: Annotated[
        str, typer.Option(metavar="LABEL", help="The folder that it goes into; made if absent.")
    ] = "region2MaskValueMap",
    name: Name = MAP_NAME,
) -> None:
    """Store a map on the server, after checking it; an older one of that name is replaced."""
    from ...quiz.value_map import read_value_map

    value_map, problems = read_value_map(file)
    print_problems(problems, file)
    if value_map is None or has_errors(problems):
        raise CommandError(f"“{file}” has errors, so it was not sent.")
    with _connected(server, project, path) as (xnat, location):
        xnat.put_file(location, resource, name, file.read_bytes())
    say(f"{server.rstrip('/')}/data/{location}/resources/{resource}/files/{name}")


@xnat_app.command("get-map")
def get_map(
    server: Server,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the map goes.")] = Path(MAP_NAME),
    project: Project = "",
    path: PlacePath = "",
    resource: Annotated[
        str, typer.Option(metavar="LABEL", help="The folder that holds it; else the only one that does.")
    ] = "",
    name: Name = MAP_NAME,
) -> None:
    """Fetch a map from the server and check it. Ends with 1 where it has errors."""
    from ...masks.files import writing
    from ...quiz.value_map import read_value_map

    with _connected(server, project, path) as (xnat, location):
        data = xnat.get_file(location, resource or xnat.find_resource(location, name), name)
        with writing(out) as part:
            part.write_bytes(data)
    value_map, problems = read_value_map(out)
    print_problems(problems, out)
    say(out)
    raise typer.Exit(1 if value_map is None or has_errors(problems) else 0)


@xnat_app.command("list")
def list_files(server: Server, project: Project = "", path: PlacePath = "") -> None:
    """List the resource folders of a project, experiment or assessor and the files in them."""
    with _connected(server, project, path) as (xnat, location):
        files = xnat.files(location)
    for file in files:
        size = f"{file.size} bytes" if file.size >= 0 else ""
        say(f"{file.resource}\t{file.name}\t{size}".rstrip())


@contextmanager
def _connected(server: str, project: str, path: str) -> Iterator[tuple["Xnat", str]]:
    """A session with the server, and what is meant on it; a MaskError within is raised as CommandError."""
    from ...masks.errors import MaskError
    from ...masks.xnat import connected, location_of

    try:
        location = location_of(project, path)
        with connected(server) as xnat:
            for problem in xnat.problems:
                say(f"quizloader: {problem.text}", sys.stderr)
            yield xnat, location
    except MaskError as fault:
        hints = [problem.hint for problem in fault.problems if problem.hint]
        raise CommandError(f"{fault}" + (f" ({hints[0]})" if hints else "")) from fault
