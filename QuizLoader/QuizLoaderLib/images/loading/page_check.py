"""What showing a page would say of its images, without a scene."""

from collections.abc import Iterator

from ...quiz.file_rules import unmatched_roi_problems
from ...quiz.image_folder import ImageFolder
from ...quiz.model import Page
from ...quiz.problems import Problem, about
from ...quiz.regions import QuizRegions
from ..arrays import ImageArrays
from ..types.registry import TYPES
from .file_loader import FileLoader
from .memory import FileMemory
from .overlap import regions_off_background
from .page_request import PageRequest

_BUDGET = 1 << 30
"""Bytes of images that stay for the next pages."""


class PageCheck:
    """Reads the images of one page after another as a reader's program does; to be closed."""

    def __init__(self, folder: ImageFolder, regions: QuizRegions) -> None:
        self._folder = folder
        self._regions = regions
        self._memory = FileMemory(_BUDGET, frozenset)
        self._loader = FileLoader(folder, self._memory, None, None)

    def problems(self, page: Page) -> Iterator[Problem]:
        """What is wrong with the images of a page, each with its place."""
        request = PageRequest(page)
        request.find_files(self._folder)
        self._memory.shown = request.files
        request.begin(self._loader)
        there: list[ImageArrays | None] = []
        for number, image in enumerate(page.images):
            arrays, met = request.outcome(number)
            there.append(arrays)
            if arrays is not None:
                module, regions = TYPES[image.type], self._regions.of(image)
                met += regions.ambiguous(module.unnamed_values(arrays))
                if image.roi_visibility is not None and image.type.facts.may_have_rois:
                    met += unmatched_roi_problems(image, module.region_names(arrays, regions))
            yield from (about(image, problem) for problem in met)
        yield from regions_off_background(page, there)
        self._memory.make_room()

    def close(self) -> None:
        """Stop reading, and let go of all arrays."""
        self._loader.close()
        self._memory.clear()
