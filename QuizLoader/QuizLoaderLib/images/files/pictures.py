"""png, jpg, bmp and tif files as arrays, upright, with colours as they are meant to be seen (Pillow)."""

import struct
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...quiz.problems import Problem, ProblemCode, error
from ...quiz.values import shown
from ..errors import IMAGE_DAMAGED, IMAGE_TOO_LARGE, WRONG_CONTENT, ImageReadError
from .file_facts import FileFacts
from .file_formats import FileFormat, name_for_libraries

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile as Picture

_MOST_PIXELS = 178_000_000
"""Of all pages together, such as 13,000 x 13,000: what Pillow takes for an honest picture."""

MOST_OPTION_PIXELS = 25_000_000
"""Of a picture among the questions, which is shown a few hundred pixels wide: 100 MB in memory."""

UNUSABLE_PICTURE = ProblemCode("Q617", "A picture of a question can be read, and is not too large.")
_FREE_PIXELS = 16_000_000
_MOST_PIXELS_OF_A_BYTE = 8 * 1032
"""What DEFLATE gives of single bits, beyond some pixels that every file may have. White pages of a fax give
more, and are small."""
_ORIENTATION = 0x0112

_OF_DAMAGED_BYTES = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    EOFError,
    ArithmeticError,
    LookupError,
    struct.error,
)
"""What Pillow raises for bytes that are missing or make no sense."""

UPRIGHT_IN_AXIAL = np.diag([-1.0, -1.0, 1.0, 1.0])
"""Columns run to the patient's left, rows to the back: pixels of 1 mm from the origin in LPS, as ITK and so
Slicer place a picture. An axial view then shows it upright and not mirrored."""


def read_picture(facts: FileFacts) -> np.ndarray:
    """(pages, rows, columns) of a grey picture, (pages, rows, columns, 3) of a coloured one, RGB.

    The first row is the top one, as EXIF says where the camera was turned. What is transparent is mixed
    with black, the ground of a slice view. Values of 8 and 16 bits, and those of a grey TIFF, stay as they
    are. Only a TIFF has several pages; those of another size or kind than the first are left out.

    Raises ImageReadError.
    """
    from PIL import Image as Picture

    path = facts.path
    facts.require_no_fault()
    if facts.format is not FileFormat.PICTURE:
        sentence = f"“{path.name}” is not a picture."
        hint = 'set DicomRead="Y"' if facts.is_dicom else "a Vector is a png, jpg, bmp or tif file"
        raise ImageReadError(WRONG_CONTENT, sentence, hint)
    # Pillow warns from half its limit on; a picture of 10,000 x 10,000 is no attack.
    # What it warns of in damaged files is seen below.
    for category in (Picture.DecompressionBombWarning, UserWarning):
        warnings.filterwarnings("ignore", category=category, module="PIL")
    try:
        with Picture.open(path) as picture:
            _require_bytes_for_pixels(path, picture)
            if _has_deep_colors(picture):
                return _read_deep_colors(path, picture)
            return _read_pages(path, picture)
    except (Picture.DecompressionBombError, MemoryError) as fault:
        raise _too_large(path) from fault
    except _OF_DAMAGED_BYTES as fault:
        sentence = f"“{path.name}” is damaged, incomplete or not a picture in a supported format."
        hint = "open it in another program and save it as png"
        raise ImageReadError(IMAGE_DAMAGED, sentence, hint) from fault


def option_picture_problem(path: Path) -> Problem | None:
    """Why a picture of a question is not shown, None where it is; only its header is unpacked."""
    from PIL import Image as Picture

    warnings.filterwarnings("ignore", category=Picture.DecompressionBombWarning)
    hint = f"save it as png, with at most {MOST_OPTION_PIXELS // 1_000_000} million pixels"
    try:
        with Picture.open(path) as picture:
            if picture.width * picture.height <= MOST_OPTION_PIXELS:
                picture.verify()
                return None
            size = f"{picture.width} x {picture.height} pixels"
    except Picture.DecompressionBombError:
        size = "too many pixels"
    except _OF_DAMAGED_BYTES:
        return error(UNUSABLE_PICTURE, f"The picture {shown(path.name)} cannot be read.", hint)
    return error(UNUSABLE_PICTURE, f"The picture {shown(path.name)} has {size}.", hint)


