"""Images load in threads: the window lives, loading can be cancelled, threads get their time in Slicer."""

import gc
import sys
import threading
import time
import tracemalloc
import types
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import lxml
import numpy as np
import pytest
import slicer
from panel_stage import QUESTIONS, VOLUME, image_element, stage, write_image, write_images, write_quiz
from PySide6.QtCore import QTimer

LARGE_BYTES = 100 * 300 * 300 * 2
"""One of three large images."""


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = write_images(tmp_path_factory.mktemp("images"))
    rng = np.random.default_rng(1)
    for number in range(3):
        write_image(folder / f"large{number}.nrrd", rng.integers(0, 4000, (100, 300, 300), np.int16))
    return folder


@pytest.fixture
def small_then_large(tmp_path):
    large = "".join(
        image_element("Volume", f"large{number}.nrrd", view)
        for number, view in enumerate(("Red", "Green", "Yellow"))
    )
    return write_quiz(
        tmp_path / "quiz.xml", [f"|{image_element('Volume', VOLUME)}{QUESTIONS}", f"|{large}{QUESTIONS}"]
    )


@contextmanager
def slow_reading() -> Iterator[threading.Event]:
    """No large image is read before the event is set, which it is at the end."""
    from QuizLoaderLib.images.loading.file_loader import FileLoader

    go, read = threading.Event(), FileLoader._read

    def read_slowly(loader, module, key, *others):
        assert "large" not in key or go.wait(300)
        return read(loader, module, key, *others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FileLoader, "_read", read_slowly)
        try:
            yield go
        finally:
            go.set()


def test_the_window_is_alive_while_images_load(tmp_path, small_then_large, images):
    with stage(tmp_path) as on_stage, slow_reading() as go:
        on_stage.open(small_then_large, images)
        on_stage.click("nextButton")

        seen = []
        looks = QTimer()
        looks.timeout.connect(lambda: seen.append(on_stage.sees("loadingRow")))
        looks.start(1)
        on_stage.slicer.wait_until(lambda: len(seen) > 3)
        looks.stop()
        assert all(seen)

        go.set()
        on_stage.wait_for_page(1)
        assert not on_stage.sees("loadingRow")


def test_the_next_page_is_read_while_this_one_is_looked_at(tmp_path, small_then_large, images):
    with stage(tmp_path) as on_stage:
        on_stage.open(small_then_large, images)
        opened = on_stage.slicer.logic.console.opened

        on_stage.slicer.wait_until(lambda: opened.library.byte_size >= 3 * LARGE_BYTES)

        assert not on_stage.sees("loadingRow")
        assert on_stage.text("positionLabel") == "Page 1 of 2"
        on_stage.turn_to("nextButton", 1)
        assert None not in opened.nodes(1)


def test_loading_is_cancelled_and_the_page_stays(tmp_path, small_then_large, images):
    with stage(tmp_path) as on_stage, slow_reading() as go:
        on_stage.open(small_then_large, images)
        on_stage.click("nextButton")
        on_stage.click("cancelButton")

        assert not on_stage.sees("loadingRow")
        assert on_stage.text("positionLabel") == "Page 1 of 2"
        go.set()
        on_stage.turn_to("nextButton", 1)
        assert on_stage.text("positionLabel") == "Page 2 of 2"


def test_next_is_clicked_faster_than_pages_load(tmp_path, small_then_large, images):
    with stage(tmp_path) as on_stage:
        on_stage.open(small_then_large, images)
        # What cannot be clicked at the moment takes no click, as under a reader's hand.
        for _ in range(20):
            on_stage.widget("nextButton").click()
            on_stage.widget("previousButton").click()
        on_stage.widget("nextButton").click()
        on_stage.wait_for_page(1)
        assert on_stage.text("positionLabel") == "Page 2 of 2"


