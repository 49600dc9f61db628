"""Who has no business on a server of many readers gets in nowhere, and disturbs nobody."""

import asyncio
import os
import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import msgpack
import pytest
from panel_stage import write_images
from QuizLoaderLib.apps.study_server.proxy import MOST_BYTES
from QuizLoaderLib.apps.study_server.readers import Person, add_readers, digest, session_secret
from session_by_hand import SAMPLES
from study_server_stage import CHIEF, NAMES, ask, ask_often, processes_of, study
from web_reader import WebReader, do, framed, window_in_thread
from web_stage import PATIENCE_S, served, until

ANN, BEN = NAMES
SECRET_ANSWER = "Seldom words of a reader"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    images = write_images(folder / "images")
    return study(folder, [SAMPLES / "questions.xml", SAMPLES / "looping.xml"], images, [ANN, BEN, "Leaver"])


@pytest.fixture(scope="module")
def server(prepared):
    with prepared.served() as command:
        yield command


@pytest.fixture(scope="module")
def ann(prepared, server):
    """A reader who is in the middle of a page all the time."""
    with window_in_thread(server.address, prepared.paths[ANN]) as reader:
        do(reader, reader.answer(2, "N", "N", "Y"))
        (pid,) = processes_of(server, ANN)
        yield reader
        # Whatever the others did, hers is the same process, and it answers.
        assert pid in processes_of(server, ANN)
        assert do(reader, reader.trigger("answer", reader.state["asked"]["place"], 0, 3, ["Y", "N"])) == ""


PAGES = (
    "/",
    "/quiz/1/",
    "/quiz/1/index.html",
    "/quiz/1/vue.global.js",
    "/quiz/1/client/quizloader.js",
    "/quiz/1/ws",
    "/quiz/2/",
    "/coordinator",
    "/coordinator/answers.csv",
    "/coordinator/results.zip",
)


def strangers(prepared):
    """Cookies of those who are nobody."""
    secret = prepared.secret(ANN)
    other_case = secret.swapcase()
    hashed = digest(session_secret(secret))
    for value in ("", "x", secret, secret[:-1], secret + "x", other_case, hashed, "../" + secret, "\xff"):
        yield {"Cookie": f"quizloader-reader={value}; quizloader-coordinator={value}"}
    yield {}
    yield {"Cookie": f"quizloader={secret}; token={secret}; quizloader-Reader={secret}"}
    yield {"Authorization": f"Bearer {secret}"}


def test_without_a_secret_nobody_gets_anything(prepared, server, ann):
    for headers in strangers(prepared):
        for path in PAGES:
            reply = ask(server.address, path, headers)
            assert reply.status == 403, (path, headers)
            assert b"Case 1" not in reply.body and b"vue" not in reply.body and b"Dr." not in reply.body
    for path in PAGES:
        assert ask(server.address, f"{path}?token={prepared.secret(ANN)}").status == 403


def test_a_reader_is_no_coordinator_and_the_other_way_round(prepared, server, ann):
    for path in PAGES:
        allowed = not path.startswith("/coordinator")
        is_refused = ask(server.address, path, prepared.cookie(ANN)).status == 403
        assert is_refused != allowed or path.endswith("ws")
        chief = ask(server.address, path, prepared.cookie(CHIEF)).status
        assert chief == (403 if allowed else 200), path
        # The chief's secret in a reader's cookie, and a reader's in the chief's.
        chiefs = {"Cookie": f"quizloader-reader={session_secret(prepared.secret(CHIEF))}"}
        assert ask(server.address, path, chiefs).status == 403
        anns = {"Cookie": f"quizloader-coordinator={session_secret(prepared.secret(ANN))}"}
        assert ask(server.address, path, anns).status == 403


