"""Files appear whole or not at all, on a full disk too."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from masks_made import Ball, grid, quizloader, segmentation_of, write_image, write_map, write_seg

SHAPE = (40, 50, 60)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own with 64 KB; skipped where this user cannot make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False
    ) if sys.platform == "linux" else None  # fmt: skip
    if made is None or made.returncode:
        pytest.skip("this user cannot mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def noise_source(folder: Path) -> tuple[Path, Path]:
    """A label image whose mask does not pack well, and its map."""
    voxels = np.random.default_rng(7).integers(0, 200, SHAPE).astype(np.uint8)
    source = write_image(folder / "labels.nrrd", voxels)
    names = write_map(folder / "map.txt", **{f"r{value}": value for value in range(1, 200)})
    return source, names


@pytest.mark.parametrize("out", ["mask.nrrd", "mask.nii.gz", "mask.nii", "mask.mha"])
@pytest.mark.parametrize("old", [None, b"an older mask"], ids=["no old file", "an old file"])
def test_on_a_full_disk_an_old_mask_stays_as_it_was(
    tmp_path: Path, small_disk: Path, out: str, old: bytes | None
) -> None:
    source, names = noise_source(tmp_path)
    if old is not None:
        (small_disk / out).write_bytes(old)
    before = {path.name: path.read_bytes() for path in small_disk.iterdir()}

    ended = quizloader("mask", source, "--map", names, "--names", names, "--out", small_disk / out)

    assert ended.code == 1
    assert f"M305: “{small_disk / out}” could not be written: " in ended.out
    assert {path.name: path.read_bytes() for path in small_disk.iterdir()} == before


def test_on_a_full_disk_segments_and_maps_stay_as_they_were(tmp_path: Path, small_disk: Path) -> None:
    source, names = noise_source(tmp_path)
    (small_disk / "x.seg.nrrd").write_bytes(b"old")
    (small_disk / "t.csv").write_bytes(b"old table")
    long = write_map(tmp_path / "long.txt", **{f"a label with a long name {n}": n for n in range(1, 3000)})

    segments = quizloader("segments", source, "--map", names, "--out", small_disk / "x.seg.nrrd")
    table = quizloader("map", "convert", long, small_disk / "t.csv")

    assert (segments.code, table.code) == (1, 1)
    assert "No space left on device" in segments.out
    assert "(make room on the disk and run it again)" in table.out
    assert {path.name: path.read_bytes() for path in small_disk.iterdir()} == {
        "x.seg.nrrd": b"old",
        "t.csv": b"old table",
    }


@pytest.mark.skipif(sys.platform == "win32", reason="the limit is one of POSIX")
def test_a_limit_on_the_size_of_files_is_told_as_a_full_disk(tmp_path: Path) -> None:
    source, names = noise_source(tmp_path)
    (tmp_path / "mask.nrrd").write_bytes(b"old")
    limited = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        "from QuizLoaderLib.apps.command_line.main import main\n"
        "main()\n"
    )
    arguments = ["mask", source, "--map", names, "--names", names, "--out", tmp_path / "mask.nrrd"]

    ended = subprocess.run(
        [sys.executable, "-c", limited, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert ended.returncode == 1
    assert "could not be written: File too large." in ended.stdout
    assert (tmp_path / "mask.nrrd").read_bytes() == b"old"
    assert not list(tmp_path.glob(".part-*"))


def test_a_folder_that_does_not_exist_and_endings_that_are_none(tmp_path: Path) -> None:
    source = write_seg(tmp_path / "a.seg.nrrd", segmentation_of([Ball("A", (2, 2, 2), 2)], (5, 5, 5), grid()))
    names = write_map(tmp_path / "map.txt", A=1)

    nowhere = quizloader("mask", source, "--map", names, "--out", tmp_path / "none" / "m.nrrd")
    picture = quizloader("mask", source, "--map", names, "--out", tmp_path / "m.png")
    segments = quizloader("mask", source, "--map", names, "--out", tmp_path / "m.seg.nrrd")

    sentence = f"quizloader: The folder “{tmp_path / 'none'}” does not exist.\n"
    assert (nowhere.code, nowhere.err) == (2, sentence)
    assert picture.code == 1
    assert (
        "error M304: A mask cannot be written as “m.png”. (let the name end with one of .nrrd, .nii.gz"
        in picture.out
    )
    assert segments.code == 1


def test_a_new_mask_may_be_read_by_whom_the_user_lets_read(tmp_path: Path) -> None:
    source = write_seg(tmp_path / "a.seg.nrrd", segmentation_of([Ball("A", (2, 2, 2), 2)], (5, 5, 5), grid()))
    names = write_map(tmp_path / "map.txt", A=1)

    quizloader("mask", source, "--map", names, "--out", tmp_path / "m.nrrd")

    assert (tmp_path / "m.nrrd").stat().st_mode == names.stat().st_mode


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: None, "does not exist. (check its path)"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_text("Liver", encoding="utf-8"), "is not an image"),
        (lambda path: path.mkdir(), "is a folder"),
        (
            lambda path: write_image(path, np.zeros((2, 3, 4), np.uint8)),
            "error M302: The values of “x.nrrd” have no names.",
        ),
    ],
    ids=["missing", "empty", "text", "folder", "no names"],
)
def test_a_source_that_is_none_is_told_in_one_sentence(tmp_path: Path, make, sentence: str) -> None:
    make(tmp_path / "x.nrrd")
    names = write_map(tmp_path / "map.txt", Liver=1)

    ended = quizloader("mask", tmp_path / "x.nrrd", "--map", names, "--out", tmp_path / "m.nrrd")

    assert ended.code == 1
    assert len(ended.lines) == 1
    assert sentence in ended.out
    assert not (tmp_path / "m.nrrd").exists()


def test_a_label_image_gets_its_names_from_a_table_or_from_the_tsv_beside_it(tmp_path: Path) -> None:
    image = write_image(tmp_path / "sub-1_dseg.nii.gz", np.array([[[0, 3, 4, 3]]], np.int16))
    names = write_map(tmp_path / "map.txt", Liver=10, Spleen=20)
    table = write_map(tmp_path / "names.txt", Liver=3, Spleen=4)

    named = quizloader("mask", image, "--map", names, "--names", table, "--out", tmp_path / "a.nrrd")
    (tmp_path / "sub-1_dseg.tsv").write_text("index\tname\n3\tSpleen\n4\tLiver\n", encoding="utf-8")
    beside = quizloader("mask", image, "--map", names, "--out", tmp_path / "b.nrrd")

    assert (named.code, beside.code) == (0, 0)
    assert [line.split() for line in named.lines[1:3]] == [
        ["Liver", "10", "2", "0.00"],
        ["Spleen", "20", "1", "0.00"],
    ]
    assert [line.split()[:3] for line in beside.lines[1:3]] == [["Liver", "10", "1"], ["Spleen", "20", "2"]]
