"""Results files are found and read for analysis: ours, and the original's with its faults.

Nothing is written and nobody is kept out. The original's files may be in another encoding than they
declare, have events padded with blanks, and absolute Windows paths (its behaviour, defects B5, B6, B19).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..quiz.closed_xml import XmlError, xml_tree
from ..quiz.results_names import NOT_ASKED
from .attempts import RunFacts, attempt_of, in_attempts, login_moments, quiz_name
from .copies import is_copy
from .files import SessionError, is_below
from .opening import load_results, stored_quiz
from .results_tree import FEEDBACK_SEEN, fields_of
from .storage import FolderFiles
from .tree import Element, integer, stored_page_order

WINDOWS = "cp1252"
"""What Windows writes in Western Europe and America."""

_BAD = (OSError, XmlError, SessionError, ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
"""What a file may raise that is none of results, however it came there: it keeps nobody from the others."""

_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>")


@dataclass(frozen=True)
class ReadResults:
    """One reader's results of one quiz, of a run through it (``attempt``, see ``in_attempts``)."""

    path: Path
    reader: str
    quiz: str
    root: Element
    attempt: int = 1

    @property
    def folder(self) -> Path:
        """The reader's, which paths of drawings begin in."""
        return self.path.parent.parent


@dataclass(frozen=True)
class ReadPage:
    """A page of results: ``number`` counts the quiz's pages from 1, ``position`` the reader's.

    ``group_position`` counts the page groups from 1 in the reader's order, None where they have none.
    """

    element: Element
    number: int
    repetition: int
    position: int
    group: str
    group_position: int | None

    @property
    def id(self) -> str:
        """The page's ID without the -RepN of a repetition."""
        return (self.element.get("ID") or "").removesuffix(f"-Rep{self.repetition}")

    @property
    def descriptor(self) -> str:
        return self.element.get("Descriptor") or ""

    @property
    def is_complete(self) -> bool:
        return (self.element.get("PageComplete") or "").strip() == "Y"

    @property
    def is_timed_out(self) -> bool:
        """It is complete since its time was over."""
        return self.element.get("TimedOut") == "Y"

    @property
    def has_told(self) -> bool:
        """It told its reader what is right, and was locked from then on."""
        return FEEDBACK_SEEN in self.element.attrib

    @property
    def case(self) -> str:
        """The patient, or what else is read under several treatments."""
        return self.element.get("Case") or self.id

    @property
    def treatment(self) -> str:
        return self.element.get("Treatment") or self.descriptor

    @property
    def is_training(self) -> bool:
        return (self.element.get("Training") or "").strip() == "Y"

    @property
    def is_hidden(self) -> bool:
        """A condition hid it, or all of its questions, when the reader went past it or since. Results of
        earlier versions say it of the questions alone; one without a condition of its own was seen once it is
        complete."""
        if self.element.get(NOT_ASKED) == "Y":
            return True
        if self.is_complete and "ShowIf" not in self.element.attrib:
            return False
        questions = [each for each in self.element.iterfind("QuestionSet/Question") if fields_of(each)]
        return bool(questions) and all(map(is_not_asked, questions))


def is_not_asked(question: Element) -> bool:
    """Whether the newest Responses say that a condition hides the question."""
    newest = [field.findall("Response")[-1:] for field in fields_of(question)]
    return any(each.get(NOT_ASKED) == "Y" for responses in newest for each in responses)


@dataclass
class FoundResults:
    """What was found: a sentence for each file that is ``left_out``, and for each that has a fault."""

    results: list[ReadResults] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read_all_results(paths: Iterable[Path], encoding: str = WINDOWS) -> FoundResults:
    """All results in these files and folders (searched through), each once, with its number among the
    reader's runs of its quiz.

    ``encoding`` is that of files which are not in the one that they declare.
    """
    found = FoundResults()
    results = list(each_of_results(paths, found, encoding))
    found.remarks += _doubled(results)
    numbers = {id(each): attempt for attempt, each in in_attempts(results, _run_facts)}
    found.results += [replace(each, attempt=numbers[id(each)]) for each in results]
    return found


def each_of_results(
    paths: Iterable[Path], found: FoundResults, encoding: str = WINDOWS
) -> Iterator[ReadResults]:
    """The same one by one, so that those of many readers need not be in memory together, with the numbers
    that the files have; what is left out and what is odd is added to ``found``."""
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            found.left_out.append(f"“{path}” does not exist.")
        files = [path] if path.is_file() else _xml_files(path)
        for file in files:
            try:
                place = file.resolve()
                if place in seen or (path.is_dir() and _is_beside_results(file)):
                    continue
                seen.add(place)
                results = _read(file, encoding, found.remarks)
            except _BAD as fault:
                found.left_out.append(f"“{file}” cannot be read: {str(fault).rstrip('.')}.")
                continue
            if results is not None:
                yield results
            elif path.is_file():
                found.left_out.append(f"“{file}” is not a file of results.")


