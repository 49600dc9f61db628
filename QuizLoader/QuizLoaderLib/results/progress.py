"""How far each reader is, and how long the pages took."""

from dataclasses import dataclass
from datetime import datetime

from ..session.entries import parsed_timestamp
from ..session.results_parser import ReadResults, pages_in_order
from ..session.tree import finite
from .seconds import Seconds


def duration(seconds: float) -> str:
    """``1:02:03`` or ``2:03``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@dataclass(frozen=True)
class PageProgress:
    """``is_timed_out``: it is complete since its time was over."""

    position: int
    title: str
    is_complete: bool
    is_timed_out: bool
    seconds: float
    seconds_active: float | None

    @property
    def state(self) -> str:
        return "time over" if self.is_timed_out else "done" if self.is_complete else "open"


@dataclass(frozen=True)
class Progress:
    """How far a reader is. ``logins`` counts the times the quiz was opened; ``is_timed_out``: it is finished
    since its time was over."""

    reader: str
    quiz: str
    is_finished: bool
    is_timed_out: bool
    logins: int
    last_time: datetime | None
    pages: tuple[PageProgress, ...]

    @property
    def pages_timed_out(self) -> int:
        return sum(page.is_timed_out for page in self.pages)

    @property
    def pages_complete(self) -> int:
        return sum(page.is_complete for page in self.pages)

    @property
    def seconds(self) -> float:
        return sum(page.seconds for page in self.pages)

    @property
    def seconds_active(self) -> float | None:
        """None where it was not measured on all pages that were shown."""
        known = [
            page.seconds_active for page in self.pages if page.seconds or page.seconds_active is not None
        ]
        return sum(each or 0.0 for each in known) if known and None not in known else None

    @property
    def seconds_a_page(self) -> float | None:
        """Of the complete pages; None where there is none."""
        done = [page.seconds for page in self.pages if page.is_complete]
        return sum(done) / len(done) if done else None

    @property
    def state(self) -> str:
        if self.is_timed_out:
            return "finished, as its time was over"
        return "finished" if self.is_finished else f"{self.pages_complete} of {len(self.pages)} pages done"

    @property
    def next_page(self) -> PageProgress | None:
        """The first that is not complete: where the reader is, or comes back to."""
        return next((page for page in self.pages if not page.is_complete), None)


def progress(results: ReadResults) -> Progress:
    logins = results.root.findall("Login")
    times = [parsed_timestamp(login.get("LogoutTime") or login.get("LoginTime") or "") for login in logins]
    seconds = Seconds(results)
    return Progress(
        reader=results.reader,
        quiz=results.quiz if results.attempt == 1 else f"{results.quiz} (attempt {results.attempt})",
        is_finished=any((login.get("QuizComplete") or "").strip().upper() == "Y" for login in logins),
        is_timed_out=any(login.get("TimedOut") == "Y" for login in logins),
        logins=len(logins),
        last_time=max((time for time in times if time is not None), default=None),
        pages=tuple(
            PageProgress(
                page.position,
                " - ".join(filter(None, (page.element.get("ID"), page.descriptor))),
                page.is_complete,
                page.is_timed_out,
                seconds.of_page(page.element),
                finite(page.element.get("SecondsActive") or ""),
            )
            for page in pages_in_order(results)
            if not page.is_hidden
        ),
    )
