"""Rules over the pages of a session: their order, their groups, and what one page names of another."""

from collections import Counter
from collections.abc import Iterator

from .model import Page, Quiz
from .page_order import PageOrder
from .problems import NearestNames, Problem, ProblemCode, error, warning
from .values import shown
from .windows import WindowPreset

RESULTS_NOT_SENT = ProblemCode("Q202", "EmailResultsTo: this program sends no mail (warning).")
FORCED_ORDER_IGNORED = ProblemCode(
    "Q203", "RandomizedPageGroupIndices without RandomizePageGroups is not used (warning)."
)
FORCED_ORDER_UNKNOWN_GROUP = ProblemCode("Q204", "RandomizedPageGroupIndices names a group that no page has.")
FORCED_ORDER_MISSING_GROUP = ProblemCode(
    "Q205", "A group missing in RandomizedPageGroupIndices follows the rest (warning)."
)
FORCED_ORDER_REPEATED_GROUP = ProblemCode("Q206", "RandomizedPageGroupIndices names a group twice (warning).")
ONE_PAGE_GROUP = ProblemCode("Q207", "Randomizing with one group besides 0 changes nothing (warning).")
PAGE_WITHOUT_GROUP = ProblemCode(
    "Q301", "A page without PageGroup is a group of its own when randomized (warning)."
)
PAGES_ALIKE = ProblemCode("Q308", "Two pages differ in their ID or Descriptor (warning).")
TIMES_CONTRADICT = ProblemCode("Q341", "The least time of a page is not longer than its limit.")
LIMIT_NOT_REACHED = ProblemCode(
    "Q342", "The quiz's TimeLimit is longer than a page's own, and than what pages take at least (warning)."
)
PRESETS_ALIKE = ProblemCode("Q211", "Each WindowPreset has a Name of its own.")
BOOKMARK_WITHOUT_SOURCE = ProblemCode("Q305", "GoToBookmark names the BookmarkID of an earlier page.")


class EarlierPages:
    """Which pages come before a page for certain, whatever order the session gets."""

    def __init__(self, quiz: Quiz) -> None:
        self._order = PageOrder(quiz)
        self._first: dict[tuple[object, int, int | None], Page] = {}

    def add(self, key: object, page: Page) -> None:
        """Remember that ``page`` offers ``key``; pages are added in the order of the file."""
        band = self._order.band(page)
        self._first.setdefault((key, band, None), page)
        if page.page_group is not None:
            self._first.setdefault((key, band, page.page_group), page)

    def offers(self, key: object, page: Page) -> bool:
        """Whether a page that comes before ``page`` for certain offers ``key``."""
        band = self._order.band(page)
        groups = (*((earlier, None) for earlier in range(band + 1)), (band, page.page_group))
        offering = (self._first.get((key, *each)) for each in groups)
        return any(each is not None and self._order.is_before(each, page) for each in offering)


def results_are_not_sent(quiz: Quiz) -> Iterator[Problem]:
    if quiz.email_results_to:
        yield warning(
            RESULTS_NOT_SENT,
            f"EmailResultsTo is {shown(quiz.email_results_to)}, but this program sends no mail.",
            "send the file of results yourself",
        )


def forced_order(quiz: Quiz) -> Iterator[Problem]:
    order = quiz.forced_group_order
    if order is None:
        return
    name = "RandomizedPageGroupIndices"
    if not quiz.randomize_page_groups:
        yield warning(
            FORCED_ORDER_IGNORED,
            f"{name} is not used, because RandomizePageGroups is not “Y”.",
            'write RandomizePageGroups="Y" or delete it',
        )
        return
    groups = list(dict.fromkeys(page.page_group for page in quiz.pages if page.page_group is not None))
    has_group = set(groups)
    known = ", ".join(str(group) for group in sorted(groups)[:50])
    seen: set[int] = set()
    for group in order:
        if group in seen:
            yield warning(
                FORCED_ORDER_REPEATED_GROUP, f"{name} has the group {group} twice.", "the first one counts"
            )
        elif group and group not in has_group:
            yield error(
                FORCED_ORDER_UNKNOWN_GROUP,
                f"{name} has the group {group}, which no page has.",
                f"page groups: {known}",
            )
        seen.add(group)
    missing = [str(group) for group in groups if group and group not in seen]
    if missing:
        yield warning(
            FORCED_ORDER_MISSING_GROUP,
            f"{name} leaves out the groups {', '.join(missing[:50])}.",
            "they follow in the order of the file",
        )


