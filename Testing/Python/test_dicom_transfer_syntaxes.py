"""The same values and colours from every transfer syntax, as the standard and pydicom have them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
import pytest
from _pytest.mark import ParameterSet
from dicom_made import CT, DOSE, PT, new_dataset
from dicom_packed import BIG_ENDIAN, EXPLICIT, JPEG, RLE, SYNTAXES, can_pack, write_packed
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from QuizLoaderLib.images.dicom.series import read_series

ROWS, COLUMNS, SLICES = 7, 11, 3
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


@dataclass(frozen=True)
class Stored:
    """A kind of stored grey values, of which the smallest and the largest occur."""

    dtype: str
    bits: int

    @property
    def values(self) -> np.ndarray:
        """(slices, rows, columns), not symmetric in any direction."""
        is_signed = self.dtype.startswith("i")
        low = -(1 << (self.bits - 1)) if is_signed else 0
        count = SLICES * ROWS * COLUMNS
        steps = np.linspace(0, 1, count) ** 2
        values = np.floor(low + steps * ((1 << self.bits) - 1)).astype(self.dtype)
        return values.reshape(SLICES, ROWS, COLUMNS)


KINDS = {
    "8": Stored("u1", 8),
    "8 signed": Stored("i1", 8),
    "12 in 16": Stored("u2", 12),
    "12 in 16 signed": Stored("i2", 12),
    "16": Stored("u2", 16),
    "16 signed": Stored("i2", 16),
    "32": Stored("u4", 32),
    "32 signed": Stored("i4", 32),
}


def grey_dataset(sop_class: str, modality: str, kind: Stored, photometric: str, frames: int) -> Dataset:
    dataset = new_dataset(sop_class, "1.2.3.10.1")
    dataset.Modality, dataset.PhotometricInterpretation = modality, photometric
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = ROWS, COLUMNS, 1
    if frames > 1:
        dataset.NumberOfFrames = frames
    dataset.BitsAllocated, dataset.BitsStored = 8 * np.dtype(kind.dtype).itemsize, kind.bits
    dataset.HighBit, dataset.PixelRepresentation = kind.bits - 1, int(kind.dtype.startswith("i"))
    dataset.PixelSpacing, dataset.SliceThickness = [1.0, 1.0], 2.0
    dataset.ImageOrientationPatient, dataset.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, 0]
    return dataset


def tolerance(syntax: str) -> int:
    """The best JPEG baseline is off by this much of 256."""
    return 2 if syntax == JPEG else 0


def same_as_pydicom(path: Path) -> np.ndarray | None:
    """The stored values as pydicom decodes them, None where it has no decoder here."""
    dataset = pydicom.dcmread(path)
    # pydicom 2 takes signed values for unsigned where they are packed.
    is_packed = dataset.file_meta.TransferSyntaxUID.is_compressed
    if pydicom.__version__.startswith("2.") and is_packed and dataset.PixelRepresentation == 1:
        return None
    try:
        return dataset.pixel_array
    except (NotImplementedError, RuntimeError):
        return None


def packings(kinds: Iterable[str], are_colors: bool = False, are_exact: bool = False) -> list[ParameterSet]:
    """Each transfer syntax with the kinds of stored values that it can have, by their names."""
    return [
        pytest.param(syntax, kind, id=f"{name} {kind}")
        for name, syntax in SYNTAXES.items()
        for kind in kinds
        if can_pack(syntax, np.dtype(KINDS[kind].dtype), are_colors) and not (are_exact and syntax == JPEG)
    ]


every_kind = pytest.mark.parametrize(("syntax", "kind"), packings(KINDS))


def slices_of(
    folder: Path, syntax: str, kind: Stored, modality: str, elements: Callable[[Dataset, int], None]
) -> np.ndarray:
    """The voxels of a series of one file for each slice."""
    for k, plane in enumerate(kind.values):
        sop_class = {"CT": CT, "PT": PT}.get(modality, SECONDARY_CAPTURE)
        dataset = grey_dataset(sop_class, modality, kind, "MONOCHROME2", 1)
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.10.{k + 1}"
        dataset.InstanceNumber, dataset.ImagePositionPatient = k + 1, [0, 0, 2.0 * k]
        elements(dataset, k)
        path = write_packed(dataset, folder / str(k), syntax, plane[np.newaxis])
        decoded = same_as_pydicom(path)
        assert decoded is None or np.abs(decoded.astype(int) - plane.astype(int)).max() <= tolerance(syntax)
    return read_series(folder).voxels


@every_kind
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_grey_values_without_a_rescale_are_those_stored(
    photometric: str, syntax: str, kind: str, tmp_path: Path
) -> None:
    dataset = grey_dataset(SECONDARY_CAPTURE, "OT", KINDS[kind], photometric, SLICES)
    volume = read_series(write_packed(dataset, tmp_path / "one", syntax, KINDS[kind].values))
    assert volume.is_inverted == (photometric == "MONOCHROME1")
    assert volume.voxels.dtype == KINDS[kind].dtype
    assert np.abs(volume.voxels.astype(int) - KINDS[kind].values.astype(int)).max() <= tolerance(syntax)


@every_kind
def test_values_of_ct_have_their_slope_and_intercept(syntax: str, kind: str, tmp_path: Path) -> None:
    def rescale(dataset: Dataset, k: int) -> None:
        dataset.RescaleSlope, dataset.RescaleIntercept = 2, -1024

    voxels = slices_of(tmp_path, syntax, KINDS[kind], "CT", rescale)
    expected = KINDS[kind].values.astype(np.float64) * 2 - 1024
    rounding = np.spacing(np.float32(np.abs(expected).max()))
    assert np.abs(voxels - expected).max() <= 2 * tolerance(syntax) + rounding
    assert voxels.dtype == np.int16 or np.abs(expected).max() > 32767


@every_kind
def test_values_of_pet_have_the_slope_of_their_slice(syntax: str, kind: str, tmp_path: Path) -> None:
    slopes = (0.25, 1.5, 3.0)

    def rescale(dataset: Dataset, k: int) -> None:
        dataset.RescaleSlope, dataset.RescaleIntercept, dataset.Units = slopes[k], 0, "BQML"

    voxels = slices_of(tmp_path, syntax, KINDS[kind], "PT", rescale)
    expected = KINDS[kind].values * np.array(slopes)[:, np.newaxis, np.newaxis]
    assert voxels.dtype == np.float32
    assert np.allclose(voxels, expected, rtol=1e-6, atol=3 * tolerance(syntax))


@every_kind
def test_dose_has_its_scaling(syntax: str, kind: str, tmp_path: Path) -> None:
    dataset = grey_dataset(DOSE, "RTDOSE", KINDS[kind], "MONOCHROME2", SLICES)
    dataset.DoseUnits, dataset.DoseGridScaling, dataset.GridFrameOffsetVector = "GY", "1e-4", [0, 3, 6]
    volume = read_series(write_packed(dataset, tmp_path / "dose", syntax, KINDS[kind].values))
    assert volume.units == "GY"
    assert np.allclose(volume.voxels, KINDS[kind].values * 1e-4, rtol=1e-6, atol=1e-4 * tolerance(syntax))


@pytest.mark.parametrize(
    ("syntax", "kind"), packings([kind for kind in KINDS if kind != "32 signed"], are_exact=True)
)
def test_a_modality_table_gives_what_stands_for_each_value(syntax: str, kind: str, tmp_path: Path) -> None:
    """A falling table that begins above the smallest value and ends below the largest (PS3.3 C.11.1.1)."""
    stored = KINDS[kind].values.astype(np.int64)
    first, entries = int(stored.min()) + 20, 100

    def table(dataset: Dataset, k: int) -> None:
        item = Dataset()
        item.add_new(0x00283002, "SS" if KINDS[kind].dtype.startswith("i") else "US", [entries, first, 16])
        entries_of = np.array(
            [60000 - 3 * n for n in range(entries)], f"{'>' if syntax == BIG_ENDIAN else '<'}u2"
        )
        # The standard lets a table be numbers or bytes.
        as_numbers = k % 2 == 0
        item.add_new(
            0x00283006,
            "US" if as_numbers else "OW",
            entries_of.tolist() if as_numbers else entries_of.tobytes(),
        )
        item.ModalityLUTType = "OD"
        dataset.ModalityLUTSequence = Sequence([item])

    voxels = slices_of(tmp_path, syntax, KINDS[kind], "CR", table)
    expected = 60000 - 3 * np.clip(stored - first, 0, entries - 1)
    assert np.array_equal(voxels, expected)


def test_bits_beside_those_stored_do_not_count(tmp_path: Path) -> None:
    """Ten bits above two others, with an overlay in the highest."""
    kind = Stored("u2", 10)
    dataset = grey_dataset(SECONDARY_CAPTURE, "OT", kind, "MONOCHROME2", SLICES)
    dataset.HighBit = 11
    stored = (kind.values << 2) | np.uint16(0x8003)
    for syntax in (EXPLICIT, BIG_ENDIAN, RLE):
        volume = read_series(write_packed(dataset, tmp_path / syntax / "one", syntax, stored))
        assert np.array_equal(volume.voxels, kind.values)


def color_dataset(photometric: str, dtype: str, frames: int) -> Dataset:
    dataset = new_dataset(SECONDARY_CAPTURE, "1.2.3.10.1")
    dataset.Modality, dataset.PhotometricInterpretation = "OT", photometric
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel, dataset.PlanarConfiguration = ROWS, COLUMNS, 3, 0
    dataset.NumberOfFrames = frames
    dataset.BitsAllocated = dataset.BitsStored = 8 * np.dtype(dtype).itemsize
    dataset.HighBit, dataset.PixelRepresentation = dataset.BitsStored - 1, 0
    return dataset


def colors_of(dtype: str) -> np.ndarray:
    """(frames, rows, columns, 3), smooth, each colour with a direction of its own."""
    last = np.array([1, ROWS - 1, COLUMNS - 1])
    frame, row, column = np.indices((2, ROWS, COLUMNS)) / last.reshape(3, 1, 1, 1)
    parts = np.stack([column, row, 0.2 + 0.5 * frame + 0.3 * column * row], axis=-1)
    return np.floor(parts * np.iinfo(dtype).max).astype(dtype)


@pytest.mark.parametrize(("syntax", "kind"), packings(["8", "16", "32"], are_colors=True))
def test_red_green_and_blue_are_those_stored(syntax: str, kind: str, tmp_path: Path) -> None:
    dtype = KINDS[kind].dtype
    colors = colors_of(dtype)
    path = write_packed(color_dataset("RGB", dtype, 2), tmp_path / "one", syntax, colors)
    voxels = read_series(path).voxels
    assert voxels.dtype == dtype
    assert np.abs(voxels.astype(int) - colors.astype(int)).max() <= 2 * tolerance(syntax)
    decoded = same_as_pydicom(path)
    assert decoded is None or np.abs(voxels.astype(int) - decoded.astype(int)).max() <= tolerance(syntax)


@pytest.mark.parametrize("syntax", ["implicit", "explicit", "big endian", "deflated"])
def test_colours_in_planes_are_put_together(syntax: str, tmp_path: Path) -> None:
    colors = colors_of("u1")
    dataset = color_dataset("RGB", "u1", 2)
    dataset.PlanarConfiguration = 1
    planes = np.moveaxis(colors, -1, 1)
    path = write_packed(dataset, tmp_path / "one", SYNTAXES[syntax], planes)
    assert np.array_equal(read_series(path).voxels, colors)


def test_bytes_of_colours_in_words_of_the_other_order_are_in_their_own_order(tmp_path: Path) -> None:
    """An odd number of bytes a frame: the second frame begins within a word (PS3.5 7.3)."""
    colors = colors_of("u1")
    dataset = color_dataset("RGB", "u1", 2)
    dataset.file_meta.TransferSyntaxUID = BIG_ENDIAN
    path = write_packed(dataset, tmp_path / "one", BIG_ENDIAN, colors)
    content = path.read_bytes()
    raw = colors.tobytes() + b"\0" * (colors.size % 2)
    at = content.index(raw)
    swapped = np.frombuffer(raw, "u2").byteswap().tobytes()
    path.write_bytes(content[: at - 8] + b"OW" + content[at - 6 : at] + swapped)
    assert colors[0].size % 2
    assert np.array_equal(read_series(path).voxels, colors)
    assert np.array_equal(pydicom.dcmread(path).pixel_array, colors)


def rgb_of_ybr(ybr: np.ndarray) -> np.ndarray:
    """PS3.3 C.7.6.3.1.2 the other way round, by solving its equations."""
    to_ybr = np.array([[0.299, 0.587, 0.114], [-0.1687, -0.3313, 0.5], [0.5, -0.4187, -0.0813]])
    return np.clip((ybr - [0.0, 128.0, 128.0]) @ np.linalg.inv(to_ybr).T, 0, 255)


@pytest.mark.parametrize("syntax", SYNTAXES.values(), ids=SYNTAXES)
def test_luminance_and_its_colours_become_red_green_and_blue(syntax: str, tmp_path: Path) -> None:
    ybr = colors_of("u1")
    path = write_packed(color_dataset("YBR_FULL", "u1", 2), tmp_path / "one", syntax, ybr)
    voxels = read_series(path).voxels
    assert voxels.dtype == np.uint8
    assert np.abs(voxels - rgb_of_ybr(ybr)).max() <= 1 + 2 * tolerance(syntax)


@pytest.mark.parametrize("syntax", ["implicit", "explicit", "big endian", "deflated"])
def test_two_pixels_that_share_their_colour_both_have_it(syntax: str, tmp_path: Path) -> None:
    whole = colors_of("u1")[:, :, :10]
    shared = whole[:, :, ::2, 1:]
    stored = np.stack([whole[:, :, 0::2, 0], whole[:, :, 1::2, 0], shared[..., 0], shared[..., 1]], axis=-1)
    dataset = color_dataset("YBR_FULL_422", "u1", 2)
    dataset.Columns = 10
    path = write_packed(dataset, tmp_path / "one", SYNTAXES[syntax], stored)
    expected = rgb_of_ybr(np.concatenate([whole[..., :1], np.repeat(shared, 2, axis=2)], axis=-1))
    assert np.abs(read_series(path).voxels - expected).max() <= 1


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize(("syntax", "kind"), packings(["8", "16"], are_exact=True))
def test_palette_colours_are_those_of_the_table(syntax: str, bits: int, kind: str, tmp_path: Path) -> None:
    """40 colours from the value 5 on: values below have the first, those above the last."""
    stored = (np.arange(2 * ROWS * COLUMNS).reshape(2, ROWS, COLUMNS) % 60).astype(KINDS[kind].dtype)
    colors = np.stack([6 * np.arange(40), 255 - 3 * np.arange(40), np.arange(40) % 7 * 30], axis=-1)
    dataset = grey_dataset(SECONDARY_CAPTURE, "OT", KINDS[kind], "PALETTE COLOR", 2)
    for name, values in zip(("Red", "Green", "Blue"), colors.T, strict=True):
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [40, 5, bits])
        table = values.astype("u1").view("<u2") if bits == 8 else (values * 257).astype("<u2")
        if syntax == BIG_ENDIAN:
            table = table.byteswap()
        setattr(dataset, f"{name}PaletteColorLookupTableData", table.tobytes())
    voxels = read_series(write_packed(dataset, tmp_path / "one", syntax, stored)).voxels
    assert voxels.dtype == np.uint8
    assert np.array_equal(voxels, colors[np.clip(stored.astype(int) - 5, 0, 39)])
