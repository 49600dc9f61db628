"""Pictures on their way to the browser where something fails, and what the pointer is told to do."""

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from QuizLoaderLib.apps.shared.opengl import offscreen_window_class
from QuizLoaderLib.apps.web.streaming import Pictures, StreamedView, ViewWindow
from vtkmodules.vtkCommonCore import vtkCommand
from vtkmodules.vtkRenderingUI import vtkGenericRenderWindowInteractor
from web_stage import PATIENCE_S

GREY = np.full((4, 6, 3), 128, np.uint8)


class Window:
    """What is rendered of a view, which a defect may prevent."""

    def __init__(self) -> None:
        self.pixels: Any = GREY

    @property
    def img_cols_rows(self) -> Any:
        rows, columns, _ = self.pixels.shape
        return self.pixels, columns, rows


def fails_to_be_rendered(windows, _sent):
    windows["Red"].pixels = None


def fails_to_be_packed(windows, _sent):
    windows["Red"].pixels = GREY.astype(float)


def fails_to_be_sent(_windows, sent):
    sent.refused = "Red"


class Sent(list):
    """What the browser got, and acknowledges."""

    refused = ""
    acknowledge: Callable[[int, int], None]

    def __call__(self, _topic, message, client_id):
        if message["view"] == self.refused:
            raise ConnectionError
        self.append(message["view"])
        asyncio.get_running_loop().call_soon(self.acknowledge, message["number"], 1)


async def until(is_so):
    async def wait():
        while not is_so():
            await asyncio.sleep(0.005)

    await asyncio.wait_for(wait(), PATIENCE_S)


@pytest.mark.parametrize("fail", [fails_to_be_rendered, fails_to_be_packed, fails_to_be_sent])
def test_a_view_that_fails_is_a_defect_in_the_log_and_the_others_go_on(fail, caplog):
    async def story():
        sent = Sent()
        windows: dict[str, Any] = {"Red": Window(), "Green": Window()}
        pictures = Pictures(lambda _is_slow: None)
        pictures.init(sent, None, None)
        sent.acknowledge = pictures.acknowledge
        for name, window in windows.items():
            pictures.add(name, StreamedView(window, lambda: None, lambda _steps: nullcontext(False)))
        pictures.show([*windows])
        fail(windows, sent)
        pictures.begin()
        pictures.send_to("a window")
        await until(lambda: sent == ["Green"])
        pictures.want("Green")
        await until(lambda: sent == ["Green", "Green"])
        await until(lambda: "A defect: " in caplog.text)

        windows["Red"].pixels, sent.refused = GREY, ""
        pictures.want("Red")
        await until(lambda: sent[2:] == ["Red"])
        pictures.end()

    asyncio.run(story())


@pytest.mark.parametrize(("kind", "times"), [("MouseWheel", 3), ("MouseMove", 1), ("LeftButtonPress", 1)])
def test_only_the_wheel_is_turned_several_times_at_once(kind, times):
    window, interactor = offscreen_window_class()(), vtkGenericRenderWindowInteractor()
    interactor.SetRenderWindow(window)
    interactor.Initialize()
    heard = []
    for event in (
        vtkCommand.MouseWheelBackwardEvent,
        vtkCommand.MouseWheelForwardEvent,
        vtkCommand.MouseMoveEvent,
        vtkCommand.LeftButtonPressEvent,
    ):
        interactor.AddObserver(event, lambda _caller, name: heard.append(name))
    view = ViewWindow(window, lambda: None, lambda: None)
    told = {"type": kind, "x": 5, "y": 5, "w": 300, "h": 300, "spinY": 1, "steps": 3}
    keys = dict.fromkeys(("ctrlKey", "altKey", "shiftKey"), 0)
    view.process_interaction_event({**told, **keys})
    assert len(heard) == times, heard
