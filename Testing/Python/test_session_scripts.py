"""Scripts of Buttons: never by default, never from elsewhere, in a process of their own."""

import ast
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from QuizLoaderLib.session.scripts import RunningScript, ScriptOutcome
from QuizLoaderLib.session.session import ScriptRules, Session, SessionError
from session_by_hand import page_of, responses, saved, write_quiz

TELL = (
    "import json, sys; told = json.load(sys.stdin); "
    "print(*sorted(told), told['quiz'], told['page']['id'], told['images'])"
)


@pytest.fixture
def allowed(tmp_path: Path) -> ScriptRules:
    folder = tmp_path / "allowed"
    folder.mkdir()
    (folder / "tell.py").write_text(TELL, encoding="utf-8")
    (folder / "fail.py").write_text("raise ValueError('no lesion was found')", encoding="utf-8")
    (folder / "hang.py").write_text(
        "import subprocess, sys, time\n"
        "from pathlib import Path\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\n"
        "Path('process').write_text(str(child.pid))\n"
        "time.sleep(600)\n",
        encoding="utf-8",
    )
    (folder / "loud.py").write_text("print('x' * 1_000_000)", encoding="utf-8")
    (folder / "notes.txt").write_text("print('no')", encoding="utf-8")
    (tmp_path / "outside.py").write_text("raise SystemExit('must not run')", encoding="utf-8")
    return ScriptRules(folder, time_limit_s=300)


def run_script(rules: ScriptRules, name: str) -> ScriptOutcome:
    return RunningScript(rules, name, {}).wait()


def quiz_with(folder: Path, *scripts: str, attributes: str = "", more: str = "") -> Path:
    options = "".join(f"<Option>{script}</Option>" for script in scripts)
    button = f'<Question Type="Button" Descriptor="Tool" {more}>{options}</Question>'
    page = f'<Page ID="Case" {attributes}><QuestionSet>{button}</QuestionSet></Page>'
    return write_quiz(folder, page + '<Page ID="After"/>')


def test_a_button_runs_its_script_with_the_page_on_standard_input(
    tmp_path: Path, allowed: ScriptRules
) -> None:
    quiz = quiz_with(tmp_path, "tell.py")
    session = Session.open(quiz, tmp_path / "results", "Ann", scripts=allowed)

    outcome = session.buttons.press(0, 0)

    assert outcome.succeeded
    assert outcome.result == f"folder image_folder images page quiz script {quiz} Case []"
    assert session.next() == []
    session.close()
    page = page_of(saved(tmp_path / "results" / "Ann" / "study" / "study.xml"), 1)
    assert responses(page) == [[[["tell-Done"]]]]
    assert page.find(".//Response").get("Result") == outcome.result  # type: ignore[union-attr]


def test_a_script_that_fails_leaves_the_question_open_and_says_why(
    tmp_path: Path, allowed: ScriptRules
) -> None:
    session = Session.open(quiz_with(tmp_path, "fail.py"), tmp_path / "results", "Ann", scripts=allowed)

    assert (
        session.buttons.press(0, 0).sentence
        == "The script “fail.py” failed: ValueError: no lesion was found."
    )
    assert session.next() == ["Please press every button of “Tool”."]
    session.close()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for the processes in /proc")
def test_a_script_that_takes_too_long_is_stopped_with_what_it_started(
    tmp_path: Path, allowed: ScriptRules
) -> None:
    limit_s, outcome = 0.75, ScriptOutcome()
    while not outcome.result:
        # A slow machine takes longer until the script has started anything.
        limit_s *= 2
        outcome = run_script(ScriptRules(allowed.folder, time_limit_s=limit_s), "hang.py")
        limit = f"{limit_s:g} seconds"
        assert outcome.sentence == f"The script “hang.py” took longer than {limit} and was stopped."
    wait_until(lambda: not is_running(int(outcome.result)))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for the processes in /proc")
def test_a_script_is_stopped_by_hand_with_what_it_started(allowed: ScriptRules) -> None:
    script = RunningScript(allowed, "hang.py", {})
    child = said_process(allowed.folder)
    assert not script.is_done

    script.stop()

    assert script.is_done
    assert script.wait().sentence == "The script “hang.py” was stopped."
    wait_until(lambda: not is_running(child))


def test_the_reader_does_other_things_while_a_script_runs(tmp_path: Path, allowed: ScriptRules) -> None:
    (allowed.folder / "wait.py").write_text(
        "import json, pathlib, sys, time\n"
        "sign = pathlib.Path(__file__).with_name('go')\n"
        "while not sign.exists(): time.sleep(0.01)\n"
        "print(json.load(sys.stdin)['page']['id'])\n",
        encoding="utf-8",
    )
    quiz = quiz_with(tmp_path, "wait.py", "tell.py", attributes='AllowMultipleResponse="Y"')
    session = Session.open(quiz, tmp_path / "results", "Ann", scripts=allowed)

    press = session.buttons.start(0, 0)

    assert not press.script.is_done
    assert session.buttons.press(0, 1).succeeded
    assert session.answers() == (("", "tell-Done"),)
    (allowed.folder / "go").touch()
    wait_until(lambda: press.script.is_done)
    assert session.buttons.end(press).result == "Case"
    assert session.answers() == (("wait-Done", "tell-Done"),)
    session.close()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def said_process(folder: Path) -> int:
    """What a script wrote into the file ``process`` beside it."""
    told = folder / "process"
    wait_until(lambda: told.exists() and told.read_text(encoding="utf-8") != "")
    return int(told.read_text(encoding="utf-8"))


