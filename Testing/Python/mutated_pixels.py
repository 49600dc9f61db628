"""Pictures and DICOM images whose packed pixels were turned at random, each read; a process of its own runs
this, ``mutated_pixels.py FOLDER KIND SEED COUNT``, so that a decoder that ends it is seen."""

import os
import random
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk
from dicom_made import Placement, write_series
from dicom_packed import JPEG, SYNTAXES, write_packed
from mutated_headers import most_resident_kb
from QuizLoaderLib.images.dicom.series import read_series
from QuizLoaderLib.images.errors import ImageReadError
from QuizLoaderLib.images.files.file_facts import look_at
from QuizLoaderLib.images.files.pictures import read_picture

COLORS = (
    np.add.outer(300 * np.arange(40), 100 * np.arange(50))[..., np.newaxis] + np.array([0, 5000, 9000])
).astype(np.uint16)
COMPRESSORS = {"png": [""], "tif": ["NoCompression", "PackBits", "Deflate", "LZW"]}
PIXEL_DATA, ITEM, END = b"\xe0\x7f\x10\x00", b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0\0\0\0\0"
KINDS = (*COMPRESSORS, "run lengths", "JPEG", "JPEG lossless", "JPEG-LS", "JPEG 2000")


def pictures(folder: Path, ending: str) -> list[tuple[bytes, int]]:
    """Of 16 bits a colour, which ITK reads for us, as ITK writes them; with where their pixels may begin."""
    found = []
    for compressor in COMPRESSORS[ending]:
        writer = sitk.ImageFileWriter()
        writer.SetFileName(str(folder / f"whole.{ending}"))
        writer.SetUseCompression(bool(compressor))
        if compressor:
            writer.SetCompressor(compressor)
        writer.Execute(sitk.GetImageFromArray(COLORS, isVector=True))
        found.append(((folder / f"whole.{ending}").read_bytes(), 8))
    return found


def packed(folder: Path, kind: str) -> list[tuple[bytes, int]]:
    dtype = np.uint8 if SYNTAXES[kind] == JPEG else np.int16
    (path,) = write_series(folder / "whole", COLORS[np.newaxis, ..., 0].astype(dtype), Placement((0.0,)))
    dataset = pydicom.dcmread(path)
    write_packed(dataset, path, SYNTAXES[kind], dataset.pixel_array[np.newaxis])
    data = path.read_bytes()
    # Behind the table of offsets, which is empty or of one number.
    return [(data, data.find(ITEM, data.rfind(PIXEL_DATA) + 20) + 8)]


def mutated(data: bytes, first: int, random_: random.Random) -> bytes:
    """Codecs' headers are at the beginning, a TIFF's at the end; most changes are there."""
    content = bytearray(data)
    for _ in range(random_.randint(1, 5)):
        span = random_.choice(
            [(first, first + 200), (len(content) - 300, len(content)), (first, len(content))]
        )
        at = random_.randrange(max(8, min(span[0], len(content) - 1)), max(9, min(span[1], len(content))))
        kind = random_.randrange(5)
        if kind == 0:
            content[at] = random_.randrange(256)
        elif kind == 1:
            content[at] ^= 1 << random_.randrange(8)
        elif kind == 2:
            content[at : at + 4] = bytes(random_.choice((0, 1, 127, 128, 255)) for _ in range(4))
        elif kind == 3 and len(content) > 100:
            del content[at : at + random_.randint(1, 8)]
        else:
            content[at:at] = random_.randbytes(random_.randint(1, 6))
    return bytes(content)


def with_right_length(dicom: bytes, first: int) -> bytes:
    """The length of the one fragment made right, so that a decoder gets it."""
    stream = dicom[first:].removesuffix(END)
    return dicom[: first - 4] + struct.pack("<I", len(stream)) + stream + END


def with_right_sums(png: bytes) -> bytes:
    """The checksums of a PNG's chunks made right, so that more than these is looked at."""
    out, at = bytearray(png[:8]), 8
    while at + 12 <= len(png):
        end = at + 8 + struct.unpack_from(">I", png, at)[0]
        if end + 4 > len(png):
            break
        out += png[at:end] + struct.pack(">I", zlib.crc32(png[at + 4 : end]))
        at = end + 4
    return bytes(out + png[at:])


def main(folder: Path, kind: str, seed: int, count: int) -> None:
    is_picture = kind in COMPRESSORS
    whole = pictures(folder, kind) if is_picture else packed(folder, kind)
    read: Callable[[Path], object] = (lambda path: read_picture(look_at(path))) if is_picture else read_series
    path = folder / (f"a.{kind}" if is_picture else "a.dcm")
    random_, shown = random.Random(f"{kind} {seed}"), 0
    for number in range(count):
        clean, first = random_.choice(whole)
        data = mutated(clean, first, random_)
        if kind == "png":
            data = with_right_sums(data)
        elif not is_picture and random_.random() < 0.8:
            data = with_right_length(data, first)
        path.write_bytes(data)
        try:
            read(path)
            shown += 1
        except ImageReadError as fault:
            assert fault.problem.sentence.endswith("."), fault
        except Exception:
            path.rename(folder / f"failed-{seed}-{number}{path.suffix}")
            raise
    print(shown, most_resident_kb(), flush=True)
    # Libraries write what they find to standard error themselves.
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
