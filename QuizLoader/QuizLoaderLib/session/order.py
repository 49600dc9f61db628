"""In which order a reader sees the pages: drawn once, stored, and the same ever after."""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass

from ..quiz.model import Page, Quiz
from ..quiz.page_order import PageOrder


@dataclass(frozen=True, order=True)
class PageKey:
    """Which page: its ``number`` in the quiz file from 1, and 0 or the number of the repetition."""

    number: int
    repetition: int = 0


@dataclass(frozen=True)
class Position:
    """Where a reader is: a page and one of its question sets, counted from 0."""

    page: PageKey
    question_set: int = 0


def page_groups(pages: Sequence[Page]) -> dict[int, int]:
    """The group of each page, by the page's number; a page without one gets a group of its own, above all
    that are given."""
    unused = itertools.count(max((page.page_group or 0 for page in pages), default=0) + 1)
    return {page.number: next(unused) if page.page_group is None else page.page_group for page in pages}


def page_order(quiz: Quiz, seed: int) -> tuple[int, ...] | None:
    """The numbers of the pages for one reader, None where the order of the groups says it all."""
    is_plain = not quiz.randomize_pages_in_groups
    if is_plain and not any(page.training or page.position for page in quiz.pages):
        return None
    order, groups = PageOrder(quiz), page_groups(quiz.pages)
    ranks = {group: rank for rank, group in enumerate(group_order(quiz, seed) or ())}
    drawn = random.Random(f"pages {seed}")
    pages = list(quiz.pages)
    if quiz.randomize_pages_in_groups:
        drawn.shuffle(pages)
    if not ranks and quiz.randomize_pages_in_groups:
        ranks = {group: rank for rank, group in enumerate(dict.fromkeys(groups.values()))}
    # Sorting keeps the order within a group.
    pages.sort(key=lambda page: (order.band(page), ranks.get(groups[page.number], 0)))
    return tuple(page.number for page in pages)


def group_order(quiz: Quiz, seed: int) -> tuple[int, ...] | None:
    """The order of the page groups for one reader, None where the order of the file holds.

    Group 0 comes first. An order that the author forces is completed by the groups that it does not
    list, in the order of the file; numbers that no page has are left out (the check reports them).
    """
    if not quiz.randomize_page_groups:
        return None
    groups = list(dict.fromkeys(page_groups(quiz.pages).values()))
    first = [group for group in groups if group == 0]
    others = [group for group in groups if group != 0]
    if quiz.forced_group_order is None:
        random.Random(seed).shuffle(others)
    else:
        listed = [group for group in dict.fromkeys(quiz.forced_group_order) if group in others]
        others = listed + [group for group in others if group not in listed]
    return tuple(first + others)
