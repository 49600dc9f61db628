"""The drawings of a results folder, every reader's, as cases for masks."""

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..quiz.values import shown
from ..session.files import safe_name, strokes_of
from ..session.results_parser import ReadPage, ReadResults, own_file, pages_in_order, read_all_results
from ..session.tree import Element
from .batch import Case

_NAME_LENGTH = 100


@dataclass
class DrawingCases:
    """``empty`` counts drawings without a voxel of the reader's own, which are no cases; ``left_out`` and
    ``remarks`` are sentences about files of results."""

    cases: list[Case] = field(default_factory=list)
    empty: int = 0
    left_out: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def drawing_cases(folder: Path) -> DrawingCases:
    """A case for each drawing of a reader in the results in ``folder``, in the order of the pages.

    A case is named ``<reader>_<quiz>_<page>_<image>``, with the page's number where two are called so. The
    source is the segments where there are any, else (in the Image Quizzer's own results) the label map, whose
    values are those of the map; the mask covers the label map's voxels. A case without its file will fail.
    """
    results = read_all_results([folder])
    found = DrawingCases(left_out=results.left_out, remarks=results.remarks)
    drawn: list[tuple[str, int, Case]] = []
    for each in results.results:
        for page in pages_in_order(each):
            for drawing in page_drawings(each, page):
                if not drawing.is_drawn:
                    found.empty += 1
                    continue
                case = _case(drawing, folder)
                if case is None:
                    where = f"“{each.path}” names a drawing outside of its folder"
                    found.left_out.append(f"{where}, {shown(drawing.written)}.")
                    continue
                found.remarks += drawing.remarks(each)
                name = "_".join((each.reader, each.quiz, page.element.get("ID") or "", drawing.image_id))
                drawn.append((name, page.number, case))
    names = Counter(name.casefold() for name, _number, _case in drawn)
    for name, number, case in drawn:
        own = f"{name}_Page{number}" if names[name.casefold()] > 1 else name
        found.cases.append(replace(case, name=safe_name(own, _NAME_LENGTH)))
    return found


@dataclass(frozen=True)
class PageDrawing:
    """What a reader drew on an image of a page: ``source`` has the regions, ``label_map`` the voxels of the
    image; both are None where the results were changed to name a file that is not theirs, as ``written``.
    ``is_drawn`` is False where it is empty or an unchanged copy of an earlier one."""

    image_id: str
    source: Path | None
    label_map: Path | None
    is_drawn: bool
    written: str

    def remarks(self, results: ReadResults) -> list[str]:
        """A sentence where a journal beside the files has what is not in them yet."""
        if self.label_map is None or not strokes_of(self.label_map).is_file():
            return []
        what = f"Not all that {results.reader} drew on “{self.image_id}” in “{results.path}”"
        return [f"{what} is in its files yet; they are written while the quiz is open."]


def page_drawings(results: ReadResults, page: ReadPage) -> list[PageDrawing]:
    """The newest drawing of each image that has one; an image on several views counts once."""
    newest = {
        image.get("ID") or "": paths[-1]
        for image in reversed(page.element.findall("Image"))
        if (paths := image.findall("LabelMapPath"))
    }
    return [_drawing(results, image_id, path) for image_id, path in newest.items()]


def _drawing(results: ReadResults, image_id: str, path: Element) -> PageDrawing:
    written, segments = path.text or "", path.get("Segments")
    label_map = own_file(results, written)
    source = own_file(results, segments) if segments else label_map
    if label_map is None or source is None:
        label_map = source = None
    elif not source.is_file():
        source = label_map
    return PageDrawing(image_id, source, label_map, (path.get("Drawn") or "Y") == "Y", written)


def _case(drawing: PageDrawing, folder: Path) -> Case | None:
    if drawing.source is None or drawing.label_map is None:
        return None
    written = (_written(drawing.source, folder), _written(drawing.label_map, folder))
    is_numbered = drawing.source == drawing.label_map
    return Case("", drawing.source, drawing.label_map, written, is_numbered=is_numbered)


def _written(path: Path, folder: Path) -> str:
    inside = path.is_relative_to(folder)
    return path.relative_to(folder).as_posix() if inside else str(path)
