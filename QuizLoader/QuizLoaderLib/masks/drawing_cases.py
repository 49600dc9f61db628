"""The drawings of a results folder, every reader's, as cases for masks."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from ..quiz.values import shown
from ..session.files import safe_name, strokes_of
from ..session.judged_regions import JudgedRegion
from ..session.judged_tree import given_regions
from ..session.results_parser import ReadPage, ReadResults, own_file, pages_in_order, read_all_results
from ..session.tree import Element
from .batch import Case

_NAME_LENGTH = 100


@dataclass
class DrawingCases:
    """``empty`` counts drawings without a voxel of the reader's own, and ``hidden`` those on pages that a
    condition hides, which are no cases, ``training`` those on pages for training, ``later`` results of later
    runs that were not looked at; ``left_out`` and ``remarks`` are sentences about files of results."""

    cases: list[Case] = field(default_factory=list)
    empty: int = 0
    hidden: int = 0
    training: int = 0
    later: int = 0
    left_out: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def drawing_cases(folder: Path, all_attempts: bool = False, with_training: bool = False) -> DrawingCases:
    """A case for each drawing of a reader in the results in ``folder``, in the order of the pages.

    Of several runs of a reader through one quiz the first counts, unless ``all_attempts`` are wanted; pages
    for training count only ``with_training``. A case is named ``<reader>_<quiz>_<page>_<image>``, with
    ``Attempt2`` behind the quiz in the second run, with the page's number where two are called so, and with a
    number where that does not tell them apart either. The source is the segments where there are any, else
    (in the Image Quizzer's own results) the label map, whose values are those of the map; the mask covers the
    label map's voxels. A case without its file will fail.
    """
    results = read_all_results([folder])
    found = DrawingCases(left_out=results.left_out, remarks=results.remarks)
    drawn: list[tuple[str, int, Case]] = []
    for each in results.results:
        if each.attempt > 1 and not all_attempts:
            found.later += 1
            continue
        quiz = each.quiz if each.attempt == 1 else f"{each.quiz}_Attempt{each.attempt}"
        for page in pages_in_order(each):
            for drawing in page_drawings(each, page):
                if page.is_training and not with_training:
                    found.training += drawing.is_drawn
                    continue
                if page.is_hidden or not drawing.is_drawn:
                    found.hidden += drawing.is_drawn
                    found.empty += not drawing.is_drawn
                    continue
                case = _case(drawing, folder)
                if case is None:
                    where = f"“{each.path}” names a drawing outside of its folder"
                    found.left_out.append(f"{where}, {shown(drawing.written)}.")
                    continue
                found.remarks += drawing.remarks(each)
                name = "_".join((each.reader, quiz, page.element.get("ID") or "", drawing.image_id))
                drawn.append((name, page.number, case))
    names = Counter(name.casefold() for name, _number, _case in drawn)
    taken: set[str] = set()
    for name, number, case in drawn:
        own = f"{name}_Page{number}" if names[name.casefold()] > 1 else name
        found.cases.append(replace(case, name=_free_name(own, taken)))
    return found


def _free_name(name: str, taken: set[str]) -> str:
    """A file name that no other case has, whatever the case of its letters."""
    free = next(
        safe
        for number in count(1)
        if (safe := safe_name(name if number == 1 else f"{name}_{number}", _NAME_LENGTH)).casefold()
        not in taken
    )
    taken.add(free.casefold())
    return free


@dataclass(frozen=True)
class PageDrawing:
    """What a reader drew on an image of a page: ``source`` has the regions, ``label_map`` the voxels of the
    image; both are None where the results were changed to name a file that is not theirs, as ``written``.
    ``is_drawn`` is False where it is empty or an unchanged copy of an earlier one. ``given`` has what
    the reader said of given regions, by their names; then it is drawn, also where all were accepted."""

    image_id: str
    source: Path | None
    label_map: Path | None
    is_drawn: bool
    written: str
    given: tuple[tuple[str, JudgedRegion], ...] = ()

    def remarks(self, results: ReadResults) -> list[str]:
        """A sentence where a journal beside the files has what is not in them yet."""
        if self.label_map is None or not strokes_of(self.label_map).is_file():
            return []
        what = f"Not all that {results.reader} drew on “{self.image_id}” in “{results.path}”"
        return [f"{what} is in its files yet; they are written while the quiz is open."]


def page_drawings(results: ReadResults, page: ReadPage) -> list[PageDrawing]:
    """The newest drawing of each image that has one; an image on several views counts once."""
    newest = {
        image.get("ID") or "": (paths[-1], given_regions(image))
        for image in reversed(page.element.findall("Image"))
        if (paths := image.findall("LabelMapPath"))
    }
    return [_drawing(results, image_id, path, given) for image_id, (path, given) in newest.items()]


def _drawing(
    results: ReadResults, image_id: str, path: Element, given: Mapping[str, JudgedRegion]
) -> PageDrawing:
    written, segments = path.text or "", path.get("Segments")
    label_map = own_file(results, written)
    source = own_file(results, segments) if segments else label_map
    if label_map is None or source is None:
        label_map = source = None
    elif not source.is_file():
        source = label_map
    is_drawn = (path.get("Drawn") or "Y") == "Y" or any(each.verdict.value for each in given.values())
    return PageDrawing(image_id, source, label_map, is_drawn, written, tuple(given.items()))


def _case(drawing: PageDrawing, folder: Path) -> Case | None:
    if drawing.source is None or drawing.label_map is None:
        return None
    written = (_written(drawing.source, folder), _written(drawing.label_map, folder))
    is_numbered = drawing.source == drawing.label_map
    given = tuple((name, each.in_words) for name, each in drawing.given)
    return Case("", drawing.source, drawing.label_map, written, is_numbered, given)


def _written(path: Path, folder: Path) -> str:
    inside = path.is_relative_to(folder)
    return path.relative_to(folder).as_posix() if inside else str(path)
