"""The drawings of a results folder, every reader's, as cases for masks."""

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..quiz.values import shown
from ..session.files import safe_name
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
            for image_id, paths in _drawings(page).items():
                if (paths[-1].get("Drawn") or "Y") != "Y":
                    found.empty += 1
                    continue
                title = page.element.get("ID") or ""
                name = "_".join((each.reader, each.quiz, title, image_id))
                case = _case(each, paths[-1], folder)
                if case is None:
                    where = f"“{each.path}” names a drawing outside of its folder"
                    found.left_out.append(f"{where}, {shown(paths[-1].text or '')}.")
                    continue
                drawn.append((name, page.number, case))
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


def _case(results: ReadResults, path: Element, folder: Path) -> Case | None:
    """None where the results were changed to name a file that is not theirs."""
    label_map = own_file(results, path.text or "")
    source = own_file(results, path.get("Segments") or "") if path.get("Segments") else label_map
    if label_map is None or source is None:
        return None
    if not source.is_file():
        source = label_map
    written = (_written(source, folder), _written(label_map, folder))
    return Case("", source, label_map, written, is_numbered=source == label_map)


def _written(path: Path, folder: Path) -> str:
    inside = path.is_relative_to(folder)
    return path.relative_to(folder).as_posix() if inside else str(path)
