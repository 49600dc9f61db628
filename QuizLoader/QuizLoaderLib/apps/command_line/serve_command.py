"""``quizloader serve``: the quiz in a browser; ``quizloader readers new``: links for those who read it."""

import csv
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from ...quiz.problems import ExplainedError
from ..shared.log_lines import LogLines
from .key_commands import KeyOption
from .terminal import (
    CommandError,
    FollowLinks,
    ImagesOption,
    OpenBrowser,
    folder_option,
    make_writable,
    port_option,
    print_problems,
    require_folder,
    require_folder_of,
    say,
)

if TYPE_CHECKING:
    from subprocess import Popen

    from ..study_server.study import Study
    from ..web.client_quiz import Serving

SECRET_VARIABLE = "QUIZLOADER_TOKEN"
"""A program that starts the command chooses the secret in the address here: in the arguments every user of
the machine could read it."""
OWNER_ALONE = 0o077
"""What others than the owner of the process may not do with the files that it makes: results are personal."""
DEFAULT_PORT = 8080
LOOPBACK = ("127.0.0.1", "::1", "localhost")
ANY_ADDRESS = ("0.0.0.0", "::")


def serve(
    quiz: Annotated[
        list[Path], typer.Argument(metavar="QUIZ...", help="The quiz, an XML file; with --readers several.")
    ],
    images: ImagesOption,
    results: Annotated[
        Path | None, folder_option("Where the reader's answers go; without it nothing is stored.")
    ] = None,
    reader: Annotated[
        str, typer.Option(metavar="NAME", help="Who reads; without it the browser asks for the name.")
    ] = "",
    scripts: Annotated[
        Path | None, folder_option("The folder of scripts that the quiz's buttons may run.")
    ] = None,
    key: KeyOption = None,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen; with --readers other than this machine.")
    ] = "127.0.0.1",
    port: Annotated[
        int | None, port_option("The port; 0 takes a free one, as is done without --readers.")
    ] = None,
    browser: OpenBrowser = True,
    follow_links: FollowLinks = False,
    preview: Annotated[
        bool,
        typer.Option(
            "--preview", help="For the author: problems, all pages, the file read again when it is saved."
        ),
    ] = False,
    readers: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Serve many readers: the table of `quizloader readers new`."),
    ] = None,
    address: Annotated[
        str, typer.Option(metavar="URL", help="With --readers: where they find the server behind a proxy.")
    ] = "",
    proxy: Annotated[
        str, typer.Option(metavar="IP", help="With --address: of the proxy, where it is another machine.")
    ] = "",
    at_once: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="With --readers: how many are let in at once.")
    ] = None,
    idle: Annotated[
        float,
        typer.Option(min=0.05, metavar="MINUTES", help="With --readers: after how long who rests gives way."),
    ] = 30.0,
) -> None:
    """Show a quiz in the browser, until Ctrl+C: to one reader, or with --readers to many."""
    os.umask(OWNER_ALONE)
    for folder, what in ((images, "image folder"), (scripts, "folder of scripts")):
        if folder is not None:
            require_folder(folder, what)
    if (reader or readers) and results is None:
        option = "--reader" if reader else "--readers"
        raise CommandError(f"With {option} say where the answers go: --results DIR.", code=2)
    if preview and results is not None:
        raise CommandError("With --preview nothing is stored, so it takes no --results.", code=2)
    if results is not None:
        make_writable(results)
    if key is not None:
        _require_key(key, quiz)
    require_web()
    if readers is not None and results is not None:
        from ..study_server.study import Study

        study = Study(
            quizzes=tuple(each.resolve() for each in quiz),
            images=images.resolve(),
            results=results.resolve(),
            readers=readers,
            host=host,
            port=DEFAULT_PORT if port is None else port,
            address=address.rstrip("/"),
            proxy=proxy,
            most=at_once,
            idle_s=idle * 60,
            scripts=scripts.resolve() if scripts else None,
            key=key.resolve() if key else None,
            follow_links=follow_links,
        )
        serve_many_until_told(study)
        return
    if len(quiz) > 1:
        raise CommandError("Several quizzes are served to readers who sign in: --readers FILE.csv.", code=2)
    if host not in LOOPBACK:
        raise CommandError(
            "Other machines are let in only by personal links: --readers FILE.csv "
            "(`quizloader readers new` makes it).",
            code=2,
        )
    from ..web.client_quiz import Serving

    serve_until_told(
        Serving(
            quiz[0],
            images,
            results,
            reader.strip(),
            scripts,
            follow_links,
            host,
            port or 0,
            preview=preview,
            key=key,
        ),
        browser,
    )


