"""The views that show the image that the tools work on."""

from typing import TYPE_CHECKING

from ..views.contents import ViewContents, contents_of_views
from ..views.tools import ToolImage
from .opened_quiz import OpenedQuiz

if TYPE_CHECKING:
    import slicer

ShownView = tuple[ViewContents, "slicer.vtkMRMLSliceLogic"]


def views_of(opened: OpenedQuiz, image: ToolImage | None) -> list[ShownView]:
    """None shows no image."""
    contents = contents_of_views(opened.on_views)
    return [
        (contents[view], logic)
        for view, logic in opened.slice_logics().items()
        if image and {placed.node for placed in contents[view].volumes} & {*image.nodes}
    ]


def picture_views_of(opened: OpenedQuiz, image: ToolImage | None) -> list[ShownView]:
    """Where it is a picture, which has no place in a patient."""
    return [(contents, logic) for contents, logic in views_of(opened, image) if contents.is_picture]
