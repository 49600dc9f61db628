"""A .seg.nrrd shows the segments that it describes, the same as Slicer's own storage node loads from it."""

import numpy as np
import pytest
from image_files import write_nrrd
from image_pages import image, label_image_of, library_of, load_one, page, segments_of, voxels_of
from QuizLoaderLib.images.types.file_info import file_info
from QuizLoaderLib.quiz.label_colors import color255, color_of_value
from QuizLoaderLib.quiz.model import ImageType

FLIP = np.diag([-1.0, -1, 1])
TILT = np.radians(30)
OBLIQUE = np.array([[np.cos(TILT), -np.sin(TILT), 0], [np.sin(TILT), np.cos(TILT), 0], [0, 0, 1]])
AXES = {
    "anisotropic": np.diag([0.7, 0.9, 5.0]),
    "flipped": np.diag([-0.7, -0.9, 5.0]),
    "left-handed": np.diag([0.7, 0.9, -5.0]),
    "permuted": np.array([[0, 0, 2.0], [3.0, 0, 0], [0, 4.0, 0]]),
    "oblique": OBLIQUE @ np.diag([0.7, 0.9, 5.0]),
    "oblique, permuted and left-handed": OBLIQUE @ np.array([[0, 0, -2.0], [3.0, 0, 0], [0, 4.0, 0]]),
}
ORIGIN = (10, 20, 30)
TERMINOLOGY = (
    "Segmentation category and type - 3D Slicer General Anatomy list"
    "~SCT^49755003^Morphologically Altered Structure~SCT^4147007^Mass~^^"
    "~Anatomic codes - DICOM master list~SCT^23451007^Adrenal gland~SCT^7771000^Left"
)


def two_layers():
    """(slices, rows, columns, layers): layer 0 has the values 1 and 7 side by side, layer 1 a 1 over both."""
    voxels = np.zeros((3, 5, 6, 2), np.uint8)
    voxels[1, 1:4, 1:3, 0] = 1
    voxels[1, 1:4, 3:5, 0] = 7
    voxels[0:2, 2, 0:6, 1] = 1
    return voxels


def facts(number, id, name, layer, value, color="1 0.5 0.25", tags="", extent="0 5 0 4 0 2"):
    """What a .seg.nrrd says of one segment."""
    found = {"ID": id, "Name": name, "Color": color, "Layer": layer, "LabelValue": value, "Extent": extent}
    if tags:
        found["Tags"] = tags
    return {f"Segment{number}_{key}": text for key, text in found.items()}


def test_a_segment_without_a_colour_has_one_color_everywhere(tmp_path):
    """Slicer's middle grey says that there is none; the picture would get another than the list tells."""
    values = facts(0, "a", "Liver", 0, 1, "0.5 0.5 0.5")
    path = write_nrrd(tmp_path / "a.seg.nrrd", two_layers()[..., 0], values=values)
    node, _, library = load_one(tmp_path, path.name, ImageType.SEGMENTATION)
    shown = [round(255 * part) for part in node.GetSegmentation().GetNthSegment(0).GetColor()]
    assert shown == list(file_info(path)[0].regions[0].color) == list(color255(color_of_value(1)))
    library.close()


THREE_SEGMENTS = {
    **facts(
        0,
        "Segment_1",
        "Leber größer α 肝",
        0,
        1,
        "0.25 0.5 0.75",
        f"TerminologyEntry:{TERMINOLOGY}|Note:a:b|",
    ),
    **facts(1, "gtv", "GTV 70Gy (left)", 0, 7, "1 0 0"),
    **facts(2, "2.25.77", "PTV", 1, 1, "0 0.125 1"),
    "Segmentation_MasterRepresentation": "Binary labelmap",
    "Segmentation_ContainedRepresentationNames": "Binary labelmap|",
}


def image_to_world(labels):
    import vtk

    matrix = vtk.vtkMatrix4x4()
    labels.GetImageToWorldMatrix(matrix)
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def places_of(labels, value):
    """RAS in mm, rounded to a micrometre, of the voxels of a segment: where it is, whatever the extent."""
    first = np.array(labels.GetExtent()[::2])
    ijk = np.argwhere(voxels_of(labels) == value)[:, ::-1] + first
    points = ijk @ image_to_world(labels)[:3, :3].T + image_to_world(labels)[:3, 3]
    return {tuple(point) for point in (np.round(points, 3) + 0.0).tolist()}


