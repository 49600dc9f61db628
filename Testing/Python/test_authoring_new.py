"""A coordinator has a folder or a table of cases and wants a quiz: found, told, written and checked."""

import csv
import os
import shutil
import unicodedata
from pathlib import Path

import numpy as np
import pydicom
import pytest
from authoring_by_hand import OWN_TEMPLATE, faults_of, quiz_of, wanted, write_table
from dicom_made import MadeRoi, Placement, save, write_series, write_structure_set
from image_files import numbered, write_nifti, write_nrrd
from masks_made import quizloader
from QuizLoaderLib.apps.command_line.check_command import problems_of_quiz
from QuizLoaderLib.authoring.cases import AuthoringError
from QuizLoaderLib.authoring.folder_source import CaseIs
from QuizLoaderLib.authoring.making import find_cases, make_quiz
from QuizLoaderLib.authoring.roles import parse_rule
from QuizLoaderLib.quiz.model import ImageType
from QuizLoaderLib.session.session import Session
from session_by_hand import SOAK, fast_folder

SQUARE = np.array([[1.0, 1, 0], [3, 1, 0], [3, 3, 0], [1, 3, 0]])
CASES = 60


def write_ct(folder: Path, voxels: np.ndarray, series: str, elements: dict[str, object]) -> None:
    """Slices 2 mm apart with these elements."""
    placement = Placement([2.0 * k for k in range(len(voxels))])
    write_series(folder, voxels, placement, series=series, **elements)  # type: ignore[arg-type]


def write_patient(folder: Path, number: int, with_contours: bool = True, **elements: object) -> None:
    """A CT of three slices and its structure set, of one patient."""
    patient, series = f"P{number:02}", f"1.2.3.{number}.10"
    voxels = numbered((3, 4, 4))
    elements = {"PatientID": patient, "StudyDate": "20240531", "SliceThickness": "2", **elements}
    write_ct(folder / patient / "ct", voxels, series, elements)
    if with_contours:
        path = write_structure_set(folder / patient / "rs.dcm", [MadeRoi("Liver", [SQUARE])], series)
        dataset = pydicom.dcmread(path)
        dataset.PatientID = patient
        save(dataset, path)


