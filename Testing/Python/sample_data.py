"""Where published sample data of other projects lies; none of it is in the repository."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE_DATA = Path(os.environ.get("QUIZLOADER_SAMPLE_DATA") or REPOSITORY.parent / "shared" / "data")
"""The folder that QUIZLOADER_SAMPLE_DATA names, else shared/data beside the repository's folder."""


def needs_sample_data(folder: str) -> pytest.MarkDecorator:
    """Skips a test where ``folder`` of the sample data is absent."""
    return pytest.mark.skipif(not (SAMPLE_DATA / folder).is_dir(), reason=f"no sample data: {folder}")
