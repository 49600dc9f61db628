"""Files stay in memory from page to page within a budget, and the next page is read while one is shown."""

import os
import threading

import numpy as np
import pytest
from dicom_made import Placement, write_series
from image_files import write_nrrd
from image_pages import image, library_of, page, voxels_of
from PIL import Image as Picture
from QuizLoaderLib.images.files.image_file import ImageFile
from QuizLoaderLib.images.loading.library import OVER_BUDGET
from QuizLoaderLib.quiz.model import ImageType

SHAPE = (4, 32, 32)
ONE = 4 * 32 * 32 * 2
"""The bytes of one file's voxels."""


def write(folder, number, value):
    """A file of one value, always of the same length and time: only its voxels tell when it was read."""
    path = write_nrrd(folder / f"{number}.nrrd", np.full(SHAPE, value, np.int16))
    os.utime(path, (1_000_000, 1_000_000))


@pytest.fixture
def folder(tmp_path):
    for number in range(6):
        write(tmp_path, number, number)
    return tmp_path


def page_of(*numbers):
    images = (image(f"{number}.nrrd", id=f"MR {number}") for number in numbers)
    return page(*images, number=1 + numbers[0])


def value_of(node):
    return int(voxels_of(node.GetImageData())[0, 0, 0])


def values(loaded):
    return [value_of(node) for node in loaded.nodes]


def wait_for(request):
    for read in request.reads.values():
        read.exception() if not read.cancelled() else None


def test_every_page_stays_within_the_budget(folder):
    with library_of(folder, budget=3 * ONE) as library:
        for _ in range(3):
            for number in range(6):
                loaded = library.load(page_of(number))
                assert values(loaded) == [number]
                assert loaded.problems == []
                assert library.byte_size <= 3 * ONE
        assert library.byte_size == 3 * ONE


def test_what_was_not_used_for_longest_goes_first(folder):
    with library_of(folder, budget=3 * ONE) as library:
        for number in (0, 1, 2, 0, 2, 3):
            library.load(page_of(number))
        for number in range(6):
            write(folder, number, 100 + number)
        assert values(library.load(page_of(0))) == [0]
        assert values(library.load(page_of(2))) == [2]
        assert values(library.load(page_of(1))) == [101]


def test_a_file_that_was_written_again_is_read_again(folder):
    with library_of(folder) as library:
        assert values(library.load(page_of(0))) == [0]
        write_nrrd(folder / "0.nrrd", np.full((5, 32, 32), 7, np.int16))
        assert values(library.load(page_of(0))) == [7]
        assert library.byte_size == 5 * 32 * 32 * 2


def test_a_page_larger_than_the_budget_is_shown_with_a_warning(folder):
    with library_of(folder, budget=2 * ONE) as library:
        loaded = library.load(page_of(0, 1, 2))
        assert values(loaded) == [0, 1, 2]
        (problem,) = loaded.problems
        assert (problem.code, problem.is_error, problem.page) == (OVER_BUDGET, False, 1)
        assert library.load(page_of(3)).problems == []
        assert library.byte_size <= 2 * ONE


def test_the_page_read_ahead_is_there_at_once(folder):
    with library_of(folder) as library:
        library.load(page_of(0))
        ahead = library.read_ahead(page_of(1, 2))
        wait_for(ahead)
        assert (ahead.done, ahead.total, ahead.is_ready) == (2, 2, True)
        for number in (1, 2):
            write(folder, number, 100)
        assert values(library.load(page_of(1, 2))) == [1, 2]


def test_what_is_shown_stays_while_the_next_page_is_read(folder):
    with library_of(folder, budget=2 * ONE) as library:
        loaded = library.load(page_of(0))
        wait_for(library.read_ahead(page_of(1, 2, 3)))
        assert values(loaded) == [0]
        assert library.byte_size == 2 * ONE
        write(folder, 0, 100)
        assert values(library.load(page_of(0))) == [0]


def test_what_found_no_room_is_read_when_its_page_comes(folder):
    with library_of(folder, budget=3 * ONE) as library:
        library.load(page_of(0))
        wait_for(library.read_ahead(page_of(1, 2, 3)))
        assert library.byte_size == 3 * ONE
        loaded = library.load(page_of(1, 2, 3))
        assert values(loaded) == [1, 2, 3]
        assert loaded.problems == []
        assert library.byte_size == 3 * ONE


