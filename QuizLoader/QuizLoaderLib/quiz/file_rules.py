"""Rules about the files that a quiz names: its images, and what lies beside it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from .image_folder import FILE_MISSING, PATH_IS_FOLDER, ImageFolder, ImagePathError
from .model import Image, Page, Question, Quiz, RoiCode
from .parser import MISSING_ELEMENT
from .problems import Problem, ProblemCode, about, error, nearest, warning
from .question_types import PICTURE_ENDINGS
from .regions import beside_quiz, find_color_file, find_value_map, read_color_file
from .value_map import read_value_map
from .values import shown

ROI_NOT_IN_FILE = ProblemCode("Q407", "An ROI name is not in the image's file (warning).")
ROI_TWICE_IN_FILE = ProblemCode(
    "Q408", "Several segments of the file have the name of an ROI; all are meant (warning)."
)
PICTURE_FORMAT = ProblemCode("Q804", "A picture is png, jpg, bmp or gif.")

_MOST_NAMES_LISTED = 50


ImagesOfPage = Callable[[Page], Iterable[Problem]]
"""Reads the images of a page, and tells what showing them would tell."""


def roi_color_file(quiz: Quiz) -> Iterator[Problem]:
    if not quiz.roi_color_file:
        return
    try:
        found = find_color_file(quiz)
    except ImagePathError as fault:
        yield _named(fault.problem, "ROIColorFile")
        return
    if found.warning:
        yield _named(found.warning, "ROIColorFile")
    _, problems = read_color_file(found.path)
    for problem in problems:
        yield _in_file(problem, found.path, "ROIColorFile")


def mask_value_maps(quiz: Quiz, folder: ImageFolder | None) -> Iterator[Problem]:
    """A map that is not beside the quiz may be in the image folder: without one, nothing is said."""
    checked: dict[str, list[Problem]] = {}
    if quiz.mask_value_map:
        problems = checked[quiz.mask_value_map] = _value_map(quiz, quiz.mask_value_map, folder)
        yield from (problem.at(line=quiz.line) for problem in problems)
    for page in quiz.pages:
        for image in page.images:
            name = image.mask_value_map
            if name and name not in checked:
                checked[name] = _value_map(quiz, name, folder)
                yield from (about(image, problem).at(page=page.number) for problem in checked[name])


def pictures_and_scripts(quiz: Quiz) -> Iterator[Problem]:
    beside = beside_quiz(quiz)
    for page in quiz.pages:
        for question in page.questions_with_forms:
            if question.facts.file_endings is not None:
                for problem in _files_of_question(beside, question):
                    yield problem.at(line=question.line, page=page.number)
        for line, explanation in page.explanations:
            if explanation.picture:
                for problem in _file_beside(beside, explanation.picture, "Picture", PICTURE_ENDINGS):
                    yield problem.at(line=line, page=page.number)


def images(quiz: Quiz, folder: ImageFolder, of_page: ImagesOfPage | None) -> Iterator[Problem]:
    """Whether the files are there; with ``of_page`` all that showing them would tell."""
    if folder.problem is not None:
        yield folder.problem
        return
    for page in quiz.pages:
        told: set[tuple[str, str]] = set()
        found = list(_found(page, folder) if of_page is None else of_page(page))
        for problem in (*found, *files_of_keys(page, folder)):
            # A file on three views is one file that is missing; an ROI stands in each Image element.
            key = (problem.code, problem.sentence)
            if problem.code in (ROI_NOT_IN_FILE, ROI_TWICE_IN_FILE) or key not in told:
                yield problem.at(page=page.number)
            told.add(key)


def _found(page: Page, folder: ImageFolder) -> Iterator[Problem]:
    for image in page.images:
        try:
            found = folder.find_image(image)
        except ImagePathError as fault:
            yield about(image, fault.problem)
            continue
        if found.warning:
            yield about(image, found.warning)


def files_of_keys(page: Page, folder: ImageFolder) -> Iterator[Problem]:
    """Whether the files of experts' regions are there."""
    of_drawings = [(key.path, key.line) for image in page.images for key in image.keys]
    of_marks = [(key.path, key.line) for question in page.questions for key in question.keys if key.path]
    for path, line in dict.fromkeys(of_drawings + of_marks):
        try:
            found = folder.find(path)
        except ImagePathError as fault:
            yield _named(fault.problem, "Key").at(line=line)
            continue
        if found.warning:
            yield _named(found.warning, "Key").at(line=line)