def is_running(process: int) -> bool:
    """Whether it lives; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_a_script_prints_is_utf_8_whatever_the_code_page_of_the_system(allowed: ScriptRules) -> None:
    """Without the mode that it is run in, Windows would print in the console's code page."""
    (allowed.folder / "volume.py").write_text(
        "import sys; print(f'Läsion 肝 {sys.stdout.encoding} {sys.flags.utf8_mode}')", encoding="utf-8"
    )

    assert run_script(allowed, "volume.py").result == "Läsion 肝 utf-8 1"


def test_what_a_script_prints_is_cut(allowed: ScriptRules) -> None:
    assert len(run_script(allowed, "loud.py").result) == 16_000


@pytest.mark.parametrize("name", ["../outside.py", "..\\outside.py", "link.py", "/etc/passwd", "."])
def test_nothing_outside_the_folder_runs(allowed: ScriptRules, name: str) -> None:
    if sys.platform != "win32":
        (allowed.folder / "link.py").symlink_to(allowed.folder.parent / "outside.py")

    outcome = run_script(allowed, name)

    assert (
        "outside the folder of allowed scripts" in outcome.sentence or "no Python script" in outcome.sentence
    )
    assert "must not run" not in outcome.sentence


@pytest.mark.parametrize("name", ["notes.txt", "none.py", "print('hello')", "import os"])
def test_only_python_files_run_never_the_text_of_a_quiz(allowed: ScriptRules, name: str) -> None:
    assert run_script(allowed, name).sentence.startswith(f"There is no Python script “{name}” in ")


def test_a_folder_of_scripts_is_not_allowed_by_the_quiz(tmp_path: Path, allowed: ScriptRules) -> None:
    quiz = quiz_with(allowed.folder, "tell.py")
    session = Session.open(quiz, tmp_path / "results", "Ann")

    assert not session.buttons.press(0, 0).succeeded
    session.close()


def test_buttons_of_a_page_that_asks_for_it_are_pressed_at_each_visit(
    tmp_path: Path, allowed: ScriptRules
) -> None:
    attributes = 'AllowMultipleResponse="Y" ButtonScriptRerunRequired="Y"'
    quiz = quiz_with(tmp_path, "tell.py", attributes=attributes)
    session = Session.open(quiz, tmp_path / "results", "Ann", scripts=allowed)
    session.buttons.press(0, 0)
    session.next()

    session.previous()

    assert session.answers() == (("",),)
    assert session.where().pages_complete == 0
    assert session.next() == ["Please press every button of “Tool”."]
    session.buttons.press(0, 0)
    assert session.next() == []
    assert session.finish() == []
    session.previous()
    assert session.answers() == (("tell-Done",),), "looking at a finished quiz changes nothing"
    session.close()


def test_a_button_pressed_again_in_another_question_set_is_asked_for_too(
    tmp_path: Path, allowed: ScriptRules
) -> None:
    """Going back leads to the last question set; the button is on the first one."""
    button = '<Question Type="Button" Descriptor="Tool"><Option>tell.py</Option></Question>'
    attributes = 'AllowMultipleResponse="Y" ButtonScriptRerunRequired="Y"'
    sets = f"<QuestionSet>{button}</QuestionSet><QuestionSet/>"
    page = f'<Page ID="Case" {attributes}>{sets}</Page><Page ID="After"/>'
    session = Session.open(write_quiz(tmp_path, page), tmp_path / "results", "Ann", scripts=allowed)
    session.buttons.press(0, 0)
    session.next()
    session.next()

    session.previous()

    assert session.where().set_number == 2
    assert session.next() == ["Please press every button of “Tool”."]
    session.close()


def test_each_press_keeps_its_own_result(tmp_path: Path, allowed: ScriptRules) -> None:
    (allowed.folder / "count.py").write_text(
        "from pathlib import Path; count = Path('count'); count.write_text(count.read_text() + 'x' if "
        "count.exists() else 'x'); print(count.read_text())",
        encoding="utf-8",
    )
    quiz = quiz_with(tmp_path, "count.py", attributes='AllowMultipleResponse="Y"')
    session = Session.open(quiz, tmp_path / "results", "Ann", scripts=allowed)
    session.buttons.press(0, 0)
    session.next()
    session.previous()
    session.next()
    session.previous()
    session.buttons.press(0, 0)
    session.next()
    session.close()

    page = page_of(saved(tmp_path / "results" / "Ann" / "study" / "study.xml"), 1)
    assert [response.get("Result") for response in page.iter("Response")] == ["x", "xx"]


