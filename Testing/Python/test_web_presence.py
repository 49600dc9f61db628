"""Whether a reader can see the quiz, from what their window says and when it was heard last."""

from QuizLoaderLib.apps.web.presence import SILENCE_S, WindowPresence
from trame_server.state import State


def test_a_window_that_falls_silent_was_there_until_it_was_heard_last() -> None:
    now = [100.0]
    told: list[tuple[bool, float | None]] = []
    presence = WindowPresence(State(), lambda *what: told.append(what), lambda: now[0])
    assert told.pop() == (False, None), "no window has come yet"
    presence.tell(True)
    assert told.pop() == (True, None)
    for _ in range(10):
        now[0] += SILENCE_S - 1
        presence.hear()
        presence.look()
    assert told == []
    heard_last = now[0]
    now[0] += SILENCE_S
    presence.look()
    assert told.pop() == (False, heard_last)
    now[0] += 60
    presence.hear()
    assert told.pop() == (True, None), "the connection is back"
    # A hidden tab lives, but nobody sees it.
    presence.tell(False)
    assert told.pop() == (False, None)
    now[0] += 60
    presence.hear()
    presence.look()
    assert told == []
