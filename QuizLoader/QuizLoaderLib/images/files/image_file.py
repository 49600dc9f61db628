"""The image in a file: its location in the patient (SimpleITK), and its voxels."""

import tempfile
import threading
from collections.abc import Callable
from functools import partial
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from ...quiz.problems import Problem, ProblemCode, warning
from ..errors import IMAGE_TOO_LARGE, PLACED_TWICE, WRONG_CONTENT, WRONG_SHAPE, ImageReadError
from ..grid import LPS_TO_RAS, at_right_angles
from ..silence import silent_libraries
from .file_facts import FileFacts, Header, damaged
from .file_formats import FileFormat
from .label_names import LabelRow, own_names
from .labels import Labels, labels_of
from .meta_image import MetaImageHeader
from .nifti import NiftiHeader
from .nrrd import FRAME_KINDS, NrrdHeader
from .pictures import UPRIGHT_IN_AXIAL, read_picture
from .raw_voxels import RawVoxels, VoxelsEndError

if TYPE_CHECKING:
    from SimpleITK import ImageFileReader

NOT_ORTHOGONAL = ProblemCode("Q608", "The axes of an image are at right angles.")

"""The dot product of two axes' unit vectors up to which they count as orthogonal: 0.06 degrees, far more
than what single precision headers lose."""
_READERS: dict[type[Header], str] = {
    NrrdHeader: "NrrdImageIO",
    MetaImageHeader: "MetaImageIO",
    NiftiHeader: "NiftiImageIO",
}
"""ITK's own name for each: else all its readers open the file to find theirs."""
_TOWARDS = (("left", "right"), ("back", "front"), ("feet", "head"))
_OPPOSITE = -0.7
"""The cosine of the angle between two directions from which on they count as opposite: 135 degrees."""

_FARTHEST_MM = 1e100
_LARGEST_DIFFERENCE = 0.01
"""Of two sizes of a voxel that count as one, as a share."""
_CORRECT_ONE = "find out which of them is right, and correct the other"

ShareVoxels = Callable[[Callable[[], np.ndarray]], np.ndarray]
_Value = TypeVar("_Value")


class _ReadOnce(Generic[_Value]):
    """A property that is computed when first asked for, under the instance's lock.

    Up to Python 3.11 functools.cached_property has one lock for all instances: files would be read one
    after the other.
    """

    def __init__(self, read: Callable[["ImageFile"], _Value]) -> None:
        self._read = read
        self.__doc__ = read.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: "ImageFile", owner: type | None = None) -> _Value:
        with instance.lock:
            if self._name not in instance.__dict__:
                instance.__dict__[self._name] = self._read(instance)
            value: _Value = instance.__dict__[self._name]
            return value


