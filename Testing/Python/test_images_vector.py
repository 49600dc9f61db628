"""A picture: its colours, its place, and every kind of file that a camera or a screen makes."""

import resource
import struct

import numpy as np
import pytest
import SimpleITK as sitk
from dicom_made import new_dataset, put_pixels, save
from image_pages import ijk_to_ras, image, library_of, page, voxels_of
from PIL import Image as Picture
from QuizLoaderLib.quiz.model import ImageType

ROWS, COLUMNS = 6, 8


def colors():
    """(rows, columns, 3): red tells the column, green the row, blue is odd in the upper left corner."""
    row, column = np.indices((ROWS, COLUMNS))
    blue = np.where((row < 2) & (column < 3), 200, 50)
    return np.stack([10 * column + 5, 20 * row + 7, blue], axis=-1).astype(np.uint8)


def greys():
    return colors()[..., 0] + colors()[..., 1]


def load(folder, name, **attributes):
    with library_of(folder) as library:
        loaded = library.load(page(image(name, ImageType.VECTOR, **attributes)))
        node = loaded.nodes[0]
        if node is None:
            return None, None, loaded.problems
        data = node.GetImageData()
        components = data.GetNumberOfScalarComponents()
        if components == 1:
            return node.GetClassName(), voxels_of(data).copy(), loaded.problems
        from vtk.util.numpy_support import vtk_to_numpy

        values = vtk_to_numpy(data.GetPointData().GetScalars())
        return node.GetClassName(), values.reshape(*data.GetDimensions()[::-1], components).copy(), []


def assert_colors(folder, name, expected, tolerance=0, **attributes):
    kind, values, problems = load(folder, name, **attributes)
    assert problems == []
    assert kind == "vtkMRMLVectorVolumeNode"
    assert values.shape == (1, *np.shape(expected))
    assert np.abs(values[0].astype(int) - np.asarray(expected, int)).max() <= tolerance


def assert_greys(folder, name, expected, **attributes):
    kind, values, problems = load(folder, name, **attributes)
    assert problems == []
    assert kind == "vtkMRMLScalarVolumeNode"
    np.testing.assert_array_equal(values, np.asarray(expected)[np.newaxis])


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif", "a.tiff"])
def test_colours_are_those_of_the_file(tmp_path, name):
    Picture.fromarray(colors()).save(tmp_path / name)
    assert_colors(tmp_path, name, colors())


@pytest.mark.parametrize("name", ["a.jpg", "a.jpeg"])
def test_a_jpeg_is_as_near_as_its_compression_lets_it(tmp_path, name):
    Picture.fromarray(np.full((ROWS, COLUMNS, 3), (200, 100, 50), np.uint8)).save(tmp_path / name, quality=95)
    assert_colors(tmp_path, name, np.full((ROWS, COLUMNS, 3), (200, 100, 50)), tolerance=3)


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif"])
def test_a_grey_picture_is_a_scalar_volume(tmp_path, name):
    Picture.fromarray(greys()).save(tmp_path / name)
    assert_greys(tmp_path, name, greys())


def test_the_picture_lies_as_slicer_puts_it(tmp_path):
    """Pixels of 1 mm from the origin, columns to the patient's left, rows to the back."""
    Picture.fromarray(colors()).save(tmp_path / "a.png")
    with library_of(tmp_path) as library:
        node = library.load(page(image("a.png", ImageType.VECTOR))).nodes[0]
        np.testing.assert_array_equal(ijk_to_ras(node), np.diag([-1.0, -1, 1, 1]))
        assert (node.GetDisplayNode().GetWindow(), node.GetDisplayNode().GetLevel()) == (255, 127.5)


def test_transparency_lets_the_black_ground_through(tmp_path):
    alpha = np.full((ROWS, COLUMNS, 1), 255, np.uint8)
    alpha[0], alpha[1] = 0, 128
    Picture.fromarray(np.concatenate([colors(), alpha], axis=-1)).save(tmp_path / "a.png")
    expected = np.round(colors() * (alpha / 255))
    assert_colors(tmp_path, "a.png", expected)
    grey = np.concatenate([greys()[..., np.newaxis], alpha], axis=-1)
    Picture.fromarray(grey, "LA").save(tmp_path / "grey.png")
    assert_greys(tmp_path, "grey.png", np.round(greys() * (alpha[..., 0] / 255)).astype(np.uint8))


