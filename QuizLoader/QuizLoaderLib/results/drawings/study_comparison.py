"""All drawings of a study compared, image by image, on several processes."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from ...images.files.label_names import LabelTable
from ...masks.workers import EndedError, in_processes
from ...session.files import safe_name
from ..study_results import ReadersDrawing
from .image_comparison import ImageComparison, ImageDrawings, compare_image

_NAME_LENGTH = 80


def compare_drawings_of(
    drawings: Sequence[ReadersDrawing],
    table: LabelTable | None,
    tolerance_mm: float,
    out: Path,
    cache: Path,
    jobs: int,
    advance: Callable[[int, int], object] = lambda done, total: None,
    tell_defect: Callable[[BaseException], str] = repr,
) -> list[ImageComparison]:
    """Of each image that was drawn on, in the order of the drawings; the folders exist already.

    ``tell_defect`` makes, where an image is compared, the sentence of a failure of the program itself.
    """
    compare = partial(_compared, tell_defect)
    work = list(
        _images(
            drawings, partial(ImageDrawings, tolerance_mm=tolerance_mm, table=table, out=out, cache=cache)
        )
    )
    found: dict[int, ImageComparison] = {}
    advance(0, len(work))
    if jobs == 1:
        for number, each in enumerate(work):
            found[number] = compare(each)
            advance(len(found), len(work))
        return list(found.values())
    for number, result in in_processes(compare, work, jobs):
        if isinstance(result, EndedError):
            sentence = (
                f"The drawings of “{work[number].name}” could not be compared: the process ended ({result})."
            )
            result = ImageComparison(work[number], remarks=[sentence], is_whole=False)
        found[number] = result
        advance(len(found), len(work))
    return [found[number] for number in range(len(work))]


def _compared(tell_defect: Callable[[BaseException], str], work: ImageDrawings) -> ImageComparison:
    try:
        return compare_image(work)
    except Exception as fault:  # noqa: BLE001 a defect on one image must not cost the others
        sentence = f"The drawings of “{work.name}” could not be compared: {tell_defect(fault)}"
        return ImageComparison(work, remarks=[sentence], is_whole=False)


def _images(
    drawings: Sequence[ReadersDrawing], make: Callable[[str, tuple[ReadersDrawing, ...]], ImageDrawings]
) -> Iterator[ImageDrawings]:
    by_image: dict[tuple[str, int, str], list[ReadersDrawing]] = defaultdict(list)
    for drawing in drawings:
        by_image[drawing.quiz, drawing.page_number, drawing.image].append(drawing)
    names = {key: "_".join(filter(None, (*own[0].item, key[2]))) for key, own in by_image.items()}
    count = Counter(safe_name(name, _NAME_LENGTH).casefold() for name in names.values())
    for key, own in by_image.items():
        name = safe_name(names[key], _NAME_LENGTH)
        if count[name.casefold()] > 1:
            name = safe_name(f"{names[key]}_{key[0]}_Page{key[1]}", _NAME_LENGTH)
        own.sort(key=lambda each: (each.reader.casefold(), each.repetition))
        yield make(name, tuple(own))
