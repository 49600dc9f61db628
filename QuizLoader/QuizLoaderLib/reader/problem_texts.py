"""A problem as an author and as a reader is told it."""

from ..quiz.problems import Problem


def for_author(problem: Problem) -> str:
    """``12: error: sentence (hint)``: a line of the quiz file."""
    return f"{problem.line}: {problem.severity.value}: {problem.text}"


def for_reader(problem: Problem) -> str:
    """``Green: sentence (hint)``: the slice view where something is missing."""
    return f"{problem.view}: {problem.text}" if problem.view else problem.text