def one_page_group(quiz: Quiz) -> Iterator[Problem]:
    if not quiz.randomize_page_groups:
        return
    for page in quiz.pages:
        if page.page_group is None and not (page.position or page.training):
            yield warning(
                PAGE_WITHOUT_GROUP,
                f"Page {shown(page.id)} has no PageGroup, so it is a group of its own when randomized.",
                line=page.line,
            ).at(page=page.number)
    if quiz.pages and not _is_anything_drawn(quiz):
        groups = {page.page_group for page in quiz.pages if page.page_group}
        which = f"only the group {min(groups)}" if groups else "no group"
        why = f"there is {which} besides 0" if len(groups) < 2 else "Training and Position keep groups apart"
        yield warning(ONE_PAGE_GROUP, f"RandomizePageGroups is “Y”, but {why}, so nothing is randomized.")


def _is_anything_drawn(quiz: Quiz) -> bool:
    """Whether groups besides 0 can change places, or pages of a group."""
    order = PageOrder(quiz)
    # A page without PageGroup is a group of its own.
    groups = ((page, -page.number if page.page_group is None else page.page_group) for page in quiz.pages)
    sizes = Counter((order.band(page), group) for page, group in groups)
    changing = Counter(band for band, group in sizes if group)
    has_more = quiz.randomize_pages_in_groups and max(sizes.values()) > 1
    return has_more or max(changing.values(), default=0) > 1


def pages_differ(quiz: Quiz) -> Iterator[Problem]:
    first: dict[tuple[str, str], Page] = {}
    for page in quiz.pages:
        other = first.setdefault((page.id, page.descriptor), page)
        if other is not page and page.id:
            yield warning(
                PAGES_ALIKE,
                f"Pages {other.number} and {page.number} are both called {shown(page.title)}, "
                "so tables take them for one case.",
                "give one of them another ID or Descriptor",
                line=page.line,
            ).at(page=page.number)


def time_limits(quiz: Quiz) -> Iterator[Problem]:
    whole_s = quiz.time_limit_s
    for page in quiz.pages:
        limit_s, least_s = page.time_limit_s, page.min_time_s
        if limit_s and least_s and least_s > limit_s:
            yield error(
                TIMES_CONTRADICT,
                f"The MinTime of page {shown(page.id)} is {least_s:g} s, but its TimeLimit {limit_s:g} s.",
                "no reader can complete it before its time is over",
                line=page.line,
            ).at(page=page.number)
        if whole_s and limit_s and limit_s > whole_s:
            yield warning(
                LIMIT_NOT_REACHED,
                f"The TimeLimit of page {shown(page.id)} is {limit_s:g} s, that of the quiz {whole_s:g} s.",
                "the one that ends first counts",
                line=page.line,
            ).at(page=page.number)
    least_s = sum(page.min_time_s or 0 for page in quiz.pages)
    if whole_s and least_s > whole_s:
        yield warning(
            LIMIT_NOT_REACHED,
            f"The pages take {least_s:g} s at least by their MinTime, but the TimeLimit of the quiz is "
            f"{whole_s:g} s.",
            "no reader comes to its end",
        )


def presets_differ(quiz: Quiz) -> Iterator[Problem]:
    first: dict[str, WindowPreset] = {}
    for preset in quiz.window_presets:
        other = first.setdefault(preset.name, preset)
        if other is not preset:
            sentence = f"Two WindowPresets have the Name {shown(preset.name)}."
            yield error(PRESETS_ALIKE, sentence, f"the first one is in line {other.line}", line=preset.line)


def bookmarks_have_a_source(quiz: Quiz) -> Iterator[Problem]:
    bookmarks = EarlierPages(quiz)
    for page in quiz.pages:
        if page.bookmark_id:
            bookmarks.add(page.bookmark_id, page)
    known = {page.bookmark_id: page.number for page in reversed(quiz.pages) if page.bookmark_id}
    names = NearestNames()
    for page in quiz.pages:
        if page.go_to_bookmark is None or bookmarks.offers(page.go_to_bookmark.bookmark, page):
            continue
        bookmark = page.go_to_bookmark.bookmark
        if bookmark in known:
            hint = f"page {known[bookmark]} has it, but may not come earlier"
        else:
            near = names.find(bookmark, known)
            hint = f"did you mean {shown(near)}?" if near else ""
        yield error(
            BOOKMARK_WITHOUT_SOURCE,
            f"GoToBookmark names {shown(bookmark)}, but no earlier page has this BookmarkID.",
            hint,
            line=page.line,
        ).at(page=page.number)
