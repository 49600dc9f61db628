"""What is said when the quiz has been finished."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .answers import Answers

if TYPE_CHECKING:
    from .feedback import ScoreLine


@dataclass(frozen=True)
class EndPage:
    """What is said when the quiz has been finished; ``scores`` has a line for each page and one for all,
    where they are told. A host says last how its reader leaves: ``in_a_window`` or ``in_a_panel``."""

    title: str
    sentences: tuple[str, ...]
    scores: "tuple[ScoreLine, ...]" = ()
    may_begin_again: bool = False
    in_a_window: str = "This window can be closed."
    in_a_panel: str = "“Close” takes the quiz off the views."


def end_page_of(answers: Answers, is_time_over: bool = False) -> EndPage:
    count = answers.pages_complete
    pages = "The page is" if count < 2 else "Both pages are" if count == 2 else f"All {count} pages are"
    how_far = "What you answered is saved." if is_time_over else f"{pages} complete."
    said = answers.end_text or f"Thank you, {answers.reader}. {how_far}"
    title = "Time is up" if is_time_over else "The quiz is finished"
    again = answers.may_begin_again
    if scores := answers.scores:
        return EndPage(title, (scores.sentence, said), (*scores.pages, scores.total), again)
    return EndPage(title, (said,), may_begin_again=again)
