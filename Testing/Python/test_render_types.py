"""What sequences, pictures and looks are on the screen, by pixels."""

import numpy as np
import pytest
from image_files import write_nrrd
from image_pages import image as plain_image
from image_pages import page
from PIL import Image as Picture
from PIL import ImageDraw
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.images.loading.library import ImageLibrary
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.model import ImageType, Layout, Orientation, Page, Quiz, SliceView, WindowLevel
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.page import show_page
from QuizLoaderLib.views.state import show_frame

SIDE = 128
HALF_A_PIXEL = (0.5, 0.5, 0.0)
"""MRML samples the image at the lower left corner of each pixel of a view. With this PanOrigin, in mm, a
volume of SIDE x SIDE voxels of 1 mm has each voxel on one pixel."""


def image(*arguments, **attributes):
    return plain_image(*arguments, pan_origin_mm=HALF_A_PIXEL, **attributes)


@pytest.fixture(scope="module")
def host():
    with HeadlessHost((SIDE, SIDE)) as host:
        yield host


@pytest.fixture
def show(host, tmp_path):
    """Shows images on the host; gives their nodes."""
    library = ImageLibrary(host.scene, ImageFolder(tmp_path))

    def show(*images, layout=Layout.ONE_UP_RED_SLICE):
        shown = Page(id="P", number=1, line=1, images=images, layout=layout)
        loaded = library.load(shown)
        assert [problem.sentence for problem in loaded.problems] == []
        show_page(PageNodes(shown, loaded.nodes), host, Quiz(tmp_path))
        return loaded.nodes

    yield show
    library.close()
    empty = page()
    show_page(PageNodes(empty, (None,) * len(empty.images)), host, Quiz(tmp_path))


def drawn():
    """A red F, upright and with its stem at the left, on blue; green in the upper right corner."""
    picture = Picture.new("RGB", (SIDE, SIDE), (20, 40, 160))
    pen = ImageDraw.Draw(picture)
    for box in ((30, 20, 45, 110), (30, 20, 95, 35), (30, 60, 80, 75)):
        pen.rectangle(box, fill=(230, 30, 20))
    pen.rectangle((108, 0, 127, 19), fill=(10, 200, 30))
    return picture


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif"])
def test_a_picture_is_upright_with_its_own_colours(host, show, tmp_path, name):
    """A view of as many pixels as the picture has shows each of them."""
    drawn().save(tmp_path / name)
    show(image(name, ImageType.VECTOR))
    np.testing.assert_array_equal(host.picture(SliceView.RED), np.asarray(drawn()))


def test_a_grey_picture_has_its_own_greys(host, show, tmp_path):
    grey = drawn().convert("L")
    grey.save(tmp_path / "a.png")
    show(image("a.png", ImageType.VECTOR))
    seen = host.picture(SliceView.RED).astype(int)
    assert np.abs(seen - np.asarray(grey)[..., np.newaxis]).max() <= 1


def test_16_bits_of_colour_are_seen_as_8(host, show, tmp_path):
    import SimpleITK

    deep = SimpleITK.GetImageFromArray(np.asarray(drawn()).astype(np.uint16) * 257, isVector=True)
    SimpleITK.WriteImage(deep, str(tmp_path / "a.png"))
    show(image("a.png", ImageType.VECTOR))
    assert np.abs(host.picture(SliceView.RED).astype(int) - np.asarray(drawn())).max() <= 1


def test_a_picture_takes_a_window_too(host, show, tmp_path):
    drawn().save(tmp_path / "a.png")
    show(image("a.png", ImageType.VECTOR, window_level=WindowLevel(100, 150)))
    expected = np.clip((np.asarray(drawn()).astype(float) - 100) / 100, 0, 1) * 255
    assert np.abs(host.picture(SliceView.RED) - expected).max() <= 2


def ramp():
    """Every grey from -1000 HU on from left to right in each slice, with NaN and an outlier."""
    voxels = np.empty((8, SIDE, SIDE), np.float32)
    voxels[:] = np.linspace(-1000, 1000, SIDE)
    return voxels


def greys(values, window, level):
    return np.clip((values - (level - window / 2)) / window, 0, 1) * 255


def test_one_file_with_two_looks(host, show, tmp_path):
    """Each view follows its own window and level within 2 of 255; the voxels are there once."""
    write_nrrd(tmp_path / "ct.nrrd", ramp())
    looks = {SliceView.RED: WindowLevel(400, 40), SliceView.SLICE4: WindowLevel(1500, -500)}
    images = [
        image("ct.nrrd", destination=view, window_level=look, orientation=Orientation.AXIAL)
        for view, look in looks.items()
    ]
    one, other = show(*images, layout=Layout.TWO_OVER_TWO)
    assert one is not other
    assert one.GetImageData() is other.GetImageData()
    for view, look in looks.items():
        expected = greys(ramp()[4], look.window, look.level)[..., np.newaxis]
        assert np.abs(host.picture(view) - expected).max() <= 2


def test_the_automatic_window_is_not_spoilt(host, show, tmp_path):
    """NaN, infinity and a few outliers leave the greys as they would be without them."""
    voxels = ramp()
    clean = voxels.copy()
    voxels[0, 0, :3] = np.nan, np.inf, -np.inf
    voxels[1, ::40, 3] = 1e30
    for name, array in (("clean.nrrd", clean), ("spoilt.nrrd", voxels)):
        write_nrrd(tmp_path / name, array)
    show(image("clean.nrrd"))
    expected = host.picture(SliceView.RED).astype(int)
    assert np.ptp(expected) >= 250
    assert np.abs(expected - greys(clean[4], 2000, 0)[..., np.newaxis]).max() <= 2
    show(image("spoilt.nrrd"))
    assert np.abs(host.picture(SliceView.RED) - expected).max() <= 2


def test_each_frame_of_a_sequence_is_seen(host, show, tmp_path):
    """A bright square moves from frame to frame; its grey is by the window, on both views of the node."""
    frames = np.zeros((4, 8, SIDE, SIDE), np.int16)
    for number in range(4):
        frames[number, :, 10:30, 10 + 20 * number : 30 + 20 * number] = 100 * (number + 1)
    header = [
        "NRRD0005", "type: short", "dimension: 4", "space: left-posterior-superior",
        f"sizes: {SIDE} {SIDE} 8 4", "space directions: (1,0,0) (0,1,0) (0,0,1) none",
        "kinds: domain domain domain list", "endian: little", "encoding: raw", "space origin: (0,0,0)",
    ]  # fmt: skip
    (tmp_path / "a.seq.nrrd").write_bytes("\n".join(header).encode() + b"\n\n" + frames.tobytes())
    views = (SliceView.RED, SliceView.SLICE4)
    images = [
        image("a.seq.nrrd", ImageType.VOLUME_SEQUENCE, destination=view, window_level=WindowLevel(500, 250))
        for view in views
    ]
    node, same = show(*images, layout=Layout.TWO_OVER_TWO)
    assert node is same
    for number in (0, 3, 1, 2):
        show_frame(node, number)
        for view in views:
            expected = greys(frames[number, 4].astype(float), 500, 250)[..., np.newaxis]
            assert np.abs(host.picture(view) - expected).max() <= 2
