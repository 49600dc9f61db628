"""How soon a stroke's next voxels are in a drawing that fills a CT of 512x512x300, and how soon a liver of 60
slices is filled between those that are drawn, which is every third.

The peer of the stroke is trame-slicer's own brush, which takes a whole stroke at its end, in the same run; it
is measured without a browser. Filling is done in a thread, so no reader waits for it.
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "QuizLoader"))

from QuizLoaderLib.reader.drawing.between_slices import filled_between_slices
from QuizLoaderLib.reader.drawing.region_filters import Voxels

MOST_MS_A_MOVE = 50
MOST_S_TO_FILL = 5
SHAPE = (300, 512, 512)
MOVES = 40


def ms_of_a_move() -> tuple[float, float]:
    """Of a brush of 10 mm radius that moves by 5 mm, ours and trame-slicer's, in the median."""
    from QuizLoaderLib.apps.web.brushes import Paint
    from QuizLoaderLib.apps.web.effects import modify, voxels_of_segment
    from trame_slicer.core import SlicerApp
    from trame_slicer.segmentation import ModificationMode, SegmentationEffectPaint
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersSources import vtkCylinderSource

    app = SlicerApp()
    image = vtkImageData()
    image.SetDimensions(*SHAPE[::-1])
    image.AllocateScalars(4, 1)
    volume = app.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    volume.SetAndObserveImageData(image)
    segmentation = app.scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    segmentation.CreateDefaultDisplayNodes()
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    editor = app.segmentation_editor
    editor.set_active_segmentation(segmentation, volume)
    editor.add_empty_segment(segment_name="Liver")
    drawn = np.zeros(SHAPE, bool)
    drawn[:, 20:, 20:] = True
    modify(editor.active_segment_modifier, Voxels((0, 0, 0), drawn), ModificationMode.Add)
    editor.add_empty_segment(segment_name="Tumour")
    places = [np.array([100 + 5.0 * n, 250.0, 150.0]) for n in range(MOVES)]
    slice_to_ras = np.eye(4)
    slice_to_ras[2, 3] = 150

    brush = editor.set_active_effect_type(Paint)
    brush.radius_mm = 10.0
    ours = []
    for place in places:
        begin = time.perf_counter()
        brush.move_to(place, slice_to_ras)
        ours.append(time.perf_counter() - begin)
    brush.lift()
    found = voxels_of_segment(editor.active_segment_modifier, editor.active_segment_id)
    assert found is not None
    assert found.mask.sum() > 20 * 5 * MOVES

    peer, theirs = editor.set_active_effect_type(SegmentationEffectPaint), []
    source = vtkCylinderSource()
    source.SetRadius(10)
    source.SetHeight(1)
    source.SetResolution(32)
    source.Update()
    for place in places[:5]:
        points = vtkPoints()
        points.InsertNextPoint(*place)
        begin = time.perf_counter()
        peer.paint_glyph_at_world_coordinates(source.GetOutput(), points)
        theirs.append(time.perf_counter() - begin)
    print(f"the first move, with what undo needs, in {1000 * ours[0]:.0f} ms")
    return 1000 * statistics.median(ours), 1000 * statistics.median(theirs)


def s_to_fill() -> float:
    """A lobe that becomes thinner to the left, 220 x 160 voxels at most."""
    k, j, i = np.ogrid[:60, :170, :240]
    size = np.sqrt(np.clip(1 - ((k - 29.5) / 31) ** 2, 0, None))
    liver = ((i - 110) / (110 * size + 1)) ** 2 + ((j - 85) / (80 * size * (1 - i / 400) + 1)) ** 2 < 1
    drawn = liver.copy()
    drawn[[number for number in range(60) if number % 3]] = False
    region = Voxels.of_labels(drawn)
    assert region is not None
    begin = time.perf_counter()
    filled_between_slices(region, axis=0)
    return time.perf_counter() - begin


def main() -> None:
    move, peer = ms_of_a_move()
    fill = s_to_fill()
    print(
        f"a move of the brush is in the segment in {move:.1f} ms (limit {MOST_MS_A_MOVE}), "
        f"{move / peer:.2f} of trame-slicer's brush ({peer:.0f} ms)\n"
        f"a liver of 60 slices is filled in {fill:.1f} s (limit {MOST_S_TO_FILL})"
    )
    sys.exit(move > MOST_MS_A_MOVE or fill > MOST_S_TO_FILL)


if __name__ == "__main__":
    main()
