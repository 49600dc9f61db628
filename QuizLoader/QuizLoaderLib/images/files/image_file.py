"""An image file opened once: its header, its place in the patient, its voxels (SimpleITK)."""

import re
import threading
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from ...quiz.problems import ProblemCode
from ..errors import DATA_FILE, IMAGE_DAMAGED, IMAGE_TOO_LARGE, WRONG_CONTENT, WRONG_SHAPE, ImageReadError
from .completeness import has_sound_header, is_complete
from .file_formats import EXTENSIONS, FileFormat, checked_format, data_files_of, format_of, name_for_libraries
from .labels import Labels, labels_of
from .raw_voxels import GZIP_IS_FAST, VoxelsEndError, raw_voxels_of

NOT_ORTHOGONAL = ProblemCode("Q608", "The axes of an image are at right angles.")

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0])
_LARGEST_SHEAR = 1e-3
"""The dot product of two axes' unit vectors up to which they count as orthogonal: 0.06 degrees, far more
than what single precision headers lose."""

DataFileCheck = Callable[[str], object]
ShareVoxels = Callable[[Callable[[], np.ndarray]], np.ndarray]
_Value = TypeVar("_Value")


class _ReadOnce(Generic[_Value]):
    """A property that is computed when first asked for, under the instance's lock.

    Up to Python 3.11 functools.cached_property has one lock for all instances: files would be read one
    after the other.
    """

    def __init__(self, read: Callable[[Any], _Value]) -> None:
        self._read = read
        self.__doc__ = read.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> _Value:
        with instance.lock:
            if self._name not in instance.__dict__:
                instance.__dict__[self._name] = self._read(instance)
            return instance.__dict__[self._name]


class ImageFile:
    """One file, header first; the voxels are read when first asked for, once, from any thread.

    ``size`` is (columns, rows, slices) or longer for time and the like, as the file has it; a plane counts
    as one slice. ``components`` is the number of values of each voxel. ``header`` holds the file's own
    key/value pairs (of NRRD, the segments among them). ``ijk_to_ras`` is 4x4 at voxel centres, RAS in mm.

    ``check_data_file`` is called with each name that a header gives for separate voxel data, relative to
    the header's folder, before anything is read from it; it raises where the file must not be read.
    ``share`` is called with what reads the voxels, and gives them: read now, or before by another process.

    Raises ImageReadError, here and where the voxels are read.
    """

    def __init__(
        self, path: Path, check_data_file: DataFileCheck | None = None, share: ShareVoxels | None = None
    ) -> None:
        self.path = path
        self._share = share
        self.lock = threading.RLock()
        self.format = checked_format(path)
        if not has_sound_header(path, self.format):
            raise damaged(path)
        for name in data_files_of(path, self.format):
            if check_data_file is not None:
                check_data_file(name)
            require_data_file(path, name)
        self._reader = _reader(path, self.format)
        _run(path, self._reader.ReadImageInformation)
        self.header = {key: self._reader.GetMetaData(key) for key in _keys_in_utf_8(self._reader)}
        self.size = _at_least_a_plane(path, self._reader.GetSize())
        self.components: int = self._reader.GetNumberOfComponents()
        self.dtype = _dtype_of(path, self._reader.GetPixelIDValue())
        self.ijk_to_ras = _ijk_to_ras(path, self._reader)
        if not is_complete(path, self.format, self.header):
            raise damaged(path)

    @property
    def is_rescaled(self) -> bool:
        """Whether a NIfTI has a slope or an intercept that its values are multiplied by and moved by."""
        slope, shift = (float(self.header.get(key, 0)) for key in ("scl_slope", "scl_inter"))
        return slope not in (0, 1) or (slope == 1 and shift != 0)

    @property
    def is_color(self) -> bool:
        """Whether a voxel's values are a colour, as far as the header says so."""
        kind = self.header.get("NRRD_kinds[pixel]", "").lower()
        return self.components in (3, 4) and ("color" in kind or not kind)

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
        return self._read_now() if self._share is None else self._share(self._read_now)

    def _read_now(self) -> np.ndarray:
        import SimpleITK

        source = raw_voxels_of(self.path, self.format, self.header) if self.components == 1 else None
        if source is not None and source.is_gzip and not GZIP_IS_FAST:
            source = None
        # SimpleITK's type is another one than the file's where a NIfTI is rescaled.
        if source is not None and source.dtype.newbyteorder("=") == self.dtype and not self.is_rescaled:
            try:
                voxels = np.empty(prod(self.size), self.dtype)
                with source.open() as stream:
                    stream.fill(voxels)
                    stream.check_end()
            except VoxelsEndError as fault:
                raise damaged(self.path) from fault
            except MemoryError as fault:
                raise too_large(self.path) from fault
            return voxels
        image = _run(self.path, self._reader.Execute)
        return np.asarray(_Held(image, SimpleITK.GetArrayViewFromImage(image)))


