"""What pages still need, and what that makes of those that were complete."""

from collections.abc import Iterable, Iterator

from ..quiz.question_types import Takes
from .answers import missing_in
from .entries import DraftEntry, LeaveEntry, ReopenEntry
from .feedback import SessionFeedback
from .judged_tree import stored_regions
from .marks_tree import stored_marks
from .order import PageKey, Position
from .requirements import incomplete_pages, missing_drawings
from .results import Results
from .stored_marks import missing_in_forms


class PageNeeds:
    """``runs_scripts``: a Button needs its press only where it can be pressed."""

    def __init__(self, results: Results, feedback: SessionFeedback, runs_scripts: bool) -> None:
        self._results, self._feedback, self._runs_scripts = results, feedback, runs_scripts

    def missing(self, key: PageKey, numbers: Iterable[int], drawings: bool) -> list[str]:
        """What these question sets of the page lack, and, if wanted, what is to be drawn; as sentences."""
        page, sentences = self._results.pages[key], []
        for number in numbers if page.question_sets else ():
            position = Position(key, number)
            for question in self._results.asked_questions(position):
                answer = self._results.answer(position, question)
                model = page.question_sets[number].questions[question]
                sentences.append(missing_in(model, answer, self._runs_scripts))
                if model.facts.takes is Takes.MARKS:
                    sentences += missing_in_forms(stored_marks(self._results, position, question))
        found = [sentence for sentence in sentences if sentence]
        if not drawings:
            return found
        given = {image.id: stored_regions(self._results, key, image.id) for image in page.images}
        return found + missing_drawings(page, self._results.drawn(key), given)

    def elsewhere(self, here: PageKey) -> list[str]:
        """Pages that are asked and not complete, but for this one; as sentences."""
        results = self._results
        others = (key for key in results.display_order() if key != here and not results.is_hidden(key))
        return incomplete_pages([results.pages[key].title for key in others if not results.is_complete(key)])

    def is_spoiled(self, key: PageKey) -> bool:
        """The page was complete, and what it has now is not enough, or is scored only now. Of one that has
        told what is right, or has no time left, nothing can be changed."""
        results = self._results
        if not results.is_complete(key) or results.is_timed_out(key) or results.has_told(key):
            return False
        is_owed = self._feedback.is_owed(key)
        return is_owed or bool(self.missing(key, results.asked_sets(key), drawings=True))

    def reopening(self) -> Iterator[ReopenEntry]:
        """For pages that were complete, and where an answer on another page shows what is not answered."""
        results = self._results
        return self._reopened(key for page in results.changed_pages for key in results.repetitions[page])

    def reopening_at_the_start(self) -> Iterator[ReopenEntry]:
        """Also for pages on which something was taken away before the program ended without leaving them, and
        of which the key says only now what is right."""
        changed = self._results.drafts.pages_changed
        return self._reopened(
            key
            for key, page in self._results.pages.items()
            if page.has_conditions or key in changed or self._feedback.is_owed(key)
        )

    def _reopened(self, keys: Iterable[PageKey]) -> Iterator[ReopenEntry]:
        for key in keys:
            if not self._results.is_hidden(key) and self.is_spoiled(key):
                yield ReopenEntry(page=key)

    def leaving_interrupted(self) -> Iterator[LeaveEntry]:
        """Where the program ended without closing, as if it had closed then."""
        for draft in self._results.drafts.newest():
            # What no heartbeat told yet; that of earlier versions, which had none, is not known so well.
            is_told = "SecondsActive" in self._results.page(draft.page).attrib
            untold = 0.0 if is_told or not isinstance(draft, DraftEntry) else draft.shown
            yield LeaveEntry(
                page=draft.page,
                question_set=draft.question_set,
                time=draft.time,
                login=draft.login,
                event="ExitBtn",
                passed=False,
                seconds=draft.seconds,
                recovered=True,
                shown=draft.seconds if untold is None else untold,
                active=untold,
                complete=False if self.is_spoiled(draft.page) else None,
            )
