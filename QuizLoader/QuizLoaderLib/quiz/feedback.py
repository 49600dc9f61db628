"""What readers are told of right answers, and when."""

from dataclasses import dataclass
from enum import Enum

from .markdown import TextFormat


class Feedback(str, Enum):
    """When readers are told what is right and what they score: never, after each page, or after the quiz."""

    NONE = "None"
    PAGE = "Page"
    END = "End"


@dataclass(frozen=True)
class Explanation:
    """What a reader is told beside what is right; ``picture`` is a file beside the quiz, or empty."""

    text: str
    picture: str = ""
    text_format: TextFormat | None = None
