"""Label images under both Types: values, names, colours, and values that no colour table could hold."""

import numpy as np
import pytest
from image_files import numbered, write_nifti, write_nrrd
from image_pages import image, label_image_of, library_of, load_one, page, segments_of, voxels_of
from QuizLoaderLib.quiz.label_colors import color_of_value
from QuizLoaderLib.quiz.model import ImageType

HUGE = {
    "uint32": [0, 1, 70_000, 4_294_967_295],
    "int32": [-5, 0, 3, 2_147_483_647],
    "uint64": [0, 2, 2**63 + 1, 2**64 - 1],
    "int16": [-300, 0, 4, 32767],
}


def label_colors(node):
    """{name: (r, g, b, a)} of the named entries of a label map's colour table, and by index."""
    table = node.GetDisplayNode().GetColorNode()
    colors = {}
    for index in range(table.GetNumberOfColors()):
        color = [0.0] * 4
        table.GetColor(index, color)
        colors[index] = (table.GetColorName(index), tuple(color))
    return colors


def test_label_map(tmp_path):
    write_nrrd(tmp_path / "l.nrrd", np.array([[[0, 1, 5, 5]]], np.uint8))
    node, problems, library = load_one(tmp_path, "l.nrrd", ImageType.LABEL_MAP)
    assert problems == []
    assert node.GetClassName() == "vtkMRMLLabelMapVolumeNode"
    colors = label_colors(node)
    assert colors[0][1][3] == 0 and colors[3][1][3] == 0
    for value in (1, 5):
        name, color = colors[value]
        assert name == str(value)
        assert color == pytest.approx((*color_of_value(value), 1), abs=0.005)
    assert len(colors) == 6
    library.close()


def test_label_image_as_segmentation_has_a_segment_for_each_value(tmp_path):
    voxels = np.array([[[0, 1, 5, 5]]], np.uint8)
    write_nifti(tmp_path / "l.nii", voxels, sform=np.diag([2, 3, 4, 1]))
    node, problems, library = load_one(tmp_path, "l.nii", ImageType.SEGMENTATION)
    assert problems == []
    assert segments_of(node) == [("Segment_1", "Segment_1"), ("Segment_5", "Segment_5")]
    for value in (1, 5):
        segment = node.GetSegmentation().GetSegment(f"Segment_{value}")
        assert segment.GetLabelValue() == value
        assert segment.GetColor() == pytest.approx(color_of_value(value))
    assert not node.GetSegmentation().ContainsRepresentation("Closed surface")
    assert label_image_of(node, "Segment_1") is label_image_of(node, "Segment_5")
    library.close()


@pytest.mark.parametrize("dtype", HUGE)
def test_huge_and_negative_values_keep_their_names_without_huge_tables(tmp_path, dtype):
    values = HUGE[dtype]
    write_nrrd(tmp_path / "l.nrrd", np.array([[values]], dtype))
    with library_of(tmp_path) as library:
        types = (ImageType.LABEL_MAP, ImageType.SEGMENTATION)
        labels, segmentation = library.load(page(*(image("l.nrrd", type) for type in types))).nodes
        regions = [value for value in values if value != 0]
        colors = label_colors(labels)
        assert len(colors) == 4
        shown = voxels_of(labels.GetImageData())[0, 0]
        for value, index in zip(values, shown, strict=True):
            if value == 0:
                assert index == 0
                continue
            assert colors[index][0] == str(value)
            assert colors[index][1][:3] == pytest.approx(color_of_value(value), abs=0.005)
        assert [name for _, name in segments_of(segmentation)] == [f"Segment_{value}" for value in regions]
        for id, name in segments_of(segmentation):
            place = values.index(int(name.removeprefix("Segment_")))
            value = segmentation.GetSegmentation().GetSegment(id).GetLabelValue()
            assert np.flatnonzero(voxels_of(label_image_of(segmentation, id))[0, 0] == value) == [place]


@pytest.mark.parametrize("dtype", ["int8", "int16", "uint16", "int32", "int64", "uint64"])
def test_small_values_of_every_integer_type_are_shown_as_they_are(tmp_path, dtype):
    write_nrrd(tmp_path / "l.nrrd", np.array([[[0, 1, 100]]], dtype))
    node, problems, library = load_one(tmp_path, "l.nrrd", ImageType.LABEL_MAP)
    assert problems == []
    assert voxels_of(node.GetImageData()).dtype == np.dtype(dtype)
    assert list(voxels_of(node.GetImageData()).ravel()) == [0, 1, 100]
    library.close()


@pytest.mark.parametrize("type", [ImageType.LABEL_MAP, ImageType.SEGMENTATION])
def test_a_float_image_is_no_label_map(tmp_path, type):
    write_nrrd(tmp_path / "l.nrrd", numbered().astype("float32"))
    node, (problem,), library = load_one(tmp_path, "l.nrrd", type)
    assert node is None
    assert problem.sentence == "“l.nrrd” is not a label image: its voxels are float32 numbers."
    assert "integer" in problem.hint
    library.close()


@pytest.mark.parametrize("type", [ImageType.LABEL_MAP, ImageType.SEGMENTATION])
def test_an_image_without_labels_is_shown_as_nothing_with_a_warning(tmp_path, type):
    write_nrrd(tmp_path / "l.nrrd", np.zeros((2, 3, 4), np.uint8))
    node, (problem,), library = load_one(tmp_path, "l.nrrd", type)
    assert node is not None
    assert not problem.is_error
    assert problem.sentence == "“l.nrrd” has no region: every voxel is 0."
    assert problem.code == "Q609"
    library.close()


def test_grey_values_are_no_segmentation(tmp_path):
    write_nrrd(tmp_path / "l.nrrd", np.arange(3000, dtype=np.int16).reshape(3, 10, 100))
    node, (problem,), library = load_one(tmp_path, "l.nrrd", ImageType.SEGMENTATION)
    assert node is None
    assert "2999 different values" in problem.sentence
    library.close()


def test_generic_colors_differ_between_neighbours_and_hold_for_every_value():
    colors = [np.array(color_of_value(value)) for value in range(1, 41)]
    for place, color in enumerate(colors):
        assert ((color >= 0) & (color <= 1)).all() and color.max() > 0.7
        for other in colors[place + 1 : place + 9]:
            assert np.abs(color - other).max() > 0.15
    assert color_of_value(2**64) != color_of_value(-7)


def test_generic_colors_of_forty_regions_are_told_apart():
    """In CIE L*a*b*, where 2.3 is what an eye just tells apart."""
    colors = np.array([[color_of_value(value) for value in range(1, 42)]], np.float32)
    lab = rgb2lab(colors)[0]
    apart = np.linalg.norm(lab[:, None] - lab[None], axis=2)
    assert apart[np.triu_indices(41, 1)].min() > 12


def rgb2lab(colors):
    """sRGB 0..1 with white D65, by IEC 61966-2-1 and CIE 15."""
    linear = np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = linear @ np.array(to_xyz).T / np.array([0.9505, 1.0, 1.089])
    x, y, z = np.moveaxis(np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
