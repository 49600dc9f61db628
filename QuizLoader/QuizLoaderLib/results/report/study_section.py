"""The study itself: who read what, how long it took, and what does not count."""

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..progress import duration
from ..study_results import LeftOut, PageReading, Run, StudyResults
from . import charts
from .parts import Cell, Chart, DataTable, Section, ShownTable, counted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "The study"
_MOST_REMARKS = 20
_FEW_PAGES = 8
"""With fewer pages nothing is said about learning."""


def study_section(results: StudyResults, left_out: Sequence[LeftOut], remarks: Sequence[str]) -> Section:
    """``left_out`` and ``remarks`` are those of all sections."""
    section = Section(TITLE)
    section.parts.append(_overview(results))
    if results.runs:
        _add_readers(section, results)
    else:
        section.parts.append("A table of scores says nothing of sessions and times.")
    _add_left_out(section, left_out)
    different = list(dict.fromkeys(remarks))
    section.parts += different[:_MOST_REMARKS]
    if len(different) > _MOST_REMARKS:
        section.parts.append(f"There are {len(different) - _MOST_REMARKS} more such remarks.")
    return section


def _overview(results: StudyResults) -> str:
    cases = {item.case for ratings in results.ratings for item in ratings.items}
    cases |= {page.item.case for page in results.pages}
    treatments = {page.item.treatment for page in results.pages}
    treatments |= {treatment for ratings in results.ratings for treatment in ratings.treatments}
    parts = [counted(len(results.readers), "reader"), counted(len(cases), "case")]
    parts += [counted(len(treatments), "treatment")] if len(treatments) > 1 else []
    parts += [counted(len(results.ratings), "question with scores", "questions with scores")]
    text = f"{', '.join(parts[:-1])} and {parts[-1]}."
    if results.pages:
        done = sum(page.is_complete for page in results.pages)
        text += f" {done:,} of {counted(len(results.pages), 'page')} were completed."
        changes = results.changes
        was = "was" if changes == 1 else "were"
        text += f" {counted(changes, 'answer')} {was} changed later; the last one counts."
    return text


def _add_readers(section: Section, results: StudyResults) -> None:
    pages: dict[tuple[str, str, int], list[PageReading]] = defaultdict(list)
    for page in results.pages:
        pages[page.reader, page.quiz, page.attempt].append(page)
    begin = min((run.first for run in results.runs if run.first), default=None)
    rows = []
    for run in sorted(results.runs, key=lambda each: (each.reader.casefold(), each.quiz, each.attempt)):
        own = pages[run.reader, run.quiz, run.attempt]
        days = (run.last - begin).total_seconds() / 86400 if run.last and begin else None
        rows.append({**_run(run), "days": days, **_times(own)})
    section.tables.append(DataTable("readers.csv", rows))
    section.tables.append(DataTable("times.csv", [_page(page) for page in results.pages]))
    header = ["Reader", "Pages", "Opened", "Last seen", "Days", "Shown", "Active", "Median page"]
    header += ["First quarter", "Last quarter", "With 10 pages", "Changed answers"]
    has_one_quiz = len({run.quiz for run in results.runs}) == 1
    section.parts.append(
        ShownTable(
            "Readers: days count from the first login of all; times of a page are in seconds",
            header,
            [_shown_reader(row, has_one_quiz) for row in rows],
            "readers.csv",
            frozenset(n for n, row in enumerate(rows) if row["pages_complete"] != row["pages"]),
        )
    )
    section.parts += _ended(results)
    learning = [row for row in rows if _is_steady(row)]
    for row in learning:
        change = row["change_per_10_pages"]
        assert isinstance(change, float)
        way = "faster" if change < 0 else "slower"
        section.parts.append(
            f"“{row['reader']}” became {way} in the order of reading: {abs(change):.0%} with every ten pages "
            f"(rank correlation of seconds and position {row['spearman']:.2f}, p {row['spearman_p']:.2g})."
        )
    timed = {key: own for key, own in pages.items() if any(_seconds(page) for page in own)}
    if timed:
        title = "Seconds of each completed page in the reader's own order, with the median of five pages"
        section.parts.append(Chart("times", title, lambda: _times_chart(timed)))


def _ended(results: StudyResults) -> Iterator[str]:
    """What ended reading but the readers themselves."""
    timed_out = sum(page.is_timed_out for page in results.pages)
    if timed_out:
        was = "was" if timed_out == 1 else "were"
        yield (
            f"{counted(timed_out, 'page')} {was} completed because the time was over, with what was there. "
            "They count; answers that are missing there are listed with that reason."
        )
    if runs := sum(run.is_timed_out for run in results.runs):
        count = counted(runs, "run")
        yield f"The time of the whole quiz was over in {count}; pages that were not reached do not count."
    if told := sum(page.has_told for page in results.pages):
        was = "was" if told == 1 else "were"
        yield (
            f"{counted(told, 'page')} told what is right and {was} locked from then on. What was read "
            "after that was read with that knowledge."
        )


def _run(run: Run) -> dict[str, Cell]:
    return {
        "reader": run.reader,
        "quiz": run.quiz,
        "attempt": run.attempt,
        "finished": run.is_finished,
        "timed_out": run.is_timed_out,
        "logins": run.logins,
        "first_login": run.first,
        "last_seen": run.last,
    }