def _require_bytes_for_pixels(path: Path, picture: "Picture") -> None:
    """Refuse a page that its file cannot hold, before there is room for its pixels.

    Raises ImageReadError; ValueError where a part of the page is not in the file.
    """
    pixels = picture.width * picture.height
    if pixels > _FREE_PIXELS + path.stat().st_size * _MOST_PIXELS_OF_A_BYTE:
        named = f"{picture.width} x {picture.height}"
        sentence = f"“{path.name}” is damaged: it cannot hold the {named} pixels that it names."
        raise ImageReadError(IMAGE_DAMAGED, sentence, "copy or export it again")
    if picture.format == "TIFF":
        # Pillow leaves strips black that the file does not name.
        parts = {tile[1] for tile in picture.tile if tile[1]}
        covered = sum((right - left) * (lower - upper) for left, upper, right, lower in parts)
        if covered < pixels:
            raise ValueError


def _read_pages(path: Path, picture: "Picture") -> np.ndarray:
    pages: list[np.ndarray] = []
    pixels = 0
    for number in range(getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1):
        picture.seek(number)
        _require_bytes_for_pixels(path, picture)
        pixels += picture.width * picture.height
        if pixels > _MOST_PIXELS:
            raise _too_large(path)
        page = _values(picture)
        if not pages or (page.shape, page.dtype) == (pages[0].shape, pages[0].dtype):
            pages.append(page)
    return np.stack(pages) if len(pages) > 1 else pages[0][np.newaxis]


def _values(picture: "Picture") -> np.ndarray:
    """(rows, columns) or (rows, columns, 3) of the page that the picture is at."""
    picture.load()
    # A TIFF is turned by Pillow itself while it is loaded, and has no orientation afterwards.
    orientation = picture.getexif().get(_ORIENTATION, 1)
    mode, is_transparent = picture.mode, "transparency" in picture.info
    if mode in ("LA", "La") or (mode == "L" and is_transparent):
        values = _on_black(np.array(picture.convert("LA")))[..., 0]
    elif mode in ("RGBA", "RGBa", "PA") or (mode in ("P", "RGB") and is_transparent):
        values = _on_black(np.array(picture.convert("RGBA")))
    elif mode == "1":
        values = np.array(picture.convert("L"))
    elif mode in ("L", "I", "F", "RGB") or mode.startswith("I;16"):
        values = np.array(picture)
    else:
        values = np.array(picture.convert("RGB"))
    return _upright(values, orientation)


def _on_black(values: np.ndarray) -> np.ndarray:
    """The colours without their last component, the share of them that covers the ground."""
    colors, cover = values[..., :-1], values[..., -1:]
    if cover.min() == 255:
        return np.ascontiguousarray(colors)
    return ((colors.astype(np.uint16) * cover + 127) // 255).astype(np.uint8)


def _upright(values: np.ndarray, orientation: int) -> np.ndarray:
    """Source: EXIF 2.32, tag Orientation: which sides of what is seen the first row and column are."""
    if orientation in (5, 6, 7, 8):
        values = values.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    if orientation in (2, 3, 6, 7):
        values = values[:, ::-1]
    return np.ascontiguousarray(values)


def _has_deep_colors(picture: "Picture") -> bool:
    """Colours of 16 bits, of which Pillow keeps 8."""
    raw_modes = [tile[3] if isinstance(tile[3], str) else tile[3][0] for tile in picture.tile if tile[3]]
    return picture.mode in ("RGB", "RGBA", "LA") and any(";16" in str(mode) for mode in raw_modes)


def _read_deep_colors(path: Path, picture: "Picture") -> np.ndarray:
    import SimpleITK

    orientation = picture.getexif().get(_ORIENTATION, 1) if picture.format != "TIFF" else 1
    try:
        values = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(name_for_libraries(path)))
    except RuntimeError as fault:
        raise ValueError(str(fault)) from fault
    values = values.reshape(-1, *values.shape[-3:])
    if values.shape[-1] in (2, 4):
        cover = values[..., -1:].astype(np.uint32)
        values = ((values[..., :-1] * cover + 32767) // 65535).astype(np.uint16)
    together = np.stack([_upright(page, orientation) for page in values])
    return together[..., 0] if together.shape[-1] == 1 else together


def _too_large(path: Path) -> ImageReadError:
    sentence = f"“{path.name}” has more than {_MOST_PIXELS // 1_000_000} million pixels."
    return ImageReadError(IMAGE_TOO_LARGE, sentence, "save it at a smaller scale")
