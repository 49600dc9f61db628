"""The whole report of a study, from what readers answered to the files in a folder."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ... import __version__
from ...quiz.problems import ExplainedError
from ...session.whole_file import make_folder, remove_left_overs, write_whole
from ..drawings.cache import remove_unused
from ..drawings.image_comparison import ImageComparison
from ..drawings.study_comparison import compare_drawings_of
from ..study_results import LeftOut, StudyResults
from .categories_section import AgreementTables, categories_section
from .charts import png_and_svg
from .columns import COLUMNS
from .drawings_section import drawings_section, volumes_of
from .html_page import html_page
from .methods_section import methods_section
from .numbers_section import numbers_section, volume_ratings
from .parts import Chart, DataTable, ReportOptions, ReportPlaces, Section, written
from .performance_section import performance_section
from .repeats_section import repeats_section
from .study_section import study_section

INDEX = "index.html"


class ReportError(ExplainedError):
    """Why no report can be made."""


@dataclass(frozen=True)
class MadeReport:
    """What does not count, ``remarks`` as sentences, and whether the report ``is_whole``: all files could be
    read, compared and written."""

    left_out: list[LeftOut]
    remarks: list[str]
    is_whole: bool


def make_report(
    results: StudyResults,
    out: Path,
    options: ReportOptions | None = None,
    advance: Callable[[int, int], object] = lambda done, total: None,
) -> MadeReport:
    """Write the report of what readers answered into the folder ``out``.

    What an earlier report there had computed of the same drawings is used again, and its files that this one
    does not have are removed. Raises ReportError: another run writes there; and OSError.
    """
    options = options or ReportOptions()
    places = ReportPlaces(out)
    for folder in (places.cache, places.consensus):
        make_folder(folder)
    with _alone_in(places):
        remove_left_overs(places.cache)
        images = compare_drawings_of(
            results.drawings,
            options.table,
            options.tolerance_mm,
            places.consensus,
            places.cache,
            options.jobs,
            advance,
            options.tell_defect,
        )
        remove_unused(places.cache, {name for image in images for name in image.cached})
        left_out = [*results.left_out, *(each for image in images for each in image.left_out)]
        remarks = [*results.remarks, *(sentence for image in images for sentence in image.remarks)]
        told = _sections(results, images, options, left_out)
        remarks += [sentence for section in told for sentence in section.remarks]
        _write([study_section(results, left_out, remarks), *told], results, places)
    is_whole = not results.has_unreadable and all(image.is_whole for image in images)
    return MadeReport(left_out, remarks, is_whole)


def _sections(
    results: StudyResults,
    images: Sequence[ImageComparison],
    options: ReportOptions,
    left_out: list[LeftOut],
) -> list[Section]:
    """All but the first, which tells what they leave out: they add it to ``left_out``."""
    tables = AgreementTables()
    categories = categories_section(results, tables)
    numbers = numbers_section([*results.ratings, *volume_ratings(volumes_of(images, left_out))], tables)
    repeats = repeats_section(results, tables)
    performance = performance_section(results, options)
    drawings = drawings_section(images, options)
    categories.tables += tables.data_tables()
    told = [categories, numbers, repeats, performance, drawings]
    left_out += [each for section in told for each in section.left_out]
    with_data = {each.title for each in told if any(not isinstance(part, str) for part in each.parts)}
    methods = methods_section(with_data, options, bool(results.marks))
    return [*told, methods]


def _write(sections: Sequence[Section], results: StudyResults, places: ReportPlaces) -> None:
    files: dict[str, bytes] = {}
    pictures: dict[str, bytes] = {}
    for section in sections:
        files |= section.files
        files |= {table.file: table_bytes(table) for table in section.tables}
        for chart in section.parts:
            if isinstance(chart, Chart):
                png, svg = png_and_svg(chart.draw())
                files[f"figures/{chart.name}.png"], files[f"figures/{chart.name}.svg"] = png, svg
                pictures[chart.name] = png if chart.is_photo else svg
    lead = f"{results.source} · {datetime.now():%Y-%m-%d %H:%M} · QuizLoader {__version__}"
    page = html_page("What all readers answered", lead, sections, pictures)
    for name, data in files.items():
        make_folder((places.out / name).parent)
        write_whole(places.out / name, data)
    write_whole(places.out / INDEX, page.encode())
    there = {name for section in sections for name in section.written}
    _remove_old(places, {*files, INDEX, *there})


def table_bytes(table: DataTable) -> bytes:
    """CSV in UTF-8, with the columns that are documented for it."""
    text = io.StringIO(newline="")
    columns = list(COLUMNS[table.file])
    rows = csv.writer(text)
    rows.writerow(columns)
    rows.writerows([written(row[column]) for column in columns] for row in table.rows)
    return text.getvalue().encode()


def _remove_old(places: ReportPlaces, files: set[str]) -> None:
    """Files of the report before that this one does not have; no others."""
    record = places.cache / "files.json"
    old: list[str] = []
    with suppress(OSError, ValueError):
        old = [str(name) for name in json.loads(record.read_text(encoding="utf-8"))]
    for name in set(old) - files:
        path = places.out / name
        if path.resolve().is_relative_to(places.out.resolve()):
            path.unlink(missing_ok=True)
    write_whole(record, json.dumps(sorted(files)).encode())


@contextmanager
def _alone_in(places: ReportPlaces) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        with FileLock(places.cache / "lock", timeout=0):
            yield
    except Timeout as fault:
        raise ReportError(f"Another report is being written into “{places.out}”.") from fault
