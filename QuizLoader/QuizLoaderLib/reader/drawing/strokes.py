"""The journal of a drawing: what was drawn since its files were written, stroke by stroke.

``<name>-quizlabel.strokes`` lies beside the files of the drawing for as long as these are behind. Its lines
are ``checked_lines``: ``begin`` says on which voxels is drawn, and by its hash to which file of segments the
strokes are added; ``change`` has all segments in their order, and of each plane that is other than before
all that they have there; ``folded`` has the hash of a file of segments that has all changes above.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...images.arrays import SegmentationArrays, SegmentDescription
from ...images.grid import Grid
from ...quiz.label_colors import color_of_value, color_within_range
from ...session.checked_lines import checked_line, object_of
from ...session.whole_file import sync, sync_folder
from ...views.segment_planes import SegmentPart, box_of

VERSION = 1
_END_BYTES = 256
"""No line that says what is in the files is longer."""

NO_FILE = ""
"""The hash of the file of segments where there is none."""


class DrawnSegment(NamedTuple):
    """A segment of a change; ``tags`` are those of ``SegmentDescription``."""

    id: str
    name: str
    color: tuple[float, float, float]
    tags: Mapping[str, str]


Parts = Mapping[str, SegmentPart]
"""What segments have in a plane, by their IDs."""

PackedPart = list[object]
"""A part as the journal has it."""


@dataclass
class Strokes:
    """``base`` is the hash of the file of segments that the strokes are added to. ``planes`` is all that the
    segments have in planes where it is other than there; ``segments`` is None where no stroke is; ``length``
    is that of the journal, in bytes."""

    grid: Grid
    base: str
    segments: tuple[DrawnSegment, ...] | None = None
    planes: dict[int, Parts] = field(default_factory=dict)
    length: int = 0

    def added_to(
        self, drawn: SegmentationArrays | None, look: Callable[[], None] | None = None
    ) -> SegmentationArrays:
        """The drawing as it was at the last stroke; ``drawn`` is that of the file, None without one.
        ``look`` is called now and then, and may raise an exception that ends it."""
        tags = {segment.id: segment.tags for segment in drawn.segments} if drawn else {}
        layers: list[np.ndarray] = []
        described: list[SegmentDescription] = []
        for number, segment in enumerate(self.segments or (), start=1):
            if look is not None:
                look()
            parts = {**self._of_file(drawn, segment.id), **self._own(segment.id)}
            free = (n for n, each in enumerate(layers) if not _overlaps(each, parts))
            layer = next(free, len(layers))
            if layer == len(layers):
                layers.append(np.zeros(self.grid.shape, np.min_scalar_type(len(self.segments or ()))))
            for k, part in parts.items():
                _at(layers[layer], k, part)[part.voxels] = number
            own = {**tags.get(segment.id, {}), **segment.tags}
            described.append(SegmentDescription(segment.name, layer, number, segment.color, segment.id, own))
        return SegmentationArrays(
            tuple(layers),
            self.grid.ijk_to_ras,
            tuple(described),
            conversion_parameters=drawn.conversion_parameters if drawn else "",
        )

    def _of_file(self, drawn: SegmentationArrays | None, segment_id: str) -> dict[int, SegmentPart]:
        """What a segment of the file has in the planes that no stroke changed."""
        found: dict[int, SegmentPart] = {}
        if drawn is None or not drawn.layers:
            return found
        column, row, first = np.round(drawn.grid.indices_in(self.grid)[:3, 3]).astype(int)
        for segment in (each for each in drawn.segments if each.id == segment_id):
            for k, plane in enumerate(drawn.layers[segment.layer], start=int(first)):
                voxels = plane == segment.value
                if k not in self.planes and (box := box_of(voxels)) is not None:
                    found[k] = SegmentPart(row + box[0].start, column + box[1].start, voxels[box])
        return found

    def _own(self, segment_id: str) -> dict[int, SegmentPart]:
        return {k: parts[segment_id] for k, parts in self.planes.items() if segment_id in parts}


def append_change(
    path: Path,
    grid: Grid,
    base: Callable[[], str],
    segments: tuple[DrawnSegment, ...],
    planes: Mapping[int, Mapping[str, PackedPart]],
) -> None:
    """Return when the change is on the disk; raises OSError, and then it does not count. ``base()`` is the
    hash of the file of segments, which a new journal begins with."""
    numbers = {segment.id: number for number, segment in enumerate(segments)}
    change: dict[str, object] = {
        "do": "change",
        "segments": [
            {"id": each.id, "name": each.name, "color": list(each.color), "tags": dict(each.tags)}
            for each in segments
        ],
        "planes": {
            str(k): {str(numbers[id]): part for id, part in parts.items()} for k, parts in planes.items()
        },
    }
    lines = [change]
    if not _is_begun(path):
        matrix = [float(number) for number in grid.ijk_to_ras.ravel()]
        begin = {
            "do": "begin",
            "version": VERSION,
            "base": base(),
            "shape": list(grid.shape),
            "ijk_to_ras": matrix,
        }
        lines.insert(0, begin)
    _append(path, b"".join(map(checked_line, lines)))


def append_folded(path: Path, sha256: str) -> None:
    """A file of segments of this hash, which has all changes, is about to be there; raises OSError."""
    if path.exists():
        _append(path, checked_line({"do": "folded", "sha256": sha256}))


def remove_folded(path: Path) -> bool:
    """Remove the journal, unless another program has drawn since it says that the files have it all; gives
    whether it is gone. Raises OSError."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _END_BYTES))
            last = object_of(file.read().rstrip(b"\n").rpartition(b"\n")[2])
    except FileNotFoundError:
        return True
    is_folded = last is not None and last.get("do") == "folded"
    if is_folded:
        path.unlink(missing_ok=True)
    return is_folded


