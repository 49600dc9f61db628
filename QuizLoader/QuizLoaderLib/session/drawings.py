"""Where the files of what a reader draws lie, and what the results say of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ..quiz.model import Image, Page, Quiz
from .cursor import Cursor
from .entries import DrawingEntry, GivenEntry, LinesEntry
from .files import SessionError, is_below, safe_name, strokes_of
from .judged_regions import JudgedRegion
from .judged_tree import stored_regions
from .order import PageKey, page_groups
from .requirements import NOTHING, Drawn
from .results_parser import ReadPage, ReadResults, pages_in_order
from .storage import ResultsStore, SaveState

FILE_NAME_LENGTH = 30
"""Letters of the image's part of a file name."""

_LIKE_OURS = re.compile(r"(-Rep|_Page)\d+$", re.IGNORECASE)


def page_folder_name(quiz: Quiz, page: Page) -> str:
    """``PgGroup<group>_<ID>_<Descriptor>``, with the page's number where another page of the quiz has the
    same name. Compared without case, since Windows does not tell it.

    A page's name never changes: whether it needs its number is decided by the quiz alone.
    """
    groups = page_groups(quiz.pages)
    plain = {each.number: _plain_name(each, groups) for each in quiz.pages}
    same = [name for name in plain.values() if name.casefold() == plain[page.number].casefold()]
    original = next(each for each in quiz.pages if each.number == page.number)
    # A name that looks as if this function had made it is told apart too.
    looks_made = any(_LIKE_OURS.search(text) for text in (original.id, plain[page.number]))
    return _plain_name(page, groups) + (f"_Page{page.number}" if len(same) > 1 or looks_made else "")


def _plain_name(page: Page, groups: Mapping[int, int]) -> str:
    return safe_name("_".join(filter(None, (f"PgGroup{groups[page.number]}", page.id, page.descriptor))))


