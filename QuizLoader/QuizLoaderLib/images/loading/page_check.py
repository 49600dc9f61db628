"""What showing a page would say of its images, without a scene."""

from collections.abc import Iterator
from contextlib import suppress

from ...quiz.file_rules import unmatched_roi_problems
from ...quiz.given_contours import repeated_names
from ...quiz.image_folder import ImageFolder, ImagePathError
from ...quiz.isodose_rules import not_a_dose
from ...quiz.model import Page, Quiz
from ...quiz.problems import Problem, about
from ...quiz.question_types import Widget
from ...quiz.regions import QuizRegions, beside_quiz
from ..arrays import ImageArrays, VolumeArrays
from ..files.pictures import option_picture_problem
from ..types.registry import TYPES
from .file_loader import FileLoader
from .memory import FileMemory
from .overlap import regions_off_background
from .page_request import PageRequest

_BUDGET = 1 << 30
"""Bytes of images that stay for the next pages."""


class PageCheck:
    """Reads the images of one page after another as a reader's program does; to be closed."""

    def __init__(self, quiz: Quiz, folder: ImageFolder) -> None:
        self._folder = folder
        self._beside = beside_quiz(quiz)
        self._regions = QuizRegions(quiz, folder)
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
                if isinstance(arrays, VolumeArrays):
                    met += not_a_dose(image, arrays.modality, arrays.units)
                if image.start_from:
                    met += repeated_names(image, module.region_names(arrays, regions))
            yield from (about(image, problem) for problem in met)
        yield from regions_off_background(page, there)
        yield from self._pictures(page)
        self._memory.make_room()

    def _pictures(self, page: Page) -> Iterator[Problem]:
        """What the rules of a quiz say of a missing picture is not said again."""
        for question in page.questions_with_forms:
            for option in question.options if question.facts.widget is Widget.PICTURES else ():
                with suppress(ImagePathError):
                    problem = option_picture_problem(self._beside.find(option).path)
                    if problem is not None:
                        yield problem.at(line=question.line)

    def close(self) -> None:
        """Stop reading, and let go of all arrays."""
        self._loader.close()
        self._memory.clear()
