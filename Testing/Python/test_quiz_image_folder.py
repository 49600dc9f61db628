"""A Path of the quiz finds its file on disk, and never one outside the image folder."""

import os
from pathlib import Path

import pytest
from quiz_rights import without_rights
from quiz_text import codes_of, image, only_problem, page, problems_of, session
from QuizLoaderLib.quiz.image_folder import ImageFolder, ImagePathError
from QuizLoaderLib.quiz.problems import Problem, Severity

needs_links = pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")


@pytest.fixture
def root(tmp_path):
    """images/study/2007-spgr.nrrd, with a secret beside images."""
    (tmp_path / "images" / "study").mkdir(parents=True)
    (tmp_path / "images" / "study" / "2007-spgr.nrrd").write_text("NRRD", encoding="utf-8")
    (tmp_path / "secret.nrrd").write_text("NRRD", encoding="utf-8")
    return tmp_path / "images"


def refusal(folder: ImageFolder, path: str) -> Problem:
    with pytest.raises(ImagePathError) as raised:
        folder.find(path)
    assert raised.value.problem.is_error
    return raised.value.problem


@pytest.mark.parametrize(
    "path", ["study/2007-spgr.nrrd", r"study\2007-spgr.nrrd", r".\study/./2007-spgr.nrrd"]
)
def test_a_file_is_found_with_either_separator(root, path):
    found = ImageFolder(root).find(path)
    assert (found.path, found.warning) == (root / "study" / "2007-spgr.nrrd", None)


@pytest.mark.parametrize("path", ["STUDY/2007-spgr.nrrd", "study/2007-SPGR.NRRD"])
def test_a_name_that_differs_in_case_is_found_with_a_warning(root, path):
    found = ImageFolder(root).find(path)
    assert found.path == root / "study" / "2007-spgr.nrrd"
    assert found.warning is not None
    assert (found.warning.code, found.warning.severity) == ("Q505", Severity.WARNING)
    assert found.warning.hint == "write “study/2007-spgr.nrrd”"


def test_of_two_names_that_differ_in_case_the_exact_one_is_found_and_no_other_guessed(root):
    for name in ("CT.nrrd", "ct.nrrd"):
        (root / name).touch()
    if len(list(root.glob("*.nrrd"))) < 2:
        pytest.skip("this file system does not tell them apart")
    folder = ImageFolder(root)
    assert folder.find("ct.nrrd").path == root / "ct.nrrd"
    assert folder.find("ct.nrrd").warning is None
    ambiguous = refusal(folder, "Ct.nrrd")
    assert (ambiguous.code, ambiguous.hint) == ("Q506", "write one of CT.nrrd, ct.nrrd")


def test_letters_composed_in_another_way_are_the_same_name(root):
    (root / "Ho\u0308he.nrrd").touch()
    found = ImageFolder(root).find("H\u00f6he.nrrd")
    assert found.path.exists()
    assert found.warning is None


def test_a_missing_file_names_the_nearest_one(root):
    (root / "study" / "2007-spgr.nrrd").rename(root / "study" / "1007-spgr.nrrd")
    (root / "study" / "1007-spgr.label.nrrd").touch()
    text = session(
        page(
            "",
            *(
                image("", f"<DefaultDestination>{view}</DefaultDestination>", r"study\2007-spgr.nrrd")
                for view in ("Red", "Green")
            ),
        )
    )
    problem = only_problem(root.parent, text, ImageFolder(root))
    assert problem.as_line("quiz.xml") == (
        "quiz.xml:3: error Q504: The file “study/2007-spgr.nrrd” does not exist. "
        "(“study” has “1007-spgr.nrrd”)"
    )
    assert (problem.page, problem.image, problem.view) == (1, "CT", "Red")


def test_a_missing_folder_names_the_nearest_one(root):
    assert refusal(ImageFolder(root), "studi/2007-spgr.nrrd").hint == "“images” has “study”"
    assert refusal(ImageFolder(root), "else/2007-spgr.nrrd").hint == "“else” is not in “images”"
    assert (
        refusal(ImageFolder(root), "study/2007-spgr.nrrd/x").hint
        == "“study/2007-spgr.nrrd” is a file, not a folder"
    )


