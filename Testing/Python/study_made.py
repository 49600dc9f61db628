"""A study whose faults are known: six readers, forty cases, three regions, as the program stores it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from masks_made import Ball, grid, segmentation_of, write_image, write_seg

SWAPS, LATE, ABSENT, LEARNS, HTML, PLAIN = "Bea", "Cem", "Dan", "Eve", "<b>Fay & Co</b>", "Ann"
READERS = (PLAIN, SWAPS, LATE, ABSENT, LEARNS, HTML)
REGIONS = ("Liver", "Left kidney", "Right kidney")
BEGIN = datetime(2030, 1, 7, 9)
LATE_DAYS, SEEN_BY_ABSENT, CHANGED = 14, 25, 3
LEARNING = 0.02
"""The seconds of who learns fall by so much from page to page."""
SHAPE, MATRIX = (16, 32, 48), grid((2, 2, 3), (-48, -32, 0))
_STAMP = "%Y%m%d_%H:%M:%S.%f"
RATINGS = ("1 benign", "2 rather benign", "3 open", "4 rather malignant", "5 malignant")
SIDES = ("left", "right", "none")


@dataclass(frozen=True)
class MadeStudy:
    results: Path
    truth: Path
    truths: dict[str, int]


def case_name(number: int) -> str:
    return f"Patient {number:02d}"


def make_study(
    folder: Path,
    readers: Sequence[str] = READERS,
    cases: int = 40,
    repeats: int = 6,
    draws: bool = True,
    asks: bool = True,
) -> MadeStudy:
    """Results of these readers, who draw and are asked; the last pages of the quiz come twice."""
    truths = {case_name(number): number % 2 for number in range(1, cases + 1)}
    results = folder / "results"
    for reader in readers:
        _write_reader(results, reader, truths, repeats, draws, asks)
    truth = folder / "truth.csv"
    lines = "".join(f"{case},{value}\n" for case, value in truths.items())
    truth.write_text(f"case,truth\n{lines}", encoding="utf-8")
    return MadeStudy(results, truth, truths)


def _write_reader(
    results: Path, reader: str, truths: dict[str, int], repeats: int, draws: bool, asks: bool
) -> None:
    own = random.Random(reader)
    folder = results / escape(reader).replace("/", "_").replace("&", "_") / "study"
    folder.mkdir(parents=True)
    begin = BEGIN + timedelta(days=LATE_DAYS if reader == LATE else 0)
    seen = SEEN_BY_ABSENT if reader == ABSENT else len(truths)
    moment = begin
    pages = []
    for position, (case, truth) in enumerate(truths.items(), start=1):
        for repetition in range(2 if position > len(truths) - repeats else 1):
            is_read = position <= seen
            seconds = _seconds(reader, position, own)
            moment += timedelta(seconds=seconds)
            times = f'LoginTime="{begin:{_STAMP}}" ResponseTime="{moment:{_STAMP}}"'
            drawing = ""
            if is_read and draws and not repetition:
                drawing = _drawing(folder, case, position, reader, own, times)
            changed = reader == HTML and position <= CHANGED
            questions = _questions(truth, position, own, times, changed) if is_read and asks else ""
            name = f"{case}-Rep1" if repetition else case
            complete = "Y" if is_read else "N"
            shown = f'SecondsShown="{seconds:.3f}" SecondsActive="{seconds:.3f}"' if is_read else ""
            pages.append(
                f'<Page ID="{name}" Descriptor="CT" PageNumber="{position}" Rep="{repetition}"'
                f' PageComplete="{complete}" {shown}><Image ID="CT" Type="Volume"><Path>ct.nrrd</Path>'
                f"{drawing}</Image><QuestionSet>{questions}</QuestionSet></Page>"
            )
    finished = "N" if reader == ABSENT else "Y"
    login = f'<Login LoginTime="{begin:{_STAMP}}" LogoutTime="{moment:{_STAMP}}" QuizComplete="{finished}"/>'
    text = f"<Session UserName={quoteattr(reader)}>{''.join(pages)}{login}</Session>"
    (folder / "study.xml").write_text(text, encoding="utf-8")


def _seconds(reader: str, position: int, own: random.Random) -> float:
    if reader == LEARNS:
        return 150 * (1 - LEARNING) ** (position - 1) * own.uniform(0.95, 1.05)
    return own.uniform(50, 70)


def _questions(truth: int, position: int, own: random.Random, times: str, changed: bool) -> str:
    """A rating, a side, two boxes, a diameter and a remark."""
    rating = min(5, max(1, round(1.8 + 2.2 * truth + own.gauss(0, 0.9))))
    side = SIDES[position % 3] if own.random() < 0.9 else own.choice(SIDES)
    boxes = {"Nodule": bool(truth) != (own.random() < 0.1), "Effusion": position % 4 == 0}
    diameter = f"{10 + position % 7 * 3 + own.gauss(0, 0.5):.2f}"
    first = [RATINGS[0]] if changed else []
    return (
        _choice("Radio", "Malignancy", RATINGS, [*([{each} for each in first]), {RATINGS[rating - 1]}], times)
        + _choice("Radio", "Side", SIDES, [{side}], times)
        + _choice(
            "CheckBox", "Findings", tuple(boxes), [{name for name, is_on in boxes.items() if is_on}], times
        )
        + '<Question Type="FloatValue" Descriptor="Diameter"><Option>mm'
        f"<Response {times}>{diameter}</Response></Option></Question>"
    )


def _choice(kind: str, name: str, options: Sequence[str], answers: Sequence[set[str]], times: str) -> str:
    found = "".join(
        f"<Option>{option}"
        + "".join(f"<Response {times}>{'Y' if option in chosen else 'N'}</Response>" for chosen in answers)
        + "</Option>"
        for option in options
    )
    return f'<Question Type="{kind}" Descriptor="{name}">{found}</Question>'


def regions_of(position: int, reader: str, own: random.Random) -> list[Ball]:
    """What a reader draws, RAS in mm; the patient's left has the lower R."""
    jitter = [own.uniform(-1, 1) for _ in range(6)]
    right, left = 24 + jitter[0], -24 + jitter[1]
    size = 9 + position % 3
    if reader == SWAPS:
        right, left = left, right
    return [
        Ball("Liver", (jitter[2], 8, 24), 12 + jitter[3]),
        Ball("Left kidney", (left, -8, 24), size + jitter[4] / 2),
        Ball("Right kidney", (right, -8, 24), size + jitter[5] / 2),
    ]


def _drawing(folder: Path, case: str, position: int, reader: str, own: random.Random, times: str) -> str:
    page = folder / f"PgGroup{position}_{case}_CT"
    page.mkdir()
    segments = segmentation_of(regions_of(position, reader, own), SHAPE, MATRIX, each_its_layer=False)
    write_seg(page / "drawing.seg.nrrd", segments)
    write_image(page / "drawing.nrrd", segments.layers[0], MATRIX)
    below = f"{folder.name}/{page.name}"
    return (
        f'<LabelMapPath Drawn="Y" Segments="{below}/drawing.seg.nrrd" LostVoxels="0" {times}>'
        f"{below}/drawing.nrrd</LabelMapPath>"
    )