def tags_of(segment):
    import vtk

    text = vtk.reference("")
    return {name: str(text) for name in ("TerminologyEntry", "Note") if segment.GetTag(name, text)}


def as_facts(node):
    """All that a segment shows: {ID: (name, colour, tags, places)}."""
    found = {}
    for id, name in segments_of(node):
        segment = node.GetSegmentation().GetSegment(id)
        color = tuple(round(part, 6) for part in segment.GetColor())
        places = places_of(label_image_of(node, id), segment.GetLabelValue())
        found[id] = (name, color, tags_of(segment), places)
    return found


def loaded_by_slicer(path):
    """The node that slicer-core's own storage node makes of a file, and its scene."""
    import slicer

    scene = slicer.vtkMRMLScene()
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    return node, scene


def assert_equal_to_slicer(folder, name):
    """The same segments in the same order at the same place; gives ours for further questions."""
    node, problems, library = load_one(folder, name, ImageType.SEGMENTATION)
    assert problems == []
    reference, scene = loaded_by_slicer(folder / name)
    assert segments_of(node) == segments_of(reference)
    assert as_facts(node) == as_facts(reference)
    for id, _ in segments_of(node):
        ours, theirs = label_image_of(node, id), label_image_of(reference, id)
        np.testing.assert_allclose(image_to_world(ours)[:3, :3], image_to_world(theirs)[:3, :3], atol=1e-6)
    found = as_facts(node)
    library.close()
    del scene
    return found


@pytest.mark.parametrize("axes", AXES.values(), ids=AXES)
def test_overlapping_segments_lie_where_the_header_says(tmp_path, axes):
    write_nrrd(tmp_path / "s.seg.nrrd", two_layers(), axes, ORIGIN, layers=True, values=THREE_SEGMENTS)
    found = assert_equal_to_slicer(tmp_path, "s.seg.nrrd")
    assert {id: len(places) for id, (_, _, _, places) in found.items()} == {
        "Segment_1": 6,
        "gtv": 6,
        "2.25.77": 12,
    }
    corner = FLIP @ (axes @ [1, 1, 1] + ORIGIN)
    assert tuple(np.round(corner, 3).tolist()) in found["Segment_1"][3]
    assert found["Segment_1"][3] & found["2.25.77"][3]
    assert not found["Segment_1"][3] & found["gtv"][3]


def test_names_colours_and_terminology(tmp_path):
    write_nrrd(tmp_path / "s.seg.nrrd", two_layers(), layers=True, values=THREE_SEGMENTS, encoding="gzip")
    found = assert_equal_to_slicer(tmp_path, "s.seg.nrrd")
    name, color, tags, _ = found["Segment_1"]
    assert name == "Leber größer α 肝"
    assert color == (0.25, 0.5, 0.75)
    assert tags == {"TerminologyEntry": TERMINOLOGY, "Note": "a:b"}
    assert [name for name, *_ in found.values()] == ["Leber größer α 肝", "GTV 70Gy (left)", "PTV"]


@pytest.mark.parametrize("axes", AXES.values(), ids=AXES)
def test_a_cropped_file_keeps_its_place_in_the_reference_image(tmp_path, axes):
    """The file's origin is that of its first voxel; the offset only numbers the voxels in the whole image."""
    values = {**THREE_SEGMENTS, "Segmentation_ReferenceImageExtentOffset": "4 3 2"}
    write_nrrd(tmp_path / "s.seg.nrrd", two_layers(), axes, ORIGIN, layers=True, values=values)
    found = assert_equal_to_slicer(tmp_path, "s.seg.nrrd")
    corner = FLIP @ (axes @ [1, 1, 1] + ORIGIN)
    assert tuple(np.round(corner, 3).tolist()) in found["Segment_1"][3]
    node, _, library = load_one(tmp_path, "s.seg.nrrd", ImageType.SEGMENTATION)
    labels = label_image_of(node, "gtv")
    assert labels.GetExtent() == (4, 9, 3, 7, 2, 4)
    reference, scene = loaded_by_slicer(tmp_path / "s.seg.nrrd")
    whole = image_to_world(label_image_of(reference, "gtv"))
    np.testing.assert_allclose(image_to_world(labels), whole, atol=1e-6)
    library.close()
    del scene