def _is_begun(path: Path) -> bool:
    """Not where a crash has cut the very first line."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        return object_of(file.readline().rstrip(b"\n")) is not None


def read_strokes(path: Path, now: str, look: Callable[[], None] | None = None) -> Strokes | None:
    """What is to be added to the file of segments that is there ``now``, by its hash: what is behind the line
    that says that this file has all above, else all of it.

    None where no line is whole; what a crash cut was never acknowledged, and is passed over. ``look`` as in
    ``Strokes.added_to``. Raises OSError, and ValueError where the file is none of strokes or of a newer
    version.
    """
    strokes: Strokes | None = None
    data = path.read_bytes()
    try:
        for line in data.split(b"\n"):
            if look is not None:
                look()
            found = object_of(line)
            if found is not None:
                strokes = _with_line(strokes, found, now)
    except (TypeError, LookupError, AttributeError, zlib.error) as fault:
        raise ValueError("it is no journal of a drawing") from fault
    return replace(strokes, length=len(data)) if strokes else None


def _with_line(strokes: Strokes | None, found: dict[str, object], now: str) -> Strokes | None:
    line: Mapping = found
    if line["do"] == "begin":
        if line["version"] > VERSION:
            raise ValueError("it was written by a newer version of this program")
        slices, rows, columns = map(int, line["shape"])
        matrix = np.array(line["ijk_to_ras"], float).reshape(4, 4)
        return Strokes(Grid((slices, rows, columns), matrix), str(line["base"]))
    if line["do"] == "folded":
        return Strokes(strokes.grid, now) if strokes and line["sha256"] == now else strokes
    if strokes is None:
        raise ValueError("its beginning is missing")
    strokes.segments = tuple(
        DrawnSegment(
            str(each["id"]),
            str(each["name"]),
            color_within_range([float(channel) for channel in each["color"]]) or color_of_value(number),
            each["tags"],
        )
        for number, each in enumerate(line["segments"], start=1)
    )
    for k, parts in line["planes"].items():
        if not 0 <= int(k) < strokes.grid.shape[0]:
            raise ValueError("it has voxels outside of its image")
        strokes.planes[int(k)] = {
            strokes.segments[int(number)].id: _unpacked(packed, strokes.grid)
            for number, packed in parts.items()
        }
    return strokes


def _append(path: Path, data: bytes) -> None:
    is_new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b", buffering=0) as file:
        length = file.seek(0, 2)
        if length:
            file.seek(length - 1)
            if file.read(1) != b"\n":
                # Half a line, as a crash leaves it, is not to spoil the next one.
                data = b"\n" + data
        try:
            written = 0
            while written < len(data):
                written += file.write(data[written:])
            sync(file.fileno())
        except OSError:
            file.truncate(length)
            raise
    if is_new:
        sync_folder(path.parent)


def packed_part(part: SegmentPart) -> PackedPart:
    bits = zlib.compress(np.packbits(part.voxels).tobytes(), 1)
    return [part.row, part.column, *part.voxels.shape, base64.b64encode(bits).decode("ascii")]


def _unpacked(packed: list, grid: Grid) -> SegmentPart:
    """Raises ValueError for a part that is not within a plane of the grid: few bytes unpack to any number."""
    row, column, rows, columns = map(int, packed[:4])
    _slices, most_rows, most_columns = grid.shape
    if not (0 <= row <= row + rows <= most_rows and 0 <= column <= column + columns <= most_columns):
        raise ValueError("it has voxels outside of its image")
    length = -(-rows * columns // 8)
    bits = np.frombuffer(zlib.decompressobj().decompress(base64.b64decode(packed[4]), length + 1), np.uint8)
    if len(bits) != length:
        raise ValueError("a part of it has more or fewer voxels than it says")
    voxels = np.unpackbits(bits, count=rows * columns).reshape(rows, columns).astype(bool)
    return SegmentPart(row, column, voxels)


def _overlaps(layer: np.ndarray, parts: Mapping[int, SegmentPart]) -> bool:
    return any(_at(layer, k, part)[part.voxels].any() for k, part in parts.items())


def _at(layer: np.ndarray, k: int, part: SegmentPart) -> np.ndarray:
    """The voxels of a layer in the part's rectangle."""
    rows, columns = part.voxels.shape
    return layer[k, part.row : part.row + rows, part.column : part.column + columns]