def _require_key(path: Path, quizzes: list[Path]) -> None:
    """Raises ProblemError where it is no answer key, CommandError where it has nothing for a quiz."""
    from ...quiz.answer_key import AnswerKey, load_answer_key, with_right_answers
    from ...quiz.parser import read_quiz

    key = load_answer_key(path)
    for quiz in quizzes:
        parsed = read_quiz(quiz)[0]
        if parsed is None or not AnswerKey(parsed).is_empty:
            continue
        if with_right_answers(parsed, key)[0] == parsed:
            raise CommandError(f"“{path}” has no right answer to a question of “{quiz}” in its words.")


def serve_many_until_told(study: "Study") -> None:
    """Print the address when readers can come; end with Ctrl+C or SIGTERM."""
    from ..study_server.spares import new_python

    # It imports while the rest is looked at.
    first = new_python()
    try:
        _serve_many(study, first)
    finally:
        first.kill()
        first.wait()


def _serve_many(study: "Study", first: "Popen[bytes]") -> None:
    import logging

    from ...quiz.parser import read_quiz
    from ..study_server.server import serve_study

    for quiz in study.quizzes:
        parsed, problems = read_quiz(quiz)
        if parsed is None:
            print_problems(problems, quiz)
            raise CommandError(f"“{quiz}” cannot be read as a quiz.")
    if len({quiz.stem for quiz in study.quizzes}) < len(study.quizzes):
        raise CommandError("Two of the quizzes have one name; their results would meet.", code=2)
    if study.host in ANY_ADDRESS and not study.address:
        raise CommandError("With this --host say where the readers find the server: --address URL.", code=2)
    handler = logging.StreamHandler()
    handler.setFormatter(LogLines("%(asctime)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("QuizLoaderLib.apps.study_server").setLevel(logging.INFO)
    try:
        serve_study(study, first, say)
    except OSError as fault:
        raise CommandError(f"Port {study.port} cannot be used: {fault.strerror or fault}.") from fault


def require_web() -> None:
    """Raises CommandError where the packages of the browser are not installed."""
    from importlib.util import find_spec

    if find_spec("trame_slicer") is None:
        raise CommandError('The browser needs one more package: pip install "quizloader[web]".')


def serve_until_told(serving: "Serving", browser: bool) -> None:
    """Print the address, alone on its line, when the client can be asked for; end with Ctrl+C or SIGTERM."""
    from dataclasses import replace

    from ...reader.opened_quiz import QuizUnreadableError
    from ..web.server import open_browser
    from ..web.server import serve as serve_quiz

    if secret := os.environ.pop(SECRET_VARIABLE, ""):
        if not re.fullmatch(r"[A-Za-z0-9_-]{32,128}", secret):
            raise CommandError(f"The secret in {SECRET_VARIABLE} has 32 to 128 letters and digits.", code=2)
        serving = replace(serving, secret=secret)

    def ready(address: str) -> None:
        say(address)
        if sys.stderr.isatty():
            say("The quiz is at this address. Ctrl+C ends it.", sys.stderr)
        if browser:
            open_browser(address.replace(serving.secret, serving.once))

    try:
        sentence = serve_quiz(serving, ready)
    except QuizUnreadableError as fault:
        print_problems(fault.problems, serving.quiz_path)
        raise CommandError(f"“{serving.quiz_path}” cannot be read as a quiz.") from fault
    except OSError as fault:
        raise CommandError(f"Port {serving.port} cannot be used: {fault.strerror or fault}.") from fault
    if sentence:
        raise CommandError(sentence)


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
        str,
        typer.Option(
            metavar="URL",
            help="Where the readers will find the server: else as in the table's newest line, "
            f"at first http://127.0.0.1:{DEFAULT_PORT}.",
        ),
    ] = "",
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
    from ..study_server.readers import COORDINATOR, Person, add_readers, numbered_readers, remembered_address

    for file in (table, links):
        if file is not None:
            require_folder_of(file)
    address = address or remembered_address(table) or f"http://127.0.0.1:{DEFAULT_PORT}"
    if not address.startswith(("http://", "https://")):
        raise CommandError(f"--address is “{address}”; it begins with http:// or https://.", code=2)
    people = [Person(name.strip()) for name in names or []]
    people += numbered_readers(table, count)
    people += [Person(coordinator.strip(), COORDINATOR)] if coordinator else []
    if not people:
        raise CommandError("Say who the readers are: names, or --count N.", code=2)
    out = _new_file(links) if links is not None else sys.stdout
    try:
        made = add_readers(table, people, address, renew)
    except ExplainedError:
        if links is not None:
            links.unlink()
        raise
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("reader", "role", "link"))
    rows.writerows((link.person.name, link.person.role, link.address) for link in made)
    if links is not None:
        out.close()
        say(f"{links}: {len(made)} personal link{'s' if len(made) > 1 else ''}")


def _new_file(path: Path) -> TextIO:
    """Open before the table is changed, for the eyes of who made it only."""
    try:
        return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
    except FileExistsError as fault:
        raise CommandError(f"“{path}” already exists; its links would be lost.") from fault