@pytest.fixture(scope="module")
def patients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 patients: of 7 the contours are missing, 8 has two series, and a slice of 9 is cut off."""
    folder = tmp_path_factory.mktemp("patients")
    for number in range(1, CASES + 1):
        write_patient(folder, number, with_contours=number != 7)
    thin: dict[str, object] = {"PatientID": "P08", "StudyDate": "20240531", "SliceThickness": "1"}
    write_ct(folder / "P08" / "thin", numbered((3, 4, 4)), "1.2.3.8.11", thin)
    cut = folder / "P09" / "ct" / "I00002"
    cut.write_bytes(cut.read_bytes()[:-20])
    return folder


def test_sixty_patients_become_a_checked_quiz_in_one_command(patients: Path, tmp_path: Path) -> None:
    out = tmp_path / "quiz.xml"
    told = quizloader("new", patients, "--template", "review", "--out", out, "--rename", "Case {n:03}")

    assert told.code == 1, told.err
    assert "left out: P07: nothing is there for “contours”." in told.out
    assert "left out: P08: for “image” there are 2 candidates: P08/ct, P08/thin." in told.out
    assert f"{out}: 58 cases" in told.out
    damaged = [line for line in told.lines if line.startswith(str(out)) and "Q6" in line]
    assert damaged
    quiz = quiz_of(out)
    page = next(page for page in quiz.pages if page.case == "Case 009")
    lines = {image.line for image in page.images} | {page.line}
    assert {int(line.removeprefix(f"{out}:").partition(":")[0]) for line in damaged} <= lines
    assert [page.case for page in quiz.pages[1:3]] == ["Case 001", "Case 002"]
    assert {image.type for image in page.images} == {ImageType.VOLUME, ImageType.RT_STRUCT}
    with (tmp_path / "quiz-cases.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {"case": "Case 001", "name": "P01", "image": "P01/ct", "contours": "P01/rs.dcm"}
    assert len(rows) == 58


@pytest.mark.parametrize("table", ["", "Fälle.csv", "Fälle.xlsx"])
def test_a_reader_reads_what_was_made_to_its_end(patients: Path, tmp_path: Path, table: str) -> None:
    folder, source = fast_folder(), patients
    expected = [f"P{number:02}" for number in range(1, CASES + 1) if number != 8]
    if table:
        rows = [[f"Fall {name}; Größe", f"{name}/ct"] for name in expected]
        source = write_table(tmp_path / table, [["Case", "image"], *rows])
        expected = [case for case, _ in rows]
    request = wanted(source, "roc", patients)
    made = make_quiz(request, find_cases(request), folder / "quiz.xml")
    session = Session.open(made.path, folder / "results", "Ann")
    cases = []
    for _ in expected:
        assert session.next() == []
        cases.append(session.where().page.case)
        session.set_draft(0, ("Y", "N", "N", "N", "N"))
    assert session.finish() == []
    session.close()

    # In an order of the reader's own.
    assert sorted(cases) == expected
    assert cases != expected
    review = Session.open(made.path, folder / "results", "Ann")
    assert review.in_review
    review.close()


def test_a_rule_tells_two_series_apart(patients: Path) -> None:
    found = find_cases(wanted(patients, rules={"image": parse_rule("modality=CT thickness<=1")}))

    assert [case.name for case in found.complete] == ["P08"]
    assert found.complete[0].images["image"].path == "P08/thin"
    by_order = find_cases(wanted(patients, rules={"image": parse_rule("modality=CT *P08* *thin*")}))
    assert [case.name for case in by_order.complete] == ["P08"]


def test_looking_first_writes_nothing(patients: Path, tmp_path: Path) -> None:
    told = quizloader("new", os.path.relpath(patients), "--template", "roc", "--dry-run")

    assert told.code == 1
    assert told.lines[:2] == ["case  image", "P01   P01/ct"]
    assert list(tmp_path.iterdir()) == []


def test_the_prior_examination_is_the_earlier_one_by_date(tmp_path: Path) -> None:
    visits = (
        ("20200101", "20230101"),
        ("20200101", "20200101"),
        ("", "20200101"),
        ("20200101", "20200101 12"),
    )
    for number, dates in enumerate(visits):
        for visit, date in enumerate(dates):
            folder, series = tmp_path / f"{number}" / f"visit{visit}", f"1.2.3.{number}.{visit}"
            day, _, hour = date.partition(" ")
            elements: dict[str, object] = {"PatientID": f"P{number}", "StudyDate": day, "StudyTime": hour}
            write_ct(folder, numbered((2, 4, 4)), series, elements)

    found = find_cases(wanted(tmp_path, "prior"))

    images = found.cases[0].images
    assert (images["prior"].path, images["current"].path) == ("0/visit0", "0/visit1")
    assert [case.name for case in found.faulty] == ["P1", "P2", "P3"]
    assert "2 candidates: 1/visit0, 1/visit1" in faults_of(found)["P1"]


def test_slices_without_a_series_are_one_and_a_dose_beside_them_is_another(tmp_path: Path) -> None:
    write_ct(tmp_path / "ct", numbered((3, 4, 4)), "1.2.3.1", {"PatientID": "P1", "SeriesInstanceUID": ""})
    dose: dict[str, object] = {"PatientID": "P1", "Modality": "RTDOSE"}
    write_ct(tmp_path / "dose", numbered((3, 4, 4)), "1.2.3.2", dose)

    (case,) = find_cases(wanted(tmp_path)).complete
    assert (case.images["image"].path, case.images["image"].facts["images"]) == ("ct", 3)
    by_rule = find_cases(wanted(tmp_path, rules={"image": parse_rule("modality=RTDOSE")}))
    assert by_rule.complete[0].images["image"].path == "dose"


def test_two_people_of_one_id_and_two_ids_in_one_folder_are_told(tmp_path: Path) -> None:
    write_patient(tmp_path, 1, PatientName="Ann", PatientBirthDate="19700101")
    bob: dict[str, object] = {"PatientID": "P01", "PatientName": "Bob", "PatientBirthDate": "19700101"}
    write_ct(tmp_path / "other", numbered((2, 4, 4)), "9", bob)

    by_patient = faults_of(find_cases(wanted(tmp_path)))["P01"]
    assert "people of one ID but of other names" in by_patient
    assert "Ann 19700101 and" in by_patient
    write_patient(tmp_path / "both", 1)
    write_patient(tmp_path / "both", 2)
    by_folder = faults_of(find_cases(wanted(tmp_path, case_is=CaseIs.FOLDER)))
    assert "its images are of 2 patients: P01, P02" in by_folder["both"]


def test_files_are_told_apart_by_their_names(tmp_path: Path) -> None:
    for name in ("a_ct", "a_pet", "b_CT", "b_pet", "notes_other", "c_ct"):
        write_nifti(tmp_path / f"{name}.nii.gz", numbered())

    found = find_cases(wanted(tmp_path, "fusion", pattern="{case}_{role}.nii.gz"))

    assert [case.name for case in found.complete] == ["a", "b"]
    assert found.complete[1].images["ct"].path == "b_CT.nii.gz"
    assert faults_of(found) == {"c": "nothing is there for “pet”"}
    assert found.remarks == ["Left out: 1 image whose name is not like “{case}_{role}.nii.gz”."]


def test_a_case_is_named_with_what_stands_before_its_role_and_has_one_value_of_a_kind(tmp_path: Path) -> None:
    for name in ("P_01-40_ct", "P_01-40_pet", "P_02-50_ct", "P_02-51_pet"):
        write_nifti(tmp_path / f"{name}.nii.gz", numbered())

    found = find_cases(wanted(tmp_path, "fusion", pattern="{case}-{age}_{role}.nii.gz"))

    assert [(case.name, case.values["age"]) for case in found.complete] == [("P_01", "40")]
    assert faults_of(found) == {"P_02": "“age” is 50 and 51"}


def test_names_from_macos_are_those_of_other_systems(tmp_path: Path) -> None:
    for name in ("Jörg_ct.nrrd", unicodedata.normalize("NFD", "Jörg_pet.nrrd"), "b_ct.nrrd", "b_pet.nrrd"):
        write_nrrd(tmp_path / name, numbered())
    request = wanted(tmp_path, "fusion", pattern=unicodedata.normalize("NFD", "{case}_{role}.nrrd"))
    found = find_cases(request)
    assert [case.name for case in found.complete] == ["Jörg", "b"]
    assert problems_of_quiz(make_quiz(request, found, tmp_path / "q.xml").path, request.folder) == []

    folder = tmp_path / unicodedata.normalize("NFD", "für Jörg")
    folder.mkdir()
    for role in ("Größe", "andere"):
        write_nrrd(folder / unicodedata.normalize("NFD", f"{role}.nrrd"), numbered())
    template = tmp_path / "own.xml"
    template.write_text(OWN_TEMPLATE.replace("ct", "Größe").replace("{Größe} mm", ""), encoding="utf-8")
    found = find_cases(wanted(tmp_path, str(template)))
    assert [case.name for case in found.complete] == ["für Jörg"]


def test_a_folder_whose_name_no_xml_file_can_have_is_told(tmp_path: Path) -> None:
    for name in ("one", "bell\a", os.fsdecode(b"\xe4")):
        write_nrrd(tmp_path / name / "image.nrrd", numbered())
    found = find_cases(wanted(tmp_path))

    assert [case.name for case in found.complete] == ["one"]
    assert "has the letter U+0007, which XML cannot have" in faults_of(found)["bell\a"]
    assert quizloader("new", tmp_path, "--template", "roc", "--dry-run").code == 1
    with pytest.raises(AuthoringError, match="--rename has the letter U\\+0007"):
        find_cases(wanted(tmp_path, rename="\a{n}"))


def test_a_word_of_a_folder_above_the_cases_is_no_role(tmp_path: Path) -> None:
    source = tmp_path / "ct study"
    for name in ("one/ct.nii.gz", "one/pet.nii.gz", "two/pet.nii.gz"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        write_nifti(source / name, numbered())

    found = find_cases(wanted(source, "fusion", tmp_path))

    assert [case.name for case in found.complete] == ["one"]
    assert found.complete[0].images["ct"].path == "ct study/one/ct.nii.gz"
    assert faults_of(found) == {"two": "nothing is there for “ct”"}


def test_a_folder_with_a_dot_is_a_case_and_a_loose_file_is_none(tmp_path: Path) -> None:
    write_ct(tmp_path / "P.01", numbered((2, 4, 4)), "1.2.3.1", {"PatientID": "P1"})
    write_ct(tmp_path / "loose", numbered((2, 4, 4)), "1.2.3.2", {"PatientID": "P2"})
    (slice_, _) = sorted((tmp_path / "loose").iterdir())
    os.replace(slice_, tmp_path / "IM7")
    shutil.rmtree(tmp_path / "loose")

    found = find_cases(wanted(tmp_path, case_is=CaseIs.FOLDER))

    assert [case.name for case in found.cases] == ["P.01"]
    assert found.remarks == ["Left out: 1 image of no folder."]


def test_subfolders_are_cases_and_words_in_names_are_roles(tmp_path: Path) -> None:
    for case in ("Müller & <Söhne>", "second"):
        write_nrrd(tmp_path / case / "chest ct.nrrd", numbered())
        write_nrrd(tmp_path / case / "chest_pet.nrrd", numbered())
    write_nrrd(tmp_path / "alone.nrrd", numbered())
    (tmp_path / "loop").symlink_to(tmp_path)

    request = wanted(tmp_path, "fusion")
    found = find_cases(request)
    made = make_quiz(request, found, tmp_path / "quiz.xml")

    assert not found.faulty
    assert len(found.remarks) == 2
    quiz = quiz_of(made.path)
    assert [page.case for page in quiz.pages[1:]] == ["Müller & <Söhne>", "second"]
    assert quiz.pages[1].images[0].path == "Müller & <Söhne>/chest ct.nrrd"
    assert not quiz.pages[1].images[0].dicom_read


def test_files_that_cannot_be_read_are_told_and_the_others_found(tmp_path: Path) -> None:
    write_patient(tmp_path, 1)
    slice_ = tmp_path / "P01" / "ct" / "I00001"
    (tmp_path / "P01" / "cut").write_bytes(slice_.read_bytes()[:300])
    (tmp_path / "P01" / "empty.dcm").write_bytes(b"")
    found = find_cases(wanted(tmp_path))

    assert [case.name for case in found.complete] == ["P01"]
    assert sorted(found.remarks) == [
        "“cut” is DICOM without an image, or cut short.",
        "“empty.dcm” is called .dcm but is no DICOM file.",
    ]


def test_what_a_folder_cannot_give_is_told(tmp_path: Path) -> None:
    template = tmp_path / "own.xml"
    template.write_text(OWN_TEMPLATE, encoding="utf-8")
    write_nrrd(tmp_path / "images" / "a" / "ct.nrrd", numbered())

    with pytest.raises(AuthoringError, match="Nothing fills the placeholder"):
        find_cases(wanted(tmp_path / "images", str(template)))
    for options, sentence in (
        ({"pattern": "{role}.nrrd"}, "has no {case}"),
        ({"pattern": "{case}.nrrd", "template": "fusion"}, "shows 2 images: ct, pet"),
        ({"rename": "Case"}, "all cases one name"),
        ({"rules": {"pet": parse_rule("latest")}}, "has no role “pet”"),
    ):
        with pytest.raises(AuthoringError, match=sentence):
            find_cases(wanted(tmp_path / "images", **options))
    for rule in ("age=5", "thickness<x", 'description="'):
        with pytest.raises(AuthoringError):
            parse_rule(rule)


@pytest.mark.skipif(not SOAK, reason="100,000 files, in the long run")
def test_a_hundred_thousand_files_are_gone_through(tmp_path: Path) -> None:
    write_patient(tmp_path / "first", 1)
    slice_ = (tmp_path / "first" / "P01" / "ct" / "I00001").read_bytes()
    for number in range(100):
        folder = tmp_path / f"case{number}"
        folder.mkdir()
        for file in range(1_000):
            (folder / f"I{file}").write_bytes(slice_)
    seen: list[int] = []
    find_cases(wanted(tmp_path, case_is=CaseIs.FOLDER), lambda done, total: seen.append(done))

    assert seen[-1] >= 100_000
