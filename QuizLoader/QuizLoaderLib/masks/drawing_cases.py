"""The drawings of a results folder, every reader's, as cases for masks."""

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..session.files import safe_name
from ..session.results_parser import ReadPage, ReadResults, pages_in_order, read_all_results, relative_path
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
            for image_id, paths in _drawings(page).items():
                if (paths[-1].get("Drawn") or "Y") != "Y":
                    found.empty += 1
                    continue
                title = page.element.get("ID") or ""
                name = "_".join((each.reader, each.quiz, title, image_id))
                drawn.append((name, page.number, _case(each, paths[-1], folder)))
    names = Counter(name.casefold() for name, _number, _case in drawn)
    for name, number, case in drawn:
        own = f"{name}_Page{number}" if names[name.casefold()] > 1 else name
        found.cases.append(replace(case, name=safe_name(own, _NAME_LENGTH)))
    return found


def _drawings(page: ReadPage) -> dict[str, list[Element]]:
    """The elements of each image that has any; an image on several views counts once."""
    return {
        image.get("ID") or "": paths
        for image in reversed(page.element.findall("Image"))
        if (paths := image.findall("LabelMapPath"))
    }


def _case(results: ReadResults, path: Element, folder: Path) -> Case:
    readers_folder = results.path.parent.parent
    label_map = readers_folder / relative_path(results, path.text or "")
    segments = path.get("Segments")
    source = readers_folder / relative_path(results, segments) if segments else label_map
    if not source.is_file():
        source = label_map
    written = (_written(source, folder), _written(label_map, folder))
    return Case("", source, label_map, written, is_numbered=source == label_map)


def _written(path: Path, folder: Path) -> str:
    inside = path.is_relative_to(folder)
    return path.relative_to(folder).as_posix() if inside else str(path)
