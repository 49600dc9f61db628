"""Where a page's own button leads."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GoToBookmark:
    """``bookmark`` is the BookmarkID of an earlier page, ``label`` the text of the button."""

    bookmark: str
    label: str