def _value_map(quiz: Quiz, name: str, folder: ImageFolder | None) -> list[Problem]:
    try:
        found = find_value_map(quiz, name, folder)
    except ImagePathError as fault:
        if folder is None and fault.problem.code == FILE_MISSING:
            return []
        return [_named(fault.problem, "MaskValueMap")]
    problems = [_named(found.warning, "MaskValueMap")] if found.warning else []
    _, in_map = read_value_map(found.path)
    return problems + [_in_file(problem, found.path, "MaskValueMap") for problem in in_map]


def _files_of_question(beside: ImageFolder, question: Question) -> Iterator[Problem]:
    name, endings = question.type.value, question.facts.file_endings
    for option in question.options:
        if not option:
            yield error(MISSING_ELEMENT, f"An Option of a {name} question names no file.")
        else:
            yield from _file_beside(beside, option, name, endings or ())


def _file_beside(beside: ImageFolder, path: str, name: str, endings: tuple[str, ...]) -> Iterator[Problem]:
    if endings and not path.lower().endswith(endings):
        sentence = f"The Picture {shown(path)} is not in a supported format."
        yield error(PICTURE_FORMAT, sentence, "allowed: png, jpg, bmp, gif")
    try:
        found = beside.find(path)
    except ImagePathError as fault:
        yield _named(fault.problem, name)
        return
    if found.path.is_dir():
        yield error(PATH_IS_FOLDER, f"{name}: the path {shown(path)} is a folder.")
    if found.warning:
        yield _named(found.warning, name)


def _named(problem: Problem, name: str) -> Problem:
    sentence = f"{name}: {problem.sentence[0].lower()}{problem.sentence[1:]}"
    return Problem(problem.severity, problem.code, sentence, problem.hint)


def _in_file(problem: Problem, path: Path, name: str) -> Problem:
    """A problem of another file, told at the quiz's line that names it."""
    where = f"line {problem.line} of {path.name}" if problem.line else path.name
    return Problem(problem.severity, problem.code, f"{name}, {where}: {problem.sentence}", problem.hint)


def unmatched_roi_problems(image: Image, names_in_file: Sequence[str]) -> list[Problem]:
    """A warning for each ROI that the file does not have once; names match exactly.

    For a label map ``names_in_file`` has the value, in digits, of what has no name.
    """
    rois = image.roi_visibility
    if rois is None or rois.code not in (RoiCode.SELECT, RoiCode.IGNORE):
        return []
    found = _unmatched(rois.names, names_in_file)
    return [about(image, problem.at(line=rois.line)) for problem in found]


def _unmatched(names: Sequence[str], names_in_file: Sequence[str]) -> Iterator[Problem]:
    counts = Counter(names_in_file)
    for name in dict.fromkeys(names):
        if not counts[name]:
            near = nearest(name, counts)
            hint = f"did you mean {shown(near)}? " if near else ""
            yield warning(
                ROI_NOT_IN_FILE,
                f"The ROI {shown(name)} is not in the image's file.",
                f"{hint}in the file: {_listed(counts)}",
            )
        elif counts[name] > 1:
            yield warning(
                ROI_TWICE_IN_FILE,
                f"The image's file has {counts[name]} segments of the name {shown(name)}; all are meant.",
            )


def _listed(names: Counter[str]) -> str:
    listed = list(names)[:_MOST_NAMES_LISTED]
    more = len(names) - len(listed)
    text = ", ".join(listed) or "no names"
    return f"{text} and {more} more" if more else text