@pytest.mark.parametrize(
    "path",
    [
        "../../../../etc/passwd",
        "..%2f..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "%2e%2e%2findex.html",
        "client/../../../../../../etc/passwd",
        "client/%2e%2e/%2e%2e/server.py",
        "client/..%5c..%5cserver.py",
        "client/..\\..\\server.py",
        "client//etc/passwd",
        "//etc/passwd",
        "/etc/passwd",
        "assets/%00",
        "assets/.hidden",
        "pictures/..%2f..%2fquestions.xml",
        "pictures/questions.xml",
        "%252e%252e/%252e%252e/etc/passwd",
        "..;/..;/coordinator",
        "%c0%ae%c0%ae/etc/passwd",
        "client/quizloader.js%20",
        "http:%2f%2f127.0.0.1:1/",
        "@127.0.0.1:1/",
        "a" * 5000,
    ],
)
def test_a_reader_reaches_no_file_of_the_server(prepared, server, ann, path):
    reply = ask(server.address, f"/quiz/1/{path}", prepared.cookie(ANN))
    assert reply.status in (400, 403, 404)
    for words in (b"root:", b"<Session", b"import ", b"Case 1", b"Traceback"):
        assert words not in reply.body


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/quiz/0/",
            "/quiz/3/",
            "/quiz/-1/",
            "/quiz/1.0/",
            "/quiz/99999/",
            "/quiz/%D9%A1/",
            "/quiz/",
            "/quiz/1",
        ),
        *("/static/", "/ws", "/paraview/", "/enter/", "/enter", "/.git/config", "/coordinator/", "*", "//"),
        "/coordinator/../quiz/1/",
    ],
)
def test_there_is_nothing_else(prepared, server, ann, path):
    reply = ask(
        server.address, path.encode().decode("latin-1"), prepared.cookie(ANN) | prepared.cookie(CHIEF)
    )
    assert reply.status in (400, 403, 404), path


def test_only_looking_is_allowed(prepared, server, ann):
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"):
        for path in ("/", "/quiz/1/", "/quiz/1/ws", "/coordinator/results.zip"):
            status = ask(server.address, path, prepared.cookie(ANN), method).status
            assert status in (400, 404, 405, 421), (method, path)


def handshake(address, path, headers):
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE_S) as connection:
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in (upgrade | headers).items())]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        return int(connection.recv(100).split()[1])


def test_a_web_socket_is_opened_only_by_our_own_client(prepared, server, ann):
    own = {"Host": urlsplit(server.address).netloc, "Origin": server.address}
    assert handshake(server.address, "/quiz/1/ws", own | prepared.cookie(ANN)) == 101
    assert handshake(server.address, "/quiz/1/ws", own) == 403
    assert handshake(server.address, "/quiz/1/ws", own | prepared.cookie(CHIEF)) == 403
    # Ben has no process yet, and Ann's is not his.
    assert handshake(server.address, "/quiz/1/ws", own | prepared.cookie(BEN)) == 409
    port = urlsplit(server.address).port
    for origin in (
        "http://evil.example",
        "null",
        "",
        f"http://127.0.0.1:{port}.evil.example",
        f"http://evil.example/?http://127.0.0.1:{port}",
        f"http://127.0.0.1:{port}@evil.example",
        "http://127.0.0.1:1",
        f"file://127.0.0.1:{port}",
        f"http://localhost:{port}",
    ):
        assert handshake(server.address, "/quiz/1/ws", own | {"Origin": origin} | prepared.cookie(ANN)) == 403
    without = {"Host": own["Host"]} | prepared.cookie(ANN)
    assert handshake(server.address, "/quiz/1/ws", without) == 403
    for host in ("evil.example", f"evil.example:{port}", "", f"127.0.0.1:{port}.evil.example"):
        rebound = {"Host": host, "Origin": f"http://{host}"} | prepared.cookie(ANN)
        assert handshake(server.address, "/quiz/1/ws", rebound) in (400, 421)
        assert ask(server.address, "/", {"Host": host} | prepared.cookie(ANN)).status in (400, 421)


def test_a_client_cannot_be_made_to_talk_to_another_server(prepared, server, ann):
    reply = ask(server.address, "/quiz/1/?sessionURL=ws://evil.example/ws", prepared.cookie(ANN))
    assert (reply.status, reply.headers["Location"]) == (303, "/quiz/1/")
    reply = ask(server.address, "/quiz/1/", prepared.cookie(ANN))
    policy = reply.headers["Content-Security-Policy"]
    host = urlsplit(server.address).netloc
    assert re.findall(r"connect-src ([^;]*)", policy) == [f"'self' ws://{host} wss://{host}"]
    assert reply.headers["X-Frame-Options"] == "DENY"


