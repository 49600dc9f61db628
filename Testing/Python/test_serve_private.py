"""What `serve` keeps for its owner alone, on a machine with other users."""

import os
import stat
import subprocess
import sys
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from panel_stage import write_images
from session_by_hand import SAMPLES
from study_server_stage import ask
from web_stage import COMMAND, until

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="rights of files are those of Linux and macOS"
)
QUIZ = SAMPLES / "questions.xml"


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """The address that is printed and the one that the browser was started with."""
    folder = tmp_path_factory.mktemp("private")
    images, results = write_images(folder / "images"), folder / "results"
    browser, told = folder / "browser", folder / "told"
    browser.write_text(
        f'#!/bin/sh\necho "$1" > "{told}.part" && mv "{told}.part" "{told}"\n', encoding="utf-8"
    )
    browser.chmod(0o700)
    command = [sys.executable, "-c", COMMAND, "serve", QUIZ, "--images", images]
    command += ["--results", results, "--reader", "Ann"]
    environment = {**os.environ, "BROWSER": str(browser), "DISPLAY": ":0", "HOME": str(folder)}
    # Whoever starts it may let others read what they make.
    with subprocess.Popen(
        [*map(str, command)], env=environment, umask=0o022, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            until(told.exists, "the browser to be started")
            yield address, told.read_text(encoding="utf-8").strip(), results
        finally:
            process.terminate()


def test_the_arguments_of_the_browser_open_the_quiz_once(opened):
    address, given, _results = opened
    secret = urlsplit(address).path.strip("/")
    assert secret not in given
    first = ask(address, urlsplit(given).path)
    assert (first.status, first.headers["Location"]) == (303, f"/{secret}/")
    with pytest.raises(HTTPError) as fault:
        urlopen(given, timeout=60)
    assert fault.value.code == 404
    assert ask(address, f"/{secret}/").status == 200


def test_nobody_else_can_read_the_results(opened):
    *_, results = opened
    made = [results, *results.rglob("*")]
    assert {path.name for path in made if path.is_file()}, "a session has begun"
    for path in made:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), (path, oct(mode))