def test_a_thread_advances_where_only_the_timer_lets_go_of_the_interpreter(tmp_path):
    """As in Slicer: here no thread gets the interpreter unless the main thread gives it away."""
    with stage(tmp_path):
        from QuizLoaderLib.apps.panel.loading import Loading

        done = threading.Event()

        def work():
            for _ in range(20):
                sum(range(20000))
                time.sleep(0.001)
            done.set()

        request: Any = types.SimpleNamespace(done=0, total=1, is_ready=False, cancel=lambda: None)
        ready = threading.Event()
        loading = Loading(lambda done, total: None, ready.set)
        interval = sys.getswitchinterval()
        sys.setswitchinterval(60)
        try:
            thread = threading.Thread(target=work)
            loading.start(request)
            thread.start()
            patience = time.monotonic() + 60
            while not ready.is_set() and time.monotonic() < patience:
                loading.tick()
                request.is_ready = done.is_set()
        finally:
            sys.setswitchinterval(interval)
        thread.join()

        assert ready.is_set()
        assert loading.request is None


def without(monkeypatch, name):
    monkeypatch.setitem(sys.modules, name, None)


def test_a_missing_package_is_installed_with_consent_in_slicer_5_12(
    tmp_path, small_then_large, images, monkeypatch
):
    asked = []

    def pip_ensure(requirements, requester=None):
        asked.append((requirements, requester))
        sys.modules["lxml"] = lxml

    packaging = types.ModuleType("slicer.packaging")
    vars(packaging)["pip_ensure"] = pip_ensure
    with stage(tmp_path, testing=False) as on_stage:
        monkeypatch.setitem(sys.modules, "slicer.packaging", packaging)
        without(monkeypatch, "lxml")
        on_stage.open(small_then_large, images)
        assert [requester for _, requester in asked] == ["Quiz Loader"]
        assert any(requirement.startswith("lxml") for requirement in asked[0][0])


@pytest.mark.parametrize("consent", [True, False])
def test_slicer_5_10_asks_and_a_refusal_or_no_network_is_said_in_the_panel(
    tmp_path, small_then_large, images, monkeypatch, consent
):
    questions, installs = [], []

    def answer(question):
        questions.append(question)
        return consent

    def offline(requirements):
        installs.append(requirements)
        raise OSError("no network")

    with stage(tmp_path, testing=False) as on_stage:
        monkeypatch.setattr(slicer.util, "confirmOkCancelDisplay", answer)
        monkeypatch.setattr(slicer.util, "pip_install", offline)
        without(monkeypatch, "slicer.packaging")
        without(monkeypatch, "lxml")
        on_stage.choose(small_then_large, images)
        on_stage.click("openButton")

        assert "lxml" in questions[0]
        assert bool(installs) is consent
        said = on_stage.text("messageLabel")
        assert "needs the Python package lxml" in said
        assert "run slicer.util.pip_install('lxml')" in said
        # Who declined is not told to connect, and who is offline not that they declined.
        assert ("connect to the internet" in said) is consent
        assert ("to be asked once more" in said) is not consent
        assert not on_stage.sees("pageSection")


def test_a_closed_quiz_keeps_no_image_in_memory(tmp_path, small_then_large, images, monkeypatch):
    """Also where Python does not look for circles, as in Slicer it hardly does."""
    with stage(tmp_path) as on_stage:
        gc.collect()
        monkeypatch.setattr(gc, "collect", lambda *_: 0)
        tracemalloc.start()
        try:
            taken = []
            for _ in range(3):
                on_stage.open(small_then_large, images)
                console = on_stage.slicer.logic.console
                on_stage.slicer.wait_until(partial(_holds, console, 3 * LARGE_BYTES))
                on_stage.click("closeButton")
                taken.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()
            monkeypatch.undo()
    # The first time takes what stays: modules, tables.
    assert taken[-1] - taken[1] < 0.05 * LARGE_BYTES


def _holds(console, size):
    return console.opened.library.byte_size >= size


def test_several_missing_packages_are_said_in_the_plural(tmp_path, small_then_large, images, monkeypatch):
    with stage(tmp_path, testing=True) as on_stage:
        for name in ("lxml", "filelock"):
            without(monkeypatch, name)
        on_stage.choose(small_then_large, images)
        on_stage.click("openButton")
        said = on_stage.text("messageLabel")
        assert "needs the Python packages lxml and filelock. Run slicer.util.pip_install(" in said
