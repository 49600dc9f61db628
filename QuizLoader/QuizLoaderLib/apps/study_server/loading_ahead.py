"""The images with which readers begin are read before the first of them comes."""

from collections.abc import Sequence
from concurrent.futures import wait
from pathlib import Path


def load_first_pages(quizzes: Sequence[str], images: str, follow_links: bool, shared_voxels: str) -> None:
    """Put the images of each quiz's first page into the shared folder; where groups are in random order,
    those of each group's first page. What cannot be read is told to the reader who comes to it."""
    from ...images.loading.library import ImageLibrary
    from ...images.loading.voxel_store import VoxelStore
    from ...quiz.image_folder import ImageFolder
    from ...quiz.parser import read_quiz
    from ...session.order import page_groups

    folder, store = ImageFolder(Path(images), follow_links=follow_links), VoxelStore(Path(shared_voxels))
    for path in quizzes:
        quiz, _problems = read_quiz(Path(path))
        if quiz is None:
            continue
        groups = page_groups(quiz.pages) if quiz.randomize_page_groups else {}
        first = {groups.get(page.number, 0): page for page in reversed(quiz.pages)}
        # Nodes are not made, so there is no scene.
        library = ImageLibrary(None, folder, store=store)
        try:
            for page in first.values():
                wait(library.request(page).reads.values())
        finally:
            library.close()
