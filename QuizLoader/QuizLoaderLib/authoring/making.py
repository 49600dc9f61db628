"""A quiz from a source of cases and a template: what was found, then the files that are written."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..quiz.image_folder import ImageFolder
from ..results.tables import as_csv
from ..session.whole_file import write_whole
from .cases import AuthoringError, FoundCases, about_letters
from .document import SourceNode
from .folder_source import CaseIs, cases_of_folder, cases_of_names
from .found_images import Progress, no_progress
from .roles import RoleRule
from .table_source import cases_of_table
from .template import Template, fill

_NUMBER = re.compile(r"\{n(?::0?([1-9]))?\}")
_FILES_BESIDE = ("MaskValueMap", "ROIColorFile")


@dataclass(frozen=True)
class Wanted:
    """What a quiz is made of. ``source`` is a table, or a folder that is the image folder or in it."""

    source: Path
    folder: ImageFolder
    template: Template
    pattern: str = ""
    rules: Mapping[str, RoleRule] = field(default_factory=dict)
    case_is: CaseIs | None = None
    rename: str = ""
    seed: int = 1


@dataclass(frozen=True)
class MadeQuiz:
    """``case_table`` says which case is which; ``beside`` are the template's files that were copied."""

    path: Path
    case_table: Path
    beside: tuple[Path, ...] = ()


def find_cases(wanted: Wanted, progress: Progress = no_progress) -> FoundCases:
    """The cases of the source, with their faults. Raises AuthoringError where there is none at all."""
    template, source = wanted.template, wanted.source
    if unknown := [role for role in wanted.rules if role not in template.roles]:
        hint = "its roles are " + ", ".join(template.roles)
        raise AuthoringError(f"The template has no role “{unknown[0]}”.", hint)
    _require_fitting(wanted)
    if source.is_file():
        found = cases_of_table(wanted.folder, source, template.roles, template.columns, progress)
    elif wanted.pattern:
        found = cases_of_names(wanted.folder, source, template.roles, wanted.pattern, progress)
    else:
        found = cases_of_folder(wanted.folder, source, template.roles, wanted.rules, wanted.case_is, progress)
    known = {name for case in found.cases for name in case.values}
    if not source.is_file() and (missing := [name for name in template.columns if name not in known]):
        hint = "a folder gives values by --pattern only; a table has them as columns"
        raise AuthoringError(f"Nothing fills the placeholder “{{{missing[0]}}}” of the template.", hint)
    if wanted.rename:
        _rename(found, wanted.rename)
    return found


def _require_fitting(wanted: Wanted) -> None:
    """A table and a pattern say themselves what rules would say."""
    if wanted.source.is_file() and (wanted.pattern or wanted.rules or wanted.case_is):
        sentence = (
            "--pattern, --role and --case are for folders; a table says by its columns which image is which."
        )
        raise AuthoringError(sentence)
    if wanted.pattern and (wanted.rules or wanted.case_is):
        raise AuthoringError(
            "With --pattern the names say which image is which, so --role and --case have no use."
        )


def _rename(found: FoundCases, name: str) -> None:
    numbered = _NUMBER.search(name)
    if numbered is None:
        sentence = f"--rename is “{name}”, which would give all cases one name."
        raise AuthoringError(sentence, "write {n}, or {n:03} for three digits")
    if fault := about_letters(name):
        raise AuthoringError(f"--rename {fault}.")
    for case in found.cases:
        case.shown_name = _NUMBER.sub(f"{case.number:0{numbered[1] or 1}}", name)


def case_table_of(out: Path) -> Path:
    """Where the table lies that says which case of the quiz ``out`` is which."""
    return out.with_name(f"{out.stem}-cases.csv")


def make_quiz(wanted: Wanted, found: FoundCases, out: Path) -> MadeQuiz:
    """Write the quiz of the complete cases, the files that its template needs beside it, and the table that
    says which case is which. Raises AuthoringError where no case is complete, and OSError."""
    cases = found.complete
    if not cases:
        raise AuthoringError("No case is complete, so no quiz is written.")
    data = fill(wanted.template, cases, wanted.seed)
    roles, pairs = list(wanted.template.roles), ["|".join(pair) for pair in wanted.template.pairs]
    rows: list[dict[str, str | int]] = [
        {
            "case": case.shown_name,
            "name": case.name,
            **{pair: case.values[pair] for pair in pairs},
            **{role: case.images[role].path for role in roles},
        }
        for case in cases
    ]
    table = as_csv(rows, ["case", "name", *pairs, *roles], for_spreadsheet=True)
    copied = tuple(_copy_files_beside(wanted.template, out.parent))
    case_table = case_table_of(out)
    write_whole(case_table, table.encode("utf-8-sig"))
    write_whole(out, data)
    return MadeQuiz(out, case_table, copied)


def _copy_files_beside(template: Template, folder: Path) -> list[Path]:
    """Maps and colours that the template names; a file that is there already stays as it is."""
    copied = []
    for name in dict.fromkeys(_named_files(template.document.root)):
        source, target = template.path.parent / name, folder / name
        if Path(name).name == name and source.is_file() and not os.path.lexists(target):
            write_whole(target, source.read_bytes())
            copied.append(target)
    return copied


def _named_files(root: SourceNode) -> list[str]:
    nodes = (node for node in root.walk() if node.name in ("Session", "Image"))
    return [one.value for node in nodes for one in node.attributes if one.name in _FILES_BESIDE]
