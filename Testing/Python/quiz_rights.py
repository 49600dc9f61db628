"""Taking away rights in a way that holds for root as well."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NOBODY = 65534


@contextmanager
def without_rights(path: Path) -> Iterator[None]:
    """Nobody may read ``path`` within; root, whom no mode bits stop, becomes another user meanwhile."""
    mode = path.stat().st_mode
    parents = {parent: parent.stat().st_mode for parent in path.parents if parent.owner() == path.owner()}
    is_root = os.geteuid() == 0
    path.chmod(0)
    if is_root:
        for parent, own in parents.items():
            if not own & 0o001:
                parent.chmod(own | 0o005)
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
            for parent, own in parents.items():
                parent.chmod(own)
        path.chmod(mode)
