"""A treatment plan of nobody: a CT, an RTDOSE on a coarser grid, and a structure set of two organs."""

from pathlib import Path

import numpy as np
from dicom_made import (
    DOSE,
    FRAME_OF_REFERENCE,
    MadeRoi,
    Placement,
    new_dataset,
    put_pixels,
    save,
    write_series,
    write_structure_set,
)
from panel_stage import QUESTIONS, write_quiz

CENTRE_LPS = np.array([4.0, -6.0, 0.0])
LEVELS = (
    '<Isodose Level="95" Unit="%" Color="255 0 0"/><Isodose Level="30" Color="0 255 0"/><Isodose Level="80"/>'
)
ORGANS = {"Target": ((4, -6), 10.0, (255, 160, 0)), "Cord": ((4, 24), 6.0, (0, 160, 255))}
"""Circles on every slice: their centres (x, y) and radii, in mm, and their colours."""


def doses_gy(points_lps: np.ndarray) -> np.ndarray:
    """60 Gy in the middle, 1 Gy less at each mm from the line along the patient."""
    return 60 - np.linalg.norm(points_lps[..., :2] - CENTRE_LPS[:2], axis=-1)


def write_plan(folder: Path) -> Path:
    """The quiz; its images lie beside it."""
    ct = Placement(np.arange(-15, 16, 3.0).tolist(), (2.0, 2.0), (-59.0, -59.0, -15.0))
    y, x = np.mgrid[-59:61:2, -59:61:2]
    body = np.where(np.hypot(x, y) < 55, 40, -1000).astype(np.int16)
    write_series(folder / "ct", np.stack([body] * 11), ct, RescaleSlope="1", RescaleIntercept="0")
    _write_dose(folder / "dose.dcm")
    turns = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    rois = [
        MadeRoi(
            name,
            [
                np.column_stack(
                    [middle[0] + radius * np.cos(turns), middle[1] + radius * np.sin(turns), np.full(120, z)]
                )
                for z in ct.offsets
            ],
            color=color,
        )
        for name, (middle, radius, color) in ORGANS.items()
    ]
    write_structure_set(folder / "structures.dcm", rois)
    views = (("Red", "Axial"), ("Green", "Coronal"), ("Yellow", "Sagittal"))
    elements = []
    for view, plane in views:
        place = f"<DefaultDestination>{view}</DefaultDestination>"
        place += f"<DefaultOrientation>{plane}</DefaultOrientation>"
        ct_look, dose_look = (
            'WindowLevel="400 40"',
            'Opacity="0.3" ColorTable="PET-Rainbow2" Prescription="50"',
        )
        elements += [
            f'<Image ID="CT" Type="Volume" DicomRead="Y" {ct_look}>{place}<Path>ct</Path></Image>',
            f'<Image ID="Dose" Type="Volume" DicomRead="Y" {dose_look}>{place}<Layer>Foreground</Layer>'
            f"<Path>dose.dcm</Path>{LEVELS}</Image>",
            f'<Image ID="Organs" Type="RTStruct">{place}<Path>structures.dcm</Path>'
            '<ROIs ROIVisibilityCode="All"/></Image>',
        ]
    return write_quiz(folder / "plan.xml", [f"|{''.join(elements)}{QUESTIONS}", f"|{QUESTIONS}"])


def _write_dose(path: Path) -> None:
    """Voxels of 3 x 3 x 5 mm, in hundredths of a Gy."""
    offsets = np.arange(0, 36, 5.0)
    k, j, i = np.indices((len(offsets), 41, 41))
    points = np.stack([-60 + 3.0 * i, -60 + 3.0 * j, -17.5 + 5.0 * k], axis=-1)
    dataset = new_dataset(DOSE, "1.2.3.77.1", "1.2.3.77")
    dataset.Modality, dataset.DoseUnits, dataset.DoseGridScaling = "RTDOSE", "GY", "0.01"
    dataset.FrameOfReferenceUID = FRAME_OF_REFERENCE
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [-60, -60, -17.5], [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing, dataset.GridFrameOffsetVector = [3, 3], offsets.tolist()
    put_pixels(dataset, np.round(np.maximum(doses_gy(points), 0) * 100).astype(np.uint32))
    save(dataset, path)
