"""What a report says of drawings: of odd grids and readers again, and what stays of an earlier report."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from masks_made import Ball, Ended, quizloader, write_image, write_map
from QuizLoaderLib.apps.study_server.coordinator_tables import write_report
from QuizLoaderLib.masks.files import write_nrrd
from QuizLoaderLib.quiz.problems import ExplainedError
from QuizLoaderLib.results.drawings.consensus import staple
from QuizLoaderLib.results.drawings.study_comparison import compare_drawings_of
from QuizLoaderLib.results.report.contact_sheet import contact_sheet
from QuizLoaderLib.results.report.slice_pictures import slice_pictures
from QuizLoaderLib.results.results_folder import read_results_folder
from study_made import MATRIX, SHAPE
from test_report_bad_input import drawn, files_of, page, table

LIVER = Ball("Liver", (0, 0, 21), 12)
SMALLER = Ball("Liver", (2, 0, 21), 10)


def two_readers(folder: Path, first: Ball = LIVER, second: Ball = SMALLER) -> Path:
    """The results of Ann and Bob, who each drew a ball."""
    for reader, ball in (("Ann", first), ("Bob", second)):
        drawn(folder / "results", reader, *files_of(folder / reader, [ball]))
    return folder / "results"


def report(folder: Path, *more: object) -> Ended:
    return quizloader("report", folder / "results", "--out", folder / "out", "--jobs", 1, *more)


def dice(first: Ball, second: Ball) -> float:
    masks = [ball.inside(SHAPE, MATRIX) for ball in (first, second)]
    return 2 * (masks[0] & masks[1]).sum() / (masks[0].sum() + masks[1].sum())


@pytest.mark.usefixtures("blank_charts")
def test_what_another_version_computed_is_computed_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_readers(tmp_path)
    cache = tmp_path / "out" / ".quizloader"
    with monkeypatch.context() as other:
        other.setattr("QuizLoaderLib.results.drawings.cache.__version__", "0.0.0")
        report(tmp_path)
    old = {path for path in cache.iterdir() if path.name not in ("files.json", "lock")}
    (pairs,) = (path for path in old if path.suffix == ".json")
    # That version had another Dice, and a measure that this one does not have.
    known = json.loads(pairs.read_text(encoding="utf-8"))
    changed = {key: {**each, "dice": 0.1, "kappa": 1.0} for key, each in known.items()}
    pairs.write_text(json.dumps(changed), encoding="utf-8")

    ended = report(tmp_path)

    (pair,) = table(tmp_path / "out" / "drawings.csv")
    assert float(pair["dice"]) == pytest.approx(dice(LIVER, SMALLER))
    assert (ended.code, "could not be compared" in page(tmp_path / "out")) == (0, False)
    assert len(old) == 3 and not any(path.exists() for path in old)


@pytest.mark.usefixtures("blank_charts")
def test_what_is_kept_of_a_drawing_goes_when_the_drawing_changes(tmp_path: Path) -> None:
    two_readers(tmp_path)
    report(tmp_path)
    kept = {path.name for path in (tmp_path / "out" / ".quizloader").glob("*.npz")}
    source = files_of(tmp_path / "new", [Ball("Liver", (-2, 0, 21), 9)])[0]
    (tmp_path / "results" / "Ann" / "study" / "own.seg.nrrd").write_bytes(source.read_bytes())

    report(tmp_path)

    now = {path.name for path in (tmp_path / "out" / ".quizloader").glob("*.npz")}
    assert (len(kept), len(now), len(kept & now)) == (2, 2, 1)


@pytest.mark.usefixtures("blank_charts")
def test_masks_of_an_earlier_map_go_with_the_map(tmp_path: Path) -> None:
    two_readers(tmp_path)
    masks = [tmp_path / "out" / "consensus" / f"P1_CT_CT_{method}.nrrd" for method in ("majority", "staple")]
    with_liver = ("--map", write_map(tmp_path / "liver.txt", Liver=7))

    assert report(tmp_path, *with_liver).code == 0
    assert all(path.is_file() for path in masks)
    assert report(tmp_path).code == 0
    assert not any(path.exists() for path in masks)

    # A map that names no region of the drawings: no mask can be made, and none of before may stay.
    report(tmp_path, *with_liver)
    ended = report(tmp_path, "--map", write_map(tmp_path / "spleen.txt", Spleen=7))

    assert (ended.code, ended.err.count("No mask of “P1_CT_CT” by")) == (1, 2)
    assert not any(path.exists() for path in masks)
    segments = {path.name for path in (tmp_path / "out" / "consensus").iterdir()}
    assert segments == {"P1_CT_CT_majority.seg.nrrd", "P1_CT_CT_staple.seg.nrrd"}


@pytest.mark.usefixtures("blank_charts")
def test_a_consensus_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    two_readers(tmp_path)
    (tmp_path / "out" / "consensus" / "P1_CT_CT_majority.seg.nrrd").mkdir(parents=True)

    ended = report(tmp_path)

    assert ended.code == 1
    assert "No consensus of “P1_CT_CT” by majority was written: " in ended.err
    (pair,) = table(tmp_path / "out" / "drawings.csv")
    assert float(pair["dice"]) == pytest.approx(dice(LIVER, SMALLER))
    files = {row["method"]: row["file"] for row in table(tmp_path / "out" / "consensus.csv")}
    assert files == {"majority": "", "STAPLE": "P1_CT_CT_staple.seg.nrrd"}
    assert "folder consensus: 1 file" in page(tmp_path / "out")


def sheared_files(folder: Path, ball: Ball, shear: float) -> Path:
    """A label map of the ball's voxels whose rows lean by so much."""
    matrix = MATRIX.copy()
    matrix[0, 1] = shear * matrix[1, 1]
    folder.mkdir()
    path = folder / "leaning.nrrd"
    with path.open("wb") as file:
        write_nrrd(file, (ball.inside(SHAPE, MATRIX).astype(np.uint8),), matrix, {})
    return path


