"""The image in a file: its location in the patient (SimpleITK), and its voxels."""

import re
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from ...quiz.problems import ProblemCode
from ..errors import IMAGE_TOO_LARGE, WRONG_CONTENT, WRONG_SHAPE, ImageReadError
from ..grid import LPS_TO_RAS
from .file_facts import FileFacts, damaged
from .file_formats import EXTENSIONS, FileFormat, name_for_libraries
from .labels import Labels, labels_of
from .nifti import NiftiHeader
from .raw_voxels import RawVoxels, VoxelsEndError

if TYPE_CHECKING:
    from SimpleITK import Image as ITKImage
    from SimpleITK import ImageFileReader

NOT_ORTHOGONAL = ProblemCode("Q608", "The axes of an image are at right angles.")

_LARGEST_SHEAR = 1e-3
"""The dot product of two axes' unit vectors up to which they count as orthogonal: 0.06 degrees, far more
than what single precision headers lose."""
_READERS = {
    FileFormat.NRRD: "NrrdImageIO",
    FileFormat.META_IMAGE: "MetaImageIO",
    FileFormat.NIFTI: "NiftiImageIO",
}
"""ITK's own name for each: else all its readers open the file to find theirs."""

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
    as one slice. ``components`` is the number of values of each voxel. ``header`` holds the file's own
    key/value pairs (of NRRD, the segments among them). ``ijk_to_ras`` is 4x4 at voxel centres, RAS in mm.
    ``share`` is called with what reads the voxels, and gives them: read now, or before by another process.
    Raises ImageReadError, here and where the voxels are read.
    """

    def __init__(self, facts: FileFacts, share: ShareVoxels | None = None) -> None:
        self.facts = facts
        self.path = facts.path
        self.lock = threading.RLock()
        self._share = share
        facts.require_image()
        with _header_for_itk(facts) as header:
            reader = _reader(header, facts.format)
            _run(facts, reader.ReadImageInformation)
        self.header = {key: reader.GetMetaData(key) for key in _keys_in_utf_8(reader)}
        self.size = _at_least_a_plane(self.path, reader.GetSize())
        self.components: int = reader.GetNumberOfComponents()
        self.dtype = _dtype_of(self.path, reader.GetPixelIDValue())
        self.ijk_to_ras = _ijk_to_ras(self.path, reader)
        if facts.voxels is not None and not facts.voxels.may_hold(prod(self.size) * self.components):
            raise damaged(self.path)

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
        source, header = self.facts.voxels, self.facts.header
        scale = header.scale if isinstance(header, NiftiHeader) else None
        if source is not None and source.components == self.components:
            stored = source.dtype.newbyteorder("=")
            if self.dtype == (stored if scale is None or stored.kind == "f" else np.float32):
                return self._read_raw(source, self.dtype, scale)
        if source is not None:
            # Where the file ends too early, ITK fills up with zeros.
            self._read_raw(source, source.dtype)
        import SimpleITK

        image = _run(self.facts, _reader(self.path, self.facts.format).Execute)
        return np.asarray(_Held(image, SimpleITK.GetArrayViewFromImage(image)))

    def _read_raw(
        self, source: RawVoxels, dtype: np.dtype, scale: tuple[float, float] | None = None
    ) -> np.ndarray:
        try:
            values = np.empty(prod(self.size) * self.components, dtype)
            with source.open() as stream:
                stream.fill(values, scale)
                stream.check_end()
        except VoxelsEndError as fault:
            raise damaged(self.path) from fault
        except MemoryError as fault:
            raise too_large(self.path) from fault
        return values


class _Held:
    """Lends an image's memory to numpy and keeps the image alive as long as an array looks at it."""

    def __init__(self, image: "ITKImage", view: np.ndarray) -> None:
        self.image = image
        self.__array_interface__ = view.__array_interface__


@contextmanager
def _header_for_itk(facts: FileFacts) -> Iterator[Path]:
    """The file whose header ITK is to read: of a NIfTI a copy of the header, for ITK would open the file
    four times, and unpack it each time."""
    if not isinstance(facts.header, NiftiHeader) or not facts.header.is_one_file:
        yield facts.path
        return
    with tempfile.TemporaryDirectory(prefix="QuizLoader") as folder:
        copy = Path(folder) / "header.nii"
        copy.write_bytes(facts.header.start + bytes(4))
        yield copy


def _reader(path: Path, found: FileFormat) -> "ImageFileReader":
    import SimpleITK

    SimpleITK.ProcessObject.GlobalWarningDisplayOff()
    reader = SimpleITK.ImageFileReader()
    reader.SetFileName(name_for_libraries(path))
    if found in _READERS:
        reader.SetImageIO(_READERS[found])
    return reader


def _keys_in_utf_8(reader: "ImageFileReader") -> list[str]:
    """The keys of the header that SimpleITK takes back; none that is looked for here has other letters."""
    return [
        key for key in reader.GetMetaDataKeys() if not any("\ud800" <= letter <= "\udfff" for letter in key)
    ]


def _run(facts: FileFacts, step: Callable[[], _Value]) -> _Value:
    """One step of SimpleITK's reader, its exceptions told in the user's words."""
    path = facts.path
    try:
        return step()
    except (RuntimeError, MemoryError) as fault:
        text = str(fault)
        if "orthonormal" in text or "Bad direction" in text:
            raise _not_orthogonal(path) from fault
        if isinstance(fault, MemoryError) or "alloc" in text.lower():
            raise too_large(path) from fault
        # What has the first bytes of a format but is refused has lost the others.
        if "Unable to determine ImageIO" in text and facts.format not in EXTENSIONS:
            sentence = f"“{path.name}” is not an image in a supported format."
            hint = "use nrrd, nhdr, nii, nii.gz, mha or mhd"
            raise ImageReadError(WRONG_CONTENT, sentence, hint) from fault
        raise damaged(path) from fault


def too_large(path: Path) -> ImageReadError:
    sentence = f"“{path.name}” does not fit into memory."
    return ImageReadError(IMAGE_TOO_LARGE, sentence, "close other programs or crop the image")


def _not_orthogonal(path: Path) -> ImageReadError:
    sentence = f"“{path.name}” has axes that are not at right angles to each other."
    hint = "resample it onto an orthogonal grid, in Slicer for instance with Resample Image"
    return ImageReadError(NOT_ORTHOGONAL, sentence, hint)


def _dtype_of(path: Path, pixel_id: int) -> np.dtype:
    """Of one value of a voxel."""
    import SimpleITK

    kind = SimpleITK.GetPixelIDValueAsString(pixel_id)
    if "complex" in kind:
        sentence = f"“{path.name}” holds complex numbers."
        raise ImageReadError(WRONG_SHAPE, sentence, "save their magnitude as a scalar volume")
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
    matrix = np.eye(4)
    matrix[:3, :3] = LPS_TO_RAS[:3, :3] @ axes_lps
    matrix[:3, 3] = LPS_TO_RAS[:3, :3] @ origin_lps
    lengths = np.linalg.norm(axes_lps, axis=0)
    if not np.isfinite(matrix).all() or np.any(lengths == 0):
        raise _not_orthogonal(path)
    directions = axes_lps / lengths
    if np.abs(directions.T @ directions - np.eye(3)).max() > _LARGEST_SHEAR:
        raise _not_orthogonal(path)
    return matrix
