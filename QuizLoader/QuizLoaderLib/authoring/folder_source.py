"""Cases from a folder: its subfolders, its files by a pattern of names, or patients by DICOM headers."""

import re
from collections import defaultdict
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from ..quiz.image_folder import ImageFolder
from .cases import AuthoringError, FoundCase, FoundCases, FoundImage, composed, settled
from .found_images import FoundFiles, Progress, find_images, no_progress
from .roles import RoleRule, choose_images


class CaseIs(str, Enum):
    FOLDER = "folder"
    PATIENT = "patient"
    STUDY = "study"


def cases_of_folder(
    folder: ImageFolder,
    source: Path,
    roles: Mapping[str, bool],
    rules: Mapping[str, RoleRule],
    case_is: CaseIs | None = None,
    progress: Progress = no_progress,
) -> FoundCases:
    """A case for each subfolder of ``source``, or for each patient or study of the DICOM files below it.

    Where it is not said what a case is, it is a patient where all is DICOM, else a subfolder. Raises
    AuthoringError where there is no case.
    """
    found = find_images(folder, source, progress)
    prefix = _prefix(folder.root, source)
    if case_is is None:
        is_dicom = bool(found.patients) and len(found.patients) == len(found.images)
        case_is = CaseIs.PATIENT if is_dicom else CaseIs.FOLDER
    groups: dict[str, list[FoundImage]] = defaultdict(list)
    outside = 0
    for image in found.images:
        name = _case_of(image, found, folder.root, prefix, case_is)
        if name:
            groups[name].append(image)
        else:
            outside += 1
    if not groups:
        hint = "name files by --pattern, as “{case}_{role}.nii.gz”" if outside else ""
        raise AuthoringError(f"“{source}” has no cases: no image lies in a subfolder of it.", hint)
    if outside:
        found.remarks.append(f"Left out: {_counted(outside)} of no {case_is.value}.")
    cases = []
    for name, images in sorted(groups.items()):
        case = FoundCase(name)
        case.faults += _about_patients(images, found, case_is)
        choose_images(case, images, roles, rules, prefix)
        cases.append(case)
    return settled(cases, found.remarks)


def cases_of_names(
    folder: ImageFolder,
    source: Path,
    roles: Mapping[str, bool],
    pattern: str,
    progress: Progress = no_progress,
) -> FoundCases:
    """A case for each name that the pattern has at ``{case}``; ``{role}`` is the role's name, other words in
    braces are values of the case, and ``*`` is anything. Raises AuthoringError."""
    matching = _compiled(pattern, roles)
    found = find_images(folder, source, progress)
    prefix = _prefix(folder.root, source)
    cases: dict[str, FoundCase] = {}
    several: dict[tuple[str, str], list[FoundImage]] = defaultdict(list)
    others = 0
    for image in found.images:
        match = matching.fullmatch(composed(image.path.removeprefix(prefix)))
        values = match.groupdict() if match else {}
        role = next((one for one in roles if one.casefold() == values.get("role", one).casefold()), None)
        if match is None or role is None:
            others += 1
            continue
        case = cases.setdefault(values["case"], FoundCase(values["case"]))
        _add_values(case, {name: value for name, value in values.items() if name not in ("case", "role")})
        several[case.name, role].append(image)
    for case in cases.values():
        for role in roles:
            rule = {role: RoleRule()}
            choose_images(case, several[case.name, role], {role: roles[role]}, rule)
    if not cases:
        raise AuthoringError(f"No image below “{source}” has a name like “{pattern}”.")
    if others:
        found.remarks.append(f"Left out: {_counted(others)} whose name is not like “{pattern}”.")
    return settled((cases[name] for name in sorted(cases)), found.remarks)


def _add_values(case: FoundCase, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        before = case.values.setdefault(name, value)
        if before != value:
            case.faults.append(f"“{name}” is {before} and {value}")


def _counted(images: int) -> str:
    return "1 image" if images == 1 else f"{images} images"


def _prefix(root: Path, source: Path) -> str:
    relative = source.relative_to(root).as_posix()
    return "" if relative == "." else f"{relative}/"


def _case_of(image: FoundImage, found: FoundFiles, root: Path, prefix: str, case_is: CaseIs) -> str:
    if case_is is not CaseIs.FOLDER and image.path in found.patients:
        patient, _, _, study = found.patients[image.path]
        wanted = patient if case_is is CaseIs.PATIENT else study
        if wanted:
            return wanted
    first, _, rest = image.path.removeprefix(prefix).partition("/")
    return composed(first) if rest or (root / image.path).is_dir() else ""


def _about_patients(images: list[FoundImage], found: FoundFiles, case_is: CaseIs) -> list[str]:
    """A case is of one person; names and dates of birth of another one are told."""
    people = {found.patients[image.path][:3] for image in images if image.path in found.patients}
    ids = {id_ for id_, _, _ in people}
    if len(ids) > 1:
        listed = ", ".join(sorted(id_ or "one without an ID" for id_ in ids))
        return [f"its images are of {len(ids)} patients: {listed}"]
    named = {(name, born) for _, name, born in people if name or born}
    if len({name for name, _ in named}) > 1 or len({born for _, born in named}) > 1:
        who = " and ".join(sorted(" ".join(person).strip() for person in named))
        return [f"its images are of people of one ID but of other names or birthdays: {who}"]
    return []


def _compiled(pattern: str, roles: Mapping[str, bool]) -> re.Pattern[str]:
    parts, known = [], set()
    for literal, name, star in re.findall(r"([^{}*]+)|\{(\w+)\}|(\*+)", composed(pattern)):
        if literal:
            parts.append(re.escape(literal))
        elif star:
            parts.append(".*" if len(star) > 1 else "[^/]*")
        elif name in known:
            parts.append(f"(?P={name})")
        elif not name.isidentifier():
            raise AuthoringError(f"--pattern has “{{{name}}}”, which is no word.")
        else:
            known.add(name)
            anything = "[^/]+?"
            # A name may have what stands between the two, so a role is one of those that there are.
            one_of = "|".join(map(re.escape, sorted(roles, key=len, reverse=True)))
            parts.append(f"(?P<{name}>{one_of if name == 'role' else anything})")
    if "case" not in known:
        raise AuthoringError(f"--pattern is “{pattern}”, which has no {{case}}.")
    if "role" not in known and len(roles) > 1:
        raise AuthoringError(
            f"--pattern is “{pattern}”, but the template shows {len(roles)} images: {', '.join(roles)}.",
            "write {role} where the name says which",
        )
    return re.compile("".join(parts), re.IGNORECASE)
