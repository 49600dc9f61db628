"""Headers turned at random, each read in every way that ``quizloader info`` has; a process of its own runs
this, ``mutated_headers.py FOLDER SEED COUNT``, so that one that ends it is seen."""

import random
import resource
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from image_files import nifti_bytes, numbered, write_meta_image, write_nrrd
from QuizLoaderLib.images.errors import ImageReadError
from QuizLoaderLib.images.types.file_info import file_info

VOXELS = numbered((6, 10, 12))
SEGMENTS = {"Segment0_ID": "A", "Segment0_Name": "Liver", "Segment0_LabelValue": 1, "Segment0_Layer": 0}
NUMBERS = (
    "0", "-1", "1", "2", "3", "16", "17", "255", "65536", "2147483648", "4294967297", "9223372036854775808",
    "9" * 40, "9" * 4400, "1e308", "-1e-300", "nan", "inf", "0x10", "1_000", "٣", "%d", "",
)  # fmt: skip
WORDS = (
    "LIST", "LOCAL", "raw", "gzip", "bzip2", "hex", "ascii", "True", "False", "MET_DOUBLE", "MET_STRING",
    "double", "block", "uchar", "none", "vector", "RGB-color", "complex", "(1,0,0)", "domain",
    "(nan,nan,nan)", "../outside.raw", "/etc/passwd", "%d.raw 1 999999999 1", "%99999d.raw 0 5 1",
    "x" * 1100, "y" * 70_000,
    "left-posterior-superior", "scanner-xyz-time", "\x00", "\xff",
)  # fmt: skip
FIELDS = (
    "data file: data.raw", "byte skip: 3000000000", "byte skip: -1", "line skip: 999999999", "endian: big",
    "space dimension: 99", "measurement frame: (1,0,0) (0,1,0)", "axis mins: 1 2 3", "block size: 1000000000",
    "sizes: 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "Segment5_Name:=x", "CompressedData = True",
    "HeaderSize = -1", "HeaderSize = 999999999999", "ElementNumberOfChannels = 3", "CompressedDataSize = 5",
    "ElementDataFile : data.raw", "ElementSize = 1 1 1", "Rotation = 1 0 0 0 1 0 0 0 1",
)  # fmt: skip


def text_mutated(header: str, random_: random.Random) -> str:
    lines = header.split("\n")
    for _ in range(random_.randint(1, 4)):
        at = random_.randrange(len(lines))
        words = lines[at].split(" ")
        word = random_.randrange(len(words))
        kind = random_.randrange(9)
        if kind < 3:
            words[word] = random_.choice(NUMBERS)
        elif kind == 3:
            words[word] = random_.choice(WORDS)
        elif kind == 4:
            words.insert(word, random_.choice(NUMBERS + WORDS))
        lines[at] = " ".join(words)
        if kind == 5:
            lines.insert(at, random_.choice(FIELDS))
        elif kind == 6:
            lines.insert(at, lines[random_.randrange(len(lines))])
        elif kind == 7 and len(lines) > 1:
            del lines[at]
        elif kind == 8:
            lines[at] = lines[at].replace(
                *random_.choice([(" = ", ":"), (": ", "="), (" ", "\t"), (" ", "\r")])
            )
    return random_.choice(["\n"] * 8 + ["\r\n", "\r"]).join(lines)


def nifti_mutated(data: bytearray, random_: random.Random) -> None:
    for _ in range(random_.randint(1, 4)):
        offset = random_.choice(
            (0, 40, 42, 44, 46, 48, 50, 68, 70, 72, 76, 80, 84, 108, 112, 252, 254, 280, 344)
        )
        if random_.random() < 0.3:
            offset = random_.randrange(0, 348)
        kind, value = random_.choice(
            [("<h", random_.randint(-32768, 32767)), ("<f", random_.choice((0, 1e38, -1, float("nan"), 3.5))),
             ("<i", random_.choice((0, 348, 540, -1, 1 << 30))), ("<B", random_.randrange(256))]
        )  # fmt: skip
        struct.pack_into(kind, data, offset, value)


def write_mutated(folder: Path, random_: random.Random) -> Path:
    kind = random_.randrange(4)
    if kind == 0:
        data = bytearray(nifti_bytes(VOXELS, sform=np.eye(4), quaternion=(0, 0, 0)))
        nifti_mutated(data, random_)
        path = folder / random_.choice(["a.nii", "a.hdr"])
        path.write_bytes(data)
        return path
    if kind == 1:
        path = write_meta_image(folder / "a.mha", VOXELS)
        header, _, voxels = path.read_bytes().partition(b"ElementDataFile = LOCAL\n")
        text = header.decode() + "ElementDataFile = LOCAL"
        if random_.random() < 0.3:
            voxels = zlib.compress(voxels)
            text = text.replace("CompressedData = False", "CompressedData = True")
        end = "\n"
    else:
        encoding = random_.choice(["raw", "gzip"])
        values = SEGMENTS if kind == 2 else {}
        path = write_nrrd(folder / "a.nrrd", VOXELS, encoding=encoding, values=values)
        header, _, voxels = path.read_bytes().partition(b"\n\n")
        text, end = header.decode(), "\n\n"
    mutated = text_mutated(text, random_) + end
    path.write_bytes(mutated.encode("utf-8", "surrogatepass") + voxels[: random_.choice([None, 100, 0])])
    return path


def main(folder: Path, seed: int, count: int) -> None:
    (folder / "data.raw").write_bytes(VOXELS.tobytes())
    (folder / "a.img").write_bytes(VOXELS.tobytes())
    random_, shown = random.Random(seed), 0
    for number in range(count):
        path = write_mutated(folder, random_)
        try:
            shown += bool(file_info(path))
        except ImageReadError:
            pass
        except Exception:
            path.rename(folder / f"failed-{seed}-{number}{path.suffix}")
            raise
    print(shown, most_resident_kb())


def most_resident_kb() -> int:
    """Of this process alone: on Linux ru_maxrss begins with what its parent had."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