def _xml_files(folder: Path) -> list[Path]:
    """Those of readers whose file is gone too: their journals have it."""
    folders = [FolderFiles(journal.parent) for journal in folder.rglob("*.journal")]
    of_journals = {files.xml for files in folders if files.journal.exists() and files.master.exists()}
    return sorted({*folder.rglob("*.xml"), *of_journals})


def _doubled(results: Iterable[ReadResults]) -> Iterator[str]:
    """As where folders of two computers were put together, or a copy lies beside the results."""
    first: dict[tuple[str, str, int], ReadResults] = {}
    for each in results:
        other = first.setdefault((each.reader, each.quiz, each.attempt), each)
        if other is not each:
            yield (
                f"The reader “{each.reader}” has results of “{each.quiz}” in “{other.path}” "
                f"and in “{each.path}”; the run that began first counts, the other is a later attempt."
            )


def _run_facts(results: ReadResults) -> RunFacts:
    first = min(login_moments(results.root), default=None)
    return RunFacts(results.reader, results.quiz, results.attempt, first)


def _is_beside_results(file: Path) -> bool:
    """A copy or the stored quiz; a quiz may be named as these are."""
    if is_copy(file) and file.stem != file.parent.name:
        return True
    files = FolderFiles(file.parent.parent)
    return file == files.master and (files.xml.exists() or files.journal.exists())


def pages_in_order(results: ReadResults) -> list[ReadPage]:
    """The pages as the reader saw them."""
    order = _group_order(results.root)
    pages, number = [], 0
    for element in results.root.findall("Page"):
        repetition = integer(element, "Rep")
        # A repetition lies behind its original, in the original's files too.
        number += repetition == 0
        group = (element.get("PageGroup") or "").strip()
        position = order.index(group) + 1 if group in order else None
        pages.append(ReadPage(element, number, repetition, 0, group, position))
    if by_number := stored_page_order(results.root):
        pages.sort(key=lambda page: by_number.get(str(page.number), len(by_number)))
    elif order:
        pages.sort(key=lambda page: page.group_position or len(order) + 1)
    return [replace(page, position=position) for position, page in enumerate(pages, start=1)]


def relative_path(results: ReadResults, text: str) -> str:
    """A stored path relative to the reader's folder, with ``/``, as it is meant to be.

    The original stores absolute paths on some systems; what lies above the reader's folder is cut off.
    """
    path = text.strip().replace("\\", "/")
    is_absolute = path.startswith("/") or re.match(r"[A-Za-z]:", path)
    parts = path.split("/")
    folded = [part.casefold() for part in parts]
    for name in (results.reader, results.folder.name):
        if is_absolute and name.casefold() in folded:
            return "/".join(parts[len(folded) - folded[::-1].index(name.casefold()) :])
    return path


def own_file(results: ReadResults, text: str) -> Path | None:
    """The file of a stored path; None where it is not in the session's folder, as after a change by hand."""
    if "\0" in text:
        return None
    path = results.folder / relative_path(results, text)
    return path if is_below(path, results.path.parent.resolve()) else None


def _read(file: Path, encoding: str, remarks: list[str]) -> ReadResults | None:
    files = FolderFiles(file.parent)
    if files.xml == file and files.journal.exists() and files.master.exists():
        # What a reader's program saved last may be in the journal only.
        loaded = load_results(files, stored_quiz(files, files.master))
        remarks += [f"{file}: {notice}" for notice in loaded.notices]
        if count := sum(any(draft.texts) for draft in loaded.results.drafts.entries()):
            missing = "1 answer is" if count == 1 else f"{count} answers are"
            remarks.append(
                f"{file}: {missing} not in the tables, since the reader has not left its page yet."
            )
        root = loaded.results.root
    else:
        root = _parsed(file, encoding, remarks)
    if root.tag != "Session" or not (root.get("UserName") or root.find("Login") is not None):
        return None
    reader = (root.get("UserName") or file.parent.parent.name).strip()
    attempt = attempt_of(root)
    return ReadResults(file, reader, quiz_name(file.stem, attempt), root, attempt)


def _parsed(file: Path, encoding: str, remarks: list[str]) -> Element:
    data = file.read_bytes()
    try:
        return xml_tree(data)
    except XmlError:
        lines = _DECLARATION.sub(b"", data).split(b"\n")
        root = xml_tree("\n".join(_decoded(line, encoding) for line in lines).encode("utf-8"))
        remarks.append(
            f"“{file}” is not in the encoding it declares; it was read as {encoding} "
            "(--encoding chooses another)."
        )
        return root


def _decoded(line: bytes, encoding: str) -> str:
    """A file that was saved in turn by several programs may have lines in both encodings."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode(encoding, errors="replace")


def _group_order(root: Element) -> list[str]:
    if (root.get("RandomizePageGroups") or "").strip() != "Y":
        return []
    indices = root.find("RandomizedPageGroupIndices")
    return [number.strip() for number in (indices.text or "").split(",")] if indices is not None else []
