"""A reader's session as hosts see it."""

import os
from pathlib import Path

from QuizLoaderLib.reader.session_answers import SignIn
from session_by_hand import saved, text_page, write_quiz

FINISHED = "This quiz is finished: everything can be looked at, and nothing changes."


def test_a_quiz_that_is_finished_while_its_folder_is_away_is_not_called_saved(tmp_path: Path) -> None:
    quiz, results = write_quiz(tmp_path, text_page("A")), tmp_path / "results"
    reading = SignIn("Ann", results).begin(quiz, tmp_path)
    page = reading.pages[0]
    os.rename(results, tmp_path / "away")
    reading.set_answer(page, 0, 0, ("one",))

    assert reading.finish() == []

    sentence = reading.save_sentence()
    assert sentence.startswith("The last 3 changes are not saved yet") and sentence.endswith(FINISHED)
    assert "not saved yet" in reading.close()
    os.rename(tmp_path / "away", results)
    assert reading.save_sentence() == FINISHED
    assert reading.close() == ""
    root = saved(results / "Ann" / "study" / "study.xml")
    assert [login.get("QuizComplete") for login in root.findall("Login")] == ["Y"]
    assert [response.text for response in root.iter("Response")] == ["one"]
