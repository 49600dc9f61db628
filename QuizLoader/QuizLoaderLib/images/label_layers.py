"""Segments that may overlap, in as few label images as it takes: each goes where it meets no other."""

from collections.abc import Iterable, Iterator

import numpy as np

from .contours import Block

_VALUES = 255


class PackedBlocks:
    """The blocks of one segment; several are kept at a bit a voxel, so that a large one costs little."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._only: Block | None = None
        self._packed: list[tuple[np.ndarray, int, int, tuple[int, ...], np.ndarray]] = []
        for block in blocks:
            if self._only is None and not self._packed:
                self._only = block
                continue
            if self._only is not None:
                self._pack(self._only)
                self._only = None
            self._pack(block)

    def _pack(self, block: Block) -> None:
        self._packed.append(
            (block.slices, block.row, block.column, block.mask.shape, np.packbits(block.mask))
        )

    def planes(self) -> Iterator[tuple[int, int, int, np.ndarray]]:
        """(slice, first row, first column, (rows, columns) bool)."""
        for block in self._blocks():
            for k, plane in zip(block.slices, block.mask, strict=True):
                yield int(k), block.row, block.column, plane

    def _blocks(self) -> Iterator[Block]:
        if self._only is not None:
            yield self._only
        for slices, row, column, shape, bits in self._packed:
            count = int(np.prod(shape))
            yield Block(slices, row, column, np.unpackbits(bits, count=count).view(bool).reshape(shape))


class LabelLayers:
    """Label images of one shape (slices, rows, columns), uint8, made when needed."""

    def __init__(self, shape: tuple[int, int, int]) -> None:
        self._shape = shape
        self._layers: list[np.ndarray] = []
        self._used: list[int] = []

    def add(self, blocks: PackedBlocks) -> tuple[int, int]:
        """Puts a segment on the first layer where it overlaps nothing; (layer, value)."""
        index = next((i for i in range(len(self._layers)) if self._has_room(i, blocks)), len(self._layers))
        if index == len(self._layers):
            self._layers.append(np.zeros(self._shape, np.uint8))
            self._used.append(0)
        self._used[index] += 1
        value = self._used[index]
        layer = self._layers[index]
        for k, row, column, plane in blocks.planes():
            view = layer[k, row : row + plane.shape[0], column : column + plane.shape[1]]
            view |= plane.view(np.uint8) * np.uint8(value)
        return index, value

    def _has_room(self, index: int, blocks: PackedBlocks) -> bool:
        if self._used[index] == _VALUES:
            return False
        layer = self._layers[index]
        return not any(
            (
                layer[k, row : row + plane.shape[0], column : column + plane.shape[1]].astype(bool) & plane
            ).any()
            for k, row, column, plane in blocks.planes()
        )

    def arrays(self, sources: np.ndarray | None = None) -> tuple[np.ndarray, ...]:
        """The layers; with ``sources`` each slice is a copy of the slice it names."""
        layers = self._layers or [np.zeros(self._shape, np.uint8)]
        return tuple(layers if sources is None else (layer[sources] for layer in layers))
