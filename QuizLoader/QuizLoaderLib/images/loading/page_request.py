"""The images of a page on their way into memory."""

import os
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ...quiz.image_folder import ImageFolder, ImagePathError
from ...quiz.model import Image, ImageType, Layer, Page
from ...quiz.problems import Problem
from ..arrays import ImageArrays, PageVolume, SegmentationArrays, VolumeArrays
from ..errors import ImageReadError
from .file_loader import FileLoader, LoadedFile


@dataclass(eq=False)
class PageRequest:
    """Made by ``ImageLibrary.request``, ended by ``finish``; or made by ``read_ahead``.

    ``paths``, ``reads`` and ``problems`` are by the number of the image on the page. What ``is_ahead`` gives
    way where memory is short.
    """

    page: Page
    is_ahead: bool = False
    reads: "dict[int, Future[LoadedFile]]" = field(default_factory=dict)
    paths: dict[int, Path] = field(default_factory=dict)
    problems: dict[int, list[Problem]] = field(default_factory=dict)
    is_cancelled: bool = False

    @property
    def files(self) -> frozenset[str]:
        """The real paths of the images, as FileMemory knows them."""
        return frozenset(os.path.realpath(path) for path in list(self.paths.values()))

    @property
    def total(self) -> int:
        """How many different files, or ways to read one, this page waits for."""
        return len(set(self.reads.values()))

    @property
    def done(self) -> int:
        return sum(read.done() for read in set(self.reads.values()))

    @property
    def is_ready(self) -> bool:
        return self.done == self.total

    def cancel(self) -> None:
        """Give up what has not begun to be read; an image whose reading has begun is read to its end."""
        self.is_cancelled = True
        for read in self.reads.values():
            read.cancel()

    def outcome(self, number: int) -> tuple[ImageArrays | None, list[Problem]]:
        """What became of an image, waited for: its arrays, where they can be had, and what was met."""
        met = list(self.problems[number])
        if number not in self.reads:
            return None, met
        try:
            loaded = self.reads[number].result()
            if loaded is None:
                return None, met
            if isinstance(loaded, Problem):
                return None, [*met, loaded]
            self._require_own_volume(self.page.images[number], loaded)
        except ImageReadError as fault:
            return None, [*met, fault.problem]
        except CancelledError:
            return None, met
        return loaded, [*met, *loaded.problems]

    def find_files(self, folder: ImageFolder) -> None:
        """Say where the files lie, or why there is none."""
        for number, image in enumerate(self.page.images):
            self.problems[number] = []
            try:
                found = folder.find_image(image)
            except ImagePathError as fault:
                self.problems[number].append(fault.problem)
                continue
            if found.warning is not None:
                self.problems[number].append(found.warning)
            self.paths[number] = found.path

    def begin(self, loader: FileLoader) -> None:
        """Ask for the files that were found, once for each way to read one."""
        under_way: dict[tuple[Path, ImageType, bool, int], Future[LoadedFile]] = {}
        # The loader begins in the order given, so what waits for volumes never waits for a later one.
        for number in sorted(self.paths, key=lambda n: self.page.images[n].type.facts.needs_volume):
            image, path = self.page.images[number], self.paths[number]
            volumes = partial(self._volumes_for, image) if image.type.facts.needs_volume else tuple
            way = (path, image.type, image.dicom_read, number if image.type.facts.needs_volume else -1)
            if way not in under_way:
                under_way[way] = loader.begin(image, path, volumes, self.is_ahead)
            self.reads[number] = under_way[way]

    def _require_own_volume(self, image: Image, arrays: ImageArrays) -> None:
        """Raise ImageReadError where segments were drawn on another image than the one behind them."""
        drawn_on = arrays.drawn_on if isinstance(arrays, SegmentationArrays) else None
        for one in self._volumes_for(image) if drawn_on is not None else ():
            if one.is_behind and one.arrays.dicom and drawn_on and drawn_on.excludes(one.arrays.dicom):
                # pydicom is slow to import, and not every page is of DICOM.
                from ..structure_set.reference import other_frame

                raise other_frame(f"segmentation “{os.path.basename(image.path)}”", one.name)

    def _volumes_for(self, drawn: Image) -> tuple[PageVolume, ...]:
        """The volumes that an image may be drawn on, waited for; those that failed are left out."""
        there = []
        for number, image in enumerate(self.page.images):
            facts = image.type.facts
            if facts.has_grey_values and not facts.has_frames and number in self.reads:
                is_behind = image.layer is Layer.BACKGROUND and image.destination is drawn.destination
                with suppress(CancelledError):
                    arrays = self.reads[number].result()
                    if isinstance(arrays, VolumeArrays):
                        there.append(PageVolume(image.path, arrays, is_behind))
        return tuple(there)