class _Held:
    """Lends an image's memory to numpy and keeps the image alive as long as an array looks at it."""

    def __init__(self, image: Any, view: np.ndarray) -> None:
        self.image = image
        self.__array_interface__ = view.__array_interface__


def _reader(path: Path, found: FileFormat) -> Any:
    import SimpleITK

    SimpleITK.ProcessObject.GlobalWarningDisplayOff()
    reader = SimpleITK.ImageFileReader()
    reader.SetFileName(name_for_libraries(path))
    if found is FileFormat.NRRD:
        reader.SetImageIO("NrrdImageIO")
    return reader


def _keys_in_utf_8(reader: Any) -> list[str]:
    """The keys of the header that SimpleITK takes back; none that is looked for here has other letters."""
    return [
        key for key in reader.GetMetaDataKeys() if not any("\ud800" <= letter <= "\udfff" for letter in key)
    ]


def _run(path: Path, step: Callable[[], Any]) -> Any:
    """One step of SimpleITK's reader, its exceptions told in the user's words."""
    try:
        return step()
    except (RuntimeError, MemoryError) as fault:
        text = str(fault)
        if "orthonormal" in text or "Bad direction" in text:
            raise _not_orthogonal(path) from fault
        if isinstance(fault, MemoryError) or "alloc" in text.lower():
            raise too_large(path) from fault
        # What has the first bytes of a format but is refused has lost the others.
        if "Unable to determine ImageIO" in text and format_of(path) not in EXTENSIONS:
            raise ImageReadError(
                WRONG_CONTENT,
                f'"{path.name}" is no image of a kind that is known here.',
                "use nrrd, nhdr, nii, nii.gz, mha or mhd",
            ) from fault
        raise damaged(path) from fault


def too_large(path: Path) -> ImageReadError:
    return ImageReadError(
        IMAGE_TOO_LARGE,
        f'"{path.name}" does not fit into memory.',
        "close other programs or crop the image",
    )


def damaged(path: Path) -> ImageReadError:
    return ImageReadError(
        IMAGE_DAMAGED,
        f'"{path.name}" is damaged or incomplete: its voxels cannot all be read.',
        "copy or export it again",
    )


def _not_orthogonal(path: Path) -> ImageReadError:
    return ImageReadError(
        NOT_ORTHOGONAL,
        f'"{path.name}" has axes that are not at right angles to each other.',
        "resample it onto an orthogonal grid, in Slicer for instance with Resample Image",
    )


def require_data_file(header: Path, name: str) -> None:
    if not (header.parent / name).is_file():
        raise ImageReadError(
            DATA_FILE,
            f'"{header.name}" keeps its voxels in "{name}", which is not there.',
            "copy both files into the same folder",
        )


def _dtype_of(path: Path, pixel_id: int) -> np.dtype:
    """Of one value of a voxel."""
    import SimpleITK

    kind = SimpleITK.GetPixelIDValueAsString(pixel_id)
    if "complex" in kind:
        raise ImageReadError(
            WRONG_SHAPE,
            f'"{path.name}" holds complex numbers.',
            "save their magnitude as a scalar volume",
        )
    bits = re.search(r"(\d+)-bit", kind)
    if bits is None:
        raise damaged(path)
    letter = "f" if "float" in kind else "u" if "unsigned" in kind else "i"
    return np.dtype(f"{letter}{int(bits[1]) // 8}")


def _at_least_a_plane(path: Path, size: tuple[int, ...]) -> tuple[int, ...]:
    full = tuple(size) + (1,) * (3 - len(size))
    while len(full) > 3 and full[-1] == 1:
        full = full[:-1]
    if prod(full) == 0:
        raise damaged(path)
    return full


def _ijk_to_ras(path: Path, reader: Any) -> np.ndarray:
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
    matrix = np.eye(4)
    matrix[:3, :3] = _LPS_TO_RAS @ axes_lps
    matrix[:3, 3] = _LPS_TO_RAS @ origin_lps
    lengths = np.linalg.norm(axes_lps, axis=0)
    if not np.isfinite(matrix).all() or np.any(lengths == 0):
        raise _not_orthogonal(path)
    directions = axes_lps / lengths
    if np.abs(directions.T @ directions - np.eye(3)).max() > _LARGEST_SHEAR:
        raise _not_orthogonal(path)
    return matrix
