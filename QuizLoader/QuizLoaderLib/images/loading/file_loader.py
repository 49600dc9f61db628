"""Image files become arrays: in worker threads, each file once, within the budget of memory."""

import logging
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from ...quiz.image_folder import ImageFolder
from ...quiz.model import Image
from ...quiz.problems import Problem, ProblemCode, error
from ..arrays import ImageArrays, PageVolume
from ..errors import ImageReadError
from ..files.data_files import data_file_finder
from ..files.image_file import ImageFile
from ..types.registry import TYPES
from ..types.type_module import ReadContext, TypeModule
from .memory import FileInMemory, FileMemory, NoRoomError, bytes_to_come
from .voxel_store import VoxelStore

READER_FAILED = ProblemCode("Q601", "The reader of an image failed in a way that was not foreseen.")

_logger = logging.getLogger(__name__)

_SEQUENCE_SHARE = 4
"""A sequence may take this part of the budget, 1/4; a longer one lies in a temporary file."""

LoadedFile = ImageArrays | Problem | None
"""What became of a file: a Problem where it cannot be read, None where there was no room to read it ahead.

No exception: one that was raised holds all that its callers hold, the other images of the page among it.
"""
VolumesOfPage = Callable[[], tuple[PageVolume, ...]]


class FileLoader:
    """Loads the files of ``folder`` into ``memory``; with a ``store`` arrays are shared with other processes.

    Files are taken up in the order in which they are asked for.
    """

    def __init__(
        self, folder: ImageFolder, memory: FileMemory, store: VoxelStore | None, workers: int | None
    ) -> None:
        self._folder = folder
        self._memory = memory
        self._store = store
        self._workers = ThreadPoolExecutor(workers or max(3, os.cpu_count() or 1), "QuizLoader image")

    def begin(self, image: Image, path: Path, volumes: VolumesOfPage, is_ahead: bool) -> Future[LoadedFile]:
        """The arrays that the image's Type makes of the file, to come; ``is_ahead`` gives way where memory is
        short."""
        return self._workers.submit(self._load, image, path, volumes, is_ahead)

    def close(self) -> None:
        """Stop; what has not begun is cancelled."""
        self._workers.shutdown(wait=True, cancel_futures=True)

    def _load(self, image: Image, path: Path, volumes: VolumesOfPage, is_ahead: bool) -> LoadedFile:
        key = os.path.realpath(path)
        entry = self._memory.file(key)
        try:
            with entry.lock:
                facts = entry.look_at(path, data_file_finder(path, self._folder))
                opened = partial(self._opened, key, entry)
                most = self._memory.budget // _SEQUENCE_SHARE if image.type.facts.has_frames else None
                context = ReadContext(
                    path, image.dicom_read, volumes, opened, most, facts, entry.notes, folder=self._folder
                )
                module = TYPES[image.type]
                way = (image.type, image.dicom_read, module.variant(context))
                if way not in entry.arrays:
                    read = partial(self._read, module, key, context, is_ahead)
                    if self._store is None:
                        entry.arrays[way] = read()
                    else:
                        entry.arrays[way] = self._store.arrays((key, entry.stamp, way), read)
                        # What was read for it is in the store.
                        entry.file = None
                    self._memory.settle(key)
                    # Not every format says beforehand how much it will take.
                    self._make_room(key, context, is_ahead, 0)
                return entry.arrays[way]
        except ImageReadError as fault:
            return fault.problem
        except NoRoomError:
            return None
        except Exception as fault:
            # Whatever a library below did not foresee costs this image, never the page.
            _logger.debug("reading %s", path, exc_info=True)
            sentence = f"“{path.name}” cannot be read."
            hint = f"the reader says {type(fault).__name__}: {fault}"
            return error(READER_FAILED, sentence, hint)
        finally:
            self._memory.settle(key)

    def _read(self, module: TypeModule[Any], key: str, context: ReadContext, is_ahead: bool) -> ImageArrays:
        self._make_room(key, context, is_ahead, bytes_to_come(context))
        return module.read(context)

    def _make_room(self, key: str, context: ReadContext, is_ahead: bool, needed: int) -> None:
        if not self._memory.make_room(key, needed) and is_ahead:
            self._memory.forget(key)
            raise NoRoomError(context.path.name)

    def _opened(self, key: str, entry: FileInMemory) -> ImageFile:
        with entry.lock:
            if entry.file is None:
                voxels = (key, entry.stamp, "voxels")
                share = partial(self._store.arrays, voxels) if self._store is not None else None
                entry.file = ImageFile(entry.facts, share)
            return entry.file