def test_the_cookie_is_for_this_server_alone(prepared, server, ann):
    reply = ask(server.address, prepared.paths[BEN])
    assert (reply.status, reply.headers["Location"]) == (303, "/")
    parts = {part.strip().lower() for part in reply.headers["Set-Cookie"].split(";")[1:]}
    assert parts == {"httponly", "path=/", "samesite=lax"}
    assert reply.headers["Referrer-Policy"] == "same-origin" and reply.headers["Cache-Control"] == "no-store"


async def closed_with(reader, *frames, kind="binary"):
    """The code with which the server ends a second window of Ann's that says this; None where it does not."""
    async with reader.http.ws_connect(
        f"{reader.address}/quiz/1/ws", headers={"Origin": reader.address}, max_msg_size=0
    ) as window:
        for frame in frames:
            await (window.send_bytes(frame) if kind == "binary" else window.send_str(frame))
        while True:
            answer = await window.receive(timeout=PATIENCE_S)
            if answer.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR):
                return window.close_code


def call(method, *arguments, name="rpc:c0:1"):
    return framed(msgpack.packb({"wslink": "1.0", "id": name, "method": method, "args": arguments}))


def test_messages_that_no_client_would_send_end_the_connection(server, ann):
    async def attack():
        too_long = await closed_with(ann, framed(b"x" * (MOST_BYTES + 100)))
        assert too_long == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
        for frame in (
            b"",
            b"\x00",
            framed(b"\xc0", length=4_000_000_000),
            framed(b"\xc0", offset=1_000_000),
            framed(b"\x91" * 100_000 + b"\xc0"),
            framed(os.urandom(1000)),
            framed(msgpack.packb([1, 2, 3])),
        ):
            assert await closed_with(ann, frame) == aiohttp.WSCloseCode.POLICY_VIOLATION
        assert await closed_with(ann, "{}", kind="text") == aiohttp.WSCloseCode.UNSUPPORTED_DATA

    do(ann, attack())
    assert "Traceback" not in server.errors


def test_who_is_not_greeted_gets_no_answer_and_ends_nothing(prepared, server, ann):
    """Inside the page's own protocol: no call before the greeting, no end of the process by a message."""

    async def attack():
        async with ann.http.ws_connect(f"{ann.address}/quiz/1/ws", headers={"Origin": ann.address}) as window:
            await window.send_bytes(call("trame.state.get"))
            answer = msgpack.unpackb((await window.receive(timeout=PATIENCE_S)).data[12:])
            assert "result" not in answer and answer["error"]["message"].startswith("Unauthorized")
            # What Ann's own window may not do either.
            for method in ("application.exit", "application.exit.later", "no.such.method"):
                await ann.say(call(method, 0, name=f"rpc:{ann._client}:999"))
        # A replayed number of another connection is just a name: this window is not greeted by it.
        async with ann.http.ws_connect(f"{ann.address}/quiz/1/ws", headers={"Origin": ann.address}) as window:
            await window.send_bytes(call("trame.state.get", name=f"rpc:{ann._client}:1"))
            assert "error" in msgpack.unpackb((await window.receive(timeout=PATIENCE_S)).data[12:])

    do(ann, attack())


def test_many_messages_wait_and_are_not_lost(server, ann):
    async def attack():
        calls = [asyncio.create_task(ann.trigger("alive")) for _ in range(1000)]
        assert await asyncio.gather(*calls) == [None] * 1000

    do(ann, attack())


def test_a_reader_who_asks_too_often_is_refused_and_others_are_not(prepared, server, ann):
    statuses, seconds = ask_often(1000, server.address, "/quiz/1/client/none", prepared.cookie(BEN))
    assert set(statuses) <= {409, 429} and statuses[:300] == [409] * 300
    # However fast the machine is: 300 at once, and 20 more each second.
    assert statuses.count(409) <= 300 + 20 * seconds
    assert ask(server.address, "/quiz/1/index.html", prepared.cookie(ANN)).status == 200