def test_a_toggle_is_switched_on_and_off_and_is_remembered(tmp_path: Path, allowed: ScriptRules) -> None:
    quiz = quiz_with(tmp_path, "tell.py", more='ButtonToggleColorOff="1 2 3"')
    session = Session.open(quiz, tmp_path / "results", "Ann", scripts=allowed)
    assert session.missing() == []
    session.buttons.press(0, 0)
    assert session.answers() == (("tell-On",),)
    session.close()

    session = Session.open(quiz, tmp_path / "results", "Ann", scripts=allowed)
    assert session.answers() == (("tell-On",),)
    session.buttons.press(0, 0)
    assert session.answers() == (("tell",),)
    session.close()
    page = page_of(saved(tmp_path / "results" / "Ann" / "study" / "study.xml"), 1)
    assert [(r.text, r.get("Toggle")) for r in page.iter("Response")] == [("tell", "On"), ("tell", "Off")]


# While a script runs


@pytest.fixture
def waiting(tmp_path: Path, allowed: ScriptRules) -> Session:
    """A session whose button runs a script that waits for the file ``go`` beside it."""
    (allowed.folder / "slow.py").write_text(
        "import os, time\nfrom pathlib import Path\nPath('process').write_text(str(os.getpid()))\n"
        "while not Path('go').exists(): time.sleep(0.01)\n",
        encoding="utf-8",
    )
    button = '<Question Type="Button" Descriptor="Tool"><Option>slow.py</Option></Question>'
    text = '<Question Type="Text" Descriptor="Remark"><Option>Remark</Option></Question>'
    page = f'<Page ID="Case"><QuestionSet>{button}{text}</QuestionSet></Page>'
    quiz = write_quiz(tmp_path, f'<Page ID="Before"/>{page}<Page ID="After"/>')
    session = Session.open(quiz, tmp_path / "results", "Ann", scripts=allowed)
    session.next()
    return session


def test_the_reader_answers_on_and_stays_at_the_question_set(waiting: Session, allowed: ScriptRules) -> None:
    running = "The script “slow” is still running."
    press = waiting.buttons.start(0, 0)

    assert waiting.set_draft(1, ("meanwhile",)).saved
    assert waiting.next() == [running, "Please press every button of “Tool”."]
    with pytest.raises(SessionError, match=running):
        waiting.previous()
    (allowed.folder / "go").touch()

    assert waiting.buttons.end(press).succeeded
    assert waiting.answers() == (("slow-Done",), ("meanwhile",))
    assert waiting.next() == []
    waiting.close()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for the processes in /proc")
def test_closing_the_session_stops_the_script(waiting: Session, allowed: ScriptRules) -> None:
    press = waiting.buttons.start(0, 0)
    process = said_process(allowed.folder)

    assert waiting.close().saved

    wait_until(lambda: not is_running(process))
    assert waiting.buttons.end(press).sentence == "The script “slow.py” was stopped."


def test_a_script_may_import_what_lies_beside_it_and_keeps_the_home_of_slicers_python(
    allowed: ScriptRules,
) -> None:
    """Slicer's Python finds its own library by PYTHONHOME alone, which isolated mode would hide."""
    (allowed.folder / "beside.py").write_text("NAME = 'beside'", encoding="utf-8")
    (allowed.folder / "flags.py").write_text(
        "import sys, beside; print(beside.NAME, sys.flags.ignore_environment, sys.flags.no_user_site)",
        encoding="utf-8",
    )

    assert run_script(allowed, "flags.py").result == "beside 0 1"


def test_a_script_does_not_see_the_passwords_of_who_serves_the_study(
    allowed: ScriptRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("QUIZLOADER_TOKEN", "XNAT_PASS", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "MY_KEY"):
        monkeypatch.setenv(name, "a secret")
    needed = {
        "PYTHONHASHSEED": "7",
        "XAUTHORITY": "/run/auth",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/bus",
    }
    for name, value in needed.items():
        monkeypatch.setenv(name, value)
    (allowed.folder / "see.py").write_text("import os; print(dict(os.environ))", encoding="utf-8")

    seen = ast.literal_eval(run_script(allowed, "see.py").result)

    assert "a secret" not in seen.values()
    assert needed.items() <= seen.items() and seen["PATH"] == os.environ["PATH"]


def test_a_button_is_not_answered_by_writing_its_answer(tmp_path: Path, allowed: ScriptRules) -> None:
    session = Session.open(quiz_with(tmp_path, "tell.py"), tmp_path / "results", "Ann", scripts=allowed)

    with pytest.raises(SessionError, match="answered by pressing it"):
        session.set_draft(0, ("tell-Done",))
    session.close()
