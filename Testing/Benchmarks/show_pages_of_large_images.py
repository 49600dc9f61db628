"""How fast pages of large images come, and how much memory they take, as ratios.

- The first showing of a page of three 512 x 512 x 200 gzip nrrd files on three views, against MRML's own
  storage node reading the same files.
- A page that was read ahead, from its request to its pictures, against one render of its views.
- 100 pages of such files shown in turn, each reading the next one ahead: the voxels in memory against the
  budget, and the growth of the process against it.
"""

import gzip
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from QuizLoaderLib.apps.pictures.headless import HeadlessHost
from QuizLoaderLib.images.loading.library import ImageLibrary, LoadedPage
from QuizLoaderLib.quiz.image_folder import ImageFolder
from QuizLoaderLib.quiz.model import Image, ImageType, Layout, Page, Quiz, SliceView
from QuizLoaderLib.views.contents import PageNodes
from QuizLoaderLib.views.page import show_page

SHAPE = (200, 512, 512)
BYTES = 200 * 512 * 512 * 2
PAGES = 100
BUDGET = 8 * BYTES
VIEWS = (SliceView.RED, SliceView.GREEN, SliceView.YELLOW)
MOST_OF_STORAGE_NODE = 0.6
MOST_OF_RENDERS = 2.0
MOST_OF_BUDGET = 1.0
MOST_GROWTH_OF_BUDGET = 1.25


def write_image(path: Path, seed: int) -> None:
    """An int16 head of noise that packs to about half, as CT does."""
    rng = np.random.default_rng(seed)
    row, column = np.indices(SHAPE[1:]) - 256
    head = np.where(row**2 + column**2 < 200**2, 40, -1000).astype(np.int16)
    noise = rng.normal(0, 12, (4, *SHAPE[1:])).astype(np.int16)
    header = (
        "NRRD0005\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 512 512 200\n"
        "space directions: (0.5,0,0) (0,0.5,0) (0,0,1)\nkinds: domain domain domain\nendian: little\n"
        "encoding: gzip\nspace origin: (0,0,0)\n\n"
    )
    with path.open("wb") as file:
        file.write(header.encode())
        with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as packed:
            for k in range(SHAPE[0]):
                packed.write((head + np.roll(noise[k % 4], 7 * k)).tobytes())


def page_of(number: int, names: list[str]) -> Page:
    images = tuple(
        Image(id=name, type=ImageType.VOLUME, path=name, line=1, destination=view)
        for name, view in zip(names, VIEWS, strict=True)
    )
    return Page(id=f"{number}", number=number, line=1, images=images, layout=Layout.FOUR_UP)


class Reader:
    """Shows pages one after the other, as a reader of a study does."""

    def __init__(self, host: HeadlessHost, folder: Path, budget: int | None = None) -> None:
        self.host = host
        self.library = ImageLibrary(host.scene, ImageFolder(folder), budget=budget)
        self.quiz = Quiz(folder)

    def show(self, page: Page) -> LoadedPage:
        loaded = self.library.load(page)
        assert all(node is not None for node in loaded.nodes), loaded.problems
        show_page(PageNodes(page, loaded.nodes), self.host, self.quiz)
        self.render()
        return loaded

    def render(self) -> None:
        for view in VIEWS:
            self.host.picture(view)


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def read_with_storage_nodes(folder: Path, names: list[str]) -> None:
    import slicer

    for name in names:
        node, storage = slicer.vtkMRMLScalarVolumeNode(), slicer.vtkMRMLVolumeArchetypeStorageNode()
        storage.SetFileName(str(folder / name))
        assert storage.ReadData(node)


def first_showing(host: HeadlessHost, folder: Path, names: list[str]) -> float:
    """Ours against the peer, in turns; the best of each, as what else the machine does only ever adds."""
    ours, peer = [], []
    for _ in range(6):
        reader = Reader(host, folder)
        ours.append(seconds(partial(reader.show, page_of(1, names))))
        reader.library.close()
        peer.append(seconds(partial(read_with_storage_nodes, folder, names)))
    return min(ours[1:]) / min(peer[1:])


def read_ahead(host: HeadlessHost, folder: Path, pages: list[Page]) -> float:
    """The next page's showing against a render of its views that each have another slice to show."""
    reader = Reader(host, folder)
    reader.show(pages[0])
    shown, renders = [], []
    for page in 4 * [pages[1], pages[0]]:
        ahead = reader.library.read_ahead(page)
        while not ahead.is_ready:
            time.sleep(0.01)
        shown.append(seconds(partial(reader.show, page)))
        for step in range(3):
            for view in VIEWS:
                logic = host.application_logic.GetSliceLogicByLayoutName(view.value)
                logic.SetSliceOffset(logic.GetSliceOffset() + step + 1)
            renders.append(seconds(reader.render))
    reader.library.close()
    return min(shown) / min(renders)


def resident_bytes() -> int:
    """Of this process; 0 where the system does not tell in this way."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * os.sysconf(
            "SC_PAGE_SIZE"
        )
    except OSError:
        return 0


def in_turn(host: HeadlessHost, folder: Path, files: list[Path]) -> tuple[float, float]:
    """(voxels in memory, growth of the process) at most, of the budget; each page has files of its own."""
    for number in range(PAGES):
        for view in range(3):
            os.link(files[(number + view) % len(files)], folder / f"{number}-{view}.nrrd")
    pages = [page_of(n + 1, [f"{n}-{view}.nrrd" for view in range(3)]) for n in range(PAGES)]
    reader = Reader(host, folder, BUDGET)
    before = resident_bytes()
    most = growth = 0
    for page, following in zip(pages, [*pages[1:], pages[0]], strict=True):
        reader.show(page)
        reader.library.read_ahead(following)
        most = max(most, reader.library.byte_size)
        growth = max(growth, resident_bytes() - before)
    reader.library.close()
    return most / BUDGET, growth / BUDGET


def main() -> int:
    """Print the ratios; 1 where one is above its limit, else 0."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [folder / f"{number}.nrrd" for number in range(6)]
        for number, file in enumerate(files):
            write_image(file, number)
        names = [file.name for file in files]
        with HeadlessHost((512, 512)) as host:
            showing = first_showing(host, folder, names[:3])
            ahead = read_ahead(host, folder, [page_of(1, names[:3]), page_of(2, names[3:])])
            voxels, growth = in_turn(host, folder, files)
    results = (
        ("first showing of three 512x512x200 gzip nrrd / MRML's storage node", showing, MOST_OF_STORAGE_NODE),
        ("a page that was read ahead / one render of its views", ahead, MOST_OF_RENDERS),
        (f"{PAGES} pages in turn: voxels in memory / budget", voxels, MOST_OF_BUDGET),
        (f"{PAGES} pages in turn: growth of the process / budget", growth, MOST_GROWTH_OF_BUDGET),
    )
    for what, ratio, most in results:
        print(f"{what}: {ratio:.2f} (at most {most})")
    return int(any(ratio > most for _, ratio, most in results))


if __name__ == "__main__":
    raise SystemExit(main())