@pytest.mark.parametrize(
    "path",
    [
        "../secret.nrrd",
        r"study\..\..\secret.nrrd",
        "/etc/passwd",
        r"\etc\passwd",
        "C:/x.nrrd",
        r"c:x.nrrd",
        r"\\host\share\x.nrrd",
        "",
        ".",
        "a\0b",
    ],
)
def test_a_path_that_leaves_the_folder_is_refused(root, path):
    assert refusal(ImageFolder(root), path).code == "Q502"


@needs_links
def test_a_link_that_leads_out_is_refused_unless_links_are_allowed(root):
    (root / "out.nrrd").symlink_to(root.parent / "secret.nrrd")
    (root / "up").symlink_to(root.parent)
    for path, target in (("out.nrrd", "secret.nrrd"), ("up/secret.nrrd", "secret.nrrd")):
        assert refusal(ImageFolder(root), path).code == "Q503"
        assert "--follow-links" in refusal(ImageFolder(root), path).hint
        assert (
            ImageFolder(root, follow_links=True).find(path).path.resolve() == (root.parent / target).resolve()
        )


@needs_links
def test_a_link_that_stays_inside_is_found_and_so_is_a_folder_that_is_a_link_itself(root):
    (root / "again.nrrd").symlink_to(root / "study" / "2007-spgr.nrrd")
    (root / "archive").symlink_to(root / "study")
    (root.parent / "linked").symlink_to(root)
    for base in (root, root.parent / "linked"):
        for path in ("again.nrrd", "archive/2007-spgr.nrrd"):
            assert ImageFolder(base).find(path).path == base / path


@needs_links
def test_a_folder_beside_the_root_with_a_longer_name_is_outside(root):
    (root.parent / "images-secret").mkdir()
    (root.parent / "images-secret" / "a.nrrd").touch()
    (root / "link").symlink_to(root.parent / "images-secret")
    assert refusal(ImageFolder(root), "link/a.nrrd").code == "Q503"


@needs_links
@pytest.mark.parametrize("target", ["nothing", "loop.nrrd"])
def test_a_link_to_nothing_or_to_itself_is_an_error(root, target):
    (root / "loop.nrrd").symlink_to(root / target)
    assert refusal(ImageFolder(root), "loop.nrrd").code == "Q508"


@needs_links
def test_what_may_not_be_read_is_an_error_also_for_root(root):
    file = root / "study" / "2007-spgr.nrrd"
    with without_rights(file):
        assert refusal(ImageFolder(root), "study/2007-spgr.nrrd").code == "Q509"
    with without_rights(root / "study"):
        assert refusal(ImageFolder(root), "study/2007-spgr.nrrd").code == "Q509"
    assert ImageFolder(root).find("study/2007-spgr.nrrd").path == file


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_no_image_and_not_waited_for(root):
    os.mkfifo(root / "pipe.nrrd")
    assert refusal(ImageFolder(root), "pipe.nrrd").code == "Q510"


def test_a_folder_as_path_needs_dicom_read(root):
    without, read = (session(page("", image(written, path="study"))) for written in ("", 'DicomRead="Y"'))
    problem = only_problem(root.parent, without, ImageFolder(root))
    assert (problem.code, problem.line) == ("Q507", 3)
    assert "DicomRead" in problem.hint
    assert codes_of(root.parent, read, ImageFolder(root)) == []


def test_a_missing_image_folder_is_one_problem_and_not_one_for_each_image(root):
    text = session(*(page("", image(path=f"{number}.nrrd")) for number in range(20)))
    for base in (root / "none", root / "study" / "2007-spgr.nrrd"):
        problem = only_problem(root.parent, text, ImageFolder(base))
        assert (problem.code, problem.line, problem.page) == ("Q501", 0, 0)


def test_each_folder_is_listed_once(root, monkeypatch):
    listed: list[Path] = []
    scandir = os.scandir

    def counted(path: Path):
        listed.append(Path(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", counted)
    text = session(
        *(
            page(
                "",
                image(path="study/2007-spgr.nrrd"),
                image("ID='B'", "<Layer>Foreground</Layer>", path="study/x.nrrd"),
            )
            for _ in range(30)
        )
    )
    assert len(problems_of(root.parent, text, ImageFolder(root))) == 30
    assert [path for path in listed if root in (path, *path.parents)] == [root, root / "study"]
