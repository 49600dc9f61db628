"""How large pixels are: lengths are in mm only where the file says so."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dicom_made import new_dataset, put_pixels, save, write_series
from image_pages import image, library_of, page
from PIL import Image as Picture
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from QuizLoaderLib.images.dicom.series import NOT_CALIBRATED, read_series
from QuizLoaderLib.images.types.volume import is_calibrated
from QuizLoaderLib.quiz.model import ImageType
from test_dicom_on_screen import LEFT_BRIGHT, PLACEMENT

ROWS, COLUMNS = 10, 20


def write_projection(path: Path, modality: str = "DX", **elements: object) -> Path:
    """A picture without a place in the patient."""
    dataset = new_dataset("1.2.840.10008.5.1.4.1.1.7", "1.2.3.10.1")
    dataset.Modality = modality
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    put_pixels(dataset, np.zeros((ROWS, COLUMNS), np.uint8))
    return save(dataset, path)


def region(
    box: tuple[int, int, int, int] = (0, 0, COLUMNS - 1, ROWS - 1),
    deltas: tuple[float, float] = (0.05, 0.02),
    units: tuple[int, int] = (3, 3),
) -> Dataset:
    """An ultrasound region: left, top, right and bottom pixel, units a pixel across and down (3 is cm)."""
    item = Dataset()
    item.RegionLocationMinX0, item.RegionLocationMinY0 = box[:2]
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = box[2:]
    item.PhysicalDeltaX, item.PhysicalDeltaY = deltas
    item.PhysicalUnitsXDirection, item.PhysicalUnitsYDirection = units
    return item


def write_ultrasound(path: Path, *regions: Dataset) -> Path:
    return write_projection(path, "US", SequenceOfUltrasoundRegions=Sequence(regions))


@pytest.mark.parametrize(
    ("elements", "spacing"),
    [
        ({"PixelSpacing": [0.4, 0.3], "ImagerPixelSpacing": [0.6, 0.5]}, (0.3, 0.4)),
        ({"ImagerPixelSpacing": [0.2, 0.1]}, (0.1, 0.2)),
        ({"ImagerPixelSpacing": [0.3, 0.15], "EstimatedRadiographicMagnificationFactor": 1.5}, (0.1, 0.2)),
        ({"NominalScannedPixelSpacing": [0.3, 0.25]}, (0.25, 0.3)),
    ],
)
def test_the_spacing_of_a_projection_is_that_of_the_patient_else_of_the_detector_or_the_film(
    elements: dict[str, Any], spacing: tuple[float, float], tmp_path: Path
) -> None:
    volume = read_series(write_projection(tmp_path / "dx", **elements))
    assert volume.grid.spacing_mm[:2] == pytest.approx(spacing)
    assert volume.is_calibrated
    assert volume.problems == ()


@pytest.mark.parametrize("elements", [{}, {"PixelSpacing": [0, 0]}, {"ImagerPixelSpacing": [0.1, -0.1]}])
def test_without_a_spacing_pixels_count_as_1_mm_and_it_is_said(
    elements: dict[str, Any], tmp_path: Path
) -> None:
    volume = read_series(write_projection(tmp_path / "dx", **elements))
    assert volume.grid.spacing_mm[:2] == (1, 1)
    assert not volume.is_calibrated
    (problem,) = volume.problems
    assert problem.code == NOT_CALIBRATED
    assert problem.sentence == (
        "The series of “dx” does not say how large its pixels are; lengths on it are in pixels, not in mm."
    )


def test_a_spacing_with_decimal_commas_is_none(tmp_path: Path) -> None:
    path = write_projection(tmp_path / "dx", PixelSpacing=[0.5, 0.5])
    path.write_bytes(path.read_bytes().replace(b"0.5\\0.5", b"0,5\\0,5"))
    assert not read_series(path).is_calibrated


def test_an_ultrasound_region_over_the_whole_image_calibrates_it(tmp_path: Path) -> None:
    volume = read_series(write_ultrasound(tmp_path / "us", region()))
    assert volume.grid.spacing_mm[:2] == pytest.approx((0.5, 0.2))
    assert volume.is_calibrated
    assert volume.problems == ()


def test_an_ultrasound_region_within_the_image_calibrates_and_says_where_not(tmp_path: Path) -> None:
    half = region((0, 0, COLUMNS // 2, ROWS - 1), deltas=(-0.05, 0.05))
    volume = read_series(write_ultrasound(tmp_path / "us", half))
    assert volume.grid.spacing_mm[:2] == pytest.approx((0.5, 0.5))
    assert volume.is_calibrated
    (problem,) = volume.problems
    assert problem.code == NOT_CALIBRATED
    assert "in the ultrasound picture only" in problem.sentence


@pytest.mark.parametrize(
    "regions",
    [
        [region(units=(4, 3))],
        [region(), region(units=(4, 7))],
        [region((0, 0, 9, 9)), region((10, 0, 19, 9), deltas=(0.1, 0.1))],
        [region(deltas=(0.0, 0.05))],
        [],
    ],
    ids=["seconds", "a spectrum beside the picture", "two scales", "no scale", "no region"],
)
def test_ultrasound_regions_that_are_not_all_of_one_scale_in_cm_calibrate_nothing(
    regions: list[Dataset], tmp_path: Path
) -> None:
    volume = read_series(write_ultrasound(tmp_path / "us", *regions))
    assert volume.grid.spacing_mm[:2] == (1, 1)
    assert not volume.is_calibrated


def test_the_nodes_of_a_page_tell_whether_their_lengths_are_in_mm(tmp_path: Path) -> None:
    write_series(tmp_path / "ct", LEFT_BRIGHT, PLACEMENT)
    (tmp_path / "dx").mkdir()
    write_projection(tmp_path / "dx" / "one")
    Picture.new("RGB", (4, 3)).save(tmp_path / "photo.png")
    Picture.new("L", (4, 3)).save(tmp_path / "grey.png")
    images = (
        image("ct", id="ct", dicom_read=True),
        image("dx/one", id="dx", dicom_read=True),
        image("photo.png", ImageType.VECTOR, id="photo"),
        image("grey.png", ImageType.VECTOR, id="grey"),
    )
    with library_of(tmp_path) as library:
        nodes = library.load(page(*images)).nodes
        assert [is_calibrated(node) for node in nodes] == [True, False, False, False]


def test_each_frame_of_a_sequence_tells_whether_its_lengths_are_in_mm(tmp_path: Path) -> None:
    from QuizLoaderLib.views.state import show_frame

    for time in (1, 2):
        write_series(
            tmp_path / "cine",
            LEFT_BRIGHT,
            PLACEMENT,
            modality="MR",
            first=3 * time,
            TemporalPositionIdentifier=time,
            PixelSpacing=None,
        )
    with library_of(tmp_path) as library:
        node = library.load(page(image("cine", ImageType.VOLUME_SEQUENCE, dicom_read=True))).nodes[0]
        for number in (1, 0):
            show_frame(node, number)
            assert not is_calibrated(node)