class ImageFile:
    """One file's image, header first; the voxels are read when first asked for, once, from any thread.

    ``size`` is (columns, rows, slices) or longer for time and the like, as the file has it; a plane counts
    as one slice. ``components`` is the number of values of each voxel. ``header`` holds an NRRD's own
    key/value pairs (the segments among them). ``ijk_to_ras`` is 4x4 at voxel centres, RAS in mm.
    ``problems`` are warnings about the header.
    ``share`` is called with what reads the voxels, and gives them: read now, or before by another process.
    Raises ImageReadError, here and where the voxels are read.
    """

    def __init__(self, facts: FileFacts, share: ShareVoxels | None = None) -> None:
        self.facts = facts
        self.path = facts.path
        self.lock = threading.RLock()
        self._share = share
        self.problems: tuple[Problem, ...] = ()
        facts.require_image()
        if facts.format is FileFormat.PICTURE:
            self._from_picture(facts)
        elif facts.header is not None and facts.voxels is not None:
            self._from_header(facts.header, facts.voxels)
        else:
            sentence = f"“{self.path.name}” is not an image in a supported format."
            hint = 'set DicomRead="Y"' if facts.is_dicom else "use nrrd, nhdr, nii, nii.gz, mha or mhd"
            raise ImageReadError(WRONG_CONTENT, sentence, hint)

    def _from_header(self, header: Header, voxels: RawVoxels) -> None:
        reader = _placing(self.path, header)
        self.header = header.values if isinstance(header, NrrdHeader) else {}
        self.size = _at_least_a_plane(self.path, reader.GetSize())
        self.components: int = reader.GetNumberOfComponents()
        if prod(self.size) * self.components != voxels.values:
            raise damaged(self.path)
        self.dtype = dtype_as_shown(voxels.dtype, header.scale)
        # Nothing of this object: one that held itself would keep its voxels until Python looks for cycles.
        self._make: Callable[[], np.ndarray] = partial(
            _voxels_of, self.path, voxels, self.components, self.dtype, header.scale
        )
        kinds = header.kinds if isinstance(header, NrrdHeader) else []
        self._kind = kinds[0] if kinds else ""
        self.ijk_to_ras = _ijk_to_ras(self.path, reader)
        self.problems = (*self.facts.problems, *_about_placements(self.path, header, self.ijk_to_ras))

    def _from_picture(self, facts: FileFacts) -> None:
        pages = read_picture(facts)
        self._make = lambda: pages.reshape(-1)
        self.header, self._kind = {}, ""
        self.size = pages.shape[2::-1]
        self.components = pages.shape[3] if pages.ndim > 3 else 1
        self.dtype = pages.dtype
        self.ijk_to_ras = UPRIGHT_IN_AXIAL

    @property
    def is_color(self) -> bool:
        """Whether a voxel's values are a colour, as far as the header says so."""
        if self.components not in (3, 4):
            return False
        is_small = self.dtype.kind == "u" and self.dtype.itemsize <= 2
        return "color" in self._kind or (is_small and (not self._kind or "vector" in self._kind))

    @property
    def has_frames(self) -> bool:
        """Whether a fourth axis, or the values of a voxel, are frames that follow each other."""
        return len(self.size) > 3 if self.components == 1 else self._kind in FRAME_KINDS

    @_ReadOnce
    def voxels(self) -> np.ndarray:
        """(slices, rows, columns) of the first three axes' order k, j, i; one buffer, never a copy.

        For a file of three dimensions and one value a voxel; other files have ``layers``.
        """
        return self._read().reshape(self.size[2::-1])

    @_ReadOnce
    def layers(self) -> tuple[np.ndarray, ...]:
        """A file of several values a voxel taken apart, each (slices, rows, columns) and contiguous."""
        if self.components == 1:
            return (self.voxels,)
        together = self._read().reshape(*self.size[2::-1], self.components)
        return tuple(np.ascontiguousarray(together[..., layer]) for layer in range(self.components))

    @_ReadOnce
    def labels(self) -> Labels:
        """The voxels as a label image; raises ImageReadError where they are no integers."""
        return labels_of(self.path.name, self.voxels)

    @_ReadOnce
    def named_values(self) -> dict[int, LabelRow]:
        """The values of a label image that the file, or the table beside it, names."""
        table = own_names(self.facts)
        return {row.value: row for row in reversed(table.rows)} if table is not None else {}

    @property
    def buffers(self) -> tuple[np.ndarray, ...]:
        """The voxels that are in memory now."""
        known = self.__dict__
        labels = (known["labels"].shown,) if "labels" in known else ()
        voxels = (known["voxels"],) if "voxels" in known else ()
        colors = (known["colors"],) if "colors" in known else ()
        return (*voxels, *known.get("layers", ()), *colors, *labels)

    @_ReadOnce
    def colors(self) -> np.ndarray:
        """(slices, rows, columns, components) of a file of several values a voxel, one buffer."""
        return self._read().reshape(*self.size[2::-1], self.components)

    @property
    def voxel_bytes(self) -> int:
        """The bytes that the voxels take in memory, whether they were read or not."""
        return prod(self.size) * self.components * self.dtype.itemsize

    def _read(self) -> np.ndarray:
        return self._make() if self._share is None else self._share(self._make)


def _voxels_of(
    path: Path, source: RawVoxels, components: int, dtype: np.dtype, scale: tuple[float, float] | None
) -> np.ndarray:
    """All values one after the other, those of a voxel side by side."""
    try:
        values = np.empty(source.values, dtype)
        with source.open() as stream:
            stream.fill(values, scale)
            stream.check_end()
    except VoxelsEndError as fault:
        raise damaged(path) from fault
    except MemoryError as fault:
        raise too_large(path) from fault
    if components > 1 and source.components == 1:
        # A NIfTI has one whole image for each value of a voxel.
        return np.ascontiguousarray(values.reshape(components, -1).T).reshape(-1)
    return values


def dtype_as_shown(stored: np.dtype, scale: tuple[float, float] | None) -> np.dtype:
    """The type of voxels in memory, in the machine's byte order; those with a scale are floats."""
    stored = stored.newbyteorder("=")
    if scale is None or stored.kind == "f":
        return stored
    # float32 holds every 16-bit value exactly; wider ones need float64.
    return np.dtype(np.float32 if stored.itemsize <= 2 else np.float64)


def _placing(path: Path, header: Header) -> "ImageFileReader":
    """ITK's reader, which has read where the voxels are: out of a header of our own in place of the file's.

    So it opens no file of the user's, and nothing that was not understood here comes to it.
    """
    import SimpleITK

    SimpleITK.ProcessObject.GlobalWarningDisplayOff()
    with tempfile.TemporaryDirectory(prefix="QuizLoader") as folder:
        is_analyze = isinstance(header, NiftiHeader) and header.is_analyze
        copy = Path(folder) / ("header.hdr" if is_analyze else "header.nii")
        copy.write_bytes(header.for_itk())
        reader = SimpleITK.ImageFileReader()
        reader.SetFileName(str(copy))
        reader.SetImageIO(_READERS[type(header)])
        try:
            # It says on the way what it makes of a matrix that is nearly none.
            with silent_libraries():
                reader.ReadImageInformation()
        except (RuntimeError, MemoryError) as fault:
            text = str(fault)
            if "orthonormal" in text or "Bad direction" in text:
                raise _not_orthogonal(path) from fault
            # What has the first bytes of a format but is refused has lost the others.
            raise damaged(path) from fault
    if "complex" in SimpleITK.GetPixelIDValueAsString(reader.GetPixelIDValue()):
        sentence = f"“{path.name}” holds complex numbers."
        raise ImageReadError(WRONG_SHAPE, sentence, "save their magnitude as a scalar volume")
    return reader


