"""Segments that may overlap, in as few label images as it takes: each goes where it meets no other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from .fill import Block

_VALUES = 255
_UNPACKED_BYTES = 1 << 23


@dataclass(frozen=True, eq=False)
class _Packed:
    """A block at a bit a voxel."""

    block: Block
    shape: tuple[int, ...]

    def unpacked(self) -> Block:
        count = int(np.prod(self.shape))
        mask = np.unpackbits(self.block.mask, count=count).view(bool).reshape(self.shape)
        return Block(self.block.slices, self.block.row, self.block.column, mask)


class LabelLayers:
    """Label images of one shape (slices, rows, columns), uint8, made when needed."""

    def __init__(self, shape: tuple[int, int, int]) -> None:
        self._shape = shape
        self._layers: list[np.ndarray] = []
        self._used: list[int] = []

    def add(self, blocks: Iterable[Block]) -> tuple[int, int]:
        """Puts a segment on the first layer where it overlaps nothing; (layer, value).

        What is to be looked at before it can be written stays packed, beyond a few megabytes.
        """
        index = 0
        if self._layers:
            packed = _packed_blocks(blocks)
            index = next(
                (i for i in range(len(self._layers)) if self._has_room(i, packed)), len(self._layers)
            )
            blocks = _unpacked(packed)
        if index == len(self._layers):
            self._layers.append(np.zeros(self._shape, np.uint8))
            self._used.append(0)
        self._used[index] += 1
        value = self._used[index]
        for view, plane in self._planes(index, blocks):
            # What is there already is 0 or, where two blocks are of one plane, this value.
            np.bitwise_or(view, plane.view(np.uint8) * np.uint8(value), out=view)
        return index, value

    def _has_room(self, index: int, packed: list["Block | _Packed"]) -> bool:
        if self._used[index] == _VALUES:
            return False
        return not any(
            np.logical_and(view, plane).any() for view, plane in self._planes(index, _unpacked(packed))
        )

    def _planes(self, index: int, blocks: Iterable[Block]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """For each plane of the blocks that part of the layer, and the plane's mask."""
        for block in blocks:
            rows, columns = block.mask.shape[1:]
            box = slice(block.row, block.row + rows), slice(block.column, block.column + columns)
            for k, plane in zip(block.slices, block.mask, strict=True):
                yield self._layers[index][int(k)][box], plane

    def arrays(self, sources: np.ndarray | None = None) -> tuple[np.ndarray, ...]:
        """The layers; with ``sources`` each slice is a copy of the slice it names."""
        layers = self._layers or [np.zeros(self._shape, np.uint8)]
        return tuple(layers if sources is None else (layer[sources] for layer in layers))


def _packed_blocks(blocks: Iterable[Block]) -> list[Block | _Packed]:
    result: list[Block | _Packed] = []
    size = 0
    for block in blocks:
        size += block.mask.size
        if size <= _UNPACKED_BYTES:
            result.append(block)
        else:
            packed = Block(block.slices, block.row, block.column, np.packbits(block.mask))
            result.append(_Packed(packed, block.mask.shape))
    return result


def _unpacked(blocks: Iterable[Block | _Packed]) -> Iterator[Block]:
    for one in blocks:
        yield one.unpacked() if isinstance(one, _Packed) else one
