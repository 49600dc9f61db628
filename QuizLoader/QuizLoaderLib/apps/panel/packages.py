"""Python packages that QuizLoader needs and Slicer does not bundle: asked for when first needed."""

import importlib
import re
import subprocess
from pathlib import Path

import slicer

from ...quiz.problems import ExplainedError

# In a source folder as in an installed extension.
_REQUIREMENTS = Path(__file__).resolve().parents[3] / "Resources" / "requirements.txt"


def ensure_packages() -> None:
    """Have what the module requires, installing with the reader's consent what is not there.

    Raises ExplainedError where that is declined, fails (no network), or Slicer runs with ``--testing``,
    which must not change its Python.
    """
    lines = [line.split("#")[0].strip() for line in _REQUIREMENTS.read_text(encoding="utf-8").splitlines()]
    wanted = [line for line in lines if line]
    if not _missing(wanted):
        return
    if slicer.app.testingEnabled():
        raise ExplainedError(_remedy(wanted, ""))
    try:
        _install(wanted)
    except RuntimeError as fault:
        # Also slicer.packaging raises it where the user declines.
        raise ExplainedError(_remedy(wanted, "Open the quiz again to be asked once more, or ")) from fault
    except (OSError, subprocess.CalledProcessError) as fault:
        raise ExplainedError(_remedy(wanted, _OFFLINE)) from fault
    importlib.invalidate_caches()
    if _missing(wanted):
        raise ExplainedError(_remedy(wanted, _OFFLINE))


def _missing(wanted: list[str]) -> list[str]:
    missing = []
    for requirement in wanted:
        # ``lxml`` of ``lxml>=5.2``: all that are needed are imported by the name they are installed by.
        name = re.split(r"[^\w.-]", requirement)[0]
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    return missing


def _install(wanted: list[str]) -> None:
    try:
        from slicer import packaging
    except ImportError:  # Slicer 5.10
        question = f"Quiz Loader needs to install Python packages: {', '.join(wanted)}. Continue?"
        if not slicer.util.confirmOkCancelDisplay(question):
            raise RuntimeError("declined") from None
        slicer.util.pip_install(wanted)
    else:
        packaging.pip_ensure(wanted, requester="Quiz Loader")


_OFFLINE = "Installing failed: connect to the internet and open the quiz again, or "


def _remedy(wanted: list[str], before: str) -> str:
    """``before`` is what to do before the last resort is named."""
    names = _missing(wanted)
    last = f"run slicer.util.pip_install('{' '.join(names)}') in Slicer's Python console."
    what = f"package{'' if len(names) == 1 else 's'} {' and '.join(names)}"
    return f"Quiz Loader needs the Python {what}. {before}{last if before else 'R' + last[1:]}"