def test_only_so_many_windows_of_one_reader(prepared, server, ann):
    async def attack():
        windows, codes = [], []
        try:
            for _ in range(12):
                try:
                    windows.append(
                        await ann.http.ws_connect(f"{ann.address}/quiz/1/ws", headers={"Origin": ann.address})
                    )
                except aiohttp.WSServerHandshakeError as refusal:
                    codes.append(refusal.status)
        finally:
            for window in windows:
                await window.close()
        # Ann's own is the first of eight.
        assert (len(windows), set(codes)) == (7, {429})

    do(ann, attack())


def test_a_link_that_was_replaced_lets_nobody_in_and_ends_who_is_in(prepared, server):
    async def leaver():
        async with WebReader(server.address, prepared.paths["Leaver"]) as reader:
            add_readers(prepared.table, [Person("Leaver")], "http://server", renew=True)
            await asyncio.wait_for(reader._listening, PATIENCE_S)

    asyncio.run(leaver())
    old = prepared.cookie("Leaver")
    assert ask(server.address, "/quiz/1/", old).status == 403
    assert ask(server.address, prepared.paths["Leaver"]).status == 403


@pytest.mark.skipif(not os.path.exists("/proc/net/tcp"), reason="finds the port as Linux tells it")
def test_a_readers_process_talks_to_the_server_alone(prepared, server, ann):
    """Another user of the machine who finds its port has no secret for it."""
    inodes = {
        os.readlink(link).removeprefix("socket:[").rstrip("]")
        for link in Path(f"/proc/{processes_of(server, ANN)[0]}/fd").iterdir()
        if os.readlink(link).startswith("socket:[")
    }
    lines = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="utf-8").splitlines()[1:]]
    ports = [
        int(fields[1].split(":")[1], 16) for fields in lines if fields[9] in inodes and fields[3] == "0A"
    ]
    assert len(ports) == 1
    for path in ("/", "/index.html", "/ws", f"/{prepared.secret(ANN)}/", "/" + "0" * 32 + "/ws"):
        reply = ask(f"http://127.0.0.1:{ports[0]}", path, prepared.cookie(ANN))
        assert (reply.status, reply.body) == (404, b"")


def test_guessing_links_is_slowed_down(prepared, server, ann):
    statuses, seconds = ask_often(300, server.address, f"/enter/{0:032d}", {})
    assert set(statuses) == {403, 429} and statuses[0] == 403
    # 30 at once, and one more each second.
    assert statuses.count(403) <= 30 + seconds
    # Who has a link comes in all the same.
    assert ask(server.address, prepared.paths[BEN]).status == 303


def test_what_is_no_http_ends_the_connection(server, ann):
    parts = urlsplit(server.address)
    for text in (
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000,
        b"GET / HTTP/1.1\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 100_000,
        b"GET /\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ):
        with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE_S) as connection:
            try:
                connection.sendall(text)
                connection.shutdown(socket.SHUT_WR)
                answer = connection.recv(100)
            except OSError:
                continue
        assert answer == b"" or answer.split()[1] in (b"400", b"404", b"405", b"421"), text[:40]


def test_neither_secret_nor_answer_is_in_the_log(prepared, server, ann):
    async def write():
        await ann.trigger("answer", ann.state["asked"]["place"], 0, 2, [SECRET_ANSWER, "", ""])
        # What the page would not say is not answered.
        await ann.send("trame.error.client", SECRET_ANSWER)
        await ann.send("trame.trigger", SECRET_ANSWER, [ann.tab], {})
        await ann.send("trame.rca.event", SECRET_ANSWER, "anonymous", {"type": "MouseMove"})
        with pytest.raises(RuntimeError):
            await ann.trigger("answer", SECRET_ANSWER)

    do(ann, write())
    assert ask(server.address, f"/enter/{SECRET_ANSWER.replace(' ', '-')}").status in (403, 429)
    log = until(lambda: server.errors, "the log")
    assert f"{ANN} has come" in log
    for secret in (SECRET_ANSWER, SECRET_ANSWER.replace(" ", "-"), *map(prepared.secret, prepared.paths)):
        assert secret not in log


def test_another_address_than_this_machine_needs_readers(prepared, tmp_path):
    quiz, images = prepared.quizzes[0], prepared.images
    with served(tmp_path / "open", quiz, "--images", images, "--host", "0.0.0.0") as command:
        assert command.address == "" and command.process.returncode == 2
        assert command.errors.startswith("quizloader: Other machines are let in only by personal links")
