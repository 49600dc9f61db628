"""The colour of a label value where neither the file nor the quiz names one.

One rule for label maps and segments, so that the same file looks the same under both Types. It holds for
every value without a table: hues go round the circle by the golden angle, so neighbouring values and any
short run of values stay far apart, while lightness and saturation tell later rounds apart: a hue comes nearly
back after 13, 21, 34 or 55 values, and none of these is a multiple of the number of tones.
"""

import colorsys
import math
from collections.abc import Sequence

_GOLDEN_TURN = 0.6180339887498949
_FIRST_HUE = 0.305
_TONES = ((0.35, 0.72), (0.35, 1.0), (0.75, 1.0), (0.55, 1.0), (0.65, 0.8), (0.9, 0.72))


def color_of_value(value: int) -> tuple[float, float, float]:
    """The (r, g, b), 0..1, of a label value; 0, the background, is black (and shown transparent)."""
    if value == 0:
        return (0.0, 0.0, 0.0)
    hue = (_FIRST_HUE + value * _GOLDEN_TURN) % 1.0
    saturation, brightness = _TONES[value % len(_TONES)]
    return colorsys.hsv_to_rgb(hue, saturation, brightness)


def color_within_range(channels: Sequence[float]) -> tuple[float, float, float] | None:
    """(r, g, b) 0..1 of what a file gives: a channel that is too low or too high becomes the nearest; None
    for what is no three numbers."""
    if len(channels) != 3 or any(math.isnan(channel) for channel in channels):
        return None
    red, green, blue = (min(max(channel, 0.0), 1.0) for channel in channels)
    return red, green, blue


def color255(color: Sequence[float]) -> tuple[int, int, int]:
    """A colour whose first three numbers are r, g and b, 0..1, as whole numbers 0..255."""
    red, green, blue = (round(channel * 255) for channel in color[:3])
    return red, green, blue