class SessionDrawings:
    """The drawings of the page that is shown. Paths in the results are relative to the reader's folder,
    with ``/`` on every system."""

    def __init__(self, store: ResultsStore, cursor: Cursor) -> None:
        self._files = store.files
        self._results = store.results
        self._record, self._state = store.record_beside, store.state
        self._require_room = store.require_room
        self._cursor = cursor

    def folder(self) -> Path:
        """The page's own folder; the host makes it when it writes the first file."""
        return self._files.folder / page_folder_name(self._results.quiz, self._cursor.page)

    def drawing_file(self, image_id: str) -> Path:
        """Where the contour drawn on an image is to be written."""
        return self.folder() / f"{self._stem(image_id)}-quizlabel.nrrd"

    def line_file(self, image_id: str, number: int) -> Path:
        """Where a line measured on an image is to be written, or with an empty ``image_id`` one of the page
        that lies on no image; ``number`` counts from 0."""
        count = f"_{number}" if number else ""
        return self.folder() / f"{self._stem(image_id)}_MarkupsLine{count}_quizline.mrk.json"

    def set_drawing(
        self,
        image_id: str,
        path: Path,
        drawn: bool,
        segments: Path | None = None,
        lost_voxels: int | None = None,
    ) -> SaveState:
        """The file has the contour of the image, as a label map; ``segments`` has it with names and overlaps,
        which cost the label map ``lost_voxels``, None where it is not written yet. ``drawn`` False: it is
        empty, or an unchanged copy of an earlier one, and does not meet what the page requires."""
        key = self._cursor.page_to_change()
        self._require_image(key, image_id)
        return self._record_drawing(key, image_id, path, drawn, segments, lost_voxels)

    def set_lost_voxels(
        self, key: PageKey, image_id: str, path: Path, segments: Path, lost_voxels: int
    ) -> SaveState:
        """As ``set_drawing``, once the label map is written; the page may have been left, or removed."""
        if key not in self._results.pages:
            return self._state()
        is_drawn = self._results.drawn(key).get(image_id, NOTHING).has_drawing
        return self._record_drawing(key, image_id, path, is_drawn, segments, lost_voxels)

    def behind(self, on: PageKey | None = None) -> Iterator[tuple[PageKey, Image, Path]]:
        """The label maps that the results name and that are not written yet, with their pages and images; of
        all pages, or the one ``on`` which they were drawn, if it was not removed."""
        for key, page in list(self._results.pages.items()):
            if on not in (None, key):
                continue
            for image in {image.id: image for image in page.images}.values():
                paths = self.label_maps(image.id, key)
                if paths and strokes_of(paths[-1]).is_file():
                    yield key, image, paths[-1]

    def _record_drawing(
        self,
        key: PageKey,
        image_id: str,
        path: Path,
        drawn: bool,
        segments: Path | None,
        lost_voxels: int | None,
    ) -> SaveState:
        return self._record(
            DrawingEntry(
                page=key,
                image=image_id,
                path=self._stored(path),
                drawn=bool(drawn),
                segments=self._stored(segments) if segments else "",
                lost_voxels=lost_voxels if segments else None,
            )
        )

    def set_lines(self, image_id: str, paths: Sequence[Path]) -> SaveState:
        """These files are the lines of the image, or with an empty ``image_id`` those of the page that lie on
        no image; one that is not among them any more was deleted."""
        key = self._cursor.page_to_change()
        if image_id:
            self._require_image(key, image_id)
        stored = tuple(self._stored(path) for path in paths)
        return self._record(LinesEntry(page=key, image=image_id, paths=stored))

    def drawn(self, image_id: str) -> Drawn:
        """What the results say is drawn on an image of the page shown."""
        return self._results.drawn(self._cursor.position.page).get(image_id, NOTHING)

    def given_regions(self, image_id: str) -> dict[str, JudgedRegion]:
        """The regions that were given on an image of the page shown, by name, as the results have them."""
        return stored_regions(self._results, self._cursor.position.page, image_id)

    def set_given_regions(self, image_id: str, regions: Mapping[str, JudgedRegion | None]) -> SaveState:
        """What the reader says of some of them; None of one that is not given any more."""
        key = self._cursor.page_to_change()
        self._require_image(key, image_id)
        facts = {name: each.facts if each else {} for name, each in regions.items()}
        return self._record(GivenEntry(page=key, image=image_id, regions=facts))

    @property
    def seconds_on_page(self) -> float:
        """How long the page was on the screen of a reader who was there, over all visits."""
        return self._cursor.seconds_on_page

    def read_page(self, key: PageKey) -> tuple[ReadResults, ReadPage]:
        """A page as it is now, in the form of those of files."""
        root = self._results.root
        results = ReadResults(self._files.xml, root.get("UserName") or "", self._files.xml.stem, root)
        pages = pages_in_order(results)
        return results, next(page for page in pages if key == PageKey(page.number, page.repetition))

    def page(self, key: PageKey) -> Page:
        pages = self._results.pages
        return pages.get(key, pages[PageKey(key.number)])

    def label_maps(self, image_id: str, key: PageKey | None = None) -> list[Path]:
        """The files of the contours drawn on an image, oldest first; of the page shown if none is given."""
        return self._paths(key or self._cursor.position.page, image_id, "LabelMapPath")

    def require_room(self) -> None:
        """Raises SessionError where the results take no more changes of what they name."""
        self._require_room()

    def lines(self, image_id: str) -> list[Path]:
        return self._paths(self._cursor.position.page, image_id, "MarkupLinePath")

    def earlier_drawing(self, image: Image) -> Path | None:
        """The contour that the image shows by its DisplayLabelMapID: the newest one of the nearest page
        before this one, in the reader's order, that has an image with this LabelMapID and Path.

        It is to be copied only where ``label_maps`` of the image has none yet, never over the reader's own.
        """
        source = self._source(image)
        return self.label_maps(source[1].id, source[0])[-1] if source else None

    def drawings_to_merge(self, image: Image) -> list[Path]:
        """With MergeLabelMaps: the newest contour of each page before this one that is the source page, a
        repetition of it or of the same ID, Descriptor and group; in the reader's order."""
        source = self._source(image)
        if source is None or not image.merge_label_maps:
            return []
        pages = self._results.quiz.pages
        groups = page_groups(pages)
        what = {page.number: (page.id, page.descriptor, groups[page.number]) for page in pages}
        paths = []
        for key in self._earlier_pages():
            if what[key.number] == what[source[0].number]:
                found = [
                    path for other in self._sources_on(key, image) for path in self.label_maps(other.id, key)
                ]
                paths += found[-1:]
        return paths

    def _source(self, image: Image) -> tuple[PageKey, Image] | None:
        for key in reversed(self._earlier_pages()):
            for other in self._sources_on(key, image):
                if self.label_maps(other.id, key):
                    return key, other
        return None

    def _sources_on(self, key: PageKey, image: Image) -> list[Image]:
        return [
            other
            for other in self._results.pages[key].images
            if image.display_label_map_id
            and other.label_map_id == image.display_label_map_id
            and other.path == image.path
        ]

    def _earlier_pages(self) -> tuple[PageKey, ...]:
        order = self._results.display_order()
        return order[: order.index(self._cursor.position.page)]

    def _paths(self, key: PageKey, image_id: str, name: str) -> list[Path]:
        """A path that a change by hand leads out of the session's folder is none of the reader's."""
        reader_folder, own = self._files.folder.parent, self._files.folder.resolve()
        texts = self._results.drawing_paths(key, image_id, name)
        paths = [reader_folder / text.replace("\\", "/") for text in texts if "\0" not in text]
        return [path for path in paths if is_below(path, own)]

    def _stem(self, image_id: str) -> str:
        """``<PageID>_<ImageID>``, told apart from the page's other images where the names were cut; for lines
        of the page itself ``<PageID>``."""
        page = self._results.pages[self._cursor.position.page]
        if not image_id:
            return safe_name(page.id, FILE_NAME_LENGTH)
        ids = sorted({image_id, *(image.id for image in page.images)})
        stems = {each: safe_name(f"{page.id}_{each}", FILE_NAME_LENGTH) for each in ids}
        stem = stems[image_id]
        same = [each for each in ids if stems[each].casefold() == stem.casefold()]
        return stem if len(same) == 1 else f"{stem}_{same.index(image_id) + 1}"

    def _stored(self, path: Path) -> str:
        try:
            return path.resolve().relative_to(self._files.folder.parent.resolve()).as_posix()
        except ValueError as fault:
            raise SessionError(f"The file “{path}” is outside the reader's results folder.") from fault

    def _require_image(self, key: PageKey, image_id: str) -> None:
        if all(image.id != image_id for image in self._results.pages[key].images):
            raise SessionError(f"The page has no image “{image_id}”.")
