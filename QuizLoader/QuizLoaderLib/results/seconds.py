"""How long answers took, in our results and in the original's."""

from collections import defaultdict

from ..session.entries import parsed_timestamp
from ..session.results_parser import ReadResults
from ..session.tree import Element, finite


class Seconds:
    """How long an answer took: as it was measured, else (the original's files) since the one before it."""

    def __init__(self, results: ReadResults) -> None:
        moments: dict[str, set[str]] = defaultdict(set)
        for response in results.root.iter("Response"):
            login, time = login_and_time(response)
            moments[login].add(time)
        self._before: dict[tuple[str, str], str] = {}
        for login, times in moments.items():
            # The form of the times sorts as time does.
            ordered = sorted(times)
            self._before.update(
                ((login, time), before) for before, time in zip([login, *ordered], ordered, strict=False)
            )

    def of(self, response: Element) -> float | None:
        measured = response.get("Seconds")
        if measured is not None:
            return finite(measured)
        login, time = login_and_time(response)
        start, end = parsed_timestamp(self._before.get((login, time), "")), parsed_timestamp(time)
        if start is None or end is None or end < start:
            return None
        return (end - start).total_seconds()

    def of_page(self, page: Element) -> float:
        measured = page.get("SecondsShown")
        if measured is not None:
            return finite(measured) or 0.0
        by_moment = {login_and_time(response): self.of(response) for response in page.iter("Response")}
        return sum(seconds or 0.0 for seconds in by_moment.values())


def login_and_time(element: Element) -> tuple[str, str]:
    return (element.get("LoginTime") or "").strip(), (element.get("ResponseTime") or "").strip()
