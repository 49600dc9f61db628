"""Personal links: the table of readers and what it lets in."""

import csv
import hashlib
import io
import re
from pathlib import Path

import pytest
import QuizLoaderLib
from QuizLoaderLib.apps.command_line.main import main
from QuizLoaderLib.apps.study_server.limits import Allowance
from QuizLoaderLib.apps.study_server.proxy import MOST_BYTES, read_message
from QuizLoaderLib.apps.study_server.readers import COORDINATOR, Person, ReadersFile, read_readers
from QuizLoaderLib.quiz.problems import ExplainedError
from web_reader import framed

CLIENT = Path(QuizLoaderLib.__file__).parent / "apps" / "web" / "client"


def run(monkeypatch, capsys, *arguments):
    """(exit code, output, errors) of ``quizloader readers new``."""
    monkeypatch.setattr("sys.argv", ["quizloader", "readers", "new", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    return ended.value.code or 0, said.out, said.err


def made(output):
    return list(csv.DictReader(io.StringIO(output)))


def session_hash(link_secret):
    cookie = hashlib.sha256(f"session:{link_secret}".encode()).hexdigest()
    return hashlib.sha256(cookie.encode()).hexdigest()


def test_each_reader_gets_a_link_and_the_table_has_only_its_hash(tmp_path, monkeypatch, capsys):
    table = tmp_path / "readers.csv"
    code, output, _ = run(
        monkeypatch,
        capsys,
        table,
        "Dr. Chen",
        "Müller, Ute",
        "--coordinator",
        "Chief",
        "--address",
        "https://q.org/",
    )
    assert code == 0
    rows = made(output)
    assert [(row["reader"], row["role"]) for row in rows] == [
        ("Dr. Chen", "reader"),
        ("Müller, Ute", "reader"),
        ("Chief", "coordinator"),
    ]
    link_secrets = [row["link"].removeprefix("https://q.org/enter/") for row in rows]
    # 24 random bytes as 32 letters of base 64: 192 bits.
    assert [len(secret) for secret in link_secrets] == [32, 32, 32] and len(set(link_secrets)) == 3
    text = table.read_text(encoding="utf-8")
    assert not any(secret in text for secret in link_secrets)
    readers = read_readers(table)
    assert readers[session_hash(link_secrets[1])] == Person("Müller, Ute")
    readers_file = ReadersFile(table)
    session = readers_file.session_of(link_secrets[2])
    assert session == hashlib.sha256(f"session:{link_secrets[2]}".encode()).hexdigest()
    assert readers_file.who(session) == Person("Chief", COORDINATOR)
    assert readers_file.who(link_secrets[2]) is None, "the link itself is no cookie"
    assert readers_file.who(session[:-1]) is None
    assert ReadersFile(table).who("") is None


def test_later_readers_are_sent_to_the_address_of_those_before(tmp_path, monkeypatch, capsys):
    table = tmp_path / "readers.csv"
    (first,) = made(run(monkeypatch, capsys, table, "Ann")[1])
    assert first["link"].startswith("http://127.0.0.1:")
    run(monkeypatch, capsys, table, "Bob", "--address", "https://q.org/")
    (third,) = made(run(monkeypatch, capsys, table, "Cid")[1])
    (again,) = made(run(monkeypatch, capsys, table, "Ann", "--renew")[1])
    assert third["link"].startswith("https://q.org/enter/")
    assert again["link"].startswith("https://q.org/enter/")

    # A table of before knows none.
    old = tmp_path / "old.csv"
    rows = table.read_text(encoding="utf-8").splitlines()
    old.write_text("\n".join(row.rpartition(",")[0] for row in rows), encoding="utf-8")
    assert [person.name for person in ReadersFile(old).people] == ["Ann", "Bob", "Cid"]
    (new,) = made(run(monkeypatch, capsys, old, "Dan")[1])
    assert new["link"].startswith("http://127.0.0.1:")


def test_readers_are_added_later_and_a_lost_link_is_replaced(tmp_path, monkeypatch, capsys):
    table = tmp_path / "readers.csv"
    (first, second) = made(run(monkeypatch, capsys, table, "--count", 2)[1])
    assert (first["reader"], second["reader"]) == ("Reader 1", "Reader 2")
    (third,) = made(run(monkeypatch, capsys, table, "--count", 1)[1])
    assert third["reader"] == "Reader 3"

    code, _, errors = run(monkeypatch, capsys, table, "reader 2")
    assert (code, errors) == (
        1,
        f"quizloader: “{table}” has “reader 2” already; --renew gives a new link for the old one.\n",
    )
    known = ReadersFile(table)
    old = known.session_of(second["link"].rsplit("/", 1)[1])
    assert known.who(old) == Person("Reader 2")
    (renewed,) = made(run(monkeypatch, capsys, table, "Reader 2", "--renew")[1])
    # The server that runs sees it at once.
    assert known.who(old) is None
    assert known.who(known.session_of(renewed["link"].rsplit("/", 1)[1])) == Person("Reader 2")
    assert [person.name for person in known.people] == ["Reader 1", "Reader 2", "Reader 3"]


def test_links_go_into_a_file_for_the_eyes_of_its_owner(tmp_path, monkeypatch, capsys):
    links = tmp_path / "links.csv"
    code, output, _ = run(monkeypatch, capsys, tmp_path / "t.csv", "A", "--links", links)
    assert (code, output) == (0, f"{links}: 1 personal link\n")
    assert links.stat().st_mode & 0o077 == 0
    assert made(links.read_text(encoding="utf-8"))[0]["reader"] == "A"
    code, _, errors = run(monkeypatch, capsys, tmp_path / "t.csv", "B", "--links", links)
    assert code == 1 and errors.startswith(f"quizloader: “{links}” already exists")
    assert len(read_readers(tmp_path / "t.csv")) == 1


def test_links_of_before_outlive_a_damaged_table_and_none_are_left_where_nobody_was_added(
    tmp_path, monkeypatch, capsys
):
    table, links = tmp_path / "t.csv", tmp_path / "links.csv"
    run(monkeypatch, capsys, table, "A", "--links", links)
    before = links.read_bytes()
    code, _, errors = run(monkeypatch, capsys, table, "A", "--links", tmp_path / "new.csv")
    assert code == 1 and "has “A” already" in errors
    assert not (tmp_path / "new.csv").exists()
    table.write_text("no table\n", encoding="utf-8")
    code, _, errors = run(monkeypatch, capsys, table, "B", "--links", links)
    assert code == 1 and "has no column" in errors
    assert links.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Say who the readers are: names, or --count N."),
        ([""], "A reader has no name."),
        (["a\nb"], "is too long or has letters that cannot be printed"),
        (["x" * 101], "is too long or has letters that cannot be printed"),
        (["A", "a"], "has “a” already"),
        (["A", "--address", "quiz.org"], "begins with http:// or https://"),
    ],
)
def test_what_is_no_reader_is_said(tmp_path, monkeypatch, capsys, arguments, sentence):
    code, output, errors = run(monkeypatch, capsys, tmp_path / "t.csv", *arguments)
    assert code in (1, 2) and output == ""
    assert sentence in errors and "Traceback" not in errors
    assert not (tmp_path / "t.csv").exists()


