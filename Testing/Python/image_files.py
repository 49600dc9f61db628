"""Image files written byte by byte from formulas, so that the readers are tested against known truth."""

import gzip
import struct
from pathlib import Path

import numpy as np

_NRRD_TYPES = {
    "int8": "int8", "uint8": "uint8", "int16": "int16", "uint16": "uint16", "int32": "int32",
    "uint32": "uint32", "int64": "int64", "uint64": "uint64", "float32": "float", "float64": "double",
}  # fmt: skip
_NIFTI_TYPES = {"uint8": (2, 8), "int16": (4, 16), "int32": (8, 32), "float32": (16, 32), "float64": (64, 64)}


def numbered(shape=(2, 3, 4), dtype="int16"):
    """Voxels (slices, rows, columns) of value 100 k + 10 j + i, so that each tells where it is."""
    k, j, i = np.indices(shape)
    return (100 * k + 10 * j + i).astype(dtype)


def vector(values):
    return "(" + ",".join(f"{value:.17g}" for value in values) + ")"


_UNTURNED = np.eye(3)


def write_nrrd(
    path: Path, voxels, axes=_UNTURNED, origin=(0, 0, 0), space="left-posterior-superior",
    encoding="raw", fields=(), values=(), layers=False,
):  # fmt: skip
    """``axes`` are the columns of the 3x3 matrix from ijk to the space; with ``layers`` the last array axis
    holds them, as a .seg.nrrd has its list first."""
    sizes = " ".join(str(length) for length in voxels.shape[::-1])
    directions = " ".join(vector(axis) for axis in np.asarray(axes, float).T)
    lines = [
        "NRRD0005",
        f"type: {_NRRD_TYPES[voxels.dtype.name]}",
        f"dimension: {voxels.ndim}",
        f"space: {space}",
        f"sizes: {sizes}",
        f"space directions: {'none ' if layers else ''}{directions}",
        f"kinds: {'list ' if layers else ''}domain domain domain",
        "endian: little",
        f"encoding: {encoding}",
        f"space origin: {vector(origin)}",
        *fields,
        *(f"{key}:={value}" for key, value in dict(values).items()),
    ]
    data = voxels.astype(voxels.dtype.newbyteorder("<")).tobytes()
    if encoding == "gzip":
        data = gzip.compress(data, 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\n".join(lines).encode() + b"\n\n" + data)
    return path


def nifti_bytes(voxels, sform=None, quaternion=None, offset=(0, 0, 0), spacing=None, qfac=1, slope=1):
    """NIfTI-1 as its standard has it: ``sform`` is 3x4 or 4x4 to RAS, ``quaternion`` (b, c, d). Without
    ``spacing`` the header says that of the sform, else 1."""
    if spacing is None:
        spacing = (1, 1, 1) if sform is None else np.linalg.norm(np.asarray(sform, float)[:3, :3], axis=0)
    code, bits = _NIFTI_TYPES[voxels.dtype.name]
    header = bytearray(348)
    struct.pack_into("<i", header, 0, 348)
    lengths = list(voxels.shape[::-1])
    struct.pack_into("<8h", header, 40, len(lengths), *(lengths + [1] * (7 - len(lengths))))
    struct.pack_into("<2h", header, 70, code, bits)
    struct.pack_into("<8f", header, 76, qfac, *spacing, 1, 1, 1, 1)
    struct.pack_into("<3f", header, 108, 352, slope, 0)
    header[123] = 2
    if quaternion is not None:
        struct.pack_into("<h", header, 252, 1)
        struct.pack_into("<6f", header, 256, *quaternion, *offset)
    if sform is not None:
        struct.pack_into("<h", header, 254, 1)
        struct.pack_into("<12f", header, 280, *np.asarray(sform, float)[:3].ravel())
    header[344:348] = b"n+1\0"
    return bytes(header) + bytes(4) + voxels.astype(voxels.dtype.newbyteorder("<")).tobytes()


def write_nifti(path: Path, voxels, **place):
    data = nifti_bytes(voxels, **place)
    path.write_bytes(gzip.compress(data, 1) if path.name.endswith(".gz") else data)
    return path


def write_meta_image(path: Path, voxels, axes=_UNTURNED, origin=(0, 0, 0), data_file="LOCAL"):
    """``axes`` are the columns of the 3x3 matrix from ijk to LPS."""
    spacing = np.linalg.norm(np.asarray(axes, float), axis=0)
    directions = (np.asarray(axes, float) / spacing).T.ravel()
    element = {"int16": "MET_SHORT", "uint8": "MET_UCHAR", "float32": "MET_FLOAT"}[voxels.dtype.name]
    header = [
        "ObjectType = Image",
        "NDims = 3",
        "BinaryData = True",
        "BinaryDataByteOrderMSB = False",
        "CompressedData = False",
        "TransformMatrix = " + " ".join(f"{value:.17g}" for value in directions),
        "Offset = " + " ".join(f"{value:.17g}" for value in origin),
        "ElementSpacing = " + " ".join(f"{value:.17g}" for value in spacing),
        "DimSize = " + " ".join(str(length) for length in voxels.shape[::-1]),
        f"ElementType = {element}",
        f"ElementDataFile = {data_file}",
    ]
    data = voxels.tobytes()
    path.write_bytes("\n".join(header).encode() + b"\n" + (data if data_file == "LOCAL" else b""))
    if data_file != "LOCAL":
        (path.parent / data_file).write_bytes(data)
    return path
