"""Region names and mask values: the map, the masks, and the way back.

For scripts and Slicer's Python console::

    from QuizLoaderLib.masks import mask_from_segments, read_value_map, segments_from_mask
"""

from ..quiz.value_map import read_value_map
from .scripting import mask_from_segments, segments_from_mask

__all__ = ["mask_from_segments", "read_value_map", "segments_from_mask"]
