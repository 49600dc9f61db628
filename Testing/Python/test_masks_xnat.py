"""A coordinator keeps a study's map on an XNAT server."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from masks_made import quizloader, write_map
from QuizLoaderLib.masks.errors import PASSWORD_READABLE, SERVER_FAILED, MaskError
from QuizLoaderLib.masks.xnat import connected
from xnat_server import PASSWORD, USER, FakeXnat, running

MAP = b"Liver=10\nSpleen=20\nKidney=30\n"
NAME = "region2MaskValueMap.txt"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeXnat]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XNAT_USER", USER)
    monkeypatch.setenv("XNAT_PASS", PASSWORD)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with running() as server:
        yield server


@pytest.fixture
def names(tmp_path: Path) -> Path:
    return write_map(tmp_path / "map.txt", Liver=10, Spleen=20, Kidney=30)


def test_a_map_is_put_listed_and_fetched(server: FakeXnat, names: Path, tmp_path: Path) -> None:
    put = quizloader("xnat", "put-map", names, "--server", server.url, "--project", "STUDY")
    listed = quizloader("xnat", "list", "--server", server.url, "--project", "STUDY")
    got = quizloader(
        "xnat", "get-map", "--server", server.url, "--project", "STUDY", "--out", tmp_path / "got.txt"
    )

    assert (put.code, listed.code, got.code) == (0, 0, 0)
    assert server.resources == {("projects/STUDY", "region2MaskValueMap"): {NAME: MAP}}
    assert put.out == f"{server.url}/data/projects/STUDY/resources/region2MaskValueMap/files/{NAME}\n"
    assert listed.out == f"region2MaskValueMap\t{NAME}\t{len(MAP)} bytes\n"
    assert (tmp_path / "got.txt").read_bytes() == MAP


def test_the_calls_are_those_that_xnat_documents_and_the_session_is_ended(
    server: FakeXnat, names: Path
) -> None:
    quizloader(
        "xnat", "put-map", names, "--server", server.url, "--project", "STUDY", "--resource", "MY MAPS"
    )

    folder = "/xnat/data/projects/STUDY/resources"
    assert server.calls == [
        f"GET {folder}",
        f"PUT {folder}/MY MAPS",
        f"PUT {folder}/MY MAPS/files/{NAME}",
        f"GET {folder}/MY MAPS/files/{NAME}",
        "DELETE /xnat/data/JSESSION",
    ]


def test_an_older_map_is_replaced(server: FakeXnat, names: Path) -> None:
    server.resources["projects/STUDY", "MODEL"] = {NAME: b"Liver=1\n", "other.txt": b"x"}

    ended = quizloader(
        "xnat", "put-map", names, "--server", server.url, "--project", "STUDY", "--resource", "MODEL"
    )

    assert ended.code == 0
    assert server.resources["projects/STUDY", "MODEL"] == {NAME: MAP, "other.txt": b"x"}


@pytest.mark.parametrize("path", ["experiments/XNAT_E1", "experiments/XNAT_E1/assessors/ROI 1"])
def test_experiments_and_assessors_have_maps_too(
    server: FakeXnat, names: Path, tmp_path: Path, path: str
) -> None:
    put = quizloader("xnat", "put-map", names, "--server", server.url, "--path", path, "--resource", "R")
    got = quizloader("xnat", "get-map", "--server", server.url, "--path", path, "--out", tmp_path / "g.txt")

    assert (put.code, got.code) == (0, 0)
    assert server.resources == {(path, "R"): {NAME: MAP}}
    assert (tmp_path / "g.txt").read_bytes() == MAP


def test_several_maps_ask_for_the_resource(server: FakeXnat, tmp_path: Path) -> None:
    server.resources["projects/STUDY", "A"] = {NAME: MAP}
    server.resources["projects/STUDY", "B"] = {NAME: b"Liver=1\n"}
    get = ("xnat", "get-map", "--server", server.url, "--project", "STUDY", "--out", tmp_path / "got.txt")

    unclear = quizloader(*get)
    chosen = quizloader(*get, "--resource", "B")

    assert (unclear.code, chosen.code) == (1, 0)
    assert f"Several resources hold {NAME}: A, B. (choose one with --resource)" in unclear.err
    assert (tmp_path / "got.txt").read_bytes() == b"Liver=1\n"


def test_a_map_with_errors_is_not_sent(server: FakeXnat, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("Liver=ten\n", encoding="utf-8")

    ended = quizloader("xnat", "put-map", tmp_path / "bad.txt", "--server", server.url, "--project", "STUDY")

    assert ended.code == 1
    assert ended.err == f"quizloader: “{tmp_path / 'bad.txt'}” has errors, so it was not sent.\n"
    assert server.calls == []


def test_a_fetched_map_with_errors_is_kept_and_told(server: FakeXnat, tmp_path: Path) -> None:
    server.resources["projects/STUDY", "A"] = {NAME: b"Liver=ten\n"}

    ended = quizloader(
        "xnat", "get-map", "--server", server.url, "--project", "STUDY", "--out", tmp_path / "got.txt"
    )

    assert ended.code == 1
    assert ended.lines[0].startswith(f"{tmp_path / 'got.txt'}:1: error")


def test_credentials_come_from_netrc(
    server: FakeXnat, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("XNAT_USER")
    monkeypatch.delenv("XNAT_PASS")
    (tmp_path / "netrc").write_text(
        f'machine 127.0.0.1 login {USER} password "{PASSWORD}"\n', encoding="utf-8"
    )
    (tmp_path / "netrc").chmod(0o600)

    assert quizloader("xnat", "list", "--server", server.url, "--project", "STUDY").code == 0


def test_no_or_wrong_credentials_are_told(server: FakeXnat, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = ("xnat", "list", "--server", server.url, "--project", "STUDY")
    monkeypatch.setenv("XNAT_PASS", "wrong")
    wrong = quizloader(*listing)
    monkeypatch.delenv("XNAT_USER")
    none = quizloader(*listing)

    for ended in (wrong, none):
        assert ended.code == 1
        assert ended.err == (
            f"quizloader: “{server.url}” does not accept the user and password, or there are none. "
            "(set XNAT_USER and XNAT_PASS, or add the server to netrc)\n"
        )


def test_credentials_in_the_address_are_refused(server: FakeXnat) -> None:
    url = server.url.replace("http://", "http://me:secret@")

    ended = quizloader("xnat", "list", "--server", url, "--project", "STUDY")

    assert ended.code == 1
    assert "must not hold a user or password" in ended.err
    assert "secret" not in ended.err
    assert server.calls == []


def test_what_the_server_refuses_is_one_sentence(server: FakeXnat, names: Path) -> None:
    put = ("xnat", "put-map", names, "--server", server.url, "--project")
    unknown = quizloader(*put, "OTHER")
    server.read_only = True
    forbidden = quizloader(*put, "STUDY")
    server.sends_on_to = "https://xnat.example.org/"
    sent_on = quizloader(*put, "STUDY")
    server.sends_on_to, server.answers_with_a_page = "", True
    page = quizloader(*put, "STUDY")

    assert [ended.code for ended in (unknown, forbidden, sent_on, page)] == [1, 1, 1, 1]
    assert "has no projects/OTHER, or this user may not see it" in unknown.err
    assert "This user may not do that with the resource “region2MaskValueMap”" in forbidden.err
    assert "sends on to “https://xnat.example.org/”. (give that server with --server)" in sent_on.err
    assert "does not accept the user and password" in page.err
    assert not server.resources


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://127.0.0.1:9", "There is no connection to “http://127.0.0.1:9”."),
        ("xnat.example.org", "“xnat.example.org” is not the address of a server."),
        ("file:///etc", "“file:///etc” is not the address of a server."),
    ],
)
def test_no_server_is_told(monkeypatch: pytest.MonkeyPatch, url: str, sentence: str) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)

    ended = quizloader("xnat", "list", "--server", url, "--project", "P")

    assert ended.code == 1
    assert sentence in ended.err
    with pytest.raises(MaskError) as raised, connected(url) as xnat:
        xnat.files("projects/P")
    assert [problem.code for problem in raised.value.problems] == [SERVER_FAILED]


@pytest.mark.parametrize("options", [(), ("--path", "experiments"), ("--path", "../data/x")])
def test_a_location_that_is_none_is_told(server: FakeXnat, options: tuple[str, ...]) -> None:
    ended = quizloader("xnat", "list", "--server", server.url, *options)

    assert ended.code == 1
    assert "is not a location on an XNAT server" in ended.err
    assert server.calls == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"ResultSet": {"Result": {"label": "region2MaskValueMap"}}}',
        b'{"ResultSet": {"Result": "region2MaskValueMap"}}',
        b'{"ResultSet": {"Result": ["region2MaskValueMap"]}}',
        b'{"ResultSet": [{"Result": []}]}',
        b"[" * 200_000,
        b'{"ResultSet": {"Result": [' + b"{}, " * 10,
        b"",
    ],
    ids=["one row", "a name", "names", "a list", "endless", "cut", "nothing"],
)
def test_an_answer_of_another_kind_is_one_sentence(server: FakeXnat, body: bytes) -> None:
    server.answers_with = body
    listed = quizloader("xnat", "list", "--server", server.url, "--project", "STUDY")

    said = f"“{server.url}” does not answer as XNAT does. (is it the address of an XNAT server?)"
    assert (listed.code, listed.out, listed.err) == (1, "", f"quizloader: {said}\n")


@pytest.mark.parametrize("is_packed", [False, True])
def test_an_answer_is_not_taken_beyond_its_bound(server: FakeXnat, is_packed: bool) -> None:
    """Also where few bytes unpack to many."""
    rows = b" " * (40 << 20)
    server.answers_with = gzip.compress(rows, 9) if is_packed else rows
    server.encoding = "gzip" if is_packed else ""
    listed = quizloader("xnat", "list", "--server", server.url, "--project", "STUDY")

    assert (listed.code, listed.err) == (1, f"quizloader: “{server.url}” answers with more than 16 MB.\n")


def test_names_on_a_server_give_no_orders_to_the_terminal(server: FakeXnat) -> None:
    server.resources["projects/STUDY", "a\x1b[2J"] = {"b\u202e\nc": b"1"}
    listed = quizloader("xnat", "list", "--server", server.url, "--project", "STUDY")

    assert listed.out == "a\\x1b[2J\tb\\u202e\\nc\t1 bytes\n"


@pytest.mark.parametrize(
    ("url", "codes"),
    [
        ("http://xnat.example.org", [PASSWORD_READABLE]),
        ("https://xnat.example.org", []),
        ("http://127.0.0.1:8080/xnat", []),
    ],
)
def test_a_password_that_others_could_read_is_said(
    url: str, codes: list[str], monkeypatch: pytest.MonkeyPatch, server: FakeXnat
) -> None:
    with connected(url) as xnat:
        assert [problem.code for problem in xnat.problems] == codes
    monkeypatch.delenv("XNAT_USER")
    with connected(url) as xnat:
        assert xnat.problems == []
