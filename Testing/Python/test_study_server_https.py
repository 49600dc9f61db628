"""nginx gives a server HTTPS, and spreads readers over several: with the file that the docs recommend."""

import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from panel_stage import write_images
from session_by_hand import SAMPLES
from study_server_stage import ask, processes_of, study
from web_reader import WebReader, do, window_in_thread
from web_stage import Served, until

CONFIGURATION = Path(__file__).resolve().parents[2] / "Resources" / "Server" / "nginx.conf"
READERS = [f"Reader {number}" for number in range(1, 21)]
"""The links are made of chance: as many come as it takes until both servers have some."""


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def certificate(folder: Path) -> tuple[Path, Path]:
    """One that localhost signs itself, made now."""
    pem, key = folder / "localhost.pem", folder / "localhost.key"
    command: list[object] = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", pem]
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
    return pem, key


@contextmanager
def nginx(folder: Path, https: int, http: int, servers: list[int]) -> Iterator[Path]:
    """Debian's nginx with our file, its ports, paths and machines put in; gives its log."""
    program = shutil.which("nginx", path=os.environ["PATH"] + os.pathsep + "/usr/sbin")
    assert program, "The test needs nginx (Debian: apt-get install nginx-light)."
    pem, key = certificate(folder)
    text = CONFIGURATION.read_text(encoding="utf-8")
    changes = {
        "listen 443 ssl;": f"listen 127.0.0.1:{https} ssl;",
        "listen 80;": f"listen 127.0.0.1:{http};",
        "quiz.example.org;": "localhost;",
        "/etc/ssl/certs/quiz.example.org.pem": str(pem),
        "/etc/ssl/private/quiz.example.org.key": str(key),
        "/var/log/nginx/": f"{folder}/",
        "server 127.0.0.1:8080;": " ".join(f"server 127.0.0.1:{port};" for port in servers),
    }
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    main = folder / "nginx.conf"
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    main.write_text(f"{user}pid {folder}/pid;\nevents {{}}\nhttp {{\n{places}{text}\n}}\n", encoding="utf-8")
    process = subprocess.Popen([program, "-c", main, "-e", folder / "early.log", "-g", "daemon off;"])
    try:
        until(lambda: (folder / "pid").exists() and answers(https), "nginx")
        yield folder / "quizloader.log"
    finally:
        process.terminate()
        process.wait()


def answers(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def prepared(tmp_path):
    return study(tmp_path, [SAMPLES / "questions.xml"], write_images(tmp_path / "images"), READERS)


def test_readers_come_over_https_and_keep_to_one_of_two_servers(prepared, tmp_path):
    https, http, *ports = free_ports(4)
    address = f"https://localhost:{https}"
    with (
        prepared.served("--address", address, port=ports[0]) as first,
        prepared.served("--address", address, port=ports[1]) as second,
        nginx(tmp_path, https, http, ports) as log,
    ):
        trust = ssl.create_default_context(cafile=str(tmp_path / "localhost.pem"))
        link = prepared.paths["Reader 1"]
        # The links are those of the address that readers see.
        moved = ask(f"http://localhost:{http}", link)
        assert (moved.status, moved.headers["Location"]) == (301, f"https://localhost{link}")

        with ExitStack() as stack:
            windows: dict[str, WebReader] = {}
            homes: dict[str, Served] = {}
            for name in READERS:
                if len(windows) >= 4 and len({*homes.values()}) == 2:
                    break
                window = stack.enter_context(window_in_thread(address, prepared.paths[name], ssl=trust))
                assert do(window, window.scroll()) > 0
                do(window, window.answer(2, "N", "N", "Y"))
                windows[name] = window
                # Each is on one of them.
                (homes[name],) = (server for server in (first, second) if processes_of(server, name))
            (cookie,) = windows["Reader 1"].http.cookie_jar
            assert cookie.key == "__Host-quizloader-reader"
            assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax"

            assert {*homes.values()} == {first, second}, "spread over both"
            # Opened once more, by the link or by the address alone, it is the same process.
            for name, window in windows.items():
                pids = processes_of(homes[name], name)
                do(window, window.leave())
                do(window, window.open())
                assert processes_of(homes[name], name) == pids

            # A machine goes out of service: its readers are taken by the other one, where they were.
            gone = homes["Reader 1"]
            other = second if gone is first else first
            assert gone.end() == 0
            window = windows["Reader 1"]
            do(window, window.leave())
            do(window, window.open())
            assert processes_of(other, "Reader 1")
            assert window.state["given"]["0/2"] == ["N", "N", "Y"]
        written = log.read_text(encoding="utf-8")
    assert " GET /enter/ 303 " in written
    assert " GET /quiz/1/ws 101 " in written
    for path in [tmp_path / "early.log", *tmp_path.glob("quizloader*.log")]:
        assert not any(prepared.secret(name) in path.read_text(encoding="utf-8") for name in READERS)
