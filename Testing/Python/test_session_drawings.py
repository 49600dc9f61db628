"""What a reader draws: where its files are, what the results say of them, and where it is shown again."""

from pathlib import Path

import pytest
from QuizLoaderLib.session.requirements import incomplete_pages
from QuizLoaderLib.session.session import Session, SessionError
from session_by_hand import page_of, saved, write_quiz

CT = '<Image ID="CT" Type="Volume"{}><Path>ct.nrrd</Path></Image>'


def image_drawing(session: Session, image: str = "CT", drawn: bool = True) -> Path:
    path = session.drawings.drawing_file(image)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"NRRD0004\n")
    assert session.drawings.set_drawing(image, path, drawn=drawn).saved
    return path


def measured_lines(session: Session, count: int) -> list[Path]:
    paths = [session.drawings.line_file("CT", number) for number in range(count)]
    session.drawings.set_lines("CT", paths)
    return paths


def texts(results: Path, name: str, page: int = 1) -> list[list[str | None]]:
    root = saved(results / "Ann" / "study" / "study.xml")
    return [[path.text for path in image.findall(name)] for image in page_of(root, page).findall("Image")]


def test_a_page_that_requires_drawings_waits_for_them(tmp_path: Path) -> None:
    two_views = CT.format(' SegmentRequired="Y" MinMarkupLinesRequired="2"') * 2
    page = f'<Page ID="Case 1" Descriptor="Draw" EnableSegmentEditor="Y">{two_views}<QuestionSet/></Page>'
    session = Session.open(write_quiz(tmp_path, page + '<Page ID="End"/>'), tmp_path / "r", "Ann")
    contour = "Please draw a contour on the image “CT”."
    assert session.next() == [contour, "Please measure at least 2 lines on the image “CT” (0 so far)."]

    image_drawing(session, drawn=False)
    measured_lines(session, 3)
    assert session.next() == [contour], "an empty contour is none"
    image_drawing(session)
    measured_lines(session, 1)
    assert session.next() == ["Please measure at least 2 lines on the image “CT” (1 so far)."]
    measured_lines(session, 2)
    assert session.next() == []
    session.close()

    # Each Image element of the file has them, as the original's has; deleted lines are gone.
    folder = "study/PgGroup1_Case 1_Draw"
    assert texts(tmp_path / "r", "LabelMapPath") == [[f"{folder}/Case 1_CT-quizlabel.nrrd"]] * 2
    assert (
        texts(tmp_path / "r", "MarkupLinePath")
        == [
            [
                f"{folder}/Case 1_CT_MarkupsLine_quizline.mrk.json",
                f"{folder}/Case 1_CT_MarkupsLine_1_quizline.mrk.json",
            ]
        ]
        * 2
    )


def test_erasing_a_contour_later_makes_the_page_incomplete_again(tmp_path: Path) -> None:
    page = CT.format("")
    attributes = 'EnableSegmentEditor="Y" SegmentRequiredOnAnyImage="Y" AllowMultipleResponse="Y"'
    quiz = write_quiz(tmp_path, f'<Page ID="A" {attributes}>{page}</Page><Page ID="B"/>')
    session = Session.open(quiz, tmp_path / "r", "Ann")
    image_drawing(session)
    session.next()
    session.previous()
    image_drawing(session, drawn=False)
    assert session.next() == ["Please draw a contour on at least one image of this page."]
    session.close()

    session = Session.open(quiz, tmp_path / "r", "Ann")
    assert session.where().page.id == "A"
    image_drawing(session)
    assert session.next() == []
    assert session.finish() == []
    with pytest.raises(SessionError, match="cannot be changed any more"):
        session.drawings.set_drawing("CT", tmp_path / "x.nrrd", drawn=True)
    session.close()


def test_a_page_whose_drawing_was_emptied_is_gone_through_again_before_finishing(tmp_path: Path) -> None:
    attributes = 'SegmentRequiredOnAnyImage="Y" EnableSegmentEditor="Y" AllowMultipleResponse="Y"'
    quiz = write_quiz(
        tmp_path,
        f'<Page ID="A" {attributes} BookmarkID="a">{CT.format("")}</Page>'
        '<Page ID="B" GoToBookmark="a Back"/><Page ID="C" GoToBookmark="a Back"/>',
    )
    session = Session.open(quiz, tmp_path / "r", "Ann")
    image_drawing(session)
    session.next()
    session.next()
    session.go_to_bookmark()
    image_drawing(session, drawn=False)
    session.close()
    session = Session.open(quiz, tmp_path / "r", "Ann")
    assert session.where().page.id == "A"
    assert session.next() == ["Please draw a contour on at least one image of this page."]
    image_drawing(session)
    session.next()
    session.next()

    assert session.missing() == []
    assert session.finish() == []
    session.close()


