"""The standardized uptake value (SUV) of PET images, where their headers allow it.

Source: the vendor-neutral calculation of SUV by body weight, QIBA FDG-PET/CT Profile, appendix G.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydicom import Dataset

from .headers import Header, items_of, numbers_of, text_of

TAGS = [
    "Units", "CorrectedImage", "DecayCorrection", "PatientWeight", "RadiopharmaceuticalInformationSequence",
    "SeriesDate", "SeriesTime", "AcquisitionDate", "AcquisitionTime",
]  # fmt: skip


def suv_of_one(headers: Sequence[Header]) -> float | None:
    """The SUV of a voxel value of 1 in a series of these headers, g/ml by body weight; None where it is not
    known: other units than Bq/ml, without correction of attenuation and decay, without weight or dose."""
    first = headers[0]
    if first.modality != "PT":
        return None
    if first.text("Units") == "GML":
        return 1.0
    corrected = first.text("CorrectedImage").split("\\")
    is_corrected = "ATTN" in corrected and any(each.startswith("DEC") for each in corrected)
    weight_g = 1000 * first.number("PatientWeight")
    doses = items_of(first.dataset, "RadiopharmaceuticalInformationSequence")
    if first.text("Units") != "BQML" or not is_corrected or weight_g <= 0 or len(doses) != 1:
        return None
    dose_bq, half_life_s = (
        next(iter(numbers_of(doses[0], name)), 0.0)
        for name in ("RadionuclideTotalDose", "RadionuclideHalfLife")
    )
    if dose_bq <= 0:
        return None
    if first.text("DecayCorrection") == "ADMIN":
        return weight_g / dose_bq
    waited_s = _waited_s(headers, doses[0])
    return (
        None
        if waited_s is None or half_life_s <= 0
        else weight_g / (dose_bq * 2 ** (-waited_s / half_life_s))
    )


def _waited_s(headers: Sequence[Header], dose: Dataset) -> float | None:
    """From the injection to the moment that the decay is corrected to, the beginning of the scan; None where
    that is not known, as in a series that was made later."""
    date = headers[0].text("SeriesDate")
    scan = _moment(date + headers[0].text("SeriesTime"))
    acquired = [_moment(one.text("AcquisitionDate") + one.text("AcquisitionTime")) for one in headers]
    given = _moment(text_of(dose, "RadiopharmaceuticalStartDateTime"))
    if given is None:
        given = _moment(date + text_of(dose, "RadiopharmaceuticalStartTime"))
        if given is not None and scan is not None and given > scan:
            # Given before midnight.
            given -= timedelta(days=1)
    is_first = scan is not None and all(each is not None and scan <= each for each in acquired)
    if scan is None or given is None or not is_first or headers[0].text("DecayCorrection") != "START":
        return None
    return max(0.0, (scan - given).total_seconds())


def _moment(date_and_time: str) -> datetime | None:
    """As DICOM writes it; zones do not count."""
    text, _, fraction = date_and_time.partition(".")
    try:
        moment = datetime.strptime(text[:14], "%Y%m%d%H%M%S")
        return moment + timedelta(seconds=float("0." + (fraction[:6] or "0")))
    except ValueError:
        return None
