"""Maps to and from the label tables of other programs; what one cannot hold is said."""

import json
from pathlib import Path

import pytest
from masks_made import quizloader, write_map
from QuizLoaderLib.masks.label_tables.tables import read_label_table

NAMES = {"Left lung": 10, "Foie gauché": 20, "肝脏": 30, "a=b": 40, "Body_Contour": 255}
ENDINGS = [".csv", ".label", ".tsv"]


def labels(path: Path) -> dict[str, int]:
    table, problems = read_label_table(path)
    assert table is not None
    assert not any(problem.is_error for problem in problems)
    return dict(table.value_map.values)


@pytest.mark.parametrize("ending", ENDINGS)
def test_there_and_back_every_name_and_value_survives(tmp_path: Path, ending: str) -> None:
    first = write_map(tmp_path / "map.txt", **NAMES)

    there = quizloader("map", "convert", first, tmp_path / f"t{ending}")
    back = quizloader("map", "convert", tmp_path / f"t{ending}", tmp_path / "back.txt")

    assert there.code == 0
    assert there.lines[-1] == str(tmp_path / f"t{ending}")
    assert back.code == 0
    assert (tmp_path / "back.txt").read_bytes() == first.read_bytes()
    assert "A text map holds no colours; they are left out." in back.out


def test_colours_and_order_survive_between_tables(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(
        "index\tname\tcolor\n30\tKidney\t#102030\n10\tLiver\t#ff8000\n", encoding="utf-8"
    )

    for step, (source, out) in enumerate([("a.tsv", "b.csv"), ("b.csv", "c.label"), ("c.label", "d.ctbl")]):
        assert quizloader("map", "convert", tmp_path / source, tmp_path / out).code == 0, step
    table, _ = read_label_table(tmp_path / "d.ctbl")

    assert table is not None
    assert [(row.name, row.value) for row in table.rows] == [("Kidney", 30), ("Liver", 10)]
    assert table.colors["Kidney"] == pytest.approx((16 / 255, 32 / 255, 48 / 255))
    assert table.colors["Liver"] == pytest.approx((1, 128 / 255, 0))


@pytest.mark.parametrize("ending", [".ctbl", ".csv"])
def test_slicer_reads_the_colour_tables(tmp_path: Path, ending: str) -> None:
    import slicer

    write_map(tmp_path / "map.txt", **NAMES)
    quizloader("map", "convert", tmp_path / "map.txt", tmp_path / f"t{ending}")

    scene = slicer.vtkMRMLScene()
    node = scene.AddNewNodeByClass("vtkMRMLColorTableNode")
    storage = scene.AddNewNodeByClass("vtkMRMLColorTableStorageNode")
    storage.SetFileName(str(tmp_path / f"t{ending}"))

    assert storage.ReadData(node) == 1
    expected = dict(NAMES)
    if ending == ".ctbl":
        expected["Body Contour"] = expected.pop("Body_Contour")
    assert {name: node.GetColorIndexByName(name) for name in expected} == expected


def test_slicers_own_tables_are_read(tmp_path: Path) -> None:
    import slicer

    scene = slicer.vtkMRMLScene()
    node = scene.AddNewNodeByClass("vtkMRMLColorTableNode")
    node.SetTypeToUser()
    node.SetNumberOfColors(21)
    node.SetColor(10, "Left lung", 1, 0.5, 0, 1)
    node.SetColor(20, "Foie", 0, 0, 1, 1)
    code = ("SCT", "123037004", "Anatomical Structure", "SCT", "10200004", "Liver", *[""] * 9)
    node.SetTerminology(20, *code)
    for ending in ("csv", "ctbl", "txt"):
        storage = scene.AddNewNodeByClass("vtkMRMLColorTableStorageNode")
        storage.SetFileName(str(tmp_path / f"own.{ending}"))
        assert storage.WriteData(node) == 1

        table, problems = read_label_table(tmp_path / f"own.{ending}")

        assert problems == [] or ending != "csv"
        assert table is not None
        assert {"Left lung": 10, "Foie": 20}.items() <= table.value_map.values.items()
        assert table.colors["Left lung"] == pytest.approx((1, 128 / 255, 0), abs=0.005)
    coded, _ = read_label_table(tmp_path / "own.csv")
    assert coded is not None
    assert "SCT^10200004^Liver" in coded.terminologies["Foie"]


def test_a_slicer_colour_table_loses_underscores_and_says_so(tmp_path: Path) -> None:
    names = write_map(tmp_path / "map.txt", Body_Contour=1)

    ended = quizloader("map", "convert", names, tmp_path / "t.ctbl")
    back = quizloader("map", "convert", tmp_path / "t.ctbl", tmp_path / "back.txt")

    assert ended.code == 0
    assert (
        f"{names}:1: warning M306: Slicer will read “Body_Contour” as “Body Contour”: "
        "its colour tables lose the “_”. "
        "(Slicer's .csv table keeps underscores)"
    ) in ended.lines
    assert "every “_” is read as a blank" in back.out
    assert labels(tmp_path / "back.txt") == {"Body Contour": 1}


def test_names_that_an_underscore_alone_tells_apart_are_refused(tmp_path: Path) -> None:
    (tmp_path / "map.txt").write_text("a b=1\na_b=2\n", encoding="utf-8")

    ended = quizloader("map", "convert", tmp_path / "map.txt", tmp_path / "t.ctbl")

    assert ended.code == 1
    assert "“a b” and “a_b” are the same name" in ended.out
    assert not (tmp_path / "t.ctbl").exists()


@pytest.mark.parametrize(
    ("out", "line", "sentence"),
    [
        ("t.ctbl", "a=1000001", "M307: A Slicer colour table (.ctbl) cannot hold the value 1000001 of “a”"),
        ("t.csv", "a=1000001", "A Slicer colour table (.csv) cannot hold the value 1000001 of “a”"),
        ("t.label", "a=65536", "An ITK-SNAP label file cannot hold the value 65536 of “a”"),
        ("t.csv", 'say "a"=1', "cannot hold “say \"a\"”: Slicer's reader breaks off at a quotation mark."),
        ("t.label", 'say "a"=1', "its names are in quotation marks"),
        ("t.tsv", "a\tb=1", "A BIDS label table cannot hold “a\\tb”: it has a line break or another control"),
        ("t.tsv", "n/a=1", "BIDS reads n/a as no name"),
        ("t.json", "background=1", "nnU-Net keeps that name for the value 0"),
        ("t.json", "Liver=10\nSpleen=20", "the values 1, 2, 3 and so on without a gap; these are 10, 20."),
        ("t.csv", "Left=5\nRight=5", "one value: “Left” and “Right” both have 5."),
        ("t.json", "Left=1\nRight=1", "cannot hold two labels with one value"),
    ],
)  # fmt: skip
def test_what_a_format_cannot_hold_is_an_error_and_no_file(
    tmp_path: Path, out: str, line: str, sentence: str
) -> None:
    (tmp_path / "map.txt").write_text(line + "\n", encoding="utf-8")

    ended = quizloader("map", "convert", tmp_path / "map.txt", tmp_path / out)

    assert ended.code == 1
    assert sentence in ended.out
    assert not (tmp_path / out).exists()


def test_nnunet_keeps_the_rest_of_an_older_dataset_json(tmp_path: Path) -> None:
    names = write_map(tmp_path / "map.txt", Spleen=2, Liver=1)
    rest = {"channel_names": {"0": "CT"}, "numTraining": 7, "file_ending": ".nii.gz"}
    (tmp_path / "dataset.json").write_text(
        json.dumps({**rest, "labels": {"background": 0, "x": 1}}), encoding="utf-8"
    )

    ended = quizloader("map", "convert", names, tmp_path / "dataset.json")
    fresh = quizloader("map", "convert", names, tmp_path / "new.json")

    assert (ended.code, ended.lines) == (0, [str(tmp_path / "dataset.json")])
    written = json.loads((tmp_path / "dataset.json").read_text(encoding="utf-8"))
    assert written == {**rest, "labels": {"background": 0, "Spleen": 2, "Liver": 1}}
    assert "also names channel_names, numTraining and file_ending; add them" in fresh.out
    assert labels(tmp_path / "new.json") == {"Spleen": 2, "Liver": 1}


def test_nnunet_of_version_1_and_regions_of_several_values(tmp_path: Path) -> None:
    (tmp_path / "v1.json").write_text(
        '{"labels": {"0": "background", "1": "liver", "2": "tumour"}}', encoding="utf-8"
    )
    (tmp_path / "v2.json").write_text(
        '{"labels": {"background": 0, "whole": [1, 2], "core": 2}}', encoding="utf-8"
    )

    assert labels(tmp_path / "v1.json") == {"liver": 1, "tumour": 2}
    assert labels(tmp_path / "v2.json") == {"core": 2}
    assert "“whole” is a region of several values" in quizloader("map", "check", tmp_path / "v2.json").out


def test_txt_is_told_by_its_content(tmp_path: Path) -> None:
    contents = {
        "map": "# x\nLiver=10\n",
        "snap": '# ITK-SnAP\n0 0 0 0 0 0 0 "Clear Label"\n10 255 0 0 1 1 1 "Left lung"\n',
        "color": "# Slicer\n0 Background 0 0 0 0\n10 Left_lung 255 0 0 255\n",
    }
    for name, text in contents.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")

    assert labels(tmp_path / "map.txt") == {"Liver": 10}
    assert labels(tmp_path / "snap.txt") == {"Left lung": 10}
    assert labels(tmp_path / "color.txt") == {"Left lung": 10}


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("t.ctbl", "10 Liver 1 2 3 255\nLiver 10\n", "2: error"),
        ("t.csv", "LabelValue,Name\nten,Liver\n", "2: error"),
        ("t.csv", "Value,Label\n10,Liver\n", "1: error"),
        ("t.label", '10 1 2 3 1 1 1 "Liver"\n11 1 2\n', "2: error M308"),
        ("t.tsv", "index\tname\n1.5\tLiver\n", "2: error"),
        ("t.tsv", "index\tname\n1\tLiver\n2\tLiver\n", "3: error"),
        ("t.tsv", "name\nLiver\n", "1: error"),
        ("t.json", "{", " error"),
        ("t.json", '{"labels": {"Liver": 1.5}}', " error"),
        ("t.json", "[" * 100_000, " error"),
        ("t.xyz", "", " error"),
        ("t.txt", "", " error Q716"),
        ("t.ctbl", "# nothing\n0 Background 0 0 0 0\n", " error Q716"),
        ("t.tsv", "index\tname\n", " error Q716"),
    ],
)
def test_a_damaged_table_is_told_with_its_line(tmp_path: Path, name: str, text: str, place: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    ended = quizloader("map", "check", tmp_path / name)

    assert ended.code == 1
    assert ended.lines[0].startswith(f"{tmp_path / name}:{place}")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_of_a_spreadsheet_is_read_with_any_delimiter_and_without_outer_blanks(
    tmp_path: Path, delimiter: str
) -> None:
    rows = [["LabelValue", "Name", "Color_R"], ["10", '" Left lung, upper "', "255"], ["20", "Liver", "0"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    (tmp_path / "t.csv").write_bytes(text.encode("utf-8-sig"))
    assert labels(tmp_path / "t.csv") == {"Left lung, upper": 10, "Liver": 20}
