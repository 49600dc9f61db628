"""Enhanced objects, dose, compressed transfer syntaxes, and files that are cut or are no images."""

from collections.abc import Callable
from pathlib import Path

import jpeg_ls
import numpy as np
import pydicom
import pytest
import SimpleITK
from dicom_made import (
    Placement,
    new_dataset,
    put_pixels,
    save,
    write_segmentation,
    write_series,
    write_structure_set,
)
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from QuizLoaderLib.images.dicom.encapsulated import NOT_DECODED
from QuizLoaderLib.images.dicom.headers import DICOM_DAMAGED, NOT_DICOM, headers_in
from QuizLoaderLib.images.dicom.series import NOT_A_SERIES, find_series, read_series, read_time_points
from QuizLoaderLib.images.errors import ImageReadError

RLE, JPEG_LS = "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.80"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"


def item(**elements: object) -> Dataset:
    dataset = Dataset()
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def write_enhanced(path: Path, frames: np.ndarray, positions: list[float], times: list[int]) -> Path:
    """Frames at these positions along z and these time points, the time being the rescale's slope."""
    dataset = new_dataset(ENHANCED_MR, "1.2.3.10.1")
    dataset.Modality = "MR"
    put_pixels(dataset, frames)
    measures = item(PixelSpacing=[2.0, 1.0], SliceThickness=3.0)
    orientation = item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    shared = item(
        PixelMeasuresSequence=Sequence([measures]), PlaneOrientationSequence=Sequence([orientation])
    )
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    dataset.PerFrameFunctionalGroupsSequence = Sequence(
        [
            item(
                PlanePositionSequence=Sequence([item(ImagePositionPatient=[5, 6, z])]),
                FrameContentSequence=Sequence([item(TemporalPositionIndex=time)]),
                PixelValueTransformationSequence=Sequence([item(RescaleSlope=time, RescaleIntercept=0)]),
                FrameVOILUTSequence=Sequence([item(WindowCenter=100 * time, WindowWidth=50)]),
            )
            for z, time in zip(positions, times, strict=True)
        ]
    )
    return save(dataset, path)


def test_an_enhanced_object_is_sorted_by_its_frames_own_places(tmp_path: Path) -> None:
    frames = np.stack([np.full((2, 3), value, np.int16) for value in (30, 10, 20)])
    path = write_enhanced(tmp_path / "mr", frames, [6.0, 0.0, 3.0], [1, 1, 1])
    volume = read_series(path)
    assert volume.voxels[:, 0, 0].tolist() == [10, 20, 30]
    assert volume.ijk_to_ras.tolist() == [[-1, 0, 0, -5], [0, -2, 0, -6], [0, 0, 3, 0], [0, 0, 0, 1]]
    assert volume.window_level == (50.0, 100.0)


def test_an_enhanced_object_with_time_points_and_a_rescale_for_each_frame(tmp_path: Path) -> None:
    frames = np.stack([np.full((2, 3), value, np.int16) for value in (1, 2, 3, 4)])
    path = write_enhanced(tmp_path / "mr", frames, [0.0, 3.0, 0.0, 3.0], [1, 1, 2, 2])
    points = read_time_points(path)
    assert [points.read(k).voxels[:, 0, 0].tolist() for k in range(2)] == [[1, 2], [6, 8]]


