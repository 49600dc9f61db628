"""``quizloader check --images`` says of a page what showing it says, in the same words; no scene is made."""

import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from image_files import write_nifti, write_nrrd
from image_pages import image, library_of, page
from PIL import Image as Picture
from QuizLoaderLib.images.loading.page_check import PageCheck
from QuizLoaderLib.images.types.registry import TYPES
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.model import ImageType, Question, QuestionSet, Quiz, RoiCode, RoiVisibility, SliceView
from QuizLoaderLib.quiz.question_types import QuestionType
from QuizLoaderLib.views.contents import PageNodes, contents_of_views
from QuizLoaderLib.views.roi_visibility import unmatched_rois

CT = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
LABELS = np.zeros((3, 4, 5), np.uint8)
LABELS[1, 1:3, 1:4] = 2
VOLUME, LABEL_MAP, SEGMENTATION = ImageType.VOLUME, ImageType.LABEL_MAP, ImageType.SEGMENTATION


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_nrrd(tmp_path / "ct.nrrd", CT)
    write_nrrd(tmp_path / "labels.nrrd", LABELS)
    write_nrrd(tmp_path / "away.nrrd", LABELS, origin=(300, 0, 0))
    write_nrrd(tmp_path / "nothing.nrrd", np.zeros_like(LABELS))
    write_nrrd(tmp_path / "fractions.nrrd", LABELS + np.float32(0.5))
    whole = write_nifti(tmp_path / "cut.nii.gz", CT).read_bytes()
    (tmp_path / "cut.nii.gz").write_bytes(whole[:-20])
    colors = np.zeros((3, 4, 5, 3), np.uint8)
    write_nrrd(tmp_path / "colors.nrrd", colors, layers=True)
    text = (tmp_path / "colors.nrrd").read_bytes().replace(b"kinds: list", b"kinds: RGB-color")
    (tmp_path / "colors.nrrd").write_bytes(text)
    layers = np.stack([LABELS, LABELS], axis=-1)
    facts = {f"Segment{n}_{key}": value for n in (0, 1) for key, value in {"ID": f"S{n}", "Layer": n}.items()}
    write_nrrd(tmp_path / "overlapping.seg.nrrd", layers, values=facts, layers=True)
    (tmp_path / "series").mkdir()
    (tmp_path / "series" / "readme.txt").touch()
    return tmp_path


def over_ct(path: str, type: ImageType, **attributes):
    """A page with the CT on Red, and something on it."""
    return page(
        image("ct.nrrd", destination=SliceView.RED),
        image(path, type, id="On", layer=type.facts.layers[0], line=2, **attributes),
    )


def roi(*names: str) -> RoiVisibility:
    return RoiVisibility(RoiCode.SELECT, names, 3)


PAGES = {
    "good": (over_ct("labels.nrrd", LABEL_MAP), []),
    "not there": (over_ct("none.nrrd", SEGMENTATION), ["Q504"]),
    "cut short": (page(image("cut.nii.gz")), ["Q604"]),
    "colours as a volume": (page(image("colors.nrrd")), ["Q606"]),
    "a folder without DICOM": (page(image("series", dicom_read=True)), ["Q622"]),
    "fractions": (over_ct("fractions.nrrd", LABEL_MAP), ["Q607"]),
    "all background": (over_ct("nothing.nrrd", SEGMENTATION), ["Q609"]),
    "a label map away": (over_ct("away.nrrd", LABEL_MAP), ["Q616"]),
    "a segmentation away": (over_ct("away.nrrd", SEGMENTATION), ["Q616"]),
    "a wrong ROI": (over_ct("labels.nrrd", SEGMENTATION, roi_visibility=roi("Liver")), ["Q407"]),
    "a wrong value": (over_ct("labels.nrrd", LABEL_MAP, roi_visibility=roi("1", "2")), ["Q407"]),
    "overlapping segments": (over_ct("overlapping.seg.nrrd", LABEL_MAP, roi_visibility=roi("1")), ["Q606"]),
}


def facts(problems):
    return {
        (one.code, one.severity, one.sentence, one.hint, one.line, one.image, one.view) for one in problems
    }


