"""Where the module's own files are, in a source folder as in an installed extension."""

from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parents[3] / "Resources" / "requirements.txt"
