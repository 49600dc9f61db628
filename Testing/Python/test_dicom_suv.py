"""PET is told in standardized uptake values where its header allows it, and has presets of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dicom_made import Placement, write_series
from image_pages import load_one
from mrml_by_hand import image
from pydicom.dataset import Dataset
from QuizLoaderLib.images.types.volume import suv_of_one
from QuizLoaderLib.quiz.model import Layer, SliceView, WindowLevel
from QuizLoaderLib.reader.view_texts import window_text
from QuizLoaderLib.reader.window_presets import chosen_preset, preset_names, window_of_preset
from QuizLoaderLib.views.contents import Placed, ViewContents

HALF_LIFE_S = 6586.2
DOSE_BQ = 370e6
WEIGHT_KG = 70


def dose(**changed: object) -> Dataset:
    """Given two half-lives before the scan, which began at 12:00:00."""
    item = Dataset()
    item.RadionuclideTotalDose, item.RadionuclideHalfLife = DOSE_BQ, HALF_LIFE_S
    # 2 x 6586.2 s are 3 h 39 min 32.4 s.
    item.RadiopharmaceuticalStartTime = "082027.6"
    for keyword, value in changed.items():
        setattr(item, keyword, value)
    return item


ELEMENTS: dict[str, object] = {
    "Units": "BQML",
    "CorrectedImage": ["DECY", "ATTN", "SCAT"],
    "DecayCorrection": "START",
    "PatientWeight": WEIGHT_KG,
    "SeriesDate": "20300102",
    "SeriesTime": "120000",
    "AcquisitionDate": "20300102",
    "AcquisitionTime": "120500.5",
}
OF_ONE = 1000 * WEIGHT_KG / (DOSE_BQ / 4)
"""(g) / (Bq after two half-lives)."""


@contextmanager
def pet(folder: Path, item: Dataset | None, **changed: object) -> Iterator[Any]:
    """The node of a series of values from 0 to 40,000."""
    voxels = np.linspace(0, 40_000, 40_000).astype(np.uint16).reshape(4, 100, 100)
    elements: dict[str, Any] = {**ELEMENTS, **changed}
    for keyword in [keyword for keyword, value in elements.items() if value is None]:
        del elements[keyword]
    corrected = elements.pop("CorrectedImage", None)
    if corrected is not None:
        # A list of one list for each slice.
        elements["CorrectedImage"] = [corrected] * 4
    if item is not None:
        elements["RadiopharmaceuticalInformationSequence"] = [[item]] * 4
    write_series(folder / "pet", voxels, Placement(range(4)), modality="PT", **elements)
    node, problems, library = load_one(folder, "pet", dicom_read=True)
    assert problems == []
    yield node
    library.close()


def test_values_are_told_as_uptake_by_body_weight(tmp_path: Path) -> None:
    with pet(tmp_path, dose()) as node:
        assert suv_of_one(node) == pytest.approx(OF_ONE, rel=1e-9)
        window, level = node.GetDisplayNode().GetWindow(), node.GetDisplayNode().GetLevel()
        assert window == pytest.approx(39_960, abs=2)
        contents = ViewContents(SliceView.RED, background=Placed(image(Layer.BACKGROUND), node))
        assert window_text(contents) == f"W {window * OF_ONE:.3g} L {level * OF_ONE:.3g} SUV"
        names = list(preset_names(node))
        assert names == ["SUV 0 to 5", "SUV 0 to 7", "SUV 0 to 10", "SUV 0 to 20", "automatic", "all values"]
        look = window_of_preset(node, "SUV 0 to 10")
        assert look is not None
        assert (look.window * OF_ONE, look.level * OF_ONE) == pytest.approx((10, 5))
        node.GetDisplayNode().SetWindowLevel(look.window, look.level)
        assert chosen_preset(node) == "SUV 0 to 10"


@pytest.mark.parametrize(
    ("item", "changed", "expected"),
    [
        (dose(RadiopharmaceuticalStartDateTime="20300102082027.6"), {}, OF_ONE),
        (dose(RadiopharmaceuticalStartDateTime="20300102082027.600000+0100"), {}, OF_ONE),
        # Given before midnight.
        (
            dose(RadiopharmaceuticalStartTime="212027.6"),
            {"SeriesTime": "010000", "AcquisitionTime": "010000"},
            OF_ONE,
        ),
        (dose(), {"DecayCorrection": "ADMIN"}, 1000 * WEIGHT_KG / DOSE_BQ),
        (None, {"Units": "GML"}, 1.0),
    ],
    ids=["a date", "a date and a zone", "midnight", "corrected to the injection", "uptake already"],
)
def test_other_ways_to_say_the_same(
    tmp_path: Path, item: Dataset | None, changed: dict[str, object], expected: float
) -> None:
    with pet(tmp_path, item, **changed) as node:
        assert suv_of_one(node) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("item", "changed"),
    [
        (None, {}),
        (dose(), {"PatientWeight": None}),
        (dose(), {"PatientWeight": 0}),
        (dose(RadionuclideTotalDose=0), {}),
        (dose(RadionuclideHalfLife=0), {}),
        (dose(RadiopharmaceuticalStartTime=""), {}),
        (dose(), {"Units": "CNTS"}),
        (dose(), {"CorrectedImage": ["DECY"]}),
        (dose(), {"CorrectedImage": ["ATTN"]}),
        (dose(), {"DecayCorrection": "NONE"}),
        # Made after the scan: the time of the series is not that to which its decay is corrected.
        (dose(), {"SeriesTime": "170000"}),
        (dose(), {"SeriesTime": None}),
    ],
)
def test_where_something_is_missing_nothing_is_made_up(
    tmp_path: Path, item: Dataset | None, changed: dict[str, object]
) -> None:
    with pet(tmp_path, item, **changed) as node:
        assert suv_of_one(node) is None
        assert list(preset_names(node)) == ["automatic", "all values"]
        assert chosen_preset(node) == ""


@pytest.mark.parametrize(("modality", "has_ct"), [("CT", True), ("MR", False), ("RTDOSE", False)])
def test_presets_are_those_of_the_modality(tmp_path: Path, modality: str, has_ct: bool) -> None:
    voxels = np.arange(400, dtype=np.int16).reshape(4, 10, 10)
    write_series(tmp_path / "series", voxels, Placement(range(4)), modality=modality)
    node, _problems, library = load_one(tmp_path, "series", dicom_read=True)
    assert ("CT lung" in preset_names(node)) == has_ct
    assert ("automatic" in preset_names(node)) != has_ct
    assert (window_of_preset(node, "automatic") is None) == has_ct
    look = window_of_preset(node, "all values")
    assert look is not None and look == WindowLevel(399, 199.5)
    node.GetDisplayNode().SetWindowLevel(look.window, look.level)
    assert chosen_preset(node) == "all values"
    assert window_of_preset(node, "CT lung") == (WindowLevel(1500, -600) if has_ct else None)
    library.close()
