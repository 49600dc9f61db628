"""The pictures that go to the browser are read by others as they were, pixel for pixel."""

import io

import numpy as np
import pytest
from PIL import Image as Picture
from QuizLoaderLib.apps.web.encoding import as_png


def read(content):
    picture = Picture.open(io.BytesIO(content))
    picture.load()
    return picture.mode, np.asarray(picture.convert("RGB"))


def noise(*shape):
    return np.random.default_rng(7).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize("shape", [(33, 47, 3), (1, 47, 3), (33, 1, 3), (1, 1, 3)])
def test_colors_come_back_as_they_were(shape):
    pixels = noise(*shape)
    mode, back = read(as_png(pixels))
    assert mode == "RGB"
    np.testing.assert_array_equal(back, pixels)


def test_a_picture_without_color_is_sent_as_grey():
    pixels = np.repeat(noise(33, 47, 1), 3, axis=2)
    mode, back = read(as_png(pixels))
    assert mode == "L"
    np.testing.assert_array_equal(back, pixels)


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_one_colored_pixel_is_not_lost(channel):
    pixels = np.full((33, 47, 3), 128, np.uint8)
    pixels[20, 30, channel] = 129
    mode, back = read(as_png(pixels))
    assert mode == "RGB"
    np.testing.assert_array_equal(back, pixels)


def test_the_rows_of_a_flipped_picture_come_back_too():
    """VTK's rows begin at the bottom; turned round they are a view with steps backwards."""
    pixels = noise(33, 47, 3)
    np.testing.assert_array_equal(read(as_png(pixels[::-1]))[1], pixels[::-1])