HASH = "a" * 64


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has no column “reader”"),
        ("reader,role\nA,reader\n", "has no column “token_sha256”"),
        (f"reader,role,token_sha256\n{'A' * 200_000},reader,{HASH}\n", "is no CSV table"),
        (
            f"reader,role,token_sha256\nA,reader,{HASH[1:]}\n",
            "line 2: token_sha256 must have 64 digits",
        ),
        (f"reader,role,token_sha256\n,reader,{HASH}\n", "line 2: A reader has no name."),
        (f"reader,role,token_sha256\nA,boss,{HASH}\n", "line 2: the role is “boss”"),
        (f"reader,role,token_sha256\nA,,{HASH}\nB,,{HASH}\n", "line 3: “B” is listed twice"),
        (f"reader,role,token_sha256\nA,,{HASH}\na,,{'b' * 64}\n", "line 3: “a” is listed twice"),
    ],
)
def test_a_damaged_table_is_named_with_its_line(tmp_path, text, sentence):
    table = tmp_path / "readers.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(ExplainedError, match=r"readers\.csv") as fault:
        read_readers(table)
    assert sentence in str(fault.value)


def test_a_table_that_a_spreadsheet_saved_is_read(tmp_path):
    table = tmp_path / "readers.csv"
    table.write_text(f"\ufeffrole;token_sha256;reader\r\n;{HASH};Ö\r\n;;\r\n", encoding="utf-8")
    assert read_readers(table) == {HASH: Person("Ö")}


def test_a_table_that_is_damaged_while_the_server_runs_changes_nothing(tmp_path):
    table = tmp_path / "readers.csv"
    table.write_text(f"reader,role,token_sha256\nA,,{HASH}\n", encoding="utf-8")
    known = ReadersFile(table)
    table.write_text("half a ta", encoding="utf-8")
    assert [person.name for person in known.people] == ["A"]
    assert "has no column “reader”" in known.fault
    table.write_text(f"reader,role,token_sha256\nB,,{HASH}\n", encoding="utf-8")
    assert [person.name for person in known.people] == ["B"] and known.fault == ""