def test_a_palette_gives_its_colours(tmp_path):
    picture = Picture.new("P", (COLUMNS, ROWS))
    picture.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    picture.putdata([(n // COLUMNS) % 3 for n in range(ROWS * COLUMNS)])
    expected = np.array([(255, 0, 0), (0, 255, 0), (0, 0, 255)])[np.indices((ROWS, COLUMNS))[0] % 3]
    for name in ("a.png", "a.bmp", "a.tif", "a.gif"):
        picture.save(tmp_path / name)
        assert_colors(tmp_path, name, expected)
    picture.save(tmp_path / "clear.png", transparency=1)
    expected[expected[..., 1] == 255] = 0
    assert_colors(tmp_path, "clear.png", expected)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_16_bits_of_grey_stay(tmp_path, name):
    values = (greys().astype(np.uint16) * 257 + 13).astype(np.uint16)
    Picture.fromarray(values).save(tmp_path / name)
    assert_greys(tmp_path, name, values)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_16_bits_of_colour_stay(tmp_path, name):
    values = colors().astype(np.uint16) * 257 + 13
    sitk.WriteImage(sitk.GetImageFromArray(values, isVector=True), str(tmp_path / name))
    assert_colors(tmp_path, name, values)
    with library_of(tmp_path) as library:
        display = library.load(page(image(name, ImageType.VECTOR))).nodes[0].GetDisplayNode()
        assert (display.GetWindow(), display.GetLevel()) == (65535, 32767.5)


def test_16_bits_of_colour_with_transparency(tmp_path):
    alpha = np.full((ROWS, COLUMNS, 1), 65535, np.uint16)
    alpha[0] = 0
    values = colors().astype(np.uint16) * 257
    both = np.concatenate([values, alpha], axis=-1)
    sitk.WriteImage(sitk.GetImageFromArray(both, isVector=True), str(tmp_path / "a.png"))
    assert_colors(tmp_path, "a.png", values * (alpha > 0))


def test_a_tiff_of_real_numbers_stays(tmp_path):
    values = greys().astype(np.float32) / 7 - 3
    Picture.fromarray(values).save(tmp_path / "a.tif")
    assert_greys(tmp_path, "a.tif", values)


def test_black_and_white(tmp_path):
    Picture.fromarray(greys() > 60).save(tmp_path / "a.tif")
    assert_greys(tmp_path, "a.tif", np.where(greys() > 60, 255, 0).astype(np.uint8))


@pytest.mark.parametrize(("ink", "expected"), [((255, 0, 0, 0), "cyan"), ((0, 255, 255, 0), "red")])
@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_printers_inks_become_light(tmp_path, name, ink, expected):
    """CMYK by the plain rule, colour = 255 - ink - black; a jpg's inks are stored upside down (Adobe)."""
    Picture.new("CMYK", (COLUMNS, ROWS), ink).save(tmp_path / name)
    color = {"cyan": (0, 255, 255), "red": (255, 0, 0)}[expected]
    assert_colors(tmp_path, name, np.full((ROWS, COLUMNS, 3), color), tolerance=3)


UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: np.rot90(a, 2),
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
    8: lambda a: np.rot90(a, -1),
}
"""How the camera stored what is upright (its own inverse but for 6 and 8, quarter turns)."""


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif"])
def test_a_picture_of_a_turned_camera_is_upright(tmp_path, name, orientation):
    large = np.kron(colors(), np.ones((16, 16, 1), np.uint8)) if name == "a.jpg" else colors()
    stored = Picture.fromarray(np.ascontiguousarray(UPRIGHT[orientation](large)))
    exif = Picture.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / name, exif=exif, quality=100, subsampling=0)
    assert_colors(tmp_path, name, large, tolerance=3 if name == "a.jpg" else 0)


def test_the_pages_of_a_tiff_are_slices(tmp_path):
    """A thumbnail among them is left out."""
    pages = [Picture.fromarray(np.roll(colors(), n, axis=0)) for n in range(3)]
    thumbnail = Picture.new("RGB", (2, 2))
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=[pages[1], thumbnail, pages[2]])
    _, values, _ = load(tmp_path, "a.tif")
    np.testing.assert_array_equal(values, [np.roll(colors(), n, axis=0) for n in range(3)])


