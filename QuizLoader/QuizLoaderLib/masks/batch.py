"""Masks of many cases: a table in, a mask each out, and a report; stopped at any moment it goes on later."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from .. import __version__
from ..images.files.file_facts import look_at, stamp_of
from ..images.files.label_names import LabelTable, names_beside
from ..quiz.problems import Problem, ProblemCode, Severity, error, has_errors
from ..quiz.text_file import json_of
from ..quiz.values import said
from ..session.whole_file import remove_left_overs
from .errors import MASK_NOT_WRITTEN, MASK_UNREADABLE, UNKNOWN_FORMAT, MaskError
from .files import MASK_ENDINGS, writing
from .making import make_mask
from .painting import LostOverlap, PaintedRegion
from .sources import AS_DRAWN, ContourFilling
from .workers import EndedError, in_processes, on_dask

BAD_CASE_TABLE = ProblemCode(
    "M401", "A table of cases is a CSV file in UTF-8 with one row for each case, used by one run at a time."
)
CASE_ENDED = ProblemCode("M402", "The process of a case runs to its end with the memory that there is.")
CASE_DEFECT = ProblemCode("M403", "A case does not meet a defect of QuizLoader.")

RECORDS = ".quizloader"
"""The folder beside the masks that holds a record of each finished case, and files not whole yet."""
REPORT = "report.csv"
_REPORT_COLUMNS = ("name", "source", "status", "region", "value", "voxels", "ml", "lost", "problems", "given")


@dataclass(frozen=True)
class Case:
    """A row of the table: ``name`` is the mask's, ``written`` source and like as they stand. ``is_numbered``
    says that the source is a label image whose values are those of the map. ``given`` has, by the names of
    regions, what was changed in what a reader was given."""

    name: str
    source: Path
    like: Path | None
    written: tuple[str, str]
    is_numbered: bool = False
    given: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Job:
    """A case with all that painting it needs; goes to another process or machine."""

    case: Case
    table: LabelTable
    out: Path
    ending: str
    ignore_unmapped: bool
    filling: ContourFilling = AS_DRAWN
    tell_defect: Callable[[BaseException], str] = repr

    @property
    def mask(self) -> Path:
        return self.out / (self.case.name + self.ending)

    @property
    def record(self) -> Path:
        return self.out / RECORDS / (self.case.name + self.ending + ".json")


@dataclass(frozen=True)
class CaseResult:
    """What came of a case; a failed one has an error among its ``problems``, and no mask."""

    name: str
    source: str
    regions: tuple[PaintedRegion, ...] = ()
    lost: tuple[LostOverlap, ...] = ()
    problems: tuple[Problem, ...] = ()
    given: tuple[tuple[str, str], ...] = ()

    @property
    def failed(self) -> bool:
        return has_errors(self.problems)


def read_cases(table: Path) -> list[Case]:
    """The cases of a CSV file with the columns source and, where wanted, like and name.

    Paths are relative to the table's folder. Without a name a case is called as its source. Raises MaskError
    with every row that is wrong.
    """
    try:
        text = table.read_bytes().decode("utf-8-sig")
        header = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=header.count)
        rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
        cases, problems = _cases(rows, table)
    except OSError as fault:
        sentence = f"“{table}” cannot be read: {fault.strerror or fault}."
        raise MaskError(error(BAD_CASE_TABLE, sentence)) from fault
    except (UnicodeDecodeError, csv.Error) as fault:
        sentence = f"“{table}” is not a CSV file in UTF-8: {fault}."
        raise MaskError(error(BAD_CASE_TABLE, sentence, "save it as CSV UTF-8")) from fault
    if problems:
        raise MaskError(*problems)
    return cases


def run_cases(
    cases: Sequence[Case],
    table: LabelTable,
    out: Path,
    jobs: int = 1,
    dask: str = "",
    ending: str = ".nii.gz",
    ignore_unmapped: bool = False,
    advance: Callable[[int, int], object] = lambda done, total: None,
    filling: ContourFilling = AS_DRAWN,
    tell_defect: Callable[[BaseException], str] = repr,
) -> list[CaseResult]:
    """Paint each case and write ``report.csv``; gives the results in the order of the cases.

    A case whose mask is there, made of the same files with the same map, is not done again. A failed case
    never stops the others. ``tell_defect`` makes, where a case is painted, the sentence of a failure of the
    program itself. Raises MaskError: another run works in the folder, no Dask scheduler is at ``dask``.
    """
    if ending not in MASK_ENDINGS:
        sentence = f"Masks of many cases cannot have the ending {said(ending)}."
        raise MaskError(error(UNKNOWN_FORMAT, sentence, f"use one of {', '.join(MASK_ENDINGS)}"))
    out = out.resolve()
    try:
        (out / RECORDS).mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        sentence = f"Nothing can be written to the folder {out}: {fault.strerror or fault}."
        raise MaskError(error(MASK_NOT_WRITTEN, sentence)) from fault
    with _alone_in(out):
        remove_left_overs(out / RECORDS)
        work = [Job(case, table, out, ending, ignore_unmapped, filling, tell_defect) for case in cases]
        results = {number: found for number, job in enumerate(work) if (found := finished(job)) is not None}
        open_numbers = [number for number in range(len(work)) if number not in results]
        open_jobs = [work[number] for number in open_numbers]
        advance(len(results), len(cases))
        runs = on_dask(do_case, open_jobs, dask) if dask else in_processes(do_case, open_jobs, jobs)
        for index, result in runs if open_jobs else ():
            if isinstance(result, EndedError):
                result = _ended(open_jobs[index], result)
            results[open_numbers[index]] = result
            advance(len(results), len(cases))
        ordered = [replace(results[number], given=case.given) for number, case in enumerate(cases)]
        write_report(ordered, out / REPORT)
    return ordered


def do_case(job: Job) -> CaseResult:
    """Paint one case; whatever goes wrong is in the result. The record is written last: it says "done"."""
    import SimpleITK

    # Every process has its own core; threads of several would only wait for each other.
    SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    case = job.case
    try:
        fingerprint = _fingerprint(job)
        mask = make_mask(
            case.source,
            job.table,
            job.mask,
            case.like,
            job.ignore_unmapped,
            names=job.table if case.is_numbered else None,
            scratch=job.out / RECORDS,
            filling=job.filling,
        )
        result = CaseResult(case.name, case.written[0], mask.regions, mask.lost, mask.problems)
        _write_record(job, fingerprint, result, None if case.like else mask.painted_on)
        return result
    except MaskError as fault:
        problems = fault.problems
    except OSError as fault:
        where = f"{fault.filename}: " if fault.filename else ""
        problems = (error(MASK_UNREADABLE, f"{where}{fault.strerror or fault}."),)
    except MemoryError:
        problems = (error(CASE_ENDED, "There is not enough memory for this case."),)
    except Exception as fault:  # noqa: BLE001 a defect in one case must not cost the others
        problems = (error(CASE_DEFECT, job.tell_defect(fault)),)
    _remove_outdated(job)
    return CaseResult(case.name, case.written[0], problems=tuple(problems))


def finished(job: Job) -> CaseResult | None:
    """The result of a case that is done: its mask is there as it was recorded, and nothing has changed."""
    try:
        record = json_of(job.record.read_bytes())
        if record["fingerprint"] != _fingerprint(job) or record["bytes"] != job.mask.stat().st_size:
            return None
        if record["series"] and record["series"] != _series_state(Path(record["series"][0])):
            return None
        return CaseResult(
            job.case.name,
            job.case.written[0],
            tuple(PaintedRegion(**region) for region in record["regions"]),
            tuple(LostOverlap(**loss) for loss in record["lost"]),
            tuple(Problem(**{**one, "severity": Severity(one["severity"])}) for one in record["problems"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_report(results: Sequence[CaseResult], path: Path) -> None:
    """A row for each region of each case; a case's problems stand in its first row. Raises MaskError."""
    with writing(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(_REPORT_COLUMNS)
        for result in results:
            start = [result.name, result.source, "failed" if result.failed else "done"]
            given = dict(result.given)
            problems = " ".join(f"{one.severity.value} {one.code}: {one.sentence}" for one in result.problems)
            for region in result.regions:
                losses = [loss for loss in result.lost if loss.region == region.name]
                lost = "; ".join(f"{loss.voxels} under {loss.winner}" for loss in losses)
                facts = [region.name, region.value, region.voxels, f"{region.ml:.4f}", lost]
                rows.writerow([*start, *facts, problems, given.get(region.name, "")])
                problems = ""
            if not result.regions:
                rows.writerow([*start, "", "", "", "", "", problems, ""])


def _cases(rows: "csv.DictReader[str]", table: Path) -> tuple[list[Case], list[Problem]]:
    columns = {name.strip().lower(): name for name in rows.fieldnames or ()}
    if "source" not in columns:
        sentence = "The table of cases has no column source."
        hint = "its first line is: source,like,name"
        return [], [error(BAD_CASE_TABLE, sentence, hint, line=1)]
    cases: list[Case] = []
    problems: list[Problem] = []
    taken: dict[str, int] = {}
    for row in rows:
        line = rows.line_num
        cells = (row.get(columns.get(column, "")) for column in ("source", "like", "name"))
        source, like, name = ((cell or "").strip() for cell in cells)
        if not source:
            if like or name:
                problems.append(error(BAD_CASE_TABLE, "The row has no source.", line=line))
            continue
        file_name = re.split(r"[/\\]", source)[-1]
        name = name or re.sub(
            r"(\.seg)?(\.nrrd|\.nii\.gz|\.nii|\.mha|\.dcm)$", "", file_name, flags=re.IGNORECASE
        )
        if not re.fullmatch(r'[^/\\:*?"<>|\x00-\x1f.][^/\\:*?"<>|\x00-\x1f]*(?<![. ])', name):
            sentence = f"{said(name)} cannot be the name of a file."
            problems.append(error(BAD_CASE_TABLE, sentence, "use letters, digits, - and _", line=line))
        elif name.casefold() in taken:
            sentence = f"The name {said(name)} is used in line {taken[name.casefold()]} too."
            problems.append(error(BAD_CASE_TABLE, sentence, "give each row a name of its own", line=line))
        else:
            taken[name.casefold()] = line
            where = _beside(table, source)
            cases.append(Case(name, where, _beside(table, like) if like else None, (source, like)))
    if not cases and not problems:
        problems.append(error(BAD_CASE_TABLE, "The table has no cases."))
    return cases, problems


def _beside(table: Path, written: str) -> Path:
    """A path relative to the table; one that was written on Windows is found elsewhere too."""
    path = table.resolve().parent / written
    return path if path.exists() else table.resolve().parent / written.replace("\\", "/")


def _fingerprint(job: Job) -> str:
    """What the mask depends on: the files by size and time, the map, the options, the program's version."""
    names = names_beside(job.case.source)
    facts = [
        __version__,
        job.case.written,
        look_at(job.case.source).stamp,
        stamp_of(names) if names else None,
        look_at(job.case.like).stamp if job.case.like else None,
        list(job.table.value_map.values.items()),
        job.ignore_unmapped,
        asdict(job.filling),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _series_state(file: Path) -> list[object]:
    """What tells a series that was found for a structure set from one whose files have changed since."""
    return [str(file), [list(state) for state in stamp_of(file.parent)]]


def _write_record(job: Job, fingerprint: str, result: CaseResult, series: Path | None) -> None:
    record = {
        "fingerprint": fingerprint,
        "series": _series_state(series) if series else None,
        "bytes": job.mask.stat().st_size,
        **asdict(result),
    }
    with writing(job.record) as part:
        part.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


def _remove_outdated(job: Job) -> None:
    """A mask that an earlier run made of other files or another map must not pass for this case's."""
    if job.record.exists() and finished(job) is None:
        with suppress(OSError):
            job.mask.unlink(missing_ok=True)
            job.record.unlink(missing_ok=True)


def _ended(job: Job, fault: EndedError) -> CaseResult:
    _remove_outdated(job)
    sentence = f"The process that painted this case ended before it was done ({fault})."
    problem = error(CASE_ENDED, sentence, "run it again with fewer jobs")
    return CaseResult(job.case.name, job.case.written[0], problems=(problem,))


@contextmanager
def _alone_in(out: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        with FileLock(out / RECORDS / "lock", timeout=0):
            yield
    except Timeout as fault:
        sentence, hint = f"Another run works in “{out}”.", "wait until it is done, or name another folder"
        raise MaskError(error(BAD_CASE_TABLE, sentence, hint)) from fault