def test_one_layer_has_no_list_axis(tmp_path):
    values = {**facts(0, "a", "A", 0, 1), **facts(1, "b", "B", 0, 7)}
    write_nrrd(tmp_path / "s.seg.nrrd", two_layers()[..., 0].copy(), AXES["oblique"], ORIGIN, values=values)
    found = assert_equal_to_slicer(tmp_path, "s.seg.nrrd")
    assert {id: len(places) for id, (_, _, _, places) in found.items()} == {"a": 6, "b": 6}


def test_a_file_from_before_shared_layers(tmp_path):
    """Neither Layer nor LabelValue: each segment is the 1 of a layer of its own."""
    values: dict[str, str] = {}
    for number, name in enumerate(("A", "B")):
        described = facts(number, name.lower(), name, 0, 1)
        values |= {key: text for key, text in described.items() if not key.endswith(("Layer", "LabelValue"))}
    voxels = two_layers()
    voxels[voxels == 7] = 0
    write_nrrd(tmp_path / "s.seg.nrrd", voxels, layers=True, values=values)
    found = assert_equal_to_slicer(tmp_path, "s.seg.nrrd")
    assert {id: len(places) for id, (_, _, _, places) in found.items()} == {"a": 6, "b": 12}


def test_more_than_ten_segments_keep_their_order(tmp_path):
    """Keys sorted as text would put the tenth before the second."""
    values: dict[str, str] = {}
    for number in range(12):
        values |= facts(number, f"s{number}", f"Segment {number}", 0, number + 1)
    voxels = np.arange(24, dtype=np.uint8).reshape(2, 3, 4) % 13
    write_nrrd(tmp_path / "s.seg.nrrd", voxels, values=values)
    found = assert_equal_to_slicer(tmp_path, "s.seg.nrrd")
    assert list(found) == [f"s{number}" for number in range(12)]


def test_a_segment_without_a_voxel_is_there_and_empty(tmp_path):
    values = {**facts(0, "a", "A", 0, 1), **facts(1, "b", "B", 0, 9, extent="0 -1 0 -1 0 -1")}
    write_nrrd(tmp_path / "s.seg.nrrd", two_layers()[..., 0].copy(), values=values)
    node, problems, library = load_one(tmp_path, "s.seg.nrrd", ImageType.SEGMENTATION)
    assert problems == []
    assert {id: len(places) for id, (_, _, _, places) in as_facts(node).items()} == {"a": 6, "b": 0}
    library.close()


def test_segments_of_one_layer_share_one_buffer(tmp_path):
    write_nrrd(tmp_path / "s.seg.nrrd", two_layers(), layers=True, values=THREE_SEGMENTS)
    with library_of(tmp_path) as library:
        (node,) = library.load(page(image("s.seg.nrrd", ImageType.SEGMENTATION))).nodes
        first, second, third = (label_image_of(node, id) for id, _ in segments_of(node))
        assert first is second
        assert third is not first
        assert library.byte_size == two_layers().nbytes


@pytest.mark.parametrize("axes", AXES.values(), ids=AXES)
@pytest.mark.parametrize("crop", [False, True])
def test_what_slicer_writes_reads_back_equal(tmp_path, axes, crop):
    import slicer

    write_nrrd(tmp_path / "made.seg.nrrd", two_layers(), axes, ORIGIN, layers=True, values=THREE_SEGMENTS)
    node, scene = loaded_by_slicer(tmp_path / "made.seg.nrrd")
    whole = slicer.vtkSegmentationConverter.SerializeImageGeometry(label_image_of(node, "gtv"))
    name = slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName()
    node.GetSegmentation().SetConversionParameter(name, whole)
    storage = slicer.vtkMRMLSegmentationStorageNode()
    storage.SetCropToMinimumExtent(crop)
    storage.SetFileName(str(tmp_path / "written.seg.nrrd"))
    assert storage.WriteData(node)
    header = (tmp_path / "written.seg.nrrd").read_bytes().partition(b"\n\n")[0] + b"\n"
    assert (b"Segmentation_ReferenceImageExtentOffset:=0 1 0\n" in header) == crop
    found = assert_equal_to_slicer(tmp_path, "written.seg.nrrd")
    assert found == as_facts(node)
    del scene