def test_an_allowance_is_a_burst_and_a_rate():
    now = [0.0]
    allowance = Allowance(each_second=10, burst=3, now=lambda: now[0])
    assert [allowance.take() for _ in range(4)] == [True, True, True, False]
    now[0] = 0.15
    assert [allowance.take() for _ in range(2)] == [True, False]
    now[0] = 100.0
    assert [allowance.seconds_to_wait() for _ in range(5)] == pytest.approx([0, 0, 0, 0.1, 0.2])


def call(method, *arguments):
    import msgpack

    return framed(msgpack.packb({"wslink": "1.0", "id": "rpc:c1:1", "method": method, "args": arguments}))


def test_what_the_client_says_is_let_through():
    assert read_message(call("trame.trigger", "answer", ["tab", "0/0", 0, 0, ["Y"]])).is_allowed
    assert read_message(call("trame.trigger", "answer", [])).is_from_reader
    assert not read_message(call("trame.trigger", "alive", ["tab"])).is_from_reader
    assert not read_message(call("wslink.hello", {"secret": "x"})).is_from_reader
    drawn = read_message(call("quizloader.drawn", 7, 12.5))
    assert drawn.is_allowed and not drawn.is_from_reader, "the page acknowledges pictures by itself"
    for method in (
        "application.exit",
        "trame.state.update",
        "trame.force.push",
        "trame.error.client",
        "trame.",
        "wslink.hello.x",
        "",
    ):
        assert not read_message(call(method)).is_allowed


def test_only_names_that_the_page_has_and_sizes_that_a_screen_has_are_let_through():
    def is_allowed(method, *arguments):
        return read_message(call(method, *arguments)).is_allowed

    assert is_allowed("trame.rca.size", "view-Red", "view-1", {"w": 640.5, "h": 480, "p": 2})
    assert is_allowed("trame.rca.event", "view-Slice4", "view-1", {"type": "MouseMove"})
    assert is_allowed("trame.rca.event", "view-3D", "view-1", {"type": "MouseMove"})
    assert is_allowed("trame.lifecycle.update", "client_mounted")
    huge = float("inf")
    for size in (
        {"w": 4097, "h": 10, "p": 1},
        {"w": 1500, "h": 10, "p": 3},
        {"w": -1, "h": 10, "p": 1},
        {"w": huge, "h": 10, "p": 1},
        {"w": 1, "h": float("nan"), "p": 1},
        {"w": "640", "h": 480, "p": 1},
        {"w": [640], "h": 480, "p": 1},
        {"w": True, "h": 480, "p": 1},
        [640, 480],
        None,
    ):
        assert not is_allowed("trame.rca.size", "view-Red", "view-1", size), size
    assert not is_allowed("trame.rca.size", "view-Red")
    for name in ("view-Blue", "view-Red\n12:00 Dr. Chen has come", "", None, ["view-Red"]):
        assert not is_allowed("trame.rca.event", name, "x", {"type": "MouseMove"})
    for trigger in ("open_sample", "stop", "answer\n", None, {"answer": 1}):
        assert not is_allowed("trame.trigger", trigger, [])
    assert not is_allowed("trame.trigger") and not is_allowed("trame.lifecycle.update", "server_exited")


def test_all_that_the_page_says_is_let_through():
    named = {
        name
        for file in CLIENT.iterdir()
        if file.suffix in (".js", ".html")
        for name in re.findall(
            r"""(?:trigger|toServer|step)\(['"](\w+)['"]""", file.read_text(encoding="utf-8")
        )
    }
    assert {"answer", "arrive", "step", "use"} <= named
    # The demo alone has other quizzes to go to.
    for name in named - {"open_sample"}:
        assert read_message(call("trame.trigger", name, ["tab"])).is_allowed, name


def nested(depth):
    return b"\x91" * depth + b"\xc0"


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x00" * 12,
        framed(b"x" * (MOST_BYTES + 1)),
        framed(b"\xc0", length=2**32 - 1),
        framed(b"\xc0", offset=2**31),
        framed(b"\xc1"),
        framed(b"\x81\x90\x90"),
        framed(nested(100_000)),
        framed(b"\xdd\xff\xff\xff\xff"),
        framed(b"\xc0"),
        framed(b"\x80"),
        framed(b"\x82\xa2id\x01\xa6method\x01"),
        framed(b"\xa3{}\n"),
    ],
)
def test_what_no_client_would_say_is_refused(frame):
    with pytest.raises(ValueError):
        read_message(frame)
