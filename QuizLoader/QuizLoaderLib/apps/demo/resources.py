"""Where the files that travel with the program are."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]


def sample_quizzes_folder() -> Path:
    """The sample quizzes: inside the package where it is installed, at the top of a source checkout."""
    installed = _PACKAGE / "Resources" / "Quizzes"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "Resources" / "Quizzes"