def test_a_colour_dicom_image(tmp_path):
    dataset = new_dataset("1.2.840.10008.5.1.4.1.1.7", "1.2.3.4.5")
    dataset.Modality = "OT"
    put_pixels(dataset, colors())
    save(dataset, tmp_path / "a.dcm")
    kind, values, _ = load(tmp_path, "a.dcm", dicom_read=True)
    assert kind == "vtkMRMLVectorVolumeNode"
    np.testing.assert_array_equal(values[0], colors())
    with library_of(tmp_path) as library:
        loaded = library.load(page(image("a.dcm", ImageType.VOLUME, dicom_read=True)))
        assert 'Type="Vector"' in loaded.problems[-1].hint


def test_a_colour_nrrd(tmp_path):
    sitk.WriteImage(sitk.GetImageFromArray(colors()[np.newaxis], isVector=True), str(tmp_path / "a.nrrd"))
    assert_colors(tmp_path, "a.nrrd", colors())


def test_a_picture_of_10000_x_10000(tmp_path):
    """White but for one pixel; quick to make and read as 1 bit, 100 MB as bytes."""
    picture = Picture.new("1", (10_000, 10_000), 1)
    picture.putpixel((9_000, 70), 0)
    picture.save(tmp_path / "a.png")
    with library_of(tmp_path) as library:
        node = library.load(page(image("a.png", ImageType.VECTOR))).nodes[0]
        values = voxels_of(node.GetImageData())
        assert values.shape == (1, 10_000, 10_000)
        assert np.argwhere(values == 0).tolist() == [[0, 70, 9_000]]
        assert library.byte_size == 100_000_000


def _cut(folder):
    Picture.fromarray(np.kron(colors(), np.ones((40, 40, 1), np.uint8))).save(folder / "a.png")
    data = (folder / "a.png").read_bytes()
    (folder / "a.png").write_bytes(data[: len(data) // 2])


def _bomb(folder):
    Picture.new("1", (30_000, 30_000)).save(folder / "a.png")


BAD = {
    "cut": (_cut, "damaged"),
    "text": (lambda folder: (folder / "a.png").write_text("no picture", encoding="utf-8"), "not a picture"),
    "empty": (lambda folder: (folder / "a.png").touch(), "empty"),
    "only a signature": (lambda folder: (folder / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n"), "damaged"),
    "nine hundred million pixels": (_bomb, "178 million pixels"),
    "a volume": (
        lambda folder: sitk.WriteImage(
            sitk.GetImageFromArray(np.zeros((2, 3, 4), np.int16)), str(folder / "a.nrrd")
        ),
        "not colours",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_picture_is_told(tmp_path, case):
    make, said = BAD[case]
    make(tmp_path)
    _, values, problems = load(tmp_path, next(tmp_path.iterdir()).name)
    assert values is None
    assert [problem.is_error for problem in problems] == [True]
    assert said in problems[0].sentence
    assert (problems[0].code == "Q610") is ("pixels" in case)


def tiff_of_one_strip(height: int) -> bytes:
    """An RGB TIFF of 20 columns that names so many rows, and has one strip of 20."""
    tags = [(256, 4, 1, 20), (257, 4, 1, height), (258, 3, 3, 134), (259, 3, 1, 1), (262, 3, 1, 2)]
    tags += [(273, 4, 1, 140), (277, 3, 1, 3), (278, 4, 1, 20), (279, 4, 1, 1200), (284, 3, 1, 1)]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    start = struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + entries + bytes(4)
    return start + struct.pack("<3H", 8, 8, 8) + bytes(range(200)) * 6


def test_a_tiff_that_names_more_than_it_holds(tmp_path):
    """Memory goes by what is there, not by what is named; what is not there is not shown as black."""
    for name, height in (("good.tif", 20), ("cut.tif", 60), ("huge.tif", 8_388_628)):
        (tmp_path / name).write_bytes(tiff_of_one_strip(height))
    kind, values, problems = load(tmp_path, "good.tif")
    assert (kind, problems) == ("vtkMRMLVectorVolumeNode", [])
    assert values.shape == (1, 20, 20, 3)
    for name in ("cut.tif", "huge.tif"):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        _, values, (problem,) = load(tmp_path, name)
        assert values is None
        assert "is damaged" in problem.sentence
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.bmp", "a.jpg", "a.gif"])
def test_a_large_even_picture_is_none_of_it(tmp_path, name):
    """It packs best of all."""
    options = {"compression": "tiff_deflate"} if name == "a.tif" else {}
    Picture.new("L", (6000, 5000), 200).save(tmp_path / name, **options)
    _, values, problems = load(tmp_path, name)
    assert problems == []
    assert values.shape == (1, 5000, 6000) or values.shape == (1, 5000, 6000, 3)
    assert values[0, 4000, 4000].max() == 200