def _times(pages: Sequence[PageReading]) -> dict[str, Cell]:
    done = sorted((page for page in pages if page.is_complete), key=lambda page: page.position)
    seconds = [value for page in done if (value := _seconds(page))]
    active = [page.seconds_active for page in pages if page.seconds_shown or page.seconds_active is not None]
    quarter = max(1, len(seconds) // 4)
    change, correlation, p = _trend(seconds)
    return {
        "pages": len(pages),
        "pages_complete": len(done),
        "pages_timed_out": sum(page.is_timed_out for page in done),
        "seconds_shown": float(sum(page.seconds_shown or 0 for page in pages)),
        "seconds_active": math.fsum(each or 0 for each in active) if active and None not in active else None,
        "median_seconds": statistics.median(seconds) if seconds else None,
        "median_first_quarter": statistics.median(seconds[:quarter]) if seconds else None,
        "median_last_quarter": statistics.median(seconds[-quarter:]) if seconds else None,
        "change_per_10_pages": change,
        "spearman": correlation,
        "spearman_p": p,
        "answers_changed": sum(page.changes for page in pages),
    }


def _trend(seconds: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    """The change with ten pages, and the rank correlation of seconds and position with its p value."""
    if len(seconds) < _FEW_PAGES or len(set(seconds)) == 1:
        return None, None, None
    from scipy.stats import spearmanr, theilslopes

    positions = range(len(seconds))
    slope = theilslopes([math.log(value) for value in seconds], positions)[0]
    correlation, p = spearmanr(positions, seconds)
    return math.expm1(10 * slope), float(correlation), float(p)


def _is_steady(row: Mapping[str, Cell]) -> bool:
    """Whether a reader became faster or slower beyond chance, by more than a twentieth with ten pages."""
    change, p = row["change_per_10_pages"], row["spearman_p"]
    return isinstance(change, float) and isinstance(p, float) and p < 0.01 and abs(change) > 0.05


def _seconds(page: PageReading) -> float | None:
    """Active ones where they were measured."""
    if not page.is_complete:
        return None
    return page.seconds_active or page.seconds_shown or None


def _page(page: PageReading) -> dict[str, Cell]:
    return {
        "reader": page.reader,
        "quiz": page.quiz,
        "attempt": page.attempt,
        "position": page.position,
        "page": page.page,
        "case": page.item.case,
        "treatment": page.item.treatment,
        "repetition": page.repetition,
        "page_complete": page.is_complete,
        "timed_out": page.is_timed_out,
        "told_right": page.has_told,
        "seconds_shown": page.seconds_shown,
        "seconds_active": page.seconds_active,
        "answers_changed": page.changes,
    }


def _shown_reader(row: Mapping[str, Cell], has_one_quiz: bool) -> list[Cell]:
    more = [] if has_one_quiz else [str(row["quiz"])]
    more += [] if row["attempt"] == 1 else [f"attempt {row['attempt']}"]
    days, change = row["days"], row["change_per_10_pages"]
    done = f"{row['pages_complete']} of {row['pages']}"
    over = f"{row['pages_timed_out']} by time" if row["pages_timed_out"] else ""
    return [
        f"{row['reader']} ({', '.join(more)})" if more else row["reader"],
        # Broken between the two alone.
        ", ".join(each.replace(" ", "\N{NO-BREAK SPACE}") for each in (done, over) if each),
        row["logins"],
        row["last_seen"],
        f"{days:.1f}" if isinstance(days, float) else None,
        *(_duration(row[name]) for name in ("seconds_shown", "seconds_active")),
        row["median_seconds"],
        row["median_first_quarter"],
        row["median_last_quarter"],
        f"{change:+.0%}".replace("-", "−") if isinstance(change, float) else None,
        row["answers_changed"],
    ]


def _duration(seconds: Cell) -> str | None:
    return duration(seconds) if isinstance(seconds, float) else None


def _add_left_out(section: Section, left_out: Sequence[LeftOut]) -> None:
    rows = [
        {
            "reader": each.reader,
            "quiz": each.quiz,
            "page": each.page,
            "case": each.item.case,
            "treatment": each.item.treatment,
            "question": each.question,
            "reason": each.reason,
        }
        for each in left_out
    ]
    section.tables.append(DataTable("left_out.csv", rows))
    if not left_out:
        section.parts.append("Nothing was left out.")
        return
    counts = Counter((each.reader, each.reason) for each in left_out)
    section.parts.append(
        ShownTable(
            "What was left out",
            ["Reader", "Why", "How often"],
            [[*key, count] for key, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))],
            "left_out.csv",
        )
    )


def _times_chart(pages: Mapping[tuple[str, str, int], Sequence[PageReading]]) -> "Figure":
    figure, axes = charts.panels(len(pages), width=2.6, height=1.9, share=True)
    for number, ((reader, quiz, attempt), own) in enumerate(pages.items()):
        points = [(page.position, seconds) for page in own if (seconds := _seconds(page))]
        title = reader if len({key[1:] for key in pages}) == 1 else f"{reader}, {quiz} {attempt}"
        if number < len(axes):
            charts.course(axes[number], points, title)
    axes[0].set_ylim(bottom=0)
    figure.supxlabel("Position in the reader's order")
    figure.supylabel("Seconds")
    return figure
