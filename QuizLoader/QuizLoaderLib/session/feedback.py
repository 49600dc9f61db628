"""Which pages of a session tell a reader what is right."""

from collections.abc import Iterator

from ..quiz.answer_key import AnswerKey, with_right_answers
from ..quiz.drawing_keys import DrawingKey
from ..quiz.feedback import Feedback
from ..quiz.model import Page, Question
from ..quiz.right_answer_rules import has_right_answer
from .answers import Answer
from .draws import as_drawn
from .order import PageKey, Position
from .results import Results
from .results_tree import FEEDBACK_SEEN


class SessionFeedback:
    """What is right, by the ``key``, else by the quiz itself, and when it may be told."""

    def __init__(self, results: Results, key: AnswerKey | None) -> None:
        self._results = results
        quiz = with_right_answers(results.quiz, key)[0] if key else results.quiz
        self._pages = {page.number: page for page in quiz.pages}
        self._is_by_page = quiz.feedback is Feedback.PAGE
        self.is_given = quiz.feedback is not Feedback.NONE

    def page(self, key: PageKey) -> Page:
        """The page as the reader sees it, with its right answers."""
        return as_drawn(self._pages[key.number], self._results.page(key))

    def is_scored(self, key: PageKey) -> bool:
        """Whether anything that is asked or drawn on the page has a right answer."""
        is_asked = any(has_right_answer(question) for _, _, question, _ in self.answers(key))
        return is_asked or bool(self.drawing_keys(key))

    def drawing_keys(self, key: PageKey) -> list[tuple[str, DrawingKey]]:
        """What is right of the drawings on the page, each with the ID of its image."""
        return [] if self._results.is_hidden(key) else self.page(key).drawing_keys

    def answers(self, key: PageKey) -> Iterator[tuple[Position, int, Question, Answer]]:
        """What is asked on the page: where, the question with what is right, and its answer."""
        page = self.page(key)
        for number in self._results.asked_sets(key):
            position = Position(key, number)
            for question in self._results.asked_questions(position):
                model = page.question_sets[number].questions[question]
                yield position, question, model, self._results.answer(position, question)

    def is_owed(self, key: PageKey) -> bool:
        """Whether the page is to tell what is right once it is complete, and has not yet."""
        return self._is_by_page and not self._results.has_told(key) and self.is_scored(key)

    def is_awaited(self, key: PageKey) -> bool:
        """Whether completing the page will tell."""
        return not self._results.is_locked(key) and self.is_owed(key)

    def is_told(self, key: PageKey) -> bool:
        """Whether it is the time to tell what is right on the page: nothing of it is changed any more. What
        that is hangs on the key, and on what is asked now."""
        if self._results.has_told(key):
            return True
        return self.is_given and self._results.is_finished and self.is_scored(key)

    def is_new(self, key: PageKey) -> bool:
        """Whether the reader has not gone on since it was told."""
        is_seen = self._results.page(key).get(FEEDBACK_SEEN) == "Y"
        return self._results.has_told(key) and not is_seen and not self._results.is_finished

    @property
    def is_at_the_end(self) -> bool:
        """Whether the scores of all pages are told now."""
        if not (self.is_given and self._results.is_finished):
            return False
        pages = self._pages.values()
        return any(page.drawing_keys or any(map(has_right_answer, page.questions)) for page in pages)