@pytest.mark.usefixtures("blank_charts")
@pytest.mark.parametrize("shear", [5e-4, 9.9e-4])
def test_a_grid_that_is_read_is_compared(tmp_path: Path, shear: float) -> None:
    for reader, ball in (("Ann", LIVER), ("Bob", SMALLER)):
        path = sheared_files(tmp_path / reader, ball, shear)
        numbered(tmp_path / "results", reader, path)

    ended = report(tmp_path)

    assert ended.code == 0, ended.err
    (pair,) = table(tmp_path / "out" / "drawings.csv")
    assert float(pair["dice"]) == pytest.approx(dice(LIVER, SMALLER))
    # Voxels of 2 by 2 by 3 mm.
    assert float(pair["volume_1_ml"]) == pytest.approx(LIVER.inside(SHAPE, MATRIX).sum() * 0.012, rel=1e-6)
    assert len(list((tmp_path / "out" / "consensus").iterdir())) == 2


@pytest.mark.usefixtures("blank_charts")
def test_a_grid_that_leans_more_is_left_out_by_a_sentence(tmp_path: Path) -> None:
    two_readers(tmp_path)
    numbered(tmp_path / "results", "Cem", sheared_files(tmp_path / "Cem", LIVER, 0.002))

    ended = report(tmp_path)

    assert (ended.code, len(table(tmp_path / "out" / "drawings.csv"))) == (1, 1)
    (left_out,) = table(tmp_path / "out" / "left_out.csv")
    assert left_out["reader"] == "Cem" and "not at right angles" in left_out["reason"]
    assert "1 reading, answer or drawing does not count" in ended.out
    assert "could not be compared" not in ended.err


def numbered(results: Path, reader: str, label_map: Path) -> None:
    """A drawing as the Image Quizzer stores it: a label map alone."""
    drawn(results, reader, label_map, label_map)
    (results / reader / "study" / "own.seg.nrrd").unlink()
    path = results / reader / "study" / "study.xml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(' Segments="study/own.seg.nrrd"', ""), encoding="utf-8")


def test_two_readers_who_drew_nothing_have_no_consensus(tmp_path: Path) -> None:
    for reader in ("Ann", "Bob"):
        _, label_map = files_of(tmp_path / reader, [Ball("Liver", (500, 0, 0), 1)])
        numbered(tmp_path / "results", reader, label_map)

    ended = report(tmp_path)

    assert (ended.code, "could not be compared" in page(tmp_path / "out")) == (0, False), ended.err
    assert list((tmp_path / "out" / "consensus").iterdir()) == []
    assert "No image was drawn on by two readers." in page(tmp_path / "out")


def test_a_reader_alone_is_compared_with_their_own_repetitions(tmp_path: Path) -> None:
    results = tmp_path / "results"
    drawn(results, "Ann", *files_of(tmp_path / "first", [LIVER]))
    again = files_of(tmp_path / "again", [SMALLER])
    for source, name in zip(again, ("again.seg.nrrd", "again.nrrd"), strict=True):
        (results / "Ann" / "study" / name).write_bytes(source.read_bytes())
    path = results / "Ann" / "study" / "study.xml"
    text = path.read_text(encoding="utf-8")
    first = text[text.index("<Page") : text.index("<Login")]
    second = first.replace("study/own.", "study/again.").replace('"P1"', '"P1-Rep1"')
    # The third time the page was completed without a drawing.
    nothing = second[: second.index("<LabelMapPath")] + second[second.index("</Image>") :]
    third = nothing.replace("-Rep1", "-Rep2").replace('Rep="0"', 'Rep="2"')
    more = second.replace('Rep="0"', 'Rep="1"') + third
    path.write_text(text.replace(first, first + more), encoding="utf-8")

    ended = report(tmp_path)

    assert ended.code == 0, ended.err
    rows = {row["repetition"]: row for row in table(tmp_path / "out" / "repeated_drawings.csv")}
    assert set(rows) == {"1", "2"}
    assert float(rows["1"]["dice"]) == pytest.approx(dice(LIVER, SMALLER))
    assert (rows["2"]["dice"], rows["2"]["hd95_mm"], rows["2"]["volume_2_ml"]) == ("0", "inf", "0")
    assert "No image was drawn on by two readers." in page(tmp_path / "out")
    assert "The same reader again: medians" in page(tmp_path / "out")


