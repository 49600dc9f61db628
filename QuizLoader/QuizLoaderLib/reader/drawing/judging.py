"""The regions that are given on a page: the reader's verdicts, and what was changed in each."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from ...images.vtk_images import vtk_matrix
from ...quiz.layout_rows import image_in_words
from ...session.files import SessionError
from ...session.judged_regions import JudgedRegion, RegionVerdict
from ...session.presence import BEAT_S
from ...views import segmentations
from ...views.region_places import middle_of_voxels
from .dashed_outlines import DashedOutlines
from .given_changes import GivenChanges
from .given_segments import GivenSegments
from .page_drawn_on import PageDrawnOn
from .segment_arrays import clear_segment, set_segment

if TYPE_CHECKING:
    from ...quiz.model import Page
    from ...views.host import Host
    from .given_contours import GivenContours
    from .image_drawing import ImageDrawing

STEP_S = 0.01
"""So long a look compares at most, as the window stands still meanwhile."""


class ImageJudging:
    """Of one image, whose drawing began as a copy of what is ``given``. A region whose voxels are changed is
    corrected by itself; one whose change is undone has no verdict again. Where something else is given than
    when it was judged, the verdict stays until the reader says another one or draws on it; ``sentences``
    say so."""

    def __init__(
        self,
        drawing: ImageDrawing,
        given: GivenContours,
        on: PageDrawnOn,
        changed: Callable[[], None],
        save_drawing: Callable[[ImageDrawing], None],
    ) -> None:
        self._drawing, self.given, self._on, self._changed = drawing, given, on, changed
        self._save_drawing = save_drawing
        self._segments = GivenSegments(given.names)
        self._changes = GivenChanges(given, self._segments)
        self._stamp: tuple[object, ...] = ()
        self._outlines = DashedOutlines(on.host.scene)
        known = on.session_page.files.given_regions(drawing.image.id) if on.session_page else {}
        self._of_another: dict[str, tuple[int, int] | None] = {
            name: None
            for name, one in known.items()
            if name in given.names and self._is_of_another(name, one)
        }
        """Regions that were judged when something else was given; what they add to and lack of what is given
        now, once that is compared."""
        self.regions: dict[str, JudgedRegion] = {
            name: known[name]
            if name in self._of_another
            else replace(known.get(name, JudgedRegion()), given=count, fingerprint=given.fingerprints[name])
            for name, count in given.counts.items()
        }
        gone = [name for name, one in known.items() if name not in self.regions and not one.is_open]
        self.sentences = _changed_since(on.page, drawing.image.id, [*self._of_another, *gone])
        self._told: dict[str, JudgedRegion] = {
            name: one for name, one in known.items() if name in self.regions
        }
        self._rejected = {name for name, one in self.regions.items() if one.verdict is RegionVerdict.REJECTED}
        """As was said last, also while they are drawn on."""
        forget_open(on, drawing.image.id, self.regions)

    def look(self, at_once: bool = False) -> bool:
        """Compare what was drawn since; but ``at_once`` for a moment only, to be called again and again.
        Gives whether all of it is compared."""
        node = self._drawing.node
        if node is None or not self._on.is_there(node):
            return True
        # Sets their names right, which the stamp has.
        self._segments.ids(node)
        stamp = segmentations.stamp(node)
        if stamp != self._stamp:
            self._stamp = stamp
            self._changes.begin(node)
        until = time.thread_time() + STEP_S
        while self._changes.is_under_way:
            if not self._changes.go_on(node):
                self._settle()
            elif not at_once and time.thread_time() >= until:
                return False
        return True

    def changes_voxels(self, name: str, verdict: RegionVerdict) -> bool:
        """Whether this verdict would."""
        before = self._against_what_is_given(name)
        if verdict is RegionVerdict.REJECTED:
            return before.is_filled
        is_back = verdict is RegionVerdict.CORRECTED and before.verdict is RegionVerdict.REJECTED
        return before.is_changed and (verdict is RegionVerdict.ACCEPTED or is_back)

    def judge(self, name: str, verdict: RegionVerdict) -> None:
        """Accepted, the region is as it was given; rejected, it is empty; to be corrected, it is there."""
        before = self._against_what_is_given(name)
        node = self._drawing.node
        segment_id = self._segments.ids(node).get(name)
        if segment_id is None:
            segmentations.add_empty_segments(node, [(name, self.given.color(name))])
            segment_id = node.GetSegmentation().GetSegmentIdBySegmentName(name)
        if self.changes_voxels(name, verdict):
            if verdict is RegionVerdict.REJECTED:
                clear_segment(node, segment_id)
                before = replace(before, added=0, removed=before.given)
            else:
                set_segment(node, segment_id, self.given.alone(name))
                before = replace(before, added=0, removed=0)
        self.regions[name] = replace(before, verdict=verdict)
        self._of_another.pop(name, None)
        (self._rejected.add if verdict is RegionVerdict.REJECTED else self._rejected.discard)(name)
        # A verdict on voxels that a crash takes back would be none.
        self._save_drawing(self._drawing)
        self.save()
        self.look(at_once=True)

    def spend(self, name: str, seconds: float) -> None:
        """So long the region was the one in hand."""
        if name in self.regions:
            region = self.regions[name]
            self.regions[name] = replace(region, seconds=region.seconds + seconds)
            told = self._told.get(name)
            if told is None or self.regions[name].seconds - told.seconds >= BEAT_S:
                self.save()

    def save(self) -> None:
        """Tell the session what it does not know yet."""
        self._tell({name: one for name, one in self.regions.items() if self._told.get(name) != one})

    def show_outlines(self) -> None:
        """Of what was changed, on the views that show the image now."""
        changed = [name for name, each in self.regions.items() if self._is_outlined(name, each)]
        for name in [name for name in self._outlines.names if name not in changed]:
            self._outlines.remove(name)
        for name in [name for name in changed if name not in self._outlines.names]:
            arrays = self.given.arrays
            self._outlines.add(name, self.given.mask(name), arrays.ijk_to_ras, self.given.color(name))
        self._outlines.show_on(self._on.views_of(self._drawing.image.id))

    def hide_outlines(self) -> None:
        self._outlines.show_on([])

    def remove_outlines(self) -> None:
        self._outlines.clear()

    def _settle(self) -> None:
        were = dict(self.regions)
        for name, (added, removed) in self._changes.by_name().items():
            if name in self._of_another:
                is_drawn_on = self._of_another[name] not in (None, (added, removed))
                if not is_drawn_on:
                    self._of_another[name] = added, removed
                    continue
                self.regions[name] = self._against_what_is_given(name)
                del self._of_another[name]
            before = self.regions[name]
            now = replace(before, added=added, removed=removed)
            verdict = before.verdict
            if name in self._rejected and not now.is_filled:
                verdict = RegionVerdict.REJECTED
            elif now.is_changed:
                verdict = RegionVerdict.CORRECTED
            elif before.is_changed:
                verdict = RegionVerdict.NONE
            self.regions[name] = replace(now, verdict=verdict)
        self.save()
        self.show_outlines()
        if were != self.regions:
            self._changed()

    def _is_of_another(self, name: str, known: JudgedRegion) -> bool:
        """Whether what is given now is not what this was said of; without a drawing nothing was."""
        if known.verdict is RegionVerdict.NONE and not self._drawing.has_files:
            return False
        if not known.fingerprint:
            return known.given != self.given.counts[name]
        return known.fingerprint != self.given.fingerprints[name]

    def _against_what_is_given(self, name: str) -> JudgedRegion:
        """With the counts of what is given now."""
        region, counts = self.regions[name], self._of_another.get(name)
        if counts is None:
            return region
        given, fingerprint = self.given.counts[name], self.given.fingerprints[name]
        return replace(region, given=given, fingerprint=fingerprint, added=counts[0], removed=counts[1])

    def _is_outlined(self, name: str, region: JudgedRegion) -> bool:
        return region.is_changed and bool(region.given) and name not in self._of_another

    def _tell(self, regions: Mapping[str, JudgedRegion | None]) -> None:
        files = self._on.writes_to
        if regions and files is not None:
            files.set_given_regions(self._drawing.image.id, regions)
            self._told.update({name: one for name, one in regions.items() if one is not None})


def forget_open(on: PageDrawnOn, image_id: str, given: Container[str]) -> None:
    """Nobody is asked for a verdict on what is given no more; what was said of it stays."""
    files = on.writes_to
    known = files.given_regions(image_id) if files is not None else {}
    gone = {name: None for name, one in known.items() if one.is_open and name not in given}
    if files is not None and gone:
        files.set_given_regions(image_id, gone)


def _changed_since(page: Page, image_id: str, names: Sequence[str]) -> list[str]:
    named = ", ".join(f"“{name}”" for name in names[:5]) + (", …" if len(names) > 5 else "")
    said = (
        f"The contours that are given on {image_in_words(page, image_id)} have changed since ({named}); "
        "verdicts and the drawing of then are kept."
    )
    return [said] if names else []


class Judging:
    """Of all images of the page that is shown: ``PageDrawings.judging``. A host sets ``in_hand``, which gives
    the image and the name of the region that is drawn on now; ``as_one_change``, within which what a verdict
    changes can be undone; and ``changed``, which is called when a region has another verdict, or other voxels
    than before. ``refusal`` has the image and the region of a verdict that was not taken last, and why."""

    def __init__(self, host: Host, save_drawing: Callable[[ImageDrawing], None]) -> None:
        self._host, self._save_drawing = host, save_drawing
        self._on: PageDrawnOn | None = None
        self._images: dict[str, ImageJudging] = {}
        self._seconds: float | None = None
        self.refusal = ("", "", "")
        self.in_hand: Callable[[], tuple[str, str]] = lambda: ("", "")
        self.as_one_change: Callable[[], AbstractContextManager[object]] = nullcontext
        self.changed: Callable[[], None] = lambda: None

    def show(self, on: PageDrawnOn, drawings: Mapping[str, ImageDrawing]) -> list[str]:
        """A page was shown; gives what is odd about what is given on it."""
        self._on, self._seconds, self.refusal = on, None, ("", "", "")
        self._images = {
            image_id: ImageJudging(drawing, drawing.given, on, lambda: self.changed(), self._save_drawing)
            for image_id, drawing in drawings.items()
            if drawing.given is not None and drawing.node is not None
        }
        for image_id in drawings.keys() - self._images.keys():
            forget_open(on, image_id, given=())
        if self.may_judge:
            # What was drawn is compared a part at a time, as after strokes.
            for each in self._images.values():
                each.save()
        given = [each.given for each in drawings.values() if each.given is not None]
        sentences = [sentence for each in given for sentence in each.sentences]
        return sentences + [sentence for each in self._images.values() for sentence in each.sentences]

    def show_again(self) -> None:
        for each in self._images.values():
            each.show_outlines()

    def hide(self) -> None:
        for each in self._images.values():
            each.hide_outlines()

    def regions(self, image_id: str) -> dict[str, JudgedRegion]:
        """Those that are given on an image, by name."""
        return dict(self._images[image_id].regions) if image_id in self._images else {}

    def color(self, image_id: str, name: str) -> tuple[float, float, float]:
        return self._images[image_id].given.color(name)

    def middle_ras(self, image_id: str, name: str) -> list[float] | None:
        """Of what was given, mm; None where that is empty."""
        if name not in self.regions(image_id):
            return None
        given = self._images[image_id].given
        point = middle_of_voxels(given.mask(name), vtk_matrix(given.arrays.ijk_to_ras))
        return None if point is None else [float(each) for each in point]

    @property
    def images(self) -> tuple[str, ...]:
        """The IDs of those on which regions are given."""
        return tuple(self._images)

    @property
    def may_judge(self) -> bool:
        return self._on is not None and self._on.may_change

    def judge(self, image_id: str, name: str, verdict: RegionVerdict) -> None:
        if self.may_judge and name in self.regions(image_id) and verdict is not RegionVerdict.NONE:
            why_not = self._why_not()
            self.refusal = (image_id, name, why_not)
            if why_not:
                self.changed()
                return
            self._spend()
            image = self._images[image_id]
            image.look(at_once=True)
            # Else a step back would do nothing.
            with self.as_one_change() if image.changes_voxels(name, verdict) else nullcontext():
                image.judge(name, verdict)

    def look(self) -> bool:
        """Once the hand rests: compare a part of what was drawn; to be called again and again. Gives whether
        all of it is compared."""
        self._spend()
        return not self.may_judge or all(each.look() for each in self._images.values())

    def save(self) -> None:
        """All that was drawn is compared, and the session knows it."""
        self._spend()
        if self.may_judge:
            for each in self._images.values():
                each.look(at_once=True)
                each.save()

    def leave(self) -> None:
        for each in self._images.values():
            each.remove_outlines()
        self._images, self._on = {}, None

    def close(self) -> None:
        self.leave()

    def _why_not(self) -> str:
        """Why the session takes no verdict now, empty where it does."""
        files = self._on.writes_to if self._on else None
        try:
            if files is not None:
                files.require_room()
        except SessionError as fault:
            return str(fault)
        return ""

    def _spend(self) -> None:
        files = self._on.writes_to if self._on and self._images else None
        if files is None:
            self._seconds = None
            return
        before, self._seconds = self._seconds, files.seconds_on_page
        image_id, name = self.in_hand()
        if before is not None and image_id in self._images:
            self._images[image_id].spend(name, self._seconds - before)