def _about_placements(path: Path, header: Header, ijk_to_ras: np.ndarray) -> tuple[Problem, ...]:
    """What is doubtful about where a file's voxels are, which ``ijk_to_ras`` says."""
    placements = header.placements if isinstance(header, NiftiHeader) else {}
    if "sform" in placements:
        said, used = (np.linalg.norm(axes, axis=0) for axes in (placements["sform"], ijk_to_ras[:3, :3]))
        if not np.allclose(said, used, rtol=_LARGEST_DIFFERENCE):
            sizes = [" x ".join(f"{length:.4g}" for length in lengths) for lengths in (said, used)]
            sentence = (
                f"The voxels of “{path.name}” are {sizes[0]} mm large by its sform, but {sizes[1]} mm by its "
                "pixdim, which is used."
            )
            return (warning(PLACED_TWICE, sentence, _CORRECT_ONE),)
    if len(placements) < 2:
        return ()
    axes = {name: _directions(axes) for name, axes in placements.items()}
    angles = (axes["sform"] * axes["qform"]).sum(axis=0)
    for number, axis in enumerate(("first", "second", "third")):
        if angles[number] < _OPPOSITE:
            used = max(axes, key=lambda name: axes[name][:, number] @ ijk_to_ras[:3, number])
            towards = {name: _towards(axes[name][:, number]) for name in axes}
            sentence = (
                f"The sform and the qform of “{path.name}” mirror each other: its {axis} axis runs to the "
                f"{towards['sform']} by the sform, to the {towards['qform']} by the qform, and the {used} is "
                "used."
            )
            return (warning(PLACED_TWICE, sentence, _CORRECT_ONE),)
    return ()


def _directions(axes: np.ndarray) -> np.ndarray:
    """The columns as unit vectors; one that has no length, or none that is finite, stays 0."""
    lengths = np.linalg.norm(axes, axis=0)
    is_usable = np.isfinite(lengths) & (lengths > 0)
    return np.where(is_usable, axes / np.where(is_usable, lengths, 1), 0)


def _towards(direction_ras: np.ndarray) -> str:
    axis = int(np.abs(direction_ras).argmax())
    return _TOWARDS[axis][int(direction_ras[axis] > 0)]


def too_large(path: Path) -> ImageReadError:
    sentence = f"“{path.name}” does not fit into memory."
    return ImageReadError(IMAGE_TOO_LARGE, sentence, "close other programs or crop the image")


def _not_orthogonal(path: Path) -> ImageReadError:
    sentence = f"“{path.name}” has axes that are not at right angles to each other."
    hint = "resample it onto an orthogonal grid, in Slicer for instance with Resample Image"
    return ImageReadError(NOT_ORTHOGONAL, sentence, hint)


def _at_least_a_plane(path: Path, size: tuple[int, ...]) -> tuple[int, ...]:
    full = tuple(size) + (1,) * (3 - len(size))
    while len(full) > 3 and full[-1] == 1:
        full = full[:-1]
    if prod(full) == 0:
        raise damaged(path)
    return full


def _ijk_to_ras(path: Path, reader: "ImageFileReader") -> np.ndarray:
    """RAS = diag(-1, -1, 1) LPS, and LPS = origin + direction * (spacing * ijk).

    Source: ITK Software Guide, "Defining Origin and Spacing".
    """
    dimension = reader.GetDimension()
    used = min(dimension, 3)
    directions, spacing, origin = np.eye(3), np.ones(3), np.zeros(3)
    directions[:used, :used] = np.reshape(reader.GetDirection(), (dimension, dimension))[:used, :used]
    spacing[:used] = reader.GetSpacing()[:used]
    origin[:used] = reader.GetOrigin()[:used]
    return placed(path, directions @ np.diag(spacing), origin)


def placed(path: Path, axes_lps: np.ndarray, origin_lps: np.ndarray) -> np.ndarray:
    """``ijk_to_ras`` of a grid: ``axes_lps`` 3x3 has the step of each index as a column, LPS in mm.

    Raises ImageReadError where the axes are not at right angles.
    """
    if not np.isfinite(axes_lps).all() or np.abs(axes_lps).max() > _FARTHEST_MM:
        raise _not_orthogonal(path)
    matrix = np.eye(4)
    matrix[:3, :3] = LPS_TO_RAS[:3, :3] @ axes_lps
    matrix[:3, 3] = LPS_TO_RAS[:3, :3] @ origin_lps
    lengths = np.linalg.norm(axes_lps, axis=0)
    if not np.isfinite(matrix).all() or np.any(lengths == 0) or not at_right_angles(axes_lps):
        raise _not_orthogonal(path)
    return matrix
