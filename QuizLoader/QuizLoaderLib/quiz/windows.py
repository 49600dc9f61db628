"""Windows and levels: which grey values are black and white."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WindowLevel:
    """Grey values from ``level - window / 2`` (black) to ``level + window / 2`` (white), in voxel values."""

    window: float
    level: float


@dataclass(frozen=True)
class WindowPreset:
    """A window and level that readers may choose, by its name."""

    name: str
    look: WindowLevel
    line: int = 0