@pytest.fixture
def without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where it is not installed: what had imported it already is imported anew."""
    from QuizLoaderLib import results

    for name in [name for name in sys.modules if name.startswith("QuizLoaderLib.results.report")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(results, "report", None, raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)


@pytest.mark.usefixtures("without_matplotlib")
def test_a_missing_package_is_said_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()

    ended = report(tmp_path)
    with pytest.raises(ExplainedError, match=r"^A report needs the package matplotlib"):
        write_report(tmp_path / "results", tmp_path / "out", tmp_path)

    assert (ended.code, "A report needs the package matplotlib" in ended.err) == (1, True), ended.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("readers", [1, 2, 3, 11, 20])
def test_staple_is_that_of_simpleitk(readers: int) -> None:
    import SimpleITK

    random = np.random.default_rng(readers)
    truth = LIVER.inside(SHAPE, MATRIX)
    masks = [truth ^ (random.random(SHAPE) < rate) for rate in random.uniform(0.01, 0.4, readers)]
    theirs = SimpleITK.STAPLEImageFilter()
    theirs.SetForegroundValue(1)
    probability = theirs.Execute([SimpleITK.GetImageFromArray(mask.astype(np.uint8)) for mask in masks])

    found, sensitivities, specificities = staple(masks)

    assert sensitivities == pytest.approx(theirs.GetSensitivity(), abs=1e-9)
    assert specificities == pytest.approx(theirs.GetSpecificity(), abs=1e-9)
    assert np.array_equal(found, SimpleITK.GetArrayFromImage(probability) >= 0.5 - 1e-9)


def test_staple_of_what_all_drew_everywhere_is_all_of_it() -> None:
    found, sensitivities, specificities = staple([np.ones((2, 3, 4), bool)] * 3)

    assert found.all() and sensitivities == (1, 1, 1) and specificities == (1, 1, 1)


def test_the_contact_sheet_has_the_image_behind_the_contours(tmp_path: Path) -> None:
    """The image is bright where the readers drew, so that the picture behind is what they drew."""
    liver = [Ball("Liver", (-8, 4, 21), 9), Ball("Liver", (8, -4, 21), 6)]
    for reader in ("Ann", "Bob"):
        drawn(tmp_path / "results", reader, *files_of(tmp_path / reader, liver))
    bright = np.any([ball.inside(SHAPE, MATRIX) for ball in liver], axis=0)
    (tmp_path / "images").mkdir()
    write_image(tmp_path / "images" / "ct.nrrd", bright.astype(np.int16) * 100, MATRIX)
    (tmp_path / "cache").mkdir()
    drawings = read_results_folder([tmp_path / "results"]).drawings
    (image,) = compare_drawings_of(drawings, None, 2.0, tmp_path, tmp_path / "cache", 1)
    (snapshot,) = image.snapshots
    remarks: list[str] = []

    pictures = slice_pictures([(image, snapshot)], tmp_path / "images", remarks)

    with_image, without = (
        np.asarray(contact_sheet([(image, snapshot)], behind).axes[0].images[0].get_array())
        for behind in (pictures, {})
    )
    assert remarks == [] and np.array_equal(with_image, without)
    assert set(np.unique(with_image)) == {0, 1} and not np.array_equal(with_image, with_image[:, ::-1])


def test_an_image_that_cannot_be_shown_is_told_and_costs_nothing_else(tmp_path: Path) -> None:
    two_readers(tmp_path)
    (tmp_path / "images").mkdir()
    write_image(tmp_path / "images" / "ct.nrrd", np.zeros((4, 5, 6), np.int16), MATRIX)
    (tmp_path / "nothing").mkdir()

    elsewhere = report(tmp_path, "--images", tmp_path / "images")
    missing = report(tmp_path, "--images", tmp_path / "nothing")

    without = "The worst cases are shown without the image “ct.nrrd”:"
    assert (elsewhere.code, missing.code) == (0, 0)
    assert f"{without} it is on another grid than the drawings." in elsewhere.err
    assert f"{without} The file “ct.nrrd” does not exist." in missing.err
    assert without in page(tmp_path / "out")
