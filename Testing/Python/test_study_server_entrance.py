"""By which door readers come in, and what they are told where a quiz does not open."""

import pytest
from panel_stage import write_images
from QuizLoaderLib.apps.study_server.readers import digest, session_secret
from session_by_hand import SAMPLES
from study_server_stage import CHIEF, NAMES, ask, study

ANN, BEN = NAMES


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    images = write_images(folder / "images")
    return study(folder, [SAMPLES / "questions.xml"], images, [ANN, BEN])


@pytest.fixture(scope="module")
def server(prepared):
    with prepared.served() as command:
        yield command


def test_the_cookie_does_not_tell_the_link_and_old_links_still_work(prepared, server):
    cookie = ask(server.address, prepared.paths[BEN]).headers["Set-Cookie"].split(";")[0]
    assert cookie == f"quizloader-reader={session_secret(prepared.secret(BEN))}"
    # A table from before cookies had a secret of their own.
    table, kept = prepared.table, prepared.table.read_text(encoding="utf-8")
    try:
        table.write_text(f"{kept.rstrip()}\nOld hand,reader,{digest('an-old-link')}\n", encoding="utf-8")
        reply = ask(server.address, "/enter/an-old-link")
        assert (reply.status, reply.headers["Location"]) == (303, "/")
        old = {"Cookie": reply.headers["Set-Cookie"].split(";")[0]}
        assert ask(server.address, "/", old).status == 303, "to the quiz"
    finally:
        table.write_text(kept, encoding="utf-8")


def test_another_site_signs_nobody_in_or_out(prepared, server):
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}
    shown = ask(server.address, prepared.paths[BEN], elsewhere)
    assert shown.status == 200 and BEN.encode() in shown.body and "Set-Cookie" not in shown.headers
    assert ask(server.address, prepared.paths[BEN], elsewhere, "POST").status == 403
    own = {"Origin": server.address}
    assert ask(server.address, prepared.paths[BEN], own, "POST").status == 303
    left = ask(server.address, "/leave", elsewhere | prepared.cookie(BEN), "POST")
    assert left.status == 403 and "Set-Cookie" not in left.headers
    assert ask(server.address, "/leave", own | prepared.cookie(BEN), "POST").status == 200


def test_a_quiz_that_cannot_be_opened_is_told_to_the_coordinator_and_keeps_nobody_from_the_others(
    tmp_path, prepared
):
    quizzes = [tmp_path / "good.xml", tmp_path / "spoilt.xml"]
    for quiz in quizzes:
        quiz.write_bytes(prepared.quizzes[0].read_bytes())
    own = study(tmp_path, quizzes, prepared.images, [ANN])
    with own.served() as command:
        quizzes[1].write_text("<Session><Page", encoding="utf-8")
        navigation = own.cookie(ANN) | {"Accept": "text/html"}
        refused = ask(command.address, "/quiz/2/", navigation)
        assert refused.status == 503 and b"not well-formed XML" in refused.body
        assert str(tmp_path).encode() not in refused.body, "where files are on the server is not for readers"
        assert ask(command.address, "/quiz/1/", navigation).status == 200
        told = ask(command.address, "/coordinator", own.cookie(CHIEF)).body.decode()
        assert f"{ANN}, spoilt: " in told and f"{ANN}, good: " not in told
        assert f"{ANN}, spoilt: " in command.errors
        quizzes[1].write_bytes(quizzes[0].read_bytes())
        assert ask(command.address, "/quiz/2/", navigation).status == 200
        assert f"{ANN}, spoilt: " not in ask(command.address, "/coordinator", own.cookie(CHIEF)).body.decode()
