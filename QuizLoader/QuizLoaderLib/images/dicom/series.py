"""A DICOM series: its files found by their headers, checked, and read as one volume or as time points."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...quiz.image_folder import LINK_LEAVES_FOLDER
from ...quiz.problems import Problem, ProblemCode, warning
from ..arrays import DicomIdentity, VolumeArrays
from ..errors import NOT_CALIBRATED, ImageReadError, not_calibrated
from . import stack as dicom_geometry
from .frames import TAGS as FRAME_TAGS
from .frames import Frame, dose_scaling, frames_of
from .headers import Header, MayOpen, anything, headers_in, read_header
from .pixel_spacing import Calibrated
from .pixels import read_voxels
from .suv import TAGS as SUV_TAGS
from .suv import suv_of_one
from .time_points import TimePoint, split_by_time

NOT_A_SERIES = ProblemCode("Q622", "An image read with DicomRead is a file, or a folder, of an image series.")
SEVERAL_SERIES = ProblemCode("Q623", "A folder read with DicomRead holds one series.")
SEVERAL_TIMES = ProblemCode("Q629", "A series shown as a Volume has one time point (warning).")
GRIDS_DIFFER = ProblemCode("Q630", "The time points of a VolumeSequence share one grid.")
FILES_COPIED = ProblemCode("Q631", "A folder holds each image once (warning).")
IMAGES_MIXED = ProblemCode(
    "Q632", "The images of a series share size, direction, spacing and frame of reference (warning)."
)
IMAGES_LOST = ProblemCode("Q636", "Every image of a series can be read (warning).")
MOSAIC = ProblemCode("Q637", "An image of a series is one slice (warning).")

TAGS = [*FRAME_TAGS, *SUV_TAGS]
_MADE_ALONG = ("RTDOSE", "RTIMAGE")
"""Modalities of images that radiotherapy keeps beside the series a plan was made on."""


@dataclass(frozen=True, eq=False)
class Series:
    """The frames of one series that make one stack each time point; ``problems`` are warnings."""

    path: Path
    times: tuple[TimePoint, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def times_s(self) -> tuple[float, ...]:
        """Seconds after the first time point; counted 0, 1, 2 where the headers say nothing better."""
        return tuple(time.seconds for time in self.times)

    @property
    def header(self) -> Header:
        """That of the first frame."""
        return self.times[0].frames[0].header

    @property
    def files(self) -> int:
        """How many files it is of."""
        return len({frame.header.path for time in self.times for frame in time.frames})

    def read(self, index: int, with_pixels: bool = True) -> VolumeArrays:
        """One time point; without pixels its voxels are zeros that take no memory. :raises ImageReadError:"""
        frames = self.times[index].frames
        stack = dicom_geometry.stack(frames, f"The series of “{self.path.name}”")
        lost: tuple[Problem, ...] = ()
        if with_pixels:
            try:
                voxels = read_voxels(stack.frames)
            except ImageReadError as fault:
                readable, lost = _readable(stack.frames, self.path, fault)
                stack = dicom_geometry.stack(readable, f"The series of “{self.path.name}”")
                voxels = read_voxels(stack.frames)
            voxels = stack.on_grid(voxels)
        else:
            left, right, top, bottom = stack.padding()
            rows, columns = frames[0].rows + top + bottom, frames[0].columns + left + right
            voxels = np.broadcast_to(np.int16(0), (stack.count, rows, columns))
        header = stack.frames[0].header
        identity = DicomIdentity(
            header.series_uid,
            header.frame_of_reference,
            header.modality,
            tuple(frame.uid for frame in stack.frames),
            () if stack.is_even else tuple(stack.offsets_mm.tolist()),
            suv_of_one([frame.header for frame in stack.frames]),
        )
        return VolumeArrays(
            voxels,
            stack.ijk_to_ras(),
            identity,
            stack.frames[len(stack.frames) // 2].window_level(),
            (*self.problems, *lost, *stack.problems, *_about_lengths(stack.frames[0], self.path)),
            units_of(header),
            header.text("PhotometricInterpretation") == "MONOCHROME1",
            stack.frames[0].calibrated is not Calibrated.NOTHING,
        )


def read_series(path: Path, may_open: MayOpen = anything) -> VolumeArrays:
    """The series that the file belongs to, or the one series of the folder, with its rescale applied.

    Slices ascend along the normal. With a warning an uneven or tilted series is brought onto a regular grid,
    and of several time points the first is taken.

    :raises ImageReadError: no DICOM image, several series in the folder, pixels that cannot be decoded.
    """
    series = find_series(path, may_open=may_open)
    volume = series.read(0)
    if len(series.times) > 1:
        several = warning(
            SEVERAL_TIMES,
            f"The series of “{path.name}” has {len(series.times)} time points; the first is shown.",
            'Type="VolumeSequence" shows them all',
        )
        volume = replace(volume, problems=(several, *volume.problems))
    return volume


def read_grid(path: Path) -> VolumeArrays:
    """Where the volume of ``read_series`` lies, from the headers alone; the voxels are all zero."""
    return find_series(path).read(0, with_pixels=False)


def read_time_points(path: Path, may_open: MayOpen = anything) -> Series:
    """The time points of a series, each read when asked for; of a folder also one series a subfolder.

    :raises ImageReadError: as ``read_series``; time points that are not of one grid.
    """
    if path.is_dir() and not headers_in(path, TAGS, may_open=may_open):
        folders = [folder for folder in sorted(path.iterdir()) if folder.is_dir() and may_open(folder)]
        links = _links_left_out(path, may_open)
        if links and len(folders) < 2:
            raise ImageReadError(LINK_LEAVES_FOLDER, links[0].sentence, links[0].hint)
        parts = [find_series(folder, may_open=may_open) for folder in folders]
        if parts:
            times = tuple(TimePoint(float(k), part.times[0].frames) for k, part in enumerate(parts))
            first = times[0].frames
            for part, time in zip(parts, times, strict=True):
                if len(time.frames) != len(first) or not time.frames[0].is_aligned_with(first[0]):
                    sentence = f"The time point “{part.path.name}” has a different grid from the first."
                    raise ImageReadError(GRIDS_DIFFER, sentence)
            problems = [*links, *(one for part in parts for one in part.problems)]
            return Series(path, times, tuple(problems))
    return find_series(path, may_open=may_open)


def find_series(path: Path, known: Header | None = None, may_open: MayOpen = anything) -> Series:
    """The frames of a series and their time points, from the headers alone; ``known`` is that of the file,
    where it was parsed before. :raises ImageReadError:"""
    if path.is_dir():
        headers = _headers_of_folder(path, may_open)
    else:
        headers = _headers_beside(known or read_header(path, TAGS), may_open)
    _refuse_slides(headers, path)
    problems = _links_left_out(path if path.is_dir() else path.parent, may_open)
    headers = _without_copies(headers, path, problems)
    frames = [frame for header in headers for frame in frames_of(header)]
    frames = _of_one_kind(frames, path, problems)
    problems += _about_mosaics(frames, path)
    times = split_by_time(frames, path, problems)
    return Series(path, times, tuple(problems))


def _links_left_out(folder: Path, may_open: MayOpen) -> list[Problem]:
    count = sum(not may_open(path) for path in folder.iterdir()) if may_open is not anything else 0
    if not count:
        return []
    links = "links lead" if count > 1 else "link leads"
    sentence = f"In “{folder.name}” {count} {links} out of the image folder; what is there is left out."
    hint = "allow links (--follow-links) if you trust them, or copy the files"
    return [warning(LINK_LEAVES_FOLDER, sentence, hint)]


def _headers_beside(own: Header, may_open: MayOpen) -> list[Header]:
    path = own.path
    if not own.is_image:
        what = {"RTSTRUCT": "a structure set", "SEG": "a segmentation"}.get(own.modality, "without an image")
        hint = {"RTSTRUCT": 'use Type="RTStruct"', "SEG": 'use Type="Segmentation"'}.get(own.modality, "")
        raise ImageReadError(NOT_A_SERIES, f"“{path.name}” is {what}, not an image series.", hint)
    others = headers_in(path.parent, TAGS, own.series_uid, own, may_open)
    beside = [header for header in others if header.is_image]
    if not own.series_uid:
        beside = [header for header in beside if not header.series_uid]
    return [own, *beside]


def _headers_of_folder(folder: Path, may_open: MayOpen) -> list[Header]:
    headers = [header for header in headers_in(folder, TAGS, may_open=may_open) if header.is_image]
    if not headers:
        if links := _links_left_out(folder, may_open):
            sentence = f"The folder “{folder.name}” has nothing but links that lead out of the image folder."
            raise ImageReadError(NOT_A_SERIES, sentence, links[0].hint)
        inner = sorted(path.name for path in folder.iterdir() if path.is_dir())
        hint = "the series may be in a folder below: " + ", ".join(inner[:6]) if inner else ""
        raise ImageReadError(NOT_A_SERIES, f"The folder “{folder.name}” holds no DICOM images.", hint)
    headers = [header for header in headers if header.modality not in _MADE_ALONG] or headers
    found = _series_list(headers)
    if len(found) > 1:
        raise ImageReadError(
            SEVERAL_SERIES,
            f"The folder “{folder.name}” holds {len(found)} series: "
            f"{'; '.join(found[:6])}{'; ...' if len(found) > 6 else ''}.",
            "give the path of one file of the series you want",
        )
    return headers


def _series_list(headers: Sequence[Header]) -> list[str]:
    """One phrase for each series: modality, description, number of files, the name of one file."""
    by_uid: dict[str, list[Header]] = {}
    for header in headers:
        by_uid.setdefault(header.series_uid, []).append(header)
    phrases = []
    for first, *others in by_uid.values():
        files = f"({len(others) + 1} file{'s' * bool(others)}, {first.path.name})"
        phrases.append(" ".join(filter(None, (first.modality, first.text("SeriesDescription"), files))))
    return phrases


def _without_copies(headers: list[Header], path: Path, problems: list[Problem]) -> list[Header]:
    """The same SOP instance twice is one image; the file that the quiz names is kept."""
    kept: dict[str, Header] = {}
    for header in sorted(headers, key=lambda header: header.path != path):
        kept.setdefault(header.text("SOPInstanceUID") or str(header.path), header)
    if len(kept) < len(headers):
        sentence = f"{len(headers) - len(kept)} files beside “{path.name}” are copies, which are left out."
        problems.append(warning(FILES_COPIED, sentence))
    return list(kept.values())


def _of_one_kind(frames: list[Frame], path: Path, problems: list[Problem]) -> list[Frame]:
    """Those that fit the ones of the named file; of a folder, the largest such group."""
    groups: list[list[Frame]] = []
    for frame in frames:
        group = next((group for group in groups if _fit(group[0], frame)), None)
        if group is None:
            groups.append(group := [])
        group.append(frame)
    if len(groups) == 1:
        return groups[0]
    chosen = max(groups, key=lambda group: (any(frame.header.path == path for frame in group), len(group)))
    left_out = len(frames) - len(chosen)
    sentence = (
        f"The series of “{path.name}” mixes images of several {_difference([group[0] for group in groups])}; "
        f"{left_out} of {len(frames)} images do not fit the others and are left out."
    )
    seen = {frame.header.path for frame in chosen}
    hint = "give the path of one of the other files to see those"
    if all(frame.header.path in seen for frame in frames):
        hint = "they are in the same file: save the others as a series of their own to see them"
    problems.append(warning(IMAGES_MIXED, sentence, hint))
    return chosen


def _fit(one: Frame, other: Frame) -> bool:
    frames_of_reference = {one.header.frame_of_reference, other.header.frame_of_reference, ""}
    return len(frames_of_reference) < 3 and one.is_aligned_with(other)


def _difference(firsts: Sequence[Frame]) -> str:
    """What differs between frames that do not make one stack."""
    if len({(frame.rows, frame.columns, frame.components) for frame in firsts}) > 1:
        return "sizes"
    if len({frame.header.frame_of_reference for frame in firsts} - {""}) > 1:
        return "frames of reference"
    directions = np.array([[frame.right, frame.down] for frame in firsts])
    return "directions" if np.ptp(directions, axis=0).max() > 1e-3 else "pixel spacings"


def _readable(
    frames: Sequence[Frame], path: Path, fault: ImageReadError
) -> tuple[list[Frame], tuple[Problem, ...]]:
    """The frames of the files that can be read, and a warning that names the others.

    :raises ImageReadError: ``fault``, where that leaves nothing, or it is of no file alone.
    """
    by_file: dict[Path, list[Frame]] = {}
    for frame in frames:
        by_file.setdefault(frame.header.path, []).append(frame)
    faults: dict[Path, Problem] = {}
    for file, of_file in by_file.items():
        try:
            read_voxels(of_file)
        except ImageReadError as own:
            faults[file] = own.problem
    if not 0 < len(faults) < len(by_file):
        raise fault
    first, *others = faults.items()
    sentence = f"{first[1].sentence.rstrip('.')}; it is left out."
    if others:
        names = ", ".join(f"“{file.name}”" for file, _ in others[:6]) + (", ..." if len(others) > 6 else "")
        sentence = f"{sentence[:-1]}, and so are {len(others)} more of the series: {names}."
    lost = (warning(IMAGES_LOST, sentence, first[1].hint),)
    return [frame for frame in frames if frame.header.path not in faults], lost


def _about_mosaics(frames: Sequence[Frame], path: Path) -> list[Problem]:
    """Scanners of Siemens put all slices of a time point into one image."""
    if "MOSAIC" not in frames[0].header.text("ImageType"):
        return []
    sentence = (
        f"The series of “{path.name}” is of mosaics, each of many slices side by side; no place is right."
    )
    return [warning(MOSAIC, sentence, "convert it with a program that takes mosaics apart")]


def _refuse_slides(headers: Sequence[Header], path: Path) -> None:
    for header in headers:
        tiles = [
            header.integer(f"TotalPixelMatrix{side}") > header.integer(side) for side in ("Rows", "Columns")
        ]
        if any(tiles):
            sentence = f"“{path.name}” is a whole slide in tiles; whole slides are not shown."
            raise ImageReadError(NOT_A_SERIES, sentence, "export the part of interest as a picture")


def _about_lengths(frame: Frame, path: Path) -> list[Problem]:
    name = f"The series of “{path.name}”"
    if frame.calibrated is Calibrated.NOTHING:
        return [not_calibrated(name)]
    if frame.calibrated is Calibrated.PART:
        sentence = f"{name} says how large its pixels are in the ultrasound picture only."
        return [warning(NOT_CALIBRATED, sentence, "lengths measured beside it are not right")]
    return []


def units_of(header: Header) -> str:
    """HU, BQML, GY and so on; empty where the header does not say."""
    if header.modality == "RTDOSE":
        return header.text("DoseUnits") if dose_scaling(header) else ""
    if header.modality == "PT":
        return header.text("Units")
    kind = header.text("RescaleType")
    if header.modality == "CT":
        return "HU" if kind in ("", "US") else kind
    return "" if kind == "US" else kind
