"""What could not be saved waits, whatever it is, is said, and is tried again until it is saved."""

from pathlib import Path

import pytest
from QuizLoaderLib.reader.save_queue import SaveQueue


class Drawing:
    """Saved once there is room on the disk."""

    retry_s = 10.0

    def __init__(self, name: str) -> None:
        self.name, self.there_is_room, self.tries = name, False, 0

    @property
    def unsaved(self) -> str:
        return f"{self.name} is not saved yet."

    def save(self) -> bool:
        self.tries += 1
        return self.there_is_room

    def save_copy(self, folder: Path) -> None:
        if not self.there_is_room:
            raise OSError(self.name)
        (folder / self.name).touch()


@pytest.fixture
def clock() -> list[float]:
    return [100.0]


def test_it_is_tried_again_when_its_time_has_come_and_whoever_waits_is_told(clock: list[float]) -> None:
    queue, drawing, told = SaveQueue(lambda: clock[0]), Drawing("liver"), []
    assert not queue.save(drawing)
    queue.when_saved(drawing, lambda: told.append("saved"))
    assert queue.sentences() == ["liver is not saved yet."]
    drawing.there_is_room = True
    clock[0] += 9
    queue.retry()
    assert (drawing.tries, told) == (1, [])
    clock[0] += 1
    queue.retry()
    assert (drawing.tries, told, queue.sentences()) == (2, ["saved"], [])
    queue.retry()
    assert drawing.tries == 2


def test_before_a_step_each_is_tried_once_but_what_was_tried_just_now(clock: list[float]) -> None:
    queue, before, now = SaveQueue(lambda: clock[0]), Drawing("before"), Drawing("now")
    queue.save(before)
    clock[0] += 1
    queue.save(now)
    queue.retry(not_since=clock[0])
    assert (before.tries, now.tries) == (2, 1)


def test_what_was_deleted_is_not_saved_after_all(clock: list[float]) -> None:
    queue, line = SaveQueue(lambda: clock[0]), Drawing("line")
    queue.save(line)
    queue.drop(line)
    clock[0] += 60
    queue.retry()
    assert (line.tries, queue.sentences()) == (1, [])


def test_a_copy_that_fails_keeps_no_other_from_being_made(clock: list[float], tmp_path: Path) -> None:
    queue, first, second = SaveQueue(lambda: clock[0]), Drawing("first"), Drawing("second")
    for each in (first, second):
        queue.save(each)
    second.there_is_room = True
    with pytest.raises(OSError, match="first"):
        queue.save_copies(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["second"]
    assert queue.sentences() == ["first is not saved yet."]