@pytest.mark.parametrize("first", [0, 10], ids=["relative", "absolute"])
def test_dose_is_in_its_units_at_the_offsets_of_its_frames(first: float, tmp_path: Path) -> None:
    dataset = new_dataset("1.2.840.10008.5.1.4.1.1.481.2", "1.2.3.10.1")
    dataset.Modality, dataset.DoseUnits, dataset.DoseGridScaling = "RTDOSE", "GY", 0.25
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [0, 0, 10], [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing, dataset.GridFrameOffsetVector = [1, 1], [first, first + 2.5, first + 5]
    put_pixels(dataset, np.arange(12, dtype=np.uint32).reshape(3, 2, 2))
    volume = read_series(save(dataset, tmp_path / "dose"))
    assert volume.units == "GY"
    assert volume.voxels.ravel().tolist() == [value * 0.25 for value in range(12)]
    assert volume.ijk_to_ras[2].tolist() == [0, 0, 2.5, 10]


@pytest.mark.parametrize("scaling", [b"nan", b"inf", b"0.0", b"abc"])
def test_dose_without_a_usable_scaling_has_its_stored_values_and_no_units(
    scaling: bytes, tmp_path: Path
) -> None:
    dataset = new_dataset("1.2.840.10008.5.1.4.1.1.481.2", "1.2.3.10.1")
    dataset.Modality, dataset.DoseGridScaling, dataset.DoseUnits = "RTDOSE", 0.125, "GY"
    put_pixels(dataset, np.arange(4, dtype=np.uint16).reshape(2, 2))
    path = save(dataset, tmp_path / "dose")
    path.write_bytes(path.read_bytes().replace(b"0.125", scaling.ljust(5)))
    volume = read_series(path)
    assert volume.voxels.ravel().tolist() == [0, 1, 2, 3]
    assert volume.units == ""


@pytest.mark.parametrize("compressor", ["JPEG2000", "JPEG"])
def test_compressed_slices_equal_uncompressed_ones(compressor: str, tmp_path: Path) -> None:
    voxels = np.random.default_rng(4).integers(0, 3000, (3, 17, 22)).astype(np.int16)
    for k, plane in enumerate(voxels):
        image = SimpleITK.GetImageFromArray(plane[np.newaxis])
        image.SetSpacing((0.5, 0.75, 2.0))
        for key, value in {
            "0008|0060": "CT",
            "0020|000e": "1.2.3.10",
            "0020|000d": "1.2.3.1",
            "0020|0013": str(k + 1),
            "0020|0032": f"-4\\5\\{2.0 * k}",
            "0020|0037": "1\\0\\0\\0\\1\\0",
            "0028|1052": "-1024",
            "0028|1053": "1",
        }.items():
            image.SetMetaData(key, value)
        writer = SimpleITK.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        writer.SetFileName(str(tmp_path / f"{9 - k}.dcm"))
        writer.UseCompressionOn()
        writer.SetCompressor(compressor)
        writer.Execute(image)
    (syntax,) = {header.transfer_syntax for header in headers_in(tmp_path, ("SeriesInstanceUID",))}
    assert not syntax.startswith("1.2.840.10008.1.2.1")
    volume = read_series(tmp_path)
    assert volume.voxels.dtype == np.int16
    assert np.array_equal(volume.voxels, voxels)
    assert volume.ijk_to_ras.tolist() == [[-0.5, 0, 0, 4], [0, -0.75, 0, -5], [0, 0, 2, 0], [0, 0, 0, 1]]


def as_rle(dataset: Dataset, plane: np.ndarray) -> None:
    dataset.compress(RLE)


def as_jpeg_ls(dataset: Dataset, plane: np.ndarray) -> None:
    dataset.PixelData = encapsulate([jpeg_ls.encode_buffer(plane.tobytes(), *plane.shape, 1, 16, 0, 0)])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEG_LS


@pytest.mark.parametrize(("syntax", "pack"), [(RLE, as_rle), (JPEG_LS, as_jpeg_ls)])
def test_slices_in_run_lengths_and_jpeg_ls_equal_uncompressed_ones(
    syntax: str, pack: Callable[[Dataset, np.ndarray], None], tmp_path: Path
) -> None:
    voxels = np.random.default_rng(5).integers(0, 4000, (3, 17, 22)).astype(np.uint16)
    paths = write_series(tmp_path, voxels, Placement(offsets=(0.0, 1.0, 2.0)))
    for path, plane in zip(paths, voxels, strict=True):
        dataset = pydicom.dcmread(path)
        pack(dataset, plane)
        save(dataset, path)
    assert {header.transfer_syntax for header in headers_in(tmp_path, ("SeriesInstanceUID",))} == {syntax}
    assert np.array_equal(read_series(tmp_path).voxels, voxels)


def test_palette_colours_become_rgb(tmp_path: Path) -> None:
    dataset = new_dataset("1.2.840.10008.5.1.4.1.1.7", "1.2.3.10.1")
    dataset.Modality = "OT"
    put_pixels(dataset, np.array([[0, 1], [2, 1]], np.uint8))
    dataset.PhotometricInterpretation = "PALETTE COLOR"
    for name, values in (("Red", (255, 0, 9)), ("Green", (0, 128, 9)), ("Blue", (0, 0, 200))):
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        table = np.zeros(256, "<u2")
        table[:3] = np.array(values) * 257
        setattr(dataset, f"{name}PaletteColorLookupTableData", table.tobytes())
    path = save(dataset, tmp_path / "palette")
    voxels = read_series(path).voxels
    assert voxels.dtype == np.uint8
    assert voxels.tolist() == [[[[255, 0, 0], [0, 128, 0]], [[9, 9, 200], [0, 128, 0]]]]


def test_monochrome1_is_marked_to_be_shown_inverted(tmp_path: Path) -> None:
    write_series(tmp_path, np.ones((1, 2, 2), np.int16), Placement((0.0,)))
    assert not read_series(tmp_path).is_inverted
    dataset = new_dataset("1.2.840.10008.5.1.4.1.1.1", "1.2.3.10.9", "1.2.3.77")
    dataset.Modality = "CR"
    put_pixels(dataset, np.ones((2, 2), np.uint16))
    dataset.PhotometricInterpretation = "MONOCHROME1"
    assert read_series(save(dataset, tmp_path / "cr")).is_inverted


def test_what_is_no_series_says_what_it_is(tmp_path: Path) -> None:
    structures = write_structure_set(tmp_path / "rt", [])
    segmentation = write_segmentation(
        tmp_path / "seg", np.ones((1, 2, 2)), [1], [np.zeros(3)], Placement((0.0,))
    )
    text = tmp_path / "text.dcm"
    text.write_text("no DICOM " * 50, encoding="utf-8")
    empty = tmp_path / "empty"
    empty.mkdir()
    for path, code, words in (
        (structures, NOT_A_SERIES, "“rt” is a structure set"),
        (segmentation, NOT_A_SERIES, "“seg” is a segmentation"),
        (text, NOT_DICOM, "“text.dcm” is not a DICOM file"),
        (empty, NOT_A_SERIES, "The folder “empty” holds no DICOM images"),
        (tmp_path / "nowhere", NOT_DICOM, "“nowhere” does not exist"),
    ):
        with pytest.raises(ImageReadError) as caught:
            read_series(path)
        assert caught.value.problem.code == code
        assert words in caught.value.problem.sentence


def test_a_file_cut_in_its_pixels_or_its_header_is_named(tmp_path: Path) -> None:
    paths = write_series(tmp_path, np.zeros((3, 20, 20), np.int16), Placement((0.0, 1.0, 2.0)))
    whole = paths[1].read_bytes()
    for path in paths:
        path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ImageReadError, match="“I00001” is cut short") as caught:
        read_series(paths[0])
    assert caught.value.problem.code == DICOM_DAMAGED
    for length in (133, 150, 300, 420):
        paths[1].write_bytes(whole[:length])
        with pytest.raises(ImageReadError, match="I00002"):
            read_series(paths[1])


def test_a_private_transfer_syntax_is_named(tmp_path: Path) -> None:
    paths = write_series(tmp_path, np.zeros((1, 20, 20), np.int16), Placement((0.0,)))
    content = paths[0].read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.99999.1.2.9\0")
    paths[0].write_bytes(content)
    with pytest.raises(ImageReadError) as caught:
        read_series(paths[0])
    assert caught.value.problem.code == NOT_DECODED
    assert "1.2.840.99999.1.2.9" in caught.value.problem.sentence


def test_thousands_of_other_files_beside_a_series(tmp_path: Path) -> None:
    paths = write_series(tmp_path, np.ones((3, 4, 4), np.int16), Placement((0.0, 1.0, 2.0)))
    (other,) = write_series(
        tmp_path, np.ones((1, 4, 4), np.int16), Placement((0.0,)), series="1.2.3.5", first=9
    )
    content = other.read_bytes()
    for number in range(2500):
        (tmp_path / f"other{number}").write_bytes(content)
        (tmp_path / f"note{number}").write_text("note", encoding="utf-8")
    series = find_series(paths[0])
    assert len(series.times[0].frames) == 3
    assert series.problems == ()
