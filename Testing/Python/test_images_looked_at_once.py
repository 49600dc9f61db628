"""A file is looked at once: its first showing opens it three times at most, a later one not at all."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK
from bad_images import write_header_beside, write_packed_meta_image
from dicom_made import MadeRoi, Placement, write_segmentation, write_series, write_structure_set
from file_opens import FileOpens, needs_inotify
from image_files import numbered, write_meta_image, write_nifti, write_nrrd
from image_pages import image, library_of, page
from PIL import Image as Picture
from QuizLoaderLib.images.files.file_facts import look_at
from QuizLoaderLib.images.types.file_info import file_info
from QuizLoaderLib.quiz.model import ImageType

pytestmark = needs_inotify

VOXELS = numbered((6, 30, 40))
LABELS = (VOXELS % 3).astype(np.uint8)
SEGMENTS = {"Segment0_ID": "A", "Segment0_Name": "Liver", "Segment0_LabelValue": "1", "Segment0_Layer": "0"}
MOST = 3


def _detached(path: Path, voxels: np.ndarray) -> None:
    write_header_beside(path, voxels, "beside.raw")
    (path.parent / "beside.raw").write_bytes(voxels.tobytes())


def _layers(path: Path, voxels: np.ndarray) -> None:
    both = np.stack([voxels == 1, voxels == 2], axis=-1).astype(np.uint8)
    write_nrrd(path, both, layers=True, values=SEGMENTS, encoding="gzip")


WRITERS = {
    "raw.nrrd": lambda path, voxels: write_nrrd(path, voxels),
    "gzip.nrrd": lambda path, voxels: write_nrrd(path, voxels, encoding="gzip"),
    "a.nhdr": _detached,
    "a.nii": lambda path, voxels: write_nifti(path, voxels, sform=np.eye(4)),
    "a.nii.gz": lambda path, voxels: write_nifti(path, voxels, sform=np.eye(4)),
    "a.mha": lambda path, voxels: write_meta_image(path, voxels),
    "packed.mha": lambda path, voxels: write_packed_meta_image(path, voxels),
    "a.mhd": lambda path, voxels: SimpleITK.WriteImage(SimpleITK.GetImageFromArray(voxels), str(path)),
}
PLACEMENT = Placement(tuple(np.arange(6) * 2.0))


def opens_of(folder: Path, *images) -> tuple[dict[str, int], dict[str, int]]:
    """The opens of a first showing and those of a second one."""
    opens = FileOpens(folder, *(entry for entry in folder.rglob("*") if entry.is_dir()))
    with library_of(folder) as library:
        for number in (1, 2):
            loaded = library.load(page(*images))
            assert [problem.sentence for problem in loaded.problems if problem.is_error] == []
            assert None not in loaded.nodes
            if number == 1:
                first = opens.so_far()
        library.load(page(number=2))
        both = opens.so_far()
    return first, {name: count - first.get(name, 0) for name, count in both.items()}


def require_few(first: dict[str, int], second: dict[str, int], files: int) -> None:
    assert len(first) == files
    assert {name: count for name, count in first.items() if count > MOST} == {}
    assert set(second.values()) == {0}


@pytest.mark.parametrize("name", WRITERS)
def test_a_volume(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name, VOXELS)
    require_few(*opens_of(tmp_path, image(name)), files=2 if name in ("a.nhdr", "a.mhd") else 1)


@pytest.mark.parametrize("name", WRITERS)
def test_one_file_in_three_types(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name, LABELS)
    types = (ImageType.VOLUME, ImageType.LABEL_MAP, ImageType.SEGMENTATION)
    images = [image(name, type, id=type.value) for type in types]
    require_few(*opens_of(tmp_path, *images), files=2 if name in ("a.nhdr", "a.mhd") else 1)


@pytest.mark.parametrize("write", [_layers, lambda path, voxels: write_nrrd(path, voxels, values=SEGMENTS)])
def test_a_slicer_segmentation(tmp_path: Path, write) -> None:
    write(tmp_path / "a.seg.nrrd", LABELS)
    require_few(*opens_of(tmp_path, image("a.seg.nrrd", ImageType.SEGMENTATION)), files=1)


def test_a_nifti_with_a_slope(tmp_path: Path) -> None:
    write_nifti(tmp_path / "a.nii.gz", VOXELS, sform=np.eye(4), slope=0.5)
    require_few(*opens_of(tmp_path, image("a.nii.gz")), files=1)


def test_a_sequence(tmp_path: Path) -> None:
    write_nifti(tmp_path / "a.nii.gz", np.stack([VOXELS, VOXELS + 1]), sform=np.eye(4))
    require_few(*opens_of(tmp_path, image("a.nii.gz", ImageType.VOLUME_SEQUENCE)), files=1)


def test_a_picture(tmp_path: Path) -> None:
    Picture.fromarray(LABELS[0]).save(tmp_path / "a.png")
    require_few(*opens_of(tmp_path, image("a.png", ImageType.VECTOR)), files=1)


@pytest.mark.parametrize("path", ["ct", "ct/I00002"])
def test_a_series(tmp_path: Path, path: str) -> None:
    write_series(tmp_path / "ct", VOXELS, PLACEMENT)
    require_few(*opens_of(tmp_path, image(path, dicom_read=True)), files=6)


def _outline(k: int) -> np.ndarray:
    corners = ((2.0, 2.0), (12.0, 2.0), (12.0, 9.0), (2.0, 9.0))
    return np.array([PLACEMENT.point(*corner, k) for corner in corners])


def test_a_structure_set_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_series(tmp_path / "ct", VOXELS, PLACEMENT)
    write_structure_set(tmp_path / "rt.dcm", [MadeRoi("Liver", [_outline(2), _outline(3)])])
    parsed: list[str] = []
    dcmread = pydicom.dcmread

    def counted(file, *options, **named):
        parsed.append(Path(getattr(file, "name", file)).name)
        return dcmread(file, *options, **named)

    monkeypatch.setattr(pydicom, "dcmread", counted)
    structures = image("rt.dcm", ImageType.RT_STRUCT, id="RT")
    first, second = opens_of(tmp_path, image("ct", dicom_read=True), structures)
    assert parsed.count("rt.dcm") == 1
    require_few(first, second, files=7)


def test_a_dicom_segmentation(tmp_path: Path) -> None:
    positions = [PLACEMENT.position(k) for k in range(6)]
    write_segmentation(tmp_path / "seg.dcm", LABELS == 1, [1] * 6, positions, PLACEMENT)
    require_few(*opens_of(tmp_path, image("seg.dcm", ImageType.SEGMENTATION)), files=1)


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_is_described(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name, LABELS)
    opens = FileOpens(tmp_path)
    assert file_info(tmp_path / name)
    assert max(opens.so_far().values()) <= MOST


def test_a_series_that_is_described(tmp_path: Path) -> None:
    paths = write_series(tmp_path, VOXELS, PLACEMENT)
    opens = FileOpens(tmp_path)
    assert file_info(paths[1])[0].grid
    assert max(opens.so_far().values()) <= MOST


def test_one_look_tells_what_a_file_is(tmp_path: Path) -> None:
    for name, write in WRITERS.items():
        write(tmp_path / name, VOXELS)
        opens = FileOpens(tmp_path)
        facts = look_at(tmp_path / name)
        assert set(opens.so_far().values()) == {1}
        assert facts.is_current()
        assert facts.fault is None