def test_reading_ahead_drops_older_pages_but_not_its_own(folder):
    with library_of(folder, budget=3 * ONE) as library:
        for number in (4, 5, 0):
            library.load(page_of(number))
        wait_for(library.read_ahead(page_of(1, 2)))
        for number in range(6):
            write(folder, number, 100 + number)
        assert values(library.load(page_of(1, 2))) == [1, 2]
        assert values(library.load(page_of(4))) == [104]


def test_another_page_than_the_one_read_ahead(folder):
    """What was read for nothing is the first to go."""
    with library_of(folder, budget=3 * ONE) as library:
        library.load(page_of(0))
        wait_for(library.read_ahead(page_of(1, 2)))
        assert values(library.load(page_of(3, 4))) == [3, 4]
        assert library.byte_size <= 3 * ONE
        assert values(library.load(page_of(1, 2))) == [1, 2]


def test_a_page_read_ahead_can_be_finished_as_it_is(folder):
    with library_of(folder, budget=2 * ONE) as library:
        library.load(page_of(0))
        ahead = library.read_ahead(page_of(1, 2))
        assert values(library.finish(ahead)) == [1, 2]


def test_reading_ahead_what_is_broken_says_so_only_when_it_is_shown(folder):
    (folder / "1.nrrd").write_text("broken", encoding="utf-8")
    with library_of(folder) as library:
        library.load(page_of(0))
        wait_for(library.read_ahead(page_of(1, 9, 2)))
        loaded = library.load(page_of(1, 9, 2))
        assert [node is not None for node in loaded.nodes] == [False, False, True]
        assert [problem.image for problem in loaded.problems] == ["MR 1", "MR 9"]


def test_cancelled_reading_leaves_the_page_before(folder):
    with library_of(folder, workers=1) as library:
        shown = library.load(page_of(0))

        def stop(done, total):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            library.load(page_of(1, 2, 3), progress=stop)
        assert values(shown) == [0]
        assert library.scene.IsNodePresent(shown.nodes[0])
        assert values(library.load(page_of(1, 2, 3))) == [1, 2, 3]


def test_a_request_that_was_cancelled_holds_no_memory(folder):
    with library_of(folder, budget=2 * ONE) as library:
        request = library.request(page_of(0, 1))
        wait_for(request)
        request.cancel()
        library.load(page_of(2))
        assert library.byte_size <= 2 * ONE


def test_pages_of_other_formats_stay_within_the_budget_too(tmp_path):
    """DICOM and pictures do not say beforehand how much they take."""
    for number in range(5):
        write_series(tmp_path / f"{number}", np.full(SHAPE, number, np.int16), Placement(range(4)))
        Picture.new("RGB", (64, 64), (number, 0, 0)).save(tmp_path / f"{number}.png")
    with library_of(tmp_path, budget=3 * ONE) as library:
        for number in range(5):
            for ahead, path, type in (
                (False, f"{number}", ImageType.VOLUME),
                (True, f"{number}.png", ImageType.VECTOR),
                (False, f"{number}.png", ImageType.VECTOR),
            ):
                one = page(image(path, type, dicom_read=type is ImageType.VOLUME))
                if ahead:
                    wait_for(library.read_ahead(one))
                else:
                    assert library.load(one).nodes[0] is not None
                assert library.byte_size <= 3 * ONE


def test_the_usual_budget_is_half_of_the_free_memory(folder):
    import slicer

    system = slicer.vtkSystemInformation()
    system.RunMemoryCheck()
    with library_of(folder) as library:
        assert 2**28 <= library.budget <= max(2**28, system.GetTotalPhysicalMemory() * 2**20 // 2)


def test_files_are_read_beside_each_other(folder, monkeypatch):
    """One file's voxels wait until the other's are being read too: a lock that both share would time out."""
    both = threading.Barrier(2, timeout=300)
    read = ImageFile._read

    def read_together(file):
        both.wait()
        return read(file)

    monkeypatch.setattr(ImageFile, "_read", read_together)
    with library_of(folder, workers=2) as library:
        assert values(library.load(page_of(0, 1))) == [0, 1]
