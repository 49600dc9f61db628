"""The text map, line by line: what is read, what is refused, what is written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from masks_made import Ball, grid, quizloader, segmentation_of, write_map, write_seg
from QuizLoaderLib.masks import read_value_map
from QuizLoaderLib.masks.label_tables.tables import read_label_table, write_label_table


def checked(tmp_path: Path, content: bytes | str) -> tuple[int, list[str]]:
    """Exit code and output of ``quizloader map check``, the lines without the path before them."""
    path = tmp_path / "map.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    ended = quizloader("map", "check", path)
    return ended.code, [line.removeprefix(f"{path}:") for line in ended.lines]


SEED = b"Liver=10\nSpleen=20\nKidney=30\n"


@pytest.mark.parametrize(
    "content",
    [
        SEED,
        b"\xef\xbb\xbf" + SEED,
        SEED.replace(b"\n", b"\r\n"),
        SEED.rstrip(),
        b"# study 7\n\nLiver=10\n   \n#Heart=1\n  # x\nSpleen=20\nKidney=30\n\n",
        b"  Liver =  10\t\nSpleen= 20\n\tKidney=30 ",
    ],
    ids=["seed", "BOM", "CRLF", "no last newline", "blank and comment lines", "spaces"],
)
def test_the_seeds_map_is_read_in_every_writing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "map.txt").write_bytes(content)

    value_map, problems = read_value_map(tmp_path / "map.txt")

    assert problems == []
    assert value_map is not None
    assert list(value_map.values.items()) == [("Liver", 10), ("Spleen", 20), ("Kidney", 30)]


def test_the_value_stands_behind_the_last_equals_sign(tmp_path: Path) -> None:
    (tmp_path / "map.txt").write_text("a=b=5\n==6\nGTV = PTV=7\n", encoding="utf-8")

    value_map, problems = read_value_map(tmp_path / "map.txt")

    assert problems == []
    assert value_map is not None
    assert value_map.values == {"a=b": 5, "=": 6, "GTV = PTV": 7}


@pytest.mark.parametrize(
    "value",
    ["10 # x", "+7", "1_0", "٣", "1.5", "0x10", "", "-1", "0", "00", "1e3", "ten", "4294967296", "9" * 5000],
)
def test_what_is_no_value_is_an_error_with_its_line(tmp_path: Path, value: str) -> None:
    code, lines = checked(tmp_path, f"Spleen=20\nLiver={value}\n")

    assert code == 1
    assert len(lines) == 1
    assert lines[0].startswith("2: error ")


@pytest.mark.parametrize("line", ["Liver", "Liver:10", "=5", "Liver 10"])
def test_a_line_without_label_or_sign_is_an_error(tmp_path: Path, line: str) -> None:
    code, lines = checked(tmp_path, f"{line}\nSpleen=20\n")

    assert code == 1
    assert [text.partition(" ")[0] for text in lines] == ["1:"]


def test_all_errors_come_in_one_go(tmp_path: Path) -> None:
    code, lines = checked(tmp_path, "Liver=ten\nSpleen=20\nKidney\nbackground=0\nHeart=5 # c\n")

    assert code == 1
    assert [line.split(":")[0] for line in lines] == ["1", "3", "4", "5"]


def test_a_label_twice_is_a_warning_with_one_value_and_an_error_with_two(tmp_path: Path) -> None:
    same_code, same = checked(tmp_path, "Liver=10\nLiver=10\n")
    other_code, other = checked(tmp_path, "Liver=10\nLiver=11\n")

    assert (same_code, same[0][:10]) == (0, "2: warning")
    assert (other_code, other[0][:8]) == (1, "2: error")


def test_two_labels_of_one_value_are_allowed(tmp_path: Path) -> None:
    assert checked(tmp_path, "Lung left=5\nLung right=5\n") == (0, [])


def test_large_values_are_warned_of_once_for_each_limit(tmp_path: Path) -> None:
    code, lines = checked(tmp_path, "a=255\nb=256\nc=32767\nd=32768\ne=4294967295\n")

    assert code == 0
    assert [line.split(" ")[0] for line in lines] == ["2:", "4:"]
    assert "Slicer" in lines[1]


@pytest.mark.parametrize(
    "content", [b"Liver=\xff\xfe10\n", "Liver=10\n".encode("utf-16")], ids=["latin", "utf-16"]
)
def test_what_is_no_utf_8_is_said(tmp_path: Path, content: bytes) -> None:
    code, lines = checked(tmp_path, content)

    assert code == 1
    assert "UTF-8" in lines[0]


def test_a_missing_map_and_a_folder_are_said(tmp_path: Path) -> None:
    missing = quizloader("map", "check", tmp_path / "none.txt")
    folder = quizloader("map", "check", tmp_path)

    assert (missing.code, folder.code) == (1, 1)
    assert "none.txt” cannot be read: No such file or directory." in missing.out
    assert len(folder.lines) == 1


def test_a_map_of_100000_lines_is_read_and_compared(tmp_path: Path) -> None:
    names = tmp_path / "map.txt"
    names.write_text("".join(f"Region {n}={n}\n" for n in range(1, 100_001)), encoding="utf-8")
    seg = write_seg(
        tmp_path / "a.seg.nrrd", segmentation_of([Ball("Region 70000", (2, 2, 2), 2)], (5, 5, 5), grid())
    )

    ended = quizloader("mask", seg, "--map", names, "--out", tmp_path / "m.nrrd")

    assert ended.code == 0
    assert any(line.startswith("Region 70000  70000") for line in ended.lines)
    # 20 labels that are not there are named, the rest counted.
    assert sum("is not among the regions" in line for line in ended.lines) == 20
    assert "99979 more labels of the map are not among the regions" in ended.out


def test_written_as_xnat_describes_it(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_bytes("\ufeff# c\r\n Foie gauché = 10\r\n\r\na=b=20\r\n肝=30".encode())
    table, _ = read_label_table(tmp_path / "in.txt")
    assert table is not None

    write_label_table(table, tmp_path / "out.txt")

    assert (tmp_path / "out.txt").read_bytes() == "Foie gauché=10\na=b=20\n肝=30\n".encode()


def test_check_against_sources_names_what_is_missing_on_either_side(tmp_path: Path) -> None:
    names = write_map(tmp_path / "map.txt", Liver=10, Spleen=20, Kidney=30)
    seg = write_seg(
        tmp_path / "a.seg.nrrd",
        segmentation_of(
            [Ball("Liver", (2, 2, 2), 2), Ball("Spleeen", (2, 2, 2), 1), Ball("kidney", (2, 2, 2), 1)],
            (5, 5, 5),
            grid(),
        ),
    )

    ended = quizloader("map", "check", names, seg)

    assert ended.code == 1
    assert ended.lines == [
        f"{seg}: error M101: The region “Spleeen” is not in the map. (the nearest name is “Spleen”; "
        "add it to the map, or leave such regions out with --ignore-unmapped)",
        f"{seg}: error M101: The region “kidney” is not in the map. (the nearest name is “Kidney”; "
        "add it to the map, or leave such regions out with --ignore-unmapped)",
        f"{names}:2: warning M102: The map's “Spleen” is not among the regions. "
        "(the nearest name is “Spleeen”)",
        f"{names}:3: warning M102: The map's “Kidney” is not among the regions. "
        "(the nearest name is “kidney”)",
    ]


def test_a_first_map_from_the_names_of_a_file(tmp_path: Path) -> None:
    balls = [Ball("Liver left", (2, 2, 2), 2), Ball("a=b", (2, 2, 2), 1)]
    layers = write_seg(tmp_path / "layers.seg.nrrd", segmentation_of(balls, (5, 5, 5), grid()))

    printed = quizloader("map", "from", layers)
    written = quizloader("map", "from", layers, "--out", tmp_path / "map.txt")

    assert (printed.code, printed.out) == (0, "Liver left=1\na=b=2\n")
    assert (written.code, (tmp_path / "map.txt").read_text(encoding="utf-8")) == (0, "Liver left=1\na=b=2\n")


def test_a_map_that_goes_into_a_file_is_utf_8_on_every_console(tmp_path: Path) -> None:
    seg = write_seg(tmp_path / "a.seg.nrrd", segmentation_of([Ball("肝 Ö", (2, 2, 2), 2)], (5, 5, 5), grid()))
    run = "from QuizLoaderLib.apps.command_line.main import main; main()"

    with (tmp_path / "map.txt").open("wb") as file:
        subprocess.run(
            [sys.executable, "-c", run, "map", "from", str(seg)],
            stdout=file,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "cp1252"},
            check=True,
        )

    table, problems = read_value_map(tmp_path / "map.txt")
    assert problems == []
    assert table is not None
    assert table.values == {"肝 Ö": 1}


def test_names_that_a_map_cannot_hold_are_said(tmp_path: Path) -> None:
    balls = [Ball("Liver", (2, 2, 2), 2), Ball("#1", (2, 2, 2), 1), Ball(" Spleen", (2, 2, 2), 1)]
    seg = write_seg(tmp_path / "a.seg.nrrd", segmentation_of(balls, (5, 5, 5), grid()))

    printed = quizloader("map", "from", seg)
    written = quizloader("map", "from", seg, "--out", tmp_path / "map.txt")

    assert (printed.code, printed.out) == (1, "Liver=1\nSpleen=3\n")
    assert "A map cannot hold “#1”: a line that starts with # is not read." in printed.err
    assert "Spleen" not in printed.err
    assert written.code == 1
    assert not (tmp_path / "map.txt").exists()
