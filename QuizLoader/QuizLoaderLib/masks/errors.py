"""Why there is no mask, no segmentation, no file."""

from collections.abc import Sequence

from ..quiz.problems import Problem


class MaskError(Exception):
    """Why nothing was made: ``problems`` has every reason, and the warnings met on the way."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems if problem.is_error))
        self.problems = tuple(problems)