def test_what_finishing_waits_for_is_named_page_by_page() -> None:
    titles = [f"Case {number}" for number in range(1, 9)]

    assert incomplete_pages([]) == []
    assert incomplete_pages(titles[:1]) == ["The page “Case 1” is not complete yet."]
    assert incomplete_pages(titles[:6])[-1] == "Neither is 1 more page."
    assert incomplete_pages(titles)[4:] == [
        "The page “Case 5” is not complete yet.",
        "Neither are 3 more pages.",
    ]


def test_a_file_outside_the_readers_folder_or_of_no_image_is_refused(tmp_path: Path) -> None:
    session = Session.open(
        write_quiz(tmp_path, f'<Page ID="A">{CT.format("")}</Page>'), tmp_path / "r", "Ann"
    )

    with pytest.raises(SessionError, match="outside the reader's results folder"):
        session.drawings.set_drawing("CT", tmp_path / "elsewhere.nrrd", drawn=True)
    with pytest.raises(SessionError, match="no image “MR”"):
        session.drawings.set_lines("MR", [])
    session.close()


def test_an_earlier_contour_is_found_by_label_map_id_and_path(tmp_path: Path) -> None:
    tagged = CT.format(' LabelMapID="gtv"')
    other_file = '<Image ID="CT" Type="Volume" LabelMapID="gtv"><Path>other.nrrd</Path></Image>'
    quiz = write_quiz(
        tmp_path,
        f'<Page ID="Draw">{tagged}</Page>'
        f'<Page ID="Other">{other_file}</Page>'
        '<Page ID="Show"><Image ID="X" Type="Volume" DisplayLabelMapID="gtv"><Path>./ct.nrrd</Path></Image>'
        "</Page>",
    )
    session = Session.open(quiz, tmp_path / "r", "Ann")
    wanted = image_drawing(session)
    session.next()
    image_drawing(session)
    session.next()
    (image,) = session.where().page.images

    assert session.drawings.earlier_drawing(image) == wanted
    assert session.drawings.label_maps("X") == []
    assert session.drawings.drawings_to_merge(image) == []
    session.close()


def test_the_contours_of_all_repetitions_are_merged_in_order(tmp_path: Path) -> None:
    source = '<Image ID="CT" Type="Volume" LabelMapID="gtv"><Path>ct.nrrd</Path></Image>'
    shown = (
        '<Image ID="CT" Type="Volume" DisplayLabelMapID="gtv" MergeLabelMaps="Y"><Path>ct.nrrd</Path></Image>'
    )
    quiz = write_quiz(
        tmp_path,
        f'<Page ID="Lesion" Loop="Y" PageGroup="1">{source}</Page>'
        f'<Page ID="All" PageGroup="1">{shown}</Page>',
    )
    session = Session.open(quiz, tmp_path / "r", "Ann")
    drawn = [image_drawing(session)]
    for _ in range(2):
        session.repeat()
        drawn.append(image_drawing(session))
    session.next()
    (image,) = session.where().page.images

    assert session.drawings.drawings_to_merge(image) == drawn
    assert session.drawings.earlier_drawing(image) == drawn[2]
    assert [path.parent.name for path in drawn] == [
        "PgGroup1_Lesion",
        "PgGroup1_Lesion-Rep1",
        "PgGroup1_Lesion-Rep2",
    ]
    session.close()


def test_the_look_of_a_view_is_kept_for_its_own_page_and_an_older_one_is_never_rewritten(
    tmp_path: Path,
) -> None:
    quiz = write_quiz(
        tmp_path, f'<Page ID="A" AllowMultipleResponse="Y">{CT.format("") * 2}</Page><Page ID="B"/>'
    )
    session = Session.open(quiz, tmp_path / "r", "Ann")
    session.record_states([(1, {"Window": "400.0", "Level": "40.0"})])
    session.record_states([(1, {"Window": "400.0", "Level": "40.0"})])
    session.record_states([(1, {"Window": "1500.0", "Level": "-600.0"})])
    assert session.last_state(0) is None
    kept = session.last_state(1)
    assert kept is not None and kept["Window"] == "1500.0"
    session.next()
    session.close()

    page = page_of(saved(tmp_path / "r" / "Ann" / "study" / "study.xml"), 1)
    states = [[state.get("Window") for state in image.findall("State")] for image in page.findall("Image")]
    assert states == [[], ["400.0", "1500.0"]]