@pytest.mark.parametrize("kind", PAGES)
def test_the_check_says_what_showing_says(folder: Path, kind: str) -> None:
    of_quiz, codes = PAGES[kind]
    with library_of(folder) as library:
        loaded = library.load(of_quiz)
        shown = [*loaded.problems]
        for contents in contents_of_views(PageNodes(loaded.page, loaded.nodes)).values():
            shown += unmatched_rois(contents)
    with closing(PageCheck(Quiz(folder / "quiz.xml"), ImageFolder(folder))) as check:
        found = list(check.problems(of_quiz))
    assert facts(found) == facts(shown)
    assert [problem.code for problem in found] == codes


@pytest.mark.parametrize("step", [4.4, 4.6])
def test_what_touches_by_a_part_of_a_voxel_is_not_away(folder: Path, step: float) -> None:
    """The labels fill columns 1 to 3, so their box is from 0.5 to 3.5; the volume ends at 4.5."""
    write_nrrd(folder / "near.nrrd", LABELS, origin=(step - 0.5, 0, 0))
    with library_of(folder) as library:
        problems = library.load(over_ct("near.nrrd", SEGMENTATION)).problems
    assert [problem.code for problem in problems] == ([] if step < 4.5 else ["Q616"])


def test_a_turned_segmentation_is_compared_by_its_place(folder: Path) -> None:
    """Its first index runs along the volume's last: only the place of its voxels counts."""
    turned = np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]], float)
    write_nrrd(folder / "turned.nrrd", LABELS, axes=turned, origin=(0, 0, 3))
    write_nrrd(folder / "beyond.nrrd", LABELS, axes=turned, origin=(0, 0, 30))
    with library_of(folder) as library:
        assert library.load(over_ct("turned.nrrd", SEGMENTATION)).problems == []
        beyond = library.load(over_ct("beyond.nrrd", SEGMENTATION)).problems
    assert [problem.code for problem in beyond] == ["Q616"]


def test_the_command_reads_what_is_shown_without_slicer(folder: Path) -> None:
    quiz = folder / "quiz.xml"
    cut = "<Path>cut.nii.gz</Path></Image>"
    quiz.write_text(
        f'<Session>\n<Page ID="P">\n<Image ID="A" Type="Volume">{cut}\n'
        f'<Image ID="A" Type="Volume"><DefaultDestination>Green</DefaultDestination>{cut}'
        '<QuestionSet><Question Type="InfoBox"><Option>x</Option></Question></QuestionSet></Page></Session>',
        encoding="utf-8",
    )
    main = "from QuizLoaderLib.apps.command_line.main import main; main()"
    run = f"import sys; sys.modules['slicer'] = None; {main}"
    command = [sys.executable, "-c", run, "check", str(quiz), "--images", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=600)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert len(ended.stdout.splitlines()) == 1
    assert ended.stdout.startswith(f"{quiz}:3: error Q604: “cut.nii.gz” is damaged or incomplete")


def test_what_no_reader_foresaw_costs_its_image_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_context):
        raise ArithmeticError("nobody knows")

    monkeypatch.setattr(TYPES[VOLUME], "read", broken)
    with closing(PageCheck(Quiz(folder / "quiz.xml"), ImageFolder(folder))) as check:
        found = list(check.problems(over_ct("labels.nrrd", LABEL_MAP)))
    assert [(problem.code, problem.image) for problem in found] == [("Q601", "MR")]
    assert found[0].hint == "the reader says ArithmeticError: nobody knows"


def test_a_picture_among_the_questions_is_bounded_and_told(folder: Path) -> None:
    """A small file may ask for gigabytes: 20,000 x 10,000 grey pixels are 200 KB as png."""
    Picture.new("L", (8, 8)).save(folder / "good.png")
    Picture.new("1", (20_000, 10_000)).save(folder / "bomb.png")
    Picture.new("1", (6_000, 5_000)).save(folder / "large.png")
    (folder / "text.png").write_text("no picture", encoding="utf-8")
    names = ("good.png", "bomb.png", "large.png", "text.png", "none.png")
    question = Question(QuestionType.PICTURE, 7, options=names)
    with_pictures = replace(page(), question_sets=(QuestionSet(6, questions=(question,)),))
    with closing(PageCheck(Quiz(folder / "quiz.xml"), ImageFolder(folder))) as check:
        found = list(check.problems(with_pictures))
    assert [(problem.code, problem.line) for problem in found] == [("Q617", 7)] * 3
    assert [problem.sentence for problem in found] == [
        "The picture “bomb.png” has too many pixels.",
        "The picture “large.png” has 6000 x 5000 pixels.",
        "The picture “text.png” cannot be read.",
    ]
